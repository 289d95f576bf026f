"""AWS Batch jobs: tried again, arrays, and what a job that is FAILED has come to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobstate import (
    Decision,
    Outcome,
    OutcomePolicy,
    StatusChanged,
    Tracker,
    Violation,
    check,
    explain,
)
from jobstate.batch import BATCH_JOB
from jobstate.machine import Job, ModelError, build
from jobstate.model.events import OutcomeRefined
from jobstate.testing import tours

BEGIN = 1_790_000_000_000


def answer(status: str, **more: Any) -> dict[str, Any]:
    """Return an item of ListJobs."""
    return {
        "jobId": "0b0b7c58-41ee-4f5c-8a2e-0123456789ab",
        "jobName": "nightly",
        "status": status,
        "createdAt": BEGIN,
        **more,
    }


def ended(status: str, **more: Any) -> dict[str, Any]:
    """Return one of a job that ran."""
    return answer(status, startedAt=BEGIN + 60_000, stoppedAt=BEGIN + 90_000, **more)


@pytest.mark.parametrize(
    ("more", "outcome", "cause"),
    [
        ({}, Outcome.FAILED, "unknown"),
        ({"statusReason": "Essential container in task exited"}, Outcome.FAILED, "unknown"),
        ({"statusReason": "Host EC2 (instance i-1) terminated."}, Outcome.FAILED, "host_lost"),
        ({"statusReason": "Task failed to start"}, Outcome.FAILED, "not_started"),
        (
            {"statusReason": "Job attempt duration exceeded timeout"},
            Outcome.TIMED_OUT,
            "timeout",
        ),
        ({"isCancelled": True, "statusReason": "not needed"}, Outcome.STOPPED, "cancelled"),
        ({"isTerminated": True}, Outcome.STOPPED, "terminated"),
        ({"isTerminated": False}, Outcome.FAILED, "unknown"),
    ],
)
def test_what_failed_stands_for(more: dict[str, Any], outcome: Outcome, cause: str) -> None:
    """The status is one; the fields beside it tell four ends apart. None is success."""
    report = check(BATCH_JOB, ended("FAILED", **more))
    assert (report.result.outcome, report.result.cause) == (outcome, cause)
    assert report.legal
    assert OutcomePolicy().decide(report.result) is Decision.FAILURE


def test_an_end_that_is_known_more_exactly() -> None:
    """It is told once, what is added to it beside, and a thinner answer takes nothing back."""
    told: list[Any] = []
    tracker = Tracker(BATCH_JOB, listeners=[told.append])
    tracker.observe(answer("RUNNING"))
    for more in ({}, {"isTerminated": True}, {}, {"isTerminated": True}):
        tracker.observe(ended("FAILED", **more))
    ends = [each for each in told if isinstance(each, StatusChanged) and each.result.final]
    refined = [each for each in told if isinstance(each, OutcomeRefined)]
    assert [each.result.outcome for each in ends] == [Outcome.FAILED]
    assert [each.result.outcome for each in refined] == [Outcome.STOPPED]
    (job,) = tracker
    assert (job.outcome, job.result.cause) == (Outcome.STOPPED, "terminated")


def test_what_a_snapshot_keeps_of_it() -> None:
    """A tracker that goes on from one knows the end as exactly."""
    tracker, other = Tracker(BATCH_JOB), Tracker(BATCH_JOB)
    tracker.observe(ended("FAILED", isCancelled=True))
    other.restore(tracker.snapshot())
    observed = other.observe(ended("FAILED"))
    assert observed.events == ()
    (job,) = other
    assert (job.outcome, job.result.cause) == (Outcome.STOPPED, "cancelled")


def test_only_a_failed_job_is_said_to_be_stopped() -> None:
    """A job that is being terminated runs until it is over."""
    report = check(BATCH_JOB, answer("RUNNING", isTerminated=True))
    assert (report.result.outcome, report.result.final) == (Outcome.RUNNING, False)


def test_a_job_is_tried_again() -> None:
    """From where it runs, or is about to, it goes back to wait for capacity."""
    statuses = ("SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "RUNNABLE", "STARTING", "RUNNABLE")
    assert check(BATCH_JOB, [answer(each) for each in statuses]).legal
    assert not explain(BATCH_JOB, "RUNNING", "PENDING").legal
    assert not explain(BATCH_JOB, "SUCCEEDED", "RUNNABLE").legal


def test_an_array_never_runs_itself() -> None:
    """Its children do; a job that is no array never ends from PENDING with success."""
    parent = {"arrayProperties": {"size": 2}}
    statuses = ("SUBMITTED", "PENDING", "SUCCEEDED")
    assert check(BATCH_JOB, [answer(each, **parent) for each in statuses]).legal
    illegal = check(BATCH_JOB, [answer("PENDING"), answer("RUNNING", **parent)])
    assert [each.rule for each in illegal.violations] == ["illegal-transition"]
    child = {"arrayProperties": {"index": 1}}
    assert check(BATCH_JOB, [answer("PENDING", **child), answer("RUNNING", **child)]).legal


def test_a_child_of_an_array_waits_from_the_beginning() -> None:
    """Other jobs begin by being submitted; lives and machines begin as their jobs do."""
    for child, begins in ((True, {"SUBMITTED", "PENDING"}), (False, {"SUBMITTED"})):
        given = BATCH_JOB.given(child=child)
        assert set(given.regions[0].initial) == begins
        assert {tour.states[0] for tour in tours(given)} <= begins
    machine = build(BATCH_JOB)
    assert Job(machine, "PENDING", child=True).state == "PENDING"
    with pytest.raises(ModelError, match=r"say where it begins: SUBMITTED$"):
        Job(machine, "PENDING")


def tried(*attempts: int, most: int = 3, **more: Any) -> dict[str, Any]:
    """Return a job that waits after so many attempts, each a minute after the one before."""
    times = [{"startedAt": BEGIN + 60_000 * each} for each in attempts]
    return answer("RUNNABLE", attempts=times, retryStrategy={"attempts": most}, **more)


def test_attempts_are_counted() -> None:
    """There are never more than the job may have, and none goes; they are counted as one field."""
    assert BATCH_JOB.reader is not None
    assert BATCH_JOB.reader.read(tried(1, 2)).fields["attempts"] == 2
    assert BATCH_JOB.reader.read(tried()).fields["attempts"] == 0
    assert check(BATCH_JOB, [tried(), tried(1), answer("RUNNING"), tried(1, 2, 3)]).legal
    (over,) = check(BATCH_JOB, tried(1, 2, 3, 4)).violations
    assert over.rule == "attempts-within-limit"
    assert over.message == "retryStrategy.attempts (3) is less than attempts (4)"
    (fewer,) = check(BATCH_JOB, [tried(1, 2), tried(1)]).violations
    assert fewer.rule == "attempts-grow"
    assert fewer.message == "attempts is 1, but an earlier answer had 2"


def test_what_came_late_has_fewer_attempts() -> None:
    """No answer says when a job was changed: of two a tracker can't tell which is older."""
    tracker = Tracker(BATCH_JOB)
    assert not any(
        event.kind == "violation"
        for each in (tried(1, 2), tried(1), tried(), tried(1, 2))
        for event in tracker.observe(each).events
    )


def test_what_a_job_was_submitted_with_stays() -> None:
    """Whatever the order; where a job is tried again it starts anew."""
    started = [answer("RUNNING", startedAt=BEGIN + each) for each in (60_000, 120_000)]
    assert check(BATCH_JOB, started).legal
    tracker = Tracker(BATCH_JOB)
    for each in (tried(1, most=3), answer("RUNNABLE"), tried(1, most=3)):
        assert not any(event.kind == "violation" for event in tracker.observe(each).events)
    (found,) = tracker.observe(tried(1, most=2)).events
    assert isinstance(found, Violation)
    assert (found.rule, found.path) == ("submitted-fixed", "retryStrategy.attempts")


def test_answers_have_a_lower_bound() -> None:
    """Nothing says when a job was changed last, but not before the latest of its times."""
    assert BATCH_JOB.reader is not None
    attempts = [{"startedAt": BEGIN + 1_000, "stoppedAt": BEGIN + 5_000}]
    seen = BATCH_JOB.reader.read(answer("RUNNABLE", attempts=attempts))
    assert seen.modified is None
    assert seen.modified_not_before == datetime.fromtimestamp(BEGIN / 1000 + 5, UTC)


def test_a_page_of_describe_jobs() -> None:
    """It holds a list."""
    report = check(BATCH_JOB, {"jobs": [ended("SUCCEEDED")]})
    assert report.result.outcome is Outcome.SUCCEEDED
