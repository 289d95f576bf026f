"""`Looks`: several jobs and lists asked about by turns, in one loop, within one budget of requests.

Whoever runs it draws or prints what it yields; time and clients are given.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from jobstate.aws.errors import ServiceError
from jobstate.aws.follow import made
from jobstate.aws.following import FollowStep, Pause, Plan
from jobstate.aws.operations import Request, schema_of, told_at
from jobstate.aws.polling.budget import Budget
from jobstate.aws.trouble import Trouble, failure_of
from jobstate.cli.watch.walk import WalkSteps
from jobstate.errors import JobstateError
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@frozen
class Glance:
    """What an answer brought.

    Attributes:
        asked: What was asked for: a name, an id, or a list.
        kind: The life cycle.
        step: What the answer brought.
        parent: The job that it belongs to, where that is known otherwise than from the answer.
    """

    asked: str
    kind: Lifecycle
    step: FollowStep
    parent: JobKey | None = None


@frozen
class Setback:
    """A call that came to nothing and will be made again, or what it brought can't be read.

    Attributes:
        asked: What was asked for.
        kind: The life cycle.
        said: Why.
    """

    asked: str
    kind: Lifecycle
    said: str


@frozen
class GivenUp:
    """Nobody asks any more.

    Attributes:
        asked: What was asked for.
        kind: The life cycle.
        error: Why.
    """

    asked: str
    kind: Lifecycle
    error: Exception


#: What comes of asking.
News: TypeAlias = Glance | Setback | GivenUp


@frozen
class _Course:
    """A plan that is under way."""

    asked: str
    kind: Lifecycle
    plan: Plan | WalkSteps
    parent: JobKey | None


class Looks:
    """Carries out plans by turns until all have ended.

    Attributes:
        ahead: By how much the service's clock is ahead of the local one, as its answers say.
    """

    def __init__(
        self,
        clients: Callable[[str], Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        stopped: Callable[[], bool] = bool,
    ) -> None:
        """Begin with no plan.

        Args:
            clients: Service → its client.
            clock: Returns the seconds since whenever and never goes back.
            sleep: Waits for so many seconds, or until it is to stop.
            stopped: Returns whether it is to stop; never, by default.
        """
        self._clients = clients
        self._clock = clock
        self._sleep = sleep
        self._stopped = stopped
        self._numbers = count()
        self._courses: list[tuple[float, int, _Course]] = []
        self._budget = Budget(clock=clock)
        self.ahead = timedelta(0)

    def begin(
        self, asked: str, kind: Lifecycle, plan: Plan | WalkSteps, parent: JobKey | None = None
    ) -> None:
        """Carry out one plan more.

        Args:
            asked: What it asks for, for people.
            kind: The life cycle, whose schema says which service is asked.
            plan: The plan.
            parent: The job that those belong to of which it tells, where they don't say so.
        """
        self._go_on(_Course(asked, kind, plan, parent), 0.0)

    def _go_on(self, course: _Course, seconds: float) -> None:
        heappush(self._courses, (self._clock() + seconds, next(self._numbers), course))

    def news(self) -> Iterator[News]:
        """Yield what comes of asking, as it comes.

        Raises:
            ServiceError: There are no credentials, or they have expired: of use to no plan.
        """
        while self._courses and not self._stopped():
            due, _, course = heappop(self._courses)
            if self._wait(due):
                yield from self._turn(course)

    def _turn(self, course: _Course) -> Iterator[News]:
        """Carry out a plan until it has to wait, or ends."""
        came: object = None
        while True:
            try:
                todo = course.plan.send(came)
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 - raised again where nobody expects it
                yield self._given_up(course, error, came)
                return
            came = None
            if isinstance(todo, Pause):
                self._go_on(course, todo.seconds)
                return
            if isinstance(todo, Request):
                if not self._may_ask(todo.operation):
                    return
                came = self._called(course, todo)
                yield from self._setback(course, todo.operation, came)
            elif isinstance(todo, FollowStep):
                yield Glance(course.asked, course.kind, todo, course.parent)
            else:
                yield Setback(course.asked, course.kind, todo.said)

    def _given_up(self, course: _Course, error: Exception, came: object) -> GivenUp:
        """Return what a plan ends with that raised something.

        Args:
            course: The plan.
            error: What it raised.
            came: What the last call returned or raised.
        """
        if isinstance(error, ServiceError) and error.trouble == Trouble.EXPIRED:
            raise error
        # What the client raised of itself: a name that it does not take, say.
        if not isinstance(error, JobstateError) and error is not came:
            raise error
        return GivenUp(course.asked, course.kind, error)

    def _may_ask(self, operation: str) -> bool:
        """Wait until the budget has a request; return whether it goes on then."""
        while (left := self._budget.take(operation)) > 0:
            if not self._wait(self._clock() + left):
                return False
        return True

    def _called(self, course: _Course, call: Request) -> object:
        came = made(self._clients(schema_of(course.kind).service), call)
        if (there := told_at(came)) is not None:
            self.ahead = there - datetime.now(UTC)
        return came

    def _setback(self, course: _Course, operation: str, came: object) -> Iterator[News]:
        if not isinstance(came, Exception):
            return
        refused = failure_of(came, schema_of(course.kind).codes)
        if refused is None or refused.trouble is Trouble.MISSING:
            return  # the plan says what that means
        if refused.trouble is Trouble.THROTTLED:
            self._budget.throttled(operation, refused.retry_after)
        said = f"{refused.trouble}: {refused.message or refused.code}"
        yield Setback(course.asked, course.kind, said)

    def _wait(self, until: float) -> bool:
        """Wait until a time; return whether it goes on then."""
        if (left := until - self._clock()) > 0:
            self._sleep(Pause(left).seconds)
        return not self._stopped()
