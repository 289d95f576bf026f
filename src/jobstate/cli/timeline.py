"""A verdict as people read it: heading, timeline, what each answer brought, what can't be true.

Pure: verdicts in, lines out.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from jobstate.cli.terminal import Paint, created_words, duration, listed, moment, table
from jobstate.common.text import counted, cut, printable
from jobstate.model.events import PathKind
from jobstate.model.observation import LONGEST_REASON
from jobstate.model.specification import Severity
from jobstate.model.states import UNKNOWN_CAUSE, Basis, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from jobstate.conformance.report import Report, Step
    from jobstate.model.events import OutcomeRefined, StatusChanged, Violation
    from jobstate.model.observation import Entry
    from jobstate.model.outcome import Result

#: How wide the bars are, all together.
_BAR: Final = 32
#: Of a longer history only so many entries at each end are printed.
_ENTRIES_AT_AN_END: Final = 20
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
_SURENESS = {PathKind.EXACT: "", PathKind.CERTAIN: "surely ", PathKind.POSSIBLE: "perhaps "}


def job_lines(report: Report, paint: Paint) -> Iterator[str]:
    """Yield the whole story of a job."""
    job = report.job
    yield paint.bold(printable(job.name)) + created_words(report.created)
    yield paint.faint(printable(job.id))
    yield status_line(report, paint)
    yield from reason_lines(report.failure_reason)
    running = not report.result.final
    yield from indented(timeline(report.entries, report.job_state.modified, paint, running=running))
    if report.answers > 1:
        yield ""
        yield from indented(_news(report))
    if report.violations or report.unmodelled:
        yield ""
    yield from breach_lines(report, paint)


def status_line(report: Report, paint: Paint) -> str:
    """Return where a job stands, what it has come to, and how long that took."""
    status = printable(str(report.shown.get(report.region, "no status")))
    colour = paint.good if report.legal else paint.bad
    return f"{status}: {colour(outcome_words(report.result))}{took(report.result, report.entries)}"


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


def reason_lines(failure_reason: str | None) -> Iterator[str]:
    """Yield why a job failed, where its service has said so."""
    if failure_reason is not None:
        yield f"“{cut(printable(failure_reason), LONGEST_REASON)}”"


def took(result: Result, entries: Sequence[Entry]) -> str:
    """Return how long a job took that has ended, as far as its history tells."""
    if not result.final or not entries:
        return ""
    return f", after {duration(entries[-1].start - entries[0].start)}"


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Return lines, each further in."""
    return (f"  {line}" for line in lines)


# --- The timeline -------------------------------------------------------------------------------


def timeline(
    entries: Sequence[Entry], modified: datetime | None, paint: Paint, *, running: bool
) -> Iterator[str]:
    """Yield a history, each stay with its part of the time.

    Args:
        entries: The history; nothing is yielded of an empty one.
        modified: When the record was last changed: what runs, runs at least until then.
        paint: Its colours.
        running: The last stay goes on.
    """
    if not entries:
        return
    scale = _Scale(entries, modified, running=running)
    rows = [_row(number, entries, scale) for number in range(len(entries))]
    left_out = len(rows) - 2 * _ENTRIES_AT_AN_END
    lines = [line.rstrip() for line in _columns(rows)]
    if left_out > 1:
        yield from lines[:_ENTRIES_AT_AN_END]
        yield f"… {left_out:,} more …"
        yield from lines[-_ENTRIES_AT_AN_END:]
    else:
        yield from lines
    if message := entries[-1].message:
        yield paint.faint(f"“{cut(printable(message), _LONGEST_TEXT)}”")


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for status, start, length, bar in rows:
        yield "  ".join(
            (status.ljust(widths[0]), start.rjust(widths[1]), length.rjust(widths[2]), bar)
        )


class _Scale:
    """Where a moment lies on the bars."""

    def __init__(
        self, entries: Sequence[Entry], modified: datetime | None, *, running: bool
    ) -> None:
        times = [time for each in entries for time in (each.start, each.end) if time]
        self.running = running
        self.first = min(times)
        self.last = max([*times, modified]) if modified and running else max(times)

    def place(self, time: datetime) -> int:
        return round(_BAR * ((time - self.first) / ((self.last - self.first) or timedelta(1))))


def _row(number: int, entries: Sequence[Entry], scale: _Scale) -> tuple[str, str, str, str]:
    entry = entries[number]
    start = moment(entry.start)
    if number and entries[number - 1].start.date() == entry.start.date():
        start = start.partition(" ")[2]
    last = number == len(entries) - 1
    end = entry.end or (None if last else entries[number + 1].start)
    running = last and scale.running
    if running:
        length = "running"
    else:
        length = "" if end is None or (last and end == entry.start) else duration(end - entry.start)
    return cut(printable(entry.status), 40), start, length, _bar(entry, end, scale, running=running)


def _bar(entry: Entry, end: datetime | None, scale: _Scale, *, running: bool) -> str:
    """Return the stay's part of the whole, at its place: ``|`` ended there, ``>`` goes on."""
    begin = min(scale.place(entry.start), _BAR - 1)
    until = scale.last if running else end
    length = 0 if until is None else scale.place(until) - begin
    if running:
        drawn = "=" * (length - 1) + ">"
    elif end is None or end == entry.start:
        drawn = "|"
    else:
        drawn = "=" * max(length, 1)
    return " " * begin + drawn


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


def summary_lines(reports: Iterable[Report], illegal: frozenset[object]) -> list[str]:
    """Return a table of the jobs by outcome.

    Args:
        reports: The verdicts on all of them.
        illegal: The jobs that count as illegal.
    """
    jobs: Counter[Outcome] = Counter()
    wrong: Counter[Outcome] = Counter()
    for report in reports:
        jobs[report.result.outcome] += 1
        wrong[report.result.outcome] += report.job in illegal
    return outcome_table(jobs, wrong)


def outcome_table(jobs: Counter[Outcome], wrong: Counter[Outcome]) -> list[str]:
    """Return how many jobs came to what.

    Args:
        jobs: Outcome → how many jobs.
        wrong: Outcome → how many of them are illegal.
    """
    rows = [
        (OUTCOMES[outcome], f"{jobs[outcome]:,}", f"{wrong[outcome]:,}")
        for outcome in Outcome
        if jobs[outcome]
    ]
    return table([("outcome", "jobs", "illegal"), *rows])
