"""`follow` and `wait`: one job, seen through to its end, with a client of boto3."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from jobstate.aws.following import FollowedJob, FollowStep, Options, Pause
from jobstate.aws.operations import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Unpack

    from jobstate.model.observation import JobKey
    from jobstate.model.outcome import Result


def follow(
    client: Any,  # noqa: ANN401 - boto3 makes its clients' classes when it runs
    job: str | JobKey,
    *,
    sleep: Callable[[float], object] | None = None,
    **options: Unpack[Options],
) -> Generator[FollowStep, None, None]:
    """Look at a job again and again until it has ended, and yield what each look brought.

    The first answer pins the job by its id and time of creation: another job that is later given
    the same name is not taken for it. Calls that are throttled, or do not reach the service, are
    made again, later each time; the log of ``jobstate`` has them::

        for step in follow(boto3.client("sagemaker"), "churn-42"):
            print(step.job.status, step.job.failure_reason or "")
        print(step.result.outcome)

    Args:
        client: A client of boto3 for the service of the kind.
        job: Its name, its id (an arn), or its key, which pins it from the beginning.
        sleep: Waits for so many seconds; `time.sleep` by default.
        **options: The `Options`: ``kind``, ``tracker``, ``until``, ``timeout``, ``on_missing``,
            ``pace``, ``random``, ``clock``.

    Yields:
        A step for each answer. The last one is final; it has no answer where the job is gone.

    Raises:
        JobMissingError: There is no such job; a `LookupError`.
        WaitTimeoutError: What was waited for did not come in time; a `TimeoutError`. It says where
            the job stands, which goes on.
        ServiceError: The service can't be asked: at once without credentials or for a request that
            it does not take, after five minutes where it is denied, after an hour where it is
            throttled or not reached.
        UnknownStatusError: The job stands for an hour in a status that the life cycle does not
            know, and nothing says that it has ended.
        ObservationError: An answer can't be read; it lists every problem.
        UnknownNameError: There is no such status; a `LookupError`.
        LifecycleError: The kind's schema has no operation that describes a job.
    """
    plan = FollowedJob(job=job, **options).plan()
    came: object = None
    while True:
        try:
            todo = plan.send(came)
        except StopIteration:
            return
        came = None
        if isinstance(todo, Request):
            came = made(client, todo)
        elif isinstance(todo, Pause):
            (sleep or time.sleep)(todo.seconds)
        else:
            yield todo


def wait(
    client: Any,  # noqa: ANN401 - as above
    job: str | JobKey,
    *,
    progress: Callable[[FollowStep], object] | None = None,
    sleep: Callable[[float], object] | None = None,
    **options: Unpack[Options],
) -> Result:
    """Wait until a job has ended, and return what it has come to.

    It tells success, failure, stop and time-out apart, and waits for ever on none of them::

        result = wait(boto3.client("sagemaker"), "churn-42", timeout=timedelta(hours=6))
        if result.outcome is not Outcome.SUCCEEDED:
            raise RuntimeError(f"{result.outcome}, for {result.cause}")

    Args:
        client: As `follow` takes it.
        job: Likewise.
        progress: Called with each step.
        sleep: As above.
        **options: Likewise.

    Returns:
        What it has come to. `Result.gone` where it has been deleted; its outcome is UNKNOWN then
        unless it was seen at its end.

    Raises:
        JobMissingError, WaitTimeoutError, ServiceError, UnknownStatusError, ObservationError,
        UnknownNameError, LifecycleError: As of `follow`.
    """
    steps = follow(client, job, sleep=sleep, **options)
    while True:
        step = next(steps)
        if progress is not None:
            progress(step)
        if step.final:
            return step.result


def made(client: Any, call: Request) -> object:  # noqa: ANN401 - as above
    """Return what a call returned, or what it raised."""
    try:
        return getattr(client, call.method)(**call.arguments)
    except Exception as error:  # noqa: BLE001 - the plan raises again what it can't tell
        return error
