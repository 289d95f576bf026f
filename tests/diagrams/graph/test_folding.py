"""What many statuses have in common is one line from a frame, and says the very same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.diagrams import Detail, diagram_of
from jobstate.diagrams.graph.detail import reduced
from jobstate.diagrams.graph.folding import folded
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from tests.support.random_diagrams import random_diagram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.diagrams.graph.folding import Folding, Zone
    from jobstate.diagrams.graph.graph import Diagram

DIAGRAMS = {
    f"{kind.name} {detail}": reduced(diagram_of(kind), detail)
    for kind in KINDS
    for detail in Detail
}


def zones(zone: Zone) -> Iterator[Zone]:
    """Yield a zone and all inside of it."""
    yield zone
    for each in zone.zones:
        yield from zones(each)


def moves(diagram: Diagram, folding: Folding) -> Counter[tuple[str, str]]:
    """Return the moves that the lines stand for, worked out from what is inside of what."""
    label = {node.id: node.label for node in diagram.nodes}
    inside = {
        zone.id: sorted(zone.nodes) for frame in folding.frames.values() for zone in zones(frame)
    }
    found: Counter[tuple[str, str]] = Counter()
    for strand in folding.strands:
        for origin in inside.get(strand.origin, [strand.origin]):
            targets = inside.get(strand.target, [strand.target])
            if strand.target in inside:
                targets = [each for each in targets if label[each] == label[origin]]
            found.update((origin, target) for target in targets)
    return found


def check(diagram: Diagram) -> None:
    """Compare a diagram with what its folding says."""
    folding = folded(diagram)
    assert moves(diagram, folding) == Counter(
        (arrow.origin, arrow.target) for arrow in diagram.arrows
    )
    assert len(folding.strands) <= len(diagram.arrows)
    for group in diagram.groups:
        frame = folding.frames[group.id]
        nodes = [node.id for node in diagram.nodes_in(group)]
        assert sorted(node for zone in zones(frame) for node in zone.own) == sorted(nodes)
        for zone in zones(frame):
            held = frozenset(zone.own).union(*(each.nodes for each in zone.zones))
            assert held == zone.nodes
            assert zone is frame or len(zone.nodes) > 1
    named = {group.id for group in diagram.groups}
    for strand in folding.strands:
        labels = {arrow.labels for arrow in strand.arrows}
        assert len(labels) == 1 or strand.origin in named
        assert {arrow.kind for arrow in strand.arrows} == {strand.kind}


@pytest.mark.parametrize("diagram", DIAGRAMS.values(), ids=list(DIAGRAMS))
def test_it_says_the_same(diagram: Diagram) -> None:
    """Each move of a kind of job is in one line, and no line says more."""
    check(diagram)


@given(st.integers(0, 10_000))
def test_it_says_the_same_of_anything(seed: int) -> None:
    """Whatever leads from where to where, under whatever labels."""
    diagram = random_diagram(seed)
    few = ("a", "b", "c")
    nodes = tuple(
        attrs.evolve(node, label=few[number % len(few)])
        for number, node in enumerate(diagram.nodes)
    )
    check(attrs.evolve(diagram, nodes=nodes))
    check(diagram)


def test_a_training_job() -> None:
    """What a stop or a limit may end at once stands in a zone; failures are from the frame."""
    folding = folded(diagram_of(TRAINING_JOB))
    ends = {(each.origin, each.target): len(each.arrows) for each in folding.strands}
    assert ends["g_InProgress", "s_Failed_Failed"] == 11
    assert ends["g_Stopping", "s_Failed_Failed"] == 12
    assert ends["g_InProgress", "g_Stopping"] == 11
    assert ends["g_Stopped", "g_Deleting"] == 3
    (at_once,) = folding.frames["g_InProgress"].zones
    assert ends[at_once.id, "s_Stopped_MaxRuntimeExceeded"] == len(at_once.nodes) == 8
    assert len(ends) < 60
    assert {"g_Stopped", "g_Deleting", "s_Failed_Failed"} <= set(folding.ends)


def test_without_zones() -> None:
    """Where frames can't stand in frames, only whole groups share lines."""
    diagram = diagram_of(TRAINING_JOB)
    folding = folded(diagram, zones=False)
    assert not any(frame.zones for frame in folding.frames.values())
    assert len(folding.strands) < 100
    assert moves(diagram, folding) == Counter(
        (arrow.origin, arrow.target) for arrow in diagram.arrows
    )
