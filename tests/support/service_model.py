"""Answers against botocore's service model, and as a real client reads them off the wire.

botocore's own validator checks neither enums nor patterns, and no answers at all.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the model requires and real answers leave out: FACTS §4, ModelArtifacts is in every
#: Completed job and absent in those in progress and failed ones (observed); KINDS §8, startedAt
#: is that of an attempt of a Batch job, and there is none before it has run.
LEFT_OUT = frozenset(
    {("DescribeTrainingJobResponse", "ModelArtifacts"), ("JobDetail", "startedAt")}
)
_TYPES: dict[str, type] = {
    "structure": dict,
    "list": list,
    "map": dict,
    "string": str,
    "integer": int,
    "long": int,
    "float": float,
    "boolean": bool,
    "timestamp": datetime,
}


@cache
def shape(name: str) -> Any:
    """Return a shape of the SageMaker model."""
    return botocore.session.get_session().get_service_model("sagemaker").shape_for(name)


def faults(value: Any, of: Any, path: str = "") -> Iterator[str]:
    """Yield everything that a model's shape does not allow in a value."""
    kind: type = type(value)  # isinstance would take true for an integer
    if kind is not _TYPES[of.type_name]:
        yield f"{path}: {value!r} is no {of.type_name}"
        return
    yield from _of_metadata(value, of, path)
    if of.type_name == "structure":
        missing = {name for name in of.required_members if (of.name, name) not in LEFT_OUT}
        yield from (f"{path}.{name}: missing" for name in sorted(missing - value.keys()))
        yield from (f"{path}.{name}: unknown" for name in sorted(value.keys() - of.members.keys()))
        for name in value.keys() & of.members.keys():
            yield from faults(value[name], of.members[name], f"{path}.{name}")
    elif of.type_name == "list":
        for place, each in enumerate(value):
            yield from faults(each, of.member, f"{path}[{place}]")


def _of_metadata(value: Any, of: Any, path: str) -> Iterator[str]:
    known = of.metadata
    if "enum" in known and value not in known["enum"]:
        yield f"{path}: {value!r} is not in the enum"
    if "pattern" in known and not re.fullmatch(known["pattern"], value):
        yield f"{path}: {value!r} does not match {known['pattern']}"
    size = len(value) if isinstance(value, (str, list, dict)) else value
    if "min" in known and size < known["min"]:
        yield f"{path}: {value!r} is below {known['min']}"
    if "max" in known and size > known["max"]:
        yield f"{path}: {value!r} is above {known['max']}"


# --- Over the wire ------------------------------------------------------------------------------


class Wire:
    """A real client whose every answer is `body`, in SageMaker's JSON protocol."""

    def __init__(self) -> None:
        self.body: dict[str, Any] = {}
        self.client = boto3.client(
            "sagemaker",
            region_name="eu-west-1",
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",  # noqa: S106 - goes nowhere
            config=Config(parameter_validation=True),
        )
        self.client.meta.events.register("before-send.sagemaker.*", self._answered)

    def _answered(self, request: Any, **_: Any) -> Any:
        text = json.dumps(self.body, default=_seconds).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, 200, headers, _Raw(text))

    def described(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return a DescribeTrainingJob answer as the client returns it."""
        self.body = answer
        return self._plain(self.client.describe_training_job(TrainingJobName="any"))

    def listed(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the items of a ListTrainingJobs answer as the client returns them."""
        self.body = {"TrainingJobSummaries": items}
        found: list[dict[str, Any]] = self._plain(self.client.list_training_jobs())[
            "TrainingJobSummaries"
        ]
        return found

    def _plain(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {name: _in_utc(each) for name, each in answer.items() if name != "ResponseMetadata"}


def _seconds(value: datetime) -> float:
    """Return a time as the protocol has it: seconds since 1970, to the millisecond."""
    return round(value.timestamp(), 3)


def _in_utc(value: Any) -> Any:
    """Return times to the millisecond and in UTC, as the answers that were sent have them."""
    if isinstance(value, datetime):
        milliseconds = round(value.timestamp() * 1000)
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(
            microsecond=milliseconds % 1000 * 1000
        )
    if isinstance(value, dict):
        return {name: _in_utc(each) for name, each in value.items()}
    return [_in_utc(each) for each in value] if isinstance(value, list) else value


class _Raw:
    """A body that was read off the network."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the body."""
        yield self._text
