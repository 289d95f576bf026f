"""What lies between two estimates of a job's state: shortest ways, certainly, possibly."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from jobstate.automaton.bitsets import bits
from jobstate.automaton.runs import Passage, before, certain
from jobstate.model.states import Basis, Edge, State, counted_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.automaton.automaton import Automaton


#: More shortest ways than this are not listed: nobody reads them.
MOST_WAYS: Final = 16
_REMEMBERED: Final = 1 << 14

#: One way: its edges in order; empty where no move is needed.
Way: TypeAlias = tuple[Edge, ...]


@frozen
class Between:
    """What lies between two sets of hidden states.

    Attributes:
        ways: The shortest ways, the firmest first, at most `MOST_WAYS`; none where there is none.
        firmest: A shortest one of those ways whose weakest basis is the firmest; it may be longer.
        certain: The states that every legal run passes, in the order in which they come.
        certain_statuses: The statuses that every legal run shows in a history, likewise: a job
            that has completed has shown Training, be it in progress or stopping.
        possible: The states that some legal run passes, in the life cycle's order.
        basis: The weakest basis on `firmest`; None where there is none or it has no moves.
        cause: What brings a job there, where all ways agree; else None.
    """

    ways: tuple[Way, ...]
    firmest: Way
    certain: tuple[State, ...]
    certain_statuses: tuple[str, ...]
    possible: tuple[State, ...]
    basis: Basis | None
    cause: str | None

    @property
    def only_one(self) -> bool:
        """There is no other legal way than the shortest."""
        return len(self.ways) == 1 and len(self.possible) == max(len(self.ways[0]) - 1, 0)


#: Between what no run joins.
NOTHING_BETWEEN = Between(
    ways=(), firmest=(), certain=(), certain_statuses=(), possible=(), basis=None, cause=None
)


def next_states(automaton: Automaton, mask: int) -> tuple[State, ...]:
    """Return the states that exactly one move reaches from a set of hidden states."""
    return automaton.states_of(automaton.successors.next(mask))


def a_shortest_way(automaton: Automaton, start: int, end: int) -> Way:
    """Return one way of the fewest moves, the first found breadth first; empty where none is."""
    ways: dict[int, Way] = dict.fromkeys(bits(start), ())
    queue = list(ways)
    for index in queue:  # the list grows while we walk it
        if end >> index & 1:
            return ways[index]
        for edge, target in automaton.moves[index]:
            if target not in ways:
                ways[target] = (*ways[index], edge)
                queue.append(target)
    return ()


@lru_cache(maxsize=_REMEMBERED)
def between(automaton: Automaton, start: int, end: int) -> Between:
    """Return what lies between two sets of hidden states; remembered for the same two."""
    start = before(automaton, Passage.ANY, start, end)
    reached = automaton.successors.reach(start)
    end &= reached
    if not end:
        return NOTHING_BETWEEN
    crossed = before(automaton, Passage.ANY, reached, end)
    passed = certain(automaton, start, ((Passage.ANY, end),))
    ends = automaton.states_of(start | end)
    shown = {state.visible for state in ends}
    order = _in_order(automaton, start, crossed)
    statuses = dict.fromkeys(state.visible for state in order if state.visible not in shown)
    ways, basis = _shortest_ways(automaton, start, end), _firmest(automaton, start, end)
    firmest = ways[0]
    if basis is not None and _weakness(firmest)[0] > basis.weakness:
        firmest = _shortest_ways(automaton, start, end, basis)[0]
    return Between(
        ways=ways,
        firmest=firmest,
        certain=tuple(state for state in order if state not in ends and state in passed),
        certain_statuses=tuple(status for status in statuses if status in passed),
        possible=tuple(state for state in automaton.states_of(crossed) if state not in ends),
        basis=basis,
        cause=_common_cause(automaton, crossed, end) if not start & end else None,
    )


def _firmest(automaton: Automaton, start: int, end: int) -> Basis | None:
    """Return the weakest basis on the firmest way; None where no move is needed."""
    if start & end:
        return None
    reached = (automaton.successors_over(basis).reach(start) & end for basis in Basis)
    return next(basis for basis, there in zip(Basis, reached, strict=True) if there)


def _common_cause(automaton: Automaton, crossed: int, end: int) -> str | None:
    causes = {
        edge.cause
        for index in bits(crossed & ~end)
        for edge, target in automaton.moves[index]
        if end >> target & 1
    }
    return causes.pop() if len(causes) == 1 else None


def _shortest_ways(
    automaton: Automaton, start: int, end: int, weakest: Basis = Basis.INFERRED
) -> tuple[Way, ...]:
    """Return the shortest ways over edges of at most some weakness, the firmest first."""
    if start & end:
        return ((),)
    distance = _distances(automaton, start, weakest)
    nearest = min(distance[index] for index in bits(end) if index in distance)
    targets = [index for index in bits(end) if distance.get(index) == nearest]
    counted = counted_as(automaton.region.edges)
    found: dict[tuple[Edge, ...], list[Way]] = {}
    for way in _walk_back(automaton, distance, targets, weakest):
        found.setdefault(tuple(counted[edge] for edge in way), []).append(way)
        if len(found) == MOST_WAYS:
            break
    return tuple(sorted((min(same, key=_weakness) for same in found.values()), key=_weakness))


def _weakness(way: Way) -> tuple[int, list[int]]:
    weaknesses = [edge.basis.weakness for edge in way]
    return max(weaknesses), weaknesses


def _distances(automaton: Automaton, start: int, weakest: Basis = Basis.INFERRED) -> dict[int, int]:
    queue = list(bits(start))
    distance = dict.fromkeys(queue, 0)
    for index in queue:  # the list grows while we walk it: a breadth-first search
        for edge, target in automaton.moves[index]:
            if target not in distance and edge.basis.weakness <= weakest.weakness:
                distance[target] = distance[index] + 1
                queue.append(target)
    return distance


def _in_order(automaton: Automaton, start: int, mask: int) -> list[State]:
    """Return states by their distance: those that every run passes come in this order."""
    nearest: dict[str, int] = {}
    for index, steps in _distances(automaton, start).items():
        if mask >> index & 1:
            nearest.setdefault(automaton.hidden[index].state, steps)
    states = automaton.states_of(mask)
    return sorted(states, key=lambda state: nearest[state.name])


def _walk_back(
    automaton: Automaton, distance: dict[int, int], targets: list[int], weakest: Basis
) -> Iterator[Way]:
    stack: list[tuple[int, Way]] = [(target, ()) for target in reversed(targets)]
    while stack:
        index, way = stack.pop()
        if distance[index] == 0:
            yield way
            continue
        for origin, steps in distance.items():
            if steps == distance[index] - 1:
                stack.extend(
                    (origin, (edge, *way))
                    for edge, target in automaton.moves[origin]
                    if target == index and edge.basis.weakness <= weakest.weakness
                )
