"""`SchemaReader`: how answers become observations, by an `AnswerSchema` alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import attrs

from jobstate.errors import ObservationError, Problem, shown
from jobstate.model.answer_schema import FeatureTest
from jobstate.model.fields import Field, FieldKind
from jobstate.model.observation import Entry, JobKey, Observation, Shown
from jobstate.model.values import (
    Refused,
    read_count,
    read_flag,
    read_matching,
    read_status,
    read_text,
    read_time,
    refused,
)

if TYPE_CHECKING:
    from datetime import datetime

    from jobstate.model.answer_schema import AnswerSchema, EndSign, Envelope, Path, Sign
    from jobstate.model.links import Link
    from jobstate.model.specification import FailureCause

#: What is read of an answer: values by name, those of parts within.
_Record: TypeAlias = "dict[str, Any]"
_Read: TypeAlias = Callable[[object], object]

_TELLS: Final[Mapping[FeatureTest, Callable[[Any], bool | None]]] = {
    FeatureTest.IS: lambda value: value,
    FeatureTest.THERE: lambda _: True,
    FeatureTest.POSITIVE: lambda value: True if value > 0 else None,
    FeatureTest.EXCLUDED: lambda _: False,
}


class SchemaReader:
    """Reads a service's answers about a kind of job, as their schema says."""

    def __init__(self, schema: AnswerSchema, failure_cause: FailureCause | None = None) -> None:
        """Compile a schema.

        Args:
            schema: What answers look like.
            failure_cause: Returns the cause that the service's own words for a failure stand for.
        """
        self.schema = schema
        self._failure_cause = failure_cause
        self._parents = tuple(link for link in schema.links if not link.child)
        self._children = tuple(link for link in schema.links if link.child)
        self._shapes = [
            (
                own_fields(schema, place),
                _reader_of(schema, shape.fields),
                schema.possible(shape),
            )
            for place, shape in enumerate(schema.shapes)
        ]

    def __reduce__(self) -> tuple[type[SchemaReader], tuple[object, ...]]:
        """Pickle what it was made of; the rest is compiled again."""
        return type(self), (self.schema, self._failure_cause)

    @property
    def fields(self) -> frozenset[str]:
        """Every name that `Observation.fields` may hold."""
        return frozenset(self.schema.values)

    def takes(self, value: object) -> bool:
        """Return whether something is an answer's form: a mapping, or a record of the reader's."""
        return isinstance(value, Mapping)

    def lenient(self) -> SchemaReader:
        """Return a reader by the same schema that takes answers whatever they leave out."""
        fields = self.schema.fields.items()
        free = {name: attrs.evolve(each, required=False) for name, each in fields}
        shapes = (attrs.evolve(self.schema.shapes[0], fields=free),)
        return SchemaReader(attrs.evolve(self.schema, shapes=shapes), self._failure_cause)

    # --- Events ---------------------------------------------------------------------------------

    def is_event(self, answer: Mapping[str, object]) -> bool:
        """Return whether something looks like an event around an answer."""
        return any(
            each.inside in answer or each.marks[0][0] in answer for each in self.schema.envelopes
        )

    def envelope_of(self, event: Mapping[str, object]) -> tuple[Envelope, list[Problem]]:
        """Return which envelope an event is, and why there is no answer in it."""
        envelopes = self.schema.envelopes
        (first, _), *_ = envelopes[0].marks
        marked = [each for each in envelopes if event.get(first) == each.marks[0][1]]
        envelope = (marked or envelopes)[0]
        problems = []
        if not marked:
            wanted = " or ".join(repr(each.marks[0][1]) for each in envelopes)
            problems.append(Problem(first, wanted, shown(event.get(first))))
        for name, value in envelope.marks[1:]:
            # Events that were trimmed on the way may lack it; one that names another is another's.
            given = event.get(name)
            if given is not None and given != value:
                problems.append(Problem(name, repr(value), shown(given)))
        held = event.get(envelope.inside)
        if not isinstance(held, Mapping):
            problems.append(Problem(envelope.inside, self.schema.expected["detail"], shown(held)))
        return envelope, problems

    # --- Answers --------------------------------------------------------------------------------

    def read(self, answer: object) -> Observation:
        """Return what an answer about one job, or an event, says.

        Raises:
            ObservationError: The answer can't be read; it lists every problem.
        """
        if not isinstance(answer, Mapping) or not self.is_event(answer):
            return self._observation(answer, {})
        envelope, problems = self.envelope_of(answer)
        if problems:
            raise ObservationError(problems)
        try:
            return self._observation(answer[envelope.inside], envelope.spelling)
        except ObservationError as error:
            raise error.under(envelope.inside) from None

    def _observation(self, answer: object, spelling: Mapping[str, str]) -> Observation:
        """Return what an answer says that no event is around any more."""
        if not isinstance(answer, Mapping):
            raise ObservationError([Problem("", self.schema.expected["mapping"], shown(answer))])
        *fuller, thin = self._shapes
        _, read, possible = next((each for each in fuller if not each[0].isdisjoint(answer)), thin)
        record = read(answer)
        if isinstance(record, Refused):
            raise ObservationError(record.problems)
        return self._observed(cast("_Record", record), possible, spelling)

    def _observed(
        self, record: _Record, possible: frozenset[str], spelling: Mapping[str, str]
    ) -> Observation:
        schema = self.schema
        reason = _at(record, schema.failure_reason) if schema.failure_reason else None
        created = _at(record, schema.created) if schema.created else None
        modified = _at(record, schema.modified) if schema.modified else None
        cause = self._failure_cause(reason) if reason and self._failure_cause else None
        shown_now = _shown(schema, record, spelling)
        end = _end(schema, record, shown_now) if schema.ends else None
        return Observation(
            job=JobKey(schema.kind, _at(record, schema.id), created),
            shown=shown_now,
            features=_features(schema.signs, record),
            entries=_entries(schema, record),
            modified=modified,
            modified_not_before=None if modified is not None else _latest(schema, record),
            outcome=end.outcome if end else None,
            cause=end.cause if end else cause,
            failure_reason=reason,
            fields=_present(schema.values, record),
            possible=possible,
            parent=_parent(self._parents, record) if self._parents else None,
            children=_children(self._children, record) if self._children else (),
        )


def own_fields(schema: AnswerSchema, place: int) -> frozenset[str]:
    """Return the fields of a shape that no later one has."""
    shape, *later = schema.shapes[place:]
    return frozenset(shape.fields).difference(*(each.fields for each in later))


# --- What is read of an answer --------------------------------------------------------------------


def _at(record: _Record, path: Path) -> Any:  # noqa: ANN401 - whatever the field holds
    found: Any = record
    for name in path:
        if found is None:
            return None
        found = found.get(name)
    return found


def _all_at(record: _Record, path: Path) -> list[Any]:
    """Return what stands at a path, of lists in it whatever each of them has."""
    found: list[Any] = [record]
    for name in path:
        values = [each[name] for each in found if name in each]
        found = [one for each in values for one in (each if isinstance(each, list) else [each])]
    return found


def _shown(schema: AnswerSchema, record: _Record, spelling: Mapping[str, str]) -> dict[str, Shown]:
    found = {}
    for place in schema.places:
        primary = _at(record, place.primary)
        if primary is not None:
            others = (place.secondary, place.previous)
            rest = [_at(record, path) if path else None for path in others]
            spelt = [spelling.get(each or "", each) for each in (primary, *rest)]
            found[place.region] = _status(*spelt)
    return found


# There are few pairs of statuses and many answers. Unknown statuses are bounded in length, so what
# a hostile source can make this hold is bounded too.
@lru_cache(maxsize=256)
def _status(primary: str, secondary: str | None, previous: str | None) -> Shown:
    return Shown(primary, secondary, previous)


def _features(signs: tuple[Sign, ...], record: _Record) -> dict[str, bool]:
    features: dict[str, bool] = {}
    for sign in signs:
        values = _all_at(record, sign.path)
        tells = _TELLS[sign.test](values[0]) if values else None
        if tells is not None:
            features[sign.feature] = tells
    return features


def _end(schema: AnswerSchema, record: _Record, shown: Mapping[str, Shown]) -> EndSign | None:
    """Return what shows more of an end than its status; None where nothing does."""
    status = shown.get(schema.places[0].region)
    primary = None if status is None else status.primary
    told = (each for each in schema.ends if each.status == primary)
    return next((each for each in told if each.holds(_at(record, each.path))), None)


def _parent(links: tuple[Link, ...], record: _Record) -> JobKey | None:
    named = ((link, _at(record, link.path)) for link in links)
    found = (link.job(value) for link, value in named if value)
    return next((parent for parent in found if parent is not None), None)


def _children(links: tuple[Link, ...], record: _Record) -> tuple[JobKey, ...]:
    found = (link.job(value) for link in links for value in _all_at(record, link.path))
    return tuple(child for child in found if child is not None)


def _entries(schema: AnswerSchema, record: _Record) -> tuple[Entry, ...]:
    stays = schema.stays
    if stays is None:
        return ()
    return tuple(
        Entry(each[stays.status], each[stays.start], each.get(stays.end), each.get(stays.message))
        for each in _at(record, stays.path) or ()
    )


def _latest(schema: AnswerSchema, record: _Record) -> datetime | None:
    times = (time for path in schema.not_before for time in _all_at(record, path))
    return max(times, default=None)


def _present(names: Mapping[str, Path], record: _Record) -> dict[str, object]:
    # Some sources print an empty text for what a job does not have; 0 is something.
    pairs = ((name, _at(record, path)) for name, path in names.items())
    return {
        name: len(value) if type(value) is list else value
        for name, value in pairs
        if value or value in (0, [])
    }


# --- Fields ---------------------------------------------------------------------------------------


def _reader_of(schema: AnswerSchema, fields: Mapping[str, Field]) -> _Read:
    """Return what reads a mapping with these fields: what is there, or all that is wrong."""
    plan = [
        (name, each, _value_reader(schema, each), refused(each.expected, None))
        for name, each in fields.items()
    ]

    def read(value: object) -> object:
        if not isinstance(value, Mapping):
            return Refused((Problem("", schema.expected["mapping"], shown(value)),))
        record: _Record = {}
        problems: list[Problem] = []
        for name, each, reads, missing in plan:
            given = value.get(name)
            if given is None:
                if each.required:
                    problems += (problem.under(name) for problem in missing.problems)
                continue
            found = reads(given)
            if type(found) is Refused:
                problems += (problem.under(name) for problem in found.problems)
            else:
                record[name] = found
        return Refused(tuple(problems)) if problems else record

    return read


_SCALARS: Final[Mapping[FieldKind, _Read]] = {
    FieldKind.TIME: cast("_Read", read_time),
    FieldKind.COUNT: cast("_Read", read_count),
    FieldKind.FLAG: cast("_Read", read_flag),
    FieldKind.STATUS: read_status,
}


def _value_reader(schema: AnswerSchema, each: Field) -> _Read:
    match each.kind:
        case FieldKind.TEXT:
            return text_reader(each)
        case FieldKind.PART:
            return _reader_of(schema, each.fields)
        case FieldKind.PARTS:
            return partial(_read_list, each, _reader_of(schema, each.fields))
        case FieldKind.TEXTS:
            return partial(_read_list, each, text_reader(cast("Field", each.each)))
        case scalar:
            return _SCALARS[scalar]


def text_reader(each: Field) -> _Read:
    """Return what reads the values of a field that holds a text; `Refused` is what does not fit."""
    if not each.pattern and not each.shortest:
        return partial(read_text, longest=each.longest)
    matches = re.compile(each.pattern or r"[\s\S]*", re.ASCII).fullmatch
    lengths = range(each.shortest, each.longest + 1)
    return lambda value: read_matching(value, lengths, matches, each.expected, each.segments)


def _read_list(each: Field, read: _Read, value: object) -> object:
    if not isinstance(value, (list, tuple)) or len(value) > each.longest:
        return refused(each.expected, value)
    found = [read(one) for one in value]
    problems = [
        problem.under(f"[{place}]")
        for place, one in enumerate(found)
        if isinstance(one, Refused)
        for problem in one.problems
    ]
    return Refused(tuple(problems)) if problems else found
