"""Follow jobs by a queue of events, with a journal: python examples/bridges/sqs_consumer.py.

To run it here it takes the extras aws and testing, and moto, which stands in for SQS.
"""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
from hypothesis import find
from moto import mock_aws

from jobstate import Event, Outcome, StatusChanged, Subscription, Tracker
from jobstate.aws.bridges.sqs import receive
from jobstate.journal import Journal
from jobstate.kinds import KINDS
from jobstate.testing import Service, VirtualClock, lives

START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FILE = Path(tempfile.mkdtemp()) / "jobs.db"


def tell(event: Event) -> None:
    """Tell somebody: once, also after a crash, for the journal knows who has heard what."""
    if isinstance(event, StatusChanged) and event.region == "job":
        print(f"{event.job.name}: {event.origin or '(new)'} → {event.target}")


life = find(lives(outcome=Outcome.SUCCEEDED, name="lighthouse", start=START), lambda _: True)
service = Service(life, VirtualClock(life.end))

with mock_aws(config={"core": {"passthrough": {"services": ["sagemaker"]}}}):
    sqs = boto3.client("sqs", "eu-west-1")  # with an account: these two, and no mock_aws
    sagemaker = service.client()
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    for _, event in service.world.events(START - timedelta(days=1), life.end):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    everyone = Subscription(name="everyone", listener=tell)
    with Tracker(KINDS, journal=Journal(FILE), listeners=[everyone]) as tracker:
        # In a program of yours: while True, and without `wait`.
        while taken := receive(sqs, url, tracker, describer=sagemaker, wait=0):
            print(f"{taken} messages deleted, {len(tracker)} job known")
