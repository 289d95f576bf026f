"""A terminal of which a program does not know that nobody sits there, and what is typed on it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

#: How long a program has to show what is waited for, in seconds.
PATIENCE = 60.0


class PseudoTerminal:
    """A terminal.

    Attributes:
        device: What a program reads from and writes to.
        shown: All that was written so far.
    """

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        """Open one of this size."""
        self._master, self.device = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.device, termios.TIOCSWINSZ, size)
        self.shown = ""
        self._closed = Event()
        self._reading = Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reading.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._closed.set()
        os.close(self.device)
        self._reading.join(PATIENCE)
        os.close(self._master)

    @property
    def modes(self) -> list[Any]:
        """How it is set: with an echo, line by line, and so on."""
        return termios.tcgetattr(self.device)

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def wait_for(self, text: str, after: str = "") -> None:
        """Wait until a text has been shown, behind the last of another one."""
        until = time.monotonic() + PATIENCE
        while text not in self.shown.rpartition(after)[2] if after else text not in self.shown:
            assert time.monotonic() < until, f"{text!r} was not shown: {self.shown[-2000:]!r}"
            time.sleep(0.01)

    def _read(self) -> None:
        while not self._closed.is_set():
            try:
                self.shown += os.read(self._master, 65_536).decode(errors="replace")
            except OSError:  # the other end is closed
                return
