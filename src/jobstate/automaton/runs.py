"""What the runs between moments of a job's life have in common: where they are, what all do.

Something is known at each moment: a set of hidden states. A passage says what a run may do between
two moments. A job may be wherever a run comes from what was known before (`after`) and goes on to
what is known later (`narrowed`); certain is what no run avoids (`certain`).

What is remembered depends on what was seen, never on which job it was.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache, reduce
from operator import and_
from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.automaton.bitsets import bits
from jobstate.model.states import counted_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.model.states import Edge, State

#: What a run does: it is in a state, shows a status in a history, moves from a state to another by
#: their names, takes an edge, takes two edges one directly after the other.
Item: TypeAlias = "State | str | tuple[str, str] | Edge | tuple[Edge, Edge]"
#: Node of a graph → what all runs to it have done, a bit for each item.
_Done: TypeAlias = dict[int, int]
#: What leaves each node: what is done by a move, and the node that it reaches.
_Moves: TypeAlias = list[list[tuple[int, int]]]

_REMEMBERED: Final = 1 << 14
#: How many automata are remembered with the graphs of their moves.
_GRAPHS: Final = 1 << 8


class Passage(Enum):
    """What a run does between a moment and the next one.

    NOTHING: no move.
    ONE: one move.
    SILENT: moves that no history prints, or none: both are in the course of the same entry.
    ENTRY: such moves, then one that a history prints: with it an entry begins.
    ANY: any moves, or none: the one is some time later.
    """

    NOTHING = "nothing"
    ONE = "one"
    SILENT = "silent"
    ENTRY = "entry"
    ANY = "any"


def after(automaton: Automaton, passage: Passage, mask: int) -> int:
    """Return the hidden states to which a passage leads from some others."""
    successors = automaton.successors
    if passage is Passage.ANY:
        return successors.reach(mask)
    if passage is Passage.ONE:
        return successors.next(mask)
    if passage is Passage.SILENT:
        return successors.silent(mask)
    return mask if passage is Passage.NOTHING else successors.loud(successors.silent(mask))


@lru_cache(maxsize=_REMEMBERED)
def before(automaton: Automaton, passage: Passage, mask: int, end: int) -> int:
    """Return the hidden states of a set from which a passage leads to some others."""
    return sum(1 << index for index in bits(mask) if after(automaton, passage, 1 << index) & end)


def narrowed(
    automaton: Automaton, passages: Sequence[Passage | None], masks: Iterable[int]
) -> Sequence[int]:
    """Return where a job may be at each moment in the light of those that come later.

    Args:
        automaton: The automaton of the region.
        passages: What leads to each moment from the one before; None where no run does.
        masks: Where it may be, as far as the moments before tell.
    """
    found = list(masks)
    for later in range(len(found) - 1, 0, -1):
        passage = passages[later]
        if passage is not None:
            found[later - 1] = before(automaton, passage, found[later - 1], found[later])
    return found


@lru_cache(maxsize=_REMEMBERED)
def certain(
    automaton: Automaton, start: int, steps: tuple[tuple[Passage, int], ...], *, pairs: bool = False
) -> frozenset[Item]:
    """Return what every run does that leads from a set of hidden states to others, by passages.

    Args:
        automaton: The automaton of the region.
        start: Where runs begin.
        steps: Passages, each with where runs are then. Some run must lead along them.
        pairs: Find pairs of edges too, which takes several times as long.
    """
    graph = _graph(automaton, pairs=pairs)
    done = {node: graph.being[node] for node in bits(start)}
    for passage, mask in steps:
        done = graph.follow(done, passage, mask)
    return frozenset(graph.items[number] for number in bits(reduce(and_, done.values())))


@lru_cache(maxsize=_GRAPHS)
def _graph(automaton: Automaton, *, pairs: bool) -> _Graph:
    return _Graph(automaton, pairs=pairs)


class _Graph:
    """The moves between hidden states, with what is done by each.

    A node is a hidden state, by its index. To find pairs there are others after those: a hidden
    state and the edge by which it is reached.

    Attributes:
        items: All that can be done; the bit of each is its index.
        being: Hidden state → what is done by being there.
    """

    def __init__(self, automaton: Automaton, *, pairs: bool) -> None:
        numbers: dict[Item, int] = {}

        def bit(item: Item) -> int:
            return 1 << numbers.setdefault(item, len(numbers))

        counted = counted_as(automaton.region.edges)
        states = {state.name: bit(state) | bit(state.visible) for state in automaton.region.states}
        self.being = [states[one.state] for one in automaton.hidden]
        self._silent: _Moves = []
        self._loud: _Moves = []
        nodes: dict[tuple[int, Edge | None], int] = {}
        for index in range(len(automaton.hidden)):
            nodes[index, None] = index
        queue = list(nodes)
        for index, last in queue:  # the list grows while we walk it
            silent: list[tuple[int, int]] = []
            loud: list[tuple[int, int]] = []
            for taken, target in automaton.moves[index]:
                edge = counted[taken]
                place = (target, edge if pairs else None)
                if place not in nodes:
                    nodes[place] = len(nodes)
                    queue.append(place)
                done = self.being[target] | bit((edge.origin, edge.target)) | bit(edge)
                if last is not None:
                    done |= bit((last, edge))
                same = automaton.visible[index] == automaton.visible[target]
                (silent if same else loud).append((done, nodes[place]))
            self._silent.append(silent)
            self._loud.append(loud)
        self._all = [one + other for one, other in zip(self._silent, self._loud, strict=True)]
        self._index = [index for index, _ in queue]
        self.items = list(numbers)

    def follow(self, done: _Done, passage: Passage, mask: int) -> _Done:
        """Return what all runs have done that come to some hidden states by a passage."""
        if passage in {Passage.SILENT, Passage.ENTRY}:
            done = _spread(self._silent, done)
        elif passage is Passage.ANY:
            done = _spread(self._all, done)
        if passage in {Passage.ONE, Passage.ENTRY}:
            done = _moved(self._all if passage is Passage.ONE else self._loud, done)
        return {node: each for node, each in done.items() if mask >> self._index[node] & 1}


def _moved(moves: _Moves, done: _Done) -> _Done:
    """Return what all runs have done after one move."""
    found: _Done = {}
    for node, own in done.items():
        for by_move, target in moves[node]:
            found[target] = (own | by_move) & found.get(target, -1)
    return found


def _spread(moves: _Moves, done: _Done) -> _Done:
    """Return what all runs have done after any moves: less and less, until nothing changes."""
    found = dict(done)
    queue = list(found)
    for node in queue:  # the list grows while we walk it: breadth first
        own = found[node]
        for by_move, target in moves[node]:
            known = found.get(target, -1)
            both = (own | by_move) & known
            if both != known:
                found[target] = both
                queue.append(target)
    return found
