"""The legend of a picture: only what occurs in it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.diagrams.graph.bundles import is_inferred
from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.layout.layout import Course, Rectangle
from jobstate.diagrams.overlays.overlay import OverlaySign
from jobstate.diagrams.render.svg.elements import arrow, capsule, element, pill, rectangle, text
from jobstate.diagrams.stages import TITLES, Stage
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.graph.graph import Diagram
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.diagrams.overlays.overlay import Overlay

_COLUMN, _ROW, _LEFT, _ABOVE = 232, 24, 24, 36
#: How wide samples are, and what stands in those that hold words.
_SAMPLE = 44
_WORDS = {
    OverlaySign.CHIP: "9m",
    OverlaySign.CORNER: "3 of 8",
    OverlaySign.NOW: "now",
    OverlaySign.STRANGE: "A/B",
    OverlaySign.ALARM: "rule",
}


@frozen
class _Item:
    sample: str
    said: str


class Legend:
    """What the kinds of lines and boxes of a picture mean."""

    def __init__(self, diagram: Diagram, layout: Layout, overlay: Overlay | None = None) -> None:
        """Collect what occurs."""
        if overlay is None:
            self._items = (*_kinds(diagram), *_bases(layout), *_boxes(diagram, layout))
        else:
            self._items = tuple(_laid_over(diagram, layout, overlay))
        longest = max((metrics.width(item.said, 12) for item in self._items), default=0.0)
        self._column = max(_COLUMN, _SAMPLE + 32 + longest)

    def height(self, width: float) -> float:
        """Return how high the legend is in a picture of some width."""
        return _ABOVE + _ROW * ceil(len(self._items) / self._columns(width))

    def lines(self, top: float, width: float) -> Iterator[str]:
        """Yield the legend's elements."""
        columns = self._columns(width)
        yield '<g class="legend-of-lines">'
        for number, item in enumerate(self._items):
            x = _LEFT + number % columns * self._column
            y = top + _ABOVE / 2 + number // columns * _ROW
            yield f'<g transform="translate({shapes.number(x)} {shapes.number(y)})">'
            yield item.sample
            yield text(item.said, _SAMPLE + 8, 4, "legend")
            yield "</g>"
        yield "</g>"

    def _columns(self, width: float) -> int:
        return max(1, int((width - _LEFT) // self._column))


# --- The life cycle -------------------------------------------------------------------------------


def _kinds(diagram: Diagram, only: frozenset[str] | None = None) -> Iterator[_Item]:
    """Yield the kinds of arrows; only those that are asked for."""
    firm = {arrow.kind for arrow in diagram.arrows if arrow.basis is not Basis.INFERRED}
    for kind in diagram.kinds:
        if only is None or kind.name in only:
            usual, faint = kind.name == diagram.usual, kind.name not in firm
            yield _Item(_line(f"k-{kind.name}", usual=usual, faint=faint), kind.title)


def _bases(layout: Layout) -> Iterator[_Item]:
    if any(is_inferred(line.arrows) for line in layout.lines):
        yield _Item(_line("plain", faint=True), "lighter: only inferred")


def _boxes(diagram: Diagram, layout: Layout) -> Iterator[_Item]:
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
        course = Course(points=((8, 0), (_SAMPLE, 0)))
        port = element("circle", class_="port", cx="8", cy="0", r="4")
        yield _Item(_line("plain", port=port, course=course), "from every status in the frame")


# --- What is laid over it -------------------------------------------------------------------------


def _laid_over(diagram: Diagram, layout: Layout, overlay: Overlay) -> Iterator[_Item]:
    if overlay.instead:
        return
    taken = frozenset(each.kind for each in diagram.arrows if each.id in overlay.arrows)
    yield from _kinds(diagram, taken)
    for sign, said in overlay.signs.items():
        yield _Item(_sample(sign, overlay), said)
    yield from _boxes(diagram, layout)
    if overlay.strip is not None:
        there = {stay.stage for stay in overlay.strip.stays}
        for stage in Stage:
            if stage in there:
                area = rectangle(Rectangle(0, -8, _SAMPLE, 16), 3, f"piece stage-{stage}")
                yield _Item(area, TITLES[stage])


def _sample(sign: OverlaySign, overlay: Overlay) -> str:
    """Return what a sign looks like."""
    middle = _SAMPLE / 2, 0.0
    if sign is OverlaySign.BREAK:
        course = Course(points=((0, 7), (15, -9), (29, -9), (_SAMPLE, 5)), curved=True)
        return f'<g class="break bad">{"".join(arrow(course, 9, 11))}</g>'
    if sign is OverlaySign.REST:
        names = "plain unseen" if overlay.strip is None else "plain dim"
        return _line(names)
    if sign is OverlaySign.SHARE:
        area = Rectangle(2, -9, _SAMPLE - 4, 18)
        return rectangle(area, 5, "box") + rectangle(area, 5, "share", fill_opacity="0.25")
    if sign is OverlaySign.PILL:
        return "".join(pill("2", middle, "start"))
    look = {OverlaySign.STRANGE: f"stage-{Stage.STRANGE}", OverlaySign.ALARM: "chip-red"}
    return "".join(capsule(_WORDS[sign], middle, look.get(sign, "chip-blue")))


def _line(
    names: str,
    *,
    usual: bool = False,
    faint: bool = False,
    port: str = "",
    course: Course | None = None,
) -> str:
    course = course or Course(points=((0, 0), (_SAMPLE, 0)))
    length = 15.0 if usual else 9.0
    extra = (" usual" if usual else "") + (" inferred" if faint else "")
    return f'<g class="line {names}{extra}">{port}{"".join(arrow(course, length - 2, length))}</g>'
