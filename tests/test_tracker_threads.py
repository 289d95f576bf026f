"""A tracker under many threads: the same is told as under one, each job's events in order."""

from __future__ import annotations

import random
import sys
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Event, Retention, StatusEntered, Subscription, Tracker
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from series import ARN, SERIES, renamed, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jobstate import JobKey

THREADS = 8
JOBS = 60


@pytest.fixture(autouse=True)
def quick_switches() -> Iterator[None]:
    """Let threads change places as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def answers() -> list[object]:
    """Return every answer about every job three times, shuffled."""
    every: list[object] = [renamed(each, n) for n in range(JOBS) for each in SERIES * 3]
    random.Random(7).shuffle(every)
    return every


def together(work: Callable[[object], object], items: list[object]) -> None:
    """Let many threads do work at once; what one raises is raised here."""
    barrier = threading.Barrier(THREADS)
    errors: list[BaseException] = []

    def run(part: list[object]) -> None:
        barrier.wait()
        try:
            for item in part:
                work(item)
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    parts = [items[place::THREADS] for place in range(THREADS)]
    threads = [threading.Thread(target=run, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.parametrize("laned", [False, True], ids=["plain", "subscription"])
def test_each_stay_is_told_once_and_in_order(*, laned: bool) -> None:
    """Whoever brings what when: the set of facts is that of the histories, each job's in order."""
    heard: dict[str, list[StatusEntered]] = defaultdict(list)

    def listen(event: Event) -> None:
        if isinstance(event, StatusEntered):
            heard[event.job.arn].append(event)

    listener = Subscription(name="books", listener=listen, lanes=4) if laned else listen
    with Tracker(TRAINING_JOB, listeners=[listener]) as tracker:
        together(tracker.observe, answers())
    expected = [event.ordinal for event in whole() if isinstance(event, StatusEntered)]
    assert len(heard) == JOBS
    assert all([event.ordinal for event in mine] == expected for mine in heard.values())
    assert all(job.final for job in tracker)


def test_a_listener_that_observes_from_many_threads() -> None:
    """What it observes is taken after what was told, in the thread that told it; no deadlock."""
    last = {f"{ARN}-{number}": renamed(SERIES[-1], number) for number in range(JOBS)}
    arns = list(last)
    lock = threading.Lock()
    told: set[str] = set()

    def listen(event: Event) -> None:
        with lock:
            new = event.job.arn not in told
            told.add(event.job.arn)
        if new:  # observe another job, which others observe too
            tracker.observe(last[arns[(arns.index(event.job.arn) + 17) % JOBS]])

    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    together(tracker.observe, answers())
    assert all(job.final for job in tracker)
    assert len(tracker) == JOBS


def test_asking_and_listening_go_on_meanwhile() -> None:
    """Iteration, snapshots, new listeners and forgetting, while others observe."""
    tracker = Tracker(TRAINING_JOB, retention=Retention(count=10))
    hears: list[Event] = []

    def work(answer: object) -> None:
        observed = tracker.observe(answer)
        number = hash(observed.job.arn) % 5
        if number == 0:
            assert all(job.arn for job in tracker)
        elif number == 1:
            assert tracker.snapshot().startswith("{")
        elif number == 2:
            tracker.add_listener(hears.append)
            tracker.remove_listener(hears.append)
        else:
            assert observed.job in tracker or len(tracker) >= 10

    together(work, answers())
    finished = [job for job in tracker if job.final]
    assert len(finished) == 10


def test_failures_are_counted_by_all_threads(caplog: pytest.LogCaptureFixture) -> None:
    """No failure is lost."""

    def fail(_: Event) -> None:
        raise ValueError("no")

    tracker = Tracker(TRAINING_JOB, listeners=[fail])
    together(tracker.observe, answers()[: JOBS * 2])
    assert tracker.failures == sum("failed at" in each.getMessage() for each in caplog.records)


@pytest.mark.parametrize("forgets", [False, True], ids=["kept", "forgotten"])
def test_who_looks_while_a_job_is_kept_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, forgets: bool
) -> None:
    """A job that another thread is keeping, or forgetting, is none that comes or goes twice."""
    journal = Journal(tmp_path / "jobs.db", durability="normal")
    with Tracker(TRAINING_JOB, journal=journal) as tracker:
        first, second = SERIES[0], SERIES[-1]
        if forgets:
            tracker.observe(first)
        looked = threading.Event()
        found = []
        other = threading.Thread(target=lambda: found.append(tracker.observe(second)))
        find = tracker._jobs.find  # noqa: SLF001 - where another thread comes between
        name = "drop" if forgets else "keep"
        change = getattr(tracker._jobs, name)  # noqa: SLF001 - likewise

        def look(job: JobKey) -> Any:
            if threading.current_thread() is other:
                looked.set()
            return find(job)

        def begin(*of: Any) -> Any:
            if not looked.is_set():
                other.start()
                looked.wait()
            return change(*of)

        monkeypatch.setattr(tracker._jobs, "find", look)  # noqa: SLF001 - likewise
        monkeypatch.setattr(tracker._jobs, name, begin)  # noqa: SLF001 - likewise
        if forgets:
            tracker.forget(ARN)
        else:
            tracker.observe(first)
        other.join()
        entered = [event for event in found[0].events if isinstance(event, StatusEntered)]
        ordinals = [event.ordinal for event in entered]
        assert (1 in ordinals) is forgets
