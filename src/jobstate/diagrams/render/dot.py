"""Graphviz DOT: frames as clusters, for `dot -Tsvg`.

Final states have a double border in the colour of what the job has come to, inferred ones a dashed
border, retired ones grey text; inferred arrows are dashed and lighter (their labels are not, so
that they can be read). An arrow that every status of a frame has is drawn once, from the frame.
Kinds of moves have colours, which the legend names; the usual road is bold and as straight as
Graphviz can make it. Arrows that go back have no say in where the states stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from jobstate.common.text import printable
from jobstate.diagrams.graph.folding import folded
from jobstate.diagrams.render.legend_text import LegendItem, colour_of, explained
from jobstate.diagrams.render.palette import LIGHT
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.folding import Folding, Strand
    from jobstate.diagrams.graph.graph import Diagram, Group, Node

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
    folding = folded(diagram, zones=False)  # of frames in frames Graphviz 2.43 can't rank all
    yield "digraph life_cycle {"
    yield f"  graph [{_attributes({'label': diagram.title, 'labelloc': 't', 'rankdir': 'LR'})},"
    yield '    fontname="Helvetica", fontsize=20, nodesep=0.3, ranksep=0.7, newrank=true,'
    yield "    compound=true];"
    yield f'  node [shape=box, style="rounded,filled", color="{_GREY}", fillcolor="{LIGHT.box}",'
    yield f'    fontname="Helvetica", fontcolor="{_INK}"];'
    yield f'  edge [fontname="Helvetica", fontsize=11, arrowsize=0.7, color="{_INK}"];'
    for group in diagram.groups:
        yield from _cluster(diagram, group)
    for number, start in enumerate(diagram.starts, 1):
        yield f'  start_{number} [shape=circle, label="", width=0.2, fillcolor="{_INK}"];'
        yield f"  start_{number} -> {start.target} [{_attributes({'label': start.label})}];"
    order = {node.id: number for number, node in enumerate(diagram.nodes)}
    for strand in folding.strands:
        yield from _edges(diagram, strand, order)
    yield f"  legend [shape=plain, label=<{_legend(diagram, folding)}>];"
    yield "}"


def _cluster(diagram: Diagram, group: Group) -> Iterator[str]:
    yield f"  subgraph cluster_{group.id} {{"
    yield f"    label={_quoted(group.label)};"
    yield f'    style="rounded,filled"; color="{_LIGHT}"; fillcolor="{_WASH}"; fontsize=14;'
    for node in diagram.nodes_in(group):
        yield f"    {node.id} [{_attributes(_look_of_node(node))}];"
    yield "  }"


def _edges(diagram: Diagram, strand: Strand, order: Mapping[str, int]) -> Iterator[str]:
    """Yield a line; Graphviz draws those of frames between nodes, and cuts them at the frames."""
    look = _look_of_line(diagram, strand)
    # From the nearest state of the frame, for the line to be short.
    arrow = max(strand.arrows, key=lambda each: order[each.origin])
    if strand.leaves_a_frame():
        look["ltail"] = f"cluster_{strand.origin}"
    if strand.keeps_the_label():
        look["lhead"] = f"cluster_{strand.target}"
        # The others stand where their own lines would put them.
        unseen = (each for each in strand.arrows if each is not arrow)
        yield from (f"  {each.origin} -> {each.target} [style=invis];" for each in unseen)
    if order[arrow.target] < order[arrow.origin]:
        look["constraint"] = "false"
    yield f"  {arrow.origin} -> {arrow.target} [{_attributes(look)}];"


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


def _look_of_line(diagram: Diagram, strand: Strand) -> dict[str, str]:
    ink = LIGHT.inks[diagram.kind(strand.kind).colour]
    look = {"label": "\n".join(strand.labels), "fontcolor": ink.firm}
    look["color"] = ink.faint if strand.inferred else ink.firm
    if strand.inferred:
        look["style"] = "dashed"
    elif strand.kind == diagram.usual:
        look |= {"penwidth": "2.5", "weight": "30"}
    return look


def _legend(diagram: Diagram, folding: Folding) -> str:
    """Return a table in Graphviz's HTML."""
    rows = [
        f'<font color="{LIGHT.inks[kind.colour].firm}">&#8212;&#8212;&#9654; '
        f"{escape(printable(kind.title))}</font>"
        for kind in diagram.kinds
    ]
    rows += explained(diagram, folding, _KEY)
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
