"""What one field of an answer holds, as data: `Field`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import attrs
from attrs import field, frozen

from jobstate.model import values


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    STATUS = "status"
    TIME = "time"
    COUNT = "count"
    FLAG = "flag"
    PART = "part"
    PARTS = "parts"
    TEXTS = "texts"


#: The kinds that hold one value that rules can speak of; of a list that is how many are in it.
SINGLE: Final = frozenset(FieldKind) - {FieldKind.STATUS, FieldKind.PART}


@frozen(kw_only=True)
class Field:
    """One field of an answer. Null counts as absent.

    Attributes:
        kind: What it holds.
        expected: What is right, in words.
        required: An answer without it can't be read.
        shortest, longest: Of a text: how many characters; of parts and texts: how many there are;
            of a count: the least and the most.
        pattern: A regular expression over ASCII that all of a text must match; empty for none.
        segments: Its parts, to say which one is wrong; with their ends they match what it does.
        fields: Of a part, and of each of the parts: its fields by name.
        each: What each of the texts is.
    """

    kind: FieldKind
    expected: str = ""
    required: bool = False
    shortest: int = 0
    longest: int = 0
    pattern: str = ""
    segments: tuple[values.Segment, ...] = ()
    fields: Mapping[str, Field] = field(factory=dict)
    each: Field | None = None

    @classmethod
    def text(
        cls,
        longest: int,
        *,
        shortest: int = 0,
        pattern: str = "",
        expected: str = "",
        required: bool = False,
    ) -> Field:
        """Return a field that holds a text of so many characters."""
        return cls(
            kind=FieldKind.TEXT,
            expected=expected or values.a_text(longest),
            required=required,
            shortest=shortest,
            longest=longest,
            pattern=pattern,
        )

    @classmethod
    def status(cls, *, required: bool = False) -> Field:
        """Return a field that holds a status, known or not."""
        return cls(
            kind=FieldKind.STATUS,
            expected=values.A_STATUS,
            required=required,
            shortest=1,
            longest=values.LONGEST_STATUS,
        )

    @classmethod
    def time(cls, *, required: bool = False) -> Field:
        """Return a field that holds a time."""
        return cls(kind=FieldKind.TIME, expected=values.A_TIME, required=required)

    @classmethod
    def count(cls, *, required: bool = False) -> Field:
        """Return a field that holds a count, or a number of seconds."""
        return cls(
            kind=FieldKind.COUNT,
            expected=values.A_COUNT,
            required=required,
            longest=values.LARGEST_COUNT,
        )

    @classmethod
    def flag(cls, *, required: bool = False) -> Field:
        """Return a field that is true or false."""
        return cls(kind=FieldKind.FLAG, expected=values.A_FLAG, required=required)

    @classmethod
    def part(cls, fields: Mapping[str, Field], *, required: bool = False) -> Field:
        """Return a field that has fields of its own."""
        return cls(kind=FieldKind.PART, expected=values.A_MAPPING, required=required, fields=fields)

    @classmethod
    def parts(cls, fields: Mapping[str, Field], longest: int, *, expected: str = "") -> Field:
        """Return a field that holds a list of what has fields of its own."""
        return cls(
            kind=FieldKind.PARTS,
            expected=expected or f"a list of at most {longest:,}",
            longest=longest,
            fields=fields,
        )

    @classmethod
    def texts(cls, each: Field, longest: int) -> Field:
        """Return a field that holds a list of texts."""
        return cls(
            kind=FieldKind.TEXTS,
            expected=f"a list of at most {longest:,}",
            longest=longest,
            each=attrs.evolve(each, required=True),
        )
