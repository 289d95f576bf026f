"""How long jobs usually stay where they stand, as a journal knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.overlays.census import Census
from jobstate.diagrams.overlays.usual import usual_times
from jobstate.journal.reader import JournalReader
from jobstate.kinds import KINDS

if TYPE_CHECKING:
    from jobstate.diagrams.overlays.usual import UsualTimes
    from jobstate.model.kinds import Kinds


def journal_times(path: str, kinds: Kinds = KINDS) -> UsualTimes:
    """Return how long jobs stayed in each state.

    It takes some 0.1 ms a job.

    Args:
        path: The journal.
        kinds: The kinds that its jobs may be of.

    Raises:
        JournalError: It can't be read.
    """
    counted: dict[str, Census] = {}
    with JournalReader(path, lifecycle=kinds) as journal:
        for answers in journal.observations():
            kind = answers[0].job.kind
            census = counted.setdefault(kind, Census(kinds.by_name[kind]))
            census.add(answers)
    return {
        place: time for census in counted.values() for place, time in usual_times(census).items()
    }
