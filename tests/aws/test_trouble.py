"""Why calls came to nothing: every code and exception in its class."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from jobstate.aws.trouble import Trouble, failure_of
from jobstate.kinds import KINDS
from jobstate.model.operations import ErrorCodes

CODES = ErrorCodes()


def error(
    code: str, message: str = "no", status: int = 400, headers: dict[str, str] | None = None
) -> ClientError:
    """Return what a client raises."""
    said: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    return ClientError(said, "DescribeTrainingJob")


def trouble(raised: BaseException, codes: ErrorCodes = CODES) -> Trouble | None:
    """Return the class of what was raised."""
    found = failure_of(raised, codes)
    return None if found is None else found.trouble


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (error("ValidationException", "Requested resource not found."), Trouble.MISSING),
        (error("ResourceNotFound", "x"), Trouble.MISSING),
        (error("ResourceNotFoundException", "x"), Trouble.MISSING),
        (error("ValidationException", "1 validation error detected"), Trouble.OTHER),
        (error("ThrottlingException", "Rate exceeded"), Trouble.THROTTLED),
        (error("AccessDeniedException"), Trouble.DENIED),
        (error("ExpiredTokenException"), Trouble.EXPIRED),
        (error("UnrecognizedClientException"), Trouble.EXPIRED),
        (error("InternalFailure", status=500), Trouble.UNAVAILABLE),
        (error("SomethingElse", status=503), Trouble.UNAVAILABLE),
        (error("SomethingElse"), Trouble.OTHER),
        (error(""), Trouble.OTHER),
        (TimeoutError(), Trouble.UNAVAILABLE),
        (ConnectionResetError(), Trouble.UNAVAILABLE),
        (KeyError("x"), None),
        (ValueError("x"), None),
    ],
)
def test_each_class(raised: BaseException, expected: Trouble | None) -> None:
    """What the service said, or what happened on the way; all else is nobody's."""
    assert trouble(raised) is expected


def test_what_botocore_tries_again() -> None:
    """Its own lists: what is throttled, and what passes."""
    throttled = set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES)  # noqa: SLF001 - no other list
    for code in throttled:
        assert trouble(error(code)) is Trouble.THROTTLED, code
    for code in {*TransientRetryableChecker._TRANSIENT_ERROR_CODES} - throttled:  # noqa: SLF001 - likewise
        assert trouble(error(code)) is Trouble.UNAVAILABLE, code
    for kind in TransientRetryableChecker._TRANSIENT_EXCEPTION_CLS:  # noqa: SLF001 - likewise
        made = kind(endpoint_url="x", error="x", proxy_url="x")
        assert trouble(made) is Trouble.UNAVAILABLE, kind


def test_every_exception_of_credentials() -> None:
    """Whoever has none, or none any more, hears that, and not that the job is in trouble."""
    named: list[Any] = [
        each
        for name, each in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(each, exceptions.BotoCoreError)
        and any(word in name for word in ("Credential", "Token", "SSO", "Login"))
        and not name.startswith("Unknown")  # of a configuration
    ]
    assert len(named) > 8
    unknown = {
        each.__name__ for each in named if trouble(each.__new__(each)) is not Trouble.EXPIRED
    }
    assert unknown == set()


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_the_codes_of_each_kind(kind: Any) -> None:
    """A service's own codes mean what its schema says."""
    codes = kind.schema.codes
    assert trouble(error(codes.throttled), codes) is Trouble.THROTTLED
    assert trouble(error(codes.denied), codes) is Trouble.DENIED
    assert trouble(error(codes.internal), codes) is Trouble.UNAVAILABLE
    assert trouble(error(codes.missing, "Job x does not exist"), codes) is Trouble.MISSING


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"x-amz-retry-after": "1500"}, 1.5),
        ({"retry-after": "x", "x-amz-retry-after": "1500"}, 1.5),
    ],
)
def test_how_long_it_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """In seconds, or in AWS's milliseconds."""
    found = failure_of(error("ThrottlingException", headers=headers), CODES)
    assert found is not None
    assert found.retry_after == seconds


def test_an_odd_response() -> None:
    """An error without a code or words, and a response that is none."""
    odd = ClientError({"Error": {}}, "x")
    found = failure_of(odd, CODES)
    assert found is not None
    assert str(found) == "Unknown: "
    odd.response = {}
    assert failure_of(odd, CODES) is None
