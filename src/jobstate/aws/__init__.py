"""AWS, asked: one job followed to its end, a fleet polled within a budget, events taken as hints.

Needs the extra ``aws`` (boto3). Nothing here imports boto3 before it is used: whoever has a client
has it.
"""

from jobstate.aws.errors import (
    JobMissingError,
    ServiceError,
    UnknownStatusError,
    WaitTimeoutError,
)
from jobstate.aws.follow import follow, wait
from jobstate.aws.following import FollowStep, OnMissing, Options
from jobstate.aws.pace import Pace

__all__ = [
    "FollowStep",
    "JobMissingError",
    "OnMissing",
    "Options",
    "Pace",
    "ServiceError",
    "UnknownStatusError",
    "WaitTimeoutError",
    "follow",
    "wait",
]
