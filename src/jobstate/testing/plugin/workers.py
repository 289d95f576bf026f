"""What workers of pytest-xdist send to the process that has started them: plain data, by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


def say_to_controller(config: pytest.Config, key: str, said: object) -> bool:
    """Say something plain to the controller; return whether this process is a worker at all."""
    output = getattr(config, "workeroutput", None)
    if output is None:
        return False
    output[key] = said
    return True


def output_of(node: object, key: str) -> Any:  # noqa: ANN401 - what was said, as it is known there
    """Return what a worker has said; None where it said nothing, or crashed."""
    return getattr(node, "workeroutput", {}).get(key)
