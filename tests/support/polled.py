"""A fleet that is polled through real botocore clients, on a clock of its own."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from attrs import evolve

from jobstate import Event, JobKey, StatusChanged, StatusEntered, Tracker, Violation
from jobstate.aws import Budget, Gone, PassReport, Poller
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life
from jobstate.testing.fakes.client import ended
from tests.support.asked import Asked
from tests.support.lives_for_tests import STORIES, told

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a service takes more than a poller asks for.
PLENTY = {"List": 50.0, "Describe": 50.0}
_VANISH = timedelta(seconds=120)


class Polled:
    """A service with a fleet, and a poller at it.

    Attributes:
        asked: The service, and its clock.
        tracker: Who is told.
        events: What was told.
        gone: Who was told to be gone.
        poller: The poller.
    """

    def __init__(
        self,
        lives: Life | Iterable[Life] = (),
        *,
        asked: Asked | None = None,
        tracker: Tracker | None = None,
        rates: dict[str, float] | None = None,
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Begin when the first job is created."""
        self.asked = Asked(lives, **(settings or {})) if asked is None else asked
        self.events: list[Event] = []
        self.gone: list[Gone] = []
        self.kind = options.get("kind", TRAINING_JOB)
        if tracker is None:
            tracker = Tracker(self.kind, listeners=[self.events.append])
        self.tracker = tracker
        clock = self.asked.clock
        budget = Budget(rates or PLENTY, clock=clock.monotonic)
        client = self.asked.client(self.kind.name)
        self.poller = Poller(
            client,
            tracker,
            **{
                "budget": budget,
                "on_gone": self.gone.append,
                "clock": clock.monotonic,
                "sleep": clock.sleep,
                **options,
            },
        )

    def poll(self, seconds: float = 0.0) -> PassReport:
        """Make a pass after some seconds have passed."""
        self.asked.clock.advance(seconds)
        return self.poller.poll()

    def asked_for(self, operation: str) -> list[Any]:
        """Return the requests of an operation so far."""
        calls = self.asked.service.calls
        return [call.request for call in calls if call.operation.startswith(operation)]

    def described(self) -> list[str]:
        """Return the names of the jobs described so far, in order."""
        return [each["TrainingJobName"] for each in self.asked_for("Describe")]


def fleet(size: int, seed: int, over: float, vanishing: float = 0.0) -> list[Life]:
    """Return lives of every story, created over so many seconds."""
    chance, lives = Random(seed), list[Life]()
    for number in range(size):
        story = chance.choice([*STORIES])
        life = told(story, job=f"job-{number}", after=round(chance.uniform(0, over), 3))
        if chance.random() < vanishing and ended(life) > life.start + _VANISH:
            life = evolve(life, vanishes=life.start + _VANISH)
        lives.append(life)
    return sorted(lives, key=lambda life: life.start)


def wrong(lives: Iterable[Life], events: Iterable[Event], gone: Iterable[Gone]) -> dict[str, Any]:
    """Return what was told that is not true, not told that is, or told twice; empty if all is well.

    Of jobs that are deleted or vanish the service itself forgets what it has not told in time.
    """
    lives, events = list(lives), list(events)
    told_facts = Counter(
        (e.job, e.ordinal, e.status) for e in events if isinstance(e, StatusEntered)
    )
    ends = Counter(e.job for e in events if isinstance(e, StatusChanged) and e.final)
    true = {
        (life.job, number, entry.status): life
        for life in lives
        for number, entry in enumerate(life.entries, 1)
    }
    stay = [life for life in lives if life.vanishes is None and "Deleting" not in str(life)]
    heard_of = {each.job for each in events}
    vanished = Counter[JobKey](each.key for each in gone)
    found = {
        "missing": [fact for fact, life in true.items() if life in stay and fact not in told_facts],
        "false": [fact for fact in told_facts if fact not in true],
        "twice": [fact for fact, count in told_facts.items() if count > 1],
        "ends missed": [life.job for life in stay if life.job not in ends],
        "violations": [each for each in events if isinstance(each, Violation)],
        "not gone": [
            life.job
            for life in lives
            if life.vanishes and life.job in heard_of and vanished[life.job] != 1
        ],
        "not true to be gone": vanished.keys() - {life.job for life in lives if life.vanishes},
    }
    return {what: these for what, these in found.items() if these}
