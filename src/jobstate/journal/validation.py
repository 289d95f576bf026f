"""Why a file can't be used as a journal; one text for its writer and its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from jobstate.errors import JournalDamagedError, JournalError
from jobstate.journal.schema import APPLICATION_ID

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from jobstate.journal.connection import Connection

#: What to do with a file that is not whole.
HELP: Final = (
    "copy the file away, read what is left with `jobstate history`, and begin with a new one"
)

#: What Python raises where a row says what no tracker writes.
UNREADABLE: Final = (ValueError, KeyError, TypeError, OverflowError)


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
        JournalError: It is newer than any that is known.
    """
    version: int
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > known:
        problem = f"is of version {version}, and this jobstate knows versions up to {known}"
        raise JournalError(str(path), problem, "install a newer jobstate")
    return version


def own_row(connection: Connection, path: Path, columns: str) -> Any:  # noqa: ANN401 - as asked
    """Return columns of the row that says what a journal is.

    Raises:
        JournalDamagedError: There is none.
    """
    row = connection.execute(f"SELECT {columns} FROM journal").fetchone()  # noqa: S608 - constants
    if row is None:
        raise JournalDamagedError(str(path), ["it has no row that says what it is"], HELP)
    return row


def require_lifecycle(path: Path, name: str, mine: str) -> None:
    """Refuse the jobs of another life cycle.

    Args:
        path: The file.
        name: Of the life cycle of its jobs; empty where there are none yet.
        mine: Of the one at hand.

    Raises:
        JournalError: It is another one.
    """
    if name not in {"", mine}:
        problem = f"is of jobs that live by {name!r}, not {mine!r}"
        raise JournalError(str(path), problem, "name another file")


def refuse(path: Path, error: Exception, remedy: str) -> NoReturn:
    """Say what an error means that came of opening a journal or reading it.

    Args:
        path: The file.
        error: What SQLite or the system raised.
        remedy: What to do where it can't be opened.

    Raises:
        JournalDamagedError: It is not whole.
        JournalError: It can't be opened, or used.
    """
    if isinstance(error, OSError) or "unable to open" in str(error):
        raise JournalError(str(path), f"can't be opened: {error}", remedy) from error
    if "malformed" in str(error):
        raise JournalDamagedError(str(path), [error], HELP) from error
    helps = "make room" if "is full" in str(error) else "name another file, or mend this"
    raise JournalError(str(path), f"can't be used: {error}", helps) from error
