"""The virtual clock: time passes only when somebody sleeps, for a while in the place of `time`."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta, timezone

import pytest

from jobstate.testing.fakes import clock
from jobstate.testing.fakes.clock import PATCHED, VirtualClock
from jobstate.testing.fakes.stopped import ClockStoppedError
from tests.support.lives_for_tests import BEGIN


def test_time_passes_by_sleep_alone() -> None:
    """All its faces agree on how much."""
    virtual = VirtualClock(BEGIN)
    virtual.sleep(1.5)
    virtual.advance(60)
    virtual.sleep(0)
    assert virtual.now() == BEGIN + timedelta(seconds=61.5)
    assert virtual.time() == BEGIN.timestamp() + 61.5
    assert virtual.time_ns() == round(virtual.time() * 1_000) * 1_000_000
    assert virtual.monotonic() == 61.5
    assert virtual.monotonic_ns() == 61_500_000_000


def test_it_stands_in_for_time() -> None:
    """Within the block alone, and the real functions come back after an error too."""
    real = {name: getattr(time, name) for name in PATCHED}
    with pytest.raises(KeyError), VirtualClock(BEGIN).patched() as virtual:  # noqa: PT012 - all of it
        began = time.monotonic()
        time.sleep(3_600)
        assert time.monotonic() - began == 3_600
        assert time.time() == virtual.time()
        assert time.time_ns() == virtual.time_ns()
        assert time.monotonic_ns() == virtual.monotonic_ns()
        raise KeyError
    assert {name: getattr(time, name) for name in PATCHED} == real


def test_it_keeps_its_beginning_in_utc() -> None:
    """Whatever the offset that it was set with."""
    offset = BEGIN.astimezone(timezone(timedelta(hours=5)))
    assert str(VirtualClock(offset).began) == str(BEGIN)


@pytest.mark.parametrize("wrong", [-1.0, -0.001, math.nan])
def test_time_does_not_go_back(wrong: float) -> None:
    """As `time.sleep` refuses it, with the value."""
    with pytest.raises(ValueError, match=f"time passes forward, got {wrong!r} seconds"):
        VirtualClock(BEGIN).sleep(wrong)


def test_it_needs_aware_times() -> None:
    """Nobody knows when a naive time is."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is what is refused
    for times in ((naive, None), (BEGIN, naive)):
        with pytest.raises(ValueError, match="needs aware times, got datetime"):
            VirtualClock(*times)


def test_it_stops() -> None:
    """Whoever sleeps beyond the end is told so, through every `except Exception`."""
    virtual = VirtualClock(BEGIN, BEGIN + timedelta(seconds=10))
    virtual.sleep(10)
    with pytest.raises(ClockStoppedError, match="it waited beyond 2026-03-04T05:06:17Z") as found:
        virtual.sleep(0.001)
    assert not isinstance(found.value, Exception)
    assert found.value.reason == "it waited beyond 2026-03-04T05:06:17Z"


@pytest.mark.parametrize("look", [name for name in PATCHED if name != "sleep"])
def test_waiting_without_sleep_is_noticed(look: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that looks at a clock that stands still would never end."""
    monkeypatch.setattr(clock, "MOST_LOOKS", 10)
    virtual = VirtualClock(BEGIN)
    for _ in range(3):
        for _ in range(10):
            getattr(virtual, look)()
        virtual.sleep(1)
    for _ in range(10):
        getattr(virtual, look)()
    with pytest.raises(ClockStoppedError, match="looked at the clock 10 times and never slept"):
        getattr(virtual, look)()


def test_sleeps_are_heard_of() -> None:
    """For whoever tells what happened."""
    virtual = VirtualClock(BEGIN)
    heard: list[float] = []
    virtual.slept = heard.append
    virtual.sleep(3)
    virtual.advance(4)
    assert heard == [3]
