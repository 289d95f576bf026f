"""What is made wrong in a child of `kills`, to see that the campaign finds it.

Each changes the library for the rest of the process, which is about to be killed anyway.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from jobstate.delivery.workers import Worker
from jobstate.errors import JournalWriteError
from jobstate.journal.acknowledgements import Acknowledgements
from jobstate.journal.writer import JournalWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.delivery.lane import Delivery
    from jobstate.journal.writer import _Batch, _Content

#: How much later what should have come first comes, in seconds.
_LATER: Final = 0.03


def _nothing() -> None:
    """Leave everything as it is."""


def _acknowledge_before_writing() -> None:
    """Let `observe` return before anything is written; a thread writes now and then."""
    commit = JournalWriter.commit
    begun: set[int] = set()

    def later(self: JournalWriter, ticket: int) -> None:
        if threading.current_thread() is threading.main_thread():
            commit(self, ticket)  # what opens and closes goes on as ever
        elif id(self) not in begun:
            begun.add(id(self))
            threading.Thread(target=write, args=(self,), daemon=True).start()

    def write(writer: JournalWriter) -> None:
        with suppress(JournalWriteError):  # it was closed
            while True:
                time.sleep(_LATER)
                commit(writer, writer.given)

    setattr(JournalWriter, "commit", later)  # noqa: B010 - a method, to the type checkers


def _acknowledge_before_telling() -> None:
    """Let a lane take an event for heard, and call the listener then."""

    def deliver(self: Worker, delivery: Delivery) -> None:
        lane = self._lane
        lane.succeeded(delivery)
        with suppress(RuntimeError):  # it is too late
            lane.subscription.listener(delivery.posted.event)

    setattr(Worker, "_deliver", deliver)  # noqa: B010 - as above


def _forget_what_was_heard() -> None:
    """Never say beside the journal how far listeners are."""

    def write(self: Acknowledgements, listener: int, shard: int, number: int) -> None:
        del self, listener, shard, number

    setattr(Acknowledgements, "write", write)  # noqa: B010 - as above


def _tell_before_writing() -> None:
    """Hand events on before they are written."""
    put_down = JournalWriter._put_down  # noqa: SLF001 - it is here that it would go wrong

    def told_first(self: JournalWriter, batch: _Batch, content: _Content) -> None:
        self._offer(content.posted)
        time.sleep(_LATER)
        put_down(self, batch, content)

    setattr(JournalWriter, "_put_down", told_first)  # noqa: B010 - as above


#: What may be wrong, by name.
FAULTS: Final[dict[str, Callable[[], None]]] = {
    "none": _nothing,
    "acknowledges before it writes": _acknowledge_before_writing,
    "acknowledges before it tells": _acknowledge_before_telling,
    "forgets what was heard": _forget_what_was_heard,
    "tells before it writes": _tell_before_writing,
}
