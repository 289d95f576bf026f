"""Mermaid (`stateDiagram-v2`), as GitHub renders it inside Markdown; imports only the record.

Frames are composite states, so a reader sees the primary status around the secondary ones. Arrows
can't be dashed in this kind of diagram: one that is only inferred has a question mark behind its
causes. Final states have an arrow to the end mark; it stands outside of the frames, which would
swell around marks of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstate.specification import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.record import Arrow, Diagram, Group, Node

#: All that Mermaid, and the Markdown and HTML in its labels, take for what it is.
_SPECIAL = re.compile(r"[^A-Za-z0-9 ,\[\]]")
_LEGEND = "cause? = only inferred; [spot] = only jobs with it; dashed = inferred; grey = retired"
_STYLES = {
    "inferred": "stroke-dasharray:4 3",
    "retired": "stroke-dasharray:1 3,color:#888888",
}


def mermaid(diagram: Diagram) -> str:
    """Return a diagram as Mermaid text."""
    return "\n".join(_lines(diagram)) + "\n"


def _lines(diagram: Diagram) -> Iterator[str]:
    yield from ("---", f"title: {_yaml(diagram.title)}", "---")
    yield from ("stateDiagram-v2", f"  %% {_LEGEND}", "  direction LR")
    for group in diagram.groups:
        yield from _composite(diagram, group)
    for start in diagram.starts:
        yield f"  [*] --> {start.target}{_after_colon(escaped(start.label))}"
    for arrow in diagram.arrows:
        yield f"  {arrow.origin} --> {arrow.target}{_after_colon(_label(arrow))}"
    for node in diagram.nodes:
        if node.final:
            yield f"  {node.id} --> [*]"
    yield from _classes(diagram)


def _composite(diagram: Diagram, group: Group) -> Iterator[str]:
    yield f'  state "{_in_quotes(group.label)}" as {group.id} {{'
    yield "    direction LR"
    for node in diagram.nodes_in(group):
        yield f'    state "{_in_quotes(node.label)}" as {node.id}'
    yield "  }"


def _label(arrow: Arrow) -> str:
    text = escaped(", ".join(arrow.labels))
    return f"{text}?" if arrow.basis is Basis.INFERRED else text


# Mermaid refuses empty quotes, and a colon with nothing behind it.


def _in_quotes(text: str) -> str:
    return escaped(text) or " "


def _after_colon(label: str) -> str:
    return f" : {label}" if label else ""


def _classes(diagram: Diagram) -> Iterator[str]:
    for name, style in _STYLES.items():
        if members := [node.id for node in diagram.nodes if _class(node) == name]:
            yield f"  classDef {name} {style}"
            yield f"  class {','.join(members)} {name}"


def _class(node: Node) -> str | None:
    if node.retired:
        return "retired"
    return "inferred" if node.basis is Basis.INFERRED else None


def escaped(text: str) -> str:
    """Return a printable text as a Mermaid label shows it: what is special as ``#code;``.

    Mermaid keeps codes as ``ﬂ°…¶ß`` while it works, so that ligature is taken apart.
    """
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text.replace("\ufb02", "fl"))


def _yaml(text: str) -> str:
    """Return a printable text as a YAML string in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
