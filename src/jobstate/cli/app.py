"""The commands put together."""

from __future__ import annotations

from typing import Annotated, Final

import typer

import jobstate
from jobstate.cli.commands import check, diagram, explain, history, lifecycle, watch
from jobstate.cli.help_text import FittingCommand, FittingGroup
from jobstate.sagemaker import TRAINING_JOB

HELP: Final = """\b
Example:
  aws sagemaker list-training-jobs | jobstate check -

Know where SageMaker and Batch jobs stand, how they got there, what can't be true.
"""

# Plain help needs no rich, whose import would take longer than most checks.
app = typer.Typer(
    cls=FittingGroup,
    help=HELP,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, command, module in (
    ("check", check.check, check),
    ("explain", explain.explain_command, explain),
    ("lifecycle", lifecycle.lifecycle, lifecycle),
    ("diagram", diagram.diagram, diagram),
    ("history", history.history_command, history),
    ("watch", watch.watch_command, watch),
):
    app.command(name, cls=FittingCommand, help=module.HELP, short_help=module.IN_SHORT)(command)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"jobstate {jobstate.__version__}, {TRAINING_JOB}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Print the version and end."
    ),
]


@app.callback()
def main(context: typer.Context, *, version: Version = False) -> None:
    """Take what comes before the command; without one, print what there is."""
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
