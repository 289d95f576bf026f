"""Times as numbers: exact, over the whole range of times, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.common.times import from_microseconds, to_microseconds

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.datetimes(timezones=ZONES, min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001 - they get their zones here
def test_there_and_back(moment: datetime) -> None:
    """The same moment, in UTC, to the microsecond; and the number is what it says it is."""
    count = to_microseconds(moment)
    assert count == (moment - EPOCH) // timedelta(microseconds=1)
    assert from_microseconds(count) == moment
    assert from_microseconds(count).tzinfo is UTC


def test_known_moments() -> None:
    """By the calendar: 2001-09-09T01:46:40Z is a billion seconds after the epoch."""
    assert to_microseconds(EPOCH) == 0
    assert to_microseconds(datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)) == 10**15
    assert from_microseconds(-1) == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), -62_135_596_800_000_000),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_300_799_999_999),
    ],
)
def test_the_first_and_the_last(moment: datetime, count: int) -> None:
    """The ends of the calendar, as ``date -d`` of GNU counts their seconds."""
    assert to_microseconds(moment) == count
    assert from_microseconds(count) == moment


@pytest.mark.parametrize("count", [-62_135_596_800_000_001, 253_402_300_800_000_000, 1 << 62])
def test_beyond_all_times(count: int) -> None:
    """There is no such time."""
    with pytest.raises(OverflowError):
        from_microseconds(count)
