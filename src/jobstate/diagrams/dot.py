"""Graphviz DOT: frames as clusters, for `dot -Tsvg`; imports only the record.

Final states have a double border, inferred ones a dashed border; inferred arrows are dashed and
lighter (their labels are not, so that they can be read); kinds of moves have colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.palette import LIGHT
from jobstate.drawing import Colour
from jobstate.specification import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.record import Arrow, Diagram, Group, Node

_INK, _GREY, _LIGHT = LIGHT.text, LIGHT.quiet, LIGHT.rule
_WASH = LIGHT.inks[Colour.GREY].wash
_LEGEND = "dashed = only inferred; [spot] = only jobs with it; double = final; grey = retired"


def dot(diagram: Diagram) -> str:
    """Return a diagram as DOT text."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    yield "digraph life_cycle {"
    yield f"  // {_LEGEND}"
    yield f"  graph [{_attributes({'label': diagram.title, 'labelloc': 't', 'rankdir': 'LR'})},"
    yield '    fontname="Helvetica", fontsize=20, nodesep=0.3, ranksep=0.9, newrank=true];'
    yield '  node [shape=box, style="rounded,filled", fillcolor="white", fontname="Helvetica"];'
    yield '  edge [fontname="Helvetica", fontsize=10, arrowsize=0.7];'
    for group in diagram.groups:
        yield from _cluster(diagram, group)
    for number, start in enumerate(diagram.starts, 1):
        yield f'  start_{number} [shape=circle, label="", width=0.2, fillcolor="{_INK}"];'
        yield f"  start_{number} -> {start.target} [{_attributes({'label': start.label})}];"
    for arrow in diagram.arrows:
        yield f"  {arrow.origin} -> {arrow.target} [{_attributes(_look_of_arrow(diagram, arrow))}];"
    yield "}"


def _cluster(diagram: Diagram, group: Group) -> Iterator[str]:
    yield f"  subgraph cluster_{group.id} {{"
    yield f"    label={_quoted(group.label)};"
    yield f'    style="rounded,filled"; color="{_LIGHT}"; fillcolor="{_WASH}"; fontsize=14;'
    for node in diagram.nodes_in(group):
        yield f"    {node.id} [{_attributes(_look_of_node(node))}];"
    yield "  }"


def _look_of_node(node: Node) -> dict[str, str]:
    look = {"label": node.label, "tooltip": node.meaning or node.name}
    if node.final:
        look["peripheries"] = "2"
    if node.basis is Basis.INFERRED:
        look["style"] = "rounded,filled,dashed"
    if node.retired:
        look["fontcolor"] = _GREY
    return look


def _look_of_arrow(diagram: Diagram, arrow: Arrow) -> dict[str, str]:
    inferred = arrow.basis is Basis.INFERRED
    kind = diagram.kind_of(arrow)
    ink = LIGHT.inks[kind.colour]
    look = {"label": "\n".join(arrow.labels), "fontcolor": ink.firm}
    look["color"] = ink.faint if inferred else ink.firm
    if inferred:
        look["style"] = "dashed"
    if kind.colour is Colour.GREEN and not inferred:
        look["penwidth"] = "2.5"
    return look


def _attributes(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())


def _quoted(text: str) -> str:
    r"""Return a text as a DOT string that Graphviz shows as it is.

    Backslashes would stand for the node's own name (``\N``) and the like, ampersands for HTML's
    entities.
    """
    shown = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + shown.replace("\n", "\\n") + '"'
