"""How long to wait between two looks at a job, and after a call that came to nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from random import Random

    from attrs import Attribute


def _positive(_: object, attribute: Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"expected {attribute.name} of more than 0, got {value!r}")


@frozen(kw_only=True)
class Pace:
    """How often to look at a job: soon after each change, seldom while nothing changes.

    The time between two looks is a share of that since the last change. So what begins and ends is
    seen within seconds and hours of training cost few requests, and no status need be named.

    Attributes:
        shortest, longest: The least and the most seconds between two looks.
        share: How much of the time since the last change.
        jitter: How much of an interval chance may add or take away, so that many who began at once
            don't go on at once.

    Raises:
        ValueError: A length is not positive, `longest` is below `shortest`, or `jitter` not from 0
            to 1.
    """

    shortest: float = field(default=5.0, validator=_positive)
    longest: float = field(default=60.0, validator=_positive)
    share: float = field(default=0.1, validator=_positive)
    jitter: float = 0.1

    def __attrs_post_init__(self) -> None:
        """Refuse what is no pace."""
        if self.longest < self.shortest:
            raise ValueError(f"expected longest of at least shortest, got {self}")
        if not 0 <= self.jitter < 1:
            raise ValueError(f"expected a jitter from 0 to below 1, got {self.jitter!r}")

    @classmethod
    def every(cls, interval: timedelta | float) -> Pace:
        """Return the pace of whoever looks at fixed times.

        Args:
            interval: How long between two looks; seconds, or a length.
        """
        seconds = interval.total_seconds() if isinstance(interval, timedelta) else interval
        return cls(shortest=seconds, longest=seconds, jitter=0.0)

    def after(self, unchanged: float, random: Random) -> float:
        """Return in how many seconds to look again.

        Args:
            unchanged: For how many seconds nothing has changed.
            random: Where chance comes from.
        """
        return self._jittered(min(max(unchanged * self.share, self.shortest), self.longest), random)

    def after_trouble(self, times: int, retry_after: float | None, random: Random) -> float:
        """Return in how many seconds to try again what came to nothing.

        Args:
            times: How many calls in a row came to nothing.
            retry_after: How many seconds the service asks to wait; None where it says nothing.
            random: Where chance comes from.
        """
        doubled = self.shortest * 2.0 ** min(times - 1, 30)
        waited = self._jittered(min(doubled, max(self.longest, self.shortest)), random)
        return max(waited, retry_after or 0.0)

    def _jittered(self, seconds: float, random: Random) -> float:
        return seconds * (1 + self.jitter * (2 * random.random() - 1))
