"""AWS Batch: the life cycle of its jobs."""

from jobstate.batch.job import BATCH_JOB

__all__ = ["BATCH_JOB"]
