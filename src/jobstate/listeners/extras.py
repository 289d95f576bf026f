"""What to say where a listener's library is not there."""

from __future__ import annotations

from jobstate.errors import ToolMissingError


def missing(library: str, purpose: str, extra: str) -> ToolMissingError:
    """Return the error that names the extra to install."""
    return ToolMissingError(library, purpose, f'pip install "jobstate[{extra}]"')
