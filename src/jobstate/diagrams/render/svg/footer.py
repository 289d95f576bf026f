"""What stands under a picture with an overlay: time line, tables, what was found, the legend."""

from __future__ import annotations

import textwrap
from itertools import accumulate
from typing import TYPE_CHECKING

from jobstate.diagrams.layout import geometry as shapes
from jobstate.diagrams.layout import text_width as metrics
from jobstate.diagrams.render.svg import strip
from jobstate.diagrams.render.svg.elements import element, text
from jobstate.diagrams.render.svg.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.diagrams.graph.graph import Diagram
    from jobstate.diagrams.layout.layout import Layout
    from jobstate.diagrams.overlays.overlay import Overlay, OverlayTable

_LEFT, _GAP, _LEADING = 24, 12, 18
#: Between the columns of a table; above each.
_BETWEEN, _ABOVE = 28, 30
#: The font's size of what is remarked.
_NOTE = 12
#: Over this many, the rest is only counted.
_MOST_FINDINGS = 12


class Foot:
    """What stands under a picture with an overlay.

    Attributes:
        height: How high it is.
    """

    def __init__(self, diagram: Diagram, layout: Layout, overlay: Overlay, width: float) -> None:
        """Measure it."""
        self._overlay = overlay
        self._width = width
        self._findings = list(_findings(overlay, width))
        self._notes = _rows(overlay.footer, width)
        self._legend = Legend(diagram, layout, overlay)
        self._strip = 0.0
        if overlay.strip is not None:
            self._strip = strip.height(overlay.strip, _LEFT, width - 2 * _LEFT)
        self.height = _GAP * 2.0 + _LEADING * (len(self._findings) + len(self._notes))
        self.height += self._strip + sum(map(_height, overlay.tables)) + self._legend.height(width)

    @staticmethod
    def width_of_tables(tables: Iterable[OverlayTable]) -> float:
        """Return how wide a picture must be to hold tables."""
        return _LEFT + max((_columns(table)[-1] for table in tables), default=0.0)

    def lines(self, top: float) -> Iterator[str]:
        """Yield its elements."""
        top += _GAP
        if self._overlay.strip is not None:
            yield from strip.drawn(self._overlay.strip, _LEFT, top, self._width - 2 * _LEFT)
            top += self._strip
        for said in self._findings:
            top += _LEADING
            yield text(said, _LEFT, top - 4, "finding")
        for table in self._overlay.tables:
            yield from _table(table, top)
            top += _height(table)
        for said in self._notes:
            top += _LEADING
            yield text(said, _LEFT, top - 4, "legend")
        yield from self._legend.lines(top, self._width)


def _rows(said: str, width: float) -> list[str]:
    return metrics.rows(said, _NOTE, width - 2 * _LEFT) if said else []


def _height(table: OverlayTable) -> float:
    return _ABOVE + _LEADING * (len(table.rows) + 1)


def _table(table: OverlayTable, top: float) -> Iterator[str]:
    """Yield a table: words to the left, numbers to the right."""
    places = [float(_LEFT), *_columns(table)[1:]]
    anchors = ["start", *["end"] * (len(places) - 1)]
    yield '<g class="table">'
    yield text(table.title, _LEFT, top + _ABOVE - 10, "table-title")
    for place, row in enumerate((table.head, *table.rows)):
        y = shapes.number(top + _ABOVE + _LEADING * (place + 1) - 8)
        kind = "cell" if place else "head-cell"
        for cell, column, anchor in zip(row, places, anchors, strict=True):
            across = shapes.number(column)
            yield element("text", cell, class_=kind, text_anchor=anchor, x=across, y=y)
    yield "</g>"


def _columns(table: OverlayTable) -> list[float]:
    """Return where the columns of a table end."""
    columns = zip(table.head, *table.rows, strict=True)
    widths = [max(metrics.width(cell, 13, bold=True) for cell in cells) for cells in columns]
    title = metrics.width(table.title, 15, bold=True)
    ends = [_LEFT + end for end in accumulate(wide + _BETWEEN for wide in widths)]
    return [*(end - _BETWEEN for end in ends[:-1]), max(ends[-1] - _BETWEEN, title)]


def _findings(overlay: Overlay, width: float) -> Iterator[str]:
    columns = int(width / 7)
    for said in overlay.findings[:_MOST_FINDINGS]:
        yield from textwrap.wrap(f"✗ {said}", columns, subsequent_indent="   ")
    more = len(overlay.findings) - _MOST_FINDINGS
    if more > 0:
        yield f"✗ and {more} more"
