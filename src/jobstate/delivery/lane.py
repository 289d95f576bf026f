"""`Lane`: what one listener hears next of some jobs, in the order of each job.

A lane calls nobody: whoever runs it takes the next delivery, makes it, and says how it went. So it
serves threads and event loops alike. One runs it; anybody may offer news, unpark, and ask.
"""

from __future__ import annotations

import math
import time
from collections import deque
from threading import Condition, Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from jobstate.common.log import log
from jobstate.delivery.event_queue import EventQueue
from jobstate.delivery.health import CircuitBreaker, say_failed, say_parked
from jobstate.delivery.held_jobs import HeldJobs
from jobstate.delivery.lane_cursor import LaneCursor
from jobstate.delivery.outbox import Held, Posted
from jobstate.delivery.shards import lane_of
from jobstate.delivery.subscription import OverflowPolicy
from jobstate.errors import JournalError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from jobstate.delivery.outbox import Outbox
    from jobstate.delivery.subscription import ParkedJob, Subscription
    from jobstate.model.observation import JobKey

#: How long to wait for a journal that can't be read or written.
_JOURNAL_PAUSE: Final = 1.0
#: How many jobs are unparked in one commit; between two of them the lane tells what is due.
_UNPARKED_AT_ONCE: Final = 256


class Delivery(NamedTuple):
    """An event to be told now.

    Attributes:
        posted: The event, and its number.
        held: What is held of its job, where it was told in vain before.
    """

    posted: Posted
    held: Held | None


class Lane:
    """What a listener has still to hear of the jobs of one lane.

    Attributes:
        subscription: Whose lane it is.
        index: Which of its lanes.
        on_news: Called whenever there may be something to take; by whoever brings it.
        delivered: How many events were heard.
        failures: How many calls failed.
    """

    def __init__(  # noqa: PLR0913 - all but the first three by keyword
        self,
        subscription: Subscription,
        index: int,
        outbox: Outbox,
        *,
        settled: int,
        offered: int,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin where the outbox stands.

        Args:
            subscription: Whose lane it is.
            index: Which of its lanes.
            outbox: Where its events wait.
            settled: The number up to which all its events have been dealt with.
            offered: The number of the newest event in the outbox.
            now: The time; aware.
            monotonic: Seconds since some moment.
        """
        self.subscription = subscription
        self.index = index
        self.on_news: Callable[[], object] = nobody
        self.delivered = self.failures = 0
        self._outbox = outbox
        self._now = now
        self._monotonic = monotonic
        #: Guards what others than the runner touch: all that follows up to the blank line.
        #: Taken as it is, never by way of the condition: an interrupt that comes in that one's own
        #: code would leave it locked.
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._queue = EventQueue(subscription, outbox, settled, offered)
        self._held = HeldJobs(subscription, outbox, now)
        self._unpark: deque[JobKey] = deque()
        self._finishing = self._stopped = False

        self._cursor = LaneCursor(outbox, index, settled)
        # An earlier process may have passed all events up to here, those of held jobs included.
        self._opened = offered
        self._health = CircuitBreaker(subscription)
        self._began: float | None = None

    # --- For whoever brings news ----------------------------------------------------------------

    def offer(self, news: Sequence[Posted], last: int) -> None:
        """Take news; never waits.

        Args:
            news: Events of this lane's jobs, in order.
            last: The number of the newest event of all.
        """
        with self._lock:
            for posted in news:
                if not self._queue.put(posted):
                    self._held.park_for_want_of_room(posted)
            self._queue.mark(last)
        self.on_news()

    def wait_for_room(self) -> None:
        """Wait until there is room, or nobody will make any."""
        with self._lock:
            self._changed.wait_for(lambda: self._queue.has_room or self._stopped)

    def unpark(self, job: JobKey | None = None) -> list[JobKey]:
        """Ask for a parked job to be told again, or for all; return which."""
        with self._lock:
            parked = self._held.parked_of(job)
            self._unpark += parked
        self.on_news()
        return parked

    def finish(self) -> None:
        """End as soon as nothing is left to tell now."""
        with self._lock:
            self._finishing = True
        self.on_news()

    def stop(self) -> None:
        """End after the delivery that goes on now."""
        with self._lock:
            self._stopped = True
            self._changed.notify_all()
        self.on_news()

    # --- For whoever asks -----------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many events wait in memory, the one that is being told included."""
        with self._lock:
            return len(self._queue) + self._held.waiting + (self._began is not None)

    @property
    def dropped(self) -> int:
        """How many events will not be told for want of room."""
        return self._queue.dropped + self._held.dropped

    @property
    def behind(self) -> bool:
        """Whether more events wait in the journal."""
        return self._queue.behind

    @property
    def retrying(self) -> int:
        """How many jobs are told again after a pause."""
        with self._lock:
            return self._held.retrying

    @property
    def parked(self) -> tuple[ParkedJob, ...]:
        """The jobs that are parked, in that order; the same object until that changes."""
        with self._lock:
            return self._held.parked

    @property
    def reads(self) -> bool:
        """Whether taking may have to read or write the journal, and so to wait."""
        pending = self._queue.behind or self._held.until < math.inf or bool(self._unpark)
        return self._outbox.durable and pending

    @property
    def busy(self) -> float | None:
        """For how many seconds the delivery that goes on now does; None where none does."""
        began = self._began
        return None if began is None else self._monotonic() - began

    # --- For whoever runs it --------------------------------------------------------------------

    def resume(self, held: dict[JobKey, Held]) -> None:
        """Begin with the jobs that were held when the outbox was opened."""
        with self._lock:
            self._held.resume(held, self._monotonic())

    def take(self) -> Delivery | float | None:
        """Return what to tell now; for how many seconds there is nothing to; None at the end."""
        if self._stopped:
            return None
        # Before anything is taken out, so that whoever asks never finds it nowhere.
        self._began = self._monotonic()
        found: Delivery | float | None
        try:
            self._unpark_asked()
            now = self._monotonic()
            if now < self._health.paused_until:
                found = None if self._finishing else self._health.paused_until - now
            else:
                found = self._next_held(now) or self._next_waiting() or self._pause(now)
        except JournalError as error:
            found = self._wait_for_journal(error)
        if not isinstance(found, Delivery):
            self._began = None
        return found

    def succeeded(self, delivery: Delivery) -> None:
        """Take note that the listener has heard an event."""
        self._began = None
        self.delivered += 1
        self._health.succeeded()
        posted, held = delivery
        job = posted.event.job
        if held is None:
            self._cursor.passed(posted)
            return
        with self._lock:
            self._held.heard(held)
        held.first, held.attempts = posted.number + 1, 0
        self._held.go_on(job, -math.inf)  # with this one first: few wait in memory
        if held.waiting or held.more or self._position() < self._opened:
            self._write(lambda: self._outbox.hold({job: held}, durable=False))  # it is but passed
        else:
            self._write(lambda: self._release(job))

    def failed(self, delivery: Delivery, error: BaseException) -> None:
        """Take note that the listener has failed at an event."""
        self._began = None
        self.failures += 1
        posted, held = delivery
        job = posted.event.job
        fresh = held is None
        held = held or Held(posted.number)
        held.attempts += 1
        held.error = f"{type(error).__name__}: {shown(str(error))}"
        parked = self._now() if held.attempts >= self.subscription.retry.attempts else None
        held.since = parked or held.since
        if fresh and not self._begin_to_hold(posted, held):
            return
        if not fresh:
            self._write(lambda: self._outbox.hold({job: held}))
        if parked is not None:
            say_parked(self.subscription, job, held)
            with self._lock:
                self._held.park(job, held, parked)
        else:
            if held.attempts == 1 and not self._health.is_down:
                say_failed(self.subscription, job, error)
            self._held.go_on(job, self._monotonic() + self.subscription.retry.pause(held.attempts))
        self._health.failed(job, self._monotonic())

    # --- What comes next ------------------------------------------------------------------------

    def _next_held(self, now: float) -> Delivery | None:
        if self._held.early and self._position() >= self._opened:
            self._held.recall(*self._held.early)
        while (job := self._held.due(now)) is not None:
            held = self._held.jobs.get(job)
            if held is not None and held.since is None:
                if not held.waiting:
                    self._fetch(job, held)
                if held.waiting:
                    self._held.done()
                    return Delivery(held.waiting[0], held)
                self._release(job)
            self._held.done()
        return None

    def _release(self, job: JobKey) -> None:
        """Hold a job no longer, unless that is too early.

        What an earlier process passed is told again for the sake of what is held, and nothing else.
        """
        if self._position() < self._opened:
            self._held.early[job] = None
            return
        self._outbox.release(job)
        with self._lock:
            self._held.release(job)

    def _position(self) -> int:
        """Return the number up to which the lane has come past all its events."""
        with self._lock:
            return self._queue.position

    def _fetch(self, job: JobKey, held: Held) -> None:
        """Read the events of a job that the lane went past while it was held."""
        most = self.subscription.capacity
        found = self._outbox.of_job(job, held.first, self._position(), most)
        with self._lock:
            self._held.add(held, found)
            held.more = len(found) == most

    def _next_waiting(self) -> Delivery | None:
        while True:
            with self._lock:
                posted = self._queue.take()
                held = self._held.jobs.get(posted.event.job) if posted else None
                behind, seen = self._queue.behind, self._queue.seen
                if self.subscription.when_full is OverflowPolicy.BLOCK:
                    self._changed.notify_all()
            if posted is None:
                if not behind:
                    self._cursor.settle(seen)  # not what has come since: it waits
                    return None
                self._read_on()
            elif held is None or posted.number < held.first:
                return Delivery(posted, None)
            else:
                self._put_by(posted, held)

    def _put_by(self, posted: Posted, held: Held) -> None:
        """Let an event wait for the earlier one of its job."""
        with self._lock:
            self._held.put_by(posted, held)
        self._cursor.passed(posted)
        if (job := posted.event.job) in self._held.early:
            self._held.recall(job)

    def _read_on(self) -> None:
        """Fetch what waits in the journal."""
        with self._lock:
            after, offered = self._queue.seen, self._queue.offered
        found, looked = self._outbox.after(after, self.subscription.capacity)
        with self._lock:
            self._queue.add_read(
                [one for one in found if lane_of(one, self.subscription) == self.index],
                looked if looked > after else max(after, offered),
            )

    def _pause(self, now: float) -> float | None:
        """Return how long there is nothing to tell."""
        until = self._held.until
        if self._unpark or self._held.early or until <= now:  # asked for, or come past, just now
            return 0.0
        with self._lock:
            if self._queue or self._queue.behind:  # come just now
                return 0.0
            finishing = self._finishing  # at the same moment: all that came before it was told
        if finishing and (self._outbox.durable or until == math.inf):
            return None  # what is held stays in the journal
        return max(0.0, until - now)

    def _unpark_asked(self) -> None:
        """Go on with some of the jobs that were asked for; with the others, next time."""
        with self._lock:
            some = min(len(self._unpark), _UNPARKED_AT_ONCE)
            asked = [self._unpark.popleft() for _ in range(some)]
            held = self._held.unpark(asked, self._monotonic())
        if held:
            self._write(lambda: self._outbox.hold(held))

    # --- What went wrong ------------------------------------------------------------------------

    def _begin_to_hold(self, posted: Posted, held: Held) -> bool:
        """Hold the job of an event that was told for the first time, in vain."""
        job = posted.event.job
        try:
            self._outbox.hold({job: held})
        except JournalError as error:
            with self._lock:  # it can't be passed, so it comes next again
                self._queue.put_back(posted)
            self._wait_for_journal(error)
            return False
        with self._lock:
            self._held.hold(posted, held)
        self._cursor.passed(posted)
        return True

    def _write(self, write: Callable[[], object]) -> None:
        """Write down how far held jobs are; if that fails, they are told again after a restart."""
        try:
            write()
        except JournalError as error:
            self._wait_for_journal(error)

    def _wait_for_journal(self, error: JournalError) -> float | None:
        if self._finishing:
            return None
        self._health.paused_until = self._monotonic() + _JOURNAL_PAUSE
        log().error("listener %s waits: %s", shown(self.subscription.name), error)
        return _JOURNAL_PAUSE


def nobody() -> None:
    """Stand in for whoever will run the lane."""
