"""A clock that is wrong by thousands of years: nothing bare is raised, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from jobstate import Event, Retention, Retry, Subscription, Tracker
from jobstate.journal import Journal, JournalReader
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import jobstate
from tests.support.gates import wait_until
from tests.support.series import SERIES, renamed, whole

if TYPE_CHECKING:
    from pathlib import Path

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
FOR_EVER = timedelta.max


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def refuse(event: Event) -> None:
    """Hear of nothing."""
    del event
    raise RuntimeError("down")


@pytest.mark.parametrize("keep", [timedelta(0), timedelta(days=90), FOR_EVER], ids=str)
@pytest.mark.parametrize("then", [FIRST, LAST], ids=["year 1", "year 9999"])
@pytest.mark.parametrize("before", [FIRST, NOON, LAST], ids=["from 1", "from now", "from 9999"])
def test_a_clock_of_another_age(
    tmp_path: Path, before: datetime, then: datetime, keep: timedelta
) -> None:
    """What is due by it is forgotten, the rest is kept, and every listener hears all of it."""
    path, clock = tmp_path / "jobs.db", Clock(before)
    heard: list[Event] = []
    listeners = [
        Subscription(name="books", listener=heard.append),
        Subscription(name="pager", listener=refuse, retry=Retry(attempts=1, first=FOR_EVER)),
    ]
    journal = Journal(path, durability="normal", keep=keep, clock=clock)
    with Tracker(
        TRAINING_JOB,
        journal=journal,
        listeners=listeners,
        retention=Retention(age=timedelta(days=1)),
        clock=clock,
    ) as tracker:
        polls = [renamed(SERIES[-1], 1), renamed(SERIES[0], 2)]
        tracker.observe_all(polls)
        clock.now = then
        tracker.observe(last := renamed(SERIES[1], 2))
        assert tracker.overdue(timedelta(days=1)) == [] or then == LAST
        asked = tracker.forget(last["TrainingJobArn"]).key
        wait_until(lambda: all(each.idle for each in tracker.progress()))
        parked = tracker.progress()[1].parked
        assert {each.since for each in parked} <= {before, then}
        tracker.close(FOR_EVER)
    assert heard == whole(*polls, last)
    with JournalReader(path, lifecycle=TRAINING_JOB) as reader:
        times = {kept.job: kept.forgotten for kept in reader.jobs()}
        assert asked in times  # somebody has not heard of it
    ran = jobstate("history", path, "--job", asked.name)
    assert ran.exit_code == 0
    clock.now = NOON
    with Tracker(TRAINING_JOB, journal=Journal(path, keep=keep, clock=clock), clock=clock) as later:
        assert asked not in later
