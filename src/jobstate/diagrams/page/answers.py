"""Answers written anew from what was read of them, for the page to read again: `written`.

A journal keeps what answers said, not the answers; and a page need not have what no rule speaks of.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from jobstate.common.times import iso
from jobstate.model.answer_schema import FeatureTest, within
from jobstate.model.fields import Field, FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.answer_schema import AnswerSchema, Path
    from jobstate.model.observation import Observation

#: What a value can be written as: of a list only its length is kept.
_WRITTEN: Final = {FieldKind.TEXT, FieldKind.TIME, FieldKind.COUNT, FieldKind.FLAG}


def written(schema: AnswerSchema, seen: Observation) -> dict[str, Any]:
    """Return an answer that says the same, as JSON has it.

    Not written are lists of which rules only count the elements, and features that only a text
    shows that nobody has kept: without them an answer proves less, never anything else.

    Args:
        schema: What answers look like.
        seen: What an answer said.
    """
    answer: dict[str, Any] = {}
    for path, value in _said(schema, seen):
        if path and value is not None and within(answer, path) is None:
            *above, last = path
            place = answer
            for name in above:
                place = place.setdefault(name, {})
            place[last] = iso(value) if isinstance(value, datetime) else value
    return answer


def _said(schema: AnswerSchema, seen: Observation) -> Iterator[tuple[Path, object]]:
    """Yield what stands where."""
    # First: times are known more finely there.
    for name, value in seen.fields.items():
        if _kind(schema, schema.values[name]) in _WRITTEN:
            yield schema.values[name], value
    yield schema.id, seen.job.id
    yield schema.name, seen.job.name
    yield schema.created, seen.job.created or _earliest(seen)
    for place in schema.places:
        if (shown := seen.shown.get(place.region)) is not None:
            yield place.primary, shown.primary
            yield place.secondary, shown.secondary
            yield place.previous, shown.previous
    yield schema.modified, seen.modified
    yield schema.failure_reason, seen.failure_reason
    if schema.stays is not None and seen.entries:
        yield schema.stays.path, list(_entries(schema, seen))
    for end in schema.ends:
        if (end.outcome, end.cause) == (seen.outcome, seen.cause):
            yield end.path, end.begins or True
    yield from _signs(schema, seen)


def _earliest(seen: Observation) -> datetime | None:
    times = [seen.modified, *(entry.start for entry in seen.entries)]
    return min(filter(None, times), default=None)


def _entries(schema: AnswerSchema, seen: Observation) -> Iterator[dict[str, str | None]]:
    stays = schema.stays
    assert stays is not None  # noqa: S101 - who asks has seen
    for entry in seen.entries:
        end = {stays.end: iso(entry.end)} if entry.end else {}
        yield {stays.status: entry.status, stays.start: iso(entry.start), **end}


def _signs(schema: AnswerSchema, seen: Observation) -> Iterator[tuple[Path, object]]:
    for sign in schema.signs:
        has = seen.features.get(sign.feature)
        if sign.test is FeatureTest.IS:
            yield sign.path, has
        elif has and sign.test is FeatureTest.POSITIVE:
            yield sign.path, 1
        elif has and sign.test is FeatureTest.THERE and _may_be_empty(schema, sign.path):
            yield sign.path, {}


def _kind(schema: AnswerSchema, path: Path) -> FieldKind | None:
    found = _field(schema, path)
    return found.kind if found else None


def _may_be_empty(schema: AnswerSchema, path: Path) -> bool:
    """Return whether a part needs nothing in it to be there."""
    found = _field(schema, path)
    if found is None or found.kind is not FieldKind.PART:
        return False
    return not any(each.required for each in found.fields.values())


def _field(schema: AnswerSchema, path: Path) -> Field | None:
    fields = schema.fields
    for name in path[:-1]:
        fields = fields[name].fields if name in fields else {}
    return fields.get(path[-1])
