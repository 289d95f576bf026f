"""`JobCodec`: what is kept of a job as named plain columns, and back.

A column holds a text, a whole number or None; or lists and objects of such, which may be read back
as JSON too. Times are microseconds since 1970. What is known of a job stands in its columns as a
number, and in words apart from them (`EstimateSets`).
"""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import attrs

from jobstate.common.times import to_microseconds
from jobstate.conformance.bounds import MOST_ABREAST, MOST_ANSWERS
from jobstate.conformance.job_state import NOTHING_REPORTED, JobState
from jobstate.conformance.kept_answers import (
    NEVER,
    AnswerPattern,
    KeptAnswer,
    Origin,
    RegionAnswers,
    in_order,
    packed,
    pattern_of,
)
from jobstate.conformance.regions import MOST_SAMPLES
from jobstate.errors import shown
from jobstate.model.observation import Entry, JobKey, bounded_reason
from jobstate.model.outcome import Result
from jobstate.model.packed_history import Entries
from jobstate.model.states import Outcome
from jobstate.tracking import plain_data as plain
from jobstate.tracking.estimate_sets import EstimateSets
from jobstate.tracking.value_codec import plain_values, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from jobstate.automaton.automaton import StateEstimate
    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import Estimates
    from jobstate.model.packed_history import Row

#: The columns that say which job it is, and never change.
KEY: Final = ("kind", "id", "created")
#: What is kept of it: all but its history, which has rows, and what is true in one process only.
#: Its answers, which take less memory in two fields, are one column.
_ONLY_HERE: Final = {
    *("job", "times"),
    *("fingerprint", "other_fingerprint", "row_id", "sameness"),
}
_FIELDS: Final = [
    "answers" if each.name == "patterns" else each.name
    for each in attrs.fields(JobState)
    if each.name not in _ONLY_HERE
]
_ANSWERS: Final = _FIELDS.index("answers")
_HISTORY: Final = _FIELDS.index("entries")
COLUMNS: Final = (*KEY, *_FIELDS[:_HISTORY], *_FIELDS[_HISTORY + 1 :])


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

    def state(self, columns: Sequence[object]) -> JobState:
        """Return where a job stood, of the values of `COLUMNS`; its history is to be added.

        Raises:
            DamagedError: Some can't be read.
        """
        kind = plain.read_at(".kind", self.require, columns[0])
        return self._kinds[kind].state(columns)

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
    """

    def __init__(self, judge: Judge, sets: EstimateSets) -> None:
        self._judge = judge
        self._kind = judge.lifecycle.name
        self._sets = sets
        self._last: tuple[object, datetime | None] = (None, None)
        # To keep something more of a job, say here how its column is written and read, and add it
        # to the table of jobs by a step of the journal's schema.
        columns: dict[str, tuple[Callable[[JobState], object], Callable[[Any], object]]] = {
            "kind": (attrgetter("job.kind"), PLAIN["kind"]),
            "id": (attrgetter("job.id"), PLAIN["id"]),
            "created": (lambda state: to_microseconds(state.job.created), PLAIN["created"]),
            "estimates": (lambda state: self._number(state.estimates), self._estimates),
            "answers": (self._answers, self._answers_of),
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

    def state(self, columns: Sequence[object]) -> JobState:
        """Return where a job stood, of the values of `COLUMNS`.

        Raises:
            DamagedError: Some can't be read.
        """
        try:
            _, its_id, created, *values = map(plain.CALL, self._readers, columns)
        except plain.DamagedError:  # again, which takes longer, with every problem and its place
            reads = zip(COLUMNS, self._readers, columns, strict=True)
            _, its_id, created, *values = plain.read_all(".{}", reads)
        values.insert(_HISTORY, ())
        values[_ANSWERS : _ANSWERS + 1] = values[_ANSWERS]
        return JobState(JobKey(self._kind, its_id, created), *values)  # one text for all jobs

    def _number(self, estimates: Estimates | StateEstimate) -> int:
        return self._sets.number(self._judge, estimates)

    def _estimates(self, number: object) -> Estimates:
        return self._sets.estimates(self._kind, number)

    # --- Answers --------------------------------------------------------------------------------

    def _answers(self, state: JobState) -> object:
        """Return the answers kept, by region: what is known, the origin, then each."""
        return {known.pattern.region: self._region(known) for known in state.answers} or None

    def _region(self, known: RegionAnswers) -> list[object]:
        def number(mask: int) -> int | None:
            return self._number(pattern.automaton.estimate(mask)) if mask else None

        pattern, origin = known.pattern, known.pattern.origin
        begun = origin and [number(origin.mask), *origin[1:], known.since]
        shows = map(number, pattern.masks)
        if pattern.counts:
            kept = [[each, *one[1:]] for each, one in zip(shows, known.unpacked(), strict=True)]
            return [number(pattern.possible), pattern.judged, begun, kept]
        return [number(pattern.possible), pattern.judged, begun, list(shows)]

    def _answers_of(self, data: object) -> tuple[tuple[AnswerPattern, ...], bytes]:
        if data is None:
            return (), b""
        regions = plain.mapping(plain.nested(data))
        reads = (
            (shown(name), partial(self._region_of, name), each) for name, each in regions.items()
        )
        answers = plain.read_all("[{}]", reads)
        return tuple([each.pattern for each in answers]), b"".join([each.times for each in answers])

    def _region_of(self, region: str, data: object) -> RegionAnswers:
        if region not in self._judge.automata:
            raise plain.damaged(" or ".join(sorted(self._judge.automata)), region)
        automaton = self._judge.automata[region]
        mask = partial(self._mask, region)
        origin: tuple[Callable[[Any], Any], ...] = (mask, *[plain.small_count] * 2, plain.whole)
        kept: tuple[Callable[[Any], Any], ...] = (
            mask,
            *[plain.whole] * 2,
            *[plain.small_count] * 3,
        )
        readers: tuple[Callable[[Any], Any], ...] = (
            lambda number: 0 if number is None else mask(number),
            plain.count,
            lambda row: None if row is None else plain.row_of(origin, row),
            plain.listing,
        )
        possible, judged, begun, answers = plain.row_of(readers, data)
        after = None if begun is None else Origin(*begun[:-1])
        most = MOST_ANSWERS if possible else MOST_SAMPLES
        if len(answers) > most:
            raise plain.damaged(f"at most {most} answers", answers, "[3]")
        if not possible:  # answers in order
            masks = plain.read_at("[3]", partial(plain.each_of, mask), answers)
            return in_order(pattern_of(automaton, tuple(masks), (), 0, judged, after))
        read = partial(plain.row_of, kept)
        rows = plain.read_at("[3]", partial(plain.each_of, read), answers)
        found = [KeptAnswer(*row) for row in rows]
        if self._judge.orders[region].bounds.too_many(found) is not None:
            expected = f"at most {MOST_ABREAST} answers whose order nothing tells"
            raise plain.damaged(expected, answers, "[3]")
        return packed(
            automaton,
            found,
            possible=possible,
            judged=judged,
            origin=after,
            since=NEVER if begun is None else begun[-1],
        )

    def _mask(self, region: str, number: object) -> int:
        found = self._estimates(number).get(region)
        if found is None:
            raise plain.damaged(f"something known of {shown(region)}", number)
        return found.mask

    def _time(self, value: object) -> datetime | None:
        """Return a time; kept once where it comes twice, as the last ones of a job mostly do."""
        if type(value) is not int or value != self._last[0]:
            self._last = (value, plain.time(value))
        return self._last[1]


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
