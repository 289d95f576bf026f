"""A job goes on under the other policy: from a strict tracker to one that orders, and back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import ConformanceError, StatusChanged, StatusEntered, Tracker
from tests.support.small import BEGIN, PARCEL, PARCELS, entries, parcel

if TYPE_CHECKING:
    from jobstate import Observation


def going_on(*seen: Observation, strict: bool) -> tuple[Tracker, list[Any]]:
    """Return a tracker that knows what one of the other policy has seen, and what it tells."""
    first = Tracker(PARCELS, strict=not strict)
    for observation in seen:
        first.observe(observation)
    told: list[Any] = []
    tracker = Tracker(PARCELS, listeners=[told.append], strict=strict)
    tracker.restore(first.snapshot())
    assert tracker.snapshot() == first.snapshot()
    return tracker, told


def moves(told: list[Any]) -> list[str]:
    """Return to where a job moved; anything but stays and moves is an error."""
    assert {type(event) for event in told} <= {StatusChanged, StatusEntered}
    return [event.target for event in told if isinstance(event, StatusChanged)]


def test_what_is_older_than_a_strict_tracker_saw_is_stale() -> None:
    """Its answers were in order: what was last changed before the last of them is older."""
    tracker, told = going_on(parcel("sent", at=100), parcel("at the door", at=200), strict=False)
    assert tracker.observe(parcel("packed", at=50)).stale
    assert tracker.observe(parcel("sent", at=150)).stale
    assert not told
    tracker.observe(parcel("delivered", at=300))
    assert moves(told) == ["delivered"]
    assert tracker.observe(parcel("at the door", at=200)).stale


def test_a_history_goes_on_from_what_a_strict_tracker_read() -> None:
    """Its entries are told once, and count: delivered, for it was at the door."""
    history = ("packed", "sent", "at the door")
    tracker, told = going_on(parcel("at the door", *history, at=200), strict=False)
    tracker.observe(parcel("delivered", *history, "sent", "delivered", at=400))
    assert [event.ordinal for event in told if isinstance(event, StatusEntered)] == [4, 5]
    assert moves(told) == ["delivered"]


def test_thin_answers_of_a_strict_tracker_without_times() -> None:
    """Nothing tells what is older: whatever can follow is taken."""
    tracker, told = going_on(parcel("sent"), parcel("at the door"), strict=False)
    tracker.observe(parcel("sent"))
    tracker.observe(parcel("delivered"))
    assert moves(told) == ["sent", "delivered"]


def test_a_strict_tracker_goes_on_from_answers_that_were_late() -> None:
    """What they came to is its beginning, with the time of the newest."""
    seen = (parcel("sent", at=100), parcel("returned", at=300), parcel("packed", at=50))
    tracker, told = going_on(*seen, strict=True)
    with pytest.raises(ConformanceError, match="modified-time-went-back"):
        tracker.observe(parcel("returned", at=200))
    with pytest.raises(ConformanceError, match="illegal-transition"):
        tracker.observe(parcel("sent", at=400))
    assert not told
    assert tracker[PARCEL].status == "returned"


def test_a_strict_tracker_reads_on_after_a_history() -> None:
    """Also where a thin answer came after it, which the longer history must have."""
    history = ("packed", "sent")
    seen = (parcel("sent", *history, at=100), parcel("at the door", at=200))
    tracker, told = going_on(*seen, strict=True)
    with pytest.raises(ConformanceError, match="history-rewritten"):
        tracker.observe(parcel("at the door", "packed", at=300))
    longer = (*history, "at the door", "delivered")
    tracker.observe(parcel("delivered", *longer, at=400))
    assert [event.status for event in told if isinstance(event, StatusEntered)] == [*longer[2:]]
    assert moves(told) == ["delivered"]


def test_since_when_a_strict_tracker_knows_where_a_job_is() -> None:
    """By its history, as far as that reaches; then by the time of the answer that showed it."""
    history = ("packed", "sent")
    tracker = Tracker(PARCELS, strict=True)
    tracker.observe(parcel("sent", *history, at=100))
    assert tracker[PARCEL].since == entries(*history)[-1].start
    tracker.observe(parcel("at the door", at=200))
    assert tracker[PARCEL].since == BEGIN + timedelta(seconds=200)


def test_a_long_history_goes_on() -> None:
    """Of those nothing is remembered for other jobs, and they are judged all the same."""
    history = ("packed", *("sent", "at the door") * 200)
    tracker = Tracker(PARCELS)
    tracker.observe(parcel("packed", "packed", at=1))
    tracker.observe(parcel(history[-1], *history, at=30_000))
    tracker.observe(parcel("delivered", *history, "delivered", at=40_000))
    assert (tracker[PARCEL].status, len(tracker[PARCEL].entries)) == ("delivered", 402)
