"""The kinds of job that jobstate knows: `KINDS`."""

from typing import Final

from jobstate.batch import BATCH_JOB
from jobstate.model.kinds import Kinds
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB

#: Every life cycle of the library.
KINDS: Final = Kinds(TRAINING_JOB, PROCESSING_JOB, TRANSFORM_JOB, TUNING_JOB, BATCH_JOB)

__all__ = ["KINDS", "Kinds"]
