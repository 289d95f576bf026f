"""A diagram as a plain record, made from any life cycle; every renderer reads only this.

Ids are made here and are safe in every format: a letter, then ASCII letters, digits and
underscores. Texts hold nothing but printable characters; what a format needs escaped besides is the
renderer's own matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.common.text import printable
from jobstate.diagrams.graph.kinds import Kinds
from jobstate.model.drawing import Kind
from jobstate.model.lifecycle import assumed_text
from jobstate.model.states import Basis, Needs, Outcome, needs_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, Feature, Memory, Region, State

#: How much of a name an id repeats, so that people can read the source of a picture.
_ID_CHARACTERS = 64
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")


@frozen(kw_only=True)
class Part:
    """A region: a part of the life cycle that moves by itself.

    Attributes:
        id: Its id.
        label: What people call it.
        name: Its name, as `Group.region` has it.
    """

    id: str
    label: str
    name: str


@frozen(kw_only=True)
class Choice:
    """A feature that decides which moves a job has.

    Attributes:
        id: Its id.
        name: Its name, as people read it.
        meaning: What it means; may be empty.
        value: What `given` has fixed it to; None where a job may have or lack it.
    """

    id: str
    name: str
    meaning: str
    value: bool | None


@frozen(kw_only=True)
class Passing:
    """Something that a job must have passed for some moves.

    Attributes:
        id: Its id.
        name: Its name, as people read it.
        nodes: The ids of the nodes in which a job passes it.
    """

    id: str
    name: str
    nodes: tuple[str, ...]


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
        source: From where.
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
    source: str
    final: bool
    gone: bool
    retired: bool


@frozen(kw_only=True)
class Start:
    """Where a job begins.

    Attributes:
        id: Its id.
        target: The id of the node.
        label: What a job must be for it; empty where nothing is asked.
        needs: The same for machines: ids of choices that a job must have, or lack.
    """

    id: str
    target: str
    label: str
    needs: tuple[tuple[str, bool], ...] = ()


@frozen(kw_only=True)
class Cause:
    """One edge: what makes a job move so.

    Attributes:
        name: The cause, as people read it.
        guard: What must be so, as people read it; empty where nothing must.
        basis: How we know that it happens.
        source: From where.
        id: The id of the cause; edges have the same if they have the same cause.
        needs: The guard for machines: ids of choices that a job must have, or lack. Unlike the
            guard it holds those that no answer shows.
        after: Likewise, ids of what a job must have passed.
    """

    name: str
    guard: str
    basis: Basis
    source: str
    id: str = ""
    needs: tuple[tuple[str, bool], ...] = ()
    after: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The cause with its guard in brackets."""
        return f"{self.name} [{self.guard}]" if self.guard else self.name


@frozen(kw_only=True)
class Arrow:
    """All the edges from one state to another.

    Attributes:
        id: Its id.
        origin: The id of the node that it leaves.
        target: The id of the node that it reaches.
        causes: The edges, in the order of the life cycle.
        basis: The firmest of the edges' bases: one firm edge makes the move a known one.
        kind: The name of what it is to a reader, one of the diagram's kinds.
    """

    id: str
    origin: str
    target: str
    causes: tuple[Cause, ...]
    basis: Basis
    kind: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The causes with their guards in brackets, each once."""
        return tuple(dict.fromkeys(cause.label for cause in self.causes))


@frozen(kw_only=True)
class Diagram:
    """A life cycle, ready to be drawn.

    Attributes:
        title: What people call it, with what `given` has fixed.
        groups: The frames, in reading order.
        nodes: The states, in reading order.
        starts: Where jobs begin.
        arrows: The moves, at most one from one state to another, in the life cycle's order.
        kinds: The kinds of its arrows, in the order of a legend.
        usual: The name of the kind that the usual road is of; empty where none is known.
        parts: The regions, in reading order.
        choices: The features, in the life cycle's order.
        passings: What a job must have passed for some moves.
    """

    title: str
    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]
    starts: tuple[Start, ...]
    arrows: tuple[Arrow, ...]
    kinds: tuple[Kind, ...]
    usual: str = ""
    parts: tuple[Part, ...] = ()
    choices: tuple[Choice, ...] = ()
    passings: tuple[Passing, ...] = ()

    def kind_of(self, arrow: Arrow) -> Kind:
        """Return what an arrow is to a reader."""
        return next(kind for kind in self.kinds if kind.name == arrow.kind)

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
        self._parts: list[Part] = []
        self._places: dict[tuple[str, str], str] = {}
        self._fixed = dict(lifecycle.assumed)
        self._named: dict[tuple[str, str], str] = {}
        # An assumption that only callers make, and what `given` has fixed, is no choice of a job.
        self._choices = {each.name for each in lifecycle.features if each.shown}
        self._choices -= {name for name, _ in lifecycle.assumed}
        self._kinds = Kinds(lifecycle, self._choices)

    def add(self, region: Region) -> None:
        """Draw a region."""
        states = {state.name: state for state in region.states}
        part = self._id("r", region.name)
        self._parts.append(Part(id=part, label=printable(region.title), name=region.name))
        nodes = self._add_states(region)
        self._places |= {(region.name, name): node.id for name, node in nodes.items()}
        needed = self._guard(region.needs)
        self._starts += [
            Start(
                id=self._id("b", name),
                target=nodes[name].id,
                label=f"[{needed}]" if needed else "",
                needs=self._needs(region.needs),
            )
            for name in region.initial
        ]
        for (origin, target), edges in _parallel(region.edges).items():
            self._arrows.append(
                Arrow(
                    id=self._id("a", f"{origin} to {target}"),
                    origin=nodes[origin].id,
                    target=nodes[target].id,
                    causes=tuple(map(self._cause, edges)),
                    basis=min((edge.basis for edge in edges), key=lambda basis: basis.weakness),
                    kind=self._kinds.of(states[origin], states[target], edges),
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
            kinds=self._kinds.used({arrow.kind for arrow in self._arrows}),
            usual=self._kinds.usual,
            parts=tuple(self._parts),
            choices=tuple(map(self._choice, self._lifecycle.features)),
            passings=tuple(map(self._passing, self._lifecycle.memories)),
        )

    def _choice(self, feature: Feature) -> Choice:
        return Choice(
            id=self._shared_id("f", feature.name),
            name=_words(feature.name),
            meaning=printable(feature.meaning),
            value=self._fixed.get(feature.name),
        )

    def _passing(self, memory: Memory) -> Passing:
        nodes = (self._places.get((memory.region, name)) for name in sorted(memory.states))
        return Passing(
            id=self._shared_id("m", memory.name),
            name=_words(memory.name),
            nodes=tuple(filter(None, nodes)),
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
            source=printable(state.source),
            final=state.final,
            gone=state.gone,
            retired=state.retired,
        )

    def _id(self, prefix: str, name: str) -> str:
        stem = f"{prefix}_{_NOT_IN_IDS.sub('_', name)[:_ID_CHARACTERS]}"
        chosen = next(each for each in _numbered(stem) if each not in self._ids)
        self._ids.add(chosen)
        return chosen

    def _shared_id(self, prefix: str, name: str) -> str:
        """Return the id of something that is named in several places, the same in each."""
        if (prefix, name) not in self._named:
            self._named[prefix, name] = self._id(prefix, name)
        return self._named[prefix, name]

    def _cause(self, edge: Edge) -> Cause:
        guards = [self._guard(edge.needs), *(f"after {each}" for each in edge.after)]
        return Cause(
            name=_words(edge.cause),
            guard=_words(", ".join(filter(None, guards))),
            basis=edge.basis,
            source=printable(edge.source),
            id=self._shared_id("c", edge.cause),
            needs=self._needs(edge.needs),
            after=tuple(self._shared_id("m", each) for each in edge.after),
        )

    def _needs(self, needs: Needs) -> tuple[tuple[str, bool], ...]:
        return tuple(
            (self._shared_id("f", name), wanted)
            for name, wanted in needs
            if name not in self._fixed
        )

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
