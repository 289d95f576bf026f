"""`WatchedJobs`: of which jobs of a kind more is to be heard; at first, by what a tracker keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import define, field

from jobstate.common.times import EARLIEST
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from jobstate.tracking.tracked_job import TrackedJob
    from jobstate.tracking.tracker import Tracker

#: How long a job is watched after an end that may reopen; and how far back a poller that begins
#: looks for what it may have missed.
DAY: Final = timedelta(days=1)


@define(eq=False)
class WatchedJobs:
    """The jobs of one kind by what is still to be heard of them.

    Attributes:
        alive: Those not known to have ended, by their ids.
        reopening: Those whose end may reopen, and until when they are watched; by their ids.
        settled: Those whose end a description has shown.
    """

    kind: Lifecycle
    alive: dict[str, JobKey] = field(factory=dict)
    reopening: dict[str, tuple[JobKey, datetime]] = field(factory=dict)
    settled: set[JobKey] = field(factory=set)

    def begin(self, tracker: Tracker) -> tuple[list[JobKey], list[TrackedJob]]:
        """Take up what a tracker keeps.

        Returns:
            The jobs whose end no description may have shown yet; and all jobs, the one created last
            first.
        """
        jobs = [each for each in tracker if each.kind == self.kind.name]
        jobs.sort(key=_created, reverse=True)
        last = max((each.modified for each in jobs if each.modified), default=None)
        self.settled = {each.key for each in jobs if each.final and not self._may_lack(each, last)}
        return self.look_again(tracker, last), jobs

    def look_again(self, tracker: Tracker, now: datetime | None) -> list[JobKey]:
        """Take up what others have told a tracker: events, say. Linear in its jobs: some 2 µs each.

        Returns:
            The jobs whose end no description has shown yet.
        """
        due: list[JobKey] = []
        known: set[JobKey] = set()
        for job in tracker:
            if job.kind != self.kind.name:
                continue
            self.take(job, now)
            known.add(job.key)
            if job.final and job.key not in self.settled:
                due.append(job.key)
        self.settled &= known
        return due

    def take(self, job: TrackedJob, now: datetime | None) -> None:
        """Note what is known of a job.

        Args:
            job: The job.
            now: What time it is by the service's clock; None where nothing has said so.
        """
        key, result = job.key, job.result
        if not result.final:
            self.alive[key.id] = key
            self.reopening.pop(key.id, None)
            self.settled.discard(key)
            return
        if self.alive.get(key.id) == key:
            del self.alive[key.id]
        ended = job.modified or now
        if not result.for_good and ended is not None and (now is None or now < ended + DAY):
            self.reopening[key.id] = key, ended + DAY

    def watched(self, now: datetime | None) -> dict[str, JobKey]:
        """Return the jobs that a walk looks for, by their ids."""
        if now is not None:
            past = [name for name, (_, until) in self.reopening.items() if until <= now]
            for name in past:
                del self.reopening[name]
        return {**{name: key for name, (key, _) in self.reopening.items()}, **self.alive}

    def _may_lack(self, job: TrackedJob, last: datetime | None) -> bool:
        """Return whether the description of an end may not have come yet."""
        if self.kind.schema is not None and self.kind.schema.stays is not None:
            ends = {state.visible for state in self.kind.main_region.states if state.final}
            return not job.entries or job.entries[-1].status not in ends
        # Descriptions look like items here, so at worst one comes once more.
        return job.modified is None or last is None or last - job.modified <= DAY


def _created(job: TrackedJob) -> datetime:
    return job.created or EARLIEST
