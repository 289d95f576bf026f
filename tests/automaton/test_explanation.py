"""What lies between two statuses: legal or not, by which ways, and what is passed for certain."""

from __future__ import annotations

import json
from enum import Enum
from itertools import pairwise, product

import pytest

from jobstate import Lifecycle, Outcome, explain
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.automaton.paths import MOST_WAYS, a_shortest_way
from jobstate.errors import UnknownNameError
from jobstate.model import Basis, Region, State, Where
from jobstate.sagemaker import TRAINING_JOB, SecondaryStatus
from tests.support import facts
from tests.support.small import OBSERVED, PARCELS, SOURCE, edge, state

#: The design's example.
CALM = TRAINING_JOB.given(spot=False, retry=False, stop=False)


class Shade(str, Enum):  # noqa: UP042 - as many have it
    """One whose members are strings and print as something else."""

    DARK = "dark"
    LIGHT = "light"


def names(states: object) -> list[str]:
    """Return the names of states."""
    assert isinstance(states, tuple)
    return [each.name for each in states]


def way_of(way: object) -> list[str]:
    """Return the states that a way enters."""
    assert isinstance(way, tuple)
    return [each.target for each in way]


def test_what_the_design_promises() -> None:
    """On demand, without retry and without a stop, who completes has trained and uploaded."""
    found = explain(CALM, "InProgress/Starting", "Completed/Completed")
    assert found.legal
    assert names(found.between.certain) == ["InProgress/Training", "InProgress/Uploading"]
    assert found.between.certain_statuses == ("Training", "Uploading")
    assert "InProgress/Downloading" in names(found.between.possible)
    assert "InProgress/Interrupted" not in names(found.between.possible)
    assert found.between.cause == "artifacts_uploaded"


def test_what_is_certain_with_a_stop() -> None:
    """A stop may come between, so no state is certain; that Training was shown is."""
    found = explain(TRAINING_JOB, None, "Completed")
    assert found.between.certain == ()
    assert found.between.certain_statuses == ("Training",)


def test_a_shortest_way() -> None:
    """It is as long as the shortest that `explain` finds, and goes from end to end."""
    automaton = compile_lifecycle(CALM)["job"]
    masks = automaton.of_state
    for origin, target in product(masks, masks):
        found = explain(CALM, origin, target)
        way = a_shortest_way(automaton, masks[origin], masks[target])
        assert len(way) == len(found.between.ways[0] if found.legal else ())
        if way:
            assert (way[0].origin, way[-1].target) == (origin, target)
            assert all(one.target == other.origin for one, other in pairwise(way))


def test_thin_names() -> None:
    """A primary status, or a secondary one, stands for every state that shows it."""
    assert explain(TRAINING_JOB, "InProgress", "Stopped").legal
    assert explain(TRAINING_JOB, "Training", "Interrupted").legal
    assert not explain(TRAINING_JOB, "Stopping/Uploading", "Training").legal
    assert not explain(TRAINING_JOB, "Failed", "InProgress").legal


def test_a_name_on_both_axes() -> None:
    """Stopping is a primary and a secondary status: it stands for every state that shows either."""
    assert explain(TRAINING_JOB, "Stopping", "Stopping/Uploading").legal
    assert explain(TRAINING_JOB, "Stopping", "Interrupted").legal  # the secondary lags behind


def test_a_full_name_is_one_state() -> None:
    """It is not read as a status that others show too."""
    found = explain(TRAINING_JOB, "InProgress/Uploading", "Stopped/Stopped")
    # FACTS §3: no InProgress/Uploading → Stopped without anything in between.
    assert {len(way) for way in found.between.ways} == {2}
    thin = explain(TRAINING_JOB, "Uploading", "Stopped/Stopped")
    assert [way_of(way) for way in thin.between.ways] == [["Stopped/Stopped"]]


def test_creation() -> None:
    """A job about to be created begins with the initial state, and may be seen anywhere later."""
    first = explain(TRAINING_JOB, None, facts.INITIAL)
    assert first.legal
    assert first.origin == "creation"
    assert first.between.ways == ((),)
    for primary, secondary in facts.PAIRS:
        assert explain(TRAINING_JOB, None, f"{primary}/{secondary}").legal


def test_what_may_come_next() -> None:
    """One move, by the facts."""
    found = explain(TRAINING_JOB, "InProgress/Uploading", "Completed")
    edges = facts.lifted_edges()
    assert set(names(found.allowed)) == {
        target for origin, target, *_ in edges if origin == "InProgress/Uploading"
    }


def test_final_statuses() -> None:
    """Nothing comes after but deletion, and the reason says so."""
    found = explain(TRAINING_JOB, "Completed", "InProgress")
    assert (found.legal, found.final) == (False, True)
    assert found.reason == "Completed is final: a job never leaves it for InProgress"
    assert found.between.ways == ()
    assert found.between.basis is None
    assert names(found.allowed) == ["Deleting/Completed"]
    assert not explain(TRAINING_JOB, "Training", "Completed").final


def test_what_no_run_joins() -> None:
    """It is said of both, where the first is not final."""
    found = explain(TRAINING_JOB, "Stopping/Stopping", "Training")
    assert found.reason == "no legal run of the job leads from Stopping/Stopping to Training"


def test_the_warm_pool_is_found_by_its_names() -> None:
    """The region is the first that has both; a region that is asked for is taken."""
    found = explain(TRAINING_JOB, "InUse", "Reused")
    assert found.region == "warm_pool"
    assert [way_of(way) for way in found.between.ways] == [["Available", "Reused"]]
    assert found.between.only_one
    assert not explain(TRAINING_JOB, "Terminated", "Available").legal
    assert explain(TRAINING_JOB, None, "Terminated", region="warm_pool").legal
    assert explain(TRAINING_JOB, "Training", "Training").region == "job"


def test_unknown_names_list_the_choices() -> None:
    """Whoever mistypes a status sees those there are."""
    with pytest.raises(
        UnknownNameError,
        match=r"no state 'Traning' \(did you mean Training\?\); there is: ",
    ):
        explain(TRAINING_JOB, "Traning", "Completed")
    with pytest.raises(UnknownNameError) as caught:
        explain(TRAINING_JOB, "Training", "Available", region="warm_pool")
    assert caught.value.name == "Training"
    assert set(caught.value.choices) == facts.POOL_STATES
    with pytest.raises(UnknownNameError, match=r"no region 'pool' .*; there is: job, warm_pool"):
        explain(TRAINING_JOB, "Training", "Completed", region="pool")


def test_names_of_different_regions() -> None:
    """No region has both, and the error says which two were asked."""
    with pytest.raises(UnknownNameError) as caught:
        explain(TRAINING_JOB, "Training", "Reused")
    assert "Training" in str(caught.value.name)
    assert "Reused" in str(caught.value.name)


def test_the_basis_is_the_weakest_on_the_firmest_way() -> None:
    """Documented where a way of documented moves alone leads there, however long it is."""
    assert explain(CALM, "InProgress/Starting", "Completed").between.basis is Basis.DOCUMENTED
    # Pending is left by observed moves at best, and that to Training is documented (FACTS §3).
    assert explain(TRAINING_JOB, "InProgress/Pending", "Failed").between.basis is Basis.OBSERVED
    assert explain(TRAINING_JOB, "InProgress/Updating", "Failed").between.basis is Basis.INFERRED
    assert explain(TRAINING_JOB, "Training", "Training").between.basis is None


def test_the_firmest_way_may_be_longer() -> None:
    """It is given besides the shortest ones, and is as firm as the basis says."""
    found = explain(PARCELS.evolve(
        drop_edges=[("sent", "at the door")],
        add_states=[state("at the gate")],
        add_edges=[
            edge("sent", "at the door", basis=Basis.INFERRED),
            edge("sent", "at the gate"),
            edge("at the gate", "at the door"),
        ],
    ), "sent", "at the door")  # fmt: skip
    assert [way_of(way) for way in found.between.ways] == [["at the door"]]
    assert way_of(found.between.firmest) == ["at the gate", "at the door"]
    assert found.between.basis is Basis.OBSERVED


def test_ways_are_sorted_and_limited() -> None:
    """Of many shortest ways the first ones are listed, the firmest before the others."""
    middle = [f"middle {number:02}" for number in range(2 * MOST_WAYS)]
    wide = Lifecycle(
        name="wide",
        version="1",
        title="Wide",
        regions=(
            Region(
                name="way",
                title="Status",
                initial=("begin",),
                states=(
                    state("begin"),
                    *map(state, middle),
                    state("end", final=True, outcome=Outcome.SUCCEEDED),
                ),
                edges=(
                    *(edge("begin", name, basis=Basis.INFERRED) for name in middle[:-1]),
                    edge("begin", middle[-1]),
                    *(edge(name, "end") for name in middle),
                ),
            ),
        ),
    )
    found = explain(wide, "begin", "end")
    assert len(found.between.ways) == MOST_WAYS
    assert len(found.between.possible) == 2 * MOST_WAYS
    assert way_of(found.between.firmest) == [middle[-1], "end"]
    few = explain(wide.evolve(drop_states=middle[1:-1]), "begin", "end")
    assert [way_of(way)[0] for way in few.between.ways] == [middle[-1], middle[0]]


def test_as_data() -> None:
    """Plain data that any JSON tool takes, with every edge's basis and source."""
    found = explain(TRAINING_JOB.given(spot=True), "InProgress/Interrupted", "InProgress/Training")
    data = found.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["lifecycle"] == "sagemaker-training-job 2026.11 given spot=yes"
    assert (data["origin"], data["target"]) == ("InProgress/Interrupted", "InProgress/Training")
    assert (data["region"], data["legal"], data["reason"]) == ("job", True, "")
    ways = data["ways"]
    assert isinstance(ways, list)
    assert {step["basis"] for way in ways for step in way} <= set(map(str, Basis))
    assert all(step["source"] and step["cause"] for way in ways for step in way)
    illegal = explain(TRAINING_JOB, "Failed", "Completed").to_dict()
    assert (illegal["legal"], illegal["ways"], illegal["basis"]) == (False, [], None)
    assert illegal["reason"]


def test_members_of_enumerations_are_taken_as_strings() -> None:
    """Of any kind of enumeration; what is found names bare strings."""
    found = explain(TRAINING_JOB, SecondaryStatus.TRAINING, SecondaryStatus.COMPLETED)
    assert found == explain(TRAINING_JOB, "Training", "Completed")
    assert type(found.origin) is type(found.target) is str
    way = Enum("way", {"SENT": "sent", "HOME": "delivered"})
    assert explain(PARCELS, way.SENT, way.HOME) == explain(PARCELS, "sent", "delivered")  # type: ignore[arg-type]


def test_life_cycles_may_be_declared_with_enumerations() -> None:
    """Whose members need be no strings, or may print as something else."""
    made = State(Shade.DARK, "", OBSERVED, SOURCE, secondary=Shade.LIGHT)
    assert made.name == "dark/light"
    assert Where(region="way", statuses={Shade.DARK}).statuses == {"dark"}
    assert edge(Shade.DARK, Shade.LIGHT) == edge("dark", "light")


def test_alternatives_are_one_way() -> None:
    """Edges that differ only in what they need are one way, told by the firmest of them."""
    for lifecycle, basis, feature in (
        (TRAINING_JOB, "documented", "spot"),
        (TRAINING_JOB.given(spot=False), "inferred", "retry"),
    ):
        found = explain(lifecycle, "Stopping/Stopping", "Stopped/MaxWaitTimeExceeded").between
        ((way,),) = found.ways
        assert (way.basis, way.needs) == (basis, ((feature, True),))
        assert found.cause == "wait_limit_reached"
        assert names(found.possible) == ["Stopping/Uploading"]
