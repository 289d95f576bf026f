"""Delivery: every event to every listener, in order, once, whatever listeners do meanwhile."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from jobstate import (
    ConformanceError,
    Event,
    Observed,
    StatusChanged,
    StatusEntered,
    Subscription,
    Tracker,
)
from tests.common.test_calls import ASYNCHRONOUS, Later, later
from tests.support.small import PARCEL, PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a parcel tells that is first seen on its way, then at the door.
FIRST = ["1 packed", "2 sent", "None -> sent"]
SECOND = ["3 at the door", "sent -> at the door"]


def word(event: Event) -> str:
    """Return an event in a word or two."""
    if isinstance(event, StatusEntered):
        return f"{event.ordinal} {event.status}"
    assert isinstance(event, StatusChanged)
    return f"{event.origin} -> {event.target}"


class Diary:
    """A listener that writes down what it hears, and then does what it is told to."""

    def __init__(self, then: Callable[[Event], object] = word) -> None:
        self.heard: list[str] = []
        self._then = then

    def __call__(self, event: Event) -> None:
        """Write an event down."""
        self.heard.append(word(event))
        self._then(event)


def go(tracker: Tracker) -> None:
    """Let the parcel be sent, then come to the door."""
    tracker.observe(parcel("sent", "packed", "sent", at=61))
    tracker.observe(parcel("at the door", "packed", "sent", "at the door", at=122))


def fail(_: Event) -> None:
    """Raise, with something in the text that could harm a log."""
    raise ZeroDivisionError("a\nb")


def interrupt(_: Event) -> None:
    """Be interrupted, as by Ctrl-C."""
    raise KeyboardInterrupt


# --- Order --------------------------------------------------------------------------------------


def test_each_listener_hears_all_in_order() -> None:
    """Stays first, then the change, answer after answer, whoever else listens."""
    diaries = [Diary(), Diary(), Diary()]
    go(Tracker(PARCELS, listeners=diaries))
    assert [diary.heard for diary in diaries] == [FIRST + SECOND] * 3


def test_functions_methods_and_objects_listen() -> None:
    """Whatever can be called with one event is a listener."""
    told: list[Event] = []
    diary = Diary()
    go(Tracker(PARCELS, listeners=[told.append, diary, lambda event: told.insert(0, event)]))
    assert len(told) == 2 * len(diary.heard)


def test_without_listeners() -> None:
    """Nobody has to listen: what an answer brought is in what `observe` returns."""
    observed = Tracker(PARCELS).observe(parcel("sent", "packed", "sent", at=61))
    assert [word(event) for event in observed.events] == FIRST


# --- Listeners that fail ------------------------------------------------------------------------


def test_one_that_raises_harms_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    """The others hear all, the caller gets its result, and the log has each failure."""
    before, after = Diary(), Diary()
    tracker = Tracker(PARCELS, listeners=[before, fail, after])
    with caplog.at_level(logging.ERROR, logger="jobstate"):
        go(tracker)
    assert before.heard == after.heard == FIRST + SECOND
    assert tracker[PARCEL].status == "at the door"
    assert tracker.failures == 5
    assert len(caplog.records) == 5
    for record in caplog.records:
        assert record.exc_info is not None
        assert record.exc_info[0] is ZeroDivisionError
        assert record.getMessage().startswith("listener <function fail at 0x")
        assert "\n" not in record.getMessage()
        assert record.exc_text is None or "in fail" in record.exc_text


def test_it_hears_on_after_a_failure() -> None:
    """A listener that failed once is told the next event all the same."""
    flaky = Diary(fail)
    tracker = Tracker(PARCELS, listeners=[flaky])
    logging.getLogger("jobstate").addHandler(quiet := logging.NullHandler())
    go(tracker)
    logging.getLogger("jobstate").removeHandler(quiet)
    assert flaky.heard == FIRST + SECOND
    assert tracker.failures == 5


# --- Listeners that observe ---------------------------------------------------------------------


def test_one_that_observes_from_inside_its_call() -> None:
    """It is queued: everybody hears the first answer to its end before the next one."""
    queued: list[Observed] = []

    def meddle(event: Event) -> None:
        if word(event) == "1 packed":
            door = parcel("at the door", "packed", "sent", "at the door", at=122)
            queued.append(tracker.observe(door))

    first, last = Diary(meddle), Diary()
    tracker = Tracker(PARCELS, listeners=[first, last])
    tracker.observe(parcel("sent", "packed", "sent", at=61))
    assert first.heard == last.heard == FIRST + SECOND
    (result,) = queued
    assert (result.queued, result.job, result.events) == (True, PARCEL, ())


def test_a_hundred_thousand_deep() -> None:
    """Answers that each bring the next one make the queue longer, not the stack deeper."""
    depth = 100_000
    heard: list[int] = []

    def answer_back(event: Event) -> None:
        assert isinstance(event, StatusChanged)
        heard.append(event.ordinal)
        if event.ordinal < depth:
            status = "at the door" if event.target == "sent" else "sent"
            assert tracker.observe(parcel(status, at=event.ordinal)).queued

    tracker = Tracker(PARCELS, listeners=[answer_back])
    tracker.observe(parcel("sent", at=0))
    assert depth > 10 * sys.getrecursionlimit()
    assert heard == list(range(1, depth + 1))
    assert tracker.failures == 0


def test_however_long_a_listener_takes_the_news_are_known() -> None:
    """While it works, the tracker stands where the answer has led it already."""
    seen: list[str] = []
    tracker = Tracker(PARCELS)
    tracker.add_listener(lambda _: seen.append(tracker[PARCEL].status))
    go(tracker)
    assert seen == ["sent"] * len(FIRST) + ["at the door"] * len(SECOND)


# --- Interrupts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_passes_through(kind: type[BaseException]) -> None:
    """What was not delivered then comes at the next answer, once; what was is not repeated."""

    def stop_once(event: Event) -> None:
        if word(event) == "2 sent":
            raise kind

    first, last = Diary(stop_once), Diary()
    tracker = Tracker(PARCELS, listeners=[first, last])
    with pytest.raises(kind):
        tracker.observe(parcel("sent", "packed", "sent", at=61))
    assert (first.heard, last.heard) == (FIRST[:2], [])
    assert tracker[PARCEL].status == "sent"
    assert tracker.observe(parcel("sent", "packed", "sent", at=61)).duplicate
    assert first.heard == last.heard == FIRST
    assert tracker.failures == 0


def test_what_an_interrupt_left_comes_before_what_is_new() -> None:
    """Answers that listeners had observed too: they are older than the next one."""

    def meddle(event: Event) -> None:
        if word(event) == "None -> sent":
            tracker.observe(parcel("at the door", at=122))
            raise KeyboardInterrupt

    first, last = Diary(meddle), Diary()
    tracker = Tracker(PARCELS, listeners=[first, last])
    with pytest.raises(KeyboardInterrupt):
        tracker.observe(parcel("sent", at=61))
    tracker.observe(parcel("delivered", at=183))
    assert first.heard == last.heard
    assert last.heard == ["None -> sent", "sent -> at the door", "at the door -> delivered"]


def test_what_an_interrupt_left_is_refused_where_it_is_taken() -> None:
    """By an oracle, from the next call, of several answers too."""

    def meddle(event: Event) -> None:
        if word(event) == "None -> delivered":
            tracker.observe(parcel("packed", at=122))
            raise KeyboardInterrupt

    tracker = Tracker(PARCELS, listeners=[meddle], strict=True)
    with pytest.raises(KeyboardInterrupt):
        tracker.observe(parcel("delivered", at=61))
    with pytest.raises(ConformanceError):
        tracker.observe_all([parcel("delivered", at=183)])


def test_what_a_listener_observes_is_refused_from_the_outermost_call() -> None:
    """Also where several answers were taken."""

    def meddle(event: Event) -> None:
        if word(event) == "None -> delivered":
            tracker.observe(parcel("packed", at=122))

    tracker = Tracker(PARCELS, listeners=[meddle], strict=True)
    with pytest.raises(ConformanceError):
        tracker.observe_all([parcel("delivered", at=61)])


# --- Coming and going ---------------------------------------------------------------------------


def test_a_new_listener_hears_what_comes_from_then_on() -> None:
    """What was told before it came is not told again."""
    tracker = Tracker(PARCELS)
    tracker.observe(parcel("sent", "packed", "sent", at=61))
    tracker.add_listener(diary := Diary())
    tracker.observe(parcel("at the door", "packed", "sent", "at the door", at=122))
    assert diary.heard == SECOND


def test_a_listener_that_is_removed_hears_nothing_more() -> None:
    """Not even what was on its way; bound methods are found by being equal."""
    kept, told = Diary(), list[Event]()
    tracker = Tracker(PARCELS, listeners=[kept, told.append])
    tracker.remove_listener(told.append)
    go(tracker)
    assert told == []
    assert kept.heard == FIRST + SECOND


def test_a_listener_may_remove_itself_or_another() -> None:
    """From inside a call, with events on their way."""
    last = Diary()

    def leave(_: Event) -> None:
        tracker.remove_listener(first)
        tracker.remove_listener(last)

    first, stays = Diary(leave), Diary()
    tracker = Tracker(PARCELS, listeners=[first, last, stays])
    go(tracker)
    assert (first.heard, last.heard) == (FIRST[:1], [])
    assert stays.heard == FIRST + SECOND


def test_a_listener_that_was_added_twice() -> None:
    """Hears all twice; removed once, it still listens, and misses nothing of what is on its way."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append, told.append])
    tracker.observe(parcel("sent", at=61))
    assert [word(event) for event in told] == ["None -> sent"] * 2
    del told[:]
    first = Diary(lambda _: tracker.remove_listener(told.append))
    tracker = Tracker(PARCELS, listeners=[first, told.append, told.append])
    tracker.observe(parcel("sent", at=61))
    assert "None -> sent" in [word(event) for event in told]


def test_removing_who_does_not_listen() -> None:
    """Is refused, and who it was is said."""
    with pytest.raises(ValueError, match=r"^<function fail at 0x[0-9a-f]+> is no listener here$"):
        Tracker(PARCELS).remove_listener(fail)


def test_what_can_not_be_called_is_no_listener() -> None:
    """It is refused at once, not at the first event."""
    expected = r"^a listener must be callable with one event, got 'nobody\\n'$"
    with pytest.raises(TypeError, match=expected):
        Tracker(PARCELS, listeners=["nobody\n"])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    tracker = Tracker(PARCELS)
    with pytest.raises(TypeError, match=expected):
        tracker.add_listener("nobody\n")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert tracker.observe(parcel("sent", at=61)).events


def test_a_page_that_a_listener_observes_is_queued() -> None:
    """Each answer of it; they are judged when everybody has heard what came before."""
    arrivals: list[str] = []

    def meddle(event: Event) -> None:
        if word(event) == "1 packed":
            door = parcel("at the door", "packed", "sent", "at the door", at=122)
            arrivals.extend(str(each.arrival) for each in tracker.observe_all([door, door]))

    last = Diary()
    tracker = Tracker(PARCELS, listeners=[meddle, last])
    tracker.observe(parcel("sent", "packed", "sent", at=61))
    assert arrivals == ["queued", "queued"]
    assert last.heard == FIRST + SECOND


def test_a_page_stops_at_what_a_strict_tracker_refuses() -> None:
    """Those before it were taken; the error is of the one that was refused."""
    tracker = Tracker(PARCELS, strict=True)
    with pytest.raises(ConformanceError):
        tracker.observe_all([parcel("sent", at=1), parcel("returned", at=2), parcel("sent", at=3)])
    assert tracker[PARCEL].status == "returned"


def test_an_answer_whose_likeness_nobody_can_tell_at_a_glance() -> None:
    """A field that can't be hashed, as somebody's reader may leave it: each is looked at."""
    tracker = Tracker(PARCELS)
    seen = evolve(parcel("sent", at=61), fields={"Weights": [1, 2]})
    assert [str(tracker.observe(seen).arrival) for _ in range(2)] == ["new", "duplicate"]


# --- What nobody would await ----------------------------------------------------------------------


@pytest.mark.parametrize("listener", ASYNCHRONOUS.values(), ids=ASYNCHRONOUS)
def test_a_plain_listener_that_is_async_is_refused(listener: Any) -> None:
    """At once, with what to use; as a subscription it is taken."""
    expected = (
        r"nothing awaits a plain listener.*give a Subscription.*jobstate.asynchronous.running"
    )
    with pytest.raises(TypeError, match=expected):
        Tracker(PARCELS, listeners=[listener])
    tracker = Tracker(PARCELS)
    with pytest.raises(TypeError, match=expected):
        tracker.add_listener(listener)
    tracker.observe(parcel("sent"))
    tracker.add_listener(Subscription(name="later", listener=listener))
    assert len(tracker.lanes()) == 1


def test_an_async_subscription_that_nobody_runs_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once, when the first event waits; not before, and not of others."""
    tracker = Tracker(
        PARCELS,
        listeners=[
            Subscription(name="later", listener=later, lanes=3),
            Subscription(name="thread", listener=Later.plain),
        ],
    )
    assert not caplog.messages
    for status in ("packed", "sent", "at the door"):
        tracker.observe(parcel(status))
    (message,) = caplog.messages
    assert "listener 'later' is async and nobody runs it" in message
    assert "jobstate.asynchronous.running(tracker)" in message
