"""`Worker`: runs one lane on a thread of its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from jobstate.delivery.lane import Delivery

if TYPE_CHECKING:
    from jobstate.delivery.lane import Lane


#: Whether what runs here was called by a lane. A context variable, for event loops carry it on.
IN_LANE: Final = ContextVar("jobstate lane", default=False)
#: How long a thread waits for news at once, in seconds; no system waits for ever.
_LONGEST: Final = 3600.0


class Worker:
    """A thread that tells a synchronous listener what its lane has for it.

    The thread is a daemon: a listener that hangs must not keep the process from ending.
    """

    def __init__(self, lane: Lane) -> None:
        """Start at once."""
        self._lane = lane
        #: Has something in it where there is news. Not an event: an interrupt that comes in the
        #: code of one, in whichever thread brings news, would leave it locked.
        self._news: SimpleQueue[None] = SimpleQueue()
        lane.on_news = self._ring
        name = f"jobstate {lane.subscription.name} {lane.index}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _ring(self) -> None:
        if self._news.empty():
            self._news.put(None)

    def join(self, seconds: float) -> bool:
        """Wait for its end, for some time at most; tell whether it has come."""
        if self._thread is not threading.current_thread():
            self._thread.join(min(max(0.0, seconds), threading.TIMEOUT_MAX))
        return not self._thread.is_alive()

    def _run(self) -> None:
        IN_LANE.set(True)  # the thread's own context
        while True:
            found = self._lane.take()
            if isinstance(found, float):
                while not self._news.empty():
                    self._news.get_nowait()
                found = self._lane.take()  # what came before that
            if found is None:
                return
            if isinstance(found, Delivery):
                self._deliver(found)
            else:
                with suppress(Empty):
                    self._news.get(timeout=min(found, _LONGEST))

    def _deliver(self, delivery: Delivery) -> None:
        lane = self._lane
        try:
            lane.subscription.listener(delivery.posted.event)
        except BaseException as error:  # noqa: BLE001 - SystemExit too: it would end the lane
            lane.failed(delivery, error)
        else:
            lane.succeeded(delivery)
