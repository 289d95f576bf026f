"""`Unchanged`: answers that say what the last one about their job said, seen before they are read.

A poller hears nearly always what it has heard already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import define

from jobstate.conformance.answers import read
from jobstate.model.observation import Observation, QuickReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.conformance.job_state import JobState
    from jobstate.model.lifecycle import Lifecycle
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

    def __init__(self, lifecycle: Lifecycle, jobs: Jobs) -> None:
        """Prepare to read.

        Args:
            lifecycle: Whose reader reads them.
            jobs: Where the jobs stand.
        """
        self._lifecycle = lifecycle
        self._jobs = jobs
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

    def is_last(self, same: Same) -> bool:
        """Return whether an answer is still what the last one was."""
        return self._jobs.latest(same.job_state.job.arn) is same.job_state

    def note(self, fresh: Fresh) -> None:
        """Take note of an answer that was found to be the same as the last: it may come again."""
        if self._reader is not None:
            job_state = self._jobs.find(fresh.observation.job)
            if job_state is not None:
                job_state.sameness = self._reader.sameness(fresh.answer, job_state.modified)
