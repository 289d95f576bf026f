"""What a service's answers about a kind of job look like, as data: `AnswerSchema`.

A life cycle's reader and writer are made from one, and the page, the commands and the test helpers
read it. Whatever they need to know of a service's answers stands here, once for each kind of job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias

import attrs
from attrs import field, frozen

from jobstate.model import values
from jobstate.model.console import Console
from jobstate.model.links import Link
from jobstate.model.states import Outcome, _outcome

#: How many mappings and lists may be around an answer.
DEEPEST: Final = 16
#: What is right of what is no field.
_EXPECTED: Final = {
    "document": "an answer about a job, an event, or a list of these",
    "detail": "what the event says of a job",
    "list": "a list",
    "depth": f"at most {DEEPEST} mappings and lists within each other",
    "mapping": values.A_MAPPING,
    "segment": values.A_SEGMENT,
    "required": values.REQUIRED,
}


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
_SINGLE: Final = frozenset(FieldKind) - {FieldKind.STATUS, FieldKind.PART}


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


#: The names of fields, from the outside in.
Path: TypeAlias = tuple[str, ...]


def _path(path: Path | str) -> Path:
    return tuple(path.split(".")) if isinstance(path, str) and path else tuple(path)


def _paths(paths: Mapping[str, Path | str]) -> Mapping[str, Path]:
    return {name: _path(path) for name, path in paths.items()}


def _some(paths: tuple[Path | str, ...]) -> tuple[Path, ...]:
    return tuple(map(_path, paths))


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
    path: Path = field(converter=_path)
    test: FeatureTest


@frozen(kw_only=True)
class EndSign:
    """How an answer shows more of an end than its status: by a flag, or by how a text begins.

    Attributes:
        status: The primary status that has to stand beside it.
        path: The field.
        begins: What the text begins with; empty where a flag that is true says it.
        outcome: What the job has come to; it counts where the state allows it (`State.finer`).
        cause: Why.
    """

    status: str
    path: Path = field(converter=_path)
    begins: str = ""
    outcome: Outcome = field(converter=_outcome)
    cause: str

    def holds(self, value: object) -> bool:
        """Return whether what stands there says so."""
        if self.begins:
            return isinstance(value, str) and value.startswith(self.begins)
        return value is True


@frozen(kw_only=True)
class StatusFields:
    """Where the status of a region stands.

    Attributes:
        region: The region's name.
        primary: The primary status.
        secondary: The secondary status; empty where the region has none.
        previous: The primary status just before, which some events carry; empty where none does.
    """

    region: str
    primary: Path = field(converter=_path)
    secondary: Path = field(default=(), converter=_path)
    previous: Path = field(default=(), converter=_path)


@frozen(kw_only=True)
class Stays:
    """Where a history stands, and the names within each of its entries.

    Attributes:
        path: The list.
        status, start, end, message: A visible status, when the stay began, when it ended, and the
            service's own words.
    """

    path: Path = field(converter=_path)
    status: str
    start: str
    end: str
    message: str = ""


@frozen(kw_only=True)
class Shape:
    """One of the shapes that answers about a kind of job have.

    Attributes:
        name: What it is called: ``describe``, ``list``.
        fields: Its fields by name.
        operation: The operation of the service that gives it; empty where none does.
        listed_in: The field of that operation's answer that holds a list of them; empty where the
            answer is one itself.
    """

    name: str
    fields: Mapping[str, Field]
    operation: str = ""
    listed_in: str = ""


@frozen(kw_only=True)
class Envelope:
    """An event that has an answer in it.

    Attributes:
        inside: The field with the answer.
        marks: Fields that must have just this value, of which the first must be there.
        spelling: How statuses are spelt in it → how the service spells them elsewhere.
    """

    inside: str
    marks: tuple[tuple[str, str], ...]
    spelling: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Example:
    """An answer to try.

    Attributes:
        title: What it shows.
        text: The answer, as the service's own tool prints it.
    """

    title: str
    text: str


def _no_examples() -> tuple[Example, ...]:
    return ()


@frozen(kw_only=True, eq=False)
class AnswerSchema:
    """What answers about a kind of job look like. Paths may be given with dots: ``Pool.Status``.

    Attributes:
        kind: The name of the life cycle.
        service: The service's name, as its client has it.
        shapes: The shapes of answers, those with more fields first. An answer has the first of
            which it has a field that no later shape has, else the last.
        envelopes: The events that may be around one.
        id: The field that identifies a job together with its time of creation; in every shape.
        created: When the job was created; empty where no answer says so. An answer without it is
            about the newest job of its id.
        name: What people call the job.
        places: Where the statuses stand.
        stays: Where the history stands; None where answers have none.
        modified: When the record was last changed; empty where answers don't say.
        ended: When the job ended; empty where no answer says so.
        not_before: Times before which it was not changed last, where `modified` is absent.
        failure_reason: Why the job failed, in the service's own words; empty where nothing says so.
        ends: How more of an end shows than its status says; the first that holds counts.
        tells: What an answer is known by in whatever wraps it: its status, its id, and what else it
            must have, where others' answers could have fields of these names. All are texts.
        nested: Where it holds an answer about a job that belongs to its own.
        links: Where it names the job's parent; the first that does counts.
        signs: How features show, in the order in which they are read: the last one decides.
        values: The names by which rules call fields → where they stand; that of a list stands for
            how many are in it. By default every text, time, count, flag and list outside of lists,
            by its path with dots.
        expected: What is right where no field's own `expected` says it: of a ``document``, an
            event's ``detail``, a ``list``, the ``depth`` of lists, a ``mapping`` in one; and
            ``required`` and ``segment``, made of a field's own, which is filled in.
        console: Where people look at a job; None where nowhere.
        call: What prints one: ``aws sagemaker describe-training-job``; empty where nothing does.
        check: What judges one by every rule.
        examples: Returns some to try.
    """

    kind: str
    service: str
    shapes: tuple[Shape, ...]
    envelopes: tuple[Envelope, ...] = ()
    id: Path = field(converter=_path)
    created: Path = field(default=(), converter=_path)
    name: Path = field(converter=_path)
    places: tuple[StatusFields, ...]
    stays: Stays | None = None
    modified: Path = field(default=(), converter=_path)
    ended: Path = field(default=(), converter=_path)
    not_before: tuple[Path, ...] = field(default=(), converter=_some)
    failure_reason: Path = field(default=(), converter=_path)
    ends: tuple[EndSign, ...] = ()
    links: tuple[Link, ...] = ()
    tells: tuple[Path, ...] = field(
        default=attrs.Factory(
            lambda schema: (schema.places[0].primary, schema.id), takes_self=True
        ),
        converter=_some,
    )
    nested: tuple[Path, ...] = field(default=(), converter=_some)
    signs: tuple[Sign, ...] = ()
    values: Mapping[str, Path] = field(
        default=attrs.Factory(lambda schema: _every_value(schema), takes_self=True),  # noqa: PLW0108 - it stands below
        converter=_paths,
    )
    expected: Mapping[str, str] = field(factory=lambda: _EXPECTED)
    console: Console | None = None
    call: str = ""
    check: str = "jobstate check"
    examples: Callable[[], tuple[Example, ...]] = _no_examples

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The fields of answers that hold a list of them."""
        return tuple(dict.fromkeys(each.listed_in for each in self.shapes if each.listed_in))

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The operations of the service that give answers."""
        return tuple(dict.fromkeys(each.operation for each in self.shapes if each.operation))

    def possible(self, shape: Shape) -> frozenset[str]:
        """Return the names of the values that answers of a shape can have."""
        leaves = {path for _, path in _leaves(shape.fields, ())}
        return frozenset(name for name, path in self.values.items() if path in leaves)


def _every_value(schema: AnswerSchema) -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for shape in schema.shapes:
        found |= dict(_leaves(shape.fields, ()))
    return {name: path for name, path in found.items() if path != schema.id}


def _leaves(fields: Mapping[str, Field], above: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for name, each in fields.items():
        path = (*above, name)
        if each.kind in _SINGLE:
            found.append((".".join(path), path))
        elif each.kind is FieldKind.PART:
            found += _leaves(each.fields, path)
    return found
