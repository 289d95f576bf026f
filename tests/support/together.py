"""Edges that are drawn and counted as one, and what they ask for together, written by hand.

Imports of jobstate only what a life cycle is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from jobstate.model import Basis, Edge, Region

_Needs: TypeAlias = frozenset[tuple[str, bool]]

_SPOT, _NO_SPOT, _RETRY, _STOP = (
    frozenset({need}) for need in (("spot", True), ("spot", False), ("retry", True), ("stop", True))
)
_NOTHING: _Needs = frozenset()
#: What two edges need → what they ask for together. Where one needs nothing, both need nothing.
_EITHER: dict[frozenset[_Needs], str] = {
    frozenset({_SPOT, _NO_SPOT}): "",
    frozenset({_SPOT, _RETRY}): "spot or retry",
    frozenset({_SPOT | _STOP, _RETRY | _STOP}): "spot or retry, stop",
    frozenset({_NOTHING, _RETRY}): "",
    frozenset({_NOTHING, _SPOT}): "",
    frozenset({_NOTHING, frozenset({("sender", True)})}): "",
}


def together(edges: Iterable[Edge]) -> list[tuple[Edge, ...]]:
    """Return edges of the same origin, target, cause and memory together, in their order."""
    found: dict[object, tuple[Edge, ...]] = {}
    for edge in edges:
        key = (edge.origin, edge.target, edge.cause, edge.after)
        found[key] = (*found.get(key, ()), edge)
    return list(found.values())


def asked_for(edges: Iterable[Edge | Region], names: Container[str] | None = None) -> str:
    """Return what edges ask for together, of some features or of all, as people read it."""
    asked = {
        frozenset(need for need in edge.needs if names is None or need[0] in names)
        for edge in edges
    }
    if len(asked) > 1:
        return _EITHER[frozenset(asked)]
    (needs,) = asked
    return ", ".join(("" if wanted else "not ") + name for name, wanted in sorted(needs))


def firmest(edges: Iterable[Edge]) -> Basis:
    """Return the firmest basis of some edges."""
    order = ["documented", "observed", "inferred"]
    return min((edge.basis for edge in edges), key=lambda basis: order.index(str(basis)))


def source_of(edges: tuple[Edge, ...]) -> str:
    """Return where edges are known from together: what is less firm says for which jobs."""
    first, *others = sorted(edges, key=lambda edge: edge.basis != firmest(edges))
    more = [
        f"; where {asked_for([edge])} {edge.basis}: {edge.source}"
        for edge in others
        if (edge.basis, edge.source) != (first.basis, first.source)
    ]
    return "".join([first.source, *more])
