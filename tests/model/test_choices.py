"""Choices between needs are said in few words."""

from __future__ import annotations

from itertools import combinations, product
from random import Random
from typing import TYPE_CHECKING

from jobstate.model.choices import choice_text, simplest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.states import Needs

NAMES = ("plan", "retry", "spot")
SPOT: Needs = (("spot", True),)
RETRY: Needs = (("retry", True),)


def meeting(choices: Iterable[Needs]) -> set[tuple[bool, ...]]:
    """Return the features that meet one of some needs, a value for each name."""
    every = list(choices)
    return {
        values
        for values in product([False, True], repeat=len(NAMES))
        if any(set(needs) <= set(zip(NAMES, values, strict=True)) for needs in every)
    }


def test_a_simpler_choice_asks_for_the_same() -> None:
    """Whatever the needs are, the same jobs meet them, and no more is said."""
    every = [
        tuple(zip(names, values, strict=True))
        for count in range(3)
        for names in combinations(NAMES, count)
        for values in product([False, True], repeat=count)
    ]
    rng = Random(1)
    for _ in range(500):
        choices = rng.choices(every, k=rng.randint(1, 4))
        few = simplest(choices)
        assert meeting(few) == meeting(choices)
        assert sum(map(len, few)) <= sum(map(len, choices))
        assert not any(set(one) < set(other) for one in few for other in few)


def test_what_choices_are_called() -> None:
    """What all of them ask for once, and "or" between what only some do."""
    lacks_spot: Needs = (("spot", False),)
    for choices, said in (
        ([()], ()),
        ([SPOT], ("spot",)),
        ([lacks_spot, SPOT], ()),
        ([SPOT, RETRY], ("spot or retry",)),
        ([SPOT, (*RETRY, ("spot", False))], ("spot or retry",)),
        ([(*SPOT, ("stop", True)), (*RETRY, ("stop", True))], ("spot or retry", "stop")),
        ([(("plan", True), *SPOT), lacks_spot], ("plan or not spot",)),
        ([(("plan", True), *RETRY), SPOT], ("plan and retry or spot",)),
        ([(), SPOT], ()),
        ([(("plan", True), ("retry", False))], ("plan", "not retry")),
    ):
        assert choice_text(choices) == said
