"""Which ways lead through a life cycle under some wishes: `Plan`, and why there is none.

Whoever draws chooses a start and then a way that was seen, or turns and an end: every choice there
is leads to the end, and the first ones take the simplest way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import field, frozen

from jobstate.errors import UnknownNameError
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.states import State
from jobstate.testing.lives.graph import NOWHERE, Graph, Turn
from jobstate.testing.lives.weighted import Weighted
from jobstate.testing.lives.wishes import ImpossibleLifeError, Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from jobstate.model.life import Printer

_Item = TypeVar("_Item")

#: How many stays a life has at most, unless its wishes take more.
MOST_STAYS: Final = 12
#: What share of turns is none.
_NONE: Final = 0.1
#: How often a turn is drawn, and one by a status that is no longer supported.
_IN_USE, _RETIRED = 1.0, 1.2
#: How often more the turns about one state are drawn together.
_OF_EACH_STATE: Final = 500.0
#: How often what is preferred is drawn where everything else together is once.
_PREFERRED: Final = 3


@derived
def plan(lifecycle: Lifecycle, wishes: Wishes) -> Plan:
    """Return the plan for lives that meet some wishes; worked out once, in some milliseconds.

    Raises:
        UnknownNameError: There is no such feature, state, status or cause.
        LifecycleError: No job has these features together.
        ImpossibleLifeError: No life meets them; it names those that contradict each other.
    """
    made = Plan.of(lifecycle, wishes)
    if made is None:
        core = _contradiction(lifecycle, wishes)
        raise ImpossibleLifeError(str(lifecycle), core.words())
    return made


def _contradiction(lifecycle: Lifecycle, wishes: Wishes) -> Wishes:
    """Return wishes of which none can be left out of some that are impossible."""
    for fewer in wishes.fewer():
        if Plan.of(lifecycle, fewer) is None:
            return _contradiction(lifecycle, fewer)
    return wishes


@frozen(eq=False)
class Seen:
    """A way that jobs were seen to go.

    Attributes:
        ways: Start → the places that it passes from there; that with the fewest features first.
    """

    ways: Mapping[int, Sequence[int]]


@frozen(kw_only=True, eq=False, repr=False)
class Plan:
    """The walks that meet some wishes, as numbers to choose from.

    Only moves after which a walk can still meet them are there, so no choice can go wrong.

    Attributes:
        lifecycle: The life cycle that was asked.
        wishes: The wishes.
        starts: The places in which a life can begin; first that with the nearest end, then that
            with the fewest features.
        seen: Ways that jobs were seen to go, the shortest first, each as often as it was seen; of
            lives that may end anywhere half do end.
        turns: What else a life can take: None, the first, for nothing in particular; then one move,
            or two in a row, the nearest first.
        ends: The states in which a life can end; None, the first, for the nearest. Final ones come
            several times, so half of all lives are complete; of jobs that are gone, three times.
        most: How many stays a life has at most.
    """

    lifecycle: Lifecycle
    wishes: Wishes
    starts: tuple[int, ...]
    seen: Weighted[Seen]
    turns: Weighted[Turn | None]
    ends: tuple[str | None, ...]
    most: int
    _graph: Graph = field(alias="graph")
    _states: dict[str, State] = field(alias="states")
    #: State in which lives may end, or None for any → how far each place is from it.
    _to_end: dict[str | None, list[int]] = field(alias="to_end")
    #: Turn → the ways to take it.
    _taking: dict[Turn, list[list[int]]] = field(alias="taking")
    _away: dict[Turn, list[int]] = field(factory=dict, init=False)

    def __repr__(self) -> str:
        words = ", ".join(self.wishes.words())
        return f"<plan of lives of {self.lifecycle}{words and ': '}{words}>"

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001 - as called
        """Print it briefly: Hypothesis would print all fields."""
        printer.text(repr(self))

    @classmethod
    def of(cls, lifecycle: Lifecycle, wishes: Wishes) -> Plan | None:
        """Return the plan for some wishes; None if no life meets them."""
        states = {state.name: state for state in lifecycle.main_region.states}
        passing = [_called(lifecycle, name) for name in wishes.via]
        graph = Graph.of(lifecycle.given(**dict(wishes.features)), passing)
        goals: dict[str, list[int]] = {}
        for place, (hidden, passed) in enumerate(graph.places):
            if passed == len(passing) and wishes.allow(states[hidden.state]):
                goals.setdefault(hidden.state, []).append(place)
        left = graph.distances(place for each in goals.values() for place in each)
        graph = graph.only(place for place, away in enumerate(left) if away != NOWHERE)
        least = min((left[place] for place in graph.starts), default=NOWHERE) + 1
        if not least or (wishes.max_stays is not None and least > wishes.max_stays):
            return None
        ends = [name for name in _side_by_side(graph, states) if name in goals]
        gone = [name for name in ends if states[name].gone]
        over = [name for name in ends if states[name].final and not states[name].gone]
        most = max(MOST_STAYS, least) if wishes.max_stays is None else wishes.max_stays
        starts = [place for place in graph.starts if left[place] < most]
        taking = graph.turns()
        weights = _weights(taking, states, _preferred(lifecycle, wishes))
        return cls(
            lifecycle=lifecycle,
            wishes=wishes,
            starts=tuple(sorted(starts, key=lambda place: (left[place], graph.wanted(place)))),
            seen=Weighted(_seen(lifecycle, graph, states, left, most)),
            turns=Weighted([(None, _NONE), *_shares(weights, 1 - _NONE)]),
            ends=(None, *ends, *gone, *gone, *over * (len(ends) // max(1, len(over)))),
            most=most,
            graph=graph,
            states=states,
            to_end={None: left, **{name: graph.distances(each) for name, each in goals.items()}},
            taking=taking,
        )

    def features(self, start: int) -> dict[str, bool]:
        """Return the features of a job that begins here, as far as answers can show them."""
        has = dict(self._graph.places[start][0].features)
        return {each.name: has[each.name] for each in self.lifecycle.features if each.shown}

    def states(self, way: Iterable[int]) -> list[State]:
        """Return the states of the places of a way."""
        return [self._states[self._graph.places[place][0].state] for place in way]

    def way(
        self, start: int, end: str | None, parts: Iterable[Seen | Turn | None]
    ) -> Sequence[int]:
        """Return the places that a life passes.

        What leads nowhere from where the life is then, or takes more stays than there may be, is
        left out; in place of such an end comes the nearest.

        Args:
            start: Where it begins.
            end: One of `ends`.
            parts: What it takes on the way there: some of `turns`, or one of `seen`, which is all.
        """
        way = [start]
        for part in parts:
            if isinstance(part, Seen):
                return part.ways[start]
            leg = self._leg(way[-1], part)
            left = self._to_end[None][leg[-1]] if leg else NOWHERE
            if left != NOWHERE and len(way) + len(leg) + left <= self.most:
                way += leg
        to_end = self._to_end[end]
        if not NOWHERE < to_end[way[-1]] <= self.most - len(way):
            to_end = self._to_end[None]
        return way + self._graph.descent(way[-1], to_end)

    def simplest(self, start: int, way: Sequence[int]) -> tuple[int, Sequence[int]]:
        """Return the shortest way seen that ends in the same status, or with the same outcome.

        Else the way itself.
        """
        end = self.states(way)[-1]
        for same in (attrgetter("visible"), attrgetter("outcome")):
            for each in self.seen.items:
                fewest, seen = next(iter(each.ways.items()))
                if same(self.states(seen)[-1]) == same(end):
                    return fewest, seen
        return start, way

    def starts_for(self, opening: Seen | Turn | None) -> Sequence[int]:
        """Return the starts of lives that can begin so; all, where none can."""
        if opening is None:
            return self.starts
        if isinstance(opening, Seen):
            return tuple(opening.ways)
        away = self._distances(opening)
        return [start for start in self.starts if away[start] != NOWHERE] or self.starts

    def _leg(self, start: int, turn: Turn | None) -> list[int]:
        """Return the shortest way to and through a turn, without its start; empty if none."""
        if turn is None:
            return []
        away = self._distances(turn)
        if away[start] == NOWHERE:
            return []
        leg = self._graph.descent(start, away)
        last = leg[-1] if leg else start
        return leg + next(rest for first, *rest in self._taking[turn] if first == last)

    def _distances(self, turn: Turn) -> list[int]:
        """Return how many moves each place is away from where a turn begins."""
        away = self._away.get(turn)
        if away is None:
            begins = (first for first, *_ in self._taking[turn])
            away = self._away[turn] = self._graph.distances(begins)
        return away


def _seen(
    lifecycle: Lifecycle, graph: Graph, states: Mapping[str, State], left: Sequence[int], most: int
) -> list[tuple[Seen, float]]:
    """Return the ways that were seen, or how they began, and may end where they do; how often."""
    if lifecycle.profile is None:
        return []
    weights: Counter[tuple[str, ...]] = Counter()
    for statuses, count in lifecycle.profile().ways.items():
        weights[statuses] += count * (len(statuses) - 1)
        for length in range(1, len(statuses)):
            weights[statuses[:length]] += count
    found = []
    for statuses in sorted(weights, key=len):
        ways = {
            start: way
            for start in sorted(graph.starts, key=graph.wanted)
            if (way := graph.along(start, statuses, states))
            and not left[way[-1]]
            and len(way) <= most
        }
        if ways:
            found.append((Seen(ways), float(weights[statuses])))
    return found


def _shares(
    weights: Collection[tuple[_Item, float]], share: float
) -> Iterator[tuple[_Item, float]]:
    """Yield items with weights that together are a share."""
    total = sum(weight for _, weight in weights)
    for item, weight in weights:
        yield item, weight * share / total


def _weights(
    turns: Collection[Turn], states: Mapping[str, State], preferred: Callable[[Turn], bool]
) -> list[tuple[Turn, float]]:
    """Return turns with how often each is drawn: seldom by what is retired, often if preferred.

    The rest is drawn evenly, and the more often the fewer turns there are about one of its states.
    """
    about = Counter(name for turn in turns for name in set(turn))
    usual = {
        turn: _RETIRED
        if any(states[name].retired for name in turn)
        else _IN_USE + _OF_EACH_STATE / min(about[name] for name in turn)
        for turn in turns
    }
    chosen = {turn for turn in usual if preferred(turn)}
    others = sum(weight for turn, weight in usual.items() if turn not in chosen)
    more = max(1.0, _PREFERRED * others / max(1.0, sum(usual[turn] for turn in chosen)))
    return [(turn, weight * more if turn in chosen else weight) for turn, weight in usual.items()]


def _preferred(lifecycle: Lifecycle, wishes: Wishes) -> Callable[[Turn], bool]:
    """Return whether a turn is about what is preferred.

    Raises:
        UnknownNameError: Something preferred is no cause, state or status.
    """
    region = lifecycle.main_region
    causes = {edge.cause for edge in region.edges}
    states: set[str] = set()
    for name in wishes.prefer:
        if name not in causes:
            states |= _called(lifecycle, name, causes)
    moves = {(edge.origin, edge.target) for edge in region.edges if edge.cause in wishes.prefer}
    return lambda turn: not states.isdisjoint(turn) or not moves.isdisjoint(pairwise(turn))


def _side_by_side(graph: Graph, states: Mapping[str, State]) -> list[str]:
    """Return states as they come, but those in which a job is gone after those that lead there.

    So the number of the one is that of the other and 1: what shrinks finds it.
    """
    from_where = {graph.places[one][0].state: "" for one in graph.starts}
    for leaving in graph.moves:
        for edge in leaving:
            from_where.setdefault(edge.target, edge.origin)
    gone: dict[str, list[str]] = {}
    for name, origin in from_where.items():
        if states[name].gone:
            gone.setdefault(origin, []).append(name)
    here = [name for name in from_where if not states[name].gone]
    return [each for name in here for each in (name, *gone.get(name, ()))]


def _called(lifecycle: Lifecycle, name: str, besides: Iterable[str] = ()) -> frozenset[str]:
    """Return the states of a name; else those that a history prints so; else of that primary."""
    states = lifecycle.main_region.states
    for called in (
        {state.name for state in states if state.name == name},
        {state.name for state in states if state.visible == name},
        {state.name for state in states if state.primary == name},
    ):
        if called:
            return frozenset(called)
    there = {text for state in states for text in (state.primary, state.visible)}
    what = "cause, state or status" if besides else "state or status"
    raise UnknownNameError(what, name, there.union(besides))
