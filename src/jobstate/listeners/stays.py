"""`Lives`: what has been heard of each job, so that stays get their ends and nothing counts twice.

Memory: a record for each job that has not ended, and for the newest so many of all others. Not for
several threads: whoever owns one has a lock.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import define

from jobstate.conformance.histories import stays
from jobstate.model.events import StatusEntered
from jobstate.model.kinds import by_name
from jobstate.tracking.tracked_job import TrackedJob

if TYPE_CHECKING:
    from datetime import datetime

    from jobstate.model.events import Event, StatusChanged
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.model.states import Region

#: How many jobs that have ended are remembered, if nobody says otherwise; some 500 bytes each.
REMEMBERED: Final = 10_000


class Closed(NamedTuple):
    """A stay whose end is known now.

    Attributes:
        stay: The stay.
        end: When it ended: when the next one began, or by its own account where none follows.
    """

    stay: StatusEntered
    end: datetime


class Turn(NamedTuple):
    """What a change of a job means.

    Attributes:
        fresh: It is newer than what the listener began with.
        ended: The job has come to its end by it.
        last: The newest stay that was heard; None where there is none.
    """

    fresh: bool
    ended: bool
    last: StatusEntered | None


@define(eq=False)
class _Life:
    """What has been heard of one job.

    Attributes:
        ended: Whether it had ended when it was last heard of; None where nothing tells.
        changed: The number of the newest change.
        stay: The newest stay.
        said: What tells apart what else was said of it.
        region: The region whose end is its end; None before its first change.
        begun: The number of the newest change that the listener began with.
        known: What the listener began with, until it hears of a stay.
    """

    ended: bool | None = None
    changed: int = 0
    stay: StatusEntered | None = None
    said: frozenset[int] = frozenset()
    region: str | None = None
    begun: int = 0
    known: TrackedJob | None = None


class Lives:
    """What has been heard of jobs, of whatever kind.

    A job's end is the end of its life cycle's first region. Of a kind that was not given it is that
    of the region that is heard of first, and no status is known to be a job's last.
    """

    def __init__(self, lifecycle: Lifecycle | Kinds, remembered: int) -> None:
        """Begin with no job.

        Args:
            lifecycle: The life cycle, or the kinds: they tell which statuses are a job's last.
            remembered: How many jobs that have ended are remembered.

        Raises:
            ValueError: That is no positive number.
        """
        if remembered < 1:
            raise ValueError(f"remembered: expected 1 or more, got {remembered!r}")
        main = {kind: each.main_region for kind, each in by_name(lifecycle).items()}
        self._regions = {kind: region.name for kind, region in main.items()}
        self._last = {kind: _last(region) for kind, region in main.items()}
        self._remembered = remembered
        self._running: dict[JobKey, _Life] = {}
        self._others: OrderedDict[JobKey, _Life] = OrderedDict()

    def begin(self, job: TrackedJob) -> None:
        """Take what is known of a job already."""
        life = _Life(ended=job.final, begun=job.job_state.changes, known=job)
        self._keep(job.key, life, running=not job.final)

    def is_last(self, stay: StatusEntered) -> bool:
        """Return whether a stay is in a status in which jobs only end, and no time passes."""
        return stay.status in self._last.get(stay.job.kind, ())

    def entered(self, event: StatusEntered) -> list[Closed]:
        """Return the stays that have their end by a new one; none if it was heard before."""
        life = self._life(event.job)
        if life.stay is not None and event.ordinal <= life.stay.ordinal:
            return []
        before = _before(life, event)
        life.stay, life.known = event, None
        closed = []
        if before is not None and not self.is_last(before):
            closed.append(Closed(before, event.start))
        if self.is_last(event):
            closed.append(Closed(event, event.end or event.start))
        return closed

    def changed(self, event: StatusChanged) -> Turn | None:
        """Return what a change means; None if it was heard before, or is of another region."""
        if event.region != self._regions.get(event.job.kind, event.region):
            return None
        life = self._life(event.job)
        life.region = life.region or event.region
        if event.region != life.region or event.ordinal <= life.changed:
            return None
        fresh = event.ordinal > life.begun
        # What comes again that the listener has begun with says by itself what was before it.
        ended = life.ended if fresh or life.changed else None
        life.changed, life.ended = event.ordinal, event.final
        self._keep(event.job, life, running=not event.final)
        newly = event.final and (event.reopened or not _had_ended(event, ended=ended))
        return Turn(fresh, newly, life.stay or _stay(life, event.job))

    def is_news(self, event: Event) -> bool:
        """Return whether something else that is said of a job was not heard before."""
        life = self._life(event.job)
        token = hash(event.key)  # whole keys may be long, and a tracker bounds their number
        if token in life.said:
            return False
        life.said |= {token}
        return True

    def forget(self, job: JobKey) -> None:
        """Forget a job."""
        self._running.pop(job, None)
        self._others.pop(job, None)

    def _life(self, job: JobKey) -> _Life:
        found = self._running.get(job) or self._others.get(job)
        return found or self._keep(job, _Life(), running=False)

    def _keep(self, job: JobKey, life: _Life, *, running: bool) -> _Life:
        self.forget(job)
        if running:
            self._running[job] = life
            return life
        self._others[job] = life
        if len(self._others) > self._remembered:
            self._others.popitem(last=False)
        return life


def _last(region: Region) -> set[str]:
    """Return the statuses in which jobs only end."""
    last = {each.visible for each in region.states if each.final}
    return last - {each.visible for each in region.states if not each.final}


def _before(life: _Life, event: StatusEntered) -> StatusEntered | None:
    """Return the stay before a new one, where it is known."""
    before = life.stay or _stay(life, event.job, event.ordinal - 1)
    return before if before is not None and before.ordinal == event.ordinal - 1 else None


def _stay(life: _Life, job: JobKey, ordinal: int | None = None) -> StatusEntered | None:
    """Return a stay that the listener began with, by default the newest; None if there is none."""
    entries = () if life.known is None else life.known.entries[:ordinal]
    return next(stays(job, entries, len(entries) - 1)) if entries else None


def _had_ended(event: StatusChanged, *, ended: bool | None) -> bool:
    """Return whether a job had come to its end before a change: nobody removes one that has not."""
    return event.result.gone and event.origin is not None if ended is None else ended
