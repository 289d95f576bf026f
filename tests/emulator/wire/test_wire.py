"""Requests on their way: which operation, which place, which body; responses and their headers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from jobstate.emulator.wire import MOST_BYTES, Wire, WireCall, WireResponse, too_large
from jobstate.errors import UnknownNameError
from jobstate.model.operations import Place
from jobstate.world import RefusedRequestError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WIRE = Wire(
    {
        "sagemaker": ["DescribeTrainingJob", "StopTrainingJob", "Search"],
        "batch": ["ListJobs", "TagResource", "UntagResource", "ListTagsForResource"],
    },
    now=lambda: NOON,
    request_id=lambda: "tide-1",
    place=Place("999999999999", "eu-north-1"),
)
EBB = b'{"TrainingJobName": "ebb"}'


def asked(
    body: bytes = EBB, target: str = "DescribeTrainingJob", authorization: str = ""
) -> WireCall:
    """Return what a request for the description of a job asks."""
    headers = [("X-AMZ-TARGET", f"SageMaker.{target}"), ("Authorization", authorization)]
    return WIRE.read("POST", "/", headers, body)


def refusal(body: bytes = EBB, target: str = "DescribeTrainingJob") -> RefusedRequestError:
    """Return how it is refused."""
    with pytest.raises(RefusedRequestError) as caught:
        asked(body, target)
    return caught.value


def responded(
    method: str = "POST",
    url: str = "/",
    body: bytes = EBB,
    answer: Any = None,
    target: str = "DescribeTrainingJob",
) -> WireResponse:
    """Return the response to a request that is answered so, or refused with an error."""

    def answered(_: WireCall) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer or {}

    headers = [("X-Amz-Target", f"SageMaker.{target}")] if target else []
    return WIRE.respond(method, url, headers, body, answered)


# --- Where a request is for -----------------------------------------------------------------------


def signed(key: str, region: str = "us-west-2") -> str:
    """Return the header of a signature."""
    scope = f"{key}/20260301/{region}/sagemaker/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    ("authorization", "place"),
    [
        ("", Place("999999999999", "eu-north-1")),
        (signed("AKIDEXAMPLE"), Place("999999999999", "us-west-2")),
        (signed("123456789012"), Place("123456789012", "us-west-2")),
        (signed("1234567890123", "us-gov-west-1"), Place("999999999999", "us-gov-west-1")),
        (signed("x", "../../etc"), Place("999999999999", "eu-north-1")),
        ("Bearer x", Place("999999999999", "eu-north-1")),
        ("x" * 5_000 + signed("x"), Place("999999999999", "eu-north-1")),
    ],
)
def test_the_signature_says_where(authorization: str, place: Place) -> None:
    """The region, and the account where the key is one; nobody checks it."""
    assert asked(authorization=authorization).place == place


# --- Which operation ------------------------------------------------------------------------------


def test_operations_of_the_header_and_of_the_path() -> None:
    """SageMaker's are in a header, Batch's in the path, with arguments in it."""
    assert asked() == WireCall(
        "sagemaker", "DescribeTrainingJob", {"TrainingJobName": "ebb"}, WIRE.place
    )
    arn = "arn:aws:batch:eu-west-1:111122223333:job/x"
    for path in (arn.replace("/", "%2F").replace(":", "%3A"), arn):
        call = WIRE.read("GET", f"/v1/tags/{path}", [], b"")
        assert (call.operation, call.arguments) == ("ListTagsForResource", {"resourceArn": arn})
    call = WIRE.read("DELETE", f"/v1/tags/{arn}?tagKeys=a&tagKeys=b%20&x=1", [], b"")
    assert call.arguments == {"resourceArn": arn, "tagKeys": ["a", "b "]}
    call = WIRE.read("POST", f"/v1/tags/{arn}", [], b'{"tags": {"a": "b"}}')
    assert call.arguments == {"resourceArn": arn, "tags": {"a": "b"}}
    assert WIRE.read("POST", "/v1/listjobs", [], b"").arguments == {}


def test_operations_that_are_lacked_say_so_by_name() -> None:
    """Whether the service has them or not; of another service's that is not offered, too."""
    found = refusal(target="CreateEndpoint")
    assert found.code == "UnknownOperationException"
    assert found.message == (
        "CreateEndpoint of sagemaker is not emulated; what is: DescribeTrainingJob, Search,"
        " StopTrainingJob"
    )
    assert "ListJobs of sagemaker is not emulated" in refusal(target="ListJobs").message
    found = refusal(target="Ebb")
    assert found.message == "sagemaker and batch have no operation SageMaker.Ebb"


@pytest.mark.parametrize(
    ("method", "url", "target", "status"),
    [
        ("GET", "/", "", 404),
        ("POST", "/v1/nothing", "", 404),
        ("GET", "/v1/listjobs", "", 404),
        ("PUT", "/v1/tags/x", "", 404),
        ("GET", "/", "DescribeTrainingJob", 400),
    ],
)
def test_what_is_no_operation(method: str, url: str, target: str, status: int) -> None:
    """Is refused as AWS refuses it."""
    response = responded(method, url, target=target)
    assert response.status == status
    assert response.headers["x-amzn-ErrorType"] == "UnknownOperationException"


# --- The body -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the body: ends in the middle of a value at line 1, column 1"),
        (b"{", "the body: ends in the middle of a value"),
        (b"[]", "Start of list found where not expected"),
        (b"null", "NULL_VALUE can not be converted to a Structure"),
        (b'"x"', "STRING_VALUE can not be converted to a Structure"),
        (b"{} {}", "the body: something follows the value"),
        (b'{"a": NaN}', "the body: a: expected a value, or null where there is none, got NaN"),
        (b'{"a": 1, "a": 2}', "the body: a: expected each key once in an object"),
        (b'{"a": "\xff"}', "the body: no text in UTF-8, invalid start byte"),
        (b'{"a": "\\ud800"}', "the body: no text in UTF-8, surrogates not allowed"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "the body: is nested more than 64 levels deep"),
        (b'{"a":' * 100_000, "the body: is nested more than 64 levels deep"),
        (b'{"a": %s}' % (b"9" * 5_000), "the body: a: expected at most 4,300 digits"),
    ],
)
def test_what_is_no_object_of_json(body: bytes, says: str) -> None:
    """Is refused, and it is said why."""
    found = refusal(body)
    assert (found.code, found.status) == ("SerializationException", 400)
    assert says in found.message


def test_characters_beyond_the_first_plane() -> None:
    """Two halves are one, whether they are spelt or not."""
    for name in (b"\\ud83c\\udf0a", "\U0001f30a".encode()):
        assert "'\U0001f30a' at 'trainingJobName'" in refusal(EBB.replace(b"ebb", name)).message


def test_a_body_that_is_too_large() -> None:
    """Is refused before it is read, and by whoever knows its size."""
    found = refusal(b" " * (MOST_BYTES + 1))
    assert (found.status, found.code) == (413, "RequestEntityTooLargeException")
    assert found.args == too_large(MOST_BYTES + 1).args
    assert asked(EBB + b" " * (MOST_BYTES - len(EBB)))


# --- The response ---------------------------------------------------------------------------------


def test_what_a_response_has() -> None:
    """The request's id, the date, how long it is, and of what type."""
    response = responded(target="StopTrainingJob")
    assert response == WireResponse(
        200,
        {
            "x-amzn-RequestId": "tide-1",
            "Content-Type": "application/x-amz-json-1.1",
            "Content-Length": "2",
            "Date": "Sun, 01 Mar 2026 12:00:00 GMT",
        },
        b"{}",
    )
    assert responded(answer=b"as it is").body == b"as it is"


@pytest.mark.parametrize(
    ("code", "member"), [("ResourceNotFound", "Message"), ("ThrottlingException", "message")]
)
def test_errors_of_the_header_s_protocol(code: str, member: str) -> None:
    """The code is in the body, and the message is called as the model has it."""
    response = responded(answer=RefusedRequestError(code, "ebb \u6f6e", 402))
    assert (response.status, response.headers["x-amzn-ErrorType"]) == (402, code)
    assert json.loads(response.body) == {"__type": code, member: "ebb \u6f6e"}


def test_errors_of_the_path_s_protocol() -> None:
    """The code is in a header alone."""
    error = RefusedRequestError("ClientException", "ebb")
    response = responded("POST", "/v1/listjobs", b"{}", error, "")
    assert json.loads(response.body) == {"message": "ebb"}
    assert response.headers["x-amzn-ErrorType"] == "ClientException"


def test_what_is_answered_by_nobody() -> None:
    """An argument or a filter that the model has and who answers does not is refused by name."""
    error = UnknownNameError("argument of ListJobs", "multiNodeJobId", ["jobQueue"])
    response = responded("POST", "/v1/listjobs", b"{}", error, "")
    assert (response.status, response.headers["x-amzn-ErrorType"]) == (400, "ClientException")
    assert "no argument of ListJobs 'multiNodeJobId'" in json.loads(response.body)["message"]
