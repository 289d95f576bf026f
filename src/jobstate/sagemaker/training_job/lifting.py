"""How what is known of secondary statuses is lifted to states and edges of (primary, secondary)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from jobstate.model.states import Basis, Edge, State
from jobstate.sagemaker.training_job.facts import (
    ENDED_AT_ONCE,
    ENDS,
    FAILING,
    FAILING_OTHERWISE,
    LAG,
    LAG_OTHERWISE,
    RETIRED,
    STILL_FORWARD,
    STOP_CAUSES,
    STOPPED,
    STOPPING,
    STOPPING_OTHERWISE,
    UNDER_WAY,
    WORK,
)
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, TrainingJobStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED
_P, _S = TrainingJobStatus, SecondaryStatus
_ASKED = {"stop": True}
_TRAINED = ("trained",)


def states() -> Iterator[State]:
    """Yield the states of a job."""
    for work, (meaning, basis, source) in WORK.items():
        retired = work in RETIRED
        yield State(_P.IN_PROGRESS, meaning, basis, source, secondary=work, retired=retired)
    told = "SIGTERM, then up to 120 s"
    yield State(_P.STOPPING, told, _DOC, "API", secondary=_S.STOPPING)
    for work, (meaning, _, _) in WORK.items():
        asked = f"{meaning}; a stop is asked for"
        basis, source = LAG.get(work, LAG_OTHERWISE)
        retired = work in RETIRED
        yield State(_P.STOPPING, asked, basis, source, secondary=work, retired=retired)
    for primary, secondary, outcome, cause, meaning, basis, source in ENDS:
        yield State(
            primary, meaning, basis, source, secondary=secondary, outcome=outcome, cause=cause
        )
    # An answer about a job under deletion may leave the secondary status out. That is a thin
    # observation of one of these, not a state of its own: so the result stays known.
    for _, secondary, outcome, cause, meaning, _, _ in ENDS:
        yield State(
            _P.DELETING,
            f"being deleted; {meaning}",
            _INF,
            "API has Deleting since 2025-10-29; never seen in output",
            secondary=secondary,
            outcome=outcome,
            cause=cause,
            gone=True,
        )


def pair(primary: TrainingJobStatus, secondary: SecondaryStatus) -> str:
    """Return the name of a state."""
    return f"{primary}/{secondary}"


def edges() -> Iterator[Edge]:
    """Yield the moves between them."""
    yield from _in_progress_edges()
    yield from _stop_edges()
    yield from _under_stopping_edges()
    yield from _stopped_edges()
    yield from _failed_edges()
    yield from _completed_edges()
    for primary, secondary, *_ in ENDS:
        yield Edge(
            pair(primary, secondary),
            pair(_P.DELETING, secondary),
            "delete_requested",
            _DOC,
            "API, DeleteTrainingJob",
        )


def _in_progress_edges() -> Iterator[Edge]:
    for origin, target, cause, basis, source, needs in UNDER_WAY:
        yield Edge(
            pair(_P.IN_PROGRESS, origin),
            pair(_P.IN_PROGRESS, target),
            cause,
            basis,
            source,
            needs=needs,
        )


def _stop_edges() -> Iterator[Edge]:
    """The primary and the secondary status may learn of a stop together, or one after the other."""
    for work in WORK:
        asked = pair(_P.IN_PROGRESS, work)
        lag_basis, lag_source = LAG.get(work, LAG_OTHERWISE)
        if work is not _S.STARTING:
            lag_basis = _INF
        basis, source = STOPPING.get(work, STOPPING_OTHERWISE)
        yield Edge(
            asked, pair(_P.STOPPING, work), "stop_requested", lag_basis, lag_source, needs=_ASKED
        )
        yield Edge(
            asked, pair(_P.STOPPING, _S.STOPPING), "stop_requested", basis, source, needs=_ASKED
        )


def _under_stopping_edges() -> Iterator[Edge]:
    causes = {(origin, target): cause for origin, target, cause, *_ in UNDER_WAY}
    for (origin, target), (basis, source) in STILL_FORWARD.items():
        yield Edge(
            pair(_P.STOPPING, origin),
            pair(_P.STOPPING, target),
            causes[origin, target],
            basis,
            source,
        )
    stopping = pair(_P.STOPPING, _S.STOPPING)
    for work in WORK:
        if work is not _S.UPLOADING:  # no way back: what is being kept has been stopped already
            basis, source = STOPPING.get(work, STOPPING_OTHERWISE)
            yield Edge(pair(_P.STOPPING, work), stopping, "stop_reached", basis, source)
    yield Edge(
        stopping,
        pair(_P.STOPPING, _S.UPLOADING),
        "artifacts_kept",
        _OBS,
        "LOGS 1, LISTS 1: SIGTERM honoured; up to 120 s, but one job stayed for over a day",
    )


def _stopped_edges() -> Iterator[Edge]:
    for end, (cause, ways) in STOP_CAUSES.items():
        for work, needs in product(ENDED_AT_ONCE, ways):
            yield Edge(
                pair(_P.IN_PROGRESS, work),
                pair(_P.STOPPED, end),
                cause,
                _INF,
                "a race, or steps not written down",
                needs={**needs, **_ASKED},
            )
    for work, end, basis, source, needs in STOPPED:
        cause, _ = STOP_CAUSES[end]
        yield Edge(
            pair(_P.STOPPING, work), pair(_P.STOPPED, end), cause, basis, source, needs=needs
        )
    for work in WORK:
        if work is not _S.UPLOADING:
            yield Edge(
                pair(_P.STOPPING, work),
                pair(_P.STOPPED, _S.STOPPED),
                "stopped",
                _INF,
                "a race, or steps not written down",
            )


def _failed_edges() -> Iterator[Edge]:
    failed = pair(_P.FAILED, _S.FAILED)
    for work in WORK:
        cause, basis, source = FAILING.get(work, FAILING_OTHERWISE)
        yield Edge(pair(_P.IN_PROGRESS, work), failed, cause, basis, source)
    for work in (_S.STOPPING, *WORK):
        yield Edge(
            pair(_P.STOPPING, work), failed, "failure", _INF, "silent; failure while stopping"
        )


def _completed_edges() -> Iterator[Edge]:
    completed = pair(_P.COMPLETED, _S.COMPLETED)
    yield Edge(
        pair(_P.IN_PROGRESS, _S.UPLOADING),
        completed,
        "artifacts_uploaded",
        _DOC,
        "SPOT; LOGS 399, LISTS 15",
        after=_TRAINED,
    )
    for work in (_S.STOPPING, _S.UPLOADING):
        yield Edge(
            pair(_P.STOPPING, work),
            completed,
            "artifacts_uploaded",
            _INF,
            "silent; a race, told of by SageMaker's operator for Kubernetes (its issue 166)",
            after=_TRAINED,
        )
