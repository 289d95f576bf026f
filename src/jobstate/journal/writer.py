"""`JournalWriter`: puts down what many threads bring, in as few transactions as possible.

Whoever commits first writes for all that have come by then; the others wait for that one (group
commit), each at the gate of its transaction: the first one through leads, the others are let
through one after the other once it has written, so of many that wait, few are awake at once. A
transaction that fails is in doubt: its mark in the file (its number, and the run of the writer)
tells, once that is open again, whether it took place, so nothing is lost and nothing is written
twice. Where there is the mark of another writer, nothing is written any more.
"""

from __future__ import annotations

import sqlite3
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from attrs import Factory, define

from jobstate.delivery.outbox import Posted
from jobstate.errors import JournalWriteError
from jobstate.journal.event_codec import body_of
from jobstate.journal.job_rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.journal.connection import Connection
    from jobstate.journal.database import JournalFile
    from jobstate.journal.pruning import Sweeper
    from jobstate.model.events import Event
    from jobstate.tracking.job_codec import JobCodec

_KEEP_EVENT: Final = "INSERT INTO event VALUES (?, ?, ?, ?)"
_KEEP_CURSOR: Final = "UPDATE listener SET cursor = ? WHERE id = ? AND cursor < ?"
_MARK: Final = "SELECT batch, run FROM journal"
_END: Final = "UPDATE journal SET batch = ?, run = ?, newest = ?"
#: A transaction that fails is tried so often before anybody is told.
_TRIES: Final = 2


class _Kept(NamedTuple):
    """What is to be kept of a job."""

    before: JobState | None
    after: JobState
    events: Sequence[Event]


class _Statement(NamedTuple):
    """A statement to be run as it is."""

    sql: str
    parameters: Sequence[object]
    durable: bool


@define(eq=False)
class _Content:
    """What a transaction puts down.

    Attributes:
        newest: The largest number of an event, after it.
        rows: Of the jobs.
        events: Of the events.
        posted: The same, to be handed on.
        statements: To be run after those.
        durable: Whether the commit waits for the disk, where the journal's durability says so: not
            where a power cut may undo it all.
    """

    newest: int
    rows: Rows = Factory(Rows)
    events: list[tuple[int, int, str, str]] = Factory(list)
    posted: list[Posted] = Factory(list)
    statements: list[_Statement] = Factory(list)
    durable: bool = False


@define(eq=False)
class _Batch:
    """What is put down in one transaction.

    Attributes:
        number: Its number in the file, once it has taken place.
        ticket: Of the last thing in it.
        taken: What was brought, in order.
        cursors: How far listeners are: (number, id, number).
        content: What that makes; None until it is complete.
        written: It has taken place.
    """

    number: int
    ticket: int
    taken: list[_Kept | _Statement]
    cursors: list[tuple[int, int, int]]
    content: _Content | None = None
    written: bool = False


class JournalWriter:
    """The one writer of a journal's file, for many threads.

    Attributes:
        committed: The ticket up to which everything is written.
        number: Of the last transaction.
        newest: The largest number that an event has.
    """

    def __init__(
        self,
        file: JournalFile,
        codec: JobCodec,
        offer: Callable[[Sequence[Posted]], object],
        sweeper: Sweeper,
    ) -> None:
        """Begin where the file stands.

        Args:
            file: The file.
            codec: Writes what is kept of jobs.
            offer: Called with the events of each transaction once it has taken place, in order.
            sweeper: Sees to what nobody needs any more.
        """
        self._file = file
        self._codec = codec
        self._offer = offer
        self._sweeper = sweeper
        self._run = uuid4().hex
        self.number, run, self.newest = file.write.execute(
            "SELECT batch, run, newest FROM journal"
        ).fetchone()
        #: The number and the run that are in the file, unless somebody else writes to it.
        self._mark = (self.number, run)
        #: Guards what comes next up to the blank line.
        self._lock = Lock()
        self._queue: list[_Kept | _Statement] = []
        self._cursors: dict[int, int] = {}
        self._gone = 0  # how many things were taken from the queue, so the ticket of the last
        #: Held by who leads: of those whose things were taken from the queue last …
        self._taken = Lock()
        #: … and of those whose things are in it.
        self._coming = Lock()
        self.committed = 0
        self._stopped = False

        #: Held by who writes.
        self._leading = Lock()
        #: Touched only by who leads.
        self._batch: _Batch | None = None
        self._in_doubt = False
        self._failure: JournalWriteError | None = None

    # --- Bringing -------------------------------------------------------------------------------

    def keep(
        self, before: JobState | None, after: JobState, row_id: int, events: Sequence[Event]
    ) -> int:
        """Take what is to be kept of a job; return a ticket. Once it has a row, it is taken."""
        what = _Kept(before, after, events)
        with self._lock:
            after.row_id = row_id
            self._queue.append(what)  # no interrupt comes before it: there is no call between
            return self._given

    def run(self, sql: str, parameters: Sequence[object], *, durable: bool = True) -> int:
        """Take a statement, to be run after what came before it; return a ticket.

        Args:
            sql: The statement.
            parameters: Of it.
            durable: Not where a power cut may undo it (never the end of the process).
        """
        what = _Statement(sql, parameters, durable)
        with self._lock:
            self._queue.append(what)
            return self._given

    def move_cursor(self, listener: int, number: int) -> None:
        """Take how far a listener is; written with what comes next."""
        with self._lock:
            self._cursors[listener] = number

    @property
    def given(self) -> int:
        """The ticket of what came last."""
        with self._lock:
            return self._given

    @property
    def _given(self) -> int:
        """The same, under the lock."""
        return self._gone + len(self._queue)

    # --- Committing -----------------------------------------------------------------------------

    def commit(self, ticket: int) -> None:
        """Return when everything up to a ticket is written for good.

        Raises:
            JournalWriteError: It is not. It stays here, and the next commit tries again.
        """
        if self.committed >= ticket:
            return
        with self._lock:
            gate = self._coming if ticket > self._gone else self._taken
        with gate:  # whoever has led it meanwhile has mostly written this
            if self.committed < ticket:
                self._lead(ticket)

    def check(self) -> None:
        """Get over an earlier failure, if there was one.

        Raises:
            JournalWriteError: It goes on.
        """
        # Whoever leads is always in doubt, and sees to it.
        if self._failure is not None or (self._in_doubt and not self._leading.locked()):
            self.commit(self.given)

    def flush(self) -> None:
        """Write all that there is, how far listeners are included, and let go of what is due.

        Raises:
            JournalWriteError: It can't be written.
        """
        self._sweeper.hurry()
        while self._sweeper.has_more:
            self.commit(self.run("SELECT 1", ()))

    def stop(self) -> None:
        """Let nobody write any more, once whoever does has ended: the file can be closed then."""
        with self._lock:
            self._stopped = True
        with self._leading:
            pass

    # --- Leading --------------------------------------------------------------------------------

    def _lead(self, ticket: int) -> None:
        """Write until a ticket is written, once nobody else does."""
        with self._leading:
            while self.committed < ticket:
                if self._stopped:
                    remedy = "what came after that is not written; begin a new tracker"
                    raise JournalWriteError(str(self._file.path), "is closed", remedy)
                self._write()

    def _write(self) -> None:
        """Put down one batch: the one in doubt, or what has come meanwhile."""
        self._file.require_own_process()
        batch = self._batch or self._gathered()
        if batch.content is None:
            batch.content = self._composed(batch)
        error: sqlite3.Error | None = None
        for _ in range(_TRIES):
            try:
                if not batch.written and not self._has_taken_place(batch):
                    self._put_down(batch, batch.content)
            except sqlite3.Error as failure:
                error = failure
            else:
                self._finish(batch, batch.content)
                return
        self._failure = JournalWriteError(
            str(self._file.path),
            f"could not be written: {error}",
            "nothing is lost: it is tried again with the next answer",
        )
        raise self._failure from error

    def _gathered(self) -> _Batch:
        """Take what has come by now."""
        with self._lock:
            cursors = [(number, each, number) for each, number in self._cursors.items()]
            batch = _Batch(self.number + 1, self._given, self._queue, cursors)
            queue: list[_Kept | _Statement] = []
            taken, coming = self._coming, Lock()
            # All or nothing: an interrupt comes before or after, for there is no call between.
            self._batch, self._queue, self._gone = batch, queue, batch.ticket
            self._taken, self._coming = taken, coming
        return batch

    def _composed(self, batch: _Batch) -> _Content:
        """Return what a batch puts down."""
        content = _Content(self.newest)
        for each in batch.taken:
            if isinstance(each, _Statement):
                content.statements.append(each)
                content.durable |= each.durable
                continue
            content.durable = True
            content.rows.add(self._codec, each.before, each.after)
            for event in each.events:
                content.newest += 1
                content.posted.append(Posted(content.newest, event))
                row = (content.newest, each.after.row_id, event.kind, body_of(event))
                content.events.append(row)
        content.rows.estimates = self._codec.sets.fresh()
        return content

    def _put_down(self, batch: _Batch, content: _Content) -> None:
        self._in_doubt = True  # whatever ends this, SQLite or an interrupt
        connection = self._file.write
        level = 0
        if not content.durable:
            (level,) = connection.execute("PRAGMA synchronous").fetchone()
            connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        self._require_own(connection)
        content.rows.put_down(connection)
        if content.events:
            connection.executemany(_KEEP_EVENT, content.events)
        for statement in content.statements:
            connection.execute(statement.sql, statement.parameters)
        if batch.cursors:
            connection.executemany(_KEEP_CURSOR, batch.cursors)
        self._sweeper.sweep(connection, len(batch.taken))
        connection.execute(_END, (batch.number, self._run, content.newest))
        self._file.require_locked()  # within: until it ends, no other tracker begins
        connection.execute("COMMIT")
        if not content.durable:
            connection.execute(f"PRAGMA synchronous = {level}")
        self._file.require_in_place()
        batch.written = True
        self._in_doubt = False

    def _require_own(self, connection: Connection) -> None:
        """Refuse to write over what somebody else wrote.

        Raises:
            JournalWriteError: The last transaction is not this writer's, nor the one it began at.
        """
        if connection.execute(_MARK).fetchone() != self._mark:
            connection.execute("ROLLBACK")
            remedy = "see that only one tracker has it, and begin that one anew"
            problem = "was written to by another tracker meanwhile"
            self._failure = JournalWriteError(str(self._file.path), problem, remedy)
            raise self._failure

    def _has_taken_place(self, batch: _Batch) -> bool:
        """Tell, from the file itself, whether a transaction took place that is in doubt."""
        if not self._in_doubt:
            return False
        self._file.reopen()
        connection = self._file.write
        if connection.execute(_MARK).fetchone() == (batch.number, self._run):
            # What the log holds may not have reached the disk: put it into the file, which waits.
            busy, logged, moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy and not 0 <= logged <= moved:
                raise sqlite3.OperationalError("somebody reads what may not be on the disk yet")
            batch.written = True
        self._in_doubt = False
        return batch.written

    def _finish(self, batch: _Batch, content: _Content) -> None:
        """Let everybody know; if this is interrupted it happens again, which does no harm."""
        if content.posted:
            self._offer(content.posted)
        self._codec.sets.keep(content.rows.estimates)
        self.number, self.newest = batch.number, content.newest
        self._mark = (batch.number, self._run)
        with self._lock:
            self.committed = batch.ticket
            for number, listener, _ in batch.cursors:
                if self._cursors.get(listener) == number:
                    del self._cursors[listener]
            self._batch = self._failure = None
