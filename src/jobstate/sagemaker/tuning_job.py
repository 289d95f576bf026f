"""The life cycle of an Amazon SageMaker hyperparameter tuning job: `TUNING_JOB`.

Its training jobs have a life cycle of their own; here are its own status and its counters of them.

Facts as known in November 2026.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from jobstate.model.answer_schema import Field
from jobstate.model.child_rules import ChildrenCameTo, CountsChildren
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.rule_tests import Grows, Sums
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import Failed, SchemaWriter, created, ended, id_of, modified
from jobstate.model.specification import Rule, Severity
from jobstate.model.states import UNKNOWN_CAUSE, Basis, Edge, Outcome, Region, State
from jobstate.sagemaker import five_statuses as five
from jobstate.sagemaker.failure_reasons import failure_cause
from jobstate.sagemaker.fields import (
    SOURCES,
    arn_field,
    event,
    job_id,
    job_name,
    name_field,
    reason_field,
)

if TYPE_CHECKING:
    from jobstate.model.observation import Moment

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED
_RESOURCE: Final = "hyper-parameter-tuning-job"
_EVENT: Final = "SageMaker HyperParameter Tuning Job State Change"
_LONGEST_NAME: Final = 32
_DELETING, _DELETE_FAILED = "Deleting", "DeleteFailed"

#: What counts the training jobs by how they are, and by whether they have a result.
_JOBS: Final = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
_OBJECTIVES: Final = ("Succeeded", "Pending", "Failed")
_JOB_COUNTERS: Final = tuple(f"TrainingJobStatusCounters.{name}" for name in _JOBS)
_OBJECTIVE_COUNTERS: Final = tuple(f"ObjectiveStatusCounters.{name}" for name in _OBJECTIVES)
#: Those that count what has ended for good: of a retried training job RetryableError is taken back.
_GROWING: Final = (
    *(
        f"TrainingJobStatusCounters.{name}"
        for name in ("Completed", "NonRetryableError", "Stopped")
    ),
    *(f"ObjectiveStatusCounters.{name}" for name in ("Succeeded", "Failed")),
)

_SUMMARY: Final = {
    "HyperParameterTuningJobName": name_field(_LONGEST_NAME, required=True),
    "HyperParameterTuningJobArn": arn_field(_RESOURCE, "a tuning job", required=True),
    "HyperParameterTuningJobStatus": Field.status(required=True),
    "CreationTime": Field.time(required=True),
    "HyperParameterTuningEndTime": Field.time(),
    "LastModifiedTime": Field.time(),
    "TrainingJobStatusCounters": Field.part(dict.fromkeys(_JOBS, Field.count())),
    "ObjectiveStatusCounters": Field.part(dict.fromkeys(_OBJECTIVES, Field.count())),
}
_DESCRIPTION: Final = {**_SUMMARY, "FailureReason": reason_field()}

#: What answers about tuning jobs look like.
SCHEMA: Final = five.answer_schema(
    "HyperParameterTuningJob",
    resource=_RESOURCE,
    detail_type=_EVENT,
    described=_DESCRIPTION,
    listed=_SUMMARY,
    nested=("BestTrainingJob", "OverallBestTrainingJob"),
    ended="HyperParameterTuningEndTime",
    page="hyper-tuning-jobs",
)


def _jobs_counted(moment: Moment) -> dict[str, int]:
    """Return counters of a job that started one training job, which ended with it."""
    counted = "InProgress" if moment.ended is None else "Completed"
    return {name: int(name == counted) for name in _JOBS}


def _objectives_counted(moment: Moment) -> dict[str, int]:
    counted = "Pending" if moment.ended is None else "Succeeded"
    return {name: int(name == counted) for name in _OBJECTIVES}


_WRITER: Final = SchemaWriter(
    schema=SCHEMA,
    says={
        "HyperParameterTuningJobName": job_name,
        "HyperParameterTuningJobArn": id_of,
        "CreationTime": created,
        "HyperParameterTuningEndTime": ended,
        "LastModifiedTime": modified,
        "FailureReason": Failed(five.FAILED),
        "TrainingJobStatusCounters": _jobs_counted,
        "ObjectiveStatusCounters": _objectives_counted,
    },
    id_for=partial(job_id, _RESOURCE),
    event=partial(event, _EVENT),
)

_STATES: Final = (
    *five.states(
        {
            five.IN_PROGRESS: (_OBS, "API; 16 answers"),
            five.COMPLETED: (_OBS, "API; NB 1, SF 1"),
            five.FAILED: (_OBS, "API; ISSUES; REC"),
            five.STOPPING: (_OBS, "API; REC 1"),
        }
    ),
    State(
        primary=_DELETING,
        outcome=Outcome.UNKNOWN,
        cause=UNKNOWN_CAUSE,
        final=True,
        gone=True,
        meaning="its record is being removed; its training jobs stay",
        basis=_DOC,
        source="API",
    ),
    State(
        primary=_DELETE_FAILED,
        outcome=Outcome.UNKNOWN,
        cause=UNKNOWN_CAUSE,
        final=True,
        gone=True,
        meaning="its record could not be removed",
        basis=_DOC,
        source="API",
    ),
)
_INFERRED_MOVES: Final = (
    (five.COMPLETED, _DELETING, "delete_requested"),
    (five.FAILED, _DELETING, "delete_requested"),
    (five.STOPPED, _DELETING, "delete_requested"),
    (_DELETING, _DELETE_FAILED, "delete_failed"),
    (_DELETE_FAILED, _DELETING, "delete_requested"),
)
_EDGES: Final = (
    *five.edges(
        {
            (five.IN_PROGRESS, five.COMPLETED): (_OBS, "NB 1, SF 1: all training jobs are done"),
            (five.IN_PROGRESS, five.FAILED): (_OBS, "ISSUES; REC: no training job succeeded"),
            (five.IN_PROGRESS, five.STOPPING): (_OBS, "REC 1; API"),
        }
    ),
    *(
        Edge(origin=origin, target=target, cause=cause, basis=_INF, source="ENUM; silent")
        for origin, target, cause in _INFERRED_MOVES
    ),
)

#: Which counters that never fall count which training jobs: outcomes, causes. A failure that may be
#: retried leaves RetryableError again; one of the client's is not retried (API).
_COUNTS: Final = (
    ("Completed", {Outcome.SUCCEEDED}, ()),
    ("Stopped", {Outcome.STOPPED, Outcome.TIMED_OUT}, ()),
    ("NonRetryableError", {Outcome.FAILED}, ("client",)),
)


def _counts_its_children(*, ended: bool) -> tuple[CountsChildren, ...]:
    return tuple(
        CountsChildren(
            fields=(f"TrainingJobStatusCounters.{name}",),
            outcomes=outcomes,
            causes=causes,
            ended=ended,
        )
        for name, outcomes, causes in _COUNTS
    )


_RULES: Final = (
    five.end_time_exactly_when_final(
        "HyperParameterTuningEndTime", "4 of 4 that ended, 0 of 18 others"
    ),
    five.times_in_order(
        ("CreationTime", "HyperParameterTuningEndTime", "LastModifiedTime"),
        "22 answers, no counterexample",
    ),
    five.times_fixed(
        ("CreationTime", "HyperParameterTuningEndTime"),
        "3 jobs of which several answers show CreationTime, 1 of them the end",
    ),
    five.reason_only_when_failed("API; 1 of 1"),
    Rule(
        id="counters-grow",
        summary="What has ended for good is never counted less.",
        basis=_INF,
        source="API, TrainingJobStatusCounters; the others go both ways",
        tests=(Grows(fields=_GROWING),),
    ),
    Rule(
        id="counters-agree",
        summary="Both counters add up to the training jobs that were started so far.",
        basis=_OBS,
        source="21 of 21",
        tests=(Sums(fields=_JOB_COUNTERS, others=_OBJECTIVE_COUNTERS),),
    ),
    Rule(
        id="pending-are-in-progress",
        summary="The training jobs without a result are those in progress.",
        basis=_OBS,
        source="21 of 21",
        tests=(
            Sums(
                fields=("ObjectiveStatusCounters.Pending",),
                others=("TrainingJobStatusCounters.InProgress",),
            ),
        ),
    ),
    Rule(
        id="children-are-counted",
        summary="Once it has ended, it counts each of its training jobs as what that came to.",
        basis=_INF,
        source="API, TrainingJobStatusCounters: those launched, by status",
        tests=_counts_its_children(ended=True),
    ),
    Rule(
        id="children-are-counted-soon",
        summary="Until it has ended, it counts those of its training jobs that had before.",
        basis=_INF,
        source="API; nobody knows how late the counters are",
        severity=Severity.NOTE,
        tests=_counts_its_children(ended=False),
    ),
    Rule(
        id="children-end-first",
        summary="No training job of it runs after it has completed or failed.",
        basis=_INF,
        source="InProgress is 0 in 3 of 3 that ended",
        severity=Severity.NOTE,
        tests=(
            ChildrenCameTo(
                when={Outcome.SUCCEEDED, Outcome.FAILED},
                outcomes=set().union(*(outcomes for _, outcomes, _ in _COUNTS)),
            ),
        ),
    ),
)

#: The life cycle of a SageMaker hyperparameter tuning job.
TUNING_JOB: Final = importable(
    Lifecycle(
        name=SCHEMA.kind,
        version="2026.11",
        title="Amazon SageMaker hyperparameter tuning job",
        regions=(
            Region(
                name=five.JOB,
                title="HyperParameterTuningJobStatus",
                field="HyperParameterTuningJobStatus",
                initial=(five.IN_PROGRESS,),
                states=_STATES,
                edges=_EDGES,
            ),
        ),
        rules=_RULES,
        reader=SchemaReader(SCHEMA, failure_cause),
        writer=_WRITER,
        failure_cause=failure_cause,
        sources={
            **SOURCES,
            "SF": "output of Step Functions",
            "ISSUES": "aws/amazon-sagemaker-examples#2436, #2437",
        },
    ),
    "jobstate.sagemaker:TUNING_JOB",
)
