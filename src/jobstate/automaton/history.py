"""How a history is read: the complete reading, with thin answers somewhere between its entries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate
from jobstate.model.states import Basis

if TYPE_CHECKING:
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


@lru_cache(maxsize=1 << 14)
def follow(  # noqa: PLR0913, PLR0917 - all by position, for the cache sees them otherwise twice
    automaton: Automaton,
    base: StateEstimate | None,
    samples: tuple[int, ...],
    statuses: tuple[str, ...],
    now: RegionView,
    weakest: Basis = Basis.INFERRED,
) -> Followed:
    """Read a history; cost is linear in its length the first time, and remembered.

    Args:
        automaton: The automaton of the region whose statuses the history lists.
        base: What was known when the last history was read; None where this is the first.
        samples: The hidden states that thin answers have shown since, in order.
        statuses: The statuses that the history adds.
        now: What the answer itself shows.
        weakest: Take only edges of at most this weakness.
    """
    walk = _Walk(automaton, automaton.successors_over(weakest), samples, now)
    if base is not None:
        walk.resume(base.mask)
    for position, status in enumerate(statuses):
        walk.enter(status, first=base is None and position == 0)
    return walk.followed()


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
        self._layers = [0] * (len(samples) + 1)
        self._anything_next = False
        self._entered = 0
        self._trouble: int | None = None
        self._before: StateEstimate | None = None

    def resume(self, base: int) -> None:
        """Begin where an earlier history ended."""
        self._layers[0] = base & self._now.features
        self._saturate()

    def enter(self, status: str, *, first: bool) -> None:
        """Read one entry."""
        automaton = self._automaton
        shown = automaton.of_visible.get(status, 0)
        unknown = not automaton.knows(status)
        if unknown:  # it could be anything, and so could what it leads to
            layers = [self._now.features or automaton.everything] * len(self._layers)
        elif self._anything_next:
            layers = [shown & self._now.features] * len(self._layers)
        elif first:
            layers = [automaton.start.mask & shown & self._now.features, *self._layers[1:]]
        else:
            layers = [self._successors.loud(mask) & shown for mask in self._layers]
        if not any(layers):
            self._note_trouble()
            layers[-1] = shown & self._now.features or shown
        self._layers = layers
        # After a status that `given` has ruled out nothing is known either.
        self._anything_next = unknown or not shown
        self._entered += 1
        self._saturate()

    def _note_trouble(self) -> None:
        if self._trouble is None:
            self._trouble = self._entered
            union = self._union()
            self._before = self._automaton.estimate(union) if union else None

    def _saturate(self) -> None:
        silent = self._successors.silent
        layers = self._layers
        layers[0] = silent(layers[0])
        for position, sample in enumerate(self._samples):
            layers[position + 1] = silent(layers[position + 1] | layers[position] & sample)

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
