"""What a journal has of one job, and of one listener, as whoever reads along gets it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from jobstate.model.events import Unmodelled
from jobstate.model.observation import Entry, JobKey
from jobstate.tracking.tracked_job import TrackedJob

if TYPE_CHECKING:
    from collections.abc import Collection

    from jobstate.model.states import Outcome

#: More states than this are only counted in a status.
_NAMED = 3


@frozen(kw_only=True)
class JournalJob:
    """What a journal has of one job.

    Attributes:
        job: The job.
        created: When it was created, to the second; aware, UTC; None where no answer said so.
        states: Region → the states that it may be in, in words; a region never shown is absent.
        entries: Its history, as far as answers gave it.
        modified: The newest LastModifiedTime; aware, UTC.
        since: The LastModifiedTime of the answer that first showed where it stands; aware, UTC.
        cause: Why it ended, where an answer said more than its statuses.
        failure_reason: The same in the service's own words, as they came.
        broken: Rule id → how many violations were told.
        suppressed: How many more there were than are told.
        forgotten: When the tracker has forgotten it; aware, UTC; None while it keeps it.
        tracked: All that a tracker knows of it; None where the life cycle is not at hand, or is not
            one that can read it.
    """

    job: JobKey
    created: datetime | None
    states: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...] = field(repr=False)
    modified: datetime | None
    since: datetime | None
    cause: str | None
    failure_reason: str | None
    broken: Mapping[str, int]
    suppressed: int
    forgotten: datetime | None
    tracked: TrackedJob | None = field(repr=False, eq=False)

    @property
    def kind(self) -> str:
        """What kind of job it is: the name of its life cycle."""
        return self.job.kind

    @property
    def id(self) -> str:
        """The id by which the service knows it; a later job may have the same."""
        return self.job.id

    @property
    def status(self) -> str:
        """Where it stands, in one word: a state, or what all possible ones have in common."""
        if self.tracked is not None:
            return self.tracked.status
        return status_of(next(iter(self.states.values()), ()))

    @property
    def outcome(self) -> Outcome | None:
        """What it has come to; None where the life cycle is not at hand."""
        return None if self.tracked is None else self.tracked.outcome

    @property
    def final(self) -> bool | None:
        """The job has ended; None where the life cycle is not at hand."""
        return None if self.tracked is None else self.tracked.final


@frozen(kw_only=True)
class HeldJob:
    """A job that a listener failed at: the events from some number on wait.

    Attributes:
        job: The job.
        first: The number of the event that the listener hears next.
        waiting: How many events wait.
        attempts: How often the first of them was told; 0 where there was no room for it.
        error: What the listener raised last, in a line; empty where it raised nothing.
        parked: Since when nothing more is told of it; aware, UTC; None while it is told again.
    """

    job: JobKey
    first: int
    waiting: int
    attempts: int
    error: str
    parked: datetime | None


@frozen(kw_only=True)
class ListenerPosition:
    """How far a listener is.

    Attributes:
        name: Its subscription's.
        cursor: It has dealt with every event up to this number, as the file says for good.
        heard: How far it is in each shard of jobs, as its tracker says in between.
        behind: How many events it has not dealt with; those of held jobs wait besides.
        held: The jobs that it failed at, the one whose event is oldest first.
    """

    name: str
    cursor: int
    heard: tuple[int, ...] = field(repr=False)
    behind: int
    held: tuple[HeldJob, ...]

    @property
    def parked(self) -> tuple[HeldJob, ...]:
        """The jobs of which it hears no more until `Tracker.unpark`, the one parked first first."""
        return tuple(sorted((each for each in self.held if each.parked), key=_since))

    @property
    def retrying(self) -> tuple[HeldJob, ...]:
        """The jobs that it is told of again, or was when its tracker ended."""
        return tuple(each for each in self.held if not each.parked)


def broken_of(reported: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Return how many violations were told of each rule.

    Args:
        reported: What was told of a job: rule id, or kind of event → keys.
    """
    return {topic: len(keys) for topic, keys in reported.items() if topic != Unmodelled.kind}


def _since(held: HeldJob) -> tuple[datetime | None, int]:
    return held.parked, held.first


def status_of(states: tuple[str, ...]) -> str:
    """Return what some states have in common, as far as their names tell."""
    if len(states) <= 1:
        return states[0] if states else "unknown"
    for end in (0, 2):
        common = {state.partition("/")[end] for state in states}
        if len(common) == 1 and "" not in common:
            return common.pop()
    named = " or ".join(states[:_NAMED])
    return named if len(states) <= _NAMED else f"{named} or one of {len(states) - _NAMED} more"
