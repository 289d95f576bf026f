"""Pictures of a life cycle as text that other tools draw; imports the record and the renderers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.diagrams.dot import dot
from jobstate.diagrams.mermaid import mermaid
from jobstate.diagrams.record import Diagram, diagram_of
from jobstate.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.lifecycle import Lifecycle

_RENDERERS: Mapping[str, Callable[[Diagram], str]] = {"mermaid": mermaid, "dot": dot}

#: The formats that `render` knows.
FORMATS = tuple(_RENDERERS)


def render(lifecycle: Lifecycle, format: str) -> str:  # noqa: A002 - what everybody calls it
    """Return the picture of a life cycle as text, the same in every process.

    Args:
        lifecycle: Any life cycle; draw a smaller one with `Lifecycle.given`.
        format: One of `FORMATS`.

    Raises:
        UnknownNameError: There is no such format; it lists those there are.
    """
    if format not in _RENDERERS:
        raise UnknownNameError("format", format, FORMATS)
    return _RENDERERS[format](diagram_of(lifecycle))


__all__ = ["FORMATS", "Diagram", "diagram_of", "render"]
