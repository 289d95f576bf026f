"""The records of `jobstate.sagemaker` in pydantic and in cattrs, with the same constraints.

Where the libraries differ, these do less than our records, never more: pydantic keeps a time's zone
where we turn it into UTC. Constraints: `jobstate.sagemaker.training_job.fields`. Imports its
statuses, pydantic and cattrs; whoever has neither can't import this.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar

import attrs
import cattrs
from attrs import field, frozen
from attrs import validators as v
from cattrs.gen import make_dict_structure_fn, override
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_pascal

from jobstate.sagemaker.training_job.statuses import (
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST, _BEYOND = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_LARGEST = 2**31 - 1
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ARN = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:"

# --- pydantic -------------------------------------------------------------------------------------

_Time: TypeAlias = Annotated[AwareDatetime, Field(ge=_FIRST, lt=_BEYOND)]
_Count: TypeAlias = Annotated[int, Field(ge=0, le=_LARGEST)]
_Name: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=63, pattern=f"^{_NAME}$")
]
_JobArn: TypeAlias = Annotated[
    str, StringConstraints(max_length=256, pattern=f"^{_ARN}training-job/{_NAME}$")
]
_PlanArn: TypeAlias = Annotated[
    str, StringConstraints(min_length=50, max_length=2048, pattern=f"^{_ARN}training-plan/.*$")
]
_TuningArn: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=256, pattern=f"^{_ARN}hyper-parameter-tuning-job/.*$"),
]
_Reason: TypeAlias = Annotated[str, StringConstraints(max_length=1024)]
_Message: TypeAlias = Annotated[str, StringConstraints(max_length=64 * 1024)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_pascal)


class PydanticWarmPool(_Model):
    """The structure WarmPoolStatus."""

    status: WarmPoolStatus
    resource_retained_billable_time_in_seconds: _Count | None = None
    reused_by_job: _Name | None = None


class PydanticTransition(_Model):
    """A stay in a secondary status."""

    status: SecondaryStatus
    start_time: _Time
    end_time: _Time | None = None
    status_message: _Message | None = None


class PydanticRetry(_Model):
    """The structure RetryStrategy."""

    maximum_retry_attempts: _Count | None = None


class PydanticStopping(_Model):
    """The structure StoppingCondition."""

    max_runtime_in_seconds: _Count | None = None
    max_wait_time_in_seconds: _Count | None = None
    max_pending_time_in_seconds: _Count | None = None


class PydanticPreference(_Model):
    """What the life cycle needs of InstancePreference."""

    training_plan_arns: Annotated[tuple[_PlanArn, ...], Field(max_length=100)] = ()


class PydanticResources(_Model):
    """What the life cycle needs of ResourceConfig."""

    keep_alive_period_in_seconds: _Count | None = None
    training_plan_arn: _PlanArn | None = None
    instance_preferences: Annotated[tuple[PydanticPreference, ...], Field(max_length=100)] = ()


class PydanticArtifacts(_Model):
    """The structure ModelArtifacts; to_pascal would write S3modelArtifacts."""

    s3_model_artifacts: _Reason | None = Field(default=None, alias="S3ModelArtifacts")


class _PydanticRecord(_Model):
    training_job_name: _Name
    training_job_arn: _JobArn
    training_job_status: TrainingJobStatus
    creation_time: _Time
    last_modified_time: _Time | None = None
    secondary_status: SecondaryStatus | None = None
    training_end_time: _Time | None = None
    warm_pool_status: PydanticWarmPool | None = None


class PydanticSummary(_PydanticRecord):
    """An item of ListTrainingJobs."""

    training_plan_arn: _PlanArn | None = None


class PydanticDescription(_PydanticRecord):
    """What the life cycle needs of a describe answer."""

    training_start_time: _Time | None = None
    secondary_status_transitions: Annotated[
        tuple[PydanticTransition, ...], Field(max_length=100_000)
    ] = ()
    failure_reason: _Reason | None = None
    enable_managed_spot_training: bool | None = None
    retry_strategy: PydanticRetry | None = None
    stopping_condition: PydanticStopping | None = None
    resource_config: PydanticResources | None = None
    training_time_in_seconds: _Count | None = None
    billable_time_in_seconds: _Count | None = None
    model_artifacts: PydanticArtifacts | None = None
    tuning_job_arn: _TuningArn | None = None


# --- cattrs ---------------------------------------------------------------------------------------


def _matching(pattern: str, longest: int, shortest: int = 0) -> Callable[..., None]:
    found = v.and_(
        v.min_len(shortest), v.max_len(longest), v.matches_re(pattern, re.ASCII, re.fullmatch)
    )
    return v.optional(found)


_is_name: Final = _matching(_NAME, 63, 1)
_is_job_arn: Final = _matching(f"{_ARN}training-job/{_NAME}", 256)
_is_plan_arn: Final = _matching(f"{_ARN}training-plan/.*", 2048, 50)
_is_tuning_arn: Final = _matching(f"{_ARN}hyper-parameter-tuning-job/.*", 256)
_is_reason: Final = v.optional(v.max_len(1024))
_is_message: Final = v.optional(v.max_len(64 * 1024))
_is_count: Final = v.optional(v.and_(v.ge(0), v.le(_LARGEST)))


@frozen(kw_only=True)
class CattrsWarmPool:
    """The structure WarmPoolStatus."""

    status: WarmPoolStatus
    resource_retained_billable_time_in_seconds: int | None = field(
        default=None, validator=_is_count
    )
    reused_by_job: str | None = field(default=None, validator=_is_name)


@frozen(kw_only=True)
class CattrsTransition:
    """A stay in a secondary status."""

    status: SecondaryStatus
    start_time: datetime
    end_time: datetime | None = None
    status_message: str | None = field(default=None, validator=_is_message)


@frozen(kw_only=True)
class CattrsRetry:
    """The structure RetryStrategy."""

    maximum_retry_attempts: int | None = field(default=None, validator=_is_count)


@frozen(kw_only=True)
class CattrsStopping:
    """The structure StoppingCondition."""

    max_runtime_in_seconds: int | None = field(default=None, validator=_is_count)
    max_wait_time_in_seconds: int | None = field(default=None, validator=_is_count)
    max_pending_time_in_seconds: int | None = field(default=None, validator=_is_count)


@frozen(kw_only=True)
class CattrsPreference:
    """What the life cycle needs of InstancePreference."""

    training_plan_arns: tuple[str, ...] = field(
        default=(), validator=[v.max_len(100), v.deep_iterable(_is_plan_arn)]
    )


@frozen(kw_only=True)
class CattrsResources:
    """What the life cycle needs of ResourceConfig."""

    keep_alive_period_in_seconds: int | None = field(default=None, validator=_is_count)
    training_plan_arn: str | None = field(default=None, validator=_is_plan_arn)
    instance_preferences: tuple[CattrsPreference, ...] = field(default=(), validator=v.max_len(100))


@frozen(kw_only=True)
class CattrsArtifacts:
    """The structure ModelArtifacts."""

    s3_model_artifacts: str | None = field(default=None, validator=_is_reason)


@frozen(kw_only=True)
class _CattrsRecord:
    training_job_name: str = field(validator=_is_name)
    training_job_arn: str = field(validator=_is_job_arn)
    training_job_status: TrainingJobStatus
    creation_time: datetime
    last_modified_time: datetime | None = None
    secondary_status: SecondaryStatus | None = None
    training_end_time: datetime | None = None
    warm_pool_status: CattrsWarmPool | None = None


@frozen(kw_only=True)
class CattrsSummary(_CattrsRecord):
    """An item of ListTrainingJobs."""

    training_plan_arn: str | None = field(default=None, validator=_is_plan_arn)


@frozen(kw_only=True)
class CattrsDescription(_CattrsRecord):
    """What the life cycle needs of a describe answer."""

    training_start_time: datetime | None = None
    secondary_status_transitions: tuple[CattrsTransition, ...] = field(
        default=(), validator=v.max_len(100_000)
    )
    failure_reason: str | None = field(default=None, validator=_is_reason)
    enable_managed_spot_training: bool | None = None
    retry_strategy: CattrsRetry | None = None
    stopping_condition: CattrsStopping | None = None
    resource_config: CattrsResources | None = None
    training_time_in_seconds: int | None = field(default=None, validator=_is_count)
    billable_time_in_seconds: int | None = field(default=None, validator=_is_count)
    model_artifacts: CattrsArtifacts | None = None
    tuning_job_arn: str | None = field(default=None, validator=_is_tuning_arn)


_Class = TypeVar("_Class")


def converter(*, detailed: bool) -> cattrs.Converter:
    """Return a converter of API mappings.

    Args:
        detailed: Report every defect with its place, as our records do; cattrs' default.
    """
    made = cattrs.Converter(detailed_validation=detailed)
    made.register_structure_hook(datetime, _structure_time)
    made.register_structure_hook(str, _exactly(str))
    made.register_structure_hook(int, _exactly(int))
    made.register_structure_hook(bool, _exactly(bool))
    for kind in (
        *(CattrsWarmPool, CattrsTransition, CattrsRetry, CattrsStopping, CattrsPreference),
        *(CattrsResources, CattrsArtifacts, CattrsSummary, CattrsDescription),
    ):
        names: Any = {
            each.name: override(rename=_api_name(each.name)) for each in attrs.fields(kind)
        }
        made.register_structure_hook(kind, make_dict_structure_fn(kind, made, **names))
    return made


def _api_name(attribute: str) -> str:
    return attribute.replace("_", " ").title().replace(" ", "")


def _exactly(kind: type[_Class]) -> Callable[[object, object], _Class]:
    """Return a hook that refuses other types; cattrs itself would call `str` and `int`."""

    def structure(value: object, _: object) -> _Class:
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
        return value

    return structure


def _structure_time(value: object, _: object) -> datetime:
    moment = value
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise ValueError("expected an aware time")
    if not _FIRST <= moment < _BEYOND:
        raise ValueError("expected a time of this century")
    return moment.astimezone(UTC)
