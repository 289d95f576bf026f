"""The style sheet of the SVG, light and dark.

Simple class selectors and nothing else, so that other renderers than browsers understand it.
Dark is a second set of rules behind a media query, or the only set.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from jobstate.diagrams.render.palette import DARK, DASHES, LIGHT
from jobstate.diagrams.stages import Stage
from jobstate.model.drawing import Colour

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.diagrams.render.palette import Theme
    from jobstate.model.drawing import ArrowKind

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"


class Look(StrEnum):
    """Light, dark, or what the reader's system asks for."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def sheet(kinds: Iterable[ArrowKind], look: Look) -> str:
    """Return the style sheet."""
    kinds = tuple(kinds)
    rules = [*_SHAPES, *_dashes(kinds)]
    rules += _colours(kinds, DARK if look is Look.DARK else LIGHT)
    if look is Look.AUTO:
        dark = "".join(_colours(kinds, DARK))
        rules.append(f"@media (prefers-color-scheme: dark) {{{dark}}}")
    return "\n".join(rules)


#: What does not depend on the theme.
_SHAPES = (
    # Browsers else leave out the colours of areas where they print.
    "svg {-webkit-print-color-adjust: exact; print-color-adjust: exact;}",
    f"text {{font-family: {FONT};}}",
    ".title {font-size: 26px; font-weight: bold;}",
    ".subtitle {font-size: 14px;}",
    ".frame text {font-size: 15px; font-weight: bold;}",
    ".frame .note {font-size: 12px; font-weight: normal;}",
    ".name {font-size: 16px; font-weight: bold; text-anchor: middle;}",
    ".long .name {font-size: 14px;}",
    ".small .name {font-size: 12px;}",
    ".meaning {font-size: 12px; text-anchor: middle;}",
    ".label {font-size: 12px;}",
    ".legend {font-size: 12px;}",
    ".line path, .start path {fill: none; stroke-width: 1.6;}",
    ".line .casing {stroke-width: 5;}",
    ".line.usual path {stroke-width: 4.5;}",
    ".line.usual .casing {stroke-width: 9;}",
    ".line .head, .start .head, .line.usual .head {stroke: none;}",
    ".frame rect {stroke-width: 1.4;}",
    ".frame.zone rect {fill: none; stroke-dasharray: 2 4; stroke-width: 1.2;}",
    ".box {stroke-width: 1.6;}",
    ".inferred .box {stroke-dasharray: 5 3;}",
    ".rim {fill: none; stroke-width: 1.2;}",
    ".reopens .rim {stroke-dasharray: 6 4;}",
    ".steady .box {stroke-width: 3;}",
    ".mark {stroke-width: 1.2;}",
    ".pill {font-size: 12px; font-weight: bold; text-anchor: middle;}",
    ".chip {font-size: 12px; font-weight: bold; text-anchor: middle;}",
    ".tick-text {font-size: 12px;}",
    # What a job did not touch steps back, and stays to be read.
    ".line.dim, .start.dim {opacity: 0.28;}",
    ".dim .name {font-weight: normal;}",
    ".line.unseen .stroke {stroke-dasharray: 1 4; stroke-width: 1.2;}",
    ".now .box, .bad .box {stroke-width: 3.5;}",
    ".frame.now rect, .frame.bad rect {stroke-width: 3;}",
    ".break .stroke {fill: none; stroke-width: 3; stroke-dasharray: 6 4;}",
    ".finding {font-size: 13px; font-weight: bold;}",
    ".table-title {font-size: 15px; font-weight: bold;}",
    ".cell, .head-cell {font-size: 13px;}",
    ".stay.bad .piece {stroke-width: 2.5;}",
    f".stage-{Stage.NOT_SEEN} {{stroke-width: 1; stroke-dasharray: 4 3;}}",
    ".tick {fill: none; stroke-width: 1;}",
    *(f".line.w{width} .stroke {{stroke-width: {1.4 + 0.5 * width:.1f};}}" for width in range(11)),
)


def _dashes(kinds: Iterable[ArrowKind]) -> Iterator[str]:
    for kind in kinds:
        if strokes := DASHES[kind.dash]:
            lengths = " ".join(map(str, strokes))
            yield f".k-{kind.name} .stroke {{stroke-dasharray: {lengths};}}"


def _colours(kinds: Iterable[ArrowKind], theme: Theme) -> Iterator[str]:
    yield f".paper {{fill: {theme.paper};}}"
    yield f".title, .name {{fill: {theme.text};}}"
    yield f".subtitle, .meaning, .note, .legend, .tick-text {{fill: {theme.quiet};}}"
    yield f".retired .name, .dim .name {{fill: {theme.quiet};}}"
    yield f".table-title, .cell {{fill: {theme.text};}} .head-cell {{fill: {theme.quiet};}}"
    for stage, ground in theme.stages.items():
        yield f".stage-{stage} {{fill: {ground.fill};}} .on-stage-{stage} {{fill: {ground.ink};}}"
    yield f".stage-{Stage.NOT_SEEN} {{stroke: {theme.quiet};}}"
    yield f".box {{fill: {theme.box}; stroke: {theme.rule};}}"
    yield f".casing {{stroke: {theme.paper};}}"
    yield f".start .dot, .start .head {{fill: {theme.text};}}"
    yield f".start .stroke {{stroke: {theme.text};}} .start .label {{fill: {theme.quiet};}}"
    yield f".zone rect {{stroke: {theme.quiet};}}"
    yield f".mark {{fill: {theme.paper};}}"
    for colour, ink in theme.inks.items():
        yield f".c-{colour} rect {{stroke: {ink.faint}; fill: {ink.wash};}}"
        yield f".f-{colour} .box, .f-{colour} .rim {{stroke: {ink.faint};}}"
        yield f".c-{colour} text {{fill: {ink.firm};}}"
        yield f".b-{colour} .box, .b-{colour} .rim {{stroke: {ink.firm};}}"
        yield f".chip-{colour} {{fill: {ink.firm};}}"
    yield f".filled .meaning {{fill: {theme.text};}}"
    yield f".dim .box, .dim .rim {{stroke: {theme.rule};}}"
    grey = theme.inks[Colour.GREY]
    yield f".plain .stroke {{stroke: {grey.firm};}}"
    yield f".plain .head, .plain .port {{fill: {grey.firm};}}"
    yield f".plain.inferred .stroke {{stroke: {grey.faint};}}"
    yield f".plain.inferred .head {{fill: {grey.faint};}}"
    for kind in kinds:
        ink, name = theme.inks[kind.colour], f".k-{kind.name}"
        yield f"{name} .stroke, {name} .mark {{stroke: {ink.firm};}}"
        yield f"{name} .head, {name} .port {{fill: {ink.firm};}}"
        yield f"{name} .label, {name} .pill {{fill: {ink.firm};}}"
        yield f"{name}.inferred .stroke {{stroke: {ink.faint};}}"
        yield f"{name}.inferred .head, {name}.inferred .port {{fill: {ink.faint};}}"
    blue = theme.inks[Colour.BLUE].firm
    yield f".now .box {{stroke: {blue};}} .share {{fill: {blue};}} .tick {{stroke: {theme.rule};}}"
    yield f".start .pill {{fill: {theme.text};}} .start .mark {{stroke: {theme.text};}}"
    red = theme.inks[Colour.RED].firm
    yield f".bad .box, .bad .stroke {{stroke: {red};}} .bad .head {{fill: {red};}}"
    yield f".bad .pill, .finding {{fill: {red};}} .bad .mark {{stroke: {red};}}"
    yield f".frame.now rect {{stroke: {blue};}}"
    yield f".frame.bad rect, .stay.bad .piece {{stroke: {red};}}"
    yield f".on-chip {{fill: {theme.paper};}}"
    yield f".line.unseen .stroke {{stroke: {theme.rule};}}"
    yield f".line.unseen .head, .line.unseen .port {{fill: {theme.rule};}}"
