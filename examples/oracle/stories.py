"""Lives of training jobs that waiting code should survive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, Stay

CREATED = datetime(2026, 3, 4, 5, 6, 7, 250000, tzinfo=UTC)
MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading the training image",
    "Training": "Training image download completed",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
TRAINED = (
    ("InProgress/Starting", 70),
    ("InProgress/Downloading", 45),
    ("InProgress/Training", 200),
)
STORIES = {
    "completed": (*TRAINED, ("InProgress/Uploading", 40), ("Completed/Completed", 0)),
    "failed": (*TRAINED, ("Failed/Failed", 0)),
    "stopped": (
        *TRAINED,
        ("Stopping/Training", 35),
        ("Stopping/Stopping", 50),
        ("Stopped/Stopped", 0),
    ),
    "stopped before its instances": (("InProgress/Starting", 95), ("Stopped/Stopped", 0)),
    "deleted": (
        ("InProgress/Starting", 70),
        ("InProgress/Downloading", 45),
        ("Failed/Failed", 300),
        ("Deleting/Failed", 0),
    ),
    "timed out": (*TRAINED, ("Stopping/Stopping", 65), ("Stopped/MaxRuntimeExceeded", 0)),
}


def life(name: str, *, messages: dict[str, str] | None = None, after: float = 0.0) -> Life:
    """Return the life of a job called tides, created some seconds after `CREATED`."""
    created = CREATED + timedelta(seconds=after)
    stays, time = [], created
    for state, seconds in STORIES[name]:
        stays.append(Stay(state, time))
        time += timedelta(seconds=seconds)
    assert TRAINING_JOB.writer is not None
    return Life(
        lifecycle=TRAINING_JOB,
        job=TRAINING_JOB.writer.key("tides", created),
        stays=tuple(stays),
        features={"spot": False, "warm_pool": False, "retry": False, "plan": False},
        failure="AlgorithmError: exit code 1" if name in {"failed", "deleted"} else None,
        messages=MESSAGES if messages is None else messages,
    )
