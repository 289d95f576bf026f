"""Event loops on a virtual clock: those that are there already, and uvloop's."""

from __future__ import annotations

import asyncio
import queue
import threading
from datetime import timedelta
from typing import Any

import pytest

from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.stopped import ClockStoppedError
from jobstate.testing.oracle.waiting import assert_waiter
from tests.support.lives_for_tests import BEGIN, told

HOUR = 3_600.0
ONE = timedelta(hours=1)


def test_a_loop_that_runs_already() -> None:
    """As in an asynchronous test, whose loop pytest made."""
    clock = VirtualClock(BEGIN)

    async def test() -> None:
        with clock.patched():
            await asyncio.gather(asyncio.sleep(HOUR), asyncio.sleep(HOUR / 3))
        await asyncio.sleep(0.001)

    asyncio.run(test())
    assert ONE <= clock.now() - BEGIN < ONE + timedelta(seconds=1)


def test_loops_of_other_threads_let_no_time_pass() -> None:
    """A server that runs beside the test is none of its business."""
    clock, turns = VirtualClock(BEGIN), queue.Queue[Any]()

    async def serve() -> None:
        told, loop = asyncio.Event(), asyncio.get_running_loop()
        turns.put(lambda: loop.call_soon_threadsafe(told.set))
        await asyncio.wait_for(told.wait(), HOUR)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    tell = turns.get()
    with clock.patched():
        tell()
        thread.join()
    assert clock.now() == BEGIN


# --- uvloop -------------------------------------------------------------------------------------


@pytest.fixture
def uvloop() -> Any:
    """Return uvloop, where it is installed: there is none for Windows."""
    return pytest.importorskip("uvloop", reason="uvloop is not installed")


def test_what_runs_on_uvloop(uvloop: Any) -> None:
    """However its loop is made, an hour passes on the clock."""
    clock = VirtualClock(BEGIN)

    def by_runner() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(asyncio.sleep(HOUR))

    def by_loop() -> None:
        loop = uvloop.Loop()
        loop.run_until_complete(asyncio.sleep(HOUR))
        loop.close()

    def by_run() -> None:
        uvloop.run(asyncio.sleep(HOUR))

    with clock.patched():
        for hours, run in enumerate([by_runner, by_loop, by_run]):
            run()
            assert clock.now() - BEGIN >= (hours + 1) * ONE
    loop = uvloop.new_event_loop()
    assert isinstance(loop, uvloop.Loop)
    loop.close()


def test_a_waiter_on_uvloop(uvloop: Any) -> None:
    """It passes, as on any loop."""

    async def poll(client: Any, name: str) -> str:
        while True:
            answer = await asyncio.to_thread(client.describe_training_job, TrainingJobName=name)
            if answer["TrainingJobStatus"] != "InProgress":
                return str(answer["SecondaryStatus"])
            await asyncio.sleep(30)

    def wait(client: Any, name: str) -> str:
        return str(uvloop.run(poll(client, name)))

    assert_waiter(wait, told("completed"), is_success=lambda said: said == "Completed")


def test_a_loop_of_uvloop_that_was_there_before(uvloop: Any) -> None:
    """It keeps real time: who sleeps in it is told at once."""

    async def test() -> None:
        with VirtualClock(BEGIN).patched():
            await asyncio.sleep(0)
            with pytest.raises(ClockStoppedError, match="a loop of uvloop that began before"):
                await asyncio.sleep(HOUR)
        await asyncio.sleep(0.001)

    uvloop.run(test())


def test_loops_of_uvloop_in_other_threads_keep_real_time(uvloop: Any) -> None:
    """As those of `asyncio` do."""
    ready, go = threading.Event(), threading.Event()

    async def serve() -> None:
        ready.set()
        await asyncio.to_thread(go.wait)
        await asyncio.sleep(0.001)

    clock = VirtualClock(BEGIN)
    thread = threading.Thread(target=lambda: uvloop.run(serve()))
    thread.start()
    ready.wait()
    with clock.patched():
        go.set()
        thread.join()
    assert clock.now() == BEGIN
