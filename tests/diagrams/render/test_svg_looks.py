"""What a person sees: no text of a picture lies on a line, a border or another text.

Measured in a real browser: the boxes of all texts against every line, head, border and text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobstate.diagrams import Detail, Look, picture, way
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from tests.kinds.databricks_run import DATABRICKS_RUN
from tests.support import chromium
from tests.support.command import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from jobstate import Lifecycle

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing()),
]

MEASURE = Path(__file__).with_name("overlaps.js").read_text(encoding="utf-8")

LIFECYCLES = {
    "everything": TRAINING_JOB,
    "on demand": TRAINING_JOB.given(spot=False, retry=False, plan=False, stop=False),
    "spot": TRAINING_JOB.given(spot=True, stop=False),
    "no spot": TRAINING_JOB.given(spot=False),
    "no warm pool": TRAINING_JOB.given(warm_pool=False),
    "no stop": TRAINING_JOB.given(stop=False),
    "retries": TRAINING_JOB.given(retry=True),
    "plan": TRAINING_JOB.given(plan=True),
    # Those that nobody has placed by hand.
    **{kind.name: kind for kind in KINDS if kind is not TRAINING_JOB},
    "many frames": DATABRICKS_RUN,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser."""
    with chromium.chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page."""
    page = browser.new_page(viewport={"width": 1700, "height": 1500})
    yield page
    page.close()


def overlaps(page: Page, svg: str) -> list[str]:
    """Return what lies on what in a picture."""
    page.set_content(f"<body style='margin: 0'>{svg}</body>")
    return list(page.evaluate(MEASURE))


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=list(LIFECYCLES))
def test_no_text_lies_on_anything(page: Page, lifecycle: Lifecycle, detail: Detail) -> None:
    """Of the whole life cycle, and of what `given` leaves of it, at any detail.

    Nor is a text cut off, and no line runs through a box that it does not lead to.
    """
    assert overlaps(page, picture(lifecycle, detail=detail)) == []
    # In pixels of the picture: what can be read where it is shown as large as it is.
    assert min(sizes(page)) >= 12


def sizes(page: Page) -> list[float]:
    """Return how large each text of the picture is, in pixels of the page."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('svg text')].map((text) =>"
            " parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"
        )
    )


@pytest.mark.parametrize(("across", "least"), [(838, 10), (390, 8)])
def test_the_road_is_read_in_a_readme(page: Page, across: int, least: float) -> None:
    """On a page of Markdown, as wide as GitHub has them, and on a telephone's."""
    drawn = picture(TRAINING_JOB, detail=Detail.ROAD)
    style = "<style>body {margin: 0} svg {max-width: 100%; height: auto}</style>"
    page.set_viewport_size({"width": across, "height": 800})
    page.set_content(f"{style}<body>{drawn}</body>")
    assert page.evaluate("document.querySelector('svg').getBoundingClientRect().width") <= across
    assert min(sizes(page)) >= least
    assert overlaps(page, drawn) == []


def test_the_measure_finds_what_overlaps(page: Page) -> None:
    """A line through a text, a text on a text and one on a border are all found."""
    svg = picture(TRAINING_JOB).replace(
        "</svg>",
        '<g class="line" data-arrows="through"><path class="stroke" d="M0,40 L400,40"/></g>'
        '<text x="30" y="44">on the title</text>'
        '<g class="frame" id="around"><rect x="100" y="20" width="50" height="60"/></g>'
        '<text x="1600" y="90">far to the right</text>'
        '<g class="start" id="across"><path class="stroke" d="M0,430 L900,430"/></g></svg>',
    )
    found = "\n".join(overlaps(page, svg))
    assert '"on the title" on "' in found
    assert "path of through" in found
    assert "rect of around" in found
    assert '"far to the right" is cut off' in found
    assert "path of across through s_InProgress_" in found


@pytest.mark.parametrize("name", ["completed", "spot-interrupted", "timed-out", "stopped"])
def test_no_mark_hides_another(page: Page, name: str) -> None:
    """Numbers, chips and corners of a job's way lie on no text but what they may cover."""
    answer: Any = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    found = overlaps(page, picture(TRAINING_JOB, overlay=way(TRAINING_JOB, answer)))
    assert [each for each in found if '" on "' in each] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_system_chooses_the_look(browser: Browser, scheme: Any) -> None:
    """The background is dark where the reader's system is, unless the picture says otherwise."""
    page = browser.new_page(color_scheme=scheme)
    shades = {}
    for look in Look:
        page.set_content(picture(TRAINING_JOB, look=look))
        fill = page.evaluate("getComputedStyle(document.querySelector('.paper')).fill")
        shades[look] = "light" if fill == "rgb(255, 255, 255)" else "dark"
    page.close()
    assert shades == {Look.AUTO: scheme, Look.LIGHT: "light", Look.DARK: "dark"}


def test_what_screen_readers_say(page: Page) -> None:
    """The picture has a name and a description; it is one image to them."""
    page.set_content(picture(TRAINING_JOB))
    found = page.get_by_role("img", name="Amazon SageMaker training job")
    assert found.count() == 1
    assert "147 moves" in page.locator("svg > desc").inner_html()
