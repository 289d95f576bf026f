"""`Dispatcher`: the subscriptions of one tracker, and which lane hears of what."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import chain, count
from operator import attrgetter
from typing import TYPE_CHECKING

from attrs import define, field

from jobstate.common.log import log
from jobstate.delivery.lane import Lane, nobody
from jobstate.delivery.outbox import Posted
from jobstate.delivery.shards import shard_of
from jobstate.delivery.subscription import (
    OverflowPolicy,
    ParkedJob,
    Subscription,
    SubscriptionStatus,
)
from jobstate.delivery.workers import IN_LANE, Worker
from jobstate.errors import UnknownNameError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from jobstate.delivery.outbox import Held, Outbox
    from jobstate.model.events import Event
    from jobstate.model.observation import JobKey


@define(eq=False)
class _Subscribed:
    """A subscription at work."""

    subscription: Subscription
    lanes: list[Lane]
    workers: list[Worker] = field(factory=list)
    #: Somebody else has to run it, and nobody has looked yet whether one does.
    unchecked: bool = False
    #: What each lane had parked when somebody asked last, and all of that in order.
    parked: tuple[list[tuple[ParkedJob, ...]], tuple[ParkedJob, ...]] = ([], ())


class Dispatcher:
    """Hands events to the lanes of whoever has subscribed."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin with no subscription.

        Args:
            now: The time; aware.
        """
        self._now = now
        self._subscribed: dict[str, _Subscribed] = {}
        #: Those of which whoever observes waits for room.
        self._blocking: tuple[Lane, ...] = ()
        self._numbers = count(1)

    def __bool__(self) -> bool:
        """Return whether anybody has subscribed."""
        return bool(self._subscribed)

    def __contains__(self, name: str) -> bool:
        return name in self._subscribed

    # --- Subscribing ----------------------------------------------------------------------------

    def add(self, subscription: Subscription, outbox: Outbox, settled: int, offered: int) -> None:
        """Begin to tell a listener; an asynchronous one as soon as somebody runs its lanes.

        Args:
            subscription: Who is told.
            outbox: Where its events wait.
            settled: The number up to which it has heard all of them.
            offered: The number of the newest one there.

        Raises:
            ValueError: There is one of that name.
        """
        if subscription.name in self._subscribed:
            raise ValueError(f"there is a listener {shown(subscription.name)} already")
        lanes = [
            Lane(subscription, index, outbox, settled=settled, offered=offered, now=self._now)
            for index in range(subscription.lanes)
        ]
        parts: list[dict[JobKey, Held]] = [{} for _ in lanes]
        for job, held in outbox.held().items():
            parts[shard_of(job.id) % len(lanes)][job] = held
        for lane, part in zip(lanes, parts, strict=True):
            lane.resume(part)
        found = self._subscribed[subscription.name] = _Subscribed(subscription, lanes)
        if subscription.when_full is OverflowPolicy.BLOCK:
            self._blocking = (*self._blocking, *lanes)
        if subscription.is_asynchronous:
            found.unchecked = True
        else:
            found.workers += map(Worker, lanes)

    def remove(self, name: str) -> None:
        """Tell a listener nothing more, after the event that it is being told now.

        Raises:
            UnknownNameError: There is none of that name.
        """
        found = self._named(name)
        del self._subscribed[name]
        self._blocking = tuple(lane for lane in self._blocking if lane not in found.lanes)
        for lane in found.lanes:
            lane.stop()

    def asynchronous(self) -> list[Lane]:
        """Return the lanes that an event loop has to run."""
        every = self._subscribed.values()
        return [lane for each in every if each.subscription.is_asynchronous for lane in each.lanes]

    # --- Telling --------------------------------------------------------------------------------

    @property
    def blocks(self) -> bool:
        """Whether whoever observes may have to wait for room."""
        return bool(self._blocking)

    def wait_for_room(self) -> None:
        """Wait until every lane that says so has room; one that observes itself never waits."""
        if self._blocking and not IN_LANE.get():
            for lane in self._blocking:
                lane.wait_for_room()

    def tell(self, events: Sequence[Event]) -> None:
        """Hand on the events of one answer, where nothing else keeps them."""
        if not events:
            return
        self.offer([Posted(next(self._numbers), event) for event in events])

    def offer(self, posted: Sequence[Posted]) -> None:
        """Hand on events that were found together, in order; never waits."""
        if not posted:
            return
        last = posted[-1].number
        for each in list(self._subscribed.values()):
            lanes = each.lanes
            if each.unchecked:
                each.unchecked = False
                _check_that_it_runs(each)
            if len(lanes) == 1:
                lanes[0].offer(posted, last)
                continue
            parts: list[list[Posted]] = [[] for _ in lanes]
            for one in posted:
                parts[shard_of(one.event.job.id) % len(lanes)].append(one)
            for lane, part in zip(lanes, parts, strict=True):
                lane.offer(part, last)

    # --- Asking and ending ----------------------------------------------------------------------

    def progress(self) -> tuple[SubscriptionStatus, ...]:
        """Return how each subscription is doing."""
        return tuple(map(_progress, list(self._subscribed.values())))

    def unpark(self, name: str, job: JobKey | None) -> list[JobKey]:
        """Let a listener hear of a parked job again, or of all; return which.

        Raises:
            UnknownNameError: There is none of that name.
        """
        return [key for lane in self._named(name).lanes for key in lane.unpark(job)]

    def finish(self) -> None:
        """Let every lane end as soon as nothing is left to tell now."""
        for each in self._subscribed.values():
            for lane in each.lanes:
                lane.finish()

    def close(self, seconds: float) -> bool:
        """Let the lanes finish, for some time at most; tell whether all threads have ended."""
        deadline = time.monotonic() + seconds
        self.finish()
        workers = [worker for each in self._subscribed.values() for worker in each.workers]
        ended = [worker.join(deadline - time.monotonic()) for worker in workers]
        for each in self._subscribed.values():
            for lane in each.lanes:
                lane.stop()
        return all(ended)

    def _named(self, name: str) -> _Subscribed:
        found = self._subscribed.get(name)
        if found is None:
            raise UnknownNameError("listener", name, self._subscribed)
        return found


def _check_that_it_runs(each: _Subscribed) -> None:
    if each.lanes[0].on_news is nobody:
        log().warning(
            "listener %s is async and nobody runs it: its events wait until somebody enters"
            " jobstate.asynchronous.running(tracker)",
            shown(each.subscription.name),
        )


def _parked(each: _Subscribed) -> tuple[ParkedJob, ...]:
    """Return what is parked in all lanes, in order; it is put together only where that changed."""
    parts = [lane.parked for lane in each.lanes]
    before, found = each.parked
    if list(map(id, parts)) != list(map(id, before)):
        every = chain.from_iterable(parts)
        found = parts[0] if len(parts) == 1 else tuple(sorted(every, key=attrgetter("since")))
        each.parked = parts, found
    return found


def _progress(each: _Subscribed) -> SubscriptionStatus:
    lanes = each.lanes
    busy = [seconds for lane in lanes if (seconds := lane.busy) is not None]
    return SubscriptionStatus(
        name=each.subscription.name,
        delivered=sum(lane.delivered for lane in lanes),
        failed=sum(lane.failures for lane in lanes),
        dropped=sum(lane.dropped for lane in lanes),
        waiting=sum(lane.waiting for lane in lanes),
        behind=any(lane.behind for lane in lanes),
        retrying=sum(lane.retrying for lane in lanes),
        parked=_parked(each),
        busy=timedelta(seconds=max(busy)) if busy else None,
    )
