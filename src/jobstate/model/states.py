"""The pieces of a life cycle: states, edges, features, memories, regions, outcomes, basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, Protocol, TypeAlias, TypeVar

import attrs
from attrs import field, frozen

from jobstate.common.text import plain
from jobstate.errors import UnknownNameError


def edge_dict(edge: Edge) -> dict[str, object]:
    """Return an edge as plain data."""
    return {
        "origin": edge.origin,
        "target": edge.target,
        "cause": edge.cause,
        "basis": str(edge.basis),
        "source": edge.source,
        "needs": dict(edge.needs),
        "after": list(edge.after),
    }


class Basis(StrEnum):
    """How we know something, from the firmest to the weakest.

    Attributes:
        weakness: 0 for the firmest.
    """

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"

    def __init__(self, _word: str) -> None:
        self.weakness = len(type(self).__members__)  # asked for each edge of each way

    @classmethod
    def weakest(cls, bases: Iterable[Basis]) -> Basis | None:
        """Return the weakest of some; None of none."""
        return max(bases, key=lambda basis: basis.weakness, default=None)


class Outcome(StrEnum):
    """What a job came to. Only SUCCEEDED is success: a time-out and a stop are not.

    PARTIAL is an end at which some of the work was done and some was not.
    """

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    STOPPED = "stopped"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"


_Choice = TypeVar("_Choice", bound=StrEnum)


def _chosen(choices: type[_Choice], value: str) -> _Choice:
    """Return a member of an enumeration, which may be given as its string."""
    try:
        return choices(value)
    except ValueError:
        raise UnknownNameError(choices.__name__.lower(), value, map(str, choices)) from None


def _basis(value: Basis | str) -> Basis:
    return _chosen(Basis, value)


def _outcome(value: Outcome | str) -> Outcome:
    return _chosen(Outcome, value)


def _outcomes(values: Iterable[Outcome | str]) -> frozenset[Outcome]:
    return frozenset(map(_outcome, values))


def _texts(values: Iterable[str]) -> frozenset[str]:
    return frozenset(map(plain, values))


#: What the region of a life cycle that has but one is called where nobody says.
MAIN: Final = "job"

#: A cause that nothing shown tells.
UNKNOWN_CAUSE = "unknown"


def _outcome_of(state: State) -> Outcome:
    return Outcome.UNKNOWN if state.gone else Outcome.RUNNING


def _has_ended(state: State) -> bool:
    return state.outcome is not Outcome.RUNNING


def _cause_of(state: State) -> str | None:
    return None if state.outcome in {Outcome.RUNNING, Outcome.SUCCEEDED} else UNKNOWN_CAUSE


@frozen
class State:
    """One thing that a job can be, in one region: a row of ``primary, meaning, basis, source``.

    Attributes:
        primary: The primary status.
        meaning: What it means, in a few words for people.
        basis: How we know that it exists.
        source: From where.
        secondary: The secondary status; None in a region with one axis.
        gone: The service is removing the job; the outcome is kept.
        outcome: What the job has come to when it is here: by default it runs; when it is gone, the
            state alone does not tell.
        final: The job has ended; no way out but to a `gone` state. By default if it does not run.
        cause: Why it ended so, as far as the status tells: by default ``unknown`` of an end. None
            while it runs or has succeeded.
        finer: What else an answer may tell that it has come to, which the status does not.
        reopens: It is final, and yet a job may go on from here: it is retried, repaired, requeued.
        steady: Of a resource: it is no end, but what one waits for.
        retired: The service no longer supports it.

    Raises:
        UnknownNameError: There is no such outcome or basis; it lists those there are.
    """

    primary: str = field(converter=plain)
    meaning: str
    basis: Basis = field(converter=_basis)
    source: str
    secondary: str | None = field(
        default=None, converter=attrs.converters.optional(plain), kw_only=True
    )
    gone: bool = field(default=False, kw_only=True)
    outcome: Outcome = field(
        default=attrs.Factory(_outcome_of, takes_self=True), converter=_outcome, kw_only=True
    )
    final: bool = field(default=attrs.Factory(_has_ended, takes_self=True), kw_only=True)
    cause: str | None = field(default=attrs.Factory(_cause_of, takes_self=True), kw_only=True)
    finer: frozenset[Outcome] = field(default=frozenset(), converter=_outcomes, kw_only=True)
    reopens: bool = field(default=False, kw_only=True)
    steady: bool = field(default=False, kw_only=True)
    retired: bool = field(default=False, kw_only=True)

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


#: How a feature is said that a job must lack; the page's judge fills the same in.
SENTENCES: Final = {"lacked": "not {name}"}


def needs_text(needs: Needs) -> str:
    """Return needs as people read them: ``not spot, plan``."""
    return ", ".join(map(need_text, needs))


def need_text(need: tuple[str, bool]) -> str:
    """Return one of the needs as people read it: ``not spot``."""
    name, wanted = need
    return name if wanted else SENTENCES["lacked"].format(name=name)


@frozen
class Edge:
    """One legal move to a state of the same region: ``origin, target, cause, basis, source``.

    Attributes:
        origin: The name of the state that it leaves.
        target: The name of the state that it reaches.
        cause: What makes a job move so: ``spot_reclaimed``, ``stop_requested`` …
        basis: How we know that it happens.
        source: From where, with the count where it was observed.
        needs: Features that the job must have or lack.
        after: Names of memories (`Memory`) of what the job must have passed before.

    Raises:
        UnknownNameError: There is no such basis; it lists those there are.
    """

    origin: str = field(converter=plain)
    target: str = field(converter=plain)
    cause: str
    basis: Basis = field(converter=_basis)
    source: str
    needs: Needs = field(default=(), converter=_needs, kw_only=True)
    after: tuple[str, ...] = field(default=(), kw_only=True)


@frozen
class Alternatives:
    """Edges that differ only in what they need and how we know them: drawn and counted as one.

    Attributes:
        edges: The edges, the firmest first; a job may take it if it may take one of them.
    """

    edges: tuple[Edge, ...]

    @property
    def firmest(self) -> Edge:
        """The edge that stands for them all: one firm edge makes the move a known one."""
        return self.edges[0]

    @property
    def needs(self) -> tuple[Needs, ...]:
        """What each of them needs, of which one is enough."""
        return tuple(edge.needs for edge in self.edges)

    @property
    def source(self) -> str:
        """From where, with the basis of those that are less firm."""
        first, *others = self.edges
        more = {
            f"; where {needs_text(edge.needs)} {edge.basis}: {edge.source}": None
            for edge in others
            if (edge.basis, edge.source) != (first.basis, first.source)
        }
        return first.source + "".join(more)


def alternatives(edges: Iterable[Edge]) -> tuple[Alternatives, ...]:
    """Return edges by origin, target, cause and `after`, in their order."""
    found: dict[tuple[object, ...], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.origin, edge.target, edge.cause, edge.after), []).append(edge)
    return tuple(
        Alternatives(tuple(sorted(same, key=lambda edge: edge.basis.weakness)))
        for same in found.values()
    )


def counted_as(edges: Iterable[Edge]) -> dict[Edge, Edge]:
    """Return each edge → the one that stands for it and its alternatives."""
    return {edge: each.firmest for each in alternatives(edges) for edge in each.edges}


@frozen
class Feature:
    """Something fixed when the job is created that decides which edges it has: a row.

    Attributes:
        name: Its name.
        meaning: What it means, for people.
        source: Where we know it from.
        shown: An answer can show it. False for an assumption that only a caller can make.
    """

    name: str
    meaning: str
    source: str
    shown: bool = field(default=True, kw_only=True)


@frozen(kw_only=True)
class Exclusion:
    """Features that no job has together.

    Attributes:
        features: The features, all true.
        rule: The id of the rule that an answer breaks if it shows them together.
        basis: How we know.
        source: From where.

    Raises:
        UnknownNameError: There is no such basis; it lists those there are.
    """

    features: tuple[str, ...]
    rule: str
    basis: Basis = field(converter=_basis)
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


def _initial(
    states: Mapping[str, Mapping[str, bool] | Needs] | Iterable[str],
) -> Mapping[str, Needs]:
    needed = states if isinstance(states, Mapping) else dict.fromkeys(states, ())
    return {plain(name): _needs(needs) for name, needs in needed.items()}


def _first(region: Region) -> Mapping[str, Needs]:
    return {state.name: () for state in region.states[:1]}


@frozen(kw_only=True)
class Region:
    """A part of the life cycle that moves by itself (a statechart's orthogonal region).

    Attributes:
        name: Its name; ``job`` where nobody says.
        title: What people call it.
        field: The field of an answer that shows it, by the service's name, for messages.
        states: Its states, in the order in which people read them.
        edges: Its edges.
        initial: Names of the states that it can begin in, each with the features that a job must
            have or lack for that; names alone where nothing is needed. By default the first state.
        needs: Features without which a job does not have this region.
        history: The field of an answer that lists this region's visible statuses since
            creation, which an observation has as `entries`; empty where there is none.
        prefix: What comes before ``illegal-transition`` … in the ids of its rules.
    """

    name: str = MAIN
    title: str
    field: str = ""
    states: tuple[State, ...]
    edges: tuple[Edge, ...]
    initial: Mapping[str, Needs] = attrs.field(
        default=attrs.Factory(_first, takes_self=True), converter=_initial
    )
    needs: Needs = attrs.field(default=(), converter=_needs)
    history: str = ""
    prefix: str = ""

    def state(self, name: str) -> State:
        """Return the state of that name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        return named(self.states, "state", name)


def going_on(region: Region) -> frozenset[str]:
    """Return the names of the states that an edge leads out of to one that is not final."""
    final = {state.name for state in region.states if state.final}
    return frozenset(edge.origin for edge in region.edges if edge.target not in final)


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasName)


def named(pieces: Iterable[_Named], kind: str, name: str) -> _Named:
    """Return the piece of that name.

    Raises:
        UnknownNameError: There is none; it lists those there are.
    """
    for piece in pieces:
        if piece.name == name:
            return piece
    raise UnknownNameError(kind, name, (piece.name for piece in pieces))
