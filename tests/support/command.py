"""The command line, run in this process, and answers to feed it."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from jobstate.cli.app import app
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLES = HOME / "examples"
ANSWERS = EXAMPLES / "answers"
BROKEN = ANSWERS / "broken"

BEGIN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def jobstate(*arguments: object, stdin: str | bytes = b"") -> Result:
    """Run the command; an error that nobody expects fails the test."""
    words = [str(each) for each in arguments]
    return CliRunner().invoke(app, words, input=stdin, catch_exceptions=False)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def on_terminal(columns: int, *arguments: object) -> list[str]:
    """Return the lines that the command prints, to both streams, on a terminal of some width."""
    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        with suppress(SystemExit):
            app([str(each) for each in arguments], prog_name="jobstate")
    return stream.getvalue().splitlines()


@contextmanager
def modules_of(folder: Path) -> Iterator[None]:
    """Let what is imported from a folder be forgotten in the end, so that no other test gets it."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(str(folder)):
                del sys.modules[name]


def verdicts(*arguments: object, stdin: str | bytes = b"") -> list[dict[str, Any]]:
    """Return what ``jobstate check --format json`` prints."""
    ran = jobstate("check", "--format", "json", *arguments, stdin=stdin)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def settled(*arguments: object, stdin: str | bytes = b"") -> list[dict[str, Any]]:
    """Return the last line about each job: of a pipe it is told once it has ended, then again."""
    found = verdicts(*arguments, stdin=stdin)
    return [*{each["job"]["id"]: each for each in found}.values()]


def item(name: str, primary: str = "Completed", secondary: str | None = None) -> dict[str, Any]:
    """Return a list item; without a secondary status where none is given."""
    found = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{name}",
        "CreationTime": BEGIN.isoformat(),
        "TrainingJobStatus": primary,
    }
    return found if secondary is None else {**found, "SecondaryStatus": secondary}


def described(*stays: tuple[str, float], name: str = "tide", **more: Any) -> dict[str, Any]:
    """Return a describe answer in progress whose history has such stays, so many seconds each.

    It prints no EndTime, as some sources don't.
    """
    begin, entries = BEGIN, []
    for status, seconds in stays:
        entries.append({"Status": status, "StartTime": begin.isoformat()})
        begin += timedelta(seconds=seconds)
    answer = item(name, "InProgress", stays[-1][0])
    return {**answer, "SecondaryStatusTransitions": entries, **more}
