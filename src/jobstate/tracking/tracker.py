"""`Tracker`: keeps where many jobs stand, and tells what changed; the only thing that changes.

Any thread may use a tracker: what is done with one job is done one after the other, under the lock
of its stripe.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from jobstate.common.log import log
from jobstate.conformance.answers import all_observations
from jobstate.conformance.judge import judge_of
from jobstate.conformance.late_answers import is_late, judge_late
from jobstate.delivery.dispatcher import Dispatcher
from jobstate.delivery.inline import InlineListeners
from jobstate.delivery.outbox import MemoryOutbox
from jobstate.delivery.subscription import Subscription
from jobstate.errors import (
    ConformanceError,
    JournalError,
    ObservationError,
    Problem,
    SnapshotError,
    TrackerClosedError,
    UnknownJobError,
    shown,
)
from jobstate.model.observation import JobKey, Observation
from jobstate.model.specification import Severity
from jobstate.tracking.observed import Arrival, Observed
from jobstate.tracking.overdue import Limits, Overdue
from jobstate.tracking.snapshot import dumped, loaded
from jobstate.tracking.store import Store
from jobstate.tracking.stripes import Stripes
from jobstate.tracking.tracked_job import TrackedJob
from jobstate.tracking.turns import RunToCompletion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from jobstate.conformance.job_state import JobState, Judgement
    from jobstate.conformance.memo import AnswerView
    from jobstate.delivery.lane import Lane
    from jobstate.delivery.subscription import SubscriptionStatus
    from jobstate.model.events import Listener
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.tracking.journal_port import JournalPort
    from jobstate.tracking.retention import Retention
    from jobstate.tracking.stripes import Stripe

#: How long `Tracker.close` waits for listeners, by default.
_DEADLINE = timedelta(seconds=10)


def _now() -> datetime:
    return datetime.now(UTC)


class Tracker:
    """Keeps where jobs stand.

    Feed it every answer that you get, in whatever order, and it tells what changed, once: to the
    listeners, and in what `observe` returns. `tracker[arn]` is what is known of a job, `len` how
    many are tracked, iteration goes over all of them. Under a kilobyte is kept of each job. Any
    thread may do any of this at any time.

    With a journal, `observe` returns when what it brought is written for good, and a tracker that
    begins with the file of an earlier one goes on exactly where that was. Close a tracker that has
    a journal or subscriptions, or use it as a context manager.

    Attributes:
        lifecycle: The life cycle.
        strict: Whether a violation is an error.
    """

    def __init__(  # noqa: PLR0913 - all but the first by keyword
        self,
        lifecycle: Lifecycle,
        *,
        listeners: Iterable[Listener | Subscription] = (),
        journal: JournalPort | None = None,
        strict: bool = False,
        retention: Retention | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Begin with no job, or with those of a journal.

        Args:
            lifecycle: The life cycle; tighten it with `Lifecycle.given`, switch rules off with
                `Lifecycle.without`.
            listeners: Who is told of every event. A plain callable is told in the thread that
                observes, before `observe` returns; a `Subscription` in lanes of its own. See
                `Listener`.
            journal: What keeps all that is known and said, `jobstate.journal.Journal`. With one,
                every listener needs a name, so must be a `Subscription`. The tracker closes it,
                also where this raises.
            strict: Be an oracle: take answers to be in order, and refuse with a `ConformanceError`
                whatever breaks a rule of severity error. Otherwise reality wins: what can't be is
                told as a `Violation`, and known is what was seen last.
            retention: Which finished jobs to forget.
            clock: What time it is; aware. Tests put their own here.

        Raises:
            TypeError: A listener can't be called, or is plain where there is a journal.
            ValueError: Two subscriptions have the same name.
            JournalError: The journal can't be used.
        """
        self.lifecycle = lifecycle
        self.strict = strict
        self._judge = judge_of(lifecycle)
        self._inline = InlineListeners()
        self._dispatcher = Dispatcher(clock)
        self._clock = clock
        self._stripes = Stripes()
        self._turns = RunToCompletion(self._stripes, self._inline, self._take)
        self._closed = False
        region = lifecycle.regions[0].name
        self._keeping = Store(region, self._stripes, retention, journal, clock)
        self._jobs = self._keeping.jobs
        begun = False
        try:
            if journal is not None:
                standings = journal.begin(self._judge, self._dispatcher.offer)
                begun = True  # else it may be another tracker's
                self._keeping.remember(standings)
            self._take_stock()
            for listener in listeners:
                self.add_listener(listener)
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
            answer: An answer in any form that the life cycle's reader takes (for SageMaker: what
                boto3 returns of one job, what the CLI prints, an event, a record), or an
                `Observation`.

        Raises:
            ObservationError: It can't be read; the error lists every problem, nothing was taken.
            ConformanceError: The tracker is strict, and the answer breaks rules; the error has
                every violation, nothing was taken. One that a listener observed is raised here,
                from the outermost call, when all is done.
            JournalWriteError: What it brought could not be written. It stays in memory and is
                written with what comes next; observe it again, which does no harm.
            JournalError: The job's arn is no text that a file can hold; nothing was taken.
            TrackerClosedError: The tracker is closed.
        """
        observation = answer if isinstance(answer, Observation) else self._read(answer)
        turns = self._turns
        if turns.telling and turns.running:
            turns.queue(observation)
            return Observed(observation.job, Arrival.QUEUED)
        refused: list[ConformanceError] = []
        if self._cautious or turns.left:
            self._prepare(refused)
        observed, ticket = turns.run(observation, refused)
        if self._keeping.lasting:
            self._keeping.settle(ticket)
        if observed is None or refused:
            raise _together(refused)
        return observed

    def observe_all(self, answers: object) -> list[Observed]:
        """Take several answers: a page of ListTrainingJobs, a list of answers of any form.

        With a journal, what all of them brought is written at once.

        Raises:
            ObservationError: Some can't be read; the error lists every problem of all of them,
                nothing was taken.
            ConformanceError: The tracker is strict, and an answer breaks rules; those before it
                were taken.
            JournalWriteError: What they brought could not be written, as in `observe`.
            TrackerClosedError: The tracker is closed.
        """
        found = all_observations(self.lifecycle, answers)
        if self._turns.running:
            return [self.observe(each) for each in found]
        return self._run(found)

    def _run(self, observations: Iterable[Observation]) -> list[Observed]:
        """Take answers one after the other, and wait once until all is written."""
        refused: list[ConformanceError] = []
        self._prepare(refused)
        found: list[Observed] = []
        ticket = 0
        try:
            for observation in observations:
                observed, later = self._turns.run(observation, refused)
                ticket = max(ticket, later)
                if observed is None or refused:
                    raise _together(refused)
                found.append(observed)
        finally:
            self._keeping.settle(ticket)
        return found

    def _prepare(self, refused: list[ConformanceError]) -> None:
        """See to what must be in order before an answer is taken."""
        if self._closed:
            raise TrackerClosedError
        if self._keeping.journal is not None:
            self._keeping.journal.check()
        self._dispatcher.wait_for_room()
        if self._turns.left:
            self._turns.make_up(refused)

    def _take_stock(self) -> None:
        """Note whether there is anything to see to before an answer, and anybody to tell after."""
        self._cautious = self._closed or self.waits
        # With a journal lanes are told what was written.
        self._laned = bool(self._dispatcher) and self._keeping.journal is None
        self._heeded = bool(self._inline.listeners) or self._laned

    def _read(self, answer: object) -> Observation:
        reader = self.lifecycle.reader
        if reader is None:
            expected = f"an Observation, for {self.lifecycle.name} brings no reader"
            raise ObservationError([Problem("", expected, type(answer).__name__)])
        return reader.read(answer)

    def _take(self, observation: Observation, stripe: Stripe) -> Observed:
        """Judge one answer, keep what it brings and have listeners told.

        One that says what the one before it said takes no lock.
        """
        job, jobs = observation.job, self._jobs
        view = self._judge.memory.view(observation)
        heard = _fingerprint(observation, view)
        version = stripe.version
        before = jobs.find(job)
        if before is not None and heard == before.heard and heard is not None:
            return Observed(job, Arrival.DUPLICATE)
        with stripe.lock:
            if stripe.version != version:  # another thread has kept something meanwhile
                before = jobs.find(job)
                if before is not None and heard == before.heard and heard is not None:
                    return Observed(job, Arrival.DUPLICATE)
            arrival, judgement = self._judged(before, observation, view)
            if arrival is Arrival.STALE and before is not None:
                heard = before.heard
            try:
                if self._keeping.lasting:
                    self._keeping.keep(before, judgement, heard, stripe)
                else:
                    jobs.keep(judgement.standing, heard)
            finally:  # not before: who finds the old and this version would take the old for new
                stripe.version += 1
            if self._heeded:
                self._tell(judgement, stripe)
        return Observed(job, arrival, judgement)

    def _judged(
        self, before: JobState | None, observation: Observation, view: AnswerView
    ) -> tuple[Arrival, Judgement]:
        judge = self._judge
        if before is not None and not self.strict and is_late(judge, before, observation, view):
            return Arrival.STALE, judge_late(judge, before, observation, view)
        judgement = judge.judge(before, observation, view)
        if self.strict and judgement.violations:
            _refuse(judgement)
        return Arrival.NEW, judgement

    def _tell(self, judgement: Judgement, stripe: Stripe) -> None:
        events = judgement.events
        for listener in self._inline.listeners:
            for event in events:
                stripe.untold.append((listener, event))
        if stripe.untold:
            self._turns.tell(stripe)
        if self._laned:
            self._dispatcher.tell(events)

    # --- Listening ------------------------------------------------------------------------------

    def add_listener(self, listener: Listener | Subscription) -> None:
        """Tell one more listener of what comes from now on, and what a journal has for it.

        Raises:
            TypeError: It can't be called, or is plain where there is a journal.
            ValueError: There is a subscription of that name.
            JournalError: The journal can't be read or written.
        """
        if not isinstance(listener, Subscription):
            if self._keeping.journal is not None:
                expected = "a Subscription, for with a journal each listener needs a name"
                raise TypeError(f"expected {expected}, got {shown(listener)}")
            self._inline.add(listener)
        elif self._keeping.journal is None:
            self._dispatcher.add(listener, MemoryOutbox(), 0, 0)
        else:
            opened = self._keeping.journal.subscribe(listener.name, listener.lanes)
            self._dispatcher.add(listener, *opened)
        self._take_stock()

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
        if not isinstance(listener, str):
            self._inline.remove(listener, [stripe.untold for stripe in self._stripes])
            self._take_stock()
            return
        journal = self._keeping.journal
        if journal is None or listener in self._dispatcher:
            self._dispatcher.remove(listener)
        self._take_stock()
        if journal is not None:
            journal.unsubscribe(listener)

    @property
    def failures(self) -> int:
        """How often a plain listener raised. Each time is in the log of ``jobstate``."""
        return self._inline.failures

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
        return self._keeping.journal is not None or self._dispatcher.blocks

    def lanes(self) -> list[Lane]:
        """Return the lanes of asynchronous listeners, for `jobstate.asynchronous` to run."""
        return self._dispatcher.asynchronous()

    # --- Ending ---------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        """Return it; leaving closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def finish(self) -> None:
        """Take no more answers, and let lanes end when nothing waits; `close` waits for that."""
        self._closed = True
        self._take_stock()
        self._dispatcher.finish()

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
        ended = self._dispatcher.close(timeout.total_seconds())
        progress = self._dispatcher.progress()
        for each in progress:
            if not each.idle:
                _say_unheard(each, kept=self._keeping.journal is not None, ended=ended)
        if self._keeping.journal is not None:
            self._keeping.journal.close()
        return progress

    # --- Asking ---------------------------------------------------------------------------------

    def __getitem__(self, job: str | JobKey) -> TrackedJob:
        """Return what is known of a job.

        Args:
            job: Its arn, which means the job created last under it, or its key.

        Raises:
            UnknownJobError: It is not tracked; a `KeyError`.
        """
        jobs = self._jobs
        standing = jobs.latest(job) if isinstance(job, str) else jobs.find(job)
        if standing is None:
            raise UnknownJobError(job, len(self))
        return TrackedJob(self.lifecycle, standing)

    def __contains__(self, job: object) -> bool:
        if isinstance(job, JobKey):
            return self._jobs.find(job) is not None
        return isinstance(job, str) and self._jobs.latest(job) is not None

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[TrackedJob]:
        """Iterate over what is known of each job as of now."""
        return iter([TrackedJob(self.lifecycle, each) for each in self._jobs.every()])

    def overdue(
        self, limits: timedelta | Mapping[str, timedelta], *, now: datetime | None = None
    ) -> list[Overdue]:
        """Return the jobs that are in a status for longer than they should, the worst first.

        Args:
            limits: How long a job may be in every status that is not final, or in each that is
                named: a state (``Stopping/Training``), a secondary status or a primary one.
            now: The time to count to; aware; by default the clock's.

        Raises:
            UnknownNameError: The life cycle does not know a status.
            ValueError: The time has no zone.
        """
        return Limits(self.lifecycle, limits).passed(self, now or self._clock())

    # --- Forgetting -----------------------------------------------------------------------------

    def forget(self, job: str | JobKey) -> TrackedJob:
        """Forget a job and return what was known of it.

        If it is heard of again it is a new one, and everything is told again.

        Raises:
            UnknownJobError: It is not tracked; a `KeyError`.
        """
        found = self[job]
        self._keeping.forget(found.key)
        return found

    # --- Snapshots ------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """Return all that is known as JSON, to be restored in another process.

        Its first key is ``snapshot``, the version of the form. Linear in the number of jobs; some
        1 to 2 kB a job.
        """
        return dumped(self._judge, (job.standing for job in self))

    def restore(self, text: str) -> None:
        """Take what a snapshot knows; nothing is told of it again.

        Raises:
            SnapshotError: It is no snapshot, one of a newer version or of another life cycle, or
                damaged, or knows a job that is tracked already; the error lists every problem,
                nothing was taken.
            JournalWriteError: It is taken, but could not be written yet.
        """
        standings = loaded(self._judge, text)
        known = [standing.job for standing in standings if standing.job in self]
        if known:
            raise SnapshotError(
                Problem("jobs", "jobs that are not tracked here yet", shown(str(job)))
                for job in known
            )
        self._keeping.restore(standings)


def _fingerprint(observation: Observation, view: AnswerView) -> int | None:
    """Return what tells an answer from another one about the same job; None if nothing can."""
    fields = observation.fields
    try:
        return hash(
            (
                view.number,
                observation.modified,
                observation.cause,
                observation.entries,
                *fields,
                *fields.values(),
            )
        )
    except TypeError:  # a field that somebody else's reader leaves as a list, say
        return None


def _together(refused: list[ConformanceError]) -> ConformanceError:
    """Return the first error, with what the others say."""
    first = refused[0]
    for other in refused[1:]:
        first.add_note(f"and likewise: {other}")
    return first


def _refuse(judgement: Judgement) -> None:
    """Raise what breaks a rule, with the notes beside it, if anything does."""
    if any(each.severity is Severity.ERROR for each in judgement.violations):
        raise ConformanceError(str(judgement.standing.job), judgement.violations)


def _say_unheard(each: SubscriptionStatus, *, kept: bool, ended: bool) -> None:
    fate = "stays in the journal" if kept else "is lost"
    log().warning(
        "listener %s has not heard all%s: %d events in memory%s, %d jobs held; what it has not"
        " heard %s",
        shown(each.name),
        "" if ended else " and has not returned",
        each.waiting,
        " and more in the journal" if each.behind else "",
        each.retrying + len(each.parked),
        fate,
    )
