"""The incident view on the page, and the replay through time, by hand, by eye and on paper."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from jobstate.diagrams import UsualTime, html, incident, incident_svg, incident_text
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from tests.support import axe, chromium, corpus_series
from tests.support.command import ANSWERS
from tests.support.watched_page import PHONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.watched_page import Watched

in_chromium = pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())

pytestmark = pytest.mark.once

COPIES = {"permissions": ["clipboard-read", "clipboard-write"]}
USUAL = {
    (TRAINING_JOB.name, f"InProgress/{status}"): UsualTime(
        timedelta(seconds=half), timedelta(seconds=most)
    )
    for status, half, most in (("Starting", 90.5, 240), ("Training", 1_800, 5_700))
}
SPOT, BROKEN = "lighthouse-spot-3", "lighthouse-broken-2"


def answer(name: str) -> Any:
    """Return an example."""
    return json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))


JOBS = [answer(name) for name in ("spot-interrupted", "broken/illegal-step", "failed")]


def long_job(count: int) -> dict[str, Any]:
    """Return a job with so many stays, a minute each, one of which can't be."""
    begin = datetime(2026, 10, 1, 6, tzinfo=UTC)
    names = ["Starting", "Pending"]
    stays = [
        {
            "Status": names[number % 2],
            "StartTime": (begin + timedelta(minutes=number)).isoformat(),
            "EndTime": (begin + timedelta(minutes=number + 1)).isoformat(),
        }
        for number in range(count)
    ]
    stays[-1].pop("EndTime")
    stays[count // 2]["Status"] = "Uploading"
    job: dict[str, Any] = answer("completed")
    return job | {
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": names[(count - 1) % 2],
        "CreationTime": begin.isoformat(),
        "LastModifiedTime": (begin + timedelta(minutes=count)).isoformat(),
        "SecondaryStatusTransitions": stays,
    }


@pytest.fixture(name="file")
def page_with_jobs(tmp_path: Path) -> Path:
    """Return a page that opens with three jobs."""
    path = tmp_path / "page.html"
    path.write_text(html(TRAINING_JOB, JOBS, usual=USUAL), encoding="utf-8")
    return path


@pytest.fixture(scope="module", name="empty")
def page_without_jobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page without jobs that knows usual times."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(html(TRAINING_JOB, usual=USUAL), encoding="utf-8")
    return path


def copied(watched: Watched, what: str) -> str:
    """Return what is copied."""
    watched.page.click("#to-incident")
    watched.page.click(f"#copy-{what}")
    watched.page.locator("#live", has_text="Copied.").wait_for(state="attached")
    watched.page.evaluate("() => { document.getElementById('live').textContent = ''; }")
    return str(watched.page.evaluate("() => navigator.clipboard.readText()"))


# --- The incident view ----------------------------------------------------------------------------


@in_chromium
def test_it_opens_with_the_incident(opened: Callable[..., Watched], file: Path) -> None:
    """What was given is judged and told, what failed first."""
    page = opened(file)
    assert not page.page.is_visible("#picture")
    heads = page.page.locator("#gantt .head").all_text_contents()
    assert [each.split(" ")[0] for each in heads] == [
        *("lighthouse-2026-10-06FAILED", f"{BROKEN}succeeded", f"{SPOT}succeeded")
    ]
    assert "Starting took 45m 12s, usually 1m 31s, at most 4m 00s" in page.text("#gantt")
    page.page.click("#to-life-cycle")
    assert page.page.is_visible("#picture")
    assert page.page.get_attribute("#to-life-cycle", "aria-pressed") == "true"


@in_chromium
def test_the_page_tells_what_python_tells(opened: Callable[..., Watched], empty: Path) -> None:
    """The text is the same to the letter: of examples, of what is broken, of real jobs."""
    names = sorted(path.relative_to(ANSWERS).with_suffix("") for path in ANSWERS.rglob("*.json"))
    cases: list[Any] = [answer(str(name)) for name in names if name.name not in DIFFERENT]
    cases += [answers for _, answers in corpus_series.usable_series()[::4]]
    cases += [JOBS, long_job(60)]
    page = opened(empty, **COPIES)
    wrong = []
    for case in cases:
        page.check(json.dumps(case))
        said = copied(page, "text")
        expected = incident_text(incident(judged(), case, usual=USUAL))
        if said != expected:
            wrong.append(f"page:\n{said}\npython:\n{expected}")
    assert wrong[:2] == []
    assert len(cases) > 60


#: Answers that the page reads otherwise: what is no answer, and an event, which it takes bare.
DIFFERENT = {"unreadable"}


def judged() -> Any:
    """Return the life cycle without the rules that the page leaves to the command."""
    from tests.support.page_tools import data_only  # noqa: PLC0415 - it needs no Node

    return data_only(TRAINING_JOB)


@in_chromium
def test_the_copy_is_a_picture_of_its_own(opened: Callable[..., Watched], file: Path) -> None:
    """Its texts and bars are those of Python's picture; its style is in it."""
    page = opened(file, **COPIES)
    mine = ET.fromstring(copied(page, "svg"))  # noqa: S314 - what the page has just drawn
    other = ET.fromstring(  # noqa: S314 - what was just drawn
        incident_svg(incident(judged(), JOBS, usual=USUAL), page="x")
    )
    svg = "{http://www.w3.org/2000/svg}"
    texts = [
        ["".join(each.itertext()) for each in root.iter(f"{svg}text")] for root in (mine, other)
    ]
    assert texts[0] == texts[1]
    bars = [
        [
            (
                each.get("class"),
                round(float(each.get("x", "0"))),
                round(float(each.get("width", "0"))),
            )
            for each in root.iter(f"{svg}rect")
            if str(each.get("class")).startswith(("bar s-", "band"))
        ]
        for root in (mine, other)
    ]
    assert len(bars[0]) == len(bars[1]) > 20
    # Legends are as wide as their texts, which the page can't measure so well.
    for (name, x, wide), (other_name, other_x, other_wide) in zip(*bars, strict=True):
        assert (name, wide) == (other_name, pytest.approx(other_wide, abs=1))
        assert wide in {12, 24} or x == pytest.approx(other_x, abs=1)
    (style,) = mine.iter(f"{svg}style")
    assert "prefers-color-scheme" in str(style.text)
    assert page.page.locator("#gantt style").count() == 0


# --- Links to steps -------------------------------------------------------------------------------


@in_chromium
def test_an_address_leads_to_a_step(opened: Callable[..., Watched], file: Path) -> None:
    """Of a job that is on the page; when it is opened, and when it is changed."""
    page = opened(file)
    page.page.goto(f"{file.as_uri()}#{BROKEN}-4")
    page.page.reload()
    assert page.page.is_visible("#picture")
    assert page.text("#now-step") == "Step 4 of 7"
    assert page.page.locator("#job option:checked").inner_text().endswith(BROKEN)
    for other, step in (
        ("nobody", "Step 4 of 7"),
        (SPOT, "Step 3 of 9"),
        ("%E0%A4", "Step 3 of 9"),
    ):
        page.page.evaluate("(hash) => { location.hash = hash; }", f"#{other}-3")
        page.page.wait_for_timeout(50)
        assert page.text("#now-step") == step


@in_chromium
def test_a_stay_leads_to_its_step(opened: Callable[..., Watched], file: Path) -> None:
    """And where the replay stands, the address says."""
    page = opened(file)
    page.page.locator(f"#gantt a[href='#{SPOT}-5'] rect").first.click()
    assert page.text("#now-step") == "Step 5 of 9"
    assert page.page.is_visible("#picture")
    page.page.keyboard.press("ArrowRight")
    page.page.wait_for_timeout(600)
    assert page.page.url.endswith(f"#{SPOT}-6")


# --- Through time ---------------------------------------------------------------------------------


def times(name: str) -> list[datetime]:
    """Return when the stays of an example began."""
    return [
        datetime.fromisoformat(each["StartTime"])
        for each in answer(name)["SecondaryStatusTransitions"]
    ]


def value(page: Watched, count: int) -> None:
    """Put the slider somewhere, as a hand does."""
    page.page.locator("#slider").evaluate(
        "(slider, value) => { slider.focus(); slider.value = value;"
        " slider.dispatchEvent(new Event('input')); }",
        str(count),
    )


@in_chromium
def test_scrubbing_follows_the_clock(opened: Callable[..., Watched], empty: Path) -> None:
    """At each moment the step is the one that had begun by then."""
    page = opened(empty)
    page.check(json.dumps(answer("spot-interrupted")))
    begun = times("spot-interrupted")
    for place in range(0, 1001, 50):
        value(page, place)
        at = begun[0] + (begun[-1] - begun[0]) * place / 1000
        step = sum(each <= at for each in begun)
        assert page.text("#now-step") == f"Step {step} of {len(begun)}"


@in_chromium
def test_time_is_narrowed(opened: Callable[..., Watched], empty: Path) -> None:
    """To what comes after here, to what comes before, and to all of it again; by keys too."""
    page = opened(empty)
    page.check(json.dumps(answer("spot-interrupted")))
    begun = times("spot-interrupted")
    drawn = page.page.locator("#lanes [data-step]")
    every = drawn.count()
    page.page.focus("#play")
    page.page.keyboard.press("Home")
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("[")
    value(page, 0)
    assert page.text("#now-status") == "Interrupted"
    page.page.locator("#lanes [data-step='5']").click()
    page.page.click("#until")
    steps = {int(each.get_attribute("data-step") or 0) for each in drawn.all()}
    assert {3, 4} <= steps <= {2, 3, 4, 5}
    value(page, 1000)
    assert f"{begun[5]:%H:%M:%S}"[:5] in str(page.page.get_attribute("#slider", "aria-valuetext"))
    page.page.click("#all")
    assert drawn.count() == every
    assert page.page.is_disabled("#all")


def widths(page: Watched) -> dict[int, float]:
    """Return how wide the bar of each step is, in pixels."""
    return {
        int(each.get_attribute("data-step") or 0): float(
            each.locator("rect").first.get_attribute("width") or 0
        )
        for each in page.page.locator("#lanes [data-step]").all()
    }


@in_chromium
def test_long_waits_are_folded(opened: Callable[..., Watched], empty: Path) -> None:
    """A wait takes little room then, and work more; and the clock stands beside it still."""
    page = opened(empty)
    page.check(json.dumps(answer("spot-interrupted")))
    before = widths(page)
    page.page.click("#fold")
    after = widths(page)
    assert page.page.get_attribute("#fold", "aria-pressed") == "true"
    assert after[4] < before[4] / 3
    assert after[2] > before[2]
    assert page.page.locator("#lanes .fold").count() == 1
    page.page.click("#fold")
    assert widths(page) == before


@in_chromium
def test_two_jobs_are_compared(opened: Callable[..., Watched], file: Path) -> None:
    """Over one clock, days apart, or both from their start; the other's status is told."""
    page = opened(file)
    page.page.select_option("#job", label=SPOT)
    assert page.page.is_hidden("#align")
    page.page.select_option("#other", label=BROKEN)
    assert page.page.locator("#lanes .fold").count() == 1
    page.page.click("#align")
    assert page.page.locator("#lanes .fold").count() == 0
    mine, others = times("spot-interrupted"), times("broken/illegal-step")
    for place in (0, 100, 300, 900):
        value(page, place)
        at = (mine[-1] - mine[0]) * place / 1000
        there = [
            entry["Status"]
            for entry, begin in zip(
                answer("broken/illegal-step")["SecondaryStatusTransitions"], others, strict=True
            )
            if begin - others[0] <= at
        ]
        assert page.text("#now-other") == f"{BROKEN}: {there[-1]}"
    page.page.select_option("#other", label="no other")
    assert page.text("#now-other") == ""
    assert page.page.is_hidden("#align")


@in_chromium
def test_illegal_moves_are_marked(opened: Callable[..., Watched], empty: Path) -> None:
    """On the time line, at the bar of the stay."""
    page = opened(empty)
    page.check(json.dumps(answer("broken/illegal-step")))
    mark = page.page.locator("#lanes .mark").bounding_box()
    bar = page.page.locator("#lanes [data-step='3'] rect").bounding_box()
    assert mark is not None and bar is not None  # noqa: PT018 - two of a kind
    assert mark["x"] <= bar["x"] + bar["width"] <= mark["x"] + mark["width"] + 3
    page.check(json.dumps(answer("spot-interrupted")))
    assert page.page.locator("#lanes .mark").count() == 0


@in_chromium
def test_ten_thousand_entries(opened: Callable[..., Watched], empty: Path) -> None:
    """There are no more elements than pixels, and scrubbing draws nothing anew but the line."""
    page = opened(empty)
    page.check(json.dumps(long_job(10_000)))
    assert page.text("#now-step") == "Step 5001 of 10000"
    assert page.page.locator("#lanes *").count() < 6_000
    assert page.page.locator("#lanes .mark").count() >= 1
    page.page.evaluate(
        "() => { window.changes = 0;"
        " new MutationObserver((all) => { window.changes += all.length; })"
        ".observe(document.getElementById('lanes'),"
        " { childList: true, attributes: true, subtree: true }); }"
    )
    for place in range(0, 1000, 20):
        value(page, place)
    page.page.wait_for_timeout(50)
    assert int(page.page.evaluate("() => window.changes")) <= 2 * 50
    page.page.click("#to-incident")
    assert page.page.locator("#gantt *").count() < 3_000


#: How long it takes until a job is seen that was put in, in milliseconds.
FIRST_VIEW = """async () => {
  const begun = performance.now();
  document.getElementById('check').click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begun;
}"""
#: How long a frame takes while somebody scrubs, layout included, in milliseconds: the median.
FRAME = """async () => {
  const slider = document.getElementById('slider');
  slider.focus();
  const took = [];
  for (let place = 0; place < 1000; place += 5) {
    await new Promise(requestAnimationFrame);
    const begun = performance.now();
    slider.value = String((place * 37) % 1000);
    slider.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    took.push(performance.now() - begun);
  }
  return took.sort((one, other) => one - other)[took.length >> 1];
}"""


@in_chromium
def test_ten_thousand_entries_are_quick(
    opened: Callable[..., Watched], empty: Path, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    """Put in, or there from the beginning; the bounds are wide, as others use the machine."""
    page = opened(empty)
    page.page.locator("#text").evaluate(
        "(field, text) => { field.value = text; }", json.dumps(long_job(10_000))
    )
    first, frame = page.page.evaluate(FIRST_VIEW), page.page.evaluate(FRAME)
    path = tmp_path / "long.html"
    path.write_text(html(TRAINING_JOB, long_job(10_000), usual=USUAL), encoding="utf-8")
    loaded = opened(path).page.evaluate(
        "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
    )
    figures(
        f"page, 10,000 entries: first view after {first:.0f} ms put in, {loaded:.0f} ms with the"
        f" page; a frame while scrubbing {frame:.1f} ms (median)"
    )
    assert max(first, loaded) < 10_000
    assert frame < 160


@in_chromium
def test_list_items_are_stays(opened: Callable[..., Watched], empty: Path) -> None:
    """Polls that show the same tell of one stay; one without a time is a step all the same."""
    begin = datetime(2026, 3, 4, 5, tzinfo=UTC)
    job = {"TrainingJobName": "thin", "CreationTime": begin.isoformat()}
    job["TrainingJobArn"] = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/thin"
    shown = ["Starting", "Starting", "Training", "Training", "Uploading"]
    polls = [
        job
        | {"TrainingJobStatus": "InProgress", "SecondaryStatus": status}
        | {"LastModifiedTime": (begin + timedelta(minutes=number)).isoformat()}
        for number, status in enumerate(shown, start=1)
    ]
    page = opened(empty)
    page.check(json.dumps(polls))
    assert page.text("#now-step") == "Step 3 of 3"
    for poll in polls:
        poll.pop("LastModifiedTime")
    page.check(json.dumps(polls))
    assert page.text("#now-time").endswith("time unknown")
    assert page.page.is_hidden("#view")
    value(page, 1)
    assert page.text("#now-status") == "InProgress/Training"


@in_chromium
def test_a_kind_without_a_history(opened: Callable[..., Watched], tmp_path: Path) -> None:
    """Any kind of job has the incident view."""
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/clean"
    job = {"ProcessingJobName": "clean", "ProcessingJobArn": arn}
    times_ = {"CreationTime": "2026-10-05T06:00:00Z", "ProcessingStartTime": "2026-10-05T06:02:00Z"}
    polls: list[Any] = [
        job
        | times_
        | {"ProcessingJobStatus": status, "LastModifiedTime": f"2026-10-05T06:{at}:00Z"}
        for status, at in (("InProgress", "02"), ("Stopping", "20"))
    ]
    path = tmp_path / "processing.html"
    path.write_text(html(PROCESSING_JOB, polls), encoding="utf-8")
    page = opened(path, **COPIES)
    expected = incident_text(incident(PROCESSING_JOB, polls))
    assert copied(page, "text") == expected


# --- For hands, eyes and paper --------------------------------------------------------------------


@in_chromium
@pytest.mark.skipif(bool(axe.missing()), reason=axe.missing())
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1400, 390])
def test_axe_finds_nothing(
    opened: Callable[..., Watched], empty: Path, file: Path, theme: str, wide: int
) -> None:
    """Of the page alone, of a replay, of a status that is open, of the incident view."""
    looks = {"color_scheme": theme, "reduced_motion": "reduce", "bypass_csp": True}
    page = opened(empty, viewport={"width": wide, "height": 860}, **looks)
    assert axe.found(page.page) == []
    page.check(json.dumps(answer("broken/illegal-step")))
    assert axe.found(page.page) == []
    page.page.locator("#s_InProgress_Training").dispatch_event("click")
    assert axe.found(page.page) == []
    page.check("[")
    assert axe.found(page.page) == []
    assert axe.found(opened(file, viewport={"width": wide, "height": 860}, **looks).page) == []


@in_chromium
def test_on_a_phone_picture_and_step_are_together(
    opened: Callable[..., Watched], empty: Path
) -> None:
    """However far the verdict is scrolled, both stay in sight; nothing speaks of keys."""
    phone = opened(empty, viewport=PHONE, has_touch=True, is_mobile=True)
    visible = phone.text("body")
    assert not re.search(r"\b(?:Tab|Esc|Enter|Ctrl|Home)\b", visible)
    assert "Tap a status" in visible
    phone.check(json.dumps(answer("broken/illegal-step")))
    for place in ("#verdict", "#help", "#answer"):
        phone.page.locator(place).evaluate("(section) => section.scrollIntoView()")
        now = phone.page.locator("g.state.now").bounding_box()
        step = phone.page.locator("#now-status").bounding_box()
        assert now is not None and step is not None  # noqa: PT018 - two of a kind
        for box in (now, step):
            assert 0 <= box["y"] < box["y"] + box["height"] <= PHONE["height"]
            assert 0 <= box["x"] < PHONE["width"]
        assert now["y"] + now["height"] < step["y"]
    assert not re.search(r"\b(?:Tab|Esc|Enter|Ctrl|Home)\b", phone.text("body"))


@in_chromium
def test_the_incident_fits_a_phone(opened: Callable[..., Watched], file: Path) -> None:
    """Nothing is cut off, and texts can be read; turned, the phone has room for more."""
    phone = opened(file, viewport=PHONE, has_touch=True, is_mobile=True)
    picture = phone.page.locator("#gantt svg")
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] <= PHONE["width"]
    heights = picture.locator("text").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect()).filter(({ width }) => width)"
        ".map(({ right, height }) => [right, height])"
    )
    assert all(right <= PHONE["width"] and height >= 9 for right, height in heights)
    phone.page.set_viewport_size({"width": 844, "height": 390})
    phone.page.locator("#gantt svg[width='1200']").wait_for()


@in_chromium
def test_paper(opened: Callable[..., Watched], empty: Path) -> None:
    """Picture with legend, every stay, where the job is, verdict, the open status; no controls."""
    page = opened(empty)
    page.check(json.dumps(answer("broken/illegal-step")))
    page.page.locator("#s_InProgress_Training").dispatch_event("click")
    page.page.emulate_media(media="print")
    for shown in ("#picture svg", "#gantt svg", "#lanes svg", "#said", "#findings", "#state"):
        assert page.page.is_visible(shown)
    for hidden in ("#answer", "#drive", "#view", "#slider", "#tools", "#views", "#close"):
        assert page.page.is_hidden(hidden)
    picture = page.page.locator("#picture svg").bounding_box()
    frame = page.page.locator("#picture").bounding_box()
    assert picture is not None and frame is not None  # noqa: PT018 - two of a kind
    assert picture["height"] <= frame["height"] + 1
    order = [
        page.page.locator(name).bounding_box()
        for name in ("#picture", "#gantt", "#replay", "#verdict", "#state")
    ]
    for one, other in pairwise(order):
        assert one is not None and other is not None  # noqa: PT018 - two of a kind
        assert one["y"] + one["height"] <= other["y"] + 1
    assert page.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
