"""The answers kept of a region of a job, in little memory, each with what orders it."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import define, field

from jobstate.automaton.automaton import Automaton, StateEstimate
from jobstate.automaton.legal_orders import MANY
from jobstate.common.times import to_microseconds
from jobstate.conformance.moves import HistoryReading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


#: Before and after all times, in microseconds since 1970.
NEVER: Final = -(1 << 63)
EVER: Final = (1 << 63) - 1

_SECOND, _MINUTE = 1_000_000, 60_000_000
#: What jobs whose answers are alike do not share: of each answer begin, end and digest …
_TIMES: Final = Struct("<qqi")
#: … and before them the latest end, and when the origin was.
_HEAD: Final = Struct("<qq")


def interval(modified: datetime | None, not_before: datetime | None = None) -> tuple[int, int]:
    """Return in which microseconds the record was last changed: both ends.

    Args:
        modified: The time, as it was printed: to the minute, the second or less.
        not_before: Where that is missing: a time that it was not changed before.
    """
    if modified is None:
        return NEVER if not_before is None else to_microseconds(not_before), EVER
    begin = to_microseconds(modified)
    if modified.microsecond:
        return begin, begin
    return begin, begin + (_SECOND if modified.second else _MINUTE) - 1


class KeptAnswer(NamedTuple):
    """What is kept of an answer about a region.

    Attributes:
        mask: The hidden states that it shows.
        begin: When the record was last changed, at the earliest, in microseconds.
        end: At the latest.
        fewest: How many entries the job had then, at least: those of the answer's history.
        most: At most; an answer without a history says nothing.
        digest: Of what the whole answer shows: answers that differ in it are distinct, also where
            this region shows the same. 0 of one that was made of two.
    """

    mask: int
    begin: int = NEVER
    end: int = EVER
    fewest: int = 0
    most: int = MANY
    digest: int = 0

    def is_older(self, other: KeptAnswer) -> bool:
        """Return whether it is certainly older than another."""
        return self.end < other.begin or self.most < other.fewest

    @property
    def is_timeless(self) -> bool:
        """Its time is missing: if it comes again, that is news."""
        return self.begin == NEVER and self.end == EVER


class Origin(NamedTuple):
    """What the answers kept come after: an answer that was real although nothing explains it.

    Attributes:
        mask: Where the job was.
        fewest: How many entries it had then, at least.
        most: At most.
    """

    mask: int
    fewest: int = 0
    most: int = MANY


@define
class AnswerPattern:
    """What the answers kept of a region of a job say, but for their times; in order of arrival.

    A fleet has a few, so there is one object for jobs whose answers are alike, and what comes next
    is worked out once for all of them.

    Attributes:
        automaton: The region's.
        region: Its name.
        masks: What the answers show.
        counts: How many entries the job had at each, at least and at most. None where answers are
            taken in the order given: then `masks` are those since the origin.
        possible: The hidden states in which their legal orders end; 0 where there are none, or
            answers are taken in the order given.
        judged: How many entries of the longest history count; those before are judged no more
            where something real contradicted them.
        origin: What all come after; None for the creation of the job.
        is_chain: The time of each is certainly newer than that of all before.
        size: How many bytes their times take, packed.
        steps: Filled by `RegionOrders.step`.
    """

    automaton: Automaton = field(eq=False, repr=False)
    masks: tuple[int, ...]
    counts: tuple[tuple[int, int], ...]
    possible: int
    judged: int
    origin: Origin | None
    is_chain: bool
    region: str = field(init=False, repr=False)
    size: int = field(init=False, repr=False)
    steps: dict[object, PatternStep | None] = field(factory=dict, eq=False, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.region = self.automaton.region.name
        self.size = _HEAD.size + _TIMES.size * len(self.counts)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """Pickle and copy hidden states in words, for another version counts them otherwise."""
        words, origin = self.automaton.estimate, self.origin
        return _pattern_again, (
            self.automaton,
            [*map(words, self.masks)],
            self.counts,
            words(self.possible),
            self.judged,
            origin and (words(origin.mask), *origin[1:]),
            self.is_chain,
        )


@define(eq=False)
class PatternStep:
    """What one more answer means that is certainly newer than a chain of others.

    Attributes:
        pattern: What is kept then.
        estimate: Where the job stands.
        reading: How its history was read, if it has one.
        kept: Which of the packed times are kept.
    """

    pattern: AnswerPattern
    estimate: StateEstimate
    reading: HistoryReading | None
    kept: slice


@define
class RegionAnswers:
    """The answers kept of a region of one job.

    Attributes:
        pattern: What they say, but for their times.
        times: Those, packed; none of answers that are taken in the order given.
    """

    pattern: AnswerPattern
    times: bytes

    @property
    def latest(self) -> int:
        """The latest end of their times."""
        latest: int = times_head(self.times)[0]
        return latest

    @property
    def since(self) -> int:
        """When the origin was, at the earliest: what is older is judged no more."""
        since: int = times_head(self.times)[1]
        return since

    def unpacked(self) -> tuple[KeptAnswer, ...]:
        """Return the answers."""
        pattern = self.pattern
        each_time = _TIMES.iter_unpack(self.times[_HEAD.size :])
        each_one = zip(pattern.masks, pattern.counts, each_time, strict=True)
        return tuple(
            [
                KeptAnswer(mask, begin, end, *counts, digest)
                for mask, counts, (begin, end, digest) in each_one
            ]
        )

    @property
    def since_history(self) -> tuple[int, ...]:
        """What answers without a history have shown that may be newer than the longest one."""
        if not self.pattern.counts:
            return self.pattern.masks
        kept = self.unpacked()
        longest = max(kept, key=lambda each: each.fewest)
        return tuple([each.mask for each in kept if not each.fewest and not each.is_older(longest)])


@lru_cache(maxsize=1 << 14)  # bounded, for what answers show comes from outside
def pattern_of(  # noqa: PLR0913, PLR0917
    automaton: Automaton,
    masks: tuple[int, ...] = (),
    counts: tuple[tuple[int, int], ...] = (),
    possible: int = 0,
    judged: int = 0,
    origin: Origin | None = None,
    is_chain: bool = False,  # noqa: FBT001, FBT002 - by position, for the cache
) -> AnswerPattern:
    """Return the one object for what answers say."""
    return AnswerPattern(automaton, masks, counts, possible, judged, origin, is_chain)


def _pattern_again(  # noqa: PLR0913, PLR0917
    automaton: Automaton,
    masks: Sequence[StateEstimate],
    counts: tuple[tuple[int, int], ...],
    possible: StateEstimate,
    judged: int,
    origin: tuple[StateEstimate, int, int] | None,
    is_chain: bool,  # noqa: FBT001
) -> AnswerPattern:
    return pattern_of(
        automaton,
        tuple([each.mask for each in masks]),
        counts,
        possible.mask,
        judged,
        origin and Origin(origin[0].mask, *origin[1:]),
        is_chain,
    )


def packed(  # noqa: PLR0913
    automaton: Automaton,
    kept: Sequence[KeptAnswer],
    *,
    possible: int = 0,
    judged: int = 0,
    origin: Origin | None = None,
    since: int = NEVER,
    latest: int | None = None,
) -> RegionAnswers:
    """Return answers, in order of arrival, in little memory."""
    pattern = pattern_of(
        automaton,
        tuple([each.mask for each in kept]),
        tuple([(each.fewest, each.most) for each in kept]),
        possible,
        judged,
        origin,
        all(one.end < other.begin for one, other in pairwise(kept)),
    )
    latest = max([each.end for each in kept], default=NEVER) if latest is None else latest
    times = [packed_times(each.begin, each.end, each.digest) for each in kept]
    return RegionAnswers(pattern, b"".join([packed_head(latest, since), *times]))


def in_order(pattern: AnswerPattern) -> RegionAnswers:
    """Return answers that are taken in the order given: their times tell nothing."""
    return RegionAnswers(pattern, packed_head(NEVER, NEVER))


#: Returns the beginning, the end and the digest of an answer as bytes.
packed_times: Final = _TIMES.pack
#: Returns as bytes what comes before them: the latest end, and when the origin was.
packed_head: Final = _HEAD.pack
#: Returns those two of bytes that begin with them.
times_head: Final = _HEAD.unpack_from


@lru_cache(maxsize=1 << 10)
def _form(counts: tuple[int, ...]) -> Struct:
    """Return the form of the times of some regions, each with so many answers."""
    return Struct("<" + "".join([f"qq{'qqi' * count}" for count in counts]))


def numbers_of(patterns: Sequence[AnswerPattern], times: bytes) -> tuple[int, ...]:
    """Return the packed times of some regions as numbers, those of one after the other."""
    return _form(tuple([len(each.counts) for each in patterns])).unpack(times)


def times_of(patterns: Sequence[AnswerPattern], numbers: Sequence[int]) -> bytes:
    """Return the times of some regions packed again.

    Raises:
        struct.error: They are too few, too many or too large.
    """
    return _form(tuple([len(each.counts) for each in patterns])).pack(*numbers)


def places(begin: int, end: int) -> slice:
    """Return where the packed times of some answers stand, by the numbers of the answers."""
    return slice(_HEAD.size + begin * _TIMES.size, _HEAD.size + end * _TIMES.size)
