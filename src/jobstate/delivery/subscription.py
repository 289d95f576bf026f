"""A listener with a name and lanes of its own, and how it is doing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NoReturn, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import optional

from jobstate.common.calls import is_asynchronous
from jobstate.errors import shown
from jobstate.model.events import Event, Listener
from jobstate.model.observation import JobKey

#: A listener that is a coroutine function, for `jobstate.asynchronous`.
AsyncListener: TypeAlias = Callable[[Event], Awaitable[object]]

_AnyListener: TypeAlias = Listener | AsyncListener

#: More lanes than this have no job of their own to wait for.
MOST_LANES: Final = 64
#: A name is written into a file, into logs and metrics.
LONGEST_NAME: Final = 100


class OverflowPolicy(StrEnum):
    """What happens to news for a lane that has no room.

    BLOCK: `observe` waits until there is room, so a listener that hangs stops whoever observes.
    DROP_OLDEST: the event that has waited longest is never told, and counted as dropped.
    PARK: with a journal, it waits in the file, and the lane fetches it when it has room: nobody
    waits, nothing is lost. Without one there is nowhere to wait: its job is parked, and what is
    not told of that job is counted as dropped.
    """

    BLOCK = "block"
    DROP_OLDEST = "drop-oldest"
    PARK = "park"


def _refuse(field_name: str, expected: str, value: object) -> NoReturn:
    raise ValueError(f"{field_name}: expected {expected}, got {shown(value)}")


def _count(_record: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        _refuse(attribute.name, "1 or more", value)


def _length(_record: object, attribute: Attribute[timedelta], value: timedelta) -> None:
    if value <= timedelta(0):
        _refuse(attribute.name, "a length of time", value)


def _factor(_record: object, attribute: Attribute[float], value: float) -> None:
    if not 1 <= value < float("inf"):
        _refuse(attribute.name, "1 or more", value)


def _name(_record: object, attribute: Attribute[str], value: object) -> None:
    fits = isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
    if not fits:
        _refuse(attribute.name, f"1 to {LONGEST_NAME} printable characters", value)


def _lanes(_record: object, attribute: Attribute[int], value: int) -> None:
    if not 1 <= value <= MOST_LANES:
        _refuse(attribute.name, f"1 to {MOST_LANES}", value)


def _callable(_record: object, _attribute: Attribute[_AnyListener], value: _AnyListener) -> None:
    if not callable(value):
        raise TypeError(f"a listener must be callable with one event, got {shown(value)}")


@frozen(kw_only=True)
class Retry:
    """How often an event is told again to a listener that raised, and when.

    The n-th pause is ``first * factor ** (n - 1)``, at most ``longest``. After the last attempt the
    job is parked for that listener. By default 8 attempts within 13 seconds.

    Attributes:
        attempts: How often an event is told at most.
        first: The pause after the first attempt.
        factor: How much longer each pause is than the one before.
        longest: The longest pause.

    Raises:
        ValueError: One of them is not positive, or the factor is below 1.
    """

    attempts: int = field(default=8, validator=_count)
    first: timedelta = field(default=timedelta(milliseconds=100), validator=_length)
    factor: float = field(default=2.0, validator=_factor)
    longest: timedelta = field(default=timedelta(minutes=1), validator=_length)

    def pause(self, attempt: int) -> float:
        """Return how many seconds to wait after an attempt, the first being 1."""
        longest = self.longest.total_seconds()
        try:
            return min(longest, self.first.total_seconds() * self.factor ** (attempt - 1))
        except OverflowError:
            return longest


@frozen(kw_only=True)
class Subscription:
    """A listener that hears of jobs in lanes of its own, whatever the others do.

    Give it to a tracker in place of the bare listener. It is told each event in the order of its
    job, on worker threads (an asynchronous one in the event loop of `jobstate.asynchronous`); one
    that raises is told again, after a pause that grows, and then its *job* is parked for it: it
    hears no more of that job until `Tracker.unpark`, and of all others as before. With a journal it
    is told after a restart what it had not acknowledged by returning.

    Attributes:
        name: What it is known by, also after a restart: 1 to 100 printable characters.
        listener: The listener, or an asynchronous one (``async def``).
        lanes: How many events it may be told at once, each of another job. With one lane it hears
            everything in the order in which it was found, and after a crash at most one event is
            told again; with n at most n.
        capacity: How many events may wait in memory for each lane.
        when_full: What happens to those for which there is no room.
        retry: How often it is told again.
        timeout: How long an asynchronous listener may take for an event before it is cancelled,
            which counts as raising. A synchronous one can't be cut short:
            `SubscriptionStatus.busy` tells how long it has been at it.

    Raises:
        TypeError: The listener can't be called.
        ValueError: A value is out of bounds.
    """

    name: str = field(validator=_name)
    listener: _AnyListener = field(validator=_callable)
    lanes: int = field(default=1, validator=_lanes)
    capacity: int = field(default=1_000, validator=_count)
    when_full: OverflowPolicy = field(default=OverflowPolicy.PARK, converter=OverflowPolicy)
    retry: Retry = field(factory=Retry)
    timeout: timedelta | None = field(default=None, validator=optional(_length))

    def __attrs_post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.timeout is not None and not self.is_asynchronous:
            raise ValueError("timeout: only an asynchronous listener can be cut short")

    @property
    def is_asynchronous(self) -> bool:
        """Whether the listener is a coroutine function, or an object whose call is one."""
        return is_asynchronous(self.listener)


@frozen(kw_only=True)
class ParkedJob:
    """A job of which a listener hears no more until it is unparked.

    Attributes:
        job: The job.
        attempts: How often the event was told that it failed at; 0 where there was no room.
        error: What the listener raised last, in a line.
        since: When the job was parked; aware, UTC.
    """

    job: JobKey
    attempts: int
    error: str
    since: datetime


@frozen(kw_only=True)
class SubscriptionStatus:
    """How a subscription is doing, at one moment.

    Attributes:
        name: The subscription's.
        delivered: How many events the listener has acknowledged by returning, in this process.
        failed: How many calls of it raised (or were cut short), in this process.
        dropped: How many events it was never told for want of room.
        waiting: How many events wait in memory for it.
        behind: Whether more wait in the journal.
        retrying: How many jobs are told again after a pause.
        parked: The jobs of which it hears no more, the one parked first first.
        busy: How long the longest call that goes on now has taken; None where none does.
    """

    name: str
    delivered: int
    failed: int
    dropped: int
    waiting: int
    behind: bool
    retrying: int
    parked: tuple[ParkedJob, ...]
    busy: timedelta | None

    @property
    def idle(self) -> bool:
        """Whether it has heard all that it can hear: nothing waits, nothing goes on."""
        waits = self.waiting or self.behind or self.retrying
        return not waits and self.busy is None
