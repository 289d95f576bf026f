"""Processes keep real time: under a virtual clock they are soon done, or nobody waits for them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio

from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.processes import PROCESS_TIME
from jobstate.testing.fakes.stopped import ClockStoppedError
from jobstate.testing.oracle.waiting import assert_waiter
from tests.support.lives_for_tests import BEGIN, told

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

HOUR = 3_600.0
SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
SAYS = (sys.executable, "-c", "print(input() * 2)")


def sleep() -> None:
    """Sleep in another process."""
    time.sleep(60)


def by_run() -> None:
    """Run it."""
    subprocess.run(SLEEPS, check=True)  # noqa: S603 - as below, a fixed program


def by_output() -> None:
    """Read what it says."""
    subprocess.check_output(SLEEPS)  # noqa: S603


def by_leaving() -> None:
    """Wait for its end when all else is done."""
    with subprocess.Popen(SLEEPS) as process:  # noqa: S603
        try:
            process.wait()
        finally:
            process.kill()


def by_asyncio() -> None:
    """Wait in an event loop."""

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(*SLEEPS)
        try:
            await process.wait()
        finally:
            process.kill()
            await process.wait()

    asyncio.run(run())


def by_trio() -> None:
    """Wait in trio."""
    trio.run(trio.run_process, SLEEPS)


def by_system() -> None:
    """Wait without a process that one could end."""
    os.system("sleep 60")  # noqa: S605, S607


def by_multiprocessing() -> None:
    """Wait for a process that has a clock of its own."""
    process = multiprocessing.get_context("spawn").Process(target=sleep)
    process.start()
    try:
        process.join()
    finally:
        process.kill()


WAITS = [by_run, by_output, by_leaving, by_asyncio, by_trio, by_system, by_multiprocessing]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_who_waits_for_a_process_that_sleeps_is_told(wait: Callable[[], None]) -> None:
    """Soon, and why; the process does not outlive it."""
    began = time.perf_counter()
    with VirtualClock(BEGIN).patched(), pytest.raises(ClockStoppedError, match="real time"):
        wait()
    assert time.perf_counter() - began < 10 * PROCESS_TIME


def test_a_process_that_is_soon_done_takes_no_time() -> None:
    """However it is waited for, with a limit or without."""
    clock = VirtualClock(BEGIN)

    async def run() -> bytes:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*SAYS, stdin=pipe, stdout=pipe)
        said, _ = await process.communicate(b"ho\n")
        return said

    with clock.patched():
        ran = subprocess.run(SAYS, input="ha\n", stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
        assert ran.stdout == "haha\n"
        assert subprocess.call([sys.executable, "-c", ""]) == 0
        assert asyncio.run(run()) == b"hoho\n"
        done = trio.run(partial(trio.run_process, SAYS, stdin=b"hi\n", capture_stdout=True))
        assert done.stdout == b"hihi\n"
        process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(HOUR,))
        process.start()
        process.join()  # it slept on its own copy of the clock
        assert process.exitcode == 0
    assert clock.now() == BEGIN


@pytest.mark.parametrize("by", ["wait", "communicate"])
def test_a_limit_passes_on_the_clock(by: str) -> None:
    """The process has a moment of real time, and an hour is over; then it can be ended."""
    clock = VirtualClock(BEGIN)
    with clock.patched():
        process = subprocess.Popen(SLEEPS, stdout=subprocess.PIPE)  # noqa: S603
        with pytest.raises(subprocess.TimeoutExpired, match="3600"):
            getattr(process, by)(timeout=HOUR)
        assert clock.now() - BEGIN == timedelta(hours=1)
        process.kill()
        assert process.communicate()[0] == b""
    assert process.returncode != 0


def test_loops_let_processes_work_before_time_passes() -> None:
    """A limit in an event loop is as good as any other."""
    clock = VirtualClock(BEGIN)

    async def of_asyncio() -> None:
        process = await asyncio.create_subprocess_exec(*SLEEPS)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), HOUR)
        process.kill()
        await process.wait()

    async def of_trio() -> None:
        with trio.move_on_after(HOUR):
            await trio.run_process(SLEEPS)

    with clock.patched():
        asyncio.run(of_asyncio())
        assert timedelta(hours=1) <= clock.now() - BEGIN
        trio.run(of_trio)
        assert timedelta(hours=2) <= clock.now() - BEGIN < timedelta(hours=3)


def test_what_goes_wrong_with_a_process_is_told() -> None:
    """As it would be without a clock."""
    with VirtualClock(BEGIN).patched():
        with pytest.raises(FileNotFoundError):
            subprocess.run(["there is no such program"], check=True)  # noqa: S607
        with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE) as process:
            with pytest.raises(TypeError):
                process.communicate("text, not bytes")  # type: ignore[arg-type]
            process.kill()


def test_others_wait_in_real_time() -> None:
    """Threads that were there before, and processes that began before."""
    go, done, said = threading.Event(), threading.Event(), list[object]()

    def other() -> None:
        go.wait()
        said.append(subprocess.check_output(SAYS, input=b"ha\n"))  # noqa: S603
        said.append(os.system("exit 0"))  # noqa: S605, S607
        process = multiprocessing.get_context("fork").Process(target=str)
        process.start()
        process.join()
        said.append(process.exitcode)
        done.set()

    before = subprocess.Popen(SAYS, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    thread = threading.Thread(target=other)
    thread.start()
    with VirtualClock(BEGIN).patched():
        go.set()
        done.wait()
        assert before.communicate(b"hu\n")[0] == b"huhu\n"
        assert before.wait() == 0
    thread.join()
    assert said == [b"haha\n", 0, 0]


def test_a_waiter_that_waits_for_a_process_is_told() -> None:
    """In words, like all that does not come to an end."""

    def wait(client: Any, name: str) -> None:
        client.describe_training_job(TrainingJobName=name)
        subprocess.run(SLEEPS, check=True)  # noqa: S603

    with pytest.raises(AssertionError, match="it waits for a process, which keeps real time"):
        assert_waiter(wait, told("completed"))
