"""`Asking`: calls made within a budget, counted, and what came to nothing told by its class."""

from __future__ import annotations

from collections.abc import Callable, Container, Generator
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from attrs import define, field

from jobstate.aws.errors import ServiceError
from jobstate.aws.following import Pause
from jobstate.aws.operations import Request, told_at, tried_again
from jobstate.aws.polling.budget import Budget
from jobstate.aws.polling.health import Tally
from jobstate.aws.trouble import Trouble, failure_of
from jobstate.common.log import log
from jobstate.model.operations import ErrorCodes

#: The longest pause, in seconds: who waits hears of a hint, or that it is to stop, within that.
LONGEST_PAUSE: Final = 1.0

#: What to do next, a call or a pause; sent back is what a call returned or raised.
Steps: TypeAlias = "Generator[Request | Pause, object, Any]"


def pause(seconds: float) -> Pause:
    """Return a pause of so many seconds, or of the first of them."""
    return Pause(min(seconds, LONGEST_PAUSE))


@define(eq=False)
class ServiceClock:
    """What time it is where the jobs are. The local clock may be minutes off.

    Attributes:
        clock: Returns the seconds since whenever.
        told: When it last told the time, and what.
    """

    clock: Callable[[], float]
    told: tuple[float, datetime] | None = None

    def hear(self, time: datetime | None) -> None:
        """Take note of a time that has come there, or before; None says nothing."""
        now = self.now()
        if time is not None and (now is None or time > now):
            self.told = self.clock(), time

    def now(self) -> datetime | None:
        """Return what time it is at least; aware; None where nothing has told."""
        if self.told is None:
            return None
        at, time = self.told
        return time + timedelta(seconds=self.clock() - at)


@define(eq=False)
class Asking:
    """Makes calls of one poller.

    Attributes:
        what: What is asked about, in words.
        budget: How many may be made.
        codes: By which codes the service refuses.
        clock: The service's.
        tally: Counts them.
    """

    what: str
    budget: Budget
    codes: ErrorCodes
    clock: ServiceClock
    tally: Tally = field(factory=Tally)

    def ask(
        self, call: Request, fatal: Container[Trouble] = (Trouble.EXPIRED,)
    ) -> Generator[Request | Pause, object, Any]:
        """Make a call for which a request was taken.

        Args:
            call: The call.
            fatal: The trouble that ends everything.

        Returns:
            The response, or the `CallFailure`.

        Raises:
            ServiceError: The trouble is fatal.
        """
        operation = call.operation
        came = yield call
        again = tried_again(came)
        self.tally.count(operation, 1 + again)
        if again:
            self.budget.charge(operation, again)
        if not isinstance(came, Exception):
            self.clock.hear(told_at(came))
            return came
        refused = failure_of(came, self.codes)
        if refused is None:
            raise came
        if refused.trouble in fatal:
            raise ServiceError(self.what, refused.trouble, str(refused), 0.0, "") from came
        if refused.trouble is Trouble.THROTTLED:
            self.tally.refuse(operation)
            self.budget.throttled(operation, refused.retry_after)
        elif refused.trouble is not Trouble.MISSING:
            log().warning("%s came to nothing: %s", operation, refused)
        return refused
