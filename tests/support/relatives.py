"""Answers about jobs that belong together: a tuning job and its training jobs, an array."""

from __future__ import annotations

from typing import Any, Final

ARN: Final = "arn:aws:sagemaker:eu-west-1:111122223333"
SWEEP: Final = f"{ARN}:hyper-parameter-tuning-job/sweep"
TUNING: Final = "sagemaker-hyper-parameter-tuning-job"
ARRAY: Final = "0b0b7c58-41ee-4f5c-8a2e-0123456789ab"
ENDS: Final = {"Completed", "Failed", "Stopped"}


def tuning(
    status: str = "Completed", modified: str = "07:00:00.500", **counters: int
) -> dict[str, Any]:
    """Return a description of a tuning job with some counters; the others are 0."""
    names = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
    jobs = dict.fromkeys(names, 0) | counters
    time = f"2026-10-05T{modified}Z"
    answer: dict[str, Any] = {
        "HyperParameterTuningJobName": "sweep",
        "HyperParameterTuningJobArn": SWEEP,
        "HyperParameterTuningJobStatus": status,
        "CreationTime": "2026-10-05T06:00:00Z",
        "LastModifiedTime": time,
        "TrainingJobStatusCounters": jobs,
        "ObjectiveStatusCounters": {
            "Succeeded": jobs["Completed"] + jobs["Stopped"],
            "Pending": jobs["InProgress"],
            "Failed": jobs["RetryableError"] + jobs["NonRetryableError"],
        },
    }
    return answer | ({"HyperParameterTuningEndTime": time} if status in ENDS else {})


def trained(
    number: int, status: str = "Completed", modified: str = "06:20:00.500", **more: Any
) -> dict[str, Any]:
    """Return a description of a training job that the tuning job started."""
    time = f"2026-10-05T{modified}Z"
    name = f"sweep-{number:03}-a301f0d0"
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"{ARN}:training-job/{name}",
        "TrainingJobStatus": status,
        "SecondaryStatus": "Training" if status == "InProgress" else status,
        "CreationTime": "2026-10-05T06:05:00Z",
        "TrainingStartTime": "2026-10-05T06:06:00Z",
        "LastModifiedTime": time,
        "TuningJobArn": SWEEP,
        **({"TrainingEndTime": time} if status in ENDS else {}),
        **({"ModelArtifacts": {"S3ModelArtifacts": "s3://m"}} if status == "Completed" else {}),
        **more,
    }


def array(status: str = "SUCCEEDED", size: int = 3, **counted: int) -> dict[str, Any]:
    """Return a description of the parent of an array."""
    summary = {"statusSummary": counted} if counted else {}
    return _batch(ARRAY, status, {"size": size, **summary})


def in_array(index: int, status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    """Return a description of a child of it."""
    return _batch(f"{ARRAY}:{index}", status, {"index": index}) | more


def _batch(job_id: str, status: str, properties: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "jobId": job_id,
        "jobName": "nightly",
        "status": status,
        "createdAt": 1_790_000_000_000,
        "arrayProperties": properties,
        "attempts": [],
    }
    if status in {"SUCCEEDED", "FAILED"}:
        answer["stoppedAt"] = 1_790_000_090_000
    return answer
