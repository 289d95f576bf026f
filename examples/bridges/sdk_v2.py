"""Train with the SageMaker SDK 2 and wait with jobstate, in place of `estimator.fit(wait=True)`."""

from typing import Any

from jobstate import Result
from jobstate.aws import wait_with_logs


def fit(estimator: Any, inputs: Any = None) -> Result:  # noqa: ANN401 - the SDK's have no types
    """Train; print what the job writes, and return what it has come to."""
    estimator.fit(inputs, wait=False)
    return wait_for_job(estimator.sagemaker_session, estimator.latest_training_job.name)


def wait_for_job(session: Any, name: str) -> Result:  # noqa: ANN401 - as above
    """Wait in place of `session.wait_for_job(name)` and `session.logs_for_job(name, wait=True)`."""
    return wait_with_logs(session.sagemaker_client, name, session.boto_session.client("logs"))
