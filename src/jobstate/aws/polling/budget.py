"""`Budget`: how many requests an account may make in a region, for all who poll there."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from attrs import define, frozen

from jobstate.common.forks import renewed_in_forked_child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Requests a second of what an operation's name begins with. AWS takes 2 of each List operation,
#: which nobody can have raised and consoles use too; of Describe operations it publishes nothing.
RATES: Final[Mapping[str, float]] = {"List": 1.0, "Describe": 4.0}
#: In how many seconds all of a rate comes back that throttling has taken.
RECOVERY: Final = 600.0
#: The least that is left of a rate, as a share.
_LEAST: Final = 1 / 64
#: Within how many seconds refusals count as one: they answer requests made at one rate.
_TOGETHER: Final = 1.0


@frozen
class Spent:
    """What was made of one operation's rate.

    Attributes:
        rate: Requests a second that there may be now.
        most: Those there may be where nothing is throttled.
        requests: How many were handed out so far.
        throttled: How often the service said that they were too many.
    """

    rate: float
    most: float
    requests: int
    throttled: int


@define
class _Bucket:
    """One operation's: requests are handed out one at a time, never several that were saved up."""

    most: float
    left: float
    changed: float
    free: float
    requests: int = 0
    throttled: int = 0
    refused: float = float("-inf")

    def rate(self, now: float) -> float:
        won_back = self.most * (now - self.changed) / RECOVERY
        return min(self.most, self.left + max(won_back, 0.0))


class Budget:
    """Hands out requests, operation by operation; share one among pollers and threads.

    Over any time it hands out no more than the rate allows, and one. Where the service throttles,
    an operation's rate is halved, and comes back slowly::

        budget = Budget({"List": 1.0, "Describe": 4.0})
        training = Poller(client, tracker, budget=budget)
        processing = Poller(client, tracker, kind=PROCESSING_JOB, budget=budget)

    Attributes:
        rates: Requests a second, by an operation's name or what it begins with.
    """

    def __init__(
        self,
        rates: Mapping[str, float] = RATES,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing spent.

        Args:
            rates: Requests a second, each more than 0: of an operation (``ListTrainingJobs``), or
                of all whose names begin so (``List``), each for itself. The longest name counts.
                Operations that none fits are not limited.
            clock: Returns the seconds since whenever and never goes back.

        Raises:
            ValueError: A rate is not more than 0.
        """
        unfit = {name: rate for name, rate in rates.items() if not rate > 0}
        if unfit:
            raise ValueError(f"expected rates of more than 0 a second, got {unfit}")
        self.rates = dict(rates)
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()
        renewed_in_forked_child(self, "_lock")

    def take(self, operation: str) -> float:
        """Take a request, if there is one.

        Args:
            operation: The operation's name.

        Returns:
            0 where it may be made now; else in how many seconds to ask again.
        """
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            if now < bucket.free:
                return bucket.free - now
            bucket.free = now + 1 / bucket.rate(now)
            bucket.requests += 1
            return 0.0

    def charge(self, operation: str, requests: int) -> None:
        """Count requests that were made unasked: those that a client tried again by itself."""
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            bucket.free = max(bucket.free, now) + requests / bucket.rate(now)
            bucket.requests += requests

    def throttled(self, operation: str, retry_after: float | None = None) -> None:
        """Hand out half as many from now on, for the service has said that they are too many.

        Args:
            operation: The operation's name.
            retry_after: How many seconds the service asks to wait; None where it says nothing.
        """
        with self._lock:
            now = self._clock()
            bucket = self._bucket(operation, now)
            bucket.throttled += 1
            if now - bucket.refused >= _TOGETHER:
                bucket.left = max(bucket.rate(now) / 2, bucket.most * _LEAST)
                bucket.changed = bucket.refused = now
            wait = max(1 / bucket.rate(now), retry_after or 0.0)
            bucket.free = max(bucket.free, now + wait)

    def spent(self) -> dict[str, Spent]:
        """Return what was made of the rates so far: operation → that."""
        with self._lock:
            now = self._clock()
            return {
                name: Spent(each.rate(now), each.most, each.requests, each.throttled)
                for name, each in self._buckets.items()
            }

    def _bucket(self, operation: str, now: float) -> _Bucket:
        bucket = self._buckets.get(operation)
        if bucket is None:
            fitting = [name for name in self.rates if operation.startswith(name)]
            rate = self.rates[max(fitting, key=len)] if fitting else float("inf")
            bucket = self._buckets[operation] = _Bucket(rate, rate, now, now)
        return bucket
