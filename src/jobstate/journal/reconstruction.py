"""Answers that say what a journal keeps of a job: what was found, put as a service would say it.

Whoever takes answers about a job (a census, a picture of its way) can so take a job of a journal.
An answer that brought a change is told again with its status, its time and the history of that
moment; the last one says where the job stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.model.events import StatusChanged, StatusEntered
from jobstate.model.observation import Observation, Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstate.journal.records import JournalJob
    from jobstate.model.events import Event
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Region, State
    from jobstate.tracking.tracked_job import TrackedJob


def retold(lifecycle: Lifecycle, kept: JournalJob, events: Iterable[Event]) -> list[Observation]:
    """Return answers that say what is kept of a job, in order; at least one.

    Args:
        lifecycle: Its life cycle.
        kept: The job.
        events: What was said of it, in order.
    """
    teller = _Teller(lifecycle, kept)
    for event in events:
        if isinstance(event, StatusEntered):
            teller.enter(event.ordinal)
        elif isinstance(event, StatusChanged):
            teller.change(event)
    teller.end()
    return teller.told


class _Teller:
    """Tells again what a job's answers said.

    Attributes:
        told: What they said.
    """

    def __init__(self, lifecycle: Lifecycle, kept: JournalJob) -> None:
        self.told: list[Observation] = []
        self._lifecycle = lifecycle
        self._kept = kept
        self._features = {} if kept.tracked is None else kept.tracked.features
        history = lifecycle.history_region
        self._history = "" if history is None else history.name
        #: What answers without a history showed since the last one that had it.
        self._thin: set[Shown | None] = set()
        if history is not None and kept.tracked is not None:
            self._thin = _thin(kept.tracked, history.name)
        #: How many entries were known, and how many of them an answer has told again.
        self._entered = 0
        self._retold = 0

    def enter(self, ordinal: int) -> None:
        """Take note of a stay; the answer that brought it is told with what it shows."""
        self._entered = max(self._entered, ordinal)

    def change(self, event: StatusChanged) -> None:
        """Tell the answer again that brought a change."""
        region = self._lifecycle.region(event.region)
        shown = _shown(_meant(region, event.target))
        if shown is None:
            return
        if region.name != self._history:
            self._tell({region.name: shown}, event.at)
        elif self._brings_history(shown):
            self._tell({region.name: shown}, event.at, self._entered)
        else:
            self._catch_up()
            self._tell({region.name: shown}, event.at)

    def end(self) -> None:
        """Tell where the job stands, and the history as far as no answer did."""
        now: dict[str, Shown] = {}
        for region in self._lifecycle.regions:
            names = self._kept.states.get(region.name, ())
            shown = _shown([each for each in region.states if each.name in names])
            if shown is not None:
                now[region.name] = shown
        self._entered = len(self._kept.entries)
        main = now.get(self._history)
        if main is None or self._brings_history(main):
            self._tell(now, self._kept.modified, self._entered)
        else:
            self._catch_up()
            self._tell(now, self._kept.modified)
        kept, last = self._kept, self.told[-1]
        self.told[-1] = evolve(last, cause=kept.cause, failure_reason=kept.failure_reason)

    def _brings_history(self, shown: Shown) -> bool:
        """Return whether the answer that shows a status had the history known by then."""
        known = self._kept.entries[: self._entered]
        if shown in self._thin and len(self._kept.entries) == self._entered == self._retold:
            return False
        return bool(known) and known[-1].status == (shown.secondary or shown.primary)

    def _catch_up(self) -> None:
        """Tell the answer that brought entries and no change, before one that goes beyond them."""
        if self._entered > self._retold:
            status = self._kept.entries[: self._entered][-1].status
            region = self._lifecycle.region(self._history)
            shown = _shown([each for each in region.states if each.visible == status])
            before = self.told[-1].shown.get(self._history) if self.told else None
            if before is not None and before.secondary == status:
                shown = before
            self._tell({} if shown is None else {self._history: shown}, None, self._entered)

    def _tell(self, shown: Mapping[str, Shown], at: datetime | None, entered: int = 0) -> None:
        self._retold = max(self._retold, entered)
        self.told.append(
            Observation(
                job=self._kept.job,
                shown=shown,
                features=self._features,
                entries=tuple(self._kept.entries[:entered]),
                modified=at,
            )
        )


def _thin(tracked: TrackedJob, region: str) -> set[Shown | None]:
    """Return what answers without a history showed that may be newer than the longest one."""
    known = tracked.job_state.answers_of(region)
    states_of = compile_lifecycle(tracked.lifecycle)[region].states_of
    return {_shown(states_of(mask)) for mask in (known.since_history if known else ())}


def _meant(region: Region, label: str) -> list[State]:
    """Return the states that a label means, as a life cycle's automaton makes them."""
    exact = [each for each in region.states if each.name == label]
    return exact or [each for each in region.states if each.primary == label]


def _shown(states: Sequence[State]) -> Shown | None:
    """Return what an answer shows of a job that is in one of some states; None if that is open."""
    if len(states) == 1:
        return Shown(states[0].primary, states[0].secondary)
    primaries = {each.primary for each in states}
    return Shown(primaries.pop()) if len(primaries) == 1 else None
