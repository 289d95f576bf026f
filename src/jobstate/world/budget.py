"""How many requests a service takes: a bucket of them for each operation, filled by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field

#: The operations that have no rate of their own.
OTHERS = "*"


@define(eq=False)
class Allowance:
    """Counts requests against rates; whoever sees how full a bucket is spends nothing.

    Attributes:
        rates: Operation → how many requests a second it takes on average, and how many at once but
            at least one; ``*`` for each of the others. Without a rate it takes any number.
    """

    rates: Mapping[str, float] = field(factory=dict)
    _left: dict[str, tuple[float, datetime]] = field(factory=dict, init=False)

    def take(self, operation: str, now: datetime) -> bool:
        """Return whether a request is taken at a time."""
        rate = self.rates.get(operation, self.rates.get(OTHERS))
        if rate is None:
            return True
        most = max(1.0, rate)
        left, last = self._left.get(operation, (most, now))
        left = min(most, left + rate * (now - last).total_seconds())
        self._left[operation] = (left - 1 if left >= 1 else left, now)
        return left >= 1
