"""What stays when jobs are forgotten is bounded in bytes, however much was said of them."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB

BEGIN = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
ROUND = ("Starting", "Downloading", "Training", "Interrupted")


def answer(number: int, entries: int, message: int) -> dict[str, Any]:
    """Return a describe answer of a job with so many entries, each with a message of its own."""
    statuses = [ROUND[place % len(ROUND)] for place in range(entries)]
    history = [
        {
            "Status": status,
            "StartTime": BEGIN + timedelta(seconds=place),
            "EndTime": BEGIN + timedelta(seconds=place + 1),
            "StatusMessage": f"{number} {place} ".ljust(message, "x"),
        }
        for place, status in enumerate(statuses)
    ]
    del history[-1]["EndTime"]
    return {
        "TrainingJobName": f"job-{number}",
        "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/job-{number}",
        "CreationTime": BEGIN,
        "LastModifiedTime": BEGIN + timedelta(seconds=entries),
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": statuses[-1],
        "SecondaryStatusTransitions": history,
    }


def test_little_is_left() -> None:
    """Of 36 MB of messages, which are kept once for all jobs as long as jobs have them."""
    tracker = Tracker(TRAINING_JOB)
    tracemalloc.start()
    try:
        for number in range(100):
            tracker.forget(tracker.observe(answer(number, entries=6, message=60_000)).job)
        gc.collect()
        found, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found < 20_000_000
