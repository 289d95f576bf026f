"""Folds a diagram for formats in which an arrow may leave a frame: for every status inside.

Where many statuses of a frame have the same moves, an unnamed frame inside of it, a zone, holds
them. What is folded says the very same as the diagram: each strand stands for its arrows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from jobstate.diagrams.graph.bundles import is_inferred
from jobstate.diagrams.graph.graph import Arrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.diagrams.graph.graph import Diagram, Group, Node

#: A zone is worth its frame if so many lines less are drawn.
_WORTH = 3

#: The ids of nodes.
_Nodes: TypeAlias = frozenset[str]


@frozen(kw_only=True)
class Zone:
    """A frame without a name around statuses of one group that have the same moves.

    Attributes:
        id: Its id.
        group: The id of the group.
        nodes: The ids of the nodes inside.
        zones: The zones inside, with what is in them.
        own: The ids of the nodes that are in none of those, in reading order.
    """

    id: str
    group: str
    nodes: _Nodes
    zones: tuple[Zone, ...] = ()
    own: tuple[str, ...] = ()


@frozen(kw_only=True)
class Strand:
    """A line that one arrow or several share.

    Attributes:
        origin: The id of a node; of a group or zone if it is from every node inside.
        target: The id of a node; of a group if it is to the node in it that has the same label.
        arrows: The arrows, in the order of the diagram; all of one kind.
    """

    origin: str
    target: str
    arrows: tuple[Arrow, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The causes with their guards in brackets, each once."""
        return tuple(dict.fromkeys(label for arrow in self.arrows for label in arrow.labels))

    @property
    def kind(self) -> str:
        """The name of what the moves are to a reader."""
        return self.arrows[0].kind

    @property
    def inferred(self) -> bool:
        """Nobody has documented or seen any of the moves."""
        return is_inferred(self.arrows)

    def leaves_a_frame(self) -> bool:
        """Return whether it is from every node inside of something."""
        return self.origin != self.arrows[0].origin

    def keeps_the_label(self) -> bool:
        """Return whether it is to the node of the same label in a group."""
        return self.target != self.arrows[0].target


@frozen(kw_only=True)
class Folding:
    """A diagram with fewer lines that say the same.

    Attributes:
        frames: Each group with what is in it, by the group's id, in reading order; the whole group
            is a zone of the same id.
        strands: Its lines, in the order of their first arrows.
        ends: The ids of the groups of which every node is final, and of other nodes that are.
    """

    frames: Mapping[str, Zone]
    strands: tuple[Strand, ...]
    ends: tuple[str, ...]


def folded(diagram: Diagram, *, zones: bool = True) -> Folding:
    """Return a diagram folded; the same for the same diagram.

    Args:
        diagram: Any diagram.
        zones: There may be frames inside of frames.
    """
    families = [_Family(diagram, group, zones=zones) for group in diagram.groups]
    strands = [strand for family in families for strand in family.strands()]
    order = {arrow.id: number for number, arrow in enumerate(diagram.arrows)}
    return Folding(
        frames={family.group.id: family.frame() for family in families},
        strands=tuple(sorted(strands, key=lambda each: order[each.arrows[0].id])),
        ends=tuple(_ends(diagram)),
    )


def _ends(diagram: Diagram) -> Iterator[str]:
    for group in diagram.groups:
        nodes = diagram.nodes_in(group)
        alike = len({(node.final, node.reopens) for node in nodes}) == 1
        if nodes[0].final and alike and len(nodes) > 1:
            yield group.id
        else:
            yield from (node.id for node in nodes if node.final)


class _Family:
    """The zones of a group: of any two, one is inside of the other or they have no node in common.

    Attributes:
        group: The group.
    """

    def __init__(self, diagram: Diagram, group: Group, *, zones: bool) -> None:
        self.group = group
        self._nodes = {node.id: node for node in diagram.nodes_in(group)}
        self._diagram = diagram
        #: (Target, kind) → the arrows that leave the group's nodes, by their origins.
        self._bundles: dict[tuple[str, str], dict[str, Arrow]] = {}
        for arrow in diagram.arrows:
            if arrow.origin in self._nodes:
                bundle = self._bundles.setdefault((arrow.target, arrow.kind), {})
                bundle[arrow.origin] = arrow
        self._zones: list[_Nodes] = [frozenset(self._nodes)]
        while zones and (best := self._best()) is not None:
            self._zones.append(best)

    def frame(self) -> Zone:
        """Return the group with all that is in it."""
        return self._zone(self._zones[0])

    def strands(self) -> Iterator[Strand]:
        """Yield the lines that leave the group, or a node of it."""
        rest: list[Arrow] = []
        for (target, _), bundle in self._bundles.items():
            for origins in self._cover(bundle):
                arrows = tuple(arrow for origin, arrow in bundle.items() if origin in origins)
                if len(origins) == 1:
                    rest += arrows
                else:
                    yield Strand(origin=self._id(origins), target=target, arrows=arrows)
        yield from self._alike(rest)

    def _alike(self, arrows: Iterable[Arrow]) -> Iterator[Strand]:
        """Yield the lines of single arrows; those to the same status in another group share one."""
        found: dict[tuple[str, str], list[Arrow]] = {}
        everywhere = {node.id: node for node in self._diagram.nodes}
        for arrow in arrows:
            found.setdefault((everywhere[arrow.target].group, arrow.kind), []).append(arrow)
        for (group, _), same in found.items():
            if len(same) == len(self._nodes) > 1 and self._keeps_labels(same, everywhere):
                yield Strand(origin=self.group.id, target=group, arrows=tuple(same))
            else:
                yield from (
                    Strand(origin=each.origin, target=each.target, arrows=(each,)) for each in same
                )

    def _keeps_labels(self, arrows: Sequence[Arrow], nodes: Mapping[str, Node]) -> bool:
        """Return whether moves lead to another group, each to the only node of the same label."""
        group = nodes[arrows[0].target].group
        labels = [node.label for node in nodes.values() if node.group == group]
        return (
            group != self.group.id
            and len({arrow.origin for arrow in arrows}) == len(arrows)
            and all(
                nodes[arrow.origin].label == nodes[arrow.target].label
                and labels.count(nodes[arrow.target].label) == 1
                for arrow in arrows
            )
        )

    # --- Zones ------------------------------------------------------------------------------------

    def _best(self) -> _Nodes | None:
        """Return the zone that would save the most lines; None where none is worth it."""
        found = [zone for bundle in self._bundles.values() for zone in self._new(bundle)]
        gain, best = max(
            ((self._gain(zone), zone) for zone in dict.fromkeys(found)),
            key=lambda each: each[0],
            default=(0, frozenset()),
        )
        return best if gain >= _WORTH else None

    def _new(self, bundle: Mapping[str, Arrow]) -> Iterator[_Nodes]:
        """Yield zones for the origins of a bundle that say the same."""
        alike: dict[tuple[str, ...], set[str]] = {}
        for origin, arrow in bundle.items():
            alike.setdefault(arrow.labels, set()).add(origin)
        for zone in map(frozenset, alike.values()):
            apart = all(zone <= each or each <= zone or not zone & each for each in self._zones)
            if zone not in self._zones and apart and self._says_all(zone, bundle):
                yield zone

    def _says_all(self, zone: _Nodes, bundle: Mapping[str, Arrow]) -> bool:
        """Return whether one line from a zone can stand for the arrows of a bundle from inside.

        From a whole group it may, as in pictures, be for any of several causes.
        """
        arrows = [arrow for origin, arrow in bundle.items() if origin in zone]
        alike = len({arrow.labels for arrow in arrows}) == 1 or len(zone) == len(self._nodes)
        return len(arrows) == len(zone) > 1 and alike and arrows[0].target not in zone

    def _gain(self, zone: _Nodes) -> int:
        """Return how many lines a further zone saves."""
        gain = 0
        for bundle in self._bundles.values():
            if self._says_all(zone, bundle):
                gain += max(sum(part <= zone for part in self._cover(bundle)) - 1, 0)
        return gain

    def _cover(self, bundle: Mapping[str, Arrow]) -> list[_Nodes]:
        """Return the largest zones, and for the rest single nodes, that make up its origins."""
        found: list[_Nodes] = []
        rest = set(bundle)
        for zone in sorted(self._zones, key=len, reverse=True):
            if zone <= rest and self._says_all(zone, bundle):
                found.append(zone)
                rest -= zone
        return [*found, *(frozenset({each}) for each in bundle if each in rest)]

    def _zone(self, zone: _Nodes) -> Zone:
        inside = [other for other in self._zones if other < zone]
        outermost = [one for one in inside if not any(one < other for other in inside)]
        held = frozenset().union(*outermost)
        return Zone(
            id=self._id(zone),
            group=self.group.id,
            nodes=zone,
            zones=tuple(map(self._zone, outermost)),
            own=tuple(each for each in self._nodes if each in zone and each not in held),
        )

    def _id(self, zone: _Nodes) -> str:
        number = self._zones.index(zone)
        return f"z_{number}_{self.group.id}" if number else self.group.id
