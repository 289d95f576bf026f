"""Know, from whatever a service says, where a job stands, how it got there, what can't be true."""

import typing as _typing

from jobstate.automaton.explanation import Explanation, explain
from jobstate.conformance.check import check, check_jobs
from jobstate.conformance.partial import check_partial
from jobstate.conformance.report import Report
from jobstate.delivery.subscription import OverflowPolicy, Retry, Subscription, SubscriptionStatus
from jobstate.errors import ConformanceError, JobstateError, ObservationError
from jobstate.model.events import (
    Event,
    Listener,
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey, Observation
from jobstate.model.outcome import Decision, OutcomePolicy, Result, outcome_of
from jobstate.model.states import Outcome
from jobstate.tracking.observed import Arrival, Observed
from jobstate.tracking.overdue import Overdue
from jobstate.tracking.retention import Retention
from jobstate.tracking.tracked_job import TrackedJob
from jobstate.tracking.tracker import Tracker

__all__ = [
    "Arrival",
    "ConformanceError",
    "Decision",
    "Event",
    "Explanation",
    "JobKey",
    "JobstateError",
    "Lifecycle",
    "Listener",
    "Observation",
    "ObservationError",
    "Observed",
    "Outcome",
    "OutcomePolicy",
    "OutcomeRefined",
    "Overdue",
    "OverflowPolicy",
    "Report",
    "Result",
    "Retention",
    "Retry",
    "StatusChanged",
    "StatusEntered",
    "Subscription",
    "SubscriptionStatus",
    "TrackedJob",
    "Tracker",
    "Unmodelled",
    "Violation",
    "check",
    "check_jobs",
    "check_partial",
    "explain",
    "outcome_of",
]

__version__: str

if not _typing.TYPE_CHECKING:  # pragma: no branch - else every name would be one of them

    def __getattr__(name: str) -> str:
        """Return the version; looking for it is slow, and few ask."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import metadata  # noqa: PLC0415 - slow

        try:
            return metadata.version("jobstate")
        except metadata.PackageNotFoundError:
            return "0+unknown"
