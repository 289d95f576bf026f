"""What FailureReason says of why a training job failed.

AWS gives no list of the kinds that FailureReason begins with, so they stand here with where they
were seen. Status messages are never read: AWS asks callers not to branch on them.
"""

from __future__ import annotations

from typing import Final

from jobstate.model.failure_causes import LeadingKind
from jobstate.model.states import UNKNOWN_CAUSE

#: Returns the cause that a FailureReason's leading kind stands for: ``algorithm``, ``client``,
#: ``internal``, ``no_capacity``; ``unknown`` for anything else.
failure_cause: Final = LeadingKind(
    (
        # aws/amazon-sagemaker-examples#1740, #3444
        ("AlgorithmError", "algorithm"),
        # aws/sagemaker-python-sdk#35
        ("ClientError", "client"),
        # API reference, RetryStrategy; aws/sagemaker-python-sdk#70
        ("InternalServerError", "internal"),
        # DIAGNijmegen/rse-grand-challenge#2631
        ("CapacityError", "no_capacity"),
    ),
    otherwise=UNKNOWN_CAUSE,
)
#: The causes that it is known for.
FAILURE_CAUSES: Final = frozenset(cause for _, cause in failure_cause.kinds)
