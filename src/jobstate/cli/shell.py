"""What every command does alike: output and exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TextIO

import typer

from jobstate.cli.terminal import width_of
from jobstate.cli.width import columns_of, folded
from jobstate.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

#: Exit codes, beside 0: as a shell shows what the signals SIGINT and SIGPIPE ended.
VIOLATIONS: Final = 1
UNUSABLE: Final = 2
CAME_TO: Final = 3
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


def open_streams() -> None:
    """Give what the caller has closed (``>&-``) a stream that says so when it is used.

    What is told on standard error goes nowhere then: the exit code has to do.
    """
    if sys.stdin is None:
        sys.stdin = _stream(os.O_WRONLY, "r")
    if sys.stdout is None:
        sys.stdout = _stream(os.O_RDONLY, "w")
    if sys.stderr is None:
        sys.stderr = _stream(os.O_WRONLY, "w")


def _stream(flags: int, mode: Literal["r", "w"]) -> TextIO:
    """Return a stream in the first free place, before some file gets it: reads or writes fail."""
    return open(os.open(os.devnull, flags), mode, encoding="utf-8")  # noqa: PTH123 - no path


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
    except OSError as error:
        code = unwritten(error)
    raise typer.Exit(code)


def unwritten(error: OSError) -> int:
    """Say why standard output can't be written, unless its reader has gone; return the exit code.

    Whatever else commands open, they say themselves what is wrong with it.
    """
    _drop(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    complain(f"standard output can't be written: {error.strerror or error}")
    return UNUSABLE


def _drop(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that Python's own flush at its end is quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def emit(text: str) -> None:
    """Write a text to standard output, with a line's end after it."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def complain_of(error: Exception) -> None:
    """Write an error's text to standard error, each line of it without what can't be seen."""
    complain("\n".join(map(printable, str(error).split("\n"))))


def wrong_option(text: str, option: str) -> typer.BadParameter:
    """Return the error about an option's value; on a terminal its lines fit."""
    width = width_of(sys.stderr)
    if width is not None and columns_of(f"Error: Invalid value for {option}: {text}") > width:
        text = "\n".join(["", *folded(f"  {text}", width)])
    return typer.BadParameter(text, param_hint=option)


def complain(text: str) -> None:
    """Write a text to standard error, with a line's end after it; where that fails, nowhere."""
    width = width_of(sys.stderr)
    try:
        for line in text.split("\n"):
            sys.stderr.write("\n".join([*folded(line, width), ""]))
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)
