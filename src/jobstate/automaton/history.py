"""How a history is read: the complete reading, with thin answers somewhere between its entries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.automaton.bitsets import Successors


@frozen(eq=False)
class Followed:
    """What a history adds to what is known.

    Attributes:
        estimate: What is known at its end, in agreement with what is shown now; None where nothing
            agrees.
        history: What is known from the history and earlier answers alone.
        trouble: Index of the first status that no legal run explains; None where all are.
        before: What was known before that status; None where it is the first.
        left_out: The history as such is legal, but not with what earlier answers showed.
    """

    estimate: StateEstimate | None
    history: StateEstimate
    trouble: int | None
    before: StateEstimate | None
    left_out: bool

    @property
    def is_legal(self) -> bool:
        """Some legal run shows all of it."""
        return self.estimate is not None and self.trouble is None and not self.left_out


#: The longest history of which is remembered where it leads; real ones have some dozen entries.
LONGEST_REMEMBERED: Final = 256


def follow(  # noqa: PLR0913, PLR0917
    automaton: Automaton,
    base: StateEstimate | None,
    samples: tuple[int, ...],
    statuses: tuple[str, ...],
    now: RegionView,
    weakest: Basis = Basis.INFERRED,
) -> Followed:
    """Read a history; cost is linear in its length the first time. Short ones are remembered.

    Args:
        automaton: The automaton of the region whose statuses the history lists.
        base: What was known when the last history was read; None where this is the first.
        samples: The hidden states that thin answers have shown since, in order.
        statuses: The statuses that the history adds.
        now: What the answer itself shows.
        weakest: Take only edges of at most this weakness.
    """
    read = _follow if len(statuses) <= LONGEST_REMEMBERED else _follow.__wrapped__
    return read(automaton, base, samples, statuses, now, weakest)


@lru_cache(maxsize=1 << 14)
def _follow(  # noqa: PLR0913, PLR0917 - all by position, for the cache sees them otherwise twice
    automaton: Automaton,
    base: StateEstimate | None,
    samples: tuple[int, ...],
    statuses: tuple[str, ...],
    now: RegionView,
    weakest: Basis,
) -> Followed:
    walk = _Walk(automaton, automaton.successors_over(weakest), samples, now)
    if base is not None:
        walk.resume(base.mask)
    for position, status in enumerate(statuses):
        walk.enter(status, first=base is None and position == 0)
    return walk.followed()


#: For each number of thin answers: the hidden states of runs that have shown just these.
_Layers: TypeAlias = tuple[int, ...]


class _Walk:
    """One reading of a history, with thin answers somewhere between its entries.

    Layer k holds the hidden states that a legal run can be in after it has shown the entries so
    far and the first k thin answers. A thin answer may have come at any moment, hence the layers.
    """

    def __init__(
        self,
        automaton: Automaton,
        successors: Successors,
        samples: tuple[int, ...],
        now: RegionView,
    ) -> None:
        self._automaton = automaton
        self._successors = successors
        self._samples = samples
        self._now = now
        self._anything_next = False
        self._entered = 0
        self._trouble: int | None = None
        self._before: StateEstimate | None = None
        #: Layers and what comes next → the layers after it. One object for equal layers: few differ
        #: in a history, however long it is.
        self._steps: dict[object, _Layers] = {}
        self._same: dict[_Layers, _Layers] = {}
        self._layers = self._saturated([0] * (len(samples) + 1))

    def resume(self, base: int) -> None:
        """Begin where an earlier history ended."""
        self._layers = self._saturated([base & self._now.features, *self._layers[1:]])

    def enter(self, status: str, *, first: bool) -> None:
        """Read one entry."""
        key = (id(self._layers), status, first, self._anything_next)
        after = self._steps.get(key)
        if after is None:
            layers = self._entering(status, first=first)
            if any(layers):
                after = self._steps[key] = self._saturated(layers)
            else:
                self._note_trouble()
                shown = self._automaton.of_visible.get(status, 0)
                after = self._saturated([*layers[:-1], shown & self._now.features or shown])
        self._layers = after
        # After a status that `given` has ruled out nothing is known either.
        self._anything_next = not self._automaton.of_visible.get(status)
        self._entered += 1

    def _entering(self, status: str, *, first: bool) -> Sequence[int]:
        automaton, features = self._automaton, self._now.features
        shown = automaton.of_visible.get(status, 0)
        if not automaton.knows(status):  # it could be anything, and so could what it leads to
            return [features or automaton.everything] * len(self._layers)
        if self._anything_next:
            return [shown & features] * len(self._layers)
        if first:
            return [automaton.start.mask & shown & features, *self._layers[1:]]
        return [self._successors.loud(mask) & shown for mask in self._layers]

    def _note_trouble(self) -> None:
        if self._trouble is None:
            self._trouble = self._entered
            union = self._union()
            self._before = self._automaton.estimate(union) if union else None

    def _saturated(self, layers: Sequence[int]) -> _Layers:
        silent = self._successors.silent
        last = silent(layers[0])
        saturated = [last]
        for layer, sample in zip(layers[1:], self._samples, strict=True):
            last = silent(layer | last & sample)
            saturated.append(last)
        found = tuple(saturated)
        return self._same.setdefault(found, found)

    def _union(self) -> int:
        union = 0
        for mask in self._layers:
            union |= mask
        return union

    def followed(self) -> Followed:
        """Return what was found."""
        automaton = self._automaton
        complete = self._layers[-1]
        history = complete or self._union() or self._now.real
        mask = history & self._now.mask
        return Followed(
            estimate=automaton.estimate(mask) if mask else None,
            history=automaton.estimate(history),
            trouble=self._trouble,
            before=self._before,
            left_out=not complete,
        )
