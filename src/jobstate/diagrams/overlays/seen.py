"""What tests have seen of a life cycle, laid over its picture: `seen`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.text import counted
from jobstate.diagrams.graph.ids import ids_of
from jobstate.diagrams.overlays.overlay import Chip, Mark, Overlay, OverlaySign

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jobstate.model.lifecycle import Lifecycle

_SUBTITLE: Final = "what certainly happened in tests, and what may happen and did not"


def seen(
    lifecycle: Lifecycle,
    states: Mapping[str, Collection[str]],
    edges: Mapping[str, Collection[tuple[str, str]]],
) -> Overlay:
    """Return what was seen of a life cycle, to be laid over its picture.

    What the life cycle does not have is left out.

    Args:
        lifecycle: The life cycle; that of the picture.
        states: Region → the states that were seen.
        edges: Region → (origin, target) of the edges that were seen.
    """
    ids = ids_of(lifecycle)
    nodes = {
        node: Chip(share=1.0)
        for (region, state), node in ids.nodes.items()
        if state in states.get(region, ())
    }
    arrows = {
        arrow: Mark(count=1)
        for (region, *move), arrow in ids.arrows.items()
        if tuple(move) in edges.get(region, ())
    }
    # Of several beginnings nobody knows which was taken.
    begun = {name: [each for each in ids.starts if each[0] == name] for name in states}
    starts = {
        ids.starts[places[0]]: Mark(count=1)
        for name, places in begun.items()
        if len(places) == 1 and states[name]
    }
    return Overlay(
        title="seen by tests",
        subtitle=_SUBTITLE,
        nodes=nodes,
        arrows=arrows,
        starts=starts,
        signs={OverlaySign.REST: "legal, never seen"},
        footer=(
            f"{len(nodes):,} of {counted(len(ids.nodes), 'state')} and {len(arrows):,} of"
            f" {counted(len(ids.arrows), 'edge')} seen"
        ),
    )
