"""Which job an answer is about, where its creation time is printed to the minute only."""

from __future__ import annotations

from typing import Any

import pytest

from jobstate import JobKey, StatusChanged, Tracker, check, check_jobs
from jobstate.errors import ObservationError
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import item

NAME = "lighthouse"
FINE, LATER, COARSE, OTHER = (
    f"2026-10-06T06:{time}Z" for time in ("00:10", "00:40", "00:00", "01:00")
)


def answer(created: str, minute: int, secondary: str = "Training") -> dict[str, Any]:
    """Return an item of a list."""
    times = {"CreationTime": created, "LastModifiedTime": f"2026-10-06T07:{minute:02}:01.500Z"}
    return item(NAME, "InProgress", secondary) | times


def key(answered: dict[str, Any]) -> JobKey:
    """Return the key that an answer has by itself."""
    return Tracker(TRAINING_JOB).observe(answered).job


@pytest.mark.parametrize(("first", "then"), [(FINE, COARSE), (COARSE, FINE)])
def test_a_key_that_was_told_never_changes(first: str, then: str) -> None:
    """Whichever time came first is the job's; the other is about the same job."""
    told: list[Any] = []
    tracker = Tracker(TRAINING_JOB, listeners=[told.append])
    job = tracker.observe(answer(first, 1, "Downloading")).job
    observed = tracker.observe(answer(then, 2))
    assert observed.job == job == key(answer(first, 1))
    assert len(tracker) == 1
    assert [(event.job, event.target) for event in told if isinstance(event, StatusChanged)] == [
        (job, "InProgress/Downloading"),
        (job, "InProgress/Training"),
    ]
    assert tracker.observe(answer(then, 2)).duplicate


def test_it_is_about_the_newest_that_fits() -> None:
    """Of two jobs under one name in one minute the one created last; a finer time tells them."""
    tracker = Tracker(TRAINING_JOB)
    older, newer = (tracker.observe(answer(each, 1)).job for each in (FINE, LATER))
    assert older != newer
    assert tracker.observe(answer(COARSE, 2, "Uploading")).job == newer
    assert tracker[older].status == "InProgress/Training"
    assert tracker[newer].status == "InProgress/Uploading"
    other = tracker.observe(answer(OTHER, 3)).job
    assert other not in {older, newer}
    assert len(tracker) == 3
    tracker.forget(newer)
    tracker.forget(other)
    assert tracker.observe(answer(COARSE, 4, "Uploading")).job == older


def test_a_restored_tracker_knows_them_too() -> None:
    """By its snapshot."""
    first = Tracker(TRAINING_JOB)
    job = first.observe(answer(FINE, 1)).job
    tracker = Tracker(TRAINING_JOB)
    tracker.restore(first.snapshot())
    assert tracker.observe(answer(COARSE, 2, "Uploading")).job == job


def test_a_check_puts_them_together() -> None:
    """One job where the times fit, two where they do not."""
    one, other = answer(FINE, 1, "Downloading"), answer(COARSE, 2)
    assert check(TRAINING_JOB, [one, other]).answers == 2
    assert list(check_jobs(TRAINING_JOB, [one, answer(LATER, 1), other])) == [
        key(one),
        key(answer(LATER, 1)),
    ]
    with pytest.raises(ObservationError, match="another answer about"):
        check(TRAINING_JOB, [one, answer(OTHER, 2)])
