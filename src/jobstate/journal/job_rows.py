"""Where jobs stand, as rows of a journal, and back.

What is known of a job stands in words in a table of its own, each set once, for a fleet shares a
few; so a journal can be read under a newer version of the life cycle that has the words.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import Factory, define

from jobstate.common.times import to_microseconds
from jobstate.conformance.job_state import JobState
from jobstate.conformance.memo import Estimates
from jobstate.errors import Problem, shown
from jobstate.journal.validation import MOST_PROBLEMS
from jobstate.model.observation import JobKey
from jobstate.model.packed_history import LAST, Entries
from jobstate.tracking import plain_data as plain
from jobstate.tracking.job_codec import COLUMNS, KEY, PLAIN, JobCodec, history_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from jobstate.conformance.judge import Judge
    from jobstate.journal.connection import Connection
    from jobstate.model.observation import Entry

KEEP_ESTIMATES: Final = "INSERT INTO estimate VALUES (?, ?)"
#: What is read of a job.
JOB_COLUMNS: Final = ", ".join(("row_id", *COLUMNS))
_CHANGES: Final = ", ".join(
    f"{each} = excluded.{each}" for each in COLUMNS if each not in {*KEY, "estimates"}
)
#: Never over the row of another job: there it makes nothing of what may not be nothing, and fails.
_SAME_JOB: Final = " AND ".join(f"{each} IS excluded.{each}" for each in KEY)
KEEP_JOB: Final = (
    f"INSERT INTO job ({JOB_COLUMNS}, forgotten) VALUES (?, {'?, ' * len(COLUMNS)}0)"  # noqa: S608 - constants
    f" ON CONFLICT (row_id) DO UPDATE SET {_CHANGES},"
    f" estimates = CASE WHEN {_SAME_JOB} THEN excluded.estimates END"
)
KEEP_ENTRY: Final = """
INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (job, ordinal) DO UPDATE SET
    status = excluded.status, start = excluded.start, "end" = excluded."end",
    message = excluded.message
"""
DROP_ENTRIES: Final = "DELETE FROM entry WHERE job = ? AND ordinal > ?"

#: Rows have smaller numbers than this, so that there is room for more.
_MOST_IDS: Final = 1 << 62
#: Those that the tracker keeps, and those of which can't be said whether it does.
_JOBS: Final = f"""
SELECT {JOB_COLUMNS}, forgotten FROM job
WHERE (typeof(forgotten) = 'integer' AND forgotten BETWEEN 1 AND {LAST}) IS NOT TRUE ORDER BY row_id
"""  # noqa: S608 - constants
_ENTRIES: Final = """
SELECT job, ordinal, status, start, "end", message FROM entry ORDER BY job, ordinal
"""

#: A row of the table of entries: job, ordinal, status, start, end, message.
_Entry: TypeAlias = tuple[int, int, str, int, int | None, str | None]


@define(eq=False)
class Rows:
    """Rows to be put down together; made once, put down as often as that fails.

    Attributes:
        estimates: Of the table `estimate`.
        jobs: Likewise.
        entries: Likewise.
        shorter: Jobs whose histories have become shorter, with how many entries they have.
    """

    estimates: list[tuple[int, str]] = Factory(list)
    jobs: list[tuple[object, ...]] = Factory(list)
    entries: list[_Entry] = Factory(list)
    shorter: list[tuple[int, int]] = Factory(list)

    def add(self, codec: JobCodec, before: JobState | None, after: JobState) -> None:
        """Add what has changed between two states of a job."""
        self.jobs.append((after.row_id, *codec.row(after)))
        if before is None or before.entries is not after.entries:
            self._add_entries(after.row_id, before, after)

    def _add_entries(self, row_id: int, before: JobState | None, after: JobState) -> None:
        old, new = history_rows(before.entries if before else ()), history_rows(after.entries)
        for ordinal, (was, now) in enumerate(zip_longest(old, new), start=1):
            if now is None:
                self.shorten(row_id, len(new))
                return
            if was != now:
                status, start, end, message = now
                words = plain.whole_text(status), plain.whole_text(message)
                self.entries.append((row_id, ordinal, words[0], start, end, words[1]))

    def shorten(self, row_id: int, count: int) -> None:
        """Let a job have only so many entries, also where more were to be put down."""
        self.shorter.append((row_id, count))
        self.entries = [each for each in self.entries if each[0] != row_id or each[1] <= count]

    def put_down(self, connection: Connection) -> None:
        """Write them, within a transaction."""
        if self.estimates:
            connection.executemany(KEEP_ESTIMATES, self.estimates)
        if self.jobs:
            connection.executemany(KEEP_JOB, self.jobs)
        if self.shorter:
            connection.executemany(DROP_ENTRIES, self.shorter)
        if self.entries:
            connection.executemany(KEEP_ENTRY, self.entries)


# --- And back -------------------------------------------------------------------------------------


class Loaded:
    """What a journal's file says of where jobs stand.

    Attributes:
        codec: Reads it, and goes on with the ids of what is known.
        unknown: What is known stands there in words, and the life cycle has not all of them.
    """

    def __init__(
        self, judges: Mapping[str, Judge], connection: Connection, problems: list[object]
    ) -> None:
        """Prepare to read.

        Args:
            judges: Kind → who judges its jobs from now on.
            connection: To the file.
            problems: To which is added what can't be read.
        """
        self.codec = JobCodec(judges)
        self.unknown = False
        self._problems = problems
        self._connection = connection

    def states(self) -> Iterator[JobState]:
        """Yield where each job stood, the one first heard of first; note what can't be read."""
        self.read_sets()
        histories = Histories(self._connection.execute, self._problems)
        last = 0
        for row in self._connection.execute(_JOBS):
            if len(self._problems) >= MOST_PROBLEMS:
                return
            row_id, *columns, forgotten = row
            if not (last < row_id < _MOST_IDS and forgotten == 0):
                self._problems += _job_problems(last, row_id, forgotten)
            state = self._state(row_id, columns, histories.of(row_id))
            if state is not None:
                yield state
            last = row_id
        histories.finish()

    def read_sets(self) -> None:
        """Read what may be known of a job; note what can't be read."""
        for number, words in self._connection.execute("SELECT id, words FROM estimate"):
            try:
                plain.count(number)
                self.codec.sets.read(number, words)
            except plain.DamagedError as damaged:
                self.unknown = True
                self._problems += damaged.under(f"estimate[{number}]")

    def _state(
        self, row_id: int, columns: Sequence[Any], entries: Sequence[Entry]
    ) -> JobState | None:
        """Return where a job stood; None, noted, where it can't be read."""
        try:
            state = self.codec.state(columns)
        except plain.DamagedError as damaged:
            self._problems += damaged.under(f"job[{row_id}]")
            return None
        state.entries, state.row_id = entries, row_id
        return state


def _job_problems(last: int, row_id: int, forgotten: object) -> Iterator[Problem]:
    """Yield what is odd of a job's row, beside what is kept of it."""
    if not last < row_id < _MOST_IDS:
        yield Problem(f"job[{row_id}].row_id", f"more than {last}, of 62 bits", shown(row_id))
    if forgotten != 0:
        yield Problem(f"job[{row_id}].forgotten", "0, or a time", shown(forgotten))


class Histories:
    """The histories of a file, to be read job by job beside the rows of the jobs."""

    def __init__(
        self,
        execute: Callable[[str, Sequence[Any]], Iterable[Any]],
        problems: list[object],
        *,
        every: bool = False,
    ) -> None:
        """Begin with the first one.

        Args:
            execute: Finds rows.
            problems: To which is added what can't be read.
            every: All jobs are asked for; else all that the tracker has not forgotten.
        """
        self._execute = execute
        self._problems = problems
        self._every = every
        self._groups = groupby(execute(_ENTRIES, ()), itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, job: int) -> Sequence[Entry]:
        """Return a job's history; those before it are of jobs that are forgotten."""
        while self._next is not None and (type(self._next[0]) is not int or self._next[0] < job):
            self._pass_over(self._next[0])
        if self._next is None or self._next[0] != job:
            return ()
        try:
            return entries_of(job, self._next[1])
        except plain.DamagedError as damaged:
            self._problems += damaged.problems
            return ()
        finally:
            self._next = next(self._groups, None)

    def finish(self) -> None:
        """See that none is left that belongs to no job."""
        self.of(_MOST_IDS)

    def _pass_over(self, job: object) -> None:
        self._next = next(self._groups, None)
        found = list(self._execute("SELECT forgotten FROM job WHERE row_id = ?", (job,)))
        if self._every or not found or found[0][0] == 0:
            self._problems.append(
                Problem(f"entry[{shown(job)}]", "the number of a job", shown(job))
            )


def plain_state(columns: Sequence[Any]) -> JobState:
    """Return what the values of `COLUMNS` say of a job without its life cycle: all but estimates.

    Raises:
        DamagedError: Some can't be read.
    """
    values = dict(zip(COLUMNS, columns, strict=True))
    found = plain.read_all(".{}", ((name, read, values[name]) for name, read in PLAIN.items()))
    named = dict(zip(PLAIN, found, strict=True))
    return JobState(JobKey(*[named.pop(each) for each in KEY]), Estimates({}), **named)


def forgotten_at(value: object) -> datetime | None:
    """Return when a tracker has forgotten a job; None while it keeps it.

    Raises:
        DamagedError: It can't be read.
    """
    if type(value) is not int or not 0 <= value <= LAST:
        raise plain.damaged("0, or a time", value)
    return plain.time(value) if value else None


def key_of(columns: Sequence[object]) -> JobKey:
    """Return what identifies a job, of its columns.

    Raises:
        DamagedError: They can't be.
    """
    try:
        return JobKey(*map(plain.CALL, _KEY_READERS, columns))
    except plain.DamagedError:  # again, with every problem and its place
        return JobKey(*plain.read_all(".{}", zip(KEY, _KEY_READERS, columns, strict=True)))


#: Finds the rows of a job, by its `columns_of`.
ROWS_OF_JOB: Final = "SELECT row_id FROM job WHERE kind = ? AND id = ? AND created IS ?"


def columns_of(job: JobKey) -> tuple[str, str, int | None]:
    """Return what identifies a job, as its row has it."""
    return job.kind, job.id, to_microseconds(job.created)


def entries_of(job: object, rows: Iterable[Sequence[Any]]) -> Sequence[Entry]:
    """Return a history of its rows: job, ordinal, status, start, end, message.

    Raises:
        DamagedError: Some can't be read, or are missing.
    """
    columns = list(zip(*rows, strict=True))
    if not columns:
        return ()
    _, ordinals, statuses, starts, ends, messages = columns
    if ordinals == _ordinals(len(ordinals)):
        with suppress(ValueError):
            return Entries.from_columns(statuses, starts, ends, messages)
    raise plain.DamagedError(*_entry_problems(job, zip(*columns[1:], strict=True)))


@lru_cache(maxsize=64)
def _ordinals(count: int) -> tuple[int, ...]:
    return tuple(range(1, count + 1))


def _entry_problems(job: object, rows: Iterable[Sequence[Any]]) -> Iterator[Problem]:
    missing = False
    for place, (ordinal, *row) in enumerate(rows, start=1):
        try:
            reads = zip(_ENTRY_READERS, _ENTRY_READERS.values(), row, strict=True)
            plain.read_all(".{}", reads)
            if ordinal != place and not missing:
                missing = True  # of all that come after, the places are wrong
                raise plain.damaged(f"the entry {place}", ordinal, ".ordinal")
        except plain.DamagedError as damaged:
            yield from damaged.under(f"entry[{shown(job)}, {shown(ordinal)}]")


_KEY_READERS: Final = tuple([PLAIN[each] for each in KEY])
_ENTRY_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "status": plain.required_text,
    "start": plain.required_time,
    "end": plain.time,
    "message": plain.text,
}
