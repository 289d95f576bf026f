"""A diagram as a plain record; every renderer reads only this.

Its ids are safe in every format: a letter, then ASCII letters, digits and underscores. Its texts
hold nothing but printable characters; what a format needs escaped besides is the renderer's own
matter.
"""

from __future__ import annotations

from attrs import frozen

from jobstate.model.drawing import ArrowKind
from jobstate.model.states import Basis, Outcome


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
        final: The job has ended.
        reopens: It has ended, but may go on.
        steady: It is what one waits for, and no end.
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
    reopens: bool
    steady: bool
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
    """One edge, or several that are alternatives: what makes a job move so.

    Attributes:
        name: The cause, as people read it.
        guard: What must be so, as people read it; empty where nothing must.
        basis: How we know that it happens.
        source: From where.
        id: The id of the cause; edges have the same if they have the same cause.
        needs: The guard for machines: ids of choices that a job must have, or lack, in ways of
            which one is enough. Unlike the guard it holds those that no answer shows.
        after: Likewise, ids of what a job must have passed.
    """

    name: str
    guard: str
    basis: Basis
    source: str
    id: str = ""
    needs: tuple[tuple[tuple[str, bool], ...], ...] = ()
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
        left_out: How many statuses and moves of the life cycle it leaves out, in words; empty where
            it has them all.
    """

    title: str
    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]
    starts: tuple[Start, ...]
    arrows: tuple[Arrow, ...]
    kinds: tuple[ArrowKind, ...]
    usual: str = ""
    parts: tuple[Part, ...] = ()
    choices: tuple[Choice, ...] = ()
    passings: tuple[Passing, ...] = ()
    left_out: str = ""

    def kind_of(self, arrow: Arrow) -> ArrowKind:
        """Return what an arrow is to a reader."""
        return self.kind(arrow.kind)

    def kind(self, name: str) -> ArrowKind:
        """Return the kind of arrows of that name."""
        return next(kind for kind in self.kinds if kind.name == name)

    def nodes_in(self, group: Group) -> tuple[Node, ...]:
        """Return the states of a frame."""
        return tuple(node for node in self.nodes if node.group == group.id)
