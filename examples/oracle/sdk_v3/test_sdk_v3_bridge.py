"""What takes the place of `TrainingJob.wait` of the SageMaker SDK 3, and that wait."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from bridges import sdk_v3
from sagemaker.core.resources import TrainingJob
from sagemaker.core.utils.exceptions import FailedStatusError
from stories import CREATED, STORIES, life

from jobstate import Outcome, Result
from jobstate.testing import VirtualClock, assert_waiter
from tests.support.aws_answers import LogService


def said(result: Result) -> str | None:
    """Return the outcome that a result tells; none where it tells none."""
    return None if result.outcome is Outcome.UNKNOWN else str(result.outcome)


@pytest.mark.parametrize("name", STORIES)
def test_the_laws(name: str) -> None:
    """Every end is told apart."""
    logs = LogService(VirtualClock(CREATED), []).client()

    def wait(client: Any, job: str) -> Result:
        clients = {"sagemaker": client, "logs": logs}
        session = mock.Mock(client=clients.__getitem__)
        return sdk_v3.wait_for(TrainingJob(training_job_name=job), session)

    assert_waiter(wait, life(name), verdict=said, outcome_of=lambda each: each)


def replaced(client: Any, job: str) -> str:
    """Wait as the SDK does; it says success by not raising."""
    with mock.patch.object(TrainingJob, "_get_client", return_value=client):
        TrainingJob(training_job_name=job).wait(poll=30)
    return "success"


@pytest.mark.parametrize("name", ["completed", "failed"])
def test_ends_that_it_tells_apart(name: str) -> None:
    """These two."""
    assert_waiter(
        replaced,
        life(name),
        allowed=(FailedStatusError,),
        is_success=lambda verdict: verdict == "success",
    )


@pytest.mark.parametrize(
    ("name", "accused"),
    [
        ("stopped", "took for success what is stopped"),
        ("timed out", "took for success what is timed_out"),
        ("deleted", "does not come to an end"),
    ],
)
def test_ends_that_it_does_not(name: str, accused: str) -> None:
    """A stop and a limit are success to it, and a job that is being deleted is one that runs."""
    with pytest.raises(AssertionError, match=accused) as caught:
        assert_waiter(
            replaced,
            life(name),
            allowed=(FailedStatusError,),
            is_success=lambda verdict: verdict == "success",
        )
    print(caught.value)
