"""What a life cycle is made of, as frozen data: states, edges, features, rules.

Imports only the records that rules read. `jobstate.lifecycle` puts the pieces together and checks
them; keeping them apart lets the check and the expansion into hidden states stand between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import attrs
from attrs import field, frozen

from jobstate.errors import UnknownNameError
from jobstate.observation import Reader, Writer

if TYPE_CHECKING:
    from jobstate.drawing import Drawing
    from jobstate.observation import Observation


class Basis(StrEnum):
    """How we know something, from the firmest to the weakest."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"

    @property
    def weakness(self) -> int:
        """0 for the firmest."""
        return list(Basis).index(self)

    @classmethod
    def weakest(cls, bases: Iterable[Basis]) -> Basis | None:
        """Return the weakest of some; None of none."""
        return max(bases, key=lambda basis: basis.weakness, default=None)


class Outcome(StrEnum):
    """What a job came to. Only SUCCEEDED is success: a time-out and a stop are not."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """What breaking a rule means: an error makes a job illegal, a note (thin basis) does not."""

    ERROR = "error"
    NOTE = "note"


#: A cause that nothing shown tells.
UNKNOWN_CAUSE = "unknown"


@frozen(kw_only=True)
class State:
    """One thing that a job can be, in one region.

    Attributes:
        primary: The primary status.
        secondary: The secondary status; None in a region with one axis.
        outcome: What the job has come to when it is here.
        cause: Why it ended so, as far as the status tells; None while it runs or has succeeded.
        final: Nothing will run any more; no way out but to a `gone` state.
        gone: The service is removing the job; the outcome is kept.
        retired: The service no longer supports it.
        meaning: What it means, in a few words for people.
        basis: How we know that it exists.
        source: From where.
    """

    primary: str = field(converter=str)
    secondary: str | None = field(default=None, converter=attrs.converters.optional(str))
    outcome: Outcome = Outcome.RUNNING
    cause: str | None = None
    final: bool = False
    gone: bool = False
    retired: bool = False
    meaning: str = ""
    basis: Basis
    source: str

    @property
    def name(self) -> str:
        """``primary/secondary``, or ``primary`` alone where there is one axis."""
        return self.primary if self.secondary is None else f"{self.primary}/{self.secondary}"

    @property
    def visible(self) -> str:
        """What a history prints of it: the secondary status, or the only one."""
        return self.primary if self.secondary is None else self.secondary


#: What an edge needs: pairs of feature and value, sorted.
Needs: TypeAlias = tuple[tuple[str, bool], ...]


def _needs(features: Mapping[str, bool] | Needs) -> Needs:
    pairs = features.items() if isinstance(features, Mapping) else features
    return tuple(sorted(pairs))


def needs_text(needs: Needs) -> str:
    """Return needs as people read them: ``not spot, plan``."""
    return ", ".join(name if wanted else f"not {name}" for name, wanted in needs)


@frozen(kw_only=True)
class Edge:
    """One legal move from a state to another of the same region.

    Attributes:
        origin: The name of the state that it leaves.
        target: The name of the state that it reaches.
        cause: What makes a job move so: ``spot_reclaimed``, ``stop_requested`` …
        basis: How we know that it happens.
        source: From where, with the count where it was observed.
        needs: Features that the job must have or lack.
        after: Names of memories (`Memory`) of what the job must have passed before.
    """

    origin: str = field(converter=str)
    target: str = field(converter=str)
    cause: str
    basis: Basis
    source: str
    needs: Needs = field(default=(), converter=_needs)
    after: tuple[str, ...] = ()


@frozen(kw_only=True)
class Feature:
    """Something fixed when the job is created that decides which edges it has.

    Attributes:
        name: Its name.
        meaning: What it means, for people.
        source: Where we know it from.
        shown: An answer can show it. False for an assumption that only a caller can make.
    """

    name: str
    meaning: str
    source: str
    shown: bool = True


@frozen(kw_only=True)
class Exclusion:
    """Features that no job has together.

    Attributes:
        features: The features, all true.
        rule: The id of the rule that an answer breaks if it shows them together.
        basis: How we know.
        source: From where.
    """

    features: tuple[str, ...]
    rule: str
    basis: Basis
    source: str


@frozen(kw_only=True)
class Memory:
    """Something that a job has passed and that its status alone no longer shows.

    Attributes:
        name: Its name, which `Edge.after` uses.
        region: The region whose states set it.
        states: Names of the states that set it.
        rule: The id of the rule that is broken if only this is missing.
    """

    name: str
    region: str
    states: frozenset[str]
    rule: str


@frozen(kw_only=True)
class Region:
    """A part of the life cycle that moves by itself (a statechart's orthogonal region).

    Attributes:
        name: Its name.
        title: What people call it.
        field: The field of an answer that shows it, by the service's name, for messages.
        states: Its states, in the order in which people read them.
        edges: Its edges.
        initial: Names of the states that it can begin in.
        needs: Features without which a job does not have this region.
        history: The field of an answer that lists this region's visible statuses since
            creation, which an observation has as `entries`; empty where there is none.
        prefix: What comes before ``illegal-transition`` … in the ids of its rules.
    """

    name: str
    title: str
    field: str = ""
    states: tuple[State, ...]
    edges: tuple[Edge, ...]
    initial: tuple[str, ...]
    needs: Needs = attrs.field(default=(), converter=_needs)
    history: str = ""
    prefix: str = ""

    def state(self, name: str) -> State:
        """Return the state of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return _named(self.states, "state", name)


def _outcomes(values: Iterable[Outcome]) -> frozenset[Outcome]:
    return frozenset(map(Outcome, values))


def _statuses(values: Iterable[str]) -> frozenset[str]:
    return frozenset(map(str, values))


@frozen(kw_only=True)
class Where:
    """A set of states of one region, said by what they are rather than by a list.

    Attributes:
        region: The region's name.
        final: Only states that are (not) final; None for either.
        gone: Only states that are (not) gone; None for either.
        outcomes: Only states of these outcomes; empty for any.
        statuses: Only states that show these; empty for any.
    """

    region: str
    final: bool | None = None
    gone: bool | None = None
    outcomes: frozenset[Outcome] = field(default=frozenset(), converter=_outcomes)
    statuses: frozenset[str] = field(default=frozenset(), converter=_statuses)

    def holds(self, state: State) -> bool:
        """Tell whether a state of the region belongs to the set."""
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
            automaton or the comparison of two answers judges.
    """

    id: str
    summary: str
    basis: Basis
    source: str
    severity: Severity = Severity.ERROR
    tests: tuple[Test, ...] = ()


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


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasName)


def _named(pieces: Iterable[_Named], kind: str, name: str) -> _Named:
    for piece in pieces:
        if piece.name == name:
            return piece
    raise UnknownNameError(kind, name, (piece.name for piece in pieces))
