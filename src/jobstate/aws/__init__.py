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
from jobstate.aws.events import Handled, handle, jobs_in, sqs_batch
from jobstate.aws.follow import follow, wait
from jobstate.aws.following import FollowStep, OnMissing, Options
from jobstate.aws.logs import JobLogs, LogLine, wait_with_logs
from jobstate.aws.pace import Pace
from jobstate.aws.policies import WORTH_ANOTHER_TRY, RetryPolicy
from jobstate.aws.polling.budget import Budget, Spent
from jobstate.aws.polling.health import Gone, Health, PassReport
from jobstate.aws.polling.poller import Poller, Stop
from jobstate.aws.snapshots import JobSnapshot
from jobstate.aws.vocabularies import (
    AIRFLOW,
    FLYTE,
    OPENTELEMETRY,
    STEP_FUNCTIONS,
    STEP_FUNCTIONS_ERRORS,
    Vocabulary,
)

__all__ = [
    "AIRFLOW",
    "FLYTE",
    "OPENTELEMETRY",
    "STEP_FUNCTIONS",
    "STEP_FUNCTIONS_ERRORS",
    "WORTH_ANOTHER_TRY",
    "Budget",
    "FollowStep",
    "Gone",
    "Handled",
    "Health",
    "JobLogs",
    "JobMissingError",
    "JobSnapshot",
    "LogLine",
    "OnMissing",
    "Options",
    "Pace",
    "PassReport",
    "Poller",
    "RetryPolicy",
    "ServiceError",
    "Spent",
    "Stop",
    "UnknownStatusError",
    "Vocabulary",
    "WaitTimeoutError",
    "follow",
    "handle",
    "jobs_in",
    "sqs_batch",
    "wait",
    "wait_with_logs",
]
