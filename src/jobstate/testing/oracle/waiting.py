"""`assert_waiter`: the laws that every piece of code keeps that waits for a job's end.

The code under test runs against a real botocore client, on a clock that stands still until it
sleeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from attrs import define, evolve, field, frozen

from jobstate.model.life import Life
from jobstate.model.operations import ErrorCodes
from jobstate.model.states import Outcome
from jobstate.testing.fakes.client import Call, Service, connected, ended
from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.fakes.stopped import ClockStoppedError
from jobstate.testing.oracle.patience import Patience
from jobstate.testing.oracle.phases import WaitPhase, phases_of, shown_changes
from jobstate.testing.oracle.rulings import Ruling, ruling, said_outcome
from jobstate.testing.oracle.skipping import next_change, whole_sleeps
from jobstate.testing.oracle.steps import shortened
from jobstate.world import RefusedRequestError, refusals

#: Code that waits: gets a botocore client of SageMaker and a job's name, and returns or raises.
Waiter: TypeAlias = Callable[[Any, str], object]

#: How many seconds after the job's end a waiter may go on waiting, if it does not sleep for longer.
PATIENCE: Final = 3_600.0
#: How many calls a waiter may make after the job's end, and how many at one instant.
MOST_CALLS, MOST_AT_ONCE = 500, 50
_CODES: Final = ErrorCodes()
#: In how many lines a failure tells what a waiter did, and of two phases in how many each.
MOST_TOLD, MOST_OF_TWO = 5, 2


@frozen
class Waited:
    """What a waiter did in one phase.

    Attributes:
        phase: The phase.
        verdict: What it said of the job: what it returned, or the type of what it raised.
        raised: What it raised; None where it returned.
        seconds: When it was done, in seconds after the creation.
        steps: What it did, a line each.
        life: What became of the job: another life than that given, if it has stopped it.
        ruling: Whether it said what the job has come to; None where nobody asked.
    """

    phase: WaitPhase
    verdict: object
    raised: BaseException | None
    seconds: float
    steps: tuple[str, ...]
    life: Life
    ruling: Ruling | None = None

    def __str__(self) -> str:
        how = "returned" if self.raised is None else "raised"
        what = self.verdict if self.raised is None else self.raised
        return f"it {how} {what!r} at +{self.seconds:g} s"


def assert_waiter(  # noqa: PLR0913 - what the laws leave open, by keyword
    wait: Waiter,
    life: Life,
    *,
    allowed: tuple[type[Exception], ...] = (),
    verdict: Callable[[Any], object] = lambda returned: returned,
    is_success: Callable[[object], bool] | None = None,
    outcome_of: Callable[[Any], Outcome | str | None] | None = None,
    phases: Iterable[WaitPhase] | None = None,
    patience: float = PATIENCE,
    most_calls: int = MOST_CALLS,
) -> tuple[Waited, ...]:
    """Fail unless code that waits for a job keeps the laws, whenever it begins to wait.

    The laws: it raises nothing but what is allowed; it does not wait for ever, nor without
    sleeping; it is not done before the job has ended; it says the same of the job in every phase
    (but where it has stopped it itself, which makes the job live otherwise);
    where `is_success` tells, it takes success for success and nothing else; and, where
    `outcome_of` tells, it says what the job has come to: success, failure, stop and time-out told
    apart, as far as the answers that it asked for can prove. Where they prove nothing and it says
    no more than they do, the ruling is inconclusive, and nobody is accused::

        assert_waiter(wait, life, outcome_of={"done": "succeeded", "halted": "stopped"}.get)

    While it runs, the functions of `time` are those of a `VirtualClock`: see its `patched` for
    what that reaches and what not. Time in which nothing changes is not gone through poll by poll:
    the first sleep after an answer lasts as many times its length as there are before the next
    change. So each poll comes when it would have come, but for those left out.

    Args:
        wait: The code: called with a botocore client of SageMaker and a job's name.
        life: A life with an end. Its end in a `gone` state is described for ever, but where a
            phase says otherwise.
        allowed: Exceptions that are verdicts, told apart by their types.
        verdict: What must be the same of what the code returns. By default all of it.
        is_success: Whether a verdict (what `verdict` returned, or the type of an exception) is
            success.
        outcome_of: The outcome that a verdict stands for, or its name; None of one that says
            nothing. A verdict is what `is_success` gets.
        phases: When to begin, and how well the service answers; by default `phases_of`, where
            no call is refused and nothing is forgotten.
        patience: How many seconds after the end it may go on waiting; or five times its longest
            sleep (of those until then and the next five), if that is more.
        most_calls: How many calls it may make after the end.

    Returns:
        What it did in each phase.

    Raises:
        AssertionError: It broke a law; the text tells the life, the phase, the answers it got and
            what it did.
        MissingExtraError: boto3 is not installed.
        UnknownNameError: `outcome_of` names an outcome that there is not.
        ValueError: The life has no end.
    """
    if not life.result.final:
        raise ValueError(f"nobody can wait for the end of a life that has none: {life}")
    trial = _Trial(wait, life, allowed, verdict, patience, most_calls)
    done: list[Waited] = []
    for phase in phases_of(life) if phases is None else phases:
        waited = trial.run(phase)
        if is_success is not None:
            _agree_on_success(waited, is_success)
        if outcome_of is not None:
            waited = _ruled(waited, said_outcome(outcome_of(waited.verdict)), trial.calls)
        for other in [each for each in done if each.life == waited.life][:1]:
            _agree(other, waited)
        done.append(waited)
    return tuple(done)


# --- One phase ----------------------------------------------------------------------------------


@define
class _Trial:
    """A waiter and a life, to be tried in one phase after the other."""

    wait: Waiter
    life: Life
    allowed: tuple[type[Exception], ...]
    verdict: Callable[[Any], object]
    patience: float
    most_calls: int
    _client: Any = field(default=None, init=False)
    _run: _Run = field(init=False)

    def run(self, phase: WaitPhase) -> Waited:
        """Let it wait, and see that it keeps the laws that one phase can show."""
        clock = VirtualClock(self.life.start + timedelta(seconds=phase.begins))
        self._run = run = _Run(self.life, phase, clock, Patience(self.patience), self.most_calls)
        if self._client is None:
            self._client = connected(self._current)
        raised, said = self._outcome(run)
        end = ended(run.life)
        waited = Waited(phase, said, raised, run.seconds, run.noted(), run.life)
        if isinstance(raised, ClockStoppedError):
            text = run.told(f"does not come to an end: {raised.reason}", waited)
            raise AssertionError(text)  # noqa: TRY004 - no argument is wrong, a law is broken
        if raised is not None and not isinstance(raised, self.allowed):
            text = run.told(f"raised {type(raised).__name__}, which is not allowed", waited)
            raise AssertionError(text) from raised
        if run.clock.now() < end:
            what = f"was done {(end - run.clock.now()).total_seconds():g} s before the job's end"
            raise AssertionError(run.told(what, waited)) from raised
        return waited

    @property
    def calls(self) -> Sequence[Call]:
        """What it asked in the last phase, and the answers."""
        return self._run.service.calls

    def _outcome(self, run: _Run) -> tuple[BaseException | None, object]:
        name = self.life.job.id.rsplit("/", 1)[-1]
        try:
            with run.clock.patched():
                returned = self.wait(self._client, name)
        except (Exception, ClockStoppedError) as error:  # noqa: BLE001 - which, the laws say
            return error, type(error)
        return None, self.verdict(returned)

    def _current(self, request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        """Let the service of this phase answer: one client serves all, for it is slow to make."""
        return self._run.service.answered(request)


class _Run:
    """What happens in one phase, noted line by line."""

    def __init__(
        self,
        life: Life,
        phase: WaitPhase,
        clock: VirtualClock,
        patience: Patience,
        most_calls: int,
    ) -> None:
        self.phase = phase
        self.clock = clock
        self.service = Service(
            life,
            clock,
            lag=phase.lag,
            behind=phase.behind,
            gone_after=phase.gone_after,
            fault=self._throttle,
        )
        self.steps: list[str] = []
        self._most_calls = most_calls
        self._told = 0
        self._instant: tuple[datetime, int] = (clock.now(), 0)
        self._begun = clock.now()
        self._calls_after = 0
        self._patience = patience
        #: Since the last answer nobody has slept.
        self._answered = False
        self._wait()
        self.service.called = self._calling
        clock.slept = self._sleeping

    @property
    def life(self) -> Life:
        """The job's life, as it is by now."""
        return self.service.lives[0]

    @property
    def _end(self) -> datetime:
        """When the last form of answers tells of the end."""
        late = timedelta(seconds=max(self.phase.behind.values(), default=0.0))
        return max(ended(self.life) + late, self._begun)

    @property
    def seconds(self) -> float:
        """How long ago the job was created."""
        return (self.clock.now() - self.life.start).total_seconds()

    def told(self, what: str, waited: Waited) -> str:
        """Return a failure's text."""
        return f"the waiter {what}\n  the life: {self.life}\n{_story(waited)}"

    def noted(self) -> tuple[str, ...]:
        """Return what it did, a line each."""
        self._note_answers()
        return tuple(self.steps)

    def _sleeping(self, seconds: float) -> None:
        self._note_answers()
        self._patience.slept(seconds, after=self.clock.now() > self._end)
        self._wait()
        more = self._times(seconds) - 1 if self._answered else 0
        self._answered = False
        told = f" {more + 1:,} times, while nothing changed" if more else ""
        self.steps.append(f"+{self.seconds:g} s: slept {seconds:g} s{told}")
        self.clock.advance(more * seconds)

    def _wait(self) -> None:
        """Let it wait for the end, as it is by now, and be patient after it."""
        self.clock.until = self._end + timedelta(seconds=self._patience.seconds)

    def _times(self, seconds: float) -> int:
        """Return how many times a sleep fits before what changes after the last answer; or once."""
        answered = self.service.calls[-1].at
        if answered >= self._end:
            return 1
        changes = shown_changes(self.life, self.phase)
        return whole_sleeps(seconds, self.clock.now(), next_change(changes, answered))

    def _throttle(self, _: str, __: object) -> RefusedRequestError | None:
        """Refuse the calls that the phase says are too many; each is noted when it is answered."""
        if len(self.service.calls) + 1 not in self.phase.throttled:
            return None
        return refusals.throttled(_CODES)

    def _calling(self, _: str) -> None:
        self._note_answers()
        now = self.clock.now()
        self._calls_after += now >= self._end
        if self._calls_after > self._most_calls:
            raise ClockStoppedError(f"it made {self._most_calls:,} calls after the job's end")
        instant, count = self._instant
        self._instant = now, count + 1 if now == instant else 1
        if self._instant[1] > MOST_AT_ONCE:
            raise ClockStoppedError(f"it made {MOST_AT_ONCE} calls at one instant, without sleep")

    def _note_answers(self) -> None:
        for call in self.service.calls[self._told :]:
            at = (call.at - self.life.start).total_seconds()
            self.steps.append(f"+{at:g} s: {call}")
            self._answered = call.refused != _CODES.throttled  # that tells nothing
        self._told = len(self.service.calls)


# --- Words --------------------------------------------------------------------------------------


def _story(waited: Waited, most: int = MOST_TOLD) -> str:
    steps = "".join(f"    {step}\n" for step in shortened(waited.steps, most))
    return f"  the phase: {waited.phase}\n{steps}    {waited}"


def _agree_on_success(waited: Waited, is_success: Callable[[object], bool]) -> None:
    life = waited.life
    succeeded = life.result.outcome is Outcome.SUCCEEDED
    if is_success(waited.verdict) is not succeeded:
        took = "did not take for success" if succeeded else "took for success"
        raise AssertionError(
            f"the waiter {took} what is {life.result.outcome}\n  the life: {life}\n{_story(waited)}"
        )


def _ruled(waited: Waited, said: Outcome, calls: Iterable[Call]) -> Waited:
    life = waited.life
    waited = evolve(waited, ruling=ruling(said, life, calls))
    if waited.ruling is Ruling.ILLEGAL:
        took = "said nothing of" if said is Outcome.UNKNOWN else f"took for {said}"
        text = f"the waiter {took} what is {life.result.outcome}"
        raise AssertionError(f"{text}\n  the life: {life}\n{_story(waited)}")
    return waited


def _agree(one: Waited, other: Waited) -> None:
    """See that it says the same in two phases; what answers leave open may differ."""
    if one.verdict == other.verdict or Ruling.INCONCLUSIVE in {one.ruling, other.ruling}:
        return
    raise AssertionError(
        "the waiter says different things of one life, depending on when it looks\n"
        f"  the life: {one.life}\n{_story(one, MOST_OF_TWO)}\n{_story(other, MOST_OF_TWO)}"
    )
