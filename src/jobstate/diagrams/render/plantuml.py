"""PlantUML: a state diagram with frames as composite states.

Kinds of moves have colours, which the legend names; the usual road is bold. Arrows that are only
inferred are dashed and lighter, such states have a dashed, lighter border and italics, retired ones
are grey. Final states have the colour of what the job has come to, and an arrow to the end mark; it
stands outside of the frames, which would swell around marks of their own. An arrow that every
status of a frame has is drawn once, from the frame. PlantUML cuts bitmaps of more than 4,096
pixels, so a larger picture is made to fit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstate.common.text import printable
from jobstate.diagrams.graph.folding import folded
from jobstate.diagrams.render.legend_text import LegendItem, colour_of, explained
from jobstate.diagrams.render.palette import LIGHT
from jobstate.model.drawing import Colour
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate.diagrams.graph.folding import Folding, Strand, Zone
    from jobstate.diagrams.graph.graph import Diagram, Node

#: All that means something to PlantUML's preprocessor, to its grammar or to Creole, its markup;
#: brackets around a word, and hyphens and underscores inside of one, mean nothing to any of them.
_SPECIAL = re.compile(
    r"\[(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])\]|(?<=[A-Za-z0-9])[-_](?=[A-Za-z0-9])|([^A-Za-z0-9 ,])"
)
_LINE_END = r"\n"
#: How many pixels wide or high a picture may be: PlantUML cuts it at 4,096.
_MOST = 4000
_PLAIN = LIGHT.inks[Colour.GREY]
_SKIN = (
    "hide empty description",
    "hide stereotype",
    "skinparam shadowing false",
    "skinparam state {",
    f"  BackgroundColor {LIGHT.box}",
    f"  BorderColor {LIGHT.quiet}",
    f"  FontColor {LIGHT.text}",
    f"  StartColor {LIGHT.text}",
    f"  EndColor {LIGHT.text}",
    f"  BackgroundColor<<frame>> {_PLAIN.wash}",
    f"  BorderColor<<frame>> {LIGHT.rule}",
    f"  BackgroundColor<<zone>> {_PLAIN.wash}",
    f"  BorderColor<<zone>> {LIGHT.quiet}",
    "  FontStyle<<inferred>> italic",
    f"  FontColor<<retired>> {LIGHT.quiet}",
    "}",
)
_KEY = {
    LegendItem.FINAL: "arrow to the end mark: final, nothing runs any more",
    LegendItem.REOPENS: "the same, until reopened: final, but the job may go on",
    LegendItem.STEADY: "thick border: steady, what one waits for",
    LegendItem.INFERRED_MOVE: "dashed, lighter arrow: only inferred",
    LegendItem.INFERRED_STATE: "italics: status only inferred",
    LegendItem.RETIRED: "grey: no longer supported",
    LegendItem.GUARD: "behind a cause, in brackets: what must be so",
}


def plantuml(diagram: Diagram) -> str:
    """Return a diagram as PlantUML text."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    yield "@startuml"
    # Without a text behind it, `title` begins a title of many lines.
    yield f"title {_shown(diagram.title)}"
    yield f"scale max {_MOST}*{_MOST}"
    yield from _SKIN
    folding = folded(diagram)
    nodes = {node.id: node for node in diagram.nodes}
    for group in diagram.groups:
        yield from _composite(folding.frames[group.id], group.label, nodes)
    for start in diagram.starts:
        yield f"[*] -[{LIGHT.text}]-> {start.target}{_after_colon((start.label,), LIGHT.text)}"
    order = {node.id: number for number, node in enumerate(diagram.nodes)}
    for strand in folding.strands:
        yield _line(diagram, strand, back=_is_back(strand, order))
    reopens = {end for node in diagram.nodes if node.reopens for end in (node.id, node.group)}
    for end in folding.ends:
        until = (("until reopened",) if end in reopens else (), _PLAIN.firm)
        yield f"{end} -[{_PLAIN.faint}]-> [*]{_after_colon(*until)}"
    yield from _legend(diagram, folding)
    yield "@enduml"


def _composite(
    zone: Zone, label: str, nodes: Mapping[str, Node], indent: str = ""
) -> Iterator[str]:
    look = "<<zone>>" if indent else "<<frame>>"
    yield f'{indent}state "{_shown(label)}" as {zone.id} {look} {{'
    for node in (nodes[each] for each in zone.own):
        yield f'{indent}  state "{_shown(node.label)}" as {node.id}{_look(node)}'
    for inner in zone.zones:
        yield from _composite(inner, "", nodes, f"{indent}  ")
    yield f"{indent}}}"


def _look(node: Node) -> str:
    ink = LIGHT.inks[colour_of(node)]
    inferred = node.basis is Basis.INFERRED
    stereotypes = [" <<inferred>>"] * inferred + [" <<retired>>"] * node.retired
    style = "[dashed]" if inferred else "[bold]" if node.steady else ""
    border = f" ##{style}{(ink.faint if inferred else ink.firm)[1:]}"
    return "".join(stereotypes) + (border if style or node.final else "")


def _is_back(strand: Strand, order: Mapping[str, int]) -> bool:
    """Return whether a line leads against the reading order."""
    return order[strand.arrows[0].target] < order[strand.arrows[0].origin]


def _line(diagram: Diagram, strand: Strand, *, back: bool) -> str:
    ink = LIGHT.inks[diagram.kind(strand.kind).colour]
    style = f"{ink.faint},dashed" if strand.inferred else ink.firm
    if strand.kind == diagram.usual and not strand.inferred:
        style += ",bold"
    label = _after_colon(strand.labels, ink.firm)
    # Else whoever places the states guesses which arrow of a circle goes back, and guesses badly.
    up = "up" if back else ""
    return f"{strand.origin} -{up}[{style}]-> {strand.target}{label}"


def _after_colon(labels: tuple[str, ...], colour: str) -> str:
    lines = [f"<color:{colour}>{_escaped(label)}</color>" for label in labels if label]
    return f" : {_LINE_END.join(lines)}" if lines else ""


def _legend(diagram: Diagram, folding: Folding) -> Iterator[str]:
    yield "legend right"
    for kind in diagram.kinds:
        ink = LIGHT.inks[kind.colour]
        yield f"<color:{ink.firm}>{_escaped('——▶')} {_shown(printable(kind.title))}</color>"
    yield from explained(diagram, folding, _KEY)
    yield "endlegend"


def _shown(text: str) -> str:
    # PlantUML takes nothing at all for a mistake, and a space at the end for nothing.
    return _escaped(text) or "<U+00A0>"


def _escaped(text: str) -> str:
    """Return a printable text as PlantUML shows it: what is special as ``<U+0040>``."""
    return _SPECIAL.sub(lambda found: f"<U+{ord(found[1]):04X}>" if found[1] else found[0], text)
