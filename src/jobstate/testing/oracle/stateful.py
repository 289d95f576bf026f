"""Systems under test (fakes, emulators) driven at random, and every answer judged: `check_system`.

What the system says of each job goes through the strict oracle: the first thing that no job does
fails the test, with the story of what was done to the system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, TypeAlias

from attrs import define, field
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from jobstate.conformance.answers import observations
from jobstate.conformance.check import Series
from jobstate.errors import ObservationError
from jobstate.model.hidden_states import feature_sets
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import Observation

#: Makes a job with some features, all that answers can show of jobs; returns its name.
Create: TypeAlias = Callable[[Mapping[str, bool]], str]
#: Asks for a job's stop.
Stop: TypeAlias = Callable[[str], object]
#: Returns what the system says of a job.
Describe: TypeAlias = Callable[[str], Any]
#: Lets seconds pass in the system.
Advance: TypeAlias = Callable[[float], object]

#: How many seconds may pass at a step: from next to nothing to more than a job lasts.
SECONDS: Final = (0.5, 5.0, 60.0, 600.0, 7_200.0)
#: How much of the story a failure tells, from the end.
MOST_TOLD: Final = 40


class Witness:
    """Sees what is done to a system and what it says, and fails at the first impossible thing.

    Attributes:
        lifecycle: The life cycle that judges.
        story: What was done and said, a line each.
        failed: It has seen something impossible.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.failed = False
        self.story: list[str] = []
        self._jobs: dict[str, _Job] = {}

    @property
    def names(self) -> list[str]:
        """The names of the jobs, in the order of their creation."""
        return list(self._jobs)

    def created(self, name: str, features: Mapping[str, bool]) -> None:
        """Note that a job was created.

        Args:
            name: Its name; that of an earlier job means that the system made a new one.
            features: Its features.
        """
        having = ", ".join(each for each, has in sorted(features.items()) if has)
        self.note(f"create({having or 'no features'}) → {name}")
        self._jobs[name] = _Job(features, Series(self.lifecycle))

    def note(self, line: str) -> None:
        """Note anything else that was done."""
        self.story.append(line)

    def described(self, name: str, answer: object) -> None:
        """Judge what the system says of a job.

        Raises:
            AssertionError: No job does so, the answer can't be read, or is about another job.
        """
        try:
            said = [each for _, each in observations(self.lifecycle, answer)]
        except ObservationError as error:
            self.note(f"describe({name}) → {type(answer).__name__}")
            self._fail(name, [str(error)])
        for observation in said:
            shown = ", ".join(map(str, observation.shown.values()))
            statuses = ", ".join(entry.status for entry in observation.entries)
            self.note(f"describe({name}) → {shown} [{statuses}]")
            self._judge(name, self._jobs[name], observation)
        if not said:
            self.note(f"describe({name}) → nothing")
            self._fail(name, ["the answer says nothing of any job"])

    def _judge(self, name: str, job: _Job, observation: Observation) -> None:
        series = job.series
        if not series.takes(observation):
            self._fail(name, [f"the answer is about {observation.job}, and was about {series.job}"])
        wrong = [
            f"{feature} was {'asked for' if asked else 'not asked for'}, and is shown otherwise"
            for feature, asked in job.features.items()
            if observation.features.get(feature, asked) is not asked
        ]
        if wrong:
            self._fail(name, wrong)
        series.add(observation)
        broken = [
            f"{each.rule}: {each.message}"
            for each in series.report().violations
            if each.severity is Severity.ERROR
        ]
        if broken:
            self._fail(name, broken)

    def _fail(self, name: str, wrong: Sequence[str]) -> NoReturn:
        self.failed = True
        shown = self.story[-MOST_TOLD:]
        left = len(self.story) - len(shown)
        before = [f"  … {left:,} steps before"] if left else []
        raise AssertionError(
            "\n".join(
                [
                    f"the system did what no job of {self.lifecycle} does",
                    *before,
                    *(f"  {line}" for line in shown),
                    *(f"  ✗ {name}: {each}" for each in wrong),
                ]
            )
        )


@define
class _Job:
    features: Mapping[str, bool]
    series: Series = field(repr=False)


# --- With Hypothesis ----------------------------------------------------------------------------


class SystemMachine(RuleBasedStateMachine):
    """A state machine of Hypothesis to subclass: it drives a system and judges what it says.

    Say which life cycle, and how the system creates, stops and describes jobs. In a test:
    ``TestMySystem = MySystem.TestCase``. Hypothesis finds the fewest steps that fail.

    Attributes:
        lifecycle: The life cycle that judges.
        refusals: Exceptions by which the system may refuse a stop: of a finished job, say.
        witness: What judges; it is there once the system is.
    """

    lifecycle: ClassVar[Lifecycle]
    refusals: ClassVar[tuple[type[Exception], ...]] = ()
    jobs: ClassVar[Bundle[str]] = Bundle("jobs")

    def __init__(self) -> None:
        """Begin with no jobs.

        Raises:
            TypeError: The subclass says no life cycle.
        """
        super().__init__()
        lifecycle = getattr(type(self), "lifecycle", None)
        if lifecycle is None:
            raise TypeError(f"{type(self).__name__} needs a lifecycle, such as TRAINING_JOB")
        self.witness = Witness(lifecycle)

    def create(self, features: Mapping[str, bool]) -> str:
        """Create a job and return its name.

        Args:
            features: Feature name → whether the job has it; all that answers can show.
        """
        raise NotImplementedError

    def stop(self, name: str) -> object:
        """Ask for a job's stop."""
        raise NotImplementedError

    def describe(self, name: str) -> object:
        """Return what the system says of a job, in any form that the life cycle's reader takes."""
        raise NotImplementedError

    def advance(self, seconds: float) -> object:
        """Let time pass in the system; one that has no clock to set does nothing."""

    @rule(target=jobs, data=st.data())
    def _create(self, data: st.DataObject) -> str:
        features = data.draw(st.sampled_from(possible_features(self.lifecycle)), label="features")
        name = self.create(features)
        self.witness.created(name, features)
        return name

    @rule(name=jobs)
    def _stop(self, name: str) -> None:
        self.witness.note(f"stop({name})")
        try:
            self.stop(name)
        except self.refusals as error:
            self.witness.note(f"  refused: {error}")

    @rule(name=jobs)
    def _describe(self, name: str) -> None:
        self.witness.described(name, self.describe(name))

    @rule(seconds=st.sampled_from(SECONDS))
    def _advance(self, seconds: float) -> None:
        self.witness.note(f"advance({seconds:g} s)")
        self.advance(seconds)

    @rule(name=jobs, seconds=st.sampled_from(SECONDS), times=st.integers(2, 6))
    def _watch(self, name: str, seconds: float, times: int) -> None:
        for _ in range(times):
            self._advance(seconds)
            self._describe(name)

    def teardown(self) -> None:
        """Judge what the system says of each job at last."""
        # Hypothesis tears down after a failure too; a second one would only hide the first.
        for name in self.witness.names if not self.witness.failed else ():
            self._describe(name)


def possible_features(lifecycle: Lifecycle) -> list[dict[str, bool]]:
    """Return each set of features that a job can have and answers can show, the smallest first."""
    shown = [feature.name for feature in lifecycle.features if feature.shown]
    every = [{name: each[name] for name in shown} for each in feature_sets(lifecycle)]
    return sorted(every, key=lambda features: sum(features.values()))


# --- Without ------------------------------------------------------------------------------------


def check_system(  # noqa: PLR0913 - the system's functions, and how far to go
    create: Create,
    stop: Stop,
    describe: Describe,
    *,
    lifecycle: Lifecycle,
    advance: Advance | None = None,
    refusals: tuple[type[Exception], ...] = (),
    steps: int = 200,
    seed: int = 0,
) -> Witness:
    """Fail if a system, driven at random, says of a job what no job does.

    Args:
        create: Creates a job with some features and returns its name.
        stop: Asks for a job's stop.
        describe: Returns what the system says of a job.
        lifecycle: The life cycle that judges.
        advance: Lets seconds pass in the system; None where it has no clock to set.
        refusals: Exceptions by which the system may refuse a stop.
        steps: How many things are done to the system.
        seed: What chance is made from; the same seed does the same things.

    Returns:
        What was seen: `Witness.story` tells it.

    Raises:
        AssertionError: It did; the text tells the story up to there.
    """
    run = _RandomRun(Witness(lifecycle), create, stop, describe, advance, refusals)
    chance = Random(seed)  # noqa: S311 - the same steps each time, no secret
    for _ in range(steps):
        run.step(chance)
    for name in run.witness.names:
        run.witness.described(name, describe(name))
    return run.witness


@define
class _RandomRun:
    """A system that is driven at random."""

    witness: Witness
    create: Create
    stop: Stop
    describe: Describe
    advance: Advance | None
    refusals: tuple[type[Exception], ...]

    def step(self, chance: Random) -> None:
        """Do one thing: most often, time passes and a job is described."""
        names = self.witness.names
        (do,) = chance.choices(("create", "stop", "advance", "describe"), (1, 1, 5, 8))
        if do == "create" or not names:
            features = chance.choice(possible_features(self.witness.lifecycle))
            self.witness.created(self.create(features), features)
        elif do == "describe":
            name = chance.choice(names[-3:])
            self.witness.described(name, self.describe(name))
        elif do == "stop":
            self._stop(chance.choice(names[-3:]))
        elif self.advance is not None:
            seconds = chance.choice(SECONDS)
            self.witness.note(f"advance({seconds:g} s)")
            self.advance(seconds)

    def _stop(self, name: str) -> None:
        self.witness.note(f"stop({name})")
        try:
            self.stop(name)
        except self.refusals as error:
            self.witness.note(f"  refused: {error}")
