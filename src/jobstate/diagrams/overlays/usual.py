"""How long jobs usually stay in each state, as a census has counted it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from jobstate.diagrams.overlays.census import Census


@frozen
class UsualTime:
    """How long jobs stay in a state.

    Attributes:
        half: Half of them at most (p50).
        most: Of twenty all but one at most (p95).
    """

    half: timedelta
    most: timedelta


#: (Kind, state) → how long.
UsualTimes: TypeAlias = Mapping[tuple[str, str], UsualTime]


def usual_times(census: Census) -> UsualTimes:
    """Return how long jobs stayed in the states of the region that tells their outcome."""
    kind, main = census.lifecycle.name, census.lifecycle.main_region.name
    return {
        (kind, state): UsualTime(
            timedelta(microseconds=spans.quantile(0.5)),
            timedelta(microseconds=spans.quantile(0.95)),
        )
        for (region, state), spans in census.lengths.items()
        if region == main and spans.count
    }
