"""What renderers of text share: what a legend has to explain, the colour of a state."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from jobstate.diagrams.render.palette import OUTCOMES
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.graph import Diagram, Node


class LegendItem(Enum):
    """Something that a reader must be told."""

    FINAL = auto()
    REOPENS = auto()
    STEADY = auto()
    INFERRED_STATE = auto()
    INFERRED_MOVE = auto()
    RETIRED = auto()
    GUARD = auto()


def explained(diagram: Diagram, texts: Mapping[LegendItem, str]) -> tuple[str, ...]:
    """Return the texts of those signs that occur in a diagram."""
    occurring = set(_occurring(diagram))
    return tuple(text for sign, text in texts.items() if sign in occurring)


def colour_of(node: Node) -> Colour:
    """Return the colour of a state: of what the job has come to, if it is final."""
    return OUTCOMES.get(node.outcome, Colour.GREY) if node.final else Colour.GREY


def _occurring(diagram: Diagram) -> Iterator[LegendItem]:
    for node in diagram.nodes:
        if node.final:
            yield LegendItem.REOPENS if node.reopens else LegendItem.FINAL
        if node.steady:
            yield LegendItem.STEADY
        # What is retired looks so, whatever its basis.
        if node.retired:
            yield LegendItem.RETIRED
        elif node.basis is Basis.INFERRED:
            yield LegendItem.INFERRED_STATE
    for arrow in diagram.arrows:
        if arrow.basis is Basis.INFERRED:
            yield LegendItem.INFERRED_MOVE
        if any(cause.guard for cause in arrow.causes):
            yield LegendItem.GUARD
