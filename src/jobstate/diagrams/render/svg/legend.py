"""The legend of a picture: only what occurs in it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.diagrams.graph.bundles import is_inferred
from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout.layout import Course
from jobstate.diagrams.render.svg.elements import element, text
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.graph.graph import Diagram
    from jobstate.diagrams.layout.layout import Layout

_COLUMN, _ROW, _LEFT, _ABOVE = 232, 24, 24, 34


@frozen
class _Item:
    sample: str
    said: str


class Legend:
    """What the kinds of lines and boxes of a picture mean."""

    def __init__(self, diagram: Diagram, layout: Layout) -> None:
        """Collect what occurs."""
        self._items = tuple(_items(diagram, layout))

    def height(self, width: float) -> float:
        """Return how high the legend is in a picture of some width."""
        return _ABOVE + _ROW * ceil(len(self._items) / self._columns(width))

    def lines(self, top: float, width: float) -> Iterator[str]:
        """Yield the legend's elements."""
        columns = self._columns(width)
        yield '<g class="legend-of-lines">'
        for number, item in enumerate(self._items):
            x, y = _LEFT + number % columns * _COLUMN, top + _ABOVE / 2 + number // columns * _ROW
            yield f'<g transform="translate({shapes.number(x)} {shapes.number(y)})">'
            yield item.sample
            yield text(item.said, 52, 4, "legend")
            yield "</g>"
        yield "</g>"

    def _columns(self, width: float) -> int:
        return max(1, int((width - _LEFT) // _COLUMN))


def _items(diagram: Diagram, layout: Layout) -> Iterator[_Item]:
    firm = {arrow.kind for arrow in diagram.arrows if arrow.basis is not Basis.INFERRED}
    for kind in diagram.kinds:
        usual, faint = kind.name == diagram.usual, kind.name not in firm
        yield _Item(_line(f"k-{kind.name}", usual=usual, faint=faint), kind.title)
    if any(is_inferred(line.arrows) for line in layout.lines):
        yield _Item(_line("plain", faint=True), "lighter: only inferred")
    rim = element("rect", class_="rim", x="2", y="-11", width="40", height="22", rx="7")
    box = element("rect", class_="box", x="6", y="-7", width="32", height="14", rx="4")
    if any(node.final and not node.reopens for node in diagram.nodes):
        yield _Item(f'<g class="b-grey">{rim}{box}</g>', "final: nothing runs any more")
    if any(node.reopens for node in diagram.nodes):
        yield _Item(f'<g class="b-grey reopens">{rim}{box}</g>', "final, but may be reopened")
    if any(node.steady for node in diagram.nodes):
        yield _Item(f'<g class="b-grey steady">{box}</g>', "steady: what one waits for")
    if any(node.basis is Basis.INFERRED for node in diagram.nodes):
        box = element("rect", class_="box", x="4", y="-9", width="36", height="18", rx="5")
        yield _Item(f'<g class="inferred">{box}</g>', "dashed: status only inferred")
    if any(line.trunk for line in layout.lines):
        course = Course(points=((8, 0), (44, 0)))
        port = element("circle", class_="port", cx="8", cy="0", r="4")
        yield _Item(_line("plain", port=port, course=course), "from every status in the frame")


def _line(
    names: str,
    *,
    usual: bool = False,
    faint: bool = False,
    port: str = "",
    course: Course | None = None,
) -> str:
    course = course or Course(points=((0, 0), (44, 0)))
    length = 15.0 if usual else 9.0
    extra = (" usual" if usual else "") + (" inferred" if faint else "")
    stroke = element("path", class_="stroke", d=shapes.path(course, length - 2))
    head = element("polygon", class_="head", points=shapes.head(course, length))
    return f'<g class="line {names}{extra}">{port}{stroke}{head}</g>'
