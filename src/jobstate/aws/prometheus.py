"""`PollerCollector`: how pollers are, read when Prometheus asks. It needs the extra ``prometheus``.

What jobs do is told by `jobstate.listeners.prometheus`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobstate.errors import MissingExtraError
from jobstate.listeners.figures import (
    POLLER_AGE,
    POLLER_BUDGET,
    POLLER_DUE,
    POLLER_FIGURES,
    POLLER_JOBS,
    POLLER_LAG,
    POLLER_REQUESTS,
    POLLER_THROTTLED,
    POLLER_UNREAD,
)

try:
    from prometheus_client import REGISTRY, CollectorRegistry

    from jobstate.listeners.prometheus.families import Sample, families
except ImportError as error:
    raise MissingExtraError("PollerCollector", "prometheus_client", "prometheus") from error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client import Metric

    from jobstate.aws.polling.health import Health


class HasHealth(Protocol):
    """What can tell how it is doing: `Poller`, and whatever wraps one."""

    @property
    def health(self) -> Health:
        """How it is doing, as of now."""
        raise NotImplementedError


class PollerCollector:
    """Shows how pollers are: age, lag, requests, throttles, the share of the budget, what is due.

    They are what `Health` has, under the name that each poller is given here. A registry takes one
    of these, and it may have many pollers.
    """

    def __init__(
        self, pollers: Mapping[str, HasHealth], *, registry: CollectorRegistry = REGISTRY
    ) -> None:
        """Register the metrics; ``registry.unregister`` takes them away.

        Args:
            pollers: The pollers by their names, which become the label ``poller``: what tells them
                apart, such as kind, account and region.
            registry: Where they are registered; by default the global one.

        Raises:
            ValueError: The registry has metrics of these names.
        """
        self._pollers = dict(pollers)
        registry.register(self)

    def describe(self) -> list[Metric]:
        """Return the metrics without what they are now."""
        return families(POLLER_FIGURES)

    def collect(self) -> list[Metric]:
        """Return the metrics as they are now."""
        every = (_of(name, each.health) for name, each in self._pollers.items())
        return families(POLLER_FIGURES, (sample for each in every for sample in each))


def _of(name: str, health: Health) -> Iterator[Sample]:
    yield Sample(POLLER_AGE, (name,), health.age)
    yield Sample(POLLER_LAG, (name,), health.lag)
    yield Sample(POLLER_JOBS, (name,), health.alive)
    yield Sample(POLLER_UNREAD, (name,), health.unread)
    for figure, amounts in (
        (POLLER_DUE, health.due),
        (POLLER_BUDGET, health.used),
        (POLLER_REQUESTS, health.requests),
        # 0 where none was, for a rate needs a count to begin with.
        (POLLER_THROTTLED, dict.fromkeys(health.requests, 0) | dict(health.throttled)),
    ):
        for label, amount in amounts.items():
            yield Sample(figure, (name, label), amount)
