"""`follow` and `wait`: one job, seen through to its end, with a client of boto3."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any

from jobstate.aws.following import FINAL, Following, OnMissing, Pause, Step
from jobstate.aws.operations import Call
from jobstate.aws.pace import Pace
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.outcome import Result


def follow(  # noqa: PLR0913 - all but the first two by keyword
    client: Any,  # noqa: ANN401 - boto3 makes its clients' classes when it runs
    job: str | JobKey,
    *,
    kind: Lifecycle = TRAINING_JOB,
    tracker: Tracker | None = None,
    until: str = FINAL,
    timeout: timedelta | None = None,
    on_missing: OnMissing = "gone",
    pace: Pace | None = None,
    random: Random | None = None,
    clock: Callable[[], float] | None = None,
    sleep: Callable[[float], object] | None = None,
) -> Iterator[Step]:
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
        kind: Its life cycle, with a schema.
        tracker: What else its answers are told to: one with a journal or listeners, say. By default
            one of its own.
        until: What to wait for: ``final``; ``steady``, of resources; or a status, which has come
            when the job shows it, has passed it, or has ended.
        timeout: How long to wait for that; None for as long as it takes.
        on_missing: What to do about a job that is not there when it is asked about first: ``gone``
            is an error at once, ``wait`` waits until it appears.
        pace: How often to look.
        random: Where chance comes from; by default a generator of its own.
        clock: Returns the seconds since whenever and never goes back; `time.monotonic` by default.
        sleep: Waits for so many seconds; `time.sleep` by default.

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
    following = planned(job, kind, tracker, until, timeout, on_missing, pace, random, clock)
    pause = sleep or time.sleep
    plan = following.plan()
    came: object = None
    while True:
        try:
            todo = plan.send(came)
        except StopIteration:
            return
        came = None
        if isinstance(todo, Call):
            came = _made(client, todo)
        elif isinstance(todo, Pause):
            pause(todo.seconds)
        else:
            yield todo


def wait(  # noqa: PLR0913 - all but the first two by keyword
    client: Any,  # noqa: ANN401 - as above
    job: str | JobKey,
    *,
    kind: Lifecycle = TRAINING_JOB,
    tracker: Tracker | None = None,
    until: str = FINAL,
    timeout: timedelta | None = None,
    on_missing: OnMissing = "gone",
    progress: Callable[[Step], object] | None = None,
    pace: Pace | None = None,
    random: Random | None = None,
    clock: Callable[[], float] | None = None,
    sleep: Callable[[float], object] | None = None,
) -> Result:
    """Wait until a job has ended, and return what it has come to.

    It tells success, failure, stop and time-out apart, and waits for ever on none of them::

        result = wait(boto3.client("sagemaker"), "churn-42", timeout=timedelta(hours=6))
        if result.outcome is not Outcome.SUCCEEDED:
            raise RuntimeError(f"{result.outcome}, for {result.cause}")

    Args:
        client: As `follow` takes it.
        job: Likewise.
        kind: Likewise.
        tracker: Likewise.
        until: Likewise.
        timeout: Likewise.
        on_missing: Likewise.
        progress: Called with each step.
        pace: As above.
        random: Likewise.
        clock: Likewise.
        sleep: Likewise.

    Returns:
        What it has come to. `Result.gone` where it has been deleted; its outcome is UNKNOWN then
        unless it was seen at its end.

    Raises:
        JobMissingError, WaitTimeoutError, ServiceError, UnknownStatusError, ObservationError,
        UnknownNameError, LifecycleError: As of `follow`.
    """
    steps = follow(
        client,
        job,
        kind=kind,
        tracker=tracker,
        until=until,
        timeout=timeout,
        on_missing=on_missing,
        pace=pace,
        random=random,
        clock=clock,
        sleep=sleep,
    )
    for step in steps:
        if progress is not None:
            progress(step)
    return step.result


def planned(  # noqa: PLR0913, PLR0917 - what `follow` takes, for those who do it otherwise
    job: str | JobKey,
    kind: Lifecycle,
    tracker: Tracker | None,
    until: str,
    timeout: timedelta | None,
    on_missing: OnMissing,
    pace: Pace | None,
    random: Random | None,
    clock: Callable[[], float] | None,
) -> Following:
    """Return how a job is followed, with all that nobody said."""
    return Following(
        asked=job.name if isinstance(job, JobKey) else job,
        kind=kind,
        tracker=Tracker(kind) if tracker is None else tracker,
        key=job if isinstance(job, JobKey) else None,
        until=until,
        timeout=timeout,
        on_missing=on_missing,
        pace=pace or Pace(),
        random=random or Random(),  # noqa: S311 - nothing secret
        clock=clock or time.monotonic,
    )


def _made(client: Any, call: Call) -> object:  # noqa: ANN401 - as above
    """Return what a call returned, or what it raised."""
    try:
        return getattr(client, call.method)(**call.arguments)
    except Exception as error:  # noqa: BLE001 - the plan raises again what it can't tell
        return error
