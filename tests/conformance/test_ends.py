"""What a job has come to: what its status says, told once, known better later, never worse."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import closing
from itertools import permutations
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from prometheus_client import CollectorRegistry

from jobstate import (
    Event,
    JobKey,
    Observation,
    Outcome,
    OutcomeRefined,
    Result,
    Retry,
    StatusChanged,
    Subscription,
    Tracker,
    check,
)
from jobstate.errors import JournalError, SnapshotError
from jobstate.journal import Journal, JournalReader
from jobstate.listeners import LogListener
from jobstate.listeners.prometheus import PrometheusListener
from jobstate.model import Shown
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, item, jobstate
from tests.support.small import PARCELS, WAY, parcel, state

if TYPE_CHECKING:
    from pathlib import Path

    from jobstate import Lifecycle

ARN = item("tide")["TrainingJobArn"]
KIND = "sagemaker-training-job"
KEY = f"status-changed:{KIND}:{ARN}@2026-03-04T05:06:07Z:job:1"
REASON = "AlgorithmError: exit code 1"
BECAUSE = {"FailureReason": REASON}
FIXED = TRAINING_JOB.given(spot=False, retry=False)


def answer(primary: str, secondary: str | None = None, hour: int = 0, **more: Any) -> Any:
    """Return an answer that was changed so many hours after the first."""
    time = {"LastModifiedTime": f"2026-03-05T{hour:02}:00:00Z"}
    return item("tide", primary, secondary) | time | more


def heard(*answers: Any, lifecycle: Lifecycle = TRAINING_JOB) -> list[Event]:
    """Return what listeners hear of answers; a check says the same of those in order."""
    told: list[Event] = []
    tracker = Tracker(lifecycle, listeners=[told.append])
    for each in answers:
        tracker.observe(each)
    report = check(lifecycle, list(answers))
    assert report.result == tracker[ARN].result
    assert report.failure_reason == tracker[ARN].failure_reason
    assert [*report.changes, *report.refined] == [
        each for kind in (StatusChanged, OutcomeRefined) for each in told if isinstance(each, kind)
    ]
    return told


def news(told: list[Event]) -> list[tuple[str, str, str | None]]:
    """Return what was told of the end: kind, outcome, cause."""
    return [
        (each.kind, str(each.outcome), each.result.cause)
        for each in told
        if isinstance(each, (StatusChanged, OutcomeRefined))
    ]


STOPPED = ("status-changed", "stopped", "unknown")
FAILED = ("status-changed", "failed", "unknown")


# --- An end is told once, and what is known more of it beside -------------------------------------


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        (
            [answer("Stopped"), answer("Stopped", "MaxRuntimeExceeded", 1)],
            [STOPPED, ("outcome-refined", "timed_out", "max_runtime")],
        ),
        (
            [answer("Stopped"), answer("Stopped", "Stopped", 1), answer("Stopped", None, 2)],
            [STOPPED, ("outcome-refined", "stopped", "stop_requested")],
        ),
        (
            [answer("Failed"), answer("Failed", "Failed", 1, **BECAUSE), answer("Failed", None, 2)],
            [FAILED, ("outcome-refined", "failed", "algorithm")],
        ),
        (
            [answer("Failed"), answer("Failed", "Failed", 1, FailureReason="somebody's own")],
            [FAILED, ("outcome-refined", "failed", "unknown")],
        ),
        (
            [answer("Failed", "Failed", 0, **BECAUSE), answer("Failed", None, 1)],
            [("status-changed", "failed", "algorithm")],
        ),
        (
            [
                answer("Failed", "Failed", 0, **BECAUSE),
                answer("Failed", "Failed", 1, FailureReason="somebody's own"),
            ],
            [("status-changed", "failed", "algorithm")],
        ),
        (
            [answer("Failed"), answer("Deleting", "Failed", 1), answer("Deleting", None, 2)],
            [FAILED, ("status-changed", "failed", "unknown")],
        ),
        (
            [answer("Stopped"), answer("Deleting", "MaxRuntimeExceeded", 1)],
            [STOPPED, ("status-changed", "timed_out", "max_runtime")],
        ),
        (
            [answer("Deleting"), answer("Deleting", "Completed", 1)],
            [
                ("status-changed", "unknown", "unknown"),
                ("outcome-refined", "succeeded", None),
            ],
        ),
        (
            [answer("Stopped", "MaxRuntimeExceeded"), answer("Stopped", "Failed", 1)],  # no pair
            [("status-changed", "timed_out", "max_runtime")],
        ),
    ],
)
def test_what_is_told_of_an_end(
    answers: list[Any], wanted: list[tuple[str, str, str | None]]
) -> None:
    """Once, and each time that it is known more exactly; what says less brings nothing."""
    told = heard(*answers)
    assert news(told) == wanted
    for each in told:
        if isinstance(each, OutcomeRefined):
            assert each.end_key == KEY
            assert each.result.final


def test_a_refined_end_as_data() -> None:
    """What it is now, since when that is known, and which end it is."""
    *_, event = heard(answer("Failed"), answer("Failed", "Failed", 1, **BECAUSE))
    assert event.to_dict() == {
        "kind": "outcome-refined",
        "key": f"outcome-refined:{KEY}:failed:algorithm:reason",
        "job": {
            "kind": "sagemaker-training-job",
            "id": ARN,
            "name": "tide",
            "created": "2026-03-04T05:06:07Z",
        },
        "end_key": KEY,
        "result": {
            "outcome": "failed",
            "final": True,
            "gone": False,
            "cause": "algorithm",
            "for_good": True,
            "steady": False,
        },
        "failure_reason": REASON,
        "at": "2026-03-05T01:00:00Z",
    }


def test_words_that_come_late() -> None:
    """An older answer adds what no newer one has said."""
    told: list[Event] = []
    tracker = Tracker(TRAINING_JOB, listeners=[told.append])
    tracker.observe(answer("Failed", None, 5))
    assert tracker.observe(answer("Failed", "Failed", 4, **BECAUSE)).stale
    assert news(told) == [FAILED, ("outcome-refined", "failed", "algorithm")]
    assert tracker[ARN].failure_reason == REASON


@pytest.mark.parametrize("lasting", ["snapshot", "journal"])
@pytest.mark.parametrize("secondary", ["MaxRuntimeExceeded", "Failed"])
def test_restarts_between(secondary: str, lasting: str, tmp_path: Path) -> None:
    """What was told before is told once; what comes after goes on with the same end."""
    more = BECAUSE if secondary == "Failed" else {}
    primary = "Failed" if secondary == "Failed" else "Stopped"
    said = [answer(primary), answer(primary, secondary, 1, **more), answer(primary, None, 2)]
    whole = [each.key for each in heard(*said)]
    assert len(whole) == 2
    told: list[Event] = []
    kept, results = "", list[Result]()
    for each in (*said, said[1]):
        journal = Journal(tmp_path / "jobs.db") if lasting == "journal" else None
        with Tracker(TRAINING_JOB, journal=journal) as tracker:
            if kept:
                tracker.restore(kept)
            told += tracker.observe(each).events
            kept = tracker.snapshot() if journal is None else ""
            results.append(tracker[ARN].result)
    assert [each.key for each in told] == whole
    assert results[-1] == check(TRAINING_JOB, said).result
    if lasting == "journal":
        with JournalReader(tmp_path / "jobs.db", lifecycle=TRAINING_JOB) as history:
            assert [posted.event for posted in history.events()] == told
            assert (
                history.job(JobKey("sagemaker-training-job", ARN, BEGIN)).outcome
                == results[-1].outcome
            )


def test_the_same_in_every_order() -> None:
    """Whatever comes first: in the end the outcome is the finest that an answer has told."""
    said = [
        answer("Stopped", None, 3),
        answer("Stopped", "MaxRuntimeExceeded", 2),
        answer("Stopped", None, 1),
    ]
    for order in permutations(said):
        told: list[Event] = []
        tracker = Tracker(TRAINING_JOB, listeners=[told.append])
        for each in order:
            tracker.observe(each)
        assert news(told)[-1][1:] == ("timed_out", "max_runtime")
        assert tracker[ARN].outcome is Outcome.TIMED_OUT
        assert [each.kind for each in told].count("status-changed") == 1


# --- An end that is taken back --------------------------------------------------------------------


def test_an_end_that_is_taken_back() -> None:
    """It is told, its words are void, and the next end is another one."""
    failed = answer("Failed", "Failed", 0, **BECAUSE)
    again = [failed, answer("InProgress", "Training", 1), answer("Failed", None, 2)]
    told = heard(*again, answer("Failed", "Failed", 3, FailureReason="ClientError: x"))
    assert news(told) == [
        ("status-changed", "failed", "algorithm"),
        ("status-changed", "running", None),
        ("status-changed", "failed", "unknown"),
        ("outcome-refined", "failed", "client"),
    ]
    assert told[-1].key.startswith(f"outcome-refined:{KEY[:-1]}3:")


@pytest.mark.parametrize("status", ["Failed", "Completed"])
def test_an_end_after_what_nobody_knows(status: str) -> None:
    """It is an end all the same, though it only narrows what was possible."""
    told = heard(answer("Hibernating"), answer(status, status, 1))
    outcome = check(TRAINING_JOB, answer(status)).result.outcome
    assert [each[:2] for each in news(told)] == [
        ("status-changed", "unknown"),
        ("status-changed", str(outcome)),
    ]
    lost = heard(answer(status, status), answer("Hibernating", None, 1), answer(status, status, 2))
    assert [each[1] for each in news(lost)] == [str(outcome), "unknown", str(outcome)]


# --- A status that is ruled out -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lifecycle", "possible"),
    [
        (TRAINING_JOB, {None, True, False}),  # for it may be retried
        (TRAINING_JOB.given(spot=False), {None, False}),
        (FIXED, set()),
        (TRAINING_JOB.given(stop=False), set()),
    ],
)
@pytest.mark.parametrize("spot", [None, True, False])
def test_a_status_says_what_it_says(
    lifecycle: Lifecycle,
    possible: set[bool | None],
    spot: bool | None,  # noqa: FBT001
) -> None:
    """Timed out, whether or not such a job can; that it can't stands beside."""
    said = answer("Stopped", "MaxWaitTimeExceeded", EnableManagedSpotTraining=spot)
    report = check(lifecycle, said)
    assert report.result == Result(
        outcome=Outcome.TIMED_OUT, final=True, gone=False, cause="max_wait"
    )
    assert (report.changes[-1].result, report.changes[-1].final) == (report.result, True)
    assert report.legal is (spot in possible)
    told = heard(said, answer("Stopped", None, 1), answer("Deleting", None, 2), lifecycle=lifecycle)
    assert set(news(told)) == {("status-changed", "timed_out", "max_wait")}


def test_a_status_that_is_ruled_out_refines() -> None:
    """And is taken back by another end, which is told."""
    stopped, waited = answer("Stopped"), answer("Stopped", "MaxWaitTimeExceeded", 1)
    told = heard(stopped, waited, answer("Stopped", "Stopped", 2), lifecycle=FIXED)
    assert news(told) == [
        STOPPED,
        ("outcome-refined", "timed_out", "max_wait"),
        ("status-changed", "stopped", "stop_requested"),
    ]


def test_what_is_as_new_takes_back_no_end() -> None:
    """Nobody knows which of the two came last: the end that was told stays."""
    tracker = Tracker(FIXED)
    tracker.observe(answer("Stopped", "MaxWaitTimeExceeded"))
    tracker.observe(answer("Stopped", "Stopped"))
    assert tracker[ARN].outcome is Outcome.TIMED_OUT
    tracker.observe(answer("Stopped", "Stopped", 1))
    assert tracker[ARN].outcome is Outcome.STOPPED


def test_it_outlives_its_tracker(tmp_path: Path) -> None:
    """In a snapshot and a journal."""
    with Tracker(FIXED, journal=Journal(tmp_path / "jobs.db")) as tracker:
        tracker.observe(answer("Stopped", "MaxWaitTimeExceeded"))
        text = tracker.snapshot()
    with Tracker(FIXED, journal=Journal(tmp_path / "jobs.db")) as tracker:
        assert tracker[ARN].outcome is Outcome.TIMED_OUT
        assert tracker.snapshot() == text
    other = Tracker(FIXED)
    other.restore(text)
    assert other[ARN].result == Result(
        outcome=Outcome.TIMED_OUT, final=True, gone=False, cause="max_wait"
    )


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        ({"outcome": "won"}, ".outcome"),
        ({"outcome": ["stopped"]}, ".outcome"),
        ({"final": 1}, ".final"),
        ({"gone": None}, ".gone"),
        ({"cause": 5}, ".cause"),
    ],
)
def test_a_snapshot_that_is_damaged(damage: dict[str, object], path: str) -> None:
    """What it says of the result is read with care."""
    tracker = Tracker(FIXED)
    tracker.observe(answer("Stopped", "MaxWaitTimeExceeded"))
    data = json.loads(tracker.snapshot())
    data["jobs"][0]["refined"] |= damage
    with pytest.raises(SnapshotError) as caught:
        Tracker(FIXED).restore(json.dumps(data))
    assert [each.path for each in caught.value.problems] == [f"jobs[0].refined{path}"]


def test_a_journal_that_is_damaged(tmp_path: Path) -> None:
    """So is it there."""
    path = tmp_path / "jobs.db"
    with Tracker(FIXED, journal=Journal(path)) as tracker:
        tracker.observe(answer("Stopped", "MaxWaitTimeExceeded"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE job SET refined = '[]'")
    with pytest.raises(JournalError, match=r"job\[1\].refined: expected an object, got"):
        Tracker(FIXED, journal=Journal(path))


def test_a_life_cycle_of_one_axis() -> None:
    """A state that is ruled out says what it says, and no more once another one is shown."""
    lost = state("lost", outcome=Outcome.FAILED, final=True, cause="thief")
    way = attrs.evolve(WAY, states=(*WAY.states, lost))
    theft = attrs.evolve(way.edges[0], target="lost", needs=(("insured", True),))
    region = attrs.evolve(way, edges=(*way.edges, theft))
    mine = attrs.evolve(PARCELS, regions=(region, *PARCELS.regions[1:])).given(insured=False)
    tracker = Tracker(mine)
    tracker.observe(parcel("lost", at=1))
    (job,) = tracker
    assert (job.outcome, job.final, job.result.cause) == (Outcome.FAILED, True, "thief")
    tracker.observe(parcel("sent", at=100))
    assert tracker[job.key].outcome is Outcome.RUNNING
    moving = attrs.evolve(way, states=(*WAY.states, attrs.evolve(lost, final=False, cause=None)))
    moving = attrs.evolve(
        moving,
        states=tuple(
            attrs.evolve(each, outcome=Outcome.RUNNING) if each.name == "lost" else each
            for each in moving.states
        ),
        edges=(*way.edges, theft, attrs.evolve(theft, origin="lost", target="sent")),
    )
    odd = attrs.evolve(PARCELS, regions=(moving, *PARCELS.regions[1:])).given(insured=False)
    tracker = Tracker(odd)
    tracker.observe(parcel("lost", at=60))
    (job,) = tracker
    assert (job.outcome, job.final) == (Outcome.RUNNING, False)
    tracker.observe(parcel("delivered", at=60))
    assert tracker[job.key].final


# --- Who hears of it ------------------------------------------------------------------------------


def test_listeners_hear_of_it(caplog: pytest.LogCaptureFixture) -> None:
    """In a line, with what it came to; counted, by why, without a word of the service's."""
    registry, logger = CollectorRegistry(), logging.getLogger("ends")
    logger.setLevel(logging.DEBUG)
    figures = PrometheusListener(TRAINING_JOB, registry=registry)
    tracker = Tracker(TRAINING_JOB, listeners=[LogListener(logger), figures])
    tracker.observe(answer("Failed"))
    observed = tracker.observe(answer("Failed", "Failed", 1, **BECAUSE))
    assert caplog.records[-1].getMessage() == (
        f"tide: known more exactly; failed (algorithm): {REASON}"
    )
    assert vars(caplog.records[-1])["jobstate_result_cause"] == "algorithm"
    (event,) = observed.events
    figures(event)  # told twice, it counts once
    its = {"lifecycle": TRAINING_JOB.name, "outcome": "failed"}
    refined = its | {"cause": "algorithm"}
    assert registry.get_sample_value("jobstate_refined_outcomes_total", refined) == 1
    ended = its | {"status": "Failed/Failed", "cause": "unknown"}
    assert registry.get_sample_value("jobstate_ended_jobs_total", ended) == 1


def test_people_read_of_it(tmp_path: Path) -> None:
    """What the answer brought, in a check and in a journal's story."""
    said = [answer("Stopped"), answer("Stopped", "MaxRuntimeExceeded", 1)]
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    words = "known more exactly: timed out (max_runtime), not a success"
    assert f"    {words}\n" in jobstate("check", file).stdout
    (line,) = jobstate("check", "--format", "json", file).stdout.splitlines()
    (refined,) = json.loads(line)["refined"]
    assert (refined["end_key"], refined["where"][-1:]) == (KEY, "]")
    path = tmp_path / "jobs.db"

    def refuse(_: Event) -> None:
        raise RuntimeError

    pager = Subscription(name="pager", listener=refuse, retry=Retry(attempts=1))
    with Tracker(TRAINING_JOB, journal=Journal(path), listeners=[pager]) as tracker:
        for each in said:
            tracker.observe(each)
    text = jobstate("history", path, "--job", "tide").stdout
    assert f"has not heard 2 events from 1 on: changed to Stopped, {words}\n" in text
    assert f"2026-03-05 01:00:00  {words}\n" in text
    failed = [answer("Failed"), answer("Failed", "Failed", 1, **BECAUSE)]
    file.write_text(json.dumps(failed), encoding="utf-8")
    assert "exactly: failed (algorithm), with its reason\n" in jobstate("check", file).stdout


def test_an_observation_of_nothing_adds_nothing() -> None:
    """An answer that does not show the job itself says nothing of its end, but may say why."""
    told: list[Event] = []
    tracker = Tracker(TRAINING_JOB, listeners=[told.append])
    tracker.observe(answer("Failed"))
    words = Observation(
        job=JobKey("sagemaker-training-job", ARN, BEGIN), shown={}, failure_reason=REASON
    )
    tracker.observe(words)
    tracker.observe(attrs.evolve(words, shown={"warm_pool": Shown("Available")}))
    assert [each.kind for each in told] == ["status-changed", "outcome-refined", "status-changed"]
    assert tracker[ARN].failure_reason == REASON
