"""`Tracker`: keeps where many jobs stand, and tells what changed; the only thing that changes.

Imports the judge, which is pure, and what it keeps and delivers with. A tracker is for one thread.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import define, field

from jobstate.compact import Entries
from jobstate.conformance import all_observations
from jobstate.delivery import Delivery
from jobstate.errors import (
    ConformanceError,
    ObservationError,
    Problem,
    SnapshotError,
    UnknownJobError,
    shown,
)
from jobstate.judgement import judge_of
from jobstate.lateness import is_late, judge_late
from jobstate.observation import JobKey, Observation
from jobstate.overdue import Limits, Overdue
from jobstate.retention import Finished, Retention
from jobstate.snapshot import dumped, loaded
from jobstate.specification import Severity
from jobstate.standing import Judgement, Standing
from jobstate.tracked import TrackedJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jobstate.events import Event, Listener
    from jobstate.knowledge import View
    from jobstate.lifecycle import Lifecycle


class Arrival(StrEnum):
    """How an answer came.

    NEW: it was judged. DUPLICATE: it says what the one before it said. STALE: it is older than
    what is known, and could only add to the history. QUEUED: a listener observed it, and it is
    judged when the listeners have heard what was told before.
    """

    NEW = "new"
    DUPLICATE = "duplicate"
    STALE = "stale"
    QUEUED = "queued"


@define(eq=False)
class Observed:
    """What one answer brought.

    Attributes:
        job: The job that it is about.
        arrival: How it came.
    """

    job: JobKey
    arrival: Arrival
    _judgement: Judgement | None = field(default=None, repr=False)

    @property
    def events(self) -> tuple[Event, ...]:
        """What listeners are told, in that order."""
        return () if self._judgement is None else self._judgement.events

    @property
    def duplicate(self) -> bool:
        """It says what the answer before it said: nothing was done."""
        return self.arrival is Arrival.DUPLICATE

    @property
    def stale(self) -> bool:
        """It is older than what is known: where the job stands did not move."""
        return self.arrival is Arrival.STALE

    @property
    def queued(self) -> bool:
        """A listener observed it: it will be judged, and has brought nothing yet."""
        return self.arrival is Arrival.QUEUED


def _now() -> datetime:
    return datetime.now(UTC)


class Tracker:
    """Keeps where jobs stand.

    Feed it every answer that you get, in whatever order, and it tells what changed, once: to the
    listeners, and in what `observe` returns. `tracker[arn]` is what is known of a job, `len` how
    many are tracked, iteration goes over all of them. About a kilobyte is kept of each job.

    Attributes:
        lifecycle: The life cycle.
        strict: Whether a violation is an error.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        *,
        listeners: Iterable[Listener] = (),
        strict: bool = False,
        retention: Retention | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Begin with no job.

        Args:
            lifecycle: The life cycle; tighten it with `Lifecycle.given`, switch rules off with
                `Lifecycle.without`.
            listeners: Who is told of every event: callables that take one. See `Listener`.
            strict: Be an oracle: take answers to be in order, and refuse with a `ConformanceError`
                whatever breaks a rule of severity error. Otherwise reality wins: what can't be is
                told as a `Violation`, and known is what was seen last.
            retention: Which finished jobs to forget.
            clock: What time it is; aware. Tests put their own here.

        Raises:
            TypeError: A listener can't be called.
        """
        self.lifecycle = lifecycle
        self.strict = strict
        self._judge = judge_of(lifecycle)
        self._delivery = Delivery(listeners)
        self._clock = clock
        #: Arn → the job created last under it.
        self._jobs: dict[str, Standing] = {}
        #: Jobs whose arn was used again.
        self._earlier: dict[JobKey, Standing] = {}
        self._finished = None if retention is None else Finished(retention, clock)
        self._queue: deque[Observation] = deque()
        self._running = False

    # --- Observing ------------------------------------------------------------------------------

    def observe(self, answer: object) -> Observed:
        """Take one answer about one job.

        Listeners are told before this returns. From inside a listener it returns at once, and the
        answer is judged as soon as all listeners have heard what came before.

        Args:
            answer: An answer in any form that the life cycle's reader takes (for SageMaker: what
                boto3 returns of one job, what the CLI prints, an event, a record), or an
                `Observation`.

        Raises:
            ObservationError: It can't be read; the error lists every problem, nothing was taken.
            ConformanceError: The tracker is strict, and the answer breaks rules; the error has
                every violation, nothing was taken. One that a listener observed is raised here,
                from the outermost call, when all is done.
        """
        observation = answer if isinstance(answer, Observation) else self._read(answer)
        if self._running:
            self._queue.append(observation)
            return Observed(observation.job, Arrival.QUEUED)
        self._running = True
        refused: list[ConformanceError] = []
        try:
            if self._delivery.waiting or self._queue:
                self._finish(refused)  # what an interrupt left
            observed = self._take_or_note(observation, refused)
            if self._delivery.waiting or self._queue:
                self._finish(refused)
        finally:
            self._running = False
        if observed is None or refused:
            raise _together(refused)
        return observed

    def observe_all(self, answers: object) -> list[Observed]:
        """Take several answers: a page of ListTrainingJobs, a list of answers of any form.

        Raises:
            ObservationError: Some can't be read; the error lists every problem of all of them,
                nothing was taken.
            ConformanceError: The tracker is strict, and an answer breaks rules; those before it
                were taken.
        """
        return [self.observe(found) for found in all_observations(self.lifecycle, answers)]

    def _read(self, answer: object) -> Observation:
        reader = self.lifecycle.reader
        if reader is None:
            expected = f"an Observation, for {self.lifecycle.name} brings no reader"
            raise ObservationError([Problem("", expected, type(answer).__name__)])
        return reader.read(answer)

    def _take(self, observation: Observation) -> Observed:
        """Judge one answer, keep what it brings and queue its events."""
        judge, job = self._judge, observation.job
        before = self._find(job)
        view = judge.memory.view(observation)
        heard = _fingerprint(observation, view)
        if before is None:
            arrival, judgement = Arrival.NEW, judge.judge(None, observation, view)
        elif heard == before.heard and heard is not None:
            return Observed(job, Arrival.DUPLICATE)
        elif not self.strict and is_late(judge, before, observation, view):
            judgement = judge_late(judge, before, observation, view)
            arrival, heard = Arrival.STALE, before.heard
        else:
            arrival, judgement = Arrival.NEW, judge.judge(before, observation, view)
        if self.strict and judgement.violations:
            _refuse(judgement)
        self._keep(judgement.standing, heard)
        self._delivery.put(judgement)
        return Observed(job, arrival, judgement)

    def _take_or_note(
        self, observation: Observation, refused: list[ConformanceError]
    ) -> Observed | None:
        """Take an answer; note its error for the outermost call, so that the others are taken."""
        try:
            return self._take(observation)
        except ConformanceError as error:
            refused.append(error)
            return None

    def _finish(self, refused: list[ConformanceError]) -> None:
        """Tell the listeners, and take what they observe, until there is no more."""
        self._delivery.run()
        while self._queue:
            self._take_or_note(self._queue.popleft(), refused)
            self._delivery.run()

    # --- Listening ------------------------------------------------------------------------------

    def add_listener(self, listener: Listener) -> None:
        """Tell one more listener of what comes from now on.

        Raises:
            TypeError: It can't be called.
        """
        self._delivery.add(listener)

    def remove_listener(self, listener: Listener) -> None:
        """Tell a listener nothing more.

        Raises:
            ValueError: It is none.
        """
        self._delivery.remove(listener)

    @property
    def failures(self) -> int:
        """How often a listener raised. Each time is in the log of ``jobstate``."""
        return self._delivery.failures

    # --- Asking ---------------------------------------------------------------------------------

    def __getitem__(self, job: str | JobKey) -> TrackedJob:
        """Return what is known of a job.

        Args:
            job: Its arn, which means the job created last under it, or its key.

        Raises:
            UnknownJobError: It is not tracked; a `KeyError`.
        """
        standing = self._jobs.get(job) if isinstance(job, str) else self._find(job)
        if standing is None:
            raise UnknownJobError(job, len(self))
        return TrackedJob(self.lifecycle, standing)

    def __contains__(self, job: object) -> bool:
        if isinstance(job, JobKey):
            return self._find(job) is not None
        return job in self._jobs

    def __len__(self) -> int:
        return len(self._jobs) + len(self._earlier)

    def __iter__(self) -> Iterator[TrackedJob]:
        """Iterate over what is known of each job as of now."""
        every = [*self._earlier.values(), *self._jobs.values()]
        return iter([TrackedJob(self.lifecycle, standing) for standing in every])

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
        key = found.key
        if self._finished is not None:
            self._finished.drop(key)
        if self._earlier.pop(key, None) is None:
            del self._jobs[key.arn]
        return found

    # --- Keeping --------------------------------------------------------------------------------

    def _find(self, job: JobKey) -> Standing | None:
        standing = self._jobs.get(job.arn)
        if standing is not None and standing.job.created == job.created:
            return standing
        return self._earlier.get(job) if self._earlier else None

    def _keep(self, standing: Standing, heard: int | None) -> None:
        if standing.entries:
            standing.entries = Entries.of(standing.entries)  # the same, in less memory
        standing.heard = heard
        job = standing.job
        latest = self._jobs.get(job.arn)
        if latest is None or latest.job.created == job.created:
            self._jobs[job.arn] = standing
        elif latest.job.created > job.created:
            self._earlier[job] = standing
        else:
            self._earlier[latest.job] = latest
            self._jobs[job.arn] = standing
        if self._finished is not None:
            self._retain(standing, self._finished)

    def _retain(self, standing: Standing, finished: Finished) -> None:
        """Note whether a job has finished, and forget the finished ones that are due."""
        if standing.result(self.lifecycle.regions[0].name).final:
            finished.note(standing.job, standing.modified)
        else:
            finished.drop(standing.job)
        while (job := finished.due()) is not None:
            self.forget(job)

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
        """
        standings = loaded(self._judge, text)
        known = [standing.job for standing in standings if standing.job in self]
        if known:
            raise SnapshotError(
                Problem("jobs", "jobs that are not tracked here yet", shown(str(job)))
                for job in known
            )
        for standing in standings:
            self._keep(standing, None)


def _fingerprint(observation: Observation, view: View) -> int | None:
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
