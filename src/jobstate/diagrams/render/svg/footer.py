"""What stands under a picture with an overlay: the job's time line, what was found, the footer."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.layout.layout import Rectangle
from jobstate.diagrams.overlays.words import duration
from jobstate.diagrams.render.svg.elements import element, rectangle, text
from jobstate.model.drawing import Colour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.graph.graph import Diagram
    from jobstate.diagrams.overlays.overlay import Overlay, Strip, StripPiece

_LEFT, _GAP, _LEADING = 24, 12, 18
_BAR, _STRIP = 30, 62
_TICKS = 4
#: Over this many, the rest is only counted.
_MOST_FINDINGS = 12
#: The colours of the strip's pieces, over and over in the order of the states.
_COLOURS = (
    Colour.BLUE,
    Colour.BROWN,
    Colour.GREY,
    Colour.GREEN,
    Colour.ORANGE,
    Colour.VIOLET,
)


class Foot:
    """What stands under a picture with an overlay.

    Attributes:
        height: How high it is.
    """

    def __init__(self, diagram: Diagram, overlay: Overlay, width: float) -> None:
        """Measure it."""
        self._overlay = overlay
        self._width = width
        self._colours = {
            node.id: _COLOURS[number % len(_COLOURS)] for number, node in enumerate(diagram.nodes)
        }
        self._findings = list(_findings(overlay, width))
        self.height = _GAP * 2.0 + _LEADING * (len(self._findings) + bool(overlay.footer))
        if overlay.strip is not None:
            self.height += _STRIP

    def lines(self, top: float) -> Iterator[str]:
        """Yield its elements."""
        top += _GAP
        if self._overlay.strip is not None:
            yield from self._strip(self._overlay.strip, top)
            top += _STRIP
        for said in self._findings:
            top += _LEADING
            yield text(said, _LEFT, top - 4, "finding")
        if self._overlay.footer:
            yield text(self._overlay.footer, _LEFT, top + _LEADING - 4, "legend")

    def _strip(self, strip: Strip, top: float) -> Iterator[str]:
        yield '<g class="strip">'
        scale = (self._width - 2 * _LEFT) / (strip.seconds or 1.0)
        for stay in strip.stays:
            yield from self._stay(stay, top, scale)
        yield from _ticks(strip, top + _BAR, scale)
        yield "</g>"

    def _stay(self, stay: StripPiece, top: float, scale: float) -> Iterator[str]:
        colour = Colour.RED if stay.alarm else self._colours.get(stay.node or "", Colour.GREY)
        wide = max((stay.end - stay.begin) * scale - 1, 1.5)
        area = Rectangle(_LEFT + stay.begin * scale, top, wide, _BAR)
        until = "so far" if stay.open else ""
        yield f'<g class="stay" data-step="{stay.number}">'
        title = f"{stay.number}: {stay.label}, {_duration(stay.end - stay.begin)} {until}".rstrip()
        yield element("title", f"{title}; {stay.alarm}" if stay.alarm else title)
        yield rectangle(area, 3, f"chip-{colour}")
        if metrics.width(stay.label, 12, bold=True) + 10 < wide:
            x, y = area.middle
            yield text(stay.label, x, y + 4, "chip on-chip")
        yield "</g>"


def _ticks(strip: Strip, top: float, scale: float) -> Iterator[str]:
    for number in range(_TICKS + 1):
        seconds = strip.seconds * number / _TICKS
        x = _LEFT + seconds * scale
        anchor = ("start", "middle", "end")[(number > 0) + (number == _TICKS)]
        said = _duration(seconds) if number else strip.begin
        yield element("path", class_="tick", d=f"M{shapes.number(x)},{top + 3} v5")
        place = shapes.number(x), shapes.number(top + 22)
        yield element("text", said, class_="tick-text", text_anchor=anchor, x=place[0], y=place[1])


def _duration(seconds: float) -> str:
    return duration(round(seconds * 1_000_000))


def _findings(overlay: Overlay, width: float) -> Iterator[str]:
    columns = int(width / 7)
    for said in overlay.findings[:_MOST_FINDINGS]:
        yield from textwrap.wrap(f"✗ {said}", columns, subsequent_indent="   ")
    more = len(overlay.findings) - _MOST_FINDINGS
    if more > 0:
        yield f"✗ and {more} more"
