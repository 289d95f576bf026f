"""What a job has certainly done: states, edges and pairs of edges that every legal run has.

What was seen is a row of sets of hidden states and of what may lie between them; something is
certain if no run leads along the row without it.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, field, frozen

from jobstate.automaton.bitsets import bits
from jobstate.common.times import is_before
from jobstate.model.states import Edge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstate.automaton.automaton import Automaton
    from jobstate.model.observation import Observation

#: What can be certain: a state by its name, an edge, two edges one directly after the other.
_Thing: TypeAlias = "str | Edge | tuple[Edge, Edge]"

#: How many gaps are looked at together. An answer stands between two entries of a history, so
#: two edges in a row lie three gaps apart at most.
_WINDOW: Final = 3
#: How many windows are remembered for a region; bounded, for answers come from outside.
_REMEMBERED: Final = 1 << 14


@define
class Certain:
    """What is certain of a region; empty at first.

    Attributes:
        states: Names of states.
        edges: Edges.
        pairs: Pairs of edges, one taken directly after the other.
    """

    states: set[str] = field(factory=set)
    edges: set[Edge] = field(factory=set)
    pairs: set[tuple[Edge, Edge]] = field(factory=set)

    def update(self, other: Certain) -> None:
        """Add what is certain of another."""
        self.states |= other.states
        self.edges |= other.edges
        self.pairs |= other.pairs


class Gap(Enum):
    """What may lie between two things seen."""

    NOTHING = auto()
    ONE = auto()  # move
    MANY = auto()  # moves, or none
    SILENT = auto()  # moves that no history prints, or none
    ENTRY = auto()  # silent moves, and then one that the history prints


#: What was seen, and what may lie before it. An empty set stands for what can't be explained.
Row: TypeAlias = "list[tuple[Gap, int]]"


def of_stays(automaton: Automaton, states: Sequence[str], features: Mapping[str, bool]) -> Certain:
    """Return what is certain of a job of which every stay in a state is known."""
    fitting = automaton.sight(None, None, features).features
    row = [(Gap.ONE, automaton.of_state.get(name, 0) & fitting) for name in states]
    row[0] = (Gap.NOTHING, row[0][1])
    return _certainty_of(automaton).along(row)


def of_answers(automaton: Automaton, answers: Iterable[Observation]) -> Certain:
    """Return what is certain of a job that gave some answers, in order; stale ones are skipped."""
    reading = _Reading(automaton)
    for answer in answers:
        reading.add(answer)
    return _certainty_of(automaton).along(reading.row())


class _Reading:
    """Answers about one job, made into a row."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._row: Row = []
        self._told: list[str] = []
        #: What answers without a history have shown since the last history.
        self._thin: list[int] = []
        self._modified: datetime | None = None

    def add(self, answer: Observation) -> None:
        modified = answer.modified
        if modified is not None:
            if self._modified is not None and is_before(modified, self._modified):
                return
            self._modified = modified
        shown = answer.shown.get(self._automaton.region.name)
        seen = None
        if shown is not None:
            sight = self._automaton.sight(shown.primary, shown.secondary, answer.features)
            seen = 0 if sight.unknown or sight.illegal_pair else sight.mask
        statuses = [entry.status for entry in answer.entries]
        if self._automaton.region.history and statuses:
            self._read(statuses, seen)
        elif seen is not None:
            self._thin.append(seen)

    def _read(self, statuses: list[str], seen: int | None) -> None:
        told = self._told
        if len(statuses) < len(told) and told[: len(statuses)] == statuses:
            return  # an older answer
        if statuses == told:
            self._row += [(Gap.SILENT, mask) for mask in self._thin]
        elif statuses[: len(told)] != told:
            self._row = [*self.row(), (Gap.NOTHING, 0)]  # rewritten: read it anew
            told = []
        # Otherwise nobody knows between which entries the thin answers were given.
        self._thin = []
        for position, status in enumerate(statuses[len(told) :], start=len(told)):
            gap = Gap.ENTRY if position else Gap.NOTHING
            self._row.append((gap, self._automaton.of_visible.get(status, 0)))
        if seen is not None:
            self._row.append((Gap.SILENT, seen))
        self._told = statuses

    def row(self) -> Row:
        return [*self._row, *((Gap.MANY, mask) for mask in self._thin)]


# --- Along a row --------------------------------------------------------------------------------


@frozen
class _Window:
    """Some gaps: the sets of hidden states before, between and after them."""

    gaps: tuple[Gap, ...]
    masks: tuple[int, ...]


def _certainty_of(automaton: Automaton) -> _Certainty:
    known: dict[str, _Certainty] = automaton.lifecycle.derived.setdefault("certainty", {})
    name = automaton.region.name
    if name not in known:
        known[name] = _Certainty(automaton)
    return known[name]


class _Certainty:
    """What rows of a region make certain; remembers, but never changes."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        visible = {state.name: state.visible for state in automaton.region.states}
        self._states = [one.state for one in automaton.hidden]
        self._visible = [visible[name] for name in self._states]
        self._windows: dict[_Window, Certain] = {}

    def along(self, row: Row) -> Certain:
        """Return what is certain along a row; where it can't be explained, it is begun anew."""
        found = Certain()
        gaps: list[Gap] = []
        masks = [self._automaton.start.mask]
        shown = None
        for gap, mask in row:
            if gap in {Gap.SILENT, Gap.MANY} and mask == shown:
                continue  # the same again: it may be the same moment
            shown = mask
            after = self._after(gap, masks[-1]) & mask if masks else 0
            if after:
                gaps.append(gap)
                masks.append(after)
            else:
                self._add(found, gaps, masks)
                gaps, masks = ([Gap.NOTHING], [mask, mask]) if mask else ([], [])
        self._add(found, gaps, masks)
        return found

    def _add(self, found: Certain, gaps: Sequence[Gap], masks: list[int]) -> None:
        """Add what is certain along gaps that some run explains."""
        for at in reversed(range(len(gaps))):  # what comes after tells of what was before
            later = masks[at + 1]
            ways = (one for one in bits(masks[at]) if self._after(gaps[at], 1 << one) & later)
            masks[at] = sum(1 << one for one in ways)
        for at, gap in enumerate(gaps):
            # Between thin answers runs are many and pairs hardly ever certain: one gap at a time.
            near = tuple(takewhile(lambda each: each is not Gap.MANY, gaps[at : at + _WINDOW]))
            near = near or (gap,)
            found.update(self._in_window(_Window(near, tuple(masks[at : at + len(near) + 1]))))

    def _after(self, gap: Gap, mask: int) -> int:
        successors = self._automaton.successors
        if gap is Gap.NOTHING:
            return mask
        if gap is Gap.MANY:
            return successors.reach(mask)
        if gap is Gap.SILENT:
            return successors.silent(mask)
        if gap is Gap.ENTRY:
            return successors.loud(successors.silent(mask))
        moves = self._automaton.moves
        return sum(1 << one for one in {target for at in bits(mask) for _, target in moves[at]})

    def _in_window(self, window: _Window) -> Certain:
        found = self._windows.get(window)
        if found is None:
            if len(self._windows) >= _REMEMBERED:
                self._windows.clear()
            found = self._windows[window] = self._new(window)
        return found

    def _new(self, window: _Window) -> Certain:
        things = dict.fromkeys(self._run(window, None) or ())
        found = Certain()
        while things:
            thing = next(iter(things))
            del things[thing]
            other = self._run(window, thing)
            if other is not None:
                # Whatever this run does without is not certain either.
                things = {each: None for each in things if each in other}
            elif isinstance(thing, str):
                found.states.add(thing)
            elif isinstance(thing, Edge):
                found.edges.add(thing)
            else:
                found.pairs.add(thing)
        return found

    # --- Runs -----------------------------------------------------------------------------------

    def _run(self, window: _Window, avoided: _Thing | None) -> dict[_Thing, None] | None:
        """Return what a shortest run along a window does, one that avoids something if asked.

        Returns:
            Its states, edges and pairs; None where there is no such run.
        """
        first = avoided[0] if isinstance(avoided, tuple) else None
        came: dict[_Place, tuple[_Place | None, Edge | None]] = {
            (0, one, False): (None, None)
            for one in bits(window.masks[0])
            if self._states[one] != avoided
        }
        queue = deque(came)
        while queue:
            place = queue.popleft()
            gap, _, after_first = place
            if gap == len(window.gaps):
                return self._story(came, place)
            for edge, passed, target in self._moves(window, place):
                doings = (self._states[target], edge, (first, edge) if after_first else None)
                if avoided is None or avoided not in doings:
                    now = (passed, target, after_first if edge is None else edge == first)
                    if now not in came:
                        came[now] = (place, edge)
                        queue.append(now)
        return None

    def _moves(self, window: _Window, place: _Place) -> Iterable[tuple[Edge | None, int, int]]:
        """Yield what a run can do next: (edge, gaps passed then, hidden state)."""
        at, one, _ = place
        gap, later = window.gaps[at], window.masks[at + 1]
        if gap not in {Gap.ONE, Gap.ENTRY} and later >> one & 1:
            yield None, at + 1, one
        for edge, target in self._automaton.moves[one]:
            silent = self._visible[one] == self._visible[target]
            if gap is Gap.MANY or (silent and gap in {Gap.SILENT, Gap.ENTRY}):
                yield edge, at, target
            elif gap in {Gap.ONE, Gap.ENTRY} and later >> target & 1:
                yield edge, at + 1, target

    def _story(
        self, came: Mapping[_Place, tuple[_Place | None, Edge | None]], last: _Place
    ) -> dict[_Thing, None]:
        edges: list[Edge] = []
        things: dict[_Thing, None] = {}
        place: _Place | None = last
        while place is not None:
            things[self._states[place[1]]] = None
            place, edge = came[place]
            edges += [edge] if edge else []
        edges.reverse()
        things |= dict.fromkeys(edges)
        return things | dict.fromkeys(pairwise(edges))


#: Where a run is: how many gaps it has passed, its hidden state, and whether it has just taken
#: the first edge of a pair that it must not go on with.
_Place: TypeAlias = "tuple[int, int, bool]"
