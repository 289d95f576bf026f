"""`EstimateSets`: each set has one number, here and where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstate.conformance.judge import judge_of
from jobstate.sagemaker import TRAINING_JOB
from jobstate.tracking.estimate_sets import EstimateSets
from jobstate.tracking.plain_data import DamagedError
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from jobstate.automaton.automaton import StateEstimate

JUDGES = {each.name: judge_of(each) for each in (PARCELS, TRAINING_JOB)}
JUDGE = JUDGES[PARCELS.name]


def known(status: str) -> StateEstimate:
    """Return what is known of a parcel that has shown a status, once for each."""
    automaton = JUDGE.automata["way"]
    return automaton.step(automaton.start, automaton.view(status, None, {})) or pytest.fail(status)


def test_a_set_has_one_number() -> None:
    """However often it is asked for; each is fresh until it is kept."""
    sets = EstimateSets(JUDGES)
    packed, sent = known("packed"), known("sent")
    assert [sets.number(JUDGE, each) for each in (packed, sent, packed, sent)] == [0, 1, 0, 1]
    fresh = sets.fresh()
    assert [number for number, _ in fresh] == [0, 1]
    sets.keep(fresh[:1])
    assert sets.fresh() == fresh[1:]
    sets.keep(fresh)  # again, as after an interrupt
    assert sets.fresh() == []


def test_what_is_read_is_not_written_again() -> None:
    """It keeps its number, and what is new gets another."""
    before = EstimateSets(JUDGES)
    before.number(JUDGE, known("packed"))
    ((_, words),) = before.fresh()
    after = EstimateSets(JUDGES)
    after.read(7, words)
    assert after.number(JUDGE, known("packed")) == 7
    assert after.fresh() == []
    assert after.number(JUDGE, known("sent")) == 8
    assert after.estimates(PARCELS.name, 7)["way"].states == known("packed").states


def test_a_number_of_another_kind_is_refused() -> None:
    """With whose it should be, and what came."""
    sets = EstimateSets(JUDGES)
    sets.number(JUDGE, known("packed"))
    ((number, words),) = sets.fresh()
    sets.read(number, words)
    with pytest.raises(DamagedError) as refused:
        sets.estimates(TRAINING_JOB.name, number)
    (problem,) = refused.value.problems
    kind = f"'{TRAINING_JOB.name}'"
    assert problem.expected == f"something known of a job of kind {kind}"
    assert problem.got == "0"
