"""Real botocore clients whose answers come from lives: no network, no account.

Requests and answers pass botocore's own serialiser and parser; only the way over the network is
missing. What is answered, `jobstate.world` says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from jobstate.errors import MissingExtraError
from jobstate.kinds import KINDS
from jobstate.model.answer_schema import within
from jobstate.model.life import Life
from jobstate.model.operations import NOWHERE, Verb
from jobstate.testing.plugin.clients import left_out
from jobstate.world import RefusedRequestError, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate.testing.fakes.clock import VirtualClock

_Body = dict[str, Any]
_SCHEMAS: Final = tuple(kind.schema for kind in KINDS if kind.schema is not None)


@frozen
class Call:
    """One call that a client made.

    Attributes:
        operation: Its name, ``DescribeTrainingJob``.
        request: What was asked.
        answer: What came back, as the service printed it: times are seconds since 1970, or
            milliseconds where the service has them.
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
    for schema in _SCHEMAS:
        for name in schema.lists:
            if name in answer:
                return ", ".join(map(_shown, answer[name])) or "no jobs"
        place = schema.places[0]
        if within(answer, place.primary):
            statuses = (within(answer, path) for path in (place.primary, place.secondary) if path)
            return "/".join(str(each) for each in statuses if each)
    return "accepted"


class Service:
    """AWS's services as far as they keep jobs, to be asked by botocore's clients.

    All kinds of job that the library has can be created, described, listed, stopped, updated and
    deleted. A stop changes the life of a job from then on: see `Life.stopped`.

    Attributes:
        world: The jobs, and what is answered about them; what else can be set is set there.
        clock: What time it is.
        lag: How many seconds the clock goes on while an answer is under way.
        calls: Every call, in order.
        called: Called before each call is answered, with its operation; None for nobody.
    """

    def __init__(
        self,
        lives: Life | Iterable[Life],
        clock: VirtualClock,
        *,
        lag: float = 0.0,
        **settings: Any,  # noqa: ANN401 - said once, by `World`
    ) -> None:
        """Make a service.

        Args:
            lives: The jobs that are there from the beginning; jobs of the same name must not live
                at the same time.
            clock: What time it is.
            lag: As above.
            **settings: As `World` takes them: ``script``, ``seed``, ``filters``, ``behind``,
                ``rates``, ``gone_after`` …
        """
        given = (lives,) if isinstance(lives, Life) else tuple(lives)
        kinds = {each.name: each for each in (*KINDS, *(life.lifecycle for life in given))}
        self.world = World(kinds.values(), clock.now, lives=given, **settings)
        self.clock = clock
        self.lag = lag
        self.calls: list[Call] = []
        self.called: Callable[[str], object] | None = None
        self._spelt = {name.lower(): name for name in self.world.operations}

    @property
    def lives(self) -> tuple[Life, ...]:
        """The lives of all jobs there ever were, as far as anybody knows now."""
        return self.world.lives

    @property
    def stops(self) -> list[tuple[str, datetime]]:
        """The stops that were asked for and not refused: (the job's name or id, when)."""
        return [
            (str(call.request[action.job]), call.at)
            for call in self.calls
            for schema in _SCHEMAS
            for action in schema.actions
            if action.verb is Verb.STOP
            and (call.operation, call.refused) == (action.operation, None)
        ]

    def client(self, service: str = "sagemaker") -> Any:  # noqa: ANN401 - botocore makes its clients' classes when it runs
        """Return a client that this service answers; takes some 0.1 s.

        Args:
            service: Its name, as botocore has it: ``sagemaker`` or ``batch``.

        Raises:
            MissingExtraError: boto3 is not installed.
        """
        return connected(self.answered, service, self.world.place.region)

    # --- The way that a request takes -----------------------------------------------------------

    def answered(self, request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        """Return botocore's response to a request, instead of the network's."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - an extra

        date = format_datetime(self.clock.now(), usegmt=True)
        headers = {"Content-Type": "application/x-amz-json-1.1", "Date": date}
        status, answer = 200, {}
        try:
            answer = self._asked(self._operation(request), json.loads(request.body or "{}"))
        except RefusedRequestError as error:
            status, answer = error.status, _printed_refusal(error)
            headers["x-amzn-ErrorType"] = error.code
        body = json.dumps(answer).encode()
        headers["Content-Length"] = str(len(body))
        return AWSResponse(request.url, status, headers, _Raw(body))

    def answer(self, operation: str, request: _Body) -> tuple[str | None, _Body]:
        """Return the code of the error, None where there is none, and the answer.

        Raises:
            UnknownNameError: No such operation is served; it lists those that are.
        """
        try:
            return None, self._asked(operation, request)
        except RefusedRequestError as error:
            return error.code, _printed_refusal(error)

    def _operation(self, request: Any) -> str:  # noqa: ANN401 - botocore's own types
        """Return the operation of a request: in a header, or else the end of its path."""
        target = request.headers.get("X-Amz-Target") or request.url.rpartition("/")[2]
        name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        return self._spelt.get(name.lower(), name)

    def _asked(self, operation: str, request: _Body) -> _Body:
        """Return the answer as it is printed; the call is noted whether it is refused or not."""
        if self.called is not None and operation in self.world.operations:
            self.called(operation)
        at = self.clock.now()
        try:
            answer: _Body = _printed(self.world.answer(operation, request))
            self.calls.append(Call(operation, request, answer, None, at))
        except RefusedRequestError as error:
            self.calls.append(Call(operation, request, _printed_refusal(error), error.code, at))
            raise
        finally:
            self.clock.advance(self.lag)
        return answer


def connected(
    answered: Callable[..., Any], service: str = "sagemaker", region: str = NOWHERE.region
) -> Any:  # noqa: ANN401 - botocore's own types
    """Return a botocore client whose requests go to a function; takes some 0.1 s.

    It makes each request once: what is refused is raised at once.

    Args:
        answered: Returns botocore's response to a request, as `Service.answered` does.
        service: The name of the service, as botocore has it.
        region: The region that the client is for.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.config import Config  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("a client of AWS", "boto3", "aws") from error
    client = boto3.client(
        service,
        region_name=region,
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nobody's
        # Were it to try again by itself, what is refused would not be told, after a random sleep.
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )
    client.meta.events.register(f"before-send.{service}", answered)
    return left_out(client)


def client_for(lives: Life | Iterable[Life], clock: VirtualClock) -> Any:  # noqa: ANN401 - botocore makes its clients' classes when it runs
    """Return a botocore client of SageMaker that tells of some lives as they are at the time.

    `Service` is the same with more to set, and a record.

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


_NEVER: Final = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._body


def _printed_refusal(error: RefusedRequestError) -> _Body:
    return {"__type": error.code, "message": error.message}


def _printed(value: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    """Return an answer as the service's protocol prints it: times are seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {name: _printed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_printed(each) for each in value]
    return value
