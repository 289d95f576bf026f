"""`Worker`: runs one lane on a thread of its own; imports the lane."""

from __future__ import annotations

import math
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from jobstate.delivery.lane import Delivery

if TYPE_CHECKING:
    from jobstate.delivery.lane import Lane


#: Whether what runs here was called by a lane. A context variable, for event loops carry it on.
IN_LANE: Final = ContextVar("jobstate lane", default=False)


class Worker:
    """A thread that tells a synchronous listener what its lane has for it.

    The thread is a daemon: a listener that hangs must not keep the process from ending.
    """

    def __init__(self, lane: Lane) -> None:
        """Start at once."""
        self._lane = lane
        self._news = threading.Event()
        lane.on_news = self._news.set
        name = f"jobstate {lane.subscription.name} {lane.index}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> bool:
        """Wait for its end, for some time at most; tell whether it has come."""
        if self._thread is not threading.current_thread():
            self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def _run(self) -> None:
        IN_LANE.set(True)  # the thread's own context
        while True:
            found = self._lane.take()
            if isinstance(found, float):
                self._news.clear()
                found = self._lane.take()  # what came before it was cleared
            if found is None:
                return
            if isinstance(found, Delivery):
                self._deliver(found)
            else:
                self._news.wait(None if found == math.inf else found)

    def _deliver(self, delivery: Delivery) -> None:
        lane = self._lane
        try:
            lane.subscription.listener(delivery.posted.event)
        except BaseException as error:  # noqa: BLE001 - SystemExit too: it would end the lane
            lane.failed(delivery, error)
        else:
            lane.succeeded(delivery)
