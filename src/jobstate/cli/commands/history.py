"""``jobstate history``: what a tracker's journal says of jobs, and who has heard it."""

from __future__ import annotations

import heapq
import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jobstate.cli.given_times import given_time
from jobstate.cli.journal_text import (
    MANY_JOBS,
    View,
    event_line,
    heading,
    jobs_lines,
    listeners_lines,
    story_lines,
)
from jobstate.cli.progress import EVENTS, progress
from jobstate.cli.shell import UNUSABLE, VIOLATIONS, complain, complain_of, emit, run, wrong_option
from jobstate.cli.terminal import Paint
from jobstate.common.text import listed, nearest, printable
from jobstate.common.times import iso
from jobstate.errors import JournalError
from jobstate.journal.reader import JournalReader
from jobstate.kinds import KINDS
from jobstate.model.events import job_dict, time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.delivery.outbox import Posted
    from jobstate.journal import ListenerPosition
    from jobstate.model.events import Event

#: As many names are offered in place of one that is not there.
_NEAR: Final = 5

IN_SHORT: Final = "Say what a tracker's journal has, and who has not heard it."
HELP: Final = f"""\b
Examples:
  jobstate history jobs.db --since 2h
  jobstate history jobs.db --job lighthouse-2026-10-05
  jobstate history jobs.db --format json | gzip > events.jsonl.gz
  jobstate history jobs.db --listeners
  jobstate history jobs.db --follow --job lighthouse-2026-10-05

{IN_SHORT}

Reads the file along while a tracker writes to it, or after a crash, and changes nothing. Without
--job: the jobs that need a look first, and how far each listener is. With --job: the whole story of
that job. Times are UTC. --format json prints every event, a line each, in order; with --listeners a
line per listener. --follow prints what is said from now on, as soon as it is written.

\b
Exit codes:
  0  printed
  1  a job of that name is not in it (near names are told)
  2  the file can't be read, or a wrong option
"""


class HistoryFormat(StrEnum):
    """How a journal is printed."""

    TEXT = "text"
    JSON = "json"


File = Annotated[str, typer.Argument(metavar="FILE", help="The journal.")]
Jobs = Annotated[
    list[str] | None,
    typer.Option(
        "--job", metavar="NAME|ARN", help="Tell all of this job only. Repeat for several."
    ),
]
Chosen = Annotated[
    HistoryFormat,
    typer.Option("--format", help="For people, or one line of JSON per event for programs."),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Only what happened since then, by the service's clock: 30min, 2h, 7d (ago),"
        " 2026-10-05, 2026-10-05T07:10Z.",
    ),
]
Listeners = Annotated[
    bool,
    typer.Option("--listeners", help="Only how far the listeners are, with every parked job."),
]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow",
        "-f",
        help="Print each event from now on, until Ctrl-C; with --since also those since then.",
    ),
]
Every = Annotated[
    bool,
    typer.Option("--all", help=f"List every job, be there more than {MANY_JOBS}."),
]


def history_command(  # noqa: PLR0913 - the options of a command
    file: File,
    *,
    jobs: Jobs = None,
    chosen: Chosen = HistoryFormat.TEXT,
    since: Since = None,
    listeners: Listeners = False,
    follow: Follow = False,
    every: Every = False,
) -> None:
    """Print what a journal says, end with an exit code."""
    now = datetime.now(UTC)
    begin = None if since is None else given_time(since, now, "--since")
    if listeners and jobs:
        raise wrong_option("--job and --listeners exclude each other", "--job")
    if listeners and follow:
        raise wrong_option("--listeners has no events to follow", "--follow")

    def work() -> int:
        try:
            with JournalReader(file, lifecycle=KINDS) as history:
                paint = Paint.on(sys.stdout)
                view = View(now=now, lifecycles=history.judged_by, paint=paint, since=begin)
                if follow:
                    return _follow(history, jobs or (), chosen, view)
                if listeners:
                    return _listeners(history, chosen, view)
                if jobs:
                    return _jobs(history, jobs, chosen, view)
                return _whole(history, chosen, view, every=every)
        except JournalError as error:
            sys.stdout.flush()  # what could be read comes first
            complain_of(error)
            return UNUSABLE

    run(work)


# --- What is printed ----------------------------------------------------------------------------


def _whole(history: JournalReader, chosen: HistoryFormat, view: View, *, every: bool) -> int:
    if chosen is HistoryFormat.JSON:
        _export(history.events(), history.newest, view)
        return 0
    _print(heading(history, view), view)
    emit("")
    _print(jobs_lines(history, view, every=every), view)
    emit("")
    _print(listeners_lines(history.listeners(), view.paint, every=False), view)
    return 0


def _print(lines: Iterable[str], view: View) -> None:
    for line in view.paint.folded(lines):
        emit(line)


def _listeners(history: JournalReader, chosen: HistoryFormat, view: View) -> int:
    positions = history.listeners()
    if chosen is HistoryFormat.JSON:
        for position in positions:
            emit(json.dumps(_position_dict(position)))
    else:
        _print(listeners_lines(positions, view.paint, every=True), view)
    return 0


def _jobs(history: JournalReader, names: Sequence[str], chosen: HistoryFormat, view: View) -> int:
    found = [key for key in history.job_keys() if {key.id, key.name} & {*names}]
    if chosen is HistoryFormat.JSON:
        events = heapq.merge(
            *(history.events(job=key) for key in dict.fromkeys(found)), key=attrgetter("number")
        )
        _export(events, history.newest, view)
    else:
        positions = history.listeners()
        for place, key in enumerate(dict.fromkeys(found)):
            if place:
                emit("")
            _print(story_lines(history, history.job(key), positions, view), view)
    there = {each for key in found for each in (key.id, key.name)}
    missing = [name for name in dict.fromkeys(names) if name not in there]
    sys.stdout.flush()
    for name in missing:
        complain(_not_there(history, name))
    return VIOLATIONS if missing else 0


def _follow(history: JournalReader, names: Sequence[str], chosen: HistoryFormat, view: View) -> int:
    after = history.newest if view.since is None else 0
    for number, event in history.follow(after):
        wanted = not names or {event.job.id, event.job.name} & {*names}
        if not wanted or not view.is_recent(time_of(event)):
            continue
        if chosen is HistoryFormat.JSON:
            emit(_as_json(number, event))
        else:
            _print([event_line(event, view)], view)
        sys.stdout.flush()
    return 0


def _not_there(history: JournalReader, name: str) -> str:
    names = dict.fromkeys(key.name for key in history.job_keys())
    wanted = name.rpartition("/")[2]
    near = nearest(wanted, names, _NEAR) or list(names)[:_NEAR]
    offered = f"; near it: {listed(near)}" if near else ", nor any other"
    return f"{printable(str(history.path))}: no job is called {printable(name)}{offered}"


def _export(events: Iterator[Posted], newest: int, view: View) -> None:
    """Print events, a line each; a bar shows how far it is, unless the lines go to the terminal."""
    with progress(0 if sys.stdout.isatty() else newest, EVENTS) as told:
        for number, event in events:
            told(number)
            if view.is_recent(time_of(event)):
                emit(_as_json(number, event))


def _as_json(number: int, event: Event) -> str:
    return json.dumps({"number": number, **event.to_dict()})


def _position_dict(position: ListenerPosition) -> dict[str, object]:
    return {
        "listener": position.name,
        "behind": position.behind,
        "cursor": position.cursor,
        "held": [
            {
                "job": job_dict(held.job),
                "first": held.first,
                "waiting": held.waiting,
                "attempts": held.attempts,
                "error": held.error,
                "parked": iso(held.parked),
            }
            for held in position.held
        ],
    }
