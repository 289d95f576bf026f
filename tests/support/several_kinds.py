"""Answers about jobs of several kinds, as one tracker hears them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.series import SERIES

NOON = datetime(2026, 10, 16, 12, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/tide"


def processing(status: str, *, at: int = 0, **more: object) -> dict[str, object]:
    """Return an answer about a processing job; `at` is its modification, in minutes."""
    return {
        "ProcessingJobName": "tide",
        "ProcessingJobArn": ARN,
        "ProcessingJobStatus": status,
        "CreationTime": NOON,
        "LastModifiedTime": NOON + timedelta(minutes=at),
        **more,
    }


def batch(status: str, *, at: int = 0, **more: object) -> dict[str, object]:
    """Return an answer about a Batch job."""
    created = int(NOON.timestamp() * 1000)
    return {
        "jobName": "tide",
        "jobId": "0-1-2",
        "status": status,
        "createdAt": created,
        "startedAt": created + at * 60_000,
        **more,
    }


ENDED = processing("Failed", at=9, ProcessingEndTime=NOON, FailureReason="it rained")
#: Answers about jobs of three kinds, all that one tracker hears.
MIXED: list[Any] = [
    processing("InProgress", at=1),
    *SERIES[:2],
    batch("RUNNING", at=1),
    {"ProcessingJobSummaries": [ENDED]},
    *SERIES[2:],
    batch("SUCCEEDED", at=2, stoppedAt=int(NOON.timestamp() * 1000) + 180_000),
]
