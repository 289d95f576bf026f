"""What type checkers make of tracking and listening: checked, never run."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

from jobstate import (
    Arrival,
    Event,
    JobKey,
    Listener,
    ObservationError,
    Observed,
    Outcome,
    OutcomeRefined,
    Overdue,
    OverflowPolicy,
    Result,
    Retention,
    Retry,
    StatusChanged,
    StatusEntered,
    Subscription,
    SubscriptionStatus,
    TrackedJob,
    Tracker,
    Unmodelled,
    Violation,
)
from jobstate.asynchronous import AsyncTracker, running
from jobstate.delivery import ParkedJob
from jobstate.errors import Problem, SnapshotError
from jobstate.journal import Journal, JournalJob, JournalReader, ListenerPosition
from jobstate.listeners import JsonLines, LogListener
from jobstate.model import Entry
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Mapping


class Board:
    def hear(self, event: Event, /) -> None: ...

    def __call__(self, event: Event) -> bool:
        return event.job.id == ""


def whatever_can_be_called_listens(told: list[Event]) -> None:
    listeners: list[Listener] = [told.append, print, Board(), Board().hear, lambda event: event.key]
    listeners += [
        LogListener(),
        JsonLines("events.jsonl"),
        JsonLines(Path()),
        JsonLines(sys.stdout),
    ]
    tracker = Tracker(TRAINING_JOB, listeners=listeners, strict=True)
    tracker.add_listener(told.append)
    tracker.remove_listener(told.append)


async def page(event: Event) -> None:
    assert_type(event.key, str)


def subscriptions_have_names_and_lanes(told: list[Event]) -> None:
    listeners = [
        Subscription(name="books", listener=told.append, lanes=4, when_full=OverflowPolicy.BLOCK),
        Subscription(name="pager", listener=page, timeout=timedelta(seconds=5)),
        Subscription(name="board", listener=Board(), retry=Retry(attempts=3)),
    ]
    with Tracker(TRAINING_JOB, listeners=listeners, journal=Journal("jobs.db")) as tracker:
        for progress in tracker.progress():
            assert_type(progress, SubscriptionStatus)
            assert_type(progress.parked, tuple[ParkedJob, ...])
        assert_type(tracker.unpark("books"), list[JobKey])
        tracker.remove_listener("board")
    assert_type(tracker.close(timedelta(seconds=1)), tuple[SubscriptionStatus, ...])


def journals_can_be_read(path: Path) -> None:
    with JournalReader(path, lifecycle=TRAINING_JOB) as history:
        for kept in history.jobs():
            assert_type(kept, JournalJob)
        for number, event in history.events(after=5):
            assert_type(number, int)
            assert_type(event, Event)
        assert_type(history.listeners(), list[ListenerPosition])


async def trackers_run_in_event_loops(tracker: Tracker, answer: dict[str, Any]) -> None:
    async with running(tracker) as jobs:
        assert_type(jobs, AsyncTracker)
        assert_type(await jobs.observe(answer), Observed)
        assert_type(await jobs.observe_all([answer]), list[Observed])
        brought, errors = await jobs.observe_all([answer], on_error="collect")
        assert_type(brought, list[Observed])
        assert_type(errors, list[tuple[int, ObservationError]])


def trackers_take_answers(
    tracker: Tracker, answer: dict[str, Any], page: Mapping[str, Any]
) -> None:
    observed = tracker.observe(answer)
    assert_type(observed, Observed)
    assert_type(observed.arrival, Arrival)
    assert_type(observed.job, JobKey)
    assert_type(tracker.observe_all(page), list[Observed])
    assert_type(tracker.observe_all(page, on_error="raise"), list[Observed])
    brought, errors = tracker.observe_all(page, on_error="collect")
    assert_type(brought, list[Observed])
    assert_type(errors, list[tuple[int, ObservationError]])
    tracker.observe_all(page, on_error="skip")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


def events_are_told_apart(observed: Observed) -> None:
    for event in observed.events:
        if isinstance(event, StatusChanged):
            assert_type(event.outcome, Outcome)
        elif isinstance(event, StatusEntered):
            assert_type(event.start, datetime)
        elif isinstance(event, Violation):
            assert_type(event.allowed, tuple[str, ...])
        elif isinstance(event, OutcomeRefined):
            assert_type(event.result, Result)
        else:
            assert_type(event, Unmodelled)


def trackers_answer(tracker: Tracker, key: JobKey, now: datetime) -> None:
    assert_type(tracker["arn"], TrackedJob)
    assert_type(tracker[key].entries, tuple[Entry, ...])
    assert_type(tracker[key].time_in_status(now), timedelta | None)
    assert_type([job.final for job in tracker], list[bool])
    assert_type(tracker.overdue(timedelta(hours=1)), list[Overdue])
    assert_type(tracker.overdue({"Stopping": timedelta(hours=1)}, now=now), list[Overdue])
    assert_type(tracker.failures, int)


def trackers_forget(clock: list[datetime]) -> None:
    retention = Retention(age=timedelta(days=7), count=1_000)
    tracker = Tracker(TRAINING_JOB, retention=retention, clock=clock.pop)
    assert_type(tracker.forget("arn"), TrackedJob)


def trackers_are_kept(tracker: Tracker) -> None:
    text = tracker.snapshot()
    assert_type(text, str)
    try:
        tracker.restore(text)
    except SnapshotError as error:
        assert_type(error.problems, tuple[Problem, ...])


def files_are_closed() -> None:
    with JsonLines("events.jsonl") as listener:
        assert_type(listener, JsonLines)
