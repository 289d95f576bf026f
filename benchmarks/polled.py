"""A fleet to be polled, by a clock of its own: lives, a client, what was told beside what is true.

The client is a thin one over `World`, without botocore, which would take most of the time: what a
service answers, refuses and gets wrong is the same. Imports the world, the tracker and the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from random import Random
from typing import Any, Final

from attrs import Factory, define, evolve, field

from jobstate import Event, StatusChanged, StatusEntered, Violation
from jobstate.model.life import Life, Stay
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.writer import WRITER
from jobstate.world import RefusedRequestError, World

BEGIN: Final = datetime(2026, 11, 2, 6, tzinfo=UTC)
#: What AWS takes of List operations; of Describe operations it publishes nothing: a guess.
TAKEN: Final = {"ListTrainingJobs": 2.0, "DescribeTrainingJob": 10.0}
#: How long a call is under way, in seconds.
UNDER_WAY: Final = 0.05
_STARTING: Final = (("InProgress/Starting", 120.0), ("InProgress/Downloading", 60.0))
_TIMED_OUT: Final = ("Stopped/MaxRuntimeExceeded", 0.0)
#: How jobs end, and how many of a hundred.
_ENDS: Final = {
    (("InProgress/Uploading", 30.0), ("Completed/Completed", 0.0)): 75,
    (("InProgress/Uploading", 15.0), ("Failed/Failed", 0.0)): 15,
    (("Stopping/Training", 5.0), ("Stopping/Stopping", 25.0), ("Stopped/Stopped", 0.0)): 6,
    (("Stopping/Stopping", 5.0), ("Stopping/Uploading", 15.0), _TIMED_OUT): 4,
}
_METHODS: Final = {
    "list_training_jobs": "ListTrainingJobs",
    "describe_training_job": "DescribeTrainingJob",
}


def fleet(
    size: int, hours: float, seed: int, *, long: float = 0.0, vanish: float = 0.0
) -> list[Life]:
    """Return the lives of a fleet of which so many are alive at a time.

    They train from 6 to 114 minutes, an hour on average, all lengths alike.

    Args:
        size: How many are alive on average, once as many begin as end.
        hours: For how long jobs are created.
        seed: Of chance.
        long: Which share of them trains five hours instead.
        vanish: Which share the service forgets while they train.
    """
    chance = Random(seed)
    time, lives = BEGIN, list[Life]()
    while time < BEGIN + timedelta(hours=hours):
        lives.append(_life(len(lives), time, chance, long, vanish))
        time += timedelta(seconds=chance.expovariate(size / 3_600 / 1.06))
    return lives


def _life(number: int, start: datetime, chance: Random, long: float, vanish: float) -> Life:
    trains = 18_000.0 if chance.random() < long else chance.uniform(360, 6_840)
    (end,) = chance.choices([*_ENDS], [*_ENDS.values()])
    stays, time = list[Stay](), start.replace(microsecond=start.microsecond // 1_000 * 1_000)
    begun = time
    for state, seconds in (*_STARTING, ("InProgress/Training", trains), *end):
        stays.append(Stay(state, time))
        time += timedelta(milliseconds=round(1_000 * seconds * chance.uniform(0.9, 1.1)))
    life = Life(
        lifecycle=TRAINING_JOB,
        job=WRITER.key(f"job-{number:06}", begun),
        stays=tuple(stays),
        failure="AlgorithmError: exit code 1",
    )
    if chance.random() < vanish:
        return evolve(life, vanishes=stays[2].start + timedelta(seconds=trains / 2))
    return life


def ended(life: Life) -> datetime:
    """Return when a job ends."""
    return life.stays[-1].start


def job_hours(lives: Iterable[Life], since: datetime, until: datetime) -> float:
    """Return for how many hours jobs were alive between two times, all together."""
    spans = ((max(each.start, since), min(ended(each), until)) for each in lives)
    return sum(max((end - begin).total_seconds(), 0) for begin, end in spans) / 3_600


@define(eq=False)
class Clock:
    """Time that passes when somebody sleeps or asks; somebody may be told how it passes.

    Attributes:
        passed: Told each time that it has passed.
    """

    seconds: float = 0.0
    passed: Callable[[], object] = field(default=lambda: None)

    def now(self) -> datetime:
        """Return what time it is where the service is."""
        return BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the seconds since it began."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.passed()


class RefusedError(Exception):
    """What a client of AWS raises, as far as anybody reads it.

    Attributes:
        response: AWS's code and words.
    """

    def __init__(self, refused: RefusedRequestError) -> None:
        super().__init__(str(refused))
        error = {"Code": refused.code, "Message": refused.message}
        metadata = {"HTTPStatusCode": refused.status, "HTTPHeaders": {}, "RetryAttempts": 0}
        self.response = {"Error": error, "ResponseMetadata": metadata}


@define(eq=False)
class Client:
    """A client of a world, that counts; some of its answers can be as bad as they get.

    Attributes:
        world: What answers.
        clock: What time it is.
        faulty: How many of its pages are empty, or come twice, or have an item twice.
        made: When each request was made, by operation, in seconds.
        throttled: How many were refused as too many.
    """

    world: World
    clock: Clock
    faulty: float = 0.0
    made: dict[str, list[float]] = Factory(dict)
    throttled: int = 0
    _chance: Random = Factory(lambda: Random(7))

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        """Return one of its methods."""
        if method not in _METHODS:
            raise AttributeError(method)
        return lambda **request: self.ask(_METHODS[method], request)

    def ask(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is answered."""
        self.made.setdefault(operation, []).append(self.clock.seconds)
        try:
            answer = self._answer(operation, request)
        except RefusedRequestError as refused:
            self.throttled += refused.code == "ThrottlingException"
            raise RefusedError(refused) from None
        date = format_datetime(self.clock.now().replace(microsecond=0), usegmt=True)
        self.clock.sleep(UNDER_WAY)
        return {**answer, "ResponseMetadata": {"HTTPHeaders": {"date": date}}}

    def _answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return an answer; a token that begins with a tilde leads to a page that came before."""
        plain = dict(request)
        token = str(plain.pop("NextToken", "") or "")
        if real := token.removeprefix("~"):
            plain["NextToken"] = real
        answer = self.world.answer(operation, plain)
        if operation != "ListTrainingJobs" or self._chance.random() >= self.faulty:
            return answer
        items = answer["TrainingJobSummaries"]
        fault = self._chance.randrange(3)
        if fault == 0:
            return {**answer, "TrainingJobSummaries": [*items[:1], *items, *items[-1:]]}
        if real:  # so that the same page comes once more: with its items, or without
            return {"TrainingJobSummaries": items if fault == 1 else [], "NextToken": f"~{real}"}
        return answer

    def requests(self, since: float = 0.0, until: float = float("inf")) -> Counter[str]:
        """Return how many requests were made in a time, by operation."""
        return Counter(
            {name: sum(since <= at < until for at in made) for name, made in self.made.items()}
        )

    def closest(self, operation: str) -> float:
        """Return how many seconds lie between two requests at least."""
        made = self.made.get(operation, [])
        gaps = (after - before for before, after in pairwise(made))
        return min(gaps, default=float("inf"))


@define(eq=False)
class Ledger:
    """What was told, to be compared with what is true.

    Attributes:
        clock: What time it is.
        entered: How often each stay was told.
        known: When the end of each job was known first.
        ends: How often the end of each job was told.
        gone: How often each job was told to be gone.
        violations: Rules said to be broken; every life is legal.
    """

    clock: Clock
    entered: Counter[tuple[JobKey, int, str, datetime]] = Factory(Counter)
    known: dict[JobKey, datetime] = Factory(dict)
    ends: Counter[JobKey] = Factory(Counter)
    gone: Counter[JobKey] = Factory(Counter)
    violations: int = 0

    def take(self, event: Event) -> None:
        """Note an event."""
        if isinstance(event, StatusEntered):
            self.entered[event.job, event.ordinal, event.status, event.start] += 1
        elif isinstance(event, StatusChanged) and event.result.final:
            self.ends[event.job] += 1
            self.known.setdefault(event.job, self.clock.now())
        elif isinstance(event, Violation):
            self.violations += 1

    def compared(self, lives: Iterable[Life]) -> dict[str, int]:
        """Return what is wrong: what → how much of it."""
        lives = list(lives)
        stayed = [life for life in lives if life.vanishes is None]
        vanished = {life.job for life in lives if life.vanishes is not None}
        true = {
            (life.job, number, entry.status, entry.start)
            for life in stayed
            for number, entry in enumerate(life.entries, 1)
        }
        told = {each for each in self.entered if each[0] not in vanished}
        return {
            "facts missing": len(true - told),
            "facts false": len(told - true),
            "facts told twice": sum(count > 1 for count in self.entered.values()),
            "ends missed": sum(life.job not in self.known for life in stayed),
            "ends told twice": sum(count > 1 for count in self.ends.values()),
            "vanished jobs told as gone not once": sum(self.gone[job] != 1 for job in vanished),
            "told as gone and there": sum(job not in vanished for job in self.gone),
            "violations": self.violations,
        }

    def delays(self, lives: Iterable[Life], since: datetime, until: datetime) -> list[float]:
        """Return how many seconds after each end in a time it was known, the shortest first."""
        return sorted(
            (self.known[life.job] - ended(life)).total_seconds()
            for life in lives
            if life.job in self.known and since <= ended(life) < until
        )
