"""What is told of a job, as data: keys that stay the same, records that any JSON tool takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import StatusChanged, StatusEntered, Unmodelled, Violation, check
from jobstate.common.times import iso
from jobstate.sagemaker import TRAINING_JOB
from tests.support.legal_answers import generated

if TYPE_CHECKING:
    from jobstate import Report

BEGIN = datetime(2026, 1, 2, 9, 0, 0, 250000, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn"
STATUSES = ("Starting", "Downloading", "Training", "Uploading", "Failed")
KIND = "sagemaker-training-job"
JOB = f"{KIND}:{ARN}@2026-01-02T09:00:00Z"
KEY = {"kind": KIND, "id": ARN, "name": "churn", "created": "2026-01-02T09:00:00Z"}


def described(count: int, **more: Any) -> dict[str, Any]:
    """Return an answer when a job had come so far; it enters a status every minute."""
    times = [(BEGIN + timedelta(minutes=minute)).isoformat() for minute in range(count + 1)]
    entries = [
        {"Status": status, "StartTime": start, "EndTime": end, "StatusMessage": f"{status} …"}
        for status, (start, end) in zip(STATUSES, pairwise(times), strict=False)
    ]
    if count == len(STATUSES):
        entries[-1]["EndTime"] = entries[-1]["StartTime"]
    else:
        del entries[-1]["EndTime"]
    return {
        "TrainingJobName": "churn",
        "TrainingJobArn": ARN,
        "CreationTime": BEGIN,
        "TrainingJobStatus": "Failed" if count == len(STATUSES) else "InProgress",
        "SecondaryStatus": STATUSES[count - 1],
        "LastModifiedTime": times[count - 1],
        "SecondaryStatusTransitions": entries,
        **more,
    }


def told(report: Report) -> list[StatusEntered | StatusChanged | Violation | Unmodelled]:
    """Return everything that a report tells."""
    return [*report.entered, *report.changes, *report.violations, *report.unmodelled]


def everything() -> list[StatusEntered | StatusChanged | Violation | Unmodelled]:
    """Return events of every kind, about a job that did something odd."""
    odd = described(
        3, SecondaryStatus="Hibernating", TrainingEndTime=BEGIN, WarmPoolStatus={"Status": "InUse"}
    )
    return told(check(TRAINING_JOB, [described(2), odd]))


def test_every_kind_is_met() -> None:
    """The events below are of all four kinds, each with its own name."""
    assert {type(event): event.kind for event in everything()} == {
        StatusEntered: "status-entered",
        StatusChanged: "status-changed",
        Violation: "violation",
        Unmodelled: "unmodelled",
    }


def test_a_stay_as_data() -> None:
    """Which stay of which job it is, its status and times, and the service's words."""
    event = check(TRAINING_JOB, described(2)).entered[0]
    assert event.to_dict() == {
        "kind": "status-entered",
        "key": f"status-entered:{JOB}:1",
        "job": {
            "kind": "sagemaker-training-job",
            "id": ARN,
            "name": "churn",
            "created": "2026-01-02T09:00:00Z",
        },
        "ordinal": 1,
        "status": "Starting",
        "start": "2026-01-02T09:00:00.250000Z",
        "end": "2026-01-02T09:01:00.250000Z",
        "message": "Starting …",
        "late": False,
    }


def test_a_change_as_data() -> None:
    """From where to where, by which way, and what the job has come to."""
    reason = {"FailureReason": "AlgorithmError: exit code 1"}
    event = check(TRAINING_JOB, [described(3), described(5, **reason)]).changes[-1]
    assert event.to_dict() == {
        "kind": "status-changed",
        "key": f"status-changed:{JOB}:job:2",
        "job": {
            "kind": "sagemaker-training-job",
            "id": ARN,
            "name": "churn",
            "created": "2026-01-02T09:00:00Z",
        },
        "region": "job",
        "origin": "InProgress/Training",
        "target": "Failed/Failed",
        "path": ["Uploading"],
        "path_kind": "exact",
        "possible": [],
        "cause": "failure",
        "result": {
            "outcome": "failed",
            "final": True,
            "gone": False,
            "cause": "algorithm",
            "for_good": True,
            "steady": False,
        },
        "basis": "observed",
        "reopened": False,
        "failure_reason": "AlgorithmError: exit code 1",
        "at": "2026-01-02T09:04:00.250000Z",
    }


def test_a_violation_as_data() -> None:
    """The rule with its basis and source, what was seen and allowed, where and when."""
    (event,) = check(TRAINING_JOB, described(5, SecondaryStatus="Completed")).violations[:1]
    assert event.to_dict() == {
        "kind": "violation",
        "key": f"violation:{JOB}:illegal-pair:{event.path}:Failed/Completed",
        "job": {
            "kind": "sagemaker-training-job",
            "id": ARN,
            "name": "churn",
            "created": "2026-01-02T09:00:00Z",
        },
        "rule": "illegal-pair",
        "severity": "error",
        "message": "Failed does not go with Completed, only with Failed",
        "basis": "documented",
        "source": "API, SecondaryStatus",
        "path": event.path,
        "seen": "Failed/Completed",
        "allowed": ["Failed/Failed"],
        "at": "2026-01-02T09:04:00.250000Z",
        "lifecycle": str(TRAINING_JOB),
    }


def test_an_unknown_status_as_data() -> None:
    """Where it was, and what."""
    answer = described(1, SecondaryStatus=None, TrainingJobStatus="Paused")
    (event,) = check(TRAINING_JOB, answer).unmodelled
    assert event.to_dict() == {
        "kind": "unmodelled",
        "key": f"unmodelled:{JOB}:job.primary:Paused",
        "job": {
            "kind": "sagemaker-training-job",
            "id": ARN,
            "name": "churn",
            "created": "2026-01-02T09:00:00Z",
        },
        "field": "job.primary",
        "value": "Paused",
        "at": "2026-01-02T09:00:00.250000Z",
    }


@pytest.mark.parametrize("event", everything(), ids=lambda event: event.kind)
def test_json_takes_it(event: StatusEntered | StatusChanged | Violation | Unmodelled) -> None:
    """Nothing but strings, numbers, booleans, None and lists and mappings of them."""
    data = event.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data == {**data, **event.details()}
    assert data.keys() - event.details().keys() <= {"kind", "key", "job"}


def test_a_change_without_a_basis_or_a_time_as_data() -> None:
    """What nobody knows is None."""
    thin = {name: described(1)[name] for name in ("TrainingJobName", "TrainingJobArn")}
    thin["CreationTime"] = BEGIN
    odd = [{**thin, "TrainingJobStatus": status} for status in ("Completed", "InProgress")]
    data = check(TRAINING_JOB, odd).changes[-1].to_dict()
    assert (data["basis"], data["at"], data["path_kind"]) == (None, None, "possible")


# --- Keys -----------------------------------------------------------------------------------------


def stays(answers: object) -> dict[str, dict[str, object]]:
    """Return what is told of the stays of a job, by key; ends and messages may come later."""
    events = check(TRAINING_JOB, answers).entered
    keys = [event.key for event in events]
    assert len(set(keys)) == len(keys)
    return {event.key: {"status": event.status, "start": event.start} for event in events}


def test_stays_are_the_same_however_they_are_told() -> None:
    """At once, one by one, or again and again: the same keys, each of them once."""
    at_once = stays(described(5))
    assert len(at_once) == 5
    assert stays([described(count) for count in range(1, 6)]) == at_once
    twice = [described(count) for count in (1, 1, 3, 3, 5, 5)]
    assert stays(twice) == at_once


def test_stays_of_generated_jobs_are_the_same_however_they_are_told() -> None:
    """The last answer alone tells the same stays as the whole series, for any legal life."""
    told_jobs = 0
    for series in generated(200, seed=7):
        if "SecondaryStatusTransitions" in series.answers[-1]:
            assert stays(series.answers) == stays(series.answers[-1:])
            told_jobs += 1
    assert told_jobs > 100


def test_keys_tell_jobs_and_stays_apart() -> None:
    """Another job, another stay, another rule, other evidence: another key."""
    later = {"CreationTime": BEGIN + timedelta(days=1)}
    shifted = described(2)
    for entry in shifted["SecondaryStatusTransitions"]:
        entry["StartTime"] = "2026-01-03T09:00:00.250Z"
        entry.pop("EndTime", None)
    first = {event.key for event in check(TRAINING_JOB, described(2)).entered}
    second = {event.key for event in check(TRAINING_JOB, shifted | later).entered}
    assert len(first | second) == 4
    wrong = check(TRAINING_JOB, [described(2, SecondaryStatus="Completed"), described(2)])
    assert len({event.key for event in wrong.violations}) == len(wrong.violations)


def test_the_same_violation_has_the_same_key() -> None:
    """So whoever stores events can drop what was told before, whichever run told it."""
    answer = described(2, SecondaryStatus="Completed")
    one, other = (check(TRAINING_JOB, answer).violations for _ in range(2))
    assert [event.key for event in one] == [event.key for event in other]
    assert one == other


def test_times() -> None:
    """In UTC with a Z, as finely as they are known; None of none."""
    assert iso(BEGIN) == "2026-01-02T09:00:00.250000Z"
    assert iso(BEGIN.replace(microsecond=0)) == "2026-01-02T09:00:00Z"
    assert iso(None) is None
