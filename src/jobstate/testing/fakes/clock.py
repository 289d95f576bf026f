"""`VirtualClock`: time that passes only when somebody sleeps, for tests of code that waits.

`VirtualClock.patched` puts it in the place of `time`'s functions for a while; code that takes its
clock as an argument gets the methods instead.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final
from unittest import mock

from jobstate.common.forks import renewed_in_forked_child
from jobstate.common.times import microseconds, to_microseconds
from jobstate.testing.fakes.stopped import ClockStoppedError
from jobstate.testing.fakes.waits import imported, virtual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What `VirtualClock.patched` replaces in the module `time`.
PATCHED: Final = ("sleep", "time", "time_ns", "monotonic", "monotonic_ns")
#: How often one may look at a clock that stands still before that counts as waiting in vain.
MOST_LOOKS: Final = 100_000


class VirtualClock:
    """A clock that stands still until somebody sleeps.

    Attributes:
        began: What it showed at first; aware, UTC.
        until: When it stops: whoever sleeps beyond gets a `ClockStoppedError`. None: never.
        slept: Called with the seconds of each sleep; None for nobody.
    """

    def __init__(self, began: datetime, until: datetime | None = None) -> None:
        """Set the clock.

        Raises:
            ValueError: A time is not aware.
        """
        for each in (began, until):
            if each is not None and each.tzinfo is None:
                raise ValueError(f"a clock needs aware times, got {each!r}")
        self.began = began.astimezone(UTC)
        self.until = until
        self.slept: Callable[[float], object] | None = None
        self._now = self.began
        self._looks = 0
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")

    def now(self) -> datetime:
        """Return what it shows; aware, UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: How much; not negative.

        Raises:
            ValueError: Time does not go back.
            ClockStoppedError: It would pass `until`.
        """
        if not seconds >= 0:  # NaN too
            raise ValueError(f"time passes forward, got {seconds!r} seconds")
        with self._lock:
            before = self._now
            self._now += timedelta(seconds=seconds)
            if self._now > before:
                self._looks = 0
        if self.until is not None and self._now > self.until:
            raise ClockStoppedError(f"it waited beyond {self.until:%Y-%m-%dT%H:%M:%SZ}")

    # --- As the functions of `time` -------------------------------------------------------------

    def sleep(self, seconds: float) -> None:
        """Let time pass, as `time.sleep` does.

        Raises:
            ValueError: The length is negative.
            ClockStoppedError: It would pass `until`.
        """
        if self.slept is not None:
            self.slept(seconds)
        self.advance(seconds)

    def time(self) -> float:
        """Return the seconds since 1970, as `time.time` does.

        Raises:
            ClockStoppedError: It was asked very often, and nobody slept.
        """
        self._look()
        return self._now.timestamp()

    def time_ns(self) -> int:
        """Return the nanoseconds since 1970, as `time.time_ns` does.

        Raises:
            ClockStoppedError: It was asked very often, and nobody slept.
        """
        self._look()
        return to_microseconds(self._now) * 1_000

    def monotonic(self) -> float:
        """Return the seconds since it was set, as `time.monotonic` does from its own beginning.

        Raises:
            ClockStoppedError: It was asked very often, and nobody slept.
        """
        self._look()
        return (self._now - self.began).total_seconds()

    def monotonic_ns(self) -> int:
        """Return the nanoseconds since it was set, as `time.monotonic_ns` does.

        Raises:
            ClockStoppedError: It was asked very often, and nobody slept.
        """
        self._look()
        return microseconds(self._now - self.began) * 1_000

    @contextmanager
    def patched(self) -> Iterator[VirtualClock]:
        """Put it in the place of ``sleep``, ``time`` and ``monotonic`` of the module `time`.

        ``time_ns`` and ``monotonic_ns`` too, for the whole process and all its threads, and
        wherever they were imported by name (``from time import sleep``). Waits with a limit pass on
        it too: of event loops (`asyncio`, trio and its guests; instead of uvloop's loop, which
        counts time by itself, one of `asyncio` runs), and of `threading` and what is built on it
        (``Event.wait``, ``queue.get``, ``Future.result``) in this thread and those that begin
        meanwhile. While other threads work, such a wait lets them, for a moment of real time.

        A process keeps real time. Who waits for one that began meanwhile gets what it does within
        two seconds, and then a `ClockStoppedError`; so does at once who calls `os.system`, or waits
        in a loop of uvloop that was there before.

        Not reached are `datetime.datetime.now`, which goes on to tell the real time,
        ``time.perf_counter``, and reading from the pipe of a process.
        """
        methods = {name: getattr(self, name) for name in PATCHED}
        replaced = {name: (getattr(time, name), method) for name, method in methods.items()}
        with imported(replaced), mock.patch.multiple(time, **methods), virtual(self):
            yield self

    def _look(self) -> None:
        with self._lock:
            self._looks += 1
            if self._looks <= MOST_LOOKS:
                return
        raise ClockStoppedError(f"it looked at the clock {MOST_LOOKS:,} times and never slept")
