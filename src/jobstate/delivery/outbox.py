"""Where events wait that a listener has not heard: what a lane needs of it, and the one in memory.

A journal keeps one in its file.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from attrs import Factory, define

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstate.model.events import Event
    from jobstate.model.observation import JobKey


class Posted(NamedTuple):
    """An event on its way.

    Attributes:
        number: Its place in the order in which all events were found, from 1.
        event: The event.
    """

    number: int
    event: Event


@define(eq=False)
class Held:
    """A job whose event a listener failed at: what comes after has to wait for it.

    Attributes:
        first: The number of the event that comes next.
        attempts: How often that one was told.
        error: What the listener raised last, in a line; empty where it raised nothing.
        since: Since when it is parked; aware, UTC; None while it is retried.
        waiting: The events of the job that wait in memory; few, and mostly none of a parked job.
        more: Whether the outbox may have more of them.
    """

    first: int
    attempts: int = 0
    error: str = ""
    since: datetime | None = None
    waiting: list[Posted] = Factory(list)
    more: bool = True


class Outbox(Protocol):
    """Where the events of one subscription wait."""

    @property
    def durable(self) -> bool:
        """Whether events stay here until they are passed, so that memory need not hold them."""
        raise NotImplementedError

    def passed(self, posted: Posted) -> None:
        """Take note that a lane has dealt with an event: it was heard, dropped, or is held."""
        raise NotImplementedError

    def settle(self, lane: int, number: int) -> None:
        """Take note that a lane has dealt with all its events up to a number."""
        raise NotImplementedError

    def hold(self, held: Mapping[JobKey, Held], *, durable: bool = True) -> None:
        """Keep the events of jobs for later, from the one held on, before it is passed.

        Args:
            held: What is held of each.
            durable: Not where a power cut may undo it: then more is told again.

        Raises:
            JournalError: That could not be written.
        """
        raise NotImplementedError

    def release(self, job: JobKey) -> None:
        """Hold a job no longer.

        Raises:
            JournalError: That could not be written.
        """
        raise NotImplementedError

    def held(self) -> Mapping[JobKey, Held]:
        """Return the jobs that were held when this was opened."""
        raise NotImplementedError

    def after(self, number: int, most: int) -> tuple[Sequence[Posted], int]:
        """Return events with larger numbers, in order, and up to which number was looked.

        Raises:
            JournalError: They can't be read.
        """
        raise NotImplementedError

    def of_job(self, job: JobKey, first: int, last: int, most: int) -> Sequence[Posted]:
        """Return the events of a job from one number to another, in order.

        Raises:
            JournalError: They can't be read.
        """
        raise NotImplementedError


class MemoryOutbox:
    """Keeps nothing: without a journal events wait in the lanes, and nowhere else."""

    durable = False

    def passed(self, posted: Posted) -> None:
        """Nobody needs to know."""

    def settle(self, lane: int, number: int) -> None:
        """Nobody needs to know."""

    def hold(self, held: Mapping[JobKey, Held], *, durable: bool = True) -> None:
        """The lane holds them."""

    def release(self, job: JobKey) -> None:
        """The lane has released it."""

    def held(self) -> Mapping[JobKey, Held]:
        """Return none."""
        return {}

    def after(self, number: int, most: int) -> tuple[Sequence[Posted], int]:
        """Return none: what there is, a lane has."""
        del most
        return (), number

    def of_job(self, job: JobKey, first: int, last: int, most: int) -> Sequence[Posted]:
        """Return none: what there is, a lane has."""
        del job, first, last, most
        return ()
