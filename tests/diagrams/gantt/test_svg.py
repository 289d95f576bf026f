"""The incident view as SVG: well-formed, everything in it, bars where the times are."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import attrs
import pytest

from jobstate.conformance.answers import read
from jobstate.diagrams import Look, UsualTime, incident, incident_svg
from jobstate.model.observation import Shown
from jobstate.sagemaker import TRAINING_JOB
from tests.diagrams.test_formats import HOSTILE
from tests.support.command import ANSWERS, item
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Iterator

_SVG = "{http://www.w3.org/2000/svg}"
STARTING = (TRAINING_JOB.name, "InProgress/Starting")


def answer(name: str) -> Any:
    """Return an example."""
    return json.loads((ANSWERS / name).read_text(encoding="utf-8"))


def drawn(*names: str, **options: Any) -> ET.Element:
    """Return the picture of some examples."""
    usual = options.pop("usual", None)
    found = incident(TRAINING_JOB, [answer(f"{name}.json") for name in names], usual=usual)
    return ET.fromstring(incident_svg(found, **options))  # noqa: S314 - what was just drawn


def texts(root: ET.Element) -> list[str]:
    """Return all texts, in order."""
    return ["".join(each.itertext()) for each in root.iter(f"{_SVG}text")]


def bars(root: ET.Element) -> Iterator[tuple[str, float, float]]:
    """Yield what is told of each bar, where it begins, and where it ends."""
    for group in root.iter(f"{_SVG}g"):
        title, shape = group.find(f"{_SVG}title"), group.find(f"{_SVG}rect")
        assert title is not None and shape is not None and title.text  # noqa: PT018
        left, wide = float(shape.get("x", "")), float(shape.get("width", ""))
        yield title.text, left, left + wide


def test_what_it_came_to_is_read_first() -> None:
    """The outcome on the first line of the job, why on the next, then what is slow."""
    usual = {STARTING: UsualTime(timedelta(seconds=20), timedelta(minutes=1))}
    said = texts(drawn("failed", usual=usual))
    assert said[0] == "1 job, 2026-10-06 06:00:10 to 06:06:21 UTC"
    assert said[1] == "lighthouse-2026-10-06FAILED (algorithm) after 6m 11s, last in Uploading"
    assert said[2].startswith("“AlgorithmError: ")
    assert "Starting took 1m 38s, usually 20s, at most 1m 00s" in said[:5]
    assert "usually 20s, at most 1m 00s" in said[5:]
    assert any("19 of 20" in each for each in said)


def test_bars_stand_where_the_times_are() -> None:
    """Each as long as its part of the whole, one after the other; what is short can be seen."""
    root = drawn("failed")
    found = [(left, right) for _, left, right in bars(root)]
    lengths = [97.8, 51.0, 212.6, 9.1]
    for (left, right), length in zip(found, lengths, strict=False):
        assert right - left == pytest.approx(630 * length / 370.5, abs=0.2)
    assert all(right - left >= 3 for left, right in found)
    assert found[0][0] == pytest.approx(330)
    assert found[-1][1] == pytest.approx(960, abs=0.5)


def test_links() -> None:
    """With a page, stays and what is wrong lead to the step on it; the console is a link too."""
    root = drawn("broken/illegal-step", page="page.html")
    links = [str(each.get("href")) for each in root.iter(f"{_SVG}a")]
    assert "page.html#lighthouse-broken-2-7" in links
    (wrong,) = (
        each.get("href") for each in root.iter(f"{_SVG}a") if "entry 4" in "".join(each.itertext())
    )
    assert wrong == "page.html#lighthouse-broken-2-4"
    assert any(each.startswith("https://console.aws.amazon.com/") for each in links)
    alone = [str(each.get("href")) for each in drawn("failed").iter(f"{_SVG}a")]
    assert all(each.startswith("https://console.aws.amazon.com/") for each in alone)


def test_a_kind_that_nobody_looks_at() -> None:
    """Jobs without a page in a console have no link to one."""
    assert "<a " not in incident_svg(incident(PARCELS, parcel("at the door", at=7.0)))


def test_many_jobs() -> None:
    """Each is one row: no stay has its own, the longer bars say what they are."""
    names = ("stopped", "failed", "spot-interrupted", "broken/illegal-step", "timed-out")
    root = drawn(*names)
    said = texts(root)
    assert "Training" in said
    assert not any(each == "1" for each in said)
    assert any("nothing happened" in each for each in said)
    tall = float(root.get("height", ""))
    assert tall < 200 * len(names)


def _later(begin: str, seconds: int) -> str:
    return (datetime.fromisoformat(begin) + timedelta(seconds=seconds)).isoformat()


def test_there_are_no_more_bars_than_pixels() -> None:
    """Of ten thousand stays those that share a pixel share a bar; what is wrong is not lost."""
    given = answer("completed.json")
    begin = given["SecondaryStatusTransitions"][0]["StartTime"]
    stays = [
        {"Status": ["Starting", "Pending"][number % 2], "StartTime": _later(begin, number)}
        for number in range(9_999)
    ]
    stays[5_000]["Status"] = "Completed"
    long = given | {"SecondaryStatusTransitions": stays}
    others = [answer(f"{name}.json") for name in ("stopped", "failed", "timed-out")]
    found = incident(TRAINING_JOB, [long, *others])
    root = ET.fromstring(incident_svg(found))  # noqa: S314 - what was just drawn
    told = [title for title, _, _ in bars(root)]
    assert len(told) < 1_300
    assert any("illegal-transition" in each for each in told)
    assert any(", and " in each for each in told)
    opened = ET.fromstring(incident_svg(incident(TRAINING_JOB, long)))  # noqa: S314 - likewise
    assert "… 9,959 more …" in texts(opened)


def test_the_band_of_usual_times() -> None:
    """It begins with the bar; its notch is left out where the axis ends before it."""
    usual = {
        STARTING: UsualTime(timedelta(seconds=37), timedelta(seconds=74)),
        (TRAINING_JOB.name, "InProgress/Training"): UsualTime(
            timedelta(hours=2), timedelta(hours=9)
        ),
    }
    root = drawn("failed", usual=usual)
    shapes = {
        name: [each for each in root.iter(f"{_SVG}rect") if each.get("class") == name]
        for name in ("band", "half")
    }
    assert [len(each) for each in shapes.values()] == [3, 2]  # one each is the legend's
    band, half = shapes["band"][0], shapes["half"][0]
    assert float(band.get("x", "")) == pytest.approx(330)
    assert float(band.get("width", "")) == pytest.approx(630 * 74 / 370.5, abs=0.2)
    assert float(half.get("x", "")) + 1 == pytest.approx(330 + 630 * 37 / 370.5, abs=0.2)


def test_no_time() -> None:
    """What nothing tells the time of has a row without a bar, and alone no axis."""
    seen = attrs.evolve(read(TRAINING_JOB, item("one")), modified=None)
    seen = attrs.evolve(seen, shown={"job": Shown("InProgress", "Training")})
    usual = {(TRAINING_JOB.name, "InProgress/Training"): UsualTime(timedelta(1), timedelta(2))}
    alone = ET.fromstring(incident_svg(incident(TRAINING_JOB, seen, usual=usual)))  # noqa: S314
    assert [*bars(alone)] == []
    timed = read(TRAINING_JOB, item("two") | {"LastModifiedTime": "2026-03-04T05:06:09Z"})
    both = ET.fromstring(incident_svg(incident(TRAINING_JOB, [seen, timed], usual=usual)))  # noqa: S314
    assert len([*bars(both)]) == 1
    shown = {"job": Shown("InProgress", "Training")}
    more = [attrs.evolve(timed, job=attrs.evolve(timed.job, id=f"j-{each}")) for each in range(4)]
    later = attrs.evolve(more[0], shown=shown, modified=None)
    many = incident_svg(incident(TRAINING_JOB, [seen, later, *more[1:]]))
    assert len([*bars(ET.fromstring(many))]) == 3  # noqa: S314 - likewise


@pytest.mark.parametrize("look", Look)
def test_looks(look: Look) -> None:
    """Light and dark, or both; it is the same in every process, and asks for nothing."""
    found = incident(TRAINING_JOB, answer("failed.json"))
    picture = incident_svg(found, look=look)
    assert ("prefers-color-scheme" in picture) == (look is Look.AUTO)
    assert picture == incident_svg(found, look=look)
    assert "url(" not in picture
    assert "<script" not in picture


def test_texts_from_outside() -> None:
    """Whatever a job is told to be, it is text."""
    given = answer("failed.json")
    for evil in (each for each in HOSTILE if each and "\udc80" not in each):
        given["SecondaryStatusTransitions"][1]["Status"] = evil[:60]
        found = incident(TRAINING_JOB, given | {"FailureReason": f"</text><script>{evil}"})
        root = ET.fromstring(incident_svg(found, page="page.html"))  # noqa: S314 - just drawn
        assert not [*root.iter(f"{_SVG}script")]
        assert all(each.isprintable() for each in texts(root))
