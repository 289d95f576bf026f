"""Trackers in asynchronous code, under asyncio or trio: nothing blocks the event loop."""

from __future__ import annotations

import math
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, overload

from jobstate.delivery.lane import Delivery
from jobstate.delivery.workers import IN_LANE
from jobstate.errors import MissingExtraError

try:
    import anyio
    import anyio.lowlevel
    import anyio.to_thread
except ImportError as error:
    raise MissingExtraError("jobstate.asynchronous", "anyio", "async") from error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from anyio.abc import TaskGroup

    from jobstate.delivery.lane import Lane
    from jobstate.delivery.subscription import Subscription
    from jobstate.tracking.observed import Collected, Observed, OnError
    from jobstate.tracking.tracker import Tracker

_T = TypeVar("_T")

#: How long to wait for listeners in the end, by default.
_DEADLINE: Final = timedelta(seconds=10)


class AsyncTracker:
    """A tracker whose answers are awaited; `running` makes one.

    Attributes:
        tracker: The tracker, to ask: that never waits.
    """

    def __init__(self, tracker: Tracker, group: TaskGroup) -> None:
        """Take a tracker whose lanes run in a task group. Use `running` instead."""
        self.tracker = tracker
        self._group = group
        self._begun: list[Lane] = []
        self._begin_lanes()

    async def observe(self, answer: object) -> Observed:
        """Take one answer about one job, as `Tracker.observe` does.

        Where that may wait (for a journal, for room) it runs in a worker thread, and is not cut
        short when the caller is cancelled: an answer is taken whole or not at all.

        Raises:
            ObservationError, ConformanceError, JournalWriteError, TrackerClosedError: As there.
        """
        return await self._call(self.tracker.observe, answer)

    @overload
    async def observe_all(
        self, answers: object, *, on_error: Literal["raise"] = "raise"
    ) -> list[Observed]: ...
    @overload
    async def observe_all(self, answers: object, *, on_error: Literal["collect"]) -> Collected: ...
    async def observe_all(
        self, answers: object, *, on_error: OnError = "raise"
    ) -> list[Observed] | Collected:
        """Take several answers, as `Tracker.observe_all` does; else as `observe`.

        Args:
            answers: The answers.
            on_error: ``raise`` takes nothing where some can't be read, ``collect`` the others.

        Returns:
            What each answer brought; with ``collect`` also the errors, by their index, as there.

        Raises:
            ObservationError, ConformanceError, JournalWriteError, TrackerClosedError: As there.
            UnknownNameError: As there.
        """
        return await self._call(
            lambda each: self.tracker.observe_all(each, on_error=on_error), answers
        )

    async def add_listener(self, subscription: Subscription) -> None:
        """Tell one more listener of what comes from now on, and what a journal has for it.

        Raises:
            ValueError: There is a subscription of that name.
            JournalError: The journal can't be read or written.
        """
        await anyio.to_thread.run_sync(self.tracker.add_listener, subscription)
        self._begin_lanes()

    async def _call(self, call: Callable[[object], _T], argument: object) -> _T:
        if self.tracker.waits:
            return await anyio.to_thread.run_sync(call, argument)
        await anyio.lowlevel.checkpoint()
        return call(argument)

    def _begin_lanes(self) -> None:
        for lane in self.tracker.lanes():
            if lane not in self._begun:
                self._begun.append(lane)
                self._group.start_soon(_run, lane)


@asynccontextmanager
async def running(
    tracker: Tracker,
    timeout: timedelta = _DEADLINE,  # noqa: ASYNC109 - of the end, not of the block
) -> AsyncIterator[AsyncTracker]:
    """Run a tracker in an event loop; leaving closes it.

    Its asynchronous listeners are told in this loop, its others on threads as ever.

    Args:
        tracker: The tracker; it may have a journal.
        timeout: How long to wait in the end for listeners to hear what waits. Those that go on
            then are cancelled; with a journal they hear of it after the next start.

    Raises:
        JournalWriteError: Something could not be written when the tracker was closed.
    """
    failure: Exception | None = None
    deadline = -math.inf
    try:
        async with anyio.create_task_group() as group:
            try:
                yield AsyncTracker(tracker, group)
            except Exception as error:  # noqa: BLE001 - raised below, as it is
                failure = error
            tracker.finish()
            deadline = group.cancel_scope.deadline = anyio.current_time() + timeout.total_seconds()
    finally:
        with anyio.CancelScope(shield=True):
            rest = timedelta(seconds=max(0.0, deadline - anyio.current_time()))
            await anyio.to_thread.run_sync(tracker.close, rest)
    if failure is not None:
        raise failure


class _News:
    """Wakes a task, from any thread."""

    def __init__(self) -> None:
        token: Any = anyio.lowlevel.current_token().native_token
        self._soon = getattr(token, "call_soon_threadsafe", None) or token.run_sync_soon
        self._event = anyio.Event()
        self._rung = False

    def ring(self) -> None:
        """Wake it; from wherever."""
        if not self._rung:
            self._rung = True
            with suppress(RuntimeError):  # the loop has ended, and with it the task
                self._soon(self._event.set)

    def clear(self) -> None:
        """Take note that it is awake."""
        self._event = anyio.Event()
        self._rung = False

    async def wait(self, seconds: float) -> None:
        """Wait until it is woken, for some time at most."""
        with anyio.move_on_after(seconds):
            await self._event.wait()


async def _run(lane: Lane) -> None:
    """Tell an asynchronous listener what its lane has for it, until there is an end."""
    IN_LANE.set(True)  # the task's own context
    news = _News()
    lane.on_news = news.ring
    while True:
        news.clear()
        found = await _taken(lane)
        if found is None:
            return
        if isinstance(found, Delivery):
            await _deliver(lane, found)
        else:
            await news.wait(found)


async def _taken(lane: Lane) -> Delivery | float | None:
    if lane.reads:
        return await anyio.to_thread.run_sync(lane.take)
    await anyio.lowlevel.checkpoint()
    return lane.take()


async def _deliver(lane: Lane, delivery: Delivery) -> None:
    subscription = lane.subscription
    limit = math.inf if subscription.timeout is None else subscription.timeout.total_seconds()
    listener: Any = subscription.listener
    try:
        with anyio.fail_after(limit):
            await listener(delivery.posted.event)
    except Exception as error:  # noqa: BLE001 - whatever it does must harm nobody else
        await anyio.to_thread.run_sync(lane.failed, delivery, error)
        return
    if delivery.held is None:
        lane.succeeded(delivery)
    else:  # which is written down
        await anyio.to_thread.run_sync(lane.succeeded, delivery)
