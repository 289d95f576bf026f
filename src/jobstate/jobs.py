"""Where many jobs stand; imports what is kept of one.

Every operation on the tables is a single one of a dictionary, so many threads may use them at once;
whoever reads, judges and keeps the same job holds a lock meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.compact import Entries

if TYPE_CHECKING:
    from jobstate.observation import JobKey
    from jobstate.standing import Standing


class Jobs:
    """The standings of some jobs, by arn and creation time."""

    def __init__(self) -> None:
        #: Arn → the job created last under it.
        self._latest: dict[str, Standing] = {}
        #: Jobs whose arn was used again.
        self._earlier: dict[JobKey, Standing] = {}

    def latest(self, arn: str) -> Standing | None:
        """Return where the job created last under an arn stands."""
        return self._latest.get(arn)

    def find(self, job: JobKey) -> Standing | None:
        """Return where a job stands; None of one that is not here."""
        standing = self._latest.get(job.arn)
        if standing is not None and standing.job.created == job.created:
            return standing
        return self._earlier.get(job) if self._earlier else None

    def keep(self, standing: Standing, heard: int | None) -> None:
        """Keep where a job stands now."""
        if standing.entries:
            standing.entries = Entries.of(standing.entries)  # the same, in less memory
        standing.heard = heard
        job = standing.job
        latest = self._latest.get(job.arn)
        if latest is not None and latest.job.created > job.created:
            self._earlier[job] = standing
            return
        if latest is not None and latest.job.created < job.created:
            self._earlier[latest.job] = latest
        self._latest[job.arn] = standing

    def drop(self, job: JobKey) -> Standing | None:
        """Keep a job no longer; return where it stood, None where it was not here."""
        found = self._earlier.pop(job, None)
        if found is None:
            latest = self._latest.get(job.arn)
            if latest is not None and latest.job.created == job.created:
                found = self._latest.pop(job.arn)
        return found

    def __len__(self) -> int:
        return len(self._latest) + len(self._earlier)

    def every(self) -> list[Standing]:
        """Return where each job stands as of now."""
        return [*self._earlier.values(), *self._latest.values()]
