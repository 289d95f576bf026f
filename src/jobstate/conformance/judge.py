"""One step of judging: what was known of a job, one more observation → what is known now.

Pure: the step returns what happened and changes nothing. `jobstate.conformance.check` folds it over
the answers about a job; whoever tracks jobs keeps the `JobState` of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.common.times import clock, is_before
from jobstate.conformance.diagnosis import Diagnosis
from jobstate.conformance.histories import contradiction, merged, shortening, stays
from jobstate.conformance.job_state import JobState, Judgement
from jobstate.conformance.memo import Memo
from jobstate.conformance.moves import move
from jobstate.conformance.regions import MOST_SAMPLES, Regions
from jobstate.conformance.rules import Ruleset
from jobstate.conformance.violations import ViolationLog
from jobstate.model.events import StatusChanged
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.packed_history import Entries
from jobstate.model.specification import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from jobstate.conformance.memo import AnswerView, MemoizedStep
    from jobstate.conformance.regions import Moved
    from jobstate.model.observation import Entry, Observation
    from jobstate.model.specification import Rule

#: What is said of answers out of order; the page's judge fills the same in.
SENTENCES: Final = {
    "went_back": "LastModifiedTime is {now}, but an earlier answer had {then}",
    "or_later": "{then} or later",
}


class Judge:
    """A life cycle compiled for judging. Build it once; it remembers, but it never changes.

    Any number of threads may judge with it at once, as long as each has standings of its own.

    Attributes:
        lifecycle: The life cycle.
        automata: Region name → its automaton.
        memo: What is known and what is shown, one object each.
        ruleset: The rules over one observation.
        diagnosis: Says why something is refused.
        violation_log: Makes events of findings.
        history: The region whose statuses histories list; None where there is none.
        moved: Says how one region moved.
        main: The region that tells the outcome.
        history_field: What answers call a history.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.automata = compile_lifecycle(lifecycle)
        self._rules = {rule.id: rule for rule in lifecycle.rules}
        self.violation_log = ViolationLog(lifecycle, self.automata)
        self.ruleset = Ruleset(lifecycle, self.automata)
        self.diagnosis = Diagnosis(lifecycle)
        history = lifecycle.history_region
        self.history = None if history is None else history.name
        self.history_field = "" if history is None else history.history
        self.memo = Memo(self.automata, self.history)
        self.moved = Regions(self.automata, self.diagnosis, self.history).moved
        self.main = lifecycle.regions[0].name

    def judge(
        self, before: JobState | None, observation: Observation, view: AnswerView | None = None
    ) -> Judgement:
        """Return what an observation brings, coming after everything that led to a standing.

        Args:
            before: The standing; None of a job that nobody has heard of.
            observation: The observation.
            view: What it shows, where the caller knows that already.
        """
        start = before or JobState(observation.job, self.memo.nothing)
        if view is None:
            view = self.memo.view(observation)
        found = self.ruleset.findings(observation, view)
        went_back = _went_back(start, observation)
        if went_back is not None:
            # What it says of the job is old news, and changes nothing.
            found += self.broken("modified-time-went-back", went_back)
            return self.violation_log.report(Judgement(start), observation, view, found)
        reason = observation.cause or start.reason
        if not observation.entries and not found and reason is None:
            step = self.memo.step(start.estimates, view)
            if step is not None:
                return _stepped(start, observation, step)
        return self._looked_at(start, observation, view, found)

    def _looked_at(
        self,
        start: JobState,
        observation: Observation,
        view: AnswerView,
        found: list[tuple[Rule, Finding]],
    ) -> Judgement:
        name, new = self.history_field, Entries.of(observation.entries)
        contradicted = contradiction(start.entries, new, name)
        rewritten = contradicted or shortening(start.entries, new, name)
        if rewritten is not None:
            found += self.broken("history-rewritten", rewritten)
        moves = {
            region: self.moved(region, start, observation, region_view, fresh=rewritten is not None)
            for region, region_view in view.region_views.items()
        }
        for moved in moves.values():
            if moved.refusal is not None:
                found[:0] = self.broken(moved.refusal.rule, moved.refusal.finding)
        changed = tuple(self.changes(start, observation, moves))
        job_state = self._job_state(
            start,
            observation,
            moves,
            entries=new if contradicted else merged(start.entries, new) if new else start.entries,
            changed=changed,
        )
        entered = tuple(stays(start.job, observation.entries, start.entered)) if new else ()
        return self.violation_log.report(
            Judgement(job_state, entered, changed), observation, view, found
        )

    def _job_state(
        self,
        before: JobState,
        observation: Observation,
        moves: Mapping[str, Moved],
        *,
        entries: Sequence[Entry],
        changed: tuple[StatusChanged, ...],
    ) -> JobState:
        moved = moves.get(self.history or "")
        estimates = self.memo.estimates(
            {**before.estimates, **{region: each.estimate for region, each in moves.items()}}
        )
        return JobState(
            job=before.job,
            estimates=estimates,
            base=moved.base if moved else before.base,
            read=moved.read if moved else before.read,
            samples=moved.samples if moved else before.samples,
            entries=entries,
            modified=_latest(before.modified, observation.modified),
            since=before.since_when(self.main, estimates, observation.modified),
            reason=observation.cause or before.reason,
            entered=max(before.entered, len(observation.entries)),
            changes=before.changes + len(changed),
            reported=before.reported,
            suppressed=before.suppressed,
        )

    def broken(self, rule_id: str, finding: Finding) -> list[tuple[Rule, Finding]]:
        """Return a finding with its rule; nothing where the rule is switched off."""
        rule = self._rules.get(rule_id)
        return [] if rule is None else [(rule, finding)]

    # --- What is told ---------------------------------------------------------------------------

    def changes(
        self, before: JobState, observation: Observation, moves: Mapping[str, Moved]
    ) -> Iterator[StatusChanged]:
        """Yield how what is known moved, where the new knowledge excludes the old."""
        reason = observation.cause or before.reason
        ordinal = before.changes
        for region, moved in moves.items():
            old = before.estimates.get(region)
            if old is None or old.excludes(moved.estimate):
                ordinal += 1
                yield StatusChanged(
                    job=observation.job,
                    move=move(
                        old,
                        moved.estimate,
                        moved.reading,
                        explained=moved.explained and moved.refusal is None,
                        reason=reason,
                    ),
                    at=observation.modified,
                    ordinal=ordinal,
                )


@derived
def judge_of(lifecycle: Lifecycle) -> Judge:
    """Return the judge of a life cycle; compiled once per life cycle, in milliseconds."""
    return Judge(lifecycle)


def _stepped(before: JobState, observation: Observation, step: MemoizedStep) -> Judgement:
    """Return what an answer brings that has no history, breaks nothing and is soon understood."""
    samples, sample = before.samples, step.sample
    if sample is not None and (not samples or samples[-1] is not sample):
        samples = (*samples[1 - MOST_SAMPLES :], sample)
    modified = observation.modified
    ordinal = before.changes
    changed = []
    for made in step.moves:
        ordinal += 1
        changed.append(StatusChanged(job=before.job, move=made, at=modified, ordinal=ordinal))
    job_state = JobState(
        before.job,
        step.estimates,
        before.base,
        before.read,
        samples,
        before.entries,
        _latest(before.modified, modified),
        modified if step.came else before.since,
        None,
        before.entered,
        ordinal,
        before.reported,
        before.suppressed,
    )
    return Judgement(job_state, (), tuple(changed))


def _latest(was: datetime | None, now: datetime | None) -> datetime | None:
    """Return the later time: one that was printed more coarsely must not hide the finer one."""
    if was is None or now is None:
        return was or now
    return max(was, now)


def _went_back(before: JobState, observation: Observation) -> Finding | None:
    was, modified = before.modified, observation.modified
    if was is None or modified is None or modified >= was or not is_before(modified, was):
        return None
    then, now = clock(was), clock(modified)
    message = SENTENCES["went_back"].format(now=now, then=then)
    allowed = (SENTENCES["or_later"].format(then=then),)
    return Finding(message, "LastModifiedTime", now, allowed, modified)
