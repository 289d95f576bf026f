"""Amazon SageMaker: the life cycles of its jobs, and the records of training jobs."""

from jobstate.model.states import Outcome
from jobstate.sagemaker.processing_job import PROCESSING_JOB
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
from jobstate.sagemaker.transform_job import TRANSFORM_JOB
from jobstate.sagemaker.tuning_job import TUNING_JOB

__all__ = [
    "PROCESSING_JOB",
    "TRAINING_JOB",
    "TRANSFORM_JOB",
    "TUNING_JOB",
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
