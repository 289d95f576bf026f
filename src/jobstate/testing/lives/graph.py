"""Where a life can be on its way through what it must pass, numbered: `Graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
from attrs import frozen

from jobstate.model.states import Edge
from jobstate.model.walks import walks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobstate.model.hidden_states import Hidden
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import State

#: How far away is what no way leads to.
NOWHERE: Final = -1

#: Where a life can be: a hidden state, and how many of the states to be passed it has passed.
Place: TypeAlias = tuple["Hidden", int]
#: One edge, or two in a row, as the states that they join.
Turn: TypeAlias = tuple[str, ...]


@frozen(kw_only=True, eq=False)
class Graph:
    """Places and moves, numbered.

    Attributes:
        places: Where a life can be.
        moves: Of each place: edge → the place that it leads to.
        starts: The places in which a life begins.
    """

    places: tuple[Place, ...]
    moves: tuple[dict[Edge, int], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, lifecycle: Lifecycle, passing: Sequence[frozenset[str]]) -> Graph:
        """Return where the jobs of a life cycle can be, by how much they have passed."""

        def there(hidden: Hidden, passed: int) -> int:
            now = passed < len(passing) and hidden.state in passing[passed]
            place = (hidden, passed + now)
            if place not in numbers:
                numbers[place] = len(places)
                places.append(place)
            return numbers[place]

        walks = walks_of(lifecycle)
        places: list[Place] = []
        numbers: dict[Place, int] = {}
        starts = tuple(there(start, 0) for start in walks.starts)
        # The list grows while we walk it: a breadth-first search.
        moves = [
            {edge: there(target, passed) for edge, target in walks.moves[hidden]}
            for hidden, passed in places
        ]
        return cls(places=tuple(places), moves=tuple(moves), starts=starts)

    def only(self, kept: Iterable[int]) -> Graph:
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

    def wanted(self, place: int) -> int:
        """Return how many features the job has in a place: fewer are simpler."""
        return sum(has for _, has in self.places[place][0].features)

    def distances(self, goals: Iterable[int]) -> list[int]:
        """Return how many moves each place is away from the nearest goal; -1 where none leads."""
        before: list[list[int]] = [[] for _ in self.places]
        for place, leaving in enumerate(self.moves):
            for target in leaving.values():
                before[target].append(place)
        away = [NOWHERE] * len(self.places)
        layer, steps = list(goals), 0
        while layer:
            fresh = [place for place in dict.fromkeys(layer) if away[place] == NOWHERE]
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

    def turns(self) -> dict[Turn, list[list[int]]]:
        """Return every turn, the nearest first → the ways to take it: places, from its first on."""
        found: dict[Turn, list[list[int]]] = {}
        for place, leaving in enumerate(self.moves):
            origin = self.places[place][0].state
            for edge, middle in leaving.items():
                found.setdefault((origin, edge.target), []).append([place, middle])
                for after, end in self.moves[middle].items():
                    turn = (origin, edge.target, after.target)
                    found.setdefault(turn, []).append([place, middle, end])
        away = self.distances_from(self.starts)

        def ends(turn: Turn) -> tuple[int, int]:
            return min(away[way[0]] for way in found[turn]) + len(turn), len(turn)

        return {turn: found[turn] for turn in sorted(found, key=ends)}

    def distances_from(self, starts: Iterable[int]) -> dict[int, int]:
        """Return how many moves away each place is that can be reached from some."""
        away = dict.fromkeys(starts, 0)
        queue = list(away)
        for place in queue:
            for target in self.moves[place].values():
                if target not in away:
                    away[target] = away[place] + 1
                    queue.append(target)
        return away

    def along(self, start: int, statuses: Sequence[str], states: Mapping[str, State]) -> list[int]:
        """Return the places of a shortest way whose history prints these; empty if there is none.

        Args:
            start: The place where it begins.
            statuses: What a history prints, the first to the last.
            states: The states by name.
        """

        def printed(place: int) -> str:
            return states[self.places[place][0].state].visible

        if printed(start) != statuses[0]:
            return []
        came: dict[tuple[int, int], tuple[int, int] | None] = {(start, 1): None}
        queue = list(came)
        for step in queue:
            place, told = step
            if told == len(statuses):
                return _back(came, step)
            for target in self.moves[place].values():
                more = printed(target) != printed(place)
                after = (target, told + more)
                if after not in came and (not more or printed(target) == statuses[told]):
                    came[after] = step
                    queue.append(after)
        return []


def _back(
    came: Mapping[tuple[int, int], tuple[int, int] | None], last: tuple[int, int] | None
) -> list[int]:
    way: list[int] = []
    while last is not None:
        way.append(last[0])
        last = came[last]
    return way[::-1]
