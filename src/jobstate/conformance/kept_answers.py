"""The answers kept of a region of a job, in little memory, each with what orders it."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import define

from jobstate.automaton.legal_orders import MANY
from jobstate.common.times import to_microseconds
from jobstate.model.packed_history import shared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: Before and after all times, in microseconds since 1970.
NEVER: Final = -(1 << 63)
EVER: Final = (1 << 63) - 1
#: How many answers are kept of a region.
MOST_KEPT: Final = 16

_SECOND, _MINUTE = 1_000_000, 60_000_000
#: The numbers of an answer: begin, end, fewest, most, digest.
_NUMBERS: Final = Struct("<qqiii")


def interval(modified: datetime | None) -> tuple[int, int]:
    """Return in which microseconds the record was last changed, by the time printed: both ends."""
    if modified is None:
        return NEVER, EVER
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
    def numbers(self) -> bytes:
        """All but the mask, packed."""
        return _NUMBERS.pack(*self[1:])

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
        begin: When that was, at the earliest: what is older is judged no more.
    """

    mask: int
    fewest: int = 0
    most: int = MANY
    begin: int = NEVER


@define  # as good as frozen, which takes longer to make
class RegionAnswers:
    """The answers kept of a region of one job, in little memory; in the order of arrival.

    Where answers are taken in the order given, those since the origin, without numbers.

    Attributes:
        masks: What they show.
        numbers: The other numbers of each, packed.
        possible: The hidden states in which their legal orders end; 0 where they are taken in the
            order given.
        latest: The latest end of their times.
        judged: How many entries of the longest history count; those before are judged no more
            where something real contradicted them.
        origin: What all come after; None for the creation of the job.
    """

    masks: tuple[int, ...] = ()
    numbers: bytes = b""
    possible: int = 0
    latest: int = NEVER
    judged: int = 0
    origin: Origin | None = None

    def unpacked(self) -> tuple[KeptAnswer, ...]:
        """Return the answers."""
        numbers = _NUMBERS.iter_unpack(self.numbers)
        return tuple(
            [KeptAnswer(mask, *each) for mask, each in zip(self.masks, numbers, strict=True)]
        )

    @property
    def since_history(self) -> tuple[int, ...]:
        """What answers without a history have shown that may be newer than the longest one."""
        if not self.numbers:
            return self.masks
        kept = self.unpacked()
        longest = max(kept, key=lambda each: each.fewest)
        return tuple([each.mask for each in kept if not each.fewest and not each.is_older(longest)])

    @property
    def newest(self) -> KeptAnswer | None:
        """The one that arrived last, where its time is certainly newer than that of all others."""
        *others, last = _NUMBERS.iter_unpack(self.numbers)
        if all(end < last[0] for _, end, *_ in others):
            return KeptAnswer(self.masks[-1], *last)
        return None

    def then(
        self, mask: int, numbers: bytes, end: int, possible: int, judged: int
    ) -> RegionAnswers:
        """Return the same with an answer that is certainly newer, and where that leads.

        Args:
            mask: What it shows.
            numbers: Its other numbers, packed.
            end: When the record was last changed, at the latest.
            possible: Where the legal orders end now.
            judged: How many entries of the longest history count now.
        """
        masks: tuple[int, ...] = (*self.masks, mask)
        return RegionAnswers(
            shared(masks), self.numbers + numbers, possible, end, judged, self.origin
        )


#: Of a region that no answer has shown.
NOTHING_KEPT: Final = RegionAnswers()


def packed(
    kept: Sequence[KeptAnswer], possible: int, judged: int, origin: Origin | None
) -> RegionAnswers:
    """Return answers in little memory."""
    return RegionAnswers(
        shared(tuple([each.mask for each in kept])),
        b"".join([each.numbers for each in kept]),
        possible,
        max([each.end for each in kept], default=NEVER),
        judged,
        origin,
    )
