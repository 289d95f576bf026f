"""How many answers about a region are kept: beyond that two are joined, and none is dropped.

To drop one would lose ends and features; to join two only proves less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.conformance.kept_answers import KeptAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.automaton.automaton import Automaton

#: How many answers are kept of a region.
MOST_ANSWERS: Final = 16
#: How many answers are kept abreast of one, itself among them.
MOST_ABREAST: Final = 8


class Bounds:
    """Bounds what is kept of one region of any job."""

    def __init__(self, automaton: Automaton, most_kept: int, most_abreast: int) -> None:
        """Prepare to join.

        Args:
            automaton: The region's.
            most_kept: How many answers are kept.
            most_abreast: How many abreast of one, itself among them.
        """
        self._automaton = automaton
        self._most_kept = most_kept
        self._most_abreast = most_abreast

    def in_order(self, kept: tuple[KeptAnswer, ...]) -> tuple[KeptAnswer, ...] | None:
        """Leave out and join where that loses nothing: the last is certainly newer than all.

        None where more must be joined.
        """
        if len(kept) >= 3 and _are_alike(*kept[-3:]):  # noqa: PLR2004
            one, other = kept[-3:-1]
            if one.is_older(other) and all(
                each.is_older(other) and not one.is_older(each) for each in kept[:-3]
            ):
                kept = (*kept[:-2], kept[-1])
        if len(kept) > self._most_kept:
            first, second = self._oldest(kept)
            rest = [each for place, each in enumerate(kept) if place not in {first, second}]
            if not kept[first].is_older(kept[second]) or not all(map(kept[second].is_older, rest)):
                return None
            kept = self._joined(kept, first, second)
        return kept

    def all_in(self, kept: tuple[KeptAnswer, ...]) -> tuple[KeptAnswer, ...]:
        """Leave out and join until no more is kept than may be."""
        kept = _without_repeated(kept)
        while (pair := self.too_many(kept)) is not None:
            kept = self._joined(kept, *pair)
        return kept

    def _oldest(self, kept: Sequence[KeptAnswer]) -> tuple[int, int]:
        first, second = sorted(
            range(len(kept)), key=lambda each: (kept[each].end, kept[each].begin, kept[each].most)
        )[:2]
        return first, second

    def too_many(self, kept: Sequence[KeptAnswer]) -> tuple[int, int] | None:
        """Return which two answers are to be joined; None where not too many are kept."""
        for answer in kept:
            abreast = [
                place
                for place, each in enumerate(kept)
                if not each.is_older(answer) and not answer.is_older(each)
            ]
            if len(abreast) > self._most_abreast:
                first, second = sorted(abreast, key=lambda each: kept[each][1:5])[:2]
                return first, second
        if len(kept) > self._most_kept:
            return self._oldest(kept)
        return None

    def _joined(
        self, kept: tuple[KeptAnswer, ...], first: int, second: int
    ) -> tuple[KeptAnswer, ...]:
        """Join two: where the job was at the later of them, whichever that was."""
        reach = self._automaton.successors.reach
        one, other = kept[first], kept[second]
        mask = 0
        if not other.is_older(one):
            mask |= reach(one.mask) & other.mask
        if not one.is_older(other):
            mask |= reach(other.mask) & one.mask
        both = KeptAnswer(
            mask,
            max(one.begin, other.begin),
            max(one.end, other.end),
            max(one.fewest, other.fewest),
            max(one.most, other.most),
        )
        place, gone = max(first, second), min(first, second)
        return (*kept[:gone], *kept[gone + 1 : place], both, *kept[place + 1 :])


def _without_repeated(kept: tuple[KeptAnswer, ...]) -> tuple[KeptAnswer, ...]:
    """Leave out one that is between two others in a row that show the same."""
    for place, one in enumerate(kept):
        others = (*kept[:place], *kept[place + 1 :])
        earlier = [each for each in others if each.is_older(one)]
        later = [each for each in others if one.is_older(each)]
        if len(earlier) + len(later) == len(others):
            before = [each for each in earlier if not any(map(each.is_older, earlier))]
            after = [each for each in later if not any(x.is_older(each) for x in later)]
            if len(before) == len(after) == 1 and _are_alike(one, *before, *after):
                return others
    return kept


def _are_alike(*answers: KeptAnswer) -> bool:
    """Return whether answers show the same of the region."""
    return len({(each.mask, each.fewest, each.most) for each in answers}) == 1
