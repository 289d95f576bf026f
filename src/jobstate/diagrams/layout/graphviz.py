"""Places any diagram by Graphviz' `dot`, which must be installed.

Only ids and sizes are handed to `dot`, and only numbers are read back: no text of a life cycle
reaches it, and one version of it makes the same layout on every machine, whatever its fonts are.
A point of Graphviz is a pixel here.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from functools import partial
from math import dist
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from jobstate.diagrams.graph.bundles import bundles
from jobstate.diagrams.graph.graph import Arrow
from jobstate.diagrams.layout.crossings import crossings
from jobstate.diagrams.layout.labels import ASCENT, LEADING, SIZE, cleared, indent
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
from jobstate.diagrams.layout.text_width import width
from jobstate.diagrams.programs import KEPT, ran
from jobstate.errors import ToolFailedError, ToolMissingError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.diagrams.graph.graph import Diagram, Group, Node, Start
    from jobstate.model.drawing import Point

#: The environment variable that names the program, where no argument does.
PROGRAM = "JOBSTATE_DOT"
#: How long it may take: 0.1 s for a training job's 146 arrows, 26 s for the worst of 320 that we
#: found, 80 states in a row which all lead to the same end (Graphviz 2.43).
SECONDS = 60.0
_SMALLER = "draw a smaller life cycle, with `given`, or choose the format mermaid"

# The fonts of the SVG: a box's name and meaning, a frame's label.
_NAME, _MEANING, _FRAME = 16, 12, 15
#: What is left beside the texts of a box; beside and above those of a line.
_BESIDE, _BESIDE_LABEL = 14, 4
#: The height of a box with a meaning and of one without.
_TALL, _LOW = 52, 38
_NARROWEST = 88
#: The height of a frame's head, where its label stands, and the diameter of the mark of a start.
_HEAD, _MARK = 22, 18
#: How far the outer border of a final state is from its box.
_RIM = 4
#: How long the longest of the arrows' heads is.
_STRAIGHT = 15
#: What is left around the whole.
_MARGIN = 20
_INCH = 72

#: A layout with more lines that cross, or more arrows, is left as it is: `dot` takes too long.
_FEW, _SMALL = 3, 30

_GRAPH = (
    "digraph {",
    "graph [rankdir=LR, newrank=true, compound=true, nodesep=0.35, ranksep=0.6, splines=spline];",
    'node [shape=box, fixedsize=true, label=""];',
    "edge [dir=none];",
)


def placed(diagram: Diagram, *, program: str | None = None, seconds: float = SECONDS) -> Layout:
    """Return a layout of any diagram, the same for the same diagram and version of Graphviz.

    Arrows of one kind that lead from every state of a frame to the same state outside share one
    line, which begins at the frame.

    Args:
        diagram: Any diagram.
        program: Graphviz' `dot`: a path, or a name to look for; without, what the environment
            variable `JOBSTATE_DOT` says, else ``dot``.
        seconds: How long it may take.

    Raises:
        ToolMissingError: The program is not there.
        ToolFailedError: It failed, took too long, or answered what can't be read.
    """
    found = _found(program or os.environ.get(PROGRAM) or "dot")
    return _untangled(diagram, partial(_laid, found, diagram, seconds=seconds))


def _laid(program: str, diagram: Diagram, free: str = "", *, seconds: float) -> Layout:
    """Return a layout; one arrow, the free one, has no say in where states stand."""
    strands = tuple(_strands(diagram))
    answer = _run(program, "\n".join(_text(diagram, strands, free)) + "\n", seconds)
    try:
        return _Reader(json.loads(answer)).layout(diagram, strands)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ToolFailedError(
            program, "answered what can't be read as a layout", answer[:KEPT]
        ) from error


def _untangled(diagram: Diagram, laid: Callable[..., Layout]) -> Layout:
    """Return a layout in which few lines cross, if few do in the first.

    `dot` lets no arrow lead to its own column or back, and so may have to cross lines that need
    not; one arrow of those that cross, given free, is often enough.
    """
    best = laid()
    crossed = crossings(best) if len(diagram.arrows) <= _SMALL else []
    if len(crossed) > _FEW:
        return best
    least = len(crossed)
    for free in dict.fromkeys(_first_arrow(line) for pair in crossed for line in pair):
        with suppress(ToolFailedError):
            other = laid(free)
            many = len(crossings(other))
            if many < least:
                best, least = other, many
    return best


def _first_arrow(line: PlacedLine | PlacedStart) -> str:
    return line.arrows[0].id if isinstance(line, PlacedLine) else line.start.id


# --- What is asked --------------------------------------------------------------------------------


@frozen
class _Strand:
    """Arrows that share a line.

    Attributes:
        arrows: The arrows.
        frame: The id of the frame that it begins at; empty where it begins at a state.
        back: It leads against the reading order, and so is asked for the other way round:
            `dot` would else find an order of its own, which seldom is how people read.
    """

    arrows: tuple[Arrow, ...]
    frame: str
    back: bool

    @property
    def id(self) -> str:
        """What it is asked for by."""
        return self.arrows[0].id

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of two nodes that it joins, the first to be read first."""
        # From the state of the frame that is nearest, for the line to be short.
        if self.back:
            return self.arrows[0].target, self.arrows[0].origin
        return self.arrows[-1].origin, self.arrows[-1].target

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands beside the line."""
        labels = (label for arrow in self.arrows for label in arrow.labels)
        return tuple(dict.fromkeys(label for label in labels if label.strip()))


def _strands(diagram: Diagram) -> Iterator[_Strand]:
    place = {node.id: number for number, node in enumerate(diagram.nodes)}
    size = {group.id: len(diagram.nodes_in(group)) for group in diagram.groups}
    for (frame, target, _), arrows in bundles(diagram.arrows, diagram).items():
        whole = len(arrows) == size.get(frame, 0) > 1
        for bundle in (arrows,) if whole else ((arrow,) for arrow in arrows):
            back = place[target] < place[bundle[0].origin]
            yield _Strand(tuple(bundle), frame if whole else "", back)


def _text(diagram: Diagram, strands: Iterable[_Strand], free: str) -> Iterator[str]:
    yield from _GRAPH
    for group in diagram.groups:
        room = _room(width(group.label, _FRAME, bold=True) + 2 * _BESIDE, _HEAD)
        yield f"subgraph cluster_{group.id} {{ graph [margin=14, labeljust=l, label={room}];"
        for node in diagram.nodes_in(group):
            rim = 2 * _RIM if node.final else 0
            across, down = _size(node)
            yield f"{node.id} [{_sized(across + rim, down + rim)}];"
        yield "}"
    for start in diagram.starts:
        yield f"{start.id} [shape=circle, {_sized(_MARK, _MARK)}];"
        yield _edge((start.id, start.target), start.id, _lines(start.label))
    for strand in strands:
        more = [*_clip(strand), *(["constraint=false"] if strand.id == free else [])]
        yield _edge(strand.ends, strand.id, strand.lines, more)
    yield "}"


def _clip(strand: _Strand) -> Iterator[str]:
    if strand.frame:
        yield f"{'lhead' if strand.back else 'ltail'}=cluster_{strand.frame}"


def _edge(ends: tuple[str, str], id_: str, lines: Sequence[str], more: Iterable[str] = ()) -> str:
    looks = [f"id={id_}"]
    if lines:
        looks.append(f"label={_room(*_extent(lines))}")
    looks += more
    return f"{' -> '.join(ends)} [{', '.join(looks)}];"


def _room(across: float, down: float) -> str:
    """Return a label that is nothing but so large: `dot` would measure texts in other fonts."""
    size = f'WIDTH="{across:.0f}" HEIGHT="{down:.0f}"'
    return f'<<TABLE BORDER="0" CELLSPACING="0" FIXEDSIZE="TRUE" {size}><TR><TD></TD></TR></TABLE>>'


def _sized(across: float, down: float) -> str:
    return f"width={across / _INCH:.4f}, height={down / _INCH:.4f}"


def _size(node: Node) -> Point:
    texts = max(width(node.label, _NAME, bold=True), width(node.meaning, _MEANING))
    return max(_NARROWEST, round(texts) + 2 * _BESIDE), _TALL if node.meaning else _LOW


def _extent(lines: Sequence[str]) -> Point:
    """Return how large a label is, with what is left around it."""
    widest = max(width(line, SIZE) for line in lines)
    return widest + 2 * _BESIDE_LABEL, len(lines) * LEADING + _BESIDE_LABEL


def _lines(label: str) -> tuple[str, ...]:
    return (label,) if label else ()


# --- The program ----------------------------------------------------------------------------------


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise ToolMissingError(
            f"Graphviz' program {shown(program)}",
            "places the states of a life cycle that has no plan",
            "install Graphviz (https://graphviz.org; `apt install graphviz`, `brew install"
            f" graphviz`), name the program in {PROGRAM}, or choose the format mermaid or dot",
        )
    return found


def _run(program: str, text: str, seconds: float) -> str:
    # The text holds ids and numbers only.
    done = ran([program, "-Tjson0"], text.encode("ascii"), seconds=seconds, remedy=_SMALLER)
    return done.stdout.decode("utf-8", "replace")


# --- What comes back ------------------------------------------------------------------------------


class _Reader:
    """Reads what `dot` answers; y runs upwards there."""

    def __init__(self, answer: dict[str, Any]) -> None:
        left, low, right, top = _numbers(answer["bb"])
        self._left, self._top = left - _MARGIN, top + _MARGIN
        self._width, self._height = right - left + 2 * _MARGIN, top - low + 2 * _MARGIN
        self._objects = {each["name"]: each for each in answer.get("objects", ())}
        self._edges = {each["id"]: each for each in answer.get("edges", ())}

    def layout(self, diagram: Diagram, strands: Iterable[_Strand]) -> Layout:
        """Return the layout."""
        found = Layout(
            width=_round(self._width),
            height=_round(self._height),
            frames=tuple(self._frame(diagram, group) for group in diagram.groups),
            boxes=tuple(PlacedBox(node=node, area=self._box(node)) for node in diagram.nodes),
            lines=tuple(map(self._line, strands)),
            starts=tuple(map(self._start, diagram.starts)),
        )
        return _with_clear_labels(_with_clear_heads(found))

    def _frame(self, diagram: Diagram, group: Group) -> PlacedFrame:
        left, low, right, top = _numbers(self._objects[f"cluster_{group.id}"]["bb"])
        x, y = self._point(left, top)
        return PlacedFrame(
            id=group.id,
            label=group.label,
            note="",
            area=Rectangle(x, y, _round(right - left), _round(top - low)),
            nodes=tuple(node.id for node in diagram.nodes_in(group)),
        )

    def _box(self, node: Node) -> Rectangle:
        x, y = self._middle(node.id)
        across, down = _size(node)
        return Rectangle(_round(x - across / 2), _round(y - down / 2), across, down)

    def _line(self, strand: _Strand) -> PlacedLine:
        return PlacedLine(
            arrows=strand.arrows,
            course=self._course(strand.id, back=strand.back),
            trunk=bool(strand.frame),
            label=self._label(strand.id, strand.lines),
        )

    def _start(self, start: Start) -> PlacedStart:
        course, label = self._from_mark(start.id), self._label(start.id, _lines(start.label))
        return PlacedStart(start=start, course=course, label=label)

    def _from_mark(self, id_: str) -> Course:
        # The mark stands at the first point of the course, and `dot` begins at the mark's rim.
        first, *others = self._course(id_).points
        middle = self._middle(id_)
        return Course(points=(middle, middle, first, first, *others), curved=True)

    def _course(self, id_: str, *, back: bool = False) -> Course:
        points = [_numbers(each) for each in self._edges[id_]["pos"].split()]
        if back:
            points.reverse()
        *others, control, end = (self._point(x, y) for x, y in points)
        return Course(points=(*others, _away(control, end), end), curved=True)

    def _label(self, id_: str, lines: tuple[str, ...]) -> Label | None:
        if not lines:
            return None
        x, y = self._point(*_numbers(self._edges[id_]["lp"]))
        first = y - len(lines) * LEADING / 2 + ASCENT
        return Label(lines=lines, x=x, y=_round(first), anchor="middle")

    def _middle(self, id_: str) -> Point:
        x, y = _numbers(self._objects[id_]["pos"])
        return self._point(x, y)

    def _point(self, x: float, y: float) -> Point:
        return _round(x - self._left), _round(self._top - y)


def _with_clear_heads(layout: Layout) -> Layout:
    courses = [each.course for each in layout.lines] + [each.course for each in layout.starts]
    return attrs.evolve(
        layout, frames=tuple(_with_clear_head(each, courses) for each in layout.frames)
    )


def _with_clear_head(frame: PlacedFrame, courses: Iterable[Course]) -> PlacedFrame:
    head = _head(frame)
    far = indent(head, frame.area.right - head.right - _BESIDE, courses)
    return attrs.evolve(frame, indent=frame.indent + far)


def _with_clear_labels(layout: Layout) -> Layout:
    pairs = [(each.label, each.course) for each in layout.lines]
    pairs += [(each.label, each.course) for each in layout.starts]
    moved = iter(
        cleared(
            pairs,
            [*(box.area for box in layout.boxes), *map(_head, layout.frames)],
            Rectangle(0, 0, layout.width, layout.height),
        )
    )
    return attrs.evolve(
        layout,
        lines=tuple(attrs.evolve(each, label=next(moved)) for each in layout.lines),
        starts=tuple(attrs.evolve(each, label=next(moved)) for each in layout.starts),
    )


def _head(frame: PlacedFrame) -> Rectangle:
    """Return what a frame's label covers."""
    across = width(frame.label, _FRAME, bold=True) + _BESIDE
    left = frame.area.x + frame.indent - _BESIDE
    return Rectangle(left, frame.area.y, across, _HEAD + _BESIDE_LABEL)


def _away(control: Point, end: Point) -> Point:
    """Return a spline's last control point far enough away for the arrow's head to lie on it."""
    far = dist(control, end)
    if not 0 < far < _STRAIGHT:
        return control
    share = _STRAIGHT / far
    x, y = (e + (c - e) * share for c, e in zip(control, end, strict=True))
    return _round(x), _round(y)


def _numbers(text: str) -> list[float]:
    return [float(each) for each in text.split(",")]


def _round(length: float) -> float:
    return round(length, 1)
