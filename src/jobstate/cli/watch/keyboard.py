"""The keys of a terminal, read one by one and without an echo; in the end it is as it was."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The key that leaves.
LEAVING: Final = "q"
#: How much is read at once; nobody types faster.
_MUCH: Final = 1024


@contextmanager
def keyboard() -> Iterator[Callable[[float], str] | None]:
    """Yield what waits for keys for some seconds and returns what was typed; None without keys."""
    try:
        import select  # noqa: PLC0415 - those that Windows does not have, or not of terminals
        import termios  # noqa: PLC0415
        import tty  # noqa: PLC0415
    except ImportError:
        yield None
        return
    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (OSError, ValueError, termios.error):
        yield None
        return

    def typed(seconds: float) -> str:
        ready, _, _ = select.select([descriptor], [], [], seconds)
        return _read(descriptor) if ready else ""

    try:
        tty.setcbreak(descriptor)
        yield typed
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int) -> str:
    """Return what was typed; of a terminal that is gone, that its user has left."""
    try:
        typed = os.read(descriptor, _MUCH)
    except OSError:
        typed = b""
    return typed.decode(errors="replace") or LEAVING


def nothing_typed(seconds: float) -> str:
    """Wait: nobody is at the keys."""
    time.sleep(seconds)
    return ""
