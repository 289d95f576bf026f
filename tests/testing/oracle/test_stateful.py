"""Systems driven at random: a good fake passes, and each planted bug is found with its story."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from jobstate.model.life import Life, Stay
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.oracle.stateful import SystemMachine, Witness, check_system, possible_features
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.model.lifecycle import Lifecycle


class Refused(Exception):  # noqa: N818 - as a service would say it
    """A finished job is not stopped."""


class Fake:
    """A service whose jobs complete, unless they are stopped while they run."""

    def __init__(self) -> None:
        self.clock = VirtualClock(BEGIN)
        self.lives: dict[str, Life] = {}

    def create(self, features: Mapping[str, bool]) -> str:
        """Create a job that will complete."""
        name = f"job-{len(self.lives) + 1}"
        after = (self.clock.now() - BEGIN).total_seconds()
        self.lives[name] = told("completed", job=name, after=after, features=dict(features))
        return name

    def stop(self, name: str) -> None:
        """End a job at once, if it runs."""
        life, now = self.lives[name], self.clock.now()
        begun = [stay for stay in life.stays if stay.start <= now]
        primary, _, secondary = begun[-1].state.partition("/")
        if primary != "InProgress":
            raise Refused(f"{name} is {primary}")
        later = now + timedelta(seconds=1)
        stays = (
            *begun,
            Stay(f"Stopping/{secondary}", later),
            *(
                [Stay("Stopping/Stopping", later + timedelta(seconds=1))]
                * (secondary != "Uploading")
            ),
            Stay("Stopped/Stopped", later + timedelta(seconds=5)),
        )
        self.lives[name] = Life(
            lifecycle=life.lifecycle, job=life.job, stays=stays, features=life.features
        )

    def describe(self, name: str) -> Any:
        """Return the description."""
        return self.lives[name].at(self.clock.now())


class GoesBack(Fake):
    """A while after its end a job starts again."""

    def describe(self, name: str) -> Any:
        """Return the description, with the bug."""
        life = self.lives[name]
        again = self.clock.now() - life.end
        if again > timedelta(hours=1):
            answer = life.at(life.start)
            return {**answer, "LastModifiedTime": self.clock.now()}
        return super().describe(name)


class EndsTooEarly(Fake):
    """A running job has an end time already."""

    def describe(self, name: str) -> Any:
        """Return the description, with the bug."""
        answer = super().describe(name)
        if answer["SecondaryStatus"] == "Training":
            answer["TrainingEndTime"] = answer["LastModifiedTime"]
        return answer


class Forgets(Fake):
    """Only the last two entries are kept."""

    def describe(self, name: str) -> Any:
        """Return the description, with the bug."""
        answer = super().describe(name)
        answer["SecondaryStatusTransitions"] = answer["SecondaryStatusTransitions"][-2:]
        return answer


class ChangesSpot(Fake):
    """All jobs are shown as spot jobs, asked for or not."""

    def describe(self, name: str) -> Any:
        """Return the description, with the bug."""
        return {**super().describe(name), "EnableManagedSpotTraining": True}


class Confuses(Fake):
    """After two hours answers are about another job."""

    def describe(self, name: str) -> Any:
        """Return the description, with the bug."""
        answer = super().describe(name)
        if self.clock.now() > BEGIN + timedelta(hours=2):
            answer["TrainingJobName"] += "-2"
            answer["TrainingJobArn"] += "-2"
        return answer


class Garbles(Fake):
    """Answers can't be read."""

    def describe(self, name: str) -> Any:
        """Return the description, with the bug."""
        return {**super().describe(name), "TrainingJobStatus": 7}


class Silent(Fake):
    """Nothing is said."""

    def describe(self, name: str) -> Any:  # noqa: ARG002 - as it is called
        """Return the description, with the bug."""
        return []


BUGS: dict[type[Fake], str] = {
    GoesBack: "history-rewritten: ",
    EndsTooEarly: "end-time-only-when-terminal: ",
    Forgets: "creation-time-is-first-entry: ",
    ChangesSpot: "spot was not asked for, and is shown otherwise",
    Confuses: "-2 (created ",
    Garbles: "expected ",
    Silent: "the answer says nothing of any job",
}


def checked(fake: Fake, seed: int) -> Witness:
    """Drive a fake by chance."""
    return check_system(
        fake.create,
        fake.stop,
        fake.describe,
        lifecycle=TRAINING_JOB,
        advance=fake.clock.advance,
        refusals=(Refused,),
        seed=seed,
    )


def machine(kind: type[Fake]) -> type[SystemMachine]:
    """Return the state machine that drives a kind of fake."""

    class Driven(SystemMachine):
        lifecycle: ClassVar[Lifecycle] = TRAINING_JOB
        refusals = (Refused,)

        def __init__(self) -> None:
            super().__init__()
            self.fake = kind()

        def create(self, features: Mapping[str, bool]) -> str:
            return self.fake.create(features)

        def stop(self, name: str) -> None:
            self.fake.stop(name)

        def describe(self, name: str) -> Any:
            return self.fake.describe(name)

        def advance(self, seconds: float) -> None:
            self.fake.clock.advance(seconds)

    return Driven


FEW = settings(
    max_examples=60, stateful_step_count=15, deadline=None, database=None, derandomize=True
)
#: It stops at the first failure, so the bound is only there to end a search in vain.
UNSHRUNK = settings(FEW, max_examples=2_000, phases=(Phase.generate,), report_multiple_bugs=False)


def test_a_good_fake_passes_by_hypothesis() -> None:
    """No false alarm, whatever is done to it."""
    run_state_machine_as_test(machine(Fake), settings=FEW)


@pytest.mark.parametrize("kind", BUGS, ids=lambda kind: kind.__name__)
def test_each_bug_is_found_by_hypothesis(kind: type[Fake]) -> None:
    """The failure tells what was done and what is wrong."""
    with pytest.raises(AssertionError, match="did what no job of sagemaker-training-job") as found:
        run_state_machine_as_test(machine(kind), settings=UNSHRUNK)
    assert BUGS[kind] in str(found.value)
    assert "  create(" in str(found.value)


@pytest.mark.parametrize("seed", range(10))
def test_a_good_fake_passes_by_chance(seed: int) -> None:
    """No false alarm; and the run saw stops, refusals and the end of jobs."""
    story = "\n".join(checked(Fake(), seed).story)
    assert "Completed/Completed [Starting, Downloading, Training, Uploading, Completed]" in story
    assert "  refused: " in story


@pytest.mark.parametrize("kind", BUGS, ids=lambda kind: kind.__name__)
def test_each_bug_is_found_by_chance(kind: type[Fake]) -> None:
    """Without Hypothesis too, in each of a few runs."""
    for seed in range(5):
        with pytest.raises(AssertionError, match="did what no job of sagemaker-training") as found:
            checked(kind(), seed)
        assert BUGS[kind] in str(found.value)


def test_the_same_seed_does_the_same() -> None:
    """A failure can be had again."""
    assert checked(Fake(), 3).story == checked(Fake(), 3).story
    assert checked(Fake(), 3).story != checked(Fake(), 4).story


def test_a_system_without_a_clock() -> None:
    """Time need not be anybody's to set."""
    fake = Fake()
    witness = check_system(
        fake.create, fake.stop, fake.describe, lifecycle=TRAINING_JOB, refusals=(Refused,), steps=40
    )
    assert not any(line.startswith("advance") for line in witness.story)


def test_what_the_system_raises_comes_through() -> None:
    """Only refusals of stops are expected."""
    fake = Fake()
    with pytest.raises(Refused):
        check_system(
            fake.create, fake.stop, fake.describe, lifecycle=TRAINING_JOB,
            advance=fake.clock.advance,
        )  # fmt: skip


def test_a_machine_needs_a_life_cycle() -> None:
    """It says so before anything is driven."""

    class Nameless(SystemMachine):
        pass

    with pytest.raises(TypeError, match="Nameless needs a lifecycle, such as TRAINING_JOB"):
        Nameless()


def test_a_machine_without_a_clock() -> None:
    """A subclass that has no `advance` lets time pass and nothing happens."""

    class Still(SystemMachine):
        lifecycle: ClassVar[Lifecycle] = PARCELS

    still = Still()
    still.advance(5.0)
    calls: list[Callable[[], object]] = [
        lambda: still.create({}),
        lambda: still.stop("x"),
        lambda: still.describe("x"),
    ]
    for call in calls:
        with pytest.raises(NotImplementedError):
            call()


def test_any_life_cycle() -> None:
    """Where there is no reader the system says observations; the first wrong one fails."""
    assert possible_features(PARCELS)[0] == {"insured": False, "cheap": False}
    assert {"insured": True, "cheap": True} not in possible_features(PARCELS)
    witness = Witness(PARCELS)
    witness.created("p", {"insured": False})
    witness.described("p", parcel("sent", insured=False))
    with pytest.raises(AssertionError) as found:
        witness.described("p", parcel("packed"))
    assert str(found.value) == (
        "the system did what no job of parcel 1 does\n"
        "  create(no features) → p\n"
        "  describe(p) → sent []\n"
        "  describe(p) → packed []\n"
        "  ✗ p: illegal-transition: packed can't come after sent: the way there is only for jobs"
        " with: insured"
    )


def test_a_long_story_is_cut() -> None:
    """What was done last is told, and how much came before."""
    witness = Witness(PARCELS)
    for number in range(60):
        witness.note(f"step {number}")
    witness.created("p", {})
    with pytest.raises(AssertionError) as found:
        witness.described("p", [])
    text = str(found.value)
    assert "  … 22 steps before\n  step 22\n" in text
    assert text.endswith("  ✗ p: the answer says nothing of any job")


def test_the_stories_are_legal() -> None:
    """What the fakes tell is legal by itself, at every change and all together."""
    for name in STORIES:
        witness = Witness(TRAINING_JOB)
        witness.created("p", {})
        life = told(name)
        for time in life.changes:
            witness.described("p", life.at(time))
