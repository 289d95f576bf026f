"""What takes the place of the SageMaker SDK's waits, and those waits, by the same laws."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from bridges import sdk_v2
from sagemaker.estimator import Estimator
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.session import Session
from stories import CREATED, STORIES, life

from jobstate import Outcome, Result
from jobstate.testing import Service, VirtualClock, assert_waiter
from tests.support.aws_answers import LogService

ROLE = "arn:aws:iam::111122223333:role/trains"


def session_of(client: Any, logs: LogService | None = None) -> Session:
    """Return a session of the SDK with these clients."""
    boto_session = mock.Mock(region_name="eu-west-1")
    logs = logs or LogService(VirtualClock(CREATED), [])
    boto_session.client.return_value = logs.client()
    return Session(
        boto_session=boto_session,
        sagemaker_client=client,
        sagemaker_runtime_client=mock.Mock(),
        default_bucket="bucket",
    )


def said(result: Result) -> str | None:
    """Return the outcome that a result tells; none where it tells none."""
    return None if result.outcome is Outcome.UNKNOWN else str(result.outcome)


@pytest.mark.parametrize("name", STORIES)
def test_the_laws(name: str) -> None:
    """Every end is told apart."""

    def wait(client: Any, job: str) -> Result:
        return sdk_v2.wait_for_job(session_of(client), job)

    assert_waiter(wait, life(name), verdict=said, outcome_of=lambda each: each)


@pytest.mark.parametrize(
    ("name", "accused"),
    [
        ("stopped", "took for success what is stopped"),
        ("timed out", "took for success what is timed_out"),
        ("deleted", "does not come to an end"),
    ],
)
def test_what_fit_does(name: str, accused: str) -> None:
    """`fit` waits with `logs_for_job`, and says success by not raising."""

    def wait(client: Any, job: str) -> str:
        session_of(client).logs_for_job(job, wait=True)
        return "success"

    with pytest.raises(AssertionError, match=accused) as caught:
        assert_waiter(
            wait,
            life(name),
            allowed=(UnexpectedStatusException,),
            is_success=lambda verdict: verdict == "success",
        )
    print(caught.value)


def test_a_real_estimator(capsys: pytest.CaptureFixture[str]) -> None:
    """It begins the job; what the job writes is printed, the last lines too."""
    clock = VirtualClock(CREATED)
    service = Service((), clock)
    logs = LogService(clock, [])
    session = session_of(service.client(), logs)
    estimator = Estimator(
        *("churn:1", ROLE, 1, "ml.m5.xlarge"),
        sagemaker_session=session,
        output_path="s3://models",
        environment={"A": "B"},
    )
    with clock.patched():
        estimator.fit(wait=False, job_name="churn-42")
        end = (service.lives[0].end - CREATED).total_seconds()
        logs.lines = [(60.0, "churn-42/algo-1", "first"), (end + 7, "churn-42/algo-1", "last")]
        result = sdk_v2.wait_for_job(session, "churn-42")
    assert result.outcome is Outcome.SUCCEEDED
    assert capsys.readouterr().out.endswith("algo-1 first\nalgo-1 last\n")


def test_fit() -> None:
    """In one call."""
    clock = VirtualClock(CREATED)
    service = Service((), clock)
    estimator = Estimator(
        *("churn:1", ROLE, 1, "ml.m5.xlarge"),
        sagemaker_session=session_of(service.client()),
        output_path="s3://models",
    )
    with clock.patched():
        assert sdk_v2.fit(estimator).outcome is Outcome.SUCCEEDED
