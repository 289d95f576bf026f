"""What every command does alike: output and exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from jobstate.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

#: Exit codes, beside 0: as a shell shows what the signals SIGINT and SIGPIPE ended.
VIOLATIONS: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


def run(work: Callable[[], int]) -> NoReturn:
    """Do a command's work and end with the exit code that it returns.

    Ctrl-C, and a reader that goes away (``| head``), end it without a word.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character gets its escape instead of an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = work()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # What is still buffered must go somewhere when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    raise typer.Exit(code)


def emit(text: str) -> None:
    """Write a text to standard output, with a line's end after it."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def complain_of(error: Exception) -> None:
    """Write an error's text to standard error, each line of it without what can't be seen."""
    complain("\n".join(map(printable, str(error).split("\n"))))


def complain(text: str) -> None:
    """Write a text to standard error, with a line's end after it."""
    sys.stderr.write(f"{text}\n")
