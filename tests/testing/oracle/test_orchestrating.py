"""The laws of code that sees jobs through: each is held, across restarts, and nothing else is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate.errors import UnknownNameError
from jobstate.testing import Ruling, assert_orchestrator
from tests.support.lives_for_tests import STORIES, told
from tests.testing.oracle.test_planted import ENDED, NEEDED, OUTCOMES, describe, orchestrate

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate import Result
    from jobstate.model.life import Life

FULL = "CapacityError: no instances"
TWO = (told("failed", failure=FULL), told("completed"))


def no_capacity(result: Result) -> bool:
    """Try again where there was no capacity."""
    return result.cause == "no_capacity"


def ends_with(client: Any, name: str) -> str:
    """Return what a job has come to, once it has."""
    while (job := describe(client, name))["TrainingJobStatus"] not in ENDED:
        time.sleep(60)
    return OUTCOMES[job["SecondaryStatus"]]


def fails(orchestrate: Any, *lives: Life, **more: Any) -> str:
    """Return the story of a broken law."""
    with pytest.raises(AssertionError) as found:
        assert_orchestrator(orchestrate, lives or TWO, retry=no_capacity, **more)
    story = str(found.value)
    assert len(story.splitlines()) <= 10
    return story


def test_what_it_did_comes_back() -> None:
    """Each run: that without a death, and those with one, where there was something to lose."""
    first, *others = assert_orchestrator(orchestrate, TWO, retry=no_capacity)
    assert first.died is None
    assert first.rulings == {"failed": Ruling.LEGAL, "failed-1": Ruling.LEGAL}
    assert [step.partition(": ")[2] for step in first.steps if "told" in step] == [
        "told 'failed' of failed",
        "told 'succeeded' of failed-1",
    ]
    assert [step for step in first.steps if "CreateTrainingJob" in step] == [
        "+1800 s: CreateTrainingJob failed-1"
    ]
    assert len(others) == len({each.died for each in others}) == 5
    for each in others:
        assert each.died
        assert sum("it died" in step for step in each.steps) == 1
        assert each.rulings == first.rulings


def test_a_scheduler_calls_it() -> None:
    """Where it does not wait itself: every now and then, what it stored is all that it has."""

    def looks(client: Any, name: str, store: dict[str, Any], tell: Callable[..., None]) -> None:
        job = describe(client, name)
        if job["TrainingJobStatus"] in ENDED and not store:
            tell(name, OUTCOMES[job["SecondaryStatus"]])
            store["told"] = True

    for name in STORIES:
        assert_orchestrator(looks, told(name), every=60)
    assert "never told the end of completed" in fails(looks, told("completed"))


def by_waiting(interval: float) -> Any:
    """Return code that looks every so often, and tells the end once."""

    def waits(client: Any, name: str, store: Any, tell: Callable[..., None]) -> None:
        while (job := describe(client, name))["TrainingJobStatus"] not in ENDED:
            time.sleep(interval)
        if "told" not in store:
            tell(name, OUTCOMES[job["SecondaryStatus"]])
            store["told"] = True

    return waits


@pytest.mark.parametrize("interval", [1, 10_800, 86_400])
def test_any_interval(interval: float) -> None:
    """Patience follows those who look seldom, and they may die in their sleep."""
    for name in STORIES:
        (first, *_) = assert_orchestrator(by_waiting(interval), told(name))
        assert set(first.rulings.values()) == {Ruling.LEGAL}
        assert_orchestrator(by_waiting(60), told(name), every=interval)


def test_time_in_which_nothing_changes_is_jumped_over() -> None:
    """By whole intervals, before the end and, to look in vain, after it."""
    (first, *_) = assert_orchestrator(by_waiting(7), told("stopped early"))
    assert first.steps[:3] == (
        "+0 s: DescribeTrainingJob → InProgress/Starting",
        "+0 s: slept 7 s 12 times, while nothing changed",
        "+84 s: DescribeTrainingJob → InProgress/Starting",
    )
    calls = 0

    def daemon(client: Any, name: str, store: Any, tell: Callable[..., None]) -> None:
        nonlocal calls
        by_waiting(1)(client, name, store, tell)
        while True:
            describe(client, name)
            calls += 1
            time.sleep(1)

    assert_orchestrator(daemon, told("stopped early"), most_deaths=0)
    assert 20 <= calls <= 25


def test_one_that_never_returns() -> None:
    """A daemon has its time to tell; then the run is over."""

    def daemon(*arguments: Any) -> None:
        while True:
            orchestrate(*arguments)
            time.sleep(60)

    assert_orchestrator(daemon, TWO, retry=no_capacity)


def test_told_before_the_end() -> None:
    """Stopping is none."""

    def hasty(client: Any, name: str, _: object, tell: Callable[..., None]) -> None:
        while describe(client, name)["TrainingJobStatus"] == "InProgress":
            time.sleep(1)
        tell(name, "stopped")

    assert fails(hasty, told("stopped")).splitlines() == [
        "the orchestrator told the end of stopped before it came",
        f"  the life of stopped: {told('stopped')}",
        "    +0 s: DescribeTrainingJob → InProgress/Starting",
        "    +65 s: DescribeTrainingJob → InProgress/Downloading",
        "    +105 s: DescribeTrainingJob → InProgress/Training",
        "    +195 s: DescribeTrainingJob → Stopping/Training",
        "    +195 s: told 'stopped' of stopped",
    ]


def test_told_otherwise() -> None:
    """A stop is no failure; a word that is no outcome is refused, and one that says nothing is."""

    def says(word: object) -> Any:
        def tells(client: Any, name: str, store: Any, tell: Callable[..., None]) -> None:
            ends_with(client, name)
            if "told" not in store:
                tell(name, word)
            store["told"] = True

        return tells

    stopped = told("stopped")
    assert "took for failed what is stopped" in fails(says("failed"), stopped)
    assert "said nothing of what is stopped" in fails(says(None), stopped)
    assert_orchestrator(says("halted"), stopped, outcome_of={"halted": "stopped"}.get)
    with pytest.raises(UnknownNameError, match=r"no outcome 'halted' .*; there is: "):
        assert_orchestrator(says("halted"), stopped)


def test_told_of_nobody() -> None:
    """A job that there is not."""

    def mistaken(_: object, __: str, ___: object, tell: Callable[..., None]) -> None:
        tell("another", "failed")

    assert "told of 'another', a job that there is not" in fails(mistaken)


def test_tried_again_where_the_policy_forbids_it() -> None:
    """What failed by itself would fail again."""

    def eager(client: Any, name: str, *_: object) -> None:
        if ends_with(client, name) == "failed":
            client.create_training_job(TrainingJobName=f"{name}-1", **NEEDED)

    text = "tried again what failed (algorithm), which the policy forbids"
    assert text in fails(eager, told("failed"))


def test_tried_again_too_soon() -> None:
    """Before anybody knows what becomes of it."""

    def hasty(client: Any, name: str, *_: object) -> None:
        client.create_training_job(TrainingJobName=f"{name}-1", **NEEDED)

    assert "tried failed again before its end" in fails(hasty)


def test_tried_again_twice() -> None:
    """By a process that had forgotten the first time."""

    def forgetful(client: Any, name: str, store: Any, tell: Callable[..., None]) -> None:
        said = ends_with(client, name)
        if "told" not in store:
            tell(name, said)
            store["told"] = True
        again = f"{name}-{int(time.time())}"
        client.create_training_job(TrainingJobName=again, **NEEDED)
        tell(again, ends_with(client, again))

    assert "tried again what succeeded, which the policy forbids" in fails(forgetful)


def test_more_tries_than_lives() -> None:
    """The last one does not end; what is wanted was done."""
    runs = assert_orchestrator(orchestrate, TWO[:1], retry=no_capacity)
    assert {tuple(run.rulings) for run in runs} == {("failed",)}


def test_what_answers_do_not_tell() -> None:
    """Lists have no FailureReason, and Stopped alone may be a time-out: nobody is accused."""

    def by_list(client: Any, name: str, store: Any, tell: Callable[..., None]) -> None:
        while True:
            (job,) = client.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
            if job["TrainingJobStatus"] in ENDED:
                break
            time.sleep(60)
        if "told" not in store:
            tell(name, job["TrainingJobStatus"].lower())
        store["told"] = True

    (first, *_) = assert_orchestrator(by_list, TWO[:1], retry=no_capacity)
    assert first.rulings == {"failed": Ruling.INCONCLUSIVE}


def test_nothing_may_be_raised() -> None:
    """What was raised is the cause of the failure."""

    def raises(client: Any, name: str, *_: object) -> None:
        client.create_training_job(TrainingJobName=name, **NEEDED)

    assert "raised ResourceInUse('An error occurred (ResourceInUse) when" in fails(raises)

    def too_long(client: Any, name: str, *_: object) -> None:
        ends_with(client, name)
        client.create_training_job(TrainingJobName="-" * 70, **NEEDED)

    assert "(ValidationException) when calling the CreateTrainingJob operation" in fails(too_long)


def test_without_sleep() -> None:
    """It would be throttled."""

    def busy(client: Any, name: str, *_: object) -> None:
        while describe(client, name)["TrainingJobStatus"] not in ENDED:
            pass

    assert "made 50 calls at one instant, without sleep" in fails(busy)

    def looks(*_: object) -> None:
        while time.time() > 0:
            pass

    assert "looked at the clock 100,000 times and never slept" in fails(looks)


def test_lives_that_nobody_can_see_through() -> None:
    """One without an end; none at all."""
    life = told("completed")
    with pytest.raises(ValueError, match="a life that has none"):
        assert_orchestrator(orchestrate, attrs.evolve(life, stays=life.stays[:2]))
    with pytest.raises(ValueError, match="give at least one life"):
        assert_orchestrator(orchestrate, [])
