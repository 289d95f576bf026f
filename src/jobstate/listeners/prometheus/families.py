"""Samples of figures as metrics of Prometheus, for collectors that read when they are scraped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from jobstate.listeners.figures import FigureKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric

    from jobstate.listeners.figures import Figure


class Sample(NamedTuple):
    """What a figure is now.

    Attributes:
        figure: Which.
        labels: The values of its labels.
        amount: How much it is.
    """

    figure: Figure
    labels: tuple[str, ...]
    amount: float


def families(figures: Iterable[Figure], samples: Iterable[Sample] = ()) -> list[Metric]:
    """Return metrics, in the order of the figures, those without samples too."""
    found = {each: _family(each) for each in figures}
    for figure, labels, amount in samples:
        found[figure].add_metric(labels, amount)
    return [*found.values()]


def _family(figure: Figure) -> CounterMetricFamily | GaugeMetricFamily:
    made = CounterMetricFamily if figure.kind is FigureKind.COUNT else GaugeMetricFamily
    return made(figure.metric, figure.meaning, labels=figure.labels)
