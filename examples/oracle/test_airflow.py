"""Airflow's code that waits for training jobs against the laws of waiting."""

from __future__ import annotations

import time
from typing import Any
from unittest import mock

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from airflow.providers.amazon.aws.sensors.sagemaker import SageMakerTrainingSensor
from stories import MESSAGES, life

from jobstate import Outcome
from jobstate.testing import assert_waiter


class Hook(SageMakerHook):
    """The hook with a client of ours, for a job that runs already."""

    def __init__(self, client: Any) -> None:
        super().__init__(aws_conn_id=None, region_name="eu-west-1")
        self._client = client

    def get_conn(self) -> Any:
        """Return the client, which pretends to have begun the job."""
        return _Begun(self._client)

    def check_training_config(self, config: dict[str, Any]) -> None:
        """Find no fault with a configuration of only a name."""


class _Begun:
    def __init__(self, client: Any) -> None:
        self._client = client

    def create_training_job(self, **config: Any) -> dict[str, Any]:
        return config

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def run(client: Any, name: str) -> str:
    """Wait as the operator does with print_log=False; it says success by not raising."""
    Hook(client).create_training_job({"TrainingJobName": name}, print_log=False)
    return "success"


def sense(client: Any, name: str, *, print_log: bool = False) -> str:
    """Wait as the sensor does."""
    sensor = SageMakerTrainingSensor(task_id="wait", job_name=name, print_log=print_log)
    hook = Hook(client)
    hook.__dict__["logs_hook"] = mock.Mock()
    hook.logs_hook.get_conn().describe_log_streams.return_value = {"logStreams": []}
    sensor.__dict__["hook"] = hook
    while not sensor.poke({}):
        time.sleep(60)
    return "success"


def sense_with_logs(client: Any, name: str) -> str:
    """Wait as the sensor does by default; there are no logs yet."""
    return sense(client, name, print_log=True)


def is_success(verdict: object) -> bool:
    """Take what was returned for success, and what was raised for none."""
    return verdict == "success"


def test_a_completed_job() -> None:
    """Both wait for these as they should."""
    for wait in (run, sense):
        assert_waiter(wait, life("completed"), allowed=(AirflowException,), is_success=is_success)


def test_a_time_out_passes_for_success() -> None:
    """A job that ran into MaxRuntimeInSeconds is a success to the operator."""
    story = life("timed out")
    assert story.result.outcome is Outcome.TIMED_OUT
    with pytest.raises(AssertionError) as caught:
        assert_waiter(run, story, allowed=(AirflowException,), is_success=is_success)
    print(caught.value)
    assert "success" in str(caught.value)


def test_a_stop_before_the_instances() -> None:
    """TrainingStartTime is not there: a KeyError in the operator."""
    with pytest.raises(AssertionError, match="raised KeyError, which is not allowed") as caught:
        assert_waiter(run, life("stopped before its instances"), allowed=(AirflowException,))
    print(caught.value)
    assert "TrainingStartTime" in str(caught.value)


@pytest.mark.parametrize("name", ["stopped", "timed out"])
def test_a_stop(name: str) -> None:
    """A stopped job has no FailureReason: a KeyError in the sensor."""
    with pytest.raises(AssertionError, match="raised KeyError, which is not allowed") as caught:
        assert_waiter(sense, life(name), allowed=(AirflowException,))
    print(caught.value)
    assert "FailureReason" in str(caught.value)


def test_a_job_that_is_being_deleted() -> None:
    """A status that the sensor does not list is success to it."""
    with pytest.raises(AssertionError, match="took for success what is failed") as caught:
        assert_waiter(sense, life("deleted"), allowed=(AirflowException,), is_success=is_success)
    print(caught.value)


def test_an_entry_without_a_message() -> None:
    """StatusMessage is optional in the API, and a KeyError in the sensor that prints logs."""
    with pytest.raises(AssertionError, match="raised KeyError, which is not allowed") as caught:
        assert_waiter(sense_with_logs, life("completed", messages={}))
    print(caught.value)


def test_two_messages_alike() -> None:
    """Where the last two messages are equal, the sensor that prints logs waits for ever."""
    alike = MESSAGES | {"Completed": MESSAGES["Uploading"]}
    with pytest.raises(AssertionError, match="does not come to an end") as caught:
        assert_waiter(sense_with_logs, life("completed", messages=alike))
    print(caught.value)
