"""`Listeners`: who hears of a tracker's events: in the caller's thread, or in lanes."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from jobstate.common.forks import in_forked_child, leave_behind
from jobstate.common.log import log
from jobstate.delivery.dispatcher import Dispatcher
from jobstate.delivery.inline import InlineListeners
from jobstate.delivery.outbox import MemoryOutbox
from jobstate.delivery.subscription import Subscription
from jobstate.errors import TrackerClosedError, TrackerForkedError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from jobstate.delivery.subscription import SubscriptionStatus
    from jobstate.model.events import Listener
    from jobstate.tracking.journal_port import JournalPort
    from jobstate.tracking.stripes import Stripes


class Listeners:
    """The listeners of one tracker; where there is a journal, what they have heard stands there.

    Attributes:
        inline: The plain ones, told in the caller's thread.
        dispatcher: Hands events to the lanes of the others.
        direct: Lanes are handed events as soon as they are found; with a journal, when it has
            written them.
        active: There is somebody to tell as soon as events are found.
        waits: Whoever observes may have to wait: for the journal, or for room in a lane.
        cautious: There is something to see to before an answer is taken.
    """

    def __init__(
        self, stripes: Stripes, journal: JournalPort | None, clock: Callable[[], datetime]
    ) -> None:
        """Begin with nobody.

        Args:
            stripes: Of the jobs.
            journal: Where it stands what each has heard, if there is one.
            clock: The time; aware.
        """
        self.inline = InlineListeners()
        self.dispatcher = Dispatcher(clock)
        self._stripes = stripes
        self._journal = journal
        self._closed = False
        self._process = os.getpid()
        self._changed()

    def see_to_forks_of(self, tracker: object) -> None:
        """Let their tracker be left behind in forked children, if it has threads or a journal."""
        in_forked_child(tracker, self._leave_behind)

    def _leave_behind(self, tracker: object) -> None:
        if self.dispatcher or self._journal is not None:
            leave_behind(tracker, partial(TrackerForkedError, self._process))

    def add(self, listener: Listener | Subscription) -> None:
        """Tell one more listener; see `Tracker.add_listener`."""
        if not isinstance(listener, Subscription):
            if self._journal is not None:
                expected = "a Subscription, for with a journal each listener needs a name"
                raise TypeError(f"expected {expected}, got {shown(listener)}")
            self.inline.add(listener)
        elif self._journal is None:
            self.dispatcher.add(listener, MemoryOutbox(), 0, 0)
        else:
            opened = self._journal.subscribe(listener.name, listener.lanes)
            self.dispatcher.add(listener, *opened)
        self._changed()

    def remove(self, listener: Listener | str) -> None:
        """Tell a listener nothing more; see `Tracker.remove_listener`."""
        if not isinstance(listener, str):
            self.inline.remove(listener, [stripe.pending for stripe in self._stripes])
        elif self._journal is None or listener in self.dispatcher:
            self.dispatcher.remove(listener)
        self._changed()
        if isinstance(listener, str) and self._journal is not None:
            self._journal.unsubscribe(listener)

    def _changed(self) -> None:
        self.direct = bool(self.dispatcher) and self._journal is None
        self.active = bool(self.inline.listeners) or self.direct
        self.waits = self._journal is not None or self.dispatcher.blocks
        self.cautious = self._closed or self.waits

    def prepare(self) -> None:
        """Wait until the events of one more answer may come.

        Raises:
            TrackerClosedError: None may come any more.
            JournalWriteError: The journal still can't be written.
        """
        if self._closed:
            raise TrackerClosedError
        if self._journal is not None:
            self._journal.check()
        self.dispatcher.wait_for_room()

    def finish(self) -> None:
        """Expect no more events, and let lanes end when nothing waits."""
        self._closed = True
        self._changed()
        self.dispatcher.finish()

    def close(self, seconds: float) -> tuple[SubscriptionStatus, ...]:
        """Let lanes finish, for some time at most; return how each did, and log what is left."""
        ended = self.dispatcher.close(seconds)
        progress = self.dispatcher.progress()
        for each in progress:
            if not each.idle:
                _say_unheard(each, kept=self._journal is not None, ended=ended)
        return progress


def _say_unheard(each: SubscriptionStatus, *, kept: bool, ended: bool) -> None:
    fate = "stays in the journal" if kept else "is lost"
    log().warning(
        "listener %s has not heard all%s: %d events in memory%s, %d jobs held; what it has not"
        " heard %s",
        shown(each.name),
        "" if ended else " and has not returned",
        each.waiting,
        " and more in the journal" if each.behind else "",
        each.retrying + len(each.parked),
        fate,
    )
