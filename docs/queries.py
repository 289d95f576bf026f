"""Queries of Prometheus over figures; a label that a figure does not have is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobstate.listeners.figures import Figure


def total(figure: Figure, *labels: str, where: str = "") -> str:
    """Return what sums it up by labels, of the series that fit."""
    return f"sum by ({_known(figure, labels)}) ({_series(figure, where)})"


def largest(figure: Figure, *labels: str, where: str = "") -> str:
    """Return what takes the largest by labels."""
    return f"max by ({_known(figure, labels)}) ({_series(figure, where)})"


def rate(figure: Figure, over: str, *labels: str, where: str = "") -> str:
    """Return by how much a count grows each second, over some time."""
    return f"sum by ({_known(figure, labels)}) (rate({_series(figure, where)}[{over}]))"


def grown(figure: Figure, over: str, *labels: str, where: str = "") -> str:
    """Return by how much a count has grown in some time."""
    return f"sum by ({_known(figure, labels)}) (increase({_series(figure, where)}[{over}]))"


def share(figure: Figure, over: str, *labels: str, of: str, where: str = "") -> str:
    """Return which share of what was counted in some time fits; where nothing was, nothing."""
    part = grown(figure, over, *labels, where=", ".join(filter(None, (where, of))))
    every = grown(figure, over, *labels, where=where)
    return f"{part} / ({every} > 0)"


def quantile(figure: Figure, share: float, over: str, *labels: str, where: str = "") -> str:
    """Return which amount that share of a histogram's amounts did not exceed in some time."""
    by = f"le, {_known(figure, labels)}"
    buckets = f"{figure.metric}_bucket{_chosen(where)}"
    return f"histogram_quantile({share}, sum by ({by}) (rate({buckets}[{over}])))"


def _series(figure: Figure, where: str) -> str:
    return f"{figure.metric}{_chosen(where)}"


def _chosen(where: str) -> str:
    return f"{{{where}}}" if where else ""


def _known(figure: Figure, labels: tuple[str, ...]) -> str:
    unknown = sorted(set(labels) - set(figure.labels))
    if unknown:
        raise ValueError(f"{figure.metric} has no label {', '.join(unknown)}")
    return ", ".join(labels)
