"""`WatchedJob`: what a table knows of one job, as a picture of one moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from jobstate.cli.timeline import OUTCOMES
from jobstate.conformance.job_state import NOTHING_KNOWN
from jobstate.model.answer_schema import within
from jobstate.model.events import Event, StatusChanged, Unmodelled, Violation
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Entry, JobKey
from jobstate.model.outcome import Result
from jobstate.model.states import Outcome
from jobstate.world.scripts import ordinary_way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.aws.following import FollowStep
    from jobstate.tracking.tracked_job import TrackedJob

#: What came to this may be what somebody waits for, and needs no look.
_ORDINARY: Final = {Outcome.SUCCEEDED, Outcome.RUNNING, Outcome.STOPPED}
_UNSEEN, _LOST = "not seen yet", "can't be asked about"
#: What jobs are counted by.
WORDS: Final = (*OUTCOMES.values(), _UNSEEN, _LOST)


@frozen(kw_only=True)
class WatchedJob:
    """What is known of a job that is watched.

    Attributes:
        lifecycle: Its life cycle.
        id: Its id; before the first answer what it was asked for by.
        name: What people call it.
        status: Where it stands, as people read it; empty before the first answer.
        state: The state that it is in; None where several are possible, or it is unknown.
        passed: The statuses that it has shown, in order.
        entries: Its history.
        created: When it was created.
        since: Since when it is where it stands, at the latest.
        modified: When its record was last changed.
        result: What it has come to.
        reason: Why it failed, in the service's words.
        violations: What it broke.
        strange: The statuses that its life cycle does not know.
        parent: The job that it belongs to; None where nothing says so.
        trouble: Why the last call came to nothing; empty where an answer came.
        error: Why nobody asks about it any more; empty of a job that is followed or has ended.
    """

    lifecycle: Lifecycle
    id: str
    name: str
    status: str = ""
    state: str | None = None
    passed: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    created: datetime | None = None
    since: datetime | None = None
    modified: datetime | None = None
    result: Result = NOTHING_KNOWN
    reason: str | None = None
    violations: tuple[Violation, ...] = ()
    strange: tuple[Unmodelled, ...] = ()
    parent: JobKey | None = None
    trouble: str = ""
    error: str = ""

    @property
    def key(self) -> JobKey:
        """What identifies it here: a later job of the same id takes its place."""
        return JobKey(self.lifecycle.name, self.id)

    @property
    def over(self) -> bool:
        """It has ended, or nobody asks any more."""
        return bool(self.error) or self.result.final

    @property
    def needs_a_look(self) -> bool:
        """It came to no good, can't be asked about, or did what should be told of it."""
        ended_badly = self.result.final and self.result.outcome not in _ORDINARY
        return bool(self.error or self.violations or self.strange or self.trouble) or ended_badly

    @property
    def word(self) -> str:
        """What is counted of it: one of `WORDS`."""
        if self.error:
            return _LOST
        return OUTCOMES[self.result.outcome] if self.status else _UNSEEN

    @property
    def begun(self) -> datetime | None:
        """When it began."""
        return self.entries[0].start if self.entries else self.created

    def after(self, step: FollowStep, parent: JobKey | None = None) -> WatchedJob:
        """Return what is known of it after one more answer.

        Args:
            step: What the answer brought.
            parent: The job that it belongs to, where that is known otherwise.
        """
        job = step.job
        state = job.possible[0] if len(job.possible) == 1 else None
        return evolve(
            self,
            id=job.id,
            name=job.name,
            status=_status(job, step),
            state=None if state is None else state.name,
            passed=_passed(self.passed, job, step.events),
            entries=job.entries,
            created=job.created,
            since=job.since,
            modified=job.modified,
            result=step.result,
            reason=job.failure_reason,
            violations=(
                *self.violations,
                *(each for each in step.events if isinstance(each, Violation)),
            ),
            strange=(
                *self.strange,
                *(each for each in step.events if isinstance(each, Unmodelled)),
            ),
            parent=_parent(job, step) or parent or self.parent,
            trouble="",
        )


def _status(job: TrackedJob, step: FollowStep) -> str:
    """Return where a job stands: in one word where that says it, and of a stranger its own."""
    schema, region = job.lifecycle.schema, job.lifecycle.main_region
    shown = within(step.answer, schema.places[0].primary) if schema and step.answer else None
    if shown is not None and all(str(shown) != each.primary for each in region.states):
        return f"{shown} (unknown)"
    if len(job.possible) != 1:
        return job.status
    (state,) = job.possible
    plain = state.visible == state.primary or state.name in ordinary_way(job.lifecycle, ())
    return state.visible if plain else state.name


def _passed(before: tuple[str, ...], job: TrackedJob, events: Iterable[Event]) -> tuple[str, ...]:
    """Return the statuses that a job has shown: its history, or else what each answer showed."""
    if job.entries:
        return tuple(entry.status for entry in job.entries)
    region = job.lifecycle.main_region
    shown = {state.name: state.visible for state in region.states}
    moved = (
        shown.get(each.target, each.target)
        for each in events
        if isinstance(each, StatusChanged) and each.region == region.name
    )
    return (*before, *moved)


def _parent(job: TrackedJob, step: FollowStep) -> JobKey | None:
    """Return the job that the answer says it belongs to; None where it names none."""
    for link in job.lifecycle.schema.links if job.lifecycle.schema and step.answer else ():
        named = within(step.answer, link.path)
        if not link.child and isinstance(named, str):
            return link.job(named)
    return None
