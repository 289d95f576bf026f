"""Jobs that a listener failed at, across crashes: they are told from where they were, once.

A crash is a copy of the files as they are at that moment. Lanes are run by hand, step by step.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from jobstate import Event, Subscription, Tracker
from jobstate.delivery.lane import Delivery, Lane
from jobstate.delivery.shards import shard_of
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.series import ARN, SERIES, renamed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def nobody(_: Event) -> None:
    """Be a listener whose lane runs only where somebody runs it."""


def begun(folder: Path) -> tuple[Tracker, Lane]:
    """Return a tracker with the journal of a folder, and the lane of its listener."""
    journal = Journal(folder / "jobs.db", durability="normal")
    listener = Subscription(name="books", listener=nobody)
    tracker = Tracker(TRAINING_JOB, journal=journal, listeners=[listener])
    (lane,) = tracker.lanes()
    return tracker, lane


def crashed(folder: Path, name: str) -> Path:
    """Return a folder with what a crash would leave of the journal now."""
    return shutil.copytree(folder, folder.with_name(name))


def delivery(lane: Lane) -> Delivery | None:
    """Return what comes next; None where nothing does."""
    found = lane.take()
    if found == 0.0:  # there may be now
        found = lane.take()
    return found if isinstance(found, Delivery) else None


def heard(lane: Lane, fails: Callable[[Event], bool] = lambda _: False) -> list[str]:
    """Tell what there is to tell now; return the keys of what was heard."""
    keys = []
    while (found := delivery(lane)) is not None:
        event = found.posted.event
        if fails(event):
            lane.failed(found, RuntimeError("no"))
        else:
            keys.append(event.key)
            lane.succeeded(found)
    return keys


def test_what_is_held_is_held_until_the_lane_has_come_past_it(tmp_path: Path) -> None:
    """A second crash, right after the restart, does not lose what was held at the first."""
    folder = tmp_path / "first"
    folder.mkdir()
    tracker, lane = begun(folder)
    with tracker:
        expected = [event.key for answer in SERIES for event in tracker.observe(answer).events]
        assert heard(lane, fails=lambda _: True) == []
        second = crashed(folder, "second")
    tracker, lane = begun(second)
    with tracker:
        found = delivery(lane)
        assert found is not None
        assert found.posted.event.key == expected[0]
        third = crashed(second, "third")
    tracker, lane = begun(third)
    with tracker:
        assert heard(lane) == expected
        assert tracker.progress()[0].idle
        fourth = crashed(third, "fourth")
    tracker, lane = begun(fourth)
    with tracker:
        assert heard(lane) == []


def test_what_is_held_makes_nothing_else_be_told_again(tmp_path: Path) -> None:
    """Jobs of the same shard that were heard before a crash stay heard after two."""
    sick, well = same_shard()
    folder = tmp_path / "first"
    folder.mkdir()
    tracker, lane = begun(folder)
    with tracker:
        expected = [event.key for event in tracker.observe(renamed(SERIES[0], sick)).events]
        told = [event.key for event in tracker.observe(renamed(SERIES[0], well)).events]
        assert heard(lane, lambda event: event.job.id == f"{ARN}-{sick}") == told
        second = crashed(folder, "second")
    tracker, lane = begun(second)
    with tracker:
        assert delivery(lane) is not None
        third = crashed(second, "third")
    tracker, lane = begun(third)
    with tracker:
        assert heard(lane) == expected


def same_shard() -> tuple[int, int]:
    """Return the numbers of two jobs of one shard."""
    shards = [shard_of(f"{ARN}-{number}") for number in range(100)]
    first = next(number for number, shard in enumerate(shards) if shard in shards[number + 1 :])
    return first, shards.index(shards[first], first + 1)
