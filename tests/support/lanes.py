"""Lanes for tests: a clock that only tests move, an outbox that keeps all, events by the dozen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import Factory, define

from jobstate import JobKey, StatusEntered, Subscription
from jobstate.delivery.lane import Delivery, Lane
from jobstate.delivery.outbox import Held, MemoryOutbox, Outbox, Posted
from jobstate.errors import JournalWriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BEGIN = datetime(2026, 11, 27, tzinfo=UTC)


def job(name: str) -> JobKey:
    """Return a job's key."""
    return JobKey("sagemaker-training-job", f"arn:{name}", BEGIN)


def posted(number: int, name: str = "a") -> Posted:
    """Return an event of a job; its ordinal is its number."""
    return Posted(
        number, StatusEntered(job=job(name), ordinal=number, status="Training", start=BEGIN)
    )


def letters(names: str, first: int = 1) -> list[Posted]:
    """Return an event for each letter, of the job that is called so."""
    return [posted(number, name) for number, name in enumerate(names, start=first)]


@define
class Clock:
    """A clock that stands still until it is moved."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds

    def now(self) -> datetime:
        """Return the same as a time."""
        return BEGIN + timedelta(seconds=self.seconds)


@define(eq=False)
class File:
    """A durable outbox that keeps all in memory, and can fail.

    Attributes:
        events: What there is.
        heard: The numbers that were passed, in order.
        settled: What lanes said last of how far they are.
        kept: The jobs that are held, as they were written down last: (first, attempts, parked).
        held_at_once: How many of them were written down together, each time.
        broken: Whether it can be written and read.
    """

    durable = True
    events: list[Posted] = Factory(list)
    heard: list[int] = Factory(list)
    settled: dict[int, int] = Factory(dict)
    kept: dict[JobKey, tuple[int, int, bool]] = Factory(dict)
    held_at_once: list[int] = Factory(list)
    broken: bool = False

    def passed(self, posted: Posted) -> None:
        """Write it down."""
        self.heard.append(posted.number)

    def settle(self, lane: int, number: int) -> None:
        """Write it down."""
        self.settled[lane] = number

    def hold(self, held: Mapping[JobKey, Held], *, durable: bool = True) -> None:
        """Write it down."""
        del durable
        self._check()
        self.held_at_once.append(len(held))
        for job, each in held.items():
            self.kept[job] = (each.first, each.attempts, each.since is not None)

    def release(self, job: JobKey) -> None:
        """Write it down."""
        self._check()
        self.kept.pop(job)

    def held(self) -> dict[JobKey, Held]:
        """Return none."""
        return {}

    def after(self, number: int, most: int) -> tuple[Sequence[Posted], int]:
        """Return what comes after a number."""
        self._check()
        found = [each for each in self.events if each.number > number][:most]
        return found, found[-1].number if found else number

    def of_job(self, job: JobKey, first: int, last: int, most: int) -> Sequence[Posted]:
        """Return what there is of a job."""
        self._check()
        every = [each for each in self.events if each.event.job == job]
        return [each for each in every if first <= each.number <= last][:most]

    def _check(self) -> None:
        if self.broken:
            raise JournalWriteError("j.db", "could not be written: disk full", "make room")


@define(eq=False)
class Bench:
    """A lane at work, step by step.

    Attributes:
        lane: The lane.
        clock: Its clock.
        outbox: Its outbox.
        told: The numbers that were told, in order, failures included.
        heard: Those that were told with success.
    """

    lane: Lane
    clock: Clock
    outbox: Outbox
    told: list[int] = Factory(list)
    heard: list[int] = Factory(list)

    @classmethod
    def of(
        cls, subscription: Subscription, outbox: Outbox | None = None, *, offered: int = 0
    ) -> Bench:
        """Return a lane of a subscription, with nothing in it; `offered` as a lane has it."""
        clock = Clock()
        outbox = outbox or MemoryOutbox()
        stands = {"settled": 0, "offered": offered}
        lane = Lane(subscription, 0, outbox, **stands, now=clock.now, monotonic=clock)
        return cls(lane, clock, outbox)

    @classmethod
    def resumed(cls, subscription: Subscription, outbox: File, *, offered: int) -> Bench:
        """Return one that begins with a job, ``a``, held since the first event."""
        one = cls.of(subscription, outbox, offered=offered)
        one.lane.resume({job("a"): Held(1, 1)})
        outbox.kept = {job("a"): (1, 1, False)}
        return one

    def run_on(self) -> None:
        """Tell all that there is to tell, also what the lane finds only as it goes on."""
        while self.run() == 0.0:
            pass

    def offer(self, news: Sequence[Posted]) -> None:
        """Let the lane have news, which a durable outbox has too."""
        if isinstance(self.outbox, File):
            self.outbox.events += news
        self.lane.offer(news, news[-1].number if news else 0)

    def run(self, fails: Callable[[int], bool] = lambda _: False) -> float | None:
        """Tell all that there is to tell now; return for how long there is nothing then."""
        for _ in range(10_000):
            found = self.lane.take()
            if not isinstance(found, Delivery):
                return found
            number = found.posted.number
            self.told.append(number)
            if fails(number):
                self.lane.failed(found, RuntimeError(f"no {number}"))
            else:
                self.heard.append(number)
                self.lane.succeeded(found)
        raise AssertionError("it never ends")
