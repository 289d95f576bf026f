"""The driving side against the watching side, and against a search over runs: they agree."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstate import JobKey, Lifecycle, Observation, check
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.machine import Job, JobMachine, TriggerRefusedError, build
from jobstate.model import Entry, Shown
from jobstate.model.hidden_states import expand
from jobstate.sagemaker import TRAINING_JOB
from tests.kinds.databricks_run import DATABRICKS_RUN
from tests.support.brute_force import random_features, random_life, visible
from tests.support.small import PARCELS
from tests.support.together import together

if TYPE_CHECKING:
    from jobstate.automaton.automaton import Automaton, StateEstimate
    from jobstate.model.hidden_states import Hidden

pytestmark = pytest.mark.apart

#: Life cycle and region of every machine that is held against the automaton.
DRIVEN = {
    "jobs": (TRAINING_JOB, "job"),
    "spot jobs": (TRAINING_JOB.given(spot=True), "job"),
    "nobody stops": (TRAINING_JOB.given(stop=False), "job"),
    "warm pools": (TRAINING_JOB, "warm_pool"),
    "parcels": (PARCELS, "way"),
    "runs that are repaired": (DATABRICKS_RUN, "run"),
}
BEGIN = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def stand(machine: JobMachine, hidden: Hidden) -> Job:
    """Return a job in a hidden state, which `restore` finds to be one."""
    features = dict(hidden.features)
    (beginning, *_) = machine.region.initial
    return machine.restore(
        Job(machine, beginning, **features), hidden.state, hidden.passed, **features
    )


# --- Agreement with the automaton -----------------------------------------------------------------


@pytest.mark.parametrize("name", DRIVEN)
def test_every_edge_can_be_driven(name: str) -> None:
    """From a position that some job reaches, its trigger takes each edge, and is named for it."""
    lifecycle, region = DRIVEN[name]
    machine, taken = build(lifecycle, region), set()
    heard: list[object] = []
    machine.after_state_change = lambda event: heard.append(event.edge)
    for hidden, moves in expand(lifecycle, lifecycle.region(region)).items():
        for each, target in moves:
            if each not in taken:
                job = stand(machine, hidden)
                assert machine.fire(job, machine.trigger_of(each))
                # Of alternatives, edges of one cause between the same states, it takes the first.
                (same,) = (found for found in together(machine.region.edges) if each in found)
                assert (job.state, job.state.hidden) == (each.target, target)
                assert heard.pop() in same
                taken.add(each)
    assert taken == set(lifecycle.region(region).edges)


@pytest.mark.parametrize("name", DRIVEN)
def test_what_is_allowed_is_what_the_automaton_moves(name: str) -> None:
    """In every hidden state: `allowed` and `may` are its moves, no more and no fewer."""
    lifecycle, region = DRIVEN[name]
    machine, automaton = build(lifecycle, region), compile_lifecycle(lifecycle)[region]
    for hidden, moves in zip(automaton.hidden, automaton.moves, strict=True):
        job = stand(machine, hidden)
        expected = sorted({machine.trigger_of(each) for each, _ in moves})
        assert list(job.allowed) == expected
        assert sorted(name for name in machine.triggers if machine.may(job, name)) == expected


@pytest.mark.once
@pytest.mark.parametrize("name", DRIVEN)
@settings(max_examples=60)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_what_is_driven_is_legal(name: str, seed: int) -> None:
    """A walk of triggers: each step is legal to the automaton, and the whole history to `check`."""
    lifecycle, region = DRIVEN[name]
    rng, machine = random.Random(seed), build(lifecycle, region)
    automaton = compile_lifecycle(lifecycle)[region]
    features = random_features(lifecycle, region, rng)
    job, known = Job(machine, **features), automaton.start
    walked = [str(job.state)]
    for _ in range(rng.randrange(14)):
        assert driven(job) == moves(lifecycle, region, job.state.hidden)
        if not job.allowed:
            break
        machine.fire(job, rng.choice(job.allowed))
        walked.append(str(job.state))
        region_view = automaton.view(*parts(job.state), told(lifecycle, features))
        known = automaton.step(known, region_view) or pytest.fail(f"{walked} is illegal")
        assert job.state.hidden in can_be(automaton, known, features)
    assert check(lifecycle, observed(lifecycle, region, walked, features)).legal


def driven(job: Job) -> set[tuple[str, Hidden]]:
    """Return what comes of each trigger that is not refused, by firing it at a copy."""
    found = set()
    for trigger in job.machine.triggers:
        probe = copy.copy(job)
        try:
            job.machine.fire(probe, trigger)
        except TriggerRefusedError:
            continue
        found.add((trigger, probe.state.hidden))
    assert {trigger for trigger, _ in found} == set(job.allowed)
    return found


def moves(lifecycle: Lifecycle, region: str, hidden: Hidden) -> set[tuple[str, Hidden]]:
    """Return the moves out of a hidden state, by the names of their triggers."""
    found = expand(lifecycle, lifecycle.region(region), hidden.features)[hidden]
    machine = build(lifecycle, region)
    return {(machine.trigger_of(each), target) for each, target in found}


def can_be(automaton: Automaton, known: StateEstimate, features: dict[str, bool]) -> list[Hidden]:
    """Return the hidden states that are known to be possible, with what no answer shows."""
    every = tuple(sorted(features.items()))
    return [
        attrs.evolve(one, features=every)
        for index, one in enumerate(automaton.hidden)
        if known.mask >> index & 1
    ]


def parts(name: str) -> tuple[str, str | None]:
    """Return the primary and the secondary status of a state."""
    primary, _, secondary = name.partition("/")
    return primary, secondary or None


def told(lifecycle: Lifecycle, features: dict[str, bool]) -> dict[str, bool]:
    """Return those features that an answer can show."""
    return {each.name: features[each.name] for each in lifecycle.features if each.shown}


def observed(
    lifecycle: Lifecycle, region: str, walked: list[str], features: dict[str, bool]
) -> Observation:
    """Return the answer that has the whole history of a walk, where its region has one."""
    statuses = visible(lifecycle, region, walked) if lifecycle.region(region).history else []
    return Observation(
        job=JobKey(lifecycle.name, "driven", BEGIN),
        shown={region: Shown(*parts(walked[-1]))},
        features=told(lifecycle, features),
        entries=tuple(
            Entry(status, BEGIN + timedelta(seconds=61 * ordinal))
            for ordinal, status in enumerate(statuses)
        ),
    )


@pytest.mark.parametrize("name", DRIVEN)
@settings(max_examples=60)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_what_is_legal_can_be_driven(name: str, seed: int) -> None:
    """Every life that a search over runs finds, the machine can be driven through."""
    lifecycle, region = DRIVEN[name]
    rng, machine = random.Random(seed), build(lifecycle, region)
    features = random_features(lifecycle, region, rng)
    first, *life = random_life(lifecycle, region, rng, features=features)
    job = Job(machine, first, **features)
    for target in life:
        ways = {
            trigger
            for trigger in job.allowed
            for each in machine.triggers[trigger]
            if (each.origin, each.target) == (job.state, target)
        }
        machine.fire(job, rng.choice(sorted(ways)))
        assert job.state == target
