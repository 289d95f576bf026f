"""A kind of job from outside the library, by its public names alone: runs of Databricks jobs.

A run that has terminated can be repaired: some of its tasks run again, as part of the same run. So
an end is one that reopens.

Sources: SDK, databricks.github.io, jobs.v2; REPAIR, the page of `jobs/runs/repair` (2026-11).
`result_state` has words that only tasks come to (EXCLUDED, DISABLED, UPSTREAM_FAILED …); they are
left out. Where the service prints 0 for a time that is not there yet, whoever asks leaves it out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from jobstate import model
from jobstate.model import Basis, Edge, Field, Outcome, State

if TYPE_CHECKING:
    from jobstate.model.observation import Moment

_DOC, _INF = Basis.DOCUMENTED, Basis.INFERRED
_RUN, _RUNNING, _OVER = "run", "RUNNING", "TERMINATED"
#: Two fields are the status; the second is there once the run is over.
_STATE: Final = {
    "life_cycle_state": Field.status(required=True),
    "result_state": Field.status(),
    "state_message": Field.text(1024),
}
_REPAIR: Final = {
    "type": Field.text(16),
    "start_time": Field.time(),
    "end_time": Field.time(),
}
_LISTED: Final = {
    "run_id": Field.count(),
    "run_name": Field.text(128, required=True),
    "run_page_url": Field.text(1024, required=True),
    "state": Field.part(_STATE, required=True),
    "start_time": Field.time(required=True),
    "end_time": Field.time(),
    "repair_history": Field.parts(_REPAIR, 1000),
}
SCHEMA: Final = model.AnswerSchema(
    kind="databricks-run",
    service="databricks",
    shapes=(
        model.Shape(
            "describe",
            {**_LISTED, "tasks": Field.parts({"task_key": Field.text(100)}, 1000)},
            operation="GetRun",
        ),
        model.Shape("list", _LISTED, operation="ListRuns", listed_in="runs"),
    ),
    id="run_page_url",
    created="start_time",
    name="run_name",
    places=(
        model.StatusFields(
            region=_RUN, primary="state.life_cycle_state", secondary="state.result_state"
        ),
    ),
    # Nothing says when a run was changed, but the last that happens to it is its end (inferred);
    # while it runs it was changed when it was repaired last, or later.
    modified="end_time",
    not_before=("start_time", "repair_history.start_time"),
    failure_reason="state.state_message",
)


def _repairs(moment: Moment) -> list[dict[str, object]]:
    """Return the repairs: a run that had ended began to run again."""
    ends = {result for _, result, *_ in _ENDS}
    return [
        {"type": "REPAIR", "start_time": after.start}
        for before, after in pairwise(moment.entries)
        if before.status in ends and after.status == _RUNNING
    ]


WRITER: Final = model.SchemaWriter(
    SCHEMA,
    {
        "run_name": lambda moment: moment.job.id.rpartition("/")[2],
        "state.state_message": model.Failed("FAILED", "a task failed"),
        "end_time": model.ended,
        "repair_history": _repairs,
        "tasks": model.Always([{"task_key": "main"}]),
    },
    id_for=lambda name, *_: f"https://example.com/jobs/7/runs/{name}",
    in_milliseconds=True,
)

#: Status, result, what it came to, why. What has terminated can be repaired.
_ENDS: Final = (
    (_OVER, "SUCCESS", Outcome.SUCCEEDED, None),
    (_OVER, "SUCCESS_WITH_FAILURES", Outcome.PARTIAL, "some_tasks_failed"),
    (_OVER, "FAILED", Outcome.FAILED, "unknown"),
    (_OVER, "TIMEDOUT", Outcome.TIMED_OUT, "timeout"),
    (_OVER, "CANCELED", Outcome.STOPPED, "canceled"),
    ("SKIPPED", "MAXIMUM_CONCURRENT_RUNS_REACHED", Outcome.STOPPED, "too_many_runs"),
    ("INTERNAL_ERROR", "FAILED", Outcome.FAILED, "internal"),
)
_STATES: Final = (
    State("QUEUED", "waits for capacity", _DOC, "SDK"),
    State("PENDING", "is about to run", _DOC, "SDK"),
    State("BLOCKED", "waits for what it depends on", _DOC, "SDK"),
    State(_RUNNING, "its tasks run", _DOC, "SDK"),
    State("WAITING_FOR_RETRY", "failed, and is tried again", _DOC, "SDK"),
    State("TERMINATING", "its tasks are done; it is cleaned up", _DOC, "SDK"),
    *(
        State(
            status,
            "",
            _DOC,
            "SDK",
            secondary=result,
            outcome=outcome,
            cause=cause,
            reopens=status == _OVER,
        )
        for status, result, outcome, cause in _ENDS
    ),
)
_OVERS: Final = tuple(f"{_OVER}/{result}" for status, result, *_ in _ENDS if status == _OVER)
_SKIPPED: Final = "SKIPPED/MAXIMUM_CONCURRENT_RUNS_REACHED"
_EDGES: Final = (
    Edge("QUEUED", "PENDING", "capacity_found", _INF, "SDK"),
    Edge("QUEUED", _SKIPPED, "too_many_runs", _DOC, "SDK"),
    Edge("QUEUED", "BLOCKED", "dependencies_lack", _INF, "SDK"),
    Edge("BLOCKED", "PENDING", "dependencies_done", _INF, "SDK"),
    Edge("PENDING", _RUNNING, "started", _DOC, "SDK"),
    Edge("PENDING", "TERMINATING", "canceled", _INF, "SDK"),
    Edge("PENDING", "INTERNAL_ERROR/FAILED", "internal_error", _DOC, "SDK"),
    Edge(_RUNNING, "WAITING_FOR_RETRY", "attempt_failed", _DOC, "SDK"),
    Edge("WAITING_FOR_RETRY", "PENDING", "retry", _INF, "SDK"),
    Edge(_RUNNING, "TERMINATING", "tasks_done", _DOC, "SDK"),
    Edge(_RUNNING, "INTERNAL_ERROR/FAILED", "internal_error", _DOC, "SDK"),
    *(Edge("TERMINATING", over, "over", _DOC, "SDK") for over in _OVERS),
    *(Edge(over, _RUNNING, "repair", _DOC, "REPAIR") for over in _OVERS),
)

#: The life cycle of a run of a Databricks job.
DATABRICKS_RUN: Final = model.Lifecycle.from_schema(
    SCHEMA,
    version="2026.11",
    title="Databricks run",
    states=_STATES,
    edges=_EDGES,
    rules=(
        model.Rule(
            id="ended-exactly-when-over",
            summary="end_time is set if, and only if, the run is over.",
            basis=_DOC,
            source="SDK: 0 if the run is still running",
            tests=model.ExactlyWhen(field="end_time", when=model.Where(region=_RUN, final=True)),
        ),
        model.Rule(
            id="times-in-order",
            summary="A run does not end before it starts.",
            basis=_INF,
            source="SDK",
            tests=model.InOrder(fields=("start_time", "end_time")),
        ),
    ),
    writer=WRITER,
    sources={"SDK": "the documentation of Databricks' SDK, jobs.v2", "REPAIR": "jobs/runs/repair"},
)
