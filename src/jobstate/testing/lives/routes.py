"""Ways through a life cycle that make lives shorter: by waypoints, or all up to a length."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from jobstate.model.hidden_states import met
from jobstate.model.lifecycle import derived
from jobstate.model.states import Needs
from jobstate.model.walks import walks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobstate.model.hidden_states import Hidden
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.testing.lives.sketches import Sketch

#: What one move costs; weaknesses (0 to 2 a move) only decide between ways of the same length.
_MOVE: Final = 1_000

#: What a way costs, and the hidden states that it goes to, without the one that it leaves.
_Way: TypeAlias = tuple[int, tuple["Hidden", ...]]


@frozen
class Route:
    """A legal walk from the creation on.

    Attributes:
        states: The names of the states, in order.
        features: The features of a job that can go so.
    """

    states: tuple[str, ...]
    features: Needs


def wanted(features: Needs) -> int:
    """Return how many features a job has: fewer are simpler."""
    return sum(has for _, has in features)


class Routes:
    """The legal walks of a life cycle, asked for by what they must pass."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._walks = walks_of(lifecycle)
        self._ways: dict[Hidden, dict[str, list[tuple[Hidden, _Way]]]] = {}
        self.starts = sorted(self._walks.starts, key=lambda one: wanted(one.features))
        self.final = [state.name for state in self._walks.region.states if state.final]
        self.states = [state.name for state in self._walks.region.states]

    def through(self, waypoints: Sequence[str]) -> list[Route]:
        """Return the shortest walk through some states in order, for each set of features.

        The shortest comes first, then that with the fewest features, then the firmest. The walk
        ends at the last waypoint; the same state twice in a row means to come back to it.
        """
        found = []
        for start in self.starts:
            layer: dict[Hidden, _Way] = {start: (0, (start,))}
            first = 1 if start.state == waypoints[0] else 0
            for name in waypoints[first:]:
                layer = self._next(layer, name)
            if layer:
                cost, way = min(layer.values(), key=lambda way: way[0])
                states = tuple(one.state for one in way)
                found.append((len(way), wanted(start.features), cost, states, start.features))
        found.sort(key=lambda each: each[:3])
        return [Route(states, features) for *_, states, features in found]

    def features_of(self, states: Sequence[str]) -> list[Needs]:
        """Return the sets of features with which a job can go through exactly these states."""
        fitting = []
        for start in self.starts:
            if start.state != states[0]:
                continue
            here = [start]
            for name in states[1:]:
                here = [to for one in here for _, to in self._walks.moves[one] if to.state == name]
            if here:
                fitting.append(start.features)
        return fitting

    def allow(self, sketch: Sketch) -> bool:
        """Return whether a job goes through these states, and its other regions through theirs."""
        return sketch.features in self.features_of(sketch.states) and all(
            self.allow_beside(region, [state for *_, state in stays], dict(sketch.features))
            for region, stays in sketch.beside
        )

    def allow_beside(self, name: str, states: Sequence[str], features: Mapping[str, bool]) -> bool:
        """Return whether another region of such a job can go through these states."""
        region = self._walks.lifecycle.region(name)
        moves = {(edge.origin, edge.target) for edge in region.edges if met(edge.needs, features)}
        return (
            states[0] in region.initial
            and met((*region.needs, *region.initial[states[0]]), features)
            and moves.issuperset(pairwise(states))
        )

    def visible(self, states: Iterable[str]) -> set[str]:
        """Return what a history prints of some states."""
        names = set(states)
        return {state.visible for state in self._walks.region.states if state.name in names}

    def causes(self, route: Route) -> list[str]:
        """Return what makes a job go so, one for each move; nothing where no edge does."""
        edges = {(e.origin, e.target): e for e in reversed(self._walks.region.edges)}
        found = (edges.get(move) for move in pairwise(route.states))
        return [f"{e.cause}, {e.basis}" if e else "" for e in found]

    def shorter(self, length: int, most: int) -> Iterator[tuple[str, ...]] | None:
        """Return every legal walk of fewer states, the shortest first; None if more than `most`."""
        layer: dict[tuple[str, ...], list[Hidden]] = {}
        for start in self.starts:
            layer.setdefault((start.state,), []).append(start)
        layers = [layer] if length > 1 else []
        while len(layers) < length - 1:
            layer = self._longer(layer)
            layers.append(layer)
            if sum(map(len, layers)) > most:
                return None
        return (states for each in layers for states in each)

    def _longer(
        self, layer: dict[tuple[str, ...], list[Hidden]]
    ) -> dict[tuple[str, ...], list[Hidden]]:
        longer: dict[tuple[str, ...], list[Hidden]] = {}
        for states, ends in layer.items():
            for end in ends:
                for _, target in self._walks.moves[end]:
                    longer.setdefault((*states, target.state), []).append(target)
        return longer

    def _next(self, layer: dict[Hidden, _Way], name: str) -> dict[Hidden, _Way]:
        found: dict[Hidden, _Way] = {}
        for one, (cost, way) in layer.items():
            for target, (more, on) in self._from(one).get(name, ()):
                if target not in found or cost + more < found[target][0]:
                    found[target] = (cost + more, way + on)
        return found

    def _from(self, origin: Hidden) -> dict[str, list[tuple[Hidden, _Way]]]:
        """Return the best ways of at least one move to each state; worked out once."""
        found = self._ways.get(origin)
        if found is None:
            found = self._ways[origin] = {}
            for target, way in self._spread(origin):
                found.setdefault(target.state, []).append((target, way))
        return found

    def _spread(self, origin: Hidden) -> Iterator[tuple[Hidden, _Way]]:
        queue: list[tuple[int, int, Hidden, tuple[Hidden, ...]]] = [(0, 0, origin, ())]
        seen: set[Hidden] = set()
        turn = 0
        while queue:
            cost, _, one, way = heappop(queue)
            if one in seen and way:
                continue
            if way:
                seen.add(one)
                yield one, (cost, way)
            for edge, target in self._walks.moves[one]:
                if target not in seen:
                    turn += 1
                    more = cost + _MOVE + edge.basis.weakness
                    heappush(queue, (more, turn, target, (*way, target)))


@derived
def routes_of(lifecycle: Lifecycle) -> Routes:
    """Return the routes of a life cycle, which keep what they have worked out."""
    return Routes(lifecycle)
