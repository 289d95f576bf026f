"""Small programs that see a training job through: they tell its end, and try again where they may.

Right by construction, as those of `pollers`: what is told is stored at once, with no call between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen
from botocore.exceptions import ClientError

from jobstate import Outcome, Result
from tests.support.poller_looks import BACKS_OFF, Asker, NoAnswerError, Steps
from tests.support.poller_readings import FAILED, RUNNING, TIMED_OUT, UNKNOWN, Answer
from tests.support.pollers import Poller, poller_by

#: Whether a job is tried again: gets what it came to, and the answer that showed it.
TriesAgain: TypeAlias = Callable[[str, Answer], bool]
#: What outlives the process.
Store: TypeAlias = dict[str, Any]

#: What every create needs.
_NEEDED: Final = {
    "RoleArn": "arn:aws:iam::111122223333:role/trains",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/prefix"},
}


def _kind(job: Answer) -> str:
    """Return what a failure's reason begins with."""
    return str(job.get("FailureReason", "")).partition(":")[0]


def no_capacity(said: str, job: Answer) -> bool:
    """Try again what failed for want of instances."""
    return said == FAILED and _kind(job) == "CapacityError"


def _service(said: str, job: Answer) -> bool:
    return said == FAILED and _kind(job) in {"CapacityError", "InternalServerError"}


#: Name → the policy as the oracle gets it, and as the programs follow it.
POLICIES: Final[Mapping[str, tuple[Callable[[Result], bool], TriesAgain]]] = {
    "never": (lambda _: False, lambda *_: False),
    "no capacity": (lambda result: result.cause == "no_capacity", no_capacity),
    "the service's fault": (
        lambda result: result.cause in {"no_capacity", "internal"},
        _service,
    ),
    "any failure": (
        lambda result: result.outcome is Outcome.FAILED,
        lambda said, _: said == FAILED,
    ),
    "no success of its own": (
        lambda result: result.outcome in {Outcome.FAILED, Outcome.TIMED_OUT},
        lambda said, _: said in {FAILED, TIMED_OUT},
    ),
}


@frozen(kw_only=True)
class Overseer:
    """A program, by its choices.

    Attributes:
        poller: How it looks and sleeps.
        policy: The name of the policy that it follows.
        every: After how many seconds a scheduler calls it again; None where it waits itself.
        told_kept: Where it keeps what it has told. All but the first two are wrong.
        differs: Whether it tries again, where it does not do as its policy says. Wrong.
    """

    poller: Poller
    policy: str
    every: float | None
    told_kept: str = "in a list"
    differs: TriesAgain | None = None

    def __str__(self) -> str:
        """Return its choices, a line each."""
        way = "waits itself" if self.every is None else f"called every {self.every:g} s"
        own = "" if self.differs is None else ", wrongly"
        return f"{way}\npolicy: {self.policy}{own}\ntold kept: {self.told_kept}\n{self.poller}"

    def retry(self, result: Result) -> bool:
        """Return whether the policy wants another try."""
        return POLICIES[self.policy][0](result)

    def orchestrate(
        self, client: Any, name: str, store: Store, tell: Callable[[str, Any], None]
    ) -> None:
        """See a job through; or look once, where a scheduler calls."""
        self.poller.sleeper(self.steps(client, name, store, tell))

    def steps(
        self, client: Any, name: str, store: Store, tell: Callable[[str, Any], None]
    ) -> Steps[None]:
        """Look and sleep, tell and try again, until nothing is left to do."""
        poller, chance, turn = self.poller, Random(self.poller.chance), 0
        asker = Asker(client, poller.reading, poller.throttled)
        told = _Told(self.told_kept, store)
        tries_again = self.differs or POLICIES[self.policy][1]
        tries = store.setdefault("tries", [name])
        while not told.all_done:
            job = yield from _answer(poller, asker, tries[-1])
            said = RUNNING if job is None else poller.reading(job)
            if job is not None and said != RUNNING:
                if not told.has(tries[-1]):
                    tell(tries[-1], None if said == UNKNOWN else said)
                    if self.told_kept == "too late":
                        yield from _answer(poller, asker, tries[-1])
                    told.add(tries[-1])
                if not tries_again(said, job):
                    told.all_done = True
                    return
                tries.append((yield from _tried_again(asker, name, len(tries))))
                turn = 0
            if self.every is not None:
                return
            yield poller.pause.seconds(turn, job, chance)
            turn += 1


class _Told:
    """What has been told, wherever it is kept; and whether nothing is left to do."""

    def __init__(self, kept: str, store: Store) -> None:
        self._kept = kept
        self._store: Store = {} if kept == "in memory" else store
        self._told: Any = self._store.setdefault("told", {} if kept == "by name" else [])

    @property
    def all_done(self) -> bool:
        """Whether nothing is left to do."""
        return "done" in self._store

    @all_done.setter
    def all_done(self, _: bool) -> None:
        self._store["done"] = True

    def has(self, name: str) -> bool:
        """Return whether the end of a job was told."""
        return name in self._told

    def add(self, name: str) -> None:
        """Keep that it was."""
        if self._kept == "by name":
            self._told[name] = True
        else:
            self._told.append(name)


def _answer(poller: Poller, asker: Asker, name: str) -> Steps[Answer | None]:
    try:
        return (yield from poller.look(asker, name))
    except NoAnswerError:
        return None


def _tried_again(asker: Asker, first: str, number: int) -> Steps[str]:
    """Create the next try, and return its name: the same that it had before a death."""
    name = f"{first[:55]}-{number}"
    try:
        yield from evolve(asker, throttled=BACKS_OFF).ask(
            "create_training_job", TrainingJobName=name, **_NEEDED
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceInUse":
            raise
    return name


def overseer(seed: int, number: int) -> Overseer:
    """Return a right program."""
    chance = Random(f"overseer {seed} {number}")
    return Overseer(
        poller=evolve(poller_by(chance), deadline=None),
        policy=chance.choice(tuple(POLICIES)),
        every=chance.choice((None, None, None, 60.0, 300.0, 900.0)),
        told_kept=chance.choice(("in a list", "by name")),
    )
