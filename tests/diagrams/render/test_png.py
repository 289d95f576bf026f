"""PNG is what the SVG shows, with its texts, or an error that says what is missing."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobstate.diagrams import Look, picture
from jobstate.diagrams.render.palette import DARK, LIGHT
from jobstate.diagrams.render.png import MOST_PIXELS, png
from jobstate.errors import MissingExtraError, PictureError, ToolMissingError
from jobstate.sagemaker import TRAINING_JOB
from tests.support.pixels import read_png

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = '<rect width="100%" height="100%" fill="#fff"/>'
FONT = "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\""
TEXT = f'<text x="5" y="30" font-size="16" {FONT}>Training</text>'


def svg(body: str = "", *, width: object = 120, height: object = 40) -> str:
    """Return an SVG with white paper."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f"{BODY}{body}</svg>"
    )


def what_is_missing() -> str:
    """Return what this machine can't draw for; empty where it can."""
    try:
        png(svg(TEXT))
    except (MissingExtraError, ToolMissingError) as error:
        return str(error)
    return ""


MISSING = what_is_missing()
needs_resvg = pytest.mark.skipif(bool(MISSING), reason=MISSING or "nothing is missing")


# --- What it shows --------------------------------------------------------------------------------


@needs_resvg
@pytest.mark.parametrize(("scale", "width", "height"), [(2, 240, 80), (1, 120, 40), (0.5, 60, 20)])
def test_size(scale: float, width: int, height: int) -> None:
    """As many pixels as the scale says."""
    pixels = read_png(png(svg(), scale=scale))
    assert (pixels.width, pixels.height) == (width, height)
    assert pixels.ink() == 0


@needs_resvg
def test_texts_are_there() -> None:
    """Letters leave ink where the text stands, and nowhere else."""
    pixels = read_png(png(svg(TEXT), scale=1))
    assert pixels.ink() > 100
    first, last = pixels.extent()
    assert 5 <= first <= 8
    assert 60 <= last <= 72


@needs_resvg
@pytest.mark.parametrize(
    ("style", "body"),
    [
        (".line .stroke {stroke: #c81e1e;}", '<g class="line"><path class="stroke" {}/></g>'),
        (".a.b path {stroke: #c81e1e;}", '<g class="a b"><path {}/></g>'),
        (".a, .c path {stroke: #c81e1e;}", '<g class="c"><path {}/></g>'),
        ("path {stroke: #c81e1e;} .x {stroke: #000;}", "<path {}/>"),
        (
            "path {stroke: #c81e1e;} @media (prefers-color-scheme: dark) {path {stroke: #000;}}",
            "<path {}/>",
        ),
        (
            "@media (prefers-color-scheme: dark) {path {stroke: #000;}} path {stroke: #c81e1e;}",
            "<path {}/>",
        ),
    ],
)
def test_style_sheet(style: str, body: str) -> None:
    """Classes count, alone and together; what is for dark screens only does not."""
    path = body.format('d="M10 20H110" stroke-width="10"')
    pixels = read_png(png(svg(f"<style>{style}</style>{path}"), scale=1))
    assert pixels.rows[20][60][:3] == bytes.fromhex("c81e1e")


@needs_resvg
def test_a_halo_lies_under_its_text() -> None:
    """`paint-order: stroke`: the letters stay readable on it."""
    halo = TEXT.replace("<text", '<text stroke="#ff0" stroke-width="6" paint-order="stroke"')
    pixels = read_png(png(svg(halo), scale=2))
    colours = {pixel[:3] for row in pixels.rows for pixel in row}
    assert {b"\xff\xff\0", b"\0\0\0"} <= colours


@pytest.mark.once
@needs_resvg
@pytest.mark.parametrize(("look", "theme"), [(Look.LIGHT, LIGHT), (Look.DARK, DARK)])
def test_a_life_cycle(look: Look, theme: Any) -> None:
    """The whole picture, on the theme's paper, with the theme's text."""
    pixels = read_png(png(picture(TRAINING_JOB.given(spot=False), look=look), scale=0.5))
    assert pixels.rows[0][0][:3] == bytes.fromhex(theme.paper[1:])
    assert pixels.ink() > 10_000


@needs_resvg
def test_same_each_time() -> None:
    """On one machine a picture has one PNG."""
    drawn = picture(TRAINING_JOB.given(spot=False))
    assert png(drawn, scale=0.5) == png(drawn, scale=0.5)


# --- Fonts ----------------------------------------------------------------------------------------


def with_fonts(monkeypatch: pytest.MonkeyPatch, *files: Path) -> None:
    """Let resvg find these fonts and no others."""
    import resvg_py  # noqa: PLC0415 - the test is skipped without

    only: Callable[..., bytes] = partial(
        resvg_py.svg_to_bytes, skip_system_fonts=True, font_files=[str(each) for each in files]
    )
    monkeypatch.setattr(resvg_py, "svg_to_bytes", only)


@needs_resvg
def test_no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture without its texts is never made: the error says what to install."""
    with_fonts(monkeypatch)
    with pytest.raises(ToolMissingError, match=r"a font .* is not there.*fonts-liberation"):
        png(svg(TEXT))


@needs_resvg
@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "LiberationSans-Regular.ttf"])
def test_another_font(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What there is stands in for what is asked for."""
    found = next(Path("/usr/share/fonts").rglob(name), None)
    if found is None:
        pytest.skip(f"{name} is not installed")
    with_fonts(monkeypatch, found)
    assert read_png(png(svg(TEXT), scale=1)).ink() > 100


# --- Errors ---------------------------------------------------------------------------------------


def test_no_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtraError, match=r"resvg_py: pip install 'jobstate\[diagrams\]'"):
        png(svg())


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_none(scale: float) -> None:
    """Nothing is drawn."""
    with pytest.raises(PictureError, match="its scale must be a positive number, not"):
        png(svg(), scale=scale)


def test_a_picture_too_large() -> None:
    """It is refused before memory runs out, which would end the process."""
    with pytest.raises(PictureError, match=r"20,000 × 20,000 .* smaller scale"):  # noqa: RUF001
        png(svg(width=10_000, height=10_000))
    assert MOST_PIXELS < 20_000 * 20_000


@pytest.mark.parametrize(
    "text",
    [
        *("", "no picture", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        *(svg(width="100%"), svg(height="4em"), svg(width=0), svg(height="0.0")),
    ],
)
def test_no_size(text: str) -> None:
    """An SVG that says no size in pixels is refused."""
    with pytest.raises(PictureError, match="does not say its width and height in pixels"):
        png(text)


@needs_resvg
@pytest.mark.parametrize("text", [svg("<path"), svg("&nothing;"), svg() + "</svg>"])
def test_no_svg(text: str) -> None:
    """What resvg says of it is shown."""
    with pytest.raises(PictureError, match="resvg can't read it: "):
        png(text)


def test_importing_needs_nothing() -> None:
    """The module can be imported without the extra."""
    program = "import sys, jobstate.diagrams.render.png; print('resvg_py' in sys.modules)"
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"
