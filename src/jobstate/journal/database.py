"""A journal's file, fit for use: ours, of a known version, whole, written to by nobody else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from jobstate.errors import JournalDamagedError, JournalError
from jobstate.journal.connection import Connection, Durability, Lock
from jobstate.journal.schema import APPLICATION_ID, MIGRATIONS
from jobstate.journal.validation import HELP, known_version, own_row, refuse, require_ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate.journal.connection import Connect

#: Pages of 4 KiB that may gather in the log before they are moved into the file.
_CHECKPOINT: Final = 4_000
#: How much of the file is kept in memory, in KiB.
_CACHE: Final = 32 * 1024
#: What to do where a file can't be opened.
REMEDY: Final = "see that its folder can be written"
#: More problems than this are not looked for in a damaged file.
_PROBLEMS: Final = 20


class JournalFile:
    """The one writing connection to a journal, and one that reads.

    Attributes:
        path: Where it is.
        identity: Tells this file from every other.
        recovered: Nobody closed it when it was used last: it was checked.
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
            JournalDamagedError: It was not closed, and is not whole.
            JournalError: It is something else, of a newer version, or can't be opened.
        """
        self.path = path
        self._durability = durability
        self._connect = connect
        self._migrations = migrations
        self._process = os.getpid()
        self.identity = ""
        self.recovered = False
        try:
            self._lock = Lock(path)
        except (sqlite3.Error, OSError) as error:
            refuse(self.path, error, REMEDY)
        try:
            self.write = self._opened()
            self._make_fit()
        except BaseException as error:
            self.let_go()
            if isinstance(error, sqlite3.Error):
                refuse(self.path, error, REMEDY)
            raise

    def let_go(self) -> None:
        """Close the file as it is, and let others have it."""
        self.close_connection()
        self._lock.release()

    def close_connection(self) -> None:
        """Close what writes; what it was about is undone, unless that was committed."""
        with suppress(AttributeError, sqlite3.Error):
            self.write.close()

    def reopen(self) -> None:
        """Begin with a new connection, after an error that leaves the old one in doubt.

        Raises:
            sqlite3.Error: It can't be opened.
        """
        self.close_connection()
        self.write = self._opened()

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
            sqlite3.Error: It can't be opened.
        """
        connection = self._connect(str(self.path), True)  # noqa: FBT003 - by position, as declared
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # only the writer does that
        return connection

    # --- Opening --------------------------------------------------------------------------------

    def _opened(self) -> Connection:
        connection = self._connect(str(self.path), False)  # noqa: FBT003 - as above
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
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
        require_ours(self.write, self.path)
        self._migrate()
        self.identity, clean = own_row(self.write, self.path, "file, clean")
        if not clean:
            self.recovered = True
            self._require_whole()
        self.write.execute("UPDATE journal SET clean = 0")

    def _migrate(self) -> None:
        known = len(self._migrations)
        for number in range(known_version(self.write, self.path, known), known):
            self._migrate_to(number + 1, self._migrations[number])

    def _migrate_to(self, version: int, script: str) -> None:
        """Take one step, whole or not at all."""
        self.write.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(script):
                self.write.execute(statement)
            if version == 1:
                self.write.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                row = (uuid4().hex, "", "")
                self.write.execute("INSERT INTO journal VALUES (1, ?, ?, ?, 0, 0, 1, '')", row)
            self.write.execute(f"PRAGMA user_version = {version}")
            self.write.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self.write.execute("ROLLBACK")
            raise

    def _require_whole(self) -> None:
        found = [row[0] for row in self.write.execute(f"PRAGMA integrity_check({_PROBLEMS})")]
        if found != ["ok"]:
            raise JournalDamagedError(str(self.path), found, HELP)


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, each ended by a semicolon at the end of a line."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines = []
