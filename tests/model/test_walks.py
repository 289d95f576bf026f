"""`walks`: the legal walks through a life cycle, and what goes on beside them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

import attrs
import pytest

from jobstate import Outcome
from jobstate.model.rule_tests import Requires, Where
from jobstate.model.states import Region
from jobstate.model.walks import beside, walks_of
from jobstate.sagemaker import TRAINING_JOB
from tests.support import brute_force
from tests.support.oracle import FACTS
from tests.support.small import PARCELS, edge, rule, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.specification import Specification
    from jobstate.model.states import State
    from jobstate.model.walks import Chooser

_Choice = TypeVar("_Choice")

WALKS = walks_of(TRAINING_JOB)
POOL = TRAINING_JOB.region("warm_pool")
WARM = {"warm_pool": True, "spot": False, "plan": False, "retry": False}


def job_states(*names: str) -> list[State]:
    """Return states of the job."""
    return [TRAINING_JOB.regions[0].state(name) for name in names]


# --- Walks ----------------------------------------------------------------------------------------


def test_walks_are_worked_out_once() -> None:
    """Asking again costs nothing; a life cycle that is another has walks of its own."""
    assert walks_of(TRAINING_JOB) is WALKS
    assert walks_of(TRAINING_JOB.given(spot=True)) is not WALKS


def test_starts() -> None:
    """A job begins in an initial state, once for each set of features that jobs can have."""
    sets = {
        tuple(sorted(each.items())) for each in map(dict, brute_force.job_features(FACTS, "job"))
    }
    features = {tuple(pair for pair in one.features) for one in WALKS.starts}
    assert features == {each for each in sets if dict(each)["stop"]}
    assert {one.state for one in WALKS.starts} == {"InProgress/Starting"}
    assert all(not one.passed for one in WALKS.starts)


def test_where_a_job_begins_is_not_where_it_comes_back_to() -> None:
    """What it has passed since tells the initial state from itself."""
    back = [one for one in WALKS.moves if one.state == "InProgress/Starting" and one.passed]
    assert back
    assert not set(back) & set(WALKS.starts)


@pytest.mark.parametrize(
    ("lifecycle", "other", "region"),
    [(TRAINING_JOB, FACTS, "job"), (PARCELS, PARCELS, "way")],
    ids=["jobs", "parcels"],
)
def test_every_walk_is_one_of_the_search(
    lifecycle: Specification, other: Specification, region: str
) -> None:
    """A walk at random shows what some run of the independent search shows."""
    walks = WALKS if lifecycle is TRAINING_JOB else walks_of(PARCELS)
    rng = random.Random(1)
    for _ in range(150):
        now = rng.choice(walks.starts)
        names = [now.state]
        while walks.moves[now] and rng.random() < 0.85:
            taken, now = rng.choice(walks.moves[now])
            assert (taken.origin, taken.target) == (names[-1], now.state)
            names.append(now.state)
        shown = {name: has for name, has in now.features if name != "sender"}
        seen = [
            brute_force.Seen(*brute_force.shown(other, region, name), features=shown)
            for name in names
        ]
        seen[-1] = seen[-1]._replace(entries=tuple(brute_force.visible(other, region, names)))
        assert names[-1] in brute_force.explains_series(other, region, seen)


def test_to_end() -> None:
    """How many moves the nearest end is away: none from an end, one from almost anywhere."""
    assert {WALKS.to_end[start] for start in WALKS.starts} == {1}
    assert all(
        (away == 0) is WALKS.state(one).final and away <= 1 for one, away in WALKS.to_end.items()
    )
    parcels = walks_of(PARCELS)
    # packed → sent → returned
    assert {parcels.to_end[start] for start in parcels.starts} == {2}


def test_distances_come_down_step_by_step() -> None:
    """From everywhere some move leads nearer to the goal, and none nearer by two."""
    goals = [one for one in WALKS.moves if WALKS.state(one).outcome is Outcome.SUCCEEDED]
    away = WALKS.distances(goals)
    assert {away[start] for start in WALKS.starts} == {3}  # Training, Uploading, Completed
    for one, distance in away.items():
        nearest = min((away[to] for _, to in WALKS.moves[one] if to in away), default=None)
        assert distance == 0 or nearest == distance - 1
    lost = set(WALKS.moves) - set(away)
    assert {"Failed/Failed", "Stopped/Stopped"} <= {one.state for one in lost}
    assert not any(to in away for one in lost for _, to in WALKS.moves[one])


def test_no_goal_is_reached_from_nowhere() -> None:
    """Without goals nothing is any distance away."""
    assert WALKS.distances([]) == {}


# --- Beside ---------------------------------------------------------------------------------------


def along(choose: Chooser, *names: str, **features: bool) -> list[tuple[int, str]] | None:
    """Return what a warm pool goes through beside a job."""
    return beside(TRAINING_JOB, POOL, job_states(*names), WARM | features, choose)


def first(choices: Sequence[_Choice], /) -> _Choice:
    """Choose the first."""
    return choices[0]


def last(choices: Sequence[_Choice], /) -> _Choice:
    """Choose the last."""
    return choices[-1]


COMPLETED = (
    "InProgress/Starting",
    "InProgress/Training",
    "InProgress/Uploading",
    "Completed/Completed",
)


def test_a_pool_moves_with_its_job() -> None:
    """It is in use while the job runs, and moves when the job ends; then it may go on."""
    assert along(first, *COMPLETED[:3]) == [(0, "InUse")]
    assert along(first, *COMPLETED) == [(0, "InUse"), (3, "Available")]
    assert along(last, *COMPLETED) == [(0, "InUse"), (3, "Terminated")]
    choices = iter([False, True, True])

    def choose(given: Sequence[_Choice], /) -> _Choice:
        return given[1] if len(given) > 1 and next(choices) else given[0]

    assert along(choose, *COMPLETED) == [(0, "InUse"), (3, "Available"), (3, "Terminated")]


def test_a_pool_is_gone_before_its_job() -> None:
    """A job is deleted only after its pool: then it moves again, at the same moment."""
    found = along(first, *COMPLETED, "Deleting/Completed")
    assert found == [(0, "InUse"), (3, "Available"), (4, "Reused")]


def test_jobs_without_a_pool() -> None:
    """Features without it, and starts that it does not fit, have none."""
    assert along(first, *COMPLETED, warm_pool=False) is None
    assert along(first, "Completed/Completed") is None


def test_no_legal_way_along() -> None:
    """Where a region must move and can't, there is no such life."""
    assert along(first, *COMPLETED, "InProgress/Starting") is None


def test_rules_of_other_regions_and_of_fields_do_not_matter() -> None:
    """Only what a table says between the two regions keeps them in step."""
    lid = Region(
        name="lid",
        title="Lid",
        states=(state("shut"), state("open")),
        edges=(edge("shut", "open"), edge("open", "open")),
        initial=("shut",),
    )
    delivered = Where(region="way", statuses=frozenset({"delivered"}))
    opened = Where(region="lid", statuses=frozenset({"open"}))
    lidded = attrs.evolve(
        PARCELS,
        regions=(*PARCELS.regions, lid),
        rules=(
            rule(
                "opened-at-home",
                tests=(
                    Requires(when=opened, then=delivered),
                    Requires(field="Signature", then=delivered),
                    Requires(when=delivered, then=Where(region="way", final=True)),
                ),
            ),
        ),
    )
    way = PARCELS.region("way")
    states = [way.state(name) for name in ("packed", "sent", "at the door", "delivered")]
    assert beside(lidded, lid, states[:3], {}, last) == [(0, "shut")]
    assert beside(lidded, lid, states, {}, last) == [(0, "shut"), (3, "open")]
