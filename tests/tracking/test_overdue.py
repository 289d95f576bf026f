"""What is overdue: jobs that are in a status for longer than they should."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jobstate import Tracker
from jobstate.errors import UnknownNameError
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, described, item
from tests.support.small import PARCELS, parcel

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(minutes: float) -> datetime:
    """Return a time some minutes after the jobs were created."""
    return BEGIN + minutes * MINUTE


def fleet() -> Tracker:
    """Return a tracker of jobs at different places, where the clock shows two hours."""
    tracker = Tracker(TRAINING_JOB, clock=lambda: at(120))
    since = {"waits": ("Pending", 0), "loads": ("Downloading", 30), "trains": ("Training", 60)}
    for name, (status, minutes) in since.items():
        tracker.observe(item(name, "InProgress", status) | {"LastModifiedTime": at(minutes)})
    tracker.observe(item("stops", "Stopping", "Uploading") | {"LastModifiedTime": at(110)})
    tracker.observe(item("done", "Completed", "Completed") | {"LastModifiedTime": at(1)})
    tracker.observe(item("vague", "InProgress") | {"LastModifiedTime": at(0)})
    tracker.observe(item("timeless", "InProgress", "Training"))
    return tracker


def names(tracker: Tracker, limits: timedelta | dict[str, timedelta]) -> list[str]:
    """Return the names of the jobs that are overdue."""
    return [each.job.id.rpartition("/")[2] for each in tracker.overdue(limits)]


def test_one_limit_for_all() -> None:
    """Every job that has not ended, the longest past first; not one whose times nobody knows."""
    assert names(fleet(), 80 * MINUTE) == ["waits", "vague", "loads"]
    assert names(fleet(), timedelta(0)) == ["waits", "vague", "loads", "trains", "stops"]


def test_what_is_said_of_each() -> None:
    """Which job, in which status, for how long at least, and how long it might."""
    first, *_ = fleet().overdue(80 * MINUTE)
    assert (first.status, first.duration, first.limit) == (
        "InProgress/Pending",
        2 * HOUR,
        80 * MINUTE,
    )
    assert first.job.status == "InProgress/Pending"


def test_a_limit_for_some_statuses() -> None:
    """States, secondary and primary statuses; all others have none."""
    assert names(fleet(), {"Training": 59 * MINUTE}) == ["trains"]
    assert names(fleet(), {"Stopping/Uploading": 9 * MINUTE}) == ["stops"]
    assert names(fleet(), {"Stopping": 9 * MINUTE, "Pending": HOUR}) == ["waits", "stops"]
    assert names(fleet(), {}) == []


def test_the_narrower_name_counts() -> None:
    """A state before its secondary status, that before its primary one."""
    limits = {"InProgress": MINUTE, "Training": 2 * HOUR, "InProgress/Downloading": 89 * MINUTE}
    found = fleet().overdue(limits)
    assert [(each.status, each.limit) for each in found] == [
        ("InProgress", MINUTE),
        ("InProgress", MINUTE),
        ("InProgress/Downloading", 89 * MINUTE),
    ]


def test_what_may_be_elsewhere_is_not_overdue() -> None:
    """A job that is InProgress somewhere is not certainly Pending."""
    assert names(fleet(), {"Pending": MINUTE}) == ["waits"]


def test_a_final_status_can_be_named() -> None:
    """Jobs that should long have been deleted, say."""
    assert names(fleet(), {"Completed": HOUR}) == ["done"]


def test_exactly_at_the_limit() -> None:
    """Is still in time."""
    assert names(fleet(), {"Training": HOUR}) == []
    (late,) = fleet().overdue({"Training": HOUR}, now=at(120) + timedelta(microseconds=1))
    assert late.duration == HOUR + timedelta(microseconds=1)


def test_a_job_that_was_just_asked_to_stop() -> None:
    """Is not overdue in Stopping, though it has been Training for long: no entry tells of it."""
    tracker = Tracker(TRAINING_JOB, clock=lambda: at(301))
    answer = described(("Starting", 60), ("Training", 0))
    tracker.observe(answer | {"LastModifiedTime": at(1)})
    assert names(tracker, HOUR) == ["tide"]
    asked = {"TrainingJobStatus": "Stopping", "LastModifiedTime": at(300)}
    tracker.observe(answer | asked)
    assert names(tracker, {"Stopping": 10 * MINUTE}) == []
    (late,) = tracker.overdue({"Stopping": 10 * MINUTE}, now=at(311))
    assert late.duration == 11 * MINUTE


def test_a_job_of_which_nothing_was_shown() -> None:
    """Is nowhere, and so never overdue."""
    tracker = Tracker(PARCELS)
    tracker.observe(parcel("in customs", at=0))
    assert tracker.overdue({"packed": MINUTE, "sent": MINUTE}) == []


def test_a_status_that_nobody_knows() -> None:
    """Is refused with those there are, rather than never overdue."""
    with pytest.raises(UnknownNameError, match=r"^no status 'Trainig' .*Training\?\); there is"):
        fleet().overdue({"Trainig": HOUR})


@pytest.mark.parametrize("limits", [3600, None, {"Training": 3600}])
def test_what_is_no_length_of_time(limits: object) -> None:
    """Is refused, rather than never reached."""
    with pytest.raises(TypeError, match=r"^limits: expected a timedelta, .*, got (3600|None)$"):
        fleet().overdue(limits)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_a_time_without_a_zone() -> None:
    """Is refused, whether or not there are jobs."""
    for tracker in (Tracker(TRAINING_JOB), fleet()):
        with pytest.raises(ValueError, match="has no zone"):
            tracker.overdue(HOUR, now=at(0).replace(tzinfo=None))
