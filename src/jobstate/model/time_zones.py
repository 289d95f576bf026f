"""Times that were printed without their zone: `assume_utc`, for whoever knows what it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jobstate.model.fields import Field, FieldKind
from jobstate.model.values import in_utc

if TYPE_CHECKING:
    from jobstate.model.answer_schema import AnswerSchema


def assume_utc(schema: AnswerSchema, answer: object) -> object:
    """Return one answer with the times that have no zone as times in UTC.

    Only where the schema has a time; what stands elsewhere, and what is no mapping, stays as it is.

    Args:
        schema: What answers about the kind of job look like.
        answer: The answer, or an event around one. It is not changed.
    """
    inside = {each.inside: Field.part(schema.fields) for each in schema.envelopes}
    return _in_utc({**inside, **schema.fields}, answer)


def _in_utc(fields: Mapping[str, Field], value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {
        name: _field_in_utc(fields[name], each) if name in fields else each
        for name, each in value.items()
    }


def _field_in_utc(field: Field, value: object) -> object:
    match field.kind:
        case FieldKind.TIME:
            return in_utc(value)
        case FieldKind.PART:
            return _in_utc(field.fields, value)
        case FieldKind.PARTS if isinstance(value, (list, tuple)):
            return [_in_utc(field.fields, each) for each in value]
    return value
