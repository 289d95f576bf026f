"""`HeldJobs`: the jobs of one lane whose events a listener failed at, and when each goes on."""

from __future__ import annotations

import math
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING

from jobstate.delivery.health import say_parked
from jobstate.delivery.outbox import Held
from jobstate.delivery.subscription import ParkedJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstate.delivery.outbox import Outbox, Posted
    from jobstate.delivery.subscription import Subscription
    from jobstate.model.observation import JobKey


class HeldJobs:
    """The held jobs of one lane. Who touches `jobs` and what waits holds the lane's lock.

    When each goes on is the business of whoever runs the lane, and needs no lock.

    Attributes:
        jobs: What is held of each.
        early: Those whose events the lane has not come past yet, so that they can't be released;
            a dictionary, for the order in which they came and a look-up that costs nothing.
        waiting: How many of their events wait in memory.
        dropped: How many of their events will not be told for want of room.
    """

    def __init__(
        self, subscription: Subscription, outbox: Outbox, now: Callable[[], datetime]
    ) -> None:
        """Begin with none.

        Args:
            subscription: Whose lane it is.
            outbox: Where its events wait; unless it is durable, theirs wait here.
            now: The time; aware.
        """
        self.jobs: dict[JobKey, Held] = {}
        self.early: dict[JobKey, None] = {}
        self.waiting = self.dropped = 0
        self._subscription = subscription
        self._durable = outbox.durable
        self._now = now
        #: Those that are parked, in that order, and the same as they were told last: who asks often
        #: how they are has no need to wait for a hundred thousand.
        self._parked: dict[JobKey, ParkedJob] = {}
        self._listed: tuple[ParkedJob, ...] | None = ()
        self._numbers = count()
        #: When to go on with those that are not parked.
        self._due: list[tuple[float, int, JobKey]] = []

    # --- Who they are ---------------------------------------------------------------------------

    @property
    def retrying(self) -> int:
        """How many are told again after a pause."""
        return len(self.jobs) - len(self._parked)

    @property
    def parked(self) -> tuple[ParkedJob, ...]:
        """Those that are parked, in that order; the same object until that changes."""
        if self._listed is None:
            self._listed = tuple(self._parked.values())
        return self._listed

    def parked_of(self, job: JobKey | None) -> list[JobKey]:
        """Return a job if it is parked; all that are, if None."""
        return list(self._parked) if job is None else [job] if job in self._parked else []

    def resume(self, held: Mapping[JobKey, Held], at: float) -> None:
        """Begin with the jobs that were held when the outbox was opened; go on with them then."""
        self.jobs.update(held)
        parked = []
        for job, each in held.items():
            if each.since is None:
                self.go_on(job, at)
            else:
                parked.append((each.since, job))
        for since, job in sorted(parked, key=itemgetter(0)):
            self.park(job, held[job], since)

    def park(self, job: JobKey, held: Held, since: datetime) -> None:
        """Go on with a job no more; what waits of it is dropped, if the outbox has it not."""
        held.since = since
        if not self._durable:
            self.dropped += len(held.waiting)
        self.waiting -= len(held.waiting)
        held.waiting, held.more = [], True
        self._parked[job] = ParkedJob(
            job=job, attempts=held.attempts, error=held.error, since=since
        )
        self._listed = None

    def release(self, job: JobKey) -> None:
        """Hold a job no longer, unless it has been parked meanwhile."""
        if job not in self._parked:
            del self.jobs[job]

    # --- What waits of them ---------------------------------------------------------------------

    def hold(self, posted: Posted, held: Held) -> None:
        """Hold the job of an event that was told for the first time, in vain."""
        self.jobs[posted.event.job] = held
        if not self._durable:
            self.add(held, [posted])

    def add(self, held: Held, found: Sequence[Posted]) -> None:
        """Let events of a job wait here."""
        held.waiting += found
        self.waiting += len(found)

    def heard(self, held: Held) -> None:
        """Take note that the first event that waits of a job was heard."""
        if held.waiting:
            del held.waiting[0]
            self.waiting -= 1

    def put_by(self, posted: Posted, held: Held) -> None:
        """Let an event wait for the earlier one of its job: here, if the outbox has it not."""
        if self._durable:
            held.more = True
        elif held.since is not None:
            self.dropped += 1
        elif len(held.waiting) < self._subscription.capacity:
            self.add(held, [posted])
        else:
            self.park_for_want_of_room(posted)

    def park_for_want_of_room(self, posted: Posted) -> None:
        """Park the job of an event that can wait nowhere, which is dropped."""
        job = posted.event.job
        self.dropped += 1
        held = self.jobs.setdefault(job, Held(posted.number))
        if held.since is None:
            held.error = "no room in its lane"
            self.park(job, held, self._now())
            say_parked(self._subscription, job, held)

    # --- When they go on ------------------------------------------------------------------------

    @property
    def until(self) -> float:
        """When the next one goes on; infinity where none does."""
        return self._due[0][0] if self._due else math.inf

    def go_on(self, job: JobKey, at: float) -> None:
        """Go on with a job at a time, by the lane's clock."""
        heappush(self._due, (at, next(self._numbers), job))

    def unpark(self, jobs: Iterable[JobKey], at: float) -> dict[JobKey, Held]:
        """Go on, at a time, with those of some jobs that are parked; return what is held."""
        unparked = {job: self.jobs[job] for job in jobs if self._parked.pop(job, None)}
        self._listed = None if unparked else self._listed
        for job, held in unparked.items():
            held.since, held.attempts = None, 0
            self.go_on(job, at)
        return unparked

    def recall(self, *jobs: JobKey) -> None:
        """Go on with jobs for which it was too early."""
        for job in jobs:
            self.early.pop(job, None)
            self.go_on(job, -math.inf)

    def due(self, now: float) -> JobKey | None:
        """Return whose time has come, the first first; None where nobody's has."""
        return self._due[0][2] if self._due and self._due[0][0] <= now else None

    def done(self) -> None:
        """Take note that the one whose time has come was seen to."""
        heappop(self._due)
