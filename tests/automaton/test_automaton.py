"""What is known of a region, what answers show of it, and what people call it."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from jobstate.automaton.automaton import Automaton, compile_lifecycle
from jobstate.automaton.bitsets import Successors, bits
from jobstate.model.states import Basis, Memory
from jobstate.sagemaker import TRAINING_JOB
from tests.support.small import PARCELS, WAY


def job(**given: bool) -> Automaton:
    """Return the automaton of training jobs, given some features."""
    return compile_lifecycle(TRAINING_JOB.given(**given) if given else TRAINING_JOB)["job"]


def no_pool() -> Automaton:
    """Return that of a region that no job has."""
    return compile_lifecycle(TRAINING_JOB.given(spot=True))["warm_pool"]


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (["Stopping/Training"], "Stopping/Training"),
        (["InProgress/Starting", "InProgress/Training"], "InProgress"),
        (["InProgress/Training", "Stopping/Training"], "Training"),
        (["InProgress/Starting", "Stopping/Training"], "InProgress/Starting or Stopping/Training"),
        ([state.name for state in TRAINING_JOB.region("job").states], "anything"),
    ],
)
def test_what_a_set_of_states_is_called(names: list[str], label: str) -> None:
    """One by its name, several by a status that they share, else by all their names."""
    states = [TRAINING_JOB.region("job").state(name) for name in names]
    assert job().label_of(states) == label


def test_automata_are_compiled_once() -> None:
    """Whoever asks again gets the same."""
    parcels = PARCELS.given(insured=True)
    assert compile_lifecycle(parcels) is compile_lifecycle(parcels)
    assert compile_lifecycle(parcels) is not compile_lifecycle(PARCELS)


def test_a_region_that_no_job_has() -> None:
    """Given managed spot training there is no warm pool: nothing is known of it, whatever shows."""
    pool = no_pool()
    assert pool.hidden == []
    assert pool.agreed(0) == set()
    assert pool.start.features == {}
    shown = pool.view("Available", None, {})
    assert (shown.mask, shown.real) == (0, 0)


def test_the_statuses_of_a_region() -> None:
    """They stay known, though `given` rules their states out."""
    words = no_pool().words
    assert words.primaries == words.visible == {"Available", "InUse", "Reused", "Terminated"}
    assert (words.secondaries, words.two_axes) == (set(), False)


# --- Where a job begins -------------------------------------------------------------------------


def test_several_initial_states() -> None:
    """A job may begin in any of them."""
    region = attrs.evolve(WAY, initial=("packed", "sent"))
    start = compile_lifecycle(attrs.evolve(PARCELS, regions=(region,)))["way"].start
    assert start.names == {"packed", "sent"}


def test_initial_states_that_need_a_feature() -> None:
    """Only jobs that have it begin there, and where it is fixed that nobody has it, nobody does."""
    region = attrs.evolve(WAY, initial={"packed": {}, "sent": {"insured": True}})
    lifecycle = attrs.evolve(PARCELS, regions=(region,))
    start = compile_lifecycle(lifecycle)["way"].start
    assert start.names == {"packed", "sent"}
    hidden = [start.automaton.hidden[place] for place in bits(start.mask)]
    begun = {(one.state, dict(one.features)["insured"]) for one in hidden}
    assert begun == {("packed", True), ("packed", False), ("sent", True)}
    for insured, names in ((True, ["packed", "sent"]), (False, ["packed"])):
        assert list(lifecycle.given(insured=insured).regions[0].initial) == names


def test_a_new_job_has_passed_only_where_it_is() -> None:
    """What its first state makes it remember is all that it remembers."""
    boxed = Memory(
        name="boxed", region="way", states=frozenset({"packed"}), rule="delivered-unseen"
    )
    parcels = attrs.evolve(PARCELS, memories=(*PARCELS.memories, boxed))
    way = compile_lifecycle(parcels)["way"]
    assert way.start.names == {"packed"}
    passed = {one.passed for place, one in enumerate(way.hidden) if way.start.mask >> place & 1}
    assert passed == {frozenset({"boxed"})}


# --- What answers show --------------------------------------------------------------------------


def test_equal_sights_are_one_object() -> None:
    """Steps are remembered by it."""
    first, again = (job().view("InProgress", "Training", {"spot": True}) for _ in range(2))
    assert first is again
    assert first is not job().view("InProgress", "Training", {"spot": False})


def test_equal_knowledge_is_one_object() -> None:
    """So is what follows from it, then."""
    automaton = job()
    ended = automaton.of_state["Completed/Completed"]
    assert automaton.estimate(ended) is automaton.estimate(ended)
    assert automaton.estimate(ended) is not automaton.start


def test_what_is_remembered_of_sets_is_bounded() -> None:
    """They come from what is seen, and there are more of them than memory."""
    reach: Any = Successors([[]] * 15, ["shown"] * 15, Basis.INFERRED).reach
    for mask in range(1 << 15):
        assert reach(mask) == mask  # nothing moves
    assert reach.cache_info().currsize == 1 << 14


def test_nothing_shown_fits_everything() -> None:
    """Every hidden state, and so does a primary status that nobody knows."""
    automaton, union = job(), 0
    for mask in automaton.of_state.values():
        union |= mask
    assert union == (1 << len(automaton.hidden)) - 1
    for primary in (None, "Resuming"):
        assert automaton.view(primary, None, {}).mask == union


def test_unknown_statuses() -> None:
    """Beside an unknown primary status a known secondary one may mean anything."""
    odd = job().view("Resuming", "Training", {})
    assert (odd.unknown, odd.primary_unknown) == (True, True)
    assert (odd.illegal_pair, odd.ruled_out) == (False, False)
    odd = job().view("InProgress", "Hibernating", {})
    assert (odd.unknown, odd.primary_unknown) == (True, False)
    assert (odd.illegal_pair, odd.ruled_out) == (False, False)
    assert odd.mask == job().of_primary["InProgress"]


def test_a_pair_that_is_no_state() -> None:
    """Both are known, but they don't go together; the primary status counts."""
    odd = job().view("Completed", "Training", {})
    assert (odd.unknown, odd.illegal_pair, odd.ruled_out) == (False, True, False)
    assert (odd.mask, odd.real) == (0, job().of_primary["Completed"])


def test_a_state_that_given_rules_out() -> None:
    """A job on demand is never interrupted; the same holds of a life cycle with one axis."""
    on_demand = job(spot=False)
    odd = on_demand.view("InProgress", "Interrupted", {})
    assert (odd.unknown, odd.illegal_pair, odd.ruled_out) == (False, False, True)
    assert (odd.mask, odd.real) == (0, on_demand.of_primary["InProgress"])
    assert on_demand.view(None, "Interrupted", {}).mask == 0
    way = compile_lifecycle(PARCELS.given(sender=False))["way"]
    assert way.view("returned", None, {}).ruled_out is True
    assert way.view("sent", None, {}).ruled_out is False
