"""`way_through`: the states of a job that comes by what somebody wants, and ends as they want."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from jobstate.errors import UnknownNameError
from jobstate.model.hidden_states import Hidden
from jobstate.model.states import Edge, Needs, Outcome, State
from jobstate.model.walks import Walks, cost_of, walks_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from jobstate.model.lifecycle import Lifecycle

#: Where a job is, and of how many things it has come by that it is to come by.
_Place: TypeAlias = tuple[Hidden, int]


def asked_causes(lifecycle: Lifecycle) -> frozenset[str]:
    """Return what moves are caused by that somebody asks the service for."""
    actions = lifecycle.schema.actions if lifecycle.schema else ()
    return frozenset().union(*(each.causes for each in actions))


def names_of(state: State) -> set[str]:
    """Return what a state goes by: its name, its statuses."""
    return {state.name, state.visible, state.primary, state.secondary or state.primary}


def way_through(
    lifecycle: Lifecycle, features: Needs, via: Sequence[str], end: str
) -> tuple[str, ...]:
    """Return the states of a job that comes by some things in order, and then to its end.

    In each it takes, of the moves that lead no farther from the goal and not back, the first one
    that the life cycle has: authors write the usual road first. From a status that it is to come by
    it goes straight on to the next thing, and from the last thing to an end that is no success:
    ``("Training", "stop_requested")`` is a stop while it trains. Moves that somebody asks for, a
    stop say, are taken only where they are wanted; those that are only inferred, where no other way
    is as short.

    Args:
        lifecycle: The life cycle.
        features: The job's features.
        via: Causes of moves, statuses or names of states.
        end: An outcome, or a status or the name of a state that is final; empty for wherever it has
            come by everything.

    Returns:
        The names of the states; none where no job of these features lives so.

    Raises:
        UnknownNameError: The life cycle has no such cause or state.
    """
    walks = walks_of(lifecycle)
    causes = {each.cause for each in walks.region.edges}
    known = causes.union(*map(names_of, walks.region.states))
    for name in via:
        if name not in known:
            raise UnknownNameError(f"cause or status of {lifecycle}", name, known)
    ends = [each for each in walks.region.states if _is_end(each, end)]
    if not ends:
        raise UnknownNameError(f"outcome or end of {lifecycle}", end, Outcome)
    roads = _Roads(walks, tuple(via), asked_causes(lifecycle))
    far = roads.distances({each.name for each in ends})
    well = all(each.outcome is Outcome.SUCCEEDED for each in ends)
    straight = [place > 0 and via[place - 1] not in causes for place in range(len(via))]
    straight.append(not well)
    wanted = dict(features)
    starts = [
        roads.begin(one)
        for one in walks.starts
        if all(wanted.get(name, has) is has for name, has in one.features)
    ]
    starts = [each for each in starts if each in far]
    if not starts:
        return ()
    way = [min(starts, key=far.__getitem__)]
    while far[way[-1]]:
        here, shortest = far[way[-1]], straight[way[-1][1]]
        ahead = (
            to
            for cost, to in roads.ahead(way[-1])
            if far.get(to, inf) + (cost if shortest or cost > 1 else 0) <= here
        )
        way.append(next(to for to in ahead if to not in way))
    return tuple(hidden.state for hidden, _ in way)


def _is_end(state: State, end: str) -> bool:
    if not end:
        return True
    return state.final and not state.gone and (end == state.outcome or end in names_of(state))


class _Roads:
    """The moves of jobs that count what they have come by."""

    def __init__(self, walks: Walks, via: tuple[str, ...], asked: frozenset[str]) -> None:
        self._walks = walks
        self._via = via
        self._asked = asked

    def begin(self, one: Hidden) -> _Place:
        """Return where a job is that begins there."""
        return one, self._counted(0, None, one)

    def ahead(self, place: _Place) -> Iterator[tuple[int, _Place]]:
        """Yield what each move costs, and where it leads, in the life cycle's order."""
        one, come_by = place
        for edge, to in self._walks.moves[one]:
            counted = self._counted(come_by, edge, to)
            if edge.cause not in self._asked or edge.cause in self._via[come_by:counted]:
                yield cost_of(edge), (to, counted)

    def distances(self, ends: Container[str]) -> Mapping[_Place, int]:
        """Return what it costs from each place to come to an end, having come by everything."""
        before: dict[_Place, list[tuple[int, _Place]]] = {}
        every = [(one, number) for one in self._walks.moves for number in range(len(self._via) + 1)]
        for place in every:
            for cost, to in self.ahead(place):
                before.setdefault(to, []).append((cost, place))
        turn = count()  # places have no order
        queue = [
            (0, next(turn), place)
            for place in every
            if place[1] == len(self._via) and place[0].state in ends
        ]
        found: dict[_Place, int] = {}
        while queue:
            cost, _, place = heappop(queue)
            if place not in found:
                found[place] = cost
                for more, earlier in before.get(place, ()):
                    heappush(queue, (cost + more, next(turn), earlier))
        return found

    def _counted(self, come_by: int, edge: Edge | None, to: Hidden) -> int:
        """Return of how many things a job has come by that moves there."""
        if come_by == len(self._via):
            return come_by
        here = names_of(self._walks.state(to)) | ({edge.cause} if edge else set())
        return come_by + (self._via[come_by] in here)
