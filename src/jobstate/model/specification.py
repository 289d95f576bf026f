"""What a life cycle is made of, as frozen data: states, edges, features, rules.

`jobstate.model.lifecycle` puts the pieces together and checks them; keeping them apart lets the
check and the expansion into hidden states stand between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from jobstate.model.answer_schema import AnswerSchema
from jobstate.model.child_rules import OverChildren
from jobstate.model.observation import Reader, Writer
from jobstate.model.rule_tests import ExactlyWhen, Fixed, Grows, InOrder, Requires, Sums
from jobstate.model.states import (
    Basis,
    Exclusion,
    Feature,
    Memory,
    Needs,
    Region,
    State,
    _basis,
    _chosen,
    _needs,
    _texts,
    named,
)

if TYPE_CHECKING:
    from jobstate.model.drawing import Drawing
    from jobstate.model.observation import Observation
    from jobstate.model.profile import Profile


class Severity(StrEnum):
    """What breaking a rule means: an error makes a job illegal, a note (thin basis) does not."""

    ERROR = "error"
    NOTE = "note"


def _severity(value: Severity | str) -> Severity:
    return _chosen(Severity, value)


@frozen
class Finding:
    """What a rule found wrong with one observation.

    Attributes:
        message: What is wrong, in a sentence for people.
        path: Where in the answer, in the service's own names.
        seen: What was seen.
        allowed: What would have been legal, sorted or in reading order.
        at: The service's time of it, where there is one; aware, UTC.
    """

    message: str
    path: str = ""
    seen: str = ""
    allowed: tuple[str, ...] = ()
    at: datetime | None = None


#: A rule that no table can express: it looks at one observation and yields what is wrong.
RuleFunction: TypeAlias = Callable[["Specification", "Observation"], Iterable[Finding]]


@frozen
class OverFields:
    """A rule as a function that is asked only about answers with some fields.

    Attributes:
        function: It yields what is wrong.
        fields: The fields, all of which must have a value.
    """

    function: RuleFunction
    fields: tuple[str, ...]


@frozen
class OverHistory:
    """A rule as a function that is asked only about answers with a history.

    Attributes:
        function: It yields what is wrong.
        fields: Fields that must have a value besides.
    """

    function: RuleFunction
    fields: tuple[str, ...] = ()


#: One way to test a rule.
Test: TypeAlias = (
    Requires
    | ExactlyWhen
    | InOrder
    | Sums
    | Grows
    | Fixed
    | OverFields
    | OverHistory
    | OverChildren
    | RuleFunction
)


def _tests(tests: Test | Iterable[Test]) -> tuple[Test, ...]:
    return tuple(tests) if isinstance(tests, Iterable) else (tests,)


@frozen(kw_only=True)
class Rule:
    """Something that must be true of every answer, or between two.

    Attributes:
        id: Its stable name, in kebab-case.
        summary: What must be true, in one sentence.
        basis: How we know.
        source: From where.
        severity: What breaking it means.
        tests: How it is tested, by one test or several: data where a table can say it, else
            functions; none where it says one of the `default_rules` in other words.

    Raises:
        UnknownNameError: There is no such basis or severity; it lists those there are.
    """

    id: str
    summary: str
    basis: Basis = field(converter=_basis)
    source: str
    severity: Severity = field(default=Severity.ERROR, converter=_severity)
    tests: tuple[Test, ...] = field(default=(), converter=_tests)


#: Returns the cause that the service's own words for why a job failed stand for.
FailureCause: TypeAlias = Callable[[str], str]

#: Returns how people draw a life cycle.
Drawer: TypeAlias = Callable[[], "Drawing"]
#: Returns how jobs were seen to live.
Profiler: TypeAlias = Callable[[], "Profile"]


@frozen(kw_only=True, eq=False)
class Specification:
    """Everything that is said of a kind of job, unchecked; `Lifecycle` is the checked one.

    Attributes:
        name: What it is the life cycle of, in kebab-case.
        version: Every verdict names it.
        title: What people call it.
        regions: What moves side by side.
        features: What decides which edges a job has.
        exclusions: Which features no job has together.
        memories: What a job can be required to have passed.
        declared_rules: The rules that its author has written down, given as ``rules``. One with
            the id of one of the `default_rules` takes its place.
        switched_off: The ids of `default_rules` that it is not judged by.
        reader: How answers become observations; None where callers bring observations.
        writer: How the service answers about a moment of a job's life; None where nobody knows.
        failure_cause: Returns the cause that the service's own words for a failure stand for, the
            same that the reader puts into `Observation.cause`; None where nobody reads them.
        drawing: Returns how people draw it, loaded only then; None where nobody has said.
        profile: Returns how jobs were seen to live, loaded only then; None: nobody has counted.
        sources: The short names that its sources use → what they stand for.
        assumed: Features that `Lifecycle.given` has fixed.
        ruled_out: (region, state) that `Lifecycle.given` has made unreachable.
    """

    name: str
    version: str
    title: str
    regions: tuple[Region, ...]
    features: tuple[Feature, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    memories: tuple[Memory, ...] = ()
    declared_rules: tuple[Rule, ...] = field(default=(), alias="rules")
    switched_off: frozenset[str] = field(default=frozenset(), converter=_texts)
    reader: Reader | None = field(default=None, repr=False)
    writer: Writer | None = field(default=None, repr=False)
    failure_cause: FailureCause | None = field(default=None, repr=False)
    drawing: Drawer | None = field(default=None, repr=False)
    profile: Profiler | None = field(default=None, repr=False)
    sources: Mapping[str, str] = field(factory=dict, repr=False)
    assumed: Needs = field(default=(), converter=_needs)
    ruled_out: tuple[tuple[str, State], ...] = field(default=(), repr=False)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """What must be true of answers: the rules declared, then the default ones beside them."""
        besides = self.switched_off.union(rule.id for rule in self.declared_rules)
        defaults = (rule for rule in default_rules(self) if rule.id not in besides)
        return (*self.declared_rules, *defaults)

    def region(self, name: str) -> Region:
        """Return the region of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return named(self.regions, "region", name)

    def feature(self, name: str) -> Feature:
        """Return the feature of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return named(self.features, "feature", name)

    @property
    def schema(self) -> AnswerSchema | None:
        """What answers look like, as the reader has it; None where nobody has written it."""
        schema = getattr(self.reader, "schema", None)
        return schema if isinstance(schema, AnswerSchema) else None

    @property
    def main_region(self) -> Region:
        """The region that tells what a job has come to: that with a history, else the first."""
        return self.history_region or self.regions[0]

    @property
    def history_region(self) -> Region | None:
        """The region whose statuses the histories list; None where there are no histories."""
        return next((region for region in self.regions if region.history), None)


# --- What is judged by default --------------------------------------------------------------------


def default_rules(spec: Specification) -> tuple[Rule, ...]:
    """Return the rules that a life cycle is judged by unless its author says otherwise."""
    found: dict[str, Rule] = {}
    for rule, by_default in _judged(spec):
        if by_default:
            found.setdefault(rule.id, rule)
    return tuple(found.values())


def judged_ids(spec: Specification) -> frozenset[str]:
    """Return the ids of all that is judged without tests, by default or only when declared."""
    return frozenset(rule.id for rule, _ in _judged(spec))


def _judged(spec: Specification) -> Iterator[tuple[Rule, bool]]:
    """Yield a rule for whatever is judged without tests, and whether it is there by default.

    The region's prefix comes before the ids of what its automaton judges.
    """
    for region in spec.regions:
        yield from _judged_in(spec, region)
    for memory in spec.memories:
        said = f"The moves that come after {memory.name} are for jobs that have passed it."
        yield _default(memory.rule, said), True
    for each in spec.exclusions:
        said = f"No job has {' and '.join(each.features)} at once."
        yield Rule(id=each.rule, summary=said, basis=each.basis, source=each.source), True
    said = "What is fixed when a job is created stays as it was."
    yield _default("feature-changed", said), any(feature.shown for feature in spec.features)
    said = "A later history extends an earlier one; no entry goes or changes."
    yield _default("history-rewritten", said), spec.history_region is not None
    said = "In answers that are in order, the time of modification does not go back."
    yield _default("modified-time-went-back", said), True


def _judged_in(spec: Specification, region: Region) -> Iterator[tuple[Rule, bool]]:
    """Yield a rule for whatever the automaton of a region judges, and whether by default."""
    what = "job" if region is spec.main_region else region.name.replace("_", " ")
    lost = (state for name, state in spec.ruled_out if name == region.name)
    has_pairs = any(state.secondary is not None for state in (*region.states, *lost))
    said = f"The secondary status of the {what} is one that goes with the primary status."
    yield _default(f"{region.prefix}illegal-pair", said), has_pairs
    said = f"A history begins with a status that the {what} begins with."
    yield _default(f"{region.prefix}illegal-start", said), bool(region.history)
    said = f"Some legal run of the {what} explains what was seen, in this order."
    yield _default(f"{region.prefix}illegal-transition", said), True


def _default(rule_id: str, summary: str) -> Rule:
    source = "the life cycle's own moves"
    return Rule(id=rule_id, summary=summary, basis=Basis.INFERRED, source=source)
