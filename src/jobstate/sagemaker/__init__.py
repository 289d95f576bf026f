"""Amazon SageMaker: the life cycle of its training jobs, their records and outcomes."""

from jobstate.sagemaker.records import (
    ModelArtifacts,
    ResourceConfig,
    RetryStrategy,
    SecondaryStatusTransition,
    StoppingCondition,
    TrainingJobDescription,
    TrainingJobSummary,
    WarmPool,
)
from jobstate.sagemaker.statuses import SecondaryStatus, TrainingJobStatus, WarmPoolStatus
from jobstate.sagemaker.training_job import TRAINING_JOB
from jobstate.specification import Outcome

__all__ = [
    "TRAINING_JOB",
    "ModelArtifacts",
    "Outcome",
    "ResourceConfig",
    "RetryStrategy",
    "SecondaryStatus",
    "SecondaryStatusTransition",
    "StoppingCondition",
    "TrainingJobDescription",
    "TrainingJobStatus",
    "TrainingJobSummary",
    "WarmPool",
    "WarmPoolStatus",
]
