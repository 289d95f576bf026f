"""Answers as they are printed: botocore's parser reads them, and they come back as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from jobstate.emulator.wire import Wire, WireResponse
from jobstate.emulator.wire.printing import AnswerPrinter, Prints
from jobstate.errors import UnknownNameError
from jobstate.kinds import KINDS
from jobstate.world import World
from tests.support.modelled_requests import model
from tests.support.requests import CREATING

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
LATER = NOON + timedelta(minutes=3)
#: Kind → its service, and how a job of it is described and listed.
ASKING = {
    "sagemaker-training-job": ("DescribeTrainingJob", "ListTrainingJobs"),
    "sagemaker-processing-job": ("DescribeProcessingJob", "ListProcessingJobs"),
    "sagemaker-transform-job": ("DescribeTransformJob", "ListTransformJobs"),
    "sagemaker-hyper-parameter-tuning-job": (
        "DescribeHyperParameterTuningJob",
        "ListHyperParameterTuningJobs",
    ),
}


def parsed(service: str, operation: str, response: WireResponse) -> Any:
    """Return what botocore's parser makes of a response."""
    known = model(service)
    given = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": response.body,
    }
    shape = known.operation_model(operation).output_shape
    found = create_parser(known.metadata["protocol"]).parse(given, shape)
    return {name: each for name, each in found.items() if name != "ResponseMetadata"}


def world_with(kind: str) -> tuple[World, str]:
    """Return a world in which a job was created three minutes ago, and what its name is."""
    now = [NOON]
    world = World(KINDS, lambda: now[0])
    operation, name, rest = CREATING[kind]
    answer = world.answer(operation, {name: "ebb", **rest})
    now[0] = LATER
    return world, str(answer.get("jobId", "ebb"))


@pytest.mark.parametrize("kind", ASKING)
def test_answers_come_back(kind: str) -> None:
    """As the world gave them, with all that the model knows of, times to the millisecond."""
    world, _ = world_with(kind)
    wire = Wire(world.services)
    describe, listed = ASKING[kind]
    request = {describe.removeprefix("Describe") + "Name": "ebb"}
    for operation, arguments in ((describe, request), (listed, {})):
        answer = world.answer(operation, arguments)
        response = wire.respond(
            *("POST", "/", [("X-Amz-Target", f"SageMaker.{operation}")]),
            *(
                json.dumps(arguments).encode(),
                lambda call: world.answer(call.operation, call.arguments),
            ),
        )
        assert response.status == 200
        assert in_utc(parsed("sagemaker", operation, response)) == answer


def test_answers_of_batch_come_back() -> None:
    """Whose operations have paths, and whose times are milliseconds."""
    world, job = world_with("aws-batch-job")
    wire = Wire(world.services)
    for operation, arguments in (
        ("DescribeJobs", {"jobs": [job]}),
        ("ListJobs", {"jobQueue": "spring", "jobStatus": "SUCCEEDED"}),
    ):
        path = model("batch").operation_model(operation).http["requestUri"]
        response = wire.respond(
            *("POST", path, [], json.dumps(arguments).encode()),
            lambda call: world.answer(call.operation, call.arguments),
        )
        assert response.headers["Content-Type"] == "application/json"
        assert parsed("batch", operation, response) == world.answer(operation, arguments)


def in_utc(value: Any) -> Any:
    """Return an answer with its times in UTC, as the world has them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, dict):
        return {name: in_utc(each) for name, each in value.items()}
    return [in_utc(each) for each in value] if isinstance(value, list) else value


def test_pages_are_joined_of_items_that_are_printed() -> None:
    """They are the same as those that are printed at once."""
    printer = Wire({"sagemaker": ["ListTrainingJobs", "StopTrainingJob"]}).printer(
        "sagemaker", "ListTrainingJobs"
    )
    items = [{"TrainingJobName": name, "CreationTime": NOON, "Nothing": 1} for name in "ab"]
    for rest in ({}, {"NextToken": 'x"\u6f6e', "Nothing": 2}):
        page = printer.page(map(printer.item, items), rest)
        assert json.loads(page) == json.loads(
            printer.answer({"TrainingJobSummaries": items, **rest})
        )
        assert b"Nothing" not in page
    assert json.loads(printer.page([])) == {"TrainingJobSummaries": []}


def test_what_lists_nothing_has_no_items() -> None:
    """It is an error that says so; so is what is not offered."""
    wire = Wire({"sagemaker": ["StopTrainingJob"]})
    printer = wire.printer("sagemaker", "StopTrainingJob")
    assert printer.answer({"a": 1}) == b"{}"
    with pytest.raises(TypeError, match="expected an operation that answers with a list"):
        printer.item({})
    for service, operation in (("sagemaker", "ListTrainingJobs"), ("tides", "Ebb")):
        with pytest.raises(UnknownNameError, match=f"no operation of {service} that is offered"):
            wire.printer(service, operation)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ({"type": "blob"}, b"\xe2\x9c\x93"),
        ({"type": "timestamp"}, NOON),
        ({"type": "timestamp", "timestampFormat": "iso8601"}, NOON),
        ({"type": "timestamp", "timestampFormat": "rfc822"}, NOON.replace(microsecond=0)),
        ({"type": "map", "key": {"shape": "s"}, "value": {"shape": "t"}}, {"a": NOON}),
        ({"type": "list", "member": {"shape": "it"}}, [{}, {"x": [{}]}]),
    ],
)
def test_other_shapes_come_back(kind: dict[str, Any], value: Any) -> None:
    """Blobs, times however they are written, maps of them, and what holds itself."""
    shapes = {
        "it": {"type": "structure", "members": {"x": {"shape": "x"}}},
        "x": kind,
        "s": {"type": "string"},
        "t": {"type": "timestamp"},
    }
    shape = ServiceModel({"metadata": {}, "shapes": shapes, "operations": {}}).shape_for("it")
    body = AnswerPrinter(shape, Prints()).answer({"x": value})
    given = {"status_code": 200, "headers": HeadersDict({}), "body": body}
    assert in_utc(create_parser("json").parse(given, shape))["x"] == value
