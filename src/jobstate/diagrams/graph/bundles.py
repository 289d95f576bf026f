"""Moves that a reader takes for one: from one frame to one state, for the same kind of reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from jobstate.model.states import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.diagrams.graph.graph import Arrow, Diagram

#: The id of the frame that it leaves, or of the node if it stays inside of that; the id of the node
#: that it reaches; the name of its kind.
BundleKey: TypeAlias = tuple[str, str, str]


def bundles(arrows: Iterable[Arrow], diagram: Diagram) -> dict[BundleKey, list[Arrow]]:
    """Return arrows by the frame that they leave, target and kind, in reading order.

    Args:
        arrows: Arrows of the diagram.
        diagram: The diagram.
    """
    frame_of = {node.id: node.group for node in diagram.nodes}
    place = {node.id: number for number, node in enumerate(diagram.nodes)}
    found: dict[BundleKey, list[Arrow]] = {}
    for arrow in sorted(arrows, key=lambda each: place[each.origin]):
        frame = frame_of[arrow.origin]
        origin = frame if frame_of[arrow.target] != frame else arrow.origin
        found.setdefault((origin, arrow.target, arrow.kind), []).append(arrow)
    return found


def is_inferred(bundle: Sequence[Arrow]) -> bool:
    """Return whether nobody has documented or seen any of some moves."""
    return all(arrow.basis is Basis.INFERRED for arrow in bundle)
