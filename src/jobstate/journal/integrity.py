"""`IntegrityCheck`: looks through a whole file in a thread, while its jobs are loaded."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, Final

from jobstate.common.text import printable
from jobstate.errors import Problem
from jobstate.journal.validation import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.journal.connection import Connection

#: More problems of one kind than this are not looked for.
_MOST: Final = 20
#: Jobs that the tracker keeps and of which there is an earlier row; most ids are there once, which
#: an index tells.
_REPEATED: Final = """
WITH suspect AS (SELECT id, created FROM job GROUP BY id, created HAVING count(*) > 1)
SELECT * FROM (
    SELECT row_id, min(row_id) OVER (PARTITION BY kind, job.id, job.created) AS first
    FROM suspect CROSS JOIN job ON job.id = suspect.id AND job.created IS suspect.created
    WHERE forgotten = 0
) WHERE row_id > first ORDER BY row_id
"""
#: How long to wait for the thread before it is interrupted once more, in seconds.
_BETWEEN: Final = 0.01


class IntegrityCheck:
    """What SQLite finds in a file's pages, rows and indexes, and what refers to nothing.

    Loading tells the rest, for it reads the rows of jobs anyway.
    """

    def __init__(self, connection: Connection) -> None:
        """Begin.

        Args:
            connection: One of its own, which it closes.
        """
        self._connection = connection
        self._found: list[object] = []
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, name="jobstate-integrity-check", daemon=True)
        self._thread.start()

    def problems(self) -> list[object]:
        """Wait until all is looked through, and return what is wrong. Ctrl-C ends the waiting.

        Raises:
            sqlite3.Error: It can't be looked through.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found

    def stop(self) -> None:
        """Look no further."""
        while self._thread.is_alive():
            if isinstance(self._connection, sqlite3.Connection):  # others are waited for
                with suppress(sqlite3.Error):
                    self._connection.interrupt()
            self._thread.join(_BETWEEN)  # it may have been between two statements

    def _run(self) -> None:
        try:
            self._found += self._pages() or self._references()
        except UNREADABLE as error:
            self._error = error
        finally:
            with suppress(sqlite3.Error):
                self._connection.close()

    def _pages(self) -> list[object]:
        rows = self._connection.execute(f"PRAGMA integrity_check({_MOST})")
        return [printable(text) for (text,) in rows if text != "ok"]

    def _references(self) -> list[object]:
        return [
            *self._orphans("event", "job"),
            *self._orphans("held", "listener"),
            *self._repeated(),
        ]

    def _repeated(self) -> Iterator[Problem]:
        """Yield jobs that are there twice and not forgotten; an index finds them."""
        for row_id, first in islice(self._connection.execute(_REPEATED), _MOST):
            yield Problem(f"job[{row_id}]", "a job that has no row yet", f"that of job[{first}]")

    def _orphans(self, table: str, parent: str) -> Iterator[Problem]:
        """Yield rows that refer to nothing; those of entries and of estimates, loading tells."""
        found = self._connection.execute(f"PRAGMA foreign_key_check({table})")
        for _, row_id, _, _ in islice(found, _MOST):
            place = f"{table}[{row_id}]" if row_id is not None else table
            yield Problem(f"{place}.{parent}", f"the number of a {parent}", "that of none")
