"""What a service's answers about a kind of job look like, as data: `AnswerSchema`.

A life cycle's reader and writer are made from one, and the page, the commands and the test helpers
read it. Whatever they need to know of a service's answers stands here, once for each kind of job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeAlias

import attrs
from attrs import field, frozen

from jobstate.model import values
from jobstate.model.console import Console
from jobstate.model.fields import SINGLE, Field, FieldKind
from jobstate.model.links import Link
from jobstate.model.observation import Moment
from jobstate.model.offspring import Offspring
from jobstate.model.operations import Action, ErrorCodes, Listing, Verb
from jobstate.model.states import MAIN, Outcome, _outcome

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


#: The names of fields, from the outside in.
Path: TypeAlias = tuple[str, ...]


def within(values: Any, path: Path) -> Any:  # noqa: ANN401 - whatever an answer holds
    """Return what stands at a path; None where nothing does."""
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


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


@frozen
class Sign:
    """How an answer shows a feature: by what a flag says, by a field's presence, by a count.

    Attributes:
        feature: The feature.
        path: The field; where it leads through lists, something in one of them is enough.
        test: How it shows it: by being there if nothing else is said; what excludes a feature
            shows by that that the job lacks it.
    """

    feature: str
    path: Path = field(converter=_path)
    test: FeatureTest = field(default=FeatureTest.THERE, kw_only=True)


@frozen
class EndSign:
    """How an answer shows more of an end than its status: by a flag, or by how a text begins.

    Attributes:
        status: The primary status that has to stand beside it.
        path: The field.
        outcome: What the job has come to; it counts where the state allows it (`State.finer`).
        cause: Why.
        begins: What the text begins with; empty where a flag that is true says it.
    """

    status: str
    path: Path = field(converter=_path)
    outcome: Outcome = field(converter=_outcome)
    cause: str
    begins: str = field(default="", kw_only=True)

    def holds(self, value: object) -> bool:
        """Return whether what stands there says so."""
        if self.begins:
            return isinstance(value, str) and value.startswith(self.begins)
        return value is True


@frozen(kw_only=True)
class StatusFields:
    """Where the status of a region stands.

    Attributes:
        region: The region's name; ``job`` where nobody says.
        primary: The primary status.
        secondary: The secondary status; empty where the region has none.
        previous: The primary status just before, which some events carry; empty where none does.
    """

    region: str = MAIN
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


@frozen
class Shape:
    """One of the shapes that answers about a kind of job have.

    Attributes:
        name: What it is called: ``describe``, ``list``.
        fields: Its fields by name.
        operation: The operation of the service that gives it; empty where none does.
        listed_in: The field of that operation's answer that holds a list of them; empty where the
            answer is one itself.
        listing: How that operation lists jobs; None where it tells of those that it is asked for.
        asked: The field of its request that says of which: one by its name where the answer is one
            itself, else some by their ids. By default the schema's `AnswerSchema.name`.
    """

    name: str
    fields: Mapping[str, Field]
    operation: str = field(default="", kw_only=True)
    listed_in: str = field(default="", kw_only=True)
    listing: Listing | None = field(default=None, kw_only=True)
    asked: str = field(default="", kw_only=True)


@frozen(kw_only=True)
class Envelope:
    """An event that has an answer in it.

    Attributes:
        inside: The field with the answer.
        marks: Fields that must have just this value, of which the first must be there.
        spelling: How statuses are spelt in it → how the service spells them elsewhere.
        write: Returns what stands in an event around an answer about a moment beside its marks;
            by default the answer alone.
        at_creation: One is sent when a job is created, not only when it changes.
    """

    inside: str
    marks: tuple[tuple[str, str], ...]
    spelling: Mapping[str, str] = field(factory=dict)
    write: Callable[[Mapping[str, Any], Moment], Mapping[str, Any]] | None = None
    at_creation: bool = True

    def around(self, answer: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
        """Return the event around an answer about a moment."""
        written = self.write(answer, moment) if self.write else {self.inside: dict(answer)}
        return {**dict(self.marks), **written}


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


def _every_value(schema: AnswerSchema) -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for shape in schema.shapes:
        found |= dict(_leaves(shape.fields, ()))
    return {name: path for name, path in found.items() if path != schema.id}


def _id_of(schema: AnswerSchema) -> Path:
    return schema.id


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
        name: What people call the job; its id where nobody says.
        places: Where the statuses stand.
        stays: Where the history stands; None where answers have none.
        modified: When the record was last changed; empty where answers don't say.
        ended: When the job ended; empty where no answer says so.
        not_before: Times before which it was not changed last, where `modified` is absent.
        failure_reason: Why the job failed, in the service's own words; empty where nothing says so.
        ends: How more of an end shows than its status says; the first that holds counts.
        tells: What an answer is known by in whatever wraps it: its status, its id, and what else it
            must have, where others' answers could have fields of these names. All are texts.
        links: Where it names the job's parent, of which the first counts that is there, and its
            children; what a child's name lies in may be an answer about the child.
        signs: How features show, in the order in which they are read: the last one decides.
        values: The names by which rules call fields → where they stand; that of a list stands for
            how many are in it. By default every text, time, count, flag and list outside of lists,
            by its path with dots.
        expected: What is right where no field's own `expected` says it: of a ``document``, an
            event's ``detail``, a ``list``, the ``depth`` of lists, a ``mapping`` in one; and
            ``required`` and ``segment``, made of a field's own, which is filled in.
        actions: What else callers can ask the service to do.
        codes: By which codes it refuses.
        offspring: How such a job makes others; None where it makes none.
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
    name: Path = field(default=attrs.Factory(_id_of, takes_self=True), converter=_path)
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
    signs: tuple[Sign, ...] = ()
    values: Mapping[str, Path] = field(
        default=attrs.Factory(_every_value, takes_self=True), converter=_paths
    )
    expected: Mapping[str, str] = field(factory=lambda: _EXPECTED)
    actions: tuple[Action, ...] = ()
    codes: ErrorCodes = field(factory=ErrorCodes)
    offspring: Offspring | None = None
    console: Console | None = None
    call: str = ""
    check: str = "jobstate check"
    examples: Callable[[], tuple[Example, ...]] = _no_examples

    @cached_property
    def nested(self) -> tuple[Path, ...]:
        """The parts that may be answers about children: those with their ids."""
        within = (each.path[:-1] for each in self.links if each.child)
        return tuple(dict.fromkeys(filter(None, within)))

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields of all shapes, by name; of several shapes as the first has it."""
        found: dict[str, Field] = {}
        for shape in reversed(self.shapes):
            found |= shape.fields
        return found

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The fields of answers that hold a list of them."""
        return tuple(dict.fromkeys(each.listed_in for each in self.shapes if each.listed_in))

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The operations of the service that give answers."""
        return tuple(dict.fromkeys(each.operation for each in self.shapes if each.operation))

    def action(self, verb: Verb) -> Action | None:
        """Return the first action of a kind; None where the service has none."""
        return next((each for each in self.actions if each.verb is verb), None)

    def possible(self, shape: Shape) -> frozenset[str]:
        """Return the names of the values that answers of a shape can have."""
        leaves = {path for _, path in _leaves(shape.fields, ())}
        return frozenset(name for name, path in self.values.items() if path in leaves)


def _leaves(fields: Mapping[str, Field], above: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for name, each in fields.items():
        path = (*above, name)
        if each.kind in SINGLE:
            found.append((".".join(path), path))
        elif each.kind is FieldKind.PART:
            found += _leaves(each.fields, path)
    return found
