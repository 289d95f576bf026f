"""`Patience`: how long somebody may go on after a job's end; it follows how long they sleep."""

from __future__ import annotations

from typing import Final

from attrs import define, field

#: How many times they may sleep after the end: a look that was under way, or was refused, tells
#: nothing of it, and whoever looks seldom may look again some times.
SLEEPS: Final = 5


@define
class Patience:
    """How long somebody may go on after an end.

    Attributes:
        least: In seconds, however shortly they sleep.
    """

    least: float
    _longest: float = field(default=0.0, init=False)
    _after: int = field(default=0, init=False)

    @property
    def seconds(self) -> float:
        """How many seconds after the end: some times their longest sleep, if that is more."""
        return max(self.least, SLEEPS * self._longest)

    def slept(self, seconds: float, *, after: bool) -> None:
        """Take note of a sleep; later ones after an end count no more, for they may grow for ever.

        Args:
            seconds: How long.
            after: It begins after the end.
        """
        self._after = self._after + 1 if after else 0
        if self._after <= SLEEPS:
            self._longest = max(self._longest, seconds)
