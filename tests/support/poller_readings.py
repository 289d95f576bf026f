"""What a small program makes of one answer about a training job: right ways to read it.

They know what FACTS says of statuses and fields, and nothing of jobstate: expected values come from
here. An answer is that of DescribeTrainingJob, or an item of ListTrainingJobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Answer: TypeAlias = Mapping[str, Any]
#: Returns what a job has come to: one of the words below.
Reading: TypeAlias = Callable[[Answer], str]

RUNNING: Final = "running"
SUCCEEDED, FAILED, STOPPED, TIMED_OUT = "succeeded", "failed", "stopped", "timed_out"
#: It has ended, and the answer does not say how.
UNKNOWN: Final = "unknown"
#: What a status stands for that is an end, be it the primary or the secondary one.
ENDS: Final[Mapping[str, str]] = {
    "Completed": SUCCEEDED,
    "Failed": FAILED,
    "Stopped": STOPPED,
    "MaxRuntimeExceeded": TIMED_OUT,
    "MaxWaitTimeExceeded": TIMED_OUT,
}


def by_primary(job: Answer) -> str:
    """Look at the primary status first; of a stop the secondary one says why."""
    match job["TrainingJobStatus"]:
        case "Completed":
            return SUCCEEDED
        case "Failed":
            return FAILED
        case "Stopped" if job.get("SecondaryStatus", "").startswith("Max"):
            return TIMED_OUT
        case "Stopped":
            return STOPPED
        case "Deleting":
            return before_deletion(job)
    return RUNNING


def by_secondary(job: Answer) -> str:
    """Look at the secondary status first; one that nobody knows says no more than the primary."""
    for status in (job.get("SecondaryStatus", ""), job["TrainingJobStatus"]):
        if status in ENDS:
            return ENDS[status]
    return before_deletion(job) if job["TrainingJobStatus"] == "Deleting" else RUNNING


def by_sets(job: Answer) -> str:
    """Ask whether it is over, and then how it ended."""
    primary, secondary = job["TrainingJobStatus"], job.get("SecondaryStatus", "")
    if primary not in {"Completed", "Failed", "Stopped", "Deleting"}:
        return RUNNING
    if {primary, secondary} & {"Completed"}:
        return SUCCEEDED
    if {primary, secondary} & {"Failed"}:
        return FAILED
    if secondary in {"MaxRuntimeExceeded", "MaxWaitTimeExceeded"}:
        return TIMED_OUT
    return STOPPED if "Stopped" in {primary, secondary} else before_deletion(job)


def by_end_time(job: Answer) -> str:
    """Take the time of the end for its sign; a job without one may have ended all the same."""
    over = "TrainingEndTime" in job or job["TrainingJobStatus"] in {*ENDS, "Deleting"}
    return by_secondary(job) if over else RUNNING


def by_history(job: Answer) -> str:
    """Believe the last entry of the history, where there is one."""
    entries = job.get("SecondaryStatusTransitions") or [{}]
    return ENDS.get(entries[-1].get("Status", "")) or by_primary(job)


READINGS: Final[tuple[Reading, ...]] = (by_primary, by_secondary, by_sets, by_end_time, by_history)


def before_deletion(job: Answer) -> str:
    """Return how a job ended that is being deleted: the primary status does not say it any more."""
    last = (job.get("SecondaryStatusTransitions") or [{}])[-1].get("Status", "")
    for status in (job.get("SecondaryStatus", ""), last):
        if status in ENDS:
            return ENDS[status]
    if "FailureReason" in job:
        return FAILED
    return SUCCEEDED if "ModelArtifacts" in job else UNKNOWN
