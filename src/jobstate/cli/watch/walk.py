"""`ListWalk`: all jobs of a kind, or all children of a job, from a list: a plan for `Looks`.

Each walk lists everything anew, newest first; what has changed is told, and described in between.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import define, field

from jobstate.aws.errors import ServiceError
from jobstate.aws.following import FollowStep, Pause
from jobstate.aws.operations import (
    Describing,
    Listed,
    Request,
    describing,
    listed,
    schema_of,
)
from jobstate.aws.pace import Pace
from jobstate.aws.trouble import Trouble, failure_of
from jobstate.conformance.answers import read
from jobstate.errors import LifecycleError, ObservationError
from jobstate.model.answer_schema import AnswerSchema, Shape, within
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.outcome import vanished
from jobstate.model.states import Outcome
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey

#: Whoever meets these may meet them once more, and then no more.
_PASSES: Final = {Trouble.THROTTLED, Trouble.UNAVAILABLE}
#: For how many seconds no list may come before it is an error.
_PATIENCE: Final = 3600.0


@define(kw_only=True)
class ListWalk:
    """Walks over a list of jobs, again and again.

    Attributes:
        kind: The life cycle of the jobs.
        tracker: Who is told.
        listed: How they are listed.
        besides: What is asked for besides.
        wanted: Whether a job of a name is told of.
        since: When a job was created at the earliest; None for any time.
        describes: Describe what is new or has changed.
        interval: How many seconds there are from the end of one walk to the next.
        clock: Returns the seconds since whenever and never goes back.
        complete: One walk at least has come to its end.
    """

    kind: Lifecycle
    tracker: Tracker
    listed: Listed
    besides: Mapping[str, Any] = field(factory=dict)
    wanted: Callable[[str], bool] = lambda _: True
    since: datetime | None = None
    describes: bool = True
    interval: float = 30.0
    clock: Callable[[], float] = time.monotonic
    complete: bool = field(default=False, init=False)
    _items: dict[str, Mapping[str, Any]] = field(factory=dict, init=False)
    _alive: set[str] = field(factory=set, init=False)
    _due: deque[str] = field(factory=deque, init=False)

    @property
    def settled(self) -> bool:
        """What the last walk brought is known."""
        return self.complete and not self._due

    def plan(self) -> Generator[Request | Pause | FollowStep, object, None]:
        """Yield what to do next, for ever.

        Raises:
            ServiceError: The list can't be had.
        """
        how = describing(self.kind)
        while True:
            yield from self._walk(how.schema)
            # From its end on: however long a walk has waited, there is time for descriptions.
            next_walk = self.clock() + self.interval
            while self._due and self.clock() < next_walk:
                yield from self._describe(how, self._due[0])
                self._due.popleft()
                yield Pause(0.0)  # others have their turn
            yield Pause(next_walk - self.clock())

    # --- The list -------------------------------------------------------------------------------

    def _walk(self, schema: AnswerSchema) -> Generator[Request | Pause | FollowStep, object, None]:
        token: str | None = None
        shown: set[str] = set()
        while True:
            page = yield from self._page(schema, token)
            items = self.listed.items(page)
            for item in items:
                shown.add(str(within(item, schema.id)))
                yield from self._told(schema, item)
            token = self.listed.token(page)
            oldest = within(items[-1], schema.created) if items else None
            if token is None or (self.since and oldest and oldest < self.since):
                self.complete = True
                # What is no longer there may be gone: its description says so.
                self._due += (each for each in self._alive - shown if each not in self._due)
                return

    def _page(
        self, schema: AnswerSchema, token: str | None
    ) -> Generator[Request | Pause | FollowStep, object, Mapping[str, Any]]:
        """Return a page, however often it has to be asked for."""
        began, tries, pace, random = self.clock(), 0, Pace(), Random()  # noqa: S311 - no secret
        while True:
            came = yield self._request(token)
            if not isinstance(came, Exception):
                return cast("Mapping[str, Any]", came)
            refused = failure_of(came, schema.codes)
            if refused is None:
                raise came
            seconds, tries = self.clock() - began, tries + 1
            if refused.trouble not in _PASSES or seconds >= _PATIENCE:
                error = ServiceError(
                    self.listed.shape.operation, refused.trouble, str(refused), seconds, ""
                )
                raise error from came
            yield Pause(pace.after_trouble(tries, refused.retry_after, random))

    def _request(self, token: str | None) -> Request:
        call = self.listed.call_for(token)
        return Request(call.operation, {**call.arguments, **self.besides})

    def _told(
        self, schema: AnswerSchema, item: Mapping[str, Any]
    ) -> Generator[FollowStep, object, None]:
        """Tell of an item that is new, or says something else than before."""
        called = str(within(item, schema.id))
        created = within(item, schema.created)
        if self._items.get(called) == item or not self.wanted(str(within(item, schema.name))):
            return
        if self.since is not None and isinstance(created, datetime) and created < self.since:
            return
        self._items[called] = item
        step = self._observed(item)
        if step is not None:
            if self.describes:
                # Why a job failed stands in its description alone.
                first = step.final and step.result.outcome is not Outcome.SUCCEEDED
                (self._due.appendleft if first else self._due.append)(called)
            yield step

    # --- One job --------------------------------------------------------------------------------

    def _describe(
        self, how: Describing, called: str
    ) -> Generator[Request | FollowStep, object, None]:
        name = within(self._items[called], how.schema.name)
        came = yield how.call_for(called if how.shape.listed_in else str(name))
        if isinstance(came, Exception):
            refused = failure_of(came, how.schema.codes)
            if refused is None:
                raise came
            if refused.trouble in _PASSES:
                self._due.append(called)
            elif refused.trouble is Trouble.MISSING and called in self._alive:
                self._alive.discard(called)
                job = self.tracker[called]
                yield FollowStep(None, job, (), vanished(job.result), final=True)
            return
        answer = how.answer(cast("Mapping[str, Any]", came))
        step = None if answer is None else self._observed(answer)
        if step is not None:
            yield step

    def _observed(self, answer: Mapping[str, Any]) -> FollowStep | None:
        """Tell the tracker of an answer; None of one that can't be read."""
        try:
            observed = self.tracker.observe(read(self.kind, answer))
        except ObservationError:
            return None
        job = self.tracker[observed.job]
        (self._alive.discard if job.final else self._alive.add)(job.id)
        return FollowStep(answer, job, observed.events, job.result, job.result.final)


def walk_of(kind: Lifecycle, tracker: Tracker, **more: Any) -> ListWalk:  # noqa: ANN401 - of `ListWalk`
    """Return walks over all jobs of a kind.

    Raises:
        LifecycleError: No list has all of them.
    """
    found = listed(kind, {})
    if any(each.otherwise for each in found.listing.filters):
        raise LifecycleError(kind.name, ["no list has all jobs of it: name them by their ids"])
    return ListWalk(kind=kind, tracker=tracker, listed=found, **more)


def walk_of_children(
    parent: JobKey,
    kind: Lifecycle,
    children: Lifecycle,
    tracker: Tracker,
    **more: Any,  # noqa: ANN401 - of `ListWalk`
) -> ListWalk | None:
    """Return walks over the children of a job; None where no list has them all.

    Args:
        parent: The job.
        kind: Its life cycle.
        children: Theirs.
        tracker: Who is told.
        **more: What else a `ListWalk` takes.
    """
    offspring = schema_of(kind).offspring
    if offspring is None or any(each.otherwise for each in offspring.listing.filters):
        return None
    listing, listed_in = offspring.listing, offspring.listed_in
    shape = Shape("child", {}, operation=offspring.operation, listed_in=listed_in, listing=listing)
    found = Listed(schema_of(children), shape, listing)
    besides = {offspring.argument: parent.name}
    return ListWalk(kind=children, tracker=tracker, listed=found, besides=besides, **more)
