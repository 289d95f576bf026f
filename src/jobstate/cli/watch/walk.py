"""`Walk`: all jobs of a kind, or all children of a job, by walks over a list: a plan for `Looks`.

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
from jobstate.aws.operations import Describing, Request, describing, schema_of
from jobstate.aws.pace import Pace
from jobstate.aws.trouble import Trouble, failure_of
from jobstate.conformance.answers import read
from jobstate.errors import LifecycleError, ObservationError
from jobstate.model.answer_schema import AnswerSchema, within
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.operations import Listing
from jobstate.model.states import Outcome
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey

#: Whoever meets these may meet them once more, and then no more.
_PASSES: Final = {Trouble.THROTTLED, Trouble.UNAVAILABLE}
#: For how many seconds no list may come before it is an error.
_PATIENCE: Final = 3600.0


@define(kw_only=True)
class Walk:
    """Walks over a list of jobs, again and again.

    Attributes:
        kind: The life cycle of the jobs.
        tracker: Who is told.
        operation: What lists them.
        listed_in: Where an answer has them.
        listing: How they are listed.
        arguments: What is asked for besides.
        wanted: Whether a job of a name is told of.
        since: When a job was created at the earliest; None for any time.
        describes: Describe what is new or has changed.
        interval: How many seconds there are from one walk to the next.
        clock: Returns the seconds since whenever and never goes back.
        complete: One walk at least has come to its end.
    """

    kind: Lifecycle
    tracker: Tracker
    operation: str
    listed_in: str
    listing: Listing
    arguments: Mapping[str, Any] = field(factory=dict)
    wanted: Callable[[str], bool] = lambda _: True
    since: datetime | None = None
    describes: bool = True
    interval: float = 30.0
    clock: Callable[[], float] = time.monotonic
    complete: bool = field(default=False, init=False)
    _items: dict[str, Mapping[str, Any]] = field(factory=dict, init=False)
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
            next_walk = self.clock() + self.interval
            yield from self._walk(how.schema)
            while self._due and self.clock() < next_walk:
                yield from self._describe(how, self._due[0])
                self._due.popleft()
                yield Pause(0.0)  # others have their turn
            yield Pause(max(next_walk - self.clock(), 0.0))

    # --- The list -------------------------------------------------------------------------------

    def _walk(self, schema: AnswerSchema) -> Generator[Request | Pause | FollowStep, object, None]:
        token: str | None = None
        while True:
            page = yield from self._page(schema, token)
            items = page.get(self.listed_in) or []
            for item in items:
                yield from self._told(schema, item)
            token = page.get(self.listing.token) or None
            oldest = within(items[-1], schema.created) if items else None
            if token is None or (self.since and oldest and oldest < self.since):
                self.complete = True
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
                error = ServiceError(self.operation, refused.trouble, str(refused), seconds, "")
                raise error from came
            yield Pause(pace.after_trouble(tries, refused.retry_after, random))

    def _request(self, token: str | None) -> Request:
        listing = self.listing
        asked: dict[str, Any] = {listing.size: listing.most, **self.arguments}
        if listing.by and listing.order:
            by_creation = next(name for name, path in listing.sorts.items() if not path)
            asked |= {listing.by: by_creation, listing.order: "Descending"}
        if token is not None:
            asked[listing.token] = token
        return Request(self.operation, asked)

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
        return FollowStep(answer, job, observed.events, job.result, job.result.final)


def walk_of(kind: Lifecycle, tracker: Tracker, **more: Any) -> Walk:  # noqa: ANN401 - of `Walk`
    """Return walks over all jobs of a kind.

    Raises:
        LifecycleError: No list has all of them.
    """
    for shape in schema_of(kind).shapes:
        listing = shape.listing
        if shape.operation and listing and all(each.otherwise is None for each in listing.filters):
            return Walk(
                kind=kind,
                tracker=tracker,
                operation=shape.operation,
                listed_in=shape.listed_in,
                listing=listing,
                **more,
            )
    raise LifecycleError(kind.name, ["no list has all jobs of it: name them by their ids"])


def walk_of_children(
    parent: JobKey,
    kind: Lifecycle,
    children: Lifecycle,
    tracker: Tracker,
    **more: Any,  # noqa: ANN401 - of `Walk`
) -> Walk | None:
    """Return walks over the children of a job; None where no list has them all."""
    schema = schema_of(kind)
    offspring = schema.offspring
    if offspring is None or any(each.otherwise for each in offspring.listing.filters):
        return None
    return Walk(
        kind=children,
        tracker=tracker,
        operation=offspring.operation,
        listed_in=offspring.listed_in,
        listing=offspring.listing,
        arguments={offspring.argument: parent.name},
        **more,
    )
