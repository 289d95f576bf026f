"""Random records of diagrams, for tests of whoever places and draws them; some are tangled."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from attrs import evolve

from jobstate.diagrams.graph.extraction import diagram_of
from jobstate.model.drawing import ArrowKind, Colour
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from jobstate.diagrams.graph.graph import Arrow, Diagram, Node

# What a test does not care for is as it is here.
_MODEL = diagram_of(PARCELS)
_GROUP, _NODE, _START, _ARROW = (
    _MODEL.groups[0],
    _MODEL.nodes[0],
    _MODEL.starts[0],
    _MODEL.arrows[0],
)
_KINDS = tuple(ArrowKind(name=f"k{at}", title=f"kind {at}", colour=Colour.GREY) for at in range(3))
_CAUSES = ("", "cause", "a long cause that people have to read")


def random_diagram(seed: int) -> Diagram:
    """Return a diagram of up to 20 states in up to 5 frames, the same for the same seed."""
    random = Random(seed)
    nodes = _nodes(random)
    frames = sorted({node.group for node in nodes})
    return evolve(
        _MODEL,
        title=f"random {seed}",
        groups=tuple(evolve(_GROUP, id=each, label="G" * random.randint(0, 40)) for each in frames),
        nodes=nodes,
        starts=tuple(
            evolve(
                _START,
                id=f"b_{at}",
                target=random.choice(nodes).id,
                label=random.choice(("", "[x]")),
            )
            for at in range(random.randint(0, 3))
        ),
        arrows=_arrows(random, nodes),
        kinds=_KINDS,
    )


def _nodes(random: Random) -> tuple[Node, ...]:
    frames = random.randint(1, 5)
    return tuple(
        evolve(
            _NODE,
            id=f"s_{at}",
            group=f"g_{random.randrange(frames)}",
            name=str(at),
            label="L" * random.randint(0, 30),
            meaning="m" * random.choice((0, 5, 60)),
            final=random.random() < 0.2,
        )
        for at in range(random.randint(1, 20))
    )


def _arrows(random: Random, nodes: tuple[Node, ...]) -> tuple[Arrow, ...]:
    ids = [node.id for node in nodes]
    ends = {
        (random.choice(ids), random.choice(ids)) for _ in range(random.randint(0, 4 * len(ids)))
    }
    # From all states of a frame to one state: such arrows may share a line.
    frame, target = random.choice(nodes).group, random.choice(ids)
    ends |= {(node.id, target) for node in nodes if node.group == frame}
    kinds = random.choice((1, 3))
    return tuple(
        evolve(
            _ARROW,
            id=f"a_{at}",
            origin=origin,
            target=to,
            causes=tuple(
                evolve(_ARROW.causes[0], name=random.choice(_CAUSES), guard="")
                for _ in range(random.randint(1, 3))
            ),
            kind=f"k{random.randrange(kinds)}",
        )
        for at, (origin, to) in enumerate(sorted(ends))
    )
