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
from jobstate.diagrams.graph.detail import Detail, reduced
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
from jobstate.diagrams.render.svg.paper import Paper
from jobstate.diagrams.render.svg.style import Look
from jobstate.errors import UnknownNameError
from jobstate.model import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.model.lifecycle import Lifecycle

#: What draws as much as is wanted.
_LEVELLED: Mapping[str, Callable[[Diagram], str]] = {
    "mermaid": mermaid,
    "dot": dot,
    "plantuml": plantuml,
}
#: What always has all: the page judges by it, engines run it, tables list it.
_WHOLE: Mapping[str, Callable[[Lifecycle], str]] = {
    "html": html,
    "scxml": lambda lifecycle: scxml(diagram_of(lifecycle)),
    "markdown": partial(tables.render, format="markdown"),
    "csv": partial(tables.render, format="csv"),
}

#: The formats that `render` knows.
FORMATS = ("svg", *_LEVELLED, *_WHOLE)
#: Those that can show less than all.
LEVELLED = ("svg", *_LEVELLED)


def render(
    lifecycle: Lifecycle,
    format: str,  # noqa: A002 - what everybody calls it
    *,
    detail: Detail = Detail.ALL,
) -> str:
    """Return the picture of a life cycle as text, the same in every process.

    Args:
        lifecycle: Any life cycle; draw a smaller one with `Lifecycle.given`.
        format: One of `FORMATS`.
        detail: How much of it is drawn, in one of `LEVELLED`; the others always have all of it.

    Raises:
        UnknownNameError: There is no such format; it lists those there are.
        ToolMissingError: SVG and HTML of a life cycle without a plan need Graphviz.
    """
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS)
    if format in _WHOLE:
        return _WHOLE[format](lifecycle)
    if format == "svg":
        return picture(lifecycle, detail=detail)
    return _LEVELLED[format](reduced(diagram_of(lifecycle), detail))


show_in_notebooks()

__all__ = [
    "FORMATS",
    "LEVELLED",
    "Census",
    "Detail",
    "Diagram",
    "Incident",
    "Look",
    "Overlay",
    "Paper",
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
