"""What an outcome means to a caller."""

from __future__ import annotations

import pytest

from jobstate import Decision, Outcome, OutcomePolicy, check
from jobstate.errors import LifecycleError
from jobstate.sagemaker import TRAINING_JOB

BASE = {
    "TrainingJobName": "job",
    "TrainingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/job",
    "CreationTime": "2026-01-01T00:00:00Z",
}


def decided(primary: str, secondary: str | None = None, policy: OutcomePolicy | None = None) -> str:
    """Return what a policy says of a job in some status."""
    answer = BASE | {"TrainingJobStatus": primary, "SecondaryStatus": secondary}
    return (policy or OutcomePolicy()).decide(check(TRAINING_JOB, answer).result)


@pytest.mark.parametrize(
    ("primary", "secondary", "decision"),
    [
        ("InProgress", "Training", Decision.WAIT),
        ("Stopping", "Stopping", Decision.WAIT),
        ("Completed", "Completed", Decision.SUCCESS),
        ("Failed", None, Decision.FAILURE),
        ("Stopped", "Stopped", Decision.FAILURE),
        ("Stopped", "MaxRuntimeExceeded", Decision.FAILURE),
        ("Stopped", None, Decision.FAILURE),
        ("Deleting", None, Decision.FAILURE),
        ("Deleting", "Completed", Decision.SUCCESS),
        ("InProgress", "Hibernating", Decision.WAIT),
        ("Hibernating", None, Decision.WAIT),
        ("Hibernating", "Completed", Decision.WAIT),
    ],
)
def test_the_default(primary: str, secondary: str | None, decision: Decision) -> None:
    """Only a completed job is success, nothing that has ended is waited for."""
    assert decided(primary, secondary) == decision


def test_stopped_may_be_success() -> None:
    """For a caller who stops jobs on purpose; a time-out is still none."""
    policy = OutcomePolicy(success=[Outcome.SUCCEEDED, Outcome.STOPPED])
    assert decided("Stopped", "Stopped", policy) == Decision.SUCCESS
    assert decided("Stopped", "MaxWaitTimeExceeded", policy) == Decision.FAILURE


def test_running_is_never_success() -> None:
    """A policy that would end a wait too early is refused."""
    with pytest.raises(LifecycleError, match="running can't be success"):
        OutcomePolicy(success=[Outcome.RUNNING])
