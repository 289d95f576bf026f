"""What a poller has done and how it is doing, as data: `PassReport`, `Gone`, `Health`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import Factory, define, field, frozen

from jobstate.aws.trouble import CallFailure
from jobstate.common.times import iso
from jobstate.model.outcome import Result
from jobstate.tracking.tracked_job import TrackedJob

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey


@frozen
class Gone:
    """A job that its service no longer has, though it was not known to have ended.

    Attributes:
        job: What was known of it; the tracker has forgotten it.
        result: What it has come to: gone, and nobody saw how.
    """

    job: TrackedJob
    result: Result

    @property
    def key(self) -> JobKey:
        """What identifies it."""
        return self.job.key


@define
class PassReport:
    """What one pass has brought.

    Attributes:
        complete: The walk came to where it had to.
        pages, items: How many it took.
        changed: How many items said something new.
        described: How many jobs were described.
        unread: How many items and descriptions could not be read; the log names each once.
        dropped: How many jobs were not described for lack of time: their changes came from items,
            the rest of their history comes with the next description.
        gone: The jobs that are gone.
        trouble: What ended the pass early; None where nothing did.
    """

    complete: bool = False
    pages: int = 0
    items: int = 0
    changed: int = 0
    described: int = 0
    unread: int = 0
    dropped: int = 0
    gone: tuple[Gone, ...] = ()
    trouble: CallFailure | None = None


@frozen(kw_only=True)
class Health:
    """How a poller is doing.

    Attributes:
        last_complete: When the last complete walk began, by the service's clock; aware, UTC. None
            where there was none yet, or the service does not tell the time.
        age: For how many seconds what is known has grown old: since that walk began, or since the
            poller was made.
        lag: For how many seconds an end has waited at most for a description that shows it.
        behind: By how many seconds descriptions are taken to be later than lists.
        alive: How many jobs are not known to have ended.
        requests: How many were made, by operation.
        throttled: How many of them the service said were too many, by operation.
        used: How much of its rate was used since the pass before the last began, by operation: 1
            for all of it.
        due: How many jobs are to be described, by why.
        oldest: For how long a job has been in a status at most, of those not known to have ended,
            by status.
        looking_back: There are older jobs that may be alive, and were not looked at yet.
        unread: How many items and descriptions could not be read, one that comes again included.
        trouble: What ended the last pass early: its kind, AWS's code and words; empty for nothing.
    """

    last_complete: datetime | None
    age: float
    lag: float
    behind: float
    alive: int
    requests: Mapping[str, int]
    throttled: Mapping[str, int]
    used: Mapping[str, float]
    due: Mapping[str, int]
    oldest: Mapping[str, timedelta]
    looking_back: bool
    unread: int
    trouble: str

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data: times as ISO 8601, lengths in seconds."""
        return {
            "last_complete": iso(self.last_complete),
            "age": self.age,
            "lag": self.lag,
            "behind": self.behind,
            "alive": self.alive,
            "requests": dict(self.requests),
            "throttled": dict(self.throttled),
            "used": dict(self.used),
            "due": dict(self.due),
            "oldest": {name: each.total_seconds() for name, each in self.oldest.items()},
            "looking_back": self.looking_back,
            "unread": self.unread,
            "trouble": self.trouble,
        }


@define
class Tally:
    """Requests counted, since ever and in the last two passes.

    Attributes:
        requests, throttled: As of `Health`.
        begun: When the passes began; the last two.
    """

    requests: dict[str, int] = field(factory=dict)
    throttled: dict[str, int] = field(factory=dict)
    begun: list[tuple[float, dict[str, int]]] = Factory(list)

    def begin(self, now: float) -> None:
        """Note that a pass begins."""
        self.begun = [*self.begun[-1:], (now, dict(self.requests))]

    def count(self, operation: str, requests: int) -> None:
        """Count requests."""
        self.requests[operation] = self.requests.get(operation, 0) + requests

    def refuse(self, operation: str) -> None:
        """Count one that was refused as one too many."""
        self.throttled[operation] = self.throttled.get(operation, 0) + 1

    def used(self, now: float, rates: Mapping[str, float]) -> dict[str, float]:
        """Return how much of each rate was used since the pass before the last began."""
        if not self.begun or now <= self.begun[0][0]:
            return {}
        since, before = self.begun[0]
        return {
            name: (count - before.get(name, 0)) / (now - since) / rates[name]
            for name, count in self.requests.items()
            if name in rates
        }
