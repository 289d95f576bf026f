"""A diagram as a plain record, made from any life cycle; every renderer reads only this.

Imports the life cycle and the escaping of what can't be seen. Ids are made here and are safe
in every format: a letter, then ASCII letters, digits and underscores. Texts hold nothing but
printable characters; what a format needs escaped besides is the renderer's own matter.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.escaping import printable
from jobstate.lifecycle import assumed_text
from jobstate.specification import Basis, Needs, Outcome, needs_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.lifecycle import Lifecycle
    from jobstate.specification import Edge, Region, State

#: How much of a name an id repeats, so that people can read the source of a picture.
_ID_CHARACTERS = 40
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")


class Kind(StrEnum):
    """What an arrow is to a reader."""

    MOVE = "move"
    #: Only jobs with (or without) some feature take it.
    DETOUR = "detour"
    #: It ends the job.
    END = "end"
    #: The service removes the job.
    GONE = "gone"


@frozen(kw_only=True)
class Group:
    """A frame around states.

    Attributes:
        id: Its id.
        label: A primary status; the region's title where the region has one axis.
        region: The name of its region.
    """

    id: str
    label: str
    region: str


@frozen(kw_only=True)
class Node:
    """A state.

    Attributes:
        id: Its id.
        group: The id of the frame that it stands in.
        name: The state's name.
        label: What stands in its box: the status that a history prints.
        meaning: What it means, in a few words; may be empty.
        outcome: What a job has come to there.
        basis: How we know that it exists.
        final: Nothing will run any more.
        gone: The service is removing the job.
        retired: The service no longer supports it.
    """

    id: str
    group: str
    name: str
    label: str
    meaning: str
    outcome: Outcome
    basis: Basis
    final: bool
    gone: bool
    retired: bool


@frozen(kw_only=True)
class Start:
    """Where a job begins.

    Attributes:
        target: The id of the node.
        label: What a job must be for it; empty where nothing is asked.
    """

    target: str
    label: str


@frozen(kw_only=True)
class Arrow:
    """All the edges from one state to another.

    Attributes:
        origin: The id of the node that it leaves.
        target: The id of the node that it reaches.
        labels: A cause each, with its guard in brackets, in the order of the life cycle.
        basis: The firmest of the edges' bases: one firm edge makes the move a known one.
        kind: What it is to a reader.
    """

    origin: str
    target: str
    labels: tuple[str, ...]
    basis: Basis
    kind: Kind


@frozen(kw_only=True)
class Diagram:
    """A life cycle, ready to be drawn.

    Attributes:
        title: What people call it, with what `given` has fixed.
        groups: The frames, in reading order.
        nodes: The states, in reading order.
        starts: Where jobs begin.
        arrows: The moves, at most one from one state to another, in the life cycle's order.
    """

    title: str
    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]
    starts: tuple[Start, ...]
    arrows: tuple[Arrow, ...]

    def nodes_in(self, group: Group) -> tuple[Node, ...]:
        """Return the states of a frame."""
        return tuple(node for node in self.nodes if node.group == group.id)


def diagram_of(lifecycle: Lifecycle) -> Diagram:
    """Return the picture of a life cycle, be it a whole one or one `given` some features."""
    maker = _Maker(lifecycle)
    for region in lifecycle.regions:
        maker.add(region)
    return maker.diagram()


class _Maker:
    """Collects what the regions bring; ids are told apart over all of them."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._ids: set[str] = set()
        self._groups: list[Group] = []
        self._nodes: list[Node] = []
        self._starts: list[Start] = []
        self._arrows: list[Arrow] = []
        # An assumption that only callers make, and what `given` has fixed, is no choice of a job.
        self._choices = {each.name for each in lifecycle.features if each.shown}
        self._choices -= {name for name, _ in lifecycle.assumed}

    def add(self, region: Region) -> None:
        """Draw a region."""
        states = {state.name: state for state in region.states}
        nodes = self._add_states(region)
        needed = self._guard(region.needs)
        self._starts += [
            Start(target=nodes[name].id, label=f"[{needed}]" if needed else "")
            for name in region.initial
        ]
        for (origin, target), edges in _parallel(region.edges).items():
            self._arrows.append(
                Arrow(
                    origin=nodes[origin].id,
                    target=nodes[target].id,
                    labels=tuple(dict.fromkeys(map(self._label, edges))),
                    basis=min((edge.basis for edge in edges), key=lambda basis: basis.weakness),
                    kind=self._kind(states[origin], states[target], edges),
                )
            )

    def diagram(self) -> Diagram:
        """Return what was collected."""
        fixed = assumed_text(self._lifecycle.assumed)
        title = self._lifecycle.title + (f" given {fixed}" if fixed else "")
        return Diagram(
            title=printable(title),
            groups=tuple(self._groups),
            nodes=tuple(self._nodes),
            starts=tuple(self._starts),
            arrows=tuple(self._arrows),
        )

    def _add_states(self, region: Region) -> dict[str, Node]:
        frames: dict[str, Group] = {}
        nodes = {}
        one_axis = all(state.secondary is None for state in region.states)
        for state in region.states:
            label = region.title if one_axis else state.primary
            if label not in frames:
                frames[label] = Group(
                    id=self._id("g", label), label=printable(label), region=region.name
                )
            nodes[state.name] = self._node(state, frames[label])
        self._groups += frames.values()
        self._nodes += nodes.values()
        return nodes

    def _node(self, state: State, group: Group) -> Node:
        return Node(
            id=self._id("s", state.name),
            group=group.id,
            name=printable(state.name),
            label=printable(state.visible),
            meaning=printable(state.meaning),
            outcome=state.outcome,
            basis=state.basis,
            final=state.final,
            gone=state.gone,
            retired=state.retired,
        )

    def _id(self, prefix: str, name: str) -> str:
        stem = f"{prefix}_{_NOT_IN_IDS.sub('_', name)[:_ID_CHARACTERS]}"
        chosen = next(each for each in _numbered(stem) if each not in self._ids)
        self._ids.add(chosen)
        return chosen

    def _kind(self, origin: State, target: State, edges: Iterable[Edge]) -> Kind:
        if target.gone:
            return Kind.GONE
        if target.final and not origin.final:
            return Kind.END
        return Kind.DETOUR if all(self._guard(edge.needs) for edge in edges) else Kind.MOVE

    def _label(self, edge: Edge) -> str:
        guards = [self._guard(edge.needs), *(f"after {each}" for each in edge.after)]
        guard = _words(", ".join(filter(None, guards)))
        return f"{_words(edge.cause)} [{guard}]" if guard else _words(edge.cause)

    def _guard(self, needs: Needs) -> str:
        asked = tuple((name, wanted) for name, wanted in needs if name in self._choices)
        return _words(needs_text(asked))


def _parallel(edges: Iterable[Edge]) -> dict[tuple[str, str], list[Edge]]:
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.origin, edge.target), []).append(edge)
    return found


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1


def _words(name: str) -> str:
    """Return a cause or a feature as people read it: ``spot_reclaimed`` is two words."""
    return printable(name.replace("_", " "))
