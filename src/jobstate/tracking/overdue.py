"""Which jobs are in a status for longer than they should be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.common.times import require_aware
from jobstate.errors import UnknownNameError, shown
from jobstate.tracking.tracked_job import TrackedJob

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.lifecycle import Lifecycle


@frozen
class Overdue:
    """A job that has been in a status for longer than it should.

    Attributes:
        job: The job.
        status: The status that has the limit, as the limits name it; else the job's own.
        duration: How long it has been there, at least.
        limit: How long it may.
    """

    job: TrackedJob
    status: str
    duration: timedelta
    limit: timedelta


class Limits:
    """How long a job may be in each status."""

    def __init__(
        self, lifecycles: Iterable[Lifecycle], limits: timedelta | Mapping[str, timedelta]
    ) -> None:
        """Take limits.

        Args:
            lifecycles: The life cycles whose first regions have the statuses.
            limits: One for every status that is neither final nor steady, or by name: of a state
                (``Stopping/Training``), a secondary or a primary status. The narrower name counts.

        Raises:
            UnknownNameError: No life cycle knows a status.
            TypeError: They are no lengths of time.
        """
        self._default = None if isinstance(limits, Mapping) else _length(limits)
        self._named = (
            {name: _length(limit) for name, limit in limits.items()}
            if isinstance(limits, Mapping)
            else {}
        )
        states = [state for each in lifecycles for state in each.main_region.states]
        names = {name for state in states for name in (state.name, state.visible, state.primary)}
        for name in self._named:
            if name not in names:
                raise UnknownNameError("status", name, names)

    def passed(self, jobs: Iterable[TrackedJob], now: datetime) -> list[Overdue]:
        """Return the jobs past their limit, the longest past first.

        Raises:
            ValueError: The time has no zone.
        """
        require_aware(now)
        found = [overdue for job in jobs if (overdue := self._overdue(job, now)) is not None]
        return sorted(found, key=lambda each: each.limit - each.duration)

    def _overdue(self, job: TrackedJob, now: datetime) -> Overdue | None:
        limited = self._limit(job)
        duration = None if limited is None else job.time_in_status(now)
        if limited is None or duration is None or duration <= limited[1]:
            return None
        return Overdue(job, limited[0], duration, limited[1])

    def _limit(self, job: TrackedJob) -> tuple[str, timedelta] | None:
        """Return what limits a job that is certainly in the status limited, and how."""
        states = job.possible
        for axis in ("name", "visible", "primary"):
            names = {getattr(state, axis) for state in states}
            if len(names) == 1 and (name := names.pop()) in self._named:
                return name, self._named[name]
        if self._default is None or job.final or job.steady:
            return None
        return job.status, self._default


def _length(limit: object) -> timedelta:
    if not isinstance(limit, timedelta):
        expected = "a timedelta, or one for each status that is named"
        raise TypeError(f"limits: expected {expected}, got {shown(limit)}")
    return limit
