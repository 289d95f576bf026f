"""The hidden states of a region: everything about a job that matters and may not show.

A hidden state is a state together with what the job has passed and which features it has; features
are fixed at creation, so they are simply part of it.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.model.states import Needs, needs_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jobstate.model.specification import Specification
    from jobstate.model.states import Edge, Region


@frozen
class Hidden:
    """One hidden state.

    Attributes:
        state: The name of the state.
        passed: Names of the memories that are set.
        features: The features, one value each, sorted by name.
    """

    state: str
    passed: frozenset[str]
    features: Needs

    def __str__(self) -> str:
        return ", ".join(
            filter(None, (self.state, *sorted(self.passed), needs_text(self.features)))
        )


def feature_sets(spec: Specification, assumed: Needs | None = None) -> list[dict[str, bool]]:
    """Return every set of features that a job can have.

    Each names every feature that answers can show, and of the others those that are assumed:
    where nothing is assumed, nothing is ruled out.

    Args:
        spec: The specification.
        assumed: What to take for fixed; by default what the specification does.
    """
    fixed = dict(spec.assumed if assumed is None else assumed)
    names = [each.name for each in spec.features if each.shown]
    choices = [[fixed[name]] if name in fixed else [False, True] for name in names]
    others = {each.name: fixed.get(each.name, True) for each in spec.features if not each.shown}
    return [
        chosen | others
        for values in product(*choices)
        if not excluded(spec, chosen := dict(zip(names, values, strict=True)))
    ]


def excluded(spec: Specification, features: Mapping[str, bool]) -> list[str]:
    """Return the features that exclude each other among some; empty where a job can have them."""
    clashes = (
        exclusion.features
        for exclusion in spec.exclusions
        if all(features.get(name) for name in exclusion.features)
    )
    return [name for clash in clashes for name in clash]


def met(needs: Needs, features: Mapping[str, bool]) -> bool:
    """Return whether features are what something needs."""
    return all(features.get(name) is wanted for name, wanted in needs)


def expand(
    spec: Specification, region: Region, assumed: Needs | None = None
) -> dict[Hidden, list[tuple[Edge, Hidden]]]:
    """Return every hidden state that some job can be in, with its moves, nearest first.

    Edges that name unknown states are passed over: the self-check reports them.

    Args:
        spec: The specification.
        region: The region of it.
        assumed: What to take for fixed; by default what the specification does.
    """
    names = {state.name for state in region.states}
    leaving: dict[str, list[Edge]] = {name: [] for name in names}
    for edge in region.edges:
        if edge.origin in names and edge.target in names:
            leaving[edge.origin].append(edge)
    setting = memories_set(spec, region)
    found: dict[Hidden, list[tuple[Edge, Hidden]]] = {}
    for features in feature_sets(spec, assumed):
        if met(region.needs, features):
            start = [
                Hidden(name, setting[name], tuple(sorted(features.items())))
                for name, needs in region.initial.items()
                if name in names and met(needs, features)
            ]
            found.update(_spread(start, features, leaving, setting))
    return found


def begins(spec: Specification, region: Region) -> Callable[[Hidden], bool]:
    """Return what tells whether a new job can be in a hidden state."""
    setting = memories_set(spec, region)

    def may_begin(hidden: Hidden) -> bool:
        needs = region.initial.get(hidden.state)
        # One that comes back to where it began has passed more than a new job has.
        is_new = hidden.passed == setting[hidden.state]
        return needs is not None and is_new and met(needs, dict(hidden.features))

    return may_begin


def memories_set(spec: Specification, region: Region) -> dict[str, frozenset[str]]:
    """Return the memories that each state of a region sets: state name → names."""
    mine = [memory for memory in spec.memories if memory.region == region.name]
    return {
        state.name: frozenset(memory.name for memory in mine if state.name in memory.states)
        for state in region.states
    }


def _spread(
    start: Iterable[Hidden],
    features: Mapping[str, bool],
    leaving: Mapping[str, list[Edge]],
    setting: Mapping[str, frozenset[str]],
) -> Iterator[tuple[Hidden, list[tuple[Edge, Hidden]]]]:
    queue = list(start)
    seen = set(queue)
    for hidden in queue:  # the list grows while we walk it: a breadth-first search
        moves = [
            (edge, Hidden(edge.target, hidden.passed | setting[edge.target], hidden.features))
            for edge in leaving[hidden.state]
            if hidden.passed.issuperset(edge.after) and met(edge.needs, features)
        ]
        fresh = dict.fromkeys(target for _, target in moves if target not in seen)
        seen.update(fresh)
        queue.extend(fresh)
        yield hidden, moves
