"""`Sweeper`: lets go of jobs that the tracker has forgotten and of which everybody has heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.times import microseconds, to_microseconds
from jobstate.journal.schema import NO_TIME

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from jobstate.journal.connection import Connection

#: How many jobs are looked at in a commit, and how many more for each thing that it writes: so no
#: commit takes much longer than by itself, and what is forgotten is let go of as fast as it comes.
_AT_ONCE: Final = 8
_FOR_EACH: Final = 4
#: How many at the end, when nobody waits.
_AT_THE_END: Final = 1_000
#: How many commits go by between two rounds through all that is forgotten.
_BETWEEN: Final = 64

_FORGOTTEN: Final = f"""
SELECT forgotten, row_id,
    NOT EXISTS (SELECT 1 FROM held WHERE held.id = job.id AND held.kind = job.kind
        AND held.created = coalesce(job.created, {NO_TIME}))
    AND NOT EXISTS (SELECT 1 FROM event WHERE event.job = job.row_id AND number >
        (SELECT coalesce(min(cursor), 9223372036854775807) FROM listener))
FROM job WHERE
"""  # noqa: S608 - a constant
#: Those forgotten at a moment, from one on; and those forgotten later. Two, so that each is found
#: by its index: what was looked at costs nothing more. The condition of that index comes last, for
#: SQLite begins where the first one does, and goes past all that was looked at.
AT_ONCE_WITH: Final = f"""
{_FORGOTTEN} forgotten = ? AND row_id > ? AND forgotten > 0 ORDER BY row_id LIMIT ?
"""
LATER: Final = f"""
{_FORGOTTEN} forgotten > ? AND forgotten <= ? AND forgotten > 0 ORDER BY forgotten, row_id LIMIT ?
"""
_DELETE: Final = (
    "DELETE FROM event WHERE job = ?",
    "DELETE FROM entry WHERE job = ?",
    "DELETE FROM job WHERE row_id = ?",
)


class Sweeper:
    """Deletes jobs a few at a time, within transactions that take place anyway.

    It goes through all that is forgotten in rounds, oldest first: what somebody has still to hear
    of is passed over until the next one.
    """

    def __init__(self, keep: timedelta, clock: Callable[[], datetime]) -> None:
        """Prepare to sweep.

        Args:
            keep: How long a job stays in the file after the tracker has forgotten it.
            clock: The time; aware.
        """
        self._keep = keep
        self._clock = clock
        self._commits = 0
        self._at_once = _AT_ONCE
        #: Where a round is: when the last job was forgotten that was looked at, and its id.
        self._position = (0, 0)

    @property
    def has_more(self) -> bool:
        """Whether the next commit will look at what could be let go of."""
        return self._commits >= _BETWEEN

    def hurry(self) -> None:
        """Begin a round with the next commit, and look at many at once, for nobody waits."""
        self._commits, self._at_once, self._position = _BETWEEN, _AT_THE_END, (0, 0)

    def sweep(self, connection: Connection, writes: int) -> None:
        """Go on with a round, or begin one every so many commits.

        Args:
            connection: Within a transaction.
            writes: How many things that one writes.
        """
        self._commits += 1
        if not self.has_more:
            return
        most = self._at_once + _FOR_EACH * writes
        found = self._next(connection, most)
        due = [(number,) for _, number, is_due in found if is_due]
        for statement in _DELETE if due else ():
            connection.executemany(statement, due)
        if due:
            _give_back(connection, most)
        if len(found) == most:
            self._position = found[-1][:2]
        else:
            self._commits, self._position = 0, (0, 0)

    def _next(self, connection: Connection, most: int) -> list[tuple[int, int, int]]:
        """Return which jobs come next in the round, each with whether everybody has heard of it."""
        moment, _ = self._position
        # In numbers, which go further than times do: a clock may be in the year 1.
        until = max(0, to_microseconds(self._clock()) - microseconds(self._keep))
        found = list(connection.execute(AT_ONCE_WITH, (*self._position, most)))
        return found + list(connection.execute(LATER, (moment, until, most - len(found))))


def _give_back(connection: Connection, most: int) -> None:
    """Give some pages that were freed back to the disk."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    for _ in range(min(free, most)):
        connection.execute("PRAGMA incremental_vacuum(1)")  # Python takes one step of each
