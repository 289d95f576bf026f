"""`jobstate.aws.bridges.airflow` in Airflow, and the trigger that it replaces, by the same laws."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Self
from unittest import mock

import pytest
from airflow.exceptions import AirflowException, AirflowFailException, TaskDeferred
from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.amazon.aws.triggers.sagemaker import SageMakerTrigger
from airflow.providers.common.compat.sdk import AirflowSensorTimeout, AirflowSkipException
from airflow.serialization.serialized_objects import BaseSerialization, SerializedDAG
from airflow.utils.module_loading import import_string
from bridges import airflow_dag
from stories import CREATED, STORIES, life

from jobstate.aws import AIRFLOW
from jobstate.aws.bridges.airflow import JobSensor, JobTrigger, NoSuccessError
from jobstate.testing import Service, VirtualClock, assert_waiter

DAY = 86_400.0
#: What a job came to → the word for it.
OUTCOMES = {word: str(outcome) for outcome, word in AIRFLOW.words.items() if word != "error"}
OUTCOMES["failed"] = "failed"


class Awaited:
    """A client of boto3 whose answers are awaited, as aiobotocore's; it saves the tests threads."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def describe_training_job(self, **asked: Any) -> Any:
        """Ask."""
        return self._client.describe_training_job(**asked)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close nothing."""


def asked(client: Any) -> Any:
    """Let every hook have this client."""
    return mock.patch.object(AwsBaseHook, "get_conn", return_value=client)


async def fired(trigger: Any) -> dict[str, Any]:
    """Run a trigger as a triggerer does, which makes it anew from what is kept of it."""
    path, kept = trigger.serialize()
    sent = json.dumps(BaseSerialization.serialize(kept))
    anew = import_string(path)(**BaseSerialization.deserialize(json.loads(sent)))
    (event,) = [each async for each in anew.run()]
    return dict(event.payload)


def triggered(client: Any, name: str) -> dict[str, Any]:
    """Wait with the trigger."""
    with asked(Awaited(client)):
        return asyncio.run(fired(JobTrigger(name, deadline=time.time() + DAY, aws_conn_id=None)))


def airflows(client: Any, name: str) -> dict[str, Any]:
    """Wait with the trigger that Airflow has."""

    async def connected(_: object) -> Any:
        return Awaited(client)

    with mock.patch.object(AwsBaseHook, "get_async_conn", connected):
        return asyncio.run(fired(SageMakerTrigger(name, "Training", aws_conn_id=None)))


def sensed(client: Any, name: str, **options: Any) -> dict[str, Any]:
    """Wait with the sensor, deferred where it wishes."""
    sensor = JobSensor(task_id="wait", job_name=name, aws_conn_id=None, **options)
    with asked(client):
        try:
            return dict(sensor.execute({}))
        except TaskDeferred as deferred:
            with asked(Awaited(client)):
                event = asyncio.run(fired(deferred.trigger))
            return dict(sensor.resume_execution(deferred.method_name, {"event": event}, {}))


def deferred(client: Any, name: str) -> dict[str, Any]:
    """Wait with the sensor and the trigger."""
    return sensed(client, name, deferrable=True)


def status(wait: Any) -> Any:
    """Return the waiter that says the word, however it does."""

    def waiter(client: Any, name: str) -> str:
        try:
            return str(wait(client, name)["status"])
        except NoSuccessError as error:
            return str(error.event["status"])

    return waiter


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("wait", [triggered, sensed, deferred])
def test_the_laws(wait: Any, name: str) -> None:
    """Every end is told apart by each, whenever it begins to wait."""
    for waited in assert_waiter(status(wait), life(name), outcome_of=OUTCOMES.get):
        assert waited.verdict == AIRFLOW.word(life(name).result)


@pytest.mark.parametrize("name", ["completed", "failed", "stopped"])
def test_ends_that_airflows_trigger_tells_apart(name: str) -> None:
    """From 9.39 on."""
    assert_waiter(status(airflows), life(name), outcome_of=OUTCOMES.get)


@pytest.mark.parametrize(
    ("name", "accused"),
    [
        ("timed out", "took for stopped what is timed_out"),
        ("deleted", "does not come to an end"),
    ],
)
def test_ends_that_it_does_not(name: str, accused: str) -> None:
    """A limit is a stop to it, and a job that is being deleted is one that runs."""
    with pytest.raises(AssertionError, match=accused) as caught:
        assert_waiter(status(airflows), life(name), outcome_of=OUTCOMES.get)
    print(caught.value)


def service() -> Service:
    """Return a service with a job that takes some minutes."""
    return Service(life("stopped"), VirtualClock(CREATED))


def test_its_time_is_up() -> None:
    """The trigger says where the job stands, and the sensor is no success; nobody waits on."""
    asked_of = service()
    with asked_of.clock.patched(), asked(asked_of.client()):
        trigger = JobTrigger("tides", deadline=time.time() + 90, aws_conn_id=None)
        said = asyncio.run(fired(trigger))
    assert (said["status"], said["outcome"]) == ("timeout", "running")
    assert "stands at InProgress/Downloading" in said["message"]
    with asked_of.clock.patched(), pytest.raises(NoSuccessError, match="came to timeout"):
        sensed(asked_of.client(), "tides", deferrable=True, timeout=10)
    with asked_of.clock.patched(), pytest.raises(AirflowSensorTimeout):
        sensed(asked_of.client(), "tides", timeout=70)


def test_a_restart_makes_no_deadline_later() -> None:
    """What is kept of a trigger has the same end of time."""
    trigger = JobTrigger("tides", deadline=12.5)
    assert trigger.serialize()[1]["deadline"] == 12.5
    assert "tides" in repr(trigger)


def test_another_job_of_the_name() -> None:
    """Who is deferred knows which job is meant: one created later is another."""
    asked_of = service()
    sensor = JobSensor(task_id="wait", job_name="tides", aws_conn_id=None, deferrable=True)
    with asked_of.clock.patched(), asked(asked_of.client()):
        with pytest.raises(TaskDeferred) as found:
            sensor.execute({})
        other = Service(life("completed", after=DAY), VirtualClock(CREATED))
        other.clock.advance(DAY)
    with other.clock.patched(), asked(other.client()):
        said = asyncio.run(fired(found.value.trigger))
    assert said["status"] == "error"


def test_nothing_to_wait_for() -> None:
    """A job that is not there."""
    asked_of = service()
    for deferrable in (True, False):
        with (
            asked_of.clock.patched(),
            pytest.raises(AirflowException, match="there is no sagemaker-training-job 'waves'"),
        ):
            sensed(asked_of.client(), "waves", deferrable=deferrable)
    assert triggered(asked_of.client(), "waves")["status"] == "error"


def test_what_airflow_makes_of_it() -> None:
    """It is not tried again, and `soft_fail` skips what comes after."""
    assert issubclass(NoSuccessError, AirflowFailException)
    asked_of = service()
    for deferrable in (True, False):
        asked_of.clock.advance(DAY)
        with pytest.raises(AirflowSkipException):
            sensed(asked_of.client(), "tides", deferrable=deferrable, soft_fail=True)


def test_the_real_hook() -> None:
    """The client is that of Airflow's own hook, with the region and the configuration given."""
    trigger = JobTrigger(
        "tides",
        deadline=0,
        aws_conn_id=None,
        region_name="eu-west-1",
        botocore_config={"read_timeout": 7},
    )
    client = trigger.client()
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.config.read_timeout == 7


def test_the_dag() -> None:
    """The example is one that Airflow takes."""
    kept = SerializedDAG.to_dict(airflow_dag.dag)["dag"]
    (sensor,) = (each["__var"] for each in kept["tasks"] if each["__var"]["task_id"] == "trained")
    assert sensor["_task_module"] == "jobstate.aws.bridges.airflow"
    assert "job_name" in sensor["template_fields"]
