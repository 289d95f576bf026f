"""`Regions`: how one region moved, by an answer's sample of it or by the history that it lists.

Answers are taken in the order given, or in whatever order their times and histories allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from jobstate.automaton.automaton import RegionView, StateEstimate
from jobstate.automaton.history import follow
from jobstate.automaton.legal_orders import MANY
from jobstate.conformance.diagnosis import Refusal
from jobstate.conformance.job_state import JobState
from jobstate.conformance.kept_answers import (
    KeptAnswer,
    Origin,
    RegionAnswers,
    in_order,
    interval,
    packed,
    pattern_of,
)
from jobstate.conformance.moves import HistoryReading
from jobstate.conformance.orders import RegionOrders
from jobstate.model.observation import Observation
from jobstate.model.outcome import same_end

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.automaton.history import Followed
    from jobstate.conformance.diagnosis import Diagnosis
    from jobstate.conformance.memo import AnswerView
    from jobstate.model.observation import Entry

#: How many thin answers in order are kept until a history comes that they must agree with.
#: Forgetting the oldest proves less, never something false.
MOST_SAMPLES = 256


@define
class Moved:
    """How one region moved: what is known after, and what could not be explained.

    Attributes:
        estimate: Where the job stands; None where nothing is known.
        answers: What is kept of the answers.
        refusal: What could not be explained.
        reading: How the history was read.
        explained: Some legal run explains the move.
        taken: The answer counts; else something newer, or as new, contradicts it.
        newest: It is certainly newer than all others.
        last: It is taken for the last one.
        duplicate: It was kept already.
        takes_back: It takes back an end.
        apart: The job has gone on since: what the answer says more is of another time.
    """

    estimate: StateEstimate | None
    answers: RegionAnswers
    refusal: Refusal | None = None
    reading: HistoryReading | None = None
    explained: bool = True
    taken: bool = True
    newest: bool = True
    last: bool = True
    duplicate: bool = False
    takes_back: bool = False
    apart: bool = False

    def reopens(self, before: StateEstimate | None) -> bool:
        """Return whether a job legally goes on by it that had ended."""
        legal = self.taken and self.refusal is None and (self.explained or not self.newest)
        after = self.estimate
        return legal and bool(before and after and before.goes_on_to(after))


class Regions:
    """The regions of one life cycle."""

    def __init__(
        self, automata: Mapping[str, Automaton], diagnosis: Diagnosis, history: str
    ) -> None:
        """Prepare to judge.

        Args:
            automata: Region name → its automaton.
            diagnosis: Says why something is refusal.
            history: The region whose statuses histories list; empty where there is none.
        """
        self._automata = automata
        self._diagnosis = diagnosis
        self._history = history
        self.orders = {
            region: RegionOrders(automaton, listed=region == history)
            for region, automaton in automata.items()
        }

    # --- In the order given ---------------------------------------------------------------------

    def in_order(
        self,
        region: str,
        before: JobState,
        observation: Observation,
        region_view: RegionView,
        *,
        fresh: bool = False,
    ) -> Moved:
        """Return how a region moved, by an answer that is newer than all before.

        Args:
            region: Its name.
            before: What was known of the job.
            observation: What came.
            region_view: What that shows of the region.
            fresh: Read the history from its beginning.
        """
        automaton = self._automata[region]
        estimate = before.estimates.get(region, automaton.start)
        contradicted = self._diagnosis.features(estimate, region_view, observation)
        if contradicted is not None:
            return _as_shown(automaton, region_view, before, observation, contradicted)
        if region == self._history and observation.entries:
            return self._read_history(automaton, before, observation, region_view, fresh=fresh)
        return self._read_sample(automaton, before, estimate, observation, region_view)

    def _read_sample(
        self,
        automaton: Automaton,
        before: JobState,
        estimate: StateEstimate,
        observation: Observation,
        region_view: RegionView,
    ) -> Moved:
        region = automaton.region.name
        after = automaton.step(estimate, region_view)
        if not region_view.primary_unknown and (after is None or region_view.illegal_pair):
            was = before.estimates.get(region)
            refusal = self._diagnosis.sample(was, estimate, region_view, observation)
            return _as_shown(automaton, region_view, before, observation, refusal)
        if after is None or region_view.unknown:
            # The primary status has been judged where it is known; the rest could be anything.
            return _as_shown(automaton, region_view, before, observation)
        known = self.in_order_form(before, automaton.region.name)
        return Moved(after, with_sample(known, region_view.mask))

    def _read_history(
        self,
        automaton: Automaton,
        before: JobState,
        observation: Observation,
        region_view: RegionView,
        *,
        fresh: bool,
    ) -> Moved:
        known = self.in_order_form(before, automaton.region.name).pattern
        origin, samples = known.origin, () if fresh else known.masks
        base, read = None, 0
        if origin is not None and origin.fewest and not fresh:
            base, read = automaton.estimate(origin.mask), origin.fewest
        entries = observation.entries
        statuses = tuple(entry.status for entry in entries[read:])
        followed = follow(automaton, base, samples, statuses, region_view)
        refusal = self._diagnosis.history(automaton, followed, region_view, observation, read)
        estimate = _nearest(automaton, followed, region_view)
        return Moved(
            estimate,
            _checkpoint(automaton, estimate, len(entries)),
            refusal,
            HistoryReading(base, samples, statuses, region_view),
            explained=followed.estimate is not None,
        )

    def in_order_form(self, before: JobState, region: str) -> RegionAnswers:
        """Return what is kept of answers that are taken in order, also where they were not."""
        known, orders = before.answers_of(region), self.orders[region]
        if known is None:
            return in_order(pattern_of(self._automata[region]))
        if not known.pattern.possible:
            return known
        statuses = tuple([entry.status for entry in before.entries[: known.pattern.judged]])
        start, read, samples = orders.checkpoint(known.unpacked(), known.pattern, statuses)
        origin = None if start is None else Origin(start.mask, read, read)
        return in_order(pattern_of(self._automata[region], samples, origin=origin))

    # --- In whatever order the times allow --------------------------------------------------------

    def in_any_order(
        self, before: JobState, observation: Observation, view: AnswerView, *, rewritten: bool
    ) -> dict[str, Moved]:
        """Return how each region moved, by an answer that may be older than others.

        Args:
            before: What was known of the job.
            observation: What came.
            view: What that shows.
            rewritten: Its history contradicts the longest.
        """
        count = len(observation.entries)
        begin, end = interval(observation.modified, observation.modified_not_before)
        numbers = (begin, end, count, count or MANY, view.digest)
        return {
            region: self._ordered(
                _Arrived(before, observation, region_view, KeptAnswer(region_view.mask, *numbers)),
                region,
                rewritten=rewritten and region == self._history,
            )
            for region, region_view in view.region_views.items()
        }

    def _any_order_form(self, before: JobState, region: str) -> RegionAnswers:
        """Return what is kept of answers that may come in any order, also where they did not."""
        known, estimate = before.answers_of(region), before.estimates.get(region)
        if known is not None and (known.pattern.possible or estimate is None):
            return known
        if estimate is None:
            return self.orders[region].nothing
        since, latest = interval(before.modified)
        origin = Origin(estimate.mask)
        return packed(self._automata[region], (), origin=origin, since=since, latest=latest)

    def _ordered(self, new: _Arrived, region: str, *, rewritten: bool) -> Moved:
        orders, automaton = self.orders[region], self._automata[region]
        old = new.before.estimates.get(region)
        known = self._any_order_form(new.before, region)
        statuses: tuple[str, ...] = ()
        if region == self._history:
            statuses = _longest(known.pattern.judged, new.before.entries, new.observation.entries)
        if rewritten or new.region_view.unknown:
            newest = orders.is_newest(known, new.kept)
        else:
            standing = 0 if old is None else old.mask
            taken = orders.take(known, standing, new.kept, statuses, new.region_view)
            if taken.legal:
                estimate = automaton.estimate(taken.standing) if taken.standing else old
                reading = taken.reading
                moves = old is None or (estimate is not None and old.excludes(estimate))
                if moves and taken.newest and statuses and new.observation.entries and not reading:
                    reading = _reading(orders, known, new, statuses)
                return Moved(
                    estimate,
                    taken.answers,
                    reading=reading,
                    explained=taken.newest or old is None or _leads_to(old, estimate),
                    newest=taken.newest,
                    last=taken.last,
                    duplicate=taken.duplicate,
                    apart=not taken.last and orders.is_apart(taken.answers, new.kept, estimate),
                )
            newest = taken.newest
        listed = bool(new.observation.entries) and region == self._history
        followed, refusal = None, None
        if newest or not new.region_view.unknown:
            followed, refusal = self._refused(
                automaton,
                orders,
                known,
                new,
                statuses,
                newest=newest and not rewritten,
                listed=listed,
            )
        if not newest:
            if rewritten and followed is not None:  # that is told of the history itself
                refusal = None
            return Moved(old, known, refusal, taken=False, newest=False, last=False)
        real = new.region_view.real
        if followed is not None:
            real = _nearest(automaton, followed, new.region_view).mask
        count = len(new.observation.entries)
        begun = orders.begun(new.kept._replace(mask=real), count if listed else 0)
        explained = new.region_view.unknown and refusal is None
        estimate = automaton.estimate(real)
        back = old is not None and old.result.final and not same_end(old.result, estimate.result)
        return Moved(estimate, begun, refusal, explained=explained, takes_back=back)

    def _refused(  # noqa: PLR0913
        self,
        automaton: Automaton,
        orders: RegionOrders,
        known: RegionAnswers,
        new: _Arrived,
        statuses: tuple[str, ...],
        *,
        newest: bool,
        listed: bool,
    ) -> tuple[Followed | None, Refusal | None]:
        """Return how the history reads, if there is one, and what is wrong."""
        diagnosis, observation, region_view = self._diagnosis, new.observation, new.region_view
        was = new.before.estimates.get(automaton.region.name)
        estimate = automaton.start if was is None else was
        if known.pattern.possible:
            estimate = automaton.estimate(known.pattern.possible)
        contradicted = diagnosis.features(estimate, region_view, observation)
        if contradicted is not None:
            return None, contradicted
        if listed:
            reading = HistoryReading(
                None, (), tuple(entry.status for entry in observation.entries), region_view
            )
            if newest and len(statuses) == len(observation.entries):
                reading = _reading(orders, known, new, statuses)
            followed = follow(
                automaton, reading.base, reading.samples, reading.statuses, region_view
            )
            skipped = len(observation.entries) - len(reading.statuses)
            refusal = diagnosis.history(automaton, followed, region_view, observation, skipped)
            shorter = newest and len(observation.entries) < len(statuses)
            if refusal is None and followed.is_legal and not shorter and not region_view.unknown:
                refusal = diagnosis.order(automaton, observation, len(known.pattern.masks) + 1)
            return followed, refusal
        alone = region_view.illegal_pair or region_view.came_from
        if alone or (newest and not region_view.primary_unknown):
            reached = automaton.successors.reach(estimate.mask) & region_view.mask
            if region_view.unknown and reached:
                return None, None
            return None, diagnosis.sample(was, estimate, region_view, observation)
        if region_view.unknown:
            return None, None
        return None, diagnosis.order(automaton, observation, len(known.pattern.masks) + 1)


@define
class _Arrived:
    """One answer, and what was known before it."""

    before: JobState
    observation: Observation
    region_view: RegionView
    kept: KeptAnswer


def with_sample(known: RegionAnswers, mask: int) -> RegionAnswers:
    """Return what is kept of answers in order, with one more without a history."""
    pattern = known.pattern
    masks = pattern.masks
    if masks and masks[-1] == mask:
        return known
    masks = (*masks[1 - MOST_SAMPLES :], mask)
    return in_order(pattern_of(pattern.automaton, masks, origin=pattern.origin))


def _reading(
    orders: RegionOrders, known: RegionAnswers, new: _Arrived, statuses: tuple[str, ...]
) -> HistoryReading:
    """Return how a history reads that is certainly newer, from the last one on."""
    return orders.reading(known.unpacked(), known.pattern, new.region_view, statuses)


def _longest(judged: int, old: Sequence[Entry], new: Sequence[Entry]) -> tuple[str, ...]:
    """Return the statuses of the longest history that counts."""
    entries = new if len(new) > judged else old[:judged]
    return tuple([entry.status for entry in entries])


def _leads_to(old: StateEstimate, new: StateEstimate | None) -> bool:
    return new is not None and bool(old.automaton.successors.reach(old.mask) & new.mask)


def _nearest(automaton: Automaton, followed: Followed, region_view: RegionView) -> StateEstimate:
    """Return what is known after a history: reality wins, whatever the history says."""
    estimate = followed.estimate
    if estimate is None or region_view.unknown:
        # Of what the history leaves possible, keep what agrees with it.
        reached = automaton.successors.reach(followed.history.mask) & region_view.mask
        return automaton.estimate(
            region_view.real if region_view.unknown else reached or region_view.real
        )
    return estimate


def _checkpoint(automaton: Automaton, estimate: StateEstimate, read: int) -> RegionAnswers:
    """Return what is kept where answers in order go on from what is known."""
    return in_order(pattern_of(automaton, origin=Origin(estimate.mask, read, read)))


def _as_shown(
    automaton: Automaton,
    region_view: RegionView,
    before: JobState,
    observation: Observation,
    refusal: Refusal | None = None,
) -> Moved:
    """Reality wins: what is shown is known, and the next step starts from there."""
    estimate = automaton.estimate(region_view.real)
    read = len(observation.entries or before.entries)
    return Moved(estimate, _checkpoint(automaton, estimate, read), refusal)
