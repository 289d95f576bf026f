"""What a person sees of overlays: no text covers another, each stands out from its ground.

Measured in a real browser, light and dark; so is how far arcs are off lines.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobstate.diagrams import Census, Look, fleet, picture, way
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from tests.support import chromium, corpus_series
from tests.support.command import ANSWERS, BROKEN
from tests.support.legal_answers import generated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing()),
]

MEASURE = Path(__file__).with_name("readable.js").read_text(encoding="utf-8")
#: WCAG 2.2's contrast of texts.
CONTRAST = 4.5
#: Those of which pictures are drawn: every example, and so many traces of the corpus.
TRACES = 60


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser."""
    with chromium.chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page that shows a whole picture."""
    page = browser.new_page(viewport={"width": 3000, "height": 3000})
    yield page
    page.close()


def unreadable(page: Page, svg: str) -> list[str]:
    """Return what can't be read well in a picture."""
    page.set_content(f"<body style='margin: 0'>{svg}</body>")
    return list(page.evaluate(MEASURE, CONTRAST))


def examples() -> dict[str, Any]:
    """Return the answers of the examples that can be read, legal and broken."""
    found = {}
    for path in sorted([*ANSWERS.glob("*.json*"), *BROKEN.glob("*.json*")]):
        text = path.read_text(encoding="utf-8")
        if path.stem not in {"unreadable", "list", "event", "series"}:
            lines = text.splitlines() if path.suffix == ".jsonl" else [text]
            found[path.stem] = [json.loads(line) for line in lines]
    return found


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
@pytest.mark.parametrize("name", examples())
def test_ways_can_be_read(page: Page, name: str, look: Look) -> None:
    """Of every example, legal and broken."""
    overlay = way(TRAINING_JOB, examples()[name])
    assert unreadable(page, picture(TRAINING_JOB, overlay=overlay, look=look)) == []


def test_ways_of_real_jobs_can_be_read(page: Page, figures: Callable[[str], None]) -> None:
    """Of traces of the corpus."""
    series = corpus_series.usable_series()
    chosen = series[:: len(series) // TRACES]
    assert len(chosen) >= TRACES
    for trace, answers in chosen:
        svg = picture(TRAINING_JOB, overlay=way(TRAINING_JOB, answers), look=Look.LIGHT)
        assert unreadable(page, svg) == [], trace["job"]
    figures(f"overlays: {len(chosen)} ways of real jobs can be read")


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
def test_fleets_can_be_read(page: Page, look: Look) -> None:
    """That of the corpus, a made-up one that has been everywhere, and one known from a list."""
    real, made, listed = (Census(TRAINING_JOB) for _ in range(3))
    for _, answers in corpus_series.usable_series():
        real.add(answers)
    for series in generated(400, 5):
        made.add(series.answers[: 1 + len(series.name) % len(series.answers)])
    listed.add_jobs(json.loads((ANSWERS / "list.json").read_text(encoding="utf-8")))
    for census in (real, made, listed):
        overlay = fleet(TRAINING_JOB, census)
        assert unreadable(page, picture(TRAINING_JOB, overlay=overlay, look=look)) == []


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
@pytest.mark.parametrize("kind", [*KINDS], ids=lambda kind: kind.name)
def test_kinds_can_be_read(page: Page, kind: Any, look: Look) -> None:
    """The picture of every kind, with nothing laid over it."""
    assert unreadable(page, picture(kind, look=look)) == []


def test_the_measure_finds_what_cannot_be_read(page: Page) -> None:
    """A pale text, a text on a text, one on a ground of nearly its colour."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200">'
        '<rect width="400" height="200" fill="#ffffff"/>'
        '<rect x="200" width="200" height="90" fill="#0b8068" fill-opacity="0.9"/>'
        '<text x="20" y="40" fill="#999999">pale</text><text x="20" y="90">one</text>'
        '<text x="24" y="92">other</text><g opacity="0.3"><text x="20" y="140">faint</text></g>'
        '<text x="240" y="40" fill="#005544">near</text><text x="240" y="140">good</text></svg>'
    )
    found = "\n".join(unreadable(page, svg))
    assert '"other" on "one"' in found
    assert all(f'"{said}" has a contrast of ' in found for said in ("pale", "faint", "near"))
    assert "good" not in found


#: The arcs of a picture, and how long each runs beside a line at a stretch, nearer than 8 pixels.
ARCS = """() => [...document.querySelectorAll(".break:has(> title) .stroke")].map((arc) => {
  const points = (path) => {
    const found = [];
    for (let at = 0; at <= path.getTotalLength(); at += 2) found.push(path.getPointAtLength(at));
    return found;
  };
  const own = points(arc);
  return Math.max(...[...document.querySelectorAll(".line .stroke")].map((line) => {
    const other = points(line);
    let longest = 0;
    let now = 0;
    for (const { x, y } of own) {
      now = other.some((each) => Math.hypot(each.x - x, each.y - y) < 8) ? now + 2 : 0;
      longest = Math.max(longest, now);
    }
    return longest;
  }));
})"""


def test_arcs_are_off_every_arrow(page: Page, figures: Callable[[str], None]) -> None:
    """Those of the broken examples: where an arc is nearer than 8 pixels, it crosses a line."""
    found = []
    for name, answers in examples().items():
        overlay = way(TRAINING_JOB, answers)
        if overlay.breaks:
            page.set_content(picture(TRAINING_JOB, overlay=overlay))
            lengths = page.evaluate(ARCS)
            assert len(lengths) == len(overlay.breaks), name
            found += lengths
    figures(f"arcs of the examples: {len(found)}, beside a line for {max(found)} px at most")
    assert len(found) >= 3
    assert max(found) < 62
