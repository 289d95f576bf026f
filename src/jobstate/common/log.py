"""The logger of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging


def log() -> logging.Logger:
    """Return the logger ``jobstate``, for what nobody's code hears of."""
    import logging  # noqa: PLC0415 - a tenth of the time to import jobstate, and rarely needed

    return logging.getLogger("jobstate")
