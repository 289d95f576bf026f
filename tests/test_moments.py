"""Times as numbers: exact, over the whole range of times, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.moments import from_microseconds, to_microseconds

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


def test_beyond_all_times() -> None:
    """There is no such time."""
    with pytest.raises(OverflowError):
        from_microseconds(1 << 62)
