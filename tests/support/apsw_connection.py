"""apsw's SQLite behind what a journal needs of a connection, and a file system that can be told.

`sqlite3` has no door to SQLite's file system; apsw has. Its shared memory (``-shm``) goes past that
door, so nothing of it is recorded or fails; a power cut empties it anyway. Imports what a journal
needs of a connection, and apsw.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import apsw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from jobstate.journal.connection import Connection

#: The classes that `sqlite3` has for SQLite's results; of all others it is `OperationalError`.
_CLASSES: Final[dict[int, type[sqlite3.Error]]] = {
    apsw.SQLITE_CORRUPT: sqlite3.DatabaseError,
    apsw.SQLITE_NOTADB: sqlite3.DatabaseError,
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
    apsw.SQLITE_INTERNAL: sqlite3.InternalError,
}
#: What SQLite says of results.
_TEXTS: Final = {
    apsw.SQLITE_BUSY: "database is locked",
    apsw.SQLITE_CANTOPEN: "unable to open database file",
    apsw.SQLITE_FULL: "database or disk is full",
    apsw.SQLITE_IOERR: "disk I/O error",
    apsw.SQLITE_READONLY: "attempt to write a readonly database",
}
_NUMBERS: Final = count()


# --- The connection -----------------------------------------------------------------------------


def error_of(result: int) -> apsw.Error:
    """Return the error by which a file system answers with a result of SQLite's, in its words."""
    error = apsw.exception_for(result)
    assert isinstance(error, apsw.Error)
    error.args = (_TEXTS.get(result & 0xFF, f"error {result}"),)
    return error


@contextmanager
def translated() -> Iterator[None]:
    """Raise as `sqlite3` would."""
    try:
        yield
    except apsw.ConnectionClosedError as error:
        raise sqlite3.ProgrammingError("Cannot operate on a closed database.") from error
    except apsw.Error as error:
        result = getattr(error, "extendedresult", apsw.SQLITE_ERROR)
        same = _CLASSES.get(result & 0xFF, sqlite3.OperationalError)(str(error))
        same.sqlite_errorcode = result
        raise same from error


class Rows:
    """What a statement gave, read at once, so that it holds nothing."""

    def __init__(self, rows: list[Any]) -> None:
        """Begin with the first one."""
        self._rows = iter(rows)

    def __iter__(self) -> Iterator[Any]:
        """Go over the rows."""
        return self._rows

    def fetchone(self) -> Any:
        """Return the next row; None where there is none."""
        return next(self._rows, None)


class ApswConnection:
    """A `jobstate.journal.connection.Connection` on a file system of apsw's."""

    def __init__(self, path: str, *, read_only: bool, system: FileSystem) -> None:
        """Open a file; nobody is waited for."""
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        with translated():
            self.inner = apsw.Connection(
                path, apsw.SQLITE_OPEN_READONLY if read_only else flags, system.name
            )

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""
        with translated():
            return Rows(self.inner.execute(sql, tuple(parameters)).fetchall())

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run a statement once for each row."""
        with translated():
            return self.inner.executemany(sql, [tuple(each) for each in rows]).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        with translated():
            self.inner.close()


if TYPE_CHECKING:
    _FITS: type[Connection] = ApswConnection


# --- The file system ----------------------------------------------------------------------------


class Watcher(Protocol):
    """Hears of everything that is about to be done to files, and may forbid it by an `apsw.Error`.

    Names are those of files, without their folder; what concerns no named file is not told.
    """

    def opens(self, name: str) -> None:
        """A file is opened; it is made where there is none."""
        raise NotImplementedError

    def removes(self, name: str, *, sync: bool) -> None:
        """A name is taken away."""
        raise NotImplementedError

    def reads(self, name: str) -> None:
        """A file is read, or asked for its size."""
        raise NotImplementedError

    def writes(self, name: str, data: bytes, offset: int) -> None:
        """A file is written to; `ShortWriteError` lets the first half of it be written."""
        raise NotImplementedError

    def truncates(self, name: str, size: int) -> None:
        """A file's size is changed."""
        raise NotImplementedError

    def syncs(self, name: str) -> None:
        """What was written to a file is to be kept for good."""
        raise NotImplementedError

    def locks(self, name: str) -> None:
        """A lock of a file is taken."""
        raise NotImplementedError


class ShortWriteError(Exception):
    """Only the first half is written.

    Attributes:
        result: What SQLite is told.
    """

    def __init__(self, result: int) -> None:
        self.result = result
        super().__init__(result)


class FileSystem(apsw.VFS):
    """The system's own, with somebody who watches. Nothing is really synced: nobody cuts power.

    Attributes:
        name: What it is known by to SQLite.
        watcher: Who watches.
    """

    def __init__(self, watcher: Watcher) -> None:
        """Register it."""
        self.name = f"watched {next(_NUMBERS)}"
        self.watcher = watcher
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's own name
        """Open a file."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is not None:
            self.watcher.opens(Path(path).name)
        return _File(self.watcher, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802 - as SQLite calls it
        """Remove a file."""
        self.watcher.removes(Path(filename).name, sync=syncdir)
        super().xDelete(filename, False)  # noqa: FBT003 - as above

    def excepthook(
        self,
        etype: type[BaseException] | None,
        evalue: BaseException | None,
        etraceback: TracebackType | None,
    ) -> bool:
        """Say nothing of what SQLite does not want to know."""
        del etype, evalue, etraceback
        return True


class _File(apsw.VFSFile):
    def __init__(
        self,
        watcher: Watcher,
        path: str | None,
        name: str | apsw.URIFilename | None,
        flags: list[int],
    ) -> None:
        super().__init__("", name, flags)
        self._watcher = watcher
        self._name = Path(path or "nameless").name

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's own name
        self._watcher.reads(self._name)
        return super().xRead(amount, offset)

    def xFileSize(self) -> int:  # noqa: N802
        self._watcher.reads(self._name)
        return super().xFileSize()

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        whole = bytes(data)
        try:
            self._watcher.writes(self._name, whole, offset)
        except ShortWriteError as error:
            super().xWrite(whole[: len(whole) // 2], offset)
            raise error_of(error.result) from None
        super().xWrite(whole, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._watcher.truncates(self._name, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        del flags
        self._watcher.syncs(self._name)

    def xLock(self, level: int) -> None:  # noqa: N802
        self._watcher.locks(self._name)
        super().xLock(level)

    def excepthook(
        self,
        etype: type[BaseException] | None,
        evalue: BaseException | None,
        etraceback: TracebackType | None,
    ) -> bool:
        """Say nothing of what SQLite does not want to know."""
        del etype, evalue, etraceback
        return True


class Idle:
    """A `Watcher` that lets everything be done."""

    def opens(self, name: str) -> None:
        """See `Watcher`."""

    def removes(self, name: str, *, sync: bool) -> None:
        """See `Watcher`."""

    def reads(self, name: str) -> None:
        """See `Watcher`."""

    def writes(self, name: str, data: bytes, offset: int) -> None:
        """See `Watcher`."""

    def truncates(self, name: str, size: int) -> None:
        """See `Watcher`."""

    def syncs(self, name: str) -> None:
        """See `Watcher`."""

    def locks(self, name: str) -> None:
        """See `Watcher`."""


_IDLE: Final = FileSystem(Idle())


def unsynced(path: str, read_only: bool) -> ApswConnection:  # noqa: FBT001 - as journals call it
    """Open a file on a disk that nobody waits for, and whose power nobody cuts."""
    return ApswConnection(path, read_only=read_only, system=_IDLE)
