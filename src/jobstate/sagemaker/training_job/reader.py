"""How SageMaker's answers about training jobs become observations: `READER`."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, cast

from jobstate.model.observation import Entry, JobKey, Observation, Shown
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker.failure_reasons import failure_cause
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.records import (
    TrainingJobDescription,
    TrainingJobRecord,
    TrainingJobSummary,
    record_from_api,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_KIND: Final = SCHEMA.kind
_JOB, _WARM_POOL = "job", "warm_pool"
_SUMMARIES = "TrainingJobSummaries"
_DETAIL = "detail"
_ARN, _MODIFIED = "TrainingJobArn", "LastModifiedTime"
_TYPE = "detail-type"
(_TUNING,) = SCHEMA.links

#: Everything that comes from one place in a record of either kind: name → attribute.
_COMMON_FIELDS: Final = {
    "CreationTime": "creation_time",
    "TrainingEndTime": "training_end_time",
    "LastModifiedTime": "last_modified_time",
}
_DESCRIBED_FIELDS: Final = _COMMON_FIELDS | {
    "TrainingStartTime": "training_start_time",
    "FailureReason": "failure_reason",
    "TrainingTimeInSeconds": "training_time_in_seconds",
    "BillableTimeInSeconds": "billable_time_in_seconds",
}
_POOL_FIELDS: Final = {
    "WarmPoolStatus.ReusedByJob": "reused_by_job",
    "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds": (
        "resource_retained_billable_time_in_seconds"
    ),
}
_ARTIFACTS = "ModelArtifacts"
_POSSIBLE: Final[Mapping[type[TrainingJobRecord], frozenset[str]]] = dict(
    zip(
        (TrainingJobDescription, TrainingJobSummary),
        map(SCHEMA.possible, SCHEMA.shapes),
        strict=True,
    )
)
_common_values = attrgetter(*_COMMON_FIELDS.values())
_described_values = attrgetter(*_DESCRIBED_FIELDS.values())
_pool_values = attrgetter(*_POOL_FIELDS.values())


class TrainingJobReader(SchemaReader):
    """Reads what boto3 returns, the AWS CLI prints and EventBridge sends about training jobs."""

    id_field = _ARN

    def takes(self, value: object) -> bool:
        """Return whether something is a record, or a mapping."""
        return isinstance(value, TrainingJobRecord) or super().takes(value)

    def read(self, answer: object) -> Observation:
        """Return what a record, an answer about one job, or an event says.

        Raises:
            ObservationError: The answer can't be read; it lists every problem.
        """
        if type(answer) is dict and _DETAIL not in answer and _TYPE not in answer:
            return _observed(record_from_api(answer))  # as nearly always
        if isinstance(answer, TrainingJobRecord):
            return _observed(answer)
        return super().read(answer)

    def _observation(self, answer: object, spelling: Mapping[str, str]) -> Observation:  # noqa: ARG002 - statuses are spelt alike
        return _observed(record_from_api(cast("Mapping[str, object]", answer)))

    def sameness(self, answer: Mapping[str, object], modified: datetime | None) -> int | None:
        """Return what tells an item of a list from others about the same job, by all its fields.

        None of one whose LastModifiedTime is another, and of anything else.
        """
        time = answer.get(_MODIFIED)
        if type(time) is not datetime or modified is None or time.second != modified.second:
            return None  # zones are whole minutes apart; else it is read, which does no harm
        found: list[object] = []
        for name, value in cast("Mapping[str, Any]", answer).items():
            kind = type(value)
            if kind is str:
                found += name, value
            elif kind is datetime:
                # One without a zone can't be read, and is no time of the machine's zone.
                found += name, kind if value.tzinfo is None else value.timestamp()
            elif kind is dict:
                found += name, *value.items(), *map(type, value.values())
            else:
                found += name, value, kind
        try:
            return hash(tuple(found))
        except TypeError:  # it has lists, as only descriptions do
            return None


#: How a life cycle reads SageMaker's answers about training jobs.
READER: Final = TrainingJobReader(SCHEMA, failure_cause)


# --- Observations -------------------------------------------------------------------------------


def _observed(record: TrainingJobRecord) -> Observation:
    reason = tuning = None
    if isinstance(record, TrainingJobDescription):
        reason, tuning = record.failure_reason, record.tuning_job_arn
    return Observation(
        job=JobKey(_KIND, record.training_job_arn, record.creation_time),
        shown=_shown(record),
        features=_features(record),
        entries=_entries(record),
        modified=record.last_modified_time,
        cause=failure_cause(reason) if reason else None,
        failure_reason=reason,
        fields=_fields(record),
        possible=_POSSIBLE[type(record)],
        parent=_TUNING.job(tuning) if tuning else None,
    )


def _shown(record: TrainingJobRecord) -> dict[str, Shown]:
    shown_now = {_JOB: _status(record.training_job_status, record.secondary_status)}
    pool = record.warm_pool_status
    if pool is not None:
        shown_now[_WARM_POOL] = _status(pool.status, None)
    return shown_now


# There are few pairs of statuses and many answers. Unknown statuses are bounded in length, so what
# a hostile source can make this hold is bounded too.
@lru_cache(maxsize=256)
def _status(primary: str, secondary: str | None) -> Shown:
    return Shown(str(primary), None if secondary is None else str(secondary))


def _features(record: TrainingJobRecord) -> dict[str, bool]:
    features = {}
    if record.warm_pool_status is not None:
        features["warm_pool"] = True
    if isinstance(record, TrainingJobDescription):
        features |= _described_features(record)
    elif isinstance(record, TrainingJobSummary) and record.training_plan_arn is not None:
        features["plan"] = True
    return features


def _described_features(record: TrainingJobDescription) -> dict[str, bool]:
    """Return the features that only descriptions show; what is absent shows nothing."""
    features = {}
    resources = record.resource_config
    preferences = () if resources is None else resources.instance_preferences
    if preferences:
        features["spot"] = False
    if record.enable_managed_spot_training is not None:
        features["spot"] = record.enable_managed_spot_training
    if record.retry_strategy is not None:
        features["retry"] = True
    if resources is not None and resources.training_plan_arn is not None:
        features["plan"] = True
    if any(each.training_plan_arns for each in preferences):
        features["plan"] = True
    if resources is not None and resources.keep_alive_period_in_seconds:
        features["warm_pool"] = True
    return features


def _entries(record: TrainingJobRecord) -> tuple[Entry, ...]:
    if not isinstance(record, TrainingJobDescription):
        return ()
    return tuple(
        [
            Entry(str(stay.status), stay.start_time, stay.end_time, stay.status_message)
            for stay in record.secondary_status_transitions
        ]
    )


def _fields(record: TrainingJobRecord) -> dict[str, object]:
    if isinstance(record, TrainingJobDescription):
        fields = _present(_DESCRIBED_FIELDS, _described_values(record))
        artifacts = record.model_artifacts
        if artifacts is not None and artifacts.s3_model_artifacts:
            fields[_ARTIFACTS] = artifacts.s3_model_artifacts
    else:
        fields = _present(_COMMON_FIELDS, _common_values(record))
    pool = record.warm_pool_status
    if pool is not None:
        fields |= _present(_POOL_FIELDS, _pool_values(pool))
    return fields


def _present(names: Iterable[str], values: Iterable[object]) -> dict[str, object]:
    # Some sources print an empty text for what a job does not have; 0 is something.
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if value or value == 0}
