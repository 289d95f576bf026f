"""Airflow's trigger and sensor, on stand-ins; `examples/oracle` has the same on Airflow itself."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from jobstate.aws import AIRFLOW
from jobstate.errors import MissingExtraError, UnknownNameError
from jobstate.testing import Service, VirtualClock, assert_waiter
from tests.support import airflow_stand_ins as airflow
from tests.support.lives_for_tests import BEGIN, STORIES, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAY = 86_400.0
OUTCOMES = {str(AIRFLOW.word(told(name).result)): told(name).result.outcome for name in STORIES}


@pytest.fixture(name="bridge")
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the bridge, made on stand-ins."""
    with airflow.standing_in(monkeypatch):
        yield import_module("jobstate.aws.bridges.airflow")
    sys.modules.pop("jobstate.aws.bridges.airflow", None)


class Opened:
    """A client as aiobotocore's: the tests need no threads for it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def describe_training_job(self, **asked: Any) -> Any:
        """Ask."""
        return self._client.describe_training_job(**asked)


def fired(bridge: Any, trigger: Any) -> dict[str, Any]:
    """Run a trigger, made anew from what is kept of it, as in a triggerer."""
    path, kept = trigger.serialize()
    assert path == "jobstate.aws.bridges.airflow.JobTrigger"
    anew = bridge.JobTrigger(**json.loads(json.dumps(kept)))

    async def run() -> list[Any]:
        return [each async for each in anew.run()]

    (event,) = asyncio.run(run())
    return dict(event.payload)


def triggered(bridge: Any, client: Any, name: str) -> dict[str, Any]:
    """Wait with the trigger."""
    airflow.AwsBaseHook.client = Opened(client)
    return fired(bridge, bridge.JobTrigger(name, deadline=time.time() + DAY))


def sensed(bridge: Any, client: Any, name: str, **options: Any) -> dict[str, Any]:
    """Wait with the sensor."""
    airflow.AwsBaseHook.client = client
    sensor = bridge.JobSensor(task_id="wait", job_name=name, **options)
    try:
        return dict(sensor.execute({}))
    except airflow.TaskDeferred as deferred:
        airflow.AwsBaseHook.client = Opened(client)
        event = fired(bridge, deferred.trigger)
        return dict(getattr(sensor, deferred.method_name)({}, event))


def deferred_once(bridge: Any, client: Any, name: str) -> dict[str, Any]:
    """Wait with both."""
    return sensed(bridge, client, name, deferrable=True)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("wait", [triggered, sensed, deferred_once])
def test_the_laws(bridge: Any, wait: Callable[..., dict[str, Any]], name: str) -> None:
    """Every end has its word."""

    def waiter(client: Any, job: str) -> str:
        try:
            return str(wait(bridge, client, job)["status"])
        except bridge.NoSuccessError as error:
            return str(error.event["status"])

    for waited in assert_waiter(waiter, told(name), outcome_of=OUTCOMES.get):
        assert waited.verdict == AIRFLOW.word(told(name).result)


def service(name: str = "stopped", after: float = 0.0) -> Service:
    """Return a service with a job of a story."""
    return Service(told(name, job="tides", after=after), VirtualClock(BEGIN))


def test_its_time_is_up(bridge: Any) -> None:
    """It says where the job stands, and that it was the wait that ended."""
    asked = service()
    airflow.AwsBaseHook.client = asked.client()
    with asked.clock.patched():
        said = fired(bridge, bridge.JobTrigger("tides", deadline=time.time() + 90))
    assert (said["status"], said["outcome"]) == ("timeout", "running")
    assert "stands at InProgress/Downloading" in said["message"]


def test_another_job_of_the_name(bridge: Any) -> None:
    """What is known when it is deferred pins the job."""
    asked, other = service(), service("completed", after=DAY)
    airflow.AwsBaseHook.client = asked.client()
    sensor = bridge.JobSensor(task_id="wait", job_name="tides", deferrable=True)
    with asked.clock.patched(), pytest.raises(airflow.TaskDeferred) as found:
        sensor.execute({})
    assert found.value.timeout.total_seconds() > sensor.timeout  # the trigger speaks first
    other.clock.advance(DAY)
    airflow.AwsBaseHook.client = other.client()
    with other.clock.patched():
        assert fired(bridge, found.value.trigger)["status"] == "error"


def test_a_job_that_goes(bridge: Any) -> None:
    """Deleted while it is waited for: nobody knows what it would have come to."""
    asked = service("completed")
    airflow.AwsBaseHook.client = Opened(asked.client())
    nobody = Opened(Service((), asked.clock).client())

    class Going:
        """A client that finds the job once."""

        async def describe_training_job(self, **what: Any) -> Any:
            """Ask."""
            client, airflow.AwsBaseHook.client = airflow.AwsBaseHook.client, nobody
            return await client.describe_training_job(**what)

    trigger = bridge.JobTrigger("tides", deadline=asked.clock.time() + DAY)
    trigger.client = Going
    with asked.clock.patched():
        said = asyncio.run(anext(trigger.run())).payload
    assert (said["status"], said["message"]) == ("error", "it is gone")


def test_nothing_to_wait_for(bridge: Any) -> None:
    """A job that is not there, and a kind that there is not."""
    asked = service()
    for deferrable in (True, False):
        with asked.clock.patched(), pytest.raises(bridge.NoSuccessError) as found:
            sensed(bridge, asked.client(), "waves", deferrable=deferrable)
        assert str(found.value).startswith("waves came to error: there is no sagemaker-training")
        assert isinstance(found.value, airflow.AirflowFailException)
    with pytest.raises(UnknownNameError):
        bridge.JobTrigger("tides", deadline=0, kind="training")


@pytest.mark.parametrize("deferrable", [True, False])
def test_what_may_fail_softly(bridge: Any, *, deferrable: bool) -> None:
    """Airflow's sensors skip what comes after; also where nothing was left to wait for."""
    asked = service()
    asked.clock.advance(DAY)
    with pytest.raises(airflow.SkippedError):
        sensed(bridge, asked.client(), "tides", deferrable=deferrable, soft_fail=True)


def test_how_it_connects(bridge: Any) -> None:
    """As Airflow's own operators do, to the service of the kind."""
    how = {"aws_conn_id": None, "region_name": "eu-west-1", "verify": False}
    trigger = bridge.JobTrigger(
        "1", deadline=0, kind="aws-batch-job", botocore_config={"read_timeout": 7}, **how
    )
    trigger.client()
    assert airflow.AwsBaseHook.made[-1] == {
        "client_type": "batch",
        "config": {"read_timeout": 7},
        **how,
    }


def test_without_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.delitem(sys.modules, "jobstate.aws.bridges.airflow", raising=False)
    monkeypatch.setitem(sys.modules, "airflow", None)
    with pytest.raises(MissingExtraError, match=r"jobstate\[airflow\]"):
        import_module("jobstate.aws.bridges.airflow")
