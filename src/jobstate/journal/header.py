"""What a journal says of itself and of its listeners: rows without which none of it can be used."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jobstate.errors import shown
from jobstate.journal.validation import damaged
from jobstate.tracking import plain_data as plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jobstate.errors import Problem
    from jobstate.journal.connection import Connection

#: How many listeners a file may have at once: the file beside it, where each has a place, is read
#: whole at the start, and is 100 MB then.
_LISTENERS: Final = 1 << 16


class Header(NamedTuple):
    """What a journal says of itself, and how far it is.

    Attributes:
        file: Tells this file from every other.
        batch: How many transactions there were.
        newest: The largest number that an event ever had.
        clean: The last tracker closed it.
        run: Tells the writer of the last transaction from every other.
    """

    file: str
    batch: int
    newest: int
    clean: bool
    run: str


_HEADER: Final[Mapping[str, Callable[[Any], Any]]] = {
    "file": plain.required_text,
    **dict.fromkeys(("batch", "newest"), plain.count),
    "clean": plain.flag,
    "run": plain.required_text,
}


def header_of(connection: Connection, path: Path) -> Header:
    """Return what a journal says of itself.

    Raises:
        JournalDamagedError: It says nothing, or what can't be.
        sqlite3.Error: It can't be read.
    """
    columns = ", ".join(_HEADER)
    rows = list(connection.execute(f"SELECT {columns} FROM journal LIMIT 2"))  # noqa: S608 - constants
    if not rows:
        raise damaged(path, ["it has no row that says what it is"])
    try:
        if len(rows) > 1:
            raise plain.damaged("one row", len(rows), "journal")
        values = zip(_HEADER, _HEADER.values(), rows[0], strict=True)
        header = Header(*plain.read_all("journal.{}", values))
        _require_newest(connection, header.newest)
    except plain.DamagedError as error:
        raise damaged(path, error.problems) from None
    return header


def kinds_of(connection: Connection) -> dict[str, str]:
    """Return the kinds of all jobs that it ever had: name → the version that judged last.

    Raises:
        DamagedError: They can't be read.
        sqlite3.Error: Likewise.
    """
    rows = list(connection.execute("SELECT name, version FROM kind ORDER BY name"))
    read = partial(plain.row_of, (plain.required_text, plain.required_text))
    return dict(plain.read_all("kind[{}]", ((shown(row[0]), read, [*row]) for row in rows)))


def _require_newest(connection: Connection, newest: int) -> None:
    """Refuse events that have no number, and to give a number that one has."""
    (least,) = connection.execute("SELECT min(number) FROM event").fetchone()
    (most,) = connection.execute("SELECT max(number) FROM event").fetchone()
    if least is not None and least < 1:
        raise plain.damaged("numbers from 1 on", least, "event.number")
    if most is not None and most > newest:
        raise plain.damaged(f"{most} or more, the number of an event", newest, "journal.newest")


class ListenerRow(NamedTuple):
    """A listener, as a journal keeps it.

    Attributes:
        id: Its id.
        name: Its subscription's.
        cursor: It has dealt with every event up to this number.
    """

    id: int
    name: str
    cursor: int


def listeners_of(connection: Connection, newest: int) -> list[ListenerRow]:
    """Return all listeners, by name.

    Args:
        connection: To the file.
        newest: The largest number that an event ever had.

    Raises:
        DamagedError: One can't be.
        sqlite3.Error: They can't be read.
    """
    readers = (partial(plain.up_to, _LISTENERS), plain.required_text, partial(plain.up_to, newest))
    rows = list(connection.execute("SELECT id, name, cursor FROM listener"))
    reads = ((row[0], partial(_listener, readers), row) for row in rows)
    return sorted(plain.read_all("listener[{}]", reads), key=lambda each: (each.name, each.id))


def _listener(readers: Sequence[Callable[[Any], Any]], row: Sequence[object]) -> ListenerRow:
    return ListenerRow(*plain.read_all(".{}", zip(ListenerRow._fields, readers, row, strict=True)))


def listener_problems(connection: Connection, path: Path) -> Sequence[Problem]:
    """Return what is odd of listeners.

    Raises:
        JournalDamagedError: The file does not say how far it is.
        sqlite3.Error: They can't be read.
    """
    try:
        listeners_of(connection, header_of(connection, path).newest)
    except plain.DamagedError as error:
        return error.problems
    return ()
