"""Answers that come out of order: which are older than what is known, and what they still add.

What is known of the current state never moves for an older answer; its history, its features and
what it breaks by itself are facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from jobstate.automaton.history import follow
from jobstate.common.times import is_before
from jobstate.conformance.histories import contradiction, merged, stays
from jobstate.conformance.job_state import Judgement
from jobstate.conformance.regions import Moved
from jobstate.model.packed_history import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.automaton.automaton import RegionView, StateEstimate
    from jobstate.automaton.history import Followed
    from jobstate.conformance.diagnosis import Refusal
    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import AnswerView
    from jobstate.model.events import StatusEntered
    from jobstate.model.observation import Observation


def is_late(judge: Judge, before: JobState, observation: Observation, view: AnswerView) -> bool:
    """Return whether an observation is older than what led to a standing.

    An older LastModifiedTime says so. Where the times are equal or missing, the longer history is
    the newer one, and then the order of arrival counts; but where the times are equal, an
    observation that fits before what is known and not after it came too late.
    """
    was, modified = before.modified, observation.modified
    if was is not None and modified is not None:
        if modified > was:
            if is_before(was, modified):
                return False
        elif is_before(modified, was):
            return True
    if 0 < len(observation.entries) < len(before.entries):
        return True
    if was is None or modified is None:
        return False
    return any(_leads_back(judge, before, observation, *each) for each in view.sights.items())


def _leads_back(
    judge: Judge, before: JobState, observation: Observation, region: str, sight: RegionView
) -> bool:
    """Return whether what is shown of a region fits before what is known of it, and not after."""
    known = before.known.get(region)
    if known is None:
        return False
    automaton = known.automaton
    longer = region == judge.history and len(observation.entries) > before.read
    if longer:
        fits = _followed(judge, before, observation, sight).is_legal
    else:
        fits = automaton.step(known, sight) is not None
    if region == judge.history and not observation.entries and before.entries:
        # Its history tells that the job has been there, and where it went from there.
        passed = any(entry.status == sight.visible for entry in before.entries[:-1])
        fits = fits and (not passed or before.entries[-1].status == sight.visible)
    mask = _followed(judge, None, observation, sight).history.mask if longer else sight.mask
    return not fits and bool(automaton.successors.reach(mask & sight.mask) & known.mask)


def _followed(
    judge: Judge, before: JobState | None, observation: Observation, sight: RegionView
) -> Followed:
    """Return how a history reads, after a standing or from the beginning."""
    automaton = judge.automata[judge.history or ""]
    base = before.base if before else None
    samples = before.samples if before else ()
    read = before.read if before else 0
    statuses = tuple(entry.status for entry in observation.entries[read:])
    return follow(automaton, base, samples, statuses, sight)


def judge_late(
    judge: Judge, before: JobState, observation: Observation, view: AnswerView
) -> Judgement:
    """Return what an observation adds that is older than what led to a standing.

    Entries that nobody has told yet are told, what the answer breaks by itself is a violation, and
    features teach, since they are fixed when a job is created.
    """
    sights = view.sights
    found = judge.ruleset.findings(observation, view)
    entries = Entries.of(observation.entries)
    wrong = contradiction(before.entries, entries, judge.history_field)
    if wrong is not None:
        found += judge.broken("history-rewritten", wrong)
    moves = {
        region: _moved(judge, before, observation, region, sight)
        for region, sight in sights.items()
    }
    changed = tuple(judge.changes(before, observation, moves))
    known = judge.memory.knowledge(
        {**before.known, **{region: moved.known for region, moved in moves.items()}}
    )
    # What it teaches of where the job stands now is certain from the newest answer on.
    shown = observation.modified if judge.main not in before.known else before.modified
    after = evolve(
        before,
        known=known,
        since=before.since_when(judge.main, known, shown),
        reason=before.reason or observation.cause,
        changes=before.changes + len(changed),
    )
    entered: tuple[StatusEntered, ...] = ()
    refusals = [moved.refused for moved in moves.values()]
    if wrong is None and len(observation.entries) > len(before.entries):
        entered = tuple(stays(before.job, observation.entries, before.entered, late=True))
        longer = evolve(
            after,
            entries=merged(before.entries, entries),
            entered=max(before.entered, len(entries)),
        )
        after, refused = _with_history(judge, longer, observation, sights)
        refusals.append(refused)
    for refused in filter(None, refusals):
        found[:0] = judge.broken(refused.rule, refused.finding)
    return judge.telling.told(Judgement(after, entered, changed), observation, view, found)


def _moved(
    judge: Judge, before: JobState, observation: Observation, region: str, sight: RegionView
) -> Moved:
    """Return what an older answer says of a region: nothing that would move it back."""
    known = before.known.get(region)
    if known is None:
        # No newer answer shows this region, so of this region it is the newest.
        return judge.moved(region, before, observation, sight)
    if region != judge.history and _is_ahead(known, sight):
        return judge.moved(region, before, observation, sight)
    return Moved(*_learned(judge, known, observation, sight))


def _is_ahead(known: StateEstimate, sight: RegionView) -> bool:
    """Return whether a region must have come from what is known to what is shown, never back.

    The newest answer may have left the region out, so an older one can be ahead.
    """
    reach = known.automaton.successors.reach
    return bool(reach(known.mask) & sight.mask) and not reach(sight.mask) & known.mask


def _learned(
    judge: Judge, known: StateEstimate, observation: Observation, sight: RegionView
) -> tuple[StateEstimate, Refusal | None]:
    """Return what is known of a region with what an older answer teaches, and what it breaks."""
    refused = judge.refusal.features(known, sight, observation)
    if refused is not None:
        return known, refused
    if sight.illegal_pair:
        refused = judge.refusal.sample(known, known, sight, observation)
    automaton = known.automaton
    narrower = known.mask & sight.features
    # Where the job stands now, it has come to from there.
    narrower = narrower & automaton.successors.reach(sight.mask) or narrower
    return automaton.known(narrower), refused


def _with_history(
    judge: Judge, before: JobState, observation: Observation, sights: Mapping[str, RegionView]
) -> tuple[JobState, Refusal | None]:
    """Return what a standing is with a longer history, which it has, and what is wrong there."""
    known, sight = before.known.get(judge.history or ""), sights.get(judge.history or "")
    if known is None or sight is None:
        return before, None
    automaton = known.automaton
    followed = _followed(judge, None, observation, sight)
    refused = judge.refusal.history(automaton, followed, sight, observation, 0)
    base = followed.known or automaton.known(sight.real)
    narrower = automaton.successors.reach(base.mask) & known.mask
    after = evolve(
        before,
        known=judge.memory.knowledge(
            {**before.known, automaton.region.name: automaton.known(narrower or known.mask)}
        ),
        # What thin answers showed in between is forgotten: that proves less, never something false.
        samples=(),
        base=base if narrower else known,
        read=len(observation.entries),
    )
    return after, refused
