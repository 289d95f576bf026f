"""Jobs to listen to, and what the answers about them say by themselves."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from jobstate import Event, JobKey, Tracker
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS, described, item
from tests.support.small import PARCELS, parcel

#: Breaks a line, clears a terminal, turns the direction, can't be encoded, formats.
HOSTILE = "Hib\nern\x1b[2Jating\u202e\ud800 %s %(x)s {x}"
PLAIN = r"Hib\nern\x1b[2Jating\u202e\ud800 %s %(x)s {x}"


def everything() -> list[Event]:
    """Return events of every kind about a job that comes to a bad end, in order."""
    told: list[Event] = []
    tracker = Tracker(TRAINING_JOB, listeners=[told.append])
    answers = [
        described(("Starting", 60)),
        item("tide", "Stopping", "Starting"),
        item("tide", "Stopping", "Hibernating"),
        item("tide", "Failed", "Failed") | {"FailureReason": "AlgorithmError: exit code 1"},
        item("tide", "InProgress", "Training"),
    ]
    for hour, answer in enumerate(answers):
        tracker.observe(answer | {"LastModifiedTime": f"2026-03-05T0{hour}:00:00Z"})
    return told


def hostile() -> list[Event]:
    """Return events whose texts would do harm."""
    told: list[Event] = []
    tracker = Tracker(PARCELS, listeners=[told.append])
    tracker.observe(parcel(HOSTILE, "packed", HOSTILE, at=61))
    tracker.observe(parcel("delivered", at=122))
    tracker.observe(parcel("packed", "packed", HOSTILE * 100, at=183))
    return told


def flat(event: Event, within: str) -> dict[str, Any]:
    """Return an event's own data, the parts of its job and its result beside the rest."""
    data: dict[str, Any] = event.to_dict()
    nested = {name: data.pop(name) for name in ("job", "result") if name in data}
    for part, values in nested.items():
        data |= {f"{part}{within}{name}": value for name, value in values.items()}
    return data


# --- Real lives ---------------------------------------------------------------------------------

#: Whole lives, each as one describe answer.
LIVES = (
    *("completed.json", "failed.json", "stopped.json", "timed-out.json"),
    *("spot-interrupted.json", "stopped-before-start.json", "warm-pool-reused.json"),
)
#: What jobs only end in, in AWS's words.
LAST = {"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}


class Stay(NamedTuple):
    """An entry of an answer's history."""

    status: str
    start: datetime
    end: datetime | None

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        assert self.end is not None
        return (self.end - self.start).total_seconds()


def answers(name: str) -> list[dict[str, Any]]:
    """Return the answers of an example, one a line where it is a series."""
    text = (ANSWERS / name).read_text(encoding="utf-8")
    return [json.loads(each) for each in (text.splitlines() if name.endswith("l") else [text])]


def stays(answer: dict[str, Any]) -> list[Stay]:
    """Return an answer's history as the answer prints it."""
    return [
        Stay(each["Status"], moment(each["StartTime"]), moment(each.get("EndTime")))
        for each in answer["SecondaryStatusTransitions"]
    ]


def key(answer: dict[str, Any]) -> JobKey:
    """Return what identifies the job of an answer."""
    return JobKey(
        "sagemaker-training-job", answer["TrainingJobArn"], moment(answer["CreationTime"])
    )


def moment(text: str | None) -> Any:
    """Return a time as an answer prints it; None of None."""
    return None if text is None else datetime.fromisoformat(text)


def heard(*polls: object) -> list[Event]:
    """Return what a listener hears of answers about training jobs."""
    told: list[Event] = []
    tracker = Tracker(TRAINING_JOB, listeners=[told.append])
    for poll in polls:
        tracker.observe(poll)
    return told


# --- A library that is not there ----------------------------------------------------------------
