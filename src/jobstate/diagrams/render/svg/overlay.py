"""What an overlay adds inside the picture: pills on lines, chips at boxes, moves none allows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.layout.layout import Course, Rectangle
from jobstate.diagrams.overlays.words import numbered
from jobstate.diagrams.render.palette import OUTCOMES
from jobstate.diagrams.render.svg.elements import element, rectangle, text
from jobstate.model.drawing import Colour

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.diagrams.layout.layout import Layout, PlacedBox, PlacedStart
    from jobstate.diagrams.overlays.overlay import Break, Chip, Mark, Overlay
    from jobstate.model.drawing import Point

#: How wide lines can be drawn: classes ``w0`` to ``w10`` of the style sheet.
WIDTHS = 10
_HEIGHT = 18
_SIZE = 12
#: Where on a piece of a line a pill is tried.
_PLACES = (0.5, 0.35, 0.65, 0.2, 0.8)


def weight(marks: Iterable[Mark]) -> int:
    """Return the number of the width of a line that some marks lie on."""
    return round(WIDTHS * max(mark.weight for mark in marks))


def drawn(overlay: Overlay, layout: Layout) -> Iterator[str]:
    """Yield the marks of a picture."""
    return _Marks(overlay, layout).drawn()


@frozen
class _Pill:
    """A text in a capsule."""

    said: str
    kind: str
    course: Course


class _Marks:
    def __init__(self, overlay: Overlay, layout: Layout) -> None:
        self._overlay = overlay
        self._layout = layout
        self._boxes = {box.node.id: box for box in layout.boxes}
        #: Where no pill may stand any more.
        self._taken = [box.area for box in layout.boxes]
        self._taken += [_chip_area(box, overlay.nodes[box.node.id]) for box in self._chipped()]

    def drawn(self) -> Iterator[str]:
        for each in self._overlay.breaks:
            yield from self._break(each)
        for pill in self._pills():
            yield from self._pill(pill)
        for box in self._chipped():
            yield from self._chip(box, self._overlay.nodes[box.node.id])

    def _chipped(self) -> Iterator[PlacedBox]:
        return (box for box in self._layout.boxes if box.node.id in self._overlay.nodes)

    # --- Pills on lines ---------------------------------------------------------------------------

    def _pills(self) -> Iterator[_Pill]:
        for start in self._layout.starts:
            yield from self._pill_of_start(start)
        own: dict[int, list[Mark]] = {}
        for arrow, mark in self._overlay.arrows.items():
            if (found := self._line_of(arrow)) is not None:
                own.setdefault(found, []).append(mark)
        for number, marks in sorted(own.items()):
            line = self._layout.lines[number]
            if said := _said(marks):
                yield _Pill(said, f"k-{line.arrows[0].kind}", line.course)

    def _pill_of_start(self, start: PlacedStart) -> Iterator[_Pill]:
        mark = self._overlay.starts.get(start.start.id)
        if mark is not None and mark.text:
            yield _Pill(mark.text, "start", start.course)

    def _line_of(self, arrow: str) -> int | None:
        """Return the line that is an arrow's own: of all that it lies on, the least shared one."""
        found = [
            (len(line.arrows), -shapes.length(line.course), number)
            for number, line in enumerate(self._layout.lines)
            if any(each.id == arrow for each in line.arrows)
        ]
        return min(found)[2] if found else None

    def _pill(self, pill: _Pill) -> Iterator[str]:
        area = self._free(pill)
        self._taken.append(area)
        x, y = area.middle
        yield f'<g class="pill-mark {pill.kind}">'
        yield rectangle(area, _HEIGHT / 2, "mark")
        yield text(pill.said, x, y + 4, "pill")
        yield "</g>"

    def _free(self, pill: _Pill) -> Rectangle:
        wide = metrics.width(pill.said, _SIZE, bold=True) + 14
        tries = [_around(point, wide) for point in _places(pill.course)]
        return next((area for area in tries if not self._meets(area)), tries[0])

    def _meets(self, area: Rectangle) -> bool:
        return any(_meet(area, other) for other in self._taken)

    # --- At boxes ---------------------------------------------------------------------------------

    def _chip(self, box: PlacedBox, chip: Chip) -> Iterator[str]:
        x, right, top = box.area.middle[0], box.area.right, box.area.y
        colour = OUTCOMES.get(box.node.outcome, Colour.BLUE)
        if chip.text:
            yield from _capsule(chip.text, (x, box.area.bottom + 6), colour)
        corner = chip.corner or ("now" if chip.now else "")
        if corner:
            wide = metrics.width(corner, _SIZE, bold=True) + 14
            yield from _capsule(corner, (right - wide / 2 + 8, top), colour)
        if chip.alarm:
            wide = metrics.width(chip.alarm, _SIZE, bold=True) + 14
            x = box.area.x + wide / 2 - 8 if corner else right - wide / 2 + 8
            yield from _capsule(chip.alarm, (x, top - 6), Colour.RED)

    def _break(self, each: Break) -> Iterator[str]:
        target = self._boxes[each.target].area
        if each.origin is None or each.origin == each.target:
            begin = (target.x - 40, target.y - 34)
        else:
            begin = _border(self._boxes[each.origin].area, target.middle)
        course = Course(points=(begin, _border(target, begin)))
        yield '<g class="break bad">'
        yield element("title", f"{each.number}: {each.rule}")
        yield element("path", class_="stroke", d=shapes.path(course, 10))
        yield element("polygon", class_="head", points=shapes.head(course, 12))
        yield "</g>"
        yield from self._pill(_Pill(str(each.number), "bad", course))


def _said(marks: list[Mark]) -> str:
    if len(marks) == 1:
        return marks[0].text
    numbers = sorted(number for mark in marks for number in mark.numbers)
    if numbers:
        return numbered(numbers, len(numbers))
    count = sum(mark.count for mark in marks)
    return f"{count:,}" if count else ""


def _places(course: Course) -> Iterator[Point]:
    """Yield where a pill may stand on a line, the best place first."""
    yield shapes.middle(course)
    if course.curved:
        return
    pieces = sorted(pairwise(course.points), key=lambda ends: -shapes.distance(*ends))
    for (x, y), (right, bottom) in pieces:
        for share in _PLACES:
            yield x + (right - x) * share, y + (bottom - y) * share


def _around(point: Point, wide: float) -> Rectangle:
    return Rectangle(point[0] - wide / 2, point[1] - _HEIGHT / 2, wide, _HEIGHT)


def _capsule(said: str, middle: Point, colour: Colour) -> Iterator[str]:
    area = _around(middle, metrics.width(said, _SIZE, bold=True) + 14)
    yield '<g class="chip-mark">'
    yield rectangle(area, _HEIGHT / 2, f"chip-body chip-{colour}")
    yield text(said, middle[0], middle[1] + 4, "chip on-chip")
    yield "</g>"


def _chip_area(box: PlacedBox, chip: Chip) -> Rectangle:
    wide = metrics.width(chip.text, _SIZE, bold=True) + 14 if chip.text else 0
    return _around((box.area.middle[0], box.area.bottom + 6), wide)


def _meet(one: Rectangle, other: Rectangle) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def _border(area: Rectangle, outside: Point) -> Point:
    """Return where the line from a point to the middle of a rectangle meets its border."""
    x, y = area.middle
    across, down = outside[0] - x, outside[1] - y
    shares = [
        half / abs(way) for half, way in ((area.width / 2, across), (area.height / 2, down)) if way
    ]
    share = min([1.0, *shares])
    return x + across * share, y + down * share
