"""Know, from whatever a service says, where a job stands, how it got there, what can't be true."""

from jobstate.automaton import Result
from jobstate.conformance import Series, check, check_jobs
from jobstate.errors import (
    ConformanceError,
    JobstateError,
    LifecycleError,
    ObservationError,
    PictureError,
    Problem,
    SnapshotError,
    ToolFailedError,
    ToolMissingError,
    UnknownJobError,
    UnknownNameError,
)
from jobstate.events import (
    Event,
    Listener,
    Move,
    PathKind,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)
from jobstate.explanation import Explanation, explain
from jobstate.lifecycle import Lifecycle
from jobstate.observation import Entry, JobKey, Observation, Shown
from jobstate.overdue import Overdue
from jobstate.policy import Decision, OutcomePolicy
from jobstate.report import Report
from jobstate.retention import Retention
from jobstate.specification import (
    Basis,
    Edge,
    Exclusion,
    Feature,
    Finding,
    InOrder,
    Memory,
    Outcome,
    OverFields,
    OverHistory,
    Region,
    Requires,
    Rule,
    Severity,
    State,
    Where,
)
from jobstate.tracked import TrackedJob
from jobstate.tracker import Arrival, Observed, Tracker

__all__ = [
    "Arrival",
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
    "PathKind",
    "PictureError",
    "Problem",
    "Region",
    "Report",
    "Requires",
    "Result",
    "Retention",
    "Rule",
    "Series",
    "Severity",
    "Shown",
    "SnapshotError",
    "State",
    "StatusChanged",
    "StatusEntered",
    "ToolFailedError",
    "ToolMissingError",
    "TrackedJob",
    "Tracker",
    "UnknownJobError",
    "UnknownNameError",
    "Unmodelled",
    "Violation",
    "Where",
    "check",
    "check_jobs",
    "explain",
]
