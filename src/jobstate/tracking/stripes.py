"""Locks, each shared by the jobs whose ids fall together."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Self

from attrs import Factory, define

from jobstate.delivery.inline import Pending

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey


#: How many locks the jobs of a tracker share; a power of two.
_STRIPES: Final = 16

_LAST: Final = _STRIPES - 1


@define(eq=False)
class Stripe:
    """What the jobs whose ids fall together share.

    Attributes:
        lock: Held while one of them is judged, kept, and told of in the caller's thread.
        untold: What plain listeners have still to hear.
        ticket: The journal's, for what it was given last.
        version: How often a job was kept or dropped; changed under the lock alone, and only after
            that, for whoever looks without it reads the version first and the job then.
    """

    lock: threading.Lock = Factory(threading.Lock)
    pending: Pending = Factory(deque)
    ticket: int = 0
    version: int = 0


class Stripes(tuple[Stripe, ...]):
    """The stripes of one tracker."""

    __slots__ = ()

    def __new__(cls) -> Self:
        """Make as many as there are."""
        return super().__new__(cls, (Stripe() for _ in range(_STRIPES)))

    def of(self, job: JobKey) -> Stripe:
        """Return the stripe of a job: that of its id."""
        return self[hash(job.id) & _LAST]
