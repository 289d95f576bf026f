"""Times as recordings of clients and other people's files have them: as mappings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

#: The parts of a time, as placebo records it.
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def recorded(value: Mapping[Any, Any]) -> object:
    """Return the time that a mapping stands for; None of any other mapping.

    placebo writes the parts of a time in UTC (``"__class__": "datetime"``); Airflow the seconds
    since 1970, in an XCom under ``__data__``, before 2.6 under ``__var``; MongoDB's tools
    ``$date``.

    Raises:
        ValueError, TypeError, OverflowError: The parts make no time.
    """
    if value.get("__class__") == "datetime":
        return datetime(**{part: value.get(part, 0) for part in _PARTS}, tzinfo=UTC)
    if value.get("__classname__") == "datetime.datetime":
        data = value.get("__data__")
        return data.get("timestamp") if isinstance(data, Mapping) else data
    return value.get("__var" if value.get("__type") == "datetime" else "$date")
