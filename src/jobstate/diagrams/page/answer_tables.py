"""What answers look like, and how they are found, as data for the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from jobstate.conformance.answers import of_kind
from jobstate.conformance.report import SCHEMA_VERSION
from jobstate.finding.finder import CLOSED, MOST_LAYERS, MOST_VALUES, TOO_MANY
from jobstate.finding.recognition import AS_TEXTS, IDS, NO_KINDS, STATUS, Recogniser
from jobstate.model.answer_schema import DEEPEST
from jobstate.model.failure_causes import LeadingKind
from jobstate.model.fields import Field, FieldKind
from jobstate.model.schema_reader import own_fields
from jobstate.model.values import A_MAPPING, A_SEGMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.page.rule_tables import Table
    from jobstate.model.lifecycle import Lifecycle

#: What of a schema only those need who make answers.
_UNREAD: Final = frozenset(
    {"write", "actions", "codes", "listing", "asked", "at_creation", "offspring"}
)
#: What of it is said in the fields that it is of.
_IN_FIELDS: Final = frozenset({"mapping", "segment"})


def schema_table(lifecycle: Lifecycle) -> Table | None:
    """Return what answers look like without what is empty; None where nobody has written it."""
    schema = lifecycle.schema
    if schema is None:
        return None
    said = attrs.asdict(schema, filter=lambda each, value: bool(value) and each.name not in _UNREAD)
    shapes = [
        {
            "fields": _fields(shape.fields),
            "own": sorted(own_fields(schema, place)),
            "possible": sorted(schema.possible(shape)),
        }
        for place, shape in enumerate(schema.shapes)
    ]
    told = lifecycle.failure_cause
    causes = attrs.asdict(told) if isinstance(told, LeadingKind) else None
    expected = {key: each for key, each in schema.expected.items() if key not in _IN_FIELDS}
    return said | {
        "shapes": shapes,
        "expected": expected,
        "causes": causes,
        "lists": schema.lists,
        "examples": [attrs.asdict(each) for each in schema.examples()],
    }


def _fields(fields: Mapping[str, Field]) -> Table:
    return {name: _field(each) for name, each in fields.items()}


def _field(each: Field) -> Table:
    """Return a field as the page reads it: lists are of one kind, whatever they hold."""
    said: Table = {
        "kind": str(each.kind),
        "expected": each.expected,
        "required": each.required,
        "shortest": each.shortest,
        "longest": each.longest,
        "pattern": each.pattern,
        "segments": list(_segments(each)),
        "fields": _fields(each.fields),
    }
    inner = each.each
    if each.kind is FieldKind.PARTS:
        inner = Field(kind=FieldKind.PART, expected=A_MAPPING, fields=each.fields)
    if inner is not None:
        said |= {"kind": "list", "fields": {}, "each": _field(inner)}
    return {name: value for name, value in said.items() if value}


def _segments(each: Field) -> Iterator[Table]:
    """Yield what a text has to begin with so that each of its segments is right, in their order."""
    begin = ""
    for segment in each.segments:
        end = f"(?:{re.escape(segment.end)}|$)" if segment.end else "$"
        said = {"expected": each.expected, "segment": segment.name, "right": segment.expected}
        yield {
            "pattern": f"{begin}(?:{segment.pattern}){end}",
            "expected": A_SEGMENT.format(**said) if segment.name else each.expected,
        }
        begin += f"(?:{segment.pattern}){end}"


#: What is right of a line that the check did not print so.
A_REPORT: Final = f"a line of jobstate check --format json, schema version {SCHEMA_VERSION}"


def finding_table(lifecycle: Lifecycle) -> Table | None:
    """Return how answers are looked for, and what is said of what is none; None without schema."""
    if lifecycle.schema is None:
        return None
    recogniser = Recogniser([lifecycle])
    known = recogniser.known | {f"{each}{STATUS}" for each in NO_KINDS}
    return {
        "deepest": DEEPEST,
        "layers": MOST_LAYERS,
        "values": MOST_VALUES,
        "too_many": TOO_MANY,
        "closed": sorted(CLOSED),
        "stranger": f"^(?!(?:{'|'.join(sorted(known))})$)(.*){STATUS}$",
        "ids": IDS,
        "lacking": recogniser.lacking(lifecycle),
        "texts": AS_TEXTS,
        "nothing": recogniser.nothing,
        "of_kind": of_kind(lifecycle.name),
        "report": A_REPORT,
        "report_version": SCHEMA_VERSION,
    }
