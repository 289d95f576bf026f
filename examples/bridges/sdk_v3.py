"""Wait with jobstate for a `TrainingJob` of the SageMaker SDK 3, in place of its `wait`."""

from typing import Any

from jobstate import Result
from jobstate.aws import wait_with_logs


def wait_for(training_job: Any, session: Any) -> Result:  # noqa: ANN401 - the SDK's, and boto3's
    """Print what a job writes, and return what it has come to.

    In place of `training_job.wait(logs=True)`, which returns nothing, whether the job has succeeded
    or somebody has stopped it. The session is boto3's.
    """
    name = training_job.training_job_name
    return wait_with_logs(session.client("sagemaker"), name, session.client("logs"))
