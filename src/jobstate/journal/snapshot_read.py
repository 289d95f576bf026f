"""How a journal is read along: one look at its file, without the lock and without a trace.

Where a tracker has the file, or a crash has left its log (``-wal``), it is read as SQLite reads any
file that others write to. Where it was closed, nothing is there but the file, and SQLite would put
a log and its index beside it and leave them there; so it is read as one that does not change, and
looked at afterwards whether that was so.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from jobstate.errors import JournalError, Problem, shown
from jobstate.journal.connection import connect, connect_still, harden
from jobstate.journal.place import require_file, size_of
from jobstate.journal.schema import MIGRATIONS
from jobstate.journal.schema_check import version_of
from jobstate.journal.validation import UNREADABLE, damaged, refuse
from jobstate.tracking.plain_data import DamagedError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from jobstate.journal.connection import Connection

_REMEDY: Final = "see that it is there and can be read"


#: What to do with a file that was read as far as that goes.
_AS_FAR: Final = "what could be read was given; restore a copy"


class ReadTransaction:
    """One look at a journal's file: all that is read is what was there at one moment.

    For one thread at a time.

    Attributes:
        connection: For whoever reads a few rows, within `translated`.
    """

    connection: Connection

    def __init__(self, path: Path) -> None:
        """Open it, and look.

        Raises:
            JournalDamagedError: It is not whole.
            JournalError: It is not there, something else, of another version, or can't be read.
        """
        self._path = path
        self._mark = self._found()
        log, index = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))
        self._log_size = size_of(log)
        #: With nothing in the log, and no index of it, nobody has the file open.
        self._still = not self._log_size and not index.exists()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file. Twice does no harm."""
        with suppress(AttributeError, sqlite3.Error):
            self.connection.close()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Any]:
        """Yield what a query finds, as it is read.

        Raises:
            JournalDamagedError: The file is not whole; what could be read was yielded.
            JournalError: It can't be read, or was written to meanwhile.
        """
        with self.translated():
            for row in self.connection.execute(sql, parameters):  # noqa: UP028 - or it is closed late
                yield row

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Say what errors of SQLite mean, and see that what was read is what was there.

        Raises:
            JournalDamagedError: The file is not whole.
            JournalError: It can't be read, or was written to meanwhile.
        """
        try:
            yield
        except UNREADABLE as error:
            self._require_still()
            refuse(self._path, error, _REMEDY, self.connection)
        self._require_still()

    def in_order(self, table: str, sql: str, *parameters: object) -> Iterator[Any]:
        """Yield rows, each of a larger number than the one before: else a file may go in circles.

        Raises:
            JournalDamagedError: They are not in order, or as of `rows`.
            JournalError: As of `rows`.
        """
        last = 0
        for row in self.rows(sql, parameters):
            if row[0] <= last:
                self.refuse(Problem(f"{table}[{row[0]}]", f"a number above {last}", shown(row[0])))
            last = row[0]
            yield row

    def refuse(self, *problems: object) -> None:
        """Say what is wrong with the file, if anything is.

        Raises:
            JournalDamagedError: It lists the problems.
        """
        if problems:
            raise damaged(self._path, problems, _AS_FAR)

    @contextmanager
    def damage_told(self, place: str = "") -> Iterator[None]:
        """Raise what can't be read as damage of the file.

        Args:
            place: Where it stands.

        Raises:
            JournalDamagedError: It is not whole.
        """
        try:
            yield
        except DamagedError as error:
            raise damaged(self._path, error.under(place), _AS_FAR) from None

    # --- Opening --------------------------------------------------------------------------------

    def _found(self) -> os.stat_result:
        try:
            return require_file(self._path)
        except FileNotFoundError as error:
            problem = f"can't be opened: {error.strerror}"
            raise JournalError(str(self._path), problem, _REMEDY) from error

    def _open(self) -> None:
        try:
            path = str(self._path)
            self.connection = connect_still(path) if self._still else connect(path, read_only=True)
            self.connection.execute("PRAGMA query_only = ON")
            harden(self.connection)
            self.connection.execute("BEGIN")
            self._require_readable()
        except sqlite3.OperationalError as error:
            if self._log_size and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CANTOPEN:
                problem = "was not closed, and its log can't be read where nothing can be written"
                remedy = "copy it, with all files of its name, to another folder"
                raise JournalError(str(self._path), problem, remedy) from error
            refuse(self._path, error, _REMEDY)
        except UNREADABLE as error:
            refuse(self._path, error, _REMEDY, getattr(self, "connection", None))

    def _require_readable(self) -> None:
        """Refuse what is no journal of the version that we know."""
        known = len(MIGRATIONS)
        version = version_of(self.connection, self._path, MIGRATIONS)
        if not version:
            remedy = "see that a tracker has begun with it"
            raise JournalError(str(self._path), "has nothing in it", remedy)
        if version < known:
            problem = f"is of version {version}, and this jobstate reads version {known}"
            remedy = "open it once with a tracker, which brings it up to date"
            raise JournalError(str(self._path), problem, remedy)

    def _require_still(self) -> None:
        """Refuse to say what was read while somebody wrote, of a file that nobody wrote to.

        Raises:
            JournalError: It has changed.
        """
        if self._still and _stamp(self._found()) != _stamp(self._mark):
            problem = "was written to while it was read"
            raise JournalError(str(self._path), problem, "read it again")


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return found.st_size, found.st_mtime_ns, found.st_ino
