"""`jobstate.aws.asynchronous` with a real client of aiobotocore, over a real connection."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError
from stories import STORIES, life

from jobstate import Outcome
from jobstate.aws import JobMissingError, ServiceError, WaitTimeoutError
from jobstate.aws.asynchronous import follow, wait
from jobstate.testing import Service, VirtualClock, assert_waiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate.model.outcome import Result


class Endpoint(ThreadingHTTPServer):
    """A port of this machine that speaks SageMaker's protocol.

    Attributes:
        ask: Answers an operation and what is asked: the error's code, if any, and the answer.
    """

    ask: Callable[[str, dict[str, Any]], tuple[str | None, dict[str, Any]]]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body at once: two small packets take 40 ms

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        code, answer = self.server.ask(operation, asked)
        body = json.dumps(answer).encode()
        self.send_response(400 if code else 200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(name="endpoint", scope="module")
def serve() -> Iterator[Endpoint]:
    """Return an endpoint; it begins before any clock is set, so it lives in real time."""
    with Endpoint(("127.0.0.1", 0), _Handler) as endpoint:
        threading.Thread(target=endpoint.serve_forever, daemon=True).start()
        yield endpoint
        endpoint.shutdown()


def connected(endpoint: Endpoint) -> Any:
    """Return what connects a client of aiobotocore, which makes each request once."""
    return get_session().create_client(
        "sagemaker",
        region_name="eu-west-1",
        endpoint_url=endpoint.url,
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nobody's
        config=AioConfig(retries={"mode": "standard", "total_max_attempts": 1}),
    )


def waited(endpoint: Endpoint, service: Service, name: str, **options: Any) -> Result:
    """Wait for a job, on the service's clock."""
    endpoint.ask = service.answer

    async def sleep(seconds: float) -> None:
        service.clock.sleep(seconds)

    async def run() -> Result:
        async with connected(endpoint) as client:
            time = {"clock": service.clock.monotonic, "sleep": sleep}
            return await wait(client, name, **time, **options)

    return asyncio.run(run())


def told(name: str) -> Service:
    """Return a service with a job of a story."""
    return Service(life(name), VirtualClock(life(name).start))


@pytest.mark.parametrize("name", STORIES)
def test_every_end(endpoint: Endpoint, name: str) -> None:
    """As with any other client."""
    service = told(name)
    result, meant = waited(endpoint, service, "tides"), life(name).result
    assert (result.outcome, result.cause) == (meant.outcome, meant.cause)
    assert len(service.calls) > 3


def test_errors(endpoint: Endpoint) -> None:
    """Those of aiobotocore are told apart too."""
    service = told("completed")
    with pytest.raises(JobMissingError):
        waited(endpoint, service, "waves")
    with pytest.raises(WaitTimeoutError):
        waited(endpoint, service, "tides", timeout=timedelta(minutes=1))
    service.world.denied.add("DescribeTrainingJob")
    with pytest.raises(ServiceError, match=r"denied for 3\d\d s"):
        waited(endpoint, service, "tides")


def test_a_connection_that_is_refused(endpoint: Endpoint) -> None:
    """Nobody listens: it asks again for an hour, and says so."""
    service = told("completed")
    with Endpoint(("127.0.0.1", 0), _Handler) as closed:
        pass
    with pytest.raises(ServiceError, match=r"unavailable for 3,\d\d\d s"):
        waited(closed, service, "tides")
    assert endpoint.url != closed.url


def test_step_by_step(endpoint: Endpoint) -> None:
    """`follow` is the same."""
    service = told("failed")
    service.clock.advance(1_000)
    endpoint.ask = service.answer

    async def statuses() -> list[str]:
        async with connected(endpoint) as client:
            return [step.job.status async for step in follow(client, "tides")]

    assert asyncio.run(statuses()) == ["Failed/Failed"]


def test_the_laws(endpoint: Endpoint) -> None:
    """On a clock that passes for aiobotocore's loop too; each request goes through a socket."""

    def waiter(client: Any, job: str) -> Result:
        endpoint.ask = asking(client)

        async def run() -> Result:
            async with connected(endpoint) as other:
                return await wait(other, job)

        return asyncio.run(run())

    def said(result: Result) -> str | None:
        return None if result.outcome is Outcome.UNKNOWN else str(result.outcome)

    assert_waiter(waiter, life("stopped"), verdict=said, outcome_of=lambda each: each)


def asking(client: Any) -> Callable[[str, dict[str, Any]], tuple[str | None, dict[str, Any]]]:
    """Return what asks a client of boto3."""

    def ask(_: str, asked: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        try:
            answer = client.describe_training_job(**asked)
        except ClientError as error:
            said = error.response["Error"]
            return said["Code"], {"__type": said["Code"], "message": said["Message"]}
        del answer["ResponseMetadata"]
        return None, printed(answer)

    return ask


def printed(value: Any) -> Any:
    """Return an answer as it goes over the network: times are seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: printed(each) for name, each in value.items()}
    return [printed(each) for each in value] if isinstance(value, list) else value
