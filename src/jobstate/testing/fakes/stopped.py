"""`ClockStoppedError`: nobody may wait any longer on a virtual clock."""

from __future__ import annotations


class ClockStoppedError(BaseException):
    """Nobody may wait any longer. No `Exception`: code that retries on those must not catch it.

    Attributes:
        reason: Why, in a sentence.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
