"""`CloudEventsListener`: each event as a CloudEvent 1.0 over HTTP, in the structured mode."""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from jobstate.common.text import printable
from jobstate.common.times import iso
from jobstate.errors import shown
from jobstate.model.events import time_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.events import Event

#: CloudEvents 1.0.2, HTTP binding 3.2: a CloudEvent as one JSON document.
_HEADERS: Final = MappingProxyType({"Content-Type": "application/cloudevents+json; charset=UTF-8"})
#: The characters that a URI may have (RFC 3986).
_URI: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


class Send(Protocol):
    """What brings a CloudEvent to its receiver: `HttpPost`, or a function of yours."""

    def __call__(self, body: bytes, headers: Mapping[str, str], /) -> object:
        """Send a body; raise where it was not taken, for then the event is told again."""
        raise NotImplementedError


class CloudEventsListener:
    """Sends each event as one CloudEvent, in JSON. Any thread may call it, if `send` allows that.

    ``id`` is the event's key, so one that is told again is the same CloudEvent again; ``type`` is
    ``jobstate.`` and its kind (``jobstate.status-changed``), ``subject`` the job's id, ``time`` the
    service's, where it has said one; ``data`` is what `to_dict` has.

    A call takes as long as the receiver does. So subscribe it (`Subscription`), which gives it a
    thread of its own and tells it again what it has failed at.

    Attributes:
        source: Whose events they are.
    """

    def __init__(self, source: str, send: Send) -> None:
        """Send events of a source.

        Args:
            source: What names the tracker among all senders: a URI or a relative one, such as
                ``/trackers/eu-west-1``. With the id it is what a receiver knows an event by, so
                keep it over restarts, and give each tracker its own.
            send: What sends the body with its headers: `HttpPost`.

        Raises:
            ValueError: The source is no URI.
        """
        if not _URI.fullmatch(source):
            raise ValueError(f"source: expected a URI or a relative one, got {shown(source)}")
        self.source = source
        self._send = send

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.source}>"

    def __call__(self, event: Event, /) -> None:
        """Send one event; what `send` raises is raised."""
        self._send(json.dumps(self.envelope(event), allow_nan=False).encode(), _HEADERS)

    def envelope(self, event: Event) -> dict[str, object]:
        """Return an event as a CloudEvent in plain data; its attributes have no odd characters."""
        time = time_of(event)
        return {
            "specversion": "1.0",
            "id": printable(event.key),
            "source": self.source,
            "type": f"jobstate.{event.kind}",
            "subject": printable(event.job.id),
            **({} if time is None else {"time": iso(time)}),
            "datacontenttype": "application/json",
            "data": event.to_dict(),
        }


class HttpPost:
    """Posts to a URL, by the standard library alone; one connection a call."""

    def __init__(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout: float = 10.0
    ) -> None:
        """Post to a URL.

        Args:
            url: Where to: http or https. What proxies the environment names are used.
            headers: What is sent besides: ``{"Authorization": "Bearer …"}``.
            timeout: How long to wait for the receiver each time, in seconds.

        Raises:
            ValueError: It is no URL of http or https.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError(f"url: expected one of http or https, got {shown(url)}")
        self._url = url
        self._headers = dict(headers or {})
        self._timeout = timeout
        self._opener = build_opener(_NoRedirects)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {urlsplit(self._url).hostname}>"

    def __call__(self, body: bytes, headers: Mapping[str, str], /) -> None:
        """Post a body.

        Raises:
            OSError: The receiver was not reached or did not take it; `HTTPError` is one.
        """
        both = {**self._headers, **headers}
        request = Request(self._url, data=body, headers=both, method="POST")  # noqa: S310 - checked
        try:
            self._opener.open(request, timeout=self._timeout).close()
        except HTTPError as error:
            error.close()  # it is the answer too
            raise


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirection: it would be a GET without the event, which looks like success."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Let it fail."""
