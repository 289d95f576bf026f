"""The SVG shows the life cycle, all of it and nothing else, and its lines lead where they say."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import attrs
import pytest
from attrs import frozen

from jobstate.diagrams import Detail, Overlay, diagram_of, picture
from jobstate.diagrams.graph.detail import reduced
from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout.by_hand import placed
from jobstate.diagrams.layout.layout import Course, Layout, PlacedLine
from jobstate.diagrams.render.palette import DARK, LIGHT, Theme
from jobstate.diagrams.render.svg.style import Look
from jobstate.diagrams.render.svg.svg import svg
from jobstate.model import Basis
from jobstate.sagemaker import TRAINING_JOB
from tests.diagrams.test_formats import hostile
from tests.support.small import PARCELS, edge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate import Lifecycle
    from jobstate.diagrams import Diagram

SVG = "{http://www.w3.org/2000/svg}"
FEATURES = ("spot", "retry", "plan", "warm_pool", "stop")
#: How far a line's end may be from what it touches: final boxes have a rim around them.
NEAR = 6.0


def tightened() -> Iterator[tuple[str, Lifecycle]]:
    """Yield the life cycle given each set of up to two features, where that makes sense."""
    yield "everything", TRAINING_JOB
    for names in (*itertools.combinations(FEATURES, 1), *itertools.combinations(FEATURES, 2)):
        for values in itertools.product((False, True), repeat=len(names)):
            wanted = dict(zip(names, values, strict=True))
            if not (wanted.get("spot") and (wanted.get("plan") or wanted.get("warm_pool"))):
                yield ", ".join(f"{k}={v}" for k, v in wanted.items()), TRAINING_JOB.given(**wanted)


VARIANTS = dict(tightened())


def laid(lifecycle: Lifecycle, detail: Detail = Detail.ALL) -> Layout:
    """Return the layout by the life cycle's own plan."""
    assert lifecycle.drawing is not None
    layout = placed(reduced(diagram_of(lifecycle), detail), lifecycle.drawing())
    assert layout is not None
    return layout


@pytest.fixture(params=VARIANTS)
def lifecycle(request: pytest.FixtureRequest) -> Lifecycle:
    """Return a training job's life cycle, whole or given some features."""
    return VARIANTS[request.param]


# --- An independent reader --------------------------------------------------------------------


@frozen
class Area:
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Area) -> bool:
        """Return whether another rectangle is inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def distance(self, x: float, y: float) -> float:
        """Return how far a point is from the border."""
        if self.left <= x <= self.right and self.top <= y <= self.bottom:
            return min(x - self.left, self.right - x, y - self.top, self.bottom - y)
        across = max(self.left - x, 0.0, x - self.right)
        down = max(self.top - y, 0.0, y - self.bottom)
        return max(across, down)


def area(element: ET.Element) -> Area:
    """Return where a rectangle is."""
    x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    return Area(x, y, x + width, y + height)


def groups(root: ET.Element, name: str) -> list[ET.Element]:
    """Return the groups of a class."""
    return [each for each in root.iter(f"{SVG}g") if name in each.get("class", "").split()]


def words(element: ET.Element, name: str) -> str:
    """Return the text of the only child of a class, or of that name."""
    found = [each for each in element if each.get("class") == name or each.tag == f"{SVG}{name}"]
    return "".join(found[0].itertext())


def corners(path: str) -> list[tuple[float, float]]:
    """Return the points of a path; a rounded corner is where its two lines would meet."""
    numbers = re.findall(r"([MLQ])((?:-?[\d.]+,-?[\d.]+ ?)+)", path)
    found = []
    for letter, pairs in numbers:
        points = [tuple(map(float, pair.split(","))) for pair in pairs.split()]
        if letter == "Q":
            found.append(points[0])
        elif letter == "M" or path.rstrip().endswith(pairs.strip()):
            found.append(points[-1])
    return found  # type: ignore[return-value]


class Drawn:
    """What a picture of a life cycle shows."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)  # noqa: S314 - our own
        boxes = {each.attrib["id"]: each for each in groups(self.root, "state")}
        self.areas = {
            id_: area(next(rect for rect in box if rect.get("class") == "box"))
            for id_, box in boxes.items()
        }
        self.labels = {id_: words(box, "name") for id_, box in boxes.items()}
        self.names = {id_: words(box, "title").split(":")[0] for id_, box in boxes.items()}
        self.frames = {
            frame: "".join(frame[1][0].itertext()) if len(frame) > 1 else ""
            for frame in groups(self.root, "frame")
        }
        self.lines = [
            each for each in groups(self.root, "line") if each.get("data-arrows") is not None
        ]

    def frame_of(self, id_: str) -> str:
        """Return the label of the frame that a box stands in."""
        (found,) = [
            label
            for frame, label in self.frames.items()
            if label and area(frame[0]).holds(self.areas[id_])
        ]
        return found

    def moves(self) -> set[tuple[str, str, str]]:
        """Return (origin, target, cause) of all lines with heads, by their titles."""
        found = set()
        for line in self.lines:
            if any(each.get("class") == "head" for each in line):
                for said in words(line, "title").split("\n"):
                    ends, causes = said.split(": ", 1)
                    origin, target = ends.split(" → ")
                    for cause in re.findall(r"([\w ]+?)(?: \[[^]]*\])? \((?:doc|obs|inf)", causes):
                        found.add((origin, target, cause.strip()))
        return found


# --- What it shows ----------------------------------------------------------------------------


def test_every_state_is_there(lifecycle: Lifecycle) -> None:
    """In the frame of its primary status, labelled with what a history prints; and no other."""
    drawn = Drawn(svg(diagram_of(lifecycle), laid(lifecycle)))
    expected = sorted(
        (state.primary if state.secondary else region.title, state.visible)
        for region in lifecycle.regions
        for state in region.states
    )
    assert sorted((drawn.frame_of(id_), label) for id_, label in drawn.labels.items()) == expected


def test_every_edge_is_there(lifecycle: Lifecycle) -> None:
    """With its cause, and no other."""
    drawn = Drawn(svg(diagram_of(lifecycle), laid(lifecycle)))
    expected = {
        (edge.origin, edge.target, edge.cause.replace("_", " "))
        for region in lifecycle.regions
        for edge in region.edges
    }
    assert drawn.moves() == expected


@pytest.mark.parametrize("detail", Detail)
def test_lines_lead_where_they_say(lifecycle: Lifecycle, detail: Detail) -> None:
    """From the border of the origin, or a frame around it, without a gap to that of the target."""
    diagram = reduced(diagram_of(lifecycle), detail)
    layout = laid(lifecycle, detail)
    boxes = {box.node.id: box.area for box in layout.boxes}
    around: dict[str, list[Area]] = {
        id_: [Area(each.x, each.y, each.right, each.bottom)] for id_, each in boxes.items()
    }
    for frame in layout.frames:
        border = frame.area
        for id_ in frame.nodes:
            around[id_].append(Area(border.x, border.y, border.right, border.bottom))
    for arrow in diagram.arrows:
        runs = [line.course.points for line in layout.lines if arrow in line.arrows]
        ends = {run[-1] for run in runs}
        begins = [run[0] for run in runs if run[0] not in ends and not on_any(run[0], runs, run)]
        assert len(begins) == 1, arrow
        assert any(each.distance(*begins[0]) <= NEAR for each in around[arrow.origin]), arrow
        heads = [line for line in layout.lines if line.head and arrow in line.arrows]
        assert len(heads) == 1, arrow
        tip = heads[0].course.points[-1]
        assert any(each.distance(*tip) <= NEAR for each in around[arrow.target]), arrow
        for line in layout.lines:
            if arrow in line.arrows and not line.head:
                assert on_any(line.course.points[-1], runs, line.course.points), (arrow, line)


@pytest.mark.parametrize("detail", Detail)
def test_a_frame_speaks_for_all_inside(lifecycle: Lifecycle, detail: Detail) -> None:
    """A line that begins at a frame is drawn for each of the statuses in it, and no other."""
    layout = laid(lifecycle, detail)
    trunks = [line for line in layout.lines if line.trunk]
    assert trunks
    for line in trunks:
        x, y = line.course.points[0]
        frames = [
            set(frame.nodes)
            for frame in layout.frames
            if Area(frame.area.x, frame.area.y, frame.area.right, frame.area.bottom).distance(x, y)
            < 0.1
        ]
        assert {arrow.origin for arrow in line.arrows} in frames, line


def on_any(
    point: tuple[float, float],
    runs: list[tuple[tuple[float, float], ...]],
    but: tuple[tuple[float, float], ...],
) -> bool:
    """Return whether a point lies on one of some lines but its own."""
    x, y = point
    return any(
        min(a, c) <= x <= max(a, c) and min(b, d) <= y <= max(b, d)
        for run in runs
        if run is not but
        for (a, b), (c, d) in itertools.pairwise(run)
    )


def test_what_the_plan_does_not_know() -> None:
    """A state or an edge that is not in the plan is not left out: there is no layout by it."""
    assert TRAINING_JOB.drawing is not None
    drawing = TRAINING_JOB.drawing()
    assert placed(diagram_of(PARCELS), drawing) is None
    more = TRAINING_JOB.evolve(
        add_edges=[
            edge("InProgress/Updating", "InProgress/Pending", "why_not"),
        ]
    )
    assert placed(diagram_of(more), drawing) is None


def test_a_plan_that_would_say_too_much() -> None:
    """Where not every status in a frame has a move, the plan that draws it from the frame is none.

    The move from Starting alone would be drawn from the frame of InProgress by the plan of all.
    """
    assert TRAINING_JOB.drawing is not None
    drawing = TRAINING_JOB.drawing()
    usual = reduced(diagram_of(TRAINING_JOB), Detail.USUAL)
    without = attrs.evolve(drawing, plans=drawing.plans[2:])
    assert placed(usual, drawing) is not None
    assert placed(usual, without) is None
    assert placed(diagram_of(TRAINING_JOB), without) is not None


def test_a_smaller_life_cycle_is_a_smaller_picture() -> None:
    """Bands that `given` leaves empty are taken out."""
    whole, small = laid(TRAINING_JOB), laid(VARIANTS["spot=False, stop=False"])
    assert small.height < 0.75 * whole.height


def test_the_head_has_room() -> None:
    """Title, subtitle and a reason go on in further rows, and what is below moves down."""
    narrow = TRAINING_JOB.given(spot=False, retry=False, plan=False, warm_pool=False, stop=False)
    road = picture(narrow, detail=Detail.ROAD)
    failed = Overlay(title="a job", subtitle="Failed", reason="because " * 40)
    for text, name, rows in (
        (road, "title", 2),
        (road, "subtitle", 2),
        (picture(TRAINING_JOB, overlay=failed), "finding", 2),
    ):
        root = ET.fromstring(text)  # noqa: S314 - our own
        lines = [each for each in root if each.get("class") == name]
        assert len(lines) >= rows
        baselines = [float(each.attrib["y"]) for each in lines]
        assert min(b - a for a, b in itertools.pairwise(baselines)) >= 18
        (drawn,) = (each.attrib["transform"] for each in root if "transform" in each.attrib)
        below = float(drawn.removeprefix("translate(0 ").removesuffix(")"))
        assert below >= baselines[-1] + 16


def legend(diagram: Diagram) -> list[str]:
    """Return what the legend of a picture says."""
    course = Course(points=((0, 0), (9, 0)))
    nodes = {node.id for node in diagram.nodes}
    arrows = [each for each in diagram.arrows if {each.origin, each.target} <= nodes]
    lines = tuple(PlacedLine(arrows=(arrow,), course=course) for arrow in arrows)
    layout = Layout(width=600, height=100, frames=(), boxes=(), lines=lines, starts=())
    root = ET.fromstring(svg(diagram, layout))  # noqa: S314 - our own
    return [str(each.text) for each in root.iter(f"{SVG}text") if each.get("class") == "legend"]


def test_the_legend_says_what_occurs() -> None:
    """What is not in the picture is not in its legend either."""
    diagram = diagram_of(PARCELS)
    assert "lighter: only inferred" in legend(diagram)
    assert "final: nothing runs any more" in legend(diagram)
    firm = tuple(arrow for arrow in diagram.arrows if arrow.basis is not Basis.INFERRED)
    open_ = tuple(node for node in diagram.nodes if not node.final)
    assert "lighter: only inferred" not in legend(attrs.evolve(diagram, arrows=firm))
    assert "final: nothing runs any more" not in legend(attrs.evolve(diagram, nodes=open_))
    assert legend(attrs.evolve(diagram, nodes=(), arrows=(), kinds=())) == []


def test_what_reopens_and_what_is_steady() -> None:
    """Each has a border of its own, and its line in the legend; and only then."""
    diagram = diagram_of(TRAINING_JOB)
    said = {"final, but may be reopened", "steady: what one waits for"}
    assert said.isdisjoint(legend(diagram))
    ends = [node for node in diagram.nodes if node.final]
    nodes = {node.id: node for node in diagram.nodes}
    nodes[ends[0].id] = attrs.evolve(ends[0], reopens=True)
    nodes[diagram.nodes[0].id] = attrs.evolve(diagram.nodes[0], steady=True)
    marked = attrs.evolve(diagram, nodes=tuple(nodes.values()))
    assert said <= set(legend(marked))
    assert TRAINING_JOB.drawing is not None
    layout = placed(marked, TRAINING_JOB.drawing())
    assert layout is not None
    classes = dict(re.findall(r'<g id="(s_\w+)" class="(state [^"]*)"', svg(marked, layout)))
    assert [key for key, names in classes.items() if "reopens" in names] == [ends[0].id]
    assert [key for key, names in classes.items() if "steady" in names] == [diagram.nodes[0].id]


def test_a_line_of_no_length() -> None:
    """An engine may put both ends in the same place; that is a point, and no error."""
    course = Course(points=((5, 5), (5, 5)))
    assert shapes.path(course, 7) == "M5,5 L5,5"
    assert shapes.head(course, 9) == "5,5 5,5 5,5"


# --- How it looks -----------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    ]
    return sum(share * each for share, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(theme: Theme) -> None:
    """All text has 4.5 : 1 on all that it stands on; faint lines can still be seen."""
    grounds = [theme.paper, theme.box, *(ink.wash for ink in theme.inks.values())]
    texts = [theme.text, theme.quiet, *(ink.firm for ink in theme.inks.values())]
    low = {(a, b): contrast(a, b) for a in texts for b in grounds if contrast(a, b) < 4.5}
    assert low == {}
    for ink in theme.inks.values():
        # On a capsule of that colour stands text in the colour of the paper.
        assert contrast(ink.firm, theme.paper) >= 4.5
        assert 1.5 <= contrast(ink.faint, theme.paper) < contrast(ink.firm, theme.paper)


def test_kinds_differ_without_colours() -> None:
    """No two kinds of lines look the same to who sees no colours, but those without a mark."""
    assert TRAINING_JOB.drawing is not None
    kinds = TRAINING_JOB.drawing().kinds
    looks = [(kind.colour, kind.dash) for kind in kinds]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("look", Look)
def test_looks(look: Look) -> None:
    """Only the automatic one asks the reader's system."""
    text = svg(diagram_of(TRAINING_JOB), laid(TRAINING_JOB), look=look)
    assert ("prefers-color-scheme" in text) is (look is Look.AUTO)
    for theme, other in ((DARK, Look.LIGHT), (LIGHT, Look.DARK)):
        assert (f".paper {{fill: {theme.paper};}}" in text) is (look is not other)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_hostile_names_are_text() -> None:
    """Nothing unseen reaches the file, nothing breaks out of a text, and all of it is drawn."""
    lifecycle = hostile()
    text = picture(lifecycle)
    assert all(line.isprintable() for line in text.split("\n"))
    drawn = Drawn(text)
    assert len(drawn.labels) == sum(len(region.states) for region in lifecycle.regions)
    tags = {each.tag.removeprefix(SVG) for each in drawn.root.iter()}
    assert tags <= {
        *("svg", "title", "desc", "style", "g", "rect", "text", "tspan", "circle", "path"),
        "polygon",
    }
    assert {name for each in drawn.root.iter() for name in each.attrib} <= {
        *("viewBox", "width", "height", "role", "aria-labelledby", "id", "class", "x", "y", "dx"),
        *("rx", "r", "cx", "cy", "d", "points", "transform", "data-arrows", "text-anchor"),
    }


def test_the_hash_seed_does_not_matter() -> None:
    """Every process draws the same."""
    program = (
        "from jobstate.diagrams import picture; from jobstate.sagemaker import TRAINING_JOB;"
        "import hashlib; print(hashlib.sha256(picture(TRAINING_JOB).encode()).hexdigest())"
    )
    found = {
        subprocess.run(  # noqa: S603 - a fixed program
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
