"""`Poller`: a fleet of jobs, watched within a budget by walks over lists, and descriptions."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from jobstate.aws.follow import made
from jobstate.aws.following import Pause
from jobstate.aws.operations import Request, describing, listed
from jobstate.aws.polling.asking import Asking, ServiceClock, Steps, pause
from jobstate.aws.polling.budget import Budget
from jobstate.aws.polling.describer import Describer
from jobstate.aws.polling.due import Due, Why
from jobstate.aws.polling.health import Gone, Health, PassReport
from jobstate.aws.polling.news import News
from jobstate.aws.polling.walk import ItemReading
from jobstate.aws.polling.walker import Walker
from jobstate.aws.polling.watch import WatchedJobs
from jobstate.errors import UnknownNameError
from jobstate.model.kinds import by_name
from jobstate.model.observation import JobKey
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.tracking.tracker import Tracker


#: After how many seconds it looks again at what others have told the tracker.
_LOOK_AGAIN: Final = 600.0


class Stop(Protocol):
    """What says that it is to stop: an event of `threading`, `asyncio` or trio."""

    def is_set(self) -> bool:
        """Return whether it is."""
        raise NotImplementedError


class Poller:
    """Watches all jobs of a kind that an account has in a region, and tells a tracker.

    A pass lists the jobs, newest first, down to the oldest from which something is still to be
    heard, and describes each job that has ended until a description shows it. What an item says is
    told at once, so ends are known within an interval; whole histories come with the description::

        with Tracker(TRAINING_JOB, journal=Journal("jobs.db"), listeners=[...]) as tracker:
            Poller(boto3.client("sagemaker"), tracker).run()

    It begins with what the tracker keeps: one that has the journal of an earlier one goes on where
    that was, also after ``kill -9``. One poller writes; others may follow the journal. Use one from
    one thread at a time; `hint` and `health` from any.

    Attributes:
        kind: The kind of the jobs.
        tracker: Who is told.
        budget: How many requests may be made.
        interval: How much time there is from the beginning of a pass to that of the next.
        horizon: How long a job may run, and so how far it looks back at first.
    """

    def __init__(  # noqa: PLR0913 - all but the first two by keyword
        self,
        client: Any,  # noqa: ANN401 - boto3 makes its clients' classes when it runs
        tracker: Tracker,
        *,
        kind: Lifecycle = TRAINING_JOB,
        budget: Budget | None = None,
        interval: timedelta = timedelta(seconds=30),
        horizon: timedelta = timedelta(days=28),
        arguments: Mapping[str, Any] | None = None,
        changes: bool = False,
        on_gone: Callable[[Gone], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Take up what the tracker keeps; no call is made yet.

        Args:
            client: A client of boto3 for the service of the kind; of aiobotocore too, for
                `jobstate.aws.asynchronous`. One that does not try again by itself
                (``Config(retries={"total_max_attempts": 1})``) leaves that to the budget.
            tracker: Who is told. Keep what has ended (`Retention`) for longer than the longest run
                and a day: what it has forgotten and a list still shows is told again.
            kind: The life cycle of the jobs, with a schema.
            budget: How many requests may be made; one of its own by default. Share one among all
                pollers of an account and region.
            interval: How often to list: 30 seconds, or with events that `hint` at what happens
                some fifteen minutes.
            horizon: How long a job may run at most; 28 days is the longest run of a training job.
                So far it looks back for jobs that are alive, between walks, page by page, unless
                the tracker knows a job that is as old. Those that have ended for more than a day,
                and that nobody was waiting for, are passed over.
            arguments: What lists are asked for besides: Batch wants a ``jobQueue``.
            changes: Describe new jobs and mere changes too, where the budget leaves room: then
                histories are known while jobs run, for some more requests a job. What there is no
                time for until the next walk is dropped.
            on_gone: Called with each job that is gone. What it raises is logged.
            clock: Returns the seconds since whenever and never goes back.
            sleep: Waits for so many seconds; never more than one at a time.

        Raises:
            LifecycleError: The kind has no schema, or no operations that list and describe.
            UnknownNameError: The tracker does not know the kind, or the list no such argument.
            ValueError: `interval` is not positive, or an argument is one that a walk gives itself.
        """
        if interval <= timedelta(0):
            raise ValueError(f"expected an interval of more than 0, got {interval}")
        kinds = by_name(tracker.lifecycle)
        if kind.name not in kinds:
            raise UnknownNameError("kind of job of this tracker", kind.name, kinds)
        self.kind = kind
        self.tracker = tracker
        self.budget = Budget(clock=clock) if budget is None else budget
        self.interval = interval
        self.horizon = horizon
        self.client = client
        listing, how = listed(kind, arguments or {}), describing(kind)
        self._clock, self._sleep = clock, sleep
        self._service = ServiceClock(clock)
        self._asking = Asking(
            f"jobs of kind {kind.name}", self.budget, listing.schema.codes, self._service
        )
        self._watch, self._due = WatchedJobs(kind), Due()
        parts = kind, tracker, self._watch, self._due, self._service
        self._news = News(*parts, on_gone, changes)
        self._describer = Describer(how, self._asking, self._news)
        self._walker = Walker(
            listing,
            self._asking,
            self._news,
            self._describer,
            horizon,
            ItemReading.of(kind, listing),
        )
        self._began = self._looked = self._next = clock()
        ended, jobs = self._watch.begin(tracker)
        self._walker.take_up(jobs)
        self._want(ended)

    def _want(self, ended: Iterable[JobKey]) -> None:
        now = self._clock()
        for key in ended:
            self._due.add(key.id, Why.ENDED, now + self._news.behind, now)

    # --- For its users --------------------------------------------------------------------------

    def poll(self) -> PassReport:
        """Make one pass: a walk, and descriptions until nothing is due or the next walk is.

        Calls that the service does not take, or that do not reach it, end the pass; the next one
        goes on. `PassReport.trouble` says so, `health` too.

        Raises:
            ServiceError: There are no credentials, or none that hold, or the service does not take
                lists as they are asked for.
            JournalWriteError: The tracker could not write; the next pass tells it again.
            ConformanceError: The tracker is strict, and an answer breaks rules.
            TrackerClosedError: The tracker is closed.
        """
        return cast("PassReport", self._drive(self.plan(), None))

    def run(self, stop: Stop | None = None) -> None:
        """Make pass after pass, each an interval after the one before, and see to hints at once.

        Args:
            stop: It ends within a second where this is set; by default never.

        Raises:
            ServiceError, JournalWriteError, ConformanceError, TrackerClosedError: As of `poll`.
        """
        self._drive(self.passes(), stop)

    def hint(self, job: str | JobKey) -> None:
        """Have a job described at once: somebody has heard of it, in an event, say.

        Tell the tracker of the event itself too: it may say that the job has ended, and then the
        description is made when it can be expected to show that.

        Args:
            job: Its name, its id (an arn), or its key.
        """
        called = job.id if isinstance(job, JobKey) else job
        known = self._news.known_as(called)
        if known is None or not known.final:
            now = self._clock()
            self._due.add(called, Why.HINT, now, now)
        elif known.key not in self._watch.settled:
            self._want([known.key])

    @property
    def health(self) -> Health:
        """How it is doing, as of now. Linear in the jobs that are alive: some 10 µs each."""
        now, time_there = self._clock(), self._service.now()
        oldest: dict[str, timedelta] = {}
        for key in list(self._watch.alive.values()):
            job = self._news.known(key)
            age = None if job is None or time_there is None else job.time_in_status(time_there)
            if job is not None and age is not None:
                oldest[job.status] = max(oldest.get(job.status, timedelta(0)), age)
        since, complete = self._walker.complete or (self._began, None)
        rates = {name: each.most for name, each in self.budget.spent().items()}
        tally, trouble = self._asking.tally, self._news.report.trouble
        return Health(
            last_complete=complete,
            age=now - since,
            lag=self._due.longest(Why.ENDED, now),
            behind=self._news.behind,
            alive=len(self._watch.alive),
            requests=dict(tally.requests),
            throttled=dict(tally.throttled),
            used=tally.used(now, rates),
            due={why.name.lower(): count for why, count in self._due.counts().items()},
            oldest=oldest,
            looking_back=self._walker.looking_back,
            unread=self._news.unread,
            trouble="" if trouble is None else f"{trouble.trouble}: {trouble}",
        )

    def _drive(self, plan: Steps, stop: Stop | None) -> object:
        came: object = None
        with closing(plan):
            while stop is None or not stop.is_set():
                try:
                    todo = plan.send(came)
                except StopIteration as end:
                    return end.value
                came = made(self.client, todo) if isinstance(todo, Request) else None
                if isinstance(todo, Pause):
                    self._sleep(todo.seconds)
        return None

    # --- What to do next ------------------------------------------------------------------------

    def passes(self) -> Generator[Request | Pause, object, None]:
        """Yield what to do next, for ever; sent back is what a call returned or raised."""
        while True:
            yield from self.plan()
            while (left := self._next - self._clock()) > 0:
                yield pause(left)
                yield from self._describer.plan(self._next)

    def plan(self) -> Generator[Request | Pause, object, PassReport]:
        """Yield what to do next in one pass, and return its report."""
        began = self._clock()
        self._next = began + self.interval.total_seconds()
        self._asking.tally.begin(began)
        report = self._news.report = PassReport()
        if began - self._looked >= _LOOK_AGAIN:
            self._looked = began
            self._want(self._watch.look_again(self.tracker, self._service.now()))
        self._describer.begin()
        yield from self._walker.plan()
        if report.trouble is None:
            yield from self._walker.look_back(self._next)
        if report.trouble is None:
            yield from self._describer.plan(self._next)
        if (now := self._clock()) >= self._next:
            report.dropped = self._due.drop_ripe({Why.NEW, Why.CHANGED}, now)
        return report
