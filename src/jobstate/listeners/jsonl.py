"""`JsonLines`: an event a line, as JSON, to a file; imports the events.

A line goes to the file in one call of the system, at the end, so several processes may append to
one file, and whoever reads it along never sees half a line that is not being written.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from jobstate.errors import shown

if TYPE_CHECKING:
    from types import TracebackType

    from jobstate.events import Event


class Writable(Protocol):
    """A text file that is open: ``sys.stdout``, an `io.StringIO`, what `open` returns."""

    def write(self, text: str, /) -> object:
        """Take a text."""
        raise NotImplementedError

    def flush(self) -> object:
        """Pass on what was taken."""
        raise NotImplementedError


class JsonLines:
    """Writes each event's `to_dict` as one line of JSON, in ASCII, as soon as it is told.

    Use it as a context manager, or close it. A disk that is full shows as the `OSError` that the
    tracker logs and counts in ``failures``; the line is lost, those after it are not.
    """

    def __init__(self, file: str | os.PathLike[str] | Writable) -> None:
        """Write to a file.

        Args:
            file: A path: the file is made where there is none, and appended to, each line with one
                call of the system. Or a text file that is open, which stays open when this is
                closed, and is flushed after each line; how it writes is its own affair.

        Raises:
            OSError: There can't be such a file.
        """
        self._target: _Appending | _Open
        if isinstance(file, (str, os.PathLike)):
            self._target = _Appending(Path(file))
        else:
            self._target = _Open(file)
        self._closed = False

    def __repr__(self) -> str:
        return f"<JsonLines {shown(self._target.name)}{' closed' if self._closed else ''}>"

    def __enter__(self) -> Self:
        """Return it; leaving closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __call__(self, event: Event, /) -> None:
        """Write one event.

        Raises:
            ValueError: It is closed.
            OSError: The file takes no more.
        """
        if self._closed:
            raise ValueError(f"{self!r}: nothing can be written to it any more")
        line = json.dumps(event.to_dict(), ensure_ascii=True, allow_nan=False)
        self._target.write(f"{line}\n")

    def close(self) -> None:
        """Write nothing more; close the file, if a path was given. Twice does no harm."""
        self._closed = True
        self._target.close()


class _Appending:
    """A file by its path: unbuffered, and every write goes to its end (``O_APPEND``)."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file = path.open("ab", buffering=0)
        self._torn = False

    def write(self, line: str) -> None:
        data = line.encode("ascii")
        if self._torn:
            data = b"\n" + data  # so that only the torn line can't be read
        written = self._file.write(data)
        self._torn = written != len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.name)

    def close(self) -> None:
        self._file.close()


class _Open:
    """A text file that somebody else has opened and will close."""

    def __init__(self, file: Writable) -> None:
        self.name = getattr(file, "name", type(file).__name__)
        self._file = file

    def write(self, line: str) -> None:
        self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        """Leave it open."""
