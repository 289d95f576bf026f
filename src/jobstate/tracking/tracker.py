"""`Tracker`: keeps where many jobs stand and tells what changed: all that its users call.

Any thread may use one: what is done with a job is done in turn, under the lock of its stripe.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, get_args, overload

from jobstate.common.closing import Closing
from jobstate.common.times import utc_now
from jobstate.conformance.answers import read, readable, together
from jobstate.conformance.judge import judges_of
from jobstate.errors import (
    ConformanceError,
    JournalError,
    Problem,
    SnapshotError,
    UnknownJobError,
    UnknownNameError,
    shown,
)
from jobstate.model.kinds import by_name
from jobstate.model.observation import JobKey
from jobstate.tracking.listeners import Listeners
from jobstate.tracking.observed import Arrival, Collected, Observed, OnError
from jobstate.tracking.overdue import Limits, Overdue
from jobstate.tracking.processing import Processor
from jobstate.tracking.snapshot import dumped, loaded
from jobstate.tracking.store import Store
from jobstate.tracking.stripes import Stripes
from jobstate.tracking.tracked_job import TrackedJob
from jobstate.tracking.turns import combined
from jobstate.tracking.unchanged import Unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jobstate.conformance.job_state import JobState
    from jobstate.delivery.lane import Lane
    from jobstate.delivery.subscription import Subscription, SubscriptionStatus
    from jobstate.model.events import Listener
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.tracking.journal_port import JournalPort
    from jobstate.tracking.retention import Retention
    from jobstate.tracking.unchanged import Ready

#: How long `Tracker.close` waits for listeners, by default.
_DEADLINE = timedelta(seconds=10)


class Tracker(Closing):
    """Keeps where jobs stand.

    Feed it every answer that you get, in whatever order, and it tells what changed, once: to the
    listeners, and in what `observe` returns. `tracker[id]` is what is known of a job, `len` how
    many are tracked, iteration goes over all of them. Under a kilobyte is kept of each job. Any
    thread may do any of this at any time.

    With a journal, `observe` returns when what it brought is written for good, and a tracker that
    begins with the file of an earlier one goes on exactly where that was. Close a tracker that has
    a journal or subscriptions, or use it as a context manager; in a forked child whatever is asked
    of it raises a `TrackerForkedError`.

    Attributes:
        lifecycle: The life cycle, or the kinds.
        strict: Whether a violation is an error.
    """

    def __init__(  # noqa: PLR0913 - all but the first by keyword
        self,
        lifecycle: Lifecycle | Kinds,
        *,
        listeners: Iterable[Listener | Subscription] = (),
        journal: JournalPort | None = None,
        strict: bool = False,
        retention: Retention | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Begin with no job, or with those of a journal.

        Args:
            lifecycle: The life cycle, or the kinds that jobs may be of; tighten one with
                `Lifecycle.given`, switch rules off with `Lifecycle.without`.
            listeners: Who is told of every event, see `Listener`. A plain callable is told in the
                thread that observes, before `observe` returns; a `Subscription` in its own lanes.
            journal: What keeps all that is known and said, `jobstate.journal.Journal`. With one,
                every listener needs a name, so must be a `Subscription`. The tracker closes it,
                also where this raises.
            strict: Be an oracle: take answers to be in order, and refuse with a `ConformanceError`
                whatever breaks a rule of severity error. Otherwise reality wins: what can't be is
                told as a `Violation`, and known is what was seen last.
            retention: Which finished jobs to forget.
            clock: What time it is; aware. Tests put their own here.

        Raises:
            TypeError: A listener can't be called, or is plain although async or with a journal.
            ValueError: Two subscriptions have the same name.
            JournalError: The journal can't be used.
        """
        self.lifecycle = lifecycle
        self.strict = strict
        self._lifecycles = by_name(lifecycle)
        self._judges = judges_of(self._lifecycles)
        self._clock = clock
        self._stripes = Stripes()
        self._store = Store(self._judges, self._stripes, retention, journal, clock)
        self._jobs = self._store.jobs
        self._listeners = Listeners(self._stripes, journal, clock)
        self._dispatcher = self._listeners.dispatcher
        parts = self._judges, self._store, self._stripes, self._listeners
        self._turns = Processor(*parts, strict=strict).turns
        self._unchanged = Unchanged(self._lifecycles, self._jobs)
        begun = False
        try:
            if journal is not None:
                job_states = journal.begin(self._judges, self._dispatcher.offer)
                begun = True  # else it may be another tracker's
                self._store.remember(job_states)
            for listener in listeners:
                self.add_listener(listener)
            self._listeners.see_to_forks_of(self)
        except BaseException:  # nothing half-done stays: no thread, no lock on a file
            self._dispatcher.close(0)
            if journal is not None and begun:
                with suppress(JournalError):
                    journal.close()
            raise

    # --- Observing ------------------------------------------------------------------------------

    def observe(self, answer: object) -> Observed:
        """Take one answer about one job.

        Plain listeners are told before this returns. From inside one it returns at once, and the
        answer is judged as soon as all of them have heard what came before. With a journal it
        returns when what the answer brought is written for good.

        Args:
            answer: What boto3 returns of one job, what the CLI prints, an event, a record: whatever
                the life cycle's reader takes; or an `Observation`.

        Raises:
            ObservationError: It can't be read; the error lists every problem, nothing was taken.
            ConformanceError: The tracker is strict, and the answer breaks rules; the error has
                every violation, nothing was taken. One that a listener observed is raised here,
                from the outermost call, when all is done.
            JournalWriteError: What it brought could not be written. It stays in memory and is
                written with what comes next; observe it again, which does no harm.
            JournalError: The job's id is no text that a file can hold; nothing was taken.
            TrackerClosedError: The tracker is closed.
        """
        observation = read(self.lifecycle, answer)
        turns = self._turns
        if turns.telling and turns.running:
            turns.queue(observation)
            return Observed(observation.job, Arrival.QUEUED)
        refused: list[ConformanceError] = []
        if self._listeners.cautious or turns.left:
            self._prepare(refused)
        observed, ticket = turns.run(observation, refused)
        if self._store.lasting:
            self._store.settle(ticket)
        if observed is None or refused:
            raise combined(refused)
        return observed

    @overload
    def observe_all(
        self, answers: object, *, on_error: Literal["raise"] = ...
    ) -> list[Observed]: ...
    @overload
    def observe_all(self, answers: object, *, on_error: Literal["collect"]) -> Collected: ...
    def observe_all(
        self, answers: object, *, on_error: OnError = "raise"
    ) -> list[Observed] | Collected:
        """Take several answers: a page of ListTrainingJobs, a list of answers of any form.

        With a journal, what all of them brought is written at once.

        Args:
            answers: The answers.
            on_error: Where some can't be read: ``raise`` takes nothing, ``collect`` the others.

        Returns:
            What each answer brought. With ``collect`` a pair: what those brought that can be read,
            and of each other its index among the answers, counted through all lists, and its error.

        Raises:
            ObservationError: Some can't be read; it lists all of their problems, nothing was taken.
            UnknownNameError: `on_error` is something else; a `LookupError`.
            ConformanceError: The tracker is strict, one breaks rules; those before it were taken.
            JournalWriteError: What they brought could not be written, as in `observe`.
            TrackerClosedError: The tracker is closed.
        """
        if on_error not in get_args(OnError):
            raise UnknownNameError("value of on_error", on_error, get_args(OnError))
        found, errors = readable(self.lifecycle, answers, self._unchanged.ready)
        if errors and on_error == "raise":
            raise together(errors)
        observed = self._run(found)
        return (observed, errors) if on_error == "collect" else observed

    def _run(self, answers: Iterable[Ready]) -> list[Observed]:
        """Take answers one after the other, and wait once until all is written."""
        unchanged = self._unchanged
        if self._turns.running:
            return [unchanged.take(each, self.observe) for each in answers]
        refused: list[ConformanceError] = []
        self._prepare(refused)
        tickets = [0]
        take = self._turns.taker(refused, tickets)
        try:
            return [unchanged.take(each, take) for each in answers]
        finally:
            self._store.settle(max(tickets))

    def _prepare(self, refused: list[ConformanceError]) -> None:
        """See to what must be in order before an answer is taken."""
        self._listeners.prepare()
        if self._turns.left:
            self._turns.make_up(refused)

    # --- Listening ------------------------------------------------------------------------------

    def add_listener(self, listener: Listener | Subscription) -> None:
        """Tell one more listener of what comes from now on, and what a journal has for it.

        Raises:
            TypeError: It can't be called, or is plain although async or with a journal.
            ValueError: There is a subscription of that name.
            JournalError: The journal can't be read or written.
        """
        self._listeners.add(listener)

    def remove_listener(self, listener: Listener | str) -> None:
        """Tell a listener nothing more, and keep nothing for it.

        Args:
            listener: A plain one, or the name of a subscription; of one that only the journal
                knows, too.

        Raises:
            ValueError: It is none.
            UnknownNameError: There is no subscription of that name; a `LookupError`.
            JournalError: The journal can't be written.
        """
        self._listeners.remove(listener)

    @property
    def failures(self) -> int:
        """How often a plain listener raised. Each time is in the log of ``jobstate``."""
        return self._listeners.inline.failures

    def progress(self) -> tuple[SubscriptionStatus, ...]:
        """Return how each subscription is doing: what waits, failed, was dropped or parked."""
        return self._dispatcher.progress()

    def unpark(self, name: str, job: JobKey | None = None) -> list[JobKey]:
        """Let a listener hear of a parked job again, from the event on that it failed at.

        Without a journal it hears what comes from now on.

        Args:
            name: The subscription's.
            job: Which job; by default all that are parked.

        Returns:
            The jobs that were parked.

        Raises:
            UnknownNameError: There is no subscription of that name; a `LookupError`.
        """
        return self._dispatcher.unpark(name, job)

    @property
    def waits(self) -> bool:
        """Whether `observe` may have to wait: for a journal, or for a listener's lane."""
        return self._listeners.waits

    def lanes(self) -> list[Lane]:
        """Return the lanes of asynchronous listeners, for `jobstate.asynchronous` to run."""
        return self._dispatcher.asynchronous()

    # --- Ending ---------------------------------------------------------------------------------

    def finish(self) -> None:
        """Take no more answers, and let lanes end when nothing waits; `close` waits for that."""
        self._listeners.finish()

    def close(self, timeout: timedelta = _DEADLINE) -> tuple[SubscriptionStatus, ...]:
        """Take no more answers, let subscriptions hear what waits, and let go of the journal.

        What they have not heard by then stays in the journal, for the next tracker; without one it
        is lost, and the log says how much. Twice does no harm. What is known can still be asked.

        Args:
            timeout: How long to wait for listeners.

        Returns:
            How each subscription did, in the end.

        Raises:
            JournalWriteError: Something could not be written.
        """
        self.finish()
        progress = self._listeners.close(timeout.total_seconds())
        if self._store.journal is not None:
            self._store.journal.close()
        return progress

    # --- Asking ---------------------------------------------------------------------------------

    def __getitem__(self, job: str | JobKey) -> TrackedJob:
        """Return what is known of a job.

        Args:
            job: Its id, which means the job created last under it, or its key.

        Raises:
            UnknownJobError: It is not tracked; a `KeyError`.
        """
        jobs = self._jobs
        job_state = jobs.latest(job) if isinstance(job, str) else jobs.find(job)
        if job_state is None:
            raise UnknownJobError(job, len(self))
        return self._tracked(job_state)

    def __contains__(self, job: object) -> bool:
        if isinstance(job, JobKey):
            return self._jobs.find(job) is not None
        return isinstance(job, str) and self._jobs.latest(job) is not None

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[TrackedJob]:
        """Iterate over what is known of each job as of now."""
        return iter([self._tracked(each) for each in self._jobs.every()])

    def overdue(
        self, limits: timedelta | Mapping[str, timedelta], *, now: datetime | None = None
    ) -> list[Overdue]:
        """Return the jobs that are in a status for longer than they should, the worst first.

        Args:
            limits: How long a job may be in every status that is neither final nor steady, or in
                each that is named: a state (``Stopping/Training``), a secondary status or a primary
                one.
            now: The time to count to; aware; by default the clock's.

        Raises:
            UnknownNameError: No life cycle knows a status.
            ValueError: The time has no zone.
        """
        return Limits(self._lifecycles.values(), limits).passed(self, now or self._clock())

    # --- Forgetting -----------------------------------------------------------------------------

    def forget(self, job: str | JobKey) -> TrackedJob:
        """Forget a job and return what was known of it.

        If it is heard of again it is a new one, and everything is told again.

        Raises:
            UnknownJobError: It is not tracked; a `KeyError`.
        """
        found = self[job]
        self._store.forget(found.key)
        return found

    # --- Snapshots ------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """Return all that is known as JSON, to be restored in another process.

        Its first key is ``snapshot``, the version of the form. Linear in jobs: 1 to 2 kB of each.
        """
        return dumped(self._judges, (job.job_state for job in self))

    def restore(self, text: str) -> None:
        """Take what a snapshot knows; nothing is told of it again.

        Raises:
            SnapshotError: It is no snapshot, one of a newer version, damaged, or knows jobs of
                another kind or that are tracked already; the error lists every problem, nothing
                was taken.
            JournalWriteError: It is taken, but could not be written yet.
        """
        job_states = loaded(self._judges, text)
        known = [shown(str(each.job)) for each in job_states if each.job in self]
        if known:
            raise SnapshotError(Problem("jobs", "jobs not tracked here yet", job) for job in known)
        self._store.restore(job_states)

    def _tracked(self, job_state: JobState) -> TrackedJob:
        return TrackedJob(self._lifecycles[job_state.job.kind], job_state)
