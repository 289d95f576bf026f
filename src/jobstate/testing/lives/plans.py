"""Which ways lead through a life cycle under some wishes: `Plan`, and why there is none.

Whoever draws chooses a start, an end and detours, all by number; every choice there is leads to the
end, and the first ones take the shortest way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
from attrs import field, frozen

from jobstate.errors import JobstateError, UnknownNameError
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.states import Edge, Needs, Outcome, State
from jobstate.model.walks import walks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobstate.model.hidden_states import Hidden
    from jobstate.model.life import Printer

#: How many stays a life has at most, unless its wishes take more.
MOST_STAYS: Final = 12
_NOWHERE: Final = -1

#: Where a life can be: a hidden state, and how many of the states to be passed it has passed.
_Place: TypeAlias = tuple["Hidden", int]


class ImpossibleLifeError(JobstateError, ValueError):
    """No life is as it was wished for.

    Attributes:
        lifecycle: The life cycle, with its version.
        wishes: The wishes that no life meets together; without any one of them some life does.
    """

    def __init__(self, lifecycle: str, wishes: Iterable[str]) -> None:
        self.lifecycle = lifecycle
        self.wishes = tuple(wishes)
        super().__init__(lifecycle, self.wishes)

    def __str__(self) -> str:
        together = " and ".join(self.wishes)
        advice = "; leave out one of these" if len(self.wishes) > 1 else ""
        return f"no life of {self.lifecycle} {together}{advice}"


@frozen(kw_only=True)
class Wishes:
    """What a life must be like.

    Attributes:
        complete: It ends in a final state, or in none; None for either.
        via: What it must pass, in this order: names of states, or statuses.
        features: Features that its job has, or lacks.
        outcome: What it must come to; None for anything.
        max_stays: How many stays it may have; None for 12, or as many as the other wishes take.
    """

    complete: bool | None = None
    via: tuple[str, ...] = ()
    features: Needs = ()
    outcome: Outcome | None = None
    max_stays: int | None = None

    def allow(self, end: State) -> bool:
        """Return whether a life may end in a state."""
        return self.complete in {None, end.final} and self.outcome in {None, end.outcome}

    def fewer(self) -> Iterator[Wishes]:
        """Yield it without each single wish."""
        for pair in self.features:
            left = tuple(each for each in self.features if each != pair)
            yield attrs.evolve(self, features=left)
        for place in range(len(self.via)):
            yield attrs.evolve(self, via=self.via[:place] + self.via[place + 1 :])
        if self.outcome is not None:
            yield attrs.evolve(self, outcome=None)
        if self.complete is not None:
            yield attrs.evolve(self, complete=None)
        if self.max_stays is not None:
            yield attrs.evolve(self, max_stays=None)

    def words(self) -> Iterator[str]:
        """Yield each single wish, to be read after “a life”."""
        for name, has in self.features:
            yield f"is {name}" if has else f"is not {name}"
        if self.via:
            yield f"passes {', then '.join(self.via)}"
        if self.outcome is not None:
            yield f"comes to {self.outcome}"
        if self.complete is not None:
            yield "comes to an end" if self.complete else "is still in progress"
        if self.max_stays is not None:
            yield f"has at most {self.max_stays} stays"


@derived
def plan(lifecycle: Lifecycle, wishes: Wishes) -> Plan:
    """Return the plan for lives that meet some wishes; worked out once, in some milliseconds.

    Raises:
        UnknownNameError: There is no such feature, state or status.
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


@frozen(kw_only=True, eq=False, repr=False)
class Plan:
    """The walks that meet some wishes, as numbers to choose from.

    Only moves after which a walk can still meet them are there, so no choice can go wrong.

    Attributes:
        lifecycle: The life cycle that was asked.
        wishes: The wishes.
        starts: The places in which a life can begin; first that with the nearest end, then that
            with the fewest features.
        stops: The states that a life can pass, the nearest first; but those in which the job is
            gone come right after those in which it is still there.
        entries: In how many ways a state can be entered at most.
        ends: The states in which a life can end; None, the first, for the nearest. Final ones come
            several times, so half of all lives are complete; those of a job that is gone only once.
        most: How many stays a life has at most.
    """

    lifecycle: Lifecycle
    wishes: Wishes
    starts: tuple[int, ...]
    stops: tuple[str, ...]
    entries: int
    ends: tuple[str | None, ...]
    most: int
    _graph: _Graph = field(alias="graph")
    _states: dict[str, State] = field(alias="states")
    #: State in which lives may end, or None for any → how far each place is from it.
    _to_end: dict[str | None, list[int]] = field(alias="to_end")
    #: State → the edges that lead there, the nearest first.
    _into: dict[str, list[Edge]] = field(alias="into")
    _away: dict[tuple[str, Edge | None], list[int]] = field(factory=dict, init=False)

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
        graph = _Graph.of(lifecycle.given(**dict(wishes.features)), passing)
        goals: dict[str, list[int]] = {}
        for place, (hidden, passed) in enumerate(graph.places):
            if passed == len(passing) and wishes.allow(states[hidden.state]):
                goals.setdefault(hidden.state, []).append(place)
        left = graph.distances(place for each in goals.values() for place in each)
        graph = graph.only(place for place, away in enumerate(left) if away != _NOWHERE)
        least = min((left[place] for place in graph.starts), default=_NOWHERE) + 1
        if not least or (wishes.max_stays is not None and least > wishes.max_stays):
            return None
        into = graph.into()
        stops = _side_by_side(into, states)
        ends = [name for name in stops if name in goals]
        over = [name for name in ends if states[name].final and not states[name].gone]
        most = max(MOST_STAYS, least) if wishes.max_stays is None else wishes.max_stays
        starts = [place for place in graph.starts if left[place] < most]
        return cls(
            lifecycle=lifecycle,
            wishes=wishes,
            starts=tuple(sorted(starts, key=lambda place: (left[place], graph.wanted(place)))),
            stops=tuple(stops),
            entries=max(map(len, into.values())),
            ends=(None, *ends, *over * (len(ends) // max(1, len(over)))),
            most=most,
            graph=graph,
            states=states,
            to_end={None: left, **{name: graph.distances(each) for name, each in goals.items()}},
            into=into,
        )

    def features(self, start: int) -> dict[str, bool]:
        """Return the features of a job that begins here, as far as answers can show them."""
        has = dict(self._graph.places[start][0].features)
        return {each.name: has[each.name] for each in self.lifecycle.features if each.shown}

    def way(self, start: int, end: int, detours: Iterable[tuple[int, int]]) -> list[State]:
        """Return the states of a life.

        What leads nowhere from where the life is then, or takes more stays than there may be, is
        left out; in place of such an end comes the nearest.

        Args:
            start: Where it begins.
            end: The number of its end.
            detours: What it passes on the way there: the number of a state, and 0 for the
                shortest way to it, or else by which edge it is entered.
        """
        way = [start]
        for stop, entry in detours:
            leg = self._leg(way[-1], self.stops[stop], entry)
            left = self._to_end[None][leg[-1]] if leg else _NOWHERE
            if left != _NOWHERE and len(way) + len(leg) + left <= self.most:
                way += leg
        to_end = self._to_end[self.ends[end]]
        if not _NOWHERE < to_end[way[-1]] <= self.most - len(way):
            to_end = self._to_end[None]
        way += self._graph.descent(way[-1], to_end)
        return [self._states[self._graph.places[place][0].state] for place in way]

    def _leg(self, start: int, stop: str, entry: int) -> list[int]:
        """Return the shortest way to a state, without its start; empty if there is none."""
        entering = (None, *self._into[stop])
        edge = entering[entry % len(entering)]
        away = self._away.get((stop, edge))
        if away is None:
            away = self._away[stop, edge] = self._graph.distances(self._before(stop, edge))
        if away[start] == _NOWHERE:
            return []
        leg = self._graph.descent(start, away)
        last = leg[-1] if leg else start
        return leg if edge is None else [*leg, self._graph.moves[last][edge]]

    def _before(self, stop: str, edge: Edge | None) -> Iterator[int]:
        """Yield the places where an edge can be taken, or, without one, those in a state."""
        for place, (hidden, _) in enumerate(self._graph.places):
            if hidden.state == stop if edge is None else edge in self._graph.moves[place]:
                yield place


@frozen(kw_only=True, eq=False)
class _Graph:
    """Places and moves, numbered.

    Attributes:
        places: Where a life can be.
        moves: Of each place: edge → the place that it leads to.
        starts: The places in which a life begins.
    """

    places: tuple[_Place, ...]
    moves: tuple[dict[Edge, int], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, lifecycle: Lifecycle, passing: Sequence[frozenset[str]]) -> _Graph:
        """Return where the jobs of a life cycle can be, by how much they have passed."""

        def there(hidden: Hidden, passed: int) -> int:
            now = passed < len(passing) and hidden.state in passing[passed]
            place = (hidden, passed + now)
            if place not in numbers:
                numbers[place] = len(places)
                places.append(place)
            return numbers[place]

        walks = walks_of(lifecycle)
        places: list[_Place] = []
        numbers: dict[_Place, int] = {}
        starts = tuple(there(start, 0) for start in walks.starts)
        # The list grows while we walk it: a breadth-first search.
        moves = [
            {edge: there(target, passed) for edge, target in walks.moves[hidden]}
            for hidden, passed in places
        ]
        return cls(places=tuple(places), moves=tuple(moves), starts=starts)

    def only(self, kept: Iterable[int]) -> _Graph:
        """Return it with no way to other places than those that are kept."""
        keep = set(kept)
        return attrs.evolve(
            self,
            moves=tuple(
                {edge: target for edge, target in leaving.items() if target in keep}
                for leaving in self.moves
            ),
            starts=tuple(start for start in self.starts if start in keep),
        )

    def into(self) -> dict[str, list[Edge]]:
        """Return each state that can be reached → the edges that lead there, the nearest first."""
        found: dict[str, list[Edge]] = {self.places[one][0].state: [] for one in self.starts}
        for leaving in self.moves:
            for edge in leaving:
                edges = found.setdefault(edge.target, [])
                if edge not in edges:
                    edges.append(edge)
        return found

    def wanted(self, place: int) -> int:
        """Return how many features the job has in a place: fewer are simpler."""
        return sum(has for _, has in self.places[place][0].features)

    def distances(self, goals: Iterable[int]) -> list[int]:
        """Return how many moves each place is away from the nearest goal; -1 where none leads."""
        before: list[list[int]] = [[] for _ in self.places]
        for place, leaving in enumerate(self.moves):
            for target in leaving.values():
                before[target].append(place)
        away = [_NOWHERE] * len(self.places)
        layer, steps = list(goals), 0
        while layer:
            fresh = [place for place in dict.fromkeys(layer) if away[place] == _NOWHERE]
            for place in fresh:
                away[place] = steps
            layer, steps = [earlier for place in fresh for earlier in before[place]], steps + 1
        return away

    def descent(self, start: int, away: Sequence[int]) -> list[int]:
        """Return the places of a shortest way to where the distance is 0, without the start."""
        way, now = [], start
        while away[now]:
            nearer = away[now] - 1
            now = next(to for to in self.moves[now].values() if away[to] == nearer)
            way.append(now)
        return way


def _side_by_side(into: Mapping[str, Sequence[Edge]], states: Mapping[str, State]) -> list[str]:
    """Return states as they come, but those in which a job is gone after those that lead there.

    So the number of the one is that of the other and 1: what shrinks finds it.
    """
    gone: dict[str, list[str]] = {}
    for name, edges in into.items():
        if states[name].gone:
            gone.setdefault(edges[0].origin, []).append(name)
    here = [name for name in into if not states[name].gone]
    return [each for name in here for each in (name, *gone.get(name, ()))]


def _called(lifecycle: Lifecycle, name: str) -> frozenset[str]:
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
    raise UnknownNameError("state or status", name, there)
