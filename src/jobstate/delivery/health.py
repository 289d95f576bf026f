"""How a listener is: whether it works at all, and what the log says of its failures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from jobstate.common.log import log
from jobstate.errors import shown

if TYPE_CHECKING:
    from jobstate.delivery.outbox import Held
    from jobstate.delivery.subscription import Subscription
    from jobstate.model.observation import JobKey

#: Failures at so many jobs with no success between: the listener itself is down, so it is tried
#: only now and then, whatever waits.
DOWN_AFTER: Final = 5


class CircuitBreaker:
    """Whether the listener of a lane works; one that is down is tried only now and then.

    Attributes:
        paused_until: When it may be told something again, by the lane's clock.
    """

    def __init__(self, subscription: Subscription) -> None:
        """Begin with one that works."""
        self.paused_until = -math.inf
        self._subscription = subscription
        self._failing: set[JobKey] = set()
        self._strikes = 0

    @property
    def is_down(self) -> bool:
        """Whether it has failed at everything of late."""
        return self._strikes > 0

    def succeeded(self) -> None:
        """Take note that it has heard an event."""
        if self._failing:
            self._failing.clear()
            if self._strikes:
                self._strikes = 0
                log().info("listener %s is back", shown(self._subscription.name))

    def failed(self, job: JobKey, now: float) -> None:
        """Take note that it has failed at an event of a job."""
        self._failing.add(job)
        if len(self._failing) < DOWN_AFTER:
            return
        self._strikes += 1
        self.paused_until = now + self._subscription.retry.pause(self._strikes)
        if self._strikes == 1:
            log().error(
                "listener %s fails at every job: it is tried only now and then until it succeeds",
                shown(self._subscription.name),
            )


def say_failed(subscription: Subscription, job: JobKey, error: BaseException) -> None:
    """Log that a listener has failed at an event for the first time."""
    log().warning(
        "listener %s failed at %s; it is told again, %d times at most",
        shown(subscription.name),
        shown(str(job)),
        subscription.retry.attempts - 1,
        exc_info=error,
    )


def say_parked(subscription: Subscription, job: JobKey, held: Held) -> None:
    """Log that a listener hears no more of a job."""
    log().error(
        "listener %s hears no more of %s until it is unparked: %s (attempt %d)",
        shown(subscription.name),
        shown(str(job)),
        held.error,
        held.attempts,
    )
