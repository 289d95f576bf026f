"""A journal's file, fit for use: ours, of a known version, whole, written to by nobody else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from jobstate.errors import JournalError, JournalInUseError
from jobstate.journal.connection import Connection, Durability, Lock, harden
from jobstate.journal.header import header_of
from jobstate.journal.integrity import IntegrityCheck
from jobstate.journal.place import file_id, make, require_file
from jobstate.journal.schema import APPLICATION_ID, MIGRATIONS
from jobstate.journal.schema_check import version_of
from jobstate.journal.validation import UNREADABLE, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.journal.connection import Connect

#: Pages of 4 KiB that may gather in the log before they are moved into the file.
_CHECKPOINT: Final = 4_000
#: How much of the file is kept in memory, in KiB.
_CACHE: Final = 32 * 1024
#: What to do where a file can't be opened.
REMEDY: Final = "see that its folder can be written"
#: How long to wait for those who have the file open only for a moment, in milliseconds.
_BRIEFLY: Final = 200


class JournalFile:
    """The one writing connection to a journal, and one that reads.

    Attributes:
        path: Where it is.
        identity: Tells this file from every other.
        recovered: Nobody closed it when it was used last.
    """

    def __init__(
        self,
        path: Path,
        durability: Durability,
        connect: Connect,
        migrations: tuple[str, ...] = MIGRATIONS,
    ) -> None:
        """Open it; make it where there is none.

        Raises:
            JournalInUseError: Another tracker writes to it.
            JournalDamagedError: It has not a journal's tables, or others, or can't be read.
            JournalError: It is something else, of a newer version, or can't be opened.
        """
        self.path = path
        self._durability = durability
        self._connect = connect
        self._migrations = migrations
        self._process = os.getpid()
        self._name, self._log_name = str(path), f"{path}-wal"
        self._log: tuple[int, int] | None = None
        self.identity = ""
        self.recovered = False
        self._check: IntegrityCheck | None = None
        with suppress(FileNotFoundError):
            require_file(path)
        try:
            self._lock = Lock(path)
        except (*UNREADABLE, OSError) as error:
            refuse(self.path, error, REMEDY)
        try:
            make(path)
            self._file = file_id(self._name)
            self.write = self._opened()
            self._make_fit()
        except BaseException as error:
            try:
                if isinstance(error, (*UNREADABLE, OSError)):
                    refuse(self.path, error, REMEDY, getattr(self, "write", None))
            finally:
                self.let_go()
            raise

    def let_go(self) -> None:
        """Close the file as it is, and let others have it."""
        if self._check is not None:
            self._check.stop()
        self.close_connection()
        self._lock.release()

    def close_connection(self) -> None:
        """Close what writes; what it was about is undone, unless that was committed."""
        with suppress(AttributeError, sqlite3.Error):
            self.write.close()

    def reopen(self) -> None:
        """Begin with a new connection, after an error that leaves the old one in doubt.

        Raises:
            sqlite3.Error: It can't be opened, or is another file.
        """
        self.require_locked()
        self.require_in_place()
        self._log = None  # whoever closes the file last takes it away
        self.close_connection()
        self.write = self._opened()
        self._log = file_id(self._log_name)

    def require_in_place(self) -> None:
        """Refuse to take for written what went to a file that nobody finds any more.

        Raises:
            sqlite3.Error: The file or its log was deleted, renamed or replaced.
        """
        _require_same(self._name, self._file)
        _require_same(self._log_name, self._log)

    def require_locked(self) -> None:
        """Refuse to write what nobody finds any more, or another tracker may write to.

        Raises:
            sqlite3.Error: The file was deleted, renamed or replaced, or the lock file replaced.
        """
        _require_same(self._name, self._file)
        if self._lock.replaced:
            problem = "its lock file was replaced: another tracker may have it"
            raise sqlite3.OperationalError(problem)

    def require_own_process(self) -> None:
        """Refuse to go on in a process that was forked: SQLite's connections don't survive that.

        Raises:
            JournalError: It is another process than the one that opened it.
        """
        if os.getpid() != self._process:
            raise self.forked()

    def forked(self) -> JournalError:
        """Return the error that says so."""
        problem = f"was opened by process {self._process}, from which this one was forked"
        return JournalError(str(self.path), problem, "open it after the fork, in one process")

    def reading(self) -> Connection:
        """Return another connection, which only reads.

        Raises:
            sqlite3.Error: It can't be opened, or is another file.
        """
        self.require_in_place()
        connection = self._connect(str(self.path), True)  # noqa: FBT003 - by position, as declared
        harden(connection)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # only the writer does that
        return connection

    # --- Opening --------------------------------------------------------------------------------

    def _opened(self) -> Connection:
        connection = self._connect(str(self.path), False)  # noqa: FBT003 - as above
        try:
            harden(connection)
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a new file
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                problem = "can't be written ahead of (WAL), as its file system or mode refuses"
                raise JournalError(str(self.path), problem, "put it on a local disk")  # noqa: TRY301
            connection.execute(f"PRAGMA synchronous = {self._durability.upper()}")
            if self._durability is Durability.FULL:
                connection.execute("PRAGMA fullfsync = ON")  # macOS: else its disk may still lie
                connection.execute("PRAGMA checkpoint_fullfsync = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.close()
            raise
        return connection

    def _make_fit(self) -> None:
        version = version_of(self.write, self.path, self._migrations)
        self._migrate(version)
        header = header_of(self.write, self.path)
        self.identity, self.recovered = header.file, not header.clean
        if self.recovered and self._lock.made:
            self._require_unused()
        self.write.execute("UPDATE journal SET clean = 0")
        self._log = file_id(self._log_name)
        if self._lock.replaced:  # before others could see that it is in use
            raise self._lock.refusal()
        self.require_in_place()
        if version:  # it is not new
            self._check = IntegrityCheck(self.reading())

    def problems(self) -> list[object]:
        """Wait until the file has been looked through; return what is wrong with it.

        Raises:
            sqlite3.Error: It can't be looked through.
        """
        return [] if self._check is None else self._check.problems()

    def _require_unused(self) -> None:
        """Refuse a file that was not closed and has no lock file, if anybody has it open.

        Raises:
            JournalInUseError: Somebody has.
            sqlite3.Error: It can't be opened.
        """
        self.close_connection()
        alone = self._connect(str(self.path), False)  # noqa: FBT003 - as above
        try:
            alone.execute(f"PRAGMA busy_timeout = {_BRIEFLY}")
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            alone.execute("SELECT clean FROM journal").fetchone()
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            self._lock.withdraw()
            problem = "was not closed, is open elsewhere, and its lock file was deleted"
            remedy = "close whatever has it open: another tracker, or who reads along"
            raise JournalInUseError(str(self.path), problem, remedy) from error
        finally:
            alone.close()
        self.write = self._opened()

    def _migrate(self, version: int) -> None:
        for number in range(version, len(self._migrations)):
            self._migrate_to(number + 1, self._migrations[number])

    def _migrate_to(self, version: int, script: str) -> None:
        """Take one step, whole or not at all."""
        self.write.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(script):
                self.write.execute(statement)
            if version == 1:
                self.write.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                row = (uuid4().hex,)
                self.write.execute("INSERT INTO journal VALUES (1, ?, 0, 0, 1, '')", row)
            self.write.execute(f"PRAGMA user_version = {version}")
            self.write.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self.write.execute("ROLLBACK")
            raise


def _require_same(name: str, opened: tuple[int, int] | None) -> None:
    if opened is not None and file_id(name) != opened:
        raise sqlite3.OperationalError(f"{Path(name).name} was deleted, renamed or replaced")


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, each ended by a semicolon at the end of a line."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines = []
