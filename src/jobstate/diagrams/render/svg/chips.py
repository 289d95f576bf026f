"""Where chips stand at boxes and frames: the time below, where jobs are and what broke above.

Boxes may stand closer than their chips are wide. What would cover another chip is put elsewhere, or
shortened; the whole of it is in the box's title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.layout.text_width import width
from jobstate.diagrams.render.palette import OUTCOMES
from jobstate.diagrams.render.svg.elements import SIZE, around, capsule
from jobstate.model.drawing import Colour, Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.diagrams.layout.layout import Layout, PlacedBox, PlacedFrame
    from jobstate.diagrams.overlays.overlay import Chip, Overlay

_ALARM: Final = f"chip-{Colour.RED}"
#: How far above the border of a box the middle of what stands at its corner is: it must not cover
#: the box's name. How far below what stands there; how far over the side.
_ABOVE, _BELOW, _OVER = 3, 6, 8


@frozen
class _Capsule:
    """A text in its place.

    Attributes:
        said: The text.
        middle: The middle of its capsule.
        ground: The capsule's class.
    """

    said: str
    middle: Point
    ground: str

    @property
    def area(self) -> Rectangle:
        """Where it is."""
        return around(self.said, self.middle)


class Chips:
    """The chips of a picture, in their places."""

    def __init__(self, overlay: Overlay, layout: Layout) -> None:
        """Find a place for each."""
        self._capsules: list[_Capsule] = []
        self._names = [_name_of_frame(frame) for frame in layout.frames if frame.label]
        self._names += map(_name_of_box, layout.boxes)
        chipped = [
            (box, overlay.nodes[box.node.id])
            for box in layout.boxes
            if box.node.id in overlay.nodes
        ]
        # First those that say most: where jobs are, and what is wrong.
        for box, chip in chipped:
            self._put(_corners(box, chip))
            self._put(_alarms(box, chip))
        for box, chip in chipped:
            self._put(_times(box, chip), always=False)
        for frame in layout.frames:
            if frame.id in overlay.frames:
                self._capsules += _at_frame(frame, overlay.frames[frame.id])

    @property
    def areas(self) -> list[Rectangle]:
        """Where they are."""
        return [each.area for each in self._capsules]

    def drawn(self) -> Iterator[str]:
        """Yield their elements."""
        for each in self._capsules:
            yield from capsule(each.said, each.middle, each.ground)

    def _put(self, tries: Sequence[_Capsule], *, always: bool = True) -> None:
        """Put the first of several that covers no other; where all do, the last one, or none."""
        free = (each for each in tries if not self._covers(each.area))
        found = next(free, tries[-1] if tries and always else None)
        if found is not None:
            self._capsules.append(found)

    def _covers(self, area: Rectangle) -> bool:
        return meets(area, [*self.areas, *self._names])


def _corners(box: PlacedBox, chip: Chip) -> list[_Capsule]:
    """Return places for where jobs are: at the right corner, else below, at the left, or shorter.

    A small box has no room for it above its name: there it is short, and at its right side.
    """
    if not chip.corner:
        return []
    short, ground = chip.corner.partition(" of ")[0], _ground(box, chip)
    if box.small:
        half = around(short, (0, 0)).width / 2
        name, y = _name_of_box(box), box.area.middle[1]
        right = max(box.area.right - _OVER, name.right + 1) + half
        left = min(box.area.x + _OVER, name.x - 1) - half
        above = (box.area.right, box.area.y - _OVER)
        return [_Capsule(short, middle, ground) for middle in ((right, y), (left, y), above)]
    y, below = box.area.y - _ABOVE, (box.area.middle[0], box.area.bottom + _BELOW)
    right, left = _sides(box, chip.corner)
    places = [(right, y), *([] if chip.text else [below]), (left, y)]
    found = [_Capsule(chip.corner, middle, ground) for middle in places]
    return [*found, _Capsule(short, (_sides(box, short)[0], y), ground)]


def _alarms(box: PlacedBox, chip: Chip) -> list[_Capsule]:
    """Return places for what broke: at a corner above, or below, where least is covered."""
    if not chip.alarm:
        return []
    y = box.area.y - 2 * _ABOVE
    below = box.area.bottom + _BELOW
    places = [(x, down) for down in (y, below, below + 2 * _BELOW) for x in _sides(box, chip.alarm)]
    return [_Capsule(chip.alarm, middle, _ALARM) for middle in places]


def _times(box: PlacedBox, chip: Chip) -> list[_Capsule]:
    """Return places for how long jobs stayed: below the box; if there is no room, shorter."""
    if not chip.text:
        return []
    middle = box.area.middle[0], box.area.bottom + _BELOW
    texts = (chip.text, chip.text.partition(" · ")[0])
    return [_Capsule(text, middle, _ground(box, chip)) for text in texts]


def _at_frame(frame: PlacedFrame, chip: Chip) -> Iterator[_Capsule]:
    """Yield what stands at a frame's right corners: above where a job is, below what broke."""
    ground = "chip-blue" if chip.stage is None else f"stage-{chip.stage}"
    for said, y, look in (
        (chip.corner, frame.area.y, ground),
        (chip.alarm, frame.area.bottom, _ALARM),
    ):
        if said:
            half = around(said, (0, 0)).width / 2
            yield _Capsule(said, (max(frame.area.right - half - _OVER, half), y), look)


def _name_of_box(box: PlacedBox) -> Rectangle:
    """Return where a box's name stands."""
    wide = width(box.node.label, SIZE if box.small else 16, bold=True)
    x, y = box.area.middle
    return Rectangle(x - wide / 2, y - (6 if box.small else 13), wide, 13 if box.small else 14)


def _name_of_frame(frame: PlacedFrame) -> Rectangle:
    """Return where a frame's name stands."""
    wide = width(frame.label, 15, bold=True) + (width(frame.note, 12) + 10 if frame.note else 0)
    return Rectangle(frame.area.x + frame.indent, frame.area.y + 9, wide, 15)


def _ground(box: PlacedBox, chip: Chip) -> str:
    if chip.stage is not None:
        return f"stage-{chip.stage}"
    return f"chip-{OUTCOMES.get(box.node.outcome, Colour.BLUE)}"


def _sides(box: PlacedBox, said: str) -> tuple[float, float]:
    half = around(said, (0, 0)).width / 2
    return box.area.right - half + _OVER, box.area.x + half - _OVER


def meet(one: Rectangle, other: Rectangle) -> bool:
    """Return whether two areas have something in common."""
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def meets(area: Rectangle, others: Iterable[Rectangle]) -> bool:
    """Return whether an area has something in common with another."""
    return any(meet(area, other) for other in others)
