"""Processes that begin while a clock is virtual: they keep real time, for which nobody waits."""

from __future__ import annotations

import os
from concurrent.futures import Future
from subprocess import Popen, TimeoutExpired
from threading import Lock, Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NoReturn
from weakref import WeakKeyDictionary

from jobstate.testing.fakes.on_clock import GRACE
from jobstate.testing.fakes.stopped import ClockStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from jobstate.testing.fakes.on_clock import OnClock
    from jobstate.testing.fakes.replaced import Replaced

#: How many real seconds a process may work for whoever waits for it without a limit.
PROCESS_TIME: Final = 2.0
#: How often it is looked at meanwhile, in real seconds.
_LOOK: Final = 0.005


class Processes:
    """The processes that began on a clock."""

    def __init__(self, here: OnClock, replaced: Replaced) -> None:
        self._here = here
        self._replaced = replaced
        self._begun: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._told: WeakKeyDictionary[Any, Future[Any]] = WeakKeyDictionary()

    def left(self) -> float | None:
        """Return for how many real seconds to wait for processes; None where none is at work."""
        begun = [at for each, at in list(self._begun.items()) if each.returncode is None]
        return max(0.0, max(begun) + PROCESS_TIME - perf_counter()) if begun else None

    def replace(self) -> None:
        """Take the place of what waits for processes."""
        replaced = self._replaced
        replaced.put(Popen, "__init__", self._beginning())
        replaced.put(Popen, "wait", self._wait())
        replaced.put(Popen, "communicate", self._communicate())
        replaced.put(os, "system", self._system())

    def replace_join(self, module: ModuleType) -> None:
        """Take the place of what waits in `multiprocessing.process`."""
        real, processes = module.BaseProcess.join, self

        def join(process: Any, timeout: float | None = None) -> None:  # noqa: ANN401 - as it is
            if not processes._here.is_foreign():
                processes._awaited(lambda: process.exitcode is not None, perf_counter(), timeout)
            real(process, 0 if process.exitcode is None else timeout)

        self._replaced.put(module.BaseProcess, "join", join)

    def fail(self) -> NoReturn:
        """Let nobody wait any longer, but for what is done about it: they may be killed now."""
        for each in list(self._begun):
            self._begun[each] = perf_counter()
        raise ClockStoppedError(
            f"it waits for a process, which keeps real time, and {PROCESS_TIME:g} s have gone by"
        )

    # --- What takes their place -----------------------------------------------------------------

    def _beginning(self) -> Callable[..., None]:
        real, processes = Popen.__init__, self

        def begin(process: Popen[Any], *args: Any, **options: Any) -> None:  # noqa: ANN401 - as it is
            real(process, *args, **options)
            if not processes._here.is_foreign():
                processes._begun[process] = perf_counter()

        return begin

    def _wait(self) -> Callable[..., int]:
        real, processes = Popen.wait, self

        def wait(process: Popen[Any], timeout: float | None = None) -> int:
            begun = processes._begun.get(process)
            if begun is None or processes._here.is_foreign():
                return real(process, timeout)
            if not processes._awaited(lambda: process.poll() is not None, begun, timeout):
                raise TimeoutExpired(process.args, timeout or 0.0)
            return int(process.returncode)

        return wait

    def _communicate(self) -> Callable[..., Any]:
        real, processes = Popen.communicate, self

        def communicate(
            process: Popen[Any],
            input: Any = None,  # noqa: A002, ANN401 - as it is
            timeout: float | None = None,
        ) -> Any:  # noqa: ANN401
            begun = processes._begun.get(process)
            if begun is None or processes._here.is_foreign():
                return real(process, input, timeout)
            if process not in processes._told:  # who asks again has the rest of it
                processes._told[process] = processes._beside(lambda: real(process, input))
            told = processes._told[process]
            if not processes._awaited(told.done, begun, timeout):
                raise TimeoutExpired(process.args, timeout or 0.0)
            return told.result()

        return communicate

    def _system(self) -> Callable[[str], int]:
        real, here = os.system, self._here

        def system(command: str) -> int:
            if here.is_foreign():
                return real(command)
            raise ClockStoppedError("it calls os.system, which takes real time")

        return system

    # --- How it is done -------------------------------------------------------------------------

    def _awaited(self, ended: Callable[[], bool], begun: float, timeout: float | None) -> bool:
        """Return whether something ends; if not, the whole time of the wait passes.

        Raises:
            ClockStoppedError: There is no limit, and it has not ended soon.
        """
        now = perf_counter()
        until = max(now, begun + PROCESS_TIME) if timeout is None else now + min(timeout, GRACE)
        pause = Lock()
        pause.acquire()
        while not ended():
            if perf_counter() >= until:
                if timeout is None:
                    self.fail()
                self._here.slept(timeout)
                return False
            pause.acquire(timeout=_LOOK)  # real time, unlike `time.sleep`
        return True

    def _beside(self, work: Callable[[], Any]) -> Future[Any]:
        """Do something in a thread for which time is real."""
        future: Future[Any] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - whoever waits gets it
                future.set_exception(error)

        thread = Thread(target=run, daemon=True)
        self._here.leave(thread)
        thread.start()
        return future
