"""Lanes: what a listener hears next, in the order of each job, whatever it does."""

from __future__ import annotations

import itertools
import logging
import math
import random
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import OverflowPolicy, Retry, Subscription
from jobstate.delivery.health import DOWN_AFTER
from jobstate.delivery.lane import Delivery
from jobstate.delivery.outbox import Held, Outbox
from jobstate.delivery.shards import lane_of, shard_of
from tests.support.lanes import BEGIN, Bench, File, job, letters, posted

BOTH = pytest.mark.parametrize("outbox", [None, File], ids=["memory", "journal"])
THREE = Retry(attempts=3, first=timedelta(seconds=1), longest=timedelta(seconds=10))


def nothing(_: object) -> None:
    """Listen to nothing."""


def bench(outbox: type[File] | None, **more: object) -> Bench:
    """Return a lane with three attempts at each event."""
    made = Subscription(**{"name": "pager", "listener": nothing, "retry": THREE, **more})  # type: ignore[arg-type]
    found = Bench.of(made, outbox() if outbox else None)
    found.run()  # what is durable is looked at first
    return found


def file_of(one: Bench) -> File:
    """Return the outbox of a lane with a journal."""
    assert isinstance(one.outbox, File)
    return one.outbox


# --- In order -----------------------------------------------------------------------------------


@BOTH
def test_all_is_told_in_order(outbox: type[File] | None) -> None:
    """Each event once, in the order in which it was found."""
    one = bench(outbox)
    one.offer(letters("abcab"))
    assert one.run() == math.inf
    one.offer(letters("ab", first=6))
    assert one.run() == math.inf
    assert one.told == [1, 2, 3, 4, 5, 6, 7]
    assert (one.lane.delivered, one.lane.waiting, one.lane.busy) == (7, 0, None)


def test_the_journal_is_told_how_far_the_lane_is() -> None:
    """Each event when it was heard; and up to where everything was, when there is no more."""
    one = bench(File)
    one.offer(letters("abc"))
    one.run()
    assert file_of(one).heard == [1, 2, 3]
    assert file_of(one).settled == {0: 3}


def test_how_far_it_is_is_said_on_the_way_too() -> None:
    """A lane that is never idle still settles what it has told."""
    one = bench(File, capacity=10_000)
    one.offer(letters("ab" * 500))
    for _ in range(700):
        found = one.lane.take()
        assert isinstance(found, Delivery)
        one.lane.succeeded(found)
    assert file_of(one).settled == {0: 512}


def test_how_far_it_is_is_said_once() -> None:
    """A lane that is woken for nothing writes nothing."""
    said: list[int] = []

    class Counting(File):
        def settle(self, lane: int, number: int) -> None:
            said.append(number)
            super().settle(lane, number)

    one = bench(Counting)
    one.offer(letters("abc"))
    one.run()
    one.run()
    assert said == [3]


def test_news_for_other_lanes_moves_the_mark() -> None:
    """What is not this lane's is dealt with as far as this lane goes."""
    one = bench(File)
    one.lane.offer([], 17)
    one.run()
    assert file_of(one).settled == {0: 17}


def test_the_same_news_twice_is_told_once() -> None:
    """A journal may hand on a batch again after an interrupt."""
    one = bench(File)
    one.offer(letters("ab"))
    one.lane.offer(letters("ab"), 2)
    one.run()
    one.lane.offer(letters("ab"), 2)
    one.run()
    assert one.told == [1, 2]


def test_what_came_before_the_lane_was_there_is_read() -> None:
    """What the journal took between its opening and the first offer is in the file only."""
    outbox = File(events=letters("abc"))
    one = Bench.of(Subscription(name="pager", listener=nothing), outbox)
    one.lane.offer(letters("d", first=4), 4)  # while it has not looked yet
    outbox.events += letters("d", first=4)
    one.run()
    assert one.told == [1, 2, 3, 4]


def test_events_that_the_file_has_no_more_are_passed_over() -> None:
    """Those of jobs that were swept: the lane does not look for them for ever."""
    one = Bench.of(Subscription(name="pager", listener=nothing), File(), offered=5)
    assert one.run() == math.inf
    assert (file_of(one).settled, one.lane.behind) == ({0: 5}, False)


# --- Failures -----------------------------------------------------------------------------------


@BOTH
def test_an_event_that_fails_is_told_again_and_its_job_waits(outbox: type[File] | None) -> None:
    """Other jobs go on; what comes after of the same job is told after it, in order."""
    one = bench(outbox)
    one.offer(letters("abab"))
    waits = one.run(fails=lambda number: number == 1)
    assert (one.told, waits, one.lane.retrying) == ([1, 2, 4], 1.0, 1)
    one.offer(letters("ab", first=5))
    one.clock.seconds += 0.5
    assert one.run() == 0.5
    assert one.told == [1, 2, 4, 6]
    one.clock.seconds += 0.5
    assert one.run() == math.inf
    assert one.told == [1, 2, 4, 6, 1, 3, 5]
    assert (one.lane.retrying, one.lane.waiting, one.lane.failures) == (0, 0, 1)


@BOTH
def test_pauses_grow(outbox: type[File] | None) -> None:
    """The second pause is twice the first."""
    one = bench(outbox)
    one.offer(letters("a"))
    assert one.run(fails=lambda _: True) == 1.0
    one.clock.seconds += 1
    assert one.run(fails=lambda _: True) == 2.0


@BOTH
def test_the_first_failure_is_said_at_once(
    outbox: type[File] | None, caplog: pytest.LogCaptureFixture
) -> None:
    """With what was raised; the second one is not said."""
    one = bench(outbox)
    one.offer(letters("a"))
    for _ in range(2):
        one.run(fails=lambda _: True)
        (record,) = caplog.records
        assert record.exc_info is not None
        assert str(record.exc_info[1]) == "no 1"
        assert one.lane.busy is None
        one.clock.seconds += 1


@BOTH
def test_an_event_after_one_that_failed_has_all_its_attempts(outbox: type[File] | None) -> None:
    """They are counted event by event; and anew when the job was unparked."""
    one = bench(outbox)
    one.offer(letters("aa"))
    one.run(fails=lambda _: True)
    one.clock.seconds += 1
    for _ in range(3):
        assert one.lane.parked == ()
        one.run(fails=lambda number: number == 2)
        one.clock.seconds += 100
    assert one.told == [1, 1, 2, 2, 2]
    assert [each.attempts for each in one.lane.parked] == [3]
    one.lane.unpark()
    one.offer(letters("a", first=3))
    for expected in ([], [], [3]):
        one.run(fails=lambda _: True)
        assert [each.attempts for each in one.lane.parked] == expected
        one.clock.seconds += 100


@BOTH
def test_after_the_last_attempt_the_job_is_parked(
    outbox: type[File] | None, caplog: pytest.LogCaptureFixture
) -> None:
    """That job for that listener, and the log and the progress say so; others go on."""
    one = bench(outbox)
    one.offer(letters("ab"))
    with caplog.at_level(logging.WARNING, logger="jobstate"):
        for _ in range(3):
            one.run(fails=lambda number: number == 1)
            one.clock.seconds += 100
    assert one.told == [1, 2, 1, 1]
    (parked,) = one.lane.parked
    assert (parked.job, parked.attempts) == (job("a"), 3)
    assert parked.error == "RuntimeError: 'no 1'"
    assert parked.since.replace(microsecond=0) >= BEGIN
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 2
    assert "it is told again, 2 times at most" in texts[0]
    assert "hears no more of 'arn:a" in texts[1]
    one.offer(letters("ab", first=3))
    assert one.run() == math.inf
    assert one.told[4:] == [4]


def test_a_parked_job_is_told_from_where_it_failed_on() -> None:
    """With a journal nothing is lost, whenever it is unparked."""
    one = bench(File)
    one.offer(letters("abaab"))
    for _ in range(3):
        one.run(fails=lambda number: number == 1)
        one.clock.seconds += 100
    assert file_of(one).kept == {job("a"): (1, 3, True)}
    one.told.clear()
    assert one.lane.unpark(job("b")) == []
    assert one.lane.unpark(job("a")) == [job("a")]
    assert one.run() == math.inf
    assert one.told == [1, 3, 4]
    assert file_of(one).kept == {}


def test_without_a_journal_a_parked_job_begins_anew() -> None:
    """What was not told of it meanwhile is counted as dropped; the listener hears what comes."""
    one = bench(None)
    one.offer(letters("aab"))
    for _ in range(3):
        one.run(fails=lambda number: number == 1)
        one.clock.seconds += 100
    one.offer(letters("a", first=4))
    one.run()
    assert one.lane.dropped == 3
    assert one.lane.unpark() == [job("a")]
    one.offer(letters("a", first=5))
    one.told.clear()
    one.run()
    assert (one.told, one.lane.dropped) == ([5], 3)
    one.offer(letters("ab", first=6))
    for _ in range(3):
        one.run(fails=lambda number: number == 6)
        one.clock.seconds += 100
    assert one.lane.dropped == 4


def test_unparking_twice_does_no_harm() -> None:
    """Asked twice before the lane gets round to it, the job is told once."""
    one = bench(File, retry=Retry(attempts=1))
    one.offer(letters("a"))
    one.run(fails=lambda _: True)
    assert one.lane.unpark() == one.lane.unpark() == [job("a")]
    one.told.clear()
    one.run()
    assert one.told == [1]


def test_several_jobs_are_unparked_by_one_and_one() -> None:
    """Each that is asked for, whatever came of the others meanwhile."""
    one = bench(File, retry=Retry(attempts=1))
    one.offer(letters("abc"))
    one.run(fails=lambda _: True)
    one.lane.unpark(job("a"))
    one.lane.unpark(job("a"))
    one.lane.unpark(job("c"))
    one.lane._unpark.insert(0, job("gone"))  # noqa: SLF001 - asked for while it was released
    one.told.clear()
    one.run()
    assert one.told == [1, 3]
    assert [each.job for each in one.lane.parked] == [job("b")]


def test_many_jobs_are_unparked_some_at_a_time() -> None:
    """No commit is of all of them, none is of one only, and what is due is told between two."""
    many = 1000
    one = bench(File, retry=Retry(attempts=1, first=timedelta(milliseconds=1)))
    one.offer([posted(number, f"job {number % many}") for number in range(1, 2 * many + 1)])
    for _ in range(many):  # it is down, and is tried only now and then
        one.run(fails=lambda _: True)
        one.clock.seconds += 60
    file_of(one).held_at_once.clear()
    one.told.clear()
    assert len(one.lane.unpark()) == many
    one.run()
    assert sorted(one.told) == list(range(1, 2 * many + 1))
    unparked = [count for count in file_of(one).held_at_once if count > 1]
    assert (sum(unparked), len(unparked), max(unparked)) == (many, 4, 256)
    assert file_of(one).held_at_once[1] == 1
    assert file_of(one).kept == {}


def test_who_asks_often_finds_what_is_parked_ready_made() -> None:
    """In the order in which it was parked, the same object until that changes."""
    one = bench(File, retry=Retry(attempts=1))
    one.offer(letters("abc"))
    one.run(fails=lambda _: True)
    before = one.lane.parked
    assert [each.job for each in before] == [job("a"), job("b"), job("c")]
    one.lane.offer([], 3)
    one.run()
    assert one.lane.parked is before
    one.lane.unpark(job("a"))
    one.run()
    assert [each.job for each in one.lane.parked] == [job("b"), job("c")]
    assert len(before) == 3
    one.offer(letters("a", first=4))
    one.run(fails=lambda _: True)
    assert [each.job for each in one.lane.parked] == [job("b"), job("c"), job("a")]


def test_what_was_parked_in_an_earlier_process_is_parked_in_the_same_order() -> None:
    """By when, whatever the file has first."""
    one = Bench.of(Subscription(name="pager", listener=nothing), File())
    times = {"a": BEGIN + timedelta(2), "b": None, "c": BEGIN, "d": BEGIN + timedelta(1)}
    one.lane.resume({job(name): Held(1, 1, "no", since) for name, since in times.items()})
    assert [each.job for each in one.lane.parked] == [job("c"), job("d"), job("a")]
    assert one.lane.retrying == 1


def test_of_a_parked_job_nothing_waits_in_memory() -> None:
    """What was read of it for a retry is in the file: nobody takes the lane to be busy with it."""
    one = bench(File)
    one.offer(letters("aaa"))
    one.run(fails=lambda _: True)
    for _ in range(2):
        one.clock.seconds += 100
        one.run(fails=lambda _: True)
    assert [each.job for each in one.lane.parked] == [job("a")]
    assert (one.lane.waiting, one.lane.dropped) == (0, 0)
    one.lane.unpark()
    one.run()
    assert one.heard == [1, 2, 3]


def test_a_held_job_is_released_with_the_last_event_that_is_heard() -> None:
    """So a job of one event costs one commit; one that came past meanwhile is told before."""
    one = bench(File, retry=Retry(attempts=1))
    one.offer(letters("aab"))
    one.run(fails=lambda _: True)
    one.lane.unpark(job("b"))
    file_of(one).held_at_once.clear()
    one.run()
    assert file_of(one).held_at_once == [1]  # that it is unparked
    assert file_of(one).kept.keys() == {job("a")}
    one.lane.unpark()
    first, second = one.lane.take(), None
    assert isinstance(first, Delivery)
    one.lane.succeeded(first)
    second = one.lane.take()
    assert isinstance(second, Delivery)
    one.offer(letters("a", first=4))
    one.lane.failed(second, RuntimeError("no"))
    one.run()  # past the fourth
    one.told.clear()
    one.lane.unpark()
    one.run()
    assert one.told == [2, 4]
    assert file_of(one).kept == {}


def test_few_events_of_held_jobs_wait_in_memory() -> None:
    """One job is told to its end before the next one is read."""
    one = bench(File, retry=Retry(attempts=1))
    one.offer(letters("abcd"))
    one.run(fails=lambda _: True)
    one.offer(letters("abcd" * 5, first=5))
    one.run()
    one.told.clear()
    one.lane.unpark()
    most = 0
    while isinstance(found := one.lane.take(), Delivery):
        one.told.append(found.posted.number)
        most = max(most, one.lane.waiting)
        one.lane.succeeded(found)
    assert [number % 4 for number in one.told] == [1] * 6 + [2] * 6 + [3] * 6 + [0] * 6
    assert most == 6 + 1  # and the one that is being told


def test_a_job_is_unparked_while_its_later_events_wait() -> None:
    """Those that the lane went past are read, those that it has are not read besides."""
    for waiting in ("aba", "bab"):
        one = bench(File, retry=Retry(attempts=1))
        one.offer(letters("aa"))
        one.run(fails=lambda number: number == 1)
        one.offer(letters(waiting, first=3))
        one.lane.unpark()
        one.told.clear()
        one.run()
        assert sorted(one.told) == [1, 2, 3, 4, 5]


def test_of_what_is_read_so_much_is_kept_as_there_is_room_for() -> None:
    """Of what comes next, and of a job that is unparked."""
    one = bench(File, retry=Retry(attempts=1), capacity=3)
    one.offer(letters("a" * 20))
    most = 0
    while isinstance(found := one.lane.take(), Delivery):
        most = max(most, one.lane.waiting)
        one.lane.failed(found, RuntimeError("no"))
    one.lane.unpark()
    while isinstance(found := one.lane.take(), Delivery):
        most = max(most, one.lane.waiting)
        one.lane.succeeded(found)
    assert one.lane.delivered == 20
    assert most == 4  # with the one that is being told


def test_one_that_was_parked_for_want_of_room_while_it_waited_for_its_turn() -> None:
    """It is unparked once, though its retry was due besides."""
    one = bench(None, capacity=1)
    one.offer(letters("a"))
    one.run(fails=lambda _: True)
    one.offer(letters("ba", first=2))
    assert [each.job for each in one.lane.parked] == [job("a")]
    assert one.lane.unpark() == [job("a")]
    one.clock.seconds += 100
    assert one.run() == math.inf
    one.offer(letters("a", first=4))
    one.run()
    assert (one.heard, one.lane.dropped) == ([2, 4], 2)


@BOTH
def test_a_held_job_that_fails_again_stays_in_order(outbox: type[File] | None) -> None:
    """A later event of a held job that fails is told again before what follows it."""
    one = bench(outbox)
    one.offer(letters("aaa"))
    one.run(fails=lambda number: number == 1)
    one.clock.seconds += 10
    one.run(fails=lambda number: number == 2)
    one.clock.seconds += 10
    one.run()
    assert one.told == [1, 1, 2, 2, 3]
    assert one.lane.parked == ()


# --- The listener is down -----------------------------------------------------------------------


@BOTH
def test_a_listener_that_fails_at_every_job_is_tried_now_and_then(
    outbox: type[File] | None, caplog: pytest.LogCaptureFixture
) -> None:
    """It costs next to nothing while it is down, hears all when it is back, and the log says so."""
    one = bench(outbox, retry=Retry(attempts=50, first=timedelta(seconds=1)))
    jobs = "abcdefghijklmnopqrst"
    one.offer(letters(jobs))
    with caplog.at_level(logging.INFO, logger="jobstate"):
        assert one.run(fails=lambda _: True) == 1.0
        assert len(one.told) == DOWN_AFTER
        for _ in range(10):
            one.clock.seconds += 60
            one.run(fails=lambda _: True)
        assert len(one.told) == DOWN_AFTER + 10
        one.told.clear()
        one.clock.seconds += 60
        while one.run() != math.inf:
            one.clock.seconds += 60
    assert sorted(one.told) == list(range(1, len(jobs) + 1))
    texts = [record.getMessage() for record in caplog.records]
    assert sum("fails at every job" in text for text in texts) == 1
    assert texts[-1] == "listener 'pager' is back"


def test_one_bad_job_does_not_make_a_listener_down() -> None:
    """Only failures at several jobs with no success between do."""
    one = bench(None, retry=Retry(attempts=20, first=timedelta(seconds=1)))
    one.offer(letters("a"))
    for _ in range(10):
        one.run(fails=lambda number: number == 1)
        one.clock.seconds += 60
    one.offer(letters("b", first=2))
    one.run(fails=lambda number: number == 1)
    assert one.told[-1] == 2


# --- No room ------------------------------------------------------------------------------------


def test_what_has_no_room_waits_in_the_journal() -> None:
    """Nothing is lost and nobody waits, however far the lane is behind."""
    one = bench(File, capacity=3)
    one.offer(letters("abcde"))
    one.offer(letters("fg", first=6))
    assert one.lane.waiting == 3
    behind = [one.lane.behind]
    one.run()
    behind.append(one.lane.behind)
    assert one.told == [1, 2, 3, 4, 5, 6, 7]
    assert (behind, one.lane.dropped) == ([True, False], 0)


def test_the_oldest_is_dropped_and_counted() -> None:
    """The newest are told."""
    one = bench(None, capacity=2, when_full=OverflowPolicy.DROP_OLDEST)
    one.offer(letters("abcde"))
    one.run()
    assert (one.told, one.lane.dropped) == ([4, 5], 3)


def test_without_a_journal_the_job_is_parked(caplog: pytest.LogCaptureFixture) -> None:
    """It is said which; the others hear on."""
    one = bench(None, capacity=2)
    one.offer(letters("aabb"))
    one.run()
    (record,) = caplog.records
    assert record.getMessage() == (
        "listener 'pager' hears no more of 'arn:b (created 2026-11-27T00:00:00Z)' until it is"
        " unparked: no room in its lane (attempt 0)"
    )
    one.offer(letters("ab", first=5))
    one.run()
    assert (one.told, one.lane.dropped) == ([1, 2, 5], 3)
    (parked,) = one.lane.parked
    assert (parked.job, parked.attempts, parked.error) == (job("b"), 0, "no room in its lane")


def test_a_held_job_has_room_for_so_many_too() -> None:
    """Without a journal what waits for a retry is bounded: then the job is parked."""
    one = bench(None, capacity=3)
    one.offer(letters("a"))
    one.run(fails=lambda _: True)
    for number in range(2, 6):
        assert (number == 5) == bool(one.lane.parked)
        one.offer(letters("a", first=number))
        one.run()
    (parked,) = one.lane.parked
    assert parked.job == job("a")
    assert one.lane.dropped == 5
    one.clock.seconds += 100
    assert one.run() == math.inf


def test_whoever_must_wait_for_room_has_waited_already() -> None:
    """Where observers wait, a lane takes what comes: it can't refuse what was judged."""
    one = bench(None, capacity=1, when_full=OverflowPolicy.BLOCK)
    one.offer(letters("abc"))
    one.run()
    assert (one.told, one.lane.dropped) == ([1, 2, 3], 0)


# --- The journal fails --------------------------------------------------------------------------


WAITS = "listener 'pager' waits: the journal 'j.db' could not be written: disk full; make room"


def test_an_event_that_can_not_be_held_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    """A lane never goes past a failure that it could not write down."""
    one = bench(File)
    one.offer(letters("ab"))
    file_of(one).broken = True
    with caplog.at_level(logging.WARNING, logger="jobstate"):
        assert one.run(fails=lambda number: number == 1) == 1.0
    assert [record.getMessage() for record in caplog.records] == [WAITS]
    assert file_of(one).heard == []
    file_of(one).broken = False
    one.clock.seconds += 1
    one.run()
    assert one.told == [1, 1, 2]


def test_a_journal_that_can_not_be_read_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """What is behind is read when it can be."""
    one = bench(File, capacity=1)
    one.offer(letters("abc"))
    file_of(one).broken = True
    assert one.run() == 1.0
    assert one.run() == 1.0
    assert [record.getMessage() for record in caplog.records] == [WAITS]
    file_of(one).broken = False
    one.clock.seconds += 1
    one.run()
    assert one.told == [1, 2, 3]


def test_progress_of_a_held_job_that_can_not_be_written_costs_a_repeat_at_most(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The lane goes on; the file has the older mark."""
    one = bench(File)
    one.offer(letters("aa"))
    one.run(fails=lambda number: number == 1)
    one.clock.seconds += 1
    found = one.lane.take()
    assert isinstance(found, Delivery)
    file_of(one).broken = True
    one.lane.succeeded(found)
    file_of(one).broken = False
    assert caplog.records[-1].getMessage() == WAITS
    assert file_of(one).kept[job("a")][0] == 1
    one.clock.seconds += 1
    one.run()
    assert one.told == [1, 2]


# --- The end ------------------------------------------------------------------------------------


@BOTH
def test_finishing_tells_what_waits(outbox: type[File] | None) -> None:
    """Then it ends."""
    one = bench(outbox)
    one.offer(letters("abc"))
    one.lane.finish()
    assert one.run() is None
    assert one.told == [1, 2, 3]


def test_finishing_does_not_wait_for_what_the_journal_keeps() -> None:
    """A held job is told after the next start."""
    one = bench(File)
    one.offer(letters("a"))
    one.lane.finish()
    assert one.run(fails=lambda _: True) is None


def test_finishing_without_a_journal_waits_for_retries() -> None:
    """There is no later: until the deadline it tries."""
    one = bench(None)
    one.offer(letters("a"))
    one.lane.finish()
    assert one.run(fails=lambda _: True) == 1.0


@pytest.mark.parametrize("trouble", ["listener", "journal"])
def test_finishing_does_not_wait_for_what_is_down(trouble: str) -> None:
    """Neither for a listener that fails at everything, nor for a journal that can't be read."""
    one = bench(File, capacity=DOWN_AFTER)
    one.offer(letters("abcdefgh"))
    if trouble == "journal":
        one.run()
        file_of(one).broken = True
        one.offer(letters("abcdefghi", first=9))
    one.lane.finish()
    assert one.run(fails=lambda _: trouble == "listener") is None


def test_stopping_ends_at_once() -> None:
    """What waits is not told."""
    one = bench(None)
    one.offer(letters("abc"))
    one.lane.stop()
    assert one.run() is None
    assert one.told == []


def test_busy_tells_for_how_long() -> None:
    """So that somebody sees a listener that hangs."""
    one = Bench.of(Subscription(name="pager", listener=nothing))
    idle = one.lane.busy
    assert idle is None
    one.offer(letters("a"))
    found = one.lane.take()
    assert isinstance(found, Delivery)
    one.clock.seconds += 30
    assert (one.lane.busy, one.lane.waiting) == (30.0, 1)
    one.lane.failed(found, RuntimeError("no"))
    assert one.lane.busy is None


def test_what_is_held_waits_too() -> None:
    """In memory, where there is no journal: the event that failed, and what came after it."""
    one = bench(None)
    one.offer(letters("aaab"))
    one.run(fails=lambda number: number == 1)
    one.offer(letters("c", first=5))
    assert one.lane.waiting == 4


def test_whether_the_next_step_may_wait_for_the_journal() -> None:
    """Then an event loop leaves it to a thread; without a journal it never does."""
    one = bench(File, capacity=1, retry=Retry(attempts=2))
    steps = [one.lane.reads]
    one.offer(letters("ab"))
    steps.append(one.lane.reads)  # b has to be read
    one.run(fails=lambda number: number == 1)
    steps.append(one.lane.reads)  # a is told again
    one.clock.seconds += 10
    one.run(fails=lambda _: True)
    steps.append(one.lane.reads)  # it is parked
    one.lane.unpark()
    steps.append(one.lane.reads)  # it is asked for
    assert steps == [False, True, True, False, True]
    one = bench(None)
    one.offer(letters("a"))
    one.run(fails=lambda _: True)
    assert not one.lane.reads


def test_waiting_for_room() -> None:
    """One who would bring more than there is room for waits until something was taken."""
    one = bench(None, capacity=1, when_full=OverflowPolicy.BLOCK)
    one.lane.wait_for_room()
    one.offer(letters("a"))
    waits = Thread(target=one.lane.wait_for_room, daemon=True)
    waits.start()
    waits.join(0.05)
    assert waits.is_alive()
    one.run()
    waits.join(30)
    assert not waits.is_alive()


# --- After a restart ----------------------------------------------------------------------------


def test_held_jobs_go_on_after_a_restart() -> None:
    """Those that were parked stay parked, the others are tried at once."""
    outbox = File(events=letters("abab"), heard=[1, 2, 3, 4])
    subscription = Subscription(name="pager", listener=nothing)
    one = Bench.of(subscription, outbox)
    one.lane.resume({job("a"): Held(1, 2, "x"), job("b"): Held(2, 9, "y", BEGIN)})
    outbox.kept = {job("a"): (1, 2, False), job("b"): (2, 9, True)}
    one.run()
    assert one.told == [1, 3]
    assert [each.job for each in one.lane.parked] == [job("b")]


def test_a_held_job_is_told_as_soon_as_the_lane_comes_past_it() -> None:
    """Not only when it has come past all that was there before."""
    subscription = Subscription(name="pager", listener=nothing)
    one = Bench.resumed(subscription, File(letters("babbb")), offered=5)
    one.run_on()
    assert one.told == [1, 3, 2, 4, 5]


def test_a_held_job_is_released_where_all_else_is_of_other_lanes() -> None:
    """The lane comes past what it has nothing to do with."""
    subscription = Subscription(name="pager", listener=nothing, lanes=2)
    mine = lane_of(posted(1, "a"), subscription)
    other = next(name for name in "bcdef" if lane_of(posted(1, name), subscription) != mine)
    outbox = File(letters(other * 3))
    one = Bench.resumed(subscription, outbox, offered=3)
    one.run_on()
    assert (one.told, outbox.kept) == ([], {})


# --- Whatever happens ---------------------------------------------------------------------------


@given(
    names=st.lists(st.sampled_from("abcd"), max_size=40),
    capacity=st.integers(1, 50),
    seed=st.integers(0, 1 << 32),
)
def test_nothing_is_lost_and_order_is_kept(names: list[str], capacity: int, seed: int) -> None:
    """With a journal: whatever fails, whatever comes when, each job hears all, in order."""
    rng = random.Random(seed)
    one = bench(File, capacity=capacity, retry=Retry(attempts=4, first=timedelta(seconds=1)))
    news = [posted(number, name) for number, name in enumerate(names, start=1)]
    while news:
        count = rng.randint(1, 5)
        one.offer(news[:count])
        del news[:count]
        file_of(one).broken = rng.random() < 0.2
        one.run(lambda _: rng.random() < 0.3)
        file_of(one).broken = False
        one.clock.seconds += rng.choice([0.5, 1, 60])
    while one.run() != math.inf or one.lane.unpark():
        one.clock.seconds += 100
    assert sorted(one.heard) == list(range(1, len(names) + 1))
    for name in set(names):
        mine = [number for number in one.heard if names[number - 1] == name]
        assert mine == sorted(mine)
    assert file_of(one).kept == {}


def test_a_job_has_one_lane_and_the_same_everywhere() -> None:
    """The lane follows from the arn alone: these are CRC-32 values of zlib's documentation."""
    assert shard_of("123456789") == 0xCBF43926 & 63
    assert shard_of("half of a pair \ud800") in range(64)
    subscription = Subscription(name="pager", listener=nothing, lanes=7)
    lanes = {lane_of(posted(number, "a"), subscription) for number in range(1, 9)}
    assert len(lanes) == 1
    names = map("".join, itertools.product("abcdefgh", repeat=2))
    assert {lane_of(posted(1, name), subscription) for name in names} == set(range(7))


def test_outboxes_are_outboxes() -> None:
    """The one for tests has what lanes need, as far as types can tell."""
    outbox: Outbox = File()
    assert outbox.durable
