"""One step of judging: what was known of a job, one more observation → what is known now.

Pure: the step returns what happened and changes nothing. Imports the automaton, the rules and the
events. `jobstate.conformance` folds it over the answers about a job; whoever tracks jobs keeps
the `Standing` of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import Factory, evolve, frozen

from jobstate.automaton import Automaton, Known, Result, Sight, compile_lifecycle
from jobstate.changes import Reading, change
from jobstate.entries import clock
from jobstate.events import StatusChanged, StatusEntered, Unmodelled, Violation
from jobstate.history import follow
from jobstate.observation import Entry, JobKey, is_before, same_time
from jobstate.refusal import Refusal, Refused
from jobstate.rules import Ruleset
from jobstate.specification import UNKNOWN_CAUSE, Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.lifecycle import Lifecycle
    from jobstate.observation import Observation
    from jobstate.specification import Rule

#: How often a job is told to break one rule. More would tell nobody anything, and what is kept of
#: a job must be bounded whatever is said of it.
MOST_TOLD = 100

#: How many thin answers are kept until a history comes that they must agree with. Forgetting the
#: oldest proves less, never something false.
MOST_SAMPLES = 256


@frozen
class Standing:
    """Where a job stands: everything that is kept of it between two answers.

    Attributes:
        job: The job.
        known: Region name → what is known there; a region never shown is absent.
        base: What was known when the last history was read; None before the first.
        samples: What answers without a history have shown since, the newest `MOST_SAMPLES`.
        entries: The longest history.
        modified: The newest LastModifiedTime.
        reason: Why the job ended, where an answer said more than its statuses.
        said: Rule id (or kind of event) → keys of what was told of it already.
        untold: How many more there were of a rule than the most that is told of one.
    """

    job: JobKey
    known: Mapping[str, Known]
    base: Known | None = None
    samples: tuple[Sight, ...] = ()
    entries: tuple[Entry, ...] = ()
    modified: datetime | None = None
    reason: str | None = None
    said: Mapping[str, frozenset[str]] = Factory(dict)
    untold: int = 0

    def result(self, region: str) -> Result:
        """Return what the job has come to, as one region tells."""
        if region not in self.known:
            return Result(outcome=Outcome.UNKNOWN, final=False, gone=False, cause=None)
        found = self.known[region].result
        if self.reason and found.outcome is Outcome.FAILED and found.cause == UNKNOWN_CAUSE:
            return evolve(found, cause=self.reason)
        return found


@frozen
class Judgement:
    """What one more observation brought.

    Attributes:
        standing: Where the job stands now.
        entered: The stays that its history adds.
        changed: How what is known of the current state moved, at most one per region.
        violations: What it breaks and was not told of this job before.
        unmodelled: Statuses that the life cycle does not know, likewise.
    """

    standing: Standing
    entered: tuple[StatusEntered, ...] = ()
    changed: tuple[StatusChanged, ...] = ()
    violations: tuple[Violation, ...] = ()
    unmodelled: tuple[Unmodelled, ...] = ()


@frozen
class _Moved:
    """How one region moved: what is known after, and what could not be explained."""

    known: Known
    refused: Refused | None = None
    base: Known | None = None
    samples: tuple[Sight, ...] = ()
    reading: Reading | None = None
    explained: bool = True


class _Teller:
    """Sees to it that the same is told once of a job, and not without end."""

    def __init__(self, standing: Standing) -> None:
        self.said = dict(standing.said)
        self.untold = standing.untold

    def tells(self, topic: str, key: str) -> bool:
        """Tell whether it is news, and remember it."""
        told = self.said.get(topic, frozenset())
        if key in told:
            return False
        if len(told) >= MOST_TOLD:
            self.untold += 1
            return False
        self.said[topic] = told | {key}
        return True


class Judge:
    """A life cycle compiled for judging. Build it once; it remembers, but it never changes."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.automata = compile_lifecycle(lifecycle)
        self._rules = {rule.id: rule for rule in lifecycle.rules}
        self._ruleset = Ruleset(lifecycle, self.automata)
        self._refusal = Refusal(lifecycle, self.automata)
        history = lifecycle.history_region
        self._history = None if history is None else history.name
        self._history_field = "" if history is None else history.history

    def judge(self, before: Standing | None, observation: Observation) -> Judgement:
        """Return what an observation brings, coming after everything that led to a standing."""
        start = before or Standing(job=observation.job, known={})
        sights = self._sights(observation)
        found = self._ruleset.findings(observation, sights)
        went_back = _went_back(start, observation)
        if went_back is not None:
            # What it says of the job is old news, and changes nothing.
            found += self._rule("modified-time-went-back", went_back)
            return self._told(Judgement(start), observation, sights, found)
        rewritten = _rewritten(start, observation, self._history_field)
        if rewritten is not None:
            found += self._rule("history-rewritten", rewritten)
        moves = {
            region: self._moved(region, start, observation, sight, fresh=rewritten is not None)
            for region, sight in sights.items()
        }
        for moved in moves.values():
            if moved.refused is not None:
                found[:0] = self._rule(moved.refused.rule, moved.refused.finding)
        after = _standing(start, observation, moves, self._history)
        judgement = Judgement(
            standing=after,
            entered=tuple(_entered(start, observation)),
            changed=tuple(self._changes(start, after, observation, moves)),
        )
        return self._told(judgement, observation, sights, found)

    def _sights(self, observation: Observation) -> dict[str, Sight]:
        features = observation.features
        return {
            region: self.automata[region].sight(shown.primary, shown.secondary, features)
            for region, shown in observation.shown.items()
            if region in self.automata
        }

    def _rule(self, rule_id: str, finding: Finding) -> list[tuple[Rule, Finding]]:
        """Return a finding with its rule; nothing where the rule is switched off."""
        rule = self._rules.get(rule_id)
        return [] if rule is None else [(rule, finding)]

    # --- What a region did ----------------------------------------------------------------------

    def _moved(
        self,
        region: str,
        before: Standing,
        observation: Observation,
        sight: Sight,
        *,
        fresh: bool,
    ) -> _Moved:
        automaton = self.automata[region]
        known = before.known.get(region, automaton.start)
        contradicted = self._refusal.features(known, sight, observation)
        if contradicted is not None:
            return _as_shown(automaton, sight, contradicted)
        if region == self._history and observation.entries:
            return self._read_history(automaton, before, observation, sight, fresh=fresh)
        return self._read_sample(automaton, before, known, observation, sight)

    def _read_sample(
        self,
        automaton: Automaton,
        before: Standing,
        known: Known,
        observation: Observation,
        sight: Sight,
    ) -> _Moved:
        after = automaton.step(known, sight)
        if not sight.primary_unknown and (after is None or sight.illegal_pair):
            was = before.known.get(automaton.region.name)
            refused = self._refusal.sample(was, known, sight, observation)
            return _as_shown(automaton, sight, refused)
        if after is None or sight.unknown:
            # The primary status has been judged where it is known; the rest could be anything.
            return _as_shown(automaton, sight)
        samples = before.samples
        if not samples or samples[-1] is not sight:
            samples = (*samples[1 - MOST_SAMPLES :], sight)
        return _Moved(known=after, base=before.base, samples=samples)

    def _read_history(
        self,
        automaton: Automaton,
        before: Standing,
        observation: Observation,
        sight: Sight,
        *,
        fresh: bool,
    ) -> _Moved:
        base, samples, old = before.base, before.samples, before.entries
        if fresh or not old:
            base, samples, old = (None, () if fresh else samples, ())
        statuses = tuple(entry.status for entry in observation.entries[len(old) :])
        followed = follow(automaton, base, samples, statuses, sight)
        refused = self._refusal.history(automaton, followed, sight, observation, len(old))
        known, explained = followed.known, followed.known is not None
        if known is None or sight.unknown:
            # Reality wins; of what the history leaves possible, keep what agrees with it.
            reached = automaton.successors.reach(followed.history.mask) & sight.mask
            known = automaton.known(sight.real if sight.unknown else reached or sight.real)
        reading = Reading(base, samples, statuses, sight)
        return _Moved(known, refused, base=known, reading=reading, explained=explained)

    # --- What is told ---------------------------------------------------------------------------

    def _changes(
        self,
        before: Standing,
        after: Standing,
        observation: Observation,
        moves: Mapping[str, _Moved],
    ) -> Iterator[StatusChanged]:
        for region, moved in moves.items():
            old = before.known.get(region)
            if old is None or not old.names & moved.known.names:
                yield change(
                    before=old,
                    after=moved.known,
                    reading=moved.reading,
                    explained=moved.explained and moved.refused is None,
                    result=after.result(region),
                    observation=observation,
                )

    def _told(
        self,
        judgement: Judgement,
        observation: Observation,
        sights: Mapping[str, Sight],
        found: list[tuple[Rule, Finding]],
    ) -> Judgement:
        """Add what the findings and unknown statuses say, each once per job."""
        news = list(self._unmodelled(observation)) if self._has_unknown(judgement, sights) else ()
        if not found and not news:
            return judgement
        teller = _Teller(judgement.standing)
        violations = tuple(
            violation
            for violation in (self._violation(rule, each, observation) for rule, each in found)
            if teller.tells(violation.rule, violation.key)
        )
        unmodelled = tuple(each for each in news if teller.tells(each.kind, each.key))
        return evolve(
            judgement,
            standing=evolve(judgement.standing, said=teller.said, untold=teller.untold),
            violations=violations,
            unmodelled=unmodelled,
        )

    def _violation(self, rule: Rule, finding: Finding, observation: Observation) -> Violation:
        return Violation(
            job=observation.job,
            rule=rule.id,
            severity=rule.severity,
            message=finding.message,
            basis=rule.basis,
            source=rule.source,
            path=finding.path,
            seen=finding.seen,
            allowed=finding.allowed,
            at=finding.at,
            lifecycle=str(self.lifecycle),
        )

    def _has_unknown(self, judgement: Judgement, sights: Mapping[str, Sight]) -> bool:
        """Tell quickly whether a status may be new to the life cycle and was not told yet."""
        if any(sight.unknown for sight in sights.values()):
            return True
        if self._history is None or not judgement.entered:
            return False
        knows = self.automata[self._history].knows
        return not all(knows(entered.status) for entered in judgement.entered)

    def _unmodelled(self, observation: Observation) -> Iterator[Unmodelled]:
        for region, shown in observation.shown.items():
            automaton = self.automata.get(region)
            if automaton is not None:
                for axis, value in automaton.unknown_in(shown.primary, shown.secondary):
                    yield Unmodelled(
                        job=observation.job,
                        field=f"{region}.{axis}",
                        value=value,
                        at=observation.modified,
                    )
        if self._history is not None:
            automaton = self.automata[self._history]
            for entry in observation.entries:
                if not automaton.knows(entry.status):
                    yield Unmodelled(
                        job=observation.job,
                        field=f"{self._history}.entries",
                        value=entry.status,
                        at=entry.start,
                    )


def judge_of(lifecycle: Lifecycle) -> Judge:
    """Return the judge of a life cycle; compiled once per life cycle, in milliseconds."""
    found = lifecycle.derived.get("judge")
    if found is None:
        found = lifecycle.derived["judge"] = Judge(lifecycle)
    return found


def _as_shown(automaton: Automaton, sight: Sight, refused: Refused | None = None) -> _Moved:
    """Reality wins: what is shown is known, and the next step starts from there."""
    known = automaton.known(sight.real)
    return _Moved(known=known, refused=refused, base=known)


def _standing(
    before: Standing,
    observation: Observation,
    moves: Mapping[str, _Moved],
    history: str | None,
) -> Standing:
    base, samples = before.base, before.samples
    if history is not None and history in moves:
        base, samples = moves[history].base, moves[history].samples
    return Standing(
        job=before.job,
        known={**before.known, **{region: moved.known for region, moved in moves.items()}},
        base=base,
        samples=samples,
        entries=_kept_entries(before.entries, observation.entries),
        modified=_latest(before.modified, observation.modified),
        reason=observation.cause or before.reason,
        said=before.said,
        untold=before.untold,
    )


def _latest(was: datetime | None, now: datetime | None) -> datetime | None:
    """Return the later time: one that was printed more coarsely must not hide the finer one."""
    if was is None or now is None:
        return was or now
    return max(was, now)


def _kept_entries(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the newer history; an end that was set once is remembered where it lacks it."""
    if not new:
        return old
    lost = {
        place: was.end
        for place, (was, now) in enumerate(zip(old, new, strict=False))
        if was.end and not now.end and _same_entry(was, now)
    }
    if not lost:
        return new
    return tuple(evolve(entry, end=lost.get(place, entry.end)) for place, entry in enumerate(new))


def _went_back(before: Standing, observation: Observation) -> Finding | None:
    was, modified = before.modified, observation.modified
    if was is None or modified is None or not is_before(modified, was):
        return None
    then, now = clock(was), clock(modified)
    return Finding(
        message=f"LastModifiedTime is {now}, but an earlier answer had {then}",
        path="LastModifiedTime",
        seen=now,
        allowed=(f"{then} or later",),
        at=observation.modified,
    )


def _rewritten(before: Standing, observation: Observation, name: str) -> Finding | None:
    """Return how a history contradicts an earlier one; None where it extends it."""
    old, new = before.entries, observation.entries
    if not new:
        return None
    for number, (was, now) in enumerate(zip(old, new, strict=False), start=1):
        if not _same_entry(was, now):
            return Finding(
                message=f"entry {number} was {_entry_text(was)} in an earlier answer and is"
                f" {_entry_text(now)} now",
                path=f"{name}[{number - 1}]",
                seen=_entry_text(now),
                allowed=(_entry_text(was),),
                at=now.start,
            )
    if len(new) < len(old):
        lost = ", ".join(entry.status for entry in old[len(new) :])
        return Finding(
            message=f"the history has {len(new)} entries, but an earlier answer had"
            f" {len(old)}: {lost} is gone",
            path=f"{name}[{len(new)}]",
            seen="no entry",
            allowed=(_entry_text(old[len(new)]),),
            at=old[len(new)].start,
        )
    return None


def _same_entry(was: Entry, now: Entry) -> bool:
    ends_agree = was.end is None or now.end is None or same_time(was.end, now.end)
    return was.status == now.status and same_time(was.start, now.start) and ends_agree


def _entry_text(entry: Entry) -> str:
    return f"{entry.status} from {clock(entry.start)}" + (
        f" to {clock(entry.end)}" if entry.end else ""
    )


def _entered(before: Standing, observation: Observation) -> Iterator[StatusEntered]:
    known = len(before.entries)
    for ordinal, entry in enumerate(observation.entries[known:], start=known + 1):
        yield StatusEntered(
            job=observation.job,
            ordinal=ordinal,
            status=entry.status,
            start=entry.start,
            end=entry.end,
            message=entry.message,
        )
