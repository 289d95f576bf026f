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
        finer: What else an answer may tell that it has come to, which the status does not.
        final: The job has ended; no way out but to a `gone` state.
        reopens: It is final, and yet a job may go on from here: it is retried, repaired, requeued.
        steady: Of a resource: it is no end, but what one waits for.
        gone: The service is removing the job; the outcome is kept.
        retired: The service no longer supports it.
        meaning: What it means, in a few words for people.
        basis: How we know that it exists.
        source: From where.

    Raises:
        UnknownNameError: There is no such outcome or basis; it lists those there are.
    """

    primary: str = field(converter=plain)
    secondary: str | None = field(default=None, converter=attrs.converters.optional(plain))
    outcome: Outcome = field(default=Outcome.RUNNING, converter=_outcome)
    cause: str | None = None
    finer: frozenset[Outcome] = field(default=frozenset(), converter=_outcomes)
    final: bool = False
    reopens: bool = False
    steady: bool = False
    gone: bool = False
    retired: bool = False
    meaning: str = ""
    basis: Basis = field(converter=_basis)
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


#: How a feature is said that a job must lack; the page's judge fills the same in.
SENTENCES: Final = {"lacked": "not {name}"}


def needs_text(needs: Needs) -> str:
    """Return needs as people read them: ``not spot, plan``."""
    return ", ".join(map(_need, needs))


def _need(need: tuple[str, bool]) -> str:
    name, wanted = need
    return name if wanted else SENTENCES["lacked"].format(name=name)


def simplest(choices: Iterable[Needs]) -> tuple[Needs, ...]:
    """Return the same choice between needs in fewer words: ``spot`` or ``not spot`` is nothing."""
    every = dict.fromkeys(map(frozenset, choices))
    for one in every:
        for name, wanted in sorted(one):
            rest, other_way = one - {(name, wanted)}, {(name, not wanted)}
            if any(each >= other_way and each - other_way <= rest for each in every):
                return simplest(tuple(rest if each is one else each) for each in every)
    few = (one for one in every if not any(each < one for each in every))
    return tuple(tuple(sorted(one)) for one in few)


def choice_text(choices: Iterable[Needs]) -> tuple[str, ...]:
    """Return what a choice between needs asks for, in words: ``spot or retry``, ``stop``."""
    few = simplest(choices)
    common = [need for need in few[0] if all(need in needs for needs in few)]
    own = [[_need(need) for need in needs if need not in common] for needs in few]
    either = " or ".join(map(" and ".join, own))
    return (*filter(None, [either]), *map(_need, common))


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

    Raises:
        UnknownNameError: There is no such basis; it lists those there are.
    """

    origin: str = field(converter=plain)
    target: str = field(converter=plain)
    cause: str
    basis: Basis = field(converter=_basis)
    source: str
    needs: Needs = field(default=(), converter=_needs)
    after: tuple[str, ...] = ()


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


@frozen(kw_only=True)
class Region:
    """A part of the life cycle that moves by itself (a statechart's orthogonal region).

    Attributes:
        name: Its name.
        title: What people call it.
        field: The field of an answer that shows it, by the service's name, for messages.
        states: Its states, in the order in which people read them.
        edges: Its edges.
        initial: Names of the states that it can begin in, each with the features that a job must
            have or lack for that; names alone where nothing is needed.
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
    initial: Mapping[str, Needs] = attrs.field(converter=_initial)
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
