"""The corpus of real jobs as answers of the API: dictionaries like boto3's, times as ISO strings.

Nothing is changed to make a trace look right. What the corpus lost on purpose is made up (the
arn), and so is a creation time that no source printed, because a job has no identity without it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

Trace: TypeAlias = dict[str, Any]
Answer: TypeAlias = dict[str, Any]

#: Where the corpus lies, with a README beside it.
CORPUS = Path(__file__).parents[1] / "corpus" / "training_jobs.jsonl"
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/"
#: The creation time of the one job of which no time at all was printed.
NO_TIME = "2020-01-01T00:00:00Z"
#: The corpus keeps only that there was a reason.
FAILURE_REASON = "(not recorded)"

_STOPPED = {"Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}


def traces(path: Path = CORPUS) -> list[Trace]:
    """Return every trace of the corpus, as it is written."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_usable(trace: Trace) -> bool:
    """Return whether a trace is real and whole, so that it may be judged by."""
    return not (trace["placeholder"] or trace.get("quality") or trace.get("fixture") == "edited")


def usable_series(path: Path = CORPUS) -> list[tuple[Trace, list[Answer]]]:
    """Return every usable trace with its answers."""
    return [(trace, answers(trace)) for trace in traces(path) if is_usable(trace)]


def answers(trace: Trace) -> list[Answer]:
    """Return what the API answered, in order, as far as a trace shows it."""
    match trace["kind"]:
        case "transitions":
            return [_describe_with_history(trace)]
        case "describe":
            return _describes(trace)
        case "log":
            return _log(trace)
        case "summary":
            return [_summary(trace)]
        case kind:
            raise ValueError(kind)


def is_from_list(trace: Trace) -> bool:
    """Return whether a trace's answers come from ListTrainingJobs, not DescribeTrainingJob."""
    return bool(trace["kind"] == "summary")


def _describe_with_history(trace: Trace) -> Answer:
    return {
        **_identity(trace),
        **_fields(trace),
        "SecondaryStatusTransitions": _transitions(trace["observations"]),
    }


def _describes(trace: Trace) -> list[Answer]:
    """Answer by answer; `fields` are those of the last one."""
    observations = trace["observations"]
    series = [_one_describe(trace, observation) for observation in observations]
    series[-1] = {**series[-1], **_fields(trace)}
    return series


def _one_describe(trace: Trace, observation: dict[str, Any]) -> Answer:
    answer = _identity(trace) | _lasting(trace)
    answer["TrainingJobStatus"] = observation["primary"]
    answer["SecondaryStatus"] = observation["secondary"]
    modified = observation.get("last_modified")
    if modified is None and _prints_modification_times(trace):
        modified = observation["time"]
    if modified is not None:
        answer["LastModifiedTime"] = _utc(modified)
    for key, name in (("training_start", "TrainingStartTime"), ("training_end", "TrainingEndTime")):
        if observation.get(key) is not None:
            answer[name] = _utc(observation[key])
    if "transitions" in observation:
        answer["SecondaryStatusTransitions"] = _transitions(observation["transitions"])
    return answer


def _prints_modification_times(trace: Trace) -> bool:
    """Tell what `time` is: some sources print when they polled, some LastModifiedTime."""
    modified = trace["fields"].get("LastModifiedTime")
    return modified is not None and modified == trace["observations"][-1]["time"]


def _log(trace: Trace) -> list[Answer]:
    """One thin answer a line. The SDK prints LastModifiedTime, and no primary status."""
    series: list[Answer] = []
    stopping = False
    for observation in trace["observations"]:
        secondary = observation["secondary"]
        stopping = stopping or secondary == "Stopping"
        series.append(
            {
                **_identity(trace),
                **_lasting(trace),
                "LastModifiedTime": _utc(observation["time"]),
                "TrainingJobStatus": _primary(secondary, stopping=stopping),
                "SecondaryStatus": secondary,
            }
        )
    series[-1] = {**series[-1], **_fields(trace)}  # the SDK prints both durations at the end
    return series


def _primary(secondary: str, *, stopping: bool) -> str:
    """Return the primary status of a line in a log, as the corpus's README derives it."""
    if secondary in {"Completed", "Failed"}:
        return secondary
    if secondary in _STOPPED:
        return "Stopped"
    if secondary == "Stopping" or (secondary == "Uploading" and stopping):
        return "Stopping"
    return "InProgress"


def _summary(trace: Trace) -> Answer:
    return {**_identity(trace), **_fields(trace)}


def _identity(trace: Trace) -> Answer:
    times = [each["time"] for each in trace["observations"] if each["time"]]
    created = trace["fields"].get("CreationTime") or (times[0] if times else NO_TIME)
    return {
        "TrainingJobName": trace["job"],
        "TrainingJobArn": ARN + trace["job"],
        "CreationTime": _utc(created),
    }


def _lasting(trace: Trace) -> Answer:
    """Return what is true of a job from its creation on, so of every answer about it."""
    name = "EnableManagedSpotTraining"
    return {name: trace["fields"][name]} if name in trace["fields"] else {}


def _fields(trace: Trace) -> Answer:
    fields = {
        name: _utc(value) if name.endswith("Time") else value
        for name, value in trace["fields"].items()
    }
    if fields.pop("FailureReason", False):
        fields["FailureReason"] = FAILURE_REASON
    if "WarmPoolStatus" in fields:
        fields["WarmPoolStatus"] = {"Status": fields["WarmPoolStatus"]}
    return fields


def _transitions(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"Status": each["secondary"], "StartTime": _utc(each["time"])}
        | ({"EndTime": _utc(each["end_time"])} if each["end_time"] is not None else {})
        | ({"StatusMessage": each["message"]} if each["message"] is not None else {})
        for each in entries
    ]


def _utc(text: str) -> str:
    """Return a time as printed, with a Z where no zone was."""
    clock = text.partition("T")[2]
    return text if clock.endswith("Z") or "+" in clock or "-" in clock else f"{text}Z"
