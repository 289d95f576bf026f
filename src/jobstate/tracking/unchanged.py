"""`Unchanged`: answers that say what came last about their job, seen before they are read.

A poller hears nearly always what it has heard already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from attrs import define

from jobstate.conformance.answers import read_by
from jobstate.conformance.job_state import JobState
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Observation, QuickReader
from jobstate.tracking.observed import Arrival, Observed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.tracking.store import Jobs


@define(eq=False)
class Same:
    """An answer that says what one before it said, as long as nothing else came since.

    Attributes:
        lifecycle: Whose kind it is.
        answer: The answer.
        job_state: Where the job stands since that one.
    """

    lifecycle: Lifecycle
    answer: Mapping[str, object]
    job_state: JobState


@define(eq=False)
class Fresh:
    """An answer that was read.

    Attributes:
        observation: What it says.
        sameness: What tells it from others before they are read; None if nothing does.
        job_state: Where the job stood then.
    """

    observation: Observation
    sameness: int | None
    job_state: JobState


#: An answer that is ready to be taken.
Ready: TypeAlias = Observation | Fresh | Same


class Unchanged:
    """Reads the answers of one tracker, but for those that are the same again."""

    def __init__(self, lifecycles: Mapping[str, Lifecycle], jobs: Jobs) -> None:
        """Prepare to read.

        Args:
            lifecycles: Whose answers come, by name.
            jobs: Where the jobs stand.
        """
        self._jobs = jobs
        self._quick = {
            kind: each.reader
            for kind, each in lifecycles.items()
            if isinstance(each.reader, QuickReader)
        }

    def ready(self, lifecycle: Lifecycle, answer: object) -> Ready:
        """Return an answer as it can be taken.

        Args:
            lifecycle: Whose kind it is.
            answer: The answer.

        Raises:
            ObservationError: It can't be read; the error lists every problem.
        """
        reader = self._quick.get(lifecycle.name)
        if reader is None or type(answer) is not dict:
            return read_by(lifecycle, answer)
        its_id = answer.get(reader.id_field)
        job_state = self._jobs.latest(its_id) if type(its_id) is str else None
        if job_state is None or job_state.job.kind != lifecycle.name:
            return read_by(lifecycle, answer)
        sameness = reader.sameness(answer, job_state.modified)
        if sameness is not None and sameness == job_state.sameness:
            return Same(lifecycle, answer, job_state)
        return Fresh(read_by(lifecycle, answer), sameness, job_state)

    def take(self, ready: Ready, take: Callable[[Observation], Observed]) -> Observed:
        """Return what an answer brings.

        Args:
            ready: The answer.
            take: Takes what one says.
        """
        if isinstance(ready, Same):
            job = ready.job_state.job
            if self._jobs.find(job) is ready.job_state:
                return Observed(job, Arrival.DUPLICATE)
            return take(read_by(ready.lifecycle, ready.answer))  # another came in between
        if not isinstance(ready, Fresh):
            return take(ready)
        observed = take(ready.observation)
        job_state = ready.job_state
        duplicate = observed.arrival is Arrival.DUPLICATE
        if ready.sameness is not None and duplicate and self._jobs.find(observed.job) is job_state:
            job_state.sameness = ready.sameness  # what came again may once more
        return observed
