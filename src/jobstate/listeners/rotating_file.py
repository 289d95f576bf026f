"""`Appending`: a file by its path that many processes append to, and that is rotated.

Nobody waits to write. Whoever finds the file full locks it (which only those wait for who find it
full too), renames it and makes it anew; the others see before their next line that the path leads
to another file, and open that. A line that was on its way at that moment goes to the renamed file,
whole. The lock is on the file itself, so a process that dies leaves none behind.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.common.log import log
from jobstate.common.times import utc_now
from jobstate.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO
    from pathlib import Path

    from attrs import Attribute

_UNMADE: Final = "can't be made anew, so the renamed one grows on"
_UNROTATED: Final = "can't be renamed, so it grows on"
_UNDELETED: Final = "has older ones beside it that can't be deleted"
_STAMP: Final = r"\.[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[0-9a-f]{8}"


def _positive(_rotation: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name}: expected 1 or more, got {shown(value)}")


@frozen
class Rotation:
    """When a file is full, and how many full ones stay.

    Attributes:
        rotate_bytes: How large it may become; a line that is longer has a file of its own.
        keep: How many full ones stay, the newest. Not none: a process that is slow may still write
            a line to the file that was renamed last.

    Raises:
        ValueError: One of them is not positive.
    """

    rotate_bytes: int = field(validator=_positive)
    keep: int = field(validator=_positive)


class Appending:
    """A file by its path: unbuffered, and every write goes to its end (``O_APPEND``).

    It is followed by its name: what is renamed or deleted under it, by whomever, is made anew at
    the next line.

    Attributes:
        name: The path, as it was given.
    """

    def __init__(self, path: Path, rotation: Rotation | None) -> None:
        """Open it, or make it.

        Raises:
            OSError: There can't be such a file.
        """
        self.name = str(path)
        self._path = path.absolute()  # another working folder later must not lead elsewhere
        self._rotation = rotation
        self._file = self._opened()
        self._torn = False
        self._complaints: set[str] = set()

    def write(self, line: str) -> None:
        """Write a line, with one call of the system.

        Raises:
            OSError: The disk is full: the line is torn.
        """
        data = line.encode("ascii")
        self._follow()
        if self._rotation is not None:
            self._rotate(self._rotation, len(data))
        if self._torn:
            data = b"\n" + data  # so that only the torn line can't be read
        written = self._file.write(data)
        self._torn = written != len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.name)

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def _opened(self) -> FileIO:
        return self._path.open("ab", buffering=0)

    def _follow(self) -> None:
        """Open what the path leads to, if that is another file by now."""
        if self._is_there():
            return
        try:
            file = self._opened()
        except OSError as error:
            if not os.fstat(self._file.fileno()).st_nlink:  # what is written there is gone with it
                raise
            self._complain(_UNMADE, error)
        else:
            self._file.close()
            self._file, self._torn = file, False

    def _is_there(self) -> bool:
        """Return whether the path leads to the file that is open."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except OSError:
            return False

    def _rotate(self, rotation: Rotation, coming: int) -> None:
        """Rename the file where the coming line has no room, and make it anew."""
        size = os.fstat(self._file.fileno()).st_size
        if not size or size + coming <= rotation.rotate_bytes:
            return
        try:
            with _locked(self._file):
                if self._is_there():  # else another process was faster
                    self._rename()
        except (OSError, ImportError) as error:
            self._complain(_UNROTATED, error)
        else:
            self._complaints -= {_UNMADE, _UNROTATED}
            self._follow()
            self._prune(rotation.keep)

    def _rename(self) -> None:
        """Give the file a name that nobody else gives; the names of one file sort by time."""
        stamp = f"{utc_now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
        self._path.rename(f"{self._path}.{stamp}")

    def _prune(self, keep: int) -> None:
        """Delete all that was renamed but the newest."""
        pattern = re.compile(re.escape(self._path.name) + _STAMP)
        try:
            full = [each for each in self._path.parent.iterdir() if pattern.fullmatch(each.name)]
            for path in sorted(full)[:-keep]:
                path.unlink(missing_ok=True)  # another process may have deleted it
            self._complaints.discard(_UNDELETED)
        except OSError as error:
            self._complain(_UNDELETED, error)

    def _complain(self, problem: str, error: Exception) -> None:
        """Say it, once until it goes well again."""
        if problem not in self._complaints:
            log().warning("the file %s %s; no line is lost: %s", shown(self.name), problem, error)
        self._complaints.add(problem)


@contextmanager
def _locked(file: FileIO) -> Iterator[None]:
    """Lock a file against all that lock it too.

    Raises:
        ImportError: The system has no such locks.
        OSError: The file's folder has none.
    """
    import fcntl  # noqa: PLC0415 - Windows has none

    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
