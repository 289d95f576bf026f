"""Answer tasks of Step Functions: python examples/bridges/step_functions_lambda.py.

A task that waits for a job is "arn:aws:states:::lambda:invoke.waitForTaskToken" of `start`, with
the payload {"token.$": "$$.Task.Token", "job": …}. The queue of `lambda_handler` gets the events
of EventBridge. The table has the key "job", a text. A name is used for one job only.

To run it here it takes the extras aws and testing, and moto, which stands in for DynamoDB.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.stub import Stubber
from moto import mock_aws

from jobstate import TrackedJob, Tracker
from jobstate.aws import Handled, handle, sqs_batch
from jobstate.aws.bridges.step_functions import TaskAnswer, answer_task
from jobstate.kinds import KINDS

# What a Lambda makes once, and not for each event: `main` puts something else there.
table: Any = None  # boto3.resource("dynamodb").Table("tasks")
sagemaker: Any = None  # boto3.client("sagemaker")
step_functions: Any = None  # boto3.client("stepfunctions")


def start(event: dict[str, Any], _context: object) -> None:
    """Begin a job; its task waits from now on."""
    # The token first: a job may end before this function does.
    table.put_item(Item={"job": event["job"]["TrainingJobName"], "token": event["token"]})
    sagemaker.create_training_job(**event["job"])


def lambda_handler(event: object, _context: object) -> dict[str, Any]:
    """Take a batch of messages; return those that are to come again."""
    return sqs_batch(event, take)


def take(body: object) -> Handled:
    """Take what one message says; where it raises, the message comes again."""
    tracker = Tracker(KINDS)
    handled = handle(body, tracker, client=sagemaker)
    if not handled.incomplete:
        for job in tracker:
            answer(job)
    return handled


def answer(job: TrackedJob) -> None:
    """Answer a job's task, if one waits; forget the token only once it has its answer."""
    key = {"job": job.name}
    item = table.get_item(Key=key, ConsistentRead=True).get("Item")
    if item and answer_task(step_functions, item["token"], job) is not TaskAnswer.HEARTBEAT:
        table.delete_item(Key=key)


def main() -> None:
    """Let a task begin a job, and take its events, each twice."""
    global sagemaker, step_functions, table  # noqa: PLW0603 - as said above

    from jobstate.testing import Service, VirtualClock  # noqa: PLC0415 - to make up a job

    began = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    clock = VirtualClock(began)
    service = Service((), clock)
    sagemaker = service.client()
    with mock_aws(config={"core": {"passthrough": {"services": ["sagemaker"]}}}):
        step_functions = boto3.client("stepfunctions", "eu-west-1")
        table = boto3.resource("dynamodb", "eu-west-1").create_table(
            TableName="tasks",
            KeySchema=[{"AttributeName": "job", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "job", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        job = {
            "TrainingJobName": "lighthouse",
            "RoleArn": "arn:aws:iam::111122223333:role/trains",
            "OutputDataConfig": {"S3OutputPath": "s3://models"},
        }
        start({"token": "AAAA", "job": job}, None)
        clock.advance(timedelta(days=6).total_seconds())
        events = [event for _, event in service.world.events(began, clock.now())]
        with Stubber(step_functions) as stub:
            for event in events[:-1]:
                stub.add_response("send_task_heartbeat", {}, {"taskToken": "AAAA"})
                print(event["detail"]["SecondaryStatus"], "→ heartbeat")
            stub.add_response("send_task_success", {})
            records = [
                {"messageId": str(place), "body": json.dumps(event)}
                for place, event in enumerate([*events, *events])
            ]
            print(lambda_handler({"Records": records}, None))
            stub.assert_no_pending_responses()
        print(f"tokens left: {len(table.scan()['Items'])}")


if __name__ == "__main__":
    main()
