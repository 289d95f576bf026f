"""`SchemaWriter`: how a service answers about a moment of a job's life, by an `AnswerSchema`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import field, frozen

from jobstate.errors import ObservationError
from jobstate.model.answer_schema import AnswerSchema, within
from jobstate.model.observation import JobKey, Moment
from jobstate.model.operations import NOWHERE, Place
from jobstate.model.schema_reader import text_reader
from jobstate.model.values import Refused

if TYPE_CHECKING:
    from jobstate.model.answer_schema import Path, Shape

#: Returns what a field says of a moment; None leaves it out.
Said: TypeAlias = Callable[[Moment], object]

#: The form of answers that come in an event.
EVENT: Final = "event"


# --- What fields say ------------------------------------------------------------------------------


def id_of(moment: Moment) -> str:
    """Return the id of the job."""
    return moment.job.id


def name_of(moment: Moment) -> str:
    """Return the name of the job, as its id has it."""
    return moment.job.name


def created(moment: Moment) -> datetime:
    """Return when the job was created, as finely as it is known."""
    return moment.entries[0].start


def modified(moment: Moment) -> datetime:
    """Return when something last changed."""
    return moment.modified


def ended(moment: Moment) -> datetime | None:
    """Return when the job came to a final state; None before."""
    return moment.ended


@frozen
class Began:
    """Says when the job first came to one of some statuses.

    Attributes:
        statuses: The statuses, as histories print them.
    """

    statuses: tuple[str, ...]

    def __call__(self, moment: Moment) -> datetime | None:
        """Return when; None if it never did."""
        return next((each.start for each in moment.entries if each.status in self.statuses), None)


@frozen
class Failed:
    """Says why the job failed, once it has.

    Attributes:
        status: The status of jobs that have failed.
        otherwise: The words of a service that always has some, for lives that have none.
    """

    status: str
    otherwise: str | None = None

    def __call__(self, moment: Moment) -> str | None:
        """Return the service's words; None of a job that has not failed."""
        failed = any(self.status in each for each in moment.shown.values())
        return (moment.failure or self.otherwise) if failed else None


@frozen
class AfterTheEnd:
    """Says the same of every job that has ended.

    Attributes:
        value: What it says.
    """

    value: object

    def __call__(self, moment: Moment) -> object:
        """Return the value; None before."""
        return None if moment.ended is None else self.value


@frozen
class Always:
    """Says the same of every job.

    Attributes:
        value: What it says.
    """

    value: object

    def __call__(self, _: Moment) -> object:
        """Return the value."""
        return self.value


@frozen
class Having:
    """Says the same of every job that has a feature.

    Attributes:
        feature: The feature.
        value: What it says.
    """

    feature: str
    value: object

    def __call__(self, moment: Moment) -> object:
        """Return the value; None of the others."""
        return self.value if moment.features.get(self.feature) else None


def _fields(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


@frozen
class Asked:
    """Says what a request about the job said, whose fields answers may have elsewhere.

    Attributes:
        path: The field as answers repeat it.
        otherwise: What it says where nobody has asked for anything.
    """

    path: tuple[str, ...] = field(converter=_fields)
    otherwise: object = None

    def __call__(self, moment: Moment) -> object:
        """Return the value."""
        found = within(moment.asked, self.path)
        return self.otherwise if found is None else found


def repeated(moment: Moment, shape: Shape, schema: AnswerSchema) -> dict[str, Any]:
    """Return the fields that answers of a shape repeat from requests: all, if it says most."""
    everything = shape is schema.shapes[0]
    return {n: each for n, each in moment.asked.items() if everything or n in shape.fields}


# --- Answers --------------------------------------------------------------------------------------


def _named(name: str, _created: datetime, _place: Place) -> str:
    return name


@frozen
class SchemaWriter:
    """Answers as a service does about a kind of job, in each shape of its schema and in events.

    Attributes:
        schema: What answers look like.
        says: What fields say, by their paths, beside what goes where the schema has it: statuses
            and history, id and name, the times of creation and modification.
        id_for: Returns the id of a job of some name, created at some time in some place: the name
            itself where nobody says.
        in_milliseconds: Times are whole milliseconds since 1970, as some services send them.
    """

    schema: AnswerSchema
    says: Mapping[str, Said] = field(factory=dict)
    id_for: Callable[[str, datetime, Place], str] = field(default=_named, kw_only=True)
    in_milliseconds: bool = field(default=False, kw_only=True)

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of its answers, the one that says most first."""
        events = (EVENT,) if self.schema.envelopes else ()
        return (*(shape.name for shape in self.schema.shapes), *events)

    @property
    def longest_name(self) -> int:
        """How many characters the name of a job can have."""
        return self.schema.shapes[0].fields[self.schema.name[0]].longest

    def key(self, name: str, created: datetime, place: Place = NOWHERE) -> JobKey:
        """Return the key of a job of that name, in an account and a region.

        Raises:
            ObservationError: No job can be called so.
        """
        path = self.schema.name
        named = self.schema.shapes[0].fields[path[0]]
        read = text_reader(named)(name)
        if isinstance(read, Refused):
            raise ObservationError(problem.under(".".join(path)) for problem in read.problems)
        return JobKey(self.schema.kind, self.id_for(name, created, place), created)

    def write(self, moment: Moment, form: str) -> dict[str, Any]:
        """Return the answer about a moment; times are aware datetimes."""
        shapes = {shape.name: shape for shape in self.schema.shapes}
        answer = self._answer(moment, shapes.get(form, self.schema.shapes[0]))
        if self.in_milliseconds:
            answer = with_milliseconds(answer)
        return self.schema.envelopes[0].around(answer, moment) if form == EVENT else answer

    @cached_property
    def _said(self) -> Mapping[Path, Said]:
        schema = self.schema
        places = (schema.name, schema.id, schema.created, schema.modified)
        known = zip(places, (name_of, id_of, created, modified), strict=True)
        own = {tuple(path.split(".")): said for path, said in self.says.items()}
        return {path: said for path, said in known if path} | own

    def _answer(self, moment: Moment, shape: Shape) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for path, said in self._said.items():
            _put(answer, shape, path, said(moment))
        for place in self.schema.places:
            status = moment.shown.get(place.region)
            if status is not None:
                _put(answer, shape, place.primary, status.primary)
                if place.secondary:
                    _put(answer, shape, place.secondary, status.secondary)
                if place.previous:
                    _put(answer, shape, place.previous, _previous(moment, status.primary))
        stays = self.schema.stays
        if stays is not None:
            names = (stays.status, stays.start, stays.end, stays.message)
            listed = [
                {name: value for name, value in zip(names, values, strict=True) if value}
                for each in moment.entries
                for values in [(each.status, each.start, each.end, each.message)]
            ]
            _put(answer, shape, stays.path, listed)
        return answer | repeated(moment, shape, self.schema)


def _previous(moment: Moment, now: str) -> str | None:
    """Return the status that the history had before this one; what is gone has no entry there."""
    passed = [each.status for each in moment.entries]
    before = passed[:-1] if passed[-1] == now else passed
    return before[-1] if before else None


def with_milliseconds(value: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    """Return a value with times as whole milliseconds since 1970."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, Mapping):
        return {name: with_milliseconds(each) for name, each in value.items()}
    if isinstance(value, list):
        return [with_milliseconds(each) for each in value]
    return value


def _put(answer: dict[str, Any], shape: Shape, path: Path, value: object) -> None:
    """Put a value where it belongs, in shapes that have the field."""
    if value is None or path[0] not in shape.fields:
        return
    *above, name = path
    for each in above:
        answer = answer.setdefault(each, {})
    answer[name] = value
