"""`JobCodec`: what is kept of a job as named plain columns, and back.

A column holds a text, a whole number or None; or lists and objects of such, which may be read back
as JSON too. Times are microseconds since 1970. What is known of a job stands in its columns as a
number, and in words apart from them (`EstimateSets`).
"""

from __future__ import annotations

from functools import lru_cache, partial
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from jobstate.common.times import to_microseconds
from jobstate.conformance.job_state import NOTHING_REPORTED, JobState
from jobstate.errors import shown
from jobstate.model.observation import Entry, JobKey, bounded_reason
from jobstate.model.outcome import Result
from jobstate.model.packed_history import Entries
from jobstate.model.states import Outcome
from jobstate.tracking import plain_data as plain
from jobstate.tracking.answers_codec import AnswersCodec
from jobstate.tracking.estimate_sets import EstimateSets
from jobstate.tracking.value_codec import plain_values, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import Estimates
    from jobstate.model.packed_history import Row

#: The columns that say which job it is, and never change.
KEY: Final = ("kind", "id", "created")
#: What is kept of it: all but its history, which has rows, and what is true in one process only.
_ONLY_HERE: Final = {"job", "fingerprint", "other_fingerprint", "row_id", "sameness"}
_FIELDS: Final = [each for each in attrs.fields(JobState) if each.name not in _ONLY_HERE]
COLUMNS: Final = (*KEY, *[each.name for each in _FIELDS if each.name != "entries"])
#: The columns in which a fleet has a few values: read once for all jobs that are alike in them …
_ALIKE: Final = (
    *("estimates", "patterns", "cause", "refined", "ended", "entered", "changes", "suppressed"),
)
#: … and those in which every job has its own.
_OWN: Final = tuple([name for name in COLUMNS if name not in {"kind", "times", *_ALIKE}])
_TIMES: Final = COLUMNS.index("times")
#: The columns that hold a list or an object, and those with a text from outside.
_JSON: Final = {"patterns", "kept_values", "refined", "reported"}
_TEXTS: Final = {"kind", "id", "cause", "failure_reason"}
_alike_of = itemgetter(*map(COLUMNS.index, _ALIKE))
_own_of = itemgetter(*map(COLUMNS.index, _OWN))
#: How many jobs that differ in what a fleet shares are remembered.
_REMEMBERED: Final = 1 << 14


class JobCodec:
    """Writes what is kept of jobs and reads it, for some kinds. For one thread at a time.

    Before jobs are read, so is what is known of them; after jobs are written, so is what is fresh.

    Attributes:
        sets: What is known of jobs.
    """

    def __init__(self, judges: Mapping[str, Judge]) -> None:
        """Begin with nothing written or read.

        Args:
            judges: Kind → who judges its jobs.
        """
        self.sets = EstimateSets(judges)
        self._kinds = {kind: _KindCodec(judge, self.sets) for kind, judge in judges.items()}

    def columns(self, state: JobState) -> list[Any]:
        """Return the values of `COLUMNS`; None where a list or an object has nothing in it."""
        return [write(state) for write in self._kinds[state.job.kind].writers]

    def row(self, state: JobState) -> list[Any]:
        """Return the same as a file holds it: lists and objects as JSON, texts that are whole."""
        return [write(state) for write in self._kinds[state.job.kind].row_writers]

    def state(self, columns: Sequence[object]) -> JobState:
        """Return where a job stood, of the values of `COLUMNS`; its history is to be added.

        Raises:
            DamagedError: Some can't be read.
        """
        return self._kinds[plain.read_at(".kind", self.require, columns[0])].state(columns)

    def require(self, kind: object) -> str:
        """Return a kind, if there is somebody who judges its jobs.

        Raises:
            DamagedError: There is nobody.
        """
        if not isinstance(kind, str) or kind not in self._kinds:
            raise plain.damaged(" or ".join(map(repr, self._kinds)), kind)
        return kind


class _KindCodec:
    """Writes what is kept of the jobs of one kind, and reads it.

    Attributes:
        writers: What gives the value of each of `COLUMNS`.
        row_writers: What gives it as a file holds it.
    """

    def __init__(self, judge: Judge, sets: EstimateSets) -> None:
        self._judge = judge
        self._kind = judge.lifecycle.name
        self._sets = sets
        self._answers = answers = AnswersCodec(judge, sets)
        self._last: tuple[object, datetime | None] = (None, None)
        # To keep something more of a job, say here how its column is written and read, and add it
        # to the table of jobs by a step of the journal's schema.
        columns: dict[str, tuple[Callable[[JobState], object], Callable[[Any], object]]] = {
            "kind": (attrgetter("job.kind"), PLAIN["kind"]),
            "id": (attrgetter("job.id"), PLAIN["id"]),
            "created": (lambda state: to_microseconds(state.job.created), PLAIN["created"]),
            "estimates": (lambda state: sets.number(judge, state.estimates), self._estimates),
            "patterns": (answers.patterns, answers.patterns_of),
            "times": (answers.times, plain.text),
            "modified": (lambda state: to_microseconds(state.modified), self._time),
            "since": (lambda state: to_microseconds(state.since), self._time),
            "kept_values": (lambda state: plain_values(state.kept_values), PLAIN["kept_values"]),
            "refined": (lambda state: state.refined and state.refined.to_dict(), PLAIN["refined"]),
            "reported": (_topics, PLAIN["reported"]),
            "told_created": (
                lambda state: to_microseconds(state.told_created),
                PLAIN["told_created"],
            ),
            **{
                name: (attrgetter(name), PLAIN[name])
                for name in ("cause", "failure_reason", "ended", "entered", "changes", "suppressed")
            },
        }
        self.writers, self._readers = zip(*(columns[name] for name in COLUMNS), strict=True)
        self.row_writers = [
            answers.line if name == "patterns" else _row_writer(name, write)
            for name, write in zip(COLUMNS, self.writers, strict=True)
        ]
        self._read_alike, self._read_own = _alike_of(self._readers), _own_of(self._readers)
        # By type too: what is equal to a whole number may be none.
        self._alike = lru_cache(maxsize=_REMEMBERED, typed=True)(self._read_once)

    def state(self, columns: Sequence[object]) -> JobState:
        """Return where a job stood, of the values of `COLUMNS`.

        Raises:
            DamagedError: Some can't be read.
        """
        try:
            return self._state(columns)
        except plain.DamagedError:  # again, which takes longer, with every problem and its place
            plain.read_all(".{}", zip(COLUMNS, self._readers, columns, strict=True))
            raise  # each can be read, but the times don't fit the rest

    def _state(self, columns: Sequence[object]) -> JobState:
        alike = _alike_of(columns)
        try:
            shared = self._alike(*alike)
        except TypeError:  # lists and objects, read from JSON already
            shared = self._read_once(*alike)
        its_id, created, *own = map(plain.CALL, self._read_own, _own_of(columns))
        state = JobState(JobKey(self._kind, its_id, created), *shared)  # one text for all jobs
        state.times = self._answers.times_of(state.patterns, columns[_TIMES])
        state.modified, state.since, state.kept_values, *own = own
        state.failure_reason, state.reported, state.told_created = own
        return state

    def _read_once(self, *columns: object) -> list[Any]:
        """Return the fields of a `JobState` but its key: those of its own with their defaults."""
        values = dict(zip(_ALIKE, map(plain.CALL, self._read_alike, columns), strict=True))
        return [values.get(each.name, each.default) for each in _FIELDS]

    def _estimates(self, number: object) -> Estimates:
        return self._sets.estimates(self._kind, number)

    def _time(self, value: object) -> datetime | None:
        """Return a time; kept once where it comes twice, as the last ones of a job mostly do."""
        if type(value) is not int or value != self._last[0]:
            self._last = (value, plain.time(value))
        return self._last[1]


def _row_writer(name: str, write: Callable[[JobState], Any]) -> Callable[[JobState], Any]:
    """Return what gives the value of a column as a file holds it."""
    if name in _JSON:
        return lambda state: None if (value := write(state)) is None else plain.line(value)
    if name in _TEXTS:
        return lambda state: plain.whole_text(write(state))
    return write


def _topics(state: JobState) -> object:
    return (
        {topic: sorted(keys) for topic, keys in state.reported.items()} if state.reported else None
    )


def _reason(value: object) -> str | None:
    return bounded_reason(plain.text(value))


def result_of(data: object) -> Result:
    """Return a result of plain data.

    Raises:
        DamagedError: It is none.
    """
    return Result(*plain.fields_of(_RESULT, data))


def _refined(data: object) -> Result | None:
    return None if data is None else result_of(plain.nested(data))


#: What a result says, in its order, and how that is read.
_RESULT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "outcome": partial(plain.member_of, Outcome),
    "final": plain.truth,
    "gone": plain.truth,
    "cause": plain.text,
    "for_good": plain.truth,
    "steady": plain.truth,
}


def _reported(data: object) -> Mapping[str, frozenset[str]]:
    if data is None:
        return NOTHING_REPORTED
    topics = plain.mapping(plain.nested(data))
    reads = ((shown(topic), plain.texts, keys) for topic, keys in topics.items())
    return dict(zip(topics, map(frozenset, plain.read_all("[{}]", reads)), strict=True))


#: How the columns are read that take no life cycle.
PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "kind": plain.required_text,
    "id": plain.required_text,
    "created": plain.second,
    "told_created": plain.second,
    "modified": plain.time,
    "since": plain.time,
    "cause": plain.text,
    "failure_reason": _reason,
    "kept_values": values_of,
    "refined": _refined,
    "ended": plain.count,
    "entered": plain.count,
    "changes": plain.count,
    "reported": _reported,
    "suppressed": plain.count,
}


# --- Histories ------------------------------------------------------------------------------------


def history_rows(entries: Sequence[Entry]) -> list[Row]:
    """Return a history in plain values."""
    packed = Entries.of(entries)
    return list(packed.rows()) if isinstance(packed, Entries) else []


def history_of(data: object) -> Sequence[Entry]:
    """Return the history of its rows.

    Raises:
        DamagedError: It can't be read.
    """
    readers = (plain.required_text, plain.required_time, plain.time, plain.text)
    rows = plain.each_of(partial(plain.row_of, readers), data)
    return Entries.of([Entry(*row) for row in rows])
