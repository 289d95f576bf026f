"""Events as CloudEvents: what the specification's own library takes, posted to a real server."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError

import pytest
from attrs import evolve
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from jobstate import Retry, Subscription, Tracker, Violation
from jobstate.common.text import printable
from jobstate.listeners.cloudevents import CloudEventsListener, HttpPost
from jobstate.model.events import time_of
from jobstate.sagemaker import TRAINING_JOB
from tests.support.listening import answers, everything, heard, hostile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstate import Event

SOURCE = "https://jobs.example/trackers/eu"


class Box:
    """What takes bodies."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, dict[str, str]]] = []

    def __call__(self, body: bytes, headers: Mapping[str, str], /) -> None:
        """Take one."""
        self.taken.append((body, dict(headers)))

    def events(self) -> list[CloudEvent]:
        """Return what the specification's library makes of it; it validates."""
        messages = [HTTPMessage(headers, body) for body, headers in self.taken]
        return [from_structured(each, JSONFormat(), CloudEvent) for each in messages]  # type: ignore[misc]


@pytest.mark.parametrize("tell", [everything, hostile])
def test_every_event_is_a_cloud_event(tell: Any) -> None:
    """Its id is the event's key, its subject the job, its data all that the event says."""
    events: list[Event] = tell()
    box = Box()
    listen = CloudEventsListener(SOURCE, box)
    for event in events:
        listen(event)
    for event, made in zip(events, box.events(), strict=True):
        assert made.get_id() == printable(event.key)
        assert made.get_source() == SOURCE == listen.source
        assert made.get_type() == f"jobstate.{event.kind}"
        assert made.get_subject() == printable(event.job.id)
        assert made.get_time() == time_of(event)
        assert made.get_datacontenttype() == "application/json"
        assert made.get_data() == event.to_dict()
    assert {headers["Content-Type"] for _, headers in box.taken} == {
        "application/cloudevents+json; charset=UTF-8"
    }


def test_attributes_have_no_odd_characters() -> None:
    """The specification forbids controls and lone surrogates in them; bodies are ASCII."""
    box = Box()
    listen = CloudEventsListener("/trackers/eu", box)
    for event in hostile():
        listen(event)
    for body, _ in box.taken:
        document = json.loads(body.decode("ascii"))
        texts = (each for name, each in document.items() if name != "data")
        assert all(each.isprintable() for each in texts)


def test_an_event_without_a_time() -> None:
    """It says none."""
    (event,) = (each for each in everything() if isinstance(each, Violation))
    listen = CloudEventsListener(SOURCE, Box())
    assert "time" in listen.envelope(event)
    assert "time" not in listen.envelope(evolve(event, at=None))


@pytest.mark.parametrize("source", ["", "two words", "line\nend", "ünder", "<x>"])
def test_the_source_is_a_uri(source: str) -> None:
    """Or a relative one."""
    with pytest.raises(ValueError, match="source: expected a URI"):
        CloudEventsListener(source, Box())


# --- Over HTTP ------------------------------------------------------------------------------------


class Receiver(HTTPServer):
    """A receiver that answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status = 202
        self.box = Box()
        self.methods: list[str] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}/jobs"


class Answering(BaseHTTPRequestHandler):
    """Answers a request."""

    server: Receiver  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        """Take a body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.box(body, dict(self.headers))
        self.answer()

    def do_GET(self) -> None:
        """Take none."""
        self.answer(200)

    def answer(self, status: int | None = None) -> None:
        """Answer with a status."""
        self.server.methods.append(self.command)
        self.send_response(status or self.server.status)
        self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - as it is called
        """Say nothing."""


@pytest.fixture(name="receiver")
def make_receiver() -> Iterator[Receiver]:
    """Return a receiver that runs."""
    with Receiver() as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


def test_events_are_posted(receiver: Receiver) -> None:
    """With the headers that are given besides."""
    post = HttpPost(receiver.url, headers={"Authorization": "Bearer x"})
    tracker = Tracker(TRAINING_JOB, listeners=[CloudEventsListener(SOURCE, post)])
    tracker.observe_all(*answers("failed.json"))
    assert tracker.failures == 0
    made = receiver.box.events()
    assert [each.get_id() for each in made] == [each.key for each in heard(*answers("failed.json"))]
    assert {headers["Authorization"] for _, headers in receiver.box.taken} == {"Bearer x"}
    assert set(receiver.methods) == {"POST"}


def test_what_is_not_taken_is_told_again(receiver: Receiver) -> None:
    """A listener that is subscribed tries again, and the same event is the same CloudEvent."""
    receiver.status = 503
    pauses: list[float] = []
    listener = CloudEventsListener(SOURCE, HttpPost(receiver.url))

    def send(event: Event) -> None:
        try:
            listener(event)
        except HTTPError as error:
            pauses.append(error.code)
            receiver.status = 202
            raise

    soon = Retry(attempts=3)
    with Tracker(TRAINING_JOB) as tracker:
        tracker.add_listener(Subscription(name="broker", listener=send, retry=soon))
        tracker.observe_all(*answers("failed.json"))
    ids = [each.get_id() for each in receiver.box.events()]
    assert pauses == [503]
    assert ids[0] == ids[1]
    assert ids[1:] == [each.key for each in heard(*answers("failed.json"))]


@pytest.mark.parametrize("status", [302, 307, 400, 500])
def test_what_is_no_success_fails(receiver: Receiver, status: int) -> None:
    """A redirection too: followed, it would be a GET without the event."""
    receiver.status = status
    listen = CloudEventsListener(SOURCE, HttpPost(receiver.url))
    with pytest.raises(HTTPError, match=str(status)):
        listen(everything()[0])
    assert receiver.methods == ["POST"]


def test_a_receiver_that_is_not_there() -> None:
    """It fails, and the event is told again."""
    with HTTPServer(("127.0.0.1", 0), Answering) as nobody:
        port = nobody.server_port
    with pytest.raises(URLError):
        HttpPost(f"http://127.0.0.1:{port}/", timeout=2)(b"", {})


@pytest.mark.parametrize("url", ["", "broker.example", "file:///etc/hosts", "https://", "ftp://x/"])
def test_only_http(url: str) -> None:
    """No file is read, and nothing else is opened."""
    with pytest.raises(ValueError, match="url: expected one of http or https"):
        HttpPost(url)


def test_what_they_look_like() -> None:
    """Without secrets: a path or a query may hold one."""
    post = HttpPost("https://broker.example/jobs?token=x")
    assert repr(post) == "<HttpPost broker.example>"
    assert repr(CloudEventsListener(SOURCE, post)) == f"<CloudEventsListener {SOURCE}>"
