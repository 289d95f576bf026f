"""Runs of trio while a clock is virtual: those that are there already, new ones, and guests."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from jobstate.testing.fakes.on_clock import GRACE
from jobstate.testing.fakes.stopped import ClockStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.testing.fakes.on_clock import OnClock
    from jobstate.testing.fakes.processes import Processes
    from jobstate.testing.fakes.replaced import Replaced

_FOREVER: Final = float("inf")


class TrioRuns:
    """Runs of trio on one clock: they ask how long to wait once nothing else can run."""

    def __init__(self, here: OnClock, processes: Processes, replaced: Replaced) -> None:
        self._here = here
        self._processes = processes
        self._replaced = replaced

    def replace(self, trio: Any) -> None:  # noqa: ANN401 - trio may not be there
        """Give runs the clock."""
        clocks, lowlevel = self._clocks_of(trio), trio.lowlevel

        def on(real: Callable[..., Any]) -> Callable[..., Any]:
            def run(main: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as trio has it
                if options.get("clock") is not None:
                    return real(main, *args, **options)
                clock = clocks()
                return real(clock.guarding(main), *args, **{**options, "clock": clock})

            return run

        self._replaced.put(trio, "run", on(trio.run))
        self._replaced.put(trio.to_thread, "run_sync", self._in_thread(trio.to_thread.run_sync))
        self._replaced.put(lowlevel, "start_guest_run", on(lowlevel.start_guest_run))
        try:
            running = lowlevel.current_clock()
        except RuntimeError:
            return  # nobody runs here
        self._replace_clock(type(running), running.current_time())

    def _in_thread(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return `trio.to_thread.run_sync`: its threads outlive runs, so they tell of no work."""
        here = self._here

        async def run_sync(work: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as trio has it
            doing = object()
            here.submitted.add(doing)
            try:
                return await real(here.adopting(work), *args, **options)
            finally:
                here.submitted.discard(doing)

        return run_sync

    def _replace_clock(self, owner: Any, begun: float) -> None:  # noqa: ANN401 - trio's own type
        """Let time go on for a run that is there already, from what its own clock shows."""
        here, waits = self._here, _Waits(self._here, self._processes)
        now, until = owner.current_time, owner.deadline_to_sleep_time

        def current_time(clock: Any) -> float:  # noqa: ANN401 - trio's own type
            return float(now(clock)) if here.is_foreign() else begun + here.passed()

        def deadline_to_sleep_time(clock: Any, deadline: float) -> float:  # noqa: ANN401
            if here.is_foreign():
                return float(until(clock, deadline))
            return waits.until(deadline, begun + here.passed())

        self._replaced.put(owner, "current_time", current_time)
        self._replaced.put(owner, "deadline_to_sleep_time", deadline_to_sleep_time)

    def _clocks_of(self, trio: Any) -> Callable[[], Any]:  # noqa: ANN401 - trio may not be there
        """Return the class of clocks that new runs take."""
        here, processes = self._here, self._processes

        class Clock(trio.abc.Clock):  # type: ignore[misc]
            def __init__(self) -> None:
                self.waits = _Waits(here, processes)
                self.stopped: ClockStoppedError | None = None
                self.all = trio.CancelScope()

            def guarding(self, main: Callable[..., Any]) -> Callable[..., Any]:
                """Return the main task, which ends with the clock: an error would crash trio."""

                async def guarded(*args: Any) -> Any:  # noqa: ANN401 - as trio has it
                    result = None
                    with self.all:
                        result = await main(*args)
                    if self.stopped is not None:
                        raise self.stopped
                    return result

                return guarded

            def start_clock(self) -> None:
                """Begin; the clock goes already."""

            def current_time(self) -> float:
                return here.passed()

            def deadline_to_sleep_time(self, deadline: float) -> float:
                try:
                    return self.waits.until(deadline, here.passed())
                except ClockStoppedError as error:
                    if self.stopped is not None:
                        raise  # somebody waits who can't be cancelled
                    self.stopped = error
                    self.all.cancel()
                    return 0.0

        return Clock


class _Waits:
    """How a run waits once nothing else can run."""

    def __init__(self, here: OnClock, processes: Processes) -> None:
        self._here = here
        self._processes = processes
        self._waited_for = _FOREVER
        self._asked = 0.0

    def until(self, deadline: float, now: float) -> float:
        """Let time pass, or return for how many real seconds to wait for others."""
        seconds, left = deadline - now, self._processes.left()
        if seconds == _FOREVER and left == 0.0:
            self._processes.fail()
        if seconds <= 0 or seconds == _FOREVER:
            return seconds if left is None else min(seconds, left)
        grace = self._here.grace(seconds) if left is None else min(GRACE, seconds)
        asked, self._asked = self._asked, perf_counter()
        # Whoever comes back before that has heard of somebody's work.
        if grace and (self._waited_for != deadline or self._asked - asked < grace):
            self._waited_for = deadline
            return grace
        self._waited_for = _FOREVER
        self._here.slept(seconds)
        return 0.0
