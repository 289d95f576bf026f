"""Graphviz places any life cycle: all of it, each thing once, and nothing covers another."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from jobstate.diagrams import diagram_of
from jobstate.diagrams.layout.graphviz import placed
from jobstate.diagrams.layout.labels import area_of, cleared
from jobstate.diagrams.layout.layout import Course, Label, Rectangle
from jobstate.diagrams.layout.text_width import width
from jobstate.errors import ToolFailedError, ToolMissingError
from tests.diagrams.test_formats import LIFECYCLES
from tests.support.random_diagrams import random_diagram
from tests.support.small import PARCELS, edge, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate.diagrams.graph.graph import Diagram
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.model.drawing import Point

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")

DIAGRAMS = {name: diagram_of(each) for name, each in LIFECYCLES.items()}
DIAGRAMS |= {f"random {seed}": random_diagram(seed) for seed in range(40)}
#: How far an end may be from the border that it touches: a final state has a rim, dot rounds.
NEAR = 5.5
#: Coordinates have one decimal.
ROUNDED = 0.11


@pytest.fixture(scope="module", params=DIAGRAMS)
def pair(request: pytest.FixtureRequest) -> tuple[Diagram, Layout]:
    """Return a diagram and its layout."""
    diagram = DIAGRAMS[request.param]
    return diagram, placed(diagram)


# --- All of it, once ------------------------------------------------------------------------------


@needs_dot
def test_everything_once(pair: tuple[Diagram, Layout]) -> None:
    """Each frame, state, start and arrow has one place; each line ends with a head."""
    diagram, layout = pair
    assert [frame.id for frame in layout.frames] == [group.id for group in diagram.groups]
    assert [box.node for box in layout.boxes] == list(diagram.nodes)
    assert [placed.start for placed in layout.starts] == list(diagram.starts)
    drawn = [arrow.id for line in layout.lines for arrow in line.arrows]
    assert sorted(drawn) == sorted(arrow.id for arrow in diagram.arrows)
    assert all(line.head for line in layout.lines)


@needs_dot
def test_what_shares_a_line(pair: tuple[Diagram, Layout]) -> None:
    """Only arrows of one kind, from every state of a frame to one state outside."""
    diagram, layout = pair
    frame_of = {node.id: node.group for node in diagram.nodes}
    for line in layout.lines:
        if not line.trunk:
            assert len(line.arrows) == 1
            continue
        (frame,) = {frame_of[arrow.origin] for arrow in line.arrows}
        (target,) = {arrow.target for arrow in line.arrows}
        assert {arrow.origin for arrow in line.arrows} == {
            node.id for node in diagram.nodes if node.group == frame
        }
        assert len({arrow.kind for arrow in line.arrows}) == 1
        assert frame_of[target] != frame
        assert len(line.arrows) > 1


@needs_dot
def test_labels_say_it_all(pair: tuple[Diagram, Layout]) -> None:
    """Each cause of a line's arrows stands beside it, once, as it is, a line each."""
    _, layout = pair
    for line in layout.lines:
        said = line.label.lines if line.label else ()
        asked = {label for arrow in line.arrows for label in arrow.labels if label.strip()}
        assert sorted(said) == sorted(asked)
    for start in layout.starts:
        assert (start.label.lines if start.label else ()) == tuple(
            filter(None, [start.start.label])
        )


# --- Where it stands ------------------------------------------------------------------------------


@needs_dot
def test_boxes_stand_in_their_frames(pair: tuple[Diagram, Layout]) -> None:
    """With their texts inside, under the frame's label; no frame or box meets another."""
    _, layout = pair
    for frame in layout.frames:
        boxes = [box for box in layout.boxes if box.node.id in frame.nodes]
        assert {box.node.group for box in boxes} == {frame.id}
        assert all(is_inside(box.area, frame.area) for box in boxes)
        assert all(box.area.y > frame.area.y + 22 for box in boxes)
        assert frame.area.width > width(frame.label, 15, bold=True) + 14
    for box in layout.boxes:
        assert width(box.node.label, 16, bold=True) < box.area.width - 16
        assert width(box.node.meaning, 12) < box.area.width - 16
    for areas in ([box.area for box in layout.boxes], [frame.area for frame in layout.frames]):
        assert overlaps(areas, areas) == []


@needs_dot
def test_labels_cover_nothing(pair: tuple[Diagram, Layout]) -> None:
    """No label lies on a box, on a frame's label or on another label."""
    _, layout = pair
    labels = list(label_areas(layout))
    heads = [
        Rectangle(each.area.x + each.indent, each.area.y, width(each.label, 15, bold=True), 22)
        for each in layout.frames
    ]
    assert overlaps(labels, [box.area for box in layout.boxes]) == []
    assert overlaps(labels, heads) == []
    assert overlaps(labels, labels) == []


@needs_dot
def test_everything_is_in_the_picture(pair: tuple[Diagram, Layout]) -> None:
    """The picture is as large as what it holds, and begins at 0."""
    _, layout = pair
    picture = Rectangle(0, 0, layout.width, layout.height)
    areas = [frame.area for frame in layout.frames] + [box.area for box in layout.boxes]
    areas += label_areas(layout)
    assert all(is_inside(area, picture) for area in areas)
    for course in courses(layout):
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in ends(course))


@needs_dot
def test_lines_join_what_they_say(pair: tuple[Diagram, Layout]) -> None:
    """From the border of the state, or of the frame, to the border of the state."""
    diagram, layout = pair
    areas = {box.node.id: box.area for box in layout.boxes}
    areas |= {frame.id: frame.area for frame in layout.frames}
    frame_of = {node.id: node.group for node in diagram.nodes}
    for line in layout.lines:
        first = line.arrows[0]
        begin, end = ends(line.course)
        assert is_at_border(end, areas[first.target])
        assert is_at_border(begin, areas[frame_of[first.origin] if line.trunk else first.origin])
    for start in layout.starts:
        begin, end = ends(start.course)
        assert is_at_border(end, areas[start.start.target])
        assert not any(is_inside(Rectangle(*begin, 0, 0), box.area) for box in layout.boxes)


@needs_dot
def test_lines_are_splines(pair: tuple[Diagram, Layout]) -> None:
    """A point, then three for each piece; the last piece has room for the arrow's head."""
    _, layout = pair
    for course in courses(layout):
        assert course.curved
        assert len(course.points) % 3 == 1
        (x, y), (to_x, to_y) = course.points[-2:]
        assert (x - to_x) ** 2 + (y - to_y) ** 2 > 14**2


@needs_dot
def test_reading_order() -> None:
    """A line of states stands in the life cycle's order, whatever leads back."""
    names = ("a", "b", "c", "d")
    back = [edge(one, other, "back") for one in names for other in names if one > other]
    onward = [edge("packed", "a"), edge("a", "b"), edge("b", "c"), edge("c", "d")]
    lifecycle = PARCELS.evolve(
        add_states=[state(name) for name in names], add_edges=[*back, *onward, edge("d", "sent")]
    )
    layout = placed(diagram_of(lifecycle))
    left = {box.node.name: box.area.x for box in layout.boxes}
    assert left["packed"] < left["a"] < left["b"] < left["c"] < left["d"]


@needs_dot
def test_a_line_back_to_another_frame() -> None:
    """What leads from all states of a frame against the reading order begins at the frame too."""
    diagram = evolve(
        DIAGRAMS["parcels"],
        groups=tuple(evolve(DIAGRAMS["parcels"].groups[0], id=each) for each in ("g_1", "g_2")),
    )
    first, *others = diagram.nodes
    nodes = (evolve(first, group="g_1"), *(evolve(each, group="g_2") for each in others))
    arrows = tuple(
        evolve(diagram.arrows[0], id=f"a_{each.id}", origin=each.id, target=first.id)
        for each in others
    )
    layout = placed(evolve(diagram, nodes=nodes, arrows=arrows))
    (line,) = layout.lines
    assert line.trunk
    begin, end = ends(line.course)
    assert is_at_border(begin, layout.frames[1].area)
    assert is_at_border(end, layout.boxes[0].area)


@needs_dot
def test_no_text_reaches_graphviz(tmp_path: Path) -> None:
    """It is told ids and sizes: no name can be read as something else."""
    seen = tmp_path / "seen"
    program = fake(tmp_path, f"open({str(seen)!r}, 'wb').write(sys.stdin.buffer.read())")
    with pytest.raises(ToolFailedError):
        placed(DIAGRAMS["hostile"], program=program)
    text = seen.read_text(encoding="ascii")
    assert "s_end_x_y" in text
    assert not any(each in text for each in ("<script", "alert(", "%%{init", "\\", "&", "[*]"))


# --- The same each time ---------------------------------------------------------------------------


@pytest.mark.once
@needs_dot
def test_same_each_time() -> None:
    """A diagram has one layout."""
    for diagram in DIAGRAMS.values():
        assert placed(diagram) == placed(diagram)


@needs_dot
def test_same_under_any_hash_seed() -> None:
    """In every process."""
    program = (
        "from jobstate.diagrams import diagram_of\n"
        "from jobstate.diagrams.layout.graphviz import placed\n"
        "from jobstate.sagemaker import TRAINING_JOB\n"
        "print(placed(diagram_of(TRAINING_JOB)))\n"
    )
    printed = {
        subprocess.run(  # noqa: S603 - a fixed program
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1
    assert len(printed.pop()) > 10_000


# --- Labels that covered something ----------------------------------------------------------------

ROOM = Rectangle(0, 0, 400, 200)
LEVEL = Course(points=((20, 100), (140, 100), (260, 100), (380, 100)), curved=True)


def label(x: float, y: float) -> Label:
    """Return a label of two lines."""
    return Label(lines=("failure", "no capacity"), x=x, y=y, anchor="middle")


def test_a_free_label_stays() -> None:
    """Where it covers nothing it is left alone; lines without a label are passed over."""
    assert cleared([(None, LEVEL), (label(200, 60), LEVEL)], [], ROOM) == [None, label(200, 60)]


def test_a_label_moves_along_its_line() -> None:
    """To the nearest place where it covers nothing."""
    box = Rectangle(170, 0, 60, 200)
    (moved,) = cleared([(label(200, 60), LEVEL)], [box], ROOM)
    assert moved is not None
    area = area_of(moved)
    assert overlaps([area], [box]) == []
    assert is_inside(area, ROOM)
    assert abs(area.middle[0] - 200) < 60 / 2 + area.width / 2 + 25


def test_a_label_goes_off_lines() -> None:
    """Its own or another: to the nearest place that is on none; with too many lines it stays."""
    upright = Course(points=((200, 0), (200, 40), (200, 80), (200, 120)), curved=True)
    (moved,) = cleared([(label(200, 60), upright)], [], ROOM)
    assert moved is not None
    across = area_of(moved)
    assert across.right < 200 or across.x > 200
    assert abs(moved.y - 60) < 15
    crowd = [(label(200, 60), upright), *([(None, upright)] * 60)]
    assert cleared(crowd, [], ROOM)[0] == label(200, 60)


def test_two_labels_part() -> None:
    """Neither covers the other."""
    one, other = cleared([(label(200, 60), LEVEL), (label(200, 60), LEVEL)], [], ROOM)
    assert one is not None
    assert other is not None
    assert overlaps([area_of(one)], [area_of(other)]) == []


def test_a_label_without_a_free_place_stays() -> None:
    """Better there than far from its line."""
    assert cleared([(label(200, 60), LEVEL)], [ROOM], ROOM) == [label(200, 60)]


# --- Errors ---------------------------------------------------------------------------------------


def test_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error says what to install, and what goes without."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JOBSTATE_DOT", raising=False)
    with pytest.raises(ToolMissingError, match=r"'dot'.*apt install graphviz.*mermaid"):
        placed(DIAGRAMS["parcels"])
    with pytest.raises(ToolMissingError, match="'/no/such/dot'"):
        placed(DIAGRAMS["parcels"], program="/no/such/dot")


def test_the_environment_names_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unless an argument does."""
    monkeypatch.setenv("JOBSTATE_DOT", fake(tmp_path, "sys.exit('the one that was named')"))
    with pytest.raises(ToolFailedError, match="the one that was named"):
        placed(DIAGRAMS["parcels"])
    with pytest.raises(ToolMissingError):
        placed(DIAGRAMS["parcels"], program="/no/such/dot")


def test_a_program_that_fails(tmp_path: Path) -> None:
    """What it said is shown, printable and cut, and kept."""
    said = "print('\\x1b[2J' + 'x' * 20_000, file=sys.stderr); sys.exit(3)"
    with pytest.raises(ToolFailedError) as caught:
        placed(DIAGRAMS["parcels"], program=fake(tmp_path, said))
    assert "failed with code 3; it said '\\x1b[2Jxxx" in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1_000
    assert len(caught.value.output) == 10_000


def test_a_program_that_hangs(tmp_path: Path) -> None:
    """It is ended, and the error says how long it was waited for."""
    program = fake(tmp_path, "import time; time.sleep(600)")
    with pytest.raises(ToolFailedError, match=r"took longer than 0\.2 s; draw a smaller"):
        placed(DIAGRAMS["parcels"], program=program, seconds=0.2)


def test_a_program_that_can_t_be_run(tmp_path: Path) -> None:
    """What looks like a program may not be one."""
    program = tmp_path / "dot"
    program.write_bytes(b"#!/no/such/interpreter\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(ToolFailedError, match="can't be run; it said"):
        placed(DIAGRAMS["parcels"], program=str(program))


@pytest.mark.parametrize(
    "answer",
    [
        *("", "Graphviz 99", "[]", "7", "{}", '{"bb": 5}', '{"bb": "0,0,9"}'),
        *('{"bb": "0,0,9,9", "objects": [5]}', '{"bb": "0,0,9,9"}', '{"bb": "0,0,9,x"}'),
    ],
)
def test_an_answer_that_is_no_layout(tmp_path: Path, answer: str) -> None:
    """Nothing is drawn from it."""
    program = fake(tmp_path, f"print({answer!r})")
    with pytest.raises(ToolFailedError, match="answered what can't be read as a layout"):
        placed(DIAGRAMS["parcels"], program=program)


# --- Helpers --------------------------------------------------------------------------------------


def fake(folder: Path, body: str) -> str:
    """Return a program that does this instead of placing anything."""
    path = folder / "fake-dot"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def courses(layout: Layout) -> list[Course]:
    """Return how all lines run, those of the starts too."""
    return [line.course for line in layout.lines] + [start.course for start in layout.starts]


def ends(course: Course) -> tuple[Point, Point]:
    """Return where a line begins and ends."""
    return course.points[0], course.points[-1]


def label_areas(layout: Layout) -> Iterator[Rectangle]:
    """Yield what labels cover: letters are 11 pixels high and reach 3 below the baseline."""
    labels = [line.label for line in layout.lines] + [start.label for start in layout.starts]
    for each in labels:
        if each is not None:
            assert each.anchor == "middle"
            wide = max(width(line, 12) for line in each.lines)
            yield Rectangle(each.x - wide / 2, each.y - 11, wide, 14 * len(each.lines))


def overlaps(some: list[Rectangle], others: list[Rectangle]) -> list[tuple[Rectangle, Rectangle]]:
    """Return which of some rectangles meet which others."""
    return [
        (one, other)
        for one in some
        for other in others
        if one is not other
        and one.x < other.right - ROUNDED
        and other.x < one.right - ROUNDED
        and one.y < other.bottom - ROUNDED
        and other.y < one.bottom - ROUNDED
    ]


def is_inside(inner: Rectangle, outer: Rectangle) -> bool:
    """Return whether a rectangle lies in another."""
    across = outer.x - ROUNDED <= inner.x and inner.right <= outer.right + ROUNDED
    return across and outer.y - ROUNDED <= inner.y and inner.bottom <= outer.bottom + ROUNDED


def is_at_border(point: Point, area: Rectangle) -> bool:
    """Return whether a point lies at the border of a rectangle."""
    x, y = point
    at_side = min(abs(x - area.x), abs(x - area.right)) <= NEAR
    at_top = min(abs(y - area.y), abs(y - area.bottom)) <= NEAR
    between = area.x - NEAR <= x <= area.right + NEAR
    return between and area.y - NEAR <= y <= area.bottom + NEAR and (at_side or at_top)
