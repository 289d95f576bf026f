"""Some lives of training jobs told by hand, for tests of what looks at lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from jobstate.model.life import Life, Stay
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.writer import WRITER

BEGIN = datetime(2026, 3, 4, 5, 6, 7, 250000, tzinfo=UTC)
P, S = "InProgress", "Stopping"
#: name → its stays: state and the seconds it lasts; the last one lasts for ever.
STORIES: dict[str, tuple[tuple[str, float], ...]] = {
    "completed": (
        (f"{P}/Starting", 65),
        (f"{P}/Downloading", 40),
        (f"{P}/Training", 600),
        (f"{P}/Uploading", 20),
        ("Completed/Completed", 0),
    ),
    "failed": (
        (f"{P}/Starting", 65),
        (f"{P}/Downloading", 40),
        (f"{P}/Training", 600),
        (f"{P}/Uploading", 20),
        ("Failed/Failed", 0),
    ),
    "stopped": (
        (f"{P}/Starting", 65),
        (f"{P}/Downloading", 40),
        (f"{P}/Training", 90),
        (f"{S}/Training", 3),
        (f"{S}/Stopping", 25),
        ("Stopped/Stopped", 0),
    ),
    "stopped early": ((f"{P}/Starting", 90), ("Stopped/Stopped", 0)),
    "timed out": (
        (f"{P}/Starting", 65),
        (f"{P}/Downloading", 40),
        (f"{P}/Training", 900),
        (f"{S}/Stopping", 5),
        (f"{S}/Uploading", 13),
        ("Stopped/MaxRuntimeExceeded", 0),
    ),
    "deleted": (
        (f"{P}/Starting", 65),
        (f"{P}/Downloading", 40),
        ("Failed/Failed", 300),
        ("Deleting/Failed", 0),
    ),
}
#: The same of jobs on spot instances.
SPOT_STORIES: dict[str, tuple[tuple[str, float], ...]] = {
    "waited too long": (  # for instances that were reclaimed
        (f"{P}/Starting", 65),
        (f"{P}/Downloading", 40),
        (f"{P}/Training", 900),
        (f"{P}/Interrupted", 90),
        ("Stopped/MaxWaitTimeExceeded", 0),
    ),
}


def told(name: str, *, job: str = "", after: float = 0.0, **more: Any) -> Life:
    """Return a life of `STORIES` or `SPOT_STORIES`, begun some seconds after `BEGIN`."""
    start = BEGIN + timedelta(seconds=after)
    stays, time = [], start
    for state, seconds in {**STORIES, **SPOT_STORIES}[name]:
        stays.append(Stay(state, time))
        time += timedelta(seconds=seconds)
    key = WRITER.key(job or name.replace(" ", "-"), start)
    if name in SPOT_STORIES:
        more.setdefault("features", {"spot": True})
    more.setdefault("failure", "AlgorithmError: exit code 1")
    return Life(lifecycle=TRAINING_JOB, job=key, stays=tuple(stays), **more)
