"""What must be true of the answers about a SageMaker training job, each rule with its source.

Rules without tests are judged by the automaton or between two answers; here they get their words,
basis and severity.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from jobstate.common.times import clock, same_time
from jobstate.model.history_rules import (
    entries_chained,
    entries_in_order,
    is_final,
    last_is_current,
    only_the_last_open,
)
from jobstate.model.rule_tests import InOrder, Requires, Where
from jobstate.model.specification import Finding, OverFields, OverHistory, Rule, Severity
from jobstate.model.states import Basis, Outcome
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, WarmPoolStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.observation import Observation
    from jobstate.model.specification import Specification


def _start_is_first_download(_: Specification, observation: Observation) -> Iterator[Finding]:
    started = observation.fields.get("TrainingStartTime")
    entries = observation.entries
    if not isinstance(started, datetime):
        return
    statuses = [entry.status for entry in entries]
    if SecondaryStatus.DOWNLOADING in statuses:
        first = entries[statuses.index(SecondaryStatus.DOWNLOADING)]
        if not same_time(started, first.start):
            yield Finding(
                message=f"TrainingStartTime is {clock(started)}, but the first Downloading began"
                f" at {clock(first.start)}",
                path="TrainingStartTime",
                seen=clock(started),
                allowed=(clock(first.start),),
                at=started,
            )
    elif SecondaryStatus.TRAINING not in statuses:
        # Without a download stage the start must be something else; AWS does not say what.
        yield Finding(
            message=f"TrainingStartTime is {clock(started)}, but the history has no Downloading",
            path="TrainingStartTime",
            seen=clock(started),
            allowed=("no TrainingStartTime",),
            at=started,
        )


def _created_is_first_entry(_: Specification, observation: Observation) -> Iterator[Finding]:
    created = observation.fields.get("CreationTime")
    if not isinstance(created, datetime):
        return
    first = observation.entries[0]
    if not same_time(created, first.start):
        yield Finding(
            message=f"CreationTime is {clock(created)}, but the first entry ({first.status}) began"
            f" at {clock(first.start)}",
            path="CreationTime",
            seen=clock(created),
            allowed=(clock(first.start),),
            at=created,
        )


def _end_is_terminal_entry(spec: Specification, observation: Observation) -> Iterator[Finding]:
    ended = observation.fields.get("TrainingEndTime")
    if not isinstance(ended, datetime):
        return
    terminal = next((each for each in observation.entries if is_final(spec, each.status)), None)
    if terminal is not None and not same_time(ended, terminal.start):
        yield Finding(
            message=f"TrainingEndTime is {clock(ended)}, but {terminal.status} began at"
            f" {clock(terminal.start)}",
            path="TrainingEndTime",
            seen=clock(ended),
            allowed=(clock(terminal.start),),
            at=ended,
        )


def _training_time_is_the_span(_: Specification, observation: Observation) -> Iterator[Finding]:
    fields = observation.fields
    started, ended = fields.get("TrainingStartTime"), fields.get("TrainingEndTime")
    seconds = fields.get("TrainingTimeInSeconds")
    if not isinstance(started, datetime) or not isinstance(ended, datetime) or seconds is None:
        return
    span = int(ended.timestamp()) - int(started.timestamp())
    if span != seconds:
        yield Finding(
            message=f"TrainingTimeInSeconds is {seconds}, but from TrainingStartTime to"
            f" TrainingEndTime it is {span} s",
            path="TrainingTimeInSeconds",
            seen=str(seconds),
            allowed=(str(span),),
            at=ended,
        )


_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED

#: Every rule, those about the life cycle first.
RULES = (
    Rule(
        id="illegal-pair",
        summary="The secondary status is one that goes with the primary status.",
        basis=_DOC,
        source="API, SecondaryStatus",
    ),
    Rule(
        id="illegal-start",
        summary="A history begins with the status that every job begins with.",
        basis=_OBS,
        source="the first entry is Starting, 56 of 56",
    ),
    Rule(
        id="illegal-transition",
        summary="Some legal run of the job explains what was seen, in this order.",
        basis=_INF,
        source="no move but those of the life cycle, each with its own basis and source",
    ),
    Rule(
        id="completed-without-training",
        summary="A job completes only after it has trained.",
        basis=_INF,
        source="every complete history that ends in Completed has Training",
    ),
    Rule(
        id="feature-changed",
        summary="What is fixed when a job is created (spot, plan, …) stays as it was.",
        basis=_INF,
        source="no call of the API changes it",
    ),
    Rule(
        id="history-rewritten",
        summary="A later history extends an earlier one; no entry goes or changes.",
        basis=_OBS,
        source="28 of 28 adjacent pairs of answers; messages and a missing EndTime aside",
    ),
    Rule(
        id="modified-time-went-back",
        summary="In answers that are in order, LastModifiedTime does not go back.",
        basis=_OBS,
        source="no counterexample in LOGS, LISTS and REC",
    ),
    Rule(
        id="status-is-last-entry",
        summary="SecondaryStatus is the status of the last entry.",
        basis=_OBS,
        source="58 of 58",
        tests=OverHistory(last_is_current),
    ),
    Rule(
        id="times-out-of-order",
        summary="CreationTime ≤ TrainingStartTime ≤ TrainingEndTime ≤ LastModifiedTime, and the"
        " entries are in the order of time.",
        basis=_OBS,
        source="no counterexample in LISTS and REC",
        tests=(
            InOrder(
                fields=(
                    "CreationTime",
                    "TrainingStartTime",
                    "TrainingEndTime",
                    "LastModifiedTime",
                )
            ),
            OverHistory(entries_in_order),
        ),
    ),
    Rule(
        id="entries-not-chained",
        summary="Each entry ends exactly where the next one begins.",
        basis=_OBS,
        source="114 of 114",
        tests=OverHistory(entries_chained),
    ),
    Rule(
        id="open-entry-misplaced",
        summary="Only the last entry of a job that goes on is open; that of a finished job is"
        " closed where it began.",
        basis=_OBS,
        source="36 of 36 open jobs, 21 of 21 finished ones",
        tests=OverHistory(only_the_last_open),
    ),
    Rule(
        id="creation-time-is-first-entry",
        summary="The first entry begins at CreationTime.",
        basis=_OBS,
        source="to the millisecond, 56 of 56",
        tests=OverHistory(_created_is_first_entry, ("CreationTime",)),
    ),
    Rule(
        id="start-time-is-first-download",
        summary="TrainingStartTime is the StartTime of the first Downloading, and absent before.",
        basis=_OBS,
        source="36 of 36",
        tests=OverHistory(_start_is_first_download, ("TrainingStartTime",)),
    ),
    Rule(
        id="end-time-is-terminal-entry",
        summary="TrainingEndTime is the StartTime of the terminal entry.",
        basis=_OBS,
        source="21 of 21",
        tests=OverHistory(_end_is_terminal_entry, ("TrainingEndTime",)),
    ),
    Rule(
        id="end-time-only-when-terminal",
        summary="TrainingEndTime is set only in a terminal status.",
        basis=_DOC,
        source="API, TrainingJobSummary; no counterexample in 655",
        tests=Requires(field="TrainingEndTime", then=Where(final=True)),
    ),
    Rule(
        id="failure-reason-only-when-failed",
        summary="FailureReason is set only if the job has failed.",
        basis=_DOC,
        source="API, DescribeTrainingJob",
        tests=Requires(field="FailureReason", then=Where(outcomes={Outcome.FAILED})),
    ),
    Rule(
        id="billable-exceeds-training",
        summary="BillableTimeInSeconds is at most TrainingTimeInSeconds.",
        basis=_OBS,
        source="no counterexample in LISTS and REC",
        tests=InOrder(fields=("BillableTimeInSeconds", "TrainingTimeInSeconds")),
    ),
    Rule(
        id="training-time-is-the-span",
        summary="TrainingTimeInSeconds is the time from TrainingStartTime to TrainingEndTime.",
        basis=_OBS,
        source="18 of 19; the one was 5 s short, the length of its Stopping",
        severity=Severity.NOTE,
        tests=OverFields(
            _training_time_is_the_span,
            ("TrainingStartTime", "TrainingEndTime", "TrainingTimeInSeconds"),
        ),
    ),
    Rule(
        id="artifacts-too-early",
        summary="ModelArtifacts is absent while a job is in progress and where it has failed.",
        basis=_OBS,
        source="no counterexample in LISTS and REC; the API's model calls the field required",
        severity=Severity.NOTE,
        tests=Requires(
            field="ModelArtifacts",
            then=Where(
                region="job",
                outcomes={Outcome.SUCCEEDED, Outcome.STOPPED, Outcome.TIMED_OUT},
            ),
        ),
    ),
    Rule(
        id="warm-pool-illegal-transition",
        summary="The warm pool moves only as its life cycle says.",
        basis=_DOC,
        source="WARM",
    ),
    Rule(
        id="warm-pool-lags-end",
        summary="The pool is InUse only while the job runs; it may lag behind its end.",
        basis=_DOC,
        source="WARM; a public controller waits out a pool still InUse while Completed",
        severity=Severity.NOTE,
        tests=Requires(
            when=Where(region="warm_pool", statuses={WarmPoolStatus.IN_USE}),
            then=Where(final=False),
        ),
    ),
    Rule(
        id="warm-pool-out-of-step",
        summary="The pool is Available, Reused or Terminated only once the job has ended; a job is"
        " not deleted while its pool is Available.",
        basis=_DOC,
        source="WARM; API, DeleteTrainingJob",
        tests=(
            Requires(
                when=Where(region="warm_pool", statuses={WarmPoolStatus.AVAILABLE}),
                then=Where(final=True, gone=False),
            ),
            Requires(when=Where(region="warm_pool", final=True), then=Where(final=True)),
        ),
    ),
    Rule(
        id="reused-by-without-reuse",
        summary="ReusedByJob is set only if the pool is Reused.",
        basis=_DOC,
        source="API, WarmPoolStatus",
        tests=Requires(
            field="WarmPoolStatus.ReusedByJob",
            then=Where(region="warm_pool", statuses={WarmPoolStatus.REUSED}),
        ),
    ),
    Rule(
        id="retained-time-before-release",
        summary="ResourceRetainedBillableTimeInSeconds is set only once the pool is Reused or"
        " Terminated.",
        basis=_DOC,
        source="WARM; API, WarmPoolStatus",
        tests=Requires(
            field="WarmPoolStatus.ResourceRetainedBillableTimeInSeconds",
            then=Where(region="warm_pool", final=True),
        ),
    ),
    Rule(
        id="warm-pool-with-spot",
        summary="A job on managed spot training has no warm pool.",
        basis=_DOC,
        source="WARM",
    ),
    Rule(
        id="plan-with-spot",
        summary="A job on a training plan is no spot job.",
        basis=_INF,
        source="silent; a plan reserves capacity, spot uses what is spare",
        severity=Severity.NOTE,
    ),
)
