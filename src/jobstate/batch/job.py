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
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.links import Link
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import Began, SchemaWriter, created, ended, id_of
from jobstate.model.specification import InOrder, Requires, Rule, Severity, Where
from jobstate.model.states import UNKNOWN_CAUSE, Basis, Edge, Feature, Outcome, Region, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.observation import Moment

_DOC, _OBS = Basis.DOCUMENTED, Basis.OBSERVED
_NAME, _JOB, _FAILED = "aws-batch-job", "job", "FAILED"
_EVENT, _SOURCE = "Batch Job State Change", "aws.batch"
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
    # BUG, array jobs: the index is appended to the parent's id.
    links=(Link(field="jobId", to=_NAME, before=":"),),
    signs=(Sign(feature="array", path="arrayProperties.size", test=FeatureTest.THERE),),
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


def _array(moment: Moment) -> int | None:
    return 2 if moment.features.get("array") else None


_WRITER: Final = SchemaWriter(
    schema=SCHEMA,
    says={
        "jobName": _name,
        "jobId": id_of,
        "createdAt": created,
        "startedAt": Began(("RUNNING",)),
        "stoppedAt": ended,
        "arrayProperties.size": _array,
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
                initial=("SUBMITTED",),
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
        features=(Feature(name="array", meaning="the parent of an array of jobs", source="BUG"),),
        rules=_RULES,
        reader=SchemaReader(SCHEMA),
        writer=_WRITER,
        sources=SOURCES,
    ),
    "jobstate.batch:BATCH_JOB",
)
