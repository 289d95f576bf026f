"""Which file a journal is: one path that leads to it, and whether that still does."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from jobstate.errors import JournalDamagedError, JournalError, shown

_REMEDY: Final = "see that it is there and can be read"


def resolved(path: str | os.PathLike[str]) -> Path:
    """Return the one path of a file, absolute and without symbolic links.

    Whatever stands beside a journal is found by its name. So each way to it must lead to the same
    name, also after the program has gone to another folder.

    Raises:
        JournalError: There can be no such path.
    """
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise JournalError(str(path), f"can't be opened: {error}", "name another file") from error


def require_file(path: Path) -> os.stat_result:
    """Return what the system says of a journal's file.

    Raises:
        FileNotFoundError: It is not there.
        JournalDamagedError: It has nothing in it, or is not there, and its log is.
        JournalError: It is no file, has a second name, or can't be looked at.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        _require_no_log(path, "is not there")
        raise
    except (OSError, ValueError) as error:
        raise JournalError(str(path), f"can't be opened: {error}", _REMEDY) from error
    if not stat.S_ISREG(found.st_mode):
        raise JournalError(str(path), "is no file", "name the journal's file")
    if found.st_nlink > 1:
        problem = f"has {found.st_nlink} names (hard links), and its log and lock stand beside one"
        raise JournalError(str(path), problem, "leave it one, or use symbolic links")
    if not found.st_size:
        _require_no_log(path, "has nothing in it")
    return found


def _require_no_log(path: Path, problem: str) -> None:
    """Refuse a log without its file: SQLite deletes it at once, also where it may only read."""
    log = path.with_name(f"{path.name}-wal")
    if size := size_of(log):
        remedy = "restore the file; to begin with a new one, move the log away"
        raise JournalDamagedError(
            str(path), [f"it {problem}, and {shown(log.name)} has {size:,} bytes"], remedy
        )


def size_of(path: Path) -> int:
    """Return how many bytes a file has; 0 where there is none, or none that can be looked at."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def make(path: Path) -> bool:
    """Make an empty file for its owner alone, whatever the umask; tell whether there was none.

    Closing it gives up what SQLite has locked of the same file in this process: so only where there
    was none, and before SQLite opens it.

    Raises:
        OSError: It can't be made.
    """
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    try:
        if hasattr(os, "fchmod"):  # pragma: no branch - where files have modes
            os.fchmod(made, 0o600)
    finally:
        os.close(made)
    return True


def file_id(path: str) -> tuple[int, int] | None:
    """Return what tells a file from every other while it is open; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - each commit asks, and this takes half the time
    except OSError:
        return None
    return found.st_dev, found.st_ino
