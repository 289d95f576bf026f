"""What a job has come to: its end is told once, and what later answers add to it is told beside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, evolve

from jobstate.conformance.job_state import NOTHING_KNOWN
from jobstate.model.events import OutcomeRefined, change_key
from jobstate.model.outcome import (
    Result,
    finer,
    finer_cause,
    reason_of,
    result_of,
    same_end,
    with_cause,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.automaton.automaton import StateEstimate
    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.memo import AnswerView
    from jobstate.conformance.regions import Moved
    from jobstate.model.events import StatusChanged
    from jobstate.model.observation import Observation
    from jobstate.model.states import Outcome


@define  # as good as frozen, which takes three times as long to make
class End:
    """What a job has come to, after an answer.

    Attributes:
        result: What.
        cause: Why, where an answer said more than statuses do.
        failure_reason: The same in the service's own words.
        refined: The result, where that is more than the estimates tell.
        same: The job had ended before, and this is the same end.
        turns: It has ended now, or has not ended as it was said to.
        at: When the record was changed that says so.
    """

    result: Result
    cause: str | None
    failure_reason: str | None
    refined: Result | None
    same: bool
    turns: bool
    at: datetime | None

    @property
    def reason(self) -> str | None:
        """The service's words, where the job has failed."""
        return reason_of(self.result, self.failure_reason)


def end_of(
    before: JobState, main: str, observation: Observation, view: AnswerView, moved: Moved | None
) -> End:
    """Return what a job has come to: what its status says, also one that is ruled out.

    Args:
        before: Where it stood.
        main: The region that tells it.
        observation: What came.
        view: What that shows.
        moved: How the region moved; None where the answer does not show it.
    """
    old, shown = before.estimates.get(main), before.refined
    new = old if moved is None else moved.estimate
    if moved is not None and _counts(moved, old, shown):
        excluded = view.region_views[main].excluded
        shown = result_of(excluded) if excluded else None
    known = NOTHING_KNOWN if new is None else new.result
    was, now = before.result(main), known if shown is None else shown
    reopened = moved is not None and moved.reopens(old)
    same = not reopened and (same_end(was, now) or _is_one_end(old, new, was))
    # Of an end that is taken back, or is over, the words are void too.
    cause, reason = _why(None if was.final and not same else before, observation, moved)
    known = with_cause(known, cause)
    now = known if shown is None else with_cause(shown, cause)
    if same:
        now = finer(was, now)
    outcome = observation.outcome
    counts = moved is not None and moved.taken and not moved.apart
    if outcome is not None and counts and _may_be(new, outcome):
        now = evolve(now, outcome=outcome, cause=observation.cause or now.cause)
    more = None if now is known or now == known else now
    turns = not same and (was.final or now.final)
    return End(now, cause, reason, more, same, turns, observation.modified)


def keep_end(
    before: JobState, after: JobState, main: str, end: End, changed: Iterable[StatusChanged]
) -> tuple[OutcomeRefined, ...]:
    """Keep what a job has come to, and return what that adds to an end that was told.

    Args:
        before: Where the job stood.
        after: Where it stands, to be completed.
        main: The region that tells what it has come to.
        end: What that is.
        changed: What is told of the same answer.
    """
    after.cause, after.failure_reason, after.refined = end.cause, end.failure_reason, end.refined
    told = next((each.ordinal for each in changed if each.region == main), 0)
    if not end.same:
        after.ended = told if end.result.final else 0
        return ()
    after.ended = before.ended
    was, now = before.result(main), end.result
    more = (now.outcome, now.cause) != (was.outcome, was.cause)
    if told or not (more or (end.reason and not before.reason(main))):
        return ()
    return (refined(before, main, now, end.reason, end.at),)


def refined(
    before: JobState, main: str, result: Result, reason: str | None, at: datetime | None
) -> OutcomeRefined:
    """Return what is told where an end is known more exactly.

    Args:
        before: Where the job stood, which had ended.
        main: The region that told so.
        result: What it has come to.
        reason: Why it failed, in the service's words.
        at: When the record was changed that says so.
    """
    end_key = change_key(before.job, main, before.ended)
    return OutcomeRefined(
        job=before.job, end_key=end_key, result=result, failure_reason=reason, at=at
    )


def _is_one_end(old: StateEstimate | None, new: StateEstimate | None, was: Result) -> bool:
    """Return whether a job still stands where its end was known more exactly than that tells."""
    if old is None or new is None or not was.final:
        return False
    return old.result == new.result and not old.excludes(new) and _may_be(old, was.outcome)


def _may_be(estimate: StateEstimate | None, outcome: Outcome) -> bool:
    """Return whether a job that stands somewhere may have come to what an answer tells."""
    return estimate is not None and all(
        outcome in {state.outcome, *state.finer} for state in estimate.states
    )


def _counts(moved: Moved, old: StateEstimate | None, shown: Result | None) -> bool:
    """Return whether the statuses of an answer count, and not the end that one before it showed."""
    if moved.newest or not moved.taken or moved.estimate is old:
        return moved.newest
    if shown is None or not shown.final or old is None or moved.estimate is None:
        return True
    return old.excludes(moved.estimate)


def _why(
    before: JobState | None, observation: Observation, main: Moved | None
) -> tuple[str | None, str | None]:
    """Return why a job ended: what the answer says that is taken for last, else what is there."""
    said = (observation.cause, observation.failure_reason)
    kept = (None, None) if before is None else (before.cause, before.failure_reason)
    if main is not None and (main.apart or not main.taken):
        return kept
    first, second = (said, kept) if main is None or main.last else (kept, said)
    return finer_cause(first[0], second[0]), first[1] or second[1]
