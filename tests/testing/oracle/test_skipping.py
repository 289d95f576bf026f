"""What is left out of the time in which nothing changes: whole sleeps, never a change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobstate.testing.oracle.skipping import next_change, whole_sleeps
from tests.support.lives_for_tests import BEGIN


def test_the_next_change_is_one_that_the_answer_can_not_know() -> None:
    """What changed as it was given, it tells; after the last one nothing changes."""
    changes = [BEGIN + timedelta(seconds=each) for each in (0, 65, 105)]
    assert next_change(changes, BEGIN) == changes[1]
    assert next_change(changes, BEGIN + timedelta(seconds=64)) == changes[1]
    assert next_change(changes, changes[1]) == changes[2]
    assert next_change(changes, changes[2]) is None


@pytest.mark.parametrize(
    ("seconds", "left", "times"),
    [(1, 65, 65), (30, 65, 2), (66, 65, 1), (30, 0, 1), (30, -5, 1), (0, 65, 1), (0.7, 2, 2)],
)
def test_whole_sleeps(seconds: float, left: float, times: int) -> None:
    """As many as are over by then, and one at least, however long it is."""
    assert whole_sleeps(seconds, BEGIN, BEGIN + timedelta(seconds=left)) == times
    assert whole_sleeps(seconds, BEGIN, None) == 1
