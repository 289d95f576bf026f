"""What SageMaker answers about a training job, as frozen records.

`TrainingJobSummary` is an item of ListTrainingJobs, `TrainingJobDescription` the answer of
DescribeTrainingJob (and the `detail` of an event). A field is declared once: its name in the API,
how it is read, whether it is required. Calling a class and `from_api` make the same checks.

Sources of what the docstrings say: API (the SageMaker API reference and botocore 1.44.5's service
model), WARM (developer guide, "Train using managed warm pools"), OBSERVED (published answers).
Every time is an aware datetime in UTC, every other number a whole one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, cast

from attrs import field, frozen
from attrs.converters import optional

from jobstate.model.values import read_count, read_flag, read_time, refused
from jobstate.sagemaker.training_job.fields import (
    A_SHORT_LIST,
    MOST_LISTED,
    read_job_arn,
    read_job_name,
    read_message,
    read_plan_arn,
    read_plan_arns,
    read_pool,
    read_primary,
    read_reason,
    read_s3_uri,
    read_secondary,
    read_tuning_arn,
)
from jobstate.sagemaker.training_job.statuses import (
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)
from jobstate.sagemaker.training_job.structures import Record, api, read_all, read_part

#: A job that is retried for its 30 days has far fewer.
MOST_TRANSITIONS: Final = 100_000
A_HISTORY: Final = f"a list of at most {MOST_TRANSITIONS:,} entries"

# --- Parts --------------------------------------------------------------------------------------


@frozen(kw_only=True)
class WarmPool(Record):
    """The instances kept for the next job: the API's structure WarmPoolStatus (API, WARM).

    Attributes:
        status: What became of them.
        resource_retained_billable_time_in_seconds: How long they were kept, as billed, in seconds
            of wall-clock time (times the instances for the bill). Only when reused or terminated.
        reused_by_job: The name of the job that took them. Only when reused.
    """

    status: WarmPoolStatus = field(converter=read_pool, metadata=api("Status"))
    resource_retained_billable_time_in_seconds: int | None = field(
        default=None,
        converter=optional(read_count),
        metadata=api("ResourceRetainedBillableTimeInSeconds"),
    )
    reused_by_job: str | None = field(
        default=None, converter=optional(read_job_name), metadata=api("ReusedByJob")
    )


@frozen(kw_only=True)
class SecondaryStatusTransition(Record):
    """One stay in a secondary status (API).

    Attributes:
        status: The secondary status.
        start_time: When the job entered it.
        end_time: When the job left it; None while it stays, and in sources that leave it out
            (OBSERVED).
        status_message: The service's words for people; they change while the entry stays, and
            AWS asks not to branch on them. At most 64 Ki characters, our own limit.
    """

    status: SecondaryStatus = field(converter=read_secondary, metadata=api("Status"))
    start_time: datetime = field(converter=read_time, metadata=api("StartTime"))
    end_time: datetime | None = field(
        default=None, converter=optional(read_time), metadata=api("EndTime")
    )
    status_message: str | None = field(
        default=None, converter=optional(read_message), metadata=api("StatusMessage")
    )


@frozen(kw_only=True)
class RetryStrategy(Record):
    """Whether a job is tried again after an InternalServerError (API).

    Attributes:
        maximum_retry_attempts: How often at most; 1 to 30 in requests.
    """

    maximum_retry_attempts: int | None = field(
        default=None, converter=optional(read_count), metadata=api("MaximumRetryAttempts")
    )


@frozen(kw_only=True)
class StoppingCondition(Record):
    """How long a job may take; over every attempt together where it is retried (API).

    Attributes:
        max_runtime_in_seconds: How long it may run, in seconds; AWS's default is a day.
        max_wait_time_in_seconds: With managed spot training or a retry strategy, how long waiting
            and running may take together, in seconds.
        max_pending_time_in_seconds: How long it may be pending, in seconds; 1800 to 2419200 in
            requests.
    """

    max_runtime_in_seconds: int | None = field(
        default=None, converter=optional(read_count), metadata=api("MaxRuntimeInSeconds")
    )
    max_wait_time_in_seconds: int | None = field(
        default=None, converter=optional(read_count), metadata=api("MaxWaitTimeInSeconds")
    )
    max_pending_time_in_seconds: int | None = field(
        default=None, converter=optional(read_count), metadata=api("MaxPendingTimeInSeconds")
    )


@frozen(kw_only=True)
class InstancePreference(Record):
    """One of the types of instances that a job may run on, of which one is selected (API).

    Attributes:
        training_plan_arns: The training plans whose reserved capacity it uses there; at most 100,
            our own limit. Empty where it runs on demand.
    """

    training_plan_arns: tuple[str, ...] = field(
        default=(), converter=read_plan_arns, metadata=api("TrainingPlanArns")
    )


_Preferences: TypeAlias = tuple[InstancePreference, ...]


def _read_preferences(
    value: Sequence[InstancePreference | Mapping[str, object]] | None,
) -> _Preferences:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or len(value) > MOST_LISTED:
        return cast("_Preferences", refused(A_SHORT_LIST, value))
    return read_all(InstancePreference, value)


@frozen(kw_only=True)
class ResourceConfig(Record):
    """Of what a job runs on, only what its life cycle depends on (API).

    Attributes:
        keep_alive_period_in_seconds: How long its instances are kept for the next job, in
            seconds; 0 to 21600 in requests. 0 keeps none.
        training_plan_arn: The training plan whose reserved capacity it uses; 50 to 2,048
            characters.
        instance_preferences: What it may run on, the best first; at most 100, our own limit. Only
            of jobs that are not on spot.
    """

    keep_alive_period_in_seconds: int | None = field(
        default=None, converter=optional(read_count), metadata=api("KeepAlivePeriodInSeconds")
    )
    training_plan_arn: str | None = field(
        default=None, converter=optional(read_plan_arn), metadata=api("TrainingPlanArn")
    )
    instance_preferences: _Preferences = field(
        default=(), converter=_read_preferences, metadata=api("InstancePreferences")
    )


@frozen(kw_only=True)
class ModelArtifacts(Record):
    """Where a completed job's model is (API).

    Attributes:
        s3_model_artifacts: The URI of the archive in S3; at most 1,024 characters. Some sources
            print an empty one for a job that has none (EventBridge's documented sample).
    """

    s3_model_artifacts: str | None = field(
        default=None, converter=optional(read_s3_uri), metadata=api("S3ModelArtifacts")
    )


#: What a part of a record may come as.
PartInput: TypeAlias = Mapping[str, object]


def _read_warm_pool(value: WarmPool | PartInput) -> WarmPool:
    return read_part(WarmPool, value)


def _read_retry_strategy(value: RetryStrategy | PartInput) -> RetryStrategy:
    return read_part(RetryStrategy, value)


def _read_stopping_condition(value: StoppingCondition | PartInput) -> StoppingCondition:
    return read_part(StoppingCondition, value)


def _read_resource_config(value: ResourceConfig | PartInput) -> ResourceConfig:
    return read_part(ResourceConfig, value)


def _read_model_artifacts(value: ModelArtifacts | PartInput) -> ModelArtifacts:
    return read_part(ModelArtifacts, value)


_Transitions: TypeAlias = tuple[SecondaryStatusTransition, ...]


def _read_transitions(
    value: Sequence[SecondaryStatusTransition | PartInput] | None,
) -> _Transitions:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        return cast("_Transitions", refused(A_HISTORY, value))
    if len(value) > MOST_TRANSITIONS:
        return cast("_Transitions", refused(A_HISTORY, value, f"{len(value):,} entries"))
    return read_all(SecondaryStatusTransition, value)


# --- Answers ------------------------------------------------------------------------------------


@frozen(kw_only=True)
class TrainingJobRecord(Record):
    """What the list and the describe answer both say of a training job (API).

    Real answers leave out whatever has not come to be yet, so only four fields are required.

    Attributes:
        training_job_name: Its name; 1 to 63 letters, digits and inner hyphens. Not checked against
            the arn.
        training_job_arn: Its arn; at most 256 characters. A deleted job's may be used again: only
            together with `creation_time` does it identify a job.
        training_job_status: The primary status; kept even if we don't know it.
        creation_time: When it was created.
        last_modified_time: When the record was last changed, which is not always a change of
            status (OBSERVED).
        secondary_status: What it is doing; kept even if we don't know it. In the list only since
            2024-11-01.
        training_end_time: When it ended; only in a terminal status, and not always there (API).
        warm_pool_status: The instances kept for the next job; only with a warm pool.
    """

    training_job_name: str = field(converter=read_job_name, metadata=api("TrainingJobName"))
    training_job_arn: str = field(converter=read_job_arn, metadata=api("TrainingJobArn"))
    training_job_status: TrainingJobStatus = field(
        converter=read_primary, metadata=api("TrainingJobStatus")
    )
    creation_time: datetime = field(converter=read_time, metadata=api("CreationTime"))
    last_modified_time: datetime | None = field(
        default=None, converter=optional(read_time), metadata=api("LastModifiedTime")
    )
    secondary_status: SecondaryStatus | None = field(
        default=None, converter=optional(read_secondary), metadata=api("SecondaryStatus")
    )
    training_end_time: datetime | None = field(
        default=None, converter=optional(read_time), metadata=api("TrainingEndTime")
    )
    warm_pool_status: WarmPool | None = field(
        default=None, converter=optional(_read_warm_pool), metadata=api("WarmPoolStatus")
    )


@frozen(kw_only=True)
class TrainingJobSummary(TrainingJobRecord):
    """One item of ListTrainingJobs (API): every field that it has.

    The fields of `TrainingJobRecord` come first.

    Attributes:
        training_plan_arn: The training plan whose reserved capacity it uses; 50 to 2,048
            characters.
    """

    training_plan_arn: str | None = field(
        default=None, converter=optional(read_plan_arn), metadata=api("TrainingPlanArn")
    )


@frozen(kw_only=True)
class TrainingJobDescription(TrainingJobRecord):
    """The answer of DescribeTrainingJob (API): what the life cycle needs of it.

    The fields of `TrainingJobRecord` come first.

    Attributes:
        training_start_time: When it came to its instances: the start of the first Downloading
            (OBSERVED).
        secondary_status_transitions: Every stay in a secondary status since its creation, the
            oldest first; at most 100,000, our own limit. Empty where the source leaves it out.
        failure_reason: Why it failed, in the service's words after a leading kind such as
            ``AlgorithmError:``; at most 1,024 characters. Only of failed jobs.
        enable_managed_spot_training: Whether it runs on spot instances.
        retry_strategy: Whether and how often it is tried again.
        stopping_condition: How long it may take.
        resource_config: What it runs on.
        training_time_in_seconds: How long it trained, in seconds.
        billable_time_in_seconds: How long it is billed for, in seconds of wall-clock time (times
            the instances for the bill).
        model_artifacts: Where the model is; in every completed job (OBSERVED).
        tuning_job_arn: The hyperparameter tuning job that started it; at most 256 characters.
    """

    training_start_time: datetime | None = field(
        default=None, converter=optional(read_time), metadata=api("TrainingStartTime")
    )
    secondary_status_transitions: _Transitions = field(
        default=(), converter=_read_transitions, metadata=api("SecondaryStatusTransitions")
    )
    failure_reason: str | None = field(
        default=None, converter=optional(read_reason), metadata=api("FailureReason")
    )
    enable_managed_spot_training: bool | None = field(
        default=None, converter=optional(read_flag), metadata=api("EnableManagedSpotTraining")
    )
    retry_strategy: RetryStrategy | None = field(
        default=None, converter=optional(_read_retry_strategy), metadata=api("RetryStrategy")
    )
    stopping_condition: StoppingCondition | None = field(
        default=None,
        converter=optional(_read_stopping_condition),
        metadata=api("StoppingCondition"),
    )
    resource_config: ResourceConfig | None = field(
        default=None, converter=optional(_read_resource_config), metadata=api("ResourceConfig")
    )
    training_time_in_seconds: int | None = field(
        default=None, converter=optional(read_count), metadata=api("TrainingTimeInSeconds")
    )
    billable_time_in_seconds: int | None = field(
        default=None, converter=optional(read_count), metadata=api("BillableTimeInSeconds")
    )
    model_artifacts: ModelArtifacts | None = field(
        default=None, converter=optional(_read_model_artifacts), metadata=api("ModelArtifacts")
    )
    tuning_job_arn: str | None = field(
        default=None, converter=optional(read_tuning_arn), metadata=api("TuningJobArn")
    )


_DESCRIBE_ONLY = frozenset(TrainingJobDescription.attributes) - set(TrainingJobSummary.attributes)


def record_from_api(answer: Mapping[str, object]) -> TrainingJobSummary | TrainingJobDescription:
    """Return a description if the answer has any field that only descriptions have, else a summary.

    Raises:
        ObservationError: The answer can't be read; it lists every problem.
    """
    is_mapping = type(answer) is dict or isinstance(answer, Mapping)
    if is_mapping and not _DESCRIBE_ONLY.isdisjoint(answer):
        return TrainingJobDescription.from_api(answer)
    return TrainingJobSummary.from_api(answer)
