"""Tours: they take everything, can be taken, are few, and are the same every time."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs
import networkx as nx
import pytest

from jobstate import Lifecycle, Outcome, check
from jobstate.batch import BATCH_JOB
from jobstate.errors import UnknownNameError
from jobstate.model import Region
from jobstate.model.rule_tests import Requires, Where
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB
from jobstate.testing.coverage.tour import NoLifeError, Tour
from jobstate.testing.coverage.tours import What, tours
from tests.support.brute_force import job_features, random_life
from tests.support.small import OBSERVED, PARCELS, SOURCE, edge, feature, rule, state
from tests.support.together import firmest, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate.model import Edge

VARIANTS = {
    "jobs": TRAINING_JOB,
    "jobs without stop": TRAINING_JOB.given(stop=False),
    "jobs that lack spot and retry": TRAINING_JOB.given(spot=False, retry=False),
    "jobs with a plan": TRAINING_JOB.given(plan=True),
    "parcels": PARCELS,
    "cheap parcels": PARCELS.given(cheap=True),
    "parcels with a sender": PARCELS.given(sender=True, insured=False),
}
OTHERS = [BATCH_JOB, PROCESSING_JOB, TRANSFORM_JOB, TUNING_JOB, PARCELS]
EVERY_REGION = [
    pytest.param(lifecycle, region.name, id=f"{name}-{region.name}")
    for name, lifecycle in VARIANTS.items()
    for region in lifecycle.regions
]


def moves(lifecycle: Lifecycle, region: Region) -> Iterator[list[tuple[Edge, ...]]]:
    """Yield, for each edge in each situation of some job, it and what can be taken after it.

    A plain search over the specification: a situation is a state and the memories set.
    """
    for chosen in job_features(lifecycle, region.name):
        features = dict(chosen)

        def setting(name: str) -> frozenset[str]:
            return frozenset(each.name for each in lifecycle.memories if name in each.states)

        def leaving(now: tuple[str, frozenset[str]], features: dict[str, bool]) -> list[Edge]:
            return [
                each
                for each in region.edges
                if each.origin == now[0]
                and set(each.after) <= now[1]
                and all(features[name] is wanted for name, wanted in each.needs)
            ]

        queue = [(name, setting(name)) for name in region.initial]
        seen = set(queue)
        for now in queue:
            for taken in leaving(now, features):
                after = (taken.target, now[1] | setting(taken.target))
                yield [(taken,), *((taken, each) for each in leaving(after, features))]
                if after not in seen:
                    seen.add(after)
                    queue.append(after)


def possible(lifecycle: Lifecycle, region: Region, length: int) -> set[tuple[Edge, ...]]:
    """Return every so many edges in a row that some job can take; of alternatives the firmest."""
    counted = one_for_all(region)
    return {
        tuple(counted[edge] for edge in each)
        for found in moves(lifecycle, region)
        for each in found
        if len(each) == length
    }


def one_for_all(region: Region) -> dict[Edge, Edge]:
    """Return each edge → the firmest of those that count as one with it."""
    return {
        edge: next(each for each in edges if each.basis is firmest(edges))
        for edges in together(region.edges)
        for edge in edges
    }


def final(region: Region) -> set[str]:
    """Return the names of the final states."""
    return {each.name for each in region.states if each.final}


# --- They take everything -----------------------------------------------------------------------


@pytest.mark.parametrize(("lifecycle", "region"), EVERY_REGION)
def test_every_edge_is_taken(lifecycle: Lifecycle, region: str) -> None:
    """Every edge of the region that some job can take, and nothing else."""
    there = lifecycle.region(region)
    counted = one_for_all(there)
    taken = {(counted[each],) for tour in tours(lifecycle, region=region) for each in tour.edges}
    assert taken == possible(lifecycle, there, 1)
    assert taken == {(each,) for each in counted.values()}


@pytest.mark.parametrize(("lifecycle", "region"), EVERY_REGION)
def test_every_pair_is_taken(lifecycle: Lifecycle, region: str) -> None:
    """Every two edges that some single job can take one after the other, and no others."""
    there = lifecycle.region(region)
    counted = one_for_all(there)
    taken = {
        (counted[one], counted[other])
        for tour in tours(lifecycle, "pairs", region=region)
        for one, other in tour.pairs
    }
    assert taken == possible(lifecycle, there, 2)


def test_pairs_take_edges_that_are_in_no_pair() -> None:
    """An edge from where jobs begin to where they end is taken too."""
    tiny = small_lifecycle(edge("a", "x"), edge("a", "c"), edge("c", "x"))
    assert sorted(map(str, tours(tiny, "pairs"))) == ["a → c → x", "a → x"]


# --- They can be taken --------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["edges", "pairs"])
@pytest.mark.parametrize(("lifecycle", "region"), EVERY_REGION)
def test_a_tour_is_a_walk_from_a_beginning_to_an_end(
    lifecycle: Lifecycle, region: str, what: What
) -> None:
    """Its edges join, need no other features than its own, and come after what they must."""
    there = lifecycle.region(region)
    for tour in tours(lifecycle, what, region=region):
        assert tour.states[0] in there.initial
        assert tour.states[-1] in final(there)
        assert tuple(sorted(tour.features.items())) in job_features(lifecycle, region)
        assert all(before.target == after.origin for before, after in tour.pairs)
        for place, each in enumerate(tour.edges):
            assert dict(each.needs).items() <= tour.features.items()
            passed = set(tour.states[: place + 1])
            memories = {known.name for known in lifecycle.memories if known.states & passed}
            assert set(each.after) <= memories


@pytest.mark.parametrize("what", ["edges", "pairs"])
@pytest.mark.parametrize(("lifecycle", "region"), EVERY_REGION)
def test_the_life_of_a_tour_is_legal(lifecycle: Lifecycle, region: str, what: What) -> None:
    """Whatever the service says of it, from first to last, breaks no rule and leaves no note."""
    for tour in tours(lifecycle, what, region=region):
        life = tour.life()
        stays = life.stays if region == life.region.name else life.beside[region]
        assert tuple(stay.state for stay in stays) == tour.states
        said = [life.observation(time) for time in life.changes]
        report = check(lifecycle, said)
        assert not report.violations, (str(tour), report.violations)
        assert not report.unmodelled


@pytest.mark.parametrize("form", ["list", "event"])
def test_the_life_of_a_tour_is_legal_in_every_form(form: str) -> None:
    """Not only as describe answers."""
    for tour in tours(TRAINING_JOB):
        life = tour.life()
        report = check(TRAINING_JOB, [life.at(time, form) for time in life.changes])
        assert not report.violations, (str(tour), report.violations)


def test_a_life_can_be_told_otherwise() -> None:
    """The job, its beginning, its pace and what is said of failures are the caller's."""
    (tour, *_) = (each for each in tours(TRAINING_JOB) if each.states[-1] == "Failed/Failed")
    usual = tour.life()
    job = attrs.evolve(usual.job, id="arn:aws:sagemaker:eu-west-1:111122223333:training-job/mine")
    life = tour.life(job=job, begins=usual.start.replace(year=2027), lasts=7.0, failure=None)
    assert (life.job, life.start.year, life.failure) == (job, 2027, None)
    assert (life.stays[1].start - life.start).total_seconds() == 7
    assert "FailureReason" in usual.at(usual.end)
    assert "FailureReason" not in life.at(life.end)


def test_the_pool_is_shown_beside_a_job_that_has_one() -> None:
    """A tour of jobs with a pool says what the pool does meanwhile."""
    life = tours(TRAINING_JOB.given(warm_pool=True))[0].life()
    assert next(stay.state for stay in life.beside["warm_pool"]) == "InUse"


def test_the_job_goes_on_as_a_tour_of_its_pool_needs_it() -> None:
    """A pool is available once the job has ended, at the same moment."""
    for tour in tours(TRAINING_JOB, region="warm_pool"):
        life = tour.life()
        ended = next(stay.start for stay in life.stays if stay.state in final(life.region))
        assert life.beside["warm_pool"][1].start == ended


# --- They are few -------------------------------------------------------------------------------


def least(lifecycle: Lifecycle, length: int) -> tuple[int, int]:
    """Return how many walks and steps nobody can do with less of.

    That is the cheapest flow if features and memories did not matter: over states, or edges.
    """
    region = lifecycle.regions[0]
    needed = possible(lifecycle, region, length)
    arcs = [("outside", name, 0) for name in region.initial]
    arcs += [(name, "outside", 0) for name in final(region)]
    graph = nx.MultiDiGraph()
    if length == 1:
        arcs += [(each.origin, each.target, 1) for (each,) in sorted(needed, key=str)]
    else:
        edges = sorted(set(one_for_all(region).values()), key=str)
        arcs = [("outside", str(e), 1) for e in edges if e.origin in region.initial]
        arcs += [(str(e), "outside", 0) for e in edges if e.target in final(region)]
        arcs += [(str(one), str(other), 1) for one, other in sorted(needed, key=str)]
    many = 10**6
    forced = {
        (str(e[0]), str(e[-1])) if length == 2 else (e[0].origin, e[0].target) for e in needed
    }
    graph.add_node("outside", demand=0)
    for tail, head, steps in arcs:
        graph.add_edge(tail, head, weight=steps + many * (tail == "outside"))
    for node in graph:
        graph.nodes[node]["demand"] = 0
    for tail, head in sorted(forced):
        graph.nodes[tail]["demand"] += 1
        graph.nodes[head]["demand"] -= 1
    cost, _ = nx.network_simplex(graph)
    walks, steps = divmod(cost, many)
    return walks, steps + len(forced)


@pytest.mark.parametrize(("what", "length"), [("edges", 1), ("pairs", 2)])
def test_tours_are_nearly_the_fewest(
    what: What, length: int, figures: Callable[[str], None]
) -> None:
    """As few walks as are needed if features and memories did not matter, and hardly more steps."""
    found = tours(TRAINING_JOB, what)
    walks, steps = len(found), sum(len(tour.edges) for tour in found)
    least_walks, least_steps = least(TRAINING_JOB, length)
    figures(
        f"tours, {what}: {walks} walks, {steps} steps (nobody needs less than {least_walks} and"
        f" {least_steps}), the longest {len(found[-1].edges)} steps"
    )
    assert walks == least_walks
    assert least_steps <= steps <= 1.03 * least_steps


@pytest.mark.parametrize(("what", "length"), [("edges", 1), ("pairs", 2)])
@pytest.mark.parametrize("lifecycle", OTHERS, ids=lambda each: each.name)
def test_tours_of_other_kinds_are_few_too(
    lifecycle: Lifecycle, what: What, length: int, figures: Callable[[str], None]
) -> None:
    """At most 15 % more steps than the cheapest flow, which need not be possible for jobs."""
    steps = sum(len(tour.edges) for tour in tours(lifecycle, what))
    _, least_steps = least(lifecycle, length)
    if what == "pairs":  # each edge that is in no pair is a walk of its own
        paired = {edge for pair in possible(lifecycle, lifecycle.main_region, 2) for edge in pair}
        least_steps += len({e for (e,) in possible(lifecycle, lifecycle.main_region, 1)} - paired)
    figures(f"tours of {lifecycle.name}, {what}: {steps} steps, {least_steps} at least")
    assert least_steps <= steps <= 1.15 * least_steps


def test_random_lives_need_more(figures: Callable[[str], None]) -> None:
    """A figure: after how many random lives every edge has been taken once."""
    rng = random.Random(1)
    missing = {(each.origin, each.target) for each in TRAINING_JOB.regions[0].edges}
    lives = steps = 0
    while missing:
        life = random_life(TRAINING_JOB, "job", rng)
        missing -= set(pairwise(life))
        lives, steps = lives + 1, steps + len(life) - 1
    figures(f"random lives until every edge was taken: {lives:,} lives, {steps:,} steps")
    assert lives > len(tours(TRAINING_JOB))


def test_a_short_tour_comes_first() -> None:
    """What fails is understood best in a short one, and none is very long."""
    lengths = [len(tour.edges) for tour in tours(TRAINING_JOB, "pairs")]
    assert lengths == sorted(lengths)
    assert lengths[-1] < 30


# --- Any life cycle -----------------------------------------------------------------------------


def small_lifecycle(*edges: Edge, ends: bool = True) -> Lifecycle:
    """Return a life cycle that begins in a; x and y are final if anything is."""
    names = sorted({name for each in edges for name in (each.origin, each.target)})
    over = {"final": True, "outcome": Outcome.SUCCEEDED}
    region = Region(
        name="way",
        title="Way",
        states=tuple(state(name, **over if ends and name in "xy" else {}) for name in names),
        edges=edges,
        initial=("a",),
    )
    features = (feature("f"),) if any(each.needs for each in edges) else ()
    return Lifecycle(name="tiny", version="1", title="Tiny", regions=(region,), features=features)


def test_circles_that_no_walk_comes_by_are_joined() -> None:
    """C → d → c is possible with f alone, and the ways there are first sought without f."""
    tiny = small_lifecycle(
        edge("a", "c"),
        edge("c", "x"),
        edge("a", "y", needs={"f": False}),
        edge("c", "d", needs={"f": True}),
        edge("d", "c", needs={"f": True}),
    )
    assert [str(tour) for tour in tours(tiny)] == ["a → y", "a → c → d → c → x"]


def test_a_life_without_end_ends_somewhere() -> None:
    """Where no final state can be reached, a tour ends once everything is taken."""
    tiny = small_lifecycle(edge("a", "c"), edge("c", "a"), ends=False)
    (tour,) = tours(tiny)
    assert set(tour.edges) == set(tiny.regions[0].edges)
    assert len(tour.life().stays) == 3


def test_a_region_without_edges_has_no_tours() -> None:
    """There is nothing to take."""
    region = Region(name="way", title="Way", states=(state("a"),), edges=(), initial=("a",))
    still = Lifecycle(name="still", version="1", title="Still", regions=(region,))
    assert tours(still) == ()
    assert tours(still, "pairs") == ()


def test_a_tour_that_no_life_takes_says_so() -> None:
    """The rules between two regions can leave no way; the tour itself is there."""
    mood = Region(
        name="mood",
        title="Mood",
        states=(state("sad"), state("glad")),
        edges=(edge("sad", "glad"),),
        initial=("sad",),
    )
    asks = Requires(
        when=Where(region="mood", statuses={"sad"}), then=Where(region="way", final=True)
    )
    moody = attrs.evolve(
        PARCELS,
        regions=(*PARCELS.regions, mood),
        rules=(rule("sad", tests=(asks,)),),
    )
    (tour,) = tours(moody, region="mood")
    text = "no life of parcel 1 takes the tour sad → glad of its region mood: the rules between"
    with pytest.raises(NoLifeError, match=text) as caught:
        tour.life()
    assert caught.value.tour is tour
    assert tours(moody)[0].life().beside == {}


def test_what_is_not_there_is_refused() -> None:
    """The choices are listed."""
    with pytest.raises(UnknownNameError, match="no kind of tours 'states'; there is: edges, pairs"):
        tours(PARCELS, "states")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="no region 'pool'; there is: way"):
        tours(PARCELS, region="pool")


# --- They are the same every time ---------------------------------------------------------------


def test_tours_are_worked_out_once() -> None:
    """Each test that asks gets the same ones at no cost."""
    assert tours(PARCELS) is tours(PARCELS, "edges", region="way")


PROGRAM = """
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.coverage.tours import tours
for what in ("edges", "pairs"):
    for region in ("job", "warm_pool"):
        for tour in tours(TRAINING_JOB, what, region=region):
            print(tour.life(), tour.life().beside, sorted(tour.features.items()))
"""


def test_tours_do_not_depend_on_the_hash_seed() -> None:
    """Another process finds the same ones in the same order."""
    told = {
        subprocess.run(  # noqa: S603 - a fixed program
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(told) == 1
    assert len(told.pop().splitlines()) == sum(
        len(tours(TRAINING_JOB, what, region=region))
        for what in ("edges", "pairs")
        for region in ("job", "warm_pool")
    )


def test_a_tour_prints_as_its_states() -> None:
    """A failing example is read at a glance."""
    tour = Tour(PARCELS, "way", (edge("packed", "sent"),), {})
    assert str(tour) == "packed → sent"
    assert "lifecycle='parcel 1'" in repr(tour) or "lifecycle=parcel 1" in repr(tour)
    assert OBSERVED in repr(tour)
    assert SOURCE in repr(tour)


def test_a_pool_that_waits_for_its_job() -> None:
    """Where a job can't end at once, its pool stays as it is for some of the job's moves."""
    slow = TRAINING_JOB.given(stop=False).evolve(
        drop_edges=[("InProgress/Starting", "Failed/Failed")]
    )
    for tour in tours(slow, "edges", region="warm_pool"):
        life = tour.life()
        assert len(life.stays) > 2
        assert life.beside["warm_pool"][1].start > life.stays[1].start
