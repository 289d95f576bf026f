"""Why a call came to nothing, in classes: what AWS's clients raise becomes a `CallFailure`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.operations import ErrorCodes


class Trouble(StrEnum):
    """What kind of trouble a call met.

    MISSING: the job is not there. THROTTLED: too many requests. DENIED: the caller may not ask, at
    least not yet: roles and tags take minutes to be known everywhere. EXPIRED: there are no
    credentials, or none that hold any more. UNAVAILABLE: the service or the way to it failed; the
    next call may do. OTHER: what no further call would mend.
    """

    MISSING = "missing"
    THROTTLED = "throttled"
    DENIED = "denied"
    EXPIRED = "expired"
    UNAVAILABLE = "unavailable"
    OTHER = "other"


@frozen
class CallFailure:
    """Why a call came to nothing.

    Attributes:
        trouble: What kind of trouble it is.
        code: AWS's code, or the name of the exception where the service was not reached.
        message: The words beside it.
        retry_after: How many seconds the service asks to wait; None where it says nothing.
    """

    trouble: Trouble
    code: str
    message: str
    retry_after: float | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


#: How AWS's services call what is too much; botocore tries again on the same.
_THROTTLED: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_DENIED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "NotAuthorized",
        "OptInRequired",
        "UnauthorizedOperation",
    }
)
_EXPIRED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_UNAVAILABLE: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
_MISSING: Final = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
#: How the words of an error of any code say that the job is not there, in lower case.
_NOT_THERE: Final = ("not found", "does not exist", "could not find", "doesn't exist")
#: Exceptions of botocore, and of what it stands on, by the names of their classes.
_BY_NAME: Final[Mapping[str, Trouble]] = {
    **dict.fromkeys(
        (
            "NoCredentialsError",
            "PartialCredentialsError",
            "CredentialRetrievalError",
            "MetadataRetrievalError",
            "NoAuthTokenError",
            "TokenRetrievalError",
            "SSOError",
            "LoginError",
            "RefreshWithMFAUnsupportedError",
        ),
        Trouble.EXPIRED,
    ),
    **dict.fromkeys(
        ("HTTPClientError", "ConnectionError", "IncompleteReadError", "TimeoutError"),
        Trouble.UNAVAILABLE,
    ),
}
_SERVER: Final = 500


def failure_of(error: BaseException, codes: ErrorCodes) -> CallFailure | None:
    """Return why a call came to nothing that raised; None where no service or way to it did it.

    Args:
        error: What a client raised: botocore's, aiobotocore's, or one alike.
        codes: By which codes the service refuses.
    """
    response = getattr(error, "response", None)
    if isinstance(response, dict) and isinstance(response.get("Error"), dict):
        return _said(response, codes)
    names = [each.__name__ for each in type(error).__mro__]
    trouble = next((_BY_NAME[each] for each in names if each in _BY_NAME), None)
    return None if trouble is None else CallFailure(trouble, names[0], str(error))


def _said(response: Mapping[str, Any], codes: ErrorCodes) -> CallFailure:
    said = response["Error"]
    code, message = str(said.get("Code") or "Unknown"), str(said.get("Message") or "")
    about = response.get("ResponseMetadata") or {}
    status = about.get("HTTPStatusCode") or 0
    trouble = _trouble(code, message, status, codes)
    return CallFailure(trouble, code, message, _asked_to_wait(about.get("HTTPHeaders") or {}))


def _trouble(code: str, message: str, status: int, codes: ErrorCodes) -> Trouble:
    if code in _THROTTLED or code == codes.throttled:
        return Trouble.THROTTLED
    if code in _EXPIRED:
        return Trouble.EXPIRED
    if code in _DENIED or code == codes.denied:
        return Trouble.DENIED
    not_there = any(each in message.lower() for each in _NOT_THERE)
    if code in _MISSING or (code == codes.missing and not_there):
        return Trouble.MISSING
    if code in _UNAVAILABLE or code == codes.internal or status >= _SERVER:
        return Trouble.UNAVAILABLE
    return Trouble.OTHER


def _asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After, or of AWS's own in milliseconds; None for neither."""
    for name, unit in (("retry-after", 1.0), ("x-amz-retry-after", 0.001)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):  # a date, which nobody at AWS sends
            continue
        if seconds >= 0:
            return seconds
    return None
