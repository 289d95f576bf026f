"""Times as whole numbers, exactly: microseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, overload

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: The earliest time that there is.
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
#: The latest.
LATEST: Final = datetime.max.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def microseconds(length: timedelta) -> int:
    """Return a length of time as a whole number of microseconds, exactly."""
    return (length.days * 86_400 + length.seconds) * 1_000_000 + length.microseconds


@overload
def to_microseconds(moment: datetime) -> int: ...
@overload
def to_microseconds(moment: datetime | None) -> int | None: ...
def to_microseconds(moment: datetime | None) -> int | None:
    """Return an aware time as microseconds since the epoch, negative before it; None of None."""
    if moment is None:
        return None
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds  # quickly


@overload
def from_microseconds(count: int) -> datetime: ...
@overload
def from_microseconds(count: int | None) -> datetime | None: ...
def from_microseconds(count: int | None) -> datetime | None:
    """Return the time in UTC; None of None.

    Raises:
        OverflowError: It is before the year 1 or after 9999.
    """
    return None if count is None else _EPOCH + timedelta(0, 0, count)


def clock(moment: datetime) -> str:
    """Return a time as people read it in a message: UTC, as finely as it is known."""
    finely = "auto" if moment.microsecond % 1000 else "milliseconds"
    text = moment.isoformat(sep=" ", timespec=finely if moment.microsecond else "seconds")
    return text.replace("+00:00", "")


def iso(moment: datetime | None) -> str | None:
    """Return a UTC time as ISO 8601 with a Z, as finely as it is known; None of None."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def same_time(one: datetime, other: datetime) -> bool:
    """Return whether two times agree at the coarser of the precisions they were printed at.

    Sources print the same moment to the millisecond, the second or the minute. A time says by
    itself how finely it was printed: one that falls on a whole second (minute) may have been cut
    to it, so it is compared as if it had been. This never raises a false alarm; it can miss a
    difference below a minute in the one time in 60,000 that really falls on a whole minute.
    """
    if one == other:
        return True
    if one.microsecond and other.microsecond:
        return False
    return _cut(one, other) == _cut(other, one)


def is_before(one: datetime, other: datetime) -> bool:
    """Return whether a time is certainly earlier, at the coarser of the two precisions."""
    return one < other and not same_time(one, other)


def _cut(moment: datetime, other: datetime) -> datetime:
    """Return a time as another's source would have printed it."""
    if other.microsecond:
        return moment
    return (
        moment.replace(microsecond=0) if other.second else moment.replace(second=0, microsecond=0)
    )


def require_aware(moment: datetime) -> None:
    """Check that a time has a zone.

    Raises:
        ValueError: It has none.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"expected an aware time, got {moment.isoformat()}, which has no zone")


def latest(was: datetime | None, now: datetime | None) -> datetime | None:
    """Return the later time: one that was printed more coarsely must not hide the finer one."""
    if was is None or now is None:
        return was or now
    return max(was, now)
