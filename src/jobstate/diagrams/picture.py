"""A life cycle as the SVG that people look at: `picture`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.graph.detail import Detail, reduced, showing
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.layout import by_hand as plan
from jobstate.diagrams.layout import graphviz
from jobstate.diagrams.render.svg.style import Look
from jobstate.diagrams.render.svg.svg import svg

if TYPE_CHECKING:
    from jobstate.diagrams.graph.graph import Diagram
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.diagrams.overlays.overlay import Overlay
    from jobstate.diagrams.render.svg.paper import Paper
    from jobstate.model.lifecycle import Lifecycle


def picture(
    lifecycle: Lifecycle,
    *,
    overlay: Overlay | None = None,
    look: Look = Look.AUTO,
    detail: Detail = Detail.ALL,
    paper: Paper | None = None,
) -> str:
    """Return the picture of a life cycle as SVG, the same in every process.

    Frames are primary statuses, boxes secondary ones; the usual road is heavy, detours have a
    colour and a dash by kind, what is only inferred is lighter. An arrow that leaves a frame leaves
    from every status inside. A training job's statuses stand where its own plan has them, in some
    20 ms; those of other life cycles are placed by Graphviz, in a tenth of a second or more.

    Args:
        lifecycle: Any life cycle; draw a smaller one with `Lifecycle.given`.
        overlay: What is laid over it: `way` of a job, or a `fleet`.
        look: Light, dark, or what the reader's system asks for.
        detail: How much of it is drawn, or more where the overlay shows what that would leave out:
            the least that has it all.
        paper: The sheet that it is to be printed on: it fills that, and is light by default.

    Raises:
        ToolMissingError: The life cycle has no plan, and Graphviz is not there.
        ToolFailedError: Graphviz failed.
    """
    whole = diagram_of(lifecycle)
    diagram = showing(whole, detail, overlay.ids) if overlay else reduced(whole, detail)
    return svg(diagram, layout_of(lifecycle, diagram), look=look, overlay=overlay, paper=paper)


def layout_of(lifecycle: Lifecycle, diagram: Diagram) -> Layout:
    """Return where everything stands: by the life cycle's own plan, else by Graphviz.

    Raises:
        ToolMissingError: There is no plan that has it all, and Graphviz is not there.
        ToolFailedError: Graphviz failed.
    """
    found = None
    if lifecycle.drawing is not None:
        found = plan.placed(diagram, lifecycle.drawing())
    return found or graphviz.placed(diagram)
