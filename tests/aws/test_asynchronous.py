"""One job followed in event loops: with clients that are awaited, and with boto3's in threads."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import pytest
import trio

from jobstate import Outcome
from jobstate.aws import FollowStep, PassReport
from jobstate.aws.asynchronous import follow, poll, run, wait
from jobstate.aws.errors import JobMissingError, ServiceError, WaitTimeoutError
from jobstate.errors import MissingExtraError
from tests.support.asked import Asked
from tests.support.lives_for_tests import told
from tests.support.polled import Polled, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from jobstate.model.outcome import Result


class Awaited:
    """A client whose methods are coroutine functions."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions

    async def list_training_jobs(self, **arguments: Any) -> Any:
        """List."""
        return self._client.list_training_jobs(**arguments)

    async def describe_training_job(self, **arguments: Any) -> Any:
        """Ask."""
        return self._client.describe_training_job(**arguments)


class Opened(Awaited):
    """A client as aiobotocore's: opened with `async with`; its methods return coroutines."""

    def describe_training_job(self, **arguments: Any) -> Any:
        """Ask."""
        return super().describe_training_job(**arguments)

    async def __aenter__(self) -> Self:
        return self


def by_asyncio(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in asyncio."""
    return asyncio.run(work)


def by_trio(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in trio."""

    async def run() -> Any:
        return await work

    return trio.run(run)


@pytest.fixture(name="asked")
def make_asked() -> Asked:
    """A service with a job that succeeds and one that fails."""
    return Asked([told("completed"), told("failed")])


def paced(asked: Asked) -> dict[str, Any]:
    """Return what `follow` takes its time from, with a sleep that is awaited."""

    async def sleep(seconds: float) -> None:
        asked.clock.sleep(seconds)

    return {"clock": asked.clock.monotonic, "sleep": sleep}


@pytest.mark.parametrize("run", [by_asyncio, by_trio])
@pytest.mark.parametrize("client_of", [lambda client: client, Awaited, Opened])
def test_both_loops_and_both_clients(
    asked: Asked, run: Callable[..., Any], client_of: Callable[[Any], Any]
) -> None:
    """The same as without a loop."""
    client, progress = client_of(asked.client()), list[FollowStep]()

    async def both() -> list[Result]:
        time = paced(asked)
        first = await wait(client, "completed", progress=progress.append, **time)
        return [first, await wait(client, "failed", **time)]

    found = run(both())
    assert [each.outcome for each in found] == [Outcome.SUCCEEDED, Outcome.FAILED]
    assert progress[-1].final


def test_each_step(asked: Asked) -> None:
    """As without a loop; it ends with the step that is final."""

    async def steps() -> list[FollowStep]:
        return [step async for step in follow(asked.client(), "completed", **paced(asked))]

    found = asyncio.run(steps())
    assert [step.final for step in found] == [*[False] * (len(found) - 1), True]


@pytest.mark.parametrize("client_of", [lambda client: client, Awaited, Opened])
def test_errors(asked: Asked, client_of: Callable[[Any], Any]) -> None:
    """What is missing, denied and too late, as without a loop."""
    client, time = client_of(asked.client()), paced(asked)
    with pytest.raises(JobMissingError):
        asyncio.run(wait(client, "x", **time))
    with pytest.raises(WaitTimeoutError):
        asyncio.run(wait(client, "failed", timeout=timedelta(minutes=1), **time))
    asked.service.world.denied.add("DescribeTrainingJob")
    with pytest.raises(ServiceError, match=r"denied for 3\d\d s"):
        asyncio.run(wait(client, "failed", **time))


@pytest.mark.parametrize("in_loop", [by_asyncio, by_trio])
@pytest.mark.parametrize("client_of", [lambda client: client, Awaited])
def test_a_poller_in_a_loop(in_loop: Callable[..., Any], client_of: Callable[[Any], Any]) -> None:
    """Passes, one by one and until told to stop; the same as without a loop."""
    many = [told("completed"), told("failed", after=30.0)]
    polled = Polled(many)
    polled.poller.client = client_of(polled.poller.client)

    class Over:
        def is_set(self) -> bool:
            """Return whether it is time."""
            return polled.asked.seconds > 900

    async def sleep(seconds: float) -> None:
        polled.asked.clock.sleep(seconds)

    async def both() -> PassReport:
        report = await poll(polled.poller, sleep=sleep)
        await run(polled.poller, Over(), sleep=sleep)
        return report

    assert in_loop(both()).complete
    assert wrong(many, polled.events, polled.gone) == {}


def test_cancelled(asked: Asked) -> None:
    """It ends where it sleeps, and asks nothing more."""

    async def watch() -> None:
        async with aclosing(follow(asked.client(), "completed")) as steps:
            async for _ in steps:
                pass

    async def cancelled() -> None:
        loop, called = asyncio.get_running_loop(), asyncio.Event()
        asked.service.called = lambda _: loop.call_soon_threadsafe(called.set)
        task = asyncio.create_task(watch())
        await called.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert len(asked.service.calls) == 1


def test_without_anyio(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.delitem(sys.modules, "jobstate.aws.asynchronous")
    monkeypatch.setitem(sys.modules, "anyio", None)
    with pytest.raises(MissingExtraError, match=r"jobstate\[async\]"):
        import_module("jobstate.aws.asynchronous")
