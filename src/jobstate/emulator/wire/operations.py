"""One operation of a service, from botocore's own model: what it reads and prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from jobstate.emulator.wire.bodies import read_body
from jobstate.emulator.wire.faults import Fault, WrongTypeError, unfit
from jobstate.emulator.wire.printing import AnswerPrinter

if TYPE_CHECKING:
    from jobstate.emulator.wire.checks import Checks
    from jobstate.emulator.wire.models import OperationModel
    from jobstate.emulator.wire.printing import Prints

#: Where a path has an argument, once it is escaped for a pattern.
_ARGUMENT: Final = re.compile(r"\\\{(\w+)(?:\\\+)?\\\}")


class ServiceOperation:
    """An operation of a service.

    Attributes:
        name: Its own name: ``DescribeTrainingJob``.
        printer: What prints its answers.
    """

    def __init__(self, model: OperationModel, invalid: str, checks: Checks, prints: Prints) -> None:
        """Make its checks and what it prints.

        Args:
            model: What botocore knows of it.
            invalid: The code of what can't be asked for so.
            checks: Makes the checks of the service's shapes.
            prints: Makes what prints them.
        """
        shape = model.input_shape
        members = shape.members if shape else {}
        self.name: str = model.name
        self.printer = AnswerPrinter(model.output_shape, prints)
        self._invalid = invalid
        self._check = shape and checks.of(shape)
        self._path = path_of(model)
        self._query = {
            member.serialization.get("name", name): member.type_name == "list"
            for name, member in members.items()
            if member.serialization.get("location") == "querystring"
        }

    def arguments(self, url: str, body: bytes, *, needs_body: bool) -> dict[str, Any]:
        """Return the arguments of a request, checked; times as aware datetimes in UTC.

        Args:
            url: The path, with what follows a question mark.
            body: The body.
            needs_body: Nothing is no body.

        Raises:
            RefusedRequestError: The service would not take it.
        """
        given = read_body(body) if body or needs_body else {}
        given |= self._in_url(url)
        faults: list[Fault] = []
        try:
            made: dict[str, Any] = self._check(given, faults) if self._check else {}
        except WrongTypeError as error:
            raise error.refusal() from None
        if faults:
            raise unfit(self._invalid, faults)
        return made

    def _in_url(self, url: str) -> dict[str, Any]:
        """Return the arguments in a URL, which are texts and lists of texts."""
        path, _, query = url.partition("?")
        match = self._path.fullmatch(path)
        found: dict[str, Any] = {
            name: unquote(value) for name, value in (match.groupdict() if match else {}).items()
        }
        if self._query:
            asked = parse_qs(query, keep_blank_values=True)
            for name in self._query.keys() & asked:
                found[name] = asked[name] if self._query[name] else asked[name][-1]
        return found


def path_of(model: OperationModel) -> re.Pattern[str]:
    """Return the path that an operation is asked at, with its arguments by name."""
    path = re.escape(model.http["requestUri"].partition("?")[0])
    return re.compile(_ARGUMENT.sub(r"(?P<\1>.+)", path))
