"""The life cycle of an AWS Batch job: `BATCH_JOB`.

A job that is tried again goes back to RUNNABLE. FAILED is whatever did not succeed: a failure, a
cancellation, a termination or a time-out, which only the fields beside the status tell apart.
Facts as known in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from jobstate.common.times import iso
from jobstate.model.answer_schema import (
    AnswerSchema,
    EndSign,
    Envelope,
    FeatureTest,
    Field,
    Shape,
    Sign,
    StatusFields,
)
from jobstate.model.child_rules import ChildrenBelow, ChildrenCameTo, CountsChildren
from jobstate.model.console import Console
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.links import Link
from jobstate.model.rule_tests import Fixed, Grows, InOrder, Requires, Where
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import Always, Began, Having, SchemaWriter, created, ended, id_of
from jobstate.model.specification import Rule, Severity
from jobstate.model.states import UNKNOWN_CAUSE, Basis, Edge, Feature, Outcome, Region, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.observation import Moment

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED
_NAME, _JOB, _FAILED = "aws-batch-job", "job", "FAILED"
_EVENT, _SOURCE = "Batch Job State Change", "aws.batch"
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
_SUMMARY: Final = {
    "jobId": Field.text(
        128,
        shortest=1,
        pattern=r"[A-Za-z0-9:#_-]+",
        expected="a Batch job's id (1 to 128 letters, digits, hyphens, colons)",
        required=True,
    ),
    "jobName": Field.text(
        128,
        shortest=1,
        pattern=r"[A-Za-z0-9_-]+",
        expected="a Batch job's name (1 to 128 letters, digits, hyphens, underscores)",
        required=True,
    ),
    "jobArn": Field.text(2048),
    "status": Field.status(required=True),
    "statusReason": _REASON,
    "createdAt": Field.time(),
    "startedAt": Field.time(),
    "stoppedAt": Field.time(),
    "isCancelled": Field.flag(),
    "isTerminated": Field.flag(),
    "arrayProperties": Field.part(
        {"size": Field.count(), "index": Field.count(), "statusSummary": _SUMMARISED}
    ),
    "container": _CONTAINER,
}
_DESCRIPTION: Final = {
    **_SUMMARY,
    "attempts": Field.parts(
        {
            "startedAt": Field.time(),
            "stoppedAt": Field.time(),
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

#: What answers about Batch jobs look like.
SCHEMA: Final = AnswerSchema(
    kind="aws-batch-job",
    service="batch",
    shapes=(
        Shape(name="describe", fields=_DESCRIPTION, operation="DescribeJobs", listed_in="jobs"),
        Shape(name="list", fields=_SUMMARY, operation="ListJobs", listed_in="jobSummaryList"),
    ),
    envelopes=(Envelope(inside="detail", marks=(("detail-type", _EVENT), ("source", _SOURCE))),),
    id="jobId",
    created="createdAt",
    name="jobName",
    places=(StatusFields(region=_JOB, primary="status"),),
    ended="stoppedAt",
    not_before=("createdAt", "startedAt", "stoppedAt", "attempts.startedAt", "attempts.stoppedAt"),
    failure_reason="statusReason",
    ends=(
        EndSign(status=_FAILED, path="isCancelled", outcome=Outcome.STOPPED, cause="cancelled"),
        EndSign(status=_FAILED, path="isTerminated", outcome=Outcome.STOPPED, cause="terminated"),
        *(
            EndSign(
                status=_FAILED, path="statusReason", begins=begins, outcome=outcome, cause=cause
            )
            for begins, outcome, cause in _REASONS
        ),
    ),
    # Other services' jobs have a jobId and a status too.
    tells=("status", "jobId", "jobName"),
    # BUG, array jobs: the index is appended to the parent's id.
    links=(Link(field="jobId", to=_NAME, before=":"),),
    signs=(
        Sign(feature="array", path="arrayProperties.size", test=FeatureTest.THERE),
        Sign(feature="child", path="arrayProperties.index", test=FeatureTest.THERE),
    ),
    console=Console(
        url="https://{domain}/batch/home?region={region}#jobs/detail/{id}", arn="jobArn"
    ),
    call="aws batch describe-jobs",
)


def _name(moment: Moment) -> str:
    return moment.job.id.partition("_")[0]


def _id(name: str) -> str:
    return f"{name}_{uuid5(_IDS, name)}"


def _event(detail: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid5(_IDS, f"{moment.job.id} {moment.modified.isoformat()}")),
        "detail-type": _EVENT,
        "source": _SOURCE,
        "time": iso(moment.modified.replace(microsecond=0)),
        "detail": dict(detail),
    }


def _attempts(moment: Moment) -> list[dict[str, Any]]:
    """Return the attempts that are over; a made-up life may have more than there can be."""
    ran = (each for each in moment.entries if each.status == "RUNNING" and each.end)
    times = [{"startedAt": each.start, "stoppedAt": each.end} for each in ran]
    return times[:_MOST_ATTEMPTS]


_WRITER: Final = SchemaWriter(
    schema=SCHEMA,
    says={
        "jobName": _name,
        "jobId": id_of,
        "createdAt": created,
        "startedAt": Began(("RUNNING",)),
        "stoppedAt": ended,
        "arrayProperties.size": Having("array", 2),
        "arrayProperties.index": Having("child", 1),
        "attempts": _attempts,
        "retryStrategy.attempts": Always(_MOST_ATTEMPTS),
    },
    id_for=_id,
    event=_event,
    in_milliseconds=True,
)

# --- States and moves ---------------------------------------------------------------------------

_WAITING: Final = (
    ("SUBMITTED", "queued; its dependencies are looked at"),
    ("PENDING", "waits for another job, or for the children of an array"),
    ("RUNNABLE", "waits for capacity"),
    ("STARTING", "its container is being made"),
    ("RUNNING", "its container runs"),
)
_STATES: Final = (
    *(
        State(primary=status, meaning=meaning, basis=_DOC, source="BUG")
        for status, meaning in _WAITING
    ),
    State(
        primary="SUCCEEDED",
        outcome=Outcome.SUCCEEDED,
        final=True,
        meaning="its container, or each child, ended with 0",
        basis=_OBS,
        source="BUG; 5 answers",
    ),
    State(
        primary=_FAILED,
        outcome=Outcome.FAILED,
        finer=(Outcome.STOPPED, Outcome.TIMED_OUT),
        cause=UNKNOWN_CAUSE,
        final=True,
        meaning="it did not succeed; statusReason says why",
        basis=_OBS,
        source="BUG; 3 answers",
    ),
)
_ONE, _ARRAY = {"array": False}, {"array": True}
#: Origin, target, cause, basis, source, needs.
_MOVES: Final[tuple[tuple[str, str, str, Basis, str, dict[str, bool]], ...]] = (
    ("SUBMITTED", "PENDING", "has_dependencies", _DOC, "BUG", {}),
    ("SUBMITTED", "RUNNABLE", "has_no_dependencies", _DOC, "BUG", _ONE),
    ("PENDING", "RUNNABLE", "dependencies_done", _DOC, "BUG", _ONE),
    ("RUNNABLE", "STARTING", "capacity_found", _DOC, "BUG", _ONE),
    ("STARTING", "RUNNING", "container_started", _DOC, "BUG", _ONE),
    ("RUNNING", "SUCCEEDED", "work_done", _DOC, "BUG", _ONE),
    ("RUNNING", _FAILED, "failure", _DOC, "BUG", _ONE),
    ("STARTING", _FAILED, "not_started", _OBS, "NF 1: stoppedAt without startedAt", _ONE),
    ("RUNNING", "RUNNABLE", "retry", _DOC, "BUG: placed back; ISSUES", _ONE),
    ("STARTING", "RUNNABLE", "retry", _DOC, "BUG: placed back", _ONE),
    ("SUBMITTED", _FAILED, "cancelled", _DOC, "BAPI, CancelJob, TerminateJob", {}),
    ("PENDING", _FAILED, "cancelled", _DOC, "BAPI, CancelJob, TerminateJob", _ONE),
    ("RUNNABLE", _FAILED, "cancelled", _DOC, "BAPI; jobStateTimeLimitActions", _ONE),
    ("PENDING", "SUCCEEDED", "children_done", _DOC, "BUG, array jobs", _ARRAY),
    ("PENDING", _FAILED, "child_failed", _DOC, "BUG, array jobs", _ARRAY),
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
        tests=(InOrder(fields=("createdAt", "startedAt", "stoppedAt")),),
    ),
    Rule(
        id="stopped-only-when-final",
        summary="stoppedAt is set only if the job has ended.",
        basis=_DOC,
        source="BAPI, JobDetail",
        tests=(Requires(field="stoppedAt", then=Where(region=_JOB, final=True)),),
    ),
    Rule(
        id="index-below-size",
        summary="The children of an array have indices from 0 to its size less one.",
        basis=_DOC,
        source="BUG, array jobs; BAPI, ArrayPropertiesDetail",
        tests=(ChildrenBelow(field="arrayProperties.index", bound="arrayProperties.size"),),
    ),
    Rule(
        id="children-succeeded",
        summary="An array has succeeded only if each of its children has.",
        basis=_DOC,
        source="BUG, array jobs: if a child fails, so does its parent",
        tests=(ChildrenCameTo(when=_SUCCESS, outcomes=_SUCCESS),),
    ),
    Rule(
        id="children-are-counted",
        summary="Once it has ended, an array counts each of its children as what that came to.",
        basis=_DOC,
        source="BAPI, ArrayPropertiesDetail; nobody knows how late statusSummary is",
        severity=Severity.NOTE,
        tests=(
            CountsChildren(fields=("arrayProperties.statusSummary.SUCCEEDED",), outcomes=_SUCCESS),
            CountsChildren(
                fields=("arrayProperties.statusSummary.FAILED",),
                outcomes=(Outcome.FAILED, Outcome.STOPPED, Outcome.TIMED_OUT),
            ),
        ),
    ),
    Rule(
        id="attempts-within-limit",
        summary="There are no more attempts than the job may have.",
        basis=_DOC,
        source="BAPI, RetryStrategy",
        tests=(InOrder(fields=("attempts", "retryStrategy.attempts")),),
    ),
    Rule(
        id="attempts-grow",
        summary="An attempt that was listed once is always listed.",
        basis=_DOC,
        source="BAPI, JobDetail",
        tests=(Grows(fields=("attempts",)),),
    ),
    Rule(
        id="submitted-fixed",
        summary="What a job was submitted with, and when it stopped, does not change.",
        basis=_INF,
        source="BAPI: SubmitJob sets it, no operation changes it; of the end silent",
        tests=(Fixed(fields=("createdAt", "stoppedAt", *_SUBMITTED)),),
    ),
)

#: The life cycle of an AWS Batch job.
BATCH_JOB: Final = importable(
    Lifecycle(
        name=SCHEMA.kind,
        version="2026.11",
        title="AWS Batch job",
        regions=(
            Region(
                name=_JOB,
                title="status",
                field="status",
                # BUG, array jobs: a child waits for its parent from the beginning.
                initial={"SUBMITTED": {}, "PENDING": {"child": True}},
                states=_STATES,
                edges=tuple(
                    Edge(
                        origin=origin,
                        target=target,
                        cause=cause,
                        basis=basis,
                        source=source,
                        needs=needs,
                    )
                    for origin, target, cause, basis, source, needs in _MOVES
                ),
            ),
        ),
        features=(
            Feature(name="array", meaning="the parent of an array of jobs", source="BUG"),
            Feature(name="child", meaning="one of the jobs of an array", source="BUG"),
        ),
        rules=_RULES,
        reader=SchemaReader(SCHEMA),
        writer=_WRITER,
        sources=SOURCES,
    ),
    "jobstate.batch:BATCH_JOB",
)
