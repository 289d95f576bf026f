"""How long jobs usually stay where they stand, as a journal knows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.diagrams.overlays.census import Census
from jobstate.journal.reader import JournalReader
from jobstate.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class UsualTime:
    """How long jobs stay in a state.

    Attributes:
        half: Half of them at most (p50).
        most: Of twenty all but one at most (p95).
    """

    half: timedelta
    most: timedelta


def usual_times(path: str) -> Mapping[tuple[str, str], UsualTime]:
    """Return how long jobs stayed in each state: (kind, state) → how long.

    It takes some 0.1 ms a job.

    Args:
        path: The journal.

    Raises:
        JournalError: It can't be read.
    """
    counted: dict[str, Census] = {}
    with JournalReader(path, lifecycle=KINDS) as journal:
        for answers in journal.observations():
            kind = answers[0].job.kind
            census = counted.setdefault(kind, Census(KINDS.by_name[kind]))
            census.add(answers)
    return {
        (kind, state): UsualTime(
            timedelta(microseconds=spans.quantile(0.5)),
            timedelta(microseconds=spans.quantile(0.95)),
        )
        for kind, census in counted.items()
        for (region, state), spans in census.lengths.items()
        if region == census.lifecycle.main_region.name and spans.count
    }
