"""Plain listeners, told in the caller's thread: every event to every listener, in order, once.

What listeners do is no concern of whoever tells them: one that raises is logged, one that makes
further news makes the queue longer, not the stack deeper.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from jobstate.common.calls import is_asynchronous
from jobstate.common.forks import renewed_in_forked_child
from jobstate.common.log import log
from jobstate.errors import shown
from jobstate.model.events import Event, Listener

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Who is still to be told of what.
Pending: TypeAlias = deque[tuple[Listener, Event]]


class InlineListeners:
    """The plain listeners of one tracker.

    Attributes:
        failures: How often a listener raised.
        listeners: Who is told.
    """

    def __init__(self) -> None:
        """Begin with nobody."""
        self.failures = 0
        self.listeners: tuple[Listener, ...] = ()
        self._changing = Lock()
        renewed_in_forked_child(self, "_changing")

    def add(self, listener: Listener) -> None:
        """Tell one more listener of what comes from now on.

        Raises:
            TypeError: It can't be called, or would have to be awaited.
        """
        if not callable(listener):
            raise TypeError(f"a listener must be callable with one event, got {shown(listener)}")
        if is_asynchronous(listener):
            raise TypeError(
                f"nothing awaits a plain listener, so it can't be async, got {shown(listener)};"
                " give a Subscription(name=…, listener=…), and run the tracker with"
                " jobstate.asynchronous.running"
            )
        with self._changing:
            self.listeners = (*self.listeners, listener)

    def remove(self, listener: Listener, pending: Iterable[Pending]) -> None:
        """Tell a listener nothing more; of what it has not heard yet neither.

        Args:
            listener: Who.
            pending: What waits.

        Raises:
            ValueError: It is none.
        """
        with self._changing:
            listeners = list(self.listeners)
            if listener not in listeners:
                raise ValueError(f"{shown(listener)} is no listener here")
            listeners.remove(listener)
            self.listeners = tuple(listeners)
        if listener in listeners:
            return  # it was added twice, and listens still
        for waiting in pending:
            for each in list(waiting):
                if each[0] == listener:
                    with suppress(ValueError):  # it is being told this very moment
                        waiting.remove(each)

    def run(self, pending: Pending) -> None:
        """Tell what waits.

        An interrupt (KeyboardInterrupt, SystemExit) passes through; what waits then stays.
        """
        while pending:
            listener, event = pending.popleft()
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - whatever a listener does must harm nobody else
                with self._changing:
                    self.failures += 1
                log().error(  # called where the failure is handled
                    "listener %s failed at %s",
                    shown(listener),
                    shown(event),
                    exc_info=True,
                )
