"""`EmulatorClock`: what time it is in an emulator: as fast as ours, faster, or as its user says."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class EmulatorClock:
    """A clock that its user holds; several threads may ask and move it.

    Attributes:
        scale: How many of its seconds pass in one of ours: 1 for a real clock, 0 for one that
            stands until it is moved.
    """

    def __init__(
        self,
        start: datetime | None = None,
        scale: float = 1.0,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at a time.

        Args:
            start: The time; aware. By default ours: times of jobs lie in no future then, as long as
                the clock is not moved or faster.
            scale: As above.
            seconds: Returns the seconds since whenever and never goes back.

        Raises:
            ValueError: The time is not aware, or the scale below zero.
        """
        self._seconds = seconds
        self._lock = RLock()
        self._at = _aware(start or datetime.now(UTC))
        self._since = seconds()
        self.scale = _scale(scale)

    def now(self) -> datetime:
        """Return what time it is; aware, UTC."""
        with self._lock:
            passed = (self._seconds() - self._since) * self.scale
            return self._at + timedelta(seconds=passed)

    def advance(self, seconds: float) -> datetime:
        """Let some seconds pass at once; return what time it is then.

        Raises:
            ValueError: Less than none.
        """
        if not seconds >= 0:
            raise ValueError(f"expected seconds to pass, at least 0, got {seconds!r}")
        return self._set(self.now() + timedelta(seconds=seconds), self.scale)

    def advance_to(self, time: datetime) -> datetime:
        """Go on to a time; where it is later already, nothing happens. Return what time it is."""
        return self._set(max(_aware(time), self.now()), self.scale)

    def run(self, scale: float) -> datetime:
        """Go on faster or slower; return what time it is.

        Raises:
            ValueError: The scale is below zero.
        """
        return self._set(self.now(), _scale(scale))

    def _set(self, at: datetime, scale: float) -> datetime:
        with self._lock:
            self._at, self._since, self.scale = max(at, self.now()), self._seconds(), scale
            return self._at


def _aware(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError(f"expected a time with a zone, got {time!r}")
    return time.astimezone(UTC)


def _scale(scale: float) -> float:
    if not 0 <= scale < float("inf"):
        raise ValueError(f"expected a scale of at least 0, got {scale!r}")
    return scale
