"""Phases: when somebody begins to wait, and what goes wrong meanwhile; the story tells it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from jobstate.testing import Ruling, WaitPhase, assert_waiter, phases_of
from jobstate.testing.oracle.phases import shown_changes
from tests.support.lives_for_tests import BEGIN, STORIES, told

if TYPE_CHECKING:
    from collections.abc import Callable

ENDED = {"Completed", "Failed", "Stopped", "Deleting"}


def every(seconds: float) -> Callable[[Any, str], str | None]:
    """Return a good waiter: what is refused is asked again, and what is gone it says nothing of."""

    def wait(client: Any, name: str) -> str | None:
        while True:
            try:
                answer = client.describe_training_job(TrainingJobName=name)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ThrottlingException":
                    return None
            else:
                if answer["TrainingJobStatus"] in ENDED:
                    return str(answer["SecondaryStatus"])
            time.sleep(seconds)

    return wait


def test_what_they_say() -> None:
    """In one line, for the story; the order in which calls are named does not matter."""
    assert str(WaitPhase(0)) == "it begins to wait 0 s after the creation"
    bad = WaitPhase(5, 0.7, throttled={3, 1}, behind={"list": 40.0}, gone_after=60)
    assert str(bad) == (
        "it begins to wait 5 s after the creation, each answer takes 0.7 s, throttled are calls"
        " 1, 3, list is 40 s late, what is deleted is gone after 60 s"
    )
    assert bad == WaitPhase(5, 0.7, throttled=[1, 3], behind={"list": 40.0}, gone_after=60)
    assert len({bad, WaitPhase(5, 0.7, throttled=[1, 3], gone_after=60)}) == 2


def test_each_stay_is_a_first_answer() -> None:
    """And that the job is gone, where it is."""
    deleted = told("deleted")
    assert [each.begins for each in phases_of(deleted, [0])] == [0, 65, 105, 405]
    gone = phases_of(deleted, [0, 2], throttled=[1], behind={"list": 3}, gone_after=60)
    assert [(each.begins, each.lag) for each in gone] == [
        (begins, lag) for lag in (0, 2) for begins in (0, 65, 105, 405, 465)
    ]
    assert {(each.throttled, each.behind["list"], each.gone_after) for each in gone} == {
        ((1,), 3, 60)
    }


def test_what_is_answered_changes_late_too() -> None:
    """Each change is seen when it comes, and in the late form later."""
    phase = WaitPhase(0, behind={"list": 10.0}, gone_after=60)
    changes = [(each - BEGIN).total_seconds() for each in shown_changes(told("deleted"), phase)]
    assert changes == [0, 10, 65, 75, 105, 115, 405, 415, 465, 475]


def test_calls_are_throttled() -> None:
    """Those that are named, and no others; whoever can't bear it is found."""
    (waited,) = assert_waiter(
        every(10), told("stopped early"), phases=[WaitPhase(0, throttled=[1, 3])]
    )
    assert waited.steps == (
        "+0 s: DescribeTrainingJob → ThrottlingException",
        "+0 s: slept 10 s",
        "+10 s: DescribeTrainingJob → InProgress/Starting",
        "+10 s: slept 10 s 8 times, while nothing changed",
        "+90 s: DescribeTrainingJob → ThrottlingException",
        "+90 s: slept 10 s",
        "+100 s: DescribeTrainingJob → Stopped/Stopped",
    )

    def fragile(client: Any, name: str) -> str:
        return str(client.describe_training_job(TrainingJobName=name)["SecondaryStatus"])

    life = told("completed")
    phases = phases_of(life, throttled=[1])[-1:]
    with pytest.raises(AssertionError, match=r"raised ClientError, which is not allowed") as found:
        assert_waiter(fragile, life, phases=phases)
    assert "after the creation, each answer takes 0.7 s, throttled are calls 1\n" in str(
        found.value
    )


@pytest.mark.parametrize("seconds", [1, 40, 3_600])
@pytest.mark.parametrize("name", STORIES)
def test_good_waiters_pass_whatever_goes_wrong(name: str, seconds: float) -> None:
    """Of a job that is gone nobody can know more."""
    life = told(name)
    names = {"Completed": "succeeded", "Failed": "failed", "Stopped": "stopped"}
    names["MaxRuntimeExceeded"] = "timed_out"
    phases = [
        *phases_of(life, throttled=[1, 2, 5], gone_after=60),
        *phases_of(life, behind={"list": 50}),
    ]
    done = assert_waiter(every(seconds), life, outcome_of=names.get, phases=phases)
    gone = name == "deleted"
    assert {each.ruling for each in done} == {Ruling.LEGAL, *[Ruling.INCONCLUSIVE] * gone}


def test_gone_is_no_success() -> None:
    """Where nobody has seen how it ended."""
    wait = every(30)
    with pytest.raises(AssertionError, match="took for succeeded what is failed") as found:
        assert_waiter(
            lambda client, name: wait(client, name) or "Completed",
            told("deleted"),
            outcome_of={"Completed": "succeeded", "Failed": "failed"}.get,
            phases=phases_of(told("deleted"), gone_after=60),
        )
    assert len(str(found.value).splitlines()) <= 10


def test_late_answers_are_not_jumped_over() -> None:
    """A poller each second sees each change at the second at which it is shown."""

    def seen(client: Any, name: str) -> str:
        statuses: dict[str, float] = {}
        while True:
            try:
                answer = client.describe_training_job(TrainingJobName=name)
            except ClientError:
                answer = {"TrainingJobStatus": "", "SecondaryStatus": "not there yet"}
            at = time.time() - BEGIN.timestamp()
            statuses.setdefault(answer["SecondaryStatus"], round(at))
            if answer["TrainingJobStatus"] in ENDED:
                return str(statuses)
            time.sleep(1)

    phase = WaitPhase(0, behind={"describe": 50})
    (waited,) = assert_waiter(seen, told("completed"), phases=[phase])
    expected = {"not there yet": 0, "Starting": 50, "Downloading": 115, "Training": 155}
    assert waited.verdict == str(expected | {"Uploading": 755, "Completed": 775})


def test_who_looked_just_before_the_end_may_look_again() -> None:
    """An hour later, though what came after the end was old, or refused: it tells nothing of it."""
    life = told("stopped early")
    for phase in (WaitPhase(89.8, lag=0.7), WaitPhase(90, throttled=[1])):
        (waited,) = assert_waiter(every(3_600), life, phases=[phase])
        assert waited.seconds > 3_600
    late = WaitPhase(90, behind={"describe": 90})
    (waited,) = assert_waiter(every(7_200), life, phases=[late])
    assert waited.seconds == 7_290
