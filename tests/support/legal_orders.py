"""The legal orders of answers whose times are late, equal, coarse or missing, by a slow search.

Written from the design alone ("Late, equal and missing times"), on plain data: no bit masks, no
tables, nothing kept from one answer to the next. It shares no code with what judges in `src`; runs
are those of `brute_force`.

- The time of an answer is the interval in which the record was last changed: the minute, second or
  instant printed; from a lower bound on, without end; all of time where it is missing.
- One answer is *certainly older* than another if its interval ends before the other's begins, or
  its history is shorter. An answer without a history has none that could be shorter.
- A *legal order* of answers agrees with all that is certain, and some run shows what they show in
  this order: features are fixed, and at the moment of an answer with a history the run has shown
  exactly its entries.

A search for one set of features goes over points of runs (`Point`) and sets of answers: after
which answers can a run be at which points? The answers explained so far say all that matters of
their order, so no order is written out, but none is left out either.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from tests.support.brute_force import (
    Features,
    Seen,
    Situation,
    beginnings,
    job_features,
    moves_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from jobstate.model.specification import Specification
    from jobstate.model.states import State

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SECOND, _MINUTE = 1_000_000, 60_000_000


class Interval(NamedTuple):
    """When something was, in microseconds since 1970: not before `begin`, nor after `end`."""

    begin: float = -inf
    end: float = inf

    def is_before(self, other: Interval) -> bool:
        """Return whether it ends before the other begins."""
        return self.end < other.begin


class Stay(NamedTuple):
    """One entry of a history: its status, and when it began."""

    status: str
    start: Interval


class Answer(NamedTuple):
    """What one answer says of a region, and what orders it.

    Attributes:
        shows: The statuses and features; its entries are not looked at, see `history`.
        when: When the record was last changed.
        history: The entries that it lists, whatever region they are about.
        listed: The history is about the region that it shows.
    """

    shows: Seen
    when: Interval = Interval()
    history: tuple[Stay, ...] = ()
    listed: bool = True

    def is_older(self, other: Answer) -> bool:
        """Return whether it is certainly older than another."""
        return self.when.is_before(other.when) or (0 < len(self.history) < len(other.history))

    def is_abreast(self, other: Answer) -> bool:
        """Return whether neither is certainly older."""
        return not self.is_older(other) and not other.is_older(self)


class Point(NamedTuple):
    """Where a run is, and how many entries it has shown; one more than all where that is over."""

    situation: Situation
    entries: int


#: Where a legal order can end: the name of a state, and the features of the job.
End = tuple[str, Features]


def interval(moment: datetime | None, *, lower_bound: bool = False) -> Interval:
    """Return the interval that a printed time stands for; aware. All of time where it is None."""
    if moment is None:
        return Interval()
    begin = (moment - _EPOCH) // _MICROSECOND
    length = 1 if moment.microsecond else _SECOND if moment.second else _MINUTE
    return Interval(begin, inf if lower_bound else begin + length - 1)


class Orders:
    """The legal orders of some answers about one job in one region.

    Attributes:
        answers: The answers, by number.
        ends: For each answer that is last in some legal order: where such orders end.
    """

    def __init__(self, spec: Specification, region_name: str, answers: Sequence[Answer]) -> None:
        """Find them. The time grows with the number of answers that are abreast."""
        self._spec = spec
        self._region = spec.region(region_name)
        self.answers = tuple(answers)
        self.ends: Mapping[int, frozenset[End]] = self._found()

    @property
    def exist(self) -> bool:
        """There is a legal order."""
        return bool(self.ends)

    @cached_property
    def possible(self) -> frozenset[End]:
        """Where legal orders end."""
        return frozenset().union(*self.ends.values())

    @property
    def features(self) -> dict[str, bool]:
        """The features that all legal orders agree on, as far as answers can show them."""
        jobs = [set(features) for _, features in self.possible]
        shown = {feature.name for feature in self._spec.features if feature.shown}
        agreed = set.intersection(*jobs) if jobs else set()
        return {name: value for name, value in sorted(agreed) if name in shown}

    @property
    def stays(self) -> list[tuple[int, str]]:
        """The stays that histories tell: ordinal and status, in order."""
        return list(enumerate((stay.status for stay in self._longest), start=1))

    def position(self, arrivals: Sequence[int], stood: Collection[str] = ()) -> int:
        """Return which answer is taken for the last.

        Of those that are last in some legal order, one that shows an end, then one that shows the
        end that was told before if that may reopen, and then the one that arrived last.

        Args:
            arrivals: The numbers of the answers in the order in which they arrived. One that
                arrived again counts where it stands here the last time.
            stood: The states that the job was taken to be in before.
        """
        latest = {number: place for place, number in enumerate(arrivals)}
        ends = [self._states[name] for name in stood if self._states[name].final]
        reopen = any(state.reopens for state in ends) and len(ends) == len(stood)
        told = frozenset(stood if reopen else ())

        def rank(number: int) -> tuple[bool, bool, int]:
            ended = self.shows_end(number)
            return ended, ended and bool(self.states(number) & told), latest[number]

        return max(self.ends, key=rank)

    def states(self, number: int) -> frozenset[str]:
        """Return the states that the job may be in if an answer is the last."""
        return frozenset(state for state, _ in self.ends[number])

    def shows_end(self, number: int) -> bool:
        """Return whether an answer shows that the job has ended."""
        shows = self.answers[number].shows
        return all(state.final for state in self._region.states if _agrees(state, shows))

    # --- The search -----------------------------------------------------------------------------

    @cached_property
    def _longest(self) -> tuple[Stay, ...]:
        return max((answer.history for answer in self.answers), key=len, default=())

    def _found(self) -> dict[int, frozenset[End]]:
        if not self._histories_agree():
            return {}
        found: dict[int, set[End]] = {}
        shown = {pair for answer in self.answers for pair in answer.shows.features.items()}
        by_edges: dict[object, dict[int, frozenset[str]]] = {}
        for features, edges in _jobs(self._spec, self._region.name):
            if not shown.issubset(features):
                continue
            # Jobs that can make the same moves need be looked at only once.
            if edges not in by_edges:
                by_edges[edges] = self._found_for(features)
            for number, states in by_edges[edges].items():
                found.setdefault(number, set()).update((state, features) for state in states)
        return {number: frozenset(ends) for number, ends in found.items()}

    def _histories_agree(self) -> bool:
        """Return whether histories begin one another, in whatever order they came."""
        histories = [answer.history for answer in self.answers]
        return all(
            was.status == now.status
            and not was.start.is_before(now.start)
            and not now.start.is_before(was.start)
            for one in histories
            for other in histories
            for was, now in zip(one, other, strict=False)
        )

    def _found_for(self, features: Features) -> dict[int, frozenset[str]]:
        listed = [answer for answer in self.answers if answer.listed and answer.history]
        statuses = tuple(
            stay.status for stay in max((answer.history for answer in listed), key=len, default=())
        )
        runs = _runs(self._spec, self._region.name, features, statuses)
        memory: dict[frozenset[int], frozenset[Point]] = {}

        def after(explained: frozenset[int]) -> frozenset[Point]:
            """Return where runs can be some time after they have shown some answers."""
            if explained not in memory:
                at = frozenset().union(*(at_last(explained, last) for last in explained))
                memory[explained] = runs.onwards(at)
            return memory[explained]

        def at_last(explained: frozenset[int], last: int) -> frozenset[Point]:
            """Return where runs can be when they show the last of some answers."""
            if explained & self._newer[last]:
                return frozenset()
            before = after(explained - {last}) if len(explained) > 1 else runs.beginning
            return frozenset(point for point in before if self._shows(point, last))

        everything = frozenset(range(len(self.answers)))
        return {
            last: frozenset(point.situation.state for point in points)
            for last in everything
            if (points := at_last(everything, last))
        }

    def _shows(self, point: Point, number: int) -> bool:
        answer = self.answers[number]
        if answer.listed and answer.history and point.entries != len(answer.history):
            return False
        return point.situation.state in self._shown[number]

    @cached_property
    def _newer(self) -> list[frozenset[int]]:
        """For each answer those that it is certainly older than."""
        return [
            frozenset(number for number, each in enumerate(self.answers) if answer.is_older(each))
            for answer in self.answers
        ]

    @cached_property
    def _shown(self) -> list[frozenset[str]]:
        """For each answer the states that agree with it."""
        return [
            frozenset(state.name for state in self._region.states if _agrees(state, answer.shows))
            for answer in self.answers
        ]

    @cached_property
    def _states(self) -> dict[str, State]:
        return {state.name: state for state in self._region.states}


class _Runs:
    """The runs of jobs with some features, as long as they show a history, and then all."""

    def __init__(
        self,
        spec: Specification,
        region_name: str,
        features: Features,
        statuses: tuple[str, ...],
    ) -> None:
        self._spec = spec
        self._region = spec.region(region_name)
        self._statuses = statuses
        self._visible = {
            state.name: state.primary if state.secondary is None else state.secondary
            for state in self._region.states
        }
        self._onwards: dict[Point, frozenset[Point]] = {}
        starts = beginnings(spec, self._region, features)
        if statuses:
            points = {
                Point(start, 1) for start in starts if self._visible[start.state] == statuses[0]
            }
        else:
            points = {Point(start, 1) for start in starts}
        #: Where a run may be before any answer.
        self.beginning = self.onwards(points)

    def onwards(self, points: Iterable[Point]) -> frozenset[Point]:
        """Return where runs may be some time after they were at one of some points."""
        return frozenset().union(*(self._from(point) for point in points))

    def _from(self, start: Point) -> frozenset[Point]:
        if start not in self._onwards:
            found: set[Point] = set()
            queue = [start]
            while queue:
                point = queue.pop()
                if point not in found:
                    found.add(point)
                    queue += self._moves(point)
            self._onwards[start] = frozenset(found)
        return self._onwards[start]

    def _moves(self, point: Point) -> Collection[Point]:
        here = self._visible[point.situation.state]
        found = []
        for target in moves_of(self._spec, self._region.name, point.situation):
            entries, there = point.entries, self._visible[target.state]
            if entries <= len(self._statuses) and there != here:
                if entries < len(self._statuses) and self._statuses[entries] != there:
                    continue
                entries += 1
            found.append(Point(target, entries))
        return found


@lru_cache(maxsize=512)  # only to be bearably quick
def _jobs(spec: Specification, region_name: str) -> list[tuple[Features, tuple[int, ...]]]:
    """Return the features that a job can have, each with the places of the edges that it has."""
    return [
        (
            features,
            tuple(
                place
                for place, edge in enumerate(spec.region(region_name).edges)
                if set(edge.needs) <= set(features)
            ),
        )
        for features in job_features(spec, region_name)
    ]


@lru_cache(maxsize=512)  # only to be bearably quick
def _runs(
    spec: Specification, region_name: str, features: Features, statuses: tuple[str, ...]
) -> _Runs:
    return _Runs(spec, region_name, features, statuses)


def _agrees(state: State, shows: Seen) -> bool:
    return shows.primary in {None, state.primary} and shows.secondary in {None, state.secondary}
