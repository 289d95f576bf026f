"""Lines that cross are found, and kinds of job are placed so that few do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate.batch import BATCH_JOB
from jobstate.diagrams import Detail, diagram_of
from jobstate.diagrams.graph.detail import reduced
from jobstate.diagrams.layout import graphviz
from jobstate.diagrams.layout.crossings import crossings
from jobstate.diagrams.layout.layout import Course, Layout, PlacedLine, PlacedStart
from jobstate.diagrams.picture import layout_of
from jobstate.errors import ToolFailedError
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from jobstate import Lifecycle
    from jobstate.model.drawing import Point

DIAGRAM = diagram_of(PARCELS)
ARROWS = DIAGRAM.arrows
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def layout(*courses: tuple[tuple[Point, ...], bool]) -> Layout:
    """Return a layout of lines that run so, the last from a start."""
    *lines, start = (Course(points=points, curved=curved) for points, curved in courses)
    return Layout(
        width=100,
        height=100,
        frames=(),
        boxes=(),
        lines=tuple(
            PlacedLine(arrows=(arrow,), course=course)
            for arrow, course in zip(ARROWS, lines, strict=False)
        ),
        starts=(PlacedStart(start=DIAGRAM.starts[0], course=start),),
    )


ACROSS = (((0, 50), (100, 50)), False)
DOWN = (((50, 0), (50, 100)), False)
FAR = (((200, 0), (200, 9)), False)
#: Two halves of a wave through the middle of `ACROSS`.
WAVE = (((0, 0), (0, 100), (40, 100), (50, 51), (60, 0), (100, 0), (100, 100)), True)


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        ((ACROSS, DOWN, FAR), 1),
        ((ACROSS, FAR, DOWN), 1),
        ((ACROSS, (((0, 20), (100, 20)), False), FAR), 0),
        # They touch.
        ((ACROSS, (((50, 50), (50, 100)), False), FAR), 0),
        ((ACROSS, (((0, 40), (30, 60), (61, 40), (91, 60)), False), FAR), 3),
        ((ACROSS, WAVE, FAR), 3),
    ],
)
def test_lines_that_cross(
    courses: tuple[tuple[tuple[Point, ...], bool], ...], expected: int
) -> None:
    """Straight ones and splines, as often as they do; those that touch don't."""
    assert len(crossings(layout(*courses))) == expected


def test_lines_that_share_arrows_join() -> None:
    """They don't cross, wherever they run."""
    crossed = layout(ACROSS, DOWN, FAR)
    shared = tuple(attrs.evolve(line, arrows=ARROWS[:1]) for line in crossed.lines)
    assert crossings(attrs.evolve(crossed, lines=shared)) == []


@needs_dot
@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (PROCESSING_JOB, 0),
        (TRANSFORM_JOB, 0),
        # Two statuses lead to the same three ends, which lead to a third: no plane holds that.
        (TUNING_JOB, 1),
        (BATCH_JOB, 1),
    ],
    ids=lambda it: getattr(it, "name", ""),
)
def test_few_lines_cross(kind: Lifecycle, most: int, detail: Detail) -> None:
    """In the pictures of the kinds that Graphviz places."""
    diagram = reduced(diagram_of(kind), detail)
    assert len(crossings(layout_of(kind, diagram))) <= most


def test_nothing_crosses_on_the_road() -> None:
    """Of a training job, whose plan was made by hand."""
    road = reduced(diagram_of(TRAINING_JOB), Detail.ROAD)
    assert crossings(layout_of(TRAINING_JOB, road)) == []


def test_what_goes_wrong_in_another_try_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first layout stays where no other has fewer crossings, or none is made."""
    first = layout(ACROSS, DOWN, FAR)
    better = layout(ACROSS, FAR, FAR)
    asked: list[str] = []
    failed = ToolFailedError("dot", "failed")
    answers = iter((first, failed, first, first, better, better))

    def laid(_program: str, _diagram: object, free: str = "", **_: object) -> Layout:
        asked.append(free)
        answer = next(answers)
        if not isinstance(answer, Layout):
            raise answer
        return answer

    monkeypatch.setattr(graphviz, "_found", str)
    monkeypatch.setattr(graphviz, "_laid", laid)
    assert graphviz.placed(DIAGRAM) is first
    assert asked == ["", ARROWS[0].id, ARROWS[1].id]
    assert graphviz.placed(DIAGRAM) is better


@needs_dot
def test_what_is_large_is_placed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take too long."""
    monkeypatch.setattr(graphviz, "_SMALL", 3)
    monkeypatch.setattr(graphviz, "_FEW", 99)
    assert len(crossings(graphviz.placed(diagram_of(PROCESSING_JOB)))) == 1
