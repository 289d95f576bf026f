"""A life and the verdict on its answers name the same end, with the same cause."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from jobstate import Lifecycle, check
from jobstate.kinds import KINDS
from jobstate.testing import Life, lives


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
