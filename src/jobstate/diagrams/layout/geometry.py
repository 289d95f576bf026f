"""Shapes of lines: rounded corners, arrows' heads, middles; pure geometry on points."""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.diagrams.layout.layout import Course
    from jobstate.model.drawing import Point

_RADIUS = 8.0


def number(value: float) -> str:
    """Return a coordinate as SVG writes it, without noise."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def pair(point: Point) -> str:
    """Return a point as SVG writes it."""
    return f"{number(point[0])},{number(point[1])}"


def path(course: Course, shorten: float = 0.0) -> str:
    """Return the path data of a line; `shorten` leaves room for an arrow's head at its end."""
    points = list(course.points)
    points[-1] = _towards(points[-1], points[-2], shorten)
    if course.curved:
        return f"M{pair(points[0])} C{' '.join(map(pair, points[1:]))}"
    return " ".join([f"M{pair(points[0])}", *_corners(points), f"L{pair(points[-1])}"])


def _corners(points: Sequence[Point]) -> Iterator[str]:
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(_RADIUS, distance(before, corner) / 2, distance(corner, after) / 2)
        begin, end = _towards(corner, before, room), _towards(corner, after, room)
        yield f"L{pair(begin)} Q{pair(corner)} {pair(end)}"


def head(course: Course, length: float) -> str:
    """Return the points of the arrow's head at the end of a line."""
    tip, before = course.points[-1], course.points[-2]
    back = _towards(tip, before, length)
    across = ((tip[1] - back[1]) * 0.42, (back[0] - tip[0]) * 0.42)
    left = (back[0] + across[0], back[1] + across[1])
    right = (back[0] - across[0], back[1] - across[1])
    return f"{pair(tip)} {pair(left)} {pair(right)}"


def middle(course: Course) -> Point:
    """Return the middle of a line's longest piece, where a mark on it is seen best."""
    if course.curved:
        return _middle_of_curve(course.points)
    one, other = max(pairwise(course.points), key=lambda ends: distance(*ends))
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _middle_of_curve(points: Sequence[Point]) -> Point:
    """Return the middle of the middle piece of a spline."""
    first = (len(points) - 1) // 3 // 2 * 3
    return _at(points[first : first + 4], 0.5)


def along(points: Sequence[Point], parts: int = 16) -> Iterator[Point]:
    """Yield points of a Bézier spline, its ends left out: one between two parts of a piece."""
    for first in range(0, len(points) - 1, 3):
        piece = points[first : first + 4]
        yield from (_at(piece, step / parts) for step in range(1, parts))


def _at(piece: Sequence[Point], part: float) -> Point:
    rest = 1 - part
    weights = (rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3)
    x = sum(weight * point[0] for weight, point in zip(weights, piece, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, piece, strict=True))
    return x, y


def length(course: Course) -> float:
    """Return how long a line is; of a spline, how long its control polygon is."""
    return sum(distance(one, other) for one, other in pairwise(course.points))


def distance(one: Point, other: Point) -> float:
    """Return how far two points are apart."""
    return hypot(one[0] - other[0], one[1] - other[1])


def _towards(point: Point, other: Point, step: float) -> Point:
    far = distance(point, other)
    if not far:
        return point
    share = step / far
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share
