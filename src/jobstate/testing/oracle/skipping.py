"""How much of the time is left out in which somebody sleeps and looks, and nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def next_change(changes: Iterable[datetime], answered: datetime) -> datetime | None:
    """Return the first of some changes, in order, that an answer can't know."""
    return next((time for time in changes if time > answered), None)


def whole_sleeps(seconds: float, now: datetime, until: datetime | None) -> int:
    """Return how many sleeps of one length, one after the other, are over by a time; at least one.

    So many times the length sleeps whoever begins now, instead of once: each look after that comes
    when it would have come, but for those that are left out.
    """
    if until is None or until <= now or seconds <= 0:
        return 1
    return max(1, int((until - now).total_seconds() // seconds))
