"""What is said in a journal from now on, as soon as it is written, for whoever reads along.

SQLite counts the commits of others in the log's index, in memory that all of them share. To ask for
that count takes some microseconds and no lock, so it is asked often, and nothing is read until it
has changed. A file that nobody has open is looked at from outside alone.
"""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

from jobstate.errors import JournalError
from jobstate.journal.connection import connect, connect_still, harden
from jobstate.journal.place import require_file
from jobstate.journal.schema import MIGRATIONS
from jobstate.journal.schema_check import version_of
from jobstate.journal.validation import UNREADABLE, refuse

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate.journal.connection import Connection

#: How long nobody asks whether there is news, in seconds.
_BETWEEN: Final = 0.005
#: How long nobody asks whether it is still the same file, in seconds.
_BETWEEN_LOOKS: Final = 0.25
#: How much is read at once: while that is done, the log can't become shorter.
_AT_ONCE: Final = 1_000
_REMEDY: Final = "see that it is there, and follow it again"


class Following:
    """Reads the rows that others write to a journal from now on. For one thread at a time.

    Attributes:
        closed: Set by anybody, it ends whoever waits.
    """

    def __init__(self, path: Path, sql: str) -> None:
        """Prepare to follow a file.

        Args:
            path: The file.
            sql: Finds rows of larger numbers than one, in order, the number first.
        """
        self.closed = False
        self._path = path
        self._sql = f"{sql} LIMIT {_AT_ONCE}"
        self._connection: Connection | None = None
        found = self._stat()
        self._identity = found.st_dev, found.st_ino
        self._index = path.with_name(f"{path.name}-shm")
        self._looked = 0.0

    def close(self) -> None:
        """Let go of the file. Twice does no harm."""
        if self._connection is not None:
            self._connection.close()

    def rows(self, after: int, timeout: float | None) -> Iterator[Any]:
        """Yield rows as they are written.

        Args:
            after: Only those of larger numbers.
            timeout: After how many seconds without one it ends; never by itself if None.

        Raises:
            JournalDamagedError: The file is not whole.
            JournalError: It is gone, or another one stands in its place.
        """
        seen: object = None
        last = monotonic()
        while not self.closed:
            version = self._version()
            if version == seen:
                if timeout is not None and monotonic() - last > timeout:
                    return
                sleep(_BETWEEN)
                continue
            rows = self._read(after, version)
            for row in rows:
                after = row[0]
                yield row
            if len(rows) < _AT_ONCE:
                seen = version
            if rows:
                last = monotonic()

    def _version(self) -> object:
        """Return what changes with each commit of others."""
        if self._connection is None or monotonic() > self._looked + _BETWEEN_LOOKS:
            self._looked = monotonic()
            found = self._stat()
            if (found.st_dev, found.st_ino) != self._identity:
                raise JournalError(str(self._path), "is another file now", _REMEDY)
            if self._connection is None and not self._index.exists():
                return found.st_size, found.st_mtime_ns
        try:
            if self._connection is None:
                self._connection = connect(str(self._path), read_only=True)
                self._see_to(self._connection)
            return self._connection.execute("PRAGMA data_version").fetchone()
        except UNREADABLE as error:
            refuse(self._path, error, _REMEDY)

    def _read(self, after: int, version: object) -> list[Any]:
        if self._connection is None:
            return self._read_still(after, version)
        try:
            return list(self._connection.execute(self._sql, (after,)))
        except UNREADABLE as error:
            refuse(self._path, error, _REMEDY)

    def _read_still(self, after: int, version: object) -> list[Any]:
        """Read a file that nobody has open; if somebody has by now, it is read once more."""
        connection = connect_still(str(self._path))
        try:
            self._see_to(connection)
            rows = list(connection.execute(self._sql, (after,)))
        except (*UNREADABLE, JournalError) as error:
            if self._version() != version:
                return []
            if isinstance(error, JournalError):
                raise
            refuse(self._path, error, _REMEDY, connection)
        finally:
            connection.close()
        return rows if self._version() == version else []

    def _see_to(self, connection: Connection) -> None:
        """Refuse a file that has other tables than a journal."""
        harden(connection)
        version_of(connection, self._path, MIGRATIONS)

    def _stat(self) -> os.stat_result:
        try:
            return require_file(self._path) if self._connection is None else self._path.stat()
        except OSError as error:
            problem = f"is gone: {error.strerror or error}"
            raise JournalError(str(self._path), problem, _REMEDY) from error
