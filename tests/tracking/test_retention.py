"""Retention: which finished jobs are forgotten, when, and what happens if they are heard of again.

The clock is the test's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Event, Retention, StatusChanged, Tracker
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, item

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUR = timedelta(hours=1)


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def seen(name: str, primary: str, hours: float) -> dict[str, Any]:
    """Return a list item, modified some hours after all jobs were created."""
    return item(name, primary) | {"LastModifiedTime": BEGIN + hours * HOUR}


def tracking(**retention: Any) -> tuple[Tracker, Clock, list[Event]]:
    """Return a tracker that forgets, its clock, and what it tells."""
    clock, told = Clock(), list[Event]()
    tracker = Tracker(
        TRAINING_JOB, listeners=[told.append], retention=Retention(**retention), clock=clock
    )
    return tracker, clock, told


def names(jobs: Iterable[Any]) -> list[str]:
    """Return the names of jobs, sorted."""
    return sorted(job.id.rpartition("/")[2] for job in jobs)


def test_all_are_kept_unless_told_otherwise() -> None:
    """Neither time nor number makes a tracker forget by itself."""
    clock = Clock()
    for retention in (None, Retention()):
        tracker = Tracker(TRAINING_JOB, retention=retention, clock=clock)
        clock.now = BEGIN + 100_000 * HOUR
        for number in range(50):
            tracker.observe(seen(f"job-{number}", "Completed", number))
        assert len(tracker) == 50


def test_by_age() -> None:
    """So long after its last modification, at the next answer about any job."""
    tracker, clock, _ = tracking(age=24 * HOUR)
    tracker.observe(seen("first", "Completed", 0))
    tracker.observe(seen("second", "Failed", 2))
    tracker.observe(seen("runs", "InProgress", 0))
    clock.now = BEGIN + 24 * HOUR
    tracker.observe(seen("runs", "InProgress", 24))
    assert names(tracker) == ["first", "runs", "second"]
    clock.now = BEGIN + 25 * HOUR
    tracker.observe(seen("runs", "InProgress", 25))
    assert names(tracker) == ["runs", "second"]
    clock.now = BEGIN + 27 * HOUR
    tracker.observe(seen("runs", "InProgress", 27))
    assert names(tracker) == ["runs"]


def test_by_count() -> None:
    """Those that finished last are kept; what has not finished does not count."""
    tracker, _, _ = tracking(count=2)
    for number in range(5):
        tracker.observe(seen(f"runs-{number}", "InProgress", number))
    for number in range(4):
        tracker.observe(seen(f"done-{number}", "Stopped", number))
    assert names(tracker) == ["done-2", "done-3", *(f"runs-{number}" for number in range(5))]


def test_by_count_of_none() -> None:
    """A job is forgotten as soon as it has finished; its end is told all the same."""
    tracker, _, told = tracking(count=0)
    tracker.observe(seen("tide", "InProgress", 0))
    assert len(tracker) == 1
    assert len(tracker.observe(seen("tide", "Completed", 1)).events) == 1
    assert len(tracker) == 0
    assert len(told) == 2


def test_by_both() -> None:
    """Whichever comes first."""
    tracker, clock, _ = tracking(age=HOUR, count=2)
    for number in range(3):
        tracker.observe(seen(f"done-{number}", "Completed", number / 10))
    assert names(tracker) == ["done-1", "done-2"]
    clock.now = BEGIN + 1.15 * HOUR
    tracker.observe(seen("runs", "InProgress", 1))
    assert names(tracker) == ["done-2", "runs"]


def test_running_jobs_are_never_forgotten() -> None:
    """However old they are."""
    tracker, clock, _ = tracking(age=HOUR, count=0)
    tracker.observe(seen("runs", "InProgress", 0))
    clock.now = BEGIN + 1000 * HOUR
    tracker.observe(seen("done", "Completed", 1000))
    assert names(tracker) == ["runs"]


def test_a_job_that_turns_out_to_run() -> None:
    """What came back to life, against all rules, is not forgotten as finished."""
    tracker, _, _ = tracking(count=1)
    tracker.observe(seen("odd", "Completed", 0))
    tracker.observe(seen("odd", "InProgress", 1))
    tracker.observe(seen("done", "Completed", 2))
    assert names(tracker) == ["done", "odd"]


def test_a_forgotten_job_that_is_heard_of_again() -> None:
    """Is a new one: everything is told again."""
    tracker, _, told = tracking(count=0)
    for _ in range(2):
        tracker.observe(seen("tide", "Completed", 1))
    first, second = told
    assert isinstance(first, StatusChanged)
    assert first == second
    assert first.origin is None


def test_a_finished_job_that_is_heard_of_again_in_time() -> None:
    """Is not told again, and stays as long as its last modification says."""
    tracker, clock, told = tracking(age=HOUR)
    for hours in (0, 0, 0.5):
        tracker.observe(seen("tide", "Completed", hours))
    assert len(told) == 1
    clock.now = BEGIN + 1.4 * HOUR
    tracker.observe(seen("runs", "InProgress", 1))
    assert names(tracker) == ["runs", "tide"]


def test_a_job_that_was_forgotten_by_hand() -> None:
    """Leaves no trace that retention would stumble over."""
    tracker, _, _ = tracking(count=1)
    tracker.observe(seen("one", "Completed", 0))
    tracker.forget(item("one")["TrainingJobArn"])
    for name in ("two", "three"):
        tracker.observe(seen(name, "Completed", 1))
    assert names(tracker) == ["three"]


def test_names_that_were_used_again() -> None:
    """Each job of a name counts for itself, and the earlier one goes first."""
    tracker, _, _ = tracking(count=1)
    tracker.observe(seen("tide", "Completed", 0))
    tracker.observe(seen("tide", "Completed", 5) | {"CreationTime": BEGIN + HOUR})
    (job,) = tracker
    assert job.created == BEGIN + HOUR


def test_what_is_restored_is_subject_to_it() -> None:
    """A snapshot of a tracker that kept all fills one that forgets only as far as it may."""
    everything = Tracker(TRAINING_JOB)
    for number in range(3):
        everything.observe(seen(f"done-{number}", "Completed", number))
    everything.observe(seen("runs", "InProgress", 0))
    tracker, _, told = tracking(count=2)
    tracker.restore(everything.snapshot())
    assert names(tracker) == ["done-1", "done-2", "runs"]
    assert told == []


@pytest.mark.parametrize("name", ["age", "count"])
def test_retention_is_data(name: str) -> None:
    """Two that say the same are equal; what was not said is None."""
    assert getattr(Retention(), name) is None
    assert Retention(count=1) == Retention(count=1, age=None)


def test_a_job_of_unknown_time_keeps_no_other() -> None:
    """Each job is forgotten when it is due, whatever is known of those before it."""
    tracker, clock, _ = tracking(age=2 * HOUR)
    timeless = item("timeless", "Completed")
    clock.now = BEGIN + HOUR
    tracker.observe(timeless)
    tracker.observe(seen("old", "Completed", 0.5))
    clock.now = BEGIN + 2.75 * HOUR
    tracker.observe(seen("new", "Completed", 2.5))
    assert names(tracker) == ["new", "timeless"]
    clock.now = BEGIN + 3.25 * HOUR
    tracker.observe(seen("newer", "Completed", 3))
    assert names(tracker) == ["new", "newer"]


def test_an_old_job_that_is_heard_of_late() -> None:
    """One that has long been due when it is first heard of is told, and forgotten at once."""
    tracker, clock, told = tracking(age=2 * HOUR)
    clock.now = BEGIN + 9 * HOUR
    tracker.observe(seen("new", "Completed", 8))
    assert tracker.observe(seen("old", "Completed", 1)).events
    assert len(told) == 2
    assert names(tracker) == ["new"]


def test_restored_jobs_are_forgotten_in_the_order_of_their_times() -> None:
    """Whatever order a snapshot lists them in."""
    whole, _, _ = tracking()
    for name, hours in (("late", 3), ("early", 1), ("middle", 2)):
        whole.observe(seen(name, "Completed", hours))
    tracker, _, _ = tracking(count=2)
    tracker.restore(whole.snapshot())
    assert names(tracker) == ["late", "middle"]


def test_the_same_time_again() -> None:
    """A finished job of which something else is said at the same time is counted once."""
    tracker, _, _ = tracking(count=2)
    for name in ("one", "two"):
        tracker.observe(seen(name, "Completed", 1))
        tracker.observe(seen(name, "Completed", 1) | {"SecondaryStatus": "Completed"})
    assert names(tracker) == ["one", "two"]


def test_a_job_that_was_forgotten_counts_no_more() -> None:
    """Nor makes another go in its place, though it was modified later."""
    tracker, *_ = tracking(count=1)
    tracker.observe(seen("later", "Completed", 9))
    tracker.forget(next(iter(tracker)).id)
    tracker.observe(seen("earlier", "Completed", 1))
    assert names(tracker) == ["earlier"]


def test_a_job_that_somebody_else_has_seen_to_is_left_alone() -> None:
    """It was due a moment ago, and was heard of since."""
    tracker, _, _ = tracking(age=HOUR)
    key = tracker.observe(seen("later", "Completed", 5)).job
    tracker._store._drop(key, BEGIN)  # noqa: SLF001 - as of a thread that came too late
    assert key in tracker
