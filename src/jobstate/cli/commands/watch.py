"""``jobstate watch``: jobs on AWS while they run, as a table, as lines, or for programs."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jobstate.cli.given_times import given_time
from jobstate.cli.lifecycles import lifecycle_of
from jobstate.cli.shell import INTERRUPTED, UNUSABLE, complain, complain_of, emit, run, wrong_option
from jobstate.cli.terminal import Paint
from jobstate.common.text import printable
from jobstate.errors import JobstateError, LifecycleError
from jobstate.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.cli.watch.drawing import Scene
    from jobstate.cli.watch.watching import Watching
    from jobstate.diagrams.overlays.usual import UsualTime
    from jobstate.model.lifecycle import Lifecycle

IN_SHORT: Final = "Watch jobs on AWS while they run."
HELP: Final = f"""\b
Examples:
  jobstate watch churn-42 churn-43
  jobstate watch --all --since 2h
  jobstate watch 'churn-*' --all --journal jobs.db
  jobstate watch churn-42 --json | jq .status

{IN_SHORT}

A table with a line for each job: what it has passed, a cell for each stay; where it stands and for
how long, and with --journal how long jobs usually stand there; what it came to and why; what it did
that its life cycle forbids. A tuning job has its training jobs below it, and says itself what they
came to. The keys sort, filter and open jobs: ? says how. Where standard output is no terminal, a
line is printed whenever something changed. It ends when all jobs have ended. Needs the extra aws,
and credentials as the AWS CLI.

\b
Exit codes:
  0  all jobs have succeeded
  1  a job did what its life cycle forbids
  2  a job or AWS can't be asked about, or a wrong option
  3  a job failed
  4  a job was stopped
  5  a job timed out
  6  a job succeeded in part, or is gone and nobody knows what it came to
  130  somebody left before that (q, Ctrl-C)
The worst counts, in this order: 2, 1, 3, 5, 4, 6.
"""

#: How far it looks back for jobs, where nobody says.
_BACK: Final = timedelta(days=1)
_GLOBS: Final = frozenset("*?[")

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME|ARN",
        help="The jobs, by name, arn or id; with --all also names like 'churn-*'.",
    ),
]
Every = Annotated[
    bool,
    typer.Option("--all", help="All jobs of the account and region, or those of these names."),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="All jobs created since then (1d by default): 30min, 2h, 7d (ago), 2026-10-05,"
        " 2026-10-05T07:10Z.",
    ),
]
SomeKinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        autocompletion=lambda: [each.name for each in KINDS],
        help="The kind of job that names are of, training jobs by default; with --all repeat for"
        " several. In full or how its name ends: " + ", ".join(map(str, KINDS.by_name)),
    ),
]
KeptIn = Annotated[
    str | None,
    typer.Option(
        "--journal", metavar="FILE", help="A tracker's journal: how long jobs usually stand where."
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="A line of JSON for each answer, for programs.")
]
Interval = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        min=0.1,
        help="How long between two looks at a job, or at the list. By default a job is looked at"
        " soon after it changed and seldom in between (5 to 60 s), the list every 30 s.",
    ),
]
Stay = Annotated[
    bool, typer.Option("--stay", help="Go on when all have ended: there may be new ones.")
]
Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint-url", metavar="URL", help="Where AWS is, if somewhere else."),
]
Region = Annotated[str | None, typer.Option("--region", metavar="REGION", help="The AWS region.")]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A profile of AWS's configuration.")
]


def watch_command(  # noqa: PLR0913 - the options of a command
    names: Names = None,
    *,
    every: Every = False,
    since: Since = None,
    kinds: SomeKinds = None,
    journal: KeptIn = None,
    as_json: AsJson = False,
    interval: Interval = None,
    stay: Stay = False,
    endpoint: Endpoint = None,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Watch jobs until they have ended, end with an exit code."""
    # Slow to load, and no other command needs it.
    from jobstate.aws.errors import ServiceError  # noqa: PLC0415
    from jobstate.cli.usual import journal_times  # noqa: PLC0415
    from jobstate.cli.watch.clients import SIGN_IN, Clients  # noqa: PLC0415
    from jobstate.cli.watch.watching import Watching, Wish  # noqa: PLC0415

    every = every or since is not None
    chosen = [lifecycle_of(each) for each in kinds or ()] or [lifecycle_of(None)]
    _refuse_what_can_not_be(names or [], chosen, every=every)
    now = datetime.now(UTC)
    wish = Wish(
        names=names or (),
        kinds=chosen,
        every=every,
        since=(now - _BACK if since is None else given_time(since, now, "--since")),
        interval=interval,
        stay=stay,
    )

    def work() -> int:
        stop = Event()
        try:
            usual = journal_times(journal) if journal is not None else {}
            clients = Clients(profile=profile, region=region, endpoint=endpoint)
            watching = Watching(wish, clients, sleep=stop.wait, stopped=stop.is_set)
            _show(watching, usual, stop, as_json=as_json)
        except ServiceError as error:  # of no use to ask on: the credentials don't hold
            sys.stdout.flush()
            complain(printable(f"AWS can't be asked: {error.said}: {SIGN_IN}"))
            return UNUSABLE
        except LifecycleError as error:
            raise wrong_option(str(error), "--kind") from None
        except JobstateError as error:
            sys.stdout.flush()
            complain_of(error)
            return UNUSABLE
        return watching.board.exit_code if watching.over else INTERRUPTED

    run(work)


def _refuse_what_can_not_be(names: list[str], kinds: list[Lifecycle], *, every: bool) -> None:
    """Refuse names and kinds that don't say what to watch.

    Raises:
        typer.BadParameter: They don't.
    """
    if not names and not every:
        raise wrong_option("name jobs, or give --all", "NAME")
    globs = [name for name in names if _GLOBS.intersection(name)]
    if globs and not every:
        text = f"{printable(globs[0])} may be many jobs: give --all, and those of that name are"
        raise wrong_option(f"{text} watched", "NAME")
    if len(kinds) > 1 and not every:
        raise wrong_option("names are of one kind; arns say theirs themselves", "--kind")


def _show(
    watching: Watching, usual: Mapping[tuple[str, str], UsualTime], stop: Event, *, as_json: bool
) -> None:
    from jobstate.cli.watch.drawing import Scene  # noqa: PLC0415 - as above
    from jobstate.cli.watch.live import show  # noqa: PLC0415
    from jobstate.cli.watch.said import json_line, plain_lines  # noqa: PLC0415

    def now() -> datetime:
        return datetime.now(UTC) + watching.looks.ahead

    def scene() -> Scene:
        board = watching.board
        return Scene(jobs=board.jobs, now=now(), usual=usual, note=board.note)

    if sys.stdout.isatty() and not as_json and os.environ.get("TERM") != "dumb":
        show(watching, scene, stop)
        return
    paint = Paint.on(sys.stdout)
    for step in watching.steps():
        if as_json:
            emit(json_line(step.news, step.job, now()))
        else:
            for line in plain_lines(step.news, step.before, step.job, now(), paint):
                emit(line)
        sys.stdout.flush()
