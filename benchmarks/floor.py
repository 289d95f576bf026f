"""What a journal is compared with: its rows put down with plain sqlite3, and the disk itself.

Imports the schema of the journal, and nothing else of it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jobstate.journal.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: Table → how many columns it has.
_TABLES: Final = {"job": 20, "entry": 6, "event": 4}
_PAGE: Final = 4096


class Rows(NamedTuple):
    """What one transition writes: the job's row, the entry's, and those of its events."""

    job: tuple[Any, ...]
    entry: tuple[Any, ...]
    events: list[tuple[Any, ...]]


def rows_of(path: Path) -> list[Rows]:
    """Return the rows that a journal has put down, transition by transition."""
    with closing(sqlite3.connect(path)) as connection:
        jobs = {row[0]: row for row in connection.execute("SELECT * FROM job")}
        entries = {row[:2]: row for row in connection.execute("SELECT * FROM entry")}
        events: dict[int, list[tuple[Any, ...]]] = {}
        for row in connection.execute("SELECT * FROM event ORDER BY number"):
            events.setdefault(row[1], []).append(row)
    found = []
    for (job, ordinal), entry in entries.items():
        mine = [each for each in events[job] if each[2] == "status-entered"]
        told = [each for each in events[job] if mine[ordinal - 1][0] <= each[0]]
        after = next((n for n, each in enumerate(told[1:], 1) if each in mine), len(told))
        found.append(Rows(jobs[job], entry, told[:after]))
    return found


def put_down(path: Path, rows: Iterable[Rows], at_once: int) -> None:
    """Insert rows with plain sqlite3, so many transitions in a transaction, each for good."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(MIGRATIONS[0])
        for batch in _batches(rows, at_once):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_insert("job"), [each.job for each in batch])
            connection.executemany(_insert("entry"), [each.entry for each in batch])
            events = [event for each in batch for event in each.events]
            connection.executemany(_insert("event"), events)
            connection.execute("COMMIT")


def _insert(table: str) -> str:
    marks = ", ".join("?" * _TABLES[table])
    return f"INSERT OR REPLACE INTO {table} VALUES ({marks})"  # noqa: S608 - a name of `_TABLES`


def _batches(rows: Iterable[Rows], at_once: int) -> Iterator[list[Rows]]:
    batch: list[Rows] = []
    for each in rows:
        batch.append(each)
        if len(batch) == at_once:
            yield batch
            batch = []
    if batch:
        yield batch


def sync_time(folder: Path, times: int) -> float:
    """Return how many seconds it takes, in the median, until a page more is there for good."""
    file = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT)
    try:
        return median(_sync_time(file) for _ in range(times))
    finally:
        os.close(file)


def _sync_time(file: int) -> float:
    os.write(file, bytes(_PAGE))
    begin = time.perf_counter()
    os.fsync(file)
    return time.perf_counter() - begin
