"""Answers about a region in whatever order they come, partly ordered by times and histories.

Of two answers one may be certainly older, by its time or its history; else they are abreast. What
is certainly newer than all takes one step; else `walk` finds where the legal orders end.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from attrs import define

from jobstate.automaton.history import LONGEST_REMEMBERED
from jobstate.automaton.legal_orders import MANY, Ends, mask_of, walk
from jobstate.conformance.bounds import MOST_ABREAST, MOST_ANSWERS, Bounds
from jobstate.conformance.kept_answers import (
    KeptAnswer,
    Origin,
    PatternStep,
    RegionAnswers,
    packed,
    packed_head,
    packed_times,
    places,
)
from jobstate.conformance.moves import HistoryReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate
    from jobstate.conformance.kept_answers import AnswerPattern

#: How many steps are remembered of a pattern; bounded, for what answers show comes from outside.
_MOST_STEPS: Final = 1 << 10


@define
class Taken:
    """What one more answer brought.

    Attributes:
        answers: What is kept now.
        standing: The hidden states in which the job is; 0 where the answer does not move it.
        legal: There is a legal order.
        newest: It is certainly newer than all others.
        duplicate: It was kept already.
        last: It is taken for the last one.
        reading: How its history was read, if it has one, where that took one step.
    """

    answers: RegionAnswers
    standing: int = 0
    legal: bool = True
    newest: bool = False
    duplicate: bool = False
    last: bool = False
    reading: HistoryReading | None = None


class RegionOrders:
    """Takes answers about one region of any job, in whatever order they come.

    Attributes:
        nothing: What is kept of a region that no answer has shown.
        bounds: Of what is kept.
    """

    def __init__(
        self,
        automaton: Automaton,
        *,
        listed: bool,
        most_kept: int = MOST_ANSWERS,
        most_abreast: int = MOST_ABREAST,
    ) -> None:
        """Prepare to take answers.

        Args:
            automaton: The region's.
            listed: Histories list its statuses.
            most_kept: How many answers are kept.
            most_abreast: How many abreast of one, itself among them.
        """
        self._automaton = automaton
        self._listed = listed
        self.bounds = Bounds(automaton, most_kept, most_abreast)
        self.nothing = packed(automaton, ())

    def is_newest(self, before: RegionAnswers, new: KeptAnswer) -> bool:
        """Return whether an answer is certainly newer than all.

        Where its time and its history say opposite things, only the time can make it real.
        """
        return new.begin > before.latest or all(
            each.is_older(new) and new.end >= each.begin for each in before.unpacked()
        )

    def step(
        self,
        before: AnswerPattern,
        region_view: RegionView,
        count: int = 0,
        statuses: tuple[str, ...] = (),
    ) -> PatternStep | None:
        """Return what an answer means whose time is certainly newer than that of all others.

        It is the same for all jobs whose answers are alike, and worked out once.

        Args:
            before: What the others say.
            region_view: What it shows; its status is known.
            count: How many entries its history has.
            statuses: Those of its history, which goes on from the longest, if they are the
                region's.

        Returns:
            None where it takes a closer look: the others are no chain, or nothing explains it.
        """
        key = (region_view, count, statuses) if count else region_view
        try:
            return before.steps[key]
        except KeyError:
            found = None
            if before.is_chain and all(map(self._automaton.knows, statuses)):
                found = self._new_step(before, region_view, count, statuses)
            if len(before.steps) >= _MOST_STEPS:
                before.steps.clear()
            if len(statuses) <= LONGEST_REMEMBERED:
                before.steps[key] = found
            return found

    def _new_step(
        self, before: AnswerPattern, region_view: RegionView, count: int, statuses: tuple[str, ...]
    ) -> PatternStep | None:
        """Work it out with places for times."""
        kept = tuple(
            [
                KeptAnswer(mask, place, place, *counts)
                for place, (mask, counts) in enumerate(
                    zip(before.masks, before.counts, strict=True)
                )
            ]
        )
        new = KeptAnswer(region_view.mask, len(kept), len(kept), count, count or MANY)
        hit = self._ends_with(kept, before, new, statuses, newest=True).get(len(kept))
        if not hit:
            return None
        hit = self._automaton.standing(before.possible, new.mask, hit)
        bounded = self.bounds.in_order((*kept, new)) or (*kept, new)
        # The first of them may be the second before, which then is where both were joined.
        begin = bounded[0].end if len(bounded) > 1 else 0
        reading = None
        if statuses:
            reading = self.reading(kept, before, region_view, statuses)
        after = packed(
            self._automaton,
            bounded,
            possible=hit,
            judged=len(statuses) or before.judged,
            origin=before.origin,
        )
        return PatternStep(
            after.pattern,
            self._automaton.estimate(hit),
            reading,
            places(begin, begin + len(bounded) - 1),
        )

    def take(
        self,
        before: RegionAnswers,
        standing: int,
        new: KeptAnswer,
        statuses: tuple[str, ...],
        region_view: RegionView,
    ) -> Taken:
        """Take one more answer.

        Args:
            before: What is kept.
            standing: The hidden states in which the job is taken to be.
            new: The answer.
            statuses: The longest history of the job, this answer's included, if it is the region's.
            region_view: What the answer shows.

        Where nothing explains it, nothing changes.
        """
        if new.begin > before.latest and new.fewest in {0, len(statuses) or new.fewest}:
            listed = statuses if new.fewest else ()
            step = self.step(before.pattern, region_view, new.fewest, listed)
            if step is not None:
                times = packed_times(new.begin, new.end, new.digest)
                times = packed_head(new.end, before.since) + before.times[step.kept] + times
                answers = RegionAnswers(step.pattern, times)
                mask = step.estimate.mask
                return Taken(answers, mask, newest=True, last=True, reading=step.reading)
        kept, pattern, origin = before.unpacked(), before.pattern, before.pattern.origin
        if origin is not None and (
            new.end < before.since or (new.most < origin.fewest and new.begin <= before.latest)
        ):
            return Taken(before)
        numbers = [each[1:] for each in kept]
        if new[1:] in numbers:
            if not new.is_timeless or numbers[-1] == new[1:]:
                return Taken(before, duplicate=True)
            place = numbers.index(new[1:])
            kept = (*kept[:place], *kept[place + 1 :], kept[place])
            ends = self._walked(kept, origin, statuses)
            place = self._position(kept, ends, standing)
            found = self._packed(kept, ends, before, pattern.judged)
            stands = self._automaton.standing(standing, kept[place].mask, ends[place])
            return Taken(found, stands, duplicate=True, last=place == len(kept) - 1)
        newest = self.is_newest(before, new)
        ends = self._ends_with(kept, pattern, new, statuses, newest=newest)
        if not ends:
            return Taken(before, legal=False, newest=newest)
        last = self._position((*kept, new), ends, standing)
        bounded = self.bounds.in_order((*kept, new)) if newest else None
        standing = self._automaton.standing(standing, (*kept, new)[last].mask, ends[last])
        if bounded is None:
            bounded = self.bounds.all_in((*kept, new))
            if len(bounded) <= len(kept):
                ends = self._walked(bounded, origin, statuses)
                # Where the job stands is not lost with the answer that showed it.
                standing = standing & _union(ends) or ends[self._position(bounded, ends, standing)]
        found = self._packed(bounded, ends, before, len(statuses))
        return Taken(found, standing, newest=newest, last=last == len(kept))

    def checkpoint(
        self, kept: Sequence[KeptAnswer], before: AnswerPattern, statuses: tuple[str, ...]
    ) -> tuple[StateEstimate | None, int, tuple[int, ...]]:
        """Return from where a newer history goes on: after the last one that is surely before all.

        Args:
            kept: The answers.
            before: What they say.
            statuses: The longest history.

        Returns:
            What was known then, or None for the creation of the job; how many entries there were;
            and what has been shown since, if its order is certain.
        """
        automaton, origin = self._automaton, before.origin
        last = kept[-1] if kept else None
        if last and last.fewest == last.most and all(each.end < last.begin for each in kept[:-1]):
            return automaton.estimate(before.possible), last.fewest, ()
        start: StateEstimate | None = None
        read, later = 0, list(kept)
        if origin is not None and origin.fewest == origin.most:
            start, read = automaton.estimate(origin.mask), origin.fewest
        for one in reversed(kept):
            if one.fewest == one.most:
                earlier = [each for each in kept if each.is_older(one)]
                after = [each for each in kept if one.is_older(each)]
                if len(earlier) + len(after) == len(kept) - 1:
                    ends = self._walked([*earlier, one], origin, statuses[: one.fewest])
                    start, read, later = automaton.estimate(_union(ends)), one.fewest, after
                    break
        later.sort(key=lambda each: (each.end, each.begin))
        certain = all(one.is_older(other) for one, other in pairwise(later))
        return start, read, tuple([each.mask for each in later]) if certain else ()

    def reading(
        self,
        kept: Sequence[KeptAnswer],
        before: AnswerPattern,
        region_view: RegionView,
        statuses: tuple[str, ...],
    ) -> HistoryReading:
        """Return how a history reads that is certainly newer than all.

        Args:
            kept: The answers.
            before: What they say.
            region_view: What the answer shows that has the history.
            statuses: The history.
        """
        start, read, samples = self.checkpoint(kept, before, statuses)
        return HistoryReading(start, samples, statuses[read:], region_view)

    def begun(self, real: KeptAnswer, judged: int) -> RegionAnswers:
        """Return what is kept after an answer that nothing explains but that is real."""
        origin = Origin(real.mask, real.fewest, real.most)
        return packed(
            self._automaton,
            [real],
            possible=real.mask,
            judged=judged,
            origin=origin,
            since=real.begin,
        )

    def _packed(
        self, kept: Sequence[KeptAnswer], ends: Ends, before: RegionAnswers, judged: int
    ) -> RegionAnswers:
        return packed(
            self._automaton,
            kept,
            possible=_union(ends),
            judged=judged,
            origin=before.pattern.origin,
            since=before.since,
        )

    def _ends_with(
        self,
        kept: tuple[KeptAnswer, ...],
        before: AnswerPattern,
        new: KeptAnswer,
        statuses: tuple[str, ...],
        *,
        newest: bool,
    ) -> Ends:
        """Return where the legal orders end of what is kept and one more answer."""
        if newest and kept and not (new.fewest and self._listed):
            hit = self._automaton.successors.reach(before.possible) & new.mask
            return {len(kept): hit} if hit else {}
        last = kept[-1] if kept else None
        if newest and before.is_chain and last and last.fewest <= last.most <= new.fewest:
            start = (before.possible, last.fewest, last.most)
            answer = (new.mask, new.fewest, new.most)
            hit = walk(self._automaton, start, statuses, (answer,), (0,)).get(0, 0)
            return {len(kept): hit} if hit else {}
        return self._walked((*kept, new), before.origin, statuses)

    def _walked(
        self, kept: Sequence[KeptAnswer], origin: Origin | None, statuses: tuple[str, ...]
    ) -> Ends:
        """Walk in an order in which answers that are alike have one pattern for all jobs."""
        order = sorted(range(len(kept)), key=lambda index: kept[index][1:5])
        inside = [kept[index] for index in order]
        older = tuple(
            [
                mask_of(place for place, each in enumerate(inside) if each.is_older(one))
                for one in inside
            ]
        )
        pattern = tuple(
            [
                (each.mask, each.fewest, each.most) if self._listed else (each.mask, 0, MANY)
                for each in inside
            ]
        )
        found = walk(self._automaton, origin, statuses if self._listed else (), pattern, older)
        return {order[place]: mask for place, mask in found.items()}

    def _position(self, kept: Sequence[KeptAnswer], ends: Ends, standing: int) -> int:
        """Return the index of the answer that is taken for the last."""
        automaton = self._automaton
        stands = standing & automaton.reopening and not standing & ~automaton.final

        def rank(index: int) -> tuple[bool, bool, int]:
            ended = not kept[index].mask & ~automaton.final
            # An end that may reopen stands as long as it can.
            return ended, bool(ended and stands and ends[index] & standing), index

        return max(ends, key=rank)

    def is_apart(
        self, answers: RegionAnswers, new: KeptAnswer, standing: StateEstimate | None
    ) -> bool:
        """Return whether a job that may reopen has gone on between an answer and where it stands.

        Args:
            answers: What is kept, the answer included.
            new: The answer.
            standing: Where the job stands.
        """
        if not self._automaton.reopening or standing is None:
            return False
        return not new.mask & standing.mask or any(
            new.is_older(each) and not each.mask & standing.mask for each in answers.unpacked()
        )


def _union(ends: Ends) -> int:
    union = 0
    for mask in ends.values():
        union |= mask
    return union
