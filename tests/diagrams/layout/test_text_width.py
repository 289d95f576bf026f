"""Widths of texts are Helvetica's, and never less than what a renderer draws."""

from __future__ import annotations

import pytest

from jobstate.diagrams.layout.text_width import width
from tests.support.pixels import read_png

#: Adobe's Helvetica.afm and Helvetica-Bold.afm, summed by reportlab 5.1's `stringWidth` at a size
#: of 1000, 2026-11-24: the text, regular, bold.
PUBLISHED = (
    ("InProgress", 4835, 5224),
    ("MaxWaitTimeExceeded", 10558, 11059),
    ("spot reclaimed [spot]", 9226, 10113),
    ("over MaxRuntimeInSeconds (86400 s)", 17062, 17950),
    ("The quick brown fox jumps over the lazy dog", 19786, 21394),
    ("", 0, 0),
)


@pytest.mark.parametrize(("text", "regular", "bold"), PUBLISHED)
def test_published_widths(text: str, regular: int, bold: int) -> None:
    """Plain texts are as wide as the published metrics say."""
    assert width(text, 1000) == pytest.approx(regular)
    assert width(text, 1000, bold=True) == pytest.approx(bold)


def test_it_grows_with_the_size() -> None:
    """Twice the size, twice as wide."""
    assert width("Training", 24) == pytest.approx(2 * width("Training", 12))


@pytest.mark.parametrize("bold", [False, True])
def test_other_characters(bold: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Accents are small, East Asian characters 1 em, pictures more; nothing is narrower than it is.

    The widths are those of Liberation Sans 2's and Noto Color Emoji 2.042's own tables.
    """

    def em(text: str) -> float:
        return width(text, 1, bold=bold)

    assert 0.556 <= em("é") <= em("e") + 0.1
    assert em("e\u0301") == em("e")
    assert 0.278 <= em("í") <= 0.4
    assert (0.724 if bold else 0.669) <= em("\N{LATIN SMALL LETTER U WITH HORN}") <= 0.8
    assert em("状態") == 2
    assert em("한") == 1
    assert 1.245 <= em("🙂") <= 1.3
    assert 1.03 <= em("\N{CYRILLIC CAPITAL LETTER YU}") <= 1.1


TEXTS = (
    *("InProgress", "MaxWaitTimeExceeded", "over MaxRuntimeInSeconds (86400 s)", "WWWWmmmm@@@@"),
    *("iiiillll....,,,,''''||||", "déjà vu à Málaga, Łódź", "a — b … c ± d", "~!#$%^&*()_+{}[]"),
)
#: Pixels at both ends, and what letters keep empty beside their shapes.
SLACK = 0.15


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", TEXTS)
def test_what_a_renderer_draws(text: str, bold: bool) -> None:  # noqa: FBT001 - as above
    """Measured in the picture that resvg draws with Liberation Sans: as wide, or a bit less."""
    drawn = _drawn(text, bold=bold)
    estimated = width(text, 1, bold=bold)
    assert drawn <= estimated + SLACK
    assert drawn >= 0.9 * estimated - SLACK


def _drawn(text: str, *, bold: bool) -> float:
    """Return how wide a text's ink is, in sizes of its font."""
    resvg = pytest.importorskip("resvg_py", reason="the extra diagrams is not installed")
    size = 20
    weight = "bold" if bold else "normal"
    shown = text.replace("&", "&amp;")
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size * (len(text) + 4)}" height="40">'
        f'<text x="9" y="25" font-family="Liberation Sans" font-weight="{weight}"'
        f' font-size="{size}">{shown}</text></svg>'
    )
    pixels = read_png(resvg.svg_to_bytes(svg_string=svg))
    if not pixels.ink():
        pytest.skip("Liberation Sans is not installed")
    first, last = pixels.extent()
    return (last + 1 - first) / size
