"""Puts a diagram where the life cycle's own plan says.

A plan is made for the whole life cycle. What `given` rules out leaves empty bands behind; they are
taken out, so that a smaller life cycle makes a smaller picture.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import attrs

from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.layout.layout import (
    Course,
    Label,
    Layout,
    PlacedBox,
    PlacedFrame,
    PlacedLine,
    PlacedStart,
    Rectangle,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.diagrams.graph.graph import Arrow, Diagram
    from jobstate.model.drawing import Drawing, Frame, Line, Point, RegionLayout, Text

#: The height of a line of a label, and how much of it stands above its baseline.
LEADING, ASCENT = 14, 10
#: How high the head of a frame is, where its label stands.
_FRAME_HEAD = 28
#: How large the mark of a beginning is, from its middle.
_MARK = 9
#: The widest empty band that stays.
_BAND = 48
#: How far regions stand apart.
_APART = 40
#: What is left around the whole.
_MARGIN = 20


def placed(diagram: Diagram, drawing: Drawing) -> Layout | None:
    """Return the layout that a plan gives; None where the plan does not have all of the diagram."""
    regions = dict.fromkeys(group.region for group in diagram.groups)
    parts = [found for each in regions if (found := _part(diagram, drawing, each)) is not None]
    if not parts or len(parts) < len(regions):
        return None
    across = _Axis(chain.from_iterable(_taken(part, 0) for part in parts))
    above: list[Rectangle] = []
    for part in parts:
        part.squeeze(across, _Axis(_taken(part, 1)))
        part.sink(_room(above, part))
        above += _areas(part)
    return Layout(
        width=max(area.right for area in above) + _MARGIN,
        height=max(area.bottom for area in above) + _MARGIN,
        frames=tuple(chain.from_iterable(part.frames for part in parts)),
        boxes=tuple(chain.from_iterable(part.boxes for part in parts)),
        lines=tuple(chain.from_iterable(part.lines for part in parts)),
        starts=tuple(chain.from_iterable(part.starts for part in parts)),
    )


def _part(diagram: Diagram, drawing: Drawing, region: str) -> _Part | None:
    """Return a region's part by the first plan that has all of it; None where none has."""
    plans = (plan for plan in drawing.plans if plan.region == region)
    parts = (_Part(diagram, plan) for plan in plans)
    return next((part for part in parts if part.is_complete), None)


class _Part:
    """One region's part of a layout."""

    def __init__(self, diagram: Diagram, plan: RegionLayout) -> None:
        self._groups = {
            group.label: group.id for group in diagram.groups if group.region == plan.region
        }
        inside = set(self._groups.values())
        self._nodes = {node.name: node for node in diagram.nodes if node.group in inside}
        self._names = {node.id: node.name for node in self._nodes.values()}
        self._visible = {node.name: node.label for node in self._nodes.values()}
        self._diagram = diagram
        self._plan = plan
        self.boxes = tuple(self._boxes())
        self.lines = tuple(self._lines())
        self.frames = tuple(self._frames())
        self.starts = tuple(self._starts())

    @property
    def is_complete(self) -> bool:
        """It has every state, move and start of its region, and no line says more than is true."""
        starts = {start.id for start in self._diagram.starts if start.target in self._names}
        arrows = {arrow.id for arrow in self._diagram.arrows if arrow.origin in self._names}
        drawn = {arrow.id for line in self.lines if line.head for arrow in line.arrows}
        return (
            {box.node.id for box in self.boxes} == self._names.keys()
            and drawn == arrows
            and {each.start.id for each in self.starts} == starts
            and all(map(self._is_true, self.lines))
        )

    def _is_true(self, line: PlacedLine) -> bool:
        """Return whether a line that begins at a frame is for every state inside of one there."""
        if not line.trunk:
            return True
        origins = {arrow.origin for arrow in line.arrows}
        begin = line.course.points[0]
        return any(
            origins == {self._nodes[name].id for name in frame.states if name in self._nodes}
            for frame in self._plan.frames
            if _is_on(_area(frame), begin)
        )

    def squeeze(self, across: _Axis, down: _Axis) -> None:
        """Take out the empty bands."""
        self._move(lambda point: (across(point[0]), down(point[1])))

    def sink(self, by: float) -> None:
        """Move it all down."""
        self._move(lambda point: (point[0], point[1] + by))

    def _move(self, moved: Callable[[Point], Point]) -> None:
        self.frames = tuple(
            attrs.evolve(each, area=_moved(each.area, moved)) for each in self.frames
        )
        self.boxes = tuple(attrs.evolve(each, area=_moved(each.area, moved)) for each in self.boxes)
        self.lines = tuple(
            attrs.evolve(each, course=_run(each.course, moved), label=_shifted(each.label, moved))
            for each in self.lines
        )
        self.starts = tuple(
            attrs.evolve(each, course=_run(each.course, moved)) for each in self.starts
        )

    def _boxes(self) -> Iterator[PlacedBox]:
        for box in self._plan.boxes:
            if box.state in self._nodes:
                area = Rectangle(box.x, box.y, box.width, box.height)
                yield PlacedBox(node=self._nodes[box.state], area=area, small=box.small)

    def _frames(self) -> Iterator[PlacedFrame]:
        for frame in self._plan.frames:
            nodes = tuple(self._nodes[name].id for name in frame.states if name in self._nodes)
            if nodes and (frame.label in self._groups or self._is_left(frame)):
                yield PlacedFrame(
                    id=self._groups.get(frame.label, ""),
                    label=frame.label,
                    note=frame.note,
                    area=_area(frame),
                    nodes=nodes,
                    colour=frame.colour,
                )

    def _is_left(self, frame: Frame) -> bool:
        """Return whether a trunk begins at a frame; without a label it serves nothing else."""
        return not frame.label and any(
            line.trunk and _is_on(_area(frame), line.course.points[0]) for line in self.lines
        )

    def _lines(self) -> Iterator[PlacedLine]:
        for line in self._plan.lines:
            arrows = tuple(arrow for arrow in self._diagram.arrows if self._takes(line, arrow))
            if arrows:
                yield PlacedLine(
                    arrows=arrows,
                    course=Course(points=line.points),
                    head=line.head,
                    trunk=line.head and len(line.origins) > 1 and self._at_frame(line.points[0]),
                    label=self._label(line.text, arrows),
                )

    def _takes(self, line: Line, arrow: Arrow) -> bool:
        origin, target = self._names.get(arrow.origin), self._names.get(arrow.target)
        if origin not in line.origins or target not in line.targets:
            return False
        return not line.same or self._visible[origin] == self._visible[target]

    def _at_frame(self, point: Point) -> bool:
        return any(_is_on(_area(frame), point) for frame in self._plan.frames)

    def _label(self, text: Text | None, arrows: Sequence[Arrow]) -> Label | None:
        if text is None:
            return None
        implied = {f"[{each}]" for each in self._diagram.kind_of(arrows[0]).implies}
        causes = dict.fromkeys(chain.from_iterable(arrow.labels for arrow in arrows))
        said = dict.fromkeys(_without(cause, implied) for cause in causes)
        words = f"— {text.words}" if text.words and len(arrows) > 1 else ""
        lines = _wrapped(", ".join(said), words, text.columns)
        first = text.y - LEADING * (len(lines) - 1)
        return Label(lines=lines, x=text.x, y=first, anchor=text.anchor) if lines else None

    def _starts(self) -> Iterator[PlacedStart]:
        points = {each.state: each.points for each in self._plan.beginnings}
        for start in self._diagram.starts:
            name = self._names.get(start.target)
            if name in points:
                yield PlacedStart(start=start, course=Course(points=points[name]))


def _wrapped(causes: str, words: str, columns: int) -> tuple[str, ...]:
    """Return a label in lines; the words stand on lines of their own if it needs more than one."""
    one = f"{causes} {words}".strip()
    if len(one) <= columns:
        return (one,) if one else ()
    return (*textwrap.wrap(causes, columns), *textwrap.wrap(words, columns))


def _without(label: str, implied: Iterable[str]) -> str:
    for each in implied:
        label = label.replace(f" {each}", "")
    return label


# --- Empty bands ----------------------------------------------------------------------------------


def _moved(area: Rectangle, moved: Callable[[Point], Point]) -> Rectangle:
    x, y = moved((area.x, area.y))
    right, bottom = moved((area.right, area.bottom))
    return Rectangle(x, y, right - x, bottom - y)


def _run(course: Course, moved: Callable[[Point], Point]) -> Course:
    return Course(points=tuple(map(moved, course.points)))


def _shifted(label: Label | None, moved: Callable[[Point], Point]) -> Label | None:
    if label is None:
        return None
    x, y = moved((label.x, label.y))
    return attrs.evolve(label, x=x, y=y)


def _taken(part: _Part, axis: int) -> Iterator[Point]:
    """Yield from where to where something stands along an axis: 0 is across, 1 is down."""
    for frame in part.frames:
        near, far = _span(frame.area, axis)
        yield near, near + (_FRAME_HEAD if axis else 0)
        yield far, far
    for box in part.boxes:
        yield _span(box.area, axis)
    for course in _courses(part):
        # Along its own direction a line can be as long or as short as what it joins needs.
        for one, other in pairwise(course.points):
            if one[axis] == other[axis]:
                yield one[axis], one[axis]
    for area in (*_marks(part), *_labels(part)):
        yield _span(area, axis)


def _room(above: Iterable[Rectangle], part: _Part) -> float:
    """Return how far a part has to sink to stand below what is above it, and no lower."""
    areas = list(_areas(part))
    left, right = min(area.x for area in areas), max(area.right for area in areas)
    bottoms = [area.bottom for area in above if area.x < right and left < area.right]
    return max(bottoms) + _APART - min(area.y for area in areas) if bottoms else 0.0


def _areas(part: _Part) -> Iterator[Rectangle]:
    yield from (frame.area for frame in part.frames)
    yield from (box.area for box in part.boxes)
    for course in _courses(part):
        for (x, y), (right, bottom) in pairwise(course.points):
            yield Rectangle(min(x, right), min(y, bottom), abs(right - x), abs(bottom - y))
    yield from _marks(part)
    yield from _labels(part)


def _courses(part: _Part) -> Iterator[Course]:
    yield from (line.course for line in part.lines)
    yield from (start.course for start in part.starts)


def _marks(part: _Part) -> Iterator[Rectangle]:
    for start in part.starts:
        x, y = start.course.points[0]
        yield Rectangle(x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK)


def _labels(part: _Part) -> Iterator[Rectangle]:
    for label in (line.label for line in part.lines if line.label):
        wide = max(metrics.width(row, 12) for row in label.lines)
        left = {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
        high = ASCENT + LEADING * (len(label.lines) - 1)
        yield Rectangle(label.x - left, label.y - ASCENT, wide, high)


def _area(frame: Frame) -> Rectangle:
    return Rectangle(frame.x, frame.y, frame.width, frame.height)


def _is_on(area: Rectangle, point: Point) -> bool:
    """Return whether a point is on the border of a rectangle."""
    x, y = point
    upright = x in {area.x, area.right} and area.y <= y <= area.bottom
    return upright or (y in {area.y, area.bottom} and area.x <= x <= area.right)


def _span(area: Rectangle, axis: int) -> Point:
    return (area.y, area.bottom) if axis else (area.x, area.right)


class _Axis:
    """Where a coordinate goes when the empty bands are taken out."""

    def __init__(self, taken: Iterable[Point]) -> None:
        self._from: list[float] = []
        self._less: list[float] = []
        spans = sorted(taken)
        # The first begins at the margin.
        reach, less = spans[0][0], spans[0][0] - _MARGIN
        self._from.append(reach)
        self._less.append(less)
        for near, far in spans:
            if near - reach > _BAND:
                less += near - reach - _BAND
                self._from.append(near)
                self._less.append(less)
            reach = max(reach, far)
        self.end = self(reach)

    def __call__(self, place: float) -> float:
        return place - self._less[max(0, bisect_right(self._from, place) - 1)]
