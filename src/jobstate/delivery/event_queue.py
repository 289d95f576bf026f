"""`EventQueue`: the events that wait for one lane in memory, and what is done where it is full."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from jobstate.delivery.subscription import OverflowPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.delivery.outbox import Outbox, Posted
    from jobstate.delivery.subscription import Subscription


class EventQueue:
    """What waits for one lane, in order. Whoever touches it holds the lane's lock.

    Attributes:
        seen: All events up to this number were dealt with or wait here.
        offered: The number of the newest event of all.
        behind: More events wait in the outbox.
        dropped: How many had to give way to newer ones.
    """

    def __init__(
        self, subscription: Subscription, outbox: Outbox, settled: int, offered: int
    ) -> None:
        """Begin with nothing.

        Args:
            subscription: Whose lane it is.
            outbox: Where its events wait; a durable one has what there is no room for here.
            settled: The number up to which all events have been dealt with.
            offered: The number of the newest event in the outbox.
        """
        self.seen = settled
        self.offered = offered
        # What was found before the lane could be offered it has to be read.
        self.behind = outbox.durable
        self.dropped = 0
        self._capacity = subscription.capacity
        self._policy = subscription.when_full
        self._durable = outbox.durable
        self._waiting: deque[Posted] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether one more event may wait."""
        return len(self._waiting) < self._capacity

    @property
    def position(self) -> int:
        """The number up to which the lane has come past all its events."""
        return self._waiting[0].number - 1 if self._waiting else self.seen

    def put(self, posted: Posted) -> bool:
        """Take news; return whether it waits here or in the outbox: else there is no room."""
        if self._durable and (self.behind or posted.number <= self.seen):
            return True
        if len(self._waiting) >= self._capacity:
            if self._policy is OverflowPolicy.DROP_OLDEST:
                self._waiting.popleft()
                self.dropped += 1
            elif self._policy is OverflowPolicy.PARK:
                if self._durable:
                    self.behind = True
                    self.seen = posted.number - 1
                return self._durable
            # else who must wait for room has waited already
        # No interrupt comes between, for there is no call: offered again, it is passed over.
        self.seen = posted.number
        self._waiting.append(posted)
        return True

    def mark(self, last: int) -> None:
        """Take note of the number of the newest event of all, once those of the lane are put."""
        self.offered = max(self.offered, last)
        if not self.behind:
            self.seen = max(self.seen, last)

    def take(self) -> Posted | None:
        """Take out what comes next; None where nothing waits."""
        return self._waiting.popleft() if self._waiting else None

    def put_back(self, posted: Posted) -> None:
        """Let what was taken out come next again."""
        self._waiting.appendleft(posted)

    def add_read(self, found: Iterable[Posted], seen: int) -> None:
        """Add what the outbox had.

        Args:
            found: The events of the lane, in order.
            seen: The number up to which there are no others.
        """
        self._waiting.extend(found)
        self.seen = seen
        self.behind = self.offered > seen
