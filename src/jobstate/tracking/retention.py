"""Which finished jobs are kept, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import heappop, heappush
from threading import Lock
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from jobstate.common.forks import renewed_in_forked_child

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.model.observation import JobKey


@frozen(kw_only=True)
class Retention:
    """How long finished jobs are kept; by default for ever.

    A job that was forgotten and is heard of again is a new one: everything is told again. So keep
    jobs for longer than answers about them can come late, and than they can still be reopened.

    Attributes:
        age: How long after its last modification, by the clock, a finished job is kept; one whose
            modification nothing tells, after it was first heard of as finished.
        count: How many jobs that have finished for good are kept at most, those modified last.
    """

    age: timedelta | None = None
    count: int | None = None


class Finished:
    """The finished jobs that a tracker keeps; for many threads.

    Those that may be reopened are forgotten by age alone: of a count, others would push them out.
    """

    def __init__(self, retention: Retention, clock: Callable[[], datetime]) -> None:
        self._for_good = _Queue(retention, clock)
        self._others = _Queue(evolve(retention, count=None), clock)

    def note(self, job: JobKey, modified: datetime | None, *, for_good: bool) -> None:
        """Note that a job has finished, or that it was modified since."""
        queue, other = self._for_good, self._others
        if not for_good:
            queue, other = other, queue
        other.drop(job)
        queue.note(job, modified)

    def drop(self, job: JobKey) -> None:
        """Note that a job is not finished, or not tracked, any more."""
        self._for_good.drop(job)
        self._others.drop(job)

    def has(self, job: JobKey, since: datetime) -> bool:
        """Return whether a job has finished and was modified then."""
        return self._for_good.has(job, since) or self._others.has(job, since)

    def due(self) -> tuple[JobKey, datetime] | None:
        """Return a job to forget now, and when it was modified; None if there is none.

        It is due until it is dropped, for whoever forgets it may be interrupted.
        """
        return self._for_good.due() or self._others.due()


class _Queue:
    """Finished jobs, the one modified first at hand; for many threads."""

    def __init__(self, retention: Retention, clock: Callable[[], datetime]) -> None:
        self._retention = retention
        self._clock = clock
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")
        #: When each was modified last.
        self._since: dict[JobKey, datetime] = {}
        #: Has every job of `_since` with its time, and others that have moved on or are gone.
        self._queue: list[tuple[datetime, int, JobKey]] = []
        self._noted = 0

    def note(self, job: JobKey, modified: datetime | None) -> None:
        with self._lock:
            since = modified or self._since.get(job) or self._clock()
            if self._since.get(job) != since:
                self._since[job] = since
                # Of jobs modified at the same time, the one noted first goes first.
                self._noted += 1
                heappush(self._queue, (since, self._noted, job))

    def drop(self, job: JobKey) -> None:
        with self._lock:
            self._since.pop(job, None)

    def has(self, job: JobKey, since: datetime) -> bool:
        with self._lock:
            return self._since.get(job) == since

    def due(self) -> tuple[JobKey, datetime] | None:
        with self._lock:
            while self._queue and self._since.get(self._queue[0][2]) != self._queue[0][0]:
                heappop(self._queue)
            if not self._queue:
                return None
            since, _, job = self._queue[0]
            age, count = self._retention.age, self._retention.count
            over = count is not None and len(self._since) > count
            old = age is not None and self._clock() - since > age
            return (job, since) if over or old else None
