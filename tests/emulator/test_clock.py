"""The clock: as fast as ours, faster, or moved by hand; it never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from jobstate.emulator.clock import EmulatorClock

START = datetime(2026, 3, 4, 5, tzinfo=UTC)


class Seconds:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        """None has passed."""
        self.now = 100.0

    def __call__(self) -> float:
        """Return how many have."""
        return self.now


def after(seconds: float) -> datetime:
    """Return the time so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def test_it_runs_and_is_moved() -> None:
    """Each second of ours is so many of its own, from when that is said on."""
    ours = Seconds()
    clock = EmulatorClock(START, 1.0, seconds=ours)
    ours.now += 10
    assert clock.now() == after(10)
    assert clock.run(60) == after(10)
    ours.now += 2
    assert clock.now() == after(130)
    assert clock.advance(3_600) == after(3_730)
    assert clock.advance_to(after(5)) == after(3_730)
    berlin = after(7_200).astimezone(timezone(timedelta(hours=1)))
    assert clock.advance_to(berlin) == after(7_200)
    assert clock.now().tzinfo is UTC
    ours.now += 1
    assert (clock.now(), clock.scale) == (after(7_260), 60)


def test_it_stands() -> None:
    """A stepped clock goes on when it is moved, and only then."""
    ours = Seconds()
    clock = EmulatorClock(START, 0, seconds=ours)
    ours.now += 1e9
    assert clock.now() == START
    assert clock.advance(0.5) == after(0.5)


def test_ours() -> None:
    """Without a start it is what time it is."""
    before = datetime.now(UTC)
    assert before <= EmulatorClock().now() <= datetime.now(UTC) + timedelta(seconds=1)


def test_what_it_refuses() -> None:
    """Times without a zone, and time that goes back."""
    clock = EmulatorClock(START)
    for wrong in (-1, float("nan")):
        with pytest.raises(ValueError, match="at least 0"):
            clock.advance(wrong)
        with pytest.raises(ValueError, match="at least 0"):
            clock.run(wrong)
    with pytest.raises(ValueError, match="a zone"):
        clock.advance_to(datetime(2026, 3, 4))  # noqa: DTZ001 - that is what is refused
