"""`HeldJobs`: the jobs of one lane whose events a listener failed at, and when each goes on."""

from __future__ import annotations

import math
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from jobstate.delivery.health import say_parked
from jobstate.delivery.outbox import Held
from jobstate.delivery.subscription import ParkedJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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
        self.dropped = 0
        self._subscription = subscription
        self._durable = outbox.durable
        self._now = now
        self._numbers = count()
        #: When to go on with those that are not parked.
        self._due: list[tuple[float, int, JobKey]] = []

    # --- Who they are ---------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many of their events wait in memory."""
        return sum(len(each.waiting) for each in self.jobs.values())

    @property
    def retrying(self) -> int:
        """How many are told again after a pause."""
        return sum(held.since is None for held in self.jobs.values())

    @property
    def parked(self) -> list[ParkedJob]:
        """Those that are parked."""
        return [
            ParkedJob(job=job, attempts=held.attempts, error=held.error, since=held.since)
            for job, held in self.jobs.items()
            if held.since is not None
        ]

    def parked_of(self, jobs: Iterable[JobKey]) -> list[JobKey]:
        """Return which of some jobs are parked; linear in those, not in all."""
        return [job for job in jobs if (held := self.jobs.get(job)) and held.since is not None]

    # --- What waits of them ---------------------------------------------------------------------

    def hold(self, posted: Posted, held: Held) -> None:
        """Hold the job of an event that was told for the first time, in vain."""
        self.jobs[posted.event.job] = held
        if not self._durable:
            held.waiting.append(posted)

    def put_by(self, posted: Posted, held: Held) -> None:
        """Let an event wait for the earlier one of its job: here, if the outbox has it not."""
        if self._durable:
            return
        if held.since is not None:
            self.dropped += 1
        elif len(held.waiting) < self._subscription.capacity:
            held.waiting.append(posted)
        else:
            self.park_for_want_of_room(posted)

    def park_for_want_of_room(self, posted: Posted) -> None:
        """Park the job of an event that can wait nowhere, which is dropped."""
        job = posted.event.job
        self.dropped += 1
        held = self.jobs.setdefault(job, Held(posted.number))
        if held.since is None:
            held.since, held.error = self._now(), "no room in its lane"
            self.drop(held)
            say_parked(self._subscription, job, held)

    def drop(self, held: Held) -> None:
        """Drop what waits of a parked job that nothing else keeps."""
        if not self._durable:
            self.dropped += len(held.waiting)
            held.waiting.clear()

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
        unparked = {job: self.jobs[job] for job in self.parked_of(jobs)}
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
