"""The style sheet of the incident view, light and dark: simple class selectors and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.render.palette import DARK, LIGHT, OUTCOMES
from jobstate.diagrams.render.svg.style import FONT, Look
from jobstate.model.drawing import Colour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.render.palette import Theme


def sheet(look: Look) -> str:
    """Return the style sheet."""
    rules = [*_SHAPES, *_colours(DARK if look is Look.DARK else LIGHT)]
    if look is Look.AUTO:
        rules.append(f"@media (prefers-color-scheme: dark) {{{''.join(_colours(DARK))}}}")
    return "\n".join(rules)


#: What does not depend on the theme.
_SHAPES = (
    f".incident text {{font-family: {FONT}; font-size: 12px;}}",
    ".incident .title {font-size: 15px; font-weight: normal;}",
    ".incident .tick {stroke: none;}",
    ".incident .head {font-size: 18px; font-weight: bold;}",
    ".incident .sentence {font-size: 13px;}",
    ".incident .bad, .incident .slow, .incident .strong {font-weight: bold;}",
    ".incident .number, .incident .end {text-anchor: end;}",
    ".incident .status, .incident .length {font-size: 13px; font-weight: bold;}",
    ".incident .on-bar {font-weight: bold;}",
    ".incident .alarm, .incident .over {stroke-width: 2;}",
    ".incident .alarm {stroke-dasharray: 4 2;}",
)


def _colours(theme: Theme) -> Iterator[str]:
    inks = theme.inks
    yield f".incident .paper {{fill: {theme.paper};}}"
    yield f".incident text {{fill: {theme.text};}}"
    yield f".incident .quiet, .incident .tick-text, .incident .number {{fill: {theme.quiet};}}"
    yield f".incident .tick, .incident .fold {{fill: {theme.rule};}}"
    yield f".incident .band {{fill: {inks[Colour.GREY].faint};}}"
    yield f".incident .half {{fill: {theme.text};}}"
    yield f".incident .bad {{fill: {inks[Colour.RED].firm};}}"
    yield f".incident .slow {{fill: {inks[Colour.ORANGE].firm};}}"
    for stage, ground in theme.stages.items():
        yield f".incident .s-{stage} {{fill: {ground.fill};}}"
        yield f".incident .on-{stage} {{fill: {ground.ink};}}"
    for outcome, colour in OUTCOMES.items():
        yield f".incident .o-{outcome} {{fill: {inks[colour].firm};}}"
    yield f".incident .alarm {{stroke: {inks[Colour.RED].firm};}}"
    yield f".incident .over {{stroke: {inks[Colour.ORANGE].firm};}}"
