"""`JournalOutbox`: what one listener has not heard, in a journal's file."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jobstate.common.text import printable
from jobstate.common.times import to_microseconds
from jobstate.delivery.outbox import Held
from jobstate.delivery.shards import shard_of
from jobstate.errors import JournalError, shown
from jobstate.journal.event_codec import posted_of
from jobstate.journal.job_rows import ROWS_OF_JOB, columns_of, key_of
from jobstate.journal.schema import NO_TIME
from jobstate.journal.validation import UNREADABLE, damaged
from jobstate.tracking import plain_data as plain
from jobstate.tracking.job_codec import KEY
from jobstate.tracking.plain_data import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstate.delivery.outbox import Posted
    from jobstate.journal.acknowledgements import Acknowledgements
    from jobstate.journal.connection import Connection
    from jobstate.journal.database import JournalFile
    from jobstate.journal.writer import JournalWriter
    from jobstate.model.observation import JobKey

_HOLD: Final = f"""
INSERT INTO held SELECT ?, ?, ?, coalesce(?, {NO_TIME}), ?, ?, ?, ?
WHERE EXISTS (SELECT 1 FROM listener WHERE id = ?)  -- it may have gone meanwhile
ON CONFLICT (id, created, kind, listener) DO UPDATE SET first = excluded.first,
    attempts = excluded.attempts, error = excluded.error, parked = excluded.parked
"""  # noqa: S608 - a constant
_RELEASE: Final = f"""
DELETE FROM held WHERE listener = ? AND kind = ? AND id = ? AND created = coalesce(?, {NO_TIME})
"""  # noqa: S608 - a constant
#: Of a held job, what a `HeldRow` is made of.
HELD_COLUMNS: Final = f"kind, id, nullif(created, {NO_TIME}), first, attempts, error, parked"
HELD: Final = f"SELECT {HELD_COLUMNS} FROM held WHERE listener = ?"  # noqa: S608 - a constant
#: Of an event, what `posted_of` reads.
EVENT_COLUMNS: Final = (
    "event.number, event.kind, event.body, event.job, job.kind, job.id, job.created"
)
AFTER: Final = f"""
SELECT {EVENT_COLUMNS} FROM event LEFT JOIN job ON job.row_id = event.job
WHERE number > ? ORDER BY number LIMIT ?
"""  # noqa: S608 - a constant
OF_JOB: Final = f"""
SELECT {EVENT_COLUMNS} FROM event JOIN job ON job.row_id = event.job
WHERE event.job IN ({ROWS_OF_JOB}) AND number BETWEEN ? AND ?
ORDER BY number LIMIT ?
"""  # noqa: S608 - a constant


class EventReader:
    """Reads events back from a journal's file, for many threads."""

    def __init__(self, file: JournalFile) -> None:
        """Prepare to read; nothing is opened before somebody does."""
        self._file = file
        self._lock = Lock()
        self._connection: Connection | None = None
        self._closed = False

    def read(self, sql: str, parameters: Sequence[object]) -> list[Posted]:
        """Return the events that a query finds.

        Raises:
            JournalError: They can't be read.
        """
        try:
            with self._lock:
                if self._closed:
                    raise JournalError(str(self._file.path), "is closed", "open it anew")
                if self._connection is None:
                    self._file.require_own_process()
                    self._connection = self._file.reading()
                rows = list(self._connection.execute(sql, parameters))
            return list(map(posted_of, rows))
        except UNREADABLE as error:
            problem = f"can't be read: {printable(str(error))}"
            raise JournalError(str(self._file.path), problem, "it is tried again") from error
        except DamagedError as error:
            raise damaged(self._file.path, error.problems) from None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()


class JournalOutbox:
    """What one listener has not heard."""

    durable = True

    def __init__(  # noqa: PLR0913 - the parts of a journal
        self,
        listener: int,
        cursor: int,
        lanes: int,
        *,
        writer: JournalWriter,
        reader: EventReader,
        acknowledgements: Acknowledgements,
        held: dict[JobKey, Held],
    ) -> None:
        """Begin where the listener stands.

        Args:
            listener: Its id.
            cursor: It has dealt with every event up to this number.
            lanes: How many lanes it has.
            writer: Of the journal.
            reader: Likewise.
            acknowledgements: Likewise.
            held: The jobs that it failed at.
        """
        self._listener = listener
        self._writer = writer
        self._reader = reader
        self._acknowledgements = acknowledgements
        self._held = held
        #: From which number on the events of a job were held when this was opened.
        self._opened = {job: each.first for job, each in held.items()}
        self._heard = acknowledgements.read(listener, writer.newest)
        self._settled = [cursor] * lanes
        self._settling = Lock()
        #: The transaction that says which jobs are held: what is passed then needs it.
        self._needs = writer.number

    def passed(self, posted: Posted) -> None:
        """Take note that a lane has dealt with an event."""
        shard = shard_of(posted.event.job.id)
        # What is passed once more, for its job was held, must not make others be told again.
        if posted.number > self._heard[shard]:
            self._acknowledgements.write(self._listener, shard, posted.number, self._needs)

    def settle(self, lane: int, number: int) -> None:
        """Take note that a lane has dealt with all its events up to a number."""
        with self._settling:
            before = min(self._settled)
            self._settled[lane] = number
            now = min(self._settled)
        if now > before:
            self._writer.move_cursor(self._listener, now)

    def hold(self, held: Mapping[JobKey, Held], *, durable: bool = True) -> None:
        """Keep the events of jobs for later, all in one commit.

        Raises:
            JournalError: That could not be written.
        """
        ticket = 0
        for job, each in held.items():
            parked = to_microseconds(each.since)
            row = (*self._key(job), each.first, each.attempts, each.error, parked, self._listener)
            ticket = self._writer.run(_HOLD, row, durable=durable)
        self._writer.commit(ticket)
        if durable:
            with self._settling:
                self._needs = max(self._needs, self._writer.number)

    def release(self, job: JobKey) -> None:
        """Hold a job no longer.

        Raises:
            JournalError: That could not be written.
        """
        self._writer.commit(self._writer.run(_RELEASE, self._key(job), durable=False))

    def held(self) -> Mapping[JobKey, Held]:
        """Return the jobs that were held when this was opened."""
        return self._held

    def after(self, number: int, most: int) -> tuple[Sequence[Posted], int]:
        """Return events with larger numbers, in order, and up to which number was looked.

        Raises:
            JournalError: They can't be read.
        """
        found = self._reader.read(AFTER, (number, most))
        looked = found[-1].number if found else number
        return [posted for posted in found if not self._is_heard(posted)], looked

    def of_job(self, job: JobKey, first: int, last: int, most: int) -> Sequence[Posted]:
        """Return the events of a job from one number to another, in order.

        Raises:
            JournalError: They can't be read.
        """
        return self._reader.read(OF_JOB, (*columns_of(job), first, last, most))

    def _is_heard(self, posted: Posted) -> bool:
        """Return whether an event was dealt with before this was opened, and not held."""
        job = posted.event.job
        if posted.number > self._heard[shard_of(job.id)]:
            return False
        first = self._opened.get(job)
        return first is None or posted.number < first

    def _key(self, job: JobKey) -> tuple[object, ...]:
        return (self._listener, *columns_of(job))


class HeldRow(NamedTuple):
    """A job that a listener failed at, as a journal keeps it.

    Attributes:
        job: The job.
        first: The number of the event that it hears next.
        attempts: How often that one was told.
        error: What it raised last, in a line.
        parked: Since when nothing more is told of it; None while it is told again.
    """

    job: JobKey
    first: int
    attempts: int
    error: str
    parked: datetime | None


def held_row(listener: int, newest: int, row: Sequence[Any]) -> HeldRow:
    """Return a job that a listener failed at, of what `HELD` finds.

    Args:
        listener: Its id.
        newest: The largest number that an event ever had.
        row: The row.

    Raises:
        DamagedError: It is none.
    """
    readers: Mapping[str, Callable[[Any], Any]] = {
        "first": partial(plain.up_to, newest + 1),
        "attempts": plain.count,
        "error": plain.required_text,
        "parked": plain.time,
    }
    key, values = row[: len(KEY)], row[len(KEY) :]
    place = f"held[{', '.join(map(shown, (listener, *key)))}]"
    job = plain.read_at(place, key_of, key)
    reads = zip(readers, readers.values(), values, strict=True)
    return HeldRow(job, *plain.read_at(place, partial(plain.read_all, ".{}"), reads))


def held_by(listener: int, newest: int, rows: Iterable[Sequence[Any]]) -> dict[JobKey, Held]:
    """Return the jobs that a listener failed at, from what `HELD` finds.

    Raises:
        DamagedError: Some are none.
    """
    read = partial(held_row, listener, newest)
    found = plain.read_all("", ((None, read, row) for row in rows))
    return {each.job: Held(each.first, each.attempts, each.error, each.parked) for each in found}
