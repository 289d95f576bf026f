"""Needs and edges that are alternatives: said in few words, and drawn and counted as one."""

from __future__ import annotations

from itertools import combinations, product
from random import Random
from typing import TYPE_CHECKING

from jobstate.model.states import (
    Basis,
    Needs,
    alternatives,
    choice_text,
    counted_as,
    simplest,
)
from tests.support.small import SOURCE, edge

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def test_alternatives_stand_together() -> None:
    """Edges of one origin, target, cause and memory; the firmest speaks for them all."""
    weak = edge("a", "b", "by rail", needs=dict(RETRY), basis=Basis.INFERRED)
    firm = edge("a", "b", "by rail", needs=dict(SPOT), basis=Basis.DOCUMENTED)
    same = edge("a", "b", "by rail", needs={"plan": True}, basis=Basis.DOCUMENTED)
    others = [edge("a", "b", "by road"), edge("a", "b", "by rail", after=("seen",))]
    first, *rest = alternatives([weak, others[0], firm, same, others[1]])
    assert first.edges == (firm, same, weak)
    assert [each.edges for each in rest] == [(other,) for other in others]
    assert (first.firmest, first.needs) == (firm, (firm.needs, same.needs, weak.needs))
    assert first.source == f"{SOURCE}; where retry inferred: {SOURCE}"
    assert counted_as([weak, firm, same]) == dict.fromkeys([weak, firm, same], firm)
