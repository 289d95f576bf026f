"""Trackers in event loops, under asyncio and trio: nothing blocks, nothing is lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from jobstate import (
    Event,
    ObservationError,
    OverflowPolicy,
    Retry,
    StatusChanged,
    Subscription,
    Tracker,
)
from jobstate.asynchronous import running
from jobstate.errors import TrackerClosedError, UnknownNameError
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.series import ARN, SERIES, renamed, whole

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 30.0  # seconds after which a test that hangs fails
SOON = Retry(attempts=3, first=timedelta(microseconds=1), longest=timedelta(microseconds=1))

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each test under both."""
    name: str = request.param
    return name


class Diary:
    """An asynchronous listener that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.threads: set[int] = set()

    async def __call__(self, event: Event) -> None:
        """Write it down, after others had their turn."""
        await anyio.lowlevel.checkpoint()
        self.threads.add(threading.get_ident())
        self.heard.append(event)


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "journal"])
async def test_listeners_are_told_in_the_loop_and_on_threads(
    tmp_path: Path, *, durable: bool
) -> None:
    """Each all of it, in order; asynchronous ones in the loop's own thread."""
    diary = Diary()
    plain: list[Event] = []
    listeners = [
        Subscription(name="diary", listener=diary),
        Subscription(name="plain", listener=plain.append),
    ]
    journal = Journal(tmp_path / "jobs.db", durability="normal") if durable else None
    tracker = Tracker(TRAINING_JOB, listeners=listeners, journal=journal)
    async with running(tracker) as jobs:
        for answer in SERIES[:2]:
            assert not (await jobs.observe(answer)).duplicate
        assert [each.arrival for each in await jobs.observe_all(SERIES[2:])]
        assert jobs.tracker[ARN].final
    assert diary.heard == plain == whole()
    assert diary.threads == {threading.get_ident()}
    with pytest.raises(TrackerClosedError):
        tracker.observe(SERIES[0])


@pytest.mark.parametrize("durable", [False, True], ids=["memory", "journal"])
async def test_errors_are_collected(tmp_path: Path, *, durable: bool) -> None:
    """As by the tracker itself: what can be read is taken, the rest comes back by its index."""
    journal = Journal(tmp_path / "jobs.db", durability="normal") if durable else None
    async with running(Tracker(TRAINING_JOB, journal=journal)) as jobs:
        answers = [*SERIES[:2], {"TrainingJobName": 5}, *SERIES[2:]]
        with pytest.raises(ObservationError):
            await jobs.observe_all(answers)
        assert len(jobs.tracker) == 0
        observed, errors = await jobs.observe_all(answers, on_error="collect")
        assert len(observed) == len(SERIES)
        assert [index for index, _ in errors] == [2]
        assert jobs.tracker[ARN].final
        with pytest.raises(UnknownNameError, match="there is: collect, raise"):
            await jobs.observe_all(answers, on_error="skip")  # type: ignore[call-overload]


async def test_many_tasks_observe_at_once(tmp_path: Path) -> None:
    """They share commits, and the loop goes on meanwhile."""
    diary = Diary()
    tracker = Tracker(
        TRAINING_JOB,
        listeners=[Subscription(name="diary", listener=diary, lanes=3)],
        journal=Journal(tmp_path / "jobs.db"),
    )
    async with running(tracker) as jobs, anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(jobs.observe, renamed(SERIES[-1], number))
    assert len(diary.heard) == 30 * 6
    assert sum(isinstance(event, StatusChanged) for event in diary.heard) == 30


async def test_one_that_raises_is_told_again() -> None:
    """As on threads: after a pause, in order."""
    attempts: list[str] = []
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        await anyio.lowlevel.checkpoint()
        attempts.append(event.key)
        if len(attempts) < 3:
            raise ValueError("no")
        heard.append(event)

    tracker = Tracker(
        TRAINING_JOB, listeners=[Subscription(name="flaky", listener=listen, retry=SOON)]
    )
    async with running(tracker) as jobs:
        for answer in SERIES:
            await jobs.observe(answer)
    assert heard == whole()
    assert attempts[:3] == [heard[0].key] * 3


async def test_one_that_takes_too_long_is_cut_short(tmp_path: Path) -> None:
    """It counts as a failure; what it should have heard stays in the journal."""
    cancelled: list[Event] = []

    async def hang(event: Event) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.append(event)

    subscription = Subscription(
        name="hangs", listener=hang, timeout=timedelta(milliseconds=1), retry=Retry(attempts=1)
    )
    tracker = Tracker(TRAINING_JOB, listeners=[subscription], journal=Journal(tmp_path / "jobs.db"))
    async with running(tracker) as jobs:
        await jobs.observe(SERIES[0])
        with anyio.fail_after(LIMIT):
            while not tracker.progress()[0].parked:  # noqa: ASYNC110 - another task makes it so
                await anyio.sleep(0.001)
    assert cancelled == whole()[:1]
    (parked,) = tracker.progress()[0].parked
    assert parked.error == "TimeoutError: ''"


async def test_one_that_hangs_is_cancelled_in_the_end(tmp_path: Path) -> None:
    """After the deadline; the next tracker tells it again."""
    begun = anyio.Event()

    async def hang(_: Event) -> None:
        begun.set()
        await anyio.sleep_forever()

    path = tmp_path / "jobs.db"
    tracker = Tracker(
        TRAINING_JOB,
        listeners=[Subscription(name="books", listener=hang)],
        journal=Journal(path),
    )
    async with running(tracker, timedelta(0)) as jobs:
        await jobs.observe_all(SERIES)
        await begun.wait()
    diary = Diary()
    again = Tracker(
        TRAINING_JOB, listeners=[Subscription(name="books", listener=diary)], journal=Journal(path)
    )
    async with running(again):
        pass
    assert [event.key for event in diary.heard] == [event.key for event in whole()]


async def test_errors_pass_as_they_are() -> None:
    """What the block raises is not wrapped into a group, and listeners hear all before."""
    diary = Diary()
    tracker = Tracker(TRAINING_JOB, listeners=[Subscription(name="diary", listener=diary)])
    with pytest.raises(KeyError, match="mine"):  # noqa: PT012 - how the block ends is the point
        async with running(tracker) as jobs:
            await jobs.observe_all(SERIES)
            raise KeyError("mine")
    assert diary.heard == whole()


async def test_cancelling_ends_it(tmp_path: Path) -> None:
    """The journal is closed in order all the same, and the lock is free."""
    path = tmp_path / "jobs.db"
    tracker = Tracker(
        TRAINING_JOB,
        listeners=[Subscription(name="diary", listener=Diary())],
        journal=Journal(path),
    )
    with anyio.CancelScope() as scope:
        async with running(tracker) as jobs:
            await jobs.observe(SERIES[0])
            scope.cancel()
            await anyio.sleep_forever()
    journal = Journal(path)
    assert not journal.recovered
    journal.close()


async def test_listeners_can_be_added_later() -> None:
    """Asynchronous ones too: the loop runs their lanes."""
    diary = Diary()
    async with running(Tracker(TRAINING_JOB)) as jobs:
        await jobs.observe(SERIES[0])
        await jobs.add_listener(Subscription(name="diary", listener=diary))
        await jobs.add_listener(Subscription(name="other", listener=Diary()))
        await jobs.observe(SERIES[1])
    assert [event.key for event in diary.heard] == [event.key for event in whole(*SERIES[:2])[2:]]


async def test_waiting_for_room_does_not_stop_the_loop() -> None:
    """The listener that makes room runs in the same loop."""
    diary = Diary()
    subscription = Subscription(
        name="diary", listener=diary, capacity=1, when_full=OverflowPolicy.BLOCK
    )
    async with running(Tracker(TRAINING_JOB, listeners=[subscription])) as jobs:
        for answer in SERIES:
            await jobs.observe(answer)
    assert diary.heard == whole()


async def test_an_asynchronous_listener_may_observe() -> None:
    """It never waits for the room that it must make itself."""
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, StatusChanged) and not event.final:
            await jobs.observe(SERIES[-1])

    subscription = Subscription(
        name="chain", listener=listen, capacity=1, when_full=OverflowPolicy.BLOCK
    )
    async with running(Tracker(TRAINING_JOB, listeners=[subscription])) as jobs:
        await jobs.observe(SERIES[0])
        with anyio.fail_after(LIMIT):
            while not jobs.tracker[ARN].final:  # noqa: ASYNC110 - a listener makes it so
                await anyio.sleep(0.001)
    assert isinstance(heard[-1], StatusChanged)
    assert heard[-1].final


async def test_threads_wake_the_loop() -> None:
    """Answers that other threads observe are told in the loop, without anybody's asking."""
    diary = Diary()
    tracker = Tracker(TRAINING_JOB, listeners=[Subscription(name="diary", listener=diary)])
    async with running(tracker):
        await anyio.to_thread.run_sync(tracker.observe_all, SERIES)
        with anyio.fail_after(LIMIT):
            while len(diary.heard) < len(whole()):  # noqa: ASYNC110 - another task makes it so
                await anyio.sleep(0.001)
    lane = tracker.lanes()[0]
    lane.on_news()  # the loop may have ended: that is nobody's trouble
