"""The life cycle of an Amazon SageMaker hyperparameter tuning job: `TUNING_JOB`.

Its training jobs have a life cycle of their own; here are its own status and its counters of them.

Facts as known in November 2026.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jobstate.model.child_rules import ChildrenCameTo, CountsChildren
from jobstate.model.fields import Field
from jobstate.model.links import Link
from jobstate.model.offspring import Child, Offspring
from jobstate.model.operations import Filter, Listing, Verb
from jobstate.model.rule_tests import Grows, Sums
from jobstate.model.schema_writer import Asked, ended
from jobstate.model.specification import Rule, Severity
from jobstate.model.states import Basis, Edge, Outcome, State
from jobstate.sagemaker import five_statuses as five
from jobstate.sagemaker.fields import actions, arn_field, reason_field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstate.model.observation import Moment

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED
_ENDS: Final = (five.COMPLETED, five.FAILED, five.STOPPED)
_DELETING, _DELETE_FAILED = "Deleting", "DeleteFailed"

#: What counts the training jobs by how they are, and by whether they have a result.
_JOBS: Final = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
_OBJECTIVES: Final = ("Succeeded", "Pending", "Failed")
#: Which counters that never fall count which training jobs: outcomes, causes. A failure that may be
#: retried leaves RetryableError again; one of the client's is not retried (API).
_COUNTS: Final = (
    ("TrainingJobStatusCounters.Completed", {Outcome.SUCCEEDED}, ()),
    ("TrainingJobStatusCounters.Stopped", {Outcome.STOPPED, Outcome.TIMED_OUT}, ()),
    ("TrainingJobStatusCounters.NonRetryableError", {Outcome.FAILED}, ("client",)),
)


def _counted(child: Child) -> str:
    """Return as what a training job is counted (API, TrainingJobStatusCounters)."""
    came_to = child.outcome
    if came_to is Outcome.FAILED:
        return "NonRetryableError" if child.cause == "client" else "RetryableError"
    if came_to in {Outcome.STOPPED, Outcome.TIMED_OUT}:
        return "Stopped"
    return "Completed" if came_to is Outcome.SUCCEEDED else "InProgress"


#: API, ObjectiveStatusCounters: what has no result is pending while it runs.
_OBJECTIVE_OF: Final = {"Completed": "Succeeded", "InProgress": "Pending"}


def _told(children: Sequence[Child]) -> dict[str, object]:
    """Return what a tuning job says of its training jobs: the first to complete is the best."""
    counts = Counter(map(_counted, children))
    objectives: Counter[str] = Counter()
    for name, number in counts.items():
        objectives[_OBJECTIVE_OF.get(name, "Failed")] += number
    told: dict[str, object] = {
        "TrainingJobStatusCounters": {name: counts[name] for name in _JOBS},
        "ObjectiveStatusCounters": {name: objectives[name] for name in _OBJECTIVES},
    }
    best = (each.id for each in children if each.outcome is Outcome.SUCCEEDED)
    if (found := next(best, None)) is not None:
        told["BestTrainingJob"] = {
            "TrainingJobName": found.rpartition("/")[2],
            "TrainingJobArn": found,
        }
    return told


def _made(asked: Mapping[str, Any], tuning_job: str, _: int) -> dict[str, object]:
    """Return what a training job is created with: its definition, and who made it."""
    definition = asked.get("TrainingJobDefinition", {})
    same = {name: each for name, each in definition.items() if name not in _TUNED}
    static = definition.get("StaticHyperParameters", {})
    return {**same, "HyperParameters": dict(static), "TuningJobArn": tuning_job}


#: What of a definition is about the tuning.
_TUNED: Final = frozenset(
    {"DefinitionName", "TuningObjective", "HyperParameterRanges", "StaticHyperParameters"}
)
_LIMITS: Final = "HyperParameterTuningJobConfig.ResourceLimits"
#: API, ListTrainingJobsForHyperParameterTuningJob.
_LISTING: Final = Listing(
    filters=(Filter("StatusEquals", "TrainingJobStatus"),),
    sorts={"Name": "TrainingJobName", "CreationTime": (), "Status": "TrainingJobStatus"},
    size="MaxResults",
    token="NextToken",  # noqa: S106 - the name of an argument
    by="SortBy",
    order="SortOrder",
    usual=10,
    most=100,
)
_OFFSPRING: Final = Offspring(
    kind="sagemaker-training-job",
    many=f"{_LIMITS}.MaxNumberOfTrainingJobs",
    at_once=f"{_LIMITS}.MaxParallelTrainingJobs",
    called="{name}-{number:03}-{digest}",
    says=_made,
    told=_told,
    failed=five.FAILED,
    operation="ListTrainingJobsForHyperParameterTuningJob",
    argument="HyperParameterTuningJobName",
    listed_in="TrainingJobSummaries",
    listing=_LISTING,
    # API, HyperParameterTrainingJobSummary
    shown=(
        *("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingStartTime"),
        *("TrainingEndTime", "TrainingJobStatus", "FailureReason"),
    ),
    besides={"TunedHyperParameters": {}},
)

#: What answers about tuning jobs look like.
SCHEMA: Final = five.answer_schema(
    "HyperParameterTuningJob",
    a_job="a tuning job",
    longest_name=32,
    ended="HyperParameterTuningEndTime",
    page="hyper-tuning-jobs",
    detail_type="SageMaker HyperParameter Tuning Job State Change",
    both={
        "HyperParameterTuningEndTime": Field.time(),
        "LastModifiedTime": Field.time(),
        "TrainingJobStatusCounters": Field.part(dict.fromkeys(_JOBS, Field.count())),
        "ObjectiveStatusCounters": Field.part(dict.fromkeys(_OBJECTIVES, Field.count())),
    },
    described={
        "FailureReason": reason_field(),
        "BestTrainingJob": Field.part(
            {"TrainingJobArn": arn_field("training-job", "a training job")}
        ),
    },
    listed={"Strategy": Field.text(64)},
    # API: DeleteHyperParameterTuningJob names no errors.
    done=actions("HyperParameterTuningJob", Verb.DELETE, missing="ValidationException"),
    links=(Link(field="BestTrainingJob.TrainingJobArn", to="sagemaker-training-job", child=True),),
    offspring=_OFFSPRING,
)


def _one(names: tuple[str, ...], running: str, ended: str, moment: Moment) -> dict[str, int]:
    """Return counters of a job that started one training job, which ended with it."""
    counted = running if moment.ended is None else ended
    return {name: int(name == counted) for name in names}


def _counts_its_children(*, ended: bool) -> tuple[CountsChildren, ...]:
    return tuple(
        CountsChildren(fields=counter, outcomes=outcomes, causes=causes, ended=ended)
        for counter, outcomes, causes in _COUNTS
    )


_RULES: Final = (
    *five.rules(
        ("CreationTime", "HyperParameterTuningEndTime"),
        {
            "end-time-exactly-when-final": "4 of 4 that ended, 0 of 18 others",
            "times-in-order": "22 answers, no counterexample",
            "times-fixed": "3 jobs of which several answers show CreationTime, 1 of them the end",
            "failure-reason-only-when-failed": "API; 1 of 1",
        },
    ),
    Rule(
        id="counters-grow",
        summary="What has ended for good is never counted less.",
        basis=_INF,
        source="API, TrainingJobStatusCounters; the others go both ways",
        tests=Grows(
            fields=(
                *(counter for counter, _, _ in _COUNTS),
                *(f"ObjectiveStatusCounters.{name}" for name in ("Succeeded", "Failed")),
            )
        ),
    ),
    Rule(
        id="counters-agree",
        summary="Both counters add up to the training jobs that were started so far.",
        basis=_OBS,
        source="21 of 21",
        tests=Sums(
            fields=tuple(f"TrainingJobStatusCounters.{name}" for name in _JOBS),
            others=tuple(f"ObjectiveStatusCounters.{name}" for name in _OBJECTIVES),
        ),
    ),
    Rule(
        id="pending-are-in-progress",
        summary="The training jobs without a result are those in progress.",
        basis=_OBS,
        source="21 of 21",
        tests=Sums(
            fields="ObjectiveStatusCounters.Pending",
            others="TrainingJobStatusCounters.InProgress",
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
        tests=ChildrenCameTo(
            when={Outcome.SUCCEEDED, Outcome.FAILED},
            outcomes=set().union(*(outcomes for _, outcomes, _ in _COUNTS)),
        ),
    ),
)

#: The life cycle of a SageMaker hyperparameter tuning job.
TUNING_JOB: Final = five.lifecycle(
    SCHEMA,
    constant="TUNING_JOB",
    title="Amazon SageMaker hyperparameter tuning job",
    known={
        five.IN_PROGRESS: (_OBS, "API; 16 answers"),
        five.COMPLETED: (_OBS, "API; NB 1, SF 1"),
        five.FAILED: (_OBS, "API; ISSUES; REC"),
        five.STOPPING: (_OBS, "API; REC 1"),
        (five.IN_PROGRESS, five.COMPLETED): (_OBS, "NB 1, SF 1: all training jobs are done"),
        (five.IN_PROGRESS, five.FAILED): (_OBS, "ISSUES; REC: no training job succeeded"),
        (five.IN_PROGRESS, five.STOPPING): (_OBS, "REC 1; API"),
    },
    more_states=(
        State(
            _DELETING, "its record is being removed; its training jobs stay", _DOC, "API", gone=True
        ),
        State(_DELETE_FAILED, "its record could not be removed", _DOC, "API", gone=True),
    ),
    more_edges=(
        *(Edge(end, _DELETING, "delete_requested", _INF, "ENUM; silent") for end in _ENDS),
        Edge(_DELETING, _DELETE_FAILED, "delete_failed", _INF, "ENUM; silent"),
        Edge(_DELETE_FAILED, _DELETING, "delete_requested", _INF, "ENUM; silent"),
    ),
    rules=_RULES,
    says={
        "HyperParameterTuningEndTime": ended,
        "Strategy": Asked("HyperParameterTuningJobConfig.Strategy", "Bayesian"),
        "TrainingJobStatusCounters": partial(_one, _JOBS, "InProgress", "Completed"),
        "ObjectiveStatusCounters": partial(_one, _OBJECTIVES, "Pending", "Succeeded"),
    },
    more_sources={
        "SF": "output of Step Functions",
        "ISSUES": "aws/amazon-sagemaker-examples#2436, #2437",
    },
)
