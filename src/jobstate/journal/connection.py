"""How a journal's file is opened and locked."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias
from urllib.parse import quote

from jobstate.errors import JournalInUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

#: How long to wait for somebody else's lock, in seconds: one who reads along holds none for long.
_PATIENCE: Final = 5.0


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
    """Open a file with the standard library's SQLite."""
    mode = "ro" if read_only else "rwc"
    return sqlite3.connect(
        f"file:{quote(path)}?mode={mode}",
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=False,  # the callers hold a lock
    )


def connect_still(path: str) -> Connection:
    """Open a file that nobody writes to, so that nothing is made beside it, and no lock taken."""
    return sqlite3.connect(
        f"file:{quote(path)}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )


class Lock:
    """Keeps a second writer away, in this process or another, until the process ends at the latest.

    It is the lock that SQLite has on a file of its own, empty and beside the journal: it works on
    every system, and goes with the process. The journal's own must stay free for readers.
    """

    def __init__(self, path: Path) -> None:
        """Take it.

        Raises:
            JournalInUseError: Somebody else has it.
            sqlite3.Error: There can't be such a file.
        """
        beside = path.with_name(f"{path.name}-lock")
        self._connection = sqlite3.connect(
            beside, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            problem = "is written to by another tracker"
            remedy = "close that one, or give each its own file"
            raise JournalInUseError(str(path), problem, remedy) from None

    def release(self) -> None:
        """Let somebody else have it."""
        with suppress(sqlite3.Error):
            self._connection.close()
