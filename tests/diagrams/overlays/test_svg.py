"""What is laid over the SVG: numbers, chips, breaks, the time line and what was found wrong."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from jobstate.diagrams import diagram_of, picture
from jobstate.diagrams.layout.layout import Course, Layout, PlacedBox, PlacedLine, Rectangle
from jobstate.diagrams.overlays.overlay import Break, Chip, Mark, Overlay, Strip, StripPiece
from jobstate.diagrams.render.svg.svg import svg
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCELS

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>]]>--&amp;\"'"
STARTING, DOWNLOADING = "s_InProgress_Starting", "s_InProgress_Downloading"
FIRST = "a_InProgress_Starting_to_InProgress_Downloading"
#: Two arrows that share a trunk and have no line of their own.
FAILURES = ("a_InProgress_Training_to_Failed_Failed", "a_InProgress_Starting_to_Failed_Failed")
STRIP = Strip(
    begin="2026-11-24 00:00:00 UTC",
    seconds=100.0,
    stays=(
        StripPiece(node=STARTING, label="Starting", begin=0, end=90, number=1),
        StripPiece(
            node=None, label="Hibernating", begin=90, end=90.5, number=2, alarm="illegal-pair"
        ),
        StripPiece(node=DOWNLOADING, label="Downloading", begin=90.5, end=100, open=True, number=3),
    ),
)


def drawn(**changes: object) -> ET.Element:
    """Return a picture with something laid over it."""
    overlay = Overlay(title="job", subtitle="said below", **changes)  # type: ignore[arg-type]
    return ET.fromstring(picture(TRAINING_JOB, overlay=overlay))  # noqa: S314 - our own


def groups(root: ET.Element, name: str) -> list[ET.Element]:
    """Return the groups of a class."""
    return [each for each in root.iter(f"{SVG}g") if name in each.get("class", "").split()]


def texts(root: ET.Element, name: str) -> list[str]:
    """Return the texts of a class."""
    return [
        "".join(each.itertext())
        for each in root.iter(f"{SVG}text")
        if name in each.get("class", "").split()
    ]


def line_of(root: ET.Element, arrow: str) -> ET.Element:
    """Return the line with a head that an arrow is on."""
    (found,) = [
        each
        for each in groups(root, "line")
        if arrow in each.get("data-arrows", "").split()
        and any(part.get("class") == "head" for part in each)
    ]
    return found


def test_numbers() -> None:
    """An arrow that was taken has its numbers, and no cause is printed beside it."""
    root = drawn(arrows={FIRST: Mark(text="2 6", numbers=(2, 6), count=2)})
    assert texts(root, "pill") == ["2 6"]
    assert texts(root, "label") == []


def test_arrows_on_one_line() -> None:
    """What has no line of its own is told together: numbers in order, counts added."""
    way = {FAILURES[0]: Mark(text="7", numbers=(7,)), FAILURES[1]: Mark(text="4", numbers=(4,))}
    assert texts(drawn(arrows=way), "pill") == ["4 7"]
    fleet = {FAILURES[0]: Mark(text="1,000", count=1000), FAILURES[1]: Mark(text="2", count=2)}
    assert texts(drawn(arrows=fleet), "pill") == ["1,002"]
    assert texts(drawn(arrows=dict.fromkeys(FAILURES, Mark())), "pill") == []


@pytest.mark.parametrize(("weight", "width"), [(0.0, "w0"), (0.5, "w5"), (1.0, "w10")])
def test_width(weight: float, width: str) -> None:
    """The more often it was taken, the wider it is."""
    root = drawn(arrows={FIRST: Mark(weight=weight)})
    assert width in str(line_of(root, FIRST).get("class")).split()


def test_what_was_not_taken() -> None:
    """In a job's way it steps back; in a fleet it is dotted: legal, and never seen."""
    way, fleet = drawn(strip=STRIP), drawn()
    assert "dim" in str(line_of(way, FIRST).get("class"))
    assert "unseen" in str(line_of(fleet, FIRST).get("class"))
    assert {each.get("id") for each in groups(fleet, "state")} == {
        each.get("id") for each in groups(fleet, "dim") if "state" in str(each.get("class"))
    }


def test_chips() -> None:
    """Time below, share at the corner, the rule that was broken, and where the job is now."""
    nodes = {
        STARTING: Chip(text="3m · 1%", corner="74%", share=0.5, now=True, alarm="illegal-start"),
        DOWNLOADING: Chip(now=True, alarm="illegal-pair"),
        "s_InProgress_Training": Chip(alarm="illegal-pair"),
    }
    root = drawn(nodes=nodes)
    expected = ["3m · 1%", "74%", "illegal-start", "now", "illegal-pair", "illegal-pair"]
    assert sorted(texts(root, "chip")) == sorted(expected)
    (state,) = [each for each in groups(root, "state") if each.get("id") == STARTING]
    assert {"now", "bad"} <= set(str(state.get("class")).split())
    (share,) = [each for each in state if each.get("class") == "share"]
    assert 0 < float(share.attrib["fill-opacity"]) < 0.5


def test_breaks() -> None:
    """A move that no arrow allows is drawn, with its number; a wrong start comes from nowhere."""
    root = drawn(
        breaks=(
            Break(origin=DOWNLOADING, target=STARTING, number=4, rule="illegal-transition"),
            Break(origin=None, target=DOWNLOADING, number=1, rule="illegal-start"),
        )
    )
    titles = [each[0].text for each in groups(root, "break")]
    assert titles == ["4: illegal-transition", "1: illegal-start"]
    assert texts(root, "pill") == ["4", "1"]


def test_starts() -> None:
    """How often jobs began is told at the beginning."""
    diagram = diagram_of(TRAINING_JOB)
    starts = {diagram.starts[0].id: Mark(text="5,000", count=5000), diagram.starts[1].id: Mark()}
    assert texts(drawn(starts=starts), "pill") == ["5,000"]


def test_the_time_line() -> None:
    """Every stay is on it, as long as it lasted, however short; what is wrong is red."""
    root = drawn(strip=STRIP)
    stays = groups(root, "stay")
    widths = [float(each[1].attrib["width"]) for each in stays]
    assert widths[0] / widths[2] == pytest.approx(90 / 9.5, rel=0.01)
    assert all(width >= 1.5 for width in widths)
    assert [each[0].text for each in stays] == [
        "1: Starting, 1m 30s",
        "2: Hibernating, < 1s; illegal-pair",
        "3: Downloading, 10s so far",
    ]
    assert stays[1][1].get("class") == "chip-red"
    assert texts(root, "tick-text")[0] == STRIP.begin


def test_a_time_line_of_no_length() -> None:
    """A job that has just begun has one all the same."""
    stay = StripPiece(node=STARTING, label="Starting", begin=0, end=0, open=True, number=1)
    root = drawn(strip=Strip(begin="now", seconds=0.0, stays=(stay,)))
    assert len(groups(root, "stay")) == 1


def test_findings() -> None:
    """They stand below, long ones on several lines, many of them counted; the footer is last."""
    long = "word " * 100
    root = drawn(findings=(long, *["short"] * 13), footer="the end")
    said = texts(root, "finding")
    assert len(said) > 13
    assert " ".join(said).count("word") == 100
    assert said[-1] == "✗ and 2 more"
    assert texts(root, "legend")[-1] == "the end"
    height = float(root.attrib["height"])
    assert all(float(each.get("y", 0)) < height for each in root.iter(f"{SVG}text"))


def test_hostile_texts() -> None:
    """Whatever a job is called, the picture is well-formed and shows it."""
    overlay = Overlay(
        title=HOSTILE,
        subtitle=HOSTILE,
        arrows={FIRST: Mark(text=HOSTILE)},
        nodes={STARTING: Chip(text=HOSTILE, corner=HOSTILE, alarm=HOSTILE)},
        breaks=(Break(origin=None, target=STARTING, number=1, rule=HOSTILE),),
        findings=(HOSTILE,),
        strip=Strip(
            begin=HOSTILE,
            seconds=1.0,
            stays=(StripPiece(node=None, label=HOSTILE, begin=0, end=1, alarm=HOSTILE),),
        ),
        footer=HOSTILE,
    )
    text = picture(TRAINING_JOB, overlay=overlay)
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert not list(root.iter(f"{SVG}script"))
    assert "<script" not in text
    assert "".join(root.itertext()).count("<script>alert(1)</script>") >= 12


def test_marks_on_curves() -> None:
    """A line that an engine has bent has its number on it too."""
    diagram = diagram_of(PARCELS)
    arrow = diagram.arrows[0]
    course = Course(points=((0, 0), (50, 0), (50, 100), (100, 100)), curved=True)
    layout = Layout(
        width=300,
        height=200,
        frames=(),
        boxes=(
            PlacedBox(node=diagram.nodes[0], area=Rectangle(150, 20, 80, 40)),
            PlacedBox(node=diagram.nodes[1], area=Rectangle(150, 120, 80, 40)),
        ),
        lines=(PlacedLine(arrows=(arrow,), course=course),),
        starts=(),
    )
    # Of an arrow that is not in the picture nothing is shown.
    marks = {arrow.id: Mark(text="12"), "a_elsewhere": Mark(text="13")}
    overlay = Overlay(title="a", subtitle="b", arrows=marks)
    root = ET.fromstring(svg(diagram, layout, overlay=overlay))  # noqa: S314 - our own
    assert texts(root, "pill") == ["12"]
    (line,) = [each for each in groups(root, "line") if each.get("data-arrows") == arrow.id]
    assert "C" in next(each for each in line if each.get("class") == "stroke").attrib["d"]
