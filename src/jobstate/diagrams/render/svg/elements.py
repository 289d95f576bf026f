"""Elements of SVG as text: everything that comes from outside is escaped here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from jobstate.diagrams.layout.geometry import number

if TYPE_CHECKING:
    from jobstate.diagrams.layout.layout import Rectangle


def element(
    name: str, content: str | None = None, *, raw: bool = False, **attributes: str | None
) -> str:
    """Return an element.

    Args:
        name: Its name.
        content: What stands in it; None for an empty element.
        raw: The content is markup already; otherwise it is a text.
        attributes: Its attributes; an underscore stands for a hyphen, one at the end for nothing.
            None leaves one out.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            parts.append(f"{key.rstrip('_').replace('_', '-')}={quoteattr(value)}")
    opened = " ".join(parts)
    if content is None:
        return f"<{opened}/>"
    return f"<{opened}>{content if raw else escape(content)}</{name}>"


def text(content: str, x: float, y: float, class_: str) -> str:
    """Return a text at a place."""
    return element("text", content, x=number(x), y=number(y), class_=class_)


def classes(*always: str, **sometimes: bool) -> str:
    """Return the value of a class attribute: some names always, others where they are true."""
    return " ".join([*always, *(name for name, true in sometimes.items() if true)])


def rectangle(
    area: Rectangle, radius: float, class_: str | None = None, fill_opacity: str | None = None
) -> str:
    """Return a rectangle with round corners."""
    return element(
        "rect",
        class_=class_,
        x=number(area.x),
        y=number(area.y),
        width=number(area.width),
        height=number(area.height),
        rx=number(radius),
        fill_opacity=fill_opacity,
    )
