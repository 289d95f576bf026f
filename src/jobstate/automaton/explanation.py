"""What can lie between two states: whether a way is legal, the shortest ways, what they pass.

`explain` is for people and tests; `between` is what the tracker's events are made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.automaton.automaton import Automaton, compile_lifecycle
from jobstate.automaton.paths import Between, between, next_states
from jobstate.common.text import plain
from jobstate.errors import UnknownNameError
from jobstate.model.outcome import result_of
from jobstate.model.states import Region, State, edge_dict

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle


@frozen(kw_only=True)
class Explanation:
    """What `explain` found.

    Attributes:
        lifecycle: Name, version and assumptions of the life cycle.
        region: The region.
        origin: Where the job was, as it was asked; "creation" for a job about to be created.
        target: Where it is, as it was asked.
        legal: Some legal run leads from the one to the other.
        between: What lies between.
        allowed: The states that one move reaches from the origin.
        final: The origin is final in every reading, and for good.
        reason: Why it is illegal, in a sentence; empty where it is legal.
    """

    lifecycle: str
    region: str
    origin: str
    target: str
    legal: bool
    between: Between
    allowed: tuple[State, ...]
    final: bool
    reason: str

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        basis = self.between.basis
        return {
            "lifecycle": self.lifecycle,
            "region": self.region,
            "origin": self.origin,
            "target": self.target,
            "legal": self.legal,
            "firmest": [edge_dict(edge) for edge in self.between.firmest],
            "ways": [[edge_dict(edge) for edge in way] for way in self.between.ways],
            "certain": [state.name for state in self.between.certain],
            "certain_statuses": list(self.between.certain_statuses),
            "possible": [state.name for state in self.between.possible],
            "basis": None if basis is None else str(basis),
            "allowed": [state.name for state in self.allowed],
            "reason": self.reason,
        }


def explain(
    lifecycle: Lifecycle, origin: str | None, target: str, *, region: str | None = None
) -> Explanation:
    """Say whether a job seen in one status can be seen in another later, and by which way.

    Args:
        lifecycle: The life cycle; tighten it with `Lifecycle.given` to prove more.
        origin: ``InProgress/Training``, or ``Training`` or ``InProgress`` for any state that
            shows it; None for a job about to be created.
        target: Likewise.
        region: The region; by default the first one that has both statuses.

    Raises:
        UnknownNameError: A status is none of the region's; it lists those there are.
    """
    origin, target = None if origin is None else plain(origin), plain(target)
    chosen = _region_of(lifecycle, region, [name for name in (origin, target) if name])
    automaton = compile_lifecycle(lifecycle)[chosen.name]
    start = automaton.start.mask if origin is None else _mask(automaton, origin)
    end = _mask(automaton, target)
    found = between(automaton, start, end)
    first = automaton.states_of(start)
    asked = "creation" if origin is None else origin
    final = result_of(first).for_good
    return Explanation(
        lifecycle=str(lifecycle),
        region=chosen.name,
        origin=asked,
        target=target,
        legal=bool(found.ways),
        between=found,
        allowed=next_states(automaton, start),
        final=final,
        reason="" if found.ways else why_not(asked, target, final=final),
    )


def why_not(origin: str, target: str, *, final: bool) -> str:
    """Return why no run leads from one status to another, in a sentence."""
    if final:
        return f"{origin} is final: a job never leaves it for {target}"
    return f"no legal run of the job leads from {origin} to {target}"


def _region_of(lifecycle: Lifecycle, region: str | None, names: list[str]) -> Region:
    if region is not None:
        return lifecycle.region(region)
    for candidate in lifecycle.regions:
        words = _words(candidate)
        if all(name in words for name in names):
            return candidate
    choices = known_statuses(lifecycle)
    unknown = next((name for name in names if name not in choices), " and ".join(names))
    raise UnknownNameError("state", unknown, choices)


def known_statuses(lifecycle: Lifecycle) -> set[str]:
    """Return all that `explain` takes for a status: of states, and of either axis."""
    return {word for region in lifecycle.regions for word in _words(region)}


def _words(region: Region) -> set[str]:
    states = region.states
    return {word for state in states for word in (state.name, state.primary, state.visible)}


def _mask(automaton: Automaton, name: str) -> int:
    """Return the hidden states of a state, or of a status on either axis."""
    found = automaton.of_state.get(name)
    if found is None:
        found = automaton.of_visible.get(name, 0) | automaton.of_primary.get(name, 0)
    if not found:
        raise UnknownNameError("state", name, _words(automaton.region))
    return found
