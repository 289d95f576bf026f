"""The life cycle of a training job says exactly what the facts say.

`facts` was typed from FACTS.md by itself. Where the two differ, one of them is wrong: don't make
this file pass by changing whichever is nearer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from jobstate import JobKey, Observation, check
from jobstate.model import Entry, Shown
from jobstate.model.lifecycle import Lifecycle
from jobstate.sagemaker.training_job.lifecycle import TRAINING_JOB
from tests.support import facts

JOB = TRAINING_JOB.region("job")
POOL = TRAINING_JOB.region("warm_pool")
#: No job takes these, and a life cycle refuses to list what no job can take.
LIVE_EDGES = facts.lifted_edges() - facts.dead_edges()
STATES = {state.name: state for state in JOB.states}


def _edges() -> set[facts.PairEdge]:
    return {
        (edge.origin, edge.target, frozenset(edge.needs), bool(edge.after)) for edge in JOB.edges
    }


def test_it_is_a_life_cycle() -> None:
    """It is checked, named and versioned, and has these two regions and no other."""
    assert isinstance(TRAINING_JOB, Lifecycle)
    assert TRAINING_JOB.name
    assert TRAINING_JOB.version
    assert [region.name for region in TRAINING_JOB.regions] == ["job", "warm_pool"]


def test_states() -> None:
    """The states are the 33 pairs, each once."""
    assert sorted(state.name for state in JOB.states) == sorted(facts.state_names())


def test_a_state_is_its_pair() -> None:
    """A state's primary and secondary are strings equal to the service's own."""
    assert {(state.primary, state.secondary) for state in JOB.states} == set(facts.PAIRS)


def test_initial_state() -> None:
    """A job begins in InProgress/Starting."""
    assert JOB.initial == {facts.INITIAL: ()}
    assert not JOB.needs
    assert JOB.history
    assert TRAINING_JOB.history_region is JOB


def test_no_edge_is_missing() -> None:
    """Every edge of the facts that some job can take is there, with just these needs."""
    assert sorted(LIVE_EDGES - _edges(), key=str) == []


def test_no_edge_is_invented() -> None:
    """Every edge is one of the facts."""
    assert sorted(_edges() - LIVE_EDGES, key=str) == []


def test_completed_comes_after_training() -> None:
    """The one memory is set by the two Training pairs and asked for before Completed only."""
    (memory,) = TRAINING_JOB.memories
    assert memory.region == "job"
    assert set(memory.states) == facts.TRAINED
    assert memory.rule == "completed-without-training"
    for edge in JOB.edges:
        assert edge.after == ((memory.name,) if edge.target == "Completed/Completed" else ())


def test_basis_of_states() -> None:
    """Each pair has the basis that the facts give it."""
    wrong = {
        state.name: (str(state.basis), sorted(facts.PAIRS[state.primary, str(state.secondary)]))
        for state in JOB.states
        if state.basis not in facts.PAIRS[state.primary, str(state.secondary)]
    }
    assert wrong == {}


def test_basis_of_edges() -> None:
    """Each edge has the basis that the facts give it."""
    stated = {edge[:3]: basis for edge, basis in facts.lifted().items()}
    wrong = {
        (edge.origin, edge.target): str(edge.basis)
        for edge in JOB.edges
        if edge.basis not in stated[edge.origin, edge.target, frozenset(edge.needs)]
    }
    assert wrong == {}


def test_everything_has_a_source_and_a_cause() -> None:
    """No state and no edge is there without saying from where, and no edge without a cause."""
    for region in TRAINING_JOB.regions:
        assert all(state.source for state in region.states)
        assert all(edge.source and edge.cause for edge in region.edges)


@pytest.mark.parametrize(("primary", "secondary"), facts.PAIRS)
def test_results(primary: str, secondary: str) -> None:
    """Each pair means to its caller what the facts say."""
    state = STATES[f"{primary}/{secondary}"]
    result = facts.Result(str(state.outcome), state.final, state.gone, state.cause)
    assert result == facts.result(primary, secondary)


def test_retired_statuses() -> None:
    """The three statuses that the service no longer supports are marked, and no others."""
    retired = {state.secondary for state in JOB.states if state.retired}
    assert retired == set(facts.RETIRED)
    assert all(state.retired is (state.secondary in facts.RETIRED) for state in JOB.states)


def test_features() -> None:
    """The features are those of the facts; only whether a stop is asked for can't be shown."""
    assert {each.name: each.shown for each in TRAINING_JOB.features} == facts.FEATURES
    exclusions = {frozenset(each.features) for each in TRAINING_JOB.exclusions}
    assert exclusions == facts.EXCLUSIONS


def test_basis_of_exclusions() -> None:
    """Plan without spot is inferred, warm pool without spot documented."""
    basis = {frozenset(each.features): str(each.basis) for each in TRAINING_JOB.exclusions}
    assert basis == {
        frozenset({"plan", "spot"}): "inferred",
        frozenset({"warm_pool", "spot"}): "documented",
    }


def test_nothing_is_assumed() -> None:
    """The life cycle as shipped assumes nothing."""
    assert TRAINING_JOB.assumed == ()
    assert TRAINING_JOB.ruled_out == ()


def test_warm_pool_states() -> None:
    """The pool has four states on one axis and begins in use."""
    assert sorted(state.name for state in POOL.states) == sorted(facts.POOL_STATES)
    assert all(state.secondary is None for state in POOL.states)
    assert POOL.initial == {facts.POOL_INITIAL: ()}
    assert {state.name for state in POOL.states if state.final} == facts.POOL_FINAL
    assert not POOL.history


def test_warm_pool_edges() -> None:
    """The pool moves as documented, Available to itself included; only warm jobs have one."""
    edges = [(edge.origin, edge.target) for edge in POOL.edges]
    assert sorted(edges) == sorted(facts.POOL_EDGES)
    assert ("Available", "Available") in edges
    assert frozenset(POOL.needs) == facts.WARM_POOL
    assert all(frozenset(edge.needs) <= facts.WARM_POOL for edge in POOL.edges)
    assert not any(edge.after for edge in POOL.edges)
    assert {str(edge.basis) for edge in POOL.edges} == {"documented"}


@pytest.mark.parametrize("names", [*((name,) for name in facts.FEATURES), tuple(facts.FEATURES)])
def test_a_tighter_life_cycle_has_what_such_jobs_reach(names: tuple[str, ...]) -> None:
    """`given` keeps exactly the pairs that jobs with these features reach."""
    for values in product([False, True], repeat=len(names)):
        given = dict(zip(names, values, strict=True))
        if any(all(given.get(name) for name in clash) for clash in facts.EXCLUSIONS):
            continue
        tighter = TRAINING_JOB.given(**given)
        assert {state.name for state in tighter.region("job").states} == facts.reachable(**given)


def test_fields_of_another_kind_are_nobodys_times() -> None:
    """Observations made by hand may hold anything; rules about times look at times."""
    begin = datetime(2026, 5, 6, 7, 8, 9, 250000, tzinfo=UTC)
    history = (Entry("Starting", begin), Entry("Stopped", begin + timedelta(minutes=1)))
    seen = Observation(
        job=JobKey("sagemaker-training-job", "arn", begin),
        shown={"job": Shown("Stopped", "Stopped")},
        entries=history,
        fields=dict.fromkeys(
            ("CreationTime", "TrainingStartTime", "TrainingEndTime", "TrainingTimeInSeconds"),
            "soon",
        ),
    )
    assert check(TRAINING_JOB, seen).legal
