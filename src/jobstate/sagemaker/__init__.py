"""Amazon SageMaker: the life cycle of its training jobs, their records and outcomes."""

from jobstate.sagemaker.records import TrainingJobDescription, TrainingJobSummary
from jobstate.sagemaker.statuses import SecondaryStatus, TrainingJobStatus, WarmPoolStatus
from jobstate.sagemaker.training_job import TRAINING_JOB
from jobstate.specification import Outcome

__all__ = [
    "TRAINING_JOB",
    "Outcome",
    "SecondaryStatus",
    "TrainingJobDescription",
    "TrainingJobStatus",
    "TrainingJobSummary",
    "WarmPoolStatus",
]
