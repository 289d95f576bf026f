"""Where jobs stand, as rows of a journal, and back.

What is known of a job stands in words in a table of its own, each set once, for a fleet shares a
few; so a journal can be read under a newer version of the life cycle that has the words.
"""

from __future__ import annotations

from itertools import groupby, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias, overload

from attrs import Factory, define

from jobstate.common.times import from_microseconds
from jobstate.model.observation import JobKey
from jobstate.model.packed_history import Entries
from jobstate.tracking import plain_data as plain
from jobstate.tracking.job_codec import COLUMNS, KEY, JobCodec, history_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.errors import Problem
    from jobstate.journal.connection import Connection
    from jobstate.model.observation import Entry

KEEP_ESTIMATES: Final = "INSERT INTO estimate VALUES (?, ?)"
#: What `Loaded.state` reads of a job.
JOB_COLUMNS: Final = ", ".join(("id", *COLUMNS))
_CHANGES: Final = ", ".join(
    f"{each} = excluded.{each}" for each in COLUMNS if each not in {*KEY, "estimates"}
)
#: Never over the row of another job: there it makes nothing of what may not be nothing, and fails.
_SAME_JOB: Final = " AND ".join(f"{each} = excluded.{each}" for each in KEY)
KEEP_JOB: Final = (
    f"INSERT INTO job ({JOB_COLUMNS}, forgotten) VALUES (?, {'?, ' * len(COLUMNS)}0)"  # noqa: S608 - constants
    f" ON CONFLICT (id) DO UPDATE SET {_CHANGES},"
    f" estimates = CASE WHEN {_SAME_JOB} THEN excluded.estimates END"
)
KEEP_ENTRY: Final = """
INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (job, ordinal) DO UPDATE SET
    status = excluded.status, start = excluded.start, "end" = excluded."end",
    message = excluded.message
"""
DROP_ENTRIES: Final = "DELETE FROM entry WHERE job = ? AND ordinal > ?"

_JOBS: Final = f"SELECT {JOB_COLUMNS} FROM job WHERE forgotten = 0 ORDER BY id"  # noqa: S608 - a constant
_ENTRIES: Final = 'SELECT job, status, start, "end", message FROM entry ORDER BY job, ordinal'

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
        self.jobs.append(
            (
                after.row_id,
                *[
                    each if each is None or type(each) is int else _storable(each)
                    for each in codec.columns(after)
                ],
            )
        )
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
                self.entries.append((row_id, ordinal, _utf8(status), start, end, _utf8(message)))

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


def _storable(value: object) -> object:
    """Return a column's value as a file holds it."""
    if isinstance(value, str):
        return _utf8(value)
    return plain.line(value) if isinstance(value, (list, dict)) else value


@overload
def _utf8(text: str) -> str: ...
@overload
def _utf8(text: str | None) -> str | None: ...
def _utf8(text: str | None) -> str | None:
    """Return a text with whatever UTF-8 can't hold (half of a surrogate pair) as its escape."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


# --- And back -------------------------------------------------------------------------------------


class Loaded:
    """What a journal's file says of where jobs stand.

    Attributes:
        codec: Reads it, and goes on with the ids of what is known.
        problems: What can't be read.
    """

    def __init__(self, judge: Judge, connection: Connection) -> None:
        self.codec = JobCodec(judge)
        self.problems: list[Problem] = []
        self._connection = connection

    def states(self) -> Iterator[JobState]:
        """Yield where each job stood, the one first heard of first; note what can't be read."""
        self.read_sets()
        histories = _histories(self._connection)
        history = next(histories, None)
        for row in self._connection.execute(_JOBS):
            while history is not None and history[0] < row[0]:
                history = next(histories, None)
            entries = history[1] if history is not None and history[0] == row[0] else ()
            state = self.state(row, entries)
            if state is not None:
                yield state

    def read_sets(self) -> None:
        """Read what may be known of a job; note what can't be read."""
        for number, words in self._connection.execute("SELECT id, words FROM estimate"):
            try:
                self.codec.read_set(number, words)
            except plain.DamagedError as damaged:
                self.problems += damaged.under(f"estimate[{number}]")

    def state(self, row: Sequence[Any], entries: Sequence[Entry]) -> JobState | None:
        """Return where a job stood, of its `JOB_COLUMNS`; None, noted, where it can't be read."""
        row_id, *columns = row
        try:
            state = self.codec.state(columns)
        except plain.DamagedError as damaged:
            self.problems += damaged.under(f"job[{row_id}]")
            return None
        state.entries, state.row_id = entries, row_id
        return state


def key_of(arn: str, created: int) -> JobKey:
    """Return what identifies a job, of its columns."""
    return JobKey(arn, from_microseconds(created))


def _histories(connection: Connection) -> Iterator[tuple[int, Entries]]:
    """Yield the history of each job that has one, by job."""
    for job, rows in groupby(connection.execute(_ENTRIES), itemgetter(0)):
        _, statuses, starts, ends, messages = zip(*rows, strict=True)
        yield job, Entries.from_columns(statuses, starts, ends, messages)
