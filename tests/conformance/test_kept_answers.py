"""What is kept of an answer, and what its time says of when its record was changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobstate.common.times import to_microseconds
from jobstate.conformance.kept_answers import interval

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("printed", "next_one"),
    [
        (NOON, timedelta(minutes=1)),
        (NOON.replace(second=7), timedelta(seconds=1)),
        (NOON.replace(microsecond=7), timedelta(microseconds=1)),
    ],
    ids=["to the minute", "to the second", "to the microsecond"],
)
def test_a_time_is_as_exact_as_it_is_printed(printed: datetime, next_one: timedelta) -> None:
    """The change was in any microsecond up to the next time that prints so."""
    begin, end = interval(printed)
    assert begin == to_microseconds(printed)
    assert end + 1 == to_microseconds(printed + next_one)
