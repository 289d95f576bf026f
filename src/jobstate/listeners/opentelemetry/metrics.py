"""`OpenTelemetryMetrics`: metrics through OpenTelemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from opentelemetry.metrics import get_meter_provider

from jobstate.listeners.figures import BUCKETS, FIGURES, FigureKind
from jobstate.listeners.metrics import Figures
from jobstate.listeners.opentelemetry.ids import SCOPE, context_of
from jobstate.listeners.stays import REMEMBERED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter, MeterProvider

    from jobstate.listeners.figures import Figure
    from jobstate.listeners.metrics import Increment
    from jobstate.model.events import Event
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.tracking.tracked_job import TrackedJob

    _Instrument: TypeAlias = Callable[[float, dict[str, str], Context | None], None]


class OpenTelemetryMetrics:
    """Keeps metrics of what jobs do. Any thread may call it.

    ``jobstate.jobs`` (up and down: jobs that have not ended), ``jobstate.ended_jobs``,
    ``jobstate.refined_outcomes``, ``jobstate.status_duration`` (a histogram, in seconds),
    ``jobstate.violations``, ``jobstate.unmodelled_statuses``: what `PrometheusListener` keeps.
    Every attribute says a word of a life cycle or ``other``, none names a job. What is told twice
    of a job counts once, as long as the job has not ended or is among the newest that have.
    """

    def __init__(
        self,
        lifecycle: Lifecycle | Kinds,
        *,
        jobs: Iterable[TrackedJob] = (),
        provider: MeterProvider | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        """Make the instruments, and count the jobs that are known already.

        Args:
            lifecycle: The life cycle, or the kinds, that the tracker has.
            jobs: The jobs to begin with: a tracker that has been restored.
            provider: By default the global one.
            remembered: How many jobs that have ended are remembered, to tie late news to them.

        Raises:
            ValueError: A number is out of bounds.
        """
        self._figures = Figures(lifecycle, remembered)
        meter = (provider or get_meter_provider()).get_meter(SCOPE)
        self._instruments = {each: _instrument(each, meter) for each in FIGURES}
        self._take(self._figures.begin(jobs))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __call__(self, event: Event, /) -> None:
        """Count one event."""
        self._take(self._figures.of(event))

    def forget(self, job: JobKey) -> None:
        """Count a job no longer that was forgotten before its end, by `Tracker.forget`."""
        self._take(self._figures.forget(job))

    def close(self) -> None:
        """Take jobs that have not ended off the sum, so that another listener may count them."""
        self._take(self._figures.close())

    def _take(self, steps: list[Increment]) -> None:
        for figure, labels, amount, job in steps:
            names = (f"{SCOPE}.{label}" for label in figure.labels)
            # Exemplars belong to the trace of the job; a level has none.
            context = None if figure.kind is FigureKind.LEVEL else context_of(job)
            self._instruments[figure](amount, dict(zip(names, labels, strict=True)), context)


def _instrument(figure: Figure, meter: Meter) -> _Instrument:
    about = (f"{SCOPE}.{figure.name}", figure.unit, figure.meaning)
    if figure.kind is FigureKind.LEVEL:
        return meter.create_up_down_counter(*about).add
    if figure.kind is FigureKind.COUNT:
        return meter.create_counter(*about).add
    return meter.create_histogram(*about, explicit_bucket_boundaries_advisory=BUCKETS).record
