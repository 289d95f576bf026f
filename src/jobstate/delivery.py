"""Listeners, and what they have not heard yet: every event to every listener, in order, once.

What listeners do is no concern of whoever tells them: one that raises is logged, one that makes
further news makes the queue longer, not the stack deeper. Imports only the events.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from jobstate.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.events import Event, Listener
    from jobstate.standing import Judgement


class Delivery:
    """The listeners of one tracker, and the events on their way to them.

    Attributes:
        failures: How often a listener raised.
        waiting: Who is still to be told of what.
    """

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.failures = 0
        self._listeners: tuple[Listener, ...] = ()
        self.waiting: deque[tuple[Listener, Event]] = deque()
        for listener in listeners:
            self.add(listener)

    def add(self, listener: Listener) -> None:
        """Tell one more listener of what comes from now on.

        Raises:
            TypeError: It can't be called.
        """
        if not callable(listener):
            raise TypeError(f"a listener must be callable with one event, got {shown(listener)}")
        self._listeners = (*self._listeners, listener)

    def remove(self, listener: Listener) -> None:
        """Tell a listener nothing more; of what it has not heard yet neither.

        Raises:
            ValueError: It is none.
        """
        listeners = list(self._listeners)
        if listener not in listeners:
            raise ValueError(f"{shown(listener)} is no listener here")
        listeners.remove(listener)
        self._listeners = tuple(listeners)
        if listener not in listeners:  # else it was added twice, and listens still
            self.waiting = deque(each for each in self.waiting if each[0] != listener)

    def put(self, judgement: Judgement) -> None:
        """Queue the events of a judgement for every listener."""
        for listener in self._listeners:
            for event in judgement.events:
                self.waiting.append((listener, event))

    def run(self) -> None:
        """Deliver until nothing waits, what listeners add meanwhile included.

        An interrupt (KeyboardInterrupt, SystemExit) passes through; what waits then stays, and the
        next run delivers it.
        """
        while self.waiting:
            listener, event = self.waiting.popleft()
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - whatever a listener does must harm nobody else
                self.failures += 1
                _log_failure(listener, event)


def _log_failure(listener: Listener, event: Event) -> None:
    import logging  # noqa: PLC0415 - a tenth of the time to import jobstate, and rarely needed

    log = logging.getLogger("jobstate")
    log.error(  # called where the failure is handled
        "listener %s failed at %s",
        shown(listener),
        shown(event),
        exc_info=True,  # noqa: LOG014
    )
