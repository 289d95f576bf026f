"""Which node, arrow and start of a diagram stand for which state, move and beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.model.lifecycle import derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.lifecycle import Lifecycle


class Ids:
    """The ids of a life cycle's diagram, by the names that the life cycle gives.

    Attributes:
        nodes: (Region, state) → the id of the node.
        arrows: (Region, origin, target) → the id of the arrow.
        starts: (Region, state) → the id of the start.
    """

    nodes: Mapping[tuple[str, str], str]
    arrows: Mapping[tuple[str, str, str], str]
    starts: Mapping[tuple[str, str], str]

    def __init__(self, lifecycle: Lifecycle) -> None:
        diagram = diagram_of(lifecycle)
        # A node's name has been made printable, and so need not be the state's: the order tells.
        states = [(each.name, state.name) for each in lifecycle.regions for state in each.states]
        names = {node.id: names for node, names in zip(diagram.nodes, states, strict=True)}
        self.nodes = {names: node for node, names in names.items()}
        self.arrows = {
            (*names[arrow.origin], names[arrow.target][1]): arrow.id for arrow in diagram.arrows
        }
        self.starts = {names[start.target]: start.id for start in diagram.starts}


@derived
def ids_of(lifecycle: Lifecycle) -> Ids:
    """Return the ids of a life cycle's diagram; made once, in some milliseconds."""
    return Ids(lifecycle)
