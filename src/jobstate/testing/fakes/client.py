"""A real botocore client of SageMaker whose answers come from lives: no network, no account.

Requests and answers pass botocore's own serialiser and parser; only the way over the network is
missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from jobstate.errors import MissingExtraError, UnknownNameError
from jobstate.model.life import Life
from jobstate.testing.plugin.clients import left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate.testing.fakes.clock import VirtualClock

_Body = dict[str, Any]
#: The region of AWS that the client is for; nothing depends on it.
REGION: Final = "eu-west-1"
#: For how long a deleted job is still described as being deleted, in seconds. Made up: AWS is
#: silent.
GONE_AFTER: Final = 60.0
#: How many jobs a page of ListTrainingJobs has where the caller does not say.
PAGE: Final = 10
_FILTERS = frozenset(
    {
        *{"CreationTimeAfter", "CreationTimeBefore", "MaxResults", "NameContains", "NextToken"},
        *{"SortBy", "SortOrder", "StatusEquals"},
    }
)
_REFUSED = "ValidationException"
_BAD_REQUEST = 400


@frozen
class Call:
    """One call that a client made.

    Attributes:
        operation: Its name, ``DescribeTrainingJob``.
        request: What was asked.
        answer: What came back, as the service printed it: times are seconds since 1970.
        refused: The code of the error that came back; None where an answer did.
        at: When it was made; aware, UTC.
    """

    operation: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    refused: str | None
    at: datetime

    def __str__(self) -> str:
        return f"{self.operation} → {self.refused or _shown(self.answer)}"


def _shown(answer: Mapping[str, Any]) -> str:
    """Return in a few words what an answer shows: statuses, or how many jobs."""
    if "TrainingJobSummaries" in answer:
        return ", ".join(map(_shown, answer["TrainingJobSummaries"])) or "no jobs"
    names = ("TrainingJobStatus", "SecondaryStatus")
    return "/".join(str(answer[name]) for name in names if name in answer) or "accepted"


class Service:
    """SageMaker's training jobs, as far as some lives tell of them.

    A stop is recorded and changes nothing: lives are told already.

    Attributes:
        lives: The lives; jobs of the same name must not live at the same time.
        clock: What time it is.
        gone_after: For how many seconds a deleted job is still described as being deleted.
        lag: How many seconds the clock goes on while an answer is under way.
        calls: Every call, in order.
        called: Called before each call is answered, with its operation; None for nobody.
    """

    def __init__(
        self,
        lives: Life | Iterable[Life],
        clock: VirtualClock,
        *,
        gone_after: float = GONE_AFTER,
        lag: float = 0.0,
    ) -> None:
        self.lives = (lives,) if isinstance(lives, Life) else tuple(lives)
        self.clock = clock
        self.gone_after = gone_after
        self.lag = lag
        self.calls: list[Call] = []
        self.called: Callable[[str], object] | None = None
        self._operations: dict[str, Callable[[_Body], _Body]] = {
            "DescribeTrainingJob": self._describe,
            "ListTrainingJobs": self._list,
            "StopTrainingJob": self._stop,
        }

    @property
    def stops(self) -> list[tuple[str, datetime]]:
        """The stops that were asked for and not refused: (job name, when)."""
        return [
            (str(call.request["TrainingJobName"]), call.at)
            for call in self.calls
            if call.operation == "StopTrainingJob" and call.refused is None
        ]

    def client(self) -> Any:  # noqa: ANN401 - botocore makes its clients' classes when it runs
        """Return a client of SageMaker that this service answers; takes some 0.1 s.

        Raises:
            MissingExtraError: boto3 is not installed.
        """
        return connected(self.answered)

    # --- The way that a request takes -----------------------------------------------------------

    def answered(self, request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        """Return botocore's response to a request, instead of the network's."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - an extra

        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        refused, answer = self.answer(name, json.loads(request.body))
        status = 200 if refused is None else _BAD_REQUEST
        body = json.dumps(answer).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "Content-Length": str(len(body))}
        return AWSResponse(request.url, status, headers, _Raw(body))

    def answer(self, operation: str, request: _Body) -> tuple[str | None, _Body]:
        """Return the code of the error, None where there is none, and the answer.

        Raises:
            UnknownNameError: No such operation is served; it lists those that are.
        """
        if operation not in self._operations:
            raise UnknownNameError("operation served by lives", operation, self._operations)
        if self.called is not None:
            self.called(operation)
        at = self.clock.now()
        refused, answer = None, {}
        try:
            answer = _printed(self._operations[operation](request))
        except _RefusedError as error:
            refused, answer = _REFUSED, {"__type": _REFUSED, "message": str(error)}
        self.calls.append(Call(operation, request, answer, refused, at))
        self.clock.advance(self.lag)
        return refused, answer

    # --- The operations -------------------------------------------------------------------------

    def _describe(self, request: _Body) -> _Body:
        life = self._life(request["TrainingJobName"])
        return life.at(self.clock.now(), "describe")

    def _stop(self, request: _Body) -> _Body:
        life = self._life(request["TrainingJobName"])
        if ended(life) <= self.clock.now():
            shown = self._describe(request)["TrainingJobStatus"]
            raise _RefusedError(f"The request was rejected because the training job is {shown}.")
        return {}

    def _list(self, request: _Body) -> _Body:
        """List jobs; as AWS does, it takes a page first and filters its statuses afterwards."""
        for name in request.keys() - _FILTERS:
            raise UnknownNameError("argument of ListTrainingJobs served by lives", name, _FILTERS)
        now = self.clock.now()
        lives = [life for life in self._present() if _asked(life, request)]
        items = [life.at(now, "list") for life in reversed(lives)]
        by = {"Name": "TrainingJobName", "Status": "TrainingJobStatus"}.get(
            request.get("SortBy", ""), "CreationTime"
        )
        items.sort(key=lambda item: item[by], reverse=request.get("SortOrder") == "Descending")
        begin = int(request.get("NextToken", 0))
        beyond = begin + request.get("MaxResults", PAGE)
        wanted = request.get("StatusEquals")
        page = [item for item in items[begin:beyond] if wanted in {None, item["TrainingJobStatus"]}]
        more = {"NextToken": str(beyond)} if beyond < len(items) else {}
        return {"TrainingJobSummaries": page, **more}

    def _life(self, name: str) -> Life:
        for life in self._present():
            if _name(life) == name:
                return life
        raise _RefusedError("Requested resource not found.")

    def _present(self) -> Iterator[Life]:
        """Yield the lives of the jobs that there are now, the newest first."""
        now = self.clock.now()
        for life in sorted(self.lives, key=lambda life: life.start, reverse=True):
            if life.start <= now and (now - deleted(life)).total_seconds() < self.gone_after:
                yield life


def connected(answered: Callable[..., Any]) -> Any:  # noqa: ANN401 - botocore's own types
    """Return a botocore client of SageMaker whose requests go to a function; takes some 0.1 s.

    Args:
        answered: Returns botocore's response to a request, as `Service.answered` does.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.config import Config  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("a SageMaker client", "boto3", "aws") from error
    client = boto3.client(
        "sagemaker",
        region_name=REGION,
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nobody's
        config=Config(retries={"mode": "standard", "max_attempts": 1}),
    )
    client.meta.events.register("before-send.sagemaker", answered)
    return left_out(client)


def client_for(lives: Life | Iterable[Life], clock: VirtualClock) -> Any:  # noqa: ANN401 - botocore makes its clients' classes when it runs
    """Return a botocore client of SageMaker that tells of some lives as they are at the time.

    It answers DescribeTrainingJob, ListTrainingJobs and StopTrainingJob, and raises an
    `UnknownNameError` for anything else. `Service` is the same with more to set, and a record.

    Args:
        lives: The jobs' lives; see `Life`.
        clock: What time it is.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    return Service(lives, clock).client()


def ended(life: Life) -> datetime:
    """Return when a job came to its end; the end of all time where the life does not tell."""
    final = {state.name for state in life.region.states if state.final}
    return next((stay.start for stay in life.stays if stay.state in final), _NEVER)


def deleted(life: Life) -> datetime:
    """Return when the service began to remove a job; the end of all time where it did not."""
    gone = {state.name for state in life.region.states if state.gone}
    return next((stay.start for stay in life.stays if stay.state in gone), _NEVER)


_NEVER: Final = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


class _RefusedError(Exception):
    """The service refuses a request; the text is its own."""


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._body


def _name(life: Life) -> str:
    return life.job.id.rsplit("/", 1)[-1]


def _asked(life: Life, request: Mapping[str, Any]) -> bool:
    """Return whether a job's name and creation are what a list is asked for."""
    created = life.start.timestamp()
    return (
        request.get("NameContains", "").lower() in _name(life).lower()
        and created > request.get("CreationTimeAfter", created - 1)
        and created < request.get("CreationTimeBefore", created + 1)
    )


def _printed(value: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    """Return an answer as the service's protocol prints it: times are seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {name: _printed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_printed(each) for each in value]
    return value
