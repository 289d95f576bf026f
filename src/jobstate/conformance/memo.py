"""What is known of a job, region by region, and what answers show, each compiled once for all jobs.

Jobs of a fleet stand in the same few places and answers show the same few things. So there is one
object for each, and what one means after the other is worked out once and remembered.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

from attrs import define, field

from jobstate.automaton.automaton import RegionView, StateEstimate
from jobstate.common.forks import renewed_in_forked_child
from jobstate.conformance.kept_answers import AnswerPattern
from jobstate.conformance.moves import HistoryReading, move
from jobstate.model.events import Move
from jobstate.model.outcome import Result, finer, same_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.conformance.kept_answers import PatternStep
    from jobstate.model.observation import Observation

#: Where a region is then, and how its history reads.
Reading: TypeAlias = "tuple[StateEstimate, HistoryReading | None]"
#: What is kept of all regions: what their answers say, and their times.
Kept: TypeAlias = tuple[tuple[AnswerPattern, ...], bytes]

#: How many of each are remembered; bounded, since what is seen comes from outside.
_REMEMBERED = 1 << 14

#: Held for the moment in which a view gets its number. One for all.
_NUMBERING = Lock()
renewed_in_forked_child(sys.modules[__name__], "_NUMBERING")


@define(eq=False)
class AnswerView:
    """What answers show of the statuses and features. One object for equal ones.

    Attributes:
        number: No other view has it.
        digest: Almost no other view has it, in this process or another.
        region_views: Region → what is shown of it, compiled.
        features: The features shown.
        plain: Every status is known, every two that go together are a state, and what was before
            leads there.
        plans: Names of fields → what the rules have to look at in an answer that has them.
    """

    number: int
    digest: int
    region_views: Mapping[str, RegionView]
    features: Mapping[str, bool]
    plain: bool
    plans: dict[tuple[object, ...], Any] = field(factory=dict, init=False, repr=False)


@define(eq=False)
class MemoizedStep:
    """What an answer means for a job of which something is known.

    Attributes:
        estimates: What is known then.
        moves: How it moved, where the new knowledge excludes the old.
        end: Which of the moves, from 1, tells the job's end; 0 where none does.
        refined: What the job has come to, where it had ended and that is known more exactly now.
        came: Where the first region stands now was not known before.
        sample: What a view without a history shows of the region that others list; None where it
            does not show that.
        patterns: What is kept then of the regions that an answer shows which is newer than all.
        kept: What is kept then of all regions, of an answer in order that lists a history.
    """

    estimates: Estimates
    moves: tuple[Move, ...]
    end: int
    refined: Result | None
    came: bool
    sample: RegionView | None
    patterns: tuple[AnswerPattern, ...] = ()
    kept: Kept = ((), b"")


@define(eq=False)
class Estimates(Mapping[str, StateEstimate]):
    """Region → what is known there; a region never shown is absent. One object for equal ones."""

    _regions: dict[str, StateEstimate]
    #: Filled by `Memo.step`.
    steps: dict[object, MemoizedStep | None] = field(factory=dict, init=False, repr=False)

    def __reduce__(self) -> tuple[type[Estimates], tuple[object, ...]]:
        """Pickle and copy what is known, without what it led to."""
        return Estimates, (self._regions,)

    def __getitem__(self, region: str) -> StateEstimate:
        return self._regions[region]

    def __iter__(self) -> Iterator[str]:
        return iter(self._regions)

    def __len__(self) -> int:
        return len(self._regions)


class Memo:
    """Remembers views, knowledge and what the one means after the other, for one life cycle.

    Any thread may ask: what two of them work out at once is remembered once, and both get that.
    """

    def __init__(self, automata: Mapping[str, Automaton], history: str, main: str) -> None:
        self._automata = automata
        self._history = history
        self._main = main
        self._views: dict[object, AnswerView] = {}
        self._count = 0
        self._estimates: dict[object, Estimates] = {}
        #: Of a job that nobody has heard of.
        self.nothing = Estimates({})

    def view(self, observation: Observation) -> AnswerView:
        """Return what an observation shows."""
        key: tuple[object, ...] = tuple(observation.shown.items())
        if observation.features:
            key += tuple(observation.features.items())
        try:
            return self._views[key]
        except KeyError:
            return self._new_view(key, observation)

    def _new_view(self, key: object, observation: Observation) -> AnswerView:
        region_views = {
            region: self._automata[region].view(
                shown.primary, shown.secondary, observation.features, shown.previous
            )
            for region, shown in observation.shown.items()
            if region in self._automata
        }
        plain = not any(
            region_view.unknown or region_view.illegal_pair or region_view.came_from
            for region_view in region_views.values()
        )
        with _NUMBERING:
            self._count += 1
            number = self._count
        digest = crc32(repr(key).encode("utf-8", "backslashreplace")) >> 1
        view = AnswerView(number, digest, region_views, dict(observation.features), plain)
        if len(self._views) >= _REMEMBERED:
            self._views.clear()
        return self._views.setdefault(key, view)

    def estimates(self, regions: Mapping[str, StateEstimate]) -> Estimates:
        """Return the object for what is known of each region."""
        key = tuple(regions.items())
        found = self._estimates.get(key)
        if found is None:
            if len(self._estimates) >= _REMEMBERED:
                self._estimates.clear()
            found = self._estimates.setdefault(key, Estimates(dict(regions)))
        return found

    def step(self, before: Estimates, view: AnswerView) -> MemoizedStep | None:
        """Return what a view means that comes after something is known.

        None where that takes a closer look: no legal run shows it, a status is not known, or a job
        goes on that had ended.
        """
        try:
            return before.steps[view]
        except KeyError:
            if len(before.steps) >= _REMEMBERED:
                before.steps.clear()
            found = before.steps[view] = self._new_step(before, view) if view.plain else None
            return found

    def _new_step(self, before: Estimates, view: AnswerView) -> MemoizedStep | None:
        found: list[tuple[StateEstimate, HistoryReading | None]] = []
        for region, region_view in view.region_views.items():
            automaton = self._automata[region]
            new = automaton.step(before.get(region) or automaton.start, region_view)
            if new is None:
                return None
            found.append((new, None))
        return self._moved(before, found, view.region_views.get(self._history))

    def together(self, before: Estimates, steps: tuple[PatternStep, ...]) -> MemoizedStep | None:
        """Return what the steps of regions mean together; None where that takes a closer look."""
        try:
            return before.steps[steps]
        except KeyError:
            if len(before.steps) >= _REMEMBERED:
                before.steps.clear()
            found = self._moved(before, [(step.estimate, step.reading) for step in steps])
            if found is not None:
                found.patterns = tuple([step.pattern for step in steps])
            before.steps[steps] = found
            return found

    def listed(
        self,
        before: Estimates,
        shown: tuple[object, ...],
        read: Callable[[], tuple[Sequence[Reading], Kept] | None],
    ) -> MemoizedStep | None:
        """Return what an answer in order means that lists a history; None for a closer look.

        Args:
            before: What is known.
            shown: All that its meaning depends on besides.
            read: Returns what each region's history reads like, and what is kept then; None where
                that takes a closer look. It is asked once.
        """
        try:
            return before.steps[shown]
        except KeyError:
            if len(before.steps) >= _REMEMBERED:
                before.steps.clear()
            given, found = read(), None
            if given is not None and (found := self._moved(before, given[0])) is not None:
                found.kept = given[1]
            before.steps[shown] = found
            return found

    def _moved(
        self,
        before: Estimates,
        found: Iterable[Reading],
        sample: RegionView | None = None,
    ) -> MemoizedStep | None:
        after = dict(before)
        moves: dict[str, Move] = {}
        for new, reading in found:
            region = new.automaton.region.name
            old = before.get(region)
            if old is not None and old.goes_on_to(new):
                return None
            after[region] = new
            ends = region == self._main and new.result.final
            if old is None or old.excludes(new) or (ends and not old.result.final):
                moves[region] = move(old, new, reading, explained=True, cause=None)
        main, now = before.get(self._main), after.get(self._main)
        arrived = now is not None and (main is None or main.narrows(now))
        ended = main is not None and main.result.final
        told, final = self._main in moves, now is not None and now.result.final
        if now and main and ended and _tells_less(main.result, now.result):
            return None
        return MemoizedStep(
            self.estimates(after),
            tuple(moves.values()),
            list(moves).index(self._main) + 1 if told and final and not ended else 0,
            now.result
            if now and main and ended and not told and now.result != main.result
            else None,
            arrived,
            sample,
        )


def _tells_less(was: Result, now: Result) -> bool:
    """Return whether an end is known less well from where the job stands now."""
    return same_end(was, now) and finer(was, now) != now


def fingerprint(observation: Observation, view: AnswerView) -> int | None:
    """Return what tells an answer from another one about the same job; None if nothing can."""
    fields = observation.fields
    try:
        return hash(
            (
                view.number,
                observation.modified,
                observation.modified_not_before,
                observation.cause,
                observation.failure_reason,
                observation.entries,
                *fields,
                *fields.values(),
            )
        )
    except TypeError:  # a field that somebody else's reader leaves as a list, say
        return None
