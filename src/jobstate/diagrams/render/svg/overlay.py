"""What an overlay adds inside the picture: pills on lines, chips at boxes, moves none allows."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout.layout import Course, Rectangle
from jobstate.diagrams.overlays.words import numbered
from jobstate.diagrams.render.svg.arcs import Arcs
from jobstate.diagrams.render.svg.chips import Chips, meet, meets
from jobstate.diagrams.render.svg.elements import (
    HIGH,
    around,
    arrow,
    element,
    label,
    label_area,
    pill,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.diagrams.layout.layout import (
        Layout,
        PlacedStart,
    )
    from jobstate.diagrams.overlays.overlay import Break, Mark, Overlay
    from jobstate.model.drawing import Point

#: How wide lines can be drawn: classes ``w0`` to ``w10`` of the style sheet.
WIDTHS = 10
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
        self._chips = Chips(overlay, layout)
        self._taken += self._chips.areas
        self._labels = [
            (line.label, f"k-{line.arrows[0].kind}")
            for line in layout.lines
            if line.label is not None and any(each.id in overlay.arrows for each in line.arrows)
        ]
        self._taken += [label_area(said) for said, _ in self._labels]
        self._pills_at: list[Rectangle] = []

    @cached_property
    def _arcs(self) -> Arcs:
        return Arcs(self._layout, self._taken)

    def drawn(self) -> Iterator[str]:
        for move in self._overlay.breaks:
            yield from self._break(move)
        for each in self._pills():
            yield from self._pill(each)
        for said, kind in self._labels:
            yield from label(said, kind, self._away(label_area(said)))
        yield from self._chips.drawn()

    # --- Pills on lines ---------------------------------------------------------------------------

    def _pills(self) -> Iterator[_Pill]:
        for start in self._layout.starts:
            yield from self._pill_of_start(start)
        own: dict[int, list[Mark]] = {}
        for name, mark in self._overlay.arrows.items():
            if (found := self._line_of(name)) is not None:
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

    def _pill(self, each: _Pill) -> Iterator[str]:
        area = self._free(each)
        self._taken.append(area)
        self._pills_at.append(area)
        yield from pill(each.said, area.middle, each.kind)

    def _free(self, each: _Pill) -> Rectangle:
        tries = [around(each.said, point) for point in _places(each.course)]
        return next((area for area in tries if not self._meets(area)), tries[0])

    def _meets(self, area: Rectangle) -> bool:
        return meets(area, self._taken)

    def _away(self, area: Rectangle) -> Point:
        """Return how far a label must go from where it stands, so that no pill covers it."""
        met = next((each for each in self._pills_at if meet(area, each)), None)
        if met is None:
            return 0.0, 0.0
        up, down = area.bottom - met.y, met.bottom - area.y
        return 0.0, -up if up < down else down

    def _break(self, each: Break) -> Iterator[str]:
        arcs = self._arcs
        target = self._boxes[each.target].area
        if each.origin is None or each.origin == each.target:
            course = arcs.into(target)
        else:
            course = arcs.between(self._boxes[each.origin].area, target)
        said = numbered(each.numbers, each.count)
        yield '<g class="break bad">'
        yield element("title", f"{said}: {each.rule}")
        yield from arrow(course, 10, 12)
        yield "</g>"
        area = around(said, arcs.free_place(course, around(said, (0, 0)).width, HIGH))
        self._taken.append(area)
        yield from pill(said, area.middle, "bad")


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
