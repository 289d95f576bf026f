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
    return any(_leads_back(judge, before, observation, *each) for each in view.region_views.items())


def _leads_back(
    judge: Judge, before: JobState, observation: Observation, region: str, region_view: RegionView
) -> bool:
    """Return whether what is shown of a region fits before what is known of it, and not after."""
    estimate = before.estimates.get(region)
    if estimate is None:
        return False
    automaton = estimate.automaton
    longer = region == judge.history and len(observation.entries) > before.read
    if longer:
        fits = _followed(judge, before, observation, region_view).is_legal
    else:
        fits = automaton.step(estimate, region_view) is not None
    if region == judge.history and not observation.entries and before.entries:
        # Its history tells that the job has been there, and where it went from there.
        passed = any(entry.status == region_view.visible for entry in before.entries[:-1])
        fits = fits and (not passed or before.entries[-1].status == region_view.visible)
    mask = (
        _followed(judge, None, observation, region_view).history.mask
        if longer
        else region_view.mask
    )
    return not fits and bool(automaton.successors.reach(mask & region_view.mask) & estimate.mask)


def _followed(
    judge: Judge, before: JobState | None, observation: Observation, region_view: RegionView
) -> Followed:
    """Return how a history reads, after a standing or from the beginning."""
    automaton = judge.automata[judge.history or ""]
    base = before.base if before else None
    samples = before.samples if before else ()
    read = before.read if before else 0
    statuses = tuple(entry.status for entry in observation.entries[read:])
    return follow(automaton, base, samples, statuses, region_view)


def judge_late(
    judge: Judge, before: JobState, observation: Observation, view: AnswerView
) -> Judgement:
    """Return what an observation adds that is older than what led to a standing.

    Entries that nobody has told yet are told, what the answer breaks by itself is a violation, and
    features teach, since they are fixed when a job is created.
    """
    region_views = view.region_views
    found = judge.ruleset.findings(observation, view)
    entries = Entries.of(observation.entries)
    wrong = contradiction(before.entries, entries, judge.history_field)
    if wrong is not None:
        found += judge.broken("history-rewritten", wrong)
    moves = {
        region: _moved(judge, before, observation, region, region_view)
        for region, region_view in region_views.items()
    }
    changed = tuple(judge.changes(before, observation, moves))
    estimates = judge.memo.estimates(
        {**before.estimates, **{region: moved.estimate for region, moved in moves.items()}}
    )
    # What it teaches of where the job stands now is certain from the newest answer on.
    shown = observation.modified if judge.main not in before.estimates else before.modified
    after = evolve(
        before,
        estimates=estimates,
        since=before.since_when(judge.main, estimates, shown),
        reason=before.reason or observation.cause,
        changes=before.changes + len(changed),
    )
    entered: tuple[StatusEntered, ...] = ()
    refusals = [moved.refusal for moved in moves.values()]
    if wrong is None and len(observation.entries) > len(before.entries):
        entered = tuple(stays(before.job, observation.entries, before.entered, late=True))
        longer = evolve(
            after,
            entries=merged(before.entries, entries),
            entered=max(before.entered, len(entries)),
        )
        after, refused = _with_history(judge, longer, observation, region_views)
        refusals.append(refused)
    for refused in filter(None, refusals):
        found[:0] = judge.broken(refused.rule, refused.finding)
    return judge.violation_log.report(Judgement(after, entered, changed), observation, view, found)


def _moved(
    judge: Judge, before: JobState, observation: Observation, region: str, region_view: RegionView
) -> Moved:
    """Return what an older answer says of a region: nothing that would move it back."""
    estimate = before.estimates.get(region)
    if estimate is None:
        # No newer answer shows this region, so of this region it is the newest.
        return judge.moved(region, before, observation, region_view)
    if region != judge.history and _is_ahead(estimate, region_view):
        return judge.moved(region, before, observation, region_view)
    return Moved(*_learned(judge, estimate, observation, region_view))


def _is_ahead(estimate: StateEstimate, region_view: RegionView) -> bool:
    """Return whether a region must have come from what is known to what is shown, never back.

    The newest answer may have left the region out, so an older one can be ahead.
    """
    reach = estimate.automaton.successors.reach
    return (
        bool(reach(estimate.mask) & region_view.mask)
        and not reach(region_view.mask) & estimate.mask
    )


def _learned(
    judge: Judge, estimate: StateEstimate, observation: Observation, region_view: RegionView
) -> tuple[StateEstimate, Refusal | None]:
    """Return what is known of a region with what an older answer teaches, and what it breaks."""
    refused = judge.diagnosis.features(estimate, region_view, observation)
    if refused is not None:
        return estimate, refused
    if region_view.illegal_pair:
        refused = judge.diagnosis.sample(estimate, estimate, region_view, observation)
    automaton = estimate.automaton
    narrower = estimate.mask & region_view.features
    # Where the job stands now, it has come to from there.
    narrower = narrower & automaton.successors.reach(region_view.mask) or narrower
    return automaton.estimate(narrower), refused


def _with_history(
    judge: Judge, before: JobState, observation: Observation, region_views: Mapping[str, RegionView]
) -> tuple[JobState, Refusal | None]:
    """Return what a standing is with a longer history, which it has, and what is wrong there."""
    estimate, region_view = (
        before.estimates.get(judge.history or ""),
        region_views.get(judge.history or ""),
    )
    if estimate is None or region_view is None:
        return before, None
    automaton = estimate.automaton
    followed = _followed(judge, None, observation, region_view)
    refused = judge.diagnosis.history(automaton, followed, region_view, observation, 0)
    base = followed.estimate or automaton.estimate(region_view.real)
    narrower = automaton.successors.reach(base.mask) & estimate.mask
    after = evolve(
        before,
        estimates=judge.memo.estimates(
            {
                **before.estimates,
                automaton.region.name: automaton.estimate(narrower or estimate.mask),
            }
        ),
        # What thin answers showed in between is forgotten: that proves less, never something false.
        samples=(),
        base=base if narrower else estimate,
        read=len(observation.entries),
    )
    return after, refused
