"""The SageMaker Python SDK's `wait_for_job` against the laws of waiting, and its local mode."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.session import Session
from stories import life

from jobstate import check
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import assert_waiter


def wait(client: Any, name: str) -> str:
    """Wait as the SDK does, and return what the job came to."""
    session = Session(
        boto_session=mock.Mock(region_name="eu-west-1"),
        sagemaker_client=client,
        sagemaker_runtime_client=mock.Mock(),
        default_bucket="bucket",
    )
    return str(session.wait_for_job(name, poll=30)["TrainingJobStatus"])


@pytest.mark.parametrize("name", ["completed", "failed", "stopped before its instances"])
def test_ends_that_it_survives(name: str) -> None:
    """It waits for these as it should, from whenever on."""
    assert_waiter(wait, life(name), allowed=(UnexpectedStatusException,))


@pytest.mark.parametrize("name", ["stopped", "timed out"])
def test_a_poll_that_lands_in_stopping(name: str) -> None:
    """The same life: whether it returns or raises depends on when the polls happen to fall."""
    with pytest.raises(AssertionError, match=r"Stopping") as caught:
        assert_waiter(wait, life(name), allowed=(UnexpectedStatusException,))
    print(caught.value)


def test_an_entry_without_a_message() -> None:
    """StatusMessage is optional in the API, and a KeyError here."""
    with pytest.raises(AssertionError, match="raised KeyError, which is not allowed"):
        assert_waiter(wait, life("completed", messages={}), allowed=(UnexpectedStatusException,))


def test_local_mode_has_statuses_of_its_own() -> None:
    """A local job says things that no training job of the service ever says."""
    from sagemaker.local.entities import _LocalTrainingJob  # noqa: PLC0415 - slow to import

    job = _LocalTrainingJob(mock.Mock())
    job.training_job_name = "tides"
    job.state = _LocalTrainingJob._TRAINING
    described = job.describe()
    known = life("completed").at(life("completed").start)
    report = check(TRAINING_JOB, known | {"TrainingJobStatus": described["TrainingJobStatus"]})
    assert [each.value for each in report.unmodelled] == [described["TrainingJobStatus"]]
