"""`assert_orchestrator`: the laws of code that sees jobs through, tells their ends and tries again.

It runs as a process would: it may die whenever it sleeps or calls, and goes on from what it stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from attrs import define, field, frozen

from jobstate.model.life import Life
from jobstate.model.outcome import Result
from jobstate.model.states import Outcome
from jobstate.testing.fakes.client import connected, ended
from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.stopped import ClockStoppedError
from jobstate.testing.oracle.patience import Patience
from jobstate.testing.oracle.rulings import Ruling, ruling, said_outcome, told_by
from jobstate.testing.oracle.skipping import next_change, whole_sleeps
from jobstate.testing.oracle.steps import shortened
from jobstate.testing.oracle.tries import CREATE, Tries, name_of

if TYPE_CHECKING:
    from datetime import datetime

#: Tells somebody what a job has come to: gets its name and what the orchestrator made of it.
Tell: TypeAlias = Callable[[str, Any], None]
#: Code that sees a job through: gets a botocore client of SageMaker, the job's name, what outlives
#: the process, and whom to tell.
Orchestrator: TypeAlias = Callable[[Any, str, dict[str, Any], Tell], object]
#: Whether a job is to be tried again that came to something.
RetryPolicy: TypeAlias = Callable[[Result], bool]

#: How many seconds after an end it must have been told, and another try begun, if it does not sleep
#: for longer.
PATIENCE: Final = 7_200.0
#: Once nothing changes any more, how many looks there are at least until patience is at its end.
LOOKS: Final = 20
#: For how many seconds a process that has died is not there.
DOWN: Final = 600.0
#: How often it dies, each time in a run of its own, and how many calls it may make at one instant.
MOST_DEATHS, MOST_AT_ONCE = 6, 50
#: In how many lines a failure tells what was done, and of how many tries the lives.
MOST_TOLD, MOST_LIVES = 6, 2


@frozen
class Orchestrated:
    """What an orchestrator did in one run.

    Attributes:
        died: At which of its steps (a sleep or a call, from 1) it died; None where it did not.
        steps: What it did, a line each.
        rulings: Job name → whether what it did at the job's end was right.
    """

    died: int | None
    steps: tuple[str, ...]
    rulings: Mapping[str, Ruling]


def assert_orchestrator(  # noqa: PLR0913 - what the laws leave open, by keyword
    orchestrate: Orchestrator,
    tries: Life | Iterable[Life],
    *,
    retry: RetryPolicy = lambda result: False,  # noqa: ARG005 - the name says what it gets
    outcome_of: Callable[[Any], Outcome | str | None] = lambda told: told,
    every: float | None = None,
    patience: float = PATIENCE,
    most_deaths: int = MOST_DEATHS,
) -> tuple[Orchestrated, ...]:
    """Fail unless code that sees a job through keeps the laws, also when it dies in between.

    The laws: each end is told once, not before it, with the right outcome; the job is tried again
    exactly where the policy says so, once, after its end; nothing is raised. It runs once to its
    end, and is started again then; and once more for each step after which it may have something
    to lose, where it dies in its next sleep or call, which is not made. It is started again 600 s
    later, with what it had stored by then. Time in which nothing changes is not gone through look
    by look, as in `assert_waiter`.

    What its answers can't prove is not held against it: a policy that needs a cause which no
    answer told, an outcome that a list leaves open. The ruling on such a job is inconclusive::

        def orchestrate(client, name, store, tell): ...

        assert_orchestrator(
            orchestrate, [life, other], retry=lambda result: result.cause == "no_capacity"
        )

    Args:
        orchestrate: The code: called with a botocore client of SageMaker, the name of the first
            job, which is there, a dictionary that outlives it, and a function to call with a
            job's name and what it has come to. It tries again by ``client.create_training_job``
            with another name, and sleeps by `time.sleep`: the clock is a `VirtualClock`.
        tries: What becomes of the job, and of each try after it; lives with an end. A try for
            which none is left does not end.
        retry: The policy: whether a job that has come to this is to be tried again.
        outcome_of: The outcome that stands for what is told, or its name; None of nothing.
        every: After how many seconds a scheduler calls it again when it has returned; None: it
            returns when all is done.
        patience: How many seconds after an end it must have been told, and another try begun;
            or five times its longest sleep (of those until then and the next five), if that is
            more.
        most_deaths: In how many runs it dies; at the last of the steps where it might.

    Returns:
        What it did in each run.

    Raises:
        AssertionError: It broke a law; the text tells the lives and what it did.
        MissingExtraError: boto3 is not installed.
        UnknownNameError: `outcome_of` names an outcome that there is not.
        ValueError: A life has no end, or there is none.
    """
    lives = [tries] if isinstance(tries, Life) else list(tries)
    for life in lives:
        if not life.result.final:
            raise ValueError(f"nobody can tell the end of a life that has none: {life}")
    if not lives:
        raise ValueError("there is nothing to see through: give at least one life")
    laws = _Laws(orchestrate, tuple(lives), retry, outcome_of, every, patience)
    first = laws.run(None)
    deaths = first.at_risk[-most_deaths:] if most_deaths > 0 else []
    return (first.done(), *(laws.run(step).done() for step in deaths))


class _BrokenError(BaseException):
    """A law is broken. No `Exception`: the code under test must not catch it.

    Attributes:
        error: What the caller is told.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(error)


class _DeathError(BaseException):
    """The process dies."""


@define
class _Laws:
    """An orchestrator and what becomes of its jobs, to be run again and again."""

    orchestrate: Orchestrator
    lives: tuple[Life, ...]
    retry: RetryPolicy
    outcome_of: Callable[[Any], Outcome | str | None]
    every: float | None
    patience: float
    _client: Any = field(default=None, init=False)
    _run: _Run = field(init=False)

    def run(self, dies: int | None) -> _Run:
        """Run it to its end."""
        self._run = run = _Run(self, dies)
        if self._client is None:
            self._client = connected(self._current)
        try:
            with run.clock.patched():
                run.see_through(self._client)
        except _BrokenError as broken:
            raise broken.error from broken.__cause__
        return run

    def _current(self, request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        return self._run.service.answered(request)


class _Run:
    """One run, with all its processes."""

    def __init__(self, laws: _Laws, dies: int | None) -> None:
        self.laws = laws
        self.clock = VirtualClock(laws.lives[0].start)
        self.service = Tries(laws.lives, self.clock, self._creating)
        self.service.called = self._step
        self.clock.slept = self._sleeping
        #: The steps with which it may lose something when it dies in them.
        self.at_risk: list[int] = []
        self._dies = dies
        self._steps = 0
        self._lines: list[str] = []
        self._noted = 0
        self._last = ""
        self._news = False
        #: Since the last answer nobody has slept.
        self._answered = False
        self._patience = Patience(laws.patience)
        self._instant: tuple[datetime, int] = (self.clock.now(), 0)
        self._told: dict[str, Ruling] = {}
        self._wait_for(laws.lives[0])

    # --- Its processes --------------------------------------------------------------------------

    def see_through(self, client: Any) -> None:  # noqa: ANN401 - botocore's clients have no type
        """Start it, again where it has died, and see at the end that nothing is missing."""
        first = name_of(self.service.lives[0])
        store: dict[str, Any] = {}
        again = False
        try:
            while True:
                try:
                    self.laws.orchestrate(client, first, store, self._tell)
                except _DeathError:
                    self._note("it died, and was started again")
                    self.clock.advance(DOWN)
                else:
                    if again and self.laws.every is None:
                        break
                    again = True
                    if self.laws.every is None:
                        self._note("it returned, and was started again")
                    else:
                        self.clock.advance(self.laws.every * self._times(self.laws.every))
                store = deepcopy(store)
        except ClockStoppedError as error:
            if self.clock.until is not None and self.clock.now() <= self.clock.until:
                self._break(f"does not come to an end: {error.reason}", error)
        except Exception as error:  # noqa: BLE001 - nothing may be raised
            self._break(f"raised {error!r}", error)
        self._see_that_all_is_done()

    def done(self) -> Orchestrated:
        """Return what it did."""
        self._note_answers()
        return Orchestrated(self._dies, tuple(self._lines), dict(self._told))

    def _step(self, _: str) -> None:
        """Take note of a call, or of a sleep; perhaps it dies in it."""
        self._note_answers()
        self._steps += 1
        if self._news:
            self.at_risk.append(self._steps)
            self._news = False
        if self._steps == self._dies:
            raise _DeathError
        instant, count = self._instant
        self._instant = self.clock.now(), count + 1 if self.clock.now() == instant else 1
        if self._instant[1] > MOST_AT_ONCE:
            self._break(f"made {MOST_AT_ONCE} calls at one instant, without sleep")

    def _sleeping(self, seconds: float) -> None:
        self._step("")
        more = self._times(seconds) - 1
        told = f" {more + 1:,} times, while nothing changed" if more else ""
        self._note(f"slept {seconds:g} s{told}")
        self.clock.advance(more * seconds)

    def _times(self, seconds: float) -> int:
        """Return how many times a sleep fits before anything changes after the last answer."""
        now, last = self.clock.now(), self.service.lives[-1]
        if last.result.final:
            self._patience.slept(seconds, after=now > ended(last))
            self._wait_for(last)
        if not self._answered:
            return 1
        self._answered = False
        changes = sorted(time for life in self.service.lives for time in life.changes)
        change = next_change(changes, self.service.calls[-1].at)
        some = timedelta(seconds=self._patience.seconds / LOOKS)
        return whole_sleeps(seconds, now, change or now + some)

    def _wait_for(self, life: Life) -> None:
        """Let the clock go on until the end of a life has been told for certain."""
        begins = ended(life) if life.result.final else self.clock.now()
        self.clock.until = begins + timedelta(seconds=self._patience.seconds)

    # --- What it does ---------------------------------------------------------------------------

    def _tell(self, name: str, told: object) -> None:
        self._note_answers()
        self._note(f"told {told!r} of {name}")
        self._news = True
        life = next((each for each in self.service.lives if name_of(each) == name), None)
        if life is None:
            self._break(f"told of {name!r}, a job that there is not")
        if name in self._told:
            self._break(f"told the end of {name} twice")
        if self.clock.now() < ended(life):
            self._break(f"told the end of {name} before it came")
        try:
            said = said_outcome(self.laws.outcome_of(told))
        except Exception as error:  # noqa: BLE001 - the caller's own function
            raise _BrokenError(error) from error.__cause__
        self._told[name] = ruling(said, life, self.service.calls)
        if self._told[name] is Ruling.ILLEGAL:
            took = "said nothing of" if said is Outcome.UNKNOWN else f"took for {said}"
            self._break(f"{took} what is {life.result.outcome}")

    def _creating(self, life: Life) -> None:
        """See that another try may begin."""
        self._note_answers()
        self._note(f"{CREATE} {name_of(life)}")
        self._news = True
        before = self.service.lives[-1]
        if self.clock.now() < ended(before):
            self._break(f"tried {name_of(before)} again before its end")
        if self._policy(before) is False:
            self._break(f"tried again what {_came_to(before)}, which the policy forbids")
        self._wait_for(life)

    def _policy(self, life: Life) -> bool | None:
        """Return whether a job is to be tried again; None where its answers don't tell."""
        wanted = bool(self.laws.retry(life.result))
        known = told_by(self.service.calls, life)
        return wanted if bool(self.laws.retry(known)) is wanted else None

    def _see_that_all_is_done(self) -> None:
        """See that each end was told, and that the job was tried again where it had to be."""
        lives = self.service.lives
        for life, after in zip(lives, [*lives[1:], None], strict=True):
            name = name_of(life)
            if not life.result.final:
                continue
            if name not in self._told:
                self._break(f"never told the end of {name}")
            if after is None and (wanted := self._policy(life)) is not False:
                if wanted:
                    self._break(f"did not try again what {_came_to(life)}, as the policy wants")
                self._told[name] = Ruling.INCONCLUSIVE

    # --- Words ----------------------------------------------------------------------------------

    def _note(self, what: str) -> None:
        seconds = (self.clock.now() - self.laws.lives[0].start).total_seconds()
        self._lines.append(f"+{seconds:g} s: {what}")

    def _note_answers(self) -> None:
        for call in self.service.calls[self._noted :]:
            said = str(call)
            seconds = (call.at - self.laws.lives[0].start).total_seconds()
            self._lines.append(f"+{seconds:g} s: {said}")
            self._answered = True
            self._news = self._news or said != self._last
            self._last = said
        self._noted = len(self.service.calls)

    def _break(self, what: str, cause: BaseException | None = None) -> NoReturn:
        self._note_answers()
        lives = [
            f"  the life of {name_of(each)}: {each}" for each in self.service.lives[-MOST_LIVES:]
        ]
        steps = [f"    {step}" for step in shortened(self._lines, MOST_TOLD)]
        text = "\n".join([f"the orchestrator {what}", *lives, *steps])
        raise _BrokenError(AssertionError(text)) from cause


def _came_to(life: Life) -> str:
    result = life.result
    return f"{result.outcome} ({result.cause})" if result.cause else f"{result.outcome}"
