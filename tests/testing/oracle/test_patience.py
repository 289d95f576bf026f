"""Patience follows how long somebody sleeps, but not for ever."""

from __future__ import annotations

from jobstate.testing.oracle.patience import Patience


def test_it_follows_the_longest_sleep() -> None:
    """Until the end, and of the next five: they may be over a look that told nothing."""
    patience = Patience(3_600.0)
    patience.slept(700, after=False)
    assert patience.seconds == 3_600
    patience.slept(1_000, after=False)
    assert patience.seconds == 5_000
    for seconds in (100, 2_000, 1, 1, 3_000):
        patience.slept(seconds, after=True)
    assert patience.seconds == 15_000
    patience.slept(4_000, after=True)
    assert patience.seconds == 15_000


def test_sleeps_that_grow_come_to_an_end() -> None:
    """Whoever doubles them never outruns it."""
    patience, seconds, slept = Patience(10.0), 1.0, 0.0
    while slept < patience.seconds:
        patience.slept(seconds, after=True)
        slept, seconds = slept + seconds, 2 * seconds
    assert slept < 200


def test_another_end_has_patience_of_its_own() -> None:
    """What was slept after the one before does not count against it."""
    patience = Patience(10.0)
    for _ in range(9):
        patience.slept(1, after=True)
    patience.slept(1, after=False)
    patience.slept(30, after=True)
    assert patience.seconds == 150
