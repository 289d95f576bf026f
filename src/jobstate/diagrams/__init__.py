"""Pictures of life cycles, of one job's way through them, of incidents, of what a fleet did.

Everything is drawn from one plain record (`diagram_of`); whatever is loaded here makes life cycles
and jobs show themselves in notebooks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jobstate.diagrams.gantt.incident import incident
from jobstate.diagrams.gantt.record import Incident
from jobstate.diagrams.gantt.svg import incident_svg
from jobstate.diagrams.gantt.text import incident_text
from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.diagrams.graph.graph import Diagram
from jobstate.diagrams.notebook import show_in_notebooks
from jobstate.diagrams.overlays.census import Census
from jobstate.diagrams.overlays.fleet import fleet
from jobstate.diagrams.overlays.job import way
from jobstate.diagrams.overlays.overlay import Overlay
from jobstate.diagrams.overlays.seen import seen
from jobstate.diagrams.overlays.usual import UsualTime, usual_times
from jobstate.diagrams.page import html
from jobstate.diagrams.picture import picture
from jobstate.diagrams.render.dot import dot
from jobstate.diagrams.render.mermaid import mermaid
from jobstate.diagrams.render.plantuml import plantuml
from jobstate.diagrams.render.scxml import scxml
from jobstate.diagrams.render.svg.style import Look
from jobstate.errors import UnknownNameError
from jobstate.model import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.model.lifecycle import Lifecycle

_RENDERERS: Mapping[str, Callable[[Lifecycle], str]] = {
    "svg": picture,
    "html": html,
    "mermaid": lambda lifecycle: mermaid(diagram_of(lifecycle)),
    "dot": lambda lifecycle: dot(diagram_of(lifecycle)),
    "plantuml": lambda lifecycle: plantuml(diagram_of(lifecycle)),
    "scxml": lambda lifecycle: scxml(diagram_of(lifecycle)),
    "markdown": partial(tables.render, format="markdown"),
    "csv": partial(tables.render, format="csv"),
}

#: The formats that `render` knows.
FORMATS = tuple(_RENDERERS)


def render(lifecycle: Lifecycle, format: str) -> str:  # noqa: A002 - what everybody calls it
    """Return the picture of a life cycle as text, the same in every process.

    Args:
        lifecycle: Any life cycle; draw a smaller one with `Lifecycle.given`.
        format: One of `FORMATS`.

    Raises:
        UnknownNameError: There is no such format; it lists those there are.
        ToolMissingError: SVG and HTML of a life cycle without a plan need Graphviz.
    """
    if format not in _RENDERERS:
        raise UnknownNameError("format", format, FORMATS)
    return _RENDERERS[format](lifecycle)


show_in_notebooks()

__all__ = [
    "FORMATS",
    "Census",
    "Diagram",
    "Incident",
    "Look",
    "Overlay",
    "UsualTime",
    "diagram_of",
    "fleet",
    "html",
    "incident",
    "incident_svg",
    "incident_text",
    "picture",
    "render",
    "seen",
    "usual_times",
    "way",
]
