"""Runs programs of others: Graphviz, a browser."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from jobstate.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How much of what the program said an error keeps.
KEPT = 10_000


def ran(
    command: Sequence[str], said: bytes = b"", *, seconds: float, remedy: str
) -> subprocess.CompletedProcess[bytes]:
    """Return what became of a program that had to succeed, and did.

    Args:
        command: The program and its arguments; no shell sees them.
        said: What it reads.
        seconds: How long it may take.
        remedy: What to do where it takes longer.

    Raises:
        ToolFailedError: It can't be run, took too long, or failed; the error has what it said.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no text from outside in the arguments
            command, input=said, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        problem = f"took longer than {seconds:g} s; {remedy}"
        raise ToolFailedError(command[0], problem, _shown(error.stderr)) from error
    except OSError as error:
        raise ToolFailedError(command[0], "can't be run", str(error)) from error
    if done.returncode:
        problem = f"failed with code {done.returncode}"
        raise ToolFailedError(command[0], problem, _shown(done.stderr))
    return done


def _shown(output: bytes | None) -> str:
    return (output or b"").decode("utf-8", "replace").strip()[:KEPT]
