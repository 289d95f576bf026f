"""Know, from whatever a service says, where a job stands, how it got there, what can't be true."""

from jobstate.automaton.explanation import Explanation, explain
from jobstate.conformance.check import Series, check, check_jobs
from jobstate.conformance.report import Report
from jobstate.delivery.subscription import (
    AsyncListener,
    OverflowPolicy,
    ParkedJob,
    Retry,
    Subscription,
    SubscriptionStatus,
)
from jobstate.errors import (
    ConformanceError,
    JobstateError,
    JournalDamagedError,
    JournalError,
    JournalInUseError,
    JournalWriteError,
    LifecycleError,
    ObservationError,
    PictureError,
    Problem,
    SnapshotError,
    ToolFailedError,
    ToolMissingError,
    TrackerClosedError,
    UnknownJobError,
    UnknownNameError,
)
from jobstate.model.events import (
    Event,
    Listener,
    Move,
    PathKind,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Entry, JobKey, Observation, Shown
from jobstate.model.outcome import Decision, OutcomePolicy, Result
from jobstate.model.specification import (
    Finding,
    InOrder,
    OverFields,
    OverHistory,
    Requires,
    Rule,
    Severity,
    Where,
)
from jobstate.model.states import Basis, Edge, Exclusion, Feature, Memory, Outcome, Region, State
from jobstate.tracking.observed import Arrival, Observed
from jobstate.tracking.overdue import Overdue
from jobstate.tracking.retention import Retention
from jobstate.tracking.tracked_job import TrackedJob
from jobstate.tracking.tracker import Tracker

__all__ = [
    "Arrival",
    "AsyncListener",
    "Basis",
    "ConformanceError",
    "Decision",
    "Edge",
    "Entry",
    "Event",
    "Exclusion",
    "Explanation",
    "Feature",
    "Finding",
    "InOrder",
    "JobKey",
    "JobstateError",
    "JournalDamagedError",
    "JournalError",
    "JournalInUseError",
    "JournalWriteError",
    "Lifecycle",
    "LifecycleError",
    "Listener",
    "Memory",
    "Move",
    "Observation",
    "ObservationError",
    "Observed",
    "Outcome",
    "OutcomePolicy",
    "OverFields",
    "OverHistory",
    "Overdue",
    "OverflowPolicy",
    "ParkedJob",
    "PathKind",
    "PictureError",
    "Problem",
    "Region",
    "Report",
    "Requires",
    "Result",
    "Retention",
    "Retry",
    "Rule",
    "Series",
    "Severity",
    "Shown",
    "SnapshotError",
    "State",
    "StatusChanged",
    "StatusEntered",
    "Subscription",
    "SubscriptionStatus",
    "ToolFailedError",
    "ToolMissingError",
    "TrackedJob",
    "Tracker",
    "TrackerClosedError",
    "UnknownJobError",
    "UnknownNameError",
    "Unmodelled",
    "Violation",
    "Where",
    "check",
    "check_jobs",
    "explain",
]
