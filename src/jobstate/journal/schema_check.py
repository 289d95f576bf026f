"""Whether a file has a journal's tables and nothing else, seen before anything of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.common.text import printable
from jobstate.errors import Problem, shown
from jobstate.journal.schema import OBJECTS, STATISTICS, SchemaObject, schema_of
from jobstate.journal.validation import damaged, known_version, require_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jobstate.journal.connection import Connection

#: How much of what made a table is shown, and of that how much before the first difference.
_SHOWN, _BEFORE = 60, 20


def version_of(connection: Connection, path: Path, migrations: tuple[str, ...]) -> int:
    """Return a journal's version, once it is seen to be one; 0 of a file that has nothing in it.

    Called before anything is read, so that no view and no trigger ever runs.

    Args:
        connection: To the file.
        path: The file.
        migrations: The steps that lead from version to version.

    Raises:
        JournalDamagedError: It has not the tables of its version, or others.
        JournalError: It is the database of something else, or newer than any version known.
        sqlite3.Error: It is no database, or can't be read.
    """
    ours = require_ours(connection, path)
    version = known_version(connection, path, len(migrations)) if ours else 0
    _require_schema(connection, path, migrations[:version])
    return version


def _require_schema(connection: Connection, path: Path, migrations: tuple[str, ...]) -> None:
    rows = list(map(SchemaObject._make, connection.execute(OBJECTS)))
    found, expected = {*rows} - STATISTICS, schema_of(migrations)
    problems = [] if found == expected else list(_differences(found - expected, expected - found))
    (encoding,) = connection.execute("PRAGMA encoding").fetchone()
    if encoding != "UTF-8":
        problems.append(Problem("PRAGMA encoding", "UTF-8", shown(encoding)))
    roots = [root for (root,) in connection.execute("SELECT rootpage FROM sqlite_schema")]
    if len({*roots}) < len(rows):
        problems.append(Problem("sqlite_schema.rootpage", "a page for each table", shown(roots)))
    if problems:
        raise damaged(path, problems)


def _differences(found: set[SchemaObject], expected: Iterable[SchemaObject]) -> Iterator[Problem]:
    """Yield what is there instead of what is expected, in an order that is always the same."""
    missing = {(each.kind, each.name): each for each in expected}
    for each in sorted(found, key=str):
        wanted = missing.pop((each.kind, each.name), None)
        place = f"sqlite_schema[{shown(each.name)}]"
        if wanted is None:
            got = f"the {printable(str(each.kind))} {_excerpt(each.sql, 0)}"
            yield Problem(place, "nothing of that name", got)
        else:
            old, new = (
                (each.sql, wanted.sql) if each.sql != wanted.sql else (each.table, wanted.table)
            )
            at = _first_difference(str(old), str(new))
            yield Problem(place, _excerpt(new, at), _excerpt(old, at))
    for kind, name in sorted(missing):
        yield Problem(f"sqlite_schema[{shown(name)}]", f"the {kind} of that name", "nothing")


def _first_difference(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    return max(0, same - _BEFORE)


def _excerpt(text: object, at: int) -> str:
    return shown(text[at : at + _SHOWN] if isinstance(text, str) else text)
