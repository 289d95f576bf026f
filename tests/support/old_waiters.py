"""How programs wait for training jobs that hard-code statuses: the bugs that everyone writes.

Written anew after public issues, each with one bug; what they did right is as short as can be.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.support.lives_for_tests import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.testing import Life

Answer = dict[str, Any]


class OldHandler(NamedTuple):
    """A program that handles what it is told once, and what it gets wrong.

    Attributes:
        does: What it does, in a line.
        source: Where it was reported.
        here: What does it here, in a line.
    """

    does: str
    source: str
    here: str


class OldWaiter(NamedTuple):
    """A program that waits, and what it gets wrong.

    Attributes:
        does: What it does, in a line.
        source: Where it was reported.
        wait: The program: takes a client and a name, returns an outcome.
        life: A job that shows it.
    """

    does: str
    source: str
    wait: Callable[[Any, str], object]
    life: Life


def _asked(client: Any, name: str) -> Answer:
    answer: Answer = client.describe_training_job(TrainingJobName=name)
    return answer


def _polled(client: Any, name: str, goes_on: Callable[[Answer], bool]) -> Answer:
    job = _asked(client, name)
    while goes_on(job):
        time.sleep(30)
        job = _asked(client, name)
    return job


def _among(*statuses: str) -> Callable[[Answer], bool]:
    return lambda job: job["TrainingJobStatus"] in statuses


def _but(*statuses: str) -> Callable[[Answer], bool]:
    return lambda job: job["TrainingJobStatus"] not in statuses


def _outcome(job: Answer) -> str:
    """Return the outcome, rightly."""
    by_secondary = dict.fromkeys(("MaxRuntimeExceeded", "MaxWaitTimeExceeded"), "timed_out")
    by_secondary |= {"Completed": "succeeded", "Failed": "failed", "Stopped": "stopped"}
    return by_secondary[job["SecondaryStatus"]]


_RUNNING: Final = ("InProgress", "Stopping")


def _stopped_is_success(client: Any, name: str) -> str:
    job = _polled(client, name, _among(*_RUNNING))
    return "succeeded" if job["TrainingJobStatus"] in {"Completed", "Stopped"} else "failed"


def _for_ever_on_stopped(client: Any, name: str) -> str:
    return _outcome(_polled(client, name, _but("Completed", "Failed")))


def _stopping_is_an_end(client: Any, name: str) -> str:
    job = _polled(client, name, _among("InProgress"))
    if job["TrainingJobStatus"] not in {"Completed", "Failed", "Stopped"}:
        raise RuntimeError(f"unexpected status {job['TrainingJobStatus']}")
    return _outcome(job)


def _end_time_while_it_runs(client: Any, name: str) -> str:
    def goes_on(job: Answer) -> bool:
        seconds = job["TrainingEndTime"] - job["CreationTime"]
        return job["TrainingJobStatus"] in _RUNNING and seconds is not None

    return _outcome(_polled(client, name, goes_on))


def _start_time_of_any_job(client: Any, name: str) -> str:
    job = _polled(client, name, _among(*_RUNNING))
    seconds = (job["TrainingEndTime"] - job["TrainingStartTime"]).total_seconds()
    return _outcome(job) if seconds >= 0 else "failed"


def _time_out_is_a_stop(client: Any, name: str) -> str:
    job = _polled(client, name, _among(*_RUNNING))
    by_primary = {"Completed": "succeeded", "Failed": "failed", "Stopped": "stopped"}
    return by_primary[job["TrainingJobStatus"]]


def _unknown_ends_raise(client: Any, name: str) -> str:
    job = _polled(client, name, _among(*_RUNNING))
    ends = {"Completed": "succeeded", "Failed": "failed", "Stopped": "stopped"}
    return ends[job["SecondaryStatus"]]


def _for_ever_on_deleting(client: Any, name: str) -> str:
    return _outcome(_polled(client, name, _but("Completed", "Failed", "Stopped")))


def _botocore(client: Any, name: str) -> str:
    waiter = client.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName=name)
    return "succeeded"


_DELETED: Final = told("deleted")
#: What people write.
OLD_WAITERS: Final = (
    OldWaiter(
        "a stopped job is taken for success",
        "sagemaker-python-sdk#1937, #2000; airflow#42423",
        _stopped_is_success,
        told("stopped"),
    ),
    OldWaiter(
        "it waits for ever on a stopped job",
        "kubeflow/pipelines#6465, airflow#67281, sagemaker-python-sdk#184",
        _for_ever_on_stopped,
        told("stopped"),
    ),
    OldWaiter(
        "a job that is stopping ends the wait with an error",
        "sagemaker-python-sdk 2.257.6",
        _stopping_is_an_end,
        told("stopped"),
    ),
    OldWaiter(
        "it raises KeyError: a running job has no TrainingEndTime",
        "sagemaker-python-sdk#30",
        _end_time_while_it_runs,
        told("completed"),
    ),
    OldWaiter(
        "it raises KeyError: a job stopped early has no TrainingStartTime",
        "sagemaker-python-sdk#325, #331",
        _start_time_of_any_job,
        told("stopped early"),
    ),
    OldWaiter(
        "a time-out is taken for a user's stop",
        "aws-samples/serverless-sagemaker-orchestration#2",
        _time_out_is_a_stop,
        told("timed out"),
    ),
    OldWaiter(
        "it raises on an end that it does not list: MaxWaitTimeExceeded",
        "sagemaker-python-sdk",
        _unknown_ends_raise,
        told("waited too long"),
    ),
    OldWaiter(
        "it waits for ever on a job that is being deleted",
        "the status Deleting of 2026",
        _for_ever_on_deleting,
        _DELETED,
    ),
    OldWaiter(
        "botocore's waiter says the same of success and of a stop",
        "botocore, TrainingJobCompletedOrStopped",
        _botocore,
        told("stopped"),
    ),
)


class OldPager:
    """Pages whoever is on call for each event of a failure, however often that event comes.

    Attributes:
        paged: The names of the jobs, one for each page.
    """

    def __init__(self) -> None:
        """Nobody is paged yet."""
        self.paged: list[str] = []

    def handle(self, event: Answer) -> None:
        """Handle an event, as a Lambda gets it."""
        if event["detail"]["TrainingJobStatus"] == "Failed":
            self.paged.append(event["detail"]["TrainingJobName"])


def old_tries_again(job: Answer, tries: int) -> bool:
    """Return whether a job is tried again: a failure is a failure."""
    return job["TrainingJobStatus"] not in {"Completed", "Failed", "Stopped"} and tries < 3


def old_wait_for_known(client: Any, name: str) -> str:
    """Wait until the job shows an end that this program knows."""
    return _outcome(_polled(client, name, _but("Completed", "Failed", "Stopped")))


#: What people write that isn't told by one job's waiting.
TOMORROW: Final = OldHandler(
    "it waits for ever on a status that came after it was written",
    "as Deleting did in 2026",
    "`wait` returns `unknown` where there is a time of end; else an `UnknownStatusError` after an"
    " hour",
)
TWICE: Final = OldHandler(
    "an event that AWS sends twice is handled twice",
    "DIAGNijmegen/rse-grand-challenge#3155",
    "`handle` tells each transition once",
)
CAPACITY: Final = OldHandler(
    "a job that got no capacity is as little tried again as one whose code is wrong",
    "DIAGNijmegen/rse-grand-challenge#2631",
    "a `RetryPolicy` tries the one again and not the other",
)
OLD_HANDLERS: Final = (TOMORROW, TWICE, CAPACITY)
