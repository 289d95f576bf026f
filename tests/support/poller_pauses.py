"""How long a small program sleeps between two looks, and by what."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from random import Random

    from tests.support.poller_looks import Steps
    from tests.support.poller_readings import Answer

_T = TypeVar("_T")
#: From a second to an hour.
INTERVALS: Final = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 900, 1_800, 3_600)


class Pause(Protocol):
    """How long it sleeps."""

    def seconds(self, turn: int, job: Answer | None, chance: Random, /) -> float:
        """Return for how many seconds.

        Args:
            turn: How often it has looked before.
            job: What it saw last; None for nothing.
            chance: Its random numbers.
        """
        raise NotImplementedError


@frozen
class Fixed:
    """Always as long."""

    interval: float

    def seconds(self, _: int, __: Answer | None, ___: Random) -> float:
        """Return the interval."""
        return self.interval


@frozen
class Growing:
    """A back-off: longer each time, up to a cap."""

    first: float
    factor: float
    cap: float

    def seconds(self, turn: int, _: Answer | None, __: Random) -> float:
        """Return the interval of this turn."""
        return min(self.cap, self.first * self.factor ** min(turn, 64))


@frozen
class Jittered:
    """A share more or less each time, so that not all programs ask at once."""

    interval: float
    share: float

    def seconds(self, _: int, __: Answer | None, chance: Random) -> float:
        """Return the interval, a little changed."""
        return self.interval * chance.uniform(1 - self.share, 1 + self.share)


@frozen
class ByStatus:
    """By the secondary status: seldom while it trains, often when the end is near."""

    intervals: Mapping[str, float]
    otherwise: float

    def seconds(self, _: int, job: Answer | None, __: Random) -> float:
        """Return the interval of the status."""
        return self.intervals.get((job or {}).get("SecondaryStatus", ""), self.otherwise)


def pause_by(chance: Random) -> Pause:
    """Return one of them."""
    interval = chance.choice(INTERVALS)
    match chance.randrange(4):
        case 0:
            return Growing(interval, chance.choice((1.5, 2.0, 3.0)), max(interval, 3_600))
        case 1:
            return Jittered(interval, chance.choice((0.1, 0.25, 0.5)))
        case 2:
            near = min(interval, chance.choice((1, 5, 10)))
            return ByStatus({"Training": interval, "Uploading": near, "Stopping": near}, 30.0)
    return Fixed(interval)


# --- By what it sleeps --------------------------------------------------------------------------


class Sleeper(Protocol):
    """Goes through the steps of a program, sleeps where it wants to, returns what it returns."""

    def __call__(self, steps: Steps[_T], /) -> _T:
        """Go through them."""
        raise NotImplementedError


def by_time(steps: Steps[_T]) -> _T:
    """Sleep by `time.sleep`."""
    while True:
        try:
            seconds = next(steps)
        except StopIteration as end:
            found: _T = end.value
            return found
        time.sleep(seconds)


def by_event(steps: Steps[_T]) -> _T:
    """Wait for an event that does not come, so that somebody could end the wait."""
    closed = threading.Event()
    while True:
        try:
            seconds = next(steps)
        except StopIteration as end:
            found: _T = end.value
            return found
        closed.wait(seconds)


def by_asyncio(steps: Steps[_T]) -> _T:
    """Sleep in an event loop."""

    async def go() -> _T:
        while True:
            try:
                seconds = next(steps)
            except StopIteration as end:
                found: _T = end.value
                return found
            await asyncio.sleep(seconds)

    return asyncio.run(go())


def in_a_thread(steps: Steps[_T]) -> _T:
    """Sleep by `time.sleep` in a thread of a pool."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(by_time, steps).result()


SLEEPERS: Final[tuple[Sleeper, ...]] = (by_time, by_event, by_asyncio, in_a_thread)
