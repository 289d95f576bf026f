"""What is told of a move: from, to, the way between and how sure it is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.automaton.automaton import RegionView, StateEstimate
from jobstate.automaton.bitsets import bits
from jobstate.automaton.history import LONGEST_REMEMBERED, follow
from jobstate.automaton.paths import between
from jobstate.model.events import Move, PathKind
from jobstate.model.outcome import with_cause
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from jobstate.automaton.automaton import Automaton


@frozen
class HistoryReading:
    """How a history was read, so that it can be read again over firmer edges only.

    Attributes:
        base: What was known when the last history was read; None where this is the first.
        samples: The hidden states that thin answers have shown since.
        statuses: What the history adds.
        now: What the answer shows.
    """

    base: StateEstimate | None
    samples: tuple[int, ...]
    statuses: tuple[str, ...]
    now: RegionView


@frozen(eq=False)
class _Path:
    states: tuple[str, ...] = ()
    kind: PathKind = PathKind.POSSIBLE
    possible: tuple[str, ...] = ()
    cause: str | None = None
    basis: Basis | None = None


def move(
    before: StateEstimate | None,
    after: StateEstimate,
    reading: HistoryReading | None,
    *,
    explained: bool,
    cause: str | None,
) -> Move:
    """Return from what to what the knowledge of a region moved.

    Args:
        before: What was known of the region; None at first sight.
        after: What is known now.
        reading: How the history was read that shows the move; None for a thin answer.
        explained: Some legal run explains the move; else no way can be told.
        cause: Why the job ended, where an answer says more than its statuses.
    """
    listed = reading if reading is not None and reading.statuses else None
    is_long = listed is not None and len(listed.statuses) > LONGEST_REMEMBERED
    made = _move.__wrapped__ if is_long else _move
    return made(before, after, listed, explained, cause)


@lru_cache(maxsize=1 << 14)  # a fleet makes the same few moves over and over
def _move(
    before: StateEstimate | None,
    after: StateEstimate,
    listed: HistoryReading | None,
    explained: bool,  # noqa: FBT001 - by position, for the cache
    cause: str | None,
) -> Move:
    if not explained:
        path = _Path()
    else:
        path = _sampled(before, after) if listed is None else _listed(before, after, listed)
    return Move(
        region=after.automaton.region.name,
        origin=None if before is None else before.label,
        target=after.label,
        path=path.states,
        path_kind=path.kind,
        possible=path.possible,
        cause=path.cause,
        result=with_cause(after.result, cause),
        basis=path.basis,
    )


def _sampled(before: StateEstimate | None, after: StateEstimate) -> _Path:
    automaton = after.automaton
    start = automaton.start if before is None else before
    found = between(automaton, start.mask, after.mask)
    certain = tuple(state.name for state in found.certain)
    if before is None and not start.names & after.names and len(start.names) == 1:
        certain = (*start.names, *certain)  # every job has been where all jobs begin
    possible = tuple(state.name for state in found.possible)
    if found.only_one or (before is None and start.names & after.names):
        kind, states = PathKind.EXACT, certain
    elif certain:
        kind, states = PathKind.CERTAIN, certain
    else:
        kind = PathKind.POSSIBLE
        states = tuple(edge.target for way in found.ways[:1] for edge in way[:-1])
    return _Path(states=states, kind=kind, possible=possible, cause=found.cause, basis=found.basis)


def _listed(before: StateEstimate | None, after: StateEstimate, reading: HistoryReading) -> _Path:
    """Return the way as the history lists it: secondary statuses, for it has no others."""
    here = {state.visible for state in after.states}
    passed = reading.statuses[:-1] if reading.statuses[-1] in here else reading.statuses
    kind = PathKind.EXACT
    if before is not None and before is not reading.base:
        # Thin answers have told of a part of the way already: go on from what they showed.
        shown = {state.visible for state in before.states}
        told = [position for position, status in enumerate(passed) if status in shown]
        if told:
            passed = passed[told[-1] + 1 :]
        if len(told) > 1:
            kind = PathKind.POSSIBLE
    return _Path(
        states=tuple(passed),
        kind=kind,
        cause=_entering(after, reading.statuses[-2]) if len(reading.statuses) > 1 else None,
        basis=_firmest(after.automaton, reading),
    )


def _entering(after: StateEstimate, previous: str) -> str | None:
    """Return what brings a job there from a status; None where several things do."""
    automaton = after.automaton
    origin = automaton.of_visible.get(previous, 0)
    causes = {
        edge.cause
        for index in bits(origin)
        for edge, target in automaton.moves[index]
        if after.mask >> target & 1
    }
    return causes.pop() if len(causes) == 1 else None


def _firmest(automaton: Automaton, reading: HistoryReading) -> Basis | None:
    """Return the weakest basis on the firmest run that shows a history.

    None where no run from the beginning does: something before it was real and contradicted it.
    """
    return next((basis for basis in Basis if _is_explained(automaton, reading, basis)), None)


def _is_explained(automaton: Automaton, reading: HistoryReading, weakest: Basis) -> bool:
    followed = follow(
        automaton, reading.base, reading.samples, reading.statuses, reading.now, weakest
    )
    return followed.is_legal
