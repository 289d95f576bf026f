"""Waits that pass by no function of `time`: those of event loops and of threads, made virtual.

Whoever waits with a limit first lets other threads that began meanwhile work, for a moment of real
time; then time passes on the clock.
"""

from __future__ import annotations

import selectors
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor, thread
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

#: For how many real seconds somebody who waits lets other threads work before time passes.
GRACE: Final = 0.2
#: The shortest time that passes, in seconds: a clock counts microseconds.
_LEAST: Final = 2e-6


@contextmanager
def virtual(clock: _Clock) -> Iterator[None]:
    """Let waits with a limit pass on a clock: of `asyncio`, `threading` and `trio`.

    Loops are reached that are made meanwhile, and threads that begin meanwhile.
    """
    waits = _Waits(clock)
    trio = sys.modules.get("trio")
    replaced: list[tuple[Any, str, object]] = []
    try:
        for owner, name, replacement in (
            (selectors, "DefaultSelector", waits.selector()),
            (threading.Condition, "wait", waits.condition()),
            (threading.Thread, "join", waits.join()),
            (ThreadPoolExecutor, "submit", waits.submit()),
            *([] if trio is None else [(trio, "run", waits.trio_run(trio))]),
        ):
            replaced.append((owner, name, vars(owner)[name]))
            setattr(owner, name, replacement)  # `mock.patch` would take a millisecond
        yield
    finally:
        for owner, name, before in replaced:
            setattr(owner, name, before)


class _Clock(Protocol):
    """What waits need of a `VirtualClock`."""

    began: datetime

    def now(self) -> datetime:
        """Return what it shows."""
        raise NotImplementedError

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        raise NotImplementedError


class _Waits:
    """Waits on one clock."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._here = threading.current_thread()
        self._before = set(threading.enumerate())
        self._submitted: set[Future[Any]] = set()

    def is_foreign(self, one: threading.Thread) -> bool:
        """Return whether a thread has nothing to do with what runs on the clock."""
        return one is not self._here and one in self._before

    def slept(self, seconds: float) -> None:
        """Let time pass; never so little that it is none, for whoever waits would wait again."""
        self._clock.sleep(max(seconds, _LEAST))

    def grace(self, seconds: float) -> float:
        """Return for how many real seconds a wait of so many lets other threads work."""
        others = set(threading.enumerate()) - self._before
        if not self._submitted:
            others -= set(getattr(thread, "_threads_queues", ()))  # they wait for work
        return min(GRACE, seconds) if others else 0.0

    def selector(self) -> type[selectors.BaseSelector]:
        """Return the selector that event loops take: it waits for events, else lets time pass."""
        real: Any = selectors.DefaultSelector
        waits = self

        class Selector(real):  # type: ignore[misc]
            def select(self, timeout: float | None = None) -> list[Any]:
                if timeout is None or timeout <= 0:
                    return list(super().select(timeout))
                found = list(super().select(waits.grace(timeout)))
                if not found:
                    waits.slept(timeout)
                return found

        return Selector

    def condition(self) -> Callable[..., bool]:
        """Return `threading.Condition.wait`: events, queues, futures and barriers wait so."""
        real, waits = threading.Condition.wait, self

        def wait(condition: threading.Condition, timeout: float | None = None) -> bool:
            here = threading.current_thread()
            if timeout is None or timeout <= 0 or waits.is_foreign(here):
                return real(condition, timeout)
            # With no wait at all nobody could notify it; where nobody is, the shortest one takes
            # a millisecond on a machine that others use.
            least = 1e-6 if threading.active_count() > 1 else 0.0
            told = real(condition, waits.grace(timeout) or least)
            if not told:
                waits.slept(timeout)
            return told

        return wait

    def join(self) -> Callable[..., None]:
        """Return `threading.Thread.join`."""
        real, waits = threading.Thread.join, self

        def join(one: threading.Thread, timeout: float | None = None) -> None:
            if timeout is None or timeout <= 0 or waits.is_foreign(threading.current_thread()):
                real(one, timeout)
                return
            real(one, min(GRACE, timeout))
            if one.is_alive():
                waits.slept(timeout)

        return join

    def submit(self) -> Callable[..., Future[Any]]:
        """Return `ThreadPoolExecutor.submit`, which keeps what is still to be done."""
        real, submitted = ThreadPoolExecutor.submit, self._submitted

        def submit(pool: ThreadPoolExecutor, /, *call: Any, **options: Any) -> Future[Any]:  # noqa: ANN401 - whatever is called
            future = real(pool, *call, **options)
            submitted.add(future)
            future.add_done_callback(submitted.discard)
            return future

        return submit

    def trio_run(self, trio: Any) -> Callable[..., Any]:  # noqa: ANN401 - trio may not be there
        """Return `trio.run` on the clock: it asks how long to wait once nothing else can run."""
        real, waits, clock = trio.run, self, self._clock

        class Clock(trio.abc.Clock):  # type: ignore[misc]
            waited_for: float | None = None

            def start_clock(self) -> None:
                """Begin; the clock goes already."""

            def current_time(self) -> float:
                return (clock.now() - clock.began).total_seconds()

            def deadline_to_sleep_time(self, deadline: float) -> float:
                seconds = deadline - self.current_time()
                if seconds <= 0 or seconds == float("inf"):
                    return seconds
                grace = waits.grace(seconds)
                if grace and self.waited_for != deadline:
                    self.waited_for = deadline
                    return grace
                waits.slept(seconds)
                return 0.0

        def run(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as trio has it
            return real(*args, **{"clock": Clock(), **options})

        return run


# --- Names imported before ----------------------------------------------------------------------

#: Where functions of `time` were found: the names of a module, the name there, that in `time`.
_Found: TypeAlias = "tuple[dict[str, Any], str, str]"
#: How many modules there were when they were looked through, and what was found.
_IMPORTED: list[tuple[int, list[_Found]]] = [(0, [])]


@contextmanager
def imported(functions: Mapping[str, tuple[object, object]]) -> Iterator[None]:
    """Replace functions wherever they were imported by name: ``from time import sleep``.

    Args:
        functions: Name → the function that is there, and what takes its place.
    """
    real = {id(before): name for name, (before, _) in functions.items()}
    many, known = _IMPORTED[0]
    if many != len(sys.modules):
        modules = [vars(it) for name, it in list(sys.modules.items()) if name != "time" and it]
        known = [each for names in modules for each in _of_time(names, real)]
        _IMPORTED[0] = len(sys.modules), known
    found = [*known, *_of_time(vars(sys.modules["__main__"]), real)]  # a notebook grows
    found = [each for each in found if each[0].get(each[1]) is functions[each[2]][0]]
    for names, each, which in found:
        names[each] = functions[which][1]
    try:
        yield
    finally:
        for names, each, which in found:
            names[each] = functions[which][0]


def _of_time(names: dict[str, Any], real: Mapping[int, str]) -> Iterator[_Found]:
    """Yield which names of a module are functions of `time`."""
    for name, value in list(names.items()):
        if id(value) in real:
            yield names, name, real[id(value)]
