"""What a tracker knows of one job, as whoever asks gets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from jobstate import JobKey, Outcome, TrackedJob, Tracker
from jobstate.errors import UnknownNameError
from jobstate.model import Entry
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, described, item
from tests.support.small import PARCEL, PARCELS, parcel

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/tide"
MINUTE = timedelta(minutes=1)
RUNS = described(("Starting", 60), ("Downloading", 60), ("Training", 0))


def at(minutes: float) -> datetime:
    """Return a time some minutes after the job was created."""
    return BEGIN + minutes * MINUTE


def tracked(*answers: dict[str, Any]) -> TrackedJob:
    """Return what is known of a job after some answers."""
    tracker = Tracker(TRAINING_JOB)
    for answer in answers:
        tracker.observe(answer)
    return tracker[ARN]


def thin(primary: str, secondary: str | None = None, minutes: float | None = None) -> Any:
    """Return a list item, modified some minutes after the job was created."""
    modified = {} if minutes is None else {"LastModifiedTime": at(minutes)}
    return item("tide", primary, secondary) | modified


# --- What it is ---------------------------------------------------------------------------------


def test_who_it_is() -> None:
    """Its key, the parts of that, and a repr that fits a line of a debugger."""
    job = tracked(thin("InProgress", "Training"))
    assert (job.key, job.id, job.created) == (
        JobKey("sagemaker-training-job", ARN, BEGIN),
        ARN,
        BEGIN,
    )
    assert repr(job) == f"<TrackedJob {ARN} InProgress/Training>"
    assert job.lifecycle is TRAINING_JOB


def test_where_it_stands() -> None:
    """Certain where an answer says so."""
    job = tracked(
        RUNS | {"WarmPoolStatus": {"Status": "InUse"}, "EnableManagedSpotTraining": False}
    )
    assert job.status == "InProgress/Training"
    assert job.states() == job.states("job") == ("InProgress/Training",)
    assert job.states("warm_pool") == ("InUse",)
    assert [state.name for state in job.possible] == ["InProgress/Training"]
    assert job.features["spot"] is False
    assert "retry" not in job.features
    assert (job.outcome, job.final, job.result.gone) == (Outcome.RUNNING, False, False)


def test_where_it_may_stand() -> None:
    """What an answer leaves open is open: in a word what all have in common, and all of it."""
    job = tracked(thin("Stopped"))
    assert job.status == "Stopped"
    assert set(job.states()) == {
        "Stopped/Stopped",
        "Stopped/MaxRuntimeExceeded",
        "Stopped/MaxWaitTimeExceeded",
    }
    assert {state.primary for state in job.possible} == {"Stopped"}
    assert (job.outcome, job.final, job.result.cause) == (Outcome.STOPPED, True, "unknown")


def test_a_region_that_was_never_shown() -> None:
    """Nothing is known of it: no state, rather than all."""
    assert tracked(thin("InProgress")).states("warm_pool") == ()


def test_a_region_that_there_is_not() -> None:
    """Is refused with those there are."""
    with pytest.raises(UnknownNameError, match=r"^no region 'pool' .*; there is: job, warm_pool$"):
        tracked(thin("InProgress")).states("pool")


def test_a_job_whose_first_region_was_never_shown() -> None:
    """Is known to be there, and nothing else."""
    tracker = Tracker(PARCELS)
    tracker.observe(attrs.evolve(parcel("sent", "packed", at=0), shown={}))
    job = tracker[PARCEL]
    assert (job.status, job.states(), job.possible, job.features) == ("unknown", (), (), {})
    assert (job.outcome, job.final, job.result.cause) == (Outcome.UNKNOWN, False, None)
    assert job.since is None


def test_its_history() -> None:
    """As far as answers gave it: none of a list."""
    assert tracked(thin("InProgress", "Training")).entries == ()
    assert tracked(RUNS, thin("InProgress", "Uploading", 9)).entries == (
        Entry("Starting", at(0)),
        Entry("Downloading", at(1)),
        Entry("Training", at(2)),
    )


def test_a_failure_and_its_cause() -> None:
    """Where an answer tells it; a thinner one after it does not take it back."""
    failed = thin("Failed", "Failed", 3) | {"FailureReason": "AlgorithmError: exit code 1"}
    job = tracked(failed, thin("Failed", "Failed", 4))
    assert (job.outcome, job.result.cause, job.final) == (Outcome.FAILED, "algorithm", True)


def test_the_newest_time() -> None:
    """Whatever came last; none where no answer has one."""
    assert tracked(thin("InProgress", None, 9), thin("InProgress", None, 5)).modified == at(9)
    assert tracked(thin("InProgress")).modified is None


def test_it_is_a_picture_of_a_moment() -> None:
    """It does not change when the tracker hears more."""
    tracker = Tracker(TRAINING_JOB)
    tracker.observe(thin("InProgress", "Training", 1))
    before = tracker[ARN]
    tracker.observe(thin("Completed", "Completed", 2))
    assert (before.status, before.final) == ("InProgress/Training", False)
    assert tracker[ARN].final


# --- For how long -------------------------------------------------------------------------------


def test_exactly_by_the_history() -> None:
    """The entry that it is in says when it came."""
    job = tracked(RUNS | {"LastModifiedTime": at(50)})
    assert job.since == at(2)
    assert job.time_in_status(at(60)) == 58 * MINUTE


def test_at_least_by_list_items() -> None:
    """Else it is when it was first seen there, not when it was last."""
    job = tracked(*(thin("InProgress", "Training", minutes) for minutes in (5, 7, 9)))
    assert job.since == at(5)
    assert job.time_in_status(at(60)) == 55 * MINUTE


def test_a_list_item_that_is_ahead_of_the_history() -> None:
    """The history tells no more of where it is now."""
    assert tracked(RUNS, thin("InProgress", "Uploading", 9)).since == at(9)


def test_a_stop_has_no_entry() -> None:
    """Since when it is Stopping no history tells; surely since the answer that showed it first."""
    runs = RUNS | {"LastModifiedTime": at(2)}
    assert tracked(runs, runs | thin("Stopping", "Training", 300)).since == at(300)
    assert tracked(RUNS | thin("Stopping", "Training", 300)).since == at(300)
    deleted = described(("Starting", 60), ("Training", 60), ("Completed", 0))
    assert tracked(deleted | thin("Deleting", "Completed", 900)).since == at(900)
    assert tracked(deleted | thin("Completed", "Completed", 900)).since == at(2)


def test_where_nothing_tells() -> None:
    """Without a history and a time nobody knows for how long."""
    job = tracked(thin("InProgress", "Training"))
    assert job.since is None
    assert job.time_in_status(at(60)) is None


def test_a_clock_that_is_behind() -> None:
    """No time is negative."""
    assert tracked(thin("InProgress", "Training", 9)).time_in_status(at(5)) == timedelta(0)


def test_times_with_any_zone() -> None:
    """Count alike; one without a zone is refused."""
    job = tracked(thin("InProgress", "Training", 9))
    east = at(10).astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert job.time_in_status(east) == MINUTE
    with pytest.raises(ValueError, match=r"^expected an aware time, got 2026-.*, which has no"):
        job.time_in_status(at(10).replace(tzinfo=None))
    assert job.created == at(0).replace(microsecond=0)
    assert job.key.created is not None
    assert job.key.created.tzinfo is UTC


def test_what_a_life_cycle_says_is_worked_out_once() -> None:
    """Asking a fleet since when each job is where it is looks at the edges once."""
    lifecycle = PARCELS.given(insured=True)
    tracker = Tracker(lifecycle)
    tracker.observe(parcel("sent", "packed", "sent"))
    assert tracker[PARCEL].since is not None
    found = dict(lifecycle.remembered)
    assert tracker[PARCEL].since is not None
    assert all(lifecycle.remembered[name] is each for name, each in found.items())
    assert len(lifecycle.remembered) == len(found)


def test_tracked_jobs_in_sets() -> None:
    """Equal ones count once, and those of two jobs differ in their hashes too."""
    tracker = Tracker(TRAINING_JOB)
    tracker.observe_all([item("one", "InProgress"), item("two", "InProgress")])
    one, two = tracker
    assert len({one, tracker[one.id], two}) == 2
    assert hash(one) == hash(tracker[one.id]) != hash(two)
