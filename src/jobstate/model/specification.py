"""What a life cycle is made of, as frozen data: states, edges, features, rules.

`jobstate.model.lifecycle` puts the pieces together and checks them; keeping them apart lets the
check and the expansion into hidden states stand between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from jobstate.common.text import plain
from jobstate.model.observation import Reader, Writer
from jobstate.model.states import (
    Basis,
    Exclusion,
    Feature,
    Memory,
    Needs,
    Outcome,
    Region,
    State,
    _basis,
    _chosen,
    _named,
    _needs,
    _outcomes,
)

if TYPE_CHECKING:
    from jobstate.model.drawing import Drawing
    from jobstate.model.observation import Observation


class Severity(StrEnum):
    """What breaking a rule means: an error makes a job illegal, a note (thin basis) does not."""

    ERROR = "error"
    NOTE = "note"


def _severity(value: Severity | str) -> Severity:
    return _chosen(Severity, value)


def _statuses(values: Iterable[str]) -> frozenset[str]:
    return frozenset(map(plain, values))


@frozen(kw_only=True)
class Where:
    """A set of states of one region, said by what they are rather than by a list.

    Attributes:
        region: The region's name.
        final: Only states that are (not) final; None for either.
        gone: Only states that are (not) gone; None for either.
        outcomes: Only states of these outcomes; empty for any.
        statuses: Only states that show these; empty for any.

    Raises:
        UnknownNameError: There is no such outcome; it lists those there are.
    """

    region: str
    final: bool | None = None
    gone: bool | None = None
    outcomes: frozenset[Outcome] = field(default=frozenset(), converter=_outcomes)
    statuses: frozenset[str] = field(default=frozenset(), converter=_statuses)

    def holds(self, state: State) -> bool:
        """Return whether a state of the region belongs to the set."""
        return (
            self.final in (None, state.final)
            and self.gone in (None, state.gone)
            and (not self.outcomes or state.outcome in self.outcomes)
            and (not self.statuses or state.visible in self.statuses)
        )


@frozen(kw_only=True)
class Requires:
    """A rule as data: if a field has a value (or a region is so), a region must be so.

    It is broken only where *no* state that the answer leaves possible is right.

    Attributes:
        field: The field whose presence asks for it; None where `when` does.
        when: The states that ask for it; None where `field` does.
        then: The states, one of which must be possible.
    """

    field: str | None = None
    when: Where | None = None
    then: Where


@frozen(kw_only=True)
class InOrder:
    """A rule as data: of the fields that have a value, none is less than one before it.

    Times are compared at the coarser of the precisions they were printed at.

    Attributes:
        fields: The fields, the least first.
    """

    fields: tuple[str, ...]


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
Test: TypeAlias = Requires | InOrder | OverFields | OverHistory | RuleFunction


#: The rules that the automaton of a region judges; the region's prefix comes before each.
REGION_RULES: Final = ("illegal-pair", "illegal-start", "illegal-transition")
#: The rules that the comparison of two answers about a job judges.
JOB_RULES: Final = ("feature-changed", "history-rewritten", "modified-time-went-back")


@frozen(kw_only=True)
class Rule:
    """Something that must be true of every answer, or between two.

    Attributes:
        id: Its stable name, in kebab-case.
        summary: What must be true, in one sentence.
        basis: How we know.
        source: From where.
        severity: What breaking it means.
        tests: How it is tested: data where a table can say it, else functions; none where the
            automaton or the comparison of two answers judges (`REGION_RULES`, `JOB_RULES`), or
            a memory or an exclusion names it.

    Raises:
        UnknownNameError: There is no such basis or severity; it lists those there are.
    """

    id: str
    summary: str
    basis: Basis = field(converter=_basis)
    source: str
    severity: Severity = field(default=Severity.ERROR, converter=_severity)
    tests: tuple[Test, ...] = ()


#: Returns the cause that the service's own words for why a job failed stand for.
FailureCause: TypeAlias = Callable[[str], str]

#: Returns how people draw a life cycle.
Drawer: TypeAlias = Callable[[], "Drawing"]


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
        rules: What must be true of answers.
        reader: How answers become observations; None where callers bring observations.
        writer: How the service answers about a moment of a job's life; None where nobody knows.
        failure_cause: Returns the cause that the service's own words for a failure stand for, the
            same that the reader puts into `Observation.cause`; None where nobody reads them.
        drawing: Returns how people draw it, loaded only then; None where nobody has said.
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
    rules: tuple[Rule, ...] = ()
    reader: Reader | None = field(default=None, repr=False)
    writer: Writer | None = field(default=None, repr=False)
    failure_cause: FailureCause | None = field(default=None, repr=False)
    drawing: Drawer | None = field(default=None, repr=False)
    assumed: Needs = field(default=(), converter=_needs)
    ruled_out: tuple[tuple[str, State], ...] = field(default=(), repr=False)

    def region(self, name: str) -> Region:
        """Return the region of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return _named(self.regions, "region", name)

    def feature(self, name: str) -> Feature:
        """Return the feature of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return _named(self.features, "feature", name)

    @property
    def history_region(self) -> Region | None:
        """The region whose statuses the histories list; None where there are no histories."""
        return next((region for region in self.regions if region.history), None)
