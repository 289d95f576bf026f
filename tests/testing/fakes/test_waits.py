"""Waits of event loops and threads pass on the virtual clock: none of them takes real time."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep as imported_before
from typing import TYPE_CHECKING

import pytest
import trio

from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.oracle.waiting import assert_waiter
from tests.support.lives_for_tests import BEGIN, STORIES, told

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

HOUR = 3_600.0
ENDED = {"Completed", "Failed", "Stopped", "Deleting"}


def by_event() -> None:
    """Wait for what nobody sets."""
    assert not threading.Event().wait(HOUR)


def by_queue() -> None:
    """Wait for what nobody puts."""
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=HOUR)


def by_condition() -> None:
    """Wait until something holds that never does."""
    condition = threading.Condition()
    with condition:
        assert not condition.wait_for(lambda: False, HOUR)


def in_a_thread() -> None:
    """Sleep in another thread, and wait for that."""
    thread = threading.Thread(target=time.sleep, args=(HOUR,))
    thread.start()
    thread.join()


def in_a_pool() -> None:
    """Sleep in a thread of a pool, and wait for its result with a limit."""
    with ThreadPoolExecutor() as pool:
        pool.submit(time.sleep, HOUR).result(10 * HOUR)


def by_asyncio() -> None:
    """Sleep twice at once in an event loop."""

    async def both() -> None:
        await asyncio.gather(asyncio.sleep(HOUR), asyncio.sleep(HOUR / 3))

    asyncio.run(both())


def by_asyncio_thread() -> None:
    """Sleep in a thread of an event loop."""
    asyncio.run(asyncio.to_thread(time.sleep, HOUR))


def by_trio() -> None:
    """Sleep in trio."""
    trio.run(trio.sleep, HOUR)


def by_name() -> None:
    """Sleep by a name that was imported before."""
    imported_before(HOUR)


WAITS = [
    by_event,
    by_queue,
    by_condition,
    in_a_thread,
    in_a_pool,
    by_asyncio,
    by_asyncio_thread,
    by_trio,
    by_name,
]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_a_wait_passes_on_the_clock(wait: Callable[[], None]) -> None:
    """An hour goes by, and what was replaced is there again afterwards."""
    before = (time.sleep, imported_before, threading.Condition.wait, threading.Thread.join)
    with VirtualClock(BEGIN).patched() as clock:
        wait()
        assert timedelta(hours=1) <= clock.now() - BEGIN < timedelta(hours=1, seconds=1)
    after = (time.sleep, imported_before, threading.Condition.wait, threading.Thread.join)
    assert before == after


def waiter_of_asyncio(client: Any, name: str) -> str:
    """Poll in a thread of an event loop, and sleep in the loop."""

    async def wait() -> str:
        while True:
            answer = await asyncio.to_thread(client.describe_training_job, TrainingJobName=name)
            if answer["TrainingJobStatus"] in ENDED:
                return str(answer["SecondaryStatus"])
            await asyncio.sleep(30)

    return asyncio.run(wait())


def waiter_of_threads(client: Any, name: str) -> str:
    """Poll between waits for a signal to stop."""
    stop = threading.Event()
    while True:
        answer = client.describe_training_job(TrainingJobName=name)
        if answer["TrainingJobStatus"] in ENDED or stop.wait(30):
            return str(answer["SecondaryStatus"])


def waiter_of_trio(client: Any, name: str) -> str:
    """Poll in trio."""

    async def wait() -> str:
        while True:
            answer = client.describe_training_job(TrainingJobName=name)
            if answer["TrainingJobStatus"] in ENDED:
                return str(answer["SecondaryStatus"])
            await trio.sleep(30)

    return str(trio.run(wait))


@pytest.mark.parametrize("wait", [waiter_of_threads, waiter_of_trio, waiter_of_asyncio])
@pytest.mark.parametrize("story", ["completed", "stopped early"])
def test_good_waiters_pass(wait: Callable[[Any, str], str], story: str) -> None:
    """Whatever they wait by."""
    assert story in STORIES
    assert_waiter(wait, told(story), is_success=lambda said: said == "Completed")


# --- While others work ----------------------------------------------------------------------------


def test_a_thread_that_is_awaited_for_some_time() -> None:
    """One that goes on lets the time pass; one that ends takes none."""
    clock, held = VirtualClock(BEGIN), threading.Lock()
    held.acquire()
    with clock.patched():
        working = threading.Thread(target=held.acquire)
        working.start()
        working.join(30)
        assert clock.now() - BEGIN == timedelta(seconds=30)
        held.release()
        working.join()
        ending = threading.Thread(target=str)
        ending.start()
        ending.join(30)
    assert clock.now() - BEGIN == timedelta(seconds=30)


def test_what_another_thread_tells_takes_no_time() -> None:
    """It works in real time, and is given some."""
    clock, condition = VirtualClock(BEGIN), threading.Condition()

    def tell() -> None:
        with condition:
            condition.notify()

    with clock.patched(), condition:
        threading.Thread(target=tell).start()
        assert condition.wait(HOUR)
    assert clock.now() == BEGIN


def test_what_a_pool_does_takes_no_time() -> None:
    """For threads and for event loops, of both kinds."""
    clock = VirtualClock(BEGIN)

    async def soon() -> int:
        loop = asyncio.get_running_loop()
        worked = loop.run_in_executor(None, sum, range(3_000_000))  # longer than a loop's turn
        await asyncio.wait_for(worked, HOUR)
        return 7

    async def later() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, int, "7")
            await trio.sleep(HOUR)

    with clock.patched():
        with ThreadPoolExecutor() as pool:
            assert pool.submit(int, "7").result(timeout=HOUR) == 7
        assert asyncio.run(soon()) == 7
        before = clock.now()
        trio.run(later)
    assert clock.now() - before >= timedelta(seconds=HOUR)


def test_a_held_pool() -> None:
    """What it works at may take longer than anybody waits."""
    clock, held = VirtualClock(BEGIN), threading.Lock()
    held.acquire()
    with clock.patched(), ThreadPoolExecutor() as pool:
        future = pool.submit(held.acquire)
        with pytest.raises(TimeoutError):
            future.result(timeout=HOUR)
        held.release()
    assert clock.now() - BEGIN >= timedelta(seconds=HOUR)
