"""A state machine whose tasks wait with tokens, run by moto, and what answers them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from stories import STORIES, life

from jobstate import Tracker
from jobstate.aws import STEP_FUNCTIONS_ERRORS
from jobstate.aws.bridges.step_functions import TaskAnswer, answer_task
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate import TrackedJob

ERRORS = sorted(STEP_FUNCTIONS_ERRORS.all_words)
#: A task that waits, and a state to end in for every error.
MACHINE = {
    "StartAt": "Train",
    "States": {
        "Train": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"MessageBody": {"token.$": "$$.Task.Token"}},
            "HeartbeatSeconds": 3_600,
            "Catch": [{"ErrorEquals": [each], "Next": each} for each in ERRORS],
            "Next": "Succeeded",
        },
        **{
            each: {"Type": "Pass", "Result": {"ended": each}, "End": True}
            for each in ("Succeeded", *ERRORS)
        },
    },
}


@pytest.fixture(name="execution")
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str, str]]:
    """Return a client, an execution and the token with which its task waits."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        sqs, client = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="tasks")["QueueUrl"]
        MACHINE["States"]["Train"]["Parameters"]["QueueUrl"] = url  # type: ignore[index]
        machine = client.create_state_machine(
            name="trains",
            definition=json.dumps(MACHINE),
            roleArn="arn:aws:iam::123456789012:role/trains",
        )
        execution = client.start_execution(stateMachineArn=machine["stateMachineArn"])
        messages = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
        yield client, execution["executionArn"], json.loads(messages[0]["Body"])["token"]


def until(there: Callable[[], Any]) -> Any:
    """Return what is there as soon as something is: moto runs machines in threads."""
    for _ in range(200):
        if found := there():
            return found
        time.sleep(0.05)
    raise TimeoutError


def seen(name: str, stays: int | None = None) -> TrackedJob:
    """Return what is known of a job after some of its stays; all of them by default."""
    tracker, story = Tracker(TRAINING_JOB), life(name)
    for stay in story.stays[:stays]:
        tracker.observe(story.at(stay.start))
    return tracker[story.job]


@pytest.mark.parametrize("name", STORIES)
def test_where_it_goes_on(execution: tuple[Any, str, str], name: str) -> None:
    """Each end leads to its own state; a task takes one answer, heartbeats before it."""
    client, arn, token = execution
    assert answer_task(client, token, seen(name, 1)) is TaskAnswer.HEARTBEAT
    assert answer_task(client, token, seen(name)) is not TaskAnswer.CLOSED

    def ended() -> Any:
        said = client.describe_execution(executionArn=arn)
        return None if said["status"] == "RUNNING" else said

    said = until(ended)
    error = STEP_FUNCTIONS_ERRORS.word(seen(name).result)
    assert said["status"] == "SUCCEEDED"
    assert json.loads(said["output"]) == {"ended": error or "Succeeded"}
    assert answer_task(client, token, seen("completed")) is TaskAnswer.CLOSED
