"""The notation of the plans of this package: a line of a table for a line of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.model.drawing import Box, Line, Text

if TYPE_CHECKING:
    from collections.abc import Iterator


def boxes(
    states: tuple[str, ...], *places: tuple[float, float, float, float], small: bool = False
) -> Iterator[Box]:
    """Yield boxes: of each state its x and y, width and height."""
    for state, (x, y, width, height) in zip(states, places, strict=True):
        yield Box(state=state, x=x, y=y, width=width, height=height, small=small)


def text(x: float, y: float, words: str = "", *, anchor: str = "start", columns: int = 99) -> Text:
    """Return a label."""
    return Text(x=x, y=y, words=words, anchor=anchor, columns=columns)


def line(  # noqa: PLR0913 - the columns of a table
    origins: tuple[str, ...] | str,
    targets: tuple[str, ...] | str,
    notation: str,
    label: Text | None = None,
    *,
    same: bool = False,
    head: bool = True,
) -> Line:
    """Return a line from some states to others."""
    return Line(
        origins=(origins,) if isinstance(origins, str) else origins,
        targets=(targets,) if isinstance(targets, str) else targets,
        points=notation,
        text=label,
        same=same,
        head=head,
    )
