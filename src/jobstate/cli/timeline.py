"""A verdict as people read it: what came of a job, its history, what can't be true of it.

Pure: verdicts in, lines out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from jobstate.cli.stays import timeline
from jobstate.cli.terminal import duration, moment
from jobstate.cli.width import table
from jobstate.common.text import counted, cut, listed, printable
from jobstate.diagrams.stages import stages_of
from jobstate.model.events import PathKind
from jobstate.model.observation import LONGEST_REASON
from jobstate.model.specification import Severity
from jobstate.model.states import UNKNOWN_CAUSE, Basis, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from jobstate.cli.terminal import Paint
    from jobstate.conformance.report import Report, Step
    from jobstate.model.events import OutcomeRefined, StatusChanged, Violation
    from jobstate.model.observation import JobKey
    from jobstate.model.outcome import Result

#: How much of a service's or a rule's words is printed.
_LONGEST_TEXT: Final = 400

OUTCOMES = {
    Outcome.RUNNING: "still running",
    Outcome.SUCCEEDED: "succeeded",
    Outcome.PARTIAL: "succeeded in part",
    Outcome.FAILED: "failed",
    Outcome.STOPPED: "stopped",
    Outcome.TIMED_OUT: "timed out",
    Outcome.UNKNOWN: "outcome unknown",
}
#: What has been taken for success often enough to say that it is none.
_NO_SUCCESS = {Outcome.PARTIAL, Outcome.STOPPED, Outcome.TIMED_OUT}
#: What somebody has to look at.
_BAD = {Outcome.FAILED, Outcome.TIMED_OUT}
_SURENESS = {PathKind.EXACT: "", PathKind.CERTAIN: "surely ", PathKind.POSSIBLE: "perhaps "}


def job_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the whole story of a job, what came of it first."""
    inner = paint.narrower(2)
    yield headline(report, paint)
    yield from indented(heading_lines(report.job, report.created, report.console, paint))
    if report.found_at and " " in report.found_at:  # a file and a line alone say nothing new
        yield f"  {paint.faint(printable(f'found in {report.found_at}'))}"
    running = not report.result.final
    stages, modified = stages_of(report.lifecycle), report.job_state.modified
    yield from indented(timeline(report.entries, stages, modified, inner, running=running))
    if report.answers > 1:
        yield ""
        yield from indented(_news(report))
    if report.violations or report.unmodelled:
        yield ""
    yield from breach_lines(report, paint)


def headline(report: Report, paint: Paint, longest: int = LONGEST_REASON) -> str:
    """Return what an on-call person wants: which job, what came of it, how long it took, and why.

    Args:
        report: The verdict.
        paint: The colours.
        longest: How many characters of the failure reason there may be.
    """
    name = paint.bold(printable(report.job.name))
    status = printable(str(report.shown.get(report.region, "no status")))
    begin = report.entries[0].start if report.entries else report.created
    lasted = took(report.result, begin, report.ended, report.job_state.modified)
    why = reason_words(report.failure_reason, longest)
    return f"{name}  {status}: {came_to(report.result, paint)}{lasted}{why}"


def heading_lines(
    job: JobKey, created: datetime | None, console: str | None, paint: Paint
) -> Iterator[str]:
    """Yield which job it is in full."""
    if created is not None:
        yield f"created {moment(created)} UTC"
    if job.id != job.name:
        yield paint.faint(printable(job.id))
    if console is not None:
        yield printable(console)


def breach_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Yield what a job breaks, and the statuses that its life cycle does not know."""
    for step in report.steps:
        for violation in step.violations:
            summary = report.lifecycle.rule(violation.rule).summary
            yield from indented(violation_lines(violation, step.where, summary, paint))
        for each in step.unmodelled:
            what = f"{each.field} is {each.value}, which {report.lifecycle} does not know"
            yield f"  {paint.odd('unmodelled')}: {printable(what)}"
            yield f"      at: {printable(step.where)}"


def came_to(result: Result, paint: Paint, words: str | None = None) -> str:
    """Return what a job has come to, in its colour, whatever rule was broken.

    Args:
        result: What it has come to.
        paint: The colours.
        words: What is said instead.
    """
    words = outcome_words(result) if words is None else words
    if result.outcome is Outcome.RUNNING:
        return words
    if result.outcome in _BAD:
        return paint.bad(words)
    return paint.good(words) if result.outcome is Outcome.SUCCEEDED else paint.odd(words)


def outcome_words(result: Result) -> str:
    """Return what a job has come to, in words."""
    words = OUTCOMES[result.outcome]
    if result.cause == UNKNOWN_CAUSE:
        words += ", cause unknown"
    elif result.cause is not None:
        words += f" ({printable(result.cause)})"
    if result.outcome in _NO_SUCCESS:
        words += ", not a success"
    if result.final and not result.for_good:
        words += "; may be reopened"
    return f"{words}; being deleted" if result.gone else words


def reason_words(failure_reason: str | None, longest: int = LONGEST_REASON) -> str:
    """Return why a job failed, where its service has said so, to be put behind what came of it."""
    return "" if failure_reason is None else f": “{cut(printable(failure_reason), longest)}”"


def took(
    result: Result, begin: datetime | None, ended: datetime | None, modified: datetime | None
) -> str:
    """Return how long a job ran, or runs at least, to be put behind what came of it.

    Args:
        result: What came of it.
        begin: When it began.
        ended: When it ended.
        modified: When its record was last changed.
    """
    if begin is None:
        return ""
    if result.final:
        return "" if ended is None else f", after {duration(ended - begin)}"
    if modified is None or modified <= begin or result.outcome is not Outcome.RUNNING:
        return ""
    return f", for {duration(modified - begin)} at least (last changed {moment(modified)} UTC)"


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Return lines, each further in."""
    return (f"  {line}" for line in lines)


# --- What each answer brought -------------------------------------------------------------------


def _news(report: Report) -> Iterator[str]:
    yield "What each answer brought:"
    told = 0
    for step in report.steps:
        changes = (
            change_words(each, is_main=each.region == report.region) for each in step.changed
        )
        lines = [*_entered(step), *changes, *map(refined_words, step.refined)]
        if lines:
            told += 1
            yield f"  {printable(step.where)}"
            yield from (f"    {line}" for line in lines)
    if silent := report.answers - told:
        yield f"  {counted(silent, 'answer')} brought no new status"


def _entered(step: Step) -> Iterator[str]:
    if entered := step.entered:
        yield f"entered {listed([each.status for each in entered])}"


def change_words(change: StatusChanged, *, is_main: bool) -> str:
    """Return from what to what a job moved, how, and how sure that is; escaped."""
    region = "" if is_main else f"{change.region.replace('_', ' ')} "
    if change.origin is None:
        move = f"{region}first seen: {change.target}"
    else:
        move = f"{region}{change.origin} → {change.target}"
    return printable(f"{move}{', reopened' if change.reopened else ''}{_way(change)}")


def refined_words(event: OutcomeRefined) -> str:
    """Return what an end turned out to be; escaped."""
    reason = "" if event.failure_reason is None else ", with its reason"
    return f"known more exactly: {outcome_words(event.result)}{reason}"


def _way(change: StatusChanged) -> str:
    """Return how the job came there, and how sure that is."""
    sure = str(change.path_kind)
    if change.basis is Basis.INFERRED:
        sure += f", {change.basis}"
    if change.path:
        return f", {_SURENESS[change.path_kind]}by way of {listed(change.path)} ({sure})"
    if change.basis is None and change.path_kind is not PathKind.EXACT:
        return ", no legal way is known"
    if change.origin is None:
        return ""
    return f", {_SURENESS[change.path_kind]}directly ({sure})"


# --- What can't be true -------------------------------------------------------------------------


def violation_lines(found: Violation, where: str, summary: str, paint: Paint) -> Iterator[str]:
    """Yield what a job broke, where, and why that is a rule.

    Args:
        found: What it broke.
        where: Where the answer came from; empty where nobody knows.
        summary: The rule in a sentence; empty where the life cycle has no such rule any more.
        paint: Its colours.
    """
    is_error = found.severity is Severity.ERROR
    head = paint.bad(f"error {found.rule}") if is_error else paint.odd(f"note {found.rule}")
    yield f"{head}: {cut(printable(found.message), _LONGEST_TEXT)}"
    place = ", ".join(filter(None, (where, found.path))) or "the answer"
    yield f"    at: {printable(place)}"
    if found.allowed:
        yield f"    allowed: {listed(found.allowed)}"
    because = f"{summary} ({found.basis}; {found.source})".lstrip()
    yield f"    because: {printable(because)}"


# --- Many jobs ----------------------------------------------------------------------------------


def needs_a_look(report: Report) -> bool:
    """Return whether a job failed, timed out, or did what should be told of it."""
    return report.result.outcome in _BAD or bool(report.violations or report.unmodelled)


def summary_lines(
    reports: Iterable[Report], illegal: frozenset[object], paint: Paint
) -> Iterator[str]:
    """Yield a table of the jobs by outcome.

    Args:
        reports: The verdicts on all of them.
        illegal: The jobs that count as illegal.
        paint: How wide it may be.
    """
    jobs: Counter[Outcome] = Counter()
    wrong: Counter[Outcome] = Counter()
    for report in reports:
        jobs[report.result.outcome] += 1
        wrong[report.result.outcome] += report.job in illegal
    return outcome_table(jobs, wrong, paint)


def outcome_table(jobs: Counter[Outcome], wrong: Counter[Outcome], paint: Paint) -> Iterator[str]:
    """Yield how many jobs came to what.

    Args:
        jobs: Outcome → how many jobs.
        wrong: Outcome → how many of them are illegal.
        paint: How wide it may be.
    """
    rows = [
        (OUTCOMES[outcome], f"{jobs[outcome]:,}", f"{wrong[outcome]:,}")
        for outcome in Outcome
        if jobs[outcome]
    ]
    return table([("outcome", "jobs", "illegal"), *rows], paint.width, numbers=True)
