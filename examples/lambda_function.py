"""Tell of jobs in a Lambda that remembers in DynamoDB: python examples/lambda_function.py.

The queue gets the events of EventBridge. The table has the key "job", a text. To run it here it
takes the extras aws and testing, and moto, which stands in for DynamoDB.
"""

import json
import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from moto import mock_aws

from jobstate import Event, JobKey, Outcome, StatusChanged, Tracker
from jobstate.aws import Handled, JobSnapshot, handle, jobs_in, sqs_batch
from jobstate.kinds import KINDS

# Why a message has to come again is in the log of "jobstate", which Lambda's own shows.
logging.getLogger("jobstate").addHandler(logging.NullHandler())

# What a Lambda makes once, and not for each event: `main` puts something else there.
table: Any = None  # boto3.resource("dynamodb").Table("jobs")
sagemaker: Any = None  # boto3.client("sagemaker")


def lambda_handler(event: object, _context: object) -> dict[str, Any]:
    """Take a batch of messages; return those that are to come again."""
    return sqs_batch(event, take)


def take(body: object) -> Handled:
    """Take what one message says: an event about one job, or something that is passed over."""
    jobs = jobs_in(body)
    handled = remembered(body, jobs[0]) if jobs else handle(body, Tracker(KINDS))
    for event in handled.events:
        tell(event)
    return handled


def remembered(body: object, job: JobKey) -> Handled:
    """Return what an event brings to what is known of a job, once that is kept."""
    while True:
        item = table.get_item(Key={"job": str(job)}, ConsistentRead=True).get("Item", {})
        before = JobSnapshot(item.get("state", ""), int(item.get("version", 0)))
        tracker = before.tracker()
        handled = handle(body, tracker, client=sagemaker)
        after = before.after(tracker, job)
        if after is before or is_kept(job, after):
            return handled


def is_kept(job: JobKey, snapshot: JobSnapshot) -> bool:
    """Keep what is known of a job; return whether nobody else has meanwhile."""
    try:
        table.put_item(
            Item={"job": str(job), "state": snapshot.text, "version": snapshot.version},
            ConditionExpression="attribute_not_exists(version) OR version < :version",
            ExpressionAttributeValues={":version": snapshot.version},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def tell(event: Event) -> None:
    """Tell somebody; who might hear it twice can drop the `event.key` that it has had."""
    if isinstance(event, StatusChanged) and event.region == "job":
        print(f"{event.job.name}: {event.origin or '(new)'} → {event.target}")


def main() -> None:
    """Make up some events, lose some, send others twice, and mix them up."""
    global sagemaker, table  # noqa: PLW0603 - as said above

    from hypothesis import find  # noqa: PLC0415 - to make up a job

    from jobstate.testing import Service, VirtualClock, lives  # noqa: PLC0415

    start = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    life = find(lives(outcome=Outcome.SUCCEEDED, name="lighthouse", start=start), lambda _: True)
    service = Service(life, VirtualClock(life.end))
    sagemaker = service.client()
    sent = [event for _, event in service.world.events(start - timedelta(days=1), life.end)]
    chance = random.Random(1)  # noqa: S311 - nothing secret
    sent[-1]["detail"]["SecondaryStatusTransitions"] = []  # as in AWS' own example
    arriving = [event for event in [*sent, *sent] if chance.random() < 0.8]  # noqa: PLR2004
    chance.shuffle(arriving)
    records = [
        {"messageId": str(place), "body": json.dumps(event)} for place, event in enumerate(arriving)
    ]
    with mock_aws():
        table = boto3.resource("dynamodb", "eu-west-1").create_table(
            TableName="jobs",
            KeySchema=[{"AttributeName": "job", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "job", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        answer = lambda_handler({"Records": [*records, {"messageId": "x", "body": "?"}]}, None)
        (item,) = table.scan()["Items"]
    print(f"{len(records)} messages of {len(sent)} events, {len(service.calls)} described")
    print(f"version {item['version']}; to come again: {answer['batchItemFailures']}")


if __name__ == "__main__":
    main()
