"""`Wishes`: what a made-up life must be like, and the error that says that none is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from jobstate.errors import JobstateError
from jobstate.model.states import Needs, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.states import State


class ImpossibleLifeError(JobstateError, ValueError):
    """No life is as it was wished for.

    Attributes:
        lifecycle: The life cycle, with its version.
        wishes: The wishes that no life meets together; without any one of them some life does.
    """

    def __init__(self, lifecycle: str, wishes: Iterable[str]) -> None:
        self.lifecycle = lifecycle
        self.wishes = tuple(wishes)
        super().__init__(lifecycle, self.wishes)

    def __str__(self) -> str:
        together = " and ".join(self.wishes)
        advice = "; leave out one of these" if len(self.wishes) > 1 else ""
        return f"no life of {self.lifecycle} {together}{advice}"


@frozen(kw_only=True)
class Wishes:
    """What a life must be like.

    Attributes:
        complete: It ends in a final state, or in none; None for either.
        via: What it must pass, in this order: names of states, or statuses.
        features: Features that its job has, or lacks.
        outcome: What it must come to; None for anything.
        max_stays: How many stays it may have; None for 12, or as many as the other wishes take.
        prefer: Causes, states or statuses that most turns are to be about; none is refused for it.
    """

    complete: bool | None = None
    via: tuple[str, ...] = ()
    features: Needs = ()
    outcome: Outcome | None = None
    max_stays: int | None = None
    prefer: tuple[str, ...] = ()

    def allow(self, end: State) -> bool:
        """Return whether a life may end in a state."""
        return self.complete in {None, end.final} and self.outcome in {None, end.outcome}

    def fewer(self) -> Iterator[Wishes]:
        """Yield it without each single wish."""
        for pair in self.features:
            left = tuple(each for each in self.features if each != pair)
            yield attrs.evolve(self, features=left)
        for place in range(len(self.via)):
            yield attrs.evolve(self, via=self.via[:place] + self.via[place + 1 :])
        if self.outcome is not None:
            yield attrs.evolve(self, outcome=None)
        if self.complete is not None:
            yield attrs.evolve(self, complete=None)
        if self.max_stays is not None:
            yield attrs.evolve(self, max_stays=None)

    def words(self) -> Iterator[str]:
        """Yield each single wish, to be read after “a life”."""
        for name, has in self.features:
            yield f"is {name}" if has else f"is not {name}"
        if self.via:
            yield f"passes {', then '.join(self.via)}"
        if self.outcome is not None:
            yield f"comes to {self.outcome}"
        if self.complete is not None:
            yield "comes to an end" if self.complete else "is still in progress"
        if self.max_stays is not None:
            yield f"has at most {self.max_stays} stays"
