"""Waits that pass by no function of `time`: those of threads, and of all that is built on them.

Whoever waits with a limit first lets other threads that began meanwhile work, for a moment of real
time; then time passes on the clock.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstate.testing.fakes.event_loops import EventLoops
from jobstate.testing.fakes.on_clock import GRACE, OnClock
from jobstate.testing.fakes.processes import Processes
from jobstate.testing.fakes.replaced import Replaced, once_imported
from jobstate.testing.fakes.trio_runs import TrioRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jobstate.testing.fakes.on_clock import Clock


@contextmanager
def virtual(clock: Clock) -> Iterator[None]:
    """Let waits with a limit pass on a clock: of threads, event loops and for processes.

    Threads are reached that begin meanwhile.
    """
    here, replaced = OnClock(clock), Replaced()
    processes = Processes(here, replaced)
    loops = EventLoops(here, processes, replaced)
    wanted = {
        "trio": TrioRuns(here, processes, replaced).replace,
        "uvloop": loops.replace_uvloop,
        "multiprocessing.process": processes.replace_join,
    }
    try:
        replaced.put(threading.Condition, "wait", _condition(here))
        replaced.put(threading.Thread, "join", _join(here))
        replaced.put(ThreadPoolExecutor, "submit", _submit(here))
        loops.replace()
        processes.replace()
        with once_imported(wanted):
            yield
    finally:
        replaced.restore()


def _condition(here: OnClock) -> Callable[..., bool]:
    """Return `threading.Condition.wait`: events, queues, futures and barriers wait so."""
    real = threading.Condition.wait

    def wait(condition: threading.Condition, timeout: float | None = None) -> bool:
        if timeout is None or timeout <= 0 or here.is_foreign():
            return real(condition, timeout)
        # With no wait at all nobody could notify it; where nobody is, the shortest one takes a
        # millisecond on a machine that others use.
        least = 1e-6 if threading.active_count() > 1 else 0.0
        told = real(condition, here.grace(timeout) or least)
        if not told:
            here.slept(timeout)
        return told

    return wait


def _join(here: OnClock) -> Callable[..., None]:
    """Return `threading.Thread.join`."""
    real = threading.Thread.join

    def join(one: threading.Thread, timeout: float | None = None) -> None:
        if timeout is None or timeout <= 0 or here.is_foreign():
            real(one, timeout)
            return
        real(one, min(GRACE, timeout))
        if one.is_alive():
            here.slept(timeout)

    return join


def _submit(here: OnClock) -> Callable[..., Future[Any]]:
    """Return `ThreadPoolExecutor.submit`, which keeps what is still to be done."""
    real = ThreadPoolExecutor.submit

    def submit(
        pool: ThreadPoolExecutor,
        work: Callable[..., Any],
        /,
        *args: Any,  # noqa: ANN401 - whatever is called
        **options: Any,  # noqa: ANN401
    ) -> Future[Any]:
        future = real(pool, here.adopting(work), *args, **options)
        here.submitted.add(future)
        future.add_done_callback(here.submitted.discard)
        return future

    return submit


# --- Names imported before ----------------------------------------------------------------------

#: Where functions of `time` were found: the names of a module, the name there, that in `time`.
_Found: TypeAlias = "tuple[dict[str, Any], str, str]"
#: How many modules there were when they were looked through, and what was found.
_IMPORTED: list[tuple[int, list[_Found]]] = [(0, [])]


@contextmanager
def imported(functions: Mapping[str, tuple[object, object]]) -> Iterator[None]:
    """Replace functions wherever they were imported by name: ``from time import sleep``.

    Modules that are imported meanwhile have the real ones afterwards, too.

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
    before = set(sys.modules)
    for names, each, which in found:
        names[each] = functions[which][1]
    try:
        yield
    finally:
        taken = {id(after): name for name, (_, after) in functions.items()}
        for name in sys.modules.keys() - before if len(sys.modules) != len(before) else ():
            found += _of_time(vars(sys.modules[name]), taken)
        for names, each, which in found:
            names[each] = functions[which][0]


def _of_time(names: dict[str, Any], real: Mapping[int, str]) -> Iterator[_Found]:
    """Yield which names of a module are functions of `time`."""
    for name, value in list(names.items()):
        if id(value) in real:
            yield names, name, real[id(value)]
