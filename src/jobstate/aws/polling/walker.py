"""`Walker`: lists jobs, newest first, down to the oldest of which more is to be heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import compress, count, islice
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from jobstate.aws.operations import Listed
from jobstate.aws.polling.asking import Asking, Steps, pause
from jobstate.aws.polling.describer import Describer
from jobstate.aws.polling.due import Why
from jobstate.aws.polling.news import News
from jobstate.aws.polling.walk import (
    MOST_IN_VAIN,
    Changed,
    ItemReading,
    Page,
    Seen,
    Walk,
    worth_walking,
)
from jobstate.aws.polling.watch import DAY
from jobstate.aws.trouble import CallFailure, Trouble
from jobstate.common.log import log
from jobstate.common.times import EARLIEST

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey
    from jobstate.tracking.tracked_job import TrackedJob

#: How far below the newest job of the last walk the next one goes at least: a list may show a job
#: later than one that was created after it.
_OVERLAP: Final = timedelta(minutes=5)
#: How often in a row a page may be throttled before the pass ends.
_THROTTLED: Final = 5
_FATAL: Final = (Trouble.EXPIRED,)
#: What a list may not answer where it is asked for its first page.
_FATAL_AT_FIRST: Final = (Trouble.EXPIRED, Trouble.OTHER, Trouble.MISSING)


@define(eq=False)
class _Back:
    """How far it has looked back.

    Attributes:
        token: Where it goes on; None from the beginning.
        place: How many items lie before.
        floor: How far it goes; None until that is known.
        alive: Where the jobs stand in the list that it has found alive, by their ids.
        oldest: When the last job was created that it has come by.
        in_vain: How many pages in a row did not go further back.
        over: It has come to its end.
    """

    token: str | None
    place: int
    floor: datetime | None = None
    alive: dict[str, int] = field(factory=dict)
    oldest: datetime | None = None
    in_vain: int = 0
    over: bool = False


@define(eq=False)
class Walker:
    """Walks over the list of one kind of job.

    Attributes:
        listed: How it is listed.
        asking: Makes the calls.
        news: Tells what items say.
        describer: Describes jobs while pages have to wait for the budget.
        horizon: How long a job may run.
        reading: How items are told from those that came before.
        complete: When the last complete walk began, by the poller's clock and by the service's;
            None before there was one.
    """

    listed: Listed
    asking: Asking
    news: News
    describer: Describer
    horizon: timedelta
    reading: ItemReading
    complete: tuple[float, datetime | None] | None = None
    #: The jobs by their ids, as they stand in the list, as far as that is known.
    _order: Mapping[str, object] = field(factory=dict)
    #: When the jobs were created that the tracker knew at first: the oldest and the newest.
    _known: tuple[datetime, datetime] | None = None
    _seen: dict[str, Seen] = field(factory=dict)
    #: Down to where nothing is new, for the last complete walk came by.
    _bound: datetime | None = None
    _back: _Back | None = None

    def take_up(self, jobs: Sequence[TrackedJob]) -> None:
        """Take up what the tracker keeps.

        Args:
            jobs: Its jobs, the one created last first.
        """
        self._order = dict.fromkeys(each.id for each in jobs)
        created = [each.created for each in jobs if each.created is not None]
        self._known = (created[-1], created[0]) if created else None

    def plan(self) -> Steps:
        """Make one walk; the news' report says what came of it."""
        news, clock = self.news, self.asking.clock
        watched = news.watch.watched(clock.now())
        walk = Walk(self.reading, self._seen, None)
        began, began_there = clock.clock(), clock.now()
        held: list[Changed] = []
        token: str | None = None
        while True:
            came = yield from self._page(token)
            if not isinstance(came, Mapping):
                self._keep(walk)
                return
            if not walk.pages:
                began_there = clock.now()
                walk.floor = self._floor(watched)
            token = self.listed.token(came)
            page = walk.page(self.listed.items(came), more=token is not None)
            news.report.pages, news.report.items = walk.pages, walk.items
            self._tell(walk, page, held)
            if page.ended or page.endless:
                break
        self._tell_held(walk, held)
        if page.endless:
            log().warning("%s goes on and shows nothing new", self.listed.shape.operation)
            self._keep(walk)
        else:
            self._finish(walk, began_there, token)
            self.complete = began, began_there
            news.report.complete = True
        self._describe_unseen(walk, watched)

    def _page(self, token: str | None, until: float = float("inf")) -> Steps:
        """Ask for a page, as soon as the budget has a request; describe jobs meanwhile.

        Returns:
            The response; None where the pass ends, or the time is over.

        Raises:
            ServiceError: There are no credentials, or the list can't be asked for so.
        """
        asking, report = self.asking, self.news.report
        call, clock = self.listed.call_for(token), asking.clock.clock
        came: Any = None
        for _ in range(_THROTTLED):
            while (wait := asking.budget.take(call.operation)) > 0:
                free = clock() + wait
                if free >= until:
                    return None
                yield from self.describer.plan(free)
                if (left := free - clock()) > 0:
                    yield pause(left)
            came = yield from asking.ask(call, _FATAL if token else _FATAL_AT_FIRST)
            if not isinstance(came, CallFailure):
                return came
            if came.trouble is not Trouble.THROTTLED:
                break
        report.trouble = came
        return None

    # --- How far --------------------------------------------------------------------------------

    def _floor(self, watched: Mapping[str, JobKey]) -> datetime | None:
        """Return when the last job was created that this walk has to come to; None for the end."""
        if not self.listed.newest_first:
            return None
        bound = self._bound
        if bound is None:
            newest = self._known[1] if self._known else self.asking.clock.now()
            bound = None if newest is None else newest - DAY
        floors = [bound, self._worth_walking(watched)]
        return min((each for each in floors if each is not None), default=None)

    def _worth_walking(self, watched: Mapping[str, JobKey]) -> datetime | None:
        """Return when the last job was created down to which a walk pays; None where none does."""
        order = self._order
        places = list(compress(count(), map(watched.__contains__, order)))
        alive = {} if self._back is None else self._back.alive
        deeper = {alive[name]: name for name in alive if name in watched and name not in order}
        if deeper:
            places = sorted({*places, *deeper})
        size, together = self.listed.listing.most, self.describer.how.most
        number = worth_walking(places, size, together)
        if not number:
            return None
        last = places[number - 1]
        name = deeper.get(last) or next(islice(order, last, None))
        return watched[name].created

    # --- Looking back -----------------------------------------------------------------------------

    def look_back(self, until: float) -> Steps:
        """Look for jobs that are alive and older than all that walks come by, until a time.

        It begins anew with each process. Nothing else tells whether an earlier one came to its end:
        what the tracker knows, it may know from events.

        Args:
            until: In seconds of the poller's clock.
        """
        back = self._back
        while back is not None and not back.over and self.asking.clock.clock() < until:
            came = yield from self._page(back.token, until)
            if not isinstance(came, Mapping):
                refused = self.news.report.trouble
                if refused is not None and refused.trouble is Trouble.OTHER:
                    back.token, back.place = None, 0  # the token is too old, or something else
                return
            back.token = self.listed.token(came)
            self._look_at(back, self.listed.items(came))

    def _look_at(self, back: _Back, items: Sequence[Any]) -> None:
        now = self.asking.clock.now()
        if back.floor is None and now is not None:
            back.floor = now - self.horizon
        walk = Walk(self.reading, self._seen, back.floor)
        page = walk.page(items, more=back.token is not None)
        for _, why in page.unread:
            self.news.cannot_read(why)
        found = [each for each in page.changed if not self._passed_over(each)]
        self.news.tell([each.observation for each in found])
        for place, name in enumerate(walk.shown, back.place):
            if name in self.news.watch.alive:
                back.alive[name] = place
        back.place += len(items)
        oldest = page.created or back.oldest
        further = back.oldest is None or (oldest is not None and oldest < back.oldest)
        back.in_vain = 0 if further else back.in_vain + 1
        back.oldest = oldest
        back.over = page.ended or back.in_vain >= MOST_IN_VAIN

    @property
    def looking_back(self) -> bool:
        """Whether there are older jobs that it has not looked at yet."""
        return self.complete is None or (self._back is not None and not self._back.over)

    # --- What pages say -------------------------------------------------------------------------

    def _tell(self, walk: Walk, page: Page, held: list[Changed]) -> None:
        """Tell what a page says that is new; the first walk keeps new jobs back.

        They are told when it has come to its end, the oldest first: then the jobs that the tracker
        knows say how far the next walk has to go, whenever this process is killed.
        """
        news = self.news
        for _, why in page.unread:
            news.cannot_read(why)
        told: list[Changed] = []
        for each in page.changed:
            if self._passed_over(each):
                walk.remember([each])
            elif self._bound is None and each.observation.job.id not in news.tracker:
                held.append(each)
            else:
                told.append(each)
        news.tell([each.observation for each in told])
        walk.remember(told)

    def _tell_held(self, walk: Walk, held: list[Changed]) -> None:
        """Tell what was kept back."""
        held.sort(key=lambda each: each.observation.job.created or EARLIEST)
        self.news.tell([each.observation for each in held])
        walk.remember(held)

    def _passed_over(self, changed: Changed) -> bool:
        """Return whether a job that nobody knows ended long ago, and before anybody asked.

        The tracker may have forgotten it, or was never told.
        """
        created = changed.observation.job.created
        if changed.observation.job.id in self.news.tracker or created is None:
            return False
        newest = self._known[1] if self._known else None
        missed = newest is not None and created > newest - _OVERLAP
        return not missed and self.news.is_old(changed.observation)

    def _keep(self, walk: Walk) -> None:
        """Keep in mind what a walk has shown that did not come to its end."""
        self._seen = {**self._seen, **{name: seen for name, seen in walk.shown.items() if seen}}

    def _finish(self, walk: Walk, began: datetime | None, token: str | None) -> None:
        """Keep in mind what a walk has shown.

        Args:
            walk: The walk.
            began: When it began, by the service's clock.
            token: Where the list goes on; None where that was all.
        """
        if self.complete is None and token is not None:
            self._back = self._to_look_back(walk, token)
        elif self._back is not None and self._back.over:
            # From now on what this walk has shown says where jobs are, and others lie deeper.
            self._back.alive = {
                name: place for name, place in self._back.alive.items() if name not in walk.shown
            }
        self._seen = self._order = self.describer.shown = walk.shown
        newest = walk.newest or began
        if newest is not None:
            self._bound = newest - _OVERLAP

    def _to_look_back(self, walk: Walk, token: str) -> _Back | None:
        """Return where to look back from; None where the tracker knows a job that is old enough."""
        now = self.asking.clock.now()
        if now is not None and self._known and self._known[0] < now - self.horizon:
            return None
        return _Back(token, walk.items)

    def _describe_unseen(self, walk: Walk, watched: Mapping[str, JobKey]) -> None:
        """Have those jobs described that the walk did not show: they are gone, or lie deeper."""
        now, watch = self.asking.clock.clock(), self.news.watch
        if watched.keys() <= walk.shown.keys():
            return
        for name in [name for name in watched if name not in walk.shown]:
            if name in watch.alive or name in watch.reopening:
                self.news.due.add(name, Why.UNSEEN, now, now)
