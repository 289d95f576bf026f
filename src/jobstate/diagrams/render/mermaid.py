"""Mermaid (`stateDiagram-v2`), as GitHub renders it inside Markdown.

Frames are composite states, so a reader sees the primary status around the secondary ones; an
arrow that every status inside has is drawn once, from the frame. Arrows
can't be dashed or coloured in this kind of diagram: one that is only inferred has a question mark
behind its causes, and the kinds of moves are not told apart. Final states have the colour of what
the job has come to, and an arrow to the end mark; it stands outside of the frames, which would
swell around marks of their own. Inferred states are dashed, retired ones grey; a note on the first
state is the legend. Fills come with the colour of their text, since readers' themes may be dark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstate.diagrams.graph.folding import folded
from jobstate.diagrams.render.legend_text import LegendItem, colour_of, explained
from jobstate.diagrams.render.palette import LIGHT
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.folding import Folding, Strand, Zone
    from jobstate.diagrams.graph.graph import Diagram, Node

#: All that Mermaid, and the Markdown and HTML in its labels, take for what it is.
_SPECIAL = re.compile(r"[^A-Za-z0-9 ,\[\]]")
#: Nothing here needs escaping.
_KEY = {
    LegendItem.FINAL: "arrow to the end mark: final",
    LegendItem.REOPENS: "the same, until reopened: the job may go on",
    LegendItem.STEADY: "thick border: steady, what one waits for",
    LegendItem.INFERRED_MOVE: "cause?: only inferred",
    LegendItem.INFERRED_STATE: "dashed: status only inferred",
    LegendItem.RETIRED: "grey: no longer supported",
    LegendItem.GUARD: "[…] what must be so",
}
_STYLES = {
    **{
        str(colour): f"fill:{ink.wash},stroke:{ink.firm},stroke-width:2px,color:{LIGHT.text}"
        for colour, ink in LIGHT.inks.items()
    },
    "steady": "stroke-width:4px",
    "inferred": "stroke-dasharray:4 3",
    "retired": f"stroke-dasharray:1 3,fill:{LIGHT.box},color:{LIGHT.quiet}",
}
#: Pages are high rather than wide, but the lines of a large diagram need more width downwards
#: than they need height across: with so many, the picture is turned.
_MANY_LINES = 25


def mermaid(diagram: Diagram) -> str:
    """Return a diagram as Mermaid text."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    folding = folded(diagram)
    yield from ("---", f"title: {_yaml(diagram.title)}", "---")
    direction = "LR" if len(folding.strands) > _MANY_LINES else "TB"
    yield from ("stateDiagram-v2", f"  direction {direction}")
    labels = {node.id: node.label for node in diagram.nodes}
    for group in diagram.groups:
        yield from _composite(folding.frames[group.id], group.label, direction, labels)
    for start in diagram.starts:
        yield f"  [*] --> {start.target}{_after_colon(escaped(start.label))}"
    for strand in folding.strands:
        yield f"  {strand.origin} --> {strand.target}{_after_colon(_label(strand))}"
    reopens = {end for node in diagram.nodes if node.reopens for end in (node.id, node.group)}
    for end in folding.ends:
        yield f"  {end} --> [*]{_after_colon('until reopened' if end in reopens else '')}"
    yield from _legend(diagram, folding)
    yield from _classes(diagram)


def _composite(
    zone: Zone, label: str, direction: str, labels: Mapping[str, str], indent: str = "  "
) -> Iterator[str]:
    yield f'{indent}state "{_in_quotes(label)}" as {zone.id} {{'
    yield f"{indent}  direction {direction}"
    for node in zone.own:
        yield f'{indent}  state "{_in_quotes(labels[node])}" as {node}'
    for inner in zone.zones:
        yield from _composite(inner, "", direction, labels, f"{indent}  ")
    yield f"{indent}}}"


def _label(strand: Strand) -> str:
    text = escaped(", ".join(strand.labels))
    return f"{text}?" if strand.inferred else text


# Mermaid refuses empty quotes, and a colon with nothing behind it.


def _in_quotes(text: str) -> str:
    return escaped(text) or " "


def _after_colon(label: str) -> str:
    return f" : {label}" if label else ""


def _legend(diagram: Diagram, folding: Folding) -> Iterator[str]:
    if lines := explained(diagram, folding, _KEY):
        yield f"  note left of {diagram.nodes[0].id}"
        yield from (f"    {line}" for line in lines)
        yield "  end note"


def _classes(diagram: Diagram) -> Iterator[str]:
    for name, style in _STYLES.items():
        if members := [node.id for node in diagram.nodes if name in _classes_of(node)]:
            yield f"  classDef {name} {style}"
            yield f"  class {','.join(members)} {name}"


def _classes_of(node: Node) -> Iterator[str]:
    if node.steady:
        yield "steady"
    if node.retired:
        yield "retired"
    elif node.basis is Basis.INFERRED:
        yield "inferred"
    if (colour := colour_of(node)) is not Colour.GREY:
        yield str(colour)


def escaped(text: str) -> str:
    """Return a printable text as a Mermaid label shows it: what is special as ``#code;``.

    Mermaid keeps codes as ``ﬂ°…¶ß`` while it works, and takes whatever looks so for one in the end:
    so that ligature is taken apart, and an unseen character stands between the last two.
    """
    plain = text.replace("\ufb02", "fl").replace("¶ß", "¶\u2060ß")
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", plain)


def _yaml(text: str) -> str:
    """Return a printable text as a YAML string in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
