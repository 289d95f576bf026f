"""The search over runs is right on small life cycles whose answers can be counted by hand."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from jobstate.model.specification import Specification
from jobstate.model.states import Basis, Edge, Exclusion, Feature, Memory, Region, State
from tests.support import brute_force
from tests.support.brute_force import Seen
from tests.support.specification_of_facts import specification

if TYPE_CHECKING:
    from collections.abc import Iterable

FACTS = specification()


def _state(name: str, *, final: bool = False) -> State:
    primary, _, secondary = name.partition("/")
    return State(
        primary=primary,
        secondary=secondary or None,
        final=final,
        meaning="",
        basis=Basis.INFERRED,
        source="made up",
    )


def _edge(origin: str, target: str, *after: str, **needs: bool) -> Edge:
    return Edge(
        origin=origin,
        target=target,
        cause="some",
        basis=Basis.INFERRED,
        source="made up",
        needs=needs,
        after=after,
    )


def _kitchen(**assumed: bool) -> Specification:
    """Return the life of a dish: raw, fried or (with an oven) baked, tasted, served or thrown."""
    return Specification(
        name="kitchen",
        version="1",
        title="Kitchen",
        regions=(
            Region(
                name="dish",
                title="Dish",
                states=(
                    _state("Open/Raw"),
                    _state("Open/Fried"),
                    _state("Open/Baked"),
                    _state("Closing/Fried"),
                    _state("Open/Tasted"),
                    _state("Served/Served", final=True),
                    _state("Thrown/Thrown", final=True),
                ),
                edges=(
                    _edge("Open/Raw", "Open/Fried"),
                    _edge("Open/Raw", "Open/Baked", oven=True),
                    _edge("Open/Fried", "Open/Baked", oven=True),
                    _edge("Open/Baked", "Open/Raw", patience=True),
                    _edge("Open/Fried", "Closing/Fried", hurry=True),
                    _edge("Open/Fried", "Open/Tasted"),
                    _edge("Open/Tasted", "Open/Fried"),
                    _edge("Open/Fried", "Served/Served", "tasted"),
                    _edge("Closing/Fried", "Thrown/Thrown"),
                    _edge("Open/Baked", "Served/Served", "tasted"),
                    _edge("Open/Baked", "Thrown/Thrown", oven=True),
                ),
                initial=("Open/Raw",),
            ),
            Region(
                name="table",
                title="Table",
                states=(_state("Free"), _state("Taken")),
                edges=(_edge("Free", "Taken"), _edge("Taken", "Taken")),
                initial=("Free",),
                needs={"guests": True},
            ),
        ),
        features=tuple(
            Feature(name=name, meaning=name, source="made up", shown=name != "hurry")
            for name in ("oven", "patience", "guests", "hurry")
        ),
        exclusions=(
            Exclusion(
                features=("patience", "guests"),
                rule="guests-are-impatient",
                basis=Basis.INFERRED,
                source="made up",
            ),
        ),
        memories=(
            Memory(
                name="tasted",
                region="dish",
                states=frozenset({"Open/Tasted"}),
                rule="served-without-tasting",
            ),
        ),
        assumed=assumed,
    )


def _parts(names: Iterable[str]) -> list[tuple[str, str, str]]:
    return [name.partition("/") for name in names]


def _after(*names: str, **features: bool) -> set[str]:
    seen = [Seen(primary, secondary or None) for primary, _, secondary in _parts(names)]
    seen[-1] = seen[-1]._replace(features=features)
    return set(brute_force.possible_after(_kitchen(), "dish", seen))


def test_sampled_reading() -> None:
    """Polls may miss any number of states, but what they show must be joined by edges."""
    assert _after("Open/Raw") == {"Open/Raw"}
    assert _after("Open/Baked", "Open/Fried") == {"Open/Fried"}
    assert _after("Thrown/Thrown", "Open/Raw") == set()
    assert _after("Closing", "Served") == set()
    assert _after("Open/Fried", "Open/Fried") == {"Open/Fried"}


def test_no_observation_leaves_everything_that_is_reached() -> None:
    """Without observations a job may be wherever some job gets."""
    everywhere = {state.name for state in _kitchen().region("dish").states}
    assert brute_force.possible_after(_kitchen(), "dish", []) == everywhere
    assert brute_force.possible_after(_kitchen(), "dish", [Seen()]) == everywhere
    plain = brute_force.possible_after(_kitchen(oven=False, hurry=False), "dish", [])
    assert plain == {"Open/Raw", "Open/Fried", "Open/Tasted", "Served/Served"}


def test_features_are_fixed() -> None:
    """A feature that any answer shows holds for the whole life, before and after."""
    assert _after("Open/Baked", "Open/Fried", oven=False) == set()
    assert _after("Open/Baked", "Open/Fried", oven=True) == {"Open/Fried"}
    assert _after("Open/Baked", "Open/Fried", patience=False) == set()
    contradiction = [Seen("Open", None, {"oven": True}), Seen("Open", None, {"oven": False})]
    assert not brute_force.possible_after(_kitchen(), "dish", contradiction)


def test_features_may_exclude_each_other() -> None:
    """No job has features that exclude each other, whichever answers show them."""
    seen = [Seen("Open", None, {"patience": True}), Seen("Open", None, {"guests": True})]
    assert not brute_force.possible_after(_kitchen(), "dish", seen)
    assert brute_force.possible_after(_kitchen(), "dish", seen[:1])


def test_a_region_needs_its_features() -> None:
    """A job without guests has no table."""
    assert brute_force.possible_after(_kitchen(), "table", []) == {"Free", "Taken"}
    assert not brute_force.possible_after(
        _kitchen(), "table", [Seen(None, None, {"guests": False})]
    )
    assert not brute_force.possible_after(_kitchen(patience=True), "table", [])


def test_complete_reading() -> None:
    """A history is explained by a run that shows exactly its entries, none skipped."""

    def ends(*entries: str, now: tuple[str | None, str | None] = (None, None)) -> set[str]:
        return set(brute_force.explains_history(_kitchen(), "dish", entries, now))

    assert ends("Raw", "Fried") == {"Open/Fried", "Closing/Fried"}
    assert ends("Raw", "Fried", now=("Closing", None)) == {"Closing/Fried"}
    assert ends("Raw", "Fried", "Thrown") == {"Thrown/Thrown"}  # by Closing/Fried, in silence
    assert ends("Raw", "Tasted") == set()
    assert ends("Fried") == set()
    assert ends("Raw", "Raw") == set()
    assert ends("Raw", "Fried", now=("Open", "Raw")) == set()


def test_memory() -> None:
    """What must have been passed must have been passed in the same life."""

    def ends(*entries: str) -> set[str]:
        return set(brute_force.explains_history(_kitchen(), "dish", entries))

    assert ends("Raw", "Fried", "Served") == set()
    assert ends("Raw", "Baked", "Served") == set()
    assert ends("Raw", "Fried", "Tasted", "Fried", "Served") == {"Served/Served"}
    assert ends("Raw", "Fried", "Tasted", "Fried", "Baked", "Served") == {"Served/Served"}
    assert _after("Open/Baked", "Served/Served", patience=False) == {"Served/Served"}
    assert _after("Open/Baked", "Served/Served", oven=False) == set()


def test_a_series_may_mix_histories_and_thin_answers() -> None:
    """A thin answer must fit between the histories before and after it."""
    short = Seen("Open", "Fried", {}, ("Raw", "Fried"))
    long = Seen("Open", "Fried", {}, ("Raw", "Fried", "Tasted", "Fried"))

    def ends(*answers: Seen) -> set[str]:
        return set(brute_force.explains_series(_kitchen(), "dish", answers))

    assert ends(short, long) == {"Open/Fried"}
    assert ends(long, short) == set()
    assert ends(short, Seen("Open", "Tasted"), long) == {"Open/Fried"}
    assert ends(short, Seen("Open", "Baked"), long) == set()
    assert ends(long, Seen("Open", "Baked")) == {"Open/Baked"}
    assert ends(Seen("Open", "Tasted"), short) == set()
    assert ends(short, short) == {"Open/Fried"}
    assert ends(short, Seen("Closing")) == {"Closing/Fried"}
    # The history says that the dish was never tasted when it was seen Closing.
    assert ends(Seen("Closing"), long) == set()


def test_between_two_moments() -> None:
    """Certain is what no path avoids, possible what some path passes."""
    dish = _kitchen(patience=False, hurry=False)
    certain, possible = brute_force.all_paths_pass(dish, "dish", "Open/Raw", "Served/Served")
    assert certain == {"Open/Fried", "Open/Tasted"}
    assert possible == {"Open/Fried", "Open/Tasted", "Open/Baked"}
    without_oven = brute_force.all_paths_pass(
        dish, "dish", "Open/Raw", "Served/Served", {"oven": False}
    )
    assert without_oven == (certain, certain)
    nothing: frozenset[str] = frozenset()
    backwards = brute_force.all_paths_pass(dish, "dish", "Served/Served", "Open/Raw")
    assert backwards == (nothing, nothing)
    on_the_way = brute_force.all_paths_pass(dish, "dish", "Open/Raw", "Open/Fried")
    assert on_the_way == (nothing, frozenset({"Open/Tasted"}))


def test_a_gap_of_a_real_life() -> None:
    """On demand, without retry and if nobody asks for a stop, Completed passed these two."""
    calm = specification(spot=False, retry=False, stop=False)
    certain, _ = brute_force.all_paths_pass(
        calm, "job", "InProgress/Starting", "Completed/Completed"
    )
    assert certain == {"InProgress/Training", "InProgress/Uploading"}
    certain, _ = brute_force.all_paths_pass(
        FACTS, "job", "InProgress/Starting", "Completed/Completed"
    )
    assert certain == set()


@pytest.mark.parametrize("region", ["job", "warm_pool"])
@pytest.mark.parametrize("complete", [True, False])
def test_random_lives_are_legal(region: str, complete: bool) -> None:  # noqa: FBT001
    """A random life moves along edges, and the search explains it however it is looked at."""
    rng = random.Random(f"{region} {complete}")
    edges = {(edge.origin, edge.target) for edge in FACTS.region(region).edges}
    final = {state.name for state in FACTS.region(region).states if state.final}
    seen: set[str] = set()
    for _ in range(60):
        features = brute_force.random_features(FACTS, region, rng)
        life = brute_force.random_life(FACTS, region, rng, complete=complete, features=features)
        seen.update(life)
        assert life[0] in FACTS.region(region).initial
        assert set(pairwise(life)) <= edges
        assert not complete or life[-1] in final
        polls = [
            Seen(*brute_force.shown(FACTS, region, name), features)
            for name in life
            if rng.random() < 0.5
        ]
        if polls and polls[-1][:2] == brute_force.shown(FACTS, region, life[-1]):
            assert life[-1] in brute_force.possible_after(FACTS, region, polls)
        entries = brute_force.visible(FACTS, region, life)
        now = brute_force.shown(FACTS, region, life[-1])
        assert life[-1] in brute_force.explains_history(FACTS, region, entries, now, features)
    assert len(seen) > len(FACTS.region(region).states) / 2


def test_random_lives_are_reproducible() -> None:
    """The same seed gives the same life."""
    lives = [brute_force.random_life(FACTS, "job", random.Random(7)) for _ in range(2)]
    assert lives[0] == lives[1]
