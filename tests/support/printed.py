"""Answers as a client returns them, printed as the oracle reads them: times are texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def printed(answer: Any) -> Any:
    """Return an answer of any form as DescribeTrainingJob would print it."""
    if "detail" in answer:
        return _texts(_from_milliseconds(answer["detail"]))
    return _in_place(_texts(answer))


def _in_place(answer: dict[str, Any]) -> dict[str, Any]:
    """Put a plan where descriptions have it: lists have it beside the rest."""
    if "TrainingPlanArn" in answer:
        answer["ResourceConfig"] = {"TrainingPlanArn": answer.pop("TrainingPlanArn")}
    return answer


def _from_milliseconds(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {each: _from_milliseconds(inner, each) for each, inner in value.items()}
    if isinstance(value, list):
        return [_from_milliseconds(each, name) for each in value]
    return datetime.fromtimestamp(value / 1000, UTC) if name.endswith("Time") else value


def _texts(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    return [_texts(each) for each in value] if isinstance(value, list) else value
