"""One step of judging: what was known of a job, one more observation → what is known now.

Pure: the step returns what happened and changes nothing. `jobstate.conformance.check` folds it over
the answers about a job; whoever tracks jobs keeps the `JobState` of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.history import LONGEST_REMEMBERED
from jobstate.common.times import latest
from jobstate.conformance.between import BetweenAnswers
from jobstate.conformance.diagnosis import Diagnosis
from jobstate.conformance.ends import end_of, keep_end
from jobstate.conformance.histories import contradiction, merged, shortening, stays
from jobstate.conformance.job_state import JobState, Judgement, with_answers
from jobstate.conformance.kept_answers import (
    RegionAnswers,
    interval,
    packed_head,
    packed_times,
    times_head,
)
from jobstate.conformance.memo import Memo
from jobstate.conformance.modified_times import is_back, went_back
from jobstate.conformance.moves import move
from jobstate.conformance.regions import Regions, with_sample
from jobstate.conformance.rules import Ruleset
from jobstate.conformance.steps import says_more, stepped
from jobstate.conformance.violations import ViolationLog
from jobstate.model.events import PathKind, StatusChanged
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.packed_history import Entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobstate.conformance.ends import End
    from jobstate.conformance.kept_answers import PatternStep
    from jobstate.conformance.memo import AnswerView, Kept, Reading
    from jobstate.conformance.regions import Moved
    from jobstate.model.events import StatusEntered
    from jobstate.model.observation import Entry, Observation
    from jobstate.model.specification import Finding, Rule


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
        history: The region whose statuses histories list; empty where there is none.
        orders: Region name → takes answers about it in whatever order they come.
        main: The region that tells the outcome.
        history_field: What answers call a history.
        modified_field: What they call the time at which the record was last changed.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.automata = compile_lifecycle(lifecycle)
        self._rules = {rule.id: rule for rule in lifecycle.rules}
        self.violation_log = ViolationLog(lifecycle, self.automata)
        self.ruleset = Ruleset(lifecycle, self.automata)
        self._between = BetweenAnswers(lifecycle) or None
        self.diagnosis = Diagnosis(lifecycle)
        history = lifecycle.history_region
        self.history = "" if history is None else history.name
        self.history_field = "" if history is None else history.history
        schema = lifecycle.schema
        self.modified_field = ".".join((schema and schema.modified) or ("modified",))
        self.main = lifecycle.main_region.name
        self.memo = Memo(self.automata, self.history, self.main)
        self._regions = Regions(self.automata, self.diagnosis, self.history)
        self.orders = self._regions.orders

    def judge(
        self,
        before: JobState | None,
        observation: Observation,
        view: AnswerView | None = None,
        *,
        in_order: bool = True,
    ) -> Judgement:
        """Return what an observation brings.

        Args:
            before: Where the job stands; None of a job that nobody has heard of.
            observation: The observation.
            view: What it shows, where the caller knows that already.
            in_order: It comes after everything that led there; else its time and its history say
                what it comes after.
        """
        start = before or JobState(observation.job, self.memo.nothing)
        told = observation.job.created
        if start.job.created is None and start.told_created is None and told is not None:
            start = evolve(start, told_created=told)
        if view is None:
            view = self.memo.view(observation)
        found = self.ruleset.findings(observation, view)
        if in_order:
            backwards = went_back(start, observation, self.modified_field)
            if backwards is not None:
                # What it says of the job is old news, and changes nothing.
                found += self.broken("modified-time-went-back", backwards)
                return self.violation_log.report(Judgement(start), observation, view, found)
        kept = start.kept_values
        if self._between is not None:
            more, kept = self._between.compare(kept, observation, in_order=in_order)
            found += more
        judgement = None
        if not (found or says_more(start, observation)):
            soon = self._in_one_step if in_order else self._ahead
            judgement = soon(start, observation, view)
        if judgement is None:
            judgement = self._looked_at(start, observation, view, found, in_order=in_order)
        if kept is not start.kept_values:
            judgement.job_state.kept_values = kept
        return judgement

    def _in_one_step(
        self, start: JobState, observation: Observation, view: AnswerView
    ) -> Judgement | None:
        """Return what an answer in order brings, if that is soon understood."""
        if observation.entries:
            return self._history_in_one_step(start, observation, view)
        step = self.memo.step(start.estimates, view)
        if step is None:
            return None
        history, patterns, times = self.history, start.patterns, start.times
        if step.sample is not None and history:
            known = self._regions.in_order_form(start, history)
            after = with_sample(known, step.sample.mask)
            if after is not known:
                patterns, times = with_answers(start, [after])
        return stepped(start, observation, step, (patterns, times), start.entries, (), self.main)

    def _history_in_one_step(
        self, start: JobState, observation: Observation, view: AnswerView
    ) -> Judgement | None:
        """Return what an answer in order brings whose history goes on from the longest."""
        longer = self._longer(start, observation, view) if view.plain else None
        if longer is None or any(each.possible for each in start.patterns):
            return None

        def read() -> tuple[list[Reading], Kept] | None:
            if self.violation_log.has_unknown(observation, view):
                return None
            moves = [
                self._regions.in_order(region, start, observation, region_view)
                for region, region_view in view.region_views.items()
            ]
            told = [(each.estimate, each.reading) for each in moves if each.estimate is not None]
            clear = all(each.refusal is None and each.explained for each in moves)
            if len(told) < len(moves) or not clear:
                return None
            return told, with_answers(start, [each.answers for each in moves])

        known = tuple([(each.region, each.masks, each.origin) for each in start.patterns])
        step = self.memo.listed(start.estimates, (view, known, longer.statuses), read)
        if step is None:
            return None
        entered = tuple(stays(start.job, longer, start.entered))
        return stepped(start, observation, step, step.kept, longer, entered, self.main)

    def _ahead(
        self, start: JobState, observation: Observation, view: AnswerView
    ) -> Judgement | None:
        """Return what an answer brings that is certainly newer than all, if that is soon known."""
        modified = observation.modified
        if modified is None or not view.plain:
            return None
        entries = start.entries
        statuses: tuple[str, ...] = ()
        if observation.entries:
            longer = self._longer(start, observation, view)
            if longer is None:
                return None
            entries, statuses = longer, longer.statuses
        begin, end = interval(modified)
        row, patterns = packed_times(begin, end, view.digest), start.patterns
        steps: list[PatternStep] = []
        times: list[bytes] = []
        for region, region_view in view.region_views.items():
            if len(patterns) == 1 and patterns[0].region == region:  # as nearly always
                pattern, known = patterns[0], start.times
            else:
                answers = start.answers_of(region) or self.orders[region].nothing
                pattern, known = answers.pattern, answers.times
            latest, since = times_head(known)
            if begin <= latest or (not pattern.masks and region in start.estimates):
                return None
            listed = statuses if region == self.history else ()
            step = self.orders[region].step(pattern, region_view, len(statuses), listed)
            if step is None:
                return None
            steps.append(step)
            times.append(packed_head(end, since) + known[step.kept] + row)
        together = self.memo.together(start.estimates, tuple(steps))
        if together is None:
            return None
        alone = len(steps) == 1 and {each.region for each in patterns} <= {steps[0].pattern.region}
        more = () if alone else map(RegionAnswers, together.patterns, times)
        kept = (together.patterns, times[0]) if alone else with_answers(start, more)
        entered = tuple(stays(start.job, entries, start.entered)) if statuses else ()
        return stepped(start, observation, together, kept, entries, entered, self.main)

    def _longer(
        self, start: JobState, observation: Observation, view: AnswerView
    ) -> Entries | None:
        """Return an answer's history where it clearly goes on from the longest, and is short."""
        new = Entries.of(observation.entries)
        if (
            isinstance(new, Entries)
            and self.history in view.region_views
            and len(new) <= LONGEST_REMEMBERED
            and new.continues(start.entries)
        ):
            return new
        return None

    def _looked_at(
        self,
        start: JobState,
        observation: Observation,
        view: AnswerView,
        found: list[tuple[Rule, Finding]],
        *,
        in_order: bool,
    ) -> Judgement:
        name, new = self.history_field, Entries.of(observation.entries)
        contradicted = contradiction(start.entries, new, name)
        shortened = None if contradicted else shortening(start.entries, new, name)
        if in_order:
            rewritten = contradicted or shortened
            fresh = rewritten is not None
            moves = {
                region: self._regions.in_order(region, start, observation, region_view, fresh=fresh)
                for region, region_view in view.region_views.items()
            }
        else:
            moves = self._regions.in_any_order(
                start, observation, view, rewritten=contradicted is not None
            )
            listed = moves.get(self.history)
            # What is not certainly newer and shorter is older; and what was before something real
            # that contradicted it counts no more.
            known = start.answers_of(self.history)
            judged = known.pattern.judged if known else 0
            if listed is None or not listed.newest or len(new) >= judged:
                shortened = None
            rewritten = contradicted or shortened
        if rewritten is not None:
            found += self.broken("history-rewritten", rewritten)
        for moved in moves.values():
            if moved.refusal is not None:
                found[:0] = self.broken(moved.refusal.rule, moved.refusal.finding)
        end = end_of(start, self.main, observation, view, moves.get(self.main))
        changed = tuple(self._changes(start, observation, moves, end))
        entries, entered = self._entries(start, observation, new, moves, contradicted)
        job_state = self._job_state(start, observation, moves, entries=entries, changed=changed)
        job_state.entered += len(entered)
        more = keep_end(start, job_state, self.main, end, changed)
        judgement = Judgement(job_state, entered, changed, refined=more)
        judgement.duplicate = bool(moves) and all(each.duplicate for each in moves.values())
        judgement.stale = bool(moves) and not any(each.last for each in moves.values())
        return self.violation_log.report(judgement, observation, view, found)

    def _entries(
        self,
        start: JobState,
        observation: Observation,
        new: Sequence[Entry],
        moves: Mapping[str, Moved],
        contradicted: Finding | None,
    ) -> tuple[Sequence[Entry], tuple[StatusEntered, ...]]:
        """Return the longest history, and the stays that it adds: facts, unless nobody takes it."""
        listed = moves.get(self.history)
        taken = listed.taken if listed is not None else contradicted is None
        if not new or not taken:
            return start.entries, ()
        late = is_back(start, observation) if listed is None else not listed.last
        told = tuple(stays(start.job, observation.entries, start.entered, late=late))
        if contradicted:
            return new, told
        return merged(new, start.entries) if late else merged(start.entries, new), told

    def _job_state(
        self,
        before: JobState,
        observation: Observation,
        moves: Mapping[str, Moved],
        *,
        entries: Sequence[Entry],
        changed: tuple[StatusChanged, ...],
    ) -> JobState:
        fresh = {name: each.estimate for name, each in moves.items() if each.estimate is not None}
        estimates = self.memo.estimates({**before.estimates, **fresh})
        patterns, times = with_answers(before, [each.answers for each in moves.values()])
        main = moves.get(self.main)
        last = main is None or main.last
        return JobState(
            job=before.job,
            estimates=estimates,
            patterns=patterns,
            times=times,
            entries=entries,
            modified=latest(before.modified, observation.modified),
            # What is learned of where the job stands now is certain from the newest answer on.
            since=before.since_when(
                self.main, estimates, observation.modified if last else before.modified
            ),
            kept_values=before.kept_values,
            entered=before.entered,
            changes=before.changes + len(changed),
            reported=before.reported,
            suppressed=before.suppressed,
            told_created=before.told_created,
        )

    def broken(self, rule_id: str, finding: Finding) -> list[tuple[Rule, Finding]]:
        """Return a finding with its rule; nothing where the rule is switched off."""
        rule = self._rules.get(rule_id)
        return [] if rule is None else [(rule, finding)]

    # --- What is told ---------------------------------------------------------------------------

    def _changes(
        self, before: JobState, observation: Observation, moves: Mapping[str, Moved], end: End
    ) -> Iterator[StatusChanged]:
        """Yield how what is known moved, where the new knowledge excludes the old."""
        ordinal = before.changes
        for region, moved in moves.items():
            old, new, is_main = before.estimates.get(region), moved.estimate, region == self.main
            told = end.turns if is_main else moved.takes_back
            if new is not None and (old is None or old.excludes(new) or told):
                ordinal += 1
                made = move(
                    old,
                    new,
                    moved.reading,
                    explained=moved.explained and moved.refusal is None,
                    cause=end.cause,
                )
                if not moved.newest:  # it may have gone another way
                    made = evolve(made, path_kind=PathKind.POSSIBLE)
                if moved.reopens(old):
                    made = evolve(made, reopened=True)
                if is_main and made.result is not end.result:
                    made = evolve(made, result=end.result)
                yield StatusChanged(
                    job=before.job,
                    move=made,
                    at=observation.modified,
                    ordinal=ordinal,
                    failure_reason=end.reason if is_main else None,
                )


@derived
def judge_of(lifecycle: Lifecycle) -> Judge:
    """Return the judge of a life cycle; compiled once per life cycle, in milliseconds."""
    return Judge(lifecycle)


def judges_of(lifecycles: Mapping[str, Lifecycle]) -> dict[str, Judge]:
    """Return who judges the jobs of each kind, by its name."""
    return {kind: judge_of(lifecycle) for kind, lifecycle in lifecycles.items()}
