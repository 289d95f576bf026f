"""Times as recordings have them: what each tool writes, and what none does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobstate.model.recorded_times import recorded

PLACEBO = {"__class__": "datetime", "year": 2026, "month": 2, "day": 28, "hour": 23, "minute": 5}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (PLACEBO, datetime(2026, 2, 28, 23, 5, tzinfo=UTC)),
        (PLACEBO | {"microsecond": 7000}, datetime(2026, 2, 28, 23, 5, 0, 7000, tzinfo=UTC)),
        ({"__classname__": "datetime.datetime", "__data__": {"timestamp": 1.5}}, 1.5),
        ({"__classname__": "datetime.datetime", "__data__": 1.5}, 1.5),
        ({"__type": "datetime", "__var": 1.5}, 1.5),
        ({"$date": "2026-02-28T23:05:00Z"}, "2026-02-28T23:05:00Z"),
        ({"__type": "dict", "__var": {}}, None),
        ({}, None),
    ],
)
def test_each_tool_s_way(written: dict[Any, Any], meant: object) -> None:
    """The parts that placebo has in UTC, Airflow's two ways, MongoDB's."""
    assert recorded(written) == meant


@pytest.mark.parametrize("parts", [{"month": 13}, {"year": "2026"}, {"day": 1 << 70}])
def test_no_time(parts: dict[str, Any]) -> None:
    """Parts that make no time say so."""
    with pytest.raises((ValueError, TypeError, OverflowError)):
        recorded(PLACEBO | parts)
