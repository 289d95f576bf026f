"""`Parts`: states, edges and pairs of edges, of which some were seen."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from jobstate.model.states import Edge

#: Two edges that a job takes one directly after the other.
Pair: TypeAlias = tuple[Edge, Edge]


@frozen
class Parts:
    """States, edges and pairs of edges of one region, each in the life cycle's order.

    Attributes:
        states: Names of states.
        edges: Edges; of alternatives, which a job takes one of, the firmest stands for all.
        pairs: Pairs of edges that some job can take one directly after the other.
    """

    states: tuple[str, ...]
    edges: tuple[Edge, ...]
    pairs: tuple[Pair, ...]
