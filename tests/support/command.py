"""The command line, run in this process, and answers to feed it."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

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
