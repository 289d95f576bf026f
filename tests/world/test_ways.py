"""Ways: what a job comes by that is to come by something, held against an independent search."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from jobstate.errors import UnknownNameError
from jobstate.kinds import KINDS
from jobstate.model.states import Outcome
from jobstate.sagemaker import TRAINING_JOB
from jobstate.world.ways import asked_causes, names_of, way_through

if TYPE_CHECKING:
    from jobstate import Lifecycle

P = "InProgress"
ROAD = (f"{P}/Starting", f"{P}/Downloading", f"{P}/Training", f"{P}/Uploading")
DONE = "Completed/Completed"
#: (features, what it comes by, its end) → the states, by FACTS: the usual road of 193 of 218 jobs,
#: failures after Uploading (14), spot's return to Starting, the ends of stops and of limits.
WAYS = {
    ((), (), "succeeded"): (*ROAD, DONE),
    ((), ("Pending",), "succeeded"): (ROAD[0], f"{P}/Pending", *ROAD[1:], DONE),
    ((), ("Uploading",), "failed"): (*ROAD, "Failed/Failed"),
    ((), ("Starting",), "failed"): (ROAD[0], "Failed/Failed"),
    ((("spot", True),), ("spot_reclaimed",), "succeeded"): (
        *(*ROAD[:3], f"{P}/Interrupted"),
        *(*ROAD, DONE),
    ),
    ((), ("Training", "stop_requested"), "stopped"): (
        *(*ROAD[:3], "Stopping/Stopping"),
        "Stopped/Stopped",
    ),
    ((), ("Starting", "stop_requested"), "Stopped"): (
        *(ROAD[0], "Stopping/Stopping"),
        "Stopped/Stopped",
    ),
    ((), ("Training",), "MaxRuntimeExceeded"): (*ROAD[:3], "Stopped/MaxRuntimeExceeded"),
    ((), ("Training",), ""): ROAD[:3],
    ((), ("update_requested",), "succeeded"): (
        *(*ROAD[:3], f"{P}/Updating", f"{P}/Training"),
        *(ROAD[3], DONE),
    ),
    ((("spot", False),), ("spot_reclaimed",), "succeeded"): (),
}


@pytest.mark.parametrize("wish", WAYS, ids=str)
def test_training_jobs(wish: tuple[tuple[tuple[str, bool], ...], tuple[str, ...], str]) -> None:
    """The ways that are known of them."""
    assert way_through(TRAINING_JOB, *wish) == WAYS[wish]


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_every_cause_of_every_kind(kind: Lifecycle) -> None:
    """Wherever a job can go without being asked there is a way that goes there, by its moves."""
    edges = kind.main_region.edges
    for cause in sorted({each.cause for each in edges}):
        asked = asked_causes(kind) - {cause}
        moves = {(each.origin, each.target) for each in edges if each.cause not in asked}
        caused = {(each.origin, each.target) for each in edges if each.cause == cause}
        way = way_through(kind, (), (cause,), "")
        if not way:
            assert not {origin for origin, _ in caused} & reached(kind, moves)
            continue
        taken = [*pairwise(way)]
        assert taken[-1] in caused
        assert moves.issuperset(taken)
        assert way[0] in kind.main_region.initial


def reached(kind: Lifecycle, moves: set[tuple[str, str]]) -> set[str]:
    """Return the states that jobs come to by some moves."""
    found: set[str] = set()
    left = [*kind.main_region.initial]
    while left:
        state = left.pop()
        if state not in found:
            found.add(state)
            left += (target for origin, target in moves if origin == state)
    return found


def test_names_that_are_not_there() -> None:
    """A cause, a status or an end that no job knows is an error that says what there is."""
    with pytest.raises(UnknownNameError, match="spot_reclaimed"):
        way_through(TRAINING_JOB, (), ("spot_reclaimd",), "succeeded")
    with pytest.raises(UnknownNameError, match="succeeded"):
        way_through(TRAINING_JOB, (), (), "suceeded")
    with pytest.raises(UnknownNameError):
        way_through(TRAINING_JOB, (), (), Outcome.RUNNING)


def test_names_of_states() -> None:
    """A state goes by its name and by its statuses."""
    state = TRAINING_JOB.main_region.state(f"{P}/Starting")
    assert names_of(state) == {f"{P}/Starting", P, "Starting"}
