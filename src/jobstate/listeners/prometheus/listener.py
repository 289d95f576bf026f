"""`PrometheusListener`: metrics for Prometheus.

No label names a job, and every label says a word of a life cycle or ``other``, so the number of
series is bounded whatever is told. A registry takes metrics of a name once, so the listeners of one
share them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakKeyDictionary

from attrs import frozen
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from jobstate.common.forks import renewed_in_forked_child
from jobstate.common.text import printable
from jobstate.listeners.figures import BUCKETS, ENDED_JOBS, FIGURES, Figure, FigureKind
from jobstate.listeners.metrics import Figures
from jobstate.listeners.stays import REMEMBERED
from jobstate.listeners.trace_ids import trace_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.listeners.metrics import Increment
    from jobstate.model.events import Event
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey
    from jobstate.tracking.tracked_job import TrackedJob

_Metric: TypeAlias = Gauge | Counter | Histogram
#: How many characters OpenMetrics lets an exemplar's labels have, names and values together.
_ROOM: Final = 128


class PrometheusListener:
    """Keeps metrics of what jobs do. Any thread may call it.

    ``jobstate_jobs`` (a gauge: jobs that have not ended), ``jobstate_ended_jobs_total``,
    ``jobstate_refined_outcomes_total``, ``jobstate_status_duration_seconds`` (a histogram),
    ``jobstate_violations_total``, ``jobstate_unmodelled_statuses_total``. What is told twice of a
    job counts once, as long as the job has not ended or is among the newest that have. Several
    listeners may have one registry, each for jobs of its own: the figures are those of all.
    """

    def __init__(  # noqa: PLR0913 - all but the first by keyword
        self,
        lifecycle: Lifecycle | Kinds,
        *,
        jobs: Iterable[TrackedJob] = (),
        registry: CollectorRegistry = REGISTRY,
        buckets: Sequence[float] = BUCKETS,
        remembered: int = REMEMBERED,
        exemplars: bool = True,
    ) -> None:
        """Register the metrics, and count the jobs that are known already.

        Args:
            lifecycle: The life cycle, or the kinds, that the tracker has.
            jobs: The jobs to begin with: a tracker that has been restored.
            registry: Where the metrics are registered; by default the one that
                ``prometheus_client.start_http_server`` shows.
            buckets: The histogram's upper bounds, in seconds.
            remembered: How many jobs that have ended are remembered, to tie late news to them.
            exemplars: Whether counts and lengths name the newest job that moved them, and its
                trace. Only a scrape that asks for OpenMetrics shows exemplars.

        Raises:
            ValueError: The registry has metrics of these names that are no listener's, or another
                listener's with other buckets, or a number is out of bounds.
        """
        self._figures = Figures(lifecycle, remembered)
        self._metrics = _metrics(registry, buckets)
        self._exemplars = exemplars
        for labels in self._figures.ends():
            self._metrics[ENDED_JOBS].labels(*labels)  # at 0: a rate misses what begins with 1
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
        """Take jobs that have not ended off the gauge, so that another listener may count them."""
        self._take(self._figures.close())

    def _take(self, steps: list[Increment]) -> None:
        for step in steps:
            child = self._metrics[step.figure].labels(*step.labels)
            if isinstance(child, Gauge):
                child.inc(step.amount)
                continue
            exemplar = exemplar_of(step.job) if self._exemplars else None
            if isinstance(child, Counter):
                child.inc(step.amount, exemplar)
            else:
                child.observe(step.amount, exemplar)


def exemplar_of(job: JobKey) -> dict[str, str]:
    """Return what tells which job a sample is about: its trace, and its id or name if it fits."""
    found = {"trace_id": trace_id(job)}
    room = _ROOM - sum(len(name) + len(value) for name, value in found.items())
    for name, value in (("job_id", printable(job.id)), ("job_name", printable(job.name))):
        if len(name) + len(value) <= room:
            return found | {name: value}
    return found


# --- What listeners share -------------------------------------------------------------------------


@frozen(eq=False)
class _Shared:
    """The metrics of one registry.

    Attributes:
        metrics: They refer to no registry, so none is kept by being known here.
        bounds: The histogram's upper bounds, in seconds, but for infinity.
    """

    metrics: Mapping[Figure, _Metric]
    bounds: tuple[float, ...]


#: The metrics that listeners have registered.
_SHARED: Final[WeakKeyDictionary[CollectorRegistry, _Shared]] = WeakKeyDictionary()
#: Held while some are.
_registering = Lock()
renewed_in_forked_child(sys.modules[__name__], "_registering")


def _metrics(registry: CollectorRegistry, buckets: Sequence[float]) -> Mapping[Figure, _Metric]:
    """Return the metrics of a registry; its first listener registers them.

    Raises:
        ValueError: It has others of these names, or with other buckets, or there can't be such.
    """
    bounds = tuple(each for each in map(float, buckets) if each != inf)
    made = _Shared({each: _metric(each, bounds) for each in FIGURES}, bounds)
    with _registering:
        try:
            _register(registry, made.metrics.values())
        except ValueError:
            known = _SHARED.get(registry)
            if known is None:
                raise
            if known.bounds != bounds:
                expected = f"the buckets that the registry's first listener has, {known.bounds}"
                raise ValueError(f"buckets: expected {expected}, got {bounds}") from None
            return known.metrics
        _SHARED[registry] = made
    return made.metrics


def _register(registry: CollectorRegistry, metrics: Iterable[_Metric]) -> None:
    """Register metrics, or none of them.

    Raises:
        ValueError: The registry has one of such a name.
    """
    with ExitStack() as undone:
        for each in metrics:
            registry.register(each)
            undone.callback(registry.unregister, each)
        undone.pop_all()


def _metric(figure: Figure, bounds: Sequence[float]) -> _Metric:
    about = (figure.metric, figure.meaning, figure.labels)
    if figure.kind is FigureKind.LEVEL:
        # Of several processes each tracks jobs of its own, so their sum is right.
        return Gauge(*about, registry=None, multiprocess_mode="livesum")
    if figure.kind is FigureKind.COUNT:
        return Counter(*about, registry=None)
    return Histogram(*about, registry=None, buckets=bounds)
