"""What is declared of a kind of job, observed of one, and told of it: frozen data.

The pieces of life cycles, for whoever writes one: states, edges, features, regions and rules.
"""

from jobstate.model.events import Move, PathKind
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import Entry, JobKey, Observation, QuickReader, Reader, Shown
from jobstate.model.specification import (
    ExactlyWhen,
    Finding,
    InOrder,
    OverFields,
    OverHistory,
    Requires,
    Rule,
    Severity,
    Sums,
    Where,
)
from jobstate.model.states import Basis, Edge, Exclusion, Feature, Memory, Outcome, Region, State

__all__ = [
    "Basis",
    "Edge",
    "Entry",
    "ExactlyWhen",
    "Exclusion",
    "Feature",
    "Finding",
    "InOrder",
    "JobKey",
    "Lifecycle",
    "Memory",
    "Move",
    "Observation",
    "Outcome",
    "OverFields",
    "OverHistory",
    "PathKind",
    "QuickReader",
    "Reader",
    "Region",
    "Requires",
    "Rule",
    "Severity",
    "Shown",
    "State",
    "Sums",
    "Where",
]
