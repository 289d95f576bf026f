"""One job's state as text with a version: two that write at once lose nothing and tell once."""

from __future__ import annotations

import importlib.util
import json
from datetime import timedelta
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from jobstate import Tracker
from jobstate.aws import JobSnapshot
from jobstate.errors import SnapshotError, UnknownJobError
from jobstate.kinds import KINDS
from jobstate.model.events import StatusChanged, StatusEntered
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing import Life, Service, VirtualClock, fleet
from tests.support.command import EXAMPLES
from tests.support.lives_for_tests import BEGIN, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

COMPLETED = told("completed")
OTHER = told("stopped", job="other")


# --- Texts and versions ---------------------------------------------------------------------------


def test_it_grows_with_each_change() -> None:
    """Of its job alone; what brings nothing changes nothing."""
    snapshot = JobSnapshot()
    events: list[Any] = []
    for seconds in (0, 70, 70, 0, 800):
        tracker = snapshot.tracker()
        observed = tracker.observe(COMPLETED.at(BEGIN + timedelta(seconds=seconds), "event"))
        tracker.observe(OTHER.at(OTHER.end))
        after = snapshot.after(tracker, COMPLETED.job)
        assert (after is snapshot) == (not observed.events)
        assert after.version == snapshot.version + (after is not snapshot)
        snapshot = after
        events += observed.events
    assert snapshot.version == 3
    assert len(snapshot.tracker()) == 1
    whole = Tracker(KINDS)
    assert [each.key for each in events] == [
        each.key
        for seconds in (0, 70, 800)
        for each in whole.observe(COMPLETED.at(BEGIN + timedelta(seconds=seconds))).events
    ]


def test_it_takes_a_tracker_of_its_kind() -> None:
    """Nothing to begin with; what is damaged or of another kind is refused."""
    assert len(JobSnapshot().tracker(TRAINING_JOB)) == 0
    tracker = Tracker(TRAINING_JOB)
    with pytest.raises(UnknownJobError):
        JobSnapshot().after(tracker, COMPLETED.job)
    tracker.observe(COMPLETED.at(COMPLETED.end))
    snapshot = JobSnapshot().after(tracker, COMPLETED.job)
    assert snapshot.tracker(TRAINING_JOB)[COMPLETED.job].final
    with pytest.raises(SnapshotError):
        snapshot.tracker(PROCESSING_JOB)
    with pytest.raises(SnapshotError):
        JobSnapshot(snapshot.text[:-9], 1).tracker()


# --- DynamoDB -------------------------------------------------------------------------------------


@pytest.fixture(name="lambda_function", scope="module")
def load_example() -> ModuleType:
    """Return `examples/lambda_function.py`."""
    file = EXAMPLES / "lambda_function.py"
    spec = importlib.util.spec_from_file_location("lambda_function", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="new_table", scope="module")
def make_tables() -> Iterator[Callable[[], Any]]:
    """Return what makes an empty table, in a DynamoDB that is moto's."""
    with mock_aws():
        resource: Any = boto3.resource("dynamodb", "eu-west-1")
        names = iter(range(1_000_000))

        def new_table() -> Any:
            return resource.create_table(
                TableName=f"jobs-{next(names)}",
                KeySchema=[{"AttributeName": "job", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "job", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )

        yield new_table


class Interrupted:
    """A table before each of whose calls something else may run, whole."""

    def __init__(self, table: Any, before: Callable[[], object]) -> None:
        self._table = table
        self._before = before
        self.meta = table.meta
        self.refused = 0

    def get_item(self, **arguments: Any) -> Any:
        """Return an item, of whatever moment."""
        self._before()
        return self._table.get_item(**arguments)

    def put_item(self, **arguments: Any) -> Any:
        """Write one, unless somebody else has."""
        self._before()
        try:
            return self._table.put_item(**arguments)
        except self.meta.client.exceptions.ConditionalCheckFailedException:
            self.refused += 1
            raise


def test_two_at_once(lambda_function: ModuleType, new_table: Callable[[], Any]) -> None:
    """The second to write is refused, reads what the first has written, and goes on from there."""
    early, late = (
        json.dumps(COMPLETED.at(BEGIN + timedelta(seconds=each), "event")) for each in (70, 800)
    )
    waiting, calls = [late], list[None]()

    def before() -> None:
        calls.append(None)
        if len(calls) == 2 and waiting:  # the first has read, and is about to write
            lambda_function.take(waiting.pop())

    heard: list[Any] = []
    table = Interrupted(new_table(), before)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lambda_function, "table", table)
        patch.setattr(lambda_function, "tell", heard.append)
        lambda_function.take(early)
    assert table.refused == 1
    keys = [each.key for each in heard]
    assert len(keys) == len(set(keys))
    assert [each.ordinal for each in heard if isinstance(each, StatusEntered)] == [1, 2, 3, 4, 5]


@given(st.data(), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_many_at_once(
    lambda_function: ModuleType, new_table: Callable[[], Any], data: st.DataObject, seed: int
) -> None:
    """However they run into each other, nothing is lost and everything told once."""
    chance = Random(seed)
    jobs = data.draw(fleet(2, start=BEGIN, over=timedelta(minutes=10)))
    service = Service(jobs, VirtualClock(max(each.end for each in jobs)), gone_after=inf)
    sent = service.world.events(BEGIN - timedelta(days=1), service.clock.now())
    waiting = [json.dumps(each) for _, each in sent for _ in range(chance.choice((1, 1, 2)))]
    chance.shuffle(waiting)
    heard: list[Any] = []

    def before() -> None:
        if waiting and chance.random() < 0.4:
            lambda_function.take(waiting.pop())

    table = Interrupted(new_table(), before)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lambda_function, "table", table)
        patch.setattr(lambda_function, "tell", heard.append)
        while waiting:
            lambda_function.take(waiting.pop())
    keys = [each.key for each in heard]
    assert len(keys) == len(set(keys))
    for life in jobs:
        check_told(life, [each for each in heard if each.job == life.job])


def check_told(life: Life, heard: list[Any]) -> None:
    """Check that a life was told whole: its stays, and an end where it has one."""
    stays = sorted(each.ordinal for each in heard if isinstance(each, StatusEntered))
    assert stays == list(range(1, len(life.entries) + 1))
    ended = life.moment(life.end).ended is not None
    changes = [each for each in heard if isinstance(each, StatusChanged) and each.region == "job"]
    assert any(each.final for each in changes) == ended
