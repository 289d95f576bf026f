"""`Spans`: how long many stays lasted, in bounded memory.

A histogram on a logarithmic scale: each class is 0.5 % wider than the one below, so a quantile is
off by less than 0.25 % of itself. It is the simplest thing that can be merged and doesn't depend on
the order of what is added: whole numbers are counted, nothing is sampled, nothing rounded twice.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import Final

#: How much wider a class is than the one below.
_GROWTH: Final = 1.005
_LOG_GROWTH: Final = math.log(_GROWTH)
#: Half of what a class is wide, as a part of its middle: the most that a quantile is off.
RELATIVE_ERROR: Final = (_GROWTH - 1) / (_GROWTH + 1)
#: The class of what lasted less than a microsecond.
_NOTHING: Final = -1


class Spans:
    """Lengths of time, counted by class.

    Memory: a number for each class that something is in; from a microsecond to ten thousand years
    there are 8,080. Nothing depends on the order in which lengths are added or spans merged.

    Attributes:
        count: How many there are.
        total: How long they are together, exactly, in microseconds.
    """

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self._classes: Counter[int] = Counter()
        self._least: int | None = None
        self._most = 0

    def add(self, microseconds: int, count: int = 1) -> None:
        """Add a length, so many times.

        Args:
            microseconds: The length, 0 or more.
            count: How often; 1 or more.
        """
        self.count += count
        self.total += microseconds * count
        self._classes[_class_of(microseconds)] += count
        self._most = max(self._most, microseconds)
        self._least = microseconds if self._least is None else min(self._least, microseconds)

    def merge(self, other: Spans) -> None:
        """Add all that another one has."""
        self.count += other.count
        self.total += other.total
        self._classes.update(other._classes)
        self._most = max(self._most, other._most)
        least = [each for each in (self._least, other._least) if each is not None]
        self._least = min(least, default=None)

    def quantile(self, share: float) -> float:
        """Return the length that a share of all does not exceed, in microseconds; 0 of none.

        Between two lengths it is interpolated, as `statistics.quantiles` does with
        ``method="inclusive"``; it is less than `RELATIVE_ERROR` off.

        Args:
            share: From 0 to 1: 0.5 is the median.
        """
        if not self.count:
            return 0.0
        classes = sorted(self._classes)
        until = list(accumulate(self._classes[each] for each in classes))
        place = share * (self.count - 1)
        low, high = (
            self._middle(classes[bisect_right(until, rank)])
            for rank in (math.floor(place), math.ceil(place))
        )
        return low + (high - low) * (place - math.floor(place))

    def _middle(self, name: int) -> float:
        """Return what stands for a class: never more than the most nor less than the least."""
        middle = 0.0 if name == _NOTHING else _GROWTH**name * 2 / (1 + _GROWTH)
        return min(max(middle, self._least or 0), self._most)


def _class_of(microseconds: int) -> int:
    return math.ceil(math.log(microseconds) / _LOG_GROWTH) if microseconds else _NOTHING
