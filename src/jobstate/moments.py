"""Times as whole numbers, exactly: microseconds since 1970-01-01T00:00:00Z.

Imports nothing of jobstate.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(moment: datetime) -> int:
    """Return an aware time as microseconds since the epoch; negative before it."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_microseconds(count: int) -> datetime:
    """Return the time in UTC.

    Raises:
        OverflowError: It is before the year 1 or after 9999.
    """
    return _EPOCH + timedelta(0, 0, count)
