"""`LaneCursor`: how far one lane is, which its outbox is told: of each event, and now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jobstate.delivery.outbox import Outbox, Posted

#: How many events the lane deals with before it says how far it is; less is said when it is idle.
_SETTLED: Final = 256


class LaneCursor:
    """How far one lane is. Only whoever runs the lane moves it."""

    def __init__(self, outbox: Outbox, lane: int, settled: int) -> None:
        """Begin where the outbox stands.

        Args:
            outbox: To be told.
            lane: The lane's index.
            settled: The number up to which all its events have been dealt with.
        """
        self._outbox = outbox
        self._lane = lane
        self._settled = settled
        self._unsettled = 0

    def passed(self, posted: Posted) -> None:
        """Move past an event: it was heard, or is held."""
        self._outbox.passed(posted)
        self._unsettled += 1
        if self._unsettled >= _SETTLED:
            self.settle(posted.number)

    def settle(self, number: int) -> None:
        """Say that the lane has dealt with all its events up to a number."""
        if number > self._settled:
            self._settled, self._unsettled = number, 0
            self._outbox.settle(self._lane, number)
