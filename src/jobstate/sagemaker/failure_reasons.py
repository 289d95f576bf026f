"""What FailureReason says of why a training job failed.

AWS gives no list of the kinds that FailureReason begins with, so they stand here with where they
were seen. Status messages are never read: AWS asks callers not to branch on them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What FailureReason begins with → cause.
_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        # aws/amazon-sagemaker-examples#1740, #3444
        "AlgorithmError": "algorithm",
        # aws/sagemaker-python-sdk#35
        "ClientError": "client",
        # API reference, RetryStrategy; aws/sagemaker-python-sdk#70
        "InternalServerError": "internal",
        # DIAGNijmegen/rse-grand-challenge#2631
        "CapacityError": "no_capacity",
    }
)
_UNKNOWN = "unknown"
#: The causes that it is known for.
FAILURE_CAUSES = frozenset(_CAUSES.values())


def failure_cause(reason: str) -> str:
    """Return the cause that a FailureReason's leading kind, before the first colon, stands for.

    Returns:
        ``algorithm``, ``client``, ``internal``, ``no_capacity``; ``unknown`` for anything else.
    """
    kind, _, _ = reason.partition(":")
    return _CAUSES.get(kind.strip(), _UNKNOWN)
