"""How a move runs that no arrow allows: an arc of its own, beside all the lines there are."""

from __future__ import annotations

from itertools import groupby, pairwise, product
from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout.layout import Course, Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.diagrams.layout.layout import Layout
    from jobstate.model.drawing import Point

#: How far an arc stays off lines, in pixels, but where it crosses one.
CLEAR: Final = 8.0
#: How far an arc bends aside, as parts of its length, to either side; and so much at least.
_BENDS: Final = (0.1, 0.2, 0.32, 0.48)
_LEAST_BEND: Final = 60.0
#: Where on a box's sides it may begin and end; how many of these places are tried of each box.
_PLACES: Final = (0.5, 0.3, 0.7, 0.12, 0.88)
_MOST_PLACES: Final = 6
#: How far an arc ends from a box, how long and how slanting the line to a wrong beginning is.
_OFF, _SHORT, _SLANTS = 6.0, 46.0, (0.0, 24.0, -24.0)
#: How long the pieces of a curve are, at most.
_PIECE: Final = 8.0
#: What a pixel costs on a box, outside the picture, anywhere; beside a line it costs 1 where that
#: is but crossed, and the more the longer the two run together.
_ON_A_BOX, _OUTSIDE, _ANYWHERE, _CROSSED = 6.0, 10.0, 0.05, 32.0
#: Farther than any picture is wide.
_FAR: Final = 1e6
#: What is taken is noted by squares of so many pixels.
_SQUARE: Final = 4

#: A place on a box's border, and the direction that leads away from the box.
_Port: TypeAlias = "tuple[Point, Point]"
_Squares: TypeAlias = set[tuple[int, int]]


class Arcs:
    """Finds a way for moves that no arrow allows."""

    def __init__(self, layout: Layout, taken: Iterable[Rectangle]) -> None:
        """Note what is in the way.

        Args:
            layout: The picture.
            taken: What else should not be covered: chips, labels.
        """
        courses = [line.course for line in layout.lines]
        courses += [start.course for start in layout.starts]
        self._lines = _squares(
            _around(one, other) for course in courses for one, other in pairwise(_points(course))
        )
        self._areas = _squares([*(box.area for box in layout.boxes), *taken])
        self._width, self._height = layout.width, layout.height

    def between(self, origin: Rectangle, target: Rectangle) -> Course:
        """Return the arc from a box to another that is least in the way."""
        bends = (*_BENDS, *(-each for each in _BENDS))
        ends = product(self._ports(origin, target), self._ports(target, origin), bends)
        return min((_arc(one[0], other[0], bend) for one, other, bend in ends), key=self._cost)

    def into(self, target: Rectangle) -> Course:
        """Return a short line from nowhere into a box: the job began in the wrong place."""
        lines = []
        for ((x, y), (right, down)), slant in product(_border(target), _SLANTS):
            begin = (x + right * _SHORT + down * slant, y + down * _SHORT + right * slant)
            lines.append(_straight(begin, (x, y)))
        return min(lines, key=self._cost)

    def free_place(self, course: Course, wide: float, high: float) -> Point:
        """Return the middle of an area of this size on an arc that covers least."""
        inner = _points(course)[2:-2] or [shapes.middle(course)]

        def cost(place: int) -> tuple[int, float]:
            x, y = inner[place]
            covered = _squares([Rectangle(x - wide / 2, y - high / 2, wide, high)])
            return len(covered & (self._lines | self._areas)), abs(place - len(inner) / 2)

        return inner[min(range(len(inner)), key=cost)]

    def _ports(self, area: Rectangle, other: Rectangle) -> Sequence[_Port]:
        """Return places on a box's border: those off lines first, then those near the other box."""

        def cost(port: _Port) -> float:
            (x, y), (right, down) = port
            beside = _square((x + right * CLEAR, y + down * CLEAR)) in self._lines
            return shapes.distance((x, y), other.middle) + _FAR * beside

        return sorted(_border(area), key=cost)[:_MOST_PLACES]

    def _cost(self, course: Course) -> float:
        """Return how much an arc is in the way, in pixels."""
        points = _points(course)
        step = shapes.length(course) / len(points)
        squares = [_square(point) for point in points]
        runs = (
            step * len([*run])
            for met, run in groupby(map(self._lines.__contains__, squares))
            if met
        )
        on_lines = sum(run * max(1.0, run / _CROSSED) ** 4 for run in runs)
        on_areas = sum(each in self._areas for each in squares)
        outside = sum(not (0 < x < self._width and 0 < y < self._height) for x, y in points)
        others = _ON_A_BOX * on_areas + _OUTSIDE * outside + _ANYWHERE * len(points)
        return on_lines + step * others


def _border(area: Rectangle) -> Iterator[_Port]:
    for share in _PLACES:
        x, y = area.x + area.width * share, area.y + area.height * share
        yield (x, area.y - _OFF), (0.0, -1.0)
        yield (x, area.bottom + _OFF), (0.0, 1.0)
        yield (area.x - _OFF, y), (-1.0, 0.0)
        yield (area.right + _OFF, y), (1.0, 0.0)


def _arc(begin: Point, end: Point, bend: float) -> Course:
    """Return an arc: a quadratic Bézier curve, written as a cubic one."""
    (x, y), (to_x, to_y) = begin, end
    far = shapes.distance(begin, end) or 1.0
    aside = max(abs(bend), min(_LEAST_BEND / far, 1.0)) * (1 if bend > 0 else -1)
    top = ((x + to_x) / 2 - (to_y - y) * aside, (y + to_y) / 2 + (to_x - x) * aside)
    return Course(points=(begin, _towards(begin, top), _towards(end, top), end), curved=True)


def _straight(begin: Point, end: Point) -> Course:
    points = (begin, _towards(end, begin), _towards(begin, end), end)
    return Course(points=points, curved=True)


def _towards(one: Point, other: Point) -> Point:
    return one[0] + (other[0] - one[0]) * 2 / 3, one[1] + (other[1] - one[1]) * 2 / 3


def _points(course: Course) -> list[Point]:
    """Return points along a line; those of a curve are close together."""
    if not course.curved:
        return list(course.points)
    found = [course.points[0]]
    for piece in range(0, len(course.points) - 1, 3):
        four = course.points[piece : piece + 4]
        steps = int(shapes.length(Course(points=four)) / _PIECE) + 1
        found += [_on_curve(four, step / steps) for step in range(1, steps + 1)]
    return found


def _on_curve(points: Sequence[Point], share: float) -> Point:
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x, y = (
        sum(weight * point[axis] for weight, point in zip(weights, points, strict=True))
        for axis in (0, 1)
    )
    return x, y


def _around(one: Point, other: Point) -> Rectangle:
    """Return the area about a piece of a line in which nothing else should run."""
    left, right = sorted((one[0], other[0]))
    top, bottom = sorted((one[1], other[1]))
    return Rectangle(left - CLEAR, top - CLEAR, right - left + 2 * CLEAR, bottom - top + 2 * CLEAR)


def _square(point: Point) -> tuple[int, int]:
    return int(point[0] // _SQUARE), int(point[1] // _SQUARE)


def _squares(areas: Iterable[Rectangle]) -> _Squares:
    """Return the squares on which areas lie."""
    found: _Squares = set()
    for area in areas:
        (left, top), (right, bottom) = _square((area.x, area.y)), _square((area.right, area.bottom))
        found.update(product(range(left, right + 1), range(top, bottom + 1)))
    return found
