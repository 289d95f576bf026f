"""`JsonLines`: an event a line, as JSON, to a file.

A line goes to the file in one call of the system, at the end, so several processes may append to
one file, and whoever reads it along never sees half a line that is not being written.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from jobstate.common.closing import Closing
from jobstate.common.forks import renewed_in_forked_child
from jobstate.errors import shown
from jobstate.listeners.rotating_file import Appending, Rotation

if TYPE_CHECKING:
    from jobstate.model.events import Event


class Writable(Protocol):
    """A text file that is open: ``sys.stdout``, an `io.StringIO`, what `open` returns."""

    def write(self, text: str, /) -> object:
        """Take a text."""
        raise NotImplementedError

    def flush(self) -> object:
        """Pass on what was taken."""
        raise NotImplementedError


class JsonLines(Closing):
    """Writes each event's `to_dict` as one line of JSON, in ASCII, as soon as it is told.

    Any thread may call it. Use it as a context manager, or close it. A disk that is full shows as
    the `OSError` that the tracker logs and counts; the line is lost, those after it are not.

    A file that is given by its path is followed by its name: one that logrotate renames is made
    anew. With `rotate_bytes` it is renamed here, before a line that has no room in it, to
    ``events.jsonl.20261127T061530.123456Z-1f3c9a2b`` (when, and eight random digits), so names
    sort by time; the newest `keep` of them stay. Several processes may write to one file all the
    same, if all of them are given the same bounds. No line is lost or torn, each file is renamed
    once, and the lines of one process stay in order, the renamed files read first. But a line may
    go to the file that was renamed a moment ago, which then is larger by that. Where
    renaming fails (a folder that is read-only or knows no locks; Windows), the file grows on, and
    the log of ``jobstate`` says so, once until it goes well again.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | Writable,
        *,
        rotate_bytes: int | None = None,
        keep: int = 10,
    ) -> None:
        """Write to a file.

        Args:
            file: A path: the file is made where there is none, and appended to, each line with one
                call of the system. Or a text file that is open, which stays open when this is
                closed, and is flushed after each line; how it writes is its own affair.
            rotate_bytes: How large the file may become, if it is given by its path; by default
                as large as it will.
            keep: How many full ones stay beside it.

        Raises:
            OSError: There can't be such a file.
            ValueError: A bound is not positive, or an open file can't be rotated.
        """
        self._target: Appending | _Open
        rotation = None if rotate_bytes is None else Rotation(rotate_bytes, keep)
        if isinstance(file, (str, os.PathLike)):
            self._target = Appending(Path(file), rotation)
        elif rotation is None:
            self._target = _Open(file)
        else:
            raise ValueError("rotate_bytes: only a file that is given by its path can be rotated")
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")
        self._closed = False

    def __repr__(self) -> str:
        return f"<JsonLines {shown(self._target.name)}{' closed' if self._closed else ''}>"

    def __call__(self, event: Event, /) -> None:
        """Write one event.

        Raises:
            ValueError: It is closed.
            OSError: The file takes no more.
        """
        line = json.dumps(event.to_dict(), ensure_ascii=True, allow_nan=False)
        with self._lock:
            if self._closed:
                raise ValueError(f"{self!r}: nothing can be written to it any more")
            self._target.write(f"{line}\n")

    def close(self) -> None:
        """Write nothing more; close the file, if a path was given. Twice does no harm."""
        with self._lock:
            self._closed = True
            self._target.close()


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
