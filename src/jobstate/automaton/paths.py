"""What lies between two estimates of a job's state: shortest ways, certainly, possibly."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from jobstate.automaton.bitsets import bits
from jobstate.model.states import Basis, Edge, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.automaton.automaton import Automaton


#: More shortest ways than this are not listed: nobody reads them.
MOST_WAYS = 16

#: One way: its edges in order; empty where no move is needed.
Way: TypeAlias = tuple[Edge, ...]


@frozen(eq=False)
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
    after = 0
    for index in bits(mask):
        for _, target in automaton.moves[index]:
            after |= 1 << target
    return automaton.states_of(after)


def between(automaton: Automaton, start: int, end: int) -> Between:
    """Return what lies between two sets of hidden states; remembered for the same two."""
    found: Between | None = automaton.between.get((start, end))
    if found is None:
        found = automaton.between[start, end] = _between(automaton, start, end)
    return found


def _between(automaton: Automaton, start: int, end: int) -> Between:
    reach = automaton.successors.reach
    start = sum(1 << index for index in bits(start) if reach(1 << index) & end)
    end &= reach(start)
    if not end:
        return NOTHING_BETWEEN
    crossed = reach(start) & _reaching(automaton, end)
    inner = crossed & ~_places(automaton, start | end)
    ends = {state.visible for state in automaton.states_of(start | end)}
    way = [state for state in _in_order(automaton, start, crossed) if state.visible not in ends]
    statuses = dict.fromkeys(state.visible for state in way)
    ways, basis = _shortest_ways(automaton, start, end), _firmest(automaton, start, end)
    firmest = ways[0]
    if basis is not None and _weakness(firmest)[0] > basis.weakness:
        firmest = _shortest_ways(automaton, start, end, basis)[0]
    return Between(
        ways=ways,
        firmest=firmest,
        certain=tuple(
            state
            for state in _in_order(automaton, start, inner)
            if not _avoidable(automaton, automaton.of_state[state.name], start, end)
        ),
        certain_statuses=tuple(
            status
            for status in statuses
            if not _avoidable(automaton, automaton.of_visible[status], start, end)
        ),
        possible=automaton.states_of(inner),
        basis=basis,
        cause=_common_cause(automaton, crossed, end) if not start & end else None,
    )


def _places(automaton: Automaton, mask: int) -> int:
    """Return every hidden state that shows the same states as some of a set."""
    shown = 0
    for state in automaton.states_of(mask):
        shown |= automaton.of_state[state.name]
    return shown


def _reaching(automaton: Automaton, end: int) -> int:
    reach = automaton.successors.reach
    return sum(1 << index for index in bits(automaton.everything) if reach(1 << index) & end)


def _avoidable(automaton: Automaton, mask: int, start: int, end: int) -> bool:
    """Return whether a job can get there without any of some hidden states."""
    return bool(_spread(automaton, start, automaton.everything & ~mask) & end)


def _spread(automaton: Automaton, start: int, allowed: int) -> int:
    seen = fresh = start & allowed
    while fresh:
        after = 0
        for index in bits(fresh):
            for _, target in automaton.moves[index]:
                after |= 1 << target
        fresh = after & allowed & ~seen
        seen |= fresh
    return seen


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
    found: dict[Way, None] = {}
    for way in _walk_back(automaton, distance, targets, weakest):
        found.setdefault(way)
        if len(found) == MOST_WAYS:
            break
    return tuple(sorted(found, key=_weakness))


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
        for before, steps in distance.items():
            if steps == distance[index] - 1:
                stack.extend(
                    (before, (edge, *way))
                    for edge, target in automaton.moves[before]
                    if target == index and edge.basis.weakness <= weakest.weakness
                )
