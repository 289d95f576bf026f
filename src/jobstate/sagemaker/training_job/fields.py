"""How the values are read that only SageMaker's answers about training jobs have.

They are attrs converters; what can't be read becomes a `Refused` in the value's place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar, cast

from jobstate.model.schema_reader import text_reader
from jobstate.model.values import (
    Refused,
    Segment,
    read_matching,
    read_status,
    read_text,
    refused,
)
from jobstate.sagemaker.fields import (
    LONGEST_NAME,
    LONGEST_REASON,
    a_name,
    arn_field,
    name_pattern,
)
from jobstate.sagemaker.training_job.statuses import (
    OpenStrEnum,
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- Texts --------------------------------------------------------------------------------------

LONGEST_S3_URI: Final = 1024
#: The service's model bounds it nowhere; real messages stay below 200 characters.
LONGEST_MESSAGE: Final = 64 * 1024

A_NAME = a_name()
JOB_ARN: Final = arn_field(
    "training-job",
    "a training job",
    name=Segment("name", name_pattern(), A_NAME),
    required=True,
)
PLAN_ARN: Final = arn_field("training-plan", "a training plan", lengths=(50, 2048))
TUNING_ARN: Final = arn_field("hyper-parameter-tuning-job", "a hyperparameter tuning job")
_is_job_name = re.compile(name_pattern(), re.ASCII).fullmatch
_is_job_arn = re.compile(JOB_ARN.pattern, re.ASCII).fullmatch
_read_job_arn, _read_plan_arn, _read_tuning_arn = map(text_reader, (JOB_ARN, PLAN_ARN, TUNING_ARN))

#: The service takes one, for each of at most five preferences.
MOST_LISTED: Final = 100
A_SHORT_LIST = f"a list of at most {MOST_LISTED}"


def read_job_name(value: str) -> str:
    """Return a training job's name."""
    if type(value) is str and _is_job_name(value):
        return value
    return read_matching(value, range(1, LONGEST_NAME + 1), _is_job_name, A_NAME)


def read_job_arn(value: str) -> str:
    """Return a training job's arn."""
    if type(value) is str and len(value) <= JOB_ARN.longest and _is_job_arn(value):
        return value
    return cast("str", _read_job_arn(value))


def read_plan_arn(value: str) -> str:
    """Return a training plan's arn."""
    return cast("str", _read_plan_arn(value))


def read_plan_arns(value: Sequence[str] | None) -> tuple[str, ...]:
    """Return the arns of training plans."""
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or len(value) > MOST_LISTED:
        return cast("tuple[str, ...]", refused(A_SHORT_LIST, value))
    arns = tuple(map(read_plan_arn, value))
    problems = [
        problem.under(f"[{place}]")
        for place, arn in enumerate(arns)
        if isinstance(arn, Refused)
        for problem in arn.problems
    ]
    return cast("tuple[str, ...]", Refused(tuple(problems))) if problems else arns


def read_tuning_arn(value: str) -> str:
    """Return a hyperparameter tuning job's arn."""
    return cast("str", _read_tuning_arn(value))


def read_reason(value: str) -> str:
    """Return a FailureReason."""
    return read_text(value, LONGEST_REASON)


def read_s3_uri(value: str) -> str:
    """Return where something lies in S3, as the service says it."""
    return read_text(value, LONGEST_S3_URI)


def read_message(value: str) -> str:
    """Return a StatusMessage."""
    return read_text(value, LONGEST_MESSAGE)


# --- Statuses -----------------------------------------------------------------------------------

_Status = TypeVar("_Status", bound=OpenStrEnum)

# A look-up costs a fifth of calling the enumeration.
_PRIMARY = {str(member): member for member in TrainingJobStatus}
_SECONDARY = {str(member): member for member in SecondaryStatus}
_WARM_POOL = {str(member): member for member in WarmPoolStatus}


def read_primary(value: str) -> TrainingJobStatus:
    """Return a primary status, known or not."""
    known = _PRIMARY.get(value) if type(value) is str else None
    return known or _read_status(TrainingJobStatus, value)


def read_secondary(value: str) -> SecondaryStatus:
    """Return a secondary status, known or not."""
    known = _SECONDARY.get(value) if type(value) is str else None
    return known or _read_status(SecondaryStatus, value)


def read_pool(value: str) -> WarmPoolStatus:
    """Return a warm pool's status, known or not."""
    known = _WARM_POOL.get(value) if type(value) is str else None
    return known or _read_status(WarmPoolStatus, value)


def _read_status(kind: type[_Status], value: object) -> _Status:
    text = read_status(value)
    return kind(text) if type(text) is str else cast("_Status", text)
