"""A move that no arrow allows runs on an arc of its own, off every line but where it crosses it.

Measured on the geometry alone, point by point, by another way than the one that chose the arc.
"""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, TypeAlias

import pytest

from jobstate.diagrams import diagram_of
from jobstate.diagrams.layout.layout import Course, Layout, PlacedLine, Rectangle
from jobstate.diagrams.picture import layout_of
from jobstate.diagrams.render.svg.arcs import Arcs
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Point: TypeAlias = "tuple[float, float]"
#: How far off a line is clear of it; how long a crossing of that is at 15 degrees. In pixels.
CLEAR, CROSSING = 8.0, 62.0
STEP = 2.0


@pytest.fixture(scope="module")
def layout() -> Layout:
    """Return where a training job's states stand."""
    return layout_of(TRAINING_JOB, diagram_of(TRAINING_JOB))


def along(course: Course) -> list[Point]:
    """Return points on a line, a step apart or less."""
    ends = list(course.points)
    if course.curved:
        fours = [ends[at : at + 4] for at in range(0, len(ends) - 1, 3)]
        ends = [curve(four, share / 64) for four in fours for share in range(65)]
    found = [ends[0]]
    for (x, y), (to_x, to_y) in pairwise(ends):
        steps = int(hypot(to_x - x, to_y - y) / STEP) + 1
        found += [
            (x + (to_x - x) * at / steps, y + (to_y - y) * at / steps) for at in range(1, steps + 1)
        ]
    return found


def curve(points: list[Point], share: float) -> Point:
    """Return a point on a cubic curve, by de Casteljau's way."""
    while len(points) > 1:
        points = [
            (x + (to_x - x) * share, y + (to_y - y) * share)
            for (x, y), (to_x, to_y) in pairwise(points)
        ]
    return points[0]


def distance(point: Point, one: Point, other: Point) -> float:
    """Return how far a point is from a straight piece."""
    (x, y), (a, b), (c, d) = point, one, other
    length = (c - a) ** 2 + (d - b) ** 2
    share = min(max(((x - a) * (c - a) + (y - b) * (d - b)) / length, 0), 1) if length else 0
    return hypot(x - a - share * (c - a), y - b - share * (d - b))


def apart(one: Course, other: Course) -> bool:
    """Return whether what holds two lines (curves too: of their control points) is clear."""
    return any(
        min(point[axis] for point in high.points) - max(point[axis] for point in low.points) > CLEAR
        for axis in (0, 1)
        for low, high in ((one, other), (other, one))
    )


def beside(course: Course, line: Course) -> float:
    """Return how long an arc runs beside a line at a stretch, nearer than what is clear."""
    if apart(course, line):
        return 0.0
    pieces = list(pairwise(line.points if not line.curved else along(line)))
    longest = now = 0.0
    for one, other in pairwise(along(course)):
        near = min(distance(other, *piece) for piece in pieces) < CLEAR
        now = now + hypot(other[0] - one[0], other[1] - one[1]) if near else 0.0
        longest = max(longest, now)
    return longest


def illegal_moves(layout: Layout) -> Iterator[tuple[str, str, Rectangle, Rectangle]]:
    """Yield the pairs of states between which there is no arrow."""
    legal = {(arrow.origin, arrow.target) for line in layout.lines for arrow in line.arrows}
    job = [box for box in layout.boxes if "_" in box.node.id[2:]]
    for one in job:
        for other in job:
            pair = (one.node.id, other.node.id)
            if one is not other and pair not in legal:
                yield *pair, one.area, other.area


def longest(layout: Layout, course: Course) -> float:
    """Return how long an arc runs beside any line at a stretch."""
    return max(beside(course, line.course) for line in layout.lines)


def test_some_arcs_are_off_every_line(layout: Layout) -> None:
    """Of moves from everywhere to everywhere, some: but where they cross a line."""
    arcs = Arcs(layout, ())
    for origin, target, one, other in list(illegal_moves(layout))[::60]:
        assert longest(layout, arcs.between(one, other)) < CROSSING, (origin, target)


@pytest.mark.once
def test_arcs_are_off_every_line(layout: Layout, figures: Callable[[str], None]) -> None:
    """Of the moves between a job's states that no arrow allows: each fourth, all take a minute."""
    arcs = Arcs(layout, ())
    found = [
        (longest(layout, arcs.between(one, other)), origin, target)
        for origin, target, one, other in list(illegal_moves(layout))[::4]
    ]
    most, origin, target = max(found)
    figures(f"arcs: of {len(found)} the longest stretch beside a line is {most:.0f} px")
    assert most < CROSSING, (origin, target)


def test_arcs_leave_boxes_at_once(layout: Layout) -> None:
    """They begin and end just outside the two boxes, and their middle is in neither."""
    arcs = Arcs(layout, ())
    for _, _, one, other in list(illegal_moves(layout))[::60]:
        points = along(arcs.between(one, other))
        assert within(one, 7, points[0])
        assert within(other, 7, points[-1])
        assert not any(within(area, -1, point) for area in (one, other) for point in points)


def within(area: Rectangle, margin: float, point: Point) -> bool:
    """Return whether a point is in an area, or so far off it at most."""
    x, y = point
    across = area.x - margin <= x <= area.right + margin
    return across and area.y - margin <= y <= area.bottom + margin


def test_a_wrong_beginning(layout: Layout) -> None:
    """A short line into each box, that comes from no other."""
    arcs = Arcs(layout, ())
    for box in layout.boxes:
        begin, *_, end = arcs.into(box.area).points
        assert within(box.area, 7, end)
        assert not any(within(other.area, 0, begin) for other in layout.boxes)
        assert longest(layout, arcs.into(box.area)) < CROSSING / 2


def test_what_is_in_the_way() -> None:
    """Of two sides the free one is taken, and a mark stands where nothing is."""
    left, right = Rectangle(100, 300, 80, 40), Rectangle(500, 300, 80, 40)
    empty = Layout(width=700, height=640, frames=(), boxes=(), lines=(), starts=())
    for taken, is_above in (
        (Rectangle(200, 330, 280, 300), True),
        (Rectangle(200, 0, 280, 310), False),
    ):
        arcs = Arcs(empty, [taken])
        course = arcs.between(left, right)
        x, y = arcs.free_place(course, 30, 18)
        assert (y < 320) is is_above
        assert not within(taken, 8, (x, y))


def test_curved_lines_are_in_the_way_too() -> None:
    """As an engine draws them."""
    diagram = diagram_of(TRAINING_JOB)
    bent = Course(points=((140, 290), (240, 60), (440, 60), (540, 290)), curved=True)
    line = PlacedLine(arrows=diagram.arrows[:1], course=bent)
    layout = Layout(width=700, height=640, frames=(), boxes=(), lines=(line,), starts=())
    left, right = Rectangle(100, 300, 80, 40), Rectangle(500, 300, 80, 40)
    assert beside(Arcs(layout, ()).between(left, right), bent) < CROSSING
