"""How any life cycle becomes a diagram's record, with ids that are safe everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstate.common.text import printable
from jobstate.diagrams.graph.graph import (
    Arrow,
    Cause,
    Choice,
    Diagram,
    Group,
    Node,
    Part,
    Passing,
    Start,
)
from jobstate.diagrams.graph.kinds import ArrowKinds
from jobstate.model.choices import choice_text, simplest
from jobstate.model.lifecycle import assumed_text
from jobstate.model.states import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import (
        Alternatives,
        Edge,
        Feature,
        Memory,
        Needs,
        Region,
        State,
    )

#: How much of a name an id repeats, so that people can read the source of a picture.
_ID_CHARACTERS = 64
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")


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
        self._kinds = ArrowKinds(lifecycle, self._choices)

    def add(self, region: Region) -> None:
        """Draw a region."""
        states = {state.name: state for state in region.states}
        part = self._id("r", region.name)
        self._parts.append(Part(id=part, label=printable(region.title), name=region.name))
        nodes = self._add_states(region)
        self._places |= {(region.name, name): node.id for name, node in nodes.items()}
        for name, own in region.initial.items():
            needs = tuple(sorted({*region.needs, *own}))
            needed = self._guard([needs])
            self._starts.append(
                Start(
                    id=self._id("b", name),
                    target=nodes[name].id,
                    label=f"[{needed}]" if needed else "",
                    needs=self._needs(needs),
                )
            )
        for (origin, target), edges in _parallel(region.edges).items():
            self._arrows.append(
                Arrow(
                    id=self._id("a", f"{origin} to {target}"),
                    origin=nodes[origin].id,
                    target=nodes[target].id,
                    causes=tuple(map(self._cause, alternatives(edges))),
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
            reopens=state.reopens,
            steady=state.steady,
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

    def _cause(self, same: Alternatives) -> Cause:
        edge = same.firmest
        guards = [self._guard(same.needs), *(f"after {each}" for each in edge.after)]
        return Cause(
            name=_words(edge.cause),
            guard=_words(", ".join(filter(None, guards))),
            basis=edge.basis,
            source=printable(same.source),
            id=self._shared_id("c", edge.cause),
            needs=tuple(filter(None, simplest(map(self._needs, same.needs)))),
            after=tuple(self._shared_id("m", each) for each in edge.after),
        )

    def _needs(self, needs: Needs) -> tuple[tuple[str, bool], ...]:
        return tuple(
            (self._shared_id("f", name), wanted)
            for name, wanted in needs
            if name not in self._fixed
        )

    def _guard(self, choices: Iterable[Needs]) -> str:
        asked = (tuple(need for need in needs if need[0] in self._choices) for needs in choices)
        return _words(", ".join(choice_text(asked)))


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
