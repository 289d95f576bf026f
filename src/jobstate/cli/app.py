"""The commands put together."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from jobstate.cli.commands import check, diagram, explain, history, lifecycle
from jobstate.sagemaker import TRAINING_JOB

HELP: Final = """Know where SageMaker and Batch jobs stand, how they got there, what can't be true.

\b
Begin with:
  jobstate check FILE
"""

# Plain help needs no rich, whose import would take longer than most checks.
app = typer.Typer(
    help=HELP,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("check", help=check.HELP)(check.check)
app.command("explain", help=explain.HELP)(explain.explain_command)
app.command("lifecycle", help=lifecycle.HELP)(lifecycle.lifecycle)
app.command("diagram", help=diagram.HELP)(diagram.diagram)
app.command("history", help=history.HELP)(history.history_command)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        from importlib import metadata  # noqa: PLC0415 - slower to import than to judge an answer

        try:
            version = metadata.version("jobstate")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        typer.echo(f"jobstate {version}, {TRAINING_JOB}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and end."
    ),
]


@app.callback()
def jobstate(*, version: Version = False) -> None:
    """Take what comes before the command."""
    del version
