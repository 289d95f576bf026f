"""What is known of a job in words, and back: states, what was passed, features.

In words it can be read under a newer version of the life cycle, as long as that has the words.
"""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING

from jobstate.automaton.bitsets import bits
from jobstate.tracking import decoding as plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate
    from jobstate.conformance.judge import Judge


def memories_of(judge: Judge) -> list[str]:
    """Return the memories that words of a life cycle speak of."""
    return sorted(memory.name for memory in judge.lifecycle.memories)


def in_words(known: StateEstimate) -> list[object]:
    """Return a region and its hidden states: those that differ in features only, together."""
    hidden = [known.automaton.hidden[place] for place in bits(known.mask)]
    groups: dict[tuple[str, tuple[str, ...]], list[dict[str, bool]]] = {}
    for one in hidden:
        passed = tuple(sorted(one.passed))
        groups.setdefault((one.state, passed), []).append(dict(one.features))
    return [
        known.automaton.region.name,
        [[state, list(passed), sets] for (state, passed), sets in groups.items()],
    ]


def view_in_words(region_view: RegionView) -> list[object]:
    """Return the statuses and features that a sight was compiled from."""
    primary, secondary, features = region_view.key
    return [primary, secondary, dict(features)]


class Words:
    """Reads words, for one life cycle."""

    def __init__(self, judge: Judge, memories: Iterable[str]) -> None:
        """Prepare to read.

        Args:
            judge: The life cycle's judge.
            memories: The memories that the words speak of.
        """
        self._judge = judge
        self._history = judge.history or ""
        self._told = frozenset(memories)

    def known(self, data: object, path: str) -> StateEstimate:
        """Return what is known of a region.

        Raises:
            DamagedError: It can't be read.
        """
        region, groups = plain.listing(data, path, 2)
        automaton = self._automaton(region, f"{path}[0]")
        masks = plain.read_all(
            (partial(_mask, automaton, self._told), group, f"{path}[1][{place}]")
            for place, group in enumerate(plain.listing(groups, f"{path}[1]"))
        )
        mask = reduce(or_, masks, 0)
        if not mask:
            expected = f"states of {self._judge.lifecycle} that a job can be in"
            raise plain.damaged_at(f"{path}[1]", expected, groups)
        return automaton.estimate(mask)

    def region_views(self, data: object, path: str) -> tuple[RegionView, ...]:
        """Return what thin answers have shown of the region with the history.

        Raises:
            DamagedError: It can't be read.
        """
        return tuple(
            plain.read_all(
                (self._view, each, f"{path}[{place}]")
                for place, each in enumerate(plain.listing(data, path))
            )
        )

    def _view(self, data: object, path: str) -> RegionView:
        primary, secondary, features = plain.listing(data, path, 3)
        automaton = self._automaton(self._history, path)
        return automaton.view(
            plain.text(primary, f"{path}[0]"),
            plain.text(secondary, f"{path}[1]"),
            plain.truths(features, f"{path}[2]"),
        )

    def _automaton(self, region: object, path: str) -> Automaton:
        if not isinstance(region, str) or region not in self._judge.automata:
            raise plain.damaged_at(path, " or ".join(sorted(self._judge.automata)), region)
        return self._judge.automata[region]


def _mask(automaton: Automaton, told: frozenset[str], group: object, path: str) -> int:
    """Return the hidden states that agree with what is said, in whatever both have words for.

    Args:
        automaton: The automaton of the region.
        told: The memories that the words speak of.
        group: A state, the memories that are set, and sets of features.
        path: Where it stands.
    """
    state, passed, sets = plain.listing(group, path, 3)
    if not isinstance(state, str) or state not in automaton.of_state:
        expected = f"a state of {automaton.lifecycle}: {', '.join(sorted(automaton.of_state))}"
        raise plain.damaged_at(path, expected, state)
    # Of a memory that only one of them knows, nothing is known.
    both = told & {memory.name for memory in automaton.lifecycle.memories}
    names = frozenset(plain.texts(passed, f"{path}[1]"))
    if not names <= told:
        expected = f"some of the memories it speaks of: {', '.join(sorted(told)) or 'none'}"
        raise plain.damaged_at(f"{path}[1]", expected, passed)
    been = both & names
    features = [
        set(plain.truths(each, f"{path}[2][{place}]").items())
        for place, each in enumerate(plain.listing(sets, f"{path}[2]"))
    ]
    mask = 0
    for place in bits(automaton.of_state[state]):
        one = automaton.hidden[place]
        own = dict(one.features)
        if one.passed & both == been and any(
            all(own.get(name, wanted) is wanted for name, wanted in each) for each in features
        ):
            mask |= 1 << place
    return mask
