"""Planted bugs, each found by at most ten lines of test, in seconds; their stories are short."""

from __future__ import annotations

import contextlib
import inspect
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jobstate import Outcome, Result
from jobstate.testing import Ruling, assert_orchestrator, assert_waiter, lives
from tests.support.lives_for_tests import STORIES, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.testing import Life

QUICK = settings(deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False)
#: How many lines a test, and the story of a failure, may have.
MOST_LINES = 10
#: What docs/outcomes.md says of both statuses, by the secondary one.
OUTCOMES = {
    "Completed": "succeeded",
    "Failed": "failed",
    "Stopped": "stopped",
    "MaxRuntimeExceeded": "timed_out",
    "MaxWaitTimeExceeded": "timed_out",
}
ENDED = {"Completed", "Failed", "Stopped", "Deleting"}
NEEDED = {
    "RoleArn": "arn:aws:iam::111122223333:role/trains",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/prefix"},
}


def describe(client: Any, name: str) -> dict[str, Any]:
    """Return what the service says of a job."""
    answer: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
    return answer


# --- Programs that wait -------------------------------------------------------------------------


def wait(client: Any, name: str) -> str:
    """Wait as it should be done."""
    while describe(client, name)["TrainingJobStatus"] not in ENDED:
        time.sleep(1_800)
    return OUTCOMES[describe(client, name)["SecondaryStatus"]]


def takes_stopped_for_success(client: Any, name: str) -> str:
    """Know failure and success only."""
    return "failed" if wait(client, name) == "failed" else "succeeded"


def takes_a_time_for_granted(client: Any, name: str) -> str:
    """Say how long it trained: no job has TrainingStartTime that never began to."""
    said = wait(client, name)
    job = describe(client, name)
    print(job["TrainingEndTime"] - job["TrainingStartTime"])  # noqa: T201 - a program
    return said


def waits_for_deleting(client: Any, name: str) -> str:
    """Know no Deleting."""
    while describe(client, name)["TrainingJobStatus"] not in ENDED - {"Deleting"}:
        time.sleep(1_800)
    return OUTCOMES[describe(client, name)["SecondaryStatus"]]


def takes_a_time_out_for_a_stop(client: Any, name: str) -> str:
    """Look at the primary status alone."""
    return {"timed_out": "stopped"}.get(said := wait(client, name), said)


# --- Programs that see jobs through -------------------------------------------------------------


def orchestrate(
    client: Any, name: str, store: dict[str, Any], tell: Callable[[str, Any], None]
) -> None:
    """See a job through as it should be done: what is done is stored, what is stored not done."""
    ends, tries = store.setdefault("told", []), store.setdefault("tries", [name])
    while True:
        job = describe(client, tries[-1])
        if job["TrainingJobStatus"] not in ENDED:
            time.sleep(1_800)
            continue
        if tries[-1] not in ends:
            tell(tries[-1], OUTCOMES[job["SecondaryStatus"]])
            ends.append(tries[-1])
        if not job.get("FailureReason", "").startswith("CapacityError"):
            return
        again = f"{name[:60]}-{len(tries)}"
        with contextlib.suppress(client.exceptions.ResourceInUse):  # it died before it stored that
            client.create_training_job(TrainingJobName=again, **NEEDED)
        tries.append(again)


def forgets_what_it_told(
    client: Any, name: str, store: dict[str, Any], tell: Callable[[str, Any], None]
) -> None:
    """Keep what was told where it dies with the process."""
    known: set[str] = set()

    def once(job: str, outcome: object) -> None:
        if job not in known:
            known.add(job)
            tell(job, outcome)

    orchestrate(client, name, {**store, "told": []}, once)


def never_tries_again(
    client: Any, name: str, store: dict[str, Any], tell: Callable[[str, Any], None]
) -> None:
    """Take every failure for the job's own."""
    while describe(client, name)["TrainingJobStatus"] not in ENDED:
        time.sleep(1_800)
    if not store.get("told"):
        tell(name, OUTCOMES[describe(client, name)["SecondaryStatus"]])
        store["told"] = True


# --- The tests that find them -------------------------------------------------------------------


def finds_by_outcome(wait: Callable[[Any, str], object]) -> None:
    """Hold code that waits against the four outcomes."""

    @given(lives(complete=True))
    @QUICK
    def test_it(life: Life) -> None:
        assert_waiter(wait, life, outcome_of=str)

    test_it()


def finds_by_policy(orchestrate: Any) -> None:
    """Hold code that sees jobs through against its policy."""

    def policy(result: Result) -> bool:
        return result.cause == "no_capacity"

    @given(st.lists(lives(outcome=Outcome.FAILED, complete=True), min_size=1, max_size=2))
    @QUICK
    def test_it(tries: list[Life]) -> None:
        assert_orchestrator(orchestrate, tries, retry=policy)

    test_it()


PLANTED: dict[Callable[..., object], tuple[Callable[..., None], str]] = {
    takes_stopped_for_success: (
        finds_by_outcome,
        r"the waiter took for succeeded what is (stopped|timed_out)",
    ),
    takes_a_time_for_granted: (finds_by_outcome, "the waiter raised KeyError, which is not allow"),
    waits_for_deleting: (finds_by_outcome, "the waiter does not come to an end: it waited beyond"),
    takes_a_time_out_for_a_stop: (
        finds_by_outcome,
        "the waiter took for stopped what is timed_out",
    ),
    forgets_what_it_told: (finds_by_policy, "the orchestrator told the end of .* twice"),
    never_tries_again: (
        finds_by_policy,
        r"the orchestrator did not try again what failed \(no_capacity\), as the policy wants",
    ),
}


@pytest.mark.parametrize("program", PLANTED, ids=lambda each: each.__name__)
def test_planted_bugs_are_found(program: Callable[..., object]) -> None:
    """By few lines, at once; and what is told is short."""
    finds, text = PLANTED[program]
    with pytest.raises(AssertionError) as found:
        finds(program)
    story = str(found.value).splitlines()
    assert re.match(text, story[0])
    assert story[1].startswith("  the life")
    assert len(story) <= MOST_LINES
    body = inspect.getsource(finds).rstrip().splitlines()[2:]
    assert len([line for line in body if line]) <= MOST_LINES


@pytest.mark.parametrize("name", STORIES)
def test_right_programs_pass(name: str) -> None:
    """Nobody is accused who keeps the laws."""
    done = assert_waiter(wait, told(name), outcome_of=str)
    assert {each.ruling for each in done} == {Ruling.LEGAL}
    lives = [told("failed", failure="CapacityError: none"), told(name)]
    runs = assert_orchestrator(
        orchestrate, lives, retry=lambda result: result.cause == "no_capacity"
    )
    assert {each for run in runs for each in run.rulings.values()} == {Ruling.LEGAL}
    assert {tuple(run.rulings) for run in runs} == {("failed", "failed-1")}
    assert runs[0].died is None
    assert len(runs) > 3


def test_the_outcomes_are_those_of_the_library() -> None:
    """The four that the programs tell apart."""
    assert set(OUTCOMES.values()) == {
        str(each)
        for each in (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.STOPPED, Outcome.TIMED_OUT)
    }
