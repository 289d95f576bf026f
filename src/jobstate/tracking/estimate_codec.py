"""What is known of a job in words, and back: states, what was passed, features.

In words it can be read under a newer version of the life cycle, as long as that has the words.
"""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING

from jobstate.automaton.automaton import StateEstimate
from jobstate.automaton.bitsets import bits
from jobstate.errors import shown
from jobstate.tracking import plain_data as plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.automaton.automaton import Automaton
    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import Estimates
    from jobstate.model.hidden_states import Hidden

# --- In words -------------------------------------------------------------------------------------


def in_words(judge: Judge, estimates: Estimates | StateEstimate) -> dict[str, object]:
    """Return what is known of regions, or of one, and the memories that the words speak of."""
    regions = [estimates] if isinstance(estimates, StateEstimate) else estimates.values()
    return {
        "kind": judge.lifecycle.name,
        "memories": sorted(memory.name for memory in judge.lifecycle.memories),
        "regions": list(map(_region_in_words, regions)),
    }


def _region_in_words(estimate: StateEstimate) -> list[object]:
    """Return a region and its hidden states: those that differ in features only, together."""
    hidden = estimate.automaton.hidden
    groups: dict[tuple[str, frozenset[str]], list[Hidden]] = {}
    for place in bits(estimate.mask):
        groups.setdefault((hidden[place].state, hidden[place].passed), []).append(hidden[place])
    return [
        estimate.automaton.region.name,
        [
            [state, sorted(passed), _feature_sets(hidden, group)]
            for (state, passed), group in groups.items()
        ],
    ]


def _feature_sets(hidden: Sequence[Hidden], group: Sequence[Hidden]) -> list[dict[str, bool]]:
    """Return the features of hidden states of one group: what all agree on, if that says it."""
    agreed = frozenset.intersection(*[frozenset(one.features) for one in group])
    alike = [
        one
        for one in hidden
        if (one.state, one.passed) == (group[0].state, group[0].passed)
        and agreed.issubset(one.features)
    ]
    return (
        [dict(sorted(agreed))]
        if len(alike) == len(group)
        else [dict(one.features) for one in group]
    )


def state_names(data: object) -> dict[str, tuple[str, ...]]:
    """Return the states that words name, region by region; it takes no life cycle.

    Raises:
        DamagedError: They are none.
    """
    read = partial(plain.row_of, (plain.required_text, partial(plain.each_of, _name)))
    words = plain.mapping(data)
    regions = plain.read_at(".regions", partial(plain.each_of, read), words.get("regions"))
    return {region: tuple(dict.fromkeys(names)) for region, names in regions}


def _name(data: object) -> str:
    return plain.required_text(plain.listing(data, 3)[0])


# --- And back -------------------------------------------------------------------------------------


def estimates_of(judge: Judge, data: object) -> Estimates:
    """Return what words say is known of regions.

    Raises:
        DamagedError: They can't be read.
    """
    words = plain.mapping(data)
    memories = plain.read_at(".memories", plain.texts, words.get("memories"))
    read = partial(_estimate, judge, frozenset(memories))
    regions = plain.read_at(".regions", partial(plain.each_of, read), words.get("regions"))
    estimates = {each.automaton.region.name: each for each in regions}
    if len(estimates) < len(regions):
        raise plain.damaged("each region once", words["regions"], ".regions")
    return judge.memo.estimates(estimates)


def _automaton(judge: Judge, region: object) -> Automaton:
    if not isinstance(region, str) or region not in judge.automata:
        raise plain.damaged(" or ".join(sorted(judge.automata)), region)
    return judge.automata[region]


def _estimate(judge: Judge, memories: frozenset[str], data: object) -> StateEstimate:
    region, groups = plain.listing(data, 2)
    automaton = plain.read_at("[0]", partial(_automaton, judge), region)
    read = partial(_mask, automaton, memories)
    mask = reduce(or_, plain.read_at("[1]", partial(plain.each_of, read), groups), 0)
    if not mask:
        expected = f"states of {judge.lifecycle} that a job can be in"
        raise plain.damaged(expected, groups, "[1]")
    return automaton.estimate(mask)


def _mask(automaton: Automaton, memories: frozenset[str], data: object) -> int:
    """Return the hidden states that agree with what is said, in whatever both have words for.

    Args:
        automaton: The automaton of the region.
        memories: The memories that the words speak of.
        data: A state, the memories that are set, and sets of features.
    """
    state, passed, sets = plain.row_of(
        (
            partial(_state, automaton),
            partial(_passed, memories),
            partial(plain.each_of, plain.truths),
        ),
        data,
    )
    # Of a memory that only one of them knows, nothing is known.
    both = memories & {memory.name for memory in automaton.lifecycle.memories}
    mask = 0
    for place in bits(automaton.of_state[state]):
        one = automaton.hidden[place]
        own = dict(one.features)
        if one.passed & both == passed & both and any(
            all(own.get(name, wanted) is wanted for name, wanted in each.items()) for each in sets
        ):
            mask |= 1 << place
    return mask


def _state(automaton: Automaton, name: object) -> str:
    if not isinstance(name, str) or name not in automaton.of_state:
        expected = f"a state of {automaton.lifecycle}: {', '.join(sorted(automaton.of_state))}"
        raise plain.damaged(expected, name)
    return name


def _passed(memories: frozenset[str], data: object) -> frozenset[str]:
    passed = frozenset(plain.texts(data))
    if not passed <= memories:
        expected = f"some of the memories it speaks of: {shown(sorted(memories))}"
        raise plain.damaged(expected, data)
    return passed
