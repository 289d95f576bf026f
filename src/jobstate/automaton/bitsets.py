"""Sets of hidden states as bit masks, and what follows them: the arithmetic of the automaton.

A hidden state is the bit of its index.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobstate.model.states import Basis, Edge

#: How many sets each table remembers; bounded, for sets come from what is seen.
_REMEMBERED = 1 << 14


class Successors:
    """What follows a set of hidden states, over edges of at most some weakness."""

    def __init__(
        self,
        moves: Sequence[Sequence[tuple[Edge, int]]],
        visible: Sequence[str],
        weakest: Basis,
    ) -> None:
        """Compile the moves of hidden states, which are known by their index.

        Args:
            moves: For each hidden state, its edges and the indices of their targets.
            visible: For each hidden state, what a history prints of it.
            weakest: Take only edges of at most this weakness.
        """
        count = len(moves)
        successors = [0] * count
        silent = [1 << index for index in range(count)]
        loud = [0] * count
        for index, leaving in enumerate(moves):
            for edge, target in leaving:
                if edge.basis.weakness <= weakest.weakness:
                    bit = 1 << target
                    successors[index] |= bit
                    if visible[index] == visible[target]:
                        silent[index] |= bit
                    else:
                        loud[index] |= bit
        reach = _closure([own | 1 << index for index, own in enumerate(successors)])
        #: Every hidden state that zero or more moves reach.
        self.reach = _over(reach)
        #: Every one that zero or more moves reach which no history prints.
        self.silent = _over(_closure(silent))
        #: Every one that exactly one move reaches which a history prints.
        self.loud = _over(loud)
        #: Every one that exactly one move reaches.
        self.next = _over(successors)


def _closure(successors: list[int]) -> list[int]:
    """Return the reflexive-transitive closure; each mask must have its own bit set."""
    closed = list(successors)
    changed = True
    while changed:
        changed = False
        for index, mask in enumerate(closed):
            wider = mask
            for other in bits(mask):
                wider |= closed[other]
            if wider != mask:
                closed[index] = wider
                changed = True
    return closed


def _over(table: list[int]) -> Callable[[int], int]:
    """Return the table of single hidden states as a remembered function of masks."""

    @lru_cache(_REMEMBERED)
    def of(mask: int) -> int:
        union = 0
        for index in bits(mask):
            union |= table[index]
        return union

    return of


def bits(mask: int) -> Iterator[int]:
    """Yield the indices of the bits that are set, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
