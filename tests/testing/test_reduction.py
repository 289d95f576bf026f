"""`reduce`: the shortest life that still shows a bug, from whatever life showed it."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs
import pytest

from jobstate import check
from jobstate.model.life import Life, Stay
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.lives.recorded import recorded
from jobstate.testing.lives.routes import Routes
from jobstate.testing.reduction import Reduction, reduce
from tests.campaigns.reductions import (
    BUGS,
    Bug,
    failing_life,
    known_shortest,
    random_life,
    shows,
    tally,
)
from tests.support.lives_for_tests import told
from tests.support.small import BEGIN, PARCEL, PARCELS, WAY, edge, parcel, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: How many seeds of each bug a test run takes; `python -m tests.campaigns.reductions` takes 200.
SEEDS = 3


def names(life: Life) -> list[str]:
    """Return the states that a life goes through."""
    return [stay.state for stay in life.stays]


def lengths(life: Life) -> list[float]:
    """Return how many seconds each stay lasts."""
    pairs = pairwise(life.stays)
    return [(after.start - stay.start).total_seconds() for stay, after in pairs]


def way(*states: str, **features: bool) -> Life:
    """Return a life of the parcel, a minute a stay."""
    stays = (Stay(each, BEGIN + timedelta(minutes=place)) for place, each in enumerate(states))
    return Life(lifecycle=PARCELS, job=PARCEL, stays=tuple(stays), features=features)


# --- Planted bugs -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rates(figures: Callable[[str], None]) -> Iterator[dict[str, float]]:
    """Collect the rates and print them."""
    found: dict[str, float] = {}
    yield found
    mean, worst = sum(found.values()) / len(found), min(found.values())
    figures(
        f"reduce: {len(found)} planted bugs: {mean:.1%} of lives reach the shortest failing one,"
        f" {worst:.1%} with the worst bug"
    )


@pytest.mark.apart
@pytest.mark.parametrize("seeds", [SEEDS, pytest.param(5 * SEEDS, marks=pytest.mark.once)])
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name.replace(" ", "-") for bug in BUGS])
def test_planted_bugs(bug: Bug, seeds: int, rates: dict[str, float]) -> None:
    """From a random failing life it reaches the shortest, which a search of its own knows."""
    found = tally(bug, seeds)
    rates[bug.name] = found.reached / found.seeds
    assert found.reached == found.seeds, str(found)


def test_there_are_enough_bugs() -> None:
    """And they need lives of several lengths."""
    assert len(BUGS) >= 8
    assert {known_shortest(bug) for bug in BUGS} == {2, 3, 4}


@pytest.mark.parametrize("bug", BUGS[3:6], ids=["downloads", "messages", "interruptions"])
def test_every_life_tried_is_legal(bug: Bug) -> None:
    """Whoever writes `fails` sees no life that can't be."""
    tried = []

    def fails(life: Life) -> bool:
        tried.append(life)
        return shows(bug, life)

    found = reduce(failing_life(bug, 7), fails)
    assert len(tried) == found.calls
    for life in tried:
        answers = [life.at(time) for time in life.changes]
        assert check(TRAINING_JOB, answers).legal, str(life)


def test_the_same_again() -> None:
    """The same life and the same bug give the same result, calls included."""
    bug = BUGS[3]
    one, other = (reduce(failing_life(bug, 3), lambda life: shows(bug, life)) for _ in range(2))
    assert one == other


def test_a_long_life() -> None:
    """A life of dozens of stays takes few calls, be it a recorded one."""
    life = next(
        life for seed in range(10_000) if len((life := random_life(random.Random(seed))).stays) > 40
    )
    found = reduce(
        recorded(TRAINING_JOB, life.at(life.end)),
        lambda life: any(
            entry.status == "Interrupted" and life.entries[place - 2].status == "Training"
            for place, entry in enumerate(life.entries)
            if place > 1
        ),
    )
    assert len(found.life.stays) == 4
    assert found.calls < 1_000


# --- What it does -------------------------------------------------------------------------------


def test_loops_and_ends_are_cut() -> None:
    """What lies between and after is left out, by the shortest way and the fewest features."""
    life = way(
        *("packed", "sent", "packed", "sent", "at the door", "sent", "delivered"),
        insured=True,
        cheap=False,
    )
    found = reduce(life, lambda life: "at the door" in names(life))
    assert names(found.life) == ["packed", "sent", "at the door"]
    assert found.life.features == {"insured": False, "cheap": False}
    assert lengths(found.life) == [1, 1]
    assert (found.minimal, found.shortest) == (True, True)


def test_features_that_are_needed_stay() -> None:
    """One that the bug needs stays, and so does what the way needs."""
    life = way("packed", "sent", "packed", "sent", insured=True, cheap=False)
    assert reduce(life, lambda life: names(life).count("packed") == 2).life.features["insured"]
    cheap = way("packed", "sent", insured=False, cheap=True)
    found = reduce(cheap, lambda life: life.features["cheap"])
    assert (names(found.life), found.life.features["cheap"]) == (["packed"], True)


def test_features_that_a_life_leaves_open() -> None:
    """They are what the way needs, where the life still fails with that."""
    open_life = way("packed", "sent", "packed", "sent", "returned")
    found = reduce(open_life, lambda life: "returned" in names(life))
    assert names(found.life) == ["packed", "sent", "returned"]
    without = reduce(open_life, lambda life: "returned" in names(life) and not life.features)
    assert names(without.life) == ["returned"]
    assert without.life.features == {}


def test_durations() -> None:
    """Stays become a second long, or the fewest whole seconds with which it still fails."""
    found = reduce(told("completed"), lambda life: "Training" in str(life) and life_lasts(life))
    assert sum(lengths(found.life)) == 601
    assert sorted(lengths(found.life))[:-1] == [1] * (len(found.life.stays) - 2)


def test_durations_one_by_one() -> None:
    """Where one stay must last, the others need not."""

    def fails(life: Life) -> bool:
        return len(life.stays) == 3 and lengths(life)[1] > 30

    for life in (way("packed", "sent", "at the door"), way("packed", "at the door", "packed")):
        assert lengths(reduce(life, fails).life) == [1, 31]


def life_lasts(life: Life) -> bool:
    """Return whether a life has lasted for more than ten minutes."""
    return (life.end - life.start).total_seconds() > 600


def test_other_regions_words_and_failure() -> None:
    """All that the bug does not need goes."""
    life = random_life(random.Random(1))
    life = attrs.evolve(life, failure="AlgorithmError: x", messages={"Starting": "words"})
    found = reduce(life, lambda life: life.failure is not None).life
    assert (found.beside, found.messages, found.failure) == ({}, {}, "AlgorithmError: x")
    assert len(found.stays) == 1


def test_what_goes_on_beside() -> None:
    """A pool's way is shortened too, and its times become simple."""
    life = told("completed", features={"warm_pool": True})
    start, end = life.start, life.end
    pool = (
        Stay("InUse", start),
        Stay("Available", end),
        Stay("Available", end + timedelta(seconds=50)),
        Stay("Reused", end + timedelta(seconds=100)),
    )
    life = attrs.evolve(life, beside={"warm_pool": pool})
    found = reduce(life, lambda life: "Reused" in [s.state for s in life.beside["warm_pool"]])
    stays = found.life.beside["warm_pool"]
    assert [(stay.state, (stay.start - start).total_seconds()) for stay in stays] == [
        ("InUse", 0),
        ("Available", 1),
        ("Reused", 2),
    ]
    assert len(found.life.stays) == 2
    seen = reduce(life, lambda life: life.features["warm_pool"])
    assert (seen.life.beside, len(seen.life.stays)) == ({}, 1)


def test_a_region_that_no_rule_joins() -> None:
    """What is impossible beside is never tried: it begins where it begins, and moves by edges."""
    routes = Routes(TRAINING_JOB)
    features = {"warm_pool": True}
    assert routes.allow_beside("warm_pool", ["InUse", "Terminated"], features)
    assert not routes.allow_beside("warm_pool", ["Available"], features)
    assert not routes.allow_beside("warm_pool", ["InUse", "Reused"], features)
    assert not routes.allow_beside("warm_pool", ["InUse"], {"warm_pool": False})


def test_messages_become_one() -> None:
    """Where words matter but not which, one text is enough."""
    life = told("completed", messages={"Starting": "a", "Training": "b", "Uploading": "c"})
    found = reduce(life, lambda life: len(life.messages) > 1).life
    assert (len(found.stays), len(set(found.messages.values()))) == (1, 1)


# --- Illegal lives ------------------------------------------------------------------------------


def test_an_illegal_life_is_only_cut() -> None:
    """A recorded history with an impossible step keeps what fails, and nothing is made up."""
    life = recorded(
        PARCELS,
        parcel("forgotten", *("packed", "sent", "at the door", "forgotten"), at=300, insured=True),
    )
    found = reduce(life, lambda life: not refusal(life))
    assert names(found.life) == ["at the door", "forgotten"]
    assert found.life.features == {"insured": False, "cheap": False}
    assert (found.minimal, found.shortest) == (True, False)
    assert "forgotten  (no legal move)" in str(found)


def test_a_life_that_only_looks_legal() -> None:
    """A retry of a job that has none is no life of a job, though no answer can show that."""
    start = told("completed").start
    stays = ("Starting", "Downloading", "Starting", "Downloading", "Training")
    life = attrs.evolve(
        told("completed"),
        stays=tuple(
            Stay(f"InProgress/{status}", start + timedelta(minutes=place))
            for place, status in enumerate(stays)
        ),
        features={"retry": False, "spot": False},
    )
    found = reduce(life, lambda life: names(life).count("InProgress/Downloading") == 2)
    assert names(found.life) == ["InProgress/Downloading"] * 2


def refusal(life: Life) -> bool:
    """Return whether a life does not go from the door into oblivion."""
    states = names(life)
    return ("at the door", "forgotten") not in pairwise(states)


# --- What `fails` may do ------------------------------------------------------------------------


def test_assertions_count() -> None:
    """A test that asserts can be given as it is."""

    def test(life: Life) -> None:
        assert "sent" not in names(life)

    assert names(reduce(way("packed", "sent", "at the door"), test).life) == ["packed", "sent"]


def test_other_exceptions_are_other_failures() -> None:
    """A smaller life that breaks something else is not the same bug; the first one's is told."""

    def fails(life: Life) -> bool:
        if len(life.stays) == 2:
            raise KeyError("another bug")
        return "sent" in names(life)

    assert len(reduce(way("packed", "sent", "at the door"), fails).life.stays) == 3
    with pytest.raises(KeyError, match="another bug"):
        reduce(way("packed", "sent"), fails)


def test_a_life_that_does_not_fail() -> None:
    """There is nothing to reduce, which is a mistake of the caller's."""
    with pytest.raises(ValueError, match="does not fail, so there is nothing to reduce: packed"):
        reduce(way("packed", "sent"), lambda life: not life)
    with pytest.raises(ValueError, match="max_calls is 0"):
        reduce(way("packed"), names, max_calls=0)


@pytest.mark.parametrize("max_calls", [1, 2, 5, 20])
def test_calls_are_bounded(max_calls: int) -> None:
    """No more than asked for; the result says that there may be a smaller life."""
    bug, calls = BUGS[3], []

    def fails(life: Life) -> bool:
        calls.append(life)
        return shows(bug, life)

    found = reduce(failing_life(bug, 1), fails, max_calls=max_calls)
    assert len(calls) == found.calls == max_calls
    assert (found.minimal, found.shortest) == (False, False)
    assert shows(bug, found.life)
    assert "there may be a smaller one: the calls ran out" in str(found)


def test_progress() -> None:
    """Each smaller life is told when it is found."""
    heard: list[tuple[int, int]] = []
    life = told("timed out")
    found = reduce(
        life,
        lambda life: "Stopping/Uploading" in names(life),
        progress=lambda smaller, calls: heard.append((len(smaller.stays), calls)),
    )
    assert heard == sorted(heard, key=lambda each: (-each[0], each[1]))
    assert heard[-1][0] == len(found.life.stays) == 3


def test_a_life_that_stays_long() -> None:
    """One of which nothing can be left out is not tried in every way."""
    life = way(*("packed", "sent") * 10, insured=True, cheap=False)
    found = reduce(life, lambda life: len(life.stays) > 16)
    assert (len(found.life.stays), found.minimal) == (17, True)


# --- The ways -----------------------------------------------------------------------------------


def test_too_many_walks_to_try_them_all() -> None:
    """Then nobody claims that there is no shorter one."""
    assert Routes(TRAINING_JOB).shorter(9, 1_000) is None
    assert list(Routes(TRAINING_JOB).shorter(1, 1_000) or ()) == []
    short = reduce(told("completed"), lambda life: "Uploading" in str(life), max_calls=40)
    assert (short.minimal, short.shortest) == (True, False)


def test_firm_ways_come_first() -> None:
    """Of two ways of the same length the documented one is taken."""
    region = attrs.evolve(
        WAY,
        states=(*WAY.states, state("lost")),
        edges=(edge("packed", "lost"), edge("lost", "at the door"), *WAY.edges),
    )
    lifecycle = attrs.evolve(PARCELS, regions=(region,))
    route = Routes(lifecycle).through(["at the door"])[0]
    assert route.states == ("packed", "lost", "at the door")
    assert Routes(PARCELS).through(["returned", "packed"]) == []


def test_several_places_to_begin() -> None:
    """A walk begins where its first state is."""
    lifecycle = attrs.evolve(PARCELS, regions=(attrs.evolve(WAY, initial=("packed", "sent")),))
    routes = Routes(lifecycle)
    assert routes.through(["sent", "delivered"])[0].states == ("sent", "at the door", "delivered")
    assert len(routes.features_of(["sent"])) == 3


# --- The story ----------------------------------------------------------------------------------


def test_the_story() -> None:
    """Every stay with its time and why the job went there; features, other regions, words."""
    life = told(
        "failed",
        features={"warm_pool": True, "spot": False},
        messages={"Starting": "wa\x1bit"},
        beside={"warm_pool": (Stay("InUse", told("failed").start),)},
        failure="Algorithm\nError",
    )
    story = str(Reduction(life=life, calls=1_234, minimal=True, shortest=False))
    assert story.splitlines() == [
        "the smallest life found that fails, after 1,234 calls; nothing can be left out:",
        "        +0 s  InProgress/Starting  (created)",
        "       +65 s  InProgress/Downloading  (instances_ready, documented)",
        "      +105 s  InProgress/Training  (data_ready, documented)",
        "      +705 s  InProgress/Uploading  (container_ended, documented)",
        "      +725 s  Failed/Failed  (failure, observed)",
        "        +0 s  warm_pool: InUse",
        "  with warm_pool",
        "  it fails with “Algorithm\\nError”",
        "  Starting says “wa\\x1bit”",
    ]
    proved = Reduction(life=life, calls=1, minimal=True, shortest=True)
    assert "after 1 calls; no legal life with fewer stays does:" in str(proved)
