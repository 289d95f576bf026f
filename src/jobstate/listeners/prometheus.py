"""`PrometheusListener`: metrics for Prometheus.

No label names a job, and every label says a word of the life cycle or ``other``, so the number of
series is bounded whatever is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.errors import MissingExtraError
from jobstate.listeners.metrics import BUCKETS, FIGURES, FigureKind, Figures
from jobstate.listeners.stays import REMEMBERED

try:
    from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
except ImportError as error:
    raise MissingExtraError("PrometheusListener", "prometheus_client", "prometheus") from error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.listeners.metrics import Figure, Increment
    from jobstate.model.events import Event
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.tracking.tracked_job import TrackedJob


class PrometheusListener:
    """Keeps metrics of what jobs do. Any thread may call it.

    ``jobstate_jobs`` (a gauge: jobs that have not ended), ``jobstate_ended_jobs_total``,
    ``jobstate_refined_outcomes_total``, ``jobstate_status_duration_seconds`` (a histogram),
    ``jobstate_violations_total``, ``jobstate_unmodelled_statuses_total``. What is told twice of a
    job counts once, as long as the job has not ended or is among the newest that have.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        *,
        jobs: Iterable[TrackedJob] = (),
        registry: CollectorRegistry = REGISTRY,
        buckets: Sequence[float] = BUCKETS,
        remembered: int = REMEMBERED,
    ) -> None:
        """Register the metrics, and count the jobs that are known already.

        Args:
            lifecycle: The life cycle that the tracker has.
            jobs: The jobs to begin with: a tracker that has been restored.
            registry: Where the metrics are registered; by default the one that
                ``prometheus_client.start_http_server`` shows.
            buckets: The histogram's upper bounds, in seconds.
            remembered: How many jobs that have ended are remembered, to tie late news to them.

        Raises:
            ValueError: The registry has such metrics already, or a number is out of bounds.
        """
        self._figures = Figures(lifecycle, remembered)
        self._metrics = {each: _metric(each, registry, buckets) for each in FIGURES}
        self._take(self._figures.begin(jobs))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __call__(self, event: Event, /) -> None:
        """Count one event."""
        self._take(self._figures.of(event))

    def forget(self, job: JobKey) -> None:
        """Count a job no longer that was forgotten before its end, by `Tracker.forget`."""
        self._take(self._figures.forget(job))

    def _take(self, steps: list[Increment]) -> None:
        for step in steps:
            child = self._metrics[step.figure].labels(*step.labels)
            if isinstance(child, Histogram):
                child.observe(step.amount)
            else:
                child.inc(step.amount)


def _metric(
    figure: Figure, registry: CollectorRegistry, buckets: Sequence[float]
) -> Gauge | Counter | Histogram:
    name = f"jobstate_{figure.name}"
    if figure.kind is FigureKind.LEVEL:
        # Of several processes each tracks jobs of its own, so their sum is right.
        return Gauge(
            name, figure.meaning, figure.labels, registry=registry, multiprocess_mode="livesum"
        )
    if figure.kind is FigureKind.COUNT:
        return Counter(name, figure.meaning, figure.labels, registry=registry)
    return Histogram(
        f"{name}_seconds", figure.meaning, figure.labels, registry=registry, buckets=buckets
    )
