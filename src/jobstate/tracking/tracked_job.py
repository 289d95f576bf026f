"""What a tracker knows of one job, as whoever asks gets it.

A `TrackedJob` is a picture of one moment: it does not change when the tracker hears more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.common.text import printable
from jobstate.common.times import require_aware
from jobstate.conformance.job_state import JobState
from jobstate.conformance.judge import judges_of
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.tracking.snapshot import dumped

if TYPE_CHECKING:
    from jobstate.automaton.automaton import StateEstimate
    from jobstate.model.observation import Entry, JobKey
    from jobstate.model.outcome import Result
    from jobstate.model.states import Outcome, State


@frozen
class TrackedJob:
    """What is known of one job.

    Attributes:
        lifecycle: The life cycle that it is judged by.
        standing: All that is kept of it.
    """

    lifecycle: Lifecycle
    job_state: JobState

    def __repr__(self) -> str:
        return printable(f"<TrackedJob {self.id} {self.status}>")

    def __hash__(self) -> int:
        return hash(self.job_state.job)

    @property
    def key(self) -> JobKey:
        """What identifies it."""
        return self.job_state.job

    @property
    def kind(self) -> str:
        """What kind of job it is: the name of its life cycle."""
        return self.job_state.job.kind

    @property
    def id(self) -> str:
        """The id by which the service knows it; a later job may have the same."""
        return self.job_state.job.id

    @property
    def name(self) -> str:
        """What people call it: the last part of an arn; of any other id all of it."""
        return self.job_state.job.name

    @property
    def created(self) -> datetime | None:
        """When it was created, to the second; aware, UTC; None where no answer has said so."""
        return self.job_state.created

    @property
    def status(self) -> str:
        """Where it stands, in one word: a state, or what all possible ones have in common."""
        estimate = self._estimate()
        return "unknown" if estimate is None else estimate.label

    def states(self, region: str | None = None) -> tuple[str, ...]:
        """Return the states that it may be in, in the life cycle's order; none if never shown.

        Args:
            region: A region of the life cycle; by default its first.

        Raises:
            UnknownNameError: There is no such region.
        """
        estimate = self._estimate(region)
        return () if estimate is None else tuple(state.name for state in estimate.states)

    @property
    def possible(self) -> tuple[State, ...]:
        """The states of the first region that it may be in, with all that is known of them."""
        estimate = self._estimate()
        return () if estimate is None else estimate.states

    @property
    def features(self) -> dict[str, bool]:
        """The features that are known for certain: feature name → whether the job has it."""
        estimate, region = self._estimate(), self.lifecycle.main_region.name
        if estimate is None:
            return {}
        # What all orders agree on that the answers can have been given in.
        known = self.job_state.answers_of(region)
        possible = known.pattern.possible if known else 0
        return estimate.automaton.estimate(possible or estimate.mask).features

    @property
    def result(self) -> Result:
        """What it has come to: outcome, whether that is final and for good, the cause."""
        return self.job_state.result(self.lifecycle.main_region.name)

    @property
    def failure_reason(self) -> str | None:
        """Why it failed, in the service's words: as they came, of at most 1,024 characters.

        None of a job that runs or has succeeded, and where nothing says so.
        """
        return self.job_state.reason(self.lifecycle.main_region.name)

    @property
    def outcome(self) -> Outcome:
        """What it has come to."""
        return self.result.outcome

    @property
    def final(self) -> bool:
        """It has ended; `result` tells whether for good."""
        return self.result.final

    @property
    def steady(self) -> bool:
        """It is a resource, and what one waits for."""
        return self.result.steady

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its history, as far as answers gave it."""
        return tuple(self.job_state.entries)

    @property
    def modified(self) -> datetime | None:
        """The newest time of modification; aware, UTC."""
        return self.job_state.modified

    @property
    def since(self) -> datetime | None:
        """Since when, at the latest, it is where it stands; aware, UTC; None where nothing tells.

        Exact where its history reaches that far. Else it is the time of modification of the answer
        that showed it first, and the job may have come there before: so it is where the primary
        status moves alone (``Stopping/Training``), for histories do not show that.
        """
        entries, estimate = self.job_state.entries, self._estimate()
        known = self.job_state.answers_of(self.lifecycle.main_region.name)
        if entries and estimate is not None and not (known and known.since_history):
            last = entries[-1]
            visible = {state.visible for state in estimate.states}
            if visible == {last.status} and not estimate.names & _entered_silently(self.lifecycle):
                return last.start
        return self.job_state.since

    def time_in_status(self, now: datetime) -> timedelta | None:
        """Return how long it has been where it stands, at least; None where nothing tells.

        A finished job stays where it is: its time goes on.

        Args:
            now: The time to count to; aware.

        Raises:
            ValueError: The time has no zone.
        """
        require_aware(now)
        since = self.since
        return None if since is None else max(now - since, timedelta(0))

    def snapshot(self) -> str:
        """Return all that is kept of it as JSON, for `Tracker.restore` in another process."""
        return dumped(judges_of({self.kind: self.lifecycle}), [self.job_state])

    def _estimate(self, region: str | None = None) -> StateEstimate | None:
        name = self.lifecycle.main_region.name if region is None else self._named(region)
        return self.job_state.estimates.get(name)

    def _named(self, region: str) -> str:
        return self.lifecycle.region(region).name


@derived
def _entered_silently(lifecycle: Lifecycle) -> frozenset[str]:
    """Return the states of the first region that a job may enter without a new entry."""
    region = lifecycle.main_region
    visible = {state.name: state.visible for state in region.states}
    edges = (edge for edge in region.edges if visible[edge.origin] == visible[edge.target])
    return frozenset(edge.target for edge in edges)
