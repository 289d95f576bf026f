"""The tables of a journal, and how older files come to have them.

A version that was released is never changed: a new one is added, with the step that leads to it.
Times are microseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import Final, NamedTuple

#: Stands in the file's header, so that no other file is taken for a journal: "jobs" in ASCII.
APPLICATION_ID: Final = 0x6A6F6273

#: Stands for a time of creation in the key of a held job that has none; no time is that early.
NO_TIME: Final = -(1 << 63)

_FIRST: Final = """
CREATE TABLE journal (              -- one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    file TEXT NOT NULL,             -- tells this file from every other
    batch INTEGER NOT NULL,         -- how many transactions there were
    newest INTEGER NOT NULL,        -- the largest number that an event ever had
    clean INTEGER NOT NULL,         -- whether the last tracker closed it
    run TEXT NOT NULL               -- tells the writer of the last transaction from every other
) STRICT;

CREATE TABLE kind (                 -- the life cycles by which jobs were judged last
    name TEXT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE estimate (             -- what is known of a job, each set once
    id INTEGER PRIMARY KEY,
    words TEXT NOT NULL
) STRICT;

CREATE TABLE job (
    row_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,               -- by which the service knows it
    created INTEGER,
    estimates INTEGER NOT NULL REFERENCES estimate,
    patterns TEXT,                  -- the answers kept, by region, as JSON; with estimates
    times TEXT,                     -- when those were given, region by region
    modified INTEGER,
    since INTEGER,
    kept_values TEXT,               -- by field, as JSON, where a rule compares those of two answers
    cause TEXT,
    failure_reason TEXT,
    refined TEXT,                   -- what it came to, as JSON, where its estimates tell less
    ended INTEGER NOT NULL,         -- which change told its end; 0 where none did
    entered INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    reported TEXT,
    suppressed INTEGER NOT NULL,
    told_created INTEGER,           -- where `created` is NULL
    forgotten INTEGER NOT NULL      -- when, 0 while the tracker keeps it
) STRICT;
CREATE INDEX job_by_id ON job (id, created);
CREATE INDEX job_forgotten ON job (forgotten, row_id) WHERE forgotten > 0;

CREATE TABLE entry (                -- the facts: stays of jobs in secondary statuses
    job INTEGER NOT NULL REFERENCES job,
    ordinal INTEGER NOT NULL,
    status TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER,
    message TEXT,
    PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (                -- what was said, in order: the outbox
    number INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job,
    kind TEXT NOT NULL,
    body TEXT NOT NULL              -- JSON
) STRICT;
CREATE INDEX event_of_job ON event (job, number);

CREATE TABLE listener (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    cursor INTEGER NOT NULL         -- it has dealt with every event up to this number
) STRICT;

CREATE TABLE held (                 -- jobs that a listener failed at
    listener INTEGER NOT NULL REFERENCES listener,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,       -- of a job without such a time the least number that there is
    first INTEGER NOT NULL,         -- the number of the event that it hears next
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    parked INTEGER,                 -- since when; NULL while it is told again
    PRIMARY KEY (id, created, kind, listener)   -- whether anybody holds a job is asked most
) STRICT, WITHOUT ROWID;
"""

#: What leads from each version to the next; the first from an empty file.
MIGRATIONS: Final[tuple[str, ...]] = (_FIRST,)


class SchemaObject(NamedTuple):
    """A table or an index, as SQLite keeps it.

    Attributes:
        kind: ``table``, ``index``; of a stranger's file also ``view``, ``trigger``.
        name: Its name.
        table: The name of its table.
        sql: What made it; None of an index that SQLite made by itself.
    """

    kind: str
    name: str
    table: str
    sql: str | None


#: What lists all objects of a file.
OBJECTS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
#: What ``ANALYZE`` and ``PRAGMA optimize`` make, which anybody may run: it tells how to search, and
#: nothing of jobs.
STATISTICS: Final = {
    SchemaObject("table", name, name, f"CREATE TABLE {name}({columns})")
    for name, columns in (
        ("sqlite_stat1", "tbl,idx,stat"),
        ("sqlite_stat4", "tbl,idx,neq,nlt,ndlt,sample"),
    )
}


@cache
def schema_of(migrations: tuple[str, ...]) -> frozenset[SchemaObject]:
    """Return all objects of a file that has taken some steps, and no other."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("".join(migrations))
        return frozenset(map(SchemaObject._make, connection.execute(OBJECTS)))


@cache
def text_columns() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return each column that holds a text: its table, its name, the table's primary key."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("".join(MIGRATIONS))
        tables = [each.name for each in schema_of(MIGRATIONS) if each.kind == "table"]
        found = []
        for table in sorted(tables):
            columns = list(
                connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,))
            )
            key = tuple(name for name, _, place in columns if place)
            found += [(table, name, key) for name, kind, _ in columns if kind == "TEXT"]
    return tuple(found)
