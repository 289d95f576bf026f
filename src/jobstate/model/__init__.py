"""What is declared of a kind of job, observed of one, and told of it: frozen data.

The pieces of life cycles, for whoever writes one: states, edges, features, regions and rules, and
the schema of a service's answers with its reader and writer.
"""

from jobstate.model.answer_schema import (
    AnswerSchema,
    EndSign,
    Envelope,
    FeatureTest,
    Shape,
    Sign,
    StatusFields,
    Stays,
)
from jobstate.model.child_rules import ChildrenBelow, ChildrenCameTo, CountsChildren
from jobstate.model.console import Console
from jobstate.model.events import Move, PathKind
from jobstate.model.fields import Field
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.links import Link
from jobstate.model.observation import Entry, JobKey, Observation, QuickReader, Reader, Shown
from jobstate.model.operations import Action, ErrorCodes, Filter, FilterTest, Listing, Place, Verb
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums, Where
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import (
    AfterTheEnd,
    Always,
    Asked,
    Began,
    Failed,
    Having,
    SchemaWriter,
    created,
    ended,
    id_of,
    modified,
    name_of,
)
from jobstate.model.specification import Finding, OverFields, OverHistory, Rule, Severity
from jobstate.model.states import Basis, Edge, Exclusion, Feature, Memory, Outcome, Region, State
from jobstate.model.time_zones import assume_utc

__all__ = [
    "Action",
    "AfterTheEnd",
    "Always",
    "AnswerSchema",
    "Asked",
    "Basis",
    "Began",
    "ChildrenBelow",
    "ChildrenCameTo",
    "Console",
    "CountsChildren",
    "Edge",
    "EndSign",
    "Entry",
    "Envelope",
    "ErrorCodes",
    "ExactlyWhen",
    "Exclusion",
    "Failed",
    "Feature",
    "FeatureTest",
    "Field",
    "Filter",
    "FilterTest",
    "Finding",
    "Fixed",
    "Grows",
    "Having",
    "InOrder",
    "JobKey",
    "Lifecycle",
    "Link",
    "Listing",
    "Memory",
    "Move",
    "Observation",
    "Outcome",
    "OverFields",
    "OverHistory",
    "PathKind",
    "Place",
    "QuickReader",
    "Reader",
    "Region",
    "Requires",
    "Rule",
    "SchemaReader",
    "SchemaWriter",
    "Severity",
    "Shape",
    "Shown",
    "Sign",
    "State",
    "StatusFields",
    "Stays",
    "Sums",
    "Verb",
    "Where",
    "assume_utc",
    "created",
    "ended",
    "id_of",
    "modified",
    "name_of",
]
