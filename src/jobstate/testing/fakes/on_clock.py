"""`OnClock`: which threads live on a virtual clock, and how time passes for them."""

from __future__ import annotations

import threading
from concurrent.futures import thread
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

#: For how many real seconds somebody who waits lets other threads work before time passes.
GRACE: Final = 0.2
#: The shortest time that passes, in seconds: a clock counts microseconds.
_LEAST: Final = 2e-6


class Clock(Protocol):
    """What waits need of a `VirtualClock`."""

    began: datetime

    def now(self) -> datetime:
        """Return what it shows."""
        raise NotImplementedError

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        raise NotImplementedError


class OnClock:
    """The thread in which a clock became virtual, those that began since, and who works for them.

    Attributes:
        clock: The clock.
        submitted: What threads of pools are still to do.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.submitted: set[object] = set()
        self._here = threading.current_thread()
        self._before = set(threading.enumerate())

    def is_foreign(self) -> bool:
        """Return whether this thread has nothing to do with what runs on the clock."""
        one = threading.current_thread()
        return one is not self._here and one in self._before

    def leave(self, one: threading.Thread) -> None:
        """Let a thread live in real time."""
        self._before.add(one)

    def adopting(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same work; the thread that does it is one of these, if it is an old one."""

        def adopted(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever is called
            self._before.discard(threading.current_thread())
            return work(*args, **options)

        return adopted

    def passed(self) -> float:
        """Return how many seconds have passed on the clock."""
        return (self.clock.now() - self.clock.began).total_seconds()

    def slept(self, seconds: float) -> None:
        """Let time pass; never so little that it is none, for whoever waits would wait again."""
        self.clock.sleep(max(seconds, _LEAST))

    def grace(self, seconds: float) -> float:
        """Return for how many real seconds a wait of so many lets other threads work."""
        others = set(threading.enumerate()) - self._before
        if not self.submitted:
            others -= set(getattr(thread, "_threads_queues", ()))  # they wait for work
        return min(GRACE, seconds) if others or self.submitted else 0.0
