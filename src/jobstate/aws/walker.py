"""`Walker`: lists jobs, newest first, down to the oldest of which more is to be heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import define, field

from jobstate.aws.asking import Asking, Steps, pause
from jobstate.aws.describer import Describer
from jobstate.aws.due import Why
from jobstate.aws.news import News
from jobstate.aws.operations import Listed
from jobstate.aws.refusals import Refusal, Trouble
from jobstate.aws.walk import Changed, Page, Reading, Seen, Walk, worth_walking
from jobstate.aws.watch import DAY
from jobstate.common.log import log
from jobstate.common.times import EARLIEST
from jobstate.errors import ServiceError

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey

#: How far below the newest job of the last walk the next one goes at least: a list may show a job
#: later than one that was created after it.
_OVERLAP: Final = timedelta(minutes=5)
#: How often in a row a page may be throttled before the pass ends.
_THROTTLED: Final = 5


@define(eq=False)
class Walker:
    """Walks over the list of one kind of job.

    Attributes:
        listed: How it is listed.
        asking: Makes the calls.
        news: Tells what items say.
        describer: Describes jobs while pages have to wait for the budget.
        horizon: How far back it goes where the tracker knows no job.
        reading: How items are told from those that came before.
        order: The jobs by their ids, as they stand in the list, as far as that is known.
        complete: When the last complete walk began, by the poller's clock and by the service's;
            None before there was one.
    """

    listed: Listed
    asking: Asking
    news: News
    describer: Describer
    horizon: timedelta
    reading: Reading
    order: Iterable[str] = ()
    complete: tuple[float, datetime | None] | None = None
    _seen: dict[str, Seen] = field(factory=dict)
    #: Down to where nothing is new, for the last complete walk came by.
    _bound: datetime | None = None

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
            before, token = token, self.listed.token(came)
            page = walk.page(self.listed.items(came), more=token is not None)
            news.report.pages, news.report.items = walk.pages, walk.items
            self._tell(walk, page, held)
            page.endless |= token is not None and token == before
            if page.ended or page.endless:
                break
        self._tell_held(walk, held)
        if page.endless:
            log().warning("%s goes on and shows nothing new", self.listed.shape.operation)
            self._keep(walk)
        else:
            self._finish(walk, began_there)
            self.complete = began, began_there
            news.report.complete = True
        self._describe_unseen(walk, watched)

    def _page(self, token: str | None) -> Steps:
        """Ask for a page, as soon as the budget has a request; describe jobs meanwhile.

        Returns:
            The response; None where the pass ends.

        Raises:
            ServiceError: There are no credentials, or the list can't be asked for so.
        """
        asking, report = self.asking, self.news.report
        call = self.listed.call_for(token)
        for _ in range(_THROTTLED):
            while (wait := asking.budget.take(call.operation)) > 0:
                until = asking.clock.clock() + wait
                yield from self.describer.plan(until)
                if (left := until - asking.clock.clock()) > 0:
                    yield pause(left)
            came = yield from asking.ask(call)
            if not isinstance(came, Refusal):
                return came
            unfit = came.trouble in {Trouble.OTHER, Trouble.MISSING} and token is None
            if came.trouble is Trouble.EXPIRED or unfit:
                raise ServiceError(call.operation, came.trouble, str(came), 0.0, "")
            if came.trouble is not Trouble.THROTTLED:
                break
        report.trouble = came
        return None

    def _floor(self, watched: Mapping[str, JobKey]) -> datetime | None:
        """Return when the last job was created that this walk has to come to; None for the end."""
        now, newest = self.asking.clock.now(), self.news.watch.newest
        if not self.listed.newest_first:
            return None
        bound = self._bound
        if bound is None and newest is None:  # a cold start
            return None if now is None else now - self.horizon
        if bound is None and newest is not None:
            bound = newest - DAY
        floors = [bound, *self._worth_walking(watched)]
        return min(each for each in floors if each is not None)

    def _worth_walking(self, watched: Mapping[str, JobKey]) -> list[datetime]:
        """Return when the last job was created down to which a walk pays."""
        places = [place for place, name in enumerate(self.order) if name in watched]
        size, together = self.listed.listing.most, self.describer.how.most
        number = worth_walking(places, size, together)
        if not number:
            return []
        last = places[number - 1]
        key = next(watched[name] for place, name in enumerate(self.order) if place == last)
        return [key.created or EARLIEST]

    # --- What pages say -------------------------------------------------------------------------

    def _tell(self, walk: Walk, page: Page, held: list[Changed]) -> None:
        """Tell what a page says that is new; the first walk keeps new jobs back.

        They are told when it has come to its end, the oldest first: then the jobs that the tracker
        knows say how far the next walk has to go, whenever this process is killed.
        """
        news = self.news
        for item, why in page.unread:
            news.cannot_read(item, why)
        if self._bound is not None:
            at_once = page.changed
        else:
            at_once = [each for each in page.changed if each.observation.job.id in news.tracker]
            held += (each for each in page.changed if each.observation.job.id not in news.tracker)
        news.tell([each.observation for each in at_once])
        walk.remember(at_once)

    def _tell_held(self, walk: Walk, held: list[Changed]) -> None:
        """Tell what was kept back; at a cold start nothing of what ended more than a day ago."""
        news = self.news
        cold, now = news.watch.newest is None, self.asking.clock.now()
        held.sort(key=lambda each: each.observation.job.created or EARLIEST)
        told = [each for each in held if not (cold and news.is_old(each.observation, now))]
        news.tell([each.observation for each in told])
        walk.remember(held)

    def _keep(self, walk: Walk) -> None:
        """Keep in mind what a walk has shown that did not come to its end."""
        self._seen = {**self._seen, **{name: seen for name, seen in walk.shown.items() if seen}}

    def _finish(self, walk: Walk, began: datetime | None) -> None:
        self._seen = walk.shown
        self.order = self.describer.shown = walk.shown
        newest = walk.newest or began
        if newest is not None:
            self._bound = newest - _OVERLAP
        self.news.watch.forget_settled(walk.shown, self._bound)

    def _describe_unseen(self, walk: Walk, watched: Mapping[str, JobKey]) -> None:
        """Have those jobs described that the walk did not show: they are gone, or lie deeper."""
        now, shown, watch = self.asking.clock.clock(), walk.shown, self.news.watch
        for name in watched:
            if name not in shown and (name in watch.alive or name in watch.reopening):
                self.news.due.add(name, Why.UNSEEN, now, now)
