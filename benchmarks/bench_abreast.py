"""What an answer costs whose order nobody knows: as new as others, or without a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from figures import Group
from jobstate import Tracker
from jobstate.automaton import legal_orders
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.reader import READER
from suite import Contestant, contestants

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate import Observation
    from suite import Timed

FLOOR = "newer than all others"
ABREAST = Group(
    "An answer abreast of others",
    FLOOR,
    note="Items of a list (as Observations) with one LastModifiedTime, each showing something else."
    " All jobs are alike; *cold* is where no job was before. The hostile one is a describe answer"
    " without a time, with 10,000 entries, after 7 items without one.",
)
_BEGIN = datetime(2026, 1, 1, 6, 0, 0, 250_000, tzinfo=UTC)
#: Forgets where legal orders end.
_forget = legal_orders._ends.cache_clear  # noqa: SLF001 - nobody else wants to
_ROUND = ("Starting", "Downloading", "Training", "Interrupted")
#: What items show beside: eight that differ are four statuses, with a warm pool or without one.
_POOL: tuple[dict[str, Any], ...] = ({}, {"WarmPoolStatus": {"Status": "InUse"}})


def item(number: int, place: int, *, newer: bool = False) -> Observation:
    """Return an item about a job; those of eight places differ."""
    name = f"job-{number}"
    more = timedelta(minutes=place if newer else 5)
    return READER.read(
        {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
            "CreationTime": _BEGIN,
            "LastModifiedTime": _BEGIN + more,
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": _ROUND[place % 4],
            **_POOL[place // 4],
        }
    )


def taken(
    count: int, abreast: int, *, newer: bool = False, cold: bool = False
) -> Callable[[], object]:
    """Observe one more answer of each job; so many are abreast then."""
    tracker = Tracker(TRAINING_JOB)
    for number in range(count):
        for place in range(abreast - 1):
            tracker.observe(item(number, place, newer=newer))
    last = [item(number, abreast - 1, newer=newer) for number in range(count)]
    return partial(_observe, tracker, last, cold=cold)


def hostile(count: int) -> Callable[[], object]:
    """Observe a long history whose place among others nothing tells."""
    tracker = Tracker(TRAINING_JOB)
    statuses = [_ROUND[place % 4] for place in range(10_000)]
    entries = [
        {
            "Status": status,
            "StartTime": _BEGIN + timedelta(seconds=place),
            "EndTime": _BEGIN + timedelta(seconds=place + 1),
        }
        for place, status in enumerate(statuses)
    ]
    del entries[-1]["EndTime"]
    last = []
    for number in range(count):
        answers = [_without_time(number, place) for place in range(7)]
        for answer in answers:
            tracker.observe(answer)
        history = {"SecondaryStatus": statuses[-1], "SecondaryStatusTransitions": entries}
        last.append(READER.read(answers[0] | history))
    return partial(_observe, tracker, last, cold=True)


def _without_time(number: int, place: int) -> dict[str, Any]:
    name = f"job-{number}"
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "CreationTime": _BEGIN,
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": _ROUND[place % 4],
        **_POOL[place // 4],
    }


def _observe(tracker: Tracker, answers: list[Observation], *, cold: bool) -> None:
    for answer in answers:
        if cold:
            _forget()
        tracker.observe(answer)


@contestants(
    Contestant(FLOOR, partial(taken, abreast=2, newer=True), 200),
    Contestant("2 abreast", partial(taken, abreast=2), 200),
    Contestant("5 abreast", partial(taken, abreast=5), 200),
    Contestant("8 abreast", partial(taken, abreast=8), 200),
    Contestant("2 abreast, cold", partial(taken, abreast=2, cold=True), 100),
    Contestant("5 abreast, cold", partial(taken, abreast=5, cold=True), 100),
    Contestant("8 abreast, cold", partial(taken, abreast=8, cold=True), 40),
    Contestant("hostile: 10,000 entries, 8 abreast", hostile, 2),
)
def test_an_answer_abreast_of_others(contestant: Contestant, lap: int, timed: Timed) -> None:
    """As many as are kept apart, and the worst of them."""
    timed(ABREAST, contestant, lap)
