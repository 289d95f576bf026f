"""Graphviz DOT: frames as clusters, for `dot -Tsvg`.

Final states have a double border in the colour of what the job has come to, inferred ones a dashed
border, retired ones grey text; inferred arrows are dashed and lighter (their labels are not, so
that they can be read). Kinds of moves have colours, which the legend names; the usual road is bold
and as straight as Graphviz can make it. Arrows that go back have no say in where the states stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from jobstate.common.text import printable
from jobstate.diagrams.render.legend_text import LegendItem, colour_of, explained
from jobstate.diagrams.render.palette import LIGHT
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.graph import Arrow, Diagram, Group, Node

_INK, _GREY, _LIGHT = LIGHT.text, LIGHT.quiet, LIGHT.rule
_WASH = LIGHT.inks[Colour.GREY].wash
_KEY = {
    LegendItem.FINAL: "double border: final, nothing runs any more",
    LegendItem.REOPENS: "triple border: final, but the job may be reopened",
    LegendItem.STEADY: "thick border: steady, what one waits for",
    LegendItem.INFERRED_MOVE: "dashed, lighter arrow: only inferred",
    LegendItem.INFERRED_STATE: "dashed border: status only inferred",
    LegendItem.RETIRED: "grey: no longer supported",
    LegendItem.GUARD: "behind a cause, in brackets: what must be so",
}


def dot(diagram: Diagram) -> str:
    """Return a diagram as DOT text."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    yield "digraph life_cycle {"
    yield f"  graph [{_attributes({'label': diagram.title, 'labelloc': 't', 'rankdir': 'LR'})},"
    yield '    fontname="Helvetica", fontsize=20, nodesep=0.3, ranksep=0.7, newrank=true];'
    yield f'  node [shape=box, style="rounded,filled", color="{_GREY}", fillcolor="{LIGHT.box}",'
    yield f'    fontname="Helvetica", fontcolor="{_INK}"];'
    yield f'  edge [fontname="Helvetica", fontsize=11, arrowsize=0.7, color="{_INK}"];'
    for group in diagram.groups:
        yield from _cluster(diagram, group)
    for number, start in enumerate(diagram.starts, 1):
        yield f'  start_{number} [shape=circle, label="", width=0.2, fillcolor="{_INK}"];'
        yield f"  start_{number} -> {start.target} [{_attributes({'label': start.label})}];"
    order = {node.id: number for number, node in enumerate(diagram.nodes)}
    for arrow in diagram.arrows:
        look = _look_of_arrow(diagram, arrow)
        if order[arrow.target] < order[arrow.origin]:
            look["constraint"] = "false"
        yield f"  {arrow.origin} -> {arrow.target} [{_attributes(look)}];"
    yield f"  legend [shape=plain, label=<{_legend(diagram)}>];"
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
        borders = "3" if node.reopens else "2"
        look |= {"peripheries": borders, "color": LIGHT.inks[colour_of(node)].firm}
    if node.steady:
        look["penwidth"] = "3"
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
    if kind.name == diagram.usual and not inferred:
        look |= {"penwidth": "2.5", "weight": "30"}
    return look


def _legend(diagram: Diagram) -> str:
    """Return a table in Graphviz's HTML."""
    rows = [
        f'<font color="{LIGHT.inks[kind.colour].firm}">&#8212;&#8212;&#9654; '
        f"{escape(printable(kind.title))}</font>"
        for kind in diagram.kinds
    ]
    rows += explained(diagram, _KEY)
    cells = "".join(f'<tr><td align="left">{row}</td></tr>' for row in rows)
    return f'<table border="1" cellborder="0" cellspacing="0" color="{_LIGHT}">{cells}</table>'


def _attributes(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())


def _quoted(text: str) -> str:
    r"""Return a text as a DOT string that Graphviz shows as it is.

    Backslashes would stand for the node's own name (``\N``) and the like, ampersands for HTML's
    entities.
    """
    shown = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + shown.replace("\n", "\\n") + '"'
