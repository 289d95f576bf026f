"""How much is drawn: the road, what is usual, all; what is left out follows from the record."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import Outcome
from jobstate.diagrams import Detail, diagram_of, picture, render, way
from jobstate.diagrams.graph.detail import reduced, showing
from jobstate.kinds import KINDS
from jobstate.model import Basis
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.statuses import SecondaryStatus, TrainingJobStatus
from tests.diagrams.test_formats import hostile
from tests.kinds.databricks_run import DATABRICKS_RUN
from tests.support.command import described
from tests.support.random_diagrams import random_diagram
from tests.support.small import PARCELS, edge, state

if TYPE_CHECKING:
    from jobstate.diagrams.graph.graph import Diagram

WHOLE = diagram_of(TRAINING_JOB)
INFERRED = Basis.INFERRED


def names(diagram: Diagram) -> set[str]:
    """Return the names of the states."""
    return {node.name for node in diagram.nodes}


def moves(diagram: Diagram) -> set[tuple[str, str]]:
    """Return the names of the ends of each move."""
    name = {node.id: node.name for node in diagram.nodes}
    return {(name[each.origin], name[each.target]) for each in diagram.arrows}


def reached(diagram: Diagram) -> set[str]:
    """Return the ids of the nodes that a job can come to, found step by step."""
    found = {start.target for start in diagram.starts}
    while more := {each.target for each in diagram.arrows if each.origin in found} - found:
        found |= more
    return found


# --- A training job -------------------------------------------------------------------------------


def test_the_road() -> None:
    """The five stages, and what a newcomer must know of each other primary status."""
    work = ("Starting", "Downloading", "Training", "Uploading")
    stages = (*(f"InProgress/{each}" for each in work), "Completed/Completed")
    early = ("Stopped/Stopped", "Stopped/MaxRuntimeExceeded", "Stopped/MaxWaitTimeExceeded")
    road = reduced(WHOLE, Detail.ROAD)
    assert names(road) == {*stages, *early, "Stopping/Stopping", "Failed/Failed"}
    assert moves(road) == {
        *pairwise(stages),
        *((stage, "Stopping/Stopping") for stage in stages[:4]),
        *((stage, "Failed/Failed") for stage in stages[:4]),
        *(("Stopping/Stopping", end) for end in early),
    }
    assert road.left_out == "27 statuses and 132 moves"


def test_what_is_usual() -> None:
    """What AWS documents, or what was seen: no status that is retired or in the API's list only."""
    usual = reduced(WHOLE, Detail.USUAL)
    gone = {str(each) for each in SecondaryStatus} - {node.label for node in usual.nodes}
    assert gone == {
        *("Restarting", "Updating"),
        *("LaunchingMLInstances", "PreparingTrainingStack", "DownloadingTrainingImage"),
    }
    primaries = {name.partition("/")[0] for name in names(usual)}
    assert {str(each) for each in TrainingJobStatus} - primaries == {"Deleting"}
    # A stop that only the primary status shows was seen in Starting, and nowhere else.
    assert {name for name in names(usual) if name.startswith("Stopping")} == {
        "Stopping/Starting",
        "Stopping/Stopping",
    }
    assert moves(usual) == {
        (one, other) for one, other in moves(WHOLE) if {one, other} <= names(usual)
    }
    assert usual.left_out == "20 statuses (retired or only inferred) and 86 moves"


def test_nobody_stops() -> None:
    """What `given` leaves has a road of its own."""
    road = reduced(diagram_of(TRAINING_JOB.given(stop=False)), Detail.ROAD)
    assert {name.partition("/")[0] for name in names(road)} == {"InProgress", "Completed", "Failed"}


# --- Any kind of job ------------------------------------------------------------------------------

DIAGRAMS = {
    **{kind.name: diagram_of(kind) for kind in (*KINDS, PARCELS, DATABRICKS_RUN, hostile())},
    "spot": diagram_of(TRAINING_JOB.given(spot=True)),
    "warm pool": diagram_of(TRAINING_JOB.given(warm_pool=True, stop=False)),
}


@pytest.mark.parametrize("whole", DIAGRAMS.values(), ids=list(DIAGRAMS))
def test_each_is_part_of_the_next(whole: Diagram) -> None:
    """Nothing is cut off from the beginning, and whatever stays is what it is in the whole."""
    road, usual, all_ = (reduced(whole, detail) for detail in Detail)
    assert all_ is whole
    for small, large in ((road, usual), (usual, all_)):
        for part in ("nodes", "arrows", "starts", "groups", "kinds"):
            assert set(getattr(small, part)) <= set(getattr(large, part))
        assert {node.id for node in small.nodes} & reached(whole) <= reached(small)
        assert {node.group for node in small.nodes} == {group.id for group in small.groups}
        assert {arrow.kind for arrow in small.arrows} == {kind.name for kind in small.kinds}
        inside = {node.id for node in small.nodes}
        assert all(set(each.nodes) <= inside for each in small.passings)


@given(st.integers(0, 10_000), st.data())
def test_nothing_is_cut_off(seed: int, data: st.DataObject) -> None:
    """Whatever is inferred, retired or final."""
    whole = random_diagram(seed)
    kind = st.sampled_from([INFERRED, INFERRED, Basis.OBSERVED])
    whole = attrs.evolve(
        whole,
        usual=data.draw(st.sampled_from(["", "k0", "k1"])),
        nodes=tuple(
            attrs.evolve(each, basis=data.draw(kind), final=data.draw(st.booleans()))
            for each in whole.nodes
        ),
        arrows=tuple(attrs.evolve(each, basis=data.draw(kind)) for each in whole.arrows),
    )
    for detail in Detail:
        small = reduced(whole, detail)
        assert small.nodes
        assert {node.id for node in small.nodes} & reached(whole) <= reached(small)


def test_one_status_stands_for_itself() -> None:
    """Where a kind has one axis its statuses are the primary ones: the road has each."""
    road = reduced(diagram_of(PARCELS), Detail.ROAD)
    assert names(road) == {each.name for each in PARCELS.regions[0].states}
    # Only inferred, and there is a firm way to "sent".
    assert ("at the door", "sent") not in moves(road)
    assert road.left_out == "1 move"


def test_what_is_inferred_stays_on_the_only_way() -> None:
    """A status that nobody has seen is drawn where no other way leads to one that was."""
    lost = state("lost", basis=INFERRED)
    odd = state("odd", basis=INFERRED, final=True, outcome=Outcome.FAILED)
    found = state("found", final=True, outcome=Outcome.STOPPED)
    kind = PARCELS.evolve(
        add_states=[lost, odd, found],
        add_edges=[edge("sent", "lost"), edge("sent", "odd"), edge("lost", "found")],
    )
    usual = reduced(diagram_of(kind), Detail.USUAL)
    assert {"lost", "found"} <= names(usual)
    assert "odd" not in names(usual)
    assert usual.left_out == "1 status (retired or only inferred) and 1 move"


def test_where_nothing_is_known_nothing_is_left_out() -> None:
    """A region of nothing but guesses is drawn as it is."""
    (region,) = PARCELS.regions
    guessed = tuple(attrs.evolve(each, basis=INFERRED) for each in region.states)
    kind = attrs.evolve(PARCELS, regions=(attrs.evolve(region, states=guessed),))
    whole = diagram_of(kind)
    assert reduced(whole, Detail.USUAL) == whole


@pytest.mark.parametrize(
    ("insured", "left"), [(False, {"sent"}), (None, {"sent", "packed"})], ids=["way", "circle"]
)
def test_short_cuts_that_are_inferred_are_no_road(*, insured: bool | None, left: set[str]) -> None:
    """Where several moves that nobody has seen lead to a status, the longest way stays.

    Where each of two could be the other's short cut, both stay: nothing is cut off.
    """
    far = attrs.evolve(state("far", final=True, outcome=Outcome.STOPPED), secondary="off")
    kind = PARCELS.evolve(
        add_states=[far],
        add_edges=[
            edge("sent", far.name, basis=INFERRED),
            edge("packed", far.name, "given_up", basis=INFERRED),
        ],
    )
    kind = kind if insured is None else kind.given(insured=insured)
    road = reduced(diagram_of(kind), Detail.ROAD)
    assert {one for one, other in moves(road) if other == far.name} == left


# --- What is laid over it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stays", "detail"),
    [
        (("Starting", "Downloading", "Training"), Detail.ROAD),
        (("Starting", "Pending", "Downloading"), Detail.USUAL),
        (("Starting", "Downloading", "Training", "Starting"), Detail.USUAL),
        (("Starting", "Downloading", "Training", "Updating"), Detail.ALL),
    ],
)
def test_a_job_is_drawn_where_it_was(stays: tuple[str, ...], detail: Detail) -> None:
    """By the smallest record, of the detail that was asked for or more, that has all of its way."""
    overlay = way(TRAINING_JOB, described(*((status, 1.0) for status in stays)))
    expected = reduced(WHOLE, detail)
    assert showing(WHOLE, Detail.ROAD, overlay.ids) == expected
    assert showing(WHOLE, Detail.ALL, overlay.ids) is WHOLE
    drawn = picture(TRAINING_JOB, overlay=overlay, detail=Detail.ROAD)
    assert all((f'id="{node.id}"' in drawn) == (node in expected.nodes) for node in WHOLE.nodes)


def test_breaks_are_drawn_too() -> None:
    """A move that no arrow allows needs both of its ends."""
    overlay = way(TRAINING_JOB, described(("Starting", 5.0), ("Restarting", 1.0)))
    assert overlay.breaks
    assert {end for each in overlay.breaks for end in (each.origin, each.target)} <= overlay.ids
    assert showing(WHOLE, Detail.ROAD, overlay.ids) is WHOLE


def test_what_is_nowhere_is_drawn_on_all() -> None:
    """An overlay of another life cycle is drawn as far as it can be."""
    assert showing(WHOLE, Detail.ROAD, {"s_nowhere"}) is WHOLE


@pytest.mark.parametrize("format_", ["html", "scxml", "markdown", "csv"])
def test_what_judges_runs_or_lists_has_all(format_: str) -> None:
    """It is the same at any detail."""
    assert render(PARCELS, format_, detail=Detail.ROAD) == render(PARCELS, format_)
