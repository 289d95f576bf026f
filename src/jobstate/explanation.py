"""What can lie between two states: whether a way is legal, the shortest ways, what they pass.

Pure: imports the life cycle and the automaton. `explain` is for people and tests; `between` is
what the tracker's events are made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from jobstate.automaton import Automaton, compile_lifecycle
from jobstate.errors import UnknownNameError
from jobstate.masks import bits
from jobstate.specification import Basis, Edge, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.lifecycle import Lifecycle
from jobstate.specification import Region

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


@frozen(kw_only=True)
class Explanation:
    """What `explain` found.

    Attributes:
        lifecycle: Name, version and assumptions of the life cycle.
        region: The region.
        origin: Where the job was, as it was asked; "creation" for a job about to be created.
        target: Where it is, as it was asked.
        legal: Some legal run leads from the one to the other.
        between: What lies between.
        allowed: The states that one move reaches from the origin.
        final: The origin is final in every reading.
        reason: Why it is illegal, in a sentence; empty where it is legal.
    """

    lifecycle: str
    region: str
    origin: str
    target: str
    legal: bool
    between: Between
    allowed: tuple[State, ...]
    final: bool
    reason: str

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        basis = self.between.basis
        return {
            "lifecycle": self.lifecycle,
            "region": self.region,
            "from": self.origin,
            "to": self.target,
            "legal": self.legal,
            "firmest": [edge_dict(edge) for edge in self.between.firmest],
            "ways": [[edge_dict(edge) for edge in way] for way in self.between.ways],
            "certain": [state.name for state in self.between.certain],
            "certain_statuses": list(self.between.certain_statuses),
            "possible": [state.name for state in self.between.possible],
            "basis": None if basis is None else str(basis),
            "allowed": [state.name for state in self.allowed],
            "reason": self.reason,
        }


def edge_dict(edge: Edge) -> dict[str, object]:
    """Return an edge as plain data."""
    return {
        "from": edge.origin,
        "to": edge.target,
        "cause": edge.cause,
        "basis": str(edge.basis),
        "source": edge.source,
        "needs": dict(edge.needs),
        "after": list(edge.after),
    }


def explain(
    lifecycle: Lifecycle, origin: str | None, target: str, *, region: str | None = None
) -> Explanation:
    """Say whether a job seen in one status can be seen in another later, and by which way.

    Args:
        lifecycle: The life cycle; tighten it with `Lifecycle.given` to prove more.
        origin: ``InProgress/Training``, or ``Training`` or ``InProgress`` for any state that
            shows it; None for a job about to be created.
        target: Likewise.
        region: The region; by default the first one that has both statuses.

    Raises:
        UnknownNameError: A status is none of the region's; it lists those there are.
    """
    chosen = _region_of(lifecycle, region, [name for name in (origin, target) if name])
    automaton = compile_lifecycle(lifecycle)[chosen.name]
    start = automaton.start.mask if origin is None else _mask(automaton, origin)
    end = _mask(automaton, target)
    found = between(automaton, start, end)
    first = automaton.states_of(start)
    asked = "creation" if origin is None else origin
    final = bool(first) and all(state.final for state in first)
    return Explanation(
        lifecycle=str(lifecycle),
        region=chosen.name,
        origin=asked,
        target=target,
        legal=bool(found.ways),
        between=found,
        allowed=next_states(automaton, start),
        final=final,
        reason="" if found.ways else why_not(asked, target, final=final),
    )


def why_not(origin: str, target: str, *, final: bool) -> str:
    """Return why no run leads from one status to another, in a sentence."""
    if final:
        return f"{origin} is final: a job never leaves it for {target}"
    return f"no legal run of the job leads from {origin} to {target}"


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
    """Tell whether a job can get there without any of some hidden states."""
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


def _region_of(lifecycle: Lifecycle, region: str | None, names: list[str]) -> Region:
    if region is not None:
        return lifecycle.region(region)
    for candidate in lifecycle.regions:
        words = _words(candidate)
        if all(name in words for name in names):
            return candidate
    choices = [word for candidate in lifecycle.regions for word in _words(candidate)]
    unknown = next((name for name in names if name not in choices), " and ".join(names))
    raise UnknownNameError("state", unknown, set(choices))


def _words(region: Region) -> set[str]:
    states = region.states
    return {word for state in states for word in (state.name, state.primary, state.visible)}


def _mask(automaton: Automaton, name: str) -> int:
    """Return the hidden states of a state, or of a status on either axis."""
    found = automaton.of_state.get(name)
    if found is None:
        found = automaton.of_visible.get(name, 0) | automaton.of_primary.get(name, 0)
    if not found:
        raise UnknownNameError("state", name, _words(automaton.region))
    return found
