"""How much of a life cycle a picture shows: `Detail`, and the smaller record that it leaves.

What is left out follows from the record alone, so it is the same for any kind of job; whatever
stays has the id that it has in the whole.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from jobstate.common.text import counted
from jobstate.diagrams.graph.bundles import bundles, is_inferred
from jobstate.diagrams.graph.ways import connected, reachable, reached
from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from jobstate.diagrams.graph.graph import Arrow, Diagram, Node, Start


class Detail(StrEnum):
    """How much of a life cycle is drawn.

    Attributes:
        ROAD: The usual road, and how jobs leave it: of each primary status what a newcomer must
            know. No detours, no region beside the job's.
        USUAL: All that is documented or was seen: no statuses that are retired or only inferred,
            nor moves from or to them.
        ALL: Everything.
    """

    ROAD = "road"
    USUAL = "usual"
    ALL = "all"


def reduced(diagram: Diagram, detail: Detail) -> Diagram:
    """Return what is left of a whole diagram; nothing that stays is cut off from the beginning.

    Args:
        diagram: The record of a whole life cycle.
        detail: How much of it is wanted.
    """
    if detail is Detail.ALL:
        return diagram
    usual = _with_nodes(diagram, connected(diagram, _firm(diagram)))
    small = usual if detail is Detail.USUAL else _road(usual)
    return attrs.evolve(small, left_out=_left_out(diagram, small))


def showing(diagram: Diagram, detail: Detail, ids: AbstractSet[str]) -> Diagram:
    """Return the smallest diagram, of this detail or more, that has all of some ids."""
    details = list(Detail)
    for each in details[details.index(detail) :]:
        found = reduced(diagram, each)
        if ids <= _ids(found):
            return found
    return diagram


def _ids(diagram: Diagram) -> set[str]:
    pieces: tuple[Node | Arrow | Start, ...] = (*diagram.nodes, *diagram.arrows, *diagram.starts)
    return {each.id for each in pieces}


def _with_nodes(diagram: Diagram, nodes: AbstractSet[str]) -> Diagram:
    """Return a diagram with no other nodes, and with nothing that would need others."""
    kept = tuple(node for node in diagram.nodes if node.id in nodes)
    groups = {node.group for node in kept}
    small = attrs.evolve(
        diagram,
        nodes=kept,
        groups=tuple(group for group in diagram.groups if group.id in groups),
        starts=tuple(start for start in diagram.starts if start.target in nodes),
        passings=tuple(
            attrs.evolve(each, nodes=tuple(node for node in each.nodes if node in nodes))
            for each in diagram.passings
        ),
    )
    inside = (each for each in diagram.arrows if {each.origin, each.target} <= nodes)
    return _with_arrows(small, inside)


def _with_arrows(diagram: Diagram, arrows: Iterable[Arrow]) -> Diagram:
    kept = tuple(arrows)
    drawn = {arrow.kind for arrow in kept}
    kinds = tuple(kind for kind in diagram.kinds if kind.name in drawn)
    return attrs.evolve(diagram, arrows=kept, kinds=kinds)


def _left_out(whole: Diagram, small: Diagram) -> str:
    """Return what is not drawn, in words; empty where all is."""
    drawn = {node.id for node in small.nodes}
    lost = [node for node in whole.nodes if node.id not in drawn]
    which = "" if any(map(_is_firm, lost)) else " (retired or only inferred)"
    moves = len(whole.arrows) - len(small.arrows)
    statuses = f"{counted(len(lost), 'status')}{which}" if lost else ""
    return " and ".join(filter(None, (statuses, counted(moves, "move") if moves else "")))


# --- Usual ----------------------------------------------------------------------------------------


def _firm(diagram: Diagram) -> set[str]:
    """Return the nodes that are documented or seen; of a region without any, all."""
    firm = {each.id for each in diagram.nodes if _is_firm(each)}
    region = {group.id: group.region for group in diagram.groups}
    known = {region[each.group] for each in diagram.nodes if each.id in firm}
    return firm | {each.id for each in diagram.nodes if region[each.group] not in known}


def _is_firm(node: Node) -> bool:
    return node.basis is not Basis.INFERRED and not node.retired


# --- Road -----------------------------------------------------------------------------------------


def _road(usual: Diagram) -> Diagram:
    way = {
        end
        for arrow in usual.arrows
        if arrow.kind == usual.usual
        for end in (arrow.origin, arrow.target)
    }
    small = _with_nodes(usual, connected(usual, set(_stations(usual, way))))
    forth = [each for each in small.arrows if not _is_detour(small, each, way)]
    road = _with_arrows(small, _needed(small, forth))
    return road if reached(road) == reached(small) else small


def _stations(usual: Diagram, way: AbstractSet[str]) -> Iterator[str]:
    """Yield what stands for each primary status: what is on the way, else its ends, else one.

    Where the primary status is the only one, each state stands for itself.
    """
    for region in dict.fromkeys(group.region for group in usual.groups):
        groups = [group for group in usual.groups if group.region == region]
        inside = [usual.nodes_in(group) for group in groups]
        if way and not any(node.id in way for nodes in inside for node in nodes):
            continue  # it runs beside the job
        for nodes in inside:
            chosen = [each for each in nodes if each.id in way or each.final]
            yield from (each.id for each in (nodes if len(groups) == 1 else chosen or nodes[:1]))


def _is_detour(diagram: Diagram, arrow: Arrow, way: AbstractSet[str]) -> bool:
    """Return whether a move goes from the way to the way, but not along it."""
    return arrow.kind != diagram.usual and {arrow.origin, arrow.target} <= way


def _needed(diagram: Diagram, arrows: Iterable[Arrow]) -> Iterator[Arrow]:
    """Yield the moves but those only inferred to where firmer ones, or longer ways, lead too."""
    found = list(bundles(arrows, diagram).values())
    firm = [bundle for bundle in found if not is_inferred(bundle)]
    known = {bundle[0].target for bundle in firm}
    beyond = reachable(each for bundle in firm for each in bundle)
    for bundle in found:
        others = {
            each.origin
            for other in found
            if other is not bundle and other[0].target == bundle[0].target
            for each in other
        }
        if bundle in firm:
            yield from bundle
        elif bundle[0].target not in known:
            # A short cut of a longer way to the same end says nothing new.
            yield from (each for each in bundle if not others & beyond(each.origin))
