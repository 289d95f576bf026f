"""`ListWalk`: all jobs of a kind, or all children of a job, from a list: a plan for `Looks`.

Each walk lists everything anew; what has changed is told, and described in between. Unlike the
`Poller` it shows what ended long ago, ends no job's watch, and has nothing to remember.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from attrs import define, evolve, field, frozen

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
from jobstate.aws.polling.walk import ItemReading, Seen, Walk
from jobstate.aws.trouble import Trouble, failure_of
from jobstate.conformance.answers import read
from jobstate.errors import LifecycleError, ObservationError
from jobstate.model.answer_schema import AnswerSchema, within
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.outcome import vanished
from jobstate.model.states import Outcome
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.observation import JobKey, Observation

#: Whoever meets these may meet them once more, and then no more.
_PASSES: Final = {Trouble.THROTTLED, Trouble.UNAVAILABLE}
#: For how many seconds no list may come before it is an error.
_PATIENCE: Final = 3600.0


@frozen
class Unread:
    """An item of a list that can't be read.

    Attributes:
        said: Why.
    """

    said: str


#: What a plan for `Looks` yields.
WalkSteps: TypeAlias = "Generator[Request | Pause | FollowStep | Unread, object, None]"


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
    _reading: ItemReading = field(init=False)
    _seen: dict[str, Seen] = field(factory=dict, init=False)
    _names: dict[str, str] = field(factory=dict, init=False)
    _unread: set[str] = field(factory=set, init=False)
    _alive: set[str] = field(factory=set, init=False)
    _due: deque[str] = field(factory=deque, init=False)

    def __attrs_post_init__(self) -> None:
        """Find out how items are told apart."""
        self._reading = ItemReading.of(self.kind, self.listed)

    @property
    def settled(self) -> bool:
        """What the last walk brought is known."""
        return self.complete and not self._due

    def plan(self) -> WalkSteps:
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

    def _walk(self, schema: AnswerSchema) -> WalkSteps:
        floor = self.since if self.listed.newest_first else None
        walk = Walk(self._reading, self._seen, floor)
        token: str | None = None
        while True:
            came = yield from self._page(schema, token)
            token = self.listed.token(came)
            items = self.listed.items(came)
            page = walk.page(items, more=token is not None)
            by_id = {within(each, schema.id): each for each in items}
            yield from self._cannot_read(why for _, why in page.unread)
            for each in page.changed:
                item = by_id[each.observation.job.id]
                yield from self._told(each.observation, item, str(within(item, schema.name)))
            walk.remember(page.changed)
            if page.endless:
                yield Unread(f"{self.listed.shape.operation} goes on and shows nothing new")
            if page.ended or page.endless:
                break
        self._seen, self.complete = walk.shown, True
        # What is no longer there may be gone: its description says so.
        self._due += (
            each for each in self._alive if each not in walk.shown and each not in self._due
        )

    def _cannot_read(self, reasons: Iterable[str]) -> Iterator[Unread]:
        """Tell of items that can't be read, each once."""
        for why in reasons:
            if why not in self._unread:
                self._unread.add(why)
                yield Unread(why)

    def _page(
        self, schema: AnswerSchema, token: str | None
    ) -> Generator[Request | Pause, object, Mapping[str, Any]]:
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
        self, observation: Observation, item: Mapping[str, Any], name: str
    ) -> Generator[FollowStep, object, None]:
        """Tell of a job that is new, or shows something else than before."""
        called, created = observation.job.id, observation.job.created
        if not self.wanted(name):
            return
        if self.since and created and created < self.since.replace(microsecond=0):
            return  # what identifies a job has whole seconds
        self._names[called] = name
        step = self._observed(observation, item)
        if self.describes:
            # Why a job failed stands in its description alone.
            first = step.final and step.result.outcome is not Outcome.SUCCEEDED
            (self._due.appendleft if first else self._due.append)(called)
        yield step

    # --- One job --------------------------------------------------------------------------------

    def _describe(
        self, how: Describing, called: str
    ) -> Generator[Request | FollowStep | Unread, object, None]:
        came = yield how.call_for(called if how.shape.listed_in else self._names[called])
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
        if answer is None:
            return
        try:
            observation = read(self.kind, answer)
        except ObservationError as error:
            yield from self._cannot_read([str(error)])
        else:
            yield self._observed(observation, answer)

    def _observed(self, observation: Observation, answer: Mapping[str, Any]) -> FollowStep:
        """Tell the tracker of what an answer says."""
        observed = self.tracker.observe(observation)
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
    # Their items have the fields of the list of all.
    shape = evolve(
        listed(children, {}).shape,
        operation=offspring.operation,
        listed_in=offspring.listed_in,
        listing=offspring.listing,
    )
    found = Listed(schema_of(children), shape, offspring.listing)
    besides = {offspring.argument: parent.name}
    return ListWalk(kind=children, tracker=tracker, listed=found, besides=besides, **more)
