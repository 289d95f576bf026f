"""`Wire`: what stands between the bytes of AWS's protocols and who answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import uuid4

from attrs import frozen

from jobstate.common.text import cut
from jobstate.common.times import utc_now
from jobstate.emulator.wire.credentials import place_of
from jobstate.emulator.wire.faults import SHOWN
from jobstate.emulator.wire.services import ModelledService
from jobstate.errors import UnknownNameError
from jobstate.kinds import KINDS
from jobstate.model.operations import NOWHERE, Place
from jobstate.world import RefusedRequestError

if TYPE_CHECKING:
    from jobstate.emulator.wire.printing import AnswerPrinter
    from jobstate.model.operations import ErrorCodes

#: By which codes each service refuses that keeps jobs.
SERVICES: Final[Mapping[str, ErrorCodes]] = {
    kind.schema.service: kind.schema.codes for kind in KINDS if kind.schema is not None
}
_UNKNOWN: Final = "UnknownOperationException"


@frozen
class WireCall:
    """What a request asks.

    Attributes:
        service: The service's name, as its client has it.
        operation: The operation's name: ``DescribeTrainingJob``.
        arguments: Its arguments, checked; times are aware datetimes in UTC.
        place: The account and the region that it is for.
    """

    service: str
    operation: str
    arguments: dict[str, Any]
    place: Place


@frozen
class WireResponse:
    """What a request is answered with over HTTP.

    Attributes:
        status: The status.
        headers: Name → value.
        body: The body.
    """

    status: int
    headers: dict[str, str]
    body: bytes


#: Names and values of headers.
Headers: TypeAlias = Iterable[tuple[str | bytes, str | bytes]]
#: Answers a call: with an answer's fields, or printed already, by `Wire.printer`.
Answered: TypeAlias = Callable[[WireCall], Mapping[str, Any] | bytes]


class Wire:
    """Reads requests and prints answers as AWS's services do that keep jobs.

    Requests are checked against botocore's model of the service. Several threads may use it.
    """

    def __init__(
        self,
        offered: Mapping[str, Collection[str]],
        *,
        place: Place = NOWHERE,
        now: Callable[[], datetime] = utc_now,
        request_id: Callable[[], object] = uuid4,
    ) -> None:
        """Make a wire; takes some 0.2 s.

        Args:
            offered: Service → the operations that are answered, as `World.services` has them;
                others are refused.
            place: The account and region of requests that don't say.
            now: Returns what time it is; aware.
            request_id: Returns the id of the next request.

        Raises:
            MissingExtraError: botocore is not installed.
        """
        self.place = place
        self.now = now
        self.request_id = request_id
        self._services = [
            ModelledService(name, codes, offered.get(name, ())) for name, codes in SERVICES.items()
        ]

    def read(self, method: str, url: str, headers: Headers, body: bytes) -> WireCall:
        """Return what a request asks.

        Args:
            method: ``POST``.
            url: The path, with what follows a question mark.
            headers: Names, in any case, and values.
            body: The body.

        Raises:
            RefusedRequestError: The service would not take it, or it asks for what is not offered.
        """
        named = _lowered(headers)
        service, name = self._asked(method, url, named)
        return self._call(service, name, url, named, body)

    def respond(
        self, method: str, url: str, headers: Headers, body: bytes, answered: Answered
    ) -> WireResponse:
        """Return the response to a request, whatever it is.

        Args:
            method: As for `read`.
            url: Likewise.
            headers: Likewise.
            body: Likewise.
            answered: Answers what it asks, or raises `RefusedRequestError`.
        """
        service = None
        try:
            named = _lowered(headers)
            service, name = self._asked(method, url, named)
            answer = _answer(answered, self._call(service, name, url, named, body))
        except RefusedRequestError as error:
            return self.refused(error, service.name if service else None)
        printer = service.operations[name].printer
        printed = answer if isinstance(answer, bytes) else printer.answer(answer)
        return self._response(service, 200, printed)

    def printer(self, service: str, operation: str) -> AnswerPrinter:
        """Return what prints the answers of an operation that is offered.

        Raises:
            UnknownNameError: It is not offered; it lists those that are.
        """
        there = next((it.operations for it in self._services if it.name == service), {})
        if operation not in there:
            raise UnknownNameError(f"operation of {service} that is offered", operation, there)
        return there[operation].printer

    def refused(self, error: RefusedRequestError, service: str | None = None) -> WireResponse:
        """Return the response to a request that is refused.

        Args:
            error: How it is refused.
            service: The service that was asked; None where nobody knows, and the first one prints.
        """
        asked = next((each for each in self._services if each.name == service), self._services[0])
        said = {asked.message_in(error.code): error.message}
        body = {"__type": error.code, **said} if asked.by_target else said
        printed = json.dumps(body, ensure_ascii=False).encode()
        response = self._response(asked, error.status, printed)
        response.headers["x-amzn-ErrorType"] = error.code
        return response

    # --- The way of a request -----------------------------------------------------------------

    def _asked(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> tuple[ModelledService, str]:
        """Return the service and the operation that a request asks for."""
        target = headers.get("x-amz-target", "")
        for service in self._services:
            name = service.asked(method, url, target)
            if name is not None:
                return service, name
        what = cut(target or f"{method} {url}", SHOWN)
        text = f"{' and '.join(SERVICES)} have no operation {what}"
        raise RefusedRequestError(_UNKNOWN, text, 400 if target else 404)

    def _call(
        self,
        service: ModelledService,
        name: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> WireCall:
        if name not in service.operations:
            text = f"{name} of {service.name} is not emulated; what is: "
            raise RefusedRequestError(_UNKNOWN, text + ", ".join(sorted(service.operations)))
        operation = service.operations[name]
        arguments = operation.arguments(url, body, needs_body=service.by_target)
        place = place_of(headers.get("authorization", ""), self.place)
        return WireCall(service.name, name, arguments, place)

    def _response(self, service: ModelledService, status: int, body: bytes) -> WireResponse:
        headers = {
            "x-amzn-RequestId": str(self.request_id()),
            "Content-Type": service.content_type,
            "Content-Length": str(len(body)),
            "Date": format_datetime(self.now().astimezone(UTC), usegmt=True),
        }
        return WireResponse(status, headers, body)


def _answer(answered: Answered, call: WireCall) -> Mapping[str, Any] | bytes:
    """Return the answer to a call; what the model has and who answers does not is refused."""
    try:
        return answered(call)
    except UnknownNameError as error:
        raise RefusedRequestError(SERVICES[call.service].invalid, str(error)) from None


def _lowered(headers: Headers) -> dict[str, str]:
    """Return headers by their names in small letters."""
    return {_text(name).lower(): _text(value) for name, value in headers}


def _text(text: str | bytes) -> str:
    return text.decode("latin-1") if isinstance(text, bytes) else text
