"""``jobstate diagram``: the life cycle as a picture's source, printed or written to a file.

Imports the life cycle of SageMaker's training jobs and its diagrams.
"""

from __future__ import annotations

import os
import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from jobstate.cli.shell import UNUSABLE, Given, complain, emit, run, tightened
from jobstate.diagrams import render
from jobstate.escaping import printable
from jobstate.sagemaker import TRAINING_JOB

HELP: Final = """Draw the life cycle of a training job, for Mermaid or Graphviz.

\b
Examples:
  jobstate diagram --format mermaid -o training-job.mmd
  jobstate diagram --format dot --given spot=no | dot -Tsvg > training-job.svg

\b
Exit codes:
  0  drawn
  2  the file can't be written, or a wrong option
"""


class Format(StrEnum):
    """What draws it."""

    MERMAID = "mermaid"
    DOT = "dot"


Chosen = Annotated[Format, typer.Option("--format", help="What draws it.")]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file: all of it or, if that fails, nothing. Else to standard output.",
    ),
]


def diagram(*, chosen: Chosen, given: Given = None, output: Output = None) -> None:
    """Print the diagram, or write it."""
    tight = tightened(TRAINING_JOB, given)

    def work() -> int:
        text = render(tight, chosen.value)
        if output is None:
            emit(text)
            return 0
        try:
            write(Path(output), text)
        except OSError as error:
            complain(f"{printable(output)}: {error.strerror or error}")
            return UNUSABLE
        return 0

    run(work)


def write(path: Path, text: str) -> None:
    """Write a text to a file so that nobody ever sees a part of it.

    Raises:
        OSError: It can't be written; what was there before is still there.
    """
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", newline="\n")  # a pipe, say, can't be replaced
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
