"""Clients of AWS that tests answer themselves: real ones of botocore, with no network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobstate.testing.fakes.client import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobstate.testing import VirtualClock


class Refused(Exception):  # noqa: N818 - what a service does, not what went wrong
    """A service refuses a request.

    Attributes:
        code: With which code.
        message: In which words.
    """

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message
        super().__init__(code, message)


def answering(service: str, answer: Callable[[str, dict[str, Any]], Mapping[str, Any]]) -> Any:
    """Return a client whose requests go to a function: an operation and what is asked."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - an extra

    def answered(request: Any, **_: object) -> Any:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        status, said = 200, {}
        try:
            said = dict(answer(operation, json.loads(request.body)))
        except Refused as refused:
            status, said = 400, {"__type": refused.code, "message": refused.message}
        body = json.dumps(said).encode()
        return AWSResponse(request.url, status, {"Content-Type": "x"}, _Body(body))

    return connected(answered, service)


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        """Return the parts."""
        return [self._body]


class LogService:
    """CloudWatch Logs of one job, in which lines appear as time goes on.

    Attributes:
        lines: (seconds since the clock began, stream, message); sorted by time.
        page: How many lines, and streams, an answer has at most.
        refusing: A code by which every call is refused; None for none.
    """

    def __init__(self, clock: VirtualClock, lines: list[tuple[float, str, str]]) -> None:
        self.clock = clock
        self.lines = lines
        self.page = 2
        self.refusing: str | None = None

    def client(self) -> Any:
        """Return a client that it answers."""
        return answering("logs", self.answer)

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer."""
        if self.refusing is not None:
            raise Refused(self.refusing)
        passed = (self.clock.now() - self.clock.began).total_seconds()
        there = [line for line in self.lines if line[0] <= passed]
        begin = int(asked.get("nextToken", "f/0")[2:])
        end = begin + self.page
        if operation == "DescribeLogStreams":
            if not there:
                raise Refused("ResourceNotFoundException", "The specified log group does not exist")
            names = sorted({stream for _, stream, _ in there})
            names = [name for name in names if name.startswith(asked["logStreamNamePrefix"])]
            more = {"nextToken": f"f/{end}"} if end < len(names) else {}
            return {"logStreams": [{"logStreamName": each} for each in names[begin:end]]} | more
        found = [line for line in there if line[1] == asked["logStreamName"]]
        began = int(self.clock.began.timestamp() * 1_000)
        events = [
            {"timestamp": began + int(seconds * 1_000), "message": message}
            for seconds, _, message in found[begin:end]
        ]
        return {"events": events, "nextForwardToken": f"f/{min(end, max(len(found), begin))}"}
