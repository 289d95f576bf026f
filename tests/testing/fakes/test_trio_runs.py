"""Runs of trio on a virtual clock: guests, and those that are there already."""

from __future__ import annotations

import asyncio
import gc
import queue
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.stopped import ClockStoppedError
from tests.support.lives_for_tests import BEGIN

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3_600.0
ONE = timedelta(hours=1)


def guest(host: Callable[[queue.Queue[Any]], None]) -> object:
    """Run trio, which sleeps for an hour, as a guest of a loop; return what it comes to."""
    turns, ends = queue.Queue[Any](), list[Any]()

    async def sleeper() -> str:
        await trio.sleep(HOUR)
        return "awake"

    def done(outcome: Any) -> None:
        ends.append(outcome)
        turns.put(lambda: None)

    trio.lowlevel.start_guest_run(sleeper, run_sync_soon_threadsafe=turns.put, done_callback=done)
    while not ends:
        host(turns)
    return ends[0].unwrap()


def test_a_guest_of_another_loop() -> None:
    """Time passes for it whether its host waits with a limit or without."""
    clock = VirtualClock(BEGIN)
    with clock.patched():
        assert guest(lambda turns: turns.get()()) == "awake"
        assert ONE <= clock.now() - BEGIN < ONE + timedelta(seconds=1)
        assert guest(lambda turns: turns.get(timeout=HOUR)()) == "awake"
    assert clock.now() - BEGIN >= 2 * ONE


def test_a_guest_of_asyncio() -> None:
    """As programs have it that need both."""
    clock = VirtualClock(BEGIN)

    async def host() -> object:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        outcomes: list[Any] = []

        def done(outcome: Any) -> None:
            outcomes.append(outcome)
            ended.set()

        trio.lowlevel.start_guest_run(
            trio.sleep, HOUR, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=done
        )
        await ended.wait()
        return outcomes[0].unwrap()

    with clock.patched():
        assert asyncio.run(host()) is None
    assert clock.now() - BEGIN >= ONE


def test_a_run_that_is_there_already() -> None:
    """Time goes on for it from what its own clock shows, and in real time afterwards."""
    clock = VirtualClock(BEGIN)

    async def test() -> None:
        before = trio.current_time()
        with clock.patched(), trio.fail_after(2 * HOUR):
            await trio.to_thread.run_sync(str)
            await trio.sleep(HOUR)
            assert 0 <= trio.current_time() - before - HOUR < 60
        assert trio.current_time() - before < 60

    trio.run(test)
    assert clock.now() - BEGIN == ONE


def test_a_clock_that_stops() -> None:
    """All tasks end, and the run with them: the error is the clock's own."""
    clock = VirtualClock(BEGIN, until=BEGIN + timedelta(minutes=1))
    ended = []

    async def two() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, HOUR)
            try:
                await trio.sleep(HOUR)
            finally:
                ended.append("cleared up")

    with clock.patched(), pytest.raises(ClockStoppedError, match="it waited beyond"):
        trio.run(two)
    assert ended == ["cleared up"]


def sleep_shielded(times: int) -> None:
    """Run what can't be cancelled."""

    async def shielded() -> None:
        with trio.CancelScope(shield=True):
            for _ in range(times):
                await trio.sleep(HOUR)

    with VirtualClock(BEGIN, until=BEGIN + timedelta(minutes=1)).patched():
        trio.run(shielded)


def test_what_can_not_be_cancelled() -> None:
    """It has one sleep more, in no time."""
    with pytest.raises(ClockStoppedError, match="it waited beyond"):
        sleep_shielded(1)


def test_who_will_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trio is left as it is, rather than wait for an hour."""
    with pytest.raises(trio.TrioInternalError) as found:
        sleep_shielded(2)
    assert isinstance(found.value.__cause__, ClockStoppedError)
    del found
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    gc.collect()  # what is left tells that it can't be cleared up


def test_a_clock_of_somebody_else() -> None:
    """Whoever brings one keeps it."""
    clock = VirtualClock(BEGIN)
    with clock.patched():
        trio.run(trio.sleep, HOUR, clock=trio.testing.MockClock(autojump_threshold=0))
    assert clock.now() == BEGIN


def test_runs_of_other_threads_keep_real_time() -> None:
    """Also while one that is there already does not."""
    ready, go = threading.Event(), threading.Event()

    async def serve() -> None:
        ready.set()
        await trio.to_thread.run_sync(go.wait)
        await trio.sleep(0.001)

    async def test() -> None:
        with clock.patched():
            go.set()
            await trio.to_thread.run_sync(thread.join)

    clock = VirtualClock(BEGIN)
    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    ready.wait()
    trio.run(test)
    assert clock.now() == BEGIN
