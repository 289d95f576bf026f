"""`tours`: few walks that together take every edge, or every pair of consecutive edges.

They are found greedily: each walk goes to the nearest item that no walk has taken, and on from
there until none lies ahead. An item after which none lies ahead ends a walk, so it waits. At last
each walk is made shorter, where others take what it comes by on its way.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.bitsets import bits
from jobstate.errors import UnknownNameError
from jobstate.model.lifecycle import derived
from jobstate.model.states import Edge, counted_as
from jobstate.testing.coverage.tour import Tour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jobstate.automaton.automaton import Automaton
    from jobstate.model.lifecycle import Lifecycle

#: What tours can be asked to take: every edge, or every two that a job takes one after the other.
What: TypeAlias = Literal["edges", "pairs"]
#: Where a job is: the index of its hidden state and, for pairs, the edge that led there.
_Place: TypeAlias = tuple[int, Edge | None]
#: An edge, or a pair of consecutive ones.
_Item: TypeAlias = tuple[Edge, ...]

WHATS: Final = ("edges", "pairs")
#: How many steps more a walk makes rather than take what ends it. Tried from 0 to 5: of those with
#: the fewest walks this takes the fewest steps.
_DETOUR: Final = 3


def tours(
    lifecycle: Lifecycle, what: What = "edges", *, region: str | None = None
) -> tuple[Tour, ...]:
    """Return few walks, of few steps, that together take everything.

    Each is possible for the one set of features that it names and ends in a final state, or where
    no final state can be reached any more. The same life cycle gives the same tours.

    Args:
        lifecycle: The life cycle.
        what: ``edges`` for every edge of the region; ``pairs`` for every two edges that some job
            can take one directly after the other, and every edge that is in no such pair.
        region: The region; by default the one with the history, or the first.

    Returns:
        The tours, longest last. Worked out once per life cycle; for a SageMaker training job
        edges take some hundredths of a second and pairs some tenths.

    Raises:
        UnknownNameError: There is no such region, or `what` is something else.
    """
    if what not in WHATS:
        raise UnknownNameError("kind of tours", what, WHATS)
    chosen = lifecycle.main_region
    name = chosen.name if region is None else lifecycle.region(region).name
    return _tours(lifecycle, name, what)


@derived
def _tours(lifecycle: Lifecycle, region: str, what: What) -> tuple[Tour, ...]:
    automaton = compile_lifecycle(lifecycle)[region]
    found = [
        Tour(
            lifecycle=lifecycle,
            region=region,
            edges=tuple(move.edge for move in walk),
            features=dict(automaton.hidden[walk[0].origin[0]].features),
        )
        for walk in _Net(automaton, what).walks()
    ]
    return tuple(sorted(found, key=lambda tour: len(tour.edges)))


@frozen(eq=False)
class _Move:
    """A step of a walk.

    Attributes:
        origin: Where it begins.
        edge: The edge that is taken.
        target: Where it leads.
        item: The item that it takes, as a bit; 0 where it takes none.
    """

    origin: _Place
    edge: Edge
    target: _Place
    item: int


class _Net:
    """Places and the moves between them; sets of items are bits."""

    def __init__(self, automaton: Automaton, what: What) -> None:
        self._automaton = automaton
        self._starts: list[_Place] = [(start, None) for start in bits(automaton.start.mask)]
        self._moves = self._reached(pairs=what == "pairs")
        self._ahead = self._items_ahead()
        self._missing = _union(self._ahead.values())
        self._ends = self._final()

    def walks(self) -> list[list[_Move]]:
        """Return walks that together take all items."""
        starts = self._few_starts()
        walks = []
        while self._missing:
            walks.append(self._walk(starts))
        return self._shorter(walks)

    def _walk(self, here: list[_Place]) -> list[_Move]:
        """Return a walk to an end that takes missing items, which are missing no more."""
        walk: list[_Move] = []
        while way := self._nearest(here, self._price):
            walk += way
            self._missing &= ~_union(move.item for move in way)
            here = [walk[-1].target]
        if walk[-1].target[0] not in self._ends:
            walk += self._nearest(here, self._ending)
        return walk

    def _shorter(self, walks: list[list[_Move]]) -> list[list[_Move]]:
        """Return the walks, each made the shortest way from a start to what no other takes."""
        taken = [_union(move.item for move in walk) for walk in walks]
        for number, walk in enumerate(walks):
            needed = taken[number] & ~_union(taken[:number] + taken[number + 1 :])
            self._missing = needed
            again = self._walk(self._one_start_each(needed))
            if not self._missing and len(again) < len(walk):
                walks[number] = again
                taken[number] = _union(move.item for move in again)
        return walks

    def _price(self, move: _Move) -> int | None:
        """Return how many steps more a move counts for; None where it takes nothing missing."""
        if not move.item & self._missing:
            return None
        return 0 if self._ahead[move.target] & self._missing & ~move.item else _DETOUR

    def _ending(self, move: _Move) -> int | None:
        """Return 0 for a move after which a walk may end."""
        return 0 if move.target[0] in self._ends else None

    def _nearest(
        self, starts: Iterable[_Place], price: Callable[[_Move], int | None]
    ) -> list[_Move]:
        """Return the way to the nearest move that has a price, and it; empty if there is none."""
        came: dict[_Place, list[_Move]] = {start: [] for start in starts}
        queue = list(came)
        best: tuple[int, list[_Move]] | None = None
        for place in queue:
            way = came[place]
            if best is not None and len(way) >= best[0]:
                break
            for move in self._moves[place]:
                extra = price(move)
                if extra is not None and (best is None or len(way) + extra < best[0]):
                    best = len(way) + extra, [*way, move]
                if move.target not in came:
                    came[move.target] = [*way, move]
                    queue.append(move.target)
        return best[1] if best else []

    # --- What it is made of -------------------------------------------------------------------

    def _reached(self, *, pairs: bool) -> dict[_Place, list[_Move]]:
        """Return every place that can be reached → the moves from there."""
        counted = counted_as(self._automaton.region.edges)
        leaving: dict[_Place, list[tuple[Edge, _Item, _Place]]] = {}
        queue = list(self._starts)
        for place in queue:
            if place not in leaving:
                state, last = place
                leaving[place] = []
                for edge, target in self._automaton.moves[state]:
                    same = counted[edge]
                    item: _Item = (same,) if last is None else (last, same)
                    leaving[place].append((edge, item, (target, same if pairs else None)))
                queue += [target for *_, target in leaving[place]]
        items = dict.fromkeys(item for moves in leaving.values() for _, item, _ in moves)
        paired = {edge for item in items if len(item) > 1 for edge in item}
        wanted: list[_Item] = [item for item in items if len(item) > 1 or paired.isdisjoint(item)]
        bit = {item: 1 << number for number, item in enumerate(wanted)}
        return {
            place: [_Move(place, edge, target, bit.get(item, 0)) for edge, item, target in moves]
            for place, moves in leaving.items()
        }

    def _items_ahead(self) -> dict[_Place, int]:
        """Return each place → the items that can be taken from there on."""
        ahead = dict.fromkeys(self._moves, 0)
        before: dict[_Place, int] = {}
        while ahead != before:
            before = dict(ahead)
            for place in reversed(ahead):
                for move in self._moves[place]:
                    ahead[place] |= move.item | ahead[move.target]
        return ahead

    def _few_starts(self) -> list[_Place]:
        """Return a few starts that have all items ahead: jobs of few sets of features."""

        def gain(start: _Place) -> tuple[int, int]:
            features = dict(self._automaton.hidden[start[0]].features)
            return (self._ahead[start] & missing).bit_count(), -sum(features.values())

        missing = self._missing
        chosen: list[_Place] = []
        while missing:
            chosen.append(max(self._starts, key=gain))
            missing &= ~self._ahead[chosen[-1]]
        return chosen

    def _one_start_each(self, needed: int) -> list[_Place]:
        """Return a start in each state from which there is a way to some items."""
        found: dict[str, _Place] = {}
        for start in self._starts:
            if not needed & ~self._ahead[start]:
                found.setdefault(self._automaton.hidden[start[0]].state, start)
        return list(found.values())

    def _final(self) -> set[int]:
        """Return where a walk may end: in a final state, and where none can be reached."""
        automaton = self._automaton
        final = 0
        for state in automaton.region.states:
            final |= automaton.of_state[state.name] if state.final else 0
        reach = automaton.successors.reach
        return {
            place
            for place in bits(automaton.everything)
            if final >> place & 1 or not reach(1 << place) & final
        }


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)
