"""Moves labels off what they would cover.

Graphviz keeps room for each label, but not always where it then puts the label: about one in 400
comes to lie on a box, one in 140 on another label (random life cycles, Graphviz 2.43).
"""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

import attrs

from jobstate.diagrams.layout.geometry import along
from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.layout.text_width import width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.diagrams.layout.layout import Course, Label
    from jobstate.model.drawing import Point

#: The size of a label's font, the height of a line, and how much of it is above the baseline.
SIZE, LEADING, ASCENT = 12, 14, 11
#: How far from its line a label is.
_APART = 3
#: How far a label goes to lie on no line, and how much of its height its letters leave free.
_NEARBY, _LOOSE = 60, 2
#: Of more lines it would take too long to look which run through labels.
_MANY = 60
#: How far the label of a frame is moved at once.
_STEP = 4


def area_of(label: Label) -> Rectangle:
    """Return what a label covers; its anchor is the middle."""
    across = max(width(line, SIZE) for line in label.lines)
    down = LEADING * len(label.lines)
    return Rectangle(label.x - across / 2, label.y - ASCENT, across, down)


def cleared(
    placed: Sequence[tuple[Label | None, Course]], taken: Iterable[Rectangle], picture: Rectangle
) -> list[Label | None]:
    """Return the labels, with those moved along their lines that covered something.

    Nor do they lie on lines, where there is a place nearby on none. A label for which there is no
    free place stays.

    Args:
        placed: Each label, its anchor in the middle, with the spline that it stands beside.
        taken: What they must not cover; nor may they cover each other.
        picture: What they must not leave.
    """
    areas = {at: area_of(label) for at, (label, _) in enumerate(placed) if label is not None}
    labels = [label for label, _ in placed]
    fixed = tuple(taken)
    courses = [course for _, course in placed]
    drawn = [point for course in courses for point in along(course.points)]
    drawn = drawn if len(courses) <= _MANY else []
    for at, (label, course) in enumerate(placed):
        if label is None:
            continue
        area = areas.pop(at)
        others = (*fixed, *areas.values())
        free = partial(_is_free, others=others, picture=picture)
        areas[at] = _place(area, course, free, drawn)
        labels[at] = _in(areas[at], label)
    return labels


def _place(
    area: Rectangle, course: Course, free: Callable[[Rectangle], bool], drawn: Sequence[Point]
) -> Rectangle:
    """Return the nearest place that is free and, if there is one nearby, on no line."""
    reach = _around(area, _NEARBY)
    near = [point for point in drawn if _holds(_around(reach, area.width), point)]
    if not _is_crossed(area, near) and free(area):
        return area
    places = _beside(area, course)
    nearby = takewhile(lambda each: _holds(reach, each.middle), places) if near else ()
    found = next((each for each in nearby if not _is_crossed(each, near) and free(each)), None)
    return found or next(filter(free, (area, *_beside(area, course))), area)


def _is_crossed(area: Rectangle, points: Iterable[Point]) -> bool:
    """Return whether a line runs through the letters of a label, which are lower than its box."""
    letters = _around(area, -_LOOSE)
    return any(_holds(letters, point) for point in points)


def indent(area: Rectangle, farthest: float, courses: Iterable[Course]) -> float:
    """Return how far to the right something moves for no line to cross it.

    Args:
        area: What it covers where it stands.
        farthest: How far it may move; where no place is free it stays.
        courses: The lines, as splines.
    """
    every = (point for course in courses for point in along(course.points))
    crossing = [x for x, y in every if area.y < y < area.bottom]
    for step in range(int(farthest // _STEP) + 1):
        far = step * _STEP
        if not any(area.x + far < x < area.right + far for x in crossing):
            return far
    return 0


def _around(area: Rectangle, by: float) -> Rectangle:
    return Rectangle(area.x - by, area.y - by, area.width + 2 * by, area.height + 2 * by)


def _holds(area: Rectangle, point: Point) -> bool:
    x, y = point
    return area.x < x < area.right and area.y < y < area.bottom


def _in(area: Rectangle, label: Label) -> Label:
    return attrs.evolve(label, x=round(area.middle[0], 1), y=round(area.y + ASCENT, 1))


def _is_free(area: Rectangle, others: Iterable[Rectangle], picture: Rectangle) -> bool:
    across = picture.x <= area.x and area.right <= picture.right
    inside = across and picture.y <= area.y and area.bottom <= picture.bottom
    return inside and not any(_meet(area, other) for other in others)


def _meet(one: Rectangle, other: Rectangle) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def _beside(area: Rectangle, course: Course) -> Iterator[Rectangle]:
    """Yield places above, below, beside and on a line, the nearest first."""
    x, y = area.middle
    points = sorted(along(course.points), key=lambda at: (at[0] - x) ** 2 + (at[1] - y) ** 2)
    above, beside = area.height / 2 + _APART, area.width / 2 + _APART
    for across, down in points:
        for right, lower in ((0, -above), (0, above), (beside, 0), (-beside, 0), (0, 0)):
            left = round(across + right - area.width / 2, 1)
            yield attrs.evolve(area, x=left, y=round(down + lower - area.height / 2, 1))
