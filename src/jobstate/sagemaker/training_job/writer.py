"""How SageMaker answers about a moment of a training job's life: `WRITER`, the reverse of `READER`.

The answers are what boto3 returns, or what EventBridge sends; they say what the life cycle depends
on, and what botocore's model requires besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jobstate.errors import ObservationError
from jobstate.model.answer_schema import within
from jobstate.model.observation import Entry, JobKey, Moment
from jobstate.model.operations import NOWHERE, Place
from jobstate.model.values import Refused
from jobstate.sagemaker.fields import LONGEST_NAME
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.fields import read_job_name
from jobstate.sagemaker.training_job.statuses import (
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

if TYPE_CHECKING:
    from datetime import datetime

#: How long the instances of a job with a warm pool are kept, in seconds.
KEEP_ALIVE: Final = 600
_JOB, _WARM_POOL = "job", "warm_pool"
_POOL_OVER = frozenset({WarmPoolStatus.REUSED, WarmPoolStatus.TERMINATED})
_IN_LIST = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
    "WarmPoolStatus",
)


class TrainingJobWriter:
    """Answers as DescribeTrainingJob, ListTrainingJobs (one item of it) and EventBridge do."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of its answers, the one that says most first."""
        return ("describe", "list", "event")

    @property
    def longest_name(self) -> int:
        """How many characters the name of a job can have."""
        return LONGEST_NAME

    def key(self, name: str, created: datetime, place: Place = NOWHERE) -> JobKey:
        """Return the key of a job of that name, in an account and a region.

        Raises:
            ObservationError: SageMaker allows no such name.
        """
        read = read_job_name(name)
        if isinstance(read, Refused):
            raise ObservationError(problem.under("TrainingJobName") for problem in read.problems)
        return JobKey(SCHEMA.kind, place.arn("sagemaker", f"training-job/{name}"), created)

    def write(self, moment: Moment, form: str) -> dict[str, Any]:
        """Return the answer about a moment; times are aware datetimes, in events milliseconds."""
        described = _described(moment)
        if form == "list":
            item = {name: described[name] for name in _IN_LIST if name in described}
            return item | _plan(moment)
        if form == "event":
            return SCHEMA.envelopes[0].around(described, moment)
        return described


#: How SageMaker answers about training jobs.
WRITER: Final = TrainingJobWriter()


# --- DescribeTrainingJob ------------------------------------------------------------------------


def _described(moment: Moment) -> dict[str, Any]:
    shown = moment.shown[_JOB]
    name = moment.job.id.rsplit("/", 1)[-1]
    answer: dict[str, Any] = {
        "TrainingJobName": name,
        "TrainingJobArn": moment.job.id,
        "TrainingJobStatus": shown.primary,
        "SecondaryStatus": shown.secondary,
        "CreationTime": moment.entries[0].start,
        "LastModifiedTime": moment.modified,
        "SecondaryStatusTransitions": [_transition(entry) for entry in moment.entries],
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "ResourceConfig": _resources(moment),
        "EnableManagedSpotTraining": bool(moment.features.get("spot")),
        **_times(moment),
    }
    if moment.features.get("retry"):
        answer["RetryStrategy"] = {"MaximumRetryAttempts": 3}
    if moment.failure is not None and _is(moment, TrainingJobStatus.FAILED):
        answer["FailureReason"] = moment.failure
    if _is(moment, TrainingJobStatus.COMPLETED):
        folder = within(moment.asked, ("OutputDataConfig", "S3OutputPath")) or "s3://models"
        artifacts = f"{str(folder).rstrip('/')}/{name}/output/model.tar.gz"
        answer["ModelArtifacts"] = {"S3ModelArtifacts": artifacts}
    if _WARM_POOL in moment.shown:
        answer["WarmPoolStatus"] = _pool(moment, name)
    said = {field: value for field, value in answer.items() if value is not None}
    return {**said, **moment.asked}


def _is(moment: Moment, result: TrainingJobStatus) -> bool:
    """Return whether a job has come to a result; one that is being deleted keeps its own."""
    return result in set(moment.shown[_JOB])


def _transition(entry: Entry) -> dict[str, Any]:
    stay = {
        "Status": entry.status,
        "StartTime": entry.start,
        "EndTime": entry.end,
        "StatusMessage": entry.message,
    }
    return {field: value for field, value in stay.items() if value is not None}


def _times(moment: Moment) -> dict[str, Any]:
    """Return when the job came to its instances and ended, and how long that took."""
    downloading = SecondaryStatus.DOWNLOADING
    first = next((entry for entry in moment.entries if entry.status == downloading), None)
    times: dict[str, Any] = {}
    if first is not None:
        times["TrainingStartTime"] = first.start
    if moment.ended is not None:
        times["TrainingEndTime"] = moment.ended
    if first is not None and moment.ended is not None:
        # Whole seconds of either end, as the service counts.
        seconds = int(moment.ended.timestamp()) - int(first.start.timestamp())
        times |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
    return times


def _resources(moment: Moment) -> dict[str, Any]:
    resources: dict[str, Any] = {
        "InstanceType": "ml.m5.xlarge",
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
    }
    if moment.features.get("warm_pool"):
        resources["KeepAlivePeriodInSeconds"] = KEEP_ALIVE
    return resources | _plan(moment)


def _plan(moment: Moment) -> dict[str, Any]:
    if not moment.features.get("plan"):
        return {}
    asked = within(moment.asked, ("ResourceConfig", "TrainingPlanArn"))
    return {
        "TrainingPlanArn": asked or f"{moment.job.id.rpartition(':')[0]}:training-plan/reserved"
    }


def _pool(moment: Moment, name: str) -> dict[str, Any]:
    status = moment.shown[_WARM_POOL].primary
    pool: dict[str, Any] = {"Status": status}
    if status in _POOL_OVER:
        kept = within(moment.asked, ("ResourceConfig", "KeepAlivePeriodInSeconds"))
        pool["ResourceRetainedBillableTimeInSeconds"] = kept or KEEP_ALIVE
    if status == WarmPoolStatus.REUSED:
        pool["ReusedByJob"] = f"{name[:58]}-next"
    return pool
