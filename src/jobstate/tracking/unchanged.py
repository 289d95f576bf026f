"""`Unchanged`: answers that say what the last one about their job said, seen before they are read.

A poller hears nearly always what it has heard already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import define

from jobstate.conformance.answers import read
from jobstate.conformance.job_state import JobState
from jobstate.model.observation import Observation, QuickReader
from jobstate.tracking.observed import Arrival, Observed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.tracking.store import Jobs


@define(eq=False)
class Same:
    """An answer that says what the last one said, as long as that is the last.

    Attributes:
        answer: The answer.
        job_state: Where the job stands by the last one.
    """

    answer: Mapping[str, object]
    job_state: JobState


@define(eq=False)
class Fresh:
    """An answer that was read.

    Attributes:
        answer: The answer.
        observation: What it says.
    """

    answer: Mapping[str, object]
    observation: Observation


#: An answer that is ready to be taken.
Ready: TypeAlias = Observation | Fresh | Same


class Unchanged:
    """Reads the answers of one tracker, but for those that are the same again."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        jobs: Jobs,
        fingerprint: Callable[[Observation], int | None],
    ) -> None:
        """Prepare to read.

        Args:
            lifecycle: Whose reader reads them.
            jobs: Where the jobs stand.
            fingerprint: Returns what tells what an answer says from what others do.
        """
        self._lifecycle = lifecycle
        self._jobs = jobs
        self._fingerprint = fingerprint
        reader = lifecycle.reader
        self._reader = reader if isinstance(reader, QuickReader) else None

    def ready(self, answer: object) -> Ready:
        """Return an answer as it can be taken.

        Raises:
            ObservationError: It can't be read; the error lists every problem.
        """
        reader = self._reader
        if reader is None or type(answer) is not dict:
            return read(self._lifecycle, answer)
        arn = answer.get(reader.id_field)
        job_state = self._jobs.latest(arn) if type(arn) is str else None
        if job_state is None:
            return read(self._lifecycle, answer)
        same = job_state.sameness
        if same is not None and same == reader.sameness(answer, job_state.modified):
            return Same(answer, job_state)
        return Fresh(answer, reader.read(answer))

    def take(self, ready: Ready, take: Callable[[Observation], Observed]) -> Observed:
        """Return what an answer brings.

        Args:
            ready: The answer.
            take: Takes what one says.
        """
        if type(ready) is Same:
            job = ready.job_state.job
            if self._jobs.find(job) is ready.job_state:
                return Observed(job, Arrival.DUPLICATE)
            return take(read(self._lifecycle, ready.answer))  # another came in between
        if type(ready) is not Fresh:
            return take(cast("Observation", ready))
        observed = take(ready.observation)
        if observed.arrival is Arrival.DUPLICATE:
            self._note(observed.job, ready)
        return observed

    def _note(self, job: JobKey, fresh: Fresh) -> None:
        """Take note of what tells an answer from others that came again: it may once more."""
        reader, job_state = self._reader, self._jobs.find(job)
        fingerprint = self._fingerprint(fresh.observation)
        # Another that is kept may have come again, which is not the last.
        if reader and job_state and job_state.fingerprint == fingerprint:
            job_state.sameness = reader.sameness(fresh.answer, job_state.modified)
