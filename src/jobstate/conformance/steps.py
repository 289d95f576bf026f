"""What a step that is remembered means for one job: its own times, counts and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.common.times import latest
from jobstate.conformance.ends import refined
from jobstate.conformance.job_state import JobState, Judgement
from jobstate.model.events import StatusChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.conformance.kept_answers import AnswerPattern
    from jobstate.conformance.memo import MemoizedStep
    from jobstate.model.events import StatusEntered
    from jobstate.model.observation import Entry, Observation


def stepped(  # noqa: PLR0913, PLR0917
    before: JobState,
    observation: Observation,
    step: MemoizedStep,
    answers: tuple[tuple[AnswerPattern, ...], bytes],
    entries: Sequence[Entry],
    entered: tuple[StatusEntered, ...],
    main: str,
) -> Judgement:
    """Return what an answer brings that breaks nothing and is soon understood."""
    modified = observation.modified
    ordinal = before.changes
    changed = []
    for made in step.moves:
        ordinal += 1
        changed.append(StatusChanged(job=before.job, move=made, at=modified, ordinal=ordinal))
    job_state = JobState(
        before.job,
        step.estimates,
        *answers,
        entries,
        latest(before.modified, modified),
        modified if step.came else before.since,
        before.kept_values,
        None,
        None,
        None,
        before.changes + step.end if step.end else before.ended,
        before.entered + len(entered),
        ordinal,
        before.reported,
        before.suppressed,
        before.told_created,
    )
    judgement = Judgement(job_state, entered, tuple(changed))
    if step.refined is not None:
        judgement.refined = (refined(before, main, step.refined, None, modified),)
    return judgement


def says_more(start: JobState, observation: Observation) -> bool:
    """Return whether more is known of what a job has come to than its estimates tell."""
    why = observation.cause or observation.failure_reason or observation.outcome
    return (why or start.cause or start.failure_reason or start.refined) is not None
