"""Waiting for other threads, and making them wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate import Event

LIMIT = 30.0  # seconds after which a test that hangs fails


class Gate:
    """A listener that hangs until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.open = threading.Event()
        self.heard: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Hang."""
        self.begun.set()
        assert self.open.wait(LIMIT)
        self.heard.append(event)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so, which other threads make so."""
    deadline = threading.Event()
    for _ in range(int(LIMIT * 1000)):
        if condition():
            return
        deadline.wait(0.001)
    raise AssertionError("it never came")
