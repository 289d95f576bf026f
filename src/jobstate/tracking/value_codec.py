"""What is kept of fields for rules between two answers, as plain data, and back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from jobstate.common.times import to_microseconds
from jobstate.conformance.between import MOST_VALUES, NO_VALUES, KeptValue, comparable
from jobstate.conformance.kept_answers import EVER, NEVER
from jobstate.errors import shown
from jobstate.tracking import plain_data as plain

if TYPE_CHECKING:
    from jobstate.conformance.between import KeptValues


def plain_values(values: KeptValues) -> object:
    """Return them by field, of each the value, when it was reached and held; None of nothing."""
    return {name: list(map(_row, kept)) for name, kept in values.items()} or None


def _row(kept: KeptValue) -> list[object]:
    value = kept.value
    return [
        {"time": to_microseconds(value)} if isinstance(value, datetime) else value,
        None if kept.reached == EVER else kept.reached,
        None if kept.held == NEVER else kept.held,
    ]


def values_of(data: object) -> KeptValues:
    """Return them of plain data.

    Raises:
        DamagedError: They can't be read.
    """
    if data is None:
        return NO_VALUES
    fields = plain.mapping(plain.nested(data))
    reads = ((shown(name), _kept, rows) for name, rows in fields.items())
    return dict(zip(fields, plain.read_all("[{}]", reads), strict=True))


def _kept(data: object) -> tuple[KeptValue, ...]:
    rows = plain.listing(data)
    if not 0 < len(rows) <= MOST_VALUES:
        raise plain.damaged(f"1 to {MOST_VALUES} values", data)
    readers = (_value, partial(_whole_or, EVER), partial(_whole_or, NEVER))
    return tuple([KeptValue(*row) for row in plain.each_of(partial(plain.row_of, readers), rows)])


def _value(data: object) -> datetime | float | str:
    if isinstance(data, dict):
        return plain.required_time(data.get("time"))
    value = comparable(data)
    if value is None:
        raise plain.damaged("a number, a text or a time", data)
    return value


def _whole_or(otherwise: int, data: object) -> int:
    return otherwise if data is None else plain.whole(data)
