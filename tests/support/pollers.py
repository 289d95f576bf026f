"""Small programs that wait for a training job, right by construction, made from a seed.

What they do is plain code on answers: jobstate decides nothing for them, so that it can be judged
by them.
"""

from __future__ import annotations

import time
from itertools import count
from random import Random
from typing import Any, Final

from attrs import fields, frozen

from jobstate.model.states import Basis, Edge, Outcome, State
from jobstate.sagemaker import TRAINING_JOB
from tests.support.poller_looks import (
    BACKS_OFF,
    LOOKS,
    NEXT_TIME,
    Asker,
    Look,
    NoAnswerError,
    Steps,
)
from tests.support.poller_pauses import SLEEPERS, Pause, Sleeper, pause_by
from tests.support.poller_readings import READINGS, RUNNING, UNKNOWN, Answer, Reading
from tests.support.poller_tellings import REPORTS, TELLINGS, Report, Telling

#: For how many seconds a job may not be there yet, though somebody has created it.
GRACE: Final = 120.0
#: After how many seconds it stops a job that still runs; mostly never.
_DEADLINES: Final = (None, None, None, 300.0, 3_600.0, 14_400.0)


@frozen(kw_only=True)
class Poller:
    """A program, by its choices.

    Attributes:
        look: How it asks.
        reading: What it makes of an answer.
        pause: How long it sleeps between two looks.
        sleeper: By what it sleeps.
        throttled: What it does when it is throttled.
        deadline: After how many seconds it stops the job, and goes on waiting; None for never.
        report: What it makes besides of the answer that showed the end.
        telling: How it says what the job has come to.
        gone: What it says of a job that is not there any more, and that it has not seen ending.
        gives_up: It does not wait for what becomes of the stop, but says so at once. Wrong.
        chance: What its random numbers depend on.
    """

    look: Look
    reading: Reading
    pause: Pause
    sleeper: Sleeper
    throttled: str
    deadline: float | None
    report: Report
    telling: Telling
    gone: str = UNKNOWN
    gives_up: str | None = None
    chance: int = 0

    def __str__(self) -> str:
        """Return its choices, a line each."""
        named = ((each.name, getattr(self, each.name)) for each in fields(type(self)))
        return "\n".join(f"{name}: {getattr(value, '__name__', value)}" for name, value in named)

    def wait(self, client: Any, name: str) -> object:
        """Wait for a job, and say what it has come to."""
        said, job = self.sleeper(self.steps(client, name))
        if job is not None:
            self.report(job)
        return self.telling.say(said)

    def outcome_of(self, verdict: Any) -> str | None:
        """Return the outcome that a verdict stands for."""
        return self.telling.stands_for.get(verdict)

    def steps(self, client: Any, name: str) -> Steps[tuple[str, Answer | None]]:
        """Look and sleep until it has ended; return what it came to, and what showed that."""
        asker, chance = Asker(client, self.reading, self.throttled), Random(self.chance)
        began, deadline = time.monotonic(), self.deadline
        last: Answer | None = None
        for turn in count():
            waited = time.monotonic() - began
            try:
                job = yield from self.look(asker, name)
                if job is None and (last is not None or waited >= GRACE):
                    return self.gone, None
                last = job or last
                if job is not None and (said := self.reading(job)) != RUNNING:
                    return said, job
                if deadline is not None and waited >= deadline:
                    if self.gives_up is not None:
                        return self.gives_up, None
                    yield from asker.ask("stop_training_job", TrainingJobName=name)
                    deadline = None
            except NoAnswerError:
                pass  # the next look comes all the same
            yield self.pause.seconds(turn, last, chance)
        raise AssertionError


def poller(seed: int, number: int) -> Poller:
    """Return a right program."""
    return poller_by(Random(f"{seed} {number}"))


def poller_by(chance: Random) -> Poller:
    """Return a right program, by chance."""
    return Poller(
        look=chance.choice(LOOKS),
        reading=chance.choice(READINGS),
        pause=pause_by(chance),
        sleeper=chance.choice(SLEEPERS),
        throttled=chance.choice((BACKS_OFF, NEXT_TIME)),
        deadline=chance.choice(_DEADLINES),
        report=chance.choice(REPORTS),
        telling=chance.choice(TELLINGS),
        chance=chance.randrange(1_000_000),
    )


# --- What nobody knows yet ----------------------------------------------------------------------


def _state(primary: str, secondary: str) -> State:
    outcome = Outcome.FAILED if primary == "Failed" else Outcome.RUNNING
    return State(primary, "made up", Basis.INFERRED, "none", secondary=secondary, outcome=outcome)


def _edge(origin: str, target: str, cause: str) -> Edge:
    return Edge(origin, target, cause, Basis.INFERRED, "none")


#: Statuses that AWS may add tomorrow: of a job in progress, of one that is neither in progress nor
#: over, and of a failure.
NEW_STATES: Final = ("InProgress/Hibernating", "Paused/Paused", "Failed/Quarantined")
#: A life cycle with them.
NEXT_YEAR: Final = TRAINING_JOB.evolve(
    add_states=[_state(*each.split("/")) for each in NEW_STATES],
    add_edges=[
        _edge("InProgress/Training", "InProgress/Hibernating", "hibernated"),
        _edge("InProgress/Hibernating", "InProgress/Training", "woken"),
        _edge("InProgress/Hibernating", "Stopping/Stopping", "stop_requested"),
        _edge("InProgress/Training", "Paused/Paused", "paused"),
        _edge("Paused/Paused", "InProgress/Training", "continued"),
        _edge("Paused/Paused", "Stopping/Stopping", "stop_requested"),
        _edge("InProgress/Uploading", "Failed/Quarantined", "quarantined"),
    ],
)
#: What makes jobs enter them.
NEW_CAUSES: Final = ("hibernated", "paused", "quarantined")
