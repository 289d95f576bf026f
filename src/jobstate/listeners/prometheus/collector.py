"""`TrackerCollector`: how a tracker and its listeners are, read when Prometheus asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, CollectorRegistry

from jobstate.common.times import utc_now
from jobstate.listeners.figures import (
    DELIVERED_EVENTS,
    DROPPED_EVENTS,
    FAILED_CALLS,
    LAGGING_LISTENERS,
    LISTENER_CALL,
    OLDEST_STATUS_AGE,
    PARKED_JOBS,
    RETRIED_JOBS,
    TRACKER_FIGURES,
    WAITING_EVENTS,
)
from jobstate.listeners.prometheus.families import Sample, families
from jobstate.listeners.words import KindWords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from prometheus_client import Metric

    from jobstate.delivery.subscription import SubscriptionStatus
    from jobstate.tracking.tracker import Tracker


class TrackerCollector:
    """Shows how long jobs have been where they stand, and whether listeners keep up.

    ``jobstate_oldest_status_age_seconds`` by status, of jobs that neither have ended nor are
    steady, and what `Tracker.progress` tells of each listener. A registry takes one of these. A
    scrape is linear in the jobs that the tracker keeps: some 5 µs each.
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        registry: CollectorRegistry = REGISTRY,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Register the metrics; ``registry.unregister`` takes them away.

        Args:
            tracker: Whose jobs and listeners they are about.
            registry: Where they are registered; by default the global one.
            clock: Returns what time it is; aware. Ages count from times that the service gave.

        Raises:
            ValueError: The registry has metrics of these names.
        """
        self._tracker = tracker
        self._clock = clock
        self._words = KindWords(tracker.lifecycle)
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Return the metrics without what they are now."""
        return families(TRACKER_FIGURES)

    def collect(self) -> list[Metric]:
        """Return the metrics as they are now."""
        return families(TRACKER_FIGURES, self._samples())

    def _samples(self) -> Iterator[Sample]:
        for labels, seconds in self._oldest().items():
            yield Sample(OLDEST_STATUS_AGE, labels, seconds)
        for status in self._tracker.progress():
            yield from _of(status)

    def _oldest(self) -> dict[tuple[str, ...], float]:
        now = self._clock()
        found: dict[tuple[str, ...], float] = {}
        for job in self._tracker:
            age = None if job.final or job.steady else job.time_in_status(now)
            if age is not None:
                words = self._words.of(job.kind)
                labels = words.name, words.status(job.status)
                found[labels] = max(found.get(labels, 0.0), age.total_seconds())
        return found


def _of(status: SubscriptionStatus) -> Iterator[Sample]:
    name = (status.name,)
    yield Sample(WAITING_EVENTS, name, status.waiting)
    yield Sample(LAGGING_LISTENERS, name, status.behind)
    yield Sample(RETRIED_JOBS, name, status.retrying)
    yield Sample(PARKED_JOBS, name, len(status.parked))
    yield Sample(LISTENER_CALL, name, status.busy.total_seconds() if status.busy else 0.0)
    yield Sample(DELIVERED_EVENTS, name, status.delivered)
    yield Sample(FAILED_CALLS, name, status.failed)
    yield Sample(DROPPED_EVENTS, name, status.dropped)
