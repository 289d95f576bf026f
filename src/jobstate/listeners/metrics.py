"""`Figures`: what an event does to the figures that metrics show.

The table of figures is here, once; each adapter makes its instruments from it. Labels are bounded
by the life cycles: a kind of job that was not given becomes ``other``, and so does whatever is no
word of a job's own life cycle.
"""

from __future__ import annotations

from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import frozen

from jobstate.common.forks import renewed_in_forked_child
from jobstate.listeners.stays import REMEMBERED, Lives
from jobstate.model.events import (
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)
from jobstate.model.kinds import by_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.listeners.stays import Closed
    from jobstate.model.events import Event
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.model.states import Outcome
    from jobstate.tracking.tracked_job import TrackedJob

#: What a label says for whatever the life cycles have no word for.
OTHER: Final = "other"
#: The upper bounds of the histogram's buckets, in seconds: from 5 s to 28 days, which is as long
#: as a training job may run.
BUCKETS: Final = (
    *(5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0),
    *(28_800.0, 86_400.0, 172_800.0, 432_000.0, 1_209_600.0, 2_419_200.0),
)


class FigureKind(StrEnum):
    """How a figure moves.

    LEVEL: up and down. COUNT: only up. SPREAD: it is a histogram of amounts.
    """

    LEVEL = "level"
    COUNT = "count"
    SPREAD = "spread"


@frozen(kw_only=True, eq=False)
class Figure:
    """A figure.

    Attributes:
        name: Its name, to which each adapter adds what its conventions want.
        kind: How it moves.
        labels: What it is told apart by.
        unit: Its unit, as UCUM writes it; what is counted stands in braces.
        meaning: What it is, in a sentence.
    """

    name: str
    kind: FigureKind
    labels: tuple[str, ...]
    unit: str
    meaning: str


JOBS: Final = Figure(
    name="jobs",
    kind=FigureKind.LEVEL,
    labels=("lifecycle", "status", "outcome"),
    unit="{job}",
    meaning="Jobs that have not ended, by where they stand.",
)
ENDED_JOBS: Final = Figure(
    name="ended_jobs",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "status", "outcome"),
    unit="{job}",
    meaning="Jobs that have come to their end, by how; one that was reopened, at each of its ends.",
)
REFINED_OUTCOMES: Final = Figure(
    name="refined_outcomes",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "outcome"),
    unit="{job}",
    meaning="Ends that a later answer has told more of, by what they turned out to be.",
)
STATUS_DURATION: Final = Figure(
    name="status_duration",
    kind=FigureKind.SPREAD,
    labels=("lifecycle", "status"),
    unit="s",
    meaning="How long jobs stayed in a secondary status, by their histories, once it is over.",
)
VIOLATIONS: Final = Figure(
    name="violations",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "rule", "severity"),
    unit="{violation}",
    meaning="Violations of the life cycle's rules.",
)
UNMODELLED: Final = Figure(
    name="unmodelled_statuses",
    kind=FigureKind.COUNT,
    labels=("lifecycle", "field"),
    unit="{status}",
    meaning="Statuses of jobs that the life cycle does not know, by where they stood.",
)
FIGURES: Final = (
    *(JOBS, ENDED_JOBS, REFINED_OUTCOMES),
    *(STATUS_DURATION, VIOLATIONS, UNMODELLED),
)


class Increment(NamedTuple):
    """How a figure moves by an event.

    Attributes:
        figure: Which.
        labels: The values of its labels.
        amount: By how much; of a SPREAD, the amount that is added to it.
    """

    figure: Figure
    labels: tuple[str, ...]
    amount: float


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
        self._words = {kind: _words(each) for kind, each in by_name(lifecycle).items()}
        #: Where each job that has not ended counts.
        self._places: dict[JobKey, tuple[str, ...]] = {}
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")

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
                words = self._words_of(stay.job)
                yield Increment(STATUS_DURATION, (words.name, words.status(stay.status)), seconds)

    def _change(self, event: StatusChanged) -> Iterator[Increment]:
        turn = self._lives.changed(event)
        if turn is None:
            return
        labels = self._standing(event.job, event.target, event.outcome)
        if turn.fresh:
            yield from self._place(event.job, None if event.final else labels)
        if turn.ended:
            yield Increment(ENDED_JOBS, labels, 1)

    def _place(self, job: JobKey, labels: tuple[str, ...] | None) -> Iterator[Increment]:
        """Count a job where it stands, and no longer where it stood."""
        was = self._places.pop(job, None)
        if was is not None:
            yield Increment(JOBS, was, -1)
        if labels is not None:
            self._places[job] = labels
            yield Increment(JOBS, labels, 1)

    def _said(self, event: OutcomeRefined | Violation | Unmodelled) -> Increment:
        words = self._words_of(event.job)
        if isinstance(event, OutcomeRefined):
            return Increment(REFINED_OUTCOMES, (words.name, str(event.outcome)), 1)
        if isinstance(event, Violation):
            rule = words.rule(event.rule)
            return Increment(VIOLATIONS, (words.name, rule, str(event.severity)), 1)
        return Increment(UNMODELLED, (words.name, words.field(event.field)), 1)

    def _standing(self, job: JobKey, status: str, outcome: Outcome) -> tuple[str, ...]:
        words = self._words_of(job)
        return words.name, words.status(status), str(outcome)

    def _words_of(self, job: JobKey) -> _Words:
        return self._words.get(job.kind, _NO_WORDS)


@frozen
class _Words:
    """The words that labels may say of a kind of job: those of its life cycle."""

    name: str
    statuses: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()

    def status(self, label: str) -> str:
        return label if label in self.statuses else OTHER

    def rule(self, rule: str) -> str:
        return rule if rule in self.rules else OTHER

    def field(self, field: str) -> str:
        return field if field in self.fields else OTHER


#: Of a kind that was not given.
_NO_WORDS: Final = _Words(OTHER)


def _words(lifecycle: Lifecycle) -> _Words:
    statuses = {"anything"}
    for state in lifecycle.main_region.states:
        statuses |= {state.name, state.primary, state.visible}
    fields = (
        f"{each.name}.{axis}"
        for each in lifecycle.regions
        for axis in ("primary", "secondary", "entries")
    )
    rules = (rule.id for rule in lifecycle.rules)
    return _Words(lifecycle.name, frozenset(statuses), frozenset(rules), frozenset(fields))
