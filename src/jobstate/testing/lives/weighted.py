"""`Weighted`: a sequence whose items have as many numbers as their weights say."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterable

_Item = TypeVar("_Item")

#: As many choices as Hypothesis draws evenly from: greater numbers are the rarer.
DIGIT: Final = 128
_NUMBERS: Final = DIGIT * DIGIT


class Weighted(Sequence[_Item]):
    """Items in their order, the first with the lowest numbers."""

    def __init__(self, weights: Iterable[tuple[_Item, float]]) -> None:
        """Number them.

        Args:
            weights: The items, and how often each comes in comparison with the others.
        """
        pairs = list(weights)
        total = sum(weight for _, weight in pairs)
        self.items = [item for item, _ in pairs]
        self._upto = list(accumulate(weight * _NUMBERS / total for _, weight in pairs))

    def __len__(self) -> int:
        return _NUMBERS if self.items else 0

    @overload
    def __getitem__(self, number: int) -> _Item: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[_Item]: ...
    def __getitem__(self, number: int | slice) -> _Item | Sequence[_Item]:
        """Return the item of a number, or those of several."""
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        place = bisect_right(self._upto, range(len(self))[number])
        return self.items[min(place, len(self.items) - 1)]
