"""Verdicts on dictionaries that are no answers: what a query, or a person, left of some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.common.text import cut
from jobstate.conformance.check import Series
from jobstate.errors import ObservationError, Problem, shown
from jobstate.finding.spelling import folded
from jobstate.model.answer_schema import DEEPEST, within
from jobstate.model.kinds import Kinds
from jobstate.model.lifecycle import derived
from jobstate.model.observation import JobKey, Shown
from jobstate.model.time_zones import assume_utc

if TYPE_CHECKING:
    from jobstate.conformance.report import Report
    from jobstate.model.answer_schema import Path
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation
    from jobstate.model.schema_reader import SchemaReader

#: What people call the fields for which each schema has names of its own, as `folded` has it.
_STATUS: Final = ("status", "state")
_SECONDARY: Final = ("secondary", "secondarystatus")
_REASON: Final = ("failurereason", "failure", "reason")
_NAME: Final = ("name", "jobname", "arn", "id")
#: How much is kept of what names a job, and how many keys are told.
_LONGEST_NAME: Final = 256
_KEYS_TOLD: Final = 8


def check_partial(lifecycle: Lifecycle | Kinds, answers: object) -> list[Report]:
    """Return the verdict on each of some dictionaries that say something of a job.

    Such as a query leaves of an answer: ``{"Status": "Failed", "Reason": "…"}``. A field has the
    service's own name, in CamelCase or snake_case, or is called Status or State, Secondary, Failure
    or Reason, Name. What is missing is not known, and no rule asks for it. Each is a job of its
    own; the id of its `JobKey` is made of ``partial`` and its name, or its place where it has none.

    Args:
        lifecycle: The life cycle; of several kinds, that whose own name of the status or of the
            job a dictionary has, else the first.
        answers: A dictionary, or a list of them.

    Raises:
        ObservationError: A dictionary has no status, or something in it can't be read.
        TypeError: A life cycle has no `SchemaReader`.
    """
    kinds = lifecycle if isinstance(lifecycle, Kinds) else Kinds(lifecycle)
    reports = []
    for path, its, found in partial_observations(kinds, answers):
        if isinstance(found, ObservationError):
            raise found
        series = Series(its)
        series.add(found, path)
        reports.append(series.report())
    return reports


def partial_key(lifecycle: Lifecycle, name: str) -> JobKey:
    """Return what stands for a job without an identity: no kind of the library has such ids."""
    return JobKey(lifecycle.name, f"partial {cut(name, _LONGEST_NAME)}")


def partial_observations(
    kinds: Kinds, answers: object, place: str = "", *, utc: bool = False
) -> Iterator[tuple[str, Lifecycle, Observation | ObservationError]]:
    """Yield what each dictionary says or why it can't be read, with its path and whose it is.

    Args:
        kinds: The kinds of job that they may be about.
        answers: The dictionaries.
        place: Where they stand, by which those without a name are called.
        utc: Times without a zone are in UTC.
    """
    for path, each in _each(kinds, answers, "", 0):
        lifecycle = _kind_of(kinds, each)
        where = " ".join(filter(None, (place, path))) or "answer"
        try:
            yield path, lifecycle, _dictionaries_of(lifecycle).read(each, where, utc=utc)
        except ObservationError as error:
            yield path, lifecycle, error.under(path)


def _each(kinds: Kinds, value: object, path: str, depth: int) -> Iterator[tuple[str, object]]:
    """Yield what stands in a list, or in the answer of an operation that lists jobs."""
    if isinstance(value, Mapping):
        names = (name for each in kinds for name in _reader_of(each).schema.lists)
        if listed := next((name for name in names if name in value), None):
            value, path = value[listed], listed
    if isinstance(value, (list, tuple)) and depth < DEEPEST:
        for place, each in enumerate(value):
            yield from _each(kinds, each, f"{path}[{place}]", depth + 1)
    else:
        yield path, value


def _kind_of(kinds: Kinds, answer: object) -> Lifecycle:
    """Return the kind that alone has such a name of the status, or of the job; else the first."""
    keys = set(map(folded, answer)) if isinstance(answer, Mapping) else set()
    for names, plain in ((_status_names, _STATUS), (_job_names, _NAME)):
        found = [each for each in kinds if names(_reader_of(each)) & keys.difference(plain)]
        if len(found) == 1:
            return found[0]
    return next(iter(kinds))


def _status_names(reader: SchemaReader) -> set[str]:
    return {folded(reader.schema.places[0].primary[-1])}


def _job_names(reader: SchemaReader) -> set[str]:
    return {folded(path[-1]) for path in (reader.schema.id, reader.schema.name)}


def _reader_of(lifecycle: Lifecycle) -> SchemaReader:
    return cast("SchemaReader", lifecycle.reader)  # which `Kinds` has seen to


@derived
def _dictionaries_of(lifecycle: Lifecycle) -> _Dictionaries:
    return _Dictionaries(lifecycle)


class _Dictionaries:
    """Reads dictionaries about a kind of job."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._reader = _reader_of(lifecycle).lenient()
        self._schema = schema = self._reader.schema
        self._main = schema.places[0]
        self._names = (folded(schema.name[-1]), *_NAME, folded(schema.id[-1]))
        fields = {folded(name): (name,) for name in schema.shapes[0].fields}
        aliases: dict[str, Path] = {
            **dict.fromkeys(_STATUS, self._main.primary),
            **dict.fromkeys(_SECONDARY, self._main.secondary),
            **dict.fromkeys(_REASON, schema.failure_reason),
        }
        # The service's own names first: what has both is read by them.
        self._paths = {name: path for name, path in fields.items() if name not in self._names} | {
            name: path for name, path in aliases.items() if path and name not in fields
        }
        words = compile_lifecycle(lifecycle)[self._main.region].words
        self._secondary_only = words.secondaries - words.primaries

    def read(self, answer: object, place: str, *, utc: bool) -> Observation:
        """Return what one says.

        Raises:
            ObservationError: It has no status, or something in it can't be read.
        """
        if not isinstance(answer, Mapping):
            raise ObservationError([Problem("", "a dictionary with a status", shown(answer))])
        given = {folded(key): value for key, value in answer.items() if value is not None}
        record = self._record(given)
        path = self._main.secondary
        secondary = within(record, path) if path else None
        if secondary is None and within(record, self._main.primary) is None:
            raise ObservationError([self._no_status(answer)])
        found = self._reader.read(assume_utc(self._schema, record) if utc else record)
        names = (given[name] for name in self._names if name in given)
        name = next((each for each in names if isinstance(each, str) and each), place)
        job = evolve(partial_key(self._lifecycle, name), created=found.job.created)
        seen = found.shown
        if self._main.region not in seen:
            seen = {self._main.region: Shown("", str(secondary)), **seen}
        return evolve(found, job=job, shown=seen, possible=frozenset(found.fields))

    def _record(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Return what is there by the names of the schema, from what is there by folded ones."""
        record: dict[str, Any] = {}
        for name, path in self._paths.items():
            if name in given:
                value = given[name]
                is_secondary = isinstance(value, str) and value in self._secondary_only
                as_status = name in _STATUS and path == self._main.primary
                _put(record, self._main.secondary if is_secondary and as_status else path, value)
        return record

    def _no_status(self, answer: Mapping[Any, object]) -> Problem:
        own = ".".join(self._main.primary)
        keys = ", ".join(map(shown, list(answer)[:_KEYS_TOLD])) or "none"
        more = ", …" if len(answer) > _KEYS_TOLD else ""
        return Problem(
            "", f"a status under one of the keys {own}, Status, Secondary", f"{keys}{more}"
        )


def _put(record: dict[str, Any], path: Path, value: object) -> None:
    """Put a value where nothing stands yet; what was given from outside is not changed."""
    *above, last = path
    for name in above:
        inner = record.get(name, {})
        if not isinstance(inner, Mapping):
            return  # which the reader refuses
        record[name] = record = dict(inner)
    record.setdefault(last, value)
