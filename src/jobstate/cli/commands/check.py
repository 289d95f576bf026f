"""``jobstate check``: the story of each job in some answers, and what can't be true in it."""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jobstate.cli.answers import Verdicts
from jobstate.cli.family_tree import family_lines
from jobstate.cli.lifecycles import Given, Ignored, Kind, Own, kinds_of
from jobstate.cli.outcomes import ExitOn, Selected, outcomes_of
from jobstate.cli.shell import CAME_TO, UNUSABLE, VIOLATIONS, emit, run
from jobstate.cli.terminal import Paint
from jobstate.cli.timeline import breach_lines, headline, job_lines, needs_a_look, summary_lines
from jobstate.common.text import counted
from jobstate.conformance.families import families
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.conformance.report import Report
    from jobstate.model.states import Outcome

#: More jobs than this are not printed in full, unless asked for: those that need a look are named.
MANY_JOBS: Final = 20
#: How much of a failure reason is printed of one of many jobs.
_LONGEST_REASON: Final = 120

IN_SHORT: Final = "Say what became of jobs, and what can't be true of them."
HELP: Final = f"""\b
Examples:
  aws sagemaker list-training-jobs | jobstate check -
  jobstate check --given spot=no --format json monday.jsonl tuesday.jsonl
  jobstate check --lifecycle order:ORDER orders.jsonl    # ORDER of order.py

{IN_SHORT}

Reads what the service answers, in JSON, in any mixture: answers of describe-training-job and
list-training-jobs, single summaries, EventBridge events, arrays or JSON Lines of these, and the
same of processing, transform, tuning and AWS Batch jobs. Several answers about one job, in the
order given, are a series. Jobs that belong together are printed as trees: a tuning job and its
training jobs, an array and its children. --lifecycle judges by a life cycle of your own, from a
Python file.

\b
Exit codes:
  0  every job is legal
  1  a job did what its life cycle forbids
  2  some input can't be read (the rest is judged), or a wrong option
  3  with --exit-on, a job came to that (1 and 2 come first)
"""


class CheckFormat(StrEnum):
    """How verdicts are printed."""

    TEXT = "text"
    JSON = "json"


Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Files with answers; - is standard input."),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Notes and unmodelled statuses make a job illegal too."),
]
Chosen = Annotated[
    CheckFormat,
    typer.Option("--format", help="For people, or one line of JSON per job for programs."),
]
Every = Annotated[
    bool,
    typer.Option("--all", help=f"Print every job in full, be there more than {MANY_JOBS}."),
]


def check(  # noqa: PLR0913 - the options of a command
    files: Files,
    *,
    kind: Kind = None,
    own: Own = None,
    strict: Strict = False,
    given: Given = None,
    ignore: Ignored = None,
    chosen: Chosen = CheckFormat.TEXT,
    every: Every = False,
    selected: Selected = None,
    exit_on: ExitOn = None,
) -> None:
    """Judge the answers in files, print the verdicts, end with an exit code."""
    kinds = kinds_of(kind, own, given, ignore)
    wanted = outcomes_of(selected, "--outcome")
    awaited = outcomes_of(exit_on, "--exit-on")

    def work() -> int:
        answers = Verdicts(kinds)
        answers.read(files)
        reports = answers.reports()
        if chosen is CheckFormat.JSON:
            for report in _selected(reports, wanted):
                emit(json.dumps(report.to_dict()))
        else:
            paint = Paint.on(sys.stdout)
            lines = _text(answers, reports, wanted, paint, strict=strict, every=every)
            for line in paint.folded(lines):
                emit(line)
        if answers.unusable:
            return UNUSABLE
        if not all(_is_legal(report, strict=strict) for report in reports):
            return VIOLATIONS
        return CAME_TO if any(each.result.outcome in awaited for each in reports) else 0

    run(work)


def _is_legal(report: Report, *, strict: bool) -> bool:
    return report.legal and not (strict and (report.violations or report.unmodelled))


def _selected(reports: list[Report], wanted: frozenset[Outcome]) -> list[Report]:
    return [each for each in reports if not wanted or each.result.outcome in wanted]


def _text(  # noqa: PLR0913 - the options of a command
    answers: Verdicts,
    reports: list[Report],
    wanted: frozenset[Outcome],
    paint: Paint,
    *,
    strict: bool,
    every: bool,
) -> Iterator[str]:
    chosen = _selected(reports, wanted)
    found = [] if wanted else families(reports)
    many = len(found or chosen) > MANY_JOBS
    if many and not every:
        yield from _named(chosen if wanted else list(filter(needs_a_look, reports)), paint)
    elif wanted:
        for report in chosen:
            yield from (*job_lines(report, paint), "")
    for family in found if every or not many else ():
        yield from (*family_lines(family, paint, every=every), "")
    illegal = frozenset(each.job for each in reports if not _is_legal(each, strict=strict))
    if many:
        yield from (*summary_lines(reports, illegal, paint), "")
    if sources := list(_sources(reports)):
        yield from (*sources, "")
    colour = paint.bad if illegal else paint.good
    counts = f"{counted(len(reports), 'job')}, {counted(answers.answers, 'answer')}"
    yield f"{counts}: {colour(_verdict(reports, len(illegal)))}{_more(answers, reports)}"


def _named(reports: list[Report], paint: Paint) -> Iterator[str]:
    """Yield a line for each of many jobs, and below it what it breaks."""
    for report in reports:
        yield headline(report, paint, _LONGEST_REASON)
        yield from breach_lines(report, paint)
    if reports:
        yield ""


def _sources(reports: list[Report]) -> Iterator[str]:
    """Yield what the short names of sources mean that violations name."""
    meanings: dict[str, str] = {}
    for report in reports:
        named = " ".join(each.source for each in report.violations)
        for name, meaning in report.lifecycle.sources.items():
            if re.search(rf"\b{name}\b", named):
                meanings[f"{name}: {meaning}"] = meaning
    yield from meanings


def _verdict(reports: list[Report], illegal: int) -> str:
    if not reports:
        return "nothing to judge"
    return f"{illegal:,} illegal" if illegal else "all legal"


def _more(answers: Verdicts, reports: list[Report]) -> str:
    """Return what else there was, counted."""
    severities = [each.severity for report in reports for each in report.violations]
    counts = (
        (severities.count(Severity.ERROR), "error"),
        (severities.count(Severity.NOTE), "note"),
        (sum(len(report.unmodelled) for report in reports), "unmodelled status"),
        (answers.unusable, "unusable input"),
        (sum(each.job_state.suppressed + each.unkept for each in reports), "untold breach"),
    )
    found = ", ".join(counted(number, noun) for number, noun in counts if number)
    return f" ({found})" if found else ""
