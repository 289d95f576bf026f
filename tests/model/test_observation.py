"""Times from sources that print to the millisecond, the second or the minute; keys of jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobstate import JobKey
from jobstate.common.times import is_before, same_time
from jobstate.model import Shown
from tests.support import oracle

NINE = datetime(2026, 1, 2, 9, 0, 0, tzinfo=UTC)
TIMES = st.builds(
    lambda seconds, micro: NINE + timedelta(seconds=seconds, microseconds=micro),
    st.integers(0, 200) | st.sampled_from([0, 60, 120]),
    st.sampled_from([0, 1, 1000, 500_000, 999_000, 999_999]),
)


def at(seconds: float) -> datetime:
    """Return a time so many seconds after nine."""
    return NINE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (7.5, 7.5, True),
        (7.5, 7.501, False),  # both to the millisecond
        (7.5, 7, True),  # the second may have been cut to the second
        (7.999, 8, False),
        (7, 8, False),  # both to the second
        (67.5, 60, True),  # the second may have been cut to the minute
        (119.999, 60, True),
        (67, 60, True),
        (59, 60, False),
        (0, 60, False),  # both to the minute
        (-0.001, 0, False),
    ],
)
def test_same_time(one: float, other: float, *, same: bool) -> None:
    """Two times agree if cutting both to the coarser precision makes them equal."""
    assert same_time(at(one), at(other)) is same
    assert same_time(at(other), at(one)) is same


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        (7.5, 7.501, True),
        (7, 7.5, False),  # it may be the same second
        (7.5, 8, True),
        (60, 67.5, False),  # it may be the same minute
        (59, 60, True),
        (60, 60, False),
        (61, 60, False),
    ],
)
def test_is_before(one: float, other: float, *, before: bool) -> None:
    """A time is before another only for certain, whatever was cut off."""
    assert is_before(at(one), at(other)) is before
    if before:
        assert not is_before(at(other), at(one))


@given(one=TIMES, other=TIMES)
@example(at(7.5), at(7.501))
def test_times_are_compared_as_the_facts_say(one: datetime, other: datetime) -> None:
    """The same verdicts as those of another implementation, for times of every precision."""
    texts = one.isoformat(), other.isoformat()
    assert same_time(one, other) is oracle.agree(*texts)
    assert is_before(one, other) is oracle.is_earlier(*texts)
    assert [is_before(one, other), same_time(one, other), is_before(other, one)].count(True) == 1


def test_a_key_is_cut_to_the_second() -> None:
    """Sources print a creation time at different precision; a reused name is another job."""
    assert JobKey("kind", "arn", at(7.89)) == JobKey("kind", "arn", at(7))
    assert JobKey("kind", "arn", at(7)) != JobKey("kind", "arn", at(8))
    assert str(JobKey("kind", "arn", at(7.89))) == "arn (created 2026-01-02T09:00:07Z)"
    assert (
        min(
            JobKey("kind", "b", NINE), JobKey("kind", "a", at(9)), JobKey("kind", "a", NINE)
        ).created
        == NINE
    )


def test_what_is_shown() -> None:
    """It prints as states are named."""
    assert str(Shown("InProgress", "Training")) == "InProgress/Training"
    assert str(Shown("InUse")) == "InUse"


def test_keys_keep_which_of_two_hours_it_was() -> None:
    """Cutting to the second neither moves a time nor forgets its `fold`."""
    zone = ZoneInfo("Europe/Berlin")
    for fold in (0, 1):
        twice = datetime(2026, 10, 25, 2, 30, 1, 7, tzinfo=zone, fold=fold)
        key = JobKey("kind", "arn", twice)
        assert key.created is not None
        assert key.created.astimezone(UTC) == datetime(2026, 10, 25, fold, 30, 1, tzinfo=UTC)
        assert (key.created.tzinfo, key.created.fold) == (zone, fold)
