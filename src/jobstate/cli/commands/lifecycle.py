"""``jobstate lifecycle``: the life cycle itself, as a table or as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import typer

from jobstate.cli.shell import Given, Kind, emit, lifecycle_of, run, tightened
from jobstate.model.tables import render

HELP: Final = """Print the life cycle of a kind of job: states, moves, rules, each with its source.

\b
Examples:
  jobstate lifecycle --given spot=no
  jobstate lifecycle --kind processing-job
  jobstate lifecycle --format csv > moves.csv

\b
Exit codes:
  0  printed
  2  a wrong option
"""


class LifecycleFormat(StrEnum):
    """How the life cycle is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"


Chosen = Annotated[LifecycleFormat, typer.Option("--format", help="For people, or for programs.")]


def lifecycle(
    *, kind: Kind = None, given: Given = None, chosen: Chosen = LifecycleFormat.TEXT
) -> None:
    """Print the life cycle."""
    tight = tightened(lifecycle_of(kind), given)

    def work() -> int:
        emit(render(tight, chosen.value))
        return 0

    run(work)
