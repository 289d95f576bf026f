"""The laws of waiting code: good waiters pass, planted bugs are found; the client is botocore's."""

from __future__ import annotations

import contextlib
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, WaiterError
from hypothesis import given, settings

from jobstate import Outcome, check
from jobstate.errors import MissingExtraError, UnknownNameError
from jobstate.model.life import Life
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import lives
from jobstate.testing.fakes.client import Service, client_for
from jobstate.testing.fakes.clock import VirtualClock
from jobstate.testing.oracle.phases import WaitPhase, phases_of
from jobstate.testing.oracle.rulings import Ruling
from jobstate.testing.oracle.waiting import assert_waiter
from tests.support.lives_for_tests import BEGIN, STORIES, told

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = (WaitPhase(0.0),)
ENDED = {"Completed", "Failed", "Stopped", "Deleting"}


def good(client: Any, name: str) -> str:
    """Wait as it should be done."""
    while True:
        answer = client.describe_training_job(TrainingJobName=name)
        if answer["TrainingJobStatus"] in ENDED:
            return str(answer["SecondaryStatus"])
        time.sleep(30)


def by_botocore(client: Any, name: str) -> None:
    """Wait as botocore does."""
    client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=name)


# --- Those that keep the laws -------------------------------------------------------------------


@pytest.mark.parametrize("name", STORIES)
def test_a_good_waiter_passes(name: str) -> None:
    """Every life, in every phase; what it said comes back."""
    life = told(name)
    done = assert_waiter(good, life, is_success=lambda said: said == "Completed")
    assert {each.verdict for each in done} == {life.stays[-1].state.partition("/")[2]}
    assert len(done) == len(phases_of(life)) == 2 * len(life.stays)


@pytest.mark.parametrize("name", sorted(set(STORIES) - {"deleted"}))
def test_botocores_waiter_passes(name: str) -> None:
    """It says nothing of the job but that it failed, and knows no Deleting."""
    done = assert_waiter(by_botocore, told(name), allowed=(WaiterError,))
    assert {each.verdict for each in done} == {WaiterError if name == "failed" else None}


def test_botocores_waiter_takes_stopped_for_success() -> None:
    """As FACTS §5 has it: it returns for Stopped as it does for Completed."""
    with pytest.raises(AssertionError, match="took for success what is stopped\n  the life: "):
        assert_waiter(by_botocore, told("stopped"), is_success=lambda said: said is None)


def test_botocores_waiter_hangs_on_deleting() -> None:
    """As FACTS §5 has it; the text tells the life, the phase and the last of what it did."""
    with pytest.raises(AssertionError) as found:
        assert_waiter(by_botocore, told("deleted"), allowed=(WaiterError,))
    lines = str(found.value).splitlines()
    life = "InProgress/Starting 65 s → InProgress/Downloading 40 s → Failed/Failed 300 s"
    assert lines[:4] == [
        "the waiter does not come to an end: it waited beyond 2026-03-04T06:12:52Z",
        f"  the life: {life} → Deleting/Failed",
        "  the phase: it begins to wait 405 s after the creation",
        "    +405 s to +4005 s: DescribeTrainingJob → Deleting/Failed (31 times)",
    ]
    assert lines[-1].startswith("    it raised ClockStoppedError(")


def test_verdicts_may_be_part_of_what_is_returned() -> None:
    """Whole answers differ by the phase where what counts does not."""

    def whole(client: Any, name: str) -> Any:
        good(client, name)
        return {**client.describe_training_job(TrainingJobName=name), "At": time.time()}

    life = told("completed")
    with pytest.raises(AssertionError, match="different things"):
        assert_waiter(whole, life)
    done = assert_waiter(whole, life, verdict=lambda answer: answer["TrainingJobStatus"])
    assert done[0].verdict == "Completed"


# --- Those that do not --------------------------------------------------------------------------


def hangs_on_stopped(client: Any, name: str) -> bool:
    """Know two ends only (kubeflow/pipelines#6465)."""
    while True:
        status = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        if status in {"Completed", "Failed"}:
            return bool(status == "Completed")
        time.sleep(60)


def depends_on_the_phase(client: Any, name: str) -> str:
    """Call it stopped where a poll sees Stopping, and success where none does."""
    seen = set()
    while True:
        status = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        seen.add(status)
        if status in ENDED:
            return "stopped" if "Stopping" in seen else "succeeded"
        time.sleep(60)


def misses_fields(client: Any, name: str) -> float:
    """Take for granted that every job has begun (sagemaker-python-sdk#30)."""
    good(client, name)
    answer = client.describe_training_job(TrainingJobName=name)
    return float((answer["TrainingEndTime"] - answer["TrainingStartTime"]).total_seconds())


def returns_early(client: Any, name: str) -> str:
    """Take Stopping for the end."""
    while True:
        status = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        if status != "InProgress":
            return str(status)
        time.sleep(2)


def never_sleeps(client: Any, name: str) -> None:
    """Ask as fast as it can."""
    while client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] not in ENDED:
        time.sleep(0)


def watches_the_clock(_: Any, __: str) -> None:
    """Wait for a time to come, without sleeping."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pass


def swallows(client: Any, name: str) -> None:
    """Try again whatever happens."""
    while True:
        with contextlib.suppress(Exception):
            if client.describe_training_job(TrainingJobName=name)["Outcome"]:
                return
        time.sleep(5)


BUGS: dict[Callable[[Any, str], object], tuple[str, str]] = {
    hangs_on_stopped: ("stopped early", "does not come to an end: it waited beyond"),
    depends_on_the_phase: ("timed out", "says different things of one life"),
    misses_fields: ("stopped early", "raised KeyError, which is not allowed"),
    returns_early: ("stopped", r"was done 2[0-9.]+ s before the job's end"),
    never_sleeps: ("completed", "it made 50 calls at one instant, without sleep"),
    watches_the_clock: ("completed", "looked at the clock 100,000 times and never slept"),
    swallows: ("completed", "does not come to an end: it made 500 calls after the job's end"),
}


@pytest.mark.parametrize("wait", BUGS, ids=lambda wait: wait.__name__)
def test_bugs_are_found(wait: Callable[[Any, str], object]) -> None:
    """Each on a life that shows it; the failure tells the story."""
    story, text = BUGS[wait]
    with pytest.raises(AssertionError, match=text) as found:
        assert_waiter(wait, told(story))
    assert "  the life: InProgress/Starting " in str(found.value)
    assert "  the phase: it begins to wait " in str(found.value)


def test_what_it_raised_is_the_cause() -> None:
    """With its traceback, for whoever debugs it."""
    with pytest.raises(AssertionError) as found:
        assert_waiter(misses_fields, told("stopped early"))
    assert isinstance(found.value.__cause__, KeyError)
    assert "it raised KeyError('TrainingStartTime') at +90 s" in str(found.value)


def test_raising_early_is_early_too() -> None:
    """An exception that is allowed is a verdict, and none may come before the end."""

    def impatient(_: Any, __: str) -> None:
        raise TimeoutError

    with pytest.raises(AssertionError, match=r"was done 725 s before the job's end\n"):
        assert_waiter(impatient, told("completed"), allowed=(TimeoutError,))


def test_the_number_of_calls_is_bounded() -> None:
    """After the end, however often it sleeps; before it nobody counts."""
    with pytest.raises(AssertionError, match="it made 10 calls after the job's end"):
        assert_waiter(swallows, told("completed"), most_calls=10)
    assert assert_waiter(every(1), told("completed"), most_calls=1)


def every(seconds: float, growing: float = 1.0) -> Callable[[Any, str], str]:
    """Return a good waiter with an interval of its own, which may grow."""

    def wait(client: Any, name: str) -> str:
        interval = seconds
        while True:
            answer = client.describe_training_job(TrainingJobName=name)
            if answer["TrainingJobStatus"] in ENDED:
                return str(answer["SecondaryStatus"])
            time.sleep(interval)
            interval *= growing

    return wait


@pytest.mark.parametrize("interval", [1, 30, 900, 3_600])
def test_good_waiters_pass_at_any_interval(interval: float) -> None:
    """Generated lives, hours long, and whenever it begins to wait: nobody is accused."""

    @settings(max_examples=20, deadline=None, database=None, derandomize=True)
    @given(lives(complete=True))
    def judge(life: Life) -> None:
        assert_waiter(every(interval), life, is_success=lambda said: said == "Completed")

    judge()


@pytest.mark.parametrize("interval", [7_200, 86_400])
def test_patience_follows_the_interval(interval: float) -> None:
    """Who sleeps for a day wakes up a day after the end at last, and who backs off too."""
    for story in STORIES:
        assert_waiter(every(interval), told(story))
        assert_waiter(every(1, growing=2), told(story))


def test_time_in_which_nothing_changes_is_jumped_over() -> None:
    """By whole intervals: each poll comes when it would have come, but for those left out."""
    (waited,) = assert_waiter(every(7), told("stopped early"), phases=ONE)
    assert waited.steps == (
        "+0 s: DescribeTrainingJob → InProgress/Starting",
        "+0 s: slept 7 s 12 times, while nothing changed",
        "+84 s: DescribeTrainingJob → InProgress/Starting",
        "+84 s: slept 7 s",
        "+91 s: DescribeTrainingJob → Stopped/Stopped",
    )


def test_what_changed_under_way_is_not_jumped_over() -> None:
    """An answer that is old when it arrives says nothing of what has changed since."""
    phase = WaitPhase(64.0, lag=3.0)
    (waited,) = assert_waiter(every(1), told("completed"), phases=[phase])
    assert waited.steps[:4] == (
        "+64 s: DescribeTrainingJob → InProgress/Starting",
        "+67 s: slept 1 s",
        "+68 s: DescribeTrainingJob → InProgress/Downloading",
        "+71 s: slept 1 s 34 times, while nothing changed",
    )


def test_outcomes_are_told_apart() -> None:
    """Each of the four; what it says of a life that is not so is a broken law."""
    names = {"Completed": "succeeded", "Failed": "failed", "Stopped": "stopped"}
    names["MaxRuntimeExceeded"] = "timed_out"
    for story in STORIES:
        done = assert_waiter(good, told(story), outcome_of=names.get)
        assert {each.ruling for each in done} == {Ruling.LEGAL}
    for wrong in ("succeeded", "stopped", Outcome.FAILED, Outcome.PARTIAL):
        with pytest.raises(AssertionError, match=f"took for {wrong} what is timed_out\n  the life"):
            assert_waiter(good, told("timed out"), outcome_of={"MaxRuntimeExceeded": wrong}.get)
    with pytest.raises(AssertionError, match="said nothing of what is timed_out\n"):
        assert_waiter(good, told("timed out"), outcome_of={}.get)
    with pytest.raises(UnknownNameError, match=r"no outcome 'halted' .*; there is: "):
        assert_waiter(good, told("timed out"), outcome_of=lambda _: "halted")


def by_list(client: Any, name: str) -> str:
    """Look at lists alone, which tell the primary status and no more."""
    while True:
        (job,) = client.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
        if job["TrainingJobStatus"] in ENDED:
            return str(job["TrainingJobStatus"])
        time.sleep(30)


@pytest.mark.parametrize(
    ("said", "story", "expected"),
    [
        ("stopped", "stopped", {Ruling.LEGAL}),
        ("stopped", "timed out", {Ruling.INCONCLUSIVE}),
        (None, "timed out", {Ruling.INCONCLUSIVE}),
        ("timed_out", "stopped", None),
        ("succeeded", "timed out", None),
    ],
)
def test_what_a_list_can_not_prove(
    monkeypatch: pytest.MonkeyPatch, said: str | None, story: str, expected: set[Ruling] | None
) -> None:
    """Stopped alone may be a time-out (docs/outcomes.md); who claims more has to be right."""
    life = told(story)

    def bare(moment: Any, form: str | None = None) -> dict[str, Any]:
        answer = written(life, moment, form)
        answer.pop("SecondaryStatus")  # as before November 2024
        return answer

    written = Life.at
    monkeypatch.setattr(Life, "at", lambda _, moment, form=None: bare(moment, form))
    if expected is None:
        with pytest.raises(AssertionError, match=f"took for {said} what is"):
            assert_waiter(by_list, life, outcome_of=lambda _: said)
    else:
        done = assert_waiter(by_list, life, outcome_of=lambda _: said)
        assert {each.ruling for each in done} == expected


def test_success_must_be_taken_for_success() -> None:
    """Where the caller says what success is."""
    with pytest.raises(AssertionError, match="did not take for success what is succeeded"):
        assert_waiter(good, told("completed"), is_success=lambda said: said == "Complete")


def test_a_life_without_an_end() -> None:
    """Nobody can wait for that."""
    life = told("completed")
    running = Life(lifecycle=TRAINING_JOB, job=life.job, stays=life.stays[:-1])
    with pytest.raises(ValueError, match="a life that has none: InProgress/Starting 65 s → "):
        assert_waiter(good, running)


def test_a_lag_makes_answers_old() -> None:
    """The clock goes on while an answer is under way."""
    (waited,) = assert_waiter(good, told("stopped early"), phases=[WaitPhase(60, lag=10)])
    assert waited.steps == (
        "+60 s: DescribeTrainingJob → InProgress/Starting",
        "+70 s: slept 30 s",
        "+100 s: DescribeTrainingJob → Stopped/Stopped",
    )
    assert str(waited) == "it returned 'Stopped' at +110 s"
    assert str(waited.phase) == (
        "it begins to wait 60 s after the creation, each answer takes 10 s"
    )


# --- The client ---------------------------------------------------------------------------------


def at(seconds: float) -> VirtualClock:
    """Return a clock that shows so many seconds after the creation."""
    return VirtualClock(BEGIN + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", STORIES)
def test_answers_pass_botocore(name: str) -> None:
    """What comes out of botocore's parser is what the life says, and it is legal."""
    life = told(name, features={"spot": True, "retry": True})
    answers = []
    clock = VirtualClock(life.start)
    client = client_for(life, clock)
    for time_ in life.changes:
        clock.advance((time_ - clock.now()).total_seconds())
        answer = client.describe_training_job(TrainingJobName=life.job.id.rpartition("/")[2])
        metadata = answer.pop("ResponseMetadata")
        assert metadata["HTTPStatusCode"] == 200
        assert answer == life.at(time_)
        answers.append(answer)
    report = check(TRAINING_JOB, answers)
    assert report.violations == ()
    assert report.result.outcome is life.result.outcome is not Outcome.RUNNING


def refused(call: Callable[[], object]) -> str:
    """Return the message of a ValidationException."""
    with pytest.raises(ClientError) as found:
        call()
    error = found.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


def test_unknown_and_deleted_jobs() -> None:
    """Both are a ValidationException, as FACTS §5 has it; so is a job that is not there yet."""
    life = told("deleted", after=5)
    clock = VirtualClock(BEGIN)
    service = Service(life, clock, gone_after=60)
    client = service.client()

    def describe(name: str = "deleted") -> Any:
        return client.describe_training_job(TrainingJobName=name)

    assert refused(describe) == "Requested resource not found."
    clock.advance(5)
    assert describe()["TrainingJobStatus"] == "InProgress"
    assert refused(lambda: describe("another")) == "Requested resource not found."
    clock.advance(464)
    assert describe()["TrainingJobStatus"] == "Deleting"
    clock.advance(1)
    assert refused(describe) == "Requested resource not found."
    assert client.list_training_jobs()["TrainingJobSummaries"] == []
    assert [str(call) for call in service.calls[-2:]] == [
        "DescribeTrainingJob → ValidationException",
        "ListTrainingJobs → no jobs",
    ]


def test_a_reused_name_is_the_new_job() -> None:
    """Once the second one is there."""
    lives = [told("deleted", job="same"), told("completed", job="same", after=9_000)]
    client = client_for(lives, at(9_001))
    answer = client.describe_training_job(TrainingJobName="same")
    assert answer["CreationTime"] == BEGIN + timedelta(seconds=9_000)


def test_stops_are_recorded() -> None:
    """They change the life; those of finished jobs are refused, as FACTS §5 has it."""
    clock = at(10)
    service = Service(told("completed"), clock)
    client = service.client()
    client.stop_training_job(TrainingJobName="completed")
    clock.advance(5_000)
    text = refused(lambda: client.stop_training_job(TrainingJobName="completed"))
    assert text == "The request was rejected because the training job is Stopped."
    assert service.stops == [("completed", BEGIN + timedelta(seconds=10))]
    assert [str(call) for call in service.calls] == [
        "StopTrainingJob → accepted",
        "StopTrainingJob → ValidationException",
    ]


def test_lists() -> None:
    """Sorted, cut into pages, and filtered after that, as AWS's own description has it."""
    lives = [told(name, after=10 * place) for place, name in enumerate(STORIES)]
    client = client_for(lives, at(300))

    def listed(**more: Any) -> list[str]:
        answer = client.list_training_jobs(**more)
        return [item["TrainingJobName"] for item in answer["TrainingJobSummaries"]]

    names = [name.replace(" ", "-") for name in STORIES]
    assert listed() == names
    assert listed(SortOrder="Descending") == names[::-1]
    assert listed(SortBy="Name") == sorted(names)
    by_status = ["deleted", "completed", "failed", "timed-out", "stopped", "stopped-early"]
    assert listed(SortBy="Status") == by_status
    assert listed(NameContains="STOPPED") == ["stopped", "stopped-early"]
    middle = BEGIN + timedelta(seconds=25)
    assert listed(CreationTimeAfter=middle) == names[3:]
    assert listed(CreationTimeBefore=middle) == names[:3]
    running = client.list_training_jobs(MaxResults=4, StatusEquals="Failed")
    assert running["TrainingJobSummaries"] == []
    token = running["NextToken"]
    assert listed(StatusEquals="Failed", NextToken=token) == ["deleted"]
    pages = client.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 2})
    assert [each["TrainingJobName"] for page in pages for each in page["TrainingJobSummaries"]] == (
        names
    )


def test_what_is_not_served() -> None:
    """It is said, and what is: neither a wrong answer nor a way to the network."""
    client = client_for(told("completed"), at(0))
    with pytest.raises(UnknownNameError, match=r"operation of the services 'ListModels'"):
        client.list_models()
    batch = Service((), at(0)).client("batch")
    with pytest.raises(UnknownNameError, match="no argument of ListJobs 'multiNodeJobId'"):
        batch.list_jobs(multiNodeJobId="x")


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'jobstate\[aws\]'") as found:
        client_for(told("completed"), at(0))
    assert found.value.extra == "aws"
