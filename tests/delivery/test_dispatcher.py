"""Subscriptions of a tracker at work on real threads: nobody waits for anybody, nothing is lost."""

from __future__ import annotations

import logging
import threading
import zlib
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from jobstate import (
    Event,
    JobKey,
    OverflowPolicy,
    Retry,
    StatusChanged,
    StatusEntered,
    Subscription,
    Tracker,
)
from jobstate.delivery.outbox import MemoryOutbox
from jobstate.errors import UnknownNameError
from tests.support.gates import LIMIT, Gate, wait_until
from tests.support.small import BEGIN, PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate import Observation

SOON = Retry(attempts=3, first=timedelta(microseconds=1), longest=timedelta(microseconds=1))


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Return a gate, and let whoever hangs at it go in the end."""
    gate = Gate()
    yield gate
    gate.open.set()


def travels(number: int) -> list[Observation]:
    """Return what is seen of a parcel that is sent and comes to the door."""
    key = JobKey("parcel", f"parcel/{number}", BEGIN)
    sent = parcel("sent", "packed", "sent", at=61)
    door = parcel("at the door", "packed", "sent", "at the door", at=122)
    return [evolve(seen, job=key) for seen in (sent, door)]


def test_a_listener_is_told_on_a_thread_of_its_own() -> None:
    """In order, and all of it before `close` returns."""
    threads: set[str] = set()
    heard: list[Event] = []

    def listen(event: Event) -> None:
        threads.add(threading.current_thread().name)
        heard.append(event)

    plain: list[Event] = []
    with Tracker(
        PARCELS, listeners=[plain.append, Subscription(name="pager", listener=listen)]
    ) as tracker:
        for seen in travels(1):
            tracker.observe(seen)
    assert heard == plain
    assert threads == {"jobstate pager 0"}
    (progress,) = tracker.progress()
    assert (progress.name, progress.delivered, progress.idle) == ("pager", 5, True)


def test_one_that_hangs_costs_nobody_anything(gate: Gate) -> None:
    """Neither who observes, nor the others, nor the end: it is given up after the deadline."""
    heard: list[Event] = []
    tracker = Tracker(
        PARCELS,
        listeners=[
            Subscription(name="hangs", listener=gate),
            Subscription(name="books", listener=heard.append),
        ],
    )
    for number in range(50):
        for seen in travels(number):
            tracker.observe(seen)
    wait_until(lambda: len(heard) == 250)
    assert gate.begun.wait(LIMIT)
    hangs, books = tracker.progress()
    assert (hangs.delivered, hangs.waiting) == (0, 250)
    assert hangs.busy is not None
    assert books.idle
    after = tracker.close(timedelta(0))
    assert [each.name for each in after if not each.idle] == ["hangs"]


def test_what_is_lost_at_the_end_is_said(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    """Without a journal: who has not heard how much."""
    tracker = Tracker(PARCELS, listeners=[Subscription(name="hangs", listener=gate)])
    tracker.observe(travels(1)[0])
    assert gate.begun.wait(LIMIT)
    with caplog.at_level(logging.WARNING, logger="jobstate"):
        tracker.close(timedelta(0))
    (record,) = caplog.records
    assert record.getMessage() == (
        "listener 'hangs' has not heard all and has not returned: 3 events in memory, 0 jobs held;"
        " what it has not heard is lost"
    )


def test_one_that_raises_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    """Of that job; the others go on. SystemExit ends no lane either."""
    failures: defaultdict[str, int] = defaultdict(int)
    heard: list[Event] = []

    def listen(event: Event) -> None:
        failures[event.key] += 1
        if event.job.id == "parcel/1" and failures[event.key] < 3:
            raise SystemExit(1)
        heard.append(event)

    with Tracker(
        PARCELS, listeners=[Subscription(name="pager", listener=listen, retry=SOON)]
    ) as tracker:
        for number in range(3):
            for seen in travels(number):
                tracker.observe(seen)
    for number in range(3):
        mine = [event for event in heard if event.job.id == f"parcel/{number}"]
        alone: list[Event] = []
        one = Tracker(PARCELS, listeners=[alone.append])
        for seen in travels(number):
            one.observe(seen)
        assert mine == alone
    assert "listener 'pager' failed at 'parcel/1" in caplog.text
    assert tracker.progress()[0].failed == 10


def test_what_all_lanes_have_parked_is_told_in_order() -> None:
    """The one parked first first, the same object until that changes."""

    def listen(_: Event) -> None:
        raise ValueError("no")

    pager = Subscription(name="pager", listener=listen, lanes=8, retry=Retry(attempts=1))
    with Tracker(PARCELS, listeners=[pager]) as tracker:
        for number in range(8):
            tracker.observe(travels(number)[0])
            wait_until(lambda: len(tracker.progress()[0].parked) == number + 1)  # noqa: B023 - now
        (progress,) = tracker.progress()
        assert [each.job.id for each in progress.parked] == [f"parcel/{n}" for n in range(8)]
        assert tracker.progress()[0].parked is progress.parked
        assert (progress.retrying, progress.idle) == (0, True)


def test_a_job_is_parked_and_unparked(caplog: pytest.LogCaptureFixture) -> None:
    """After the last attempt; asked for by name."""
    broken = [True]
    heard: list[Event] = []

    def listen(event: Event) -> None:
        if broken[0]:
            raise ValueError("no")
        heard.append(event)

    tracker = Tracker(PARCELS, listeners=[Subscription(name="pager", listener=listen, retry=SOON)])
    tracker.observe(travels(1)[0])
    wait_until(lambda: tracker.progress()[0].parked)
    (parked,) = tracker.progress()[0].parked
    assert parked.error == "ValueError: 'no'"
    wait_until(lambda: "hears no more of 'parcel/1" in caplog.text)
    broken[0] = False
    assert tracker.unpark("pager", JobKey("parcel", "parcel/2", BEGIN)) == []
    assert tracker.unpark("pager") == [JobKey("parcel", "parcel/1", BEGIN)]
    wait_until(lambda: not tracker.progress()[0].parked)
    tracker.observe(travels(1)[1])
    tracker.close()
    assert [type(event) for event in heard] == [StatusEntered, StatusChanged]
    with pytest.raises(UnknownNameError, match=r"no listener 'page' \(did you mean pager\?\)"):
        tracker.unpark("page")


def test_whoever_observes_waits_for_room_if_that_is_wanted(gate: Gate) -> None:
    """No event is lost, and the lane never holds much more than its room."""
    subscription = Subscription(
        name="slow", listener=gate, capacity=2, when_full=OverflowPolicy.BLOCK
    )
    tracker = Tracker(PARCELS, listeners=[subscription])
    assert tracker.waits
    observed: list[int] = []

    def observe() -> None:
        for number in range(10):
            tracker.observe(travels(number)[0])
            observed.append(number)

    thread = threading.Thread(target=observe)
    thread.start()
    assert gate.begun.wait(LIMIT)
    wait_until(lambda: tracker.progress()[0].waiting >= 2)
    assert len(observed) < 10
    gate.open.set()
    thread.join(LIMIT)
    tracker.close()
    assert len(gate.heard) == 30
    assert tracker.progress()[0].dropped == 0


def test_a_listener_that_observes_never_waits_for_room() -> None:
    """Else it would wait for itself."""
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        number = int(event.job.id.rpartition("/")[2])
        if isinstance(event, StatusEntered) and event.ordinal == 1 and number < 20:
            tracker.observe(travels(number + 1)[0])

    subscription = Subscription(
        name="chain", listener=listen, capacity=1, when_full=OverflowPolicy.BLOCK
    )
    tracker = Tracker(PARCELS, listeners=[subscription])
    tracker.observe(travels(0)[0])
    wait_until(lambda: len(heard) == 63)
    tracker.close()


def test_waiting_for_room_ends_with_the_tracker(gate: Gate) -> None:
    """Whoever waits when it is closed is let go."""
    subscription = Subscription(
        name="slow", listener=gate, capacity=1, when_full=OverflowPolicy.BLOCK
    )
    tracker = Tracker(PARCELS, listeners=[subscription])
    tracker.observe(travels(0)[0])
    assert gate.begun.wait(LIMIT)
    thread = threading.Thread(target=lambda: tracker.observe(travels(1)[0]))
    thread.start()
    tracker.close(timedelta(0))
    thread.join(LIMIT)
    assert not thread.is_alive()


def test_several_lanes_are_told_at_once() -> None:
    """Four jobs of four lanes meet in the listener; each job's events stay in order."""
    meeting = threading.Barrier(4, timeout=LIMIT)
    heard: dict[str, list[Event]] = defaultdict(list)

    def listen(event: Event) -> None:
        if isinstance(event, StatusEntered) and event.ordinal == 1:
            meeting.wait()
        heard[event.job.id].append(event)

    # The arns fall into four lanes, by their CRC-32.
    numbers: dict[int, int] = {}
    for number in range(100):
        numbers.setdefault(zlib.crc32(f"parcel/{number}".encode()) % 4, number)
    with Tracker(
        PARCELS, listeners=[Subscription(name="pager", listener=listen, lanes=4)]
    ) as tracker:
        for number in numbers.values():
            for seen in travels(number):
                tracker.observe(seen)
    assert [len(each) for each in heard.values()] == [5] * 4
    for mine in heard.values():
        ordinals = [event.ordinal for event in mine if isinstance(event, StatusEntered)]
        assert ordinals == [1, 2, 3]


def test_names_are_unique() -> None:
    """A second one of the name is refused; the first hears on."""
    heard: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[Subscription(name="pager", listener=heard.append)])
    with pytest.raises(ValueError, match="there is a listener 'pager' already"):
        tracker.add_listener(Subscription(name="pager", listener=print))
    tracker.observe(travels(1)[0])
    tracker.close()
    assert len(heard) == 3


def test_one_that_is_removed_hears_nothing_more() -> None:
    """And there is none of that name then."""
    heard: list[Event] = []
    gone: list[Event] = []
    subscriptions = [
        Subscription(name="books", listener=heard.append),
        Subscription(name="gone", listener=gone.append, when_full=OverflowPolicy.BLOCK),
    ]
    with Tracker(PARCELS, listeners=subscriptions) as tracker:
        tracker.remove_listener("gone")
        with pytest.raises(UnknownNameError, match="no listener 'gone'; there is: books"):
            tracker.remove_listener("gone")
        assert not tracker.waits
        tracker.observe(travels(1)[0])
    assert (len(heard), gone) == (3, [])


def test_a_listener_may_close_its_tracker() -> None:
    """Its own lane ends after it; nobody waits for himself."""
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        tracker.close(timedelta(seconds=LIMIT))

    tracker = Tracker(PARCELS, listeners=[Subscription(name="pager", listener=listen)])
    tracker.observe(travels(1)[0])
    wait_until(lambda: heard)
    tracker.close()
    assert tracker["parcel/1"].status == "sent"


def test_answers_without_news_are_told_to_nobody() -> None:
    """They do not even wake a lane."""
    heard: list[Event] = []
    with Tracker(PARCELS, listeners=[Subscription(name="pager", listener=heard.append)]) as tracker:
        tracker.observe(parcel("sent", at=61))
        assert tracker.observe(parcel("sent", at=62)).events == ()
    assert len(heard) == 1


def test_memory_keeps_nothing_for_later() -> None:
    """What waits without a journal waits in the lanes."""
    outbox = MemoryOutbox()
    assert (outbox.held(), outbox.after(5, 10)) == ({}, ((), 5))
    assert outbox.of_job(JobKey("parcel", "parcel/1", BEGIN), 1, 9, 10) == ()
