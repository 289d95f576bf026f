"""What is refused, in AWS's words; what botocore's own validator refuses is, too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from jobstate.emulator.wire.checks import Checks
from jobstate.emulator.wire.faults import SHOWN, TOLD, Fault, WrongTypeError
from jobstate.emulator.wire.wire import Wire
from jobstate.kinds import KINDS
from jobstate.world import RefusedRequestError, World
from tests.support.modelled_requests import Maker, model
from tests.support.requests import CREATING

OPERATION, NAME, REST = CREATING["sagemaker-training-job"]
WIRE = Wire({"sagemaker": [OPERATION, "ListTrainingJobs"], "batch": ["SubmitJob"]})


def refusal(request: dict[str, Any], operation: str = OPERATION) -> RefusedRequestError:
    """Return how a request of SageMaker is refused."""
    headers = [("x-amz-target", f"SageMaker.{operation}")]
    with pytest.raises(RefusedRequestError) as caught:
        WIRE.read("POST", "/", headers, json.dumps(request).encode())
    return caught.value


def creating(**fields: Any) -> dict[str, Any]:
    """Return a request for a training job with some fields instead of its own."""
    return {NAME: "ebb", **REST, **fields}


# --- AWS's words ----------------------------------------------------------------------------------

AN_ERROR = "1 validation error detected: Value"
FAILED = "failed to satisfy constraint: "
LONG = f"Value '{'x' * 64}' at 'trainingJobName' {FAILED}"
PATTERN = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        # aws/sagemaker-python-sdk#384; the pattern has changed since.
        (
            {NAME: "health_care"},
            (
                f"{AN_ERROR} 'health_care' at 'trainingJobName' {FAILED}Member must satisfy regular"
                " expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
            ),
        ),
        # zenml-io/zenml#1517
        (
            {NAME: "x" * 64},
            (
                f"2 validation errors detected: {LONG}Member must have length less than or equal to"
                f" 63; {LONG}Member must satisfy regular expression pattern: {PATTERN}"
            ),
        ),
        # aws/sagemaker-python-sdk#314
        (
            {"HyperParameters": {"a": "1", "b": "x\n"}},
            (
                f"{AN_ERROR} '{{a=1, b=x\n}}' at 'hyperParameters' {FAILED}Map value must satisfy"
                " constraint: [Member must have length less than or equal to 2500, Member must have"
                " length greater than or equal to 0, Member must satisfy regular expression"
                " pattern: .*]"
            ),
        ),
        # aws/sagemaker-python-sdk#6016
        (
            {"HyperParameters": {str(number): "" for number in range(101)}},
            f"' at 'hyperParameters' {FAILED}Member must have length less than or equal to 100",
        ),
        # aws-samples/aws-sagemaker-heart-disease-prediction#1
        (
            {"ResourceConfig": {"InstanceType": "ml.t2.medium", "VolumeSizeInGB": 1}},
            (
                f"{AN_ERROR} 'ml.t2.medium' at 'resourceConfig.instanceType' {FAILED}Member must"
                " satisfy enum value set: [ml.m4.xlarge, "
            ),
        ),
        # SWO-GS/auto-tag#90
        (
            {"Tags": [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "D&T"}]},
            (
                f"{AN_ERROR} 'D&T' at 'tags.2.member.value' {FAILED}Member must satisfy regular"
                r" expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"
            ),
        ),
        (
            {"Tags": [{"Key": "a", "Value": ""}] * 51},
            f"{AN_ERROR} '[{{Key=a, Value=}}, {{Key=a, Value=}}, ",
        ),
        # boto/botocore#3337
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 0}},
            (
                f"{AN_ERROR} '0' at 'stoppingCondition.maxRuntimeInSeconds' {FAILED}Member must"
                " have value greater than or equal to 1"
            ),
        ),
        (
            {"RoleArn": None},
            f"{AN_ERROR} null at 'roleArn' {FAILED}Member must not be null",
        ),
    ],
)
def test_constraints_are_told_as_aws_tells_them(fields: dict[str, Any], says: str) -> None:
    """As people have reported it of the service."""
    found = refusal(creating(**fields))
    assert (found.code, found.status) == ("ValidationException", 400)
    assert says in found.message


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({NAME: 1}, "NUMBER_VALUE can not be converted to a String (at 'trainingJobName')"),
        ({NAME: True}, "TRUE_VALUE can not be converted to a String (at 'trainingJobName')"),
        ({NAME: ["x"]}, "Start of list found where not expected (at 'trainingJobName')"),
        (
            {NAME: {"a": 1}},
            "Start of structure or map found where not expected. (at 'trainingJobName')",
        ),
        ({"Tags": "x"}, "Expected list or null (at 'tags')"),
        ({"Tags": [1]}, "Expected null (at 'tags.1.member')"),
        (
            {"Tags": {}},
            "Start of structure or map found where not expected. (at 'tags')",
        ),
        ({"HyperParameters": 1}, "Expected map or null (at 'hyperParameters')"),
        (
            {"HyperParameters": {"a": 1}},
            "NUMBER_VALUE can not be converted to a String (at 'hyperParameters.a.member')",
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": "1"}},
            (
                "STRING_VALUE can not be converted to an Integer"
                " (at 'stoppingCondition.maxRuntimeInSeconds')"
            ),
        ),
        (
            {"EnableManagedSpotTraining": "true"},
            "STRING_VALUE can not be converted to a Boolean (at 'enableManagedSpotTraining')",
        ),
    ],
)
def test_wrong_types_are_told_as_aws_tells_them(fields: dict[str, Any], says: str) -> None:
    """As it was measured of Athena, which has the same protocol; where it is stands besides."""
    found = refusal(creating(**fields))
    assert (found.code, found.message) == ("SerializationException", says)


@pytest.mark.parametrize("time", ["2026-03-01", True, 1e300, -1e300])
def test_times_are_seconds(time: object) -> None:
    """Whatever else it is, it is none."""
    found = refusal({"CreationTimeAfter": time}, "ListTrainingJobs")
    assert found.message.endswith(
        "can not be converted to milliseconds since epoch (at 'creationTimeAfter')"
    )


def test_much_that_is_wrong_is_told_in_short() -> None:
    """Values are cut, and of many faults the first are told."""
    tags = [{"Key": "", "Value": "?" * 300} for _ in range(50)]
    found = refusal(creating(Tags=tags, HyperParameters={"a": "x" * 100_000, "b": ""}))
    assert found.message.startswith("151 validation errors detected: Value '{a=xxx")
    assert found.message.count("Value ") == TOLD
    assert "x" * (SHOWN + 1) not in found.message


def test_what_is_passed_over() -> None:
    """Null, in lists too, and what the model does not have; fractions for whole numbers are cut."""
    request = creating(
        Tides=1,
        EnableManagedSpotTraining=None,
        Tags=[None, {"Key": "a", "Value": "b", "C": 1}],
        HyperParameters={"a": None},
        StoppingCondition={"MaxRuntimeInSeconds": 60.9},
    )
    headers = [(b"X-Amz-Target", b"SageMaker.CreateTrainingJob")]
    call = WIRE.read("POST", "/", headers, json.dumps(request).encode())
    assert call.arguments == creating(
        Tags=[{"Key": "a", "Value": "b"}],
        HyperParameters={},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


# --- Shapes that requests about jobs don't have ---------------------------------------------------


def shape(**shapes: dict[str, Any]) -> Any:
    """Return the shape `it` of a model that is made by hand."""
    return ServiceModel({"metadata": {}, "shapes": shapes, "operations": {}}).shape_for("it")


def checked(of: Any, value: Any) -> tuple[Any, list[str]]:
    """Return what a value stands for, and what is wrong with it."""
    faults: list[Fault] = []
    return Checks().of(of)(value, faults), list(map(str, faults))


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        ({"type": "blob"}, "4pyT", b"\xe2\x9c\x93"),
        ({"type": "double"}, 1, 1.0),
        ({"type": "float"}, -0.5, -0.5),
        ({"type": "long"}, 2**63 - 1, 2**63 - 1),
        ({"type": "timestamp"}, 1_772_366_400, NOON),
        ({"type": "timestamp", "timestampFormat": "iso8601"}, "2026-03-01T12:00:00Z", NOON),
        ({"type": "timestamp", "timestampFormat": "iso8601"}, "2026-03-01T13:00+01:00", NOON),
        (
            {"type": "timestamp", "timestampFormat": "rfc822"},
            "Sun, 01 Mar 2026 12:00:00 GMT",
            NOON,
        ),
    ],
)
def test_what_values_stand_for(kind: dict[str, Any], value: Any, made: Any) -> None:
    """By the type of their shape."""
    assert checked(shape(it=kind), value) == (made, [])


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("blob", "?", "STRING_VALUE can not be converted to a Blob"),
        ("double", 10**400, "NUMBER_VALUE can not be converted to a Double"),
        ("double", "1", "STRING_VALUE can not be converted to a Double"),
        ("long", 2**63, "NUMBER_VALUE can not be converted to a Long"),
        ("integer", -(2**31) - 1, "NUMBER_VALUE can not be converted to an Integer"),
    ],
)
def test_what_values_can_not_be(kind: str, value: Any, says: str) -> None:
    """Nothing of a wrong type stands for anything."""
    with pytest.raises(WrongTypeError, match=says):
        checked(shape(it={"type": kind}), value)


def test_times_that_are_written_wrong() -> None:
    """Are of a wrong type."""
    with pytest.raises(WrongTypeError, match="STRING_VALUE can not be converted to milliseconds"):
        checked(shape(it={"type": "timestamp", "timestampFormat": "iso8601"}), "noon")


def test_unions_have_one_member() -> None:
    """None and two are refused; a member that the model does not have does not count."""
    members = {"a": {"shape": "t"}, "b": {"shape": "t"}}
    it = shape(it={"type": "structure", "union": True, "members": members}, t={"type": "string"})
    assert checked(it, {"a": "1", "c": 2}) == ({"a": "1"}, [])
    for wrong in ({}, {"a": "1", "b": "2"}):
        assert len(checked(it, wrong)[1]) == 1


def test_what_holds_itself() -> None:
    """Is checked all the way down, and told by its whole path."""
    it = shape(
        it={"type": "structure", "members": {"Of": {"shape": "l"}, "N": {"shape": "n"}}},
        l={"type": "list", "member": {"shape": "it"}},
        n={"type": "integer", "min": 1},
    )
    value = {"Of": [{"N": 1}, {"Of": [{"N": 0}]}]}
    assert checked(it, value)[1] == [
        (
            "Value '0' at 'of.2.member.of.1.member.n' failed to satisfy constraint: Member must"
            " have value greater than or equal to 1"
        )
    ]


def test_secrets_are_not_repeated() -> None:
    """Nor is how long they are."""
    it = shape(it={"type": "structure", "members": {"Key": {"shape": "s"}}}, s=SECRET)
    assert checked(it, {"Key": "tides"})[1] == [
        (
            "Value at 'key' failed to satisfy constraint: Member must have length less than or"
            " equal to 3"
        )
    ]


SECRET = {"type": "string", "sensitive": True, "max": 3}


def test_a_pattern_that_can_not_be_tested_holds_nobody_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is of a model that is newer than the library; the log tells it once."""
    it = shape(it={"type": "string", "pattern": r"\p{InTides}+"})
    assert [checked(it, "ebb")[1] for _ in range(2)] == [[], []]
    assert [each.message for each in caplog.records] == [
        (
            r"the pattern '\\p{InTides}+' can't be tested: no characters are of category InTides;"
            " requests are not held to it"
        )
    ]


# --- botocore's validator -------------------------------------------------------------------------


def spoilt(value: Any, rng: Random) -> Any:
    """Return arguments with something else in some place, or something left out."""
    if isinstance(value, dict) and value:
        name = rng.choice(sorted(value))
        if rng.random() < 0.2:
            return {each: value[each] for each in value if each != name}
        return value | {name: spoilt(value[name], rng)}
    if isinstance(value, list) and value:
        return [spoilt(value[0], rng), *value[1:]]
    return rng.choice(("", "x", 0, -1, True, [], {}, ["a"], {"a": "b"}))


def is_refused(given: Any, of: Any) -> bool:
    """Return whether botocore refuses arguments, other than for members that there are not."""
    errors = ParamValidator().validate(given, of)
    return any(reason != "unknown field" for reason, *_ in errors._errors)  # noqa: SLF001


def test_what_botocore_refuses_is_refused() -> None:
    """Of sixty requests of each operation that the emulator has, most of them spoilt."""
    rng, refused = Random(19), 0
    for service, operations in World(KINDS, datetime.now).services.items():
        for operation in operations:
            of = model(service).operation_model(operation).input_shape
            check = Checks().of(of)
            for _ in range(60):
                given = spoilt(Maker(rng).made(of), rng)
                if is_refused(given, of):
                    refused += 1
                    faults: list[Fault] = []
                    try:
                        check(given, faults)
                    except WrongTypeError:
                        continue
                    assert faults, (operation, given)
    assert refused > 300
