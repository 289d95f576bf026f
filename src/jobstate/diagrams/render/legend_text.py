"""What renderers of text share: what a legend has to explain, the colour of a state."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from jobstate.diagrams.render.palette import OUTCOMES
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.folding import Folding
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
    FRAME = auto()
    FRAMES = auto()


#: What lines from frames mean, in words that no format takes for anything else.
_FRAMES = {
    LegendItem.FRAME: "arrow from a frame: from every status in it, known of one at least",
    LegendItem.FRAMES: "from frame to frame: to the status of the same name in it",
}


def explained(
    diagram: Diagram, folding: Folding, texts: Mapping[LegendItem, str]
) -> tuple[str, ...]:
    """Return the texts of those signs that occur in a diagram, and what it leaves out."""
    occurring = {*_occurring(diagram), *_of_frames(folding)}
    found = [text for sign, text in {**texts, **_FRAMES}.items() if sign in occurring]
    return (*found, *([f"left out: {diagram.left_out}"] if diagram.left_out else []))


def _of_frames(folding: Folding) -> Iterator[LegendItem]:
    if any(strand.leaves_a_frame() for strand in folding.strands):
        yield LegendItem.FRAME
    if any(strand.keeps_the_label() for strand in folding.strands):
        yield LegendItem.FRAMES
    if any(strand.inferred for strand in folding.strands):
        yield LegendItem.INFERRED_MOVE


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
        if any(cause.guard for cause in arrow.causes):
            yield LegendItem.GUARD
