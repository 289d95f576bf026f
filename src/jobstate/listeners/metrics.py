"""`Figures`: what an event does to the figures that metrics show.

Labels are bounded by the life cycles: a kind of job that was not given becomes ``other``, and so
does whatever is no word of a job's own life cycle.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from jobstate.common.forks import renewed_in_forked_child
from jobstate.listeners.figures import (
    ENDED_JOBS,
    JOBS,
    REFINED_OUTCOMES,
    STATUS_DURATION,
    UNMODELLED,
    VIOLATIONS,
)
from jobstate.listeners.stays import REMEMBERED, Lives
from jobstate.listeners.words import KindWords
from jobstate.model.events import (
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.listeners.figures import Figure
    from jobstate.listeners.stays import Closed
    from jobstate.model.events import Event
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.model.states import Outcome
    from jobstate.tracking.tracked_job import TrackedJob


class Increment(NamedTuple):
    """How a figure moves by an event.

    Attributes:
        figure: Which.
        labels: The values of its labels.
        amount: By how much; of a SPREAD, the amount that is added to it.
        job: The job that moves it.
    """

    figure: Figure
    labels: tuple[str, ...]
    amount: float
    job: JobKey


class Figures:
    """Works out what each event does to the figures. Any thread may ask.

    Steps may be taken in any order: they only add.
    """

    def __init__(self, lifecycle: Lifecycle | Kinds, remembered: int = REMEMBERED) -> None:
        """Begin with no job.

        Args:
            lifecycle: The life cycle, or the kinds, whose words the labels are.
            remembered: How many jobs that have ended are remembered.
        """
        self._lives = Lives(lifecycle, remembered)
        self._words = KindWords(lifecycle)
        #: Where each job that has not ended counts.
        self._places: dict[JobKey, tuple[str, ...]] = {}
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")

    def ends(self) -> Iterator[tuple[str, ...]]:
        """Yield the labels that `ENDED_JOBS` may have, as far as they are known beforehand."""
        return self._words.ends()

    def begin(self, jobs: Iterable[TrackedJob]) -> list[Increment]:
        """Return what jobs do to the figures that are known already: they stand somewhere."""
        with self._lock:
            return [step for job in jobs for step in self._begun(job)]

    def of(self, event: Event) -> list[Increment]:
        """Return what an event does to the figures."""
        with self._lock:
            if isinstance(event, StatusEntered):
                return list(self._stays(self._lives.entered(event)))
            if isinstance(event, StatusChanged):
                return list(self._change(event))
            return [self._said(event)] if self._lives.is_news(event) else []

    def forget(self, job: JobKey) -> list[Increment]:
        """Return what it does to the figures that a job is no longer tracked."""
        with self._lock:
            self._lives.forget(job)
            return list(self._place(job, None))

    def close(self) -> list[Increment]:
        """Return what it does to the figures that no job is tracked any longer."""
        with self._lock:
            return [step for job in list(self._places) for step in self._place(job, None)]

    def _begun(self, job: TrackedJob) -> Iterator[Increment]:
        self._lives.begin(job)
        if not job.final and job.possible:
            yield from self._place(job.key, self._standing(job.key, job.status, job.outcome))

    def _stays(self, closed: list[Closed]) -> Iterator[Increment]:
        for stay, end in closed:
            seconds = (end - stay.start).total_seconds()
            if not self._lives.is_last(stay) and seconds >= 0:
                words = self._words.of(stay.job.kind)
                labels = (words.name, words.status(stay.status))
                yield Increment(STATUS_DURATION, labels, seconds, stay.job)

    def _change(self, event: StatusChanged) -> Iterator[Increment]:
        turn = self._lives.changed(event)
        if turn is None:
            return
        labels = self._standing(event.job, event.target, event.outcome)
        if turn.fresh:
            yield from self._place(event.job, None if event.final else labels)
        if turn.ended:
            cause = self._words.of(event.job.kind).cause(event.result.cause)
            yield Increment(ENDED_JOBS, (*labels, cause), 1, event.job)

    def _place(self, job: JobKey, labels: tuple[str, ...] | None) -> Iterator[Increment]:
        """Count a job where it stands, and no longer where it stood."""
        was = self._places.pop(job, None)
        if was is not None:
            yield Increment(JOBS, was, -1, job)
        if labels is not None:
            self._places[job] = labels
            yield Increment(JOBS, labels, 1, job)

    def _said(self, event: OutcomeRefined | Violation | Unmodelled) -> Increment:
        words = self._words.of(event.job.kind)
        said: tuple[str, ...]
        if isinstance(event, OutcomeRefined):
            figure = REFINED_OUTCOMES
            said = (str(event.outcome), words.cause(event.result.cause))
        elif isinstance(event, Violation):
            figure, said = VIOLATIONS, (words.rule(event.rule), str(event.severity))
        else:
            figure, said = UNMODELLED, (words.field(event.field),)
        return Increment(figure, (words.name, *said), 1, event.job)

    def _standing(self, job: JobKey, status: str, outcome: Outcome) -> tuple[str, ...]:
        words = self._words.of(job.kind)
        return words.name, words.status(status), str(outcome)
