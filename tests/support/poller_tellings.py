"""How a small program says what a job has come to: by a word, a record, a number, an exception."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

from tests.support.poller_readings import (
    FAILED,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    UNKNOWN,
    Answer,
)


class JobFailedError(Exception):
    """The job has failed."""


class JobStoppedError(Exception):
    """Somebody has stopped the job."""


class JobTimedOutError(Exception):
    """The job took too long."""


class JobUnknownError(Exception):
    """The job is gone, and nobody knows what it came to."""


_RAISED: Final[Mapping[str, type[Exception]]] = {
    FAILED: JobFailedError,
    STOPPED: JobStoppedError,
    TIMED_OUT: JobTimedOutError,
    UNKNOWN: JobUnknownError,
}
_CODES: Final = {SUCCEEDED: 0, FAILED: 1, STOPPED: 2, TIMED_OUT: 3, UNKNOWN: 4}


@frozen
class Telling:
    """How it is told.

    Attributes:
        name: What it is called.
        say: Returns, or raises, what stands for what a job has come to.
        verdict: Returns what counts of what was returned.
        stands_for: A verdict → the outcome that it stands for.
        allowed: What may be raised.
    """

    name: str
    say: Callable[[str], object]
    stands_for: Mapping[Any, str]
    verdict: Callable[[Any], object] = lambda returned: returned
    allowed: tuple[type[Exception], ...] = ()

    def __repr__(self) -> str:
        return self.name


def _raised(said: str) -> None:
    if said in _RAISED:
        raise _RAISED[said]


#: Each of the four, by itself.
_WORDS: Final = {each: each for each in (SUCCEEDED, FAILED, STOPPED, TIMED_OUT)}
TELLINGS: Final = (
    Telling("returns a word", lambda said: said, _WORDS),
    Telling(
        "returns a record",
        lambda said: {"outcome": said, "at": time.time()},
        _WORDS,
        lambda record: record["outcome"],
    ),
    Telling(
        "returns an exit code",
        _CODES.__getitem__,
        {code: said for said, code in _CODES.items() if said != UNKNOWN},
    ),
    Telling(
        "raises where it is no success",
        _raised,
        {None: SUCCEEDED, **{kind: said for said, kind in _RAISED.items() if said != UNKNOWN}},
        allowed=tuple(_RAISED.values()),
    ),
)


# --- What is reported besides -------------------------------------------------------------------

#: Makes something of the answer that showed the end.
Report: TypeAlias = Callable[[Answer], object]


def nothing(_: Answer) -> object:
    """Report no more than what it came to."""
    return None


def how_long(job: Answer) -> object:
    """Report for how many seconds it trained, if it did."""
    if "TrainingStartTime" in job and "TrainingEndTime" in job:
        return (job["TrainingEndTime"] - job["TrainingStartTime"]).total_seconds()
    return None


def why(job: Answer) -> object:
    """Report the reason of a failure, if there is one."""
    return job.get("FailureReason")


def which_way(job: Answer) -> object:
    """Report the statuses that it went through, as far as they are told."""
    return [each["Status"] for each in job.get("SecondaryStatusTransitions", ())]


REPORTS: Final[tuple[Report, ...]] = (nothing, how_long, why, which_way)
