"""`follow`, `wait` and pollers in event loops, asyncio's or trio's: with aiobotocore, or boto3.

Calls of boto3's clients are made in worker threads.

Needs the extras ``aws`` and ``async``.
"""

from __future__ import annotations

import inspect
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, cast

from jobstate.aws.follow import made
from jobstate.aws.following import FollowedJob, FollowStep, Options, Pause
from jobstate.aws.operations import Request
from jobstate.errors import MissingExtraError

try:
    import anyio
    import anyio.to_thread
except ImportError as error:
    raise MissingExtraError("jobstate.aws.asynchronous", "anyio", "async") from error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from typing import Unpack

    from jobstate.aws.polling.asking import Steps
    from jobstate.aws.polling.health import PassReport
    from jobstate.aws.polling.poller import Poller, Stop
    from jobstate.model.observation import JobKey
    from jobstate.model.outcome import Result


async def follow(
    client: Any,  # noqa: ANN401 - boto3 and aiobotocore make their clients' classes when they run
    job: str | JobKey,
    *,
    sleep: Callable[[float], Awaitable[object]] | None = None,
    **options: Unpack[Options],
) -> AsyncGenerator[FollowStep, None]:
    """Look at a job again and again until it has ended, as `jobstate.aws.follow` does.

    Args:
        client: A client of aiobotocore, or of boto3, whose calls are made in worker threads.
        job: Its name, its id (an arn), or its key.
        sleep: Waits for so many seconds; `anyio.sleep` by default.
        **options: The `Options`.

    Yields:
        A step for each answer.

    Raises:
        JobMissingError, WaitTimeoutError, ServiceError, UnknownStatusError, ObservationError,
        UnknownNameError, LifecycleError: As there.
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
            came = await awaited(client, todo)
        elif isinstance(todo, Pause):
            await (sleep or anyio.sleep)(todo.seconds)
        else:
            yield todo


async def wait(
    client: Any,  # noqa: ANN401 - as above
    job: str | JobKey,
    *,
    progress: Callable[[FollowStep], object] | None = None,
    sleep: Callable[[float], Awaitable[object]] | None = None,
    **options: Unpack[Options],
) -> Result:
    """Wait until a job has ended, and return what it has come to, as `jobstate.aws.wait` does.

    Args:
        client: As `follow` takes it.
        job: Likewise.
        progress: Called with each step.
        sleep: As above.
        **options: Likewise.

    Raises:
        JobMissingError, WaitTimeoutError, ServiceError, UnknownStatusError, ObservationError,
        UnknownNameError, LifecycleError: As there.
    """
    async with aclosing(follow(client, job, sleep=sleep, **options)) as steps:
        while True:
            step = await anext(steps)
            if progress is not None:
                progress(step)
            if step.final:
                return step.result


async def poll(
    poller: Poller, *, sleep: Callable[[float], Awaitable[object]] | None = None
) -> PassReport:
    """Make one pass of a poller, as `Poller.poll` does.

    Args:
        poller: The poller, with a client as `follow` takes it.
        sleep: As above.

    Raises:
        ServiceError, JournalWriteError, ConformanceError, TrackerClosedError: As there.
    """
    return cast("PassReport", await _driven(poller, poller.plan(), None, sleep))


async def run(
    poller: Poller,
    stop: Stop | None = None,
    *,
    sleep: Callable[[float], Awaitable[object]] | None = None,
) -> None:
    """Make pass after pass, as `Poller.run` does, until cancelled or told to stop.

    What a tracker with a journal or lanes waits for, it waits for in the loop's thread: give such
    listeners subscriptions, and the loop little else to do.

    Args:
        poller: As `poll` takes it.
        stop: As there.
        sleep: As above.

    Raises:
        ServiceError, JournalWriteError, ConformanceError, TrackerClosedError: As there.
    """
    await _driven(poller, poller.passes(), stop, sleep)


async def _driven(
    poller: Poller,
    plan: Steps,
    stop: Stop | None,
    sleep: Callable[[float], Awaitable[object]] | None,
) -> object:
    came: object = None
    with closing(plan):
        while stop is None or not stop.is_set():
            try:
                todo = plan.send(came)
            except StopIteration as end:
                return end.value
            came = None
            if isinstance(todo, Request):
                came = await awaited(poller.client, todo)
            else:
                await (sleep or anyio.sleep)(todo.seconds)
    return None


async def awaited(client: Any, call: Request) -> object:  # noqa: ANN401 - as above
    """Return what a call returned, or what it raised."""
    method = getattr(client, call.method)
    # A method of aiobotocore is a plain function that returns a coroutine; its clients are opened
    # with `async with`, and boto3's are not.
    if not (hasattr(client, "__aenter__") or inspect.iscoroutinefunction(method)):
        return await anyio.to_thread.run_sync(made, client, call)
    try:
        return await method(**call.arguments)
    except Exception as error:  # noqa: BLE001 - the plan raises again what it can't tell
        return error
