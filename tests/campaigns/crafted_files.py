"""Journals as nobody should have written them: golden files, and what a mutator makes of them.

A mutant is made from a golden file, a seed and its number alone; but for the random ids that each
journal has, it is the same again. Imports trackers and journals, to make the golden files.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jobstate import Event, Retry, Subscription, Tracker
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import item
from tests.support.series import ARN, SERIES, answers, renamed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEEP: Final = timedelta(days=36_500)
#: Whatever is written to the terminal of who looks.
CONTROLS: Final = "\x1b[2J\x1b]0;evil\x07\u202egnp\r\n"
#: A loop without end, for whoever runs what a file defines.
_LOOP: Final = (
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
)


# --- Golden files ---------------------------------------------------------------------------------


def listeners(heard: Callable[[str, Event], None]) -> list[Subscription]:
    """Return those that every tracker of these files has; the pager fails at one job.

    Args:
        heard: Called with the listener's name and the event.
    """

    def pager(event: Event) -> None:
        heard("pager", event)
        if event.job.id.endswith("-1"):
            raise RuntimeError(CONTROLS)

    retry = Retry(attempts=1)
    return [
        Subscription(name="books", listener=partial(heard, "books")),
        Subscription(name="pager", listener=pager, retry=retry, lanes=2),
    ]


def tracker_on(path: Path, subscriptions: list[Subscription]) -> Tracker:
    """Return a tracker with a journal that forgets nothing."""
    journal = Journal(path, durability="normal", keep=KEEP, clock=lambda: NOW)
    return Tracker(TRAINING_JOB, journal=journal, listeners=subscriptions, clock=lambda: NOW)


def _nothing(name: str, event: Event) -> None:
    del name, event


def golden(folder: Path) -> list[Path]:
    """Make the golden files, each in a folder of its own; return the folders.

    A few jobs, closed; the same as a kill leaves them, with all of it in the log; many jobs.
    """
    made = []
    for name, jobs in (("few", 3), ("log", 3), ("many", 30)):
        path = folder / name / "jobs.db"
        path.parent.mkdir()
        _fill(path, jobs)
        if name == "log":
            with tracker_on(path, listeners(_nothing)) as tracker:
                tracker.observe_all([renamed(SERIES[-1], number) for number in range(50, 56)])
                left = folder / "left"
                left.mkdir()
                for end in ("", "-wal", "-lock", "-acks"):
                    shutil.copy(f"{path}{end}", left / f"jobs.db{end}")
            shutil.rmtree(path.parent)
            path = left / "jobs.db"
        made.append(path.parent)
    return made


def _fill(path: Path, jobs: int) -> None:
    digest = Subscription(name="digest", listener=partial(_nothing, "digest"))
    with tracker_on(path, [*listeners(_nothing), digest]) as tracker:
        tracker.observe_all(SERIES[:2])
    with tracker_on(path, listeners(_nothing)) as tracker:
        tracker.observe_all(SERIES[2:])
        tracker.observe_all([renamed(SERIES[-1], number) for number in range(jobs)])
        tracker.observe_all([renamed(SERIES[1], number) for number in range(jobs, jobs + 2)])
        tracker.observe_all(answers("broken/illegal-step.json"))
        tracker.observe(item("odd", "InProgress", "Hibernating"))
        tracker.observe(answers("failed.json")[0])
        tracker.forget(f"{ARN}-{jobs}")


# --- Mutants --------------------------------------------------------------------------------------


class Mutant(NamedTuple):
    """A file to be opened.

    Attributes:
        path: Where it is.
        what: What was done to it.
    """

    path: Path
    what: str


def mutant(folders: list[Path], to: Path, seed: int, number: int) -> Mutant:
    """Make the mutant of that number.

    Args:
        folders: Of the golden files.
        to: An empty folder.
        seed: Of all mutants.
        number: Which it is.
    """
    rng = random.Random(seed << 32 | number)
    source = rng.choice(folders)
    for each in source.iterdir():
        shutil.copy(each, to / each.name)
    path = to / "jobs.db"
    (kind,) = rng.choices(list(KINDS), weights=list(KINDS.values()))
    done = kind(rng, path, folders)
    return Mutant(path, f"{source.name}: {kind.__name__.strip('_')}: {done}")


def _some_file(rng: random.Random, path: Path) -> Path:
    """Return the file itself, mostly, or its log where it has one."""
    log = path.with_name(f"{path.name}-wal")
    return log if log.exists() and rng.random() < 0.6 else path


def _bits(rng: random.Random, path: Path, _: object) -> str:
    file = _some_file(rng, path)
    data = bytearray(file.read_bytes())
    places = [rng.randrange(len(data)) for _ in range(rng.choice((1, 1, 1, 2, 5, 40)))]
    for place in places:
        data[place] ^= 1 << rng.randrange(8)
    file.write_bytes(data)
    return f"{file.name} at {places[:5]}"


def _bytes(rng: random.Random, path: Path, _: object) -> str:
    file = _some_file(rng, path)
    data = bytearray(file.read_bytes())
    length = rng.choice((1, 2, 4, 16, 200, 5000))
    place = rng.randrange(len(data))
    data[place : place + length] = rng.choice(
        (rng.randbytes(length), bytes(length), b"\xff" * length)
    )
    file.write_bytes(data)
    return f"{file.name}, {length} at {place}"


def _pages(rng: random.Random, path: Path, _: object) -> str:
    file = _some_file(rng, path)
    size = 4096 if file == path else 4120
    begin = 0 if file == path else 32
    data = bytearray(file.read_bytes())
    count = max(1, (len(data) - begin) // size)
    one, other = (begin + rng.randrange(count) * size for _ in range(2))
    how = rng.choice(("swap", "copy", "zero", "noise", "cut", "cut within", "append"))
    first, second = data[one : one + size], data[other : other + size]
    if how in {"swap", "copy"}:
        data[other : other + size] = first
    if how == "swap":
        data[one : one + size] = second
    if how in {"zero", "noise"}:
        data[one : one + size] = bytes(size) if how == "zero" else rng.randbytes(size)
    if how in {"cut", "cut within"}:
        del data[one + (0 if how == "cut" else rng.randrange(size)) :]
    if how == "append":
        data += first
    file.write_bytes(data)
    return f"{file.name}, {how} {one // size} {other // size}"


#: Where the fields of SQLite's header begin, and how long they are (sqlite.org/fileformat2.html).
_HEADER: Final = dict(
    [
        *(("magic", (0, 16)), ("page size", (16, 2)), ("write version", (18, 1))),
        *(("read version", (19, 1)), ("reserved", (20, 1)), ("fractions", (21, 3))),
        *(("changes", (24, 4)), ("pages", (28, 4)), ("freelist", (32, 4)), ("free", (36, 4))),
        *(("schema cookie", (40, 4)), ("format", (44, 4)), ("cache", (48, 4)), ("root", (52, 4))),
        *(("encoding", (56, 4)), ("user version", (60, 4)), ("incremental", (64, 4))),
        *(("application", (68, 4)), ("zeroes", (72, 20)), ("valid", (92, 4)), ("sqlite", (96, 4))),
    ]
)


def _header(rng: random.Random, path: Path, _: object) -> str:
    data = bytearray(path.read_bytes())
    name = rng.choice(sorted(_HEADER))
    begin, length = _HEADER[name]
    value = rng.choice((0, 1, 2, 3, 4, 5, 255, 512, 1 << 31, rng.getrandbits(32)))
    data[begin : begin + length] = (value % (1 << 8 * length)).to_bytes(length, "big")
    path.write_bytes(data)
    return f"{name} = {value}"


# --- By SQL ---------------------------------------------------------------------------------------

COLUMNS: Final = {
    "journal": "id file batch newest clean run",
    "kind": "name version",
    "estimate": "id words",
    "job": "row_id kind id created estimates patterns times modified since kept_values cause"
    " failure_reason refined ended entered changes reported suppressed told_created forgotten",
    "entry": "job ordinal status start end message",
    "event": "number job kind body",
    "listener": "id name cursor",
    "held": "listener kind id created first attempts error parked",
}
CELLS: Final = [(table, name) for table, names in COLUMNS.items() for name in names.split()]
ODD: Final[list[Any]] = [
    *(None, -1, 0, 1, 2, 3, 7, 99, 1_000_000, 1 << 31, 1 << 53, (1 << 62) - 1, 1 << 62),
    *((1 << 63) - 1, -(1 << 63), 0.5, 1e300, float("inf"), b"\xff\xfe", b"", "", "x", "-1", "1"),
    *(CONTROLS, "a\x00b", "\ufeff", "\U0001f9ea", "null", "true", "[]", "{}", "[[]]", '"x"', "[1]"),
    *('{"a": 1}', '{"a": [[1]]}', '{"job": NaN}', "NaN", "-Infinity", "1e999", "{" * 40, "[1"),
    *("[" * 100_000, '{"a":' * 100_000, "1" * 100_000, "A" * 1_000_000, "2026-01-01T00:00:00"),
    *(1_767_322_800_000_000, 1_767_322_800_123_456, 253_402_300_800_000_000, "Completed"),
]


def loosely(path: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change a file as if its tables checked nothing; their definitions are the same afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        rows = connection.execute("SELECT rowid, sql FROM sqlite_schema").fetchall()
        for row_id, sql in rows:
            loose = sql and sql.replace("STRICT", "").replace("CHECK (id = 1)", "")
            loose = loose and loose.replace(", WITHOUT", "WITHOUT").replace("NOT NULL", "")
            connection.execute("UPDATE sqlite_schema SET sql = ? WHERE rowid = ?", (loose, row_id))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with suppress(sqlite3.IntegrityError, sqlite3.OperationalError):
            change(connection)
        connection.execute("PRAGMA writable_schema = ON")
        for row_id, sql in rows:
            connection.execute("UPDATE sqlite_schema SET sql = ? WHERE rowid = ?", (sql, row_id))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _cell(rng: random.Random, path: Path, _: object) -> str:
    table, column = rng.choice(CELLS)
    every = rng.random() < 0.3
    value = rng.choice(ODD)
    as_text = isinstance(value, bytes) and rng.random() < 0.7

    def change(connection: sqlite3.Connection) -> None:
        sql = f'UPDATE {table} SET "{column}" = {"CAST(? AS TEXT)" if as_text else "?"}'
        rows = [row[0] for row in connection.execute(f'SELECT "{column}" FROM {table}')]
        if every or not rows:
            connection.execute(sql, (value,))
        else:
            connection.execute(f'{sql} WHERE "{column}" IS ?', (value, rng.choice(rows)))

    loosely(path, change)
    return f"{table}.{column}{' everywhere' if every else ''} = {str(value)[:40]!r}"


#: Columns that hold JSON.
_JSON: Final = [
    *(("estimate", "words"), ("job", "patterns"), ("job", "refined"), ("job", "reported")),
    *[("event", "body")] * 4,
]


def _json(rng: random.Random, path: Path, _: object) -> str:
    table, column = rng.choice(_JSON)
    done = [""]

    def change(connection: sqlite3.Connection) -> None:
        sql = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
        rows = connection.execute(sql).fetchall()
        if not rows:
            return
        row_id, text = rng.choice(rows)
        data = json.loads(text)
        done[0] = f"[{row_id}] {_change_json(rng, data)}"
        sql = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
        connection.execute(sql, (json.dumps(data), row_id))

    loosely(path, change)
    return f"{table}.{column}{done[0]}"


def _change_json(rng: random.Random, data: Any) -> str:
    """Change one value, or leave it out, somewhere within."""
    place: Any = data
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return "nothing"
        key = rng.choice(keys)
        inner = place[key]
        if isinstance(inner, (dict, list)) and inner and rng.random() < 0.7:
            place = inner
            continue
        value = rng.choice([*ODD_JSON, inner])
        if rng.random() < 0.2:
            del place[key]
            return f"without {key}"
        place[key] = value
        return f"{key} = {str(value)[:40]!r}"


ODD_JSON: Final[list[Any]] = [
    *(None, True, False, -1, 0, 1, 7, 0.5, 1 << 31, 1 << 62, 1 << 70, float("nan"), float("inf")),
    *("", "x", CONTROLS, "\ud800", "Completed", "succeeded", "2026-01-01T00:00:00", [], {}, [[]]),
    *([None], {"a": 1}, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00+05:00", ["x"], "documented"),
]


def _rows(rng: random.Random, path: Path, _: object) -> str:
    table = rng.choice(sorted(COLUMNS))
    how = rng.choice(("delete one", "delete one", "delete all", "copy", "copy"))
    names = [f'"{each}"' for each in COLUMNS[table].split()]

    def change(connection: sqlite3.Connection) -> None:
        key = '"job" || \'-\' || "ordinal"' if table == "entry" else names[0]
        keys = [row[0] for row in connection.execute(f"SELECT {key} FROM {table}")]
        if not keys:
            return
        chosen = rng.choice(keys)
        if how == "delete all":
            connection.execute(f"DELETE FROM {table}")
        elif how == "delete one":
            connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (chosen,))
        else:
            place = "ordinal" if table == "entry" else "first" if table == "held" else None
            new = [f"{each} + 1000" if each.strip('"') == place else each for each in names]
            if place is None:
                new[0] = f"(SELECT max({names[0]}) + 1 FROM {table})"
            sql = f"INSERT INTO {table} SELECT {', '.join(new)} FROM {table} WHERE {key} = ?"
            connection.execute(sql, (chosen,))

    loosely(path, change)
    return f"{table}, {how}"


def _view(rng: random.Random, connection: sqlite3.Connection) -> None:
    table = rng.choice(sorted(COLUMNS))
    first, *rest = COLUMNS[table].split()
    connection.execute(f"ALTER TABLE {table} RENAME TO real_{table}")
    columns = ", ".join([f'({_LOOP}) AS "{first}"', *(f'"{each}"' for each in rest)])
    connection.execute(f"CREATE VIEW {table} AS SELECT {columns} FROM real_{table}")


def _trigger(rng: random.Random, connection: sqlite3.Connection) -> None:
    table = rng.choice(("journal", "event", "job", "listener"))
    when = rng.choice(("AFTER UPDATE", "BEFORE UPDATE", "AFTER INSERT", "AFTER DELETE"))
    what = rng.choice(
        (
            "DELETE FROM event",
            "UPDATE listener SET cursor = 9223372036854775807",
            f"INSERT INTO estimate SELECT NULL, x FROM ({_LOOP.replace('max(x)', 'x')})",
            "SELECT load_extension('/nowhere')",
            "SELECT RAISE(ABORT, 'evil')",
        )
    )
    connection.execute(f"CREATE TRIGGER evil {when} ON {table} BEGIN {what}; END")


def _statement(sql: str) -> Callable[[random.Random, sqlite3.Connection], object]:
    return lambda _, connection: connection.executescript(sql)


_SCHEMAS: Final[list[Callable[[random.Random, sqlite3.Connection], object]]] = [
    *[_view, _trigger] * 3,
    lambda rng, connection: connection.execute(f"DROP TABLE {rng.choice(sorted(COLUMNS))}"),
    *map(
        _statement,
        (
            "ALTER TABLE job RENAME COLUMN cause TO course",
            "ALTER TABLE event ADD COLUMN more TEXT",
            "ALTER TABLE event ADD COLUMN more TEXT AS (hex(randomblob(9)))",
            "ALTER TABLE listener RENAME TO listeners",
            "CREATE TABLE stranger (x)",
            "CREATE INDEX stranger ON event (body)",
            "CREATE INDEX stranger ON event (abs(job))",
            "DROP INDEX event_of_job",
            "DROP INDEX job_by_id; CREATE INDEX job_by_id ON job (created, id)",
            "CREATE VIRTUAL TABLE stranger USING fts5(x)",
            "CREATE VIRTUAL TABLE stranger USING rtree(a, b, c)",
            "ANALYZE",
            "PRAGMA user_version = 2",
            "PRAGMA user_version = -1",
            "PRAGMA user_version = 0",
            "PRAGMA application_id = 0",
            "PRAGMA application_id = 1",
            "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM",
            "PRAGMA journal_mode = DELETE; PRAGMA page_size = 65536; VACUUM",
            "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM",
            "VACUUM",
        ),
    ),
]
_SCHEMA_ROWS: Final = [
    "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '')",
    "UPDATE sqlite_schema SET sql = sql || ' --' WHERE name = 'job'",
    "UPDATE sqlite_schema SET rootpage = (SELECT max(rootpage) FROM sqlite_schema)",
    "UPDATE sqlite_schema SET rootpage = 0 WHERE name = 'event'",
    "UPDATE sqlite_schema SET name = char(27) || '[2J' WHERE name = 'event_of_job'",
    "UPDATE sqlite_schema SET tbl_name = 'job' WHERE name = 'event_of_job'",
    "DELETE FROM sqlite_schema WHERE name = 'entry'",
    "UPDATE sqlite_schema SET sql = CAST(x'ff' AS TEXT) WHERE name = 'held'",
    "UPDATE sqlite_schema SET type = 'view' WHERE name = 'held'",
    "INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE name = 'held'",
]


def _schema(rng: random.Random, path: Path, _: object) -> str:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        if rng.random() < 0.25:
            sql = rng.choice(_SCHEMA_ROWS)
            connection.execute("PRAGMA writable_schema = ON")
            with suppress(sqlite3.Error):
                connection.execute(sql)
            return sql
        place = rng.randrange(len(_SCHEMAS))
        with suppress(sqlite3.Error):
            _SCHEMAS[place](rng, connection)
        return f"change {place}"


def _utf16(_: random.Random, path: Path, __: object) -> str:
    with closing(sqlite3.connect(path)) as connection:
        text = "\n".join(connection.iterdump())
    path.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA encoding = 'UTF-16le'")
        connection.executescript(text)
        connection.execute(f"PRAGMA application_id = {0x6A6F6273}")
        connection.execute("PRAGMA user_version = 1")
    return "as a whole"


def _beside(rng: random.Random, path: Path, folders: list[Path]) -> str:
    end = rng.choice(("-wal", "-wal", "-journal", "-journal", "-shm", "-acks", "-lock"))
    file = path.with_name(f"{path.name}{end}")
    how = rng.choice(("another's", "noise", "a database", "empty", "none"))
    if how == "another's":
        others = [each / "jobs.db-wal" for each in folders if (each / "jobs.db-wal").exists()]
        other = rng.choice(others)
        data = other.read_bytes()
        file.write_bytes(data if end == "-wal" else b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + data[8:])
    elif how == "noise":
        file.write_bytes(rng.randbytes(rng.choice((16, 512, 40_000))))
    elif how == "a database":
        shutil.copy(rng.choice(folders) / "jobs.db", file)
    elif how == "empty":
        file.write_bytes(b"")
    else:
        file.unlink(missing_ok=True)
    return f"{end} {how}"


#: What is done to a golden file, and how often.
KINDS: Final[dict[Callable[[random.Random, Path, list[Path]], str], int]] = {
    _bits: 18,
    _bytes: 10,
    _pages: 12,
    _header: 8,
    _cell: 24,
    _json: 10,
    _rows: 8,
    _schema: 12,
    _utf16: 1,
    _beside: 6,
}
