"""A prototype of the judge of late answers: one region of one job, in bit masks.

Meant for `jobstate.conformance`; it stands here to be held against `legal_orders` before.

The answers kept of a region are partly ordered (`Kept.is_older`). `walk` finds where the legal
orders end: for every set of answers that a legal order may begin with, the hidden states that runs
can be in after it, entry by entry of the history. What is certainly newer than all takes one step.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobstate.automaton.automaton import Automaton

#: Before and after all times, in microseconds since 1970.
NEVER: Final = -(1 << 63)
EVER: Final = (1 << 63) - 1
#: More entries than any history has.
MANY: Final = 1 << 31
#: How many answers are kept of a region, and how many abreast of one, itself among them.
MOST_KEPT: Final = 16
MOST_ABREAST: Final = 8

#: Where legal orders end: the index of the answer that is last → hidden states.
Ends: TypeAlias = "Mapping[int, int]"


class Kept(NamedTuple):
    """What is kept of an answer about a region.

    Attributes:
        mask: The hidden states that it shows.
        begin: When the record was last changed, at the earliest, in microseconds.
        end: At the latest.
        fewest: How many entries the job had then, at least: those of the answer's history.
        most: At most; an answer without a history says nothing.
        view: What the whole answer shows, as a number: answers that differ in it are distinct,
            also where this region shows the same. 0 of one that was made of two.
    """

    mask: int
    begin: int = NEVER
    end: int = EVER
    fewest: int = 0
    most: int = MANY
    view: int = 0

    def is_older(self, other: Kept) -> bool:
        """Return whether it is certainly older than another."""
        return self.end < other.begin or self.most < other.fewest

    @property
    def timeless(self) -> bool:
        """Its time is missing: if it comes again, that is news."""
        return self.begin == NEVER and self.end == EVER


class Verdict(NamedTuple):
    """What one more answer brought.

    Attributes:
        legal: There is a legal order.
        duplicate: The answer is kept already.
        stale: It is not taken for the last one.
    """

    legal: bool = True
    duplicate: bool = False
    stale: bool = False


class RegionState:
    """What is kept of a region of one job.

    Attributes:
        kept: The answers, in the order in which they arrived.
        ends: Where their legal orders end.
        possible: All of that.
        known: Where those end whose last answer is taken for the last: where the job stands.
        origin: Hidden states, and the fewest and most entries that the job had then: what all
            answers come after. None for the creation of the job.
    """

    def __init__(
        self, automaton: Automaton, most_kept: int = MOST_KEPT, most_abreast: int = MOST_ABREAST
    ) -> None:
        self._automaton = automaton
        self._most_kept = most_kept
        self._most_abreast = most_abreast
        self._final = sum(
            automaton.of_state[state.name] for state in automaton.region.states if state.final
        )
        self.kept: tuple[Kept, ...] = ()
        self.ends: Ends = {}
        self.possible = 0
        self.known = 0
        self.origin: tuple[int, int, int] | None = None
        self._latest = NEVER

    def take(
        self, new: Kept, real: int, statuses: tuple[str, ...], *, rewritten: bool = False
    ) -> Verdict:
        """Take one more answer.

        Args:
            new: The answer.
            real: The hidden states that are nearest to what it shows: what is known if it is
                certainly the newest, and nothing explains it.
            statuses: The longest history of the job, this answer's included; empty if histories
                are about another region.
            rewritten: The answer's history contradicts the longest.

        Where nothing explains an answer that is certainly the newest, its own history (or none) is
        the longest from then on, for what was before is judged no more.
        """
        kept = self.kept
        if new in kept and not rewritten:
            if new.timeless and kept[-1] != new:
                self._arrive_anew(kept.index(new), statuses)
            return Verdict(duplicate=True)
        # Where its time and its history say opposite things, only the time can make it real.
        newest = new.begin > self._latest or all(
            each.is_older(new) and new.end >= each.begin for each in kept
        )
        if rewritten:
            ends: Ends = {}
        elif newest and kept and not new.fewest:
            hit = self._automaton.successors.reach(self.possible) & new.mask
            ends = {len(kept): hit} if hit else {}
        else:
            ends = self._walked((*kept, new), statuses)
        if not ends:
            if newest:  # reality wins, and what was before is judged no more
                self.kept, self.origin = (new._replace(mask=real),), (real, new.fewest, new.most)
                self._latest = new.end
                self._settle({0: real})
            return Verdict(legal=False)
        self.kept = (*kept, new)
        self._settle(ends)
        stale = self.position != len(kept)
        self._latest = max(self._latest, new.end)
        if newest:
            self._bound_in_order(statuses)
        else:
            self._bound(statuses)
        return Verdict(stale=stale)

    def _arrive_anew(self, index: int, statuses: tuple[str, ...]) -> None:
        kept = self.kept
        self.kept = (*kept[:index], *kept[index + 1 :], kept[index])
        self._settle(self._walked(self.kept, statuses))

    def _walked(self, kept: tuple[Kept, ...], statuses: tuple[str, ...]) -> Ends:
        """Walk in an order in which answers that are alike have one pattern for all jobs."""
        order = sorted(range(len(kept)), key=lambda index: kept[index][1:5])
        inside = [kept[index] for index in order]
        older = tuple(
            sum(1 << place for place, each in enumerate(inside) if each.is_older(one))
            for one in inside
        )
        pattern = tuple(
            (each.mask, each.fewest, each.most) if statuses else (each.mask, 0, MANY)
            for each in inside
        )
        found = walk(self._automaton, self.origin, statuses, pattern, older)
        return {order[place]: mask for place, mask in found.items()}

    def _settle(self, ends: Ends) -> None:
        self.ends = ends
        self.possible = 0
        for mask in ends.values():
            self.possible |= mask
        self.known = ends[self.position]

    @property
    def position(self) -> int:
        """The index of the answer that is taken for the last."""
        return max(self.ends, key=lambda index: (not self.kept[index].mask & ~self._final, index))

    # --- Bounds ---------------------------------------------------------------------------------

    def _bound_in_order(self, statuses: tuple[str, ...]) -> None:
        """Do the same after an answer that is certainly newer than all: nothing is lost."""
        kept = self.kept
        if len(kept) >= 3 and _alike(*kept[-3:]):
            one, other = kept[-3:-1]
            if one.is_older(other) and all(
                each.is_older(other) and not one.is_older(each) for each in kept[:-3]
            ):
                self._replace({other: None})
        if len(self.kept) > self._most_kept:
            first, second = self._oldest()
            if first.is_older(second) and all(
                second.is_older(each) for each in self.kept if each not in {first, second}
            ):
                self._replace({first: None, second: self._joined(first, second)})
            else:
                self._bound(statuses)

    def _replace(self, changes: Mapping[Kept, Kept | None]) -> None:
        """Leave out or change answers that are not last in any legal order."""
        kept: list[Kept] = []
        ends: dict[int, int] = {}
        for index, each in enumerate(self.kept):
            now = changes.get(each, each)
            if now is not None:
                if index in self.ends:
                    ends[len(kept)] = self.ends[index]
                kept.append(now)
        self.kept, self.ends = tuple(kept), ends

    def _oldest(self) -> tuple[Kept, Kept]:
        first, second = sorted(self.kept, key=lambda each: (each.end, each.begin, each.most))[:2]
        return first, second

    def _bound(self, statuses: tuple[str, ...]) -> None:
        """Leave out and join until no more is kept than may be."""
        before = len(self.kept)
        self._leave_out()
        while pair := self._too_many():
            self._join(*pair)
        if len(self.kept) != before:
            ends = self._walked(self.kept, statuses)
            # Where the job stands is not lost with the answer that showed it.
            position = self.known
            self._settle(ends)
            self.known = position & self.possible or self.known

    def _leave_out(self) -> None:
        """Of three in a row that show the same, leave out the one between."""
        kept = self.kept
        for one in kept:
            others = [each for each in kept if each is not one]
            earlier = [each for each in others if each.is_older(one)]
            later = [each for each in others if one.is_older(each)]
            if len(earlier) + len(later) != len(others):
                continue
            before = [each for each in earlier if not any(each.is_older(x) for x in earlier)]
            after = [each for each in later if not any(x.is_older(each) for x in later)]
            if len(before) == len(after) == 1 and _alike(one, *before, *after):
                self.kept = tuple(each for each in kept if each is not one)
                return

    def _too_many(self) -> tuple[Kept, Kept] | None:
        """Return two answers to be joined; None where not too many are kept."""
        kept = self.kept
        for one in kept:
            abreast = [each for each in kept if not each.is_older(one) and not one.is_older(each)]
            if len(abreast) > self._most_abreast:
                first, second = sorted(abreast, key=lambda each: each[1:5])[:2]
                return first, second
        if len(kept) > self._most_kept:
            return self._oldest()
        return None

    def _join(self, one: Kept, other: Kept) -> None:
        both = self._joined(one, other)
        place = max(self.kept.index(one), self.kept.index(other))
        self.kept = tuple(
            both if index == place else each
            for index, each in enumerate(self.kept)
            if index == place or (each is not one and each is not other)
        )

    def _joined(self, one: Kept, other: Kept) -> Kept:
        """Return one of two: where the job was at the later of them, whichever that was."""
        reach = self._automaton.successors.reach
        mask = 0
        if not other.is_older(one):
            mask |= reach(one.mask) & other.mask
        if not one.is_older(other):
            mask |= reach(other.mask) & one.mask
        return Kept(mask, *map(max, one[1:5], other[1:5]))


def _alike(*answers: Kept) -> bool:
    """Return whether answers show the same of the region."""
    return len({(each.mask, each.fewest, each.most) for each in answers}) == 1


@lru_cache(maxsize=1 << 14)
def walk(
    automaton: Automaton,
    origin: tuple[int, int, int] | None,
    statuses: tuple[str, ...],
    answers: tuple[tuple[int, int, int], ...],
    older: tuple[int, ...],
) -> Ends:
    """Return where the legal orders of some answers end.

    Linear in the number of entries and in the number of sets of answers that a legal order may
    begin with: one more than there are answers if each is certainly newer than the last, 256 for
    8 that are all abreast.

    Args:
        automaton: The region's.
        origin: Where the job was before all answers, and the fewest and most entries that it had;
            None for a job that is created then.
        statuses: The longest history.
        answers: For each answer its mask, and the fewest and most entries that the job had then.
        older: For each answer the set of those that are certainly older, as a mask.
    """
    successors = automaton.successors
    everything = (1 << len(answers)) - 1
    ends: dict[int, int] = {}
    start, fewest, most = origin or (automaton.start.mask, 1, 1)
    layers: dict[int, int] = {}
    for entry in range(max(fewest, 1), len(statuses) + 1):
        shown = automaton.of_visible.get(statuses[entry - 1], 0)
        layers = {
            begun: after
            for begun, before in layers.items()
            if (after := successors.loud(before) & shown)
        }
        if entry <= most:
            layers[0] = layers.get(0, 0) | start & (start if origin and fewest == most else shown)
        layers = _explained(layers, answers, older, entry, successors.silent, everything, ends)
        due = _mask(index for index, each in enumerate(answers) if each[2] <= entry)
        layers = {begun: before for begun, before in layers.items() if not due & ~begun}
    if most == MANY or not statuses:
        layers[0] = layers.get(0, 0) | start
    _explained(layers, answers, older, MANY, successors.reach, everything, ends)
    return ends


def _explained(  # noqa: PLR0913, PLR0917
    layers: Mapping[int, int],
    answers: Sequence[tuple[int, int, int]],
    older: Sequence[int],
    entry: int,
    onwards: Callable[[int], int],
    everything: int,
    ends: dict[int, int],
) -> dict[int, int]:
    """Return the layers when all answers have been given that may be, while an entry lasts.

    A layer is a set of answers and the hidden states of runs that have given just these. Adding an
    answer makes the number of its set larger, so the smallest is always whole.
    """
    fit = [
        (1 << index, each[0], older[index])
        for index, each in enumerate(answers)
        if each[1] <= entry <= each[2]
    ]
    whole: dict[int, int] = {}
    waiting = dict(layers)
    while waiting:
        begun = min(waiting)
        mask = whole[begun] = onwards(waiting.pop(begun))
        for bit, shown, before in fit:
            if begun & bit or before & ~begun:
                continue
            hit = mask & shown
            if hit:
                more = begun | bit
                if more == everything:
                    last = bit.bit_length() - 1
                    ends[last] = ends.get(last, 0) | hit
                waiting[more] = waiting.get(more, 0) | hit
    return whole


def _mask(places: Iterable[int]) -> int:
    return sum(1 << place for place in places)
