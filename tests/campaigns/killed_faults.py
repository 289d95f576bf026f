"""What is made wrong in a child of `kills`, a follower included, to see that the campaign finds it.

Each changes the library for the rest of the process, which is about to be killed anyway.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread

from jobstate import asynchronous
from jobstate.delivery.dispatcher import Dispatcher
from jobstate.delivery.workers import Worker
from jobstate.errors import JournalWriteError
from jobstate.journal import Journal, pruning
from jobstate.journal.acknowledgements import Acknowledgements
from jobstate.journal.following import Following
from jobstate.journal.outbox import JournalOutbox
from jobstate.journal.pruning import Sweeper
from jobstate.journal.writer import JournalWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobstate.conformance.job_state import JobState
    from jobstate.delivery.lane import Delivery, Lane
    from jobstate.delivery.outbox import Held, Posted
    from jobstate.journal.connection import Connection
    from jobstate.journal.writer import _Batch, _Content
    from jobstate.model.observation import JobKey

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

    def write(self: Acknowledgements, *place: int) -> None:
        del self, place

    setattr(Acknowledgements, "write", write)  # noqa: B010 - as above


def _tell_before_writing() -> None:
    """Hand events on before they are written."""
    put_down = JournalWriter._put_down  # noqa: SLF001 - it is here that it would go wrong

    def told_first(self: JournalWriter, batch: _Batch, content: _Content) -> None:
        self._offer(content.posted)
        time.sleep(_LATER)
        put_down(self, batch, content)

    setattr(JournalWriter, "_put_down", told_first)  # noqa: B010 - as above


def _acknowledge_before_awaiting() -> None:
    """Let a lane take an event for heard, and await the listener then."""

    async def deliver(lane: Lane, delivery: Delivery) -> None:
        await anyio.to_thread.run_sync(lane.succeeded, delivery)
        await anyio.sleep(_LATER / 10)
        await lane.subscription.listener(delivery.posted.event)  # type: ignore[misc]

    setattr(asynchronous, "_deliver", deliver)  # noqa: B010 - as above


def _hand_on_backwards() -> None:
    """Hand on the events of a transaction last first."""
    offer = Dispatcher.offer

    def backwards(self: Dispatcher, posted: Sequence[Posted]) -> None:
        for each in reversed(posted):
            offer(self, [each])

    setattr(Dispatcher, "offer", backwards)  # noqa: B010 - as above


def _forget_what_is_held() -> None:
    """Never write down which jobs a listener failed at."""

    def hold(self: JournalOutbox, held: Mapping[JobKey, Held], *, durable: bool = True) -> None:
        del self, held, durable

    setattr(JournalOutbox, "hold", hold)  # noqa: B010 - as above


def _forget_nothing() -> None:
    """Let `forget` return with nothing done in the file."""

    def forget(self: Journal, job_state: JobState) -> int:
        del job_state
        return self.given

    setattr(Journal, "forget", forget)  # noqa: B010 - as above


def _sweep_all() -> None:
    """Let go of what was forgotten whoever has still to hear of it."""
    find = Sweeper._next  # noqa: SLF001 - it is here that it would go wrong

    def due(self: Sweeper, connection: Connection, most: int) -> list[tuple[int, int, int]]:
        self._keep = timedelta(0)
        return [(when, number, 1) for when, number, _ in find(self, connection, most)]

    setattr(Sweeper, "_next", due)  # noqa: B010 - as above
    setattr(pruning, "_BETWEEN", 1)  # noqa: B010 - with each commit


def _follow(change: Callable[[list[tuple[object, ...]]], list[tuple[object, ...]]]) -> None:
    """Let a follower read something else than there is."""
    read = Following._read  # noqa: SLF001 - it is here that it would go wrong

    def changed(self: Following, after: int, version: object) -> list[tuple[object, ...]]:
        return change(read(self, after, version))

    setattr(Following, "_read", changed)  # noqa: B010 - as above


def _follow_ahead() -> None:
    """Let a follower read one event that is not there, as if it came next."""
    _follow(lambda rows: rows + [(int(str(row[0])) + 1, *row[1:]) for row in rows[-1:]])


def _follow_backwards() -> None:
    """Let a follower read what was written meanwhile last first."""
    _follow(lambda rows: rows[::-1])


def _follow_with_gaps() -> None:
    """Let a follower pass over the first event of each look."""
    _follow(lambda rows: rows[1:])


#: What may be wrong, by name.
FAULTS: Final[dict[str, Callable[[], None]]] = {
    "none": _nothing,
    "acknowledges before it writes": _acknowledge_before_writing,
    "acknowledges before it tells": _acknowledge_before_telling,
    "acknowledges before it awaits": _acknowledge_before_awaiting,
    "follows ahead": _follow_ahead,
    "follows backwards": _follow_backwards,
    "follows with gaps": _follow_with_gaps,
    "forgets nothing": _forget_nothing,
    "forgets what is held": _forget_what_is_held,
    "forgets what was heard": _forget_what_was_heard,
    "hands on backwards": _hand_on_backwards,
    "sweeps what nobody has heard": _sweep_all,
    "tells before it writes": _tell_before_writing,
}
