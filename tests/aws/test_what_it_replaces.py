"""What code that hard-codes statuses does, and what `wait` does instead: docs have the table."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Outcome, Tracker
from jobstate.aws import RetryPolicy, handle, wait
from jobstate.aws.errors import UnknownStatusError
from jobstate.model.events import StatusChanged
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import assert_waiter
from tests.support.asked import Asked
from tests.support.lives_for_tests import told
from tests.support.old_waiters import (
    OLD_HANDLERS,
    OLD_WAITERS,
    OldPager,
    OldWaiter,
    old_tries_again,
    old_wait_for_known,
)

if TYPE_CHECKING:
    from jobstate.model.outcome import Result

COMPLETED, FAILED = told("completed"), told("failed")
PAGE = Path(__file__).parents[2] / "docs" / "orchestrating.md"


class GivenUpError(Exception):
    """Whoever watches the old program has seen enough."""


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
    for each in OLD_HANDLERS:
        assert f"| {each.does} ({each.source}) | {each.here} |" in page


def test_a_status_of_tomorrow() -> None:
    """Which stays: `TOMORROW`."""
    for end in (True, False):
        asked = Asked(COMPLETED)
        client = asked.client()

        def hibernates(parsed: dict[str, Any], *, end: bool = end, **_: Any) -> None:
            parsed.update(TrainingJobStatus="Hibernated")
            if not end:
                parsed.pop("TrainingEndTime", None)

        client.meta.events.register("after-call.sagemaker.DescribeTrainingJob", hibernates)
        if end:
            assert wait(client, COMPLETED.job.name, **asked.time).outcome is Outcome.UNKNOWN
        else:
            with pytest.raises(UnknownStatusError):
                wait(client, COMPLETED.job.name, **asked.time)
        assert asked.seconds < 5000

        began = asked.clock.now()

        def gives_up(_: float, asked: Asked = asked, began: datetime = began) -> None:
            if asked.clock.now() > began + timedelta(days=1):
                raise GivenUpError

        asked.clock.slept = gives_up
        with asked.clock.patched(), pytest.raises(GivenUpError):
            old_wait_for_known(client, COMPLETED.job.name)


def test_an_event_that_comes_twice() -> None:
    """`TWICE`."""
    event = FAILED.at(FAILED.end, "event")
    pager, tracker = OldPager(), Tracker(TRAINING_JOB)
    told_of: list[StatusChanged] = []
    for _ in range(2):
        pager.handle(event)
        events = handle(event, tracker).events
        told_of += [each for each in events if isinstance(each, StatusChanged) and each.final]
    assert len(pager.paged) == 2
    assert [each.job.name for each in told_of] == pager.paged[:1]


def test_a_job_without_capacity() -> None:
    """`CAPACITY`."""
    policy = RetryPolicy(TRAINING_JOB)
    for reason, again in (("CapacityError: none", True), ("AlgorithmError: exit code 1", False)):
        life = told("failed", failure=reason)
        assert not old_tries_again(life.at(life.end, "describe"), 1)
        assert (policy.again(life.result, 1) is not None) == again
