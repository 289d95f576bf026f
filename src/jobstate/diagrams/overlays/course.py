"""A job's course: what its answers show of its way, region by region, in order and with times.

What is drawn of one job and what is counted of many both come from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from attrs import define, frozen

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.runs import Passage
from jobstate.common.times import microseconds
from jobstate.diagrams.overlays.spots import followed, in_order
from jobstate.model.observation import Entry
from jobstate.model.states import Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.automaton.shortest_run import RunLeg, RunMove
    from jobstate.diagrams.overlays.spots import Spot
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation


@frozen(kw_only=True)
class CourseStep:
    """A move that a job made, or its beginning.

    Attributes:
        number: Which step it is, from 1.
        origin: The state that it left; None where it began, or where that is not known.
        target: The state that it reached.
        silent: A history does not print it: the primary status alone moved.
        certain: Every legal run makes it there.
        broken: No legal move leads there, or no job begins there.
        visit: The index of the visit that it led to.
    """

    number: int
    origin: str | None
    target: str
    silent: bool = False
    certain: bool = True
    broken: bool = False
    visit: int


@define(kw_only=True)
class Visit:
    """A stay of a job in a state.

    Attributes:
        number: The number of the step that led there. A state of which only the answers tell has
            a number too, although no arrow may be known that led there.
        state: The state's name; None where the status is unknown or leaves several.
        label: The status, as it was shown; both where they are no state together.
        primary: The primary status, where an answer shows it.
        strange: Its statuses are no state: one is not known, or they don't go together.
        seen: A history or an answer shows it; else it is known by the life cycle alone.
        begin: When it began; aware, UTC; None where nothing tells.
        end: When it ended, or the newest time known if it lasts; None where nothing tells. Never
            before `begin`.
        exact: A history tells both ends.
        open: It has not ended: the job is there still.
        final: The job has ended.
        entry: Which entry of the history it belongs to, from 0; None for none.
    """

    number: int
    state: str | None
    label: str
    primary: str | None = None
    strange: bool = False
    seen: bool = False
    begin: datetime | None = None
    end: datetime | None = None
    exact: bool = False
    open: bool = False
    final: bool = False
    entry: int | None = None

    @property
    def microseconds(self) -> int | None:
        """How long it lasted; None where nothing tells. A final one lasts 0."""
        if self.begin is None or self.end is None:
            return None
        return microseconds(self.end - self.begin)


@frozen(kw_only=True)
class Track:
    """A job's course through one region.

    Attributes:
        region: The region.
        entries: Its history, as far as answers gave it; empty in a region without one.
        steps: The steps that are known, in order.
        visits: Where it was, in order; the last one is where it is now.
        seen_at: Which answer, from 0 → the index of the visit during which it was given.
    """

    region: Region
    entries: Sequence[Entry]
    steps: tuple[CourseStep, ...]
    visits: tuple[Visit, ...]
    seen_at: Mapping[int, int]

    @property
    def ended(self) -> Visit | None:
        """The visit in which it ended, and not that of its removal; None while it goes on."""
        ends = list(takewhile(lambda each: each.final, reversed(self.visits)))
        return ends[-1] if ends else None

    def entry_at(self, path: str) -> int | None:
        """Return the entry of the history that a path in an answer is in, from 0; None of others.

        Args:
            path: ``SecondaryStatusTransitions[2].StartTime``.
        """
        history = self.region.history
        found = re.match(rf"{re.escape(history)}\[(\d+)\]", path) if history else None
        return int(found[1]) if found else None

    def visit_of_entry(self, entry: int) -> int | None:
        """Return the index of the visit with which an entry begins; None where there is none."""
        return next((i for i, each in enumerate(self.visits) if each.entry == entry), None)


def course_of(
    lifecycle: Lifecycle, seen: Sequence[Observation], now: datetime | None = None
) -> tuple[Track, ...]:
    """Return the course of a job through each region that its answers show.

    An answer with a history shows where the job has been, entry by entry; its primary statuses
    are those of the run that `jobstate.automaton.shortest_run` chooses. A thin answer after it, or
    without any history, shows where the job was when the record was last changed,
    and nothing of what lies between. A thin answer before it is sorted in by that time, where it
    fits. An answer that is older than one before it tells nothing.

    Args:
        lifecycle: The life cycle.
        seen: What the answers about the job say, in order; at least one.
        now: What time it is, aware; by default the newest time that the answers show.
    """
    answers = list(in_order(seen))
    until = now or newest_time(seen)
    tracks = []
    for region in lifecycle.regions:
        automaton = compile_lifecycle(lifecycle)[region.name]
        entries, points = followed(automaton, answers)
        if points:
            teller = _Teller(region, entries, until)
            for spot, leg in points:
                teller.tell(spot, leg)
            tracks.append(teller.track())
    return tuple(tracks)


def newest_time(seen: Iterable[Observation]) -> datetime | None:
    """Return the newest time that answers show, aware; None where they show none."""
    times = [each.modified for each in seen]
    times += [time for each in seen for entry in each.entries for time in (entry.start, entry.end)]
    return max(filter(None, times), default=None)


class _Teller:
    """Makes steps and visits of a run, point by point."""

    def __init__(self, region: Region, entries: Sequence[Entry], until: datetime | None) -> None:
        self._region = region
        self._entries = entries
        self._until = until
        self._states = {state.name: state for state in region.states}
        self._steps: list[CourseStep] = []
        self._visits: list[Visit] = []
        self._seen_at: dict[int, int] = {}

    def tell(self, spot: Spot, leg: RunLeg) -> None:
        """Tell how the job came to a point."""
        for move in leg.moves:
            self._make(move, spot)
        if not self._visits or not self._is_there(spot, leg):
            self._arrive(spot, leg)
        elif leg.moves:
            self._visits[-1] = self._visit(spot, leg, self._visits[-1].number)
        now = self._visits[-1]
        now.seen |= not spot.created
        now.primary = spot.primary or now.primary
        if spot.answer is not None:
            self._seen_at[spot.answer] = len(self._visits) - 1

    def _is_there(self, spot: Spot, leg: RunLeg) -> bool:
        """Return whether the last visit is the one that a point shows."""
        now = self._visits[-1]
        if spot.point.passage is Passage.ENTRY and not leg.moves:
            return False
        state = _state(spot, leg)
        # An answer that shows no state does not say either that the job is where it was.
        return now.state == state and (state is not None or now.label == spot.label)

    def _make(self, move: RunMove, spot: Spot) -> None:
        number = self._next()
        self._steps.append(
            CourseStep(
                number=number,
                origin=move.origin,
                target=move.target,
                silent=move.silent,
                certain=move.certain,
                visit=len(self._visits),
            )
        )
        state = self._states[move.target]
        before = self._visits[-1].entry
        self._visits.append(
            Visit(
                number=number,
                state=state.name,
                label=state.visible,
                final=state.final,
                entry=before if move.silent else spot.entry,
            )
        )

    def _arrive(self, spot: Spot, leg: RunLeg) -> None:
        """Tell of a point to which no known move leads: the first one, or after what is unknown."""
        number = self._next()
        state = _state(spot, leg)
        if state is not None and (leg.broken or not self._visits):
            self._steps.append(
                CourseStep(
                    number=number,
                    origin=leg.origin,
                    target=state,
                    broken=leg.broken,
                    visit=len(self._visits),
                )
            )
        self._visits.append(self._visit(spot, leg, number))

    def _visit(self, spot: Spot, leg: RunLeg, number: int) -> Visit:
        return Visit(
            number=number,
            state=_state(spot, leg),
            label=spot.label,
            primary=spot.primary,
            strange=spot.strange,
            begin=spot.at,
            final=leg.final,
            entry=spot.entry,
        )

    def _next(self) -> int:
        return self._visits[-1].number + 1 if self._visits else 1

    def track(self) -> Track:
        """Return what was told."""
        timed = [(each, each.begin) for each in self._visits if each.begin is not None]
        begins = list(accumulate((begin for _, begin in timed), max))
        for (each, _), begin in zip(timed, begins, strict=True):
            each.begin = begin
        for place, (each, _) in enumerate(timed):
            after = timed[place + 1][0] if place + 1 < len(timed) else None
            self._end(each, begins[place], after)
        return Track(
            region=self._region,
            entries=self._entries,
            steps=tuple(self._steps),
            visits=tuple(self._visits),
            seen_at=self._seen_at,
        )

    def _end(self, each: Visit, begin: datetime, after: Visit | None) -> None:
        """Find out when a visit ended."""
        until = None if after is None else after.begin
        if each.final:
            each.end = begin
            return
        leaves = each.entry is not None and (after is None or after.entry != each.entry)
        own = self._entries[each.entry].end if each.entry is not None and leaves else None
        if own is not None:
            until = max(begin, own if until is None else min(own, until))
        if after is None and until is None:
            each.open = True
            until = max(begin, self._until or begin)
        each.end = until
        told = after is not None and after.entry is not None
        each.exact = each.entry is not None and (own is not None or told)


def _state(spot: Spot, leg: RunLeg) -> str | None:
    """Return the state in which a job is at a point; None where that is not known, or is none."""
    return None if spot.strange else leg.state
