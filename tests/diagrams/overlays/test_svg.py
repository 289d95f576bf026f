"""What is laid over the SVG: numbers, chips, breaks, the time line and what was found wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from jobstate.diagrams import diagram_of, picture
from jobstate.diagrams.layout.layout import Course, Layout, PlacedBox, PlacedLine, Rectangle
from jobstate.diagrams.overlays.overlay import (
    Break,
    Chip,
    Mark,
    Overlay,
    OverlaySign,
    OverlayTable,
    Strip,
    StripPiece,
)
from jobstate.diagrams.render.svg.strip import Scale, ticks
from jobstate.diagrams.render.svg.svg import svg
from jobstate.diagrams.stages import TITLES, Stage
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCELS

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>]]>--&amp;\"'"
STARTING, DOWNLOADING = "s_InProgress_Starting", "s_InProgress_Downloading"
FIRST = "a_InProgress_Starting_to_InProgress_Downloading"
#: Two arrows that share a trunk and have no line of their own.
FAILURES = ("a_InProgress_Training_to_Failed_Failed", "a_InProgress_Starting_to_Failed_Failed")
STRIP = Strip(
    begin=datetime(2026, 11, 24, 23, 59, 17, tzinfo=UTC),
    seconds=100.0,
    stays=(
        StripPiece(node=STARTING, label="Starting", begin=0, end=90, number=1, stage=Stage.BEFORE),
        StripPiece(
            node=None,
            label="Hibernating",
            begin=90,
            end=90.5,
            number=2,
            alarm="illegal-pair",
            stage=Stage.STRANGE,
        ),
        StripPiece(
            node=DOWNLOADING,
            label="Downloading",
            begin=90.5,
            end=100,
            open=True,
            number=3,
            stage=Stage.BEFORE,
        ),
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
    """An arrow that was taken has its numbers, and its cause beside it; no other has."""
    root = drawn(arrows={FIRST: Mark(text="2 6", numbers=(2, 6), count=2)})
    assert texts(root, "pill") == ["2 6"]
    assert texts(root, "label") == ["instances ready"]


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
        DOWNLOADING: Chip(corner="now", now=True, alarm="illegal-pair", stage=Stage.BEFORE),
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
            Break(origin=DOWNLOADING, target=STARTING, numbers=(4,), rule="illegal-transition"),
            Break(origin=None, target=DOWNLOADING, numbers=(1,), rule="illegal-start"),
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


def test_frames() -> None:
    """What is shown and is no state stands at the frame of its primary status."""
    chip = Chip(corner="now: InProgress/Completed", now=True, alarm="illegal-pair")
    diagram = diagram_of(TRAINING_JOB)
    frame = next(group.id for group in diagram.groups if group.label == "InProgress")
    root = drawn(frames={frame: chip})
    assert texts(root, "chip") == ["now: InProgress/Completed", "illegal-pair"]
    (drawn_frame,) = [each for each in groups(root, "frame") if each.get("id") == frame]
    assert {"now", "bad"} <= set(str(drawn_frame.get("class")).split())


def pieces(root: ET.Element) -> list[tuple[float, float]]:
    """Return where the pieces of a time line begin and end, with the gap to the next one."""
    found = []
    for stay in groups(root, "stay"):
        (area,) = [each for each in stay if "piece" in str(each.get("class"))]
        left = float(area.attrib["x"])
        found.append((left, left + float(area.attrib["width"]) + 1))
    return found


def test_the_time_line() -> None:
    """Every stay is on it, in the colour of its stage; a short one is wide enough to be seen."""
    root = drawn(strip=STRIP)
    stays = groups(root, "stay")
    widths = [end - begin for begin, end in pieces(root)]
    assert widths[0] / widths[2] == pytest.approx(90 / 9.5, rel=0.01)
    assert widths[1] == pytest.approx(18, abs=0.2)
    assert [each[0].text for each in stays] == [
        "1: Starting, 1m 30s",
        "2: Hibernating, < 1s; illegal-pair",
        "3: Downloading, 10s so far",
    ]
    assert stays[1][1].get("class") == "piece stage-strange"
    assert ["bad" in str(each.get("class")) for each in stays] == [False, True, False]
    assert texts(root, "chip") == ["1 Starting", "2", "3 Downloading"]
    assert texts(root, "tick-text")[-1] == (
        "in UTC, from 2026-11-24 23:59:17 to 2026-11-25 00:00:57;"
        " 1 short stay is drawn wider than to scale"
    )
    said = [TITLES[stage] for stage in (Stage.BEFORE, Stage.STRANGE)]
    assert texts(root, "legend")[-2:] == said


def test_ticks_stand_where_they_belong() -> None:
    """However wide stays are drawn, a tick is within the stay during which it was."""
    root = drawn(strip=STRIP)
    marks = [each for each in root.iter(f"{SVG}path") if each.get("class") == "tick"]
    places = [float(each.attrib["d"][1:].partition(",")[0]) for each in marks]
    assert len(places) == 10
    for (seconds, _), x in zip(ticks(STRIP.begin, STRIP.seconds), places, strict=True):
        (inside,) = [
            (left + (right - left) * (seconds - stay.begin) / (stay.end - stay.begin))
            for stay, (left, right) in zip(STRIP.stays, pieces(root), strict=True)
            if stay.begin <= seconds < stay.end
        ]
        assert x == pytest.approx(inside, abs=0.2)
    said = texts(root, "tick-text")
    assert said[:5] == ["23:59:20", "23:59:30", "23:59:40", "23:59:50", "2026-11-25"]


@pytest.mark.parametrize(
    ("seconds", "first", "step"),
    [
        (5, "10:58:51", 1),
        (100, "10:59:00", 10),
        (600, "10:59", 60),
        (6_000, "11:00", 600),
        (40_000, "11:00", 3_600),
        (400_000, "12:00", 43_200),
        (1_000_000, "2026-03-05", 86_400),
        (1e12, "4707-11-29", None),
    ],
)
def test_ticks_are_round(seconds: float, first: str, step: int | None) -> None:
    """At most a dozen; each is a whole second, minute, hour or day of UTC."""
    begin = datetime(2026, 3, 4, 12, 58, 50, 250_000, tzinfo=timezone(timedelta(hours=2)))
    found = list(ticks(begin, seconds))
    assert 1 <= len(found) <= 12
    assert found[0][1].startswith(first)
    if step is not None:
        assert {after - before for (before, _), (after, _) in pairwise(found)} == {step}
        for at, _ in found:
            moment = begin + timedelta(seconds=at)
            assert moment.timestamp() % step == 0


def test_very_many_stays() -> None:
    """All are on the line, each as wide as there is room."""
    stays = tuple(
        StripPiece(node=None, label="x", begin=at, end=at + 1, number=at + 1) for at in range(1000)
    )
    root = drawn(strip=Strip(begin=STRIP.begin, seconds=1_000.0, stays=stays))
    found = pieces(root)
    assert len(found) == 1000
    assert found[-1][1] < float(root.attrib["width"])


def test_nothing_between_stays() -> None:
    """What lies between two stays has its room, and a stay of no length too."""
    stays = (
        StripPiece(node=None, label="a", begin=0, end=40, number=1),
        StripPiece(node=None, label="b", begin=60, end=100, number=2),
        StripPiece(node=None, label="c", begin=100, end=100, number=3),
    )
    scale = Scale(Strip(begin=STRIP.begin, seconds=100.0, stays=stays), 0.0, 1018.0)
    found = [scale.stay(place) for place in range(3)]
    assert found == [(0.0, 400.0), (600.0, 1000.0), (1000.0, 1018.0)]
    assert (scale.of(50), scale.of(100), scale.widened) == (500.0, 1000.0, 1)


def test_a_time_line_of_no_length() -> None:
    """A job that has just begun has one all the same."""
    stay = StripPiece(node=STARTING, label="Starting", begin=0, end=0, open=True, number=1)
    last = datetime.max.replace(tzinfo=UTC)
    for begin in (STRIP.begin, last):
        root = drawn(strip=Strip(begin=begin, seconds=0.0, stays=(stay,)))
        assert len(groups(root, "stay")) == 1


def test_signs() -> None:
    """The legend has those signs that the overlay names, in its words, and no kind not taken."""
    signs = {sign: f"means {sign}" for sign in OverlaySign}
    root = drawn(signs=signs, arrows={FIRST: Mark(text="1")})
    said = texts(root, "legend")
    assert [each for each in said if each.startswith("means")] == [*signs.values()]
    assert said[0] == "the usual road"
    assert "failure" not in said


def test_tables() -> None:
    """A table stands under the picture, or instead of it."""
    table = OverlayTable(
        title="Jobs", head=("status", "now"), rows=(("Training", "12"), ("all", "13"))
    )
    root = drawn(tables=(table,))
    assert texts(root, "table-title") == ["Jobs"]
    assert texts(root, "head-cell") == ["status", "now"]
    assert texts(root, "cell") == ["Training", "12", "all", "13"]
    assert groups(root, "state")
    alone = drawn(tables=(table,), instead=True)
    assert texts(alone, "cell") == texts(root, "cell")
    assert groups(alone, "state") == groups(alone, "legend-of-lines")[:0]
    assert float(alone.attrib["height"]) < 300


def test_findings() -> None:
    """They stand below, long ones on several lines, many of them counted; the footer is last."""
    long = "word " * 100
    root = drawn(findings=(long, *["short"] * 13), footer="the end")
    said = texts(root, "finding")
    assert len(said) > 13
    assert " ".join(said).count("word") == 100
    assert said[-1] == "✗ and 2 more"
    assert texts(root, "legend")[0] == "the end"
    height = float(root.attrib["height"])
    assert all(float(each.get("y", 0)) < height for each in root.iter(f"{SVG}text"))


def test_hostile_texts() -> None:
    """Whatever a job is called, the picture is well-formed and shows it."""
    overlay = Overlay(
        title=HOSTILE,
        subtitle=HOSTILE,
        arrows={FIRST: Mark(text=HOSTILE)},
        nodes={STARTING: Chip(text=HOSTILE, corner=HOSTILE, alarm=HOSTILE)},
        breaks=(Break(origin=None, target=STARTING, numbers=(1,), rule=HOSTILE),),
        findings=(HOSTILE,),
        strip=Strip(
            begin=STRIP.begin,
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


def test_a_strip_at_the_end_of_time() -> None:
    """No calendar goes on behind it."""
    stay = StripPiece(node=None, label="x", begin=0, end=9e9, number=1, stage=Stage.STRANGE)
    begin = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    root = drawn(strip=Strip(begin=begin, seconds=9e9, stays=(stay,)))
    said = [each.text or "" for each in root.iter(f"{SVG}text")]
    assert any(each.startswith("in UTC, from 9999-12-31 23:59:59 to 9999-12-31") for each in said)


def test_a_fleet_at_small_boxes() -> None:
    """Where jobs are is told shortly there, beside the name; at frames nothing else is told."""
    root = drawn(
        nodes={"s_Stopping_Downloading": Chip(corner="12 of 40 · 30%")},
        frames={"g_InProgress": Chip(corner="now: InProgress/Hibernating")},
    )
    said = {each.text for each in root.iter(f"{SVG}text")}
    assert {"12", "now: InProgress/Hibernating"} <= said
    assert "12 of 40 · 30%" not in said
