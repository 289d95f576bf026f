"""A life as its reducer handles it: hashable, lengths instead of times, ordered by size."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve, frozen

from jobstate.model.life import Life, Stay
from jobstate.model.states import Needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: The simplest length of a stay, in seconds.
SHORTEST: Final = 1.0

#: A stay in another region: place of the job's stay in which it begins, seconds later, state.
_Beside: TypeAlias = tuple[int, float, str]
#: What a request said: place of the stay in which it did, seconds later, the number of the request.
_Said: TypeAlias = tuple[int, float, int]


@frozen(kw_only=True)
class Sketch:
    """A life without its times.

    Attributes:
        states: The names of the states that the job goes through.
        lengths: How many seconds each lasts, but the last.
        beside: (region, what goes on there) in the order of the regions.
        features: The job's features.
        failure: What the service says of a failure.
        messages: (status, the service's words).
        said: What requests have said, each by its number in the original life: (place of the job's
            stay in which it was said, seconds later, number).
    """

    states: tuple[str, ...]
    lengths: tuple[float, ...]
    beside: tuple[tuple[str, tuple[_Beside, ...]], ...]
    features: Needs
    failure: str | None
    messages: tuple[tuple[str, str], ...]
    said: tuple[_Said, ...] = ()

    @classmethod
    def of(cls, life: Life) -> Sketch:
        """Return the sketch of a life."""
        starts = [stay.start for stay in life.stays]

        def placed(time: datetime) -> tuple[int, float]:
            place = max(0, bisect_right(starts, time) - 1)
            return place, (time - starts[place]).total_seconds()

        return cls(
            states=tuple(stay.state for stay in life.stays),
            lengths=tuple((after - start).total_seconds() for start, after in pairwise(starts)),
            beside=tuple(
                (region, tuple((*placed(stay.start), stay.state) for stay in stays))
                for region, stays in sorted(life.beside.items())
            ),
            features=tuple(sorted(life.features.items())),
            failure=life.failure,
            messages=tuple(sorted(life.messages.items())),
            said=tuple((*placed(each.at), number) for number, each in enumerate(life.said)),
        )

    def life(self, origin: Life) -> Life:
        """Return the life: the same job's, begun when the original life began."""
        passed = accumulate(self.lengths, initial=0.0)
        starts = [origin.start + timedelta(seconds=seconds) for seconds in passed]
        shown = {each.name for each in origin.lifecycle.features if each.shown}
        lasting = [*self.lengths, float("inf")]

        def at(place: int, later: float) -> datetime:
            """Return when something was said: in the same stay, however short that is now."""
            return starts[place] + timedelta(seconds=min(later, lasting[place]))

        return evolve(
            origin,
            stays=tuple(map(Stay, self.states, starts)),
            beside={
                region: tuple(
                    Stay(state, starts[place] + timedelta(seconds=later))
                    for place, later, state in stays
                )
                for region, stays in self.beside
            },
            features={
                name: has for name, has in self.features if name in shown | origin.features.keys()
            },
            failure=self.failure,
            messages=dict(self.messages),
            said=tuple(
                evolve(origin.said[number], at=at(place, later))
                for place, later, number in self.said
            ),
        )

    @property
    def size(self) -> tuple[float, ...]:
        """What makes one life smaller than another, the weightiest first."""
        words = [text for _, text in self.messages]
        offsets = [later for _, stays in self.beside for _, later, _ in stays]
        return (
            len(self.states),
            len(offsets),
            sum(has for _, has in self.features),
            self.failure is not None,
            len(set(words)),
            len(words),
            sum(length != SHORTEST for length in self.lengths),
            sum(self.lengths),
            sum(map(abs, offsets)),
        )

    # --- Other stays ------------------------------------------------------------------------------

    def moulded(self, states: tuple[str, ...], places: Mapping[int, int]) -> Iterator[Sketch]:
        """Yield the life that goes through other states, with what lasts and what goes on beside.

        A stay that is kept lasts as long as before, and as long as those left out after it too;
        then only as long as before. A new one is as short as can be.

        Args:
            states: What it goes through now.
            places: Place of each stay that is kept → its place now.
        """
        kept = sorted(places)
        own = [SHORTEST] * len(states)
        longer = [0.0] * len(states)
        for place, length in enumerate(self.lengths):
            before = bisect_right(kept, place) - 1
            if before >= 0:
                longer[places[kept[before]]] += length
            if place in places:
                own[places[place]] = length
        beside = tuple(
            (
                region,
                _one_by_one((_moved(each[0], places, len(states)), *each[1:]) for each in stays),
            )
            for region, stays in self.beside
        )
        said = tuple((_moved(at, places, len(states)), later, it) for at, later, it in self.said)
        for lengths in ([more or less for more, less in zip(longer, own, strict=True)], own):
            yield evolve(self, states=states, lengths=tuple(lengths[:-1]), beside=beside, said=said)

    def beside_at(self, count: int) -> tuple[tuple[str, tuple[_Beside, ...]], ...]:
        """Return what goes on beside fewer stays: what came with the end still does."""
        last = len(self.states) - 1
        return tuple(
            (
                region,
                _one_by_one(
                    (count - 1 if place == last else max(0, min(place, count - 2)), later, state)
                    for place, later, state in stays
                ),
            )
            for region, stays in self.beside
        )

    def said_at(self, count: int) -> tuple[_Said, ...]:
        """Return what was said during fewer stays: what was said at the end still is."""
        return tuple((min(place, count - 1), later, number) for place, later, number in self.said)

    # --- Simpler in all else ----------------------------------------------------------------------

    def with_less_beside(self) -> Iterator[Sketch]:
        """Yield it without other regions, without one of them, without a stay of one."""
        if self.beside:
            yield evolve(self, beside=())
        for number, (region, stays) in enumerate(self.beside):
            others = (self.beside[:number], self.beside[number + 1 :])
            for left in [
                stays[:0],
                *(stays[:end] for end in range(1, len(stays))),
                *((*stays[:place], *stays[place + 1 :]) for place in range(len(stays) - 1)),
            ]:
                yield evolve(
                    self, beside=(*others[0], *([(region, left)] if left else []), *others[1])
                )

    def with_fewer_words(self) -> Iterator[Sketch]:
        """Yield it without failure's words, without messages, with one for all, without one."""
        yield evolve(self, failure=None)
        yield evolve(self, messages=())
        for text in sorted({text for _, text in self.messages}):
            yield evolve(self, messages=tuple((status, text) for status, _ in self.messages))
        for number, _ in enumerate(self.messages):
            left = self.messages[:number] + self.messages[number + 1 :]
            yield evolve(self, messages=left)

    def at_once(self) -> Sketch:
        """Return it with every stay as short as can be."""
        return evolve(self, lengths=(SHORTEST,) * len(self.lengths))

    def lasting(self, place: int, seconds: float) -> Sketch:
        """Return it with one stay of another length."""
        return evolve(self, lengths=(*self.lengths[:place], seconds, *self.lengths[place + 1 :]))

    def with_simpler_offsets(self) -> Iterator[Sketch]:
        """Yield it with what goes on beside coming with the job's moves, or whole seconds later."""
        beside = []
        for region, stays in self.beside:
            seen: dict[int, int] = {}
            simple = []
            for place, _, state in stays:
                simple.append((place, float(seen.get(place, 0)), state))
                seen[place] = seen.get(place, 0) + 1
            beside.append((region, tuple(simple)))
        yield evolve(self, beside=tuple(beside))


def _one_by_one(stays: Iterable[_Beside]) -> tuple[_Beside, ...]:
    """Return stays of which none hides another: in the same stay of the job, one after another."""
    apart: list[_Beside] = []
    for place, later, state in stays:
        after = apart[-1][1] + SHORTEST if apart and apart[-1][0] == place else later
        apart.append((place, max(later, after), state))
    return tuple(apart)


def _moved(place: int, places: Mapping[int, int], count: int) -> int:
    """Return where what came in a stay comes now: with the next stay that is kept, or the last.

    What came with the first still does, whatever becomes of that.
    """
    if not place:
        return 0
    return next((places[old] for old in sorted(places) if old >= place), count - 1)
