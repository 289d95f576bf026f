"""What code that hard-codes statuses does, and what `wait` does instead: docs have the table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Outcome
from jobstate.aws import wait
from jobstate.testing import assert_waiter
from tests.support.old_waiters import OLD_WAITERS, OldWaiter

if TYPE_CHECKING:
    from jobstate.model.outcome import Result

PAGE = Path(__file__).parents[2] / "docs" / "orchestrating.md"


def said(result: Result) -> str | None:
    """Return the outcome that a result tells; none where it tells none."""
    return None if result.outcome is Outcome.UNKNOWN else str(result.outcome)


def outcome_of(verdict: Any) -> str | None:
    """Return the outcome that an old program tells."""
    return verdict if isinstance(verdict, str) else None


@pytest.mark.parametrize("old", OLD_WAITERS, ids=lambda old: old.does)
def test_the_old_way_is_accused_and_this_is_not(old: OldWaiter) -> None:
    """By the same laws, of the same life."""
    with pytest.raises(AssertionError) as found:
        assert_waiter(old.wait, old.life, outcome_of=outcome_of)
    assert len(str(found.value).splitlines()) <= 25
    for waited in assert_waiter(wait, old.life, verdict=said, outcome_of=lambda each: each):
        assert waited.verdict in {str(old.life.result.outcome), None}


def test_the_table() -> None:
    """A row for each, with what `wait` says of that job."""
    page = PAGE.read_text(encoding="utf-8")
    for old in OLD_WAITERS:
        assert f"| {old.does} ({old.source}) | `{old.life.result.outcome}`" in page
