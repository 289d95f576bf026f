"""`Ruling`: whether what a program says of a job is right, as far as its answers can tell."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from jobstate.conformance.answers import readings
from jobstate.conformance.check import check_jobs
from jobstate.errors import ObservationError
from jobstate.model.outcome import result_of
from jobstate.model.states import Outcome, _outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.model.life import Life
    from jobstate.model.observation import Observation
    from jobstate.model.outcome import Result
    from jobstate.testing.fakes.client import Call


class Ruling(StrEnum):
    """Whether what a program says of a job is right.

    Attributes:
        LEGAL: It says what is true.
        ILLEGAL: It says something else, and its answers do not.
        INCONCLUSIVE: It says no more than its answers tell, and these prove nothing: Stopped
            alone may be a time-out, Deleting alone keeps its result to itself.
    """

    LEGAL = "legal"
    ILLEGAL = "illegal"
    INCONCLUSIVE = "inconclusive"


def ruling(said: Outcome, life: Life, calls: Iterable[Call]) -> Ruling:
    """Return whether an outcome is right that a program says a job has come to.

    Args:
        said: What it says; UNKNOWN where it says nothing.
        life: The job's life.
        calls: All that the program asked, and the answers.
    """
    true = life.result.outcome
    if said is true:
        return Ruling.LEGAL
    told = told_by(calls, life).outcome
    unclear = told is not true and said in {told, Outcome.UNKNOWN}
    return Ruling.INCONCLUSIVE if unclear else Ruling.ILLEGAL


def told_by(calls: Iterable[Call], life: Life) -> Result:
    """Return what answers tell of a job; nothing is known where none is about it."""
    given = (call.answer for call in calls if call.refused is None and call.answer)
    seen: list[Observation] = []
    for answer, _ in groupby(given):  # most say what those before them said
        with suppress(ObservationError):  # some are about something else
            seen += [each.observation for each in readings(life.lifecycle, answer)]
    for job, report in check_jobs(life.lifecycle, seen, in_order=False).items():
        if job.id == life.job.id and report.created in {None, life.job.created}:
            return report.result
    return result_of([])


def said_outcome(said: Outcome | str | None) -> Outcome:
    """Return the outcome that somebody names; UNKNOWN of None.

    Raises:
        UnknownNameError: There is no such outcome; it lists those there are.
    """
    return Outcome.UNKNOWN if said is None else _outcome(said)
