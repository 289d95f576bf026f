"""Sheets of paper: how a picture stands on one, whole, with its colours."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jobstate.diagrams.layout.geometry import number
from jobstate.diagrams.layout.layout import Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How much of a sheet's border stays white, in millimetres: printers reach no farther.
_MARGIN = 8.0


class Paper(StrEnum):
    """The size of a sheet, as it lies: broader than high (ISO 216).

    Attributes:
        across, down: How large it is, in millimetres.
    """

    A3 = "a3"
    A4 = "a4"

    def __init__(self, _name: str) -> None:
        self.across, self.down = {"a3": (420.0, 297.0), "a4": (297.0, 210.0)}[_name]


def on_paper(width: float, height: float, paper: Paper) -> Rectangle:
    """Return what a sheet shows: a picture in its middle, as large as fits.

    Args:
        width: How wide the picture is, in pixels, from 0.
        height: How high, likewise.
        paper: The sheet.

    Returns:
        The view box, in the picture's pixels.
    """
    inside = paper.across - 2 * _MARGIN, paper.down - 2 * _MARGIN
    pixels = max(width / inside[0], height / inside[1])
    across, down = paper.across * pixels, paper.down * pixels
    return Rectangle((width - across) / 2, (height - down) / 2, across, down)


def printed(svg: str, paper: Paper) -> str:
    """Return a page of HTML that is nothing but a sheet with a picture, ready to print.

    It has no script, and its Content-Security-Policy allows no network at all.

    Args:
        svg: The picture, made for this paper.
        paper: The sheet.
    """
    return "\n".join(_lines(svg, paper))


def _lines(svg: str, paper: Paper) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield f"<title>{_title(svg)}</title>"
    # A hair less than the sheet, or rounding would make a second one.
    size = f"width: {number(paper.across)}mm; height: {number(paper.down - 0.2)}mm"
    yield "<style>"
    yield f"@page {{size: {number(paper.across)}mm {number(paper.down)}mm; margin: 0;}}"
    yield f"body {{margin: 0;}} svg {{display: block; {size};}}"
    yield "</style></head>"
    yield f"<body>\n{svg}</body>"
    yield "</html>\n"


def _title(svg: str) -> str:
    """Return the title of a picture, as markup."""
    return svg.partition('<title id="picture-title">')[2].partition("</title>")[0]
