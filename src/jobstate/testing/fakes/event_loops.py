"""Event loops while a clock is virtual: those of `asyncio`, and what runs instead of uvloop's."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

from jobstate.testing.fakes.on_clock import GRACE
from jobstate.testing.fakes.stopped import ClockStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from jobstate.testing.fakes.on_clock import OnClock
    from jobstate.testing.fakes.processes import Processes
    from jobstate.testing.fakes.replaced import Replaced


class EventLoops:
    """Event loops on one clock: they ask how long to wait once nothing else can run."""

    def __init__(self, here: OnClock, processes: Processes, replaced: Replaced) -> None:
        self._here = here
        self._processes = processes
        self._replaced = replaced

    def replace(self) -> None:
        """Take the place of how loops of `asyncio` wait, those that are there already included."""
        owner = selectors.DefaultSelector
        real: Callable[..., Any] = owner.select
        here, processes = self._here, self._processes

        def select(selector: Any, timeout: float | None = None) -> Any:  # noqa: ANN401 - as it is
            if here.is_foreign() or (timeout is not None and timeout <= 0):
                return real(selector, timeout)
            left = processes.left()
            if timeout is None:
                found = real(selector, left)
                if left == 0.0 and not found:
                    processes.fail()
                return found
            found = real(selector, here.grace(timeout) if left is None else min(GRACE, timeout))
            if not found:
                here.slept(timeout)
            return found

        self._replaced.put(owner, "select", select)

    def replace_uvloop(self, uvloop: ModuleType) -> None:
        """Let loops of `asyncio` run instead of uvloop's, whose time nobody can set."""

        class Loop(asyncio.SelectorEventLoop):
            """What is made instead."""

        for name in ("call_later", "call_at"):
            self._replaced.put(uvloop.Loop, name, self._too_old(getattr(uvloop.Loop, name)))
        self._replaced.put(uvloop, "Loop", Loop)

    def _too_old(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return what refuses to wait in a loop that was there before."""
        here = self._here

        def wait(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as it is
            if here.is_foreign():
                return real(*args, **options)
            raise ClockStoppedError(
                "it waits in a loop of uvloop that began before the clock, so in real time"
            )

        return wait
