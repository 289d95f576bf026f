"""The points of a job's way that its answers show of a region, in order, and the run through them.

An answer with a history shows a point an entry, and one where the job is now; a thin one shows a
point at a time, which may lie between two entries.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.automaton.automaton import RegionView
from jobstate.automaton.runs import Passage
from jobstate.automaton.shortest_run import RunPoint, legs_of
from jobstate.common.times import is_before
from jobstate.conformance.histories import contradiction, merged
from jobstate.model.observation import Observation, Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.automaton.shortest_run import RunLeg
    from jobstate.model.observation import Entry


@frozen
class _Sighting:
    """What an answer shows of a region.

    Attributes:
        answer: Which answer it is, from 0.
        region_view: What it shows, compiled.
        seen: The answer.
        shown: What it shows.
        mask: The hidden states that its statuses name; those with its features, if there are any.
            0 where the statuses are no state at all.
    """

    answer: int
    region_view: RegionView
    seen: Observation
    shown: Shown
    mask: int

    @property
    def strange(self) -> bool:
        """Its statuses are no state: one is not known, or they don't go together."""
        return self.region_view.unknown or not self.mask

    @property
    def label(self) -> str:
        """The status as a history would print it; where that would say too much, both."""
        primary, secondary = self.shown.primary, self.shown.secondary
        if secondary is None:
            return primary
        alone = self.mask and not self.region_view.primary_unknown
        return secondary if alone else f"{primary}/{secondary}"


@frozen(kw_only=True)
class Spot:
    """A point of the way, with what else is known of it.

    Attributes:
        point: The point.
        label: The status, as it was shown.
        at: When; None where nothing tells.
        entry: The entry of the history that begins or goes on there, from 0.
        answer: The answer that shows it, from 0.
        primary: The primary status that this answer shows.
        strange: What is shown is no state, so the job is in none that the picture has.
        created: It is the job's creation, which nothing shows.
    """

    point: RunPoint
    label: str
    at: datetime | None
    entry: int | None = None
    answer: int | None = None
    primary: str | None = None
    strange: bool = False
    created: bool = False


def in_order(seen: Iterable[Observation]) -> Iterator[tuple[int, Observation]]:
    """Yield the answers, numbered, but those that are older than one before them."""
    latest: datetime | None = None
    for number, each in enumerate(seen):
        if each.modified is not None and latest is not None:
            if is_before(each.modified, latest):
                continue
            latest = max(each.modified, latest)
        yield number, each
        latest = latest or each.modified


def followed(
    automaton: Automaton, answers: Sequence[tuple[int, Observation]]
) -> tuple[Sequence[Entry], Sequence[tuple[Spot, RunLeg]]]:
    """Return a region's history, and its points, each with how the run comes there.

    Without a history there are no entries; if no answer shows the region, there are no points.
    What does not fit in between the entries tells nothing of the way.

    Args:
        automaton: The automaton of the region.
        answers: The answers that count, in order, each with its number from 0; at least one.
    """
    region_views = list(_views(automaton, answers))
    entries = _merged(automaton, answers)
    if entries:
        placed = _Placed(automaton, entries, region_views)
        spots = placed.spots(thin=True)
        legs = _legs(automaton, spots)
        if any(leg.broken for leg in legs):
            spots = placed.spots(thin=False)
            legs = _legs(automaton, spots)
    elif region_views:
        beginning = _beginning(automaton, answers[0][1])
        spots = [beginning, *(_seen(each, Passage.ANY) for each in region_views)]
        legs = _legs(automaton, spots)
    else:
        return (), ()
    return entries, tuple(zip(spots, legs, strict=True))


def _legs(automaton: Automaton, spots: Iterable[Spot]) -> tuple[RunLeg, ...]:
    return legs_of(automaton, tuple(spot.point for spot in spots))


def _merged(automaton: Automaton, answers: Iterable[tuple[int, Observation]]) -> Sequence[Entry]:
    """Return the region's history, as the judge keeps it."""
    region = automaton.region
    entries: Sequence[Entry] = ()
    if region is not automaton.lifecycle.history_region:
        return entries
    for _, each in answers:
        if each.entries:
            clash = contradiction(entries, each.entries, region.history)
            entries = each.entries if clash else merged(entries, each.entries)
    return entries


def _views(automaton: Automaton, answers: Iterable[tuple[int, Observation]]) -> Iterator[_Sighting]:
    for number, each in answers:
        shown = each.shown.get(automaton.region.name)
        if shown is not None:
            region_view = automaton.view(shown.primary, shown.secondary, each.features)
            whatever = automaton.view(shown.primary, shown.secondary, {})
            yield _Sighting(number, region_view, each, shown, region_view.mask or whatever.mask)


def _beginning(automaton: Automaton, seen: Observation) -> Spot:
    """Return the creation of a job: what any legal run begins with."""
    states = automaton.start.states
    return Spot(
        point=RunPoint(automaton.start.mask, Passage.ANY),
        label=states[0].visible if len(states) == 1 else automaton.label_of(states),
        at=seen.job.created,
        created=True,
    )


def _seen(each: _Sighting, passage: Passage, entry: int | None = None) -> Spot:
    return Spot(
        point=RunPoint(each.mask or each.region_view.real, passage, each.strange),
        label=each.label,
        at=each.seen.modified,
        entry=entry,
        answer=each.answer,
        primary=each.shown.primary,
        strange=each.strange,
    )


def _entered(automaton: Automaton, entry: Entry, number: int) -> Spot:
    mask = automaton.of_visible.get(entry.status, 0)
    point = RunPoint(mask or automaton.everything, Passage.ENTRY, unknown=not mask)
    return Spot(point=point, label=entry.status, at=entry.start, entry=number, strange=not mask)


class _Placed:
    """A history with the answers sorted in between its entries."""

    def __init__(
        self, automaton: Automaton, entries: Sequence[Entry], region_views: Sequence[_Sighting]
    ) -> None:
        self._automaton = automaton
        self._entries = entries
        self._during: list[list[_Sighting]] = [[] for _ in entries]
        self._later: list[_Sighting] = []
        self._newest = max((each.answer for each in region_views if each.seen.entries), default=-1)
        for each in region_views:
            self._place(each)

    def spots(self, *, thin: bool) -> list[Spot]:
        """Return the points in order, those of thin answers between the entries if asked to."""
        found = []
        for number, entry in enumerate(self._entries):
            found.append(_entered(self._automaton, entry, number))
            found += [
                _seen(each, Passage.SILENT, number)
                for each in self._during[number]
                if thin or each.seen.entries
            ]
        return [*found, *(_seen(each, Passage.ANY) for each in self._later)]

    def _place(self, each: _Sighting) -> None:
        if each.answer > self._newest:
            self._later.append(each)
        elif each.seen.entries:
            self._place_by_history(each)
        elif (place := self._place_by_time(each)) is not None:
            self._during[place].append(each)

    def _place_by_history(self, each: _Sighting) -> None:
        """Sort in an answer that says by itself during which entry it was given."""
        own = each.seen.entries
        if contradiction(self._entries, own, "") is not None:
            return  # it tells of a history that was rewritten since
        last = len(own) - 1
        fits = each.region_view.visible in {None, own[last].status}
        if fits and not each.strange:
            self._during[last].append(each)
        elif each.answer == self._newest and (each.strange or last == len(self._entries) - 1):
            # It says that the job is elsewhere than where its history ends.
            self._later.append(each)

    def _place_by_time(self, each: _Sighting) -> int | None:
        """Return the last entry that a thin answer fits; None where there is none."""
        modified, visible = each.seen.modified, each.region_view.visible
        if modified is None or each.strange:
            return None
        fitting = [
            number
            for number, entry in enumerate(self._entries)
            if visible in {None, entry.status} and not is_before(modified, entry.start)
        ]
        return fitting[-1] if fitting else None
