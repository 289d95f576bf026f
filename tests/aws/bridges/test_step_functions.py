"""A task that waits with a token gets exactly one answer, and the right one."""

from __future__ import annotations

import importlib.util
import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from jobstate import Tracker
from jobstate.aws import STEP_FUNCTIONS_ERRORS
from jobstate.aws.bridges.step_functions import TaskAnswer, answer_task, code_of, task_output
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Service, VirtualClock
from tests.support.aws_answers import Refused, answering
from tests.support.command import EXAMPLES
from tests.support.lives_for_tests import STORIES, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate import TrackedJob

TOKEN = "AAAAKgAAAA"  # noqa: S105 - nobody's


class Tasks:
    """Step Functions, as far as tasks with tokens go: each takes one answer.

    Attributes:
        answers: Token → its answer.
        heartbeats: How many there were.
        calls: How many requests came.
        refusing: A code by which every call is refused; None for none.
    """

    def __init__(self, *tokens: str) -> None:
        self.answers: dict[str, Any] = dict.fromkeys(tokens)
        self.heartbeats = self.calls = 0
        self.refusing: str | None = None
        self.client = answering("stepfunctions", self.answer)

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer."""
        self.calls += 1
        token = asked.pop("taskToken")
        if self.refusing:
            raise Refused(self.refusing)
        if token not in self.answers:
            raise Refused("TaskDoesNotExist")
        if self.answers[token] is not None:
            raise Refused("TaskTimedOut", "Provided task does not exist anymore")
        if operation == "SendTaskHeartbeat":
            self.heartbeats += 1
        else:
            self.answers[token] = (operation, asked)
        return {}


def seen(name: str, seconds: float | None = None) -> TrackedJob:
    """Return what is known of a job of a story, at its end or some seconds after its creation."""
    life = told(name)
    tracker = Tracker(TRAINING_JOB)
    for stay in life.stays:
        if seconds is None or (stay.start - life.start).total_seconds() <= seconds:
            tracker.observe(life.at(stay.start))
    return tracker[life.job]


@pytest.mark.parametrize("name", STORIES)
def test_every_end(name: str) -> None:
    """By the error's name `Retry` and `Catch` tell them apart; the cause says the rest."""
    tasks, job = Tasks(TOKEN), seen(name)
    error = STEP_FUNCTIONS_ERRORS.word(job.result)
    said = answer_task(tasks.client, TOKEN, job)
    operation, asked = tasks.answers[TOKEN]
    if error is None:
        assert (said, operation) == (TaskAnswer.SUCCESS, "SendTaskSuccess")
        assert json.loads(asked["output"]) == task_output(job)
    else:
        assert (said, operation) == (TaskAnswer.FAILURE, "SendTaskFailure")
        assert asked["error"] == error
        assert json.loads(asked["cause"]) == task_output(job)
    assert task_output(job)["outcome"] == str(job.outcome)


def test_before_the_end() -> None:
    """A heartbeat; the token waits on."""
    tasks = Tasks(TOKEN)
    assert answer_task(tasks.client, TOKEN, seen("completed", 100)) is TaskAnswer.HEARTBEAT
    assert (tasks.heartbeats, tasks.answers) == (1, {TOKEN: None})


def test_one_answer(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever answers again, whatever it is, changes nothing and hears that nobody waits."""
    tasks = Tasks(TOKEN)
    answer_task(tasks.client, TOKEN, seen("completed"))
    before = dict(tasks.answers)
    with caplog.at_level(logging.INFO, "jobstate"):
        for job in (seen("completed"), seen("failed"), seen("completed", 0)):
            assert answer_task(tasks.client, TOKEN, job) is TaskAnswer.CLOSED
        assert answer_task(tasks.client, "another", seen("failed")) is TaskAnswer.CLOSED
    assert tasks.answers == before
    assert "nobody waits for" in caplog.text


def test_not_for_now() -> None:
    """What may pass is raised, so that the event comes again; a mistake of ours too."""
    tasks = Tasks(TOKEN)
    tasks.refusing = "ThrottlingException"
    with pytest.raises(ClientError) as found:
        answer_task(tasks.client, TOKEN, seen("failed"))
    assert code_of(found.value) == "ThrottlingException"
    with pytest.raises(AttributeError) as mistake:
        answer_task(None, TOKEN, seen("failed"))
    assert code_of(mistake.value) is None


# --- The example's Lambda -------------------------------------------------------------------------


@pytest.fixture(name="function")
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the example, with a table."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    path = EXAMPLES / "bridges" / "step_functions_lambda.py"
    spec = importlib.util.spec_from_file_location("step_functions_lambda", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with mock_aws(config={"core": {"passthrough": {"services": ["sagemaker"]}}}):
        resource: Any = boto3.resource("dynamodb", "eu-west-1")
        module.table = resource.create_table(
            TableName="tasks",
            KeySchema=[{"AttributeName": "job", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "job", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield module


def batch(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what Lambda gets from a queue."""
    return {
        "Records": [
            {"messageId": str(place), "body": json.dumps(event)}
            for place, event in enumerate(events)
        ]
    }


def failures(answer: dict[str, Any]) -> list[str]:
    """Return which messages come again."""
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@pytest.mark.parametrize("name", STORIES)
def test_the_lambda(function: Any, name: str) -> None:
    """Events twice, in another order, and of a job that no task waits for; calls that fail once."""
    life, other = told(name), told("completed", job="other")
    service = Service([life, other], VirtualClock(max(life.end, other.end)))
    tasks = Tasks(TOKEN)
    function.sagemaker, function.step_functions = service.client(), tasks.client
    function.table.put_item(Item={"job": life.job.name, "token": TOKEN})
    began = datetime(2026, 1, 1, tzinfo=UTC)
    events = [event for _, event in service.world.events(began, service.clock.now())]
    events = [*reversed(events), *events]
    tasks.refusing = "ThrottlingException"
    waiting = failures(function.lambda_handler(batch(events), None))
    assert waiting
    assert function.table.scan()["Items"]
    tasks.refusing = None
    again = [events[int(each)] for each in waiting]
    assert failures(function.lambda_handler(batch(again), None)) == []
    assert tasks.answers[TOKEN] is not None
    assert function.table.scan()["Items"] == []
    calls = tasks.calls
    assert failures(function.lambda_handler(batch(events), None)) == []
    assert tasks.calls == calls


def test_a_crash_after_the_answer(function: Any) -> None:
    """The token is still in the table; the event comes again, and the task keeps its answer."""
    life = told("stopped")
    service = Service(life, VirtualClock(life.end))
    tasks = Tasks(TOKEN)
    function.sagemaker, function.step_functions = service.client(), tasks.client
    function.table.put_item(Item={"job": life.job.name, "token": TOKEN})
    answer_task(tasks.client, TOKEN, seen("stopped"))
    before = dict(tasks.answers)
    event = json.loads(json.dumps(life.at(life.end, "event"), default=str))
    assert failures(function.lambda_handler(batch([event]), None)) == []
    assert (tasks.answers, function.table.scan()["Items"]) == (before, [])
