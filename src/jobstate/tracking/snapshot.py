"""All that a tracker knows, as JSON, and back.

What is known is written in words (states, what was passed, features), so a snapshot can be read
under a newer version of the life cycle, as long as that has the words.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jobstate.errors import SnapshotError, shown
from jobstate.tracking import plain_data as plain
from jobstate.tracking.job_codec import COLUMNS, JobCodec, history_of, history_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.model.observation import JobKey

#: The version of what `dumped` gives; it grows when something changes its meaning or goes.
SNAPSHOT_VERSION: Final = 1


def dumped(judges: Mapping[str, Judge], states: Iterable[JobState]) -> str:
    """Return where jobs of some kinds stand as JSON, one line a job."""
    codec = JobCodec(judges)
    kinds, jobs = set[str](), []
    for state in states:
        kinds.add(state.job.kind)
        columns = dict(zip(COLUMNS, codec.columns(state), strict=True))
        jobs.append(plain.line(columns | {"entries": history_rows(state.entries)}))
    head = {
        "snapshot": SNAPSHOT_VERSION,
        "kinds": {kind: judges[kind].lifecycle.version for kind in sorted(kinds)},
    }
    estimates = ", ".join(words for _, words in codec.sets.fresh())
    lines = ",\n".join(jobs)
    return f'{plain.line(head)[:-1]}, "estimates": [{estimates}], "jobs": [\n{lines}\n]}}\n'


def loaded(judges: Mapping[str, Judge], text: str) -> list[JobState]:
    """Return where jobs stood.

    Raises:
        SnapshotError: It is no snapshot, one of a newer version, or damaged, or knows jobs of
            another kind; the error lists every problem.
    """
    try:
        data = plain.read_at("snapshot", plain.parsed, text)
        return _Reading(judges).states(data)
    except plain.DamagedError as damaged:
        raise SnapshotError(damaged.problems) from None


class _Reading:
    """One reading of a snapshot."""

    def __init__(self, judges: Mapping[str, Judge]) -> None:
        self._codec = JobCodec(judges)
        self._jobs: set[JobKey] = set()

    def states(self, data: object) -> list[JobState]:
        """Return where jobs stood.

        Raises:
            DamagedError: Something can't be read.
        """
        top = plain.read_at("snapshot", plain.mapping, data)
        self._check_head(top)
        parts = [(name, plain.listing, top.get(name)) for name in ("estimates", "jobs")]
        estimates, jobs = plain.read_all("{}", parts)
        # First what is known, to which jobs refer; the problems of both go into one error.
        reads = [("estimates", self._read_sets, estimates), ("jobs", self._read_jobs, jobs)]
        return plain.read_all("{}", reads)[1]

    def _check_head(self, top: Mapping[str, Any]) -> None:
        """Refuse what would be misunderstood."""
        version = plain.read_at("snapshot", plain.count, top.get("snapshot"))
        if version != SNAPSHOT_VERSION:
            raise plain.damaged(f"version {SNAPSHOT_VERSION}", version, "snapshot")
        kinds = plain.read_at("kinds", plain.mapping, top.get("kinds"))
        reads = ((shown(kind), self._codec.require, kind) for kind in kinds)
        plain.read_all("kinds[{}]", reads)

    def _read_sets(self, sets: list[object]) -> list[JobState]:
        read = self._codec.sets.read
        plain.read_all("[{}]", ((n, partial(read, n), words) for n, words in enumerate(sets)))
        return []

    def _read_jobs(self, jobs: list[object]) -> list[JobState]:
        return plain.each_of(self._state, jobs)

    def _state(self, data: object) -> JobState:
        job = plain.mapping(data)
        if absent := [name for name in (*COLUMNS, "entries") if name not in job]:
            raise plain.damaged(f"an object with {', '.join(absent)}", data)
        columns = [job[name] for name in COLUMNS]
        reads = [("", self._codec.state, columns), (".entries", history_of, job["entries"])]
        found: list[Any] = plain.read_all("{}", reads)
        state: JobState
        state, state.entries = found
        if state.job in self._jobs:
            raise plain.damaged("each job once", state.job.id, ".id")
        self._jobs.add(state.job)
        return state
