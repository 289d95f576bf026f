"""A queue's consumer: what is deleted the journal has, and what it has not comes again."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from jobstate import Tracker
from jobstate.aws.bridges.sqs import receive
from jobstate.journal import Journal, JournalReader
from jobstate.kinds import KINDS
from jobstate.testing import Life, Service, VirtualClock
from tests.support.lives_for_tests import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIFE = told("failed")


@pytest.fixture(name="sqs")
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of a made-up SQS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-west-1")


def made(sqs: Any, name: str = "jobs", **attributes: str) -> str:
    """Return the address of a new queue, whose messages come again at once."""
    attributes["VisibilityTimeout"] = "0"
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def events(life: Life = LIFE) -> list[dict[str, Any]]:
    """Return the events of a life."""
    world = Service(life, VirtualClock(life.end)).world
    return [event for _, event in world.events(datetime(2026, 1, 1, tzinfo=UTC), life.end)]


def left(sqs: Any, url: str) -> int:
    """Return how many messages a queue has."""
    asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
    said = sqs.get_queue_attributes(**asked)["Attributes"]
    return int(said["ApproximateNumberOfMessages"])


def test_what_is_deleted_the_journal_has(sqs: Any, tmp_path: Path) -> None:
    """All that came is in the file when the queue lets go of it, more than one call brings too."""
    url, path, sent = made(sqs), tmp_path / "jobs.db", events()
    for event in sent * 4:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    assert len(sent) * 4 > 10

    deleted = sqs.delete_message_batch

    def watched(**asked: Any) -> Any:
        with JournalReader(path) as reader:
            assert len(list(reader.jobs())) == 1
        return deleted(**asked)

    sqs.delete_message_batch = watched
    with Tracker(KINDS, journal=Journal(path)) as tracker:
        counts = []
        while left(sqs, url):
            counts.append(receive(sqs, url, tracker, wait=0))
        assert tracker[LIFE.job].status == "Failed/Failed"
        assert receive(sqs, url, tracker, wait=0) == 0
    assert sum(counts) == len(sent) * 4
    assert max(counts) <= 10


def test_what_can_not_be_taken_comes_again(sqs: Any) -> None:
    """Nothing readable, and a job that could not be described for now; the others are deleted."""
    url, clock = made(sqs), VirtualClock(LIFE.end)
    service = Service(LIFE, clock)
    lacking = LIFE.at(LIFE.end, "event")
    lacking["detail"]["SecondaryStatusTransitions"] = []
    for body in (json.dumps({"detail-type": "Scheduled Event", "detail": {}}), "?"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(lacking, default=str))
    service.world.denied.add("DescribeTrainingJob")
    tracker = Tracker(KINDS)
    assert receive(sqs, url, tracker, describer=service.client(), wait=0) == 1
    assert left(sqs, url) == 2
    service.world.denied.clear()
    assert receive(sqs, url, tracker, describer=service.client(), wait=0) == 1
    assert receive(sqs, url, tracker, wait=0) == 0
    assert len(tracker[LIFE.job].entries) == len(LIFE.entries)
    assert left(sqs, url) == 1


def test_in_order(sqs: Any) -> None:
    """In a FIFO queue nothing overtakes what failed in its message group."""
    url = made(sqs, "jobs.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    first, second, *_ = events()
    for body, group in (("?", "a"), (json.dumps(first), "a"), (json.dumps(second), "b")):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    tracker = Tracker(KINDS)
    receive(sqs, url, tracker, wait=0)
    assert left(sqs, url) == 2
    assert len(tracker) == 1


def test_what_can_not_be_deleted(sqs: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It comes again, which changes nothing; the log says so."""
    url, tracker = made(sqs), Tracker(KINDS)
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(events()[0]))
    deleted = sqs.delete_message_batch

    def fails(**asked: Any) -> Any:
        asked["Entries"] = [{**each, "ReceiptHandle": "x"} for each in asked["Entries"]]
        return deleted(**asked)

    sqs.delete_message_batch = fails
    with caplog.at_level(logging.WARNING, "jobstate"):
        assert receive(sqs, url, tracker, wait=0) == 0
    assert "could not be deleted" in caplog.text
    sqs.delete_message_batch = deleted
    assert receive(sqs, url, tracker, wait=0) == 1
