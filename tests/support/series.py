"""A series of answers about one job, and what a listener hears of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS

if TYPE_CHECKING:
    from jobstate import Event


def answers(name: str) -> list[dict[str, Any]]:
    """Return the answers of an example."""
    text = (ANSWERS / name).read_text(encoding="utf-8")
    return [json.loads(each) for each in (text.splitlines() if name.endswith("l") else [text])]


SERIES = answers("series.jsonl")
ARN: str = SERIES[0]["TrainingJobArn"]


def renamed(answer: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the same answer about another job."""
    arn = f"{ARN}-{number}"
    return {**answer, "TrainingJobName": arn.rpartition("/")[2], "TrainingJobArn": arn}


def whole(*polls: object) -> list[Event]:
    """Return what a listener hears of answers, by default of the series, that is never away."""
    heard: list[Event] = []
    tracker = Tracker(TRAINING_JOB, listeners=[heard.append])
    for poll in polls or SERIES:
        tracker.observe(poll)
    return heard
