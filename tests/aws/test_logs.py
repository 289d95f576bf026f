"""A job's logs: every line once, whenever it comes, and no trouble with them ends a wait."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from jobstate import Outcome
from jobstate.aws import JobLogs, LogLine, Pace, wait_with_logs
from jobstate.testing import VirtualClock, assert_waiter
from tests.support.asked import Asked
from tests.support.aws_answers import LogService
from tests.support.lives_for_tests import BEGIN, STORIES, told

if TYPE_CHECKING:
    from jobstate.model.outcome import Result

GROUP = "/aws/sagemaker/TrainingJobs"
ONE, TWO, THREE = (f"completed/algo-{number}" for number in (1, 2, 3))


def test_every_line_once() -> None:
    """Page by page, from every stream of the job, however many lines have the same time."""
    clock = VirtualClock(BEGIN)
    lines = [(5.0, stream, f"{n}\n") for stream in (ONE, TWO, THREE, "other/algo-1") for n in "abc"]
    logs = LogService(clock, [*lines, (60.0, ONE, "d"), (60.0, ONE, "e")])
    job = JobLogs(logs.client(), "completed")
    assert list(job.read()) == []
    clock.advance(5)
    found = list(job.read())
    assert [(each.stream, each.message) for each in found] == [
        (stream, n) for stream in (ONE, TWO, THREE) for n in "abc"
    ]
    assert found[0] == LogLine(ONE, found[0].at, "a")
    assert (found[0].at - BEGIN).total_seconds() == 5
    assert list(job.read()) == []
    clock.advance(55)
    assert [str(each) for each in job.read()] == ["algo-1 d", "algo-1 e"]


def test_once_more_after_the_end() -> None:
    """Lines come late: what is there some seconds after the job's end is read."""
    asked = Asked(told("completed"))
    logs = LogService(asked.clock, [(300.0, ONE, "an epoch"), (735.0, ONE, "saved")])
    written: list[LogLine] = []
    result = wait_with_logs(
        *(asked.client(), "completed", logs.client()),
        write=written.append,
        pace=Pace.every(10),
        **asked.time,
    )
    assert result.outcome is Outcome.SUCCEEDED
    assert [each.message for each in written] == ["an epoch", "saved"]
    assert asked.seconds == 740  # it ended after 725


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_they_end_no_wait(code: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever becomes of the logs, the wait says what became of the job."""
    asked = Asked(told("failed"))
    logs = LogService(asked.clock, [])
    logs.refusing = code
    with asked.clock.patched(), caplog.at_level(logging.WARNING, "jobstate"):
        result = wait_with_logs(asked.client(), "failed", logs.client(), clock=time.monotonic)
    assert result.outcome is Outcome.FAILED
    assert f"the logs of failed can't be read: {code}" in caplog.text


def test_what_is_no_trouble_of_a_service() -> None:
    """A mistake in a program is not kept quiet."""
    with pytest.raises(AttributeError):
        list(JobLogs(object(), "completed").read())


@pytest.mark.parametrize("name", STORIES)
def test_the_laws(name: str) -> None:
    """It waits as `wait` does."""
    logs = LogService(VirtualClock(BEGIN), []).client()

    def waiter(client: Any, job: str) -> Result:
        return wait_with_logs(client, job, logs)

    def said(result: Result) -> str | None:
        return None if result.outcome is Outcome.UNKNOWN else str(result.outcome)

    assert_waiter(waiter, told(name), verdict=said, outcome_of=lambda each: each)


def test_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's CloudWatch, whose tokens look otherwise."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    with mock_aws():
        client = boto3.client("logs", region_name="eu-west-1")
        job = JobLogs(client, "completed")
        assert list(job.read()) == []
        client.create_log_group(logGroupName=GROUP)
        for stream in (ONE, TWO, "completed-2/algo-1"):
            client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
            put(client, stream, "a", "b", "c")
        assert [str(each) for each in job.read()] == [
            f"algo-{number} {message}" for number in (1, 2) for message in "abc"
        ]
        put(client, TWO, "d")
        assert [str(each) for each in job.read()] == ["algo-2 d"]
        assert list(job.read()) == []


def put(client: Any, stream: str, *messages: str) -> None:
    """Write some lines now."""
    now = int(time.time() * 1_000)
    events = [{"timestamp": now, "message": each} for each in messages]
    client.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
