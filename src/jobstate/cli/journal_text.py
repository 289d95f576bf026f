"""A journal as people read it, at night too: its jobs, its listeners, the whole story of one job.

Pure: what a `JournalReader` gives in, lines out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from heapq import nsmallest
from typing import TYPE_CHECKING, Final

from attrs import Factory, define, frozen

from jobstate.cli.stays import timeline
from jobstate.cli.terminal import Paint, duration, moment
from jobstate.cli.timeline import (
    OUTCOMES,
    came_to,
    change_words,
    heading_lines,
    indented,
    outcome_table,
    reason_words,
    refined_words,
    took,
    violation_lines,
)
from jobstate.cli.width import table
from jobstate.common.text import counted, cut, listed, printable
from jobstate.diagrams.stages import stages_of
from jobstate.errors import UnknownNameError
from jobstate.model.events import (
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
    time_of,
)
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.specification import Severity
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.delivery.outbox import Posted
    from jobstate.journal import HeldJob, JournalJob, JournalReader, ListenerPosition
    from jobstate.model.events import Event
    from jobstate.model.specification import Rule

#: More jobs than this are not listed, unless asked for; those that need a look come first.
MANY_JOBS: Final = 20
#: Of more changes of one job only so many at each end are printed.
_CHANGES_AT_AN_END: Final = 20
#: More parked jobs of one listener than this are counted, unless asked for.
MANY_PARKED: Final = 10
#: How much of a name, a status and an error is printed.
_NAME, _STATUS, _ERROR = 40, 34, 200

_HEAD: Final = ("job", "kind", "status", "outcome", "since", "for", "last change", "breaks")
_KIND: Final = _HEAD.index("kind")


@frozen(kw_only=True)
class View:
    """How jobs are looked at.

    Attributes:
        now: What time it is; aware.
        lifecycles: Those at hand, by name.
        paint: The colours.
        since: Only what happened since then; None for all.
    """

    now: datetime
    lifecycles: Mapping[str, Lifecycle]
    paint: Paint
    since: datetime | None = None

    def is_recent(self, time: datetime | None) -> bool:
        """Return whether something is to be shown; so is what has no time."""
        return self.since is None or time is None or time >= self.since

    def is_illegal(self, kept: JournalJob) -> bool:
        """Return whether a job broke a rule of severity error, or one that is not known here."""
        rules = [self._rule(kept.kind, rule) for rule in kept.broken]
        return any(rule is None or rule.severity is Severity.ERROR for rule in rules)

    def summary(self, broken: Violation) -> str:
        """Return what a rule says; empty of one that is not known here."""
        rule = self._rule(broken.job.kind, broken.rule)
        return "" if rule is None else rule.summary

    def is_main(self, event: StatusChanged) -> bool:
        """Return whether the region that has changed is the one that tells the outcome."""
        lifecycle = self.lifecycles.get(event.job.kind)
        return lifecycle is None or lifecycle.main_region.name == event.region

    def _rule(self, kind: str, rule: str) -> Rule | None:
        try:
            return self.lifecycles[kind].rule(rule)
        except (KeyError, UnknownNameError):
            return None


def heading(history: JournalReader, view: View) -> Iterator[str]:
    """Yield what the file is."""
    by = printable(", ".join(f"{kind} {version}" for kind, version in history.kinds.items()))
    judged = f", judged by {by}" if by else ""
    yield f"{view.paint.bold(printable(str(history.path)))}: {counted(len(history), 'job')}{judged}"
    if not history.clean:
        yield view.paint.faint("not closed: a tracker has it now, or ended without closing it")


# --- Many jobs ----------------------------------------------------------------------------------


@define
class _Counts:
    """Jobs, counted."""

    shown: int = 0
    ended: int = 0
    forgotten: int = 0
    outcomes: Counter[Outcome] = Factory(Counter)
    illegal: Counter[Outcome] = Factory(Counter)

    def add(self, kept: JournalJob, *, illegal: bool) -> None:
        outcome = kept.outcome or Outcome.UNKNOWN
        self.shown += 1
        self.ended += kept.final is True
        self.forgotten += kept.forgotten is not None
        self.outcomes[outcome] += 1
        self.illegal[outcome] += illegal


def jobs_lines(history: JournalReader, view: View, *, every: bool) -> Iterator[str]:
    """Yield a table of jobs: of few all, of many those first that need a look.

    Memory is bounded by the few that are printed, unless all are asked for.
    """
    counts = _Counts()
    few = nsmallest(MANY_JOBS, _counting(history, view, counts), key=_rank(view))
    if not counts.shown:
        yield "no job" if view.since is None else f"no job has changed since {moment(view.since)}"
        return
    if counts.shown > MANY_JOBS:
        yield from (*outcome_table(counts.outcomes, counts.illegal, view.paint), "")
    chosen: Iterable[JournalJob] = few
    if every and counts.shown > MANY_JOBS:
        chosen = (kept for kept in history.jobs() if view.is_recent(kept.modified))
    rows = [_HEAD, *(_row(kept, view) for kept in chosen)]
    if len(history.kinds) == 1:
        rows = [(*row[:_KIND], *row[_KIND + 1 :]) for row in rows]
    yield from table(rows, view.paint.width)
    if (more := counts.shown - len(few)) and not every:
        ended = counts.ended - sum(kept.final is True for kept in few)
        yield f"… {more:,} more, of which {ended:,} have ended (--all lists them)"
    if counts.forgotten:
        yield f"† {counts.forgotten:,} forgotten by the tracker, and kept for now"


def _counting(history: JournalReader, view: View, counts: _Counts) -> Iterator[JournalJob]:
    for kept in history.jobs():
        if view.is_recent(kept.modified):
            counts.add(kept, illegal=view.is_illegal(kept))
            yield kept


def _rank(view: View) -> Callable[[JournalJob], tuple[int, float]]:
    """Return what sorts jobs: illegal ones, those that have been where they are longest, ended."""

    def rank(kept: JournalJob) -> tuple[int, float]:
        since = _since(kept)
        age = 0.0 if since is None else (view.now - since).total_seconds()
        if view.is_illegal(kept):
            return 0, age
        return (2, age) if kept.final else (1, -age)

    return rank


def _row(kept: JournalJob, view: View) -> tuple[str, ...]:
    since = _since(kept)
    goes_on = since is not None and not kept.final
    return (
        cut(printable(kept.job.name), _NAME) + ("†" if kept.forgotten else ""),
        cut(printable(kept.kind), _STATUS),
        cut(printable(kept.status), _STATUS),
        "" if kept.outcome is None else OUTCOMES[kept.outcome],
        "" if since is None else moment(since),
        duration(view.now - since) if goes_on and since else "",
        "" if kept.modified is None else moment(kept.modified),
        cut(listed(list(kept.broken)), _NAME),
    )


def _since(kept: JournalJob) -> datetime | None:
    return kept.since if kept.tracked is None else kept.tracked.since


# --- Listeners ----------------------------------------------------------------------------------


def listeners_lines(
    positions: Sequence[ListenerPosition], paint: Paint, *, every: bool
) -> Iterator[str]:
    """Yield how the listeners stand, and of which jobs they hear no more.

    Args:
        positions: How far each is.
        paint: The colours.
        every: Print every parked job, be there many.
    """
    if not positions:
        yield "no listener"
        return
    rows = [
        (printable(each.name), *(f"{n:,}" for n in (each.behind, len(each.parked), _retried(each))))
        for each in positions
    ]
    head = ("listener", "behind", "parked", "told again")
    yield from table([head, *rows], paint.width, numbers=True)
    for each in positions:
        if each.parked:
            yield ""
            yield from _parked(each, paint, every=every)


def _retried(position: ListenerPosition) -> int:
    return len(position.retrying)


def _parked(position: ListenerPosition, paint: Paint, *, every: bool) -> Iterator[str]:
    name = printable(position.name)
    yield f"{paint.bad(name)} hears no more of {counted(len(position.parked), 'job')}:"
    shown = position.parked if every else position.parked[:MANY_PARKED]
    for held in shown:
        yield f"  {printable(held.job.name)}: {_held_words(held)}"
    if rest := len(position.parked) - len(shown):
        yield f"  … {rest:,} more (--listeners lists them)"


def _held_words(held: HeldJob) -> str:
    tried = f"told {counted(held.attempts, 'time')}" if held.attempts else "there was no room"
    error = f": {cut(printable(held.error), _ERROR)}" if held.error else ""
    state = "told again" if held.parked is None else f"parked since {moment(held.parked)}"
    waiting = f"{counted(held.waiting, 'event')} from {held.first:,} on"
    return f"{state}, {waiting}, {tried}{error}"


# --- One job ------------------------------------------------------------------------------------


def story_lines(
    history: JournalReader, kept: JournalJob, positions: Sequence[ListenerPosition], view: View
) -> Iterator[str]:
    """Yield the whole story of a job: its stays, changes, violations, who has not heard what."""
    paint = view.paint
    yield f"{paint.bold(printable(kept.job.name))}  {printable(kept.status)}{_came_to(kept, view)}"
    yield from indented(heading_lines(kept.job, kept.created, _console(kept, view), paint))
    if kept.forgotten:
        yield f"  forgotten by the tracker {moment(kept.forgotten)}, and kept for now"
    running = kept.final is False
    inner = paint.narrower(2)
    lifecycle = view.lifecycles.get(kept.kind)
    stages = {} if lifecycle is None else stages_of(lifecycle)
    yield from indented(timeline(kept.entries, stages, kept.modified, inner, running=running))
    posted = list(history.events(job=kept.job))
    yield from _changes(posted, view)
    yield from _findings(posted, kept, view)
    yield from _who_heard(history, kept, positions, paint)


def _came_to(kept: JournalJob, view: View) -> str:
    if kept.tracked is None:
        return ""
    result, entries = kept.tracked.result, kept.entries
    begin, ended = (entries[0].start, entries[-1].start) if entries else (kept.created, None)
    lasted = took(result, begin, ended, kept.modified)
    return f": {came_to(result, view.paint)}{lasted}{reason_words(kept.tracked.failure_reason)}"


def _console(kept: JournalJob, view: View) -> str | None:
    lifecycle = view.lifecycles.get(kept.kind)
    schema = None if lifecycle is None else lifecycle.schema
    return None if schema is None or schema.console is None else schema.console.page(kept.job)


def _changes(posted: Sequence[Posted], view: View) -> Iterator[str]:
    """Yield what was found of a job's state, in order, with the numbers of the events."""
    lines = [
        f"{_when(event.at)}  {_news(event, view)}"
        for _, event in posted
        if isinstance(event, (StatusChanged, OutcomeRefined)) and view.is_recent(event.at)
    ]
    if lines:
        yield ""
        yield "  Changes:"
        yield from indented(indented(_ends(lines)))


def _news(event: StatusChanged | OutcomeRefined, view: View) -> str:
    if isinstance(event, OutcomeRefined):
        return refined_words(event)
    return change_words(event, is_main=view.is_main(event))


def _ends(lines: Sequence[str]) -> Iterator[str]:
    left_out = len(lines) - 2 * _CHANGES_AT_AN_END
    if left_out <= 1:
        yield from lines
        return
    yield from lines[:_CHANGES_AT_AN_END]
    yield f"… {left_out:,} more …"
    yield from lines[-_CHANGES_AT_AN_END:]


def _findings(posted: Sequence[Posted], kept: JournalJob, view: View) -> Iterator[str]:
    """Yield what can't be true, and which statuses are new."""
    found = [
        event
        for _, event in posted
        if isinstance(event, (Violation, Unmodelled)) and view.is_recent(event.at)
    ]
    if found:
        yield ""
    for event in found:
        if isinstance(event, Violation):
            lines = violation_lines(event, "", view.summary(event), view.paint)
            yield from indented(lines)
        else:
            what = f"{event.field} is {event.value}, which the life cycle did not know"
            yield f"  {view.paint.odd('unmodelled')}: {printable(what)}"
    if kept.suppressed:
        yield f"  and {counted(kept.suppressed, 'violation')} more that were not told"


def _who_heard(
    history: JournalReader, kept: JournalJob, positions: Sequence[ListenerPosition], paint: Paint
) -> Iterator[str]:
    for number, position in enumerate(positions):
        if not number:
            yield ""
        missed = history.unheard(position, kept.job)
        name = printable(position.name)
        if not missed:
            yield f"  {name} has heard all of it"
            continue
        words = listed([_event_words(event) for _, event in missed])
        count = f"{counted(len(missed), 'event')} from {missed[0].number:,} on"
        yield f"  {paint.odd(name)} has not heard {count}: {words}"
        for held in position.held:
            if held.job == kept.job:
                yield f"      {_held_words(held)}"


def event_line(event: Event, view: View) -> str:
    """Return an event in one line: when, which job, what."""
    words = printable(_event_words(event))
    if isinstance(event, StatusChanged):
        words = _news(event, view)
    wrong = isinstance(event, Violation) and event.severity is Severity.ERROR
    told = view.paint.bad(words) if wrong else words
    return f"{_when(time_of(event))}  {printable(event.job.name)}  {told}"


def _event_words(event: Event) -> str:
    if isinstance(event, StatusEntered):
        return f"entered {event.status}"
    if isinstance(event, StatusChanged):
        return f"changed to {event.target}"
    if isinstance(event, OutcomeRefined):
        return refined_words(event)
    return f"breaks {event.rule}" if isinstance(event, Violation) else f"unmodelled {event.value}"


def _when(time: datetime | None) -> str:
    return " " * len("2026-01-01 00:00:00") if time is None else moment(time)
