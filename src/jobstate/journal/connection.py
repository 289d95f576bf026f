"""How a journal's file is opened and locked."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias
from urllib.parse import quote

from jobstate.common.forks import renewed_in_forked_child
from jobstate.errors import JournalInUseError
from jobstate.journal.place import file_id, make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

#: How long to wait for somebody else's lock, in seconds: one who reads along holds none for long.
_PATIENCE: Final = 5.0
#: Held by the one thread of this process that makes and locks a lock file: see `make`.
_locking = threading.Lock()
renewed_in_forked_child(sys.modules[__name__], "_locking", threading.Lock)


class Durability(StrEnum):
    """What a journal promises when `observe` returns.

    FULL: it survives a power cut: every commit waits for the disk.
    NORMAL: it survives the end of the process, by whatever signal, and some ten times as much can
    be written where one thread observes. A power cut loses the last commits; what is left is what
    was there at some moment before, never a part of a later one.
    """

    FULL = "full"
    NORMAL = "normal"


class Cursor(Protocol):
    """What a statement gives, row by row."""

    def __iter__(self) -> Iterator[Any]:
        """Go over the rows."""
        raise NotImplementedError

    def fetchone(self) -> Any:  # noqa: ANN401 - a row has whatever columns were asked for
        """Return the next row; None where there is none."""
        raise NotImplementedError


class Connection(Protocol):
    """What a journal needs of a database connection: the least of what `sqlite3` has.

    It begins and ends transactions by statements alone, and raises `sqlite3.Error`.
    """

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor:
        """Run a statement."""
        raise NotImplementedError

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run a statement once for each row."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the file."""
        raise NotImplementedError


#: Opens a file by its path; the second argument asks for one that only reads.
Connect: TypeAlias = "Callable[[str, bool], Connection]"


def connect(path: str, read_only: bool) -> Connection:  # noqa: FBT001 - one of two ways
    """Open a file with the standard library's SQLite; it makes none."""
    return sqlite3.connect(
        _uri(path, "mode=ro" if read_only else "mode=rw"),
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=False,  # the callers hold a lock
    )


def connect_still(path: str) -> Connection:
    """Open a file that nobody writes to, so that nothing is made beside it, and no lock taken."""
    return sqlite3.connect(
        _uri(path, "mode=ro&immutable=1"),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )


def harden(connection: Connection) -> None:
    """Let nothing in a file do anything: it may be somebody's who means harm.

    Raises:
        sqlite3.Error: It can't be used.
    """
    connection.execute("PRAGMA trusted_schema = OFF")  # what it defines calls no function
    connection.execute("PRAGMA cell_size_check = ON")
    if sys.version_info >= (3, 12) and isinstance(
        connection, sqlite3.Connection
    ):  # pragma: no cover
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE)


def _uri(path: str | os.PathLike[str], how: str) -> str:
    return f"file:{quote(os.fsencode(path))}?{how}"


class Lock:
    """Keeps a second writer away, in this process or another, until the process ends at the latest.

    It is the lock that SQLite has on a file of its own, empty and beside the journal: it works on
    every system, and goes with the process. The journal's own must stay free for readers.

    Somebody may delete that file, and a second tracker makes and locks another. Nothing beside the
    journal is safe from that, and a lock of our own on the journal itself would take SQLite's along
    when it is closed. So who had to make the file looks whether anybody has the journal open
    (`JournalFile`), and who has locked it sees with each commit that no other is in its place.

    Attributes:
        made: There was no lock file.
    """

    def __init__(self, path: Path) -> None:
        """Take it.

        Raises:
            JournalInUseError: Somebody else has it.
            sqlite3.Error: There can't be such a file.
            OSError: The same.
        """
        self._journal = path
        self._path = path.with_name(f"{path.name}-lock")
        self._name = str(self._path)
        with _locking:
            self.made = make(self._path)
            self._file = file_id(self._name)
            try:
                self._connection = self._locked()
            except sqlite3.Error as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY or self._deleted:
                    raise self.refusal() from None
                raise
        if self._deleted:  # before it was locked: what is at its path now may be another's
            self.release()
            raise self.refusal()

    def _locked(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            _uri(self._path, "mode=rw"),
            uri=True,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")  # nothing beside it
            connection.execute("BEGIN IMMEDIATE")  # who only reads it keeps nobody away
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @property
    def _deleted(self) -> bool:
        return self._file is None or file_id(self._name) != self._file

    @property
    def replaced(self) -> bool:
        """Whether another file is at its path, which somebody else may have locked."""
        return file_id(self._name) not in {None, self._file}

    def refusal(self) -> JournalInUseError:
        """Return the error that says that somebody else has the journal."""
        problem = "is written to by another tracker"
        return JournalInUseError(
            str(self._journal), problem, "close that one, or give each its own file"
        )

    def release(self) -> None:
        """Let somebody else have it."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def withdraw(self) -> None:
        """Take the file away that was made: the next one is to find none, too."""
        with suppress(OSError):
            self._path.unlink()
