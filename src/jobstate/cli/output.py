"""What a command has drawn, written to a file or printed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from jobstate.cli.shell import UNUSABLE, complain
from jobstate.common.text import printable


def put(drawn: bytes, output: str | None) -> int:
    """Write it, or print it where no file is named; return the exit code."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(drawn)
        return 0
    try:
        write(Path(output), drawn)
    except OSError as error:
        complain(f"{printable(output)}: {error.strerror or error}")
        return UNUSABLE
    return 0


def write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it.

    Raises:
        OSError: It can't be written; what was there before is still there.
    """
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe, say, can't be replaced
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
