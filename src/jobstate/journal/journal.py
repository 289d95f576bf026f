"""`Journal`: the file that a tracker keeps what it knows in; puts the parts together."""

from __future__ import annotations

import gc
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from jobstate.common.forks import in_forked_child, leave_behind
from jobstate.common.times import to_microseconds, utc_now
from jobstate.errors import (
    JournalError,
    JournalInUseError,
    JournalWriteError,
    UnknownNameError,
    shown,
)
from jobstate.journal.acknowledgements import Acknowledgements
from jobstate.journal.connection import Connect, Durability, connect
from jobstate.journal.database import REMEDY, JournalFile
from jobstate.journal.header import kinds_of, listener_problems
from jobstate.journal.job_rows import Loaded
from jobstate.journal.outbox import HELD, EventReader, JournalOutbox, held_by
from jobstate.journal.place import resolved
from jobstate.journal.pruning import Sweeper
from jobstate.journal.validation import HELP, UNREADABLE, damaged, refuse, require_kind
from jobstate.journal.writer import JournalWriter
from jobstate.tracking.journal_port import Opened
from jobstate.tracking.plain_data import DamagedError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.delivery.outbox import Posted
    from jobstate.model.events import Event
    from jobstate.model.observation import JobKey

_LISTENER = "SELECT id, cursor FROM listener WHERE name = ?"
_FORGET = "UPDATE job SET forgotten = max(?, 1) WHERE row_id = ?"
_KIND = "INSERT INTO kind VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version"


class Journal:
    """Keeps what one tracker knows and says, and who has heard it, in a file.

    Give it to `Tracker`. A tracker that begins with the file of an earlier one goes on where that
    was, however it ended; its subscriptions are told what they had not acknowledged by returning.
    Beside the file are others of its name: ``-wal`` and ``-shm`` (SQLite's), ``-lock`` (keeps a
    second writer away) and ``-acks`` (how far listeners are). Copy a journal with SQLite's own
    means (``VACUUM INTO``), or while no tracker has it. It needs a local disk.

    Attributes:
        path: The file, by the one path that all others lead to; looked up once.
        durability: What is promised when `Tracker.observe` returns.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durability: Durability | str = Durability.FULL,
        keep: timedelta = timedelta(0),
        clock: Callable[[], datetime] = utc_now,
        connect: Connect = connect,
    ) -> None:
        """Open a file; make it where there is none, for its owner alone to read and write.

        From here on a file that is there is looked through in a thread, pages, rows and indexes, a
        second or so for a million events. A tracker loads its jobs meanwhile and begins when that
        has ended.

        Args:
            path: The file.
            durability: What is promised: to survive a power cut, or the process's end only.
            keep: How long the file keeps a job that the tracker has forgotten (`Retention`,
                `Tracker.forget`); at least until every listener has heard of it.
            clock: What time it is; aware.
            connect: What opens the database. Tests put one here whose disk fails.

        Raises:
            JournalInUseError: Another tracker writes to it.
            JournalDamagedError: It has not a journal's tables, or others, or can't be read. What
                else is damaged, `Tracker` raises.
            JournalError: It is something else, of a newer version, has several names (hard links),
                or can't be opened.
            ValueError: There is no such durability.
        """
        self.path = resolved(path)
        self.durability = Durability(durability)
        if sqlite3.sqlite_version_info < (3, 37):
            problem = f"needs SQLite 3.37 or later, and this Python has {sqlite3.sqlite_version}"
            raise JournalError(str(self.path), problem, "use another build of Python")
        self._clock = clock
        self._keep = keep
        self._file = JournalFile(self.path, self.durability, connect)
        self._acknowledgements = Acknowledgements(
            self.path.with_name(f"{self.path.name}-acks"), self._file.identity
        )
        self._reader = EventReader(self._file)
        self._writer: JournalWriter | None = None
        #: Kinds of which the file had no job yet, with the versions that judge them.
        self._versions: dict[str, str] = {}
        self._row_ids = count(1)
        self._closed = False
        in_forked_child(self, partial(leave_behind, refusal=self._file.forked))

    def __repr__(self) -> str:
        return f"<Journal {str(self.path)!r}{' closed' if self._closed else ''}>"

    @property
    def recovered(self) -> bool:
        """Whether the tracker that had the file last did not close it."""
        return self._file.recovered

    # --- For the tracker ------------------------------------------------------------------------

    def begin(
        self, judges: Mapping[str, Judge], offer: Callable[[Sequence[Posted]], object]
    ) -> Iterable[JobState]:
        """Return where the jobs stood that are kept. See `JournalPort`.

        Raises:
            JournalInUseError: Another tracker has begun already.
            JournalDamagedError: It is not whole; the journal is closed then.
            JournalError: What is kept can't be read, or is of another kind; likewise.
        """
        if self._writer is not None or self._closed:
            problem = "has been used by a tracker already"
            raise JournalInUseError(str(self.path), problem, "open it anew for another one")
        try:
            return self._begun(judges, offer)
        except BaseException:  # nothing half-done stays: the file is free for another try
            with suppress(JournalError):
                self.close()
            raise

    def _begun(
        self, judges: Mapping[str, Judge], offer: Callable[[Sequence[Posted]], object]
    ) -> Iterable[JobState]:
        file, problems = self._file, list[object]()
        loaded = Loaded(judges, file.write, problems)
        try:
            self._check_kinds(judges)
            job_states = _collected(loaded)
            problems += listener_problems(file.write, self.path)
            problems += file.problems()
            (last,) = file.write.execute("SELECT coalesce(max(row_id), 0) FROM job").fetchone()
        except UNREADABLE as error:
            with suppress(*UNREADABLE):
                problems += file.problems()
            refuse(self.path, error, REMEDY, file.write, problems)
        if problems:
            mine = " or ".join(str(judge.lifecycle) for judge in judges.values())
            by = f"read it with the life cycle that wrote it, not {mine}"
            raise damaged(self.path, problems, by if loaded.unknown else HELP)
        writer = JournalWriter(file, loaded.codec, offer, Sweeper(self._keep, self._clock))
        self._row_ids = count(last + 1)
        self._acknowledgements.bound(writer.newest, writer.number)
        self._writer = writer
        return job_states

    def _check_kinds(self, judges: Mapping[str, Judge]) -> None:
        """See that each job has somebody who judges it, and write who that is from now on."""
        self._versions = {kind: str(each.lifecycle.version) for kind, each in judges.items()}
        connection = self._file.write
        try:
            kinds = kinds_of(connection)
        except DamagedError as error:
            raise damaged(self.path, error.problems) from None
        for kind in kinds:
            if kind in judges:
                connection.execute(_KIND, (kind, self._versions.pop(kind)))
            elif connection.execute("SELECT 1 FROM job WHERE kind = ?", (kind,)).fetchone():
                require_kind(self.path, kind, judges)

    def add(self, before: JobState | None, after: JobState, events: Sequence[Event]) -> int:
        """Take what is to be kept of one job; return a ticket. See `JournalPort`.

        Raises:
            JournalError: The job's id is no text that a file can hold; nothing was taken.
        """
        if before is None:
            self._require_text(after.job)
            row_id = next(self._row_ids)
            # In an order in which an interrupt does no harm: twice is as good as once.
            if (version := self._versions.get(after.job.kind)) is not None:
                self._writing.run(_KIND, (after.job.kind, version))
                self._versions.pop(after.job.kind, None)
        else:
            row_id = before.row_id
        return self._writing.keep(before, after, row_id, events)

    def _require_text(self, job: JobKey) -> None:
        """Refuse half of a surrogate pair in what identifies a job; no service has that."""
        try:
            job.id.encode()
        except UnicodeEncodeError as error:
            problem = f"can't keep {shown(job.id)}, which is no whole text: {error.reason}"
            remedy = "name the job by an id as its service has it"
            raise JournalError(str(self.path), problem, remedy) from error

    def forget(self, job_state: JobState) -> int:
        """Keep a job no longer; return a ticket. See `JournalPort`."""
        row = (to_microseconds(self._clock()), job_state.row_id)
        return self._writing.run(_FORGET, row)

    @property
    def given(self) -> int:
        """The ticket of what came last."""
        return self._writing.given

    @property
    def committed(self) -> int:
        """The ticket up to which everything is written."""
        return self._writing.committed

    def commit(self, ticket: int) -> None:
        """Return when everything up to a ticket is written. See `JournalPort`.

        Raises:
            JournalWriteError: It is not; the next commit tries again.
        """
        self._writing.commit(ticket)

    def check(self) -> None:
        """Get over an earlier failure, if there was one.

        Raises:
            JournalWriteError: It goes on.
        """
        self._writing.check()

    def subscribe(self, name: str, lanes: int) -> Opened:
        """Return what a listener has not heard. See `JournalPort`.

        Raises:
            JournalWriteError: A new one could not be written.
            JournalDamagedError: What there is of it can't be.
            JournalError: What there is can't be read.
        """
        writer = self._writing
        insert = "INSERT OR IGNORE INTO listener (name, cursor) SELECT ?, newest FROM journal"
        writer.commit(writer.run(insert, (name,)))
        ((listener, cursor),) = self._read(_LISTENER, (name,))
        try:
            held = held_by(listener, writer.newest, self._read(HELD, (listener,)))
        except DamagedError as error:
            raise damaged(self.path, error.problems) from None
        outbox = JournalOutbox(
            listener,
            cursor,
            lanes,
            writer=writer,
            reader=self._reader,
            acknowledgements=self._acknowledgements,
            held=held,
        )
        return Opened(outbox, cursor, writer.newest)

    def unsubscribe(self, name: str) -> None:
        """Forget what a listener has heard, so that nothing is kept for it any more.

        Raises:
            UnknownNameError: There is none of that name.
            JournalWriteError: That can't be written.
            JournalError: What there is can't be read.
        """
        writer = self._writing
        names = dict(self._read("SELECT name, id FROM listener"))
        if name not in names:
            raise UnknownNameError("listener", name, names)
        writer.run("DELETE FROM held WHERE listener = ?", (names[name],))
        writer.commit(writer.run("DELETE FROM listener WHERE id = ?", (names[name],)))

    def _read(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with closing(self._file.reading()) as connection:
                return list(connection.execute(sql, parameters))
        except UNREADABLE as error:
            problem = f"can't be read: {error}"
            raise JournalError(str(self.path), problem, "try again") from error

    def close(self) -> None:
        """Write what is to be written, and let go of the file. Twice does no harm.

        Raises:
            JournalWriteError: Something could not be written.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._writer is not None:
                self._end(self._writer)
            self._file.require_locked()
            if (
                self._writer is not None or not self._file.recovered
            ):  # else nobody has seen it whole
                self._file.write.execute("UPDATE journal SET clean = 1")
        except JournalWriteError as error:
            remedy = "what raised is not written: do it again with the next tracker"
            raise JournalWriteError(str(self.path), error.problem, remedy) from error
        except sqlite3.Error as error:
            problem = f"could not be closed in order: {error}"
            raise JournalWriteError(
                str(self.path), problem, "it is checked when it is opened"
            ) from error
        finally:
            with suppress(sqlite3.Error):
                self._reader.close()
            self._acknowledgements.close()
            self._file.let_go()

    @staticmethod
    def _end(writer: JournalWriter) -> None:
        try:
            writer.flush()
        finally:
            writer.stop()

    @property
    def _writing(self) -> JournalWriter:
        if self._writer is None:
            problem = "belongs to no tracker yet"
            raise JournalError(str(self.path), problem, "give it to one: Tracker(journal=…)")
        return self._writer


def _collected(loaded: Loaded) -> list[JobState]:
    """Return where all jobs stood; what is made stays, so it need not be looked at as garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return list(loaded.states())
    finally:
        if was_enabled:
            gc.enable()
