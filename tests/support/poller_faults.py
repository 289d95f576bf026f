"""Twenty kinds of fault, as people make them (FACTS §6): each is one small change to a program.

`plant` makes it. A fault says how it must be found, so that a program is not accused of something
else by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from random import Random
from typing import Final, TypeAlias

from attrs import evolve, frozen

from tests.support.overseers import Overseer, no_capacity
from tests.support.poller_looks import DIES, Asker, Steps, described, listed
from tests.support.poller_pauses import INTERVALS, ByStatus
from tests.support.poller_readings import (
    FAILED,
    RUNNING,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    Answer,
)
from tests.support.pollers import Poller

Program: TypeAlias = Poller | Overseer


@frozen
class Fault:
    """A kind of fault.

    Attributes:
        where: Where somebody made it: an issue, or what FACTS says of such programs.
        planted: Returns a right program with the fault.
        found: What the oracle must say of it, as a regular expression.
    """

    where: str
    planted: Callable[[Poller, Random], Program]
    found: str


# --- What it makes of an answer -----------------------------------------------------------------


def _but(poller: Poller, change: Callable[[Answer, str], str]) -> Poller:
    """Return a program that makes something else of some answers."""
    reading = poller.reading

    @wraps(reading)
    def changed(job: Answer) -> str:
        return change(job, reading(job))

    changed.__name__ += ", wrongly"
    return evolve(poller, reading=changed)


def _stopped_is_success(poller: Poller, _: Random) -> Program:
    return _but(poller, lambda _, said: SUCCEEDED if said == STOPPED else said)


def _hangs_on_stopped(poller: Poller, _: Random) -> Program:
    return _but(
        poller, lambda job, said: RUNNING if job["TrainingJobStatus"] == "Stopped" else said
    )


def _hangs_on_deleting(poller: Poller, _: Random) -> Program:
    return _but(
        poller, lambda job, said: RUNNING if job["TrainingJobStatus"] == "Deleting" else said
    )


def _stopping_is_the_end(poller: Poller, _: Random) -> Program:
    return _but(
        poller, lambda job, said: STOPPED if job["TrainingJobStatus"] == "Stopping" else said
    )


def _interrupted_is_the_end(poller: Poller, _: Random) -> Program:
    return _but(
        poller, lambda job, said: FAILED if job.get("SecondaryStatus") == "Interrupted" else said
    )


def _time_out_is_a_stop(poller: Poller, _: Random) -> Program:
    return _but(poller, lambda _, said: STOPPED if said == TIMED_OUT else said)


def _max_wait_raises(poller: Poller, _: Random) -> Program:
    def strict(job: Answer, said: str) -> str:
        if job.get("SecondaryStatus") == "MaxWaitTimeExceeded":
            raise ValueError("unexpected status MaxWaitTimeExceeded")
        return said

    return _but(poller, strict)


_KNOWN: Final = {
    *("Starting", "Pending", "Downloading", "Training", "Uploading", "Stopping", "Stopped"),
    *("Completed", "Failed", "Interrupted", "Restarting", "Updating", "MaxRuntimeExceeded"),
    *("LaunchingMLInstances", "PreparingTrainingStack", "DownloadingTrainingImage"),
    "MaxWaitTimeExceeded",
}


def _new_status_raises(poller: Poller, _: Random) -> Program:
    def strict(job: Answer, said: str) -> str:
        if job.get("SecondaryStatus", "Starting") not in _KNOWN:
            raise KeyError(job["SecondaryStatus"])
        return said

    return _but(poller, strict)


def _new_status_loops(poller: Poller, _: Random) -> Program:
    def known(job: Answer, said: str) -> str:
        return said if job.get("SecondaryStatus") in {*_KNOWN, None} else RUNNING

    return _but(poller, known)


# --- What it takes for granted ------------------------------------------------------------------


def _end_time_required(poller: Poller, _: Random) -> Program:
    def how_long_carelessly(job: Answer) -> object:
        return job["TrainingEndTime"] - job["TrainingStartTime"]

    return evolve(poller, look=described, report=how_long_carelessly)


def _training_required(poller: Poller, _: Random) -> Program:
    def when_it_trained(job: Answer) -> object:
        entries = job["SecondaryStatusTransitions"]
        return [each["StartTime"] for each in entries if each["Status"] == "Training"][0]  # noqa: RUF015 - the fault

    return evolve(poller, look=described, report=when_it_trained)


def _reason_required(poller: Poller, _: Random) -> Program:
    def why_carelessly(job: Answer) -> object:
        return None if job["TrainingJobStatus"] == "Completed" else job["FailureReason"]

    return evolve(poller, look=described, report=why_carelessly)


def _list_believed(poller: Poller, _: Random) -> Program:
    """Once the list shows an end, what is described is taken for it, whatever it says."""

    def look(asker: Asker, name: str) -> Steps[Answer | None]:
        item = yield from listed(asker, name)
        job = yield from described(asker, name)
        over = item is not None and asker.reading(item) != RUNNING
        return {**job, "Over": True} if job and over else job

    def believed(job: Answer, said: str) -> str:
        return FAILED if said == RUNNING and "Over" in job else said

    return _but(evolve(poller, look=look), believed)


def _gone_is_success(poller: Poller, _: Random) -> Program:
    return evolve(poller, gone=SUCCEEDED)


# --- How it waits -------------------------------------------------------------------------------


def _deadline_is_the_end(poller: Poller, chance: Random) -> Program:
    return evolve(poller, deadline=chance.choice((300.0, 600.0, 1_800.0)), gives_up=TIMED_OUT)


def _dies_of_a_throttle(poller: Poller, _: Random) -> Program:
    return evolve(poller, throttled=DIES)


def _never_sleeps(poller: Poller, chance: Random) -> Program:
    """It thinks that the end is near, and asks as fast as it can."""
    otherwise = chance.choice([each for each in INTERVALS if each <= 60])
    return evolve(poller, pause=ByStatus({"Uploading": 0.0, "Stopping": 0.0}, otherwise))


# --- Programs that see a job through ------------------------------------------------------------


def _told_twice(poller: Poller, chance: Random) -> Program:
    """It forgets what it has told, from one event to the next, or keeps it a moment too late."""
    way, every = chance.choice((("in memory", None), ("in memory", 60.0), ("too late", None)))
    return Overseer(poller=_without_deadline(poller), policy="never", every=every, told_kept=way)


def _capacity_not_retried(poller: Poller, chance: Random) -> Program:
    every = chance.choice((None, None, 60.0, 300.0))
    seen = evolve(_without_deadline(poller), look=described)  # a list has no reason
    return Overseer(poller=seen, policy="no capacity", every=every, differs=lambda *_: False)


def _wrong_retry(poller: Poller, chance: Random) -> Program:
    too_many = chance.choice(({FAILED}, {FAILED, STOPPED}, {STOPPED, TIMED_OUT}))
    seen = evolve(_without_deadline(poller), look=described)
    return Overseer(
        poller=seen,
        policy="no capacity",
        every=chance.choice((None, None, 60.0)),
        differs=lambda said, job: said in too_many or no_capacity(said, job),
    )


def _without_deadline(poller: Poller) -> Poller:
    return evolve(poller, deadline=None)


_RAISED: Final = r"raised {}, which is not allowed"
FAULTS: Final[dict[str, Fault]] = {
    "Stopped is success": Fault(
        "sagemaker-python-sdk#1937, #2000, airflow#42423",
        _stopped_is_success,
        "took for succeeded what is stopped",
    ),
    "loops on Stopped": Fault(
        "kubeflow/pipelines#6465, airflow#67281", _hangs_on_stopped, "does not come to an end"
    ),
    "loops on Deleting": Fault("FACTS §6", _hangs_on_deleting, "does not come to an end"),
    "Stopping is the end": Fault("SDK 2.257.6", _stopping_is_the_end, "before the job's end"),
    "Interrupted is the end": Fault("FACTS §6", _interrupted_is_the_end, "before the job's end"),
    "a time-out is a stop": Fault(
        "aws-samples/serverless-sagemaker-orchestration#2",
        _time_out_is_a_stop,
        "took for stopped what is timed_out",
    ),
    "MaxWaitTimeExceeded raises": Fault("FACTS §6", _max_wait_raises, _RAISED.format("ValueError")),
    "a new status raises": Fault("FACTS §6", _new_status_raises, _RAISED.format("KeyError")),
    "a new status loops": Fault("FACTS §6", _new_status_loops, "does not come to an end"),
    "an end time is required": Fault(
        "sagemaker-python-sdk#30, #325", _end_time_required, _RAISED.format("KeyError")
    ),
    "an entry is required": Fault(
        "sagemaker-python-sdk#331", _training_required, _RAISED.format("IndexError")
    ),
    "a reason is required": Fault("FACTS §6", _reason_required, _RAISED.format("KeyError")),
    "the list is believed": Fault("FACTS §6", _list_believed, "took for failed what is"),
    "gone is success": Fault("FACTS §6", _gone_is_success, "took for succeeded what is"),
    "its deadline is the end": Fault("FACTS §6", _deadline_is_the_end, "before the job's end"),
    "dies of a throttle": Fault("FACTS §5", _dies_of_a_throttle, _RAISED.format("ClientError")),
    "never sleeps": Fault("FACTS §5", _never_sleeps, "calls at one instant, without sleep"),
    "an end is told twice": Fault("grand-challenge#3155", _told_twice, "told the end of .* twice"),
    "capacity is not retried": Fault(
        "grand-challenge#2631", _capacity_not_retried, "did not try again what failed"
    ),
    "what must not be is retried": Fault("FACTS §6", _wrong_retry, "tried again what .* forbids"),
}
