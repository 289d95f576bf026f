"""The judge against the brute-force search over runs: the same verdict, the same knowledge."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate import JobKey, Lifecycle, Observation, explain
from jobstate.conformance.judge import judge_of
from jobstate.model import Entry, Shown
from jobstate.sagemaker import TRAINING_JOB
from tests.support.brute_force import (
    Seen,
    all_paths_pass,
    explains_series,
    random_features,
    random_life,
    shown,
)
from tests.support.brute_force import visible as visible_of

pytestmark = pytest.mark.apart

BEGIN = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
JOB = JobKey(
    "sagemaker-training-job",
    "arn:aws:sagemaker:us-east-1:111122223333:training-job/agreement",
    BEGIN,
)

LIFECYCLES = {
    "full": TRAINING_JOB,
    "on-demand": TRAINING_JOB.given(spot=False, retry=False, plan=False),
    "spot": TRAINING_JOB.given(spot=True),
    "nobody stops": TRAINING_JOB.given(stop=False),
}


def _observation(region: str, seen: Seen) -> Observation:
    entries = tuple(
        Entry(status, BEGIN + timedelta(seconds=61 * ordinal))
        for ordinal, status in enumerate(seen.entries or ())
    )
    return Observation(
        job=JOB,
        shown={region: Shown(seen.primary or "", seen.secondary)},
        features=seen.features,
        entries=entries,
    )


def _in_state(name: str) -> Seen:
    primary, _, secondary = name.partition("/")
    return Seen(primary, secondary)


def _answers(lifecycle: Lifecycle, region: str, rng: random.Random) -> list[Seen]:
    """Return what a poller sees of a legal life, with at most one thing made wrong."""
    features = random_features(lifecycle, region, rng)
    life = random_life(lifecycle, region, rng, features=features)[:14]
    moments = sorted(rng.choices(range(len(life)), k=rng.randint(1, 4)))
    answers = [_seen(lifecycle, region, life[: moment + 1], features, rng) for moment in moments]
    if rng.random() < 0.6:
        position = rng.randrange(len(answers))
        answers[position] = _wrong(lifecycle, region, answers[position], rng)
    return answers


def _seen(
    lifecycle: Lifecycle,
    region: str,
    life: list[str],
    features: dict[str, bool],
    rng: random.Random,
) -> Seen:
    primary, secondary = shown(lifecycle, region, life[-1])
    history = lifecycle.region(region).history and rng.random() < 0.5
    told = [each.name for each in lifecycle.features if each.shown and rng.random() < 0.3]
    return Seen(
        primary=primary,
        secondary=secondary if rng.random() < 0.8 else None,
        features={name: features[name] for name in told},
        entries=tuple(visible_of(lifecycle, region, life)) if history else None,
    )


def _wrong(lifecycle: Lifecycle, region: str, seen: Seen, rng: random.Random) -> Seen:
    states = TRAINING_JOB.region(region).states
    other = rng.choice(states)
    if seen.entries and rng.random() < 0.6:
        entries = list(seen.entries)
        position = rng.randrange(len(entries))
        match rng.randrange(4):
            case 0:
                entries[position] = other.visible
            case 1:
                entries.insert(position, other.visible)
            case 2 if len(entries) > 1:
                del entries[position]
            case _:
                rng.shuffle(entries)
        last = entries[-1] if seen.secondary and rng.random() < 0.8 else seen.secondary
        return seen._replace(entries=tuple(entries), secondary=last)
    match rng.randrange(4):
        case 0:
            return seen._replace(primary=other.primary, secondary=other.secondary)
        case 1:
            return seen._replace(primary=other.primary)
        case 2 if seen.secondary is not None:
            return seen._replace(secondary=other.secondary)
        case _:
            feature = rng.choice([each.name for each in lifecycle.features if each.shown])
            return seen._replace(features={**seen.features, feature: rng.random() < 0.5})


def _compare(lifecycle: Lifecycle, region: str, answers: list[Seen]) -> bool:
    """Hold judge and search against each other, answer by answer, until one is illegal."""
    judge, job_state = judge_of(lifecycle), None
    for count, seen in enumerate(answers, start=1):
        possible = explains_series(lifecycle, region, answers[:count])
        judgement = judge.judge(job_state, _observation(region, seen))
        flagged = [violation.rule for violation in judgement.violations]
        assert bool(flagged) is not bool(possible), (answers[:count], flagged, sorted(possible))
        if flagged:
            return False
        assert judgement.job_state.estimates[region].names == possible, answers[:count]
        job_state = judgement.job_state
    return True


@pytest.mark.once
@pytest.mark.parametrize("name", LIFECYCLES)
@settings(max_examples=250)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_judge_and_search_agree_on_jobs(name: str, seed: int) -> None:
    """Verdict and knowledge are those of a search over runs, whatever is thin or wrong."""
    rng = random.Random(seed)
    lifecycle = LIFECYCLES[name]
    _compare(lifecycle, "job", _answers(lifecycle, "job", rng))


@settings(max_examples=100)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_judge_and_search_agree_on_warm_pools(seed: int) -> None:
    """The same in the region beside."""
    rng = random.Random(seed)
    _compare(TRAINING_JOB, "warm_pool", _answers(TRAINING_JOB, "warm_pool", rng))


def test_the_comparison_sees_both_verdicts() -> None:
    """The answers compared above are legal about as often as they are not."""
    verdicts = [
        _compare(TRAINING_JOB, "job", _answers(TRAINING_JOB, "job", random.Random(seed)))
        for seed in range(60)
    ]
    assert 15 <= sum(verdicts) <= 45


@pytest.mark.parametrize("name", LIFECYCLES)
def test_explain_agrees_with_the_search(name: str) -> None:
    """Legal, certain and possible are those of walks through the graph, for every two states."""
    lifecycle = LIFECYCLES[name]
    rng = random.Random(name)
    states = [state.name for state in lifecycle.region("job").states]
    for origin, target in [(rng.choice(states), rng.choice(states)) for _ in range(25)]:
        found = explain(lifecycle, origin, target)
        reached = origin == target or target in explains_series(
            lifecycle, "job", [_in_state(origin), _in_state(target)]
        )
        assert found.legal is reached, (origin, target)
        if origin != target:
            certain, possible = all_paths_pass(lifecycle, "job", origin, target)
            assert {state.name for state in found.between.certain} == certain, (origin, target)
            assert {state.name for state in found.between.possible} == possible, (origin, target)
