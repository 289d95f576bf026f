"""Know, from whatever a service says, where a job stands, how it got there, what can't be true."""

from jobstate.automaton import Result
from jobstate.conformance import Series, check, check_jobs
from jobstate.errors import (
    ConformanceError,
    JobstateError,
    LifecycleError,
    ObservationError,
    Problem,
    UnknownNameError,
)
from jobstate.events import PathKind, StatusChanged, StatusEntered, Unmodelled, Violation
from jobstate.explanation import Explanation, explain
from jobstate.lifecycle import Lifecycle
from jobstate.observation import Entry, JobKey, Observation, Shown
from jobstate.policy import Decision, OutcomePolicy
from jobstate.report import Report
from jobstate.specification import (
    Basis,
    Edge,
    Exclusion,
    Feature,
    Finding,
    InOrder,
    Memory,
    Outcome,
    OverHistory,
    Region,
    Requires,
    Rule,
    Severity,
    State,
    Where,
)

__all__ = [
    "Basis",
    "ConformanceError",
    "Decision",
    "Edge",
    "Entry",
    "Exclusion",
    "Explanation",
    "Feature",
    "Finding",
    "InOrder",
    "JobKey",
    "JobstateError",
    "Lifecycle",
    "LifecycleError",
    "Memory",
    "Observation",
    "ObservationError",
    "Outcome",
    "OutcomePolicy",
    "OverHistory",
    "PathKind",
    "Problem",
    "Region",
    "Report",
    "Requires",
    "Result",
    "Rule",
    "Series",
    "Severity",
    "Shown",
    "State",
    "StatusChanged",
    "StatusEntered",
    "UnknownNameError",
    "Unmodelled",
    "Violation",
    "Where",
    "check",
    "check_jobs",
    "explain",
]
