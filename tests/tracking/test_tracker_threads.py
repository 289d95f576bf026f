"""A tracker under many threads: the same is told as under one, each job's events in order."""

from __future__ import annotations

import random
import sys
import threading
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Arrival, Event, Retention, StatusEntered, Subscription, Tracker
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.series import ARN, SERIES, renamed, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jobstate import JobKey
    from jobstate.tracking.stripes import Stripe

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
            heard[event.job.id].append(event)

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
            new = event.job.id not in told
            told.add(event.job.id)
        if new:  # observe another job, which others observe too
            tracker.observe(last[arns[(arns.index(event.job.id) + 17) % JOBS]])

    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    together(tracker.observe, answers())
    assert all(job.final for job in tracker)
    assert len(tracker) == JOBS
    assert not tracker._turns._queues  # noqa: SLF001 - nothing is left of the threads


def test_asking_and_listening_go_on_meanwhile() -> None:
    """Iteration, snapshots, new listeners and forgetting, while others observe."""
    tracker = Tracker(TRAINING_JOB, retention=Retention(count=10))
    hears: list[Event] = []

    def work(answer: object) -> None:
        observed = tracker.observe(answer)
        number = hash(observed.job.id) % 5
        if number == 0:
            assert all(job.id for job in tracker)
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


class Meanwhile:
    """A stripe's lock, before which another thread comes once."""

    def __init__(self, stripe: Stripe, what: Callable[[], object]) -> None:
        self._stripe, self._what = stripe, what
        self._lock, stripe.lock = stripe.lock, self  # type: ignore[assignment]

    def __enter__(self) -> bool:
        """Let the other one come, then take it."""
        self._stripe.lock = self._lock
        self._what()
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        """Let go of it."""
        self._lock.release()


def test_what_another_thread_keeps_meanwhile_is_known() -> None:
    """One that has looked at the job, and waits for its lock, looks again."""
    heard: list[Event] = []
    tracker = Tracker(TRAINING_JOB, listeners=[heard.append])
    stripe = tracker._stripes.of(tracker.observe(SERIES[0]).job)  # noqa: SLF001 - no other way
    Meanwhile(stripe, lambda: tracker.observe(SERIES[1]))
    assert tracker.observe(SERIES[2]).arrival is Arrival.NEW
    Meanwhile(stripe, lambda: tracker.observe(SERIES[-1]))
    observed = tracker.observe(SERIES[-1])
    assert (observed.job.id, observed.arrival) == (ARN, Arrival.DUPLICATE)
    assert heard == whole()


def test_one_who_observes_while_another_thread_tells_is_no_listener() -> None:
    """Its answer is taken at once, not when that thread has told all."""
    telling, go = threading.Event(), threading.Event()

    def listen(_: Event) -> None:
        if threading.current_thread() is teller:
            telling.set()
            assert go.wait(30)

    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    stripes = tracker._stripes  # noqa: SLF001 - whose lock the other one holds
    first, *others = (tracker.lifecycle.reader.read(renamed(SERIES[0], n)) for n in range(20))  # type: ignore[union-attr]
    other = next(each for each in others if stripes.of(each.job) is not stripes.of(first.job))
    teller = threading.Thread(target=lambda: tracker.observe(first))
    teller.start()
    assert telling.wait(30)
    assert tracker.observe(other).arrival is Arrival.NEW
    go.set()
    teller.join()
    assert not tracker._turns._queues  # noqa: SLF001 - nothing is left of the thread


def test_the_lock_of_a_job_is_its_own_stripe_s() -> None:
    """Whoever takes an answer, forgets or restores a job agree on it."""
    tracker = Tracker(TRAINING_JOB)
    for number in range(20):
        job = tracker.observe(renamed(SERIES[0], number)).job
        stripe = tracker._stripes.of(job)  # noqa: SLF001 - no other way
        count = stripe.version
        tracker.observe(renamed(SERIES[1], number))
        assert stripe.version == count + 1
    assert len({id(tracker._stripes.of(job.key)) for job in tracker}) > 1  # noqa: SLF001 - likewise


def test_what_a_thread_was_interrupted_at_is_taken_by_the_next() -> None:
    """What its listener had observed, too; the thread may be gone."""
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if len(heard) == 1:
            tracker.observe(SERIES[1])
            raise KeyboardInterrupt

    tracker = Tracker(TRAINING_JOB, listeners=[listen])
    raised: list[BaseException] = []

    def observe() -> None:
        try:
            tracker.observe(SERIES[0])
        except KeyboardInterrupt as interrupt:
            raised.append(interrupt)

    thread = threading.Thread(target=observe)
    thread.start()
    thread.join()
    assert len(raised) == 1
    assert not tracker._turns._queues  # noqa: SLF001 - as above
    tracker.observe(SERIES[2])
    assert heard == whole(*SERIES[:3])


class Snatched(deque[Any]):
    """What another thread takes between a look at it and the hand put out."""

    def popleft(self) -> Any:
        """Come too late."""
        self.clear()
        return super().popleft()


@pytest.mark.parametrize("name", ["_pending", "_untaken"])
def test_what_an_interrupt_left_is_taken_by_one_thread(name: str) -> None:
    """The others find that it was seen to, and go on."""
    tracker = Tracker(TRAINING_JOB)
    setattr(tracker._turns, name, Snatched([None]))  # noqa: SLF001 - no other way
    assert tracker._turns.left  # noqa: SLF001 - likewise
    assert tracker.observe(SERIES[0]).arrival is Arrival.NEW
    assert not tracker._turns.left  # noqa: SLF001 - likewise


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
