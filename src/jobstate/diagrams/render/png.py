"""The picture as PNG, for whatever shows no SVG: drawn by resvg.

resvg comes with the extra `diagrams`. It draws texts with the machine's fonts, and nothing at all
where no font fits: without a warning, so this asks first. What a font has no shape for (Chinese
on many servers) is drawn as a little box.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

from jobstate.diagrams.render.svg.style import FONT
from jobstate.errors import MissingExtraError, PictureError, ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The largest picture, in pixels: 256 MB while it is drawn. resvg ends the whole process where
#: memory is short, instead of raising an error.
MOST_PIXELS = 64_000_000

#: What else there may be on a machine without Helvetica, Arial, Liberation Sans, and without a
#: setting for what `sans-serif` is.
_FAMILIES = (
    *("Arimo", "Nimbus Sans", "FreeSans", "DejaVu Sans", "Noto Sans", "Open Sans", "Roboto"),
    *("Ubuntu", "Cantarell", "Inter", "Lato", "Segoe UI", "Verdana", "Tahoma", "Helvetica Neue"),
)
_ROOT = re.compile(r"<svg\b[^>]*>")
_LENGTH = r'\s{}="([0-9]+(?:\.[0-9]+)?)(?:px)?"'


def png(svg: str, *, scale: float = 2) -> bytes:
    """Return an SVG as PNG; the same only on machines with the same fonts.

    Args:
        svg: What `picture` has made: its width and height in pixels, its font among its fonts.
        scale: How many pixels of the PNG a pixel of the SVG is wide and high.

    Raises:
        MissingExtraError: resvg is not there (install `jobstate[diagrams]`).
        ToolMissingError: No font is.
        PictureError: This is no SVG, it does not say how large it is, or is too large.
    """
    _check_size(svg, scale)
    render = _renderer()
    family = _sans_serif(render)
    try:
        return render(svg_string=svg, zoom=scale, sans_serif_family=family)
    except ValueError as error:
        raise PictureError(f"resvg can't read it: {error}") from error


def _renderer() -> Callable[..., bytes]:
    try:
        from resvg_py import svg_to_bytes  # noqa: PLC0415 - the extra may not be there
    except ImportError as error:
        raise MissingExtraError("PNG, unlike SVG,", "resvg_py", "diagrams") from error
    return svg_to_bytes


def _check_size(svg: str, scale: float) -> None:
    if not 0 < scale < inf:
        raise PictureError(f"its scale must be a positive number, not {scale}")
    lengths = list(_lengths(svg))
    if not all(lengths):
        raise PictureError("this SVG does not say its width and height in pixels")
    width, height = (length * scale for length in lengths)
    if width * height > MOST_PIXELS:
        raise PictureError(
            f"it would be {width:,.0f} × {height:,.0f} pixels large; take a smaller scale,"  # noqa: RUF001
            f" or the format svg (at most {MOST_PIXELS:,} pixels)"
        )


def _lengths(svg: str) -> Iterator[float]:
    """Yield the width and the height, 0 where the SVG does not say."""
    root = _ROOT.search(svg)
    for name in ("width", "height"):
        found = re.search(_LENGTH.format(name), root[0]) if root else None
        yield float(found[1]) if found else 0.0


@lru_cache(maxsize=8)
def _sans_serif(render: Callable[..., bytes]) -> str | None:
    """Return the family that stands in for `sans-serif`; None where resvg finds a font itself."""
    blank = render(svg_string=_probe(""))
    for family in (None, *_FAMILIES):
        if render(svg_string=_probe("jobstate"), sans_serif_family=family) != blank:
            return family
    raise ToolMissingError(
        f"a font (any of {FONT}, {', '.join(_FAMILIES)})",
        "texts are drawn with",
        "install one, e.g. with `apt install fonts-liberation`, or choose the format svg",
    )


def _probe(text: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="20">'
        f'<text y="15" font-family="{FONT}">{text}</text></svg>'
    )
