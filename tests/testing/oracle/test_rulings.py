"""A life and the verdict on its answers name the same end, with the same cause."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from jobstate import Lifecycle, Outcome, check
from jobstate.kinds import KINDS
from jobstate.testing import Call, Life, Ruling, Stay, lives
from jobstate.testing.oracle.rulings import ruling, told_by
from jobstate.testing.oracle.tries import begun
from tests.support.lives_for_tests import told
from tests.support.small import BEGIN, PARCEL, PARCELS


@pytest.mark.parametrize("lifecycle", list(KINDS), ids=lambda each: each.name)
def test_a_life_comes_to_what_its_answers_tell(lifecycle: Lifecycle) -> None:
    """Of every kind, of what is gone too, and of failures by the service's words."""

    @given(lives(lifecycle, complete=True))
    @settings(max_examples=60, deadline=None, database=None)
    def test_it(life: Life) -> None:
        verdict = check(lifecycle, [life.at(time) for time in life.changes])
        assert verdict.legal
        assert (verdict.result.outcome, verdict.result.cause, verdict.result.gone) == (
            life.result.outcome,
            life.result.cause,
            life.result.gone,
        )

    test_it()


def test_what_answers_tell() -> None:
    """Those about the job; what is about something else, or was refused, tells nothing."""
    life, other = told("timed out"), told("completed")
    calls = [
        Call("DescribeModel", {}, {"ModelName": "m"}, None, life.end),
        Call("DescribeTrainingJob", {}, other.at(other.end), None, life.end),
        Call("DescribeTrainingJob", {}, life.at(life.end), "ThrottlingException", life.end),
    ]
    assert told_by(calls, life).outcome is Outcome.UNKNOWN
    assert ruling(Outcome.UNKNOWN, life, calls) is Ruling.INCONCLUSIVE
    assert ruling(Outcome.STOPPED, life, calls) is Ruling.ILLEGAL
    calls.append(Call("DescribeTrainingJob", {}, life.at(life.end), None, life.end))
    assert told_by(calls, life).outcome is Outcome.TIMED_OUT
    assert ruling(Outcome.UNKNOWN, life, calls) is Ruling.ILLEGAL
    assert ruling(Outcome.TIMED_OUT, life, calls) is Ruling.LEGAL


def test_a_job_that_nobody_can_create() -> None:
    """Where nothing says how answers about it would look."""
    life = Life(lifecycle=PARCELS, job=PARCEL, stays=(Stay("packed", BEGIN),))
    with pytest.raises(ValueError, match="nobody can create a job that no answer tells of: packed"):
        begun(life, "again", BEGIN)
