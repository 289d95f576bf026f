"""`cover`: a `@given` test sees every edge, by construction."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, lives
from jobstate.testing.coverage.cover import CoverError, cover
from jobstate.testing.coverage.coverage import LifecycleCoverage

ONE = settings(max_examples=1, database=None, deadline=None)


@pytest.mark.parametrize("above", [True, False])
def test_every_edge_is_seen(*, above: bool) -> None:
    """With a single example of its own, a test sees all edges, over and under `given`."""
    seen = LifecycleCoverage(TRAINING_JOB)

    def look(life: Life) -> None:
        seen.add(life)

    covering = cover(TRAINING_JOB, "edges")
    drawing = given(life=lives(TRAINING_JOB))
    test: Any = covering(drawing(look)) if above else drawing(covering(look))
    ONE(test)()
    assert not seen.missing["job"].edges
    assert not seen.missing["job"].states


def test_other_arguments_and_other_names() -> None:
    """The life may be called otherwise, and other arguments get values of their own."""
    found: list[tuple[Life, int]] = []

    @ONE
    @cover(TRAINING_JOB, argument="story", number=7)
    @given(story=lives(TRAINING_JOB), number=...)
    def look(story: Life, number: int) -> None:
        found.append((story, number))

    look()
    assert sum(number == 7 for _, number in found) >= 78


def test_misuse_is_explained() -> None:
    """Without brackets, on a class, or on a test without such an argument: an error that helps."""

    def look(story: Life) -> None:
        del story

    with pytest.raises(CoverError, match=r"it needs a life cycle first: @cover\(lifecycle\)"):
        cover(look)  # type: ignore[arg-type]
    with pytest.raises(CoverError, match="takes no life, but story"):
        cover(TRAINING_JOB)(look)
    with pytest.raises(CoverError, match="it is no function"):
        cover(TRAINING_JOB)(type("Tests", (), {}))


def test_a_test_without_arguments() -> None:
    """It takes nothing, and the error says so."""

    def look() -> None:
        """Look at nothing."""

    with pytest.raises(CoverError, match="nothing"):
        cover(TRAINING_JOB)(look)
