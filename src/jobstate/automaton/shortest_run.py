"""The run of states that explains what is known of a job, and which of its moves are certain.

Many runs may explain the same: chosen is one of the fewest moves, of those one with the fewest
inferred moves, then with the fewest that are merely observed. What every legal run goes through is
on the shortest one as well, so nothing that the automaton says is certain is ever left out.

A run is searched point by point with everything that is possible kept, so earlier points are read
in the light of later ones. What is remembered depends on what was seen, never on which job it was.
"""

from __future__ import annotations

from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from jobstate.automaton.bitsets import bits
from jobstate.automaton.runs import Passage, certain, narrowed
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.automaton.automaton import Automaton

_REMEMBERED: Final = 1 << 14
#: What a move costs. An integer compares like (moves, inferred, observed): a million fit in each.
_MOVE: Final = 1 << 40
_WEAK: Final = {Basis.DOCUMENTED: 0, Basis.OBSERVED: 1, Basis.INFERRED: 1 << 20}

#: Hidden states by index, each with what the best run to it costs more than the best of all.
_Layer: TypeAlias = tuple[tuple[int, int], ...]
#: Hidden states by index, from a point to the next one, both included.
_Path: TypeAlias = tuple[int, ...]


@frozen
class RunPoint:
    """What is known of a job at one point of its way.

    Attributes:
        mask: The hidden states that it may be in; never empty. Of the first point only those
            count in which a job can begin.
        passage: How it follows the point before: ENTRY, SILENT or ANY.
        unknown: A status is shown there that the life cycle does not know, so nothing is broken.
    """

    mask: int
    passage: Passage
    unknown: bool = False


@frozen
class RunMove:
    """A move from a state to another, by the states' names.

    Attributes:
        origin: The state that is left.
        target: The state that is reached.
        certain: Every legal run makes it between these two points.
        silent: No history prints it.
    """

    origin: str
    target: str
    certain: bool
    silent: bool


@frozen
class RunLeg:
    """How the run comes to a point.

    Attributes:
        moves: Its moves since the point before; if that was some time ago, only the certain ones.
        state: Where it is then; None where that is not known.
        possible: The states in which some legal run is then.
        origin: Where it comes from, if no legal move leads to the point.
        broken: No legal move leads there; at the first point: no job begins there.
        final: Wherever it is, the job has ended.
    """

    moves: tuple[RunMove, ...]
    state: str | None
    possible: frozenset[str]
    origin: str | None
    broken: bool
    final: bool


@lru_cache(maxsize=_REMEMBERED)
def legs_of(automaton: Automaton, points: tuple[RunPoint, ...]) -> tuple[RunLeg, ...]:
    """Return how the shortest, firmest run comes to each point; remembered.

    Args:
        automaton: The automaton of the region.
        points: What is known, in order; at least one point.
    """
    reached = list(_forward(automaton, points))
    possible = narrowed(
        automaton, [each.passage for each in reached], (each.mask for each in reached)
    )
    legs: list[RunLeg] = []
    before: int | None = None
    for number, path in enumerate(_best(reached)):
        here, mask, point = path[-1], possible[number], points[number]
        states = automaton.states_of(mask)
        sure = len(states) == 1 or not (point.unknown or point.passage is Passage.ANY)
        broken = reached[number].broken
        legs.append(
            RunLeg(
                moves=tuple(_moves(automaton, path, possible[number - 1], point.passage, mask)),
                state=automaton.hidden[here].state if sure else None,
                possible=frozenset(state.name for state in states),
                origin=automaton.hidden[before].state if broken and before is not None else None,
                broken=broken,
                final=all(state.final for state in states),
            )
        )
        before = here
    return tuple(legs)


def _moves(
    automaton: Automaton, path: _Path, start: int, passage: Passage, end: int
) -> Iterator[RunMove]:
    """Yield the moves of a path between two points that are to be told."""
    for here, there in pairwise(path):
        move = (automaton.hidden[here].state, automaton.hidden[there].state)
        sure = move in certain(automaton, start, ((passage, end),))
        if sure or passage is not Passage.ANY:
            yield RunMove(*move, sure, _is_silent(automaton, here, there))


@frozen(eq=False)
class _Reached:
    """What is reached at a point.

    Attributes:
        layer: The hidden states that the run may be in, as far as what came before tells.
        paths: Hidden state → the best path to it from the point before.
        passage: What leads there from the point before; None where the run begins anew.
        broken: It should not have begun anew.
    """

    layer: _Layer
    paths: dict[int, _Path]
    passage: Passage | None = None
    broken: bool = False

    @property
    def mask(self) -> int:
        """The hidden states as a mask."""
        return sum(1 << index for index, _ in self.layer)


def _forward(automaton: Automaton, points: Sequence[RunPoint]) -> Iterator[_Reached]:
    first = points[0]
    begun = first.mask if first.unknown else first.mask & automaton.start.mask
    now = _anew(begun or first.mask, broken=not begun)
    yield now
    for before, point in pairwise(points):
        anything = before.unknown and point.passage is Passage.ENTRY
        found = None if point.unknown or anything else _advance(automaton, now.layer, point)
        now = found or _anew(point.mask, broken=not (point.unknown or anything))
        yield now


def _anew(mask: int, *, broken: bool) -> _Reached:
    layer = tuple((index, 0) for index in bits(mask))
    return _Reached(layer, {index: (index,) for index, _ in layer}, broken=broken)


@lru_cache(maxsize=_REMEMBERED)
def _advance(automaton: Automaton, layer: _Layer, point: RunPoint) -> _Reached | None:
    """Return what is reached at the next point; None where no run leads there."""
    near = dict(_spread(automaton, layer, silent=point.passage is not Passage.ANY))
    if point.passage is Passage.ENTRY:
        near = _entering(automaton, near)
    found = {index: near[index] for index in sorted(near) if point.mask >> index & 1}
    if not found:
        return None
    least = min(cost for cost, _ in found.values())
    return _Reached(
        tuple((index, cost - least) for index, (cost, _) in found.items()),
        {index: path for index, (_, path) in found.items()},
        point.passage,
    )


def _spread(
    automaton: Automaton, layer: _Layer, *, silent: bool
) -> Iterator[tuple[int, tuple[int, _Path]]]:
    """Yield hidden states with the cost of the best run and its path, the cheapest first."""
    queue: list[tuple[int, _Path]] = [(cost, (index,)) for index, cost in layer]
    heapify(queue)
    done: set[int] = set()
    while queue:
        cost, path = heappop(queue)
        index = path[-1]
        if index in done:
            continue
        done.add(index)
        yield index, (cost, path)
        for edge, target in automaton.moves[index]:
            if target not in done and (not silent or _is_silent(automaton, index, target)):
                heappush(queue, (cost + _MOVE + _WEAK[edge.basis], (*path, target)))


def _entering(
    automaton: Automaton, near: dict[int, tuple[int, _Path]]
) -> dict[int, tuple[int, _Path]]:
    """Return the best runs that make one more move, which a history prints: it costs all alike."""
    found: dict[int, tuple[int, _Path]] = {}
    for index, (cost, path) in near.items():
        for edge, target in automaton.moves[index]:
            if not _is_silent(automaton, index, target):
                run = (cost + _WEAK[edge.basis], (*path, target))
                found[target] = min(run, found.get(target, run))
    return found


def _is_silent(automaton: Automaton, origin: int, target: int) -> bool:
    """Return whether a move is one that no history prints."""
    return automaton.visible[origin] == automaton.visible[target]


def _best(reached: Sequence[_Reached]) -> list[_Path]:
    """Return the path to each point on the best run, found from the end."""
    found: list[_Path] = []
    index: int | None = None
    for each in reversed(reached):
        if index is None:
            index = min(each.layer, key=lambda one: one[1])[0]
        path = each.paths[index]
        found.append(path)
        index = path[0] if each.passage else None
    return found[::-1]
