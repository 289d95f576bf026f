"""`JobKeys`: which job an answer is about, however coarsely its creation time is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.observation import JobKey


class JobKeys:
    """The jobs that answers are about. A key that was given once never changes."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_arn: dict[str, dict[JobKey, JobKey]] = {}

    def of(self, job: JobKey) -> JobKey:
        """Return the key of the job that is meant: a known one, the newest that fits, or itself."""
        known = self._by_arn.setdefault(job.arn, {})
        found = known.get(job) or newest_fitting(known, job)
        return known.setdefault(job, job) if found is None else found


def newest_fitting(known: Iterable[JobKey], job: JobKey) -> JobKey | None:
    """Return the key of the job created last that a key may mean; None where none fits."""
    fitting = [each for each in known if each.fits(job)]
    return max(fitting, key=lambda each: each.created, default=None)
