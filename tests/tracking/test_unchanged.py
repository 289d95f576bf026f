"""Items of lists that are the same again: told without being read, and only those."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from jobstate import Observation, Tracker
from jobstate.errors import ObservationError
from jobstate.sagemaker import TRAINING_JOB, TrainingJobSummary
from jobstate.sagemaker.training_job.answer_schema import SCHEMA
from jobstate.sagemaker.training_job.reader import READER, TrainingJobReader

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"
PLAN = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/reserved-for-us"
BEGIN = datetime(2026, 10, 6, 6, 0, 10, 250_000, tzinfo=UTC)
POOL = {"Status": "InUse", "ResourceRetainedBillableTimeInSeconds": 1}


class Counting(TrainingJobReader):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__(SCHEMA)
        self.count = 0

    def read(self, answer: object) -> Observation:
        """Read, and count that."""
        self.count += 1
        return super().read(answer)


@pytest.fixture
def reader() -> Counting:
    """Return what counts."""
    return Counting()


@pytest.fixture
def tracker(reader: Counting) -> Tracker:
    """Return a tracker whose reader counts."""
    return Tracker(attrs.evolve(TRAINING_JOB, reader=reader))


def item(name: str = "one", secondary: str = "Training", minute: int = 5, **more: Any) -> Any:
    """Return an item of a list; botocore makes new objects each time."""
    return {
        "TrainingJobName": name,
        "TrainingJobArn": ARN + name,
        "CreationTime": BEGIN,
        "LastModifiedTime": BEGIN + timedelta(minutes=minute),
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": secondary,
        "WarmPoolStatus": dict(POOL),
        **more,
    }


def page(*items: object) -> dict[str, object]:
    """Return an answer of ListTrainingJobs."""
    return {"TrainingJobSummaries": list(items)}


def arrivals(tracker: Tracker, *items: object) -> list[str]:
    """Return how the items of a page came."""
    return [str(each.arrival) for each in tracker.observe_all(page(*items))]


def test_what_came_twice_is_not_read_again(tracker: Tracker, reader: Counting) -> None:
    """From the third time on, and again after each change."""
    for minute, expected in ((5, 2), (6, 4)):
        assert arrivals(tracker, item(minute=minute, secondary="Training")) == ["new"]
        for _ in range(4):
            assert arrivals(tracker, item(minute=minute)) == ["duplicate"]
        assert reader.count == expected


def test_the_same_moment_in_another_zone_is_the_same(tracker: Tracker, reader: Counting) -> None:
    """As the machine's zone may change in summer."""
    for _ in range(3):
        tracker.observe_all(page(item()))
    zone = timezone(timedelta(hours=5, minutes=30))
    times = {name: item()[name].astimezone(zone) for name in ("CreationTime", "LastModifiedTime")}
    assert arrivals(tracker, item(**times)) == ["duplicate"]
    assert reader.count == 2


@pytest.mark.parametrize(
    "change",
    [
        {"CreationTime": BEGIN - timedelta(days=1)},
        {"TrainingEndTime": BEGIN + timedelta(minutes=5)},
        {"LastModifiedTime": BEGIN + timedelta(minutes=6)},
        {"TrainingJobStatus": "Stopping"},
        {"SecondaryStatus": "Uploading"},
        {"WarmPoolStatus": {**POOL, "Status": "Available"}},
        {"WarmPoolStatus": {**POOL, "ResourceRetainedBillableTimeInSeconds": 2}},
        {"TrainingPlanArn": PLAN},
        {"SomethingNew": 1},
    ],
    ids=lambda change: " ".join(f"{name}={value}"[:40] for name, value in change.items()),
)
def test_every_field_counts(tracker: Tracker, reader: Counting, change: dict[str, Any]) -> None:
    """One that differs in any is read, and brings what it brings to whoever reads all."""
    other = Tracker(TRAINING_JOB)
    for _ in range(3):
        tracker.observe_all(page(item()))
        other.observe(READER.read(item()))
    count = reader.count
    (found,) = tracker.observe_all(page(item(**change)))
    expected = other.observe(READER.read(item(**change)))
    assert reader.count == count + 1
    assert (found.arrival, found.events) == (expected.arrival, expected.events)
    assert tracker.snapshot() == other.snapshot()


@pytest.mark.parametrize(
    "change",
    [
        {"CreationTime": BEGIN.replace(tzinfo=None)},
        {"WarmPoolStatus": {**POOL, "ResourceRetainedBillableTimeInSeconds": True}},
        {"WarmPoolStatus": [POOL]},
        {"SecondaryStatus": 7},
        {"TrainingJobArn": 7},
        {"TrainingJobArn": [ARN + "one"]},
    ],
    ids=str,
)
def test_what_can_not_be_read_is_refused(tracker: Tracker, change: dict[str, Any]) -> None:
    """Also where it looks nearly like what came before."""
    for _ in range(3):
        tracker.observe_all(page(item()))
    with pytest.raises(ObservationError):
        tracker.observe_all(page(item(**change)))


def test_what_changes_within_a_page(tracker: Tracker) -> None:
    """An item is the same only if it still is when its turn comes."""
    for _ in range(3):
        tracker.observe_all(page(item()))
    newer = item(secondary="Uploading", minute=9)
    assert arrivals(tracker, newer, item(), newer) == ["new", "duplicate", "duplicate"]
    assert tracker[ARN + "one"].status == "InProgress/Uploading"


def test_what_is_no_item_is_read(tracker: Tracker, reader: Counting) -> None:
    """Records and those that somebody else's reader has read are taken as they are."""
    for _ in range(4):
        tracker.observe_all([TrainingJobSummary.from_api(item()), READER.read(item())])
    assert reader.count == 4
    assert len(tracker) == 1


def test_from_within_a_listener(tracker: Tracker) -> None:
    """There it is queued, unless it is the same."""
    found: list[str] = []
    for _ in range(3):
        tracker.observe_all(page(item()))
    tracker.add_listener(lambda _: found.extend(arrivals(tracker, item(), item("two"))))
    tracker.observe_all(page(item("three")))
    assert found[:2] == ["duplicate", "queued"]


def test_what_is_queued_is_not_yet_known(tracker: Tracker) -> None:
    """However often it comes: what a listener is told of comes first."""
    found: list[str] = []
    for _ in range(3):
        tracker.observe_all(page(item()))
    newer = item(secondary="Uploading")
    tracker.add_listener(lambda _: found.extend(arrivals(tracker, newer, newer) * (len(found) < 4)))
    tracker.observe_all(page(item("three")))
    assert found[:4] == ["queued"] * 4


def test_an_earlier_one_in_between(tracker: Tracker, reader: Counting) -> None:
    """It is read, and what came last is still known without."""
    earlier, last = item(LastModifiedTime=BEGIN + timedelta(minutes=4, seconds=3)), item()
    for each in (earlier, last, earlier, last):
        tracker.observe_all(page(each))
    assert reader.count == 4
    for _ in range(3):
        assert arrivals(tracker, last) == arrivals(tracker, earlier) == ["duplicate"]
    assert reader.count == 4 + 3


def test_pages_say_what_their_items_say() -> None:
    """Of pages in any order, the same arrivals, events and places as when each is read."""
    rng = random.Random(3)
    statuses = ("Starting", "Downloading", "Training", "Uploading")
    for _ in range(60):
        quick, slow = Tracker(TRAINING_JOB), Tracker(TRAINING_JOB)
        items = [
            item(rng.choice("ab"), rng.choice(statuses), rng.choice((1, 1, 2, 3)))
            for _ in range(rng.randint(2, 6))
        ]
        for _ in range(30):
            chosen = [rng.choice(items) for _ in range(rng.randint(1, 3))]
            found = quick.observe_all(page(*chosen))
            expected = [slow.observe(READER.read(each)) for each in chosen]
            assert [each.arrival for each in found] == [each.arrival for each in expected]
            assert [each.events for each in found] == [each.events for each in expected]
        assert quick.snapshot() == slow.snapshot()
