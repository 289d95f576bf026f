"""What a service's answers look like, as data: for whoever reads them without Python.

Plain data; imports nothing of jobstate. The reader that a life cycle brings along may have one as
its `form`; a test holds the two against each other. `jobstate.diagrams.page` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen


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
        fields: Of a part, and of each of the parts: its fields by name.
        each: What each of the texts is.
    """

    kind: FieldKind
    expected: str = ""
    required: bool = False
    shortest: int = 0
    longest: int = 0
    pattern: str = ""
    fields: Mapping[str, Field] = field(factory=dict)
    each: Field | None = None


#: The names of fields, from the outside in.
Path: TypeAlias = tuple[str, ...]


class FeatureTest(StrEnum):
    """How a field shows a feature."""

    IS = "is"
    THERE = "there"
    POSITIVE = "positive"
    EXCLUDED = "excluded"


@frozen(kw_only=True)
class Sign:
    """How an answer shows a feature: by what a flag says, by a field's presence, by a count.

    Attributes:
        feature: The feature.
        path: The field; where it leads through lists, something in one of them is enough.
        test: How it shows it; what excludes a feature shows by its presence that the job lacks it.
    """

    feature: str
    path: Path
    test: FeatureTest


@frozen(kw_only=True)
class StatusFields:
    """Where the status of a region stands.

    Attributes:
        region: The region's name.
        primary: The primary status.
        secondary: The secondary status; empty where the region has none.
    """

    region: str
    primary: Path
    secondary: Path = ()


@frozen(kw_only=True)
class Stays:
    """Where a history stands, and the names within each of its entries.

    Attributes:
        path: The list.
        status, start, end: A visible status, when the stay began, and when it ended.
    """

    path: Path
    status: str
    start: str
    end: str


@frozen(kw_only=True)
class Envelope:
    """An event that has an answer in it.

    Attributes:
        inside: The field with the answer.
        marks: Fields that must have just this value, of which the first must be there.
    """

    inside: str
    marks: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Example:
    """An answer to try.

    Attributes:
        title: What it shows.
        text: The answer, as the service's own tool prints it.
    """

    title: str
    text: str


@frozen(kw_only=True)
class AnswerSchema:
    """What answers look like.

    Attributes:
        expected: What is right where no field's own `expected` says it: of a ``document``, an
            event's ``detail``, a ``list``, the ``depth`` of lists, a ``mapping`` in one; and
            ``required``, which makes it of a field's own, filled into ``{expected}``.
        call: What prints one: ``aws sagemaker describe-training-job``.
        check: What judges one by every rule.
        shapes: The fields of answers by name. An answer has the first shape if it has a field
            that only this shape has, else the second.
        lists: The fields of which each holds a list of answers.
        envelope: The event that may be around one.
        deepest: How many lists may lie within each other.
        identity: The fields that tell whose answer it is: a name, a time of creation.
        places: Where the statuses stand.
        stays: Where the history stands.
        modified: When the answer was last changed.
        failure_reason: Why the job failed, in the service's own words; empty where nothing says so.
        signs: How features show, in the order in which they are read: the last one decides.
        values: The names by which rules call fields → where they stand.
        examples: Some to try.
    """

    expected: Mapping[str, str]
    call: str
    check: str
    shapes: tuple[Mapping[str, Field], Mapping[str, Field]]
    lists: tuple[str, ...]
    envelope: Envelope
    deepest: int
    identity: tuple[Path, Path]
    places: tuple[StatusFields, ...]
    stays: Stays
    modified: Path
    failure_reason: Path = ()
    signs: tuple[Sign, ...]
    values: Mapping[str, Path]
    examples: tuple[Example, ...] = ()
