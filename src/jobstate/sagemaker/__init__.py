"""Amazon SageMaker: the life cycle of its training jobs, their records and outcomes."""

from jobstate.model.states import Outcome
from jobstate.sagemaker.training_job.lifecycle import TRAINING_JOB
from jobstate.sagemaker.training_job.records import (
    InstancePreference,
    ModelArtifacts,
    ResourceConfig,
    RetryStrategy,
    SecondaryStatusTransition,
    StoppingCondition,
    TrainingJobDescription,
    TrainingJobSummary,
    WarmPool,
)
from jobstate.sagemaker.training_job.statuses import (
    SecondaryStatus,
    TrainingJobStatus,
    WarmPoolStatus,
)

__all__ = [
    "TRAINING_JOB",
    "InstancePreference",
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
