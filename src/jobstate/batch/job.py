"""The life cycle of an AWS Batch job: `BATCH_JOB`.

A job that is tried again goes back to RUNNABLE. FAILED is whatever did not succeed: a failure, a
cancellation, a termination or a time-out, which only the fields beside the status tell apart.
Facts as known in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from jobstate.batch.array import offspring
from jobstate.eventbridge import envelope
from jobstate.model.answer_schema import AnswerSchema, EndSign, Shape, Sign, StatusFields, within
from jobstate.model.child_rules import ChildrenBelow, ChildrenCameTo, CountsChildren
from jobstate.model.console import Console
from jobstate.model.fields import Field
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.links import Link
from jobstate.model.operations import (
    NOWHERE,
    Action,
    ErrorCodes,
    Filter,
    FilterTest,
    Listing,
    Place,
    Verb,
)
from jobstate.model.rule_tests import Fixed, Grows, InOrder, Requires, Where
from jobstate.model.schema_writer import Always, Began, Having, SchemaWriter, ended
from jobstate.model.specification import Rule, Severity
from jobstate.model.states import Basis, Edge, Feature, Outcome, State

if TYPE_CHECKING:
    from datetime import datetime

    from jobstate.model.observation import Moment

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED
_NAME, _FAILED = "aws-batch-job", "FAILED"
#: BAPI, RetryStrategy.
_MOST_ATTEMPTS: Final = 10
_IDS: Final = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")

SOURCES: Final = {
    "BAPI": "botocore's batch/2016-08-10 service model and the AWS Batch API reference",
    "BUG": "AWS Batch user guide: job states, retries, array jobs, jobs stuck in RUNNABLE",
    "ISSUES": "Netflix/metaflow#110, nextflow-io/nextflow#2005, saebyn/glowing-telegram#564",
    "NF": "a bug reproduction of nextflow on GitHub, 2021",
}

# --- Answers ------------------------------------------------------------------------------------

#: How many children have ended so; nobody needs the others.
_SUMMARISED: Final = Field.part(dict.fromkeys(("SUCCEEDED", _FAILED), Field.count()))
_REASON: Final = Field.text(64 * 1024)
_CONTAINER: Final = Field.part({"exitCode": Field.count(), "reason": _REASON})


def _name_field(what: str, letters: str, words: str) -> Field:
    return Field.text(
        128,
        shortest=1,
        pattern=f"[{letters}]+",
        expected=f"a Batch job's {what} (1 to 128 {words})",
        required=True,
    )


_SUMMARY: Final = {
    "jobId": _name_field("id", "A-Za-z0-9:#_-", "letters, digits, hyphens, colons"),
    "jobName": _name_field("name", "A-Za-z0-9_-", "letters, digits, hyphens, underscores"),
    "jobArn": Field.text(2048),
    "status": Field.status(required=True),
    "statusReason": _REASON,
    **dict.fromkeys(("createdAt", "startedAt", "stoppedAt"), Field.time()),
    "arrayProperties": Field.part(
        {"size": Field.count(), "index": Field.count(), "statusSummary": _SUMMARISED}
    ),
    "container": _CONTAINER,
}
_DESCRIPTION: Final = {
    **_SUMMARY,
    **dict.fromkeys(("isCancelled", "isTerminated"), Field.flag()),
    "attempts": Field.parts(
        {
            **dict.fromkeys(("startedAt", "stoppedAt"), Field.time()),
            "statusReason": _REASON,
            "container": _CONTAINER,
        },
        100,
    ),
    "retryStrategy": Field.part({"attempts": Field.count()}),
    "timeout": Field.part({"attemptDurationSeconds": Field.count()}),
    "jobQueue": Field.text(2048),
}

#: What statusReason begins with → what the job came to and why.
_REASONS: Final = (
    # BUG, "Job timeouts"
    ("Job attempt duration exceeded timeout", Outcome.TIMED_OUT, "timeout"),
    # saebyn/glowing-telegram#564
    ("Host EC2", Outcome.FAILED, "host_lost"),
    # NF
    ("Task failed to start", Outcome.FAILED, "not_started"),
)


def _arn(moment: Moment) -> str:
    return str(moment.asked.get("jobArn") or NOWHERE.arn("batch", f"job/{moment.job.id}"))


# --- Operations ---------------------------------------------------------------------------------

#: BAPI, ListJobs.
_LISTING: Final = Listing(
    filters=(Filter("jobQueue", "jobQueue"), Filter("jobStatus", "status", otherwise="RUNNING")),
    named=(
        Filter("JOB_NAME", "jobName", FilterTest.BEGINS),
        # By their names; their own words can be read either way.
        Filter("BEFORE_CREATED_AT", "createdAt", FilterTest.BEFORE),
        Filter("AFTER_CREATED_AT", "createdAt", FilterTest.AFTER),
        Filter("SHARE_IDENTIFIER", "shareIdentifier"),
    ),
    named_in="filters",
    size="maxResults",
    token="nextToken",  # noqa: S106 - the name of an argument
    newest_first=True,
    usual=1000,
    most=1000,
)
#: BAPI, SubmitJob: what changes a definition, which answers show as changed.
_OVERRIDES: Final = (
    *("containerOverrides", "nodeOverrides", "ecsPropertiesOverride", "eksPropertiesOverride"),
    "consumableResourcePropertiesOverride",
)
_SUBMIT: Final = Action(
    "SubmitJob",
    Verb.CREATE,
    "jobName",
    silent=_OVERRIDES,
    renamed={"schedulingPriorityOverride": "schedulingPriority"},
    says={"jobArn": "arn:{partition}:batch:{region}:{account}:job/{id}"},
    answers=("jobArn", "jobName", "jobId"),
    unique=False,
)
#: BAPI: a job that has ended stays as it is, and neither operation says so.
_TERMINATE: Final = Action(
    "TerminateJob",
    Verb.STOP,
    "jobId",
    causes=("cancelled", "not_started", "failure"),
    renamed={"reason": "statusReason"},
    says={"isTerminated": True},
)
#: BAPI: what is STARTING or RUNNING goes on.
_CANCEL: Final = Action(
    "CancelJob",
    Verb.STOP,
    "jobId",
    causes=("cancelled",),
    renamed={"reason": "statusReason"},
    says={"isCancelled": True},
)
_CODES: Final = ErrorCodes(
    **dict.fromkeys(("invalid", "missing", "exists", "limit"), "ClientException"),
    throttled="TooManyRequestsException",
    internal="ServerException",
)

#: What answers about Batch jobs look like.
SCHEMA: Final = AnswerSchema(
    kind=_NAME,
    service="batch",
    shapes=(
        Shape("describe", _DESCRIPTION, operation="DescribeJobs", listed_in="jobs", asked="jobs"),
        Shape(
            "list",
            _SUMMARY,
            operation="ListJobs",
            listed_in="jobSummaryList",
            listing=_LISTING,
        ),
    ),
    # BUG, job events: none for the submission.
    envelopes=(envelope("Batch Job State Change", "aws.batch", arn=_arn, at_creation=False),),
    id="jobId",
    created="createdAt",
    name="jobName",
    places=(StatusFields(primary="status"),),
    ended="stoppedAt",
    not_before=("createdAt", "startedAt", "stoppedAt", "attempts.startedAt", "attempts.stoppedAt"),
    failure_reason="statusReason",
    ends=(
        EndSign(_FAILED, "isCancelled", Outcome.STOPPED, "cancelled"),
        EndSign(_FAILED, "isTerminated", Outcome.STOPPED, "terminated"),
        *(
            EndSign(_FAILED, "statusReason", outcome, cause, begins=begins)
            for begins, outcome, cause in _REASONS
        ),
    ),
    # Other services' jobs have a jobId and a status too.
    tells=("status", "jobId", "jobName"),
    # BUG, array jobs: the index is appended to the parent's id.
    links=(Link(field="jobId", to=_NAME, before=":"),),
    signs=(Sign("array", "arrayProperties.size"), Sign("child", "arrayProperties.index")),
    actions=(_SUBMIT, _TERMINATE, _CANCEL),
    codes=_CODES,
    offspring=offspring(_NAME, _FAILED, _LISTING),
    console=Console(
        url="https://{domain}/batch/home?region={region}#jobs/detail/{id}", arn="jobArn"
    ),
    call="aws batch describe-jobs",
)


def _id(name: str, created: datetime, _: Place) -> str:
    return f"{name}_{uuid5(_IDS, f'{name} {created.isoformat()}')}"


def _name(moment: Moment) -> str:
    return moment.job.id.rpartition("_")[0]


def _attempts(moment: Moment) -> list[dict[str, Any]]:
    """Return the attempts that are over; a made-up life may have more than there can be."""
    ran = (each for each in moment.entries if each.status == "RUNNING" and each.end)
    times = [{"startedAt": each.start, "stoppedAt": each.end} for each in ran]
    asked = within(moment.asked, ("retryStrategy", "attempts"))
    return times[: asked or _MOST_ATTEMPTS]


_WRITER: Final = SchemaWriter(
    SCHEMA,
    {
        "jobName": _name,
        "jobArn": _arn,
        "startedAt": Began(("RUNNING",)),
        "stoppedAt": ended,
        "arrayProperties.size": Having("array", 2),
        "arrayProperties.index": Having("child", 1),
        "attempts": _attempts,
        "retryStrategy.attempts": Always(_MOST_ATTEMPTS),
    },
    id_for=_id,
    in_milliseconds=True,
)

# --- States and moves ---------------------------------------------------------------------------

_STATES: Final = (
    State("SUBMITTED", "queued; its dependencies are looked at", _DOC, "BUG"),
    State("PENDING", "waits for another job, or for the children of an array", _DOC, "BUG"),
    State("RUNNABLE", "waits for capacity", _DOC, "BUG"),
    State("STARTING", "its container is being made", _DOC, "BUG"),
    State("RUNNING", "its container runs", _DOC, "BUG"),
    State(
        "SUCCEEDED",
        "its container, or each child, ended with 0",
        _OBS,
        "BUG; 5 answers",
        outcome=Outcome.SUCCEEDED,
    ),
    State(
        _FAILED,
        "it did not succeed; statusReason says why",
        _OBS,
        "BUG; 3 answers",
        outcome=Outcome.FAILED,
        finer={Outcome.STOPPED, Outcome.TIMED_OUT},
    ),
)
_ONE, _ARRAY = {"array": False}, {"array": True}
_CANCELLED: Final = "BAPI, CancelJob, TerminateJob"
_NOT_STARTED: Final = "NF 1: stoppedAt without startedAt"
_EDGES: Final = (
    Edge("SUBMITTED", "RUNNABLE", "has_no_dependencies", _DOC, "BUG", needs=_ONE),
    Edge("SUBMITTED", "PENDING", "has_dependencies", _DOC, "BUG"),
    Edge("PENDING", "RUNNABLE", "dependencies_done", _DOC, "BUG", needs=_ONE),
    Edge("RUNNABLE", "STARTING", "capacity_found", _DOC, "BUG", needs=_ONE),
    Edge("STARTING", "RUNNING", "container_started", _DOC, "BUG", needs=_ONE),
    Edge("RUNNING", "SUCCEEDED", "work_done", _DOC, "BUG", needs=_ONE),
    Edge("RUNNING", _FAILED, "failure", _DOC, "BUG", needs=_ONE),
    Edge("STARTING", _FAILED, "not_started", _OBS, _NOT_STARTED, needs=_ONE),
    Edge("RUNNING", "RUNNABLE", "retry", _DOC, "BUG: placed back; ISSUES", needs=_ONE),
    Edge("STARTING", "RUNNABLE", "retry", _DOC, "BUG: placed back", needs=_ONE),
    Edge("SUBMITTED", _FAILED, "cancelled", _DOC, _CANCELLED),
    Edge("PENDING", _FAILED, "cancelled", _DOC, _CANCELLED, needs=_ONE),
    Edge("RUNNABLE", _FAILED, "cancelled", _DOC, "BAPI; jobStateTimeLimitActions", needs=_ONE),
    Edge("PENDING", "SUCCEEDED", "children_done", _DOC, "BUG, array jobs", needs=_ARRAY),
    Edge("PENDING", _FAILED, "child_failed", _DOC, "BUG, array jobs", needs=_ARRAY),
)

_SUCCESS: Final = (Outcome.SUCCEEDED,)
#: What SubmitJob says of a job.
_SUBMITTED: Final = (
    *("jobArn", "jobName", "jobQueue", "retryStrategy.attempts"),
    *("timeout.attemptDurationSeconds", "arrayProperties.size", "arrayProperties.index"),
)
_RULES: Final = (
    Rule(
        id="times-in-order",
        summary="createdAt, startedAt, stoppedAt: none is before the one before it.",
        basis=_OBS,
        source="4 answers, no counterexample",
        tests=InOrder(fields=("createdAt", "startedAt", "stoppedAt")),
    ),
    Rule(
        id="stopped-only-when-final",
        summary="stoppedAt is set only if the job has ended.",
        basis=_DOC,
        source="BAPI, JobDetail",
        tests=Requires(field="stoppedAt", then=Where(final=True)),
    ),
    Rule(
        id="index-below-size",
        summary="The children of an array have indices from 0 to its size less one.",
        basis=_DOC,
        source="BUG, array jobs; BAPI, ArrayPropertiesDetail",
        tests=ChildrenBelow(field="arrayProperties.index", bound="arrayProperties.size"),
    ),
    Rule(
        id="children-succeeded",
        summary="An array has succeeded only if each of its children has.",
        basis=_DOC,
        source="BUG, array jobs: if a child fails, so does its parent",
        tests=ChildrenCameTo(when=_SUCCESS, outcomes=_SUCCESS),
    ),
    Rule(
        id="children-are-counted",
        summary="Once it has ended, an array counts each of its children as what that came to.",
        basis=_DOC,
        source="BAPI, ArrayPropertiesDetail; nobody knows how late statusSummary is",
        severity=Severity.NOTE,
        tests=(
            CountsChildren(fields="arrayProperties.statusSummary.SUCCEEDED", outcomes=_SUCCESS),
            CountsChildren(
                fields="arrayProperties.statusSummary.FAILED",
                outcomes=(Outcome.FAILED, Outcome.STOPPED, Outcome.TIMED_OUT),
            ),
        ),
    ),
    Rule(
        id="attempts-within-limit",
        summary="There are no more attempts than the job may have.",
        basis=_DOC,
        source="BAPI, RetryStrategy",
        tests=InOrder(fields=("attempts", "retryStrategy.attempts")),
    ),
    Rule(
        id="attempts-grow",
        summary="An attempt that was listed once is always listed.",
        basis=_DOC,
        source="BAPI, JobDetail",
        tests=Grows(fields="attempts"),
    ),
    Rule(
        id="submitted-fixed",
        summary="What a job was submitted with, and when it stopped, does not change.",
        basis=_INF,
        source="BAPI: SubmitJob sets it, no operation changes it; of the end silent",
        tests=Fixed(fields=("createdAt", "stoppedAt", *_SUBMITTED)),
    ),
)

#: The life cycle of an AWS Batch job.
BATCH_JOB: Final = importable(
    Lifecycle.from_schema(
        SCHEMA,
        version="2026.11",
        title="AWS Batch job",
        states=_STATES,
        edges=_EDGES,
        # BUG, array jobs: a child waits for its parent from the beginning.
        initial={"SUBMITTED": {}, "PENDING": {"child": True}},
        features=(
            Feature("array", "the parent of an array of jobs", "BUG"),
            Feature("child", "one of the jobs of an array", "BUG"),
        ),
        rules=_RULES,
        writer=_WRITER,
        sources=SOURCES,
    ),
    "jobstate.batch:BATCH_JOB",
)
