"""A made-up night as the incident view shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from jobstate.diagrams import UsualTime, incident, incident_svg
from jobstate.sagemaker import TRAINING_JOB
from watched import described

if TYPE_CHECKING:
    from collections.abc import Mapping

_OOM: Final = "AlgorithmError: ExecuteUserScriptError: CUDA out of memory, exit code: 1"
#: How many minutes half of all jobs stay in a status, and nineteen of twenty, at most.
_USUAL: Final = {
    "Starting": (2, 6),
    "Pending": (4, 11),
    "Downloading": (1, 3),
    "Training": (45, 110),
    "Uploading": (1, 2),
}


def answers() -> list[Mapping[str, Any]]:
    """Return what is answered about two jobs: one waited for long and failed, one went as usual."""
    waited = "Starting 2, Pending 182, Downloading 1, Training 34, Uploading 1, Failed/Failed 0"
    usual = "Starting 3, Downloading 1, Training 51, Uploading 1, Completed/Completed 70"
    return [described("churn-42", waited, _OOM)[-1], described("churn-41", usual)[-1]]


def picture() -> str:
    """Return the incident view of the two jobs."""
    usual = {
        (TRAINING_JOB.name, f"InProgress/{status}"): UsualTime(
            timedelta(minutes=half), timedelta(minutes=most)
        )
        for status, (half, most) in _USUAL.items()
    }
    return incident_svg(incident(TRAINING_JOB, answers(), usual=usual))
