"""Legends and looks of DOT and Mermaid: what is explained, what is told apart, where it stands."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate.diagrams import Detail, diagram_of, render
from jobstate.diagrams.render.palette import LIGHT
from jobstate.model.drawing import ArrowKind, Colour, Drawing
from jobstate.sagemaker import TRAINING_JOB
from tests.diagrams.render.test_scxml import two_ways
from tests.support.picture_tools import run
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Lifecycle

_ARROW = re.compile(r'^  (s_\w+) -> (s_\w+) \[(label=".*)\];$', re.MULTILINE)


def test_dot_s_legend_names_every_kind() -> None:
    """In its colour, in the order of the life cycle; and no other."""
    found = re.findall(r'<font color="(#\w{6})">&#8212;&#8212;&#9654; ([^<]*)<', dot(TRAINING_JOB))
    kinds = diagram_of(TRAINING_JOB).kinds
    assert found == [(LIGHT.inks[kind.colour].firm, kind.title) for kind in kinds]


def dot(lifecycle: Lifecycle) -> str:
    """Return a life cycle as DOT."""
    return render(lifecycle, "dot")


def test_dot_s_usual_road_is_wide_and_straight() -> None:
    """Four arrows, and no other."""
    wide = {each[1] for each in _ARROW.finditer(dot(TRAINING_JOB)) if "penwidth" in each[3]}
    assert wide == {
        f"s_InProgress_{each}" for each in ("Starting", "Downloading", "Training", "Uploading")
    }


def test_dot_s_arrows_back_place_nothing() -> None:
    """Else the usual road would wind: Graphviz guesses which arrow of a circle goes back."""
    order = {node.id: number for number, node in enumerate(diagram_of(TRAINING_JOB).nodes)}
    arrows = list(_ARROW.finditer(dot(TRAINING_JOB)))
    assert len(arrows) > 90
    for each in arrows:
        assert ('constraint="false"' in each[3]) == (order[each[2]] < order[each[1]])


def test_titles_of_kinds_are_text(tmp_path: Path) -> None:
    """Whoever draws a life cycle of one's own may call a kind what they like."""
    title = '</table>"&amp; <b>\n]; }'
    kind = ArrowKind(name="k", title=title, colour=Colour.GREY)
    text = dot(attrs.evolve(PARCELS, drawing=lambda: Drawing(kinds=(kind,))))
    assert '&lt;/table&gt;"&amp;amp; &lt;b&gt;\\n]; }</font>' in text
    program = shutil.which("dot")
    if program is None:
        pytest.skip("Graphviz's dot is not installed")
    source = tmp_path / "kinds.dot"
    source.write_text(text, encoding="utf-8")
    assert run(program, "-Tsvg", source, "-o", tmp_path / "kinds.svg") == ""


def note(text: str) -> list[str]:
    """Return the lines of Mermaid's legend."""
    return re.findall(r"^    ([^\n]*)$", text.partition("  note left of ")[2], re.MULTILINE)


def test_mermaid_s_legend_explains_what_occurs() -> None:
    """Every sign that is used, and no other; without any there is no note."""
    assert len(note(render(TRAINING_JOB, "mermaid"))) == 7
    assert note(render(PARCELS, "mermaid")) == [
        "arrow to the end mark: final",
        "cause?: only inferred",
        "[…] what must be so",
    ]
    assert "note" not in render(two_ways(), "mermaid")


@pytest.mark.parametrize("format_", ["mermaid", "plantuml", "dot"])
def test_what_is_left_out_is_said(format_: str) -> None:
    """And what lines from frames mean, where there are any."""
    road, whole = (render(TRAINING_JOB, format_, detail=each) for each in (Detail.ROAD, Detail.ALL))
    assert "left out: 27 statuses and 132 moves" in road
    assert "left out" not in whole
    assert "arrow from a frame: from every status in it" in road
    assert "from frame to frame" not in road
    assert "from frame to frame: to the status of the same name in it" in whole
    assert "frame: " not in render(PARCELS, format_)


def test_mermaid_s_final_states_have_the_colour_of_their_outcome() -> None:
    """Arrows can't have one, states can; text has a colour too, for readers' themes may be dark."""
    text = render(PARCELS, "mermaid")
    assert "  class s_delivered,s_forgotten green\n" in text
    assert "  class s_returned red\n" in text
    styles = re.findall(r"classDef (?:green|red) (.*)", text)
    assert all("fill:#" in each and ",color:#" in each for each in styles)


def test_mermaid_s_large_pictures_are_turned() -> None:
    """Downwards they would be many times wider than a page."""
    assert "  direction TB\n" in render(PARCELS, "mermaid")
    assert "direction TB" not in render(TRAINING_JOB, "mermaid")
