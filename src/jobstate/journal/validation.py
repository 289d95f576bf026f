"""Why a file can't be used as a journal; one text for its writer and its readers."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final, NoReturn

from jobstate.common.text import printable
from jobstate.errors import JournalDamagedError, JournalError, Problem, shown
from jobstate.journal.schema import APPLICATION_ID, text_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jobstate.journal.connection import Connection

#: What to do with a file that is not whole.
HELP: Final = (
    "copy the file away, read what is left with `jobstate history`, and begin with a new one"
)
#: More problems than this are not looked for in a damaged file.
MOST_PROBLEMS: Final = 100
#: What reading may raise; where a file's own names are no text, neither is what SQLite says of it.
UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError, MemoryError)
#: What SQLite's results mean that a damaged file is the reason.
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_FORMAT}


def require_ours(connection: Connection, path: Path) -> bool:
    """Refuse a database of something else; tell whether it is a journal, and not empty.

    Raises:
        JournalError: It is the database of something else.
        sqlite3.Error: It is no database, or damaged.
    """
    (ours,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if ours != APPLICATION_ID and tables:
        problem = "is the database of something else"
        raise JournalError(str(path), problem, "name another file")
    return bool(ours == APPLICATION_ID)


def known_version(connection: Connection, path: Path, known: int) -> int:
    """Return a journal's version.

    Raises:
        JournalDamagedError: It has none.
        JournalError: It is newer than any that is known.
    """
    version: int
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > known:
        problem = f"is of version {version}, and this jobstate knows versions up to {known}"
        raise JournalError(str(path), problem, "install a newer jobstate")
    if version < 1:
        raise damaged(path, [Problem("PRAGMA user_version", "1 or more", shown(version))])
    return version


def require_kind(path: Path, kind: str, mine: Iterable[str]) -> None:
    """Refuse jobs of another kind.

    Args:
        path: The file.
        kind: That of some of its jobs.
        mine: Those whose life cycles are at hand.

    Raises:
        JournalError: It is none of them.
    """
    known = [*mine]
    if kind not in known:
        problem = f"has jobs that live by {shown(kind)}, not {' or '.join(map(repr, known))}"
        raise JournalError(str(path), problem, "give that life cycle too, or name another file")


# --- What was raised ----------------------------------------------------------------------------


def damaged(path: Path, problems: Iterable[object], remedy: str = HELP) -> JournalDamagedError:
    """Return the error that lists what is wrong with a file, as far as that is bearable."""
    return JournalDamagedError(str(path), list(islice(problems, MOST_PROBLEMS)), remedy)


def refuse(
    path: Path,
    error: Exception,
    remedy: str,
    connection: Connection | None = None,
    found: Iterable[object] = (),
) -> NoReturn:
    """Say what an error means that came of opening a journal or reading it.

    Args:
        path: The file.
        error: What SQLite or the system raised.
        remedy: What to do where it can't be opened.
        connection: To the file: to look for the place of a text that is none.
        found: What else was found wrong with the file, before.

    Raises:
        JournalDamagedError: It is not whole.
        JournalError: It can't be opened, or used.
    """
    said = printable(str(error)) or "there is not enough memory"
    if isinstance(error, OSError) or "unable to open" in said:
        raise JournalError(str(path), f"can't be opened: {said}", remedy) from error
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED or "malformed" in said:
        raise damaged(path, (*found, said)) from error
    if isinstance(error, UnicodeDecodeError):
        problem = Problem("sqlite_schema", "UTF-8", shown(error.object))
        raise damaged(path, (*found, problem)) from error
    if "decode to UTF-8" in said:
        places = () if connection is None else tuple(undecodable(connection))
        raise damaged(path, (*found, *(places or (said,)))) from error
    helps = "make room" if "is full" in said else "name another file, or mend this"
    raise JournalError(str(path), f"can't be used: {said}", helps) from error


def undecodable(connection: Connection) -> Iterator[Problem]:
    """Yield each text that is not UTF-8, as far as the file can be read."""
    with suppress(sqlite3.Error):
        for table, column, key in text_columns():
            names = ", ".join(f'CAST("{each}" AS BLOB)' for each in (column, *key))
            for value, *place in connection.execute(f"SELECT {names} FROM {table}"):  # noqa: S608 - constants
                if not _is_text(value):
                    where = ", ".join(each.decode("utf-8", "backslashreplace") for each in place)
                    yield Problem(f"{table}[{printable(where)}].{column}", "UTF-8", shown(value))


def _is_text(value: bytes | None) -> bool:
    try:
        return value is None or bool(value.decode()) or not value
    except UnicodeDecodeError:
        return False
