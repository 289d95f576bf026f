"""Elements of SVG as text: everything that comes from outside is escaped here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from jobstate.diagrams.layout.geometry import head, number, path
from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.layout.text_width import width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.layout.layout import Course, Label
    from jobstate.model.drawing import Point


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


def arrow(course: Course, shorten: float, length: float) -> Iterator[str]:
    """Yield a line and its head, so long; the line ends so far from its end."""
    yield element("path", class_="stroke", d=path(course, shorten))
    yield element("polygon", class_="head", points=head(course, length))


#: How far the lines of a label are apart.
_LEADING = 14


def label(said: Label, kind: str | None = None, away: Point = (0.0, 0.0)) -> Iterator[str]:
    """Yield what stands beside a line, in its colour, or a little away from there."""
    x = number(said.x + away[0])
    rows = (
        element("tspan", row, x=x, y=number(said.y + away[1] + place * _LEADING))
        for place, row in enumerate(said.lines)
    )
    yield f'<g class="{kind}">' if kind else "<g>"
    yield element("text", "".join(rows), raw=True, class_="label", text_anchor=said.anchor)
    yield "</g>"


def label_area(said: Label) -> Rectangle:
    """Return where a label stands."""
    wide = max(width(line, SIZE) for line in said.lines)
    left = said.x - {"start": 0.0, "middle": wide / 2, "end": wide}[said.anchor]
    return Rectangle(left, said.y - SIZE, wide, _LEADING * len(said.lines) + 2)


#: How high capsules are, and how large their text is.
HIGH, SIZE = 18, 12


def around(said: str, middle: Point) -> Rectangle:
    """Return the area of a capsule that holds a text."""
    wide = width(said, SIZE, bold=True) + 14
    return Rectangle(middle[0] - wide / 2, middle[1] - HIGH / 2, wide, HIGH)


def capsule(said: str, middle: Point, ground: str) -> Iterator[str]:
    """Yield a text in a capsule of a ground: ``chip-`` and a colour, ``stage-`` and a stage."""
    yield '<g class="chip-mark">'
    yield rectangle(around(said, middle), HIGH / 2, f"chip-body {ground}")
    on = f"on-{ground}" if ground.startswith("stage-") else "on-chip"
    yield text(said, middle[0], middle[1] + 4, f"chip {on}")
    yield "</g>"


def pill(said: str, middle: Point, kind: str) -> Iterator[str]:
    """Yield a text in a capsule in the colour of lines of a kind, by the class of these."""
    yield f'<g class="pill-mark {kind}">'
    yield rectangle(around(said, middle), HIGH / 2, "mark")
    yield text(said, middle[0], middle[1] + 4, "pill")
    yield "</g>"
