"""``jobstate check``: the story of each job in some answers, and what can't be true in it."""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jobstate.cli.answers import STDIN, Verdicts
from jobstate.cli.family_tree import family_lines
from jobstate.cli.lifecycles import AssumeUtc, Given, Ignored, Kind, Own, kinds_of
from jobstate.cli.outcomes import ExitOn, Selected, outcomes_of
from jobstate.cli.partial import PartialVerdicts
from jobstate.cli.shell import CAME_TO, UNUSABLE, VIOLATIONS, complain, emit, run
from jobstate.cli.terminal import Paint
from jobstate.cli.timeline import breach_lines, headline, job_lines, needs_a_look, summary_lines
from jobstate.common.text import MOST_NAMES, counted, cut, printable
from jobstate.conformance.families import families
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.conformance.report import Report
    from jobstate.model.observation import JobKey
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
same of processing, transform, tuning and AWS Batch jobs. gzip, YAML (with PyYAML) and the progress
logs of SageMaker's SDK are read too; what else is no JSON is named, with what to do. Several
answers about one job, in the order given, are a series. Jobs that belong together are printed as
trees: a tuning job and its training jobs, an array and its children. --lifecycle judges by a life
cycle of your own, from a Python file.

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
Ordered = Annotated[
    bool | None,
    typer.Option(
        "--in-order/--any-order",
        help="The answers about a job stand in the order in which they came, or in none. By default"
        " they do, but for events and what something else wraps.",
    ),
]
Required = Annotated[
    int,
    typer.Option(
        "--require", metavar="N", min=0, help="Fewer answers than this are an error (exit 2)."
    ),
]
Partial = Annotated[
    bool,
    typer.Option(
        "--partial",
        help="Judge each dictionary that has a status, as --query leaves of an answer: by the"
        " service's names, or Status, Secondary, Reason, Name. What is missing is not known.",
    ),
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
    assume_utc: AssumeUtc = False,
    partial: Partial = False,
    chosen: Chosen = CheckFormat.TEXT,
    every: Every = False,
    in_order: Ordered = None,
    require: Required = 0,
    selected: Selected = None,
    exit_on: ExitOn = None,
) -> None:
    """Judge the answers in files, print the verdicts, end with an exit code."""
    kinds = kinds_of(kind, own, given, ignore)
    wanted = outcomes_of(selected, "--outcome")
    awaited = outcomes_of(exit_on, "--exit-on")

    def work() -> int:
        read = PartialVerdicts if partial else Verdicts
        lines = _JsonLines(wanted) if chosen is CheckFormat.JSON else None
        # Whoever writes a pipe may take days; what is in files is read to its end at once.
        ended = lines.has_ended if lines and files == [STDIN] else None
        answers = read(kinds, in_order=in_order, utc=assume_utc, ended=ended)
        answers.read(files)
        reports = answers.reports()
        if lines is not None:
            lines.finish(reports)
        else:
            paint = Paint.on(sys.stdout)
            told = _text(answers, reports, wanted, paint, strict=strict, every=every)
            for line in paint.folded(told):
                emit(line)
        if answers.answers < require:
            complain(f"{counted(answers.answers, 'answer')} judged, but --require {require:,}")
            return UNUSABLE
        if answers.unusable:
            return UNUSABLE
        if not all(_is_legal(report, strict=strict) for report in reports):
            return VIOLATIONS
        return CAME_TO if any(each.result.outcome in awaited for each in reports) else 0

    run(work)


class _JsonLines:
    """Prints a line per job: of a pipe once it has ended, and again where more came later."""

    def __init__(self, wanted: frozenset[Outcome]) -> None:
        self._wanted = wanted
        self._printed: dict[JobKey, int] = {}

    def has_ended(self, report: Report) -> None:
        """Print a job that has ended while there may be more to read."""
        if report.job not in self._printed:
            self._print(report)
            sys.stdout.flush()  # whoever reads along has it at once

    def finish(self, reports: list[Report]) -> None:
        """Print every job that was not printed, or of which something else is true by now."""
        for report in reports:
            self._print(report)

    def _print(self, report: Report) -> None:
        for each in _selected([report], self._wanted):
            told = each.to_dict()
            news = hash(json.dumps(told | {"answers": None}))  # a copy more is none
            if self._printed.get(each.job) != news:
                self._printed[each.job] = news
                emit(json.dumps(told))


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
    if answers.passed_over:
        yield f"passed over: {_passed_over(answers)}"
    counts = f"{counted(len(reports), 'job')}, {counted(answers.answers, 'answer')}"
    if not reports:
        yield f"0 answers judged{_more(answers, reports)}"
        return
    yield f"{counts}: {colour(_verdict(len(illegal)))}{_more(answers, reports)}"


def _passed_over(answers: Verdicts) -> str:
    """Return what there was of other kinds, by kind, in one line."""
    most = answers.passed_over.most_common(MOST_NAMES)
    said = ", ".join(f"{number:,} {printable(cut(what, 80))}" for what, number in most)
    rest = answers.passed_over.total() - sum(number for _, number in most)
    return f"{said} and {rest:,} more" if rest else said


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


def _verdict(illegal: int) -> str:
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
