"""The time axis: where moments lie, what is folded, which ticks there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.diagrams.gantt.axis import Axis

BEGIN = datetime(2026, 10, 5, 22, 7, 13, tzinfo=UTC)
#: What clocks show as round, in seconds.
ROUND = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200}

moments = st.integers(0, 30 * 86_400).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
spans = st.tuples(moments, moments).map(lambda both: (min(both), max(both)))


def test_one_stretch() -> None:
    """Nothing is folded; a moment's share is its part of the time."""
    axis = Axis.over([(BEGIN, BEGIN + timedelta(hours=4))])
    assert axis.folds == []
    assert axis.share(BEGIN + timedelta(hours=1)) == pytest.approx(0.25)
    assert axis.title == "2026-10-05 22:07:13 to 2026-10-06 02:07:13 UTC"
    assert [tick.label for tick in axis.ticks(5)] == [
        *("10-05 23:00", "2026-10-06", "01:00", "02:00")
    ]


def test_a_moment() -> None:
    """What takes no time has an axis all the same."""
    axis = Axis.over([(BEGIN, BEGIN)])
    assert axis.title == "2026-10-05 22:07:13 to 22:07:13 UTC"
    assert axis.share(BEGIN) == 0
    assert [tick.label for tick in axis.ticks(4)] == ["10-05 22:07:13"]


@given(st.lists(spans, min_size=1, max_size=8), st.integers(2, 12))
def test_ticks_have_room_and_dates(times: list[tuple[datetime, datetime]], most: int) -> None:
    """No two are nearer than so many allow; the first behind each fold says the date."""
    axis = Axis.over(times)
    ticks = axis.ticks(most)
    assert all(after.share - tick.share >= 1 / most - 1e-9 for tick, after in pairwise(ticks))
    for fold, after in pairwise([*axis.folds, 2.0]):
        behind = [tick for tick in ticks if fold < tick.share < after]
        assert not behind or f"{behind[0].at:%m-%d}" in behind[0].label


def test_a_long_gap_is_folded() -> None:
    """It takes little room, and the axis goes on behind it with a date."""
    later = BEGIN + timedelta(days=9)
    axis = Axis.over([(BEGIN, BEGIN + timedelta(hours=1)), (later, later + timedelta(hours=1))])
    (fold,) = axis.folds
    assert fold == pytest.approx(0.5)
    assert axis.share(later) - axis.share(BEGIN + timedelta(hours=1)) == pytest.approx(0.03)
    assert not axis.has(BEGIN + timedelta(days=3))
    assert axis.has(later)
    labels = [tick.label for tick in axis.ticks(8)]
    assert labels[0] == "2026-10-05"
    assert "2026-10-14" in labels
    assert "22:30" in labels


def test_a_short_gap_is_not() -> None:
    """Of an hour in which a job did nothing for a minute nothing is left out."""
    middle = BEGIN + timedelta(minutes=30)
    end = BEGIN + timedelta(hours=1)
    assert Axis.over([(BEGIN, middle), (middle + timedelta(minutes=1), end)]).folds == []


@given(st.lists(spans, min_size=1, max_size=12), st.lists(moments, max_size=8))
def test_it_keeps_the_order_of_time(
    busy: list[tuple[datetime, datetime]], at: list[datetime]
) -> None:
    """Later moments never lie before earlier ones; what happened lies within; so do ticks."""
    axis = Axis.over(busy)
    times = sorted([*at, *(time for span in busy for time in span)])
    shares = [axis.share(time) for time in times]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1.000001 for share in shares)
    assert all(axis.has(time) for span in busy for time in span)
    ticks = axis.ticks(8)
    assert [tick.share for tick in ticks] == sorted(tick.share for tick in ticks)
    assert len(ticks) <= 8 + 3 * len(busy)


@given(st.integers(1, 400 * 86_400), st.integers(0, 86_400))
def test_ticks_are_round(seconds: int, shift: int) -> None:
    """All are as far apart as a clock's round units, and begin at a whole one."""
    begin = BEGIN + timedelta(seconds=shift)
    ticks = Axis.over([(begin, begin + timedelta(seconds=seconds))]).ticks(8)
    steps = {(other.at - one.at).total_seconds() for one, other in pairwise(ticks)}
    assert len(steps) <= 1
    assert all(step in ROUND or step % 86_400 == 0 for step in steps)
    assert all(tick.at.timestamp() % step == 0 for tick in ticks for step in steps)
    assert len(ticks) <= 9
