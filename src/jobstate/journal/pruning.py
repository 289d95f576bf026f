"""`Sweeper`: lets go of jobs that the tracker has forgotten and of which everybody has heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.times import to_microseconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from jobstate.journal.connection import Connection

#: How many jobs are let go of at once, so that no commit takes long.
_AT_ONCE: Final = 200
#: How many commits go by between two looks at what could be let go of.
_BETWEEN: Final = 64
#: How many pages are given back to the disk at once.
_PAGES: Final = 512

_DUE: Final = """
SELECT id FROM job WHERE forgotten > 0 AND forgotten <= ?
    AND NOT EXISTS (SELECT 1 FROM event WHERE event.job = job.id AND number >
        (SELECT coalesce(min(cursor), 9223372036854775807) FROM listener))
    AND NOT EXISTS (SELECT 1 FROM held WHERE held.arn = job.arn AND held.created = job.created)
LIMIT ?
"""
_DELETE: Final = (
    "DELETE FROM event WHERE job = ?",
    "DELETE FROM entry WHERE job = ?",
    "DELETE FROM job WHERE id = ?",
)


class Sweeper:
    """Deletes jobs a few at a time, within transactions that take place anyway."""

    def __init__(self, keep: timedelta, clock: Callable[[], datetime]) -> None:
        """Prepare to sweep.

        Args:
            keep: How long a job stays in the file after the tracker has forgotten it.
            clock: The time; aware.
        """
        self._keep = keep
        self._clock = clock
        self._commits = 0

    @property
    def has_more(self) -> bool:
        """Whether the next commit will look at what could be let go of."""
        return self._commits >= _BETWEEN

    def hurry(self) -> None:
        """Look with the next commit."""
        self._commits = _BETWEEN

    def sweep(self, connection: Connection) -> None:
        """Let go of what is due, every so many commits."""
        self._commits += 1
        if self._commits < _BETWEEN:
            return
        self._commits = 0
        until = to_microseconds(self._clock() - self._keep)
        due = [(number,) for (number,) in connection.execute(_DUE, (until, _AT_ONCE))]
        for statement in _DELETE if due else ():
            connection.executemany(statement, due)
        if due:
            _give_back(connection)
        if len(due) == _AT_ONCE:
            self.hurry()  # there may be more


def _give_back(connection: Connection) -> None:
    """Give room that was freed back to the disk."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    for _ in range(min(free, _PAGES)):
        connection.execute("PRAGMA incremental_vacuum(1)")  # Python takes one step of each
