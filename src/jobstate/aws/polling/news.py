"""`News`: what a poller hears of jobs goes to the tracker, and what follows for each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import define, field

from jobstate.aws.polling.asking import ServiceClock
from jobstate.aws.polling.due import Due, Why
from jobstate.aws.polling.health import Gone, PassReport
from jobstate.aws.polling.watch import DAY, WatchedJobs
from jobstate.common.log import log
from jobstate.common.text import printable
from jobstate.errors import UnknownJobError
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.outcome import outcome_of, vanished
from jobstate.tracking.tracker import Tracker

if TYPE_CHECKING:
    from jobstate.model.observation import JobKey, Observation
    from jobstate.tracking.tracked_job import TrackedJob

#: How many observations are told at once: with a journal, in one transaction.
_AT_ONCE: Final = 1_000
#: For how many seconds after its creation nobody is told that a job is gone: lists and descriptions
#: may not have it yet.
_SETTLING: Final = timedelta(seconds=60)
#: How many answers that can't be read the log names.
_NAMED: Final = 1_000
#: By how many seconds descriptions are taken to be later than lists at most.
_MOST_BEHIND: Final = 60.0
#: What is left of that lateness each time a description turns out to be late enough.
_SOONER: Final = 0.98


@define(eq=False)
class News:
    """Tells a tracker what is heard, and notes what is still to be heard.

    Attributes:
        kind: The kind of the jobs.
        tracker: Who is told.
        watch: What is to be heard.
        due: What is to be described.
        clock: The service's clock.
        on_gone: Called with each job that is gone; None for nobody.
        changes: New jobs and mere changes are described too.
        report: Of the pass.
        behind: By how many seconds descriptions are taken to be later than lists; it is learnt.
        unread: How many answers could not be read.
    """

    kind: Lifecycle
    tracker: Tracker
    watch: WatchedJobs
    due: Due
    clock: ServiceClock
    on_gone: Callable[[Gone], object] | None
    changes: bool
    report: PassReport = field(factory=PassReport)
    behind: float = 0.0
    unread: int = 0
    _named: set[int] = field(factory=set)

    # --- Items ----------------------------------------------------------------------------------

    def tell(self, observations: Sequence[Observation]) -> None:
        """Tell what items say, in this order."""
        for begin in range(0, len(observations), _AT_ONCE):
            some = observations[begin : begin + _AT_ONCE]
            new = [each.job.id not in self.tracker for each in some]
            observed = self.tracker.observe_all(some)
            self.report.changed += len(some)
            for is_new, each in zip(new, observed, strict=True):
                self._heard(each.job, Why.NEW if is_new else Why.CHANGED)

    def _heard(self, key: JobKey, why: Why) -> None:
        job = self._note(key)
        if job is None:
            return
        now = self.clock.clock()
        if job.final:
            if key not in self.watch.settled:
                self.due.add(key.id, Why.ENDED, now + self.behind, now)
        elif self.changes:
            self.due.add(key.id, why, now + self.behind, now)

    def _note(self, key: JobKey) -> TrackedJob | None:
        """Note what is known of a job now; None where the tracker has forgotten it already."""
        earlier = self.watch.alive.get(key.id)
        if earlier is not None and earlier != key and _came_later(key, earlier):
            self.gone(earlier)  # its id is another job's now
        job = self.known(key)
        if job is not None:
            self.watch.take(job, self.clock.now())
            self.clock.hear(job.modified)
        return job

    # --- Descriptions ---------------------------------------------------------------------------

    def describe(self, observation: Observation) -> bool:
        """Tell what a description says.

        Returns:
            Whether the job is known to have ended, and this does not show it: it is of before.
        """
        key = self.tracker.observe(observation).job
        self.report.described += 1
        job = self._note(key)
        if job is None or not job.final:
            return False
        if not self.shows_end(observation):
            return True
        self.watch.settled.add(key)
        return False

    def shows_end(self, observation: Observation) -> bool:
        """Return whether an answer by itself shows that the job has ended."""
        said = observation.shown.get(self.kind.main_region.name)
        return said is not None and outcome_of(self.kind, said.primary, said.secondary).final

    def learn(self, waited: float, *, late: bool) -> None:
        """Learn by how much descriptions are later than lists.

        Args:
            waited: How many seconds after a list had shown an end it was described.
            late: The description did not show it.
        """
        if late and waited <= _MOST_BEHIND:
            self.behind = max(self.behind, min(2 * waited + 1, _MOST_BEHIND))
        elif not late:
            self.behind = self.behind * _SOONER if self.behind > 1 else 0.0

    # --- What is gone, and what can't be read -----------------------------------------------------

    def is_settling(self, key: JobKey) -> bool:
        """Return whether a job is too young for anybody to say that it is gone."""
        now = self.clock.now()
        return now is None or (key.created is not None and now - key.created < _SETTLING)

    def gone(self, key: JobKey) -> None:
        """Tell that a job is gone that was alive, and forget it: in this order, so that it is told.

        A process that is killed in between tells it once more.
        """
        job = self.known(key)
        del self.watch.alive[key.id]
        self.due.drop(key.id)
        if job is None or job.final:
            return
        gone = Gone(job, vanished(job.result))
        self.report.gone = (*self.report.gone, gone)
        log().info("%s is gone; it stood at %s", printable(str(key)), job.status)
        if self.on_gone is not None:
            try:
                self.on_gone(gone)
            except Exception:  # noqa: BLE001 - whatever it is, polling goes on
                log().exception("on_gone raised for %s", printable(str(key)))
        with suppress(UnknownJobError):
            self.tracker.forget(key)

    def cannot_read(self, why: str) -> None:
        """Count an answer that can't be read; the log names each once."""
        self.unread += 1
        self.report.unread += 1
        named = hash(why)
        if named not in self._named and len(self._named) < _NAMED:
            self._named.add(named)
            log().warning("an answer is passed over that can't be read: %s", printable(why))

    def is_old(self, observation: Observation) -> bool:
        """Return whether a job had ended for more than a day."""
        now = self.clock.now()
        times = (observation.modified, observation.modified_not_before, observation.job.created)
        last = next(filter(None, times), None)
        if now is None or last is None or now - last <= DAY:
            return False
        return self.shows_end(observation)

    def known_as(self, called: str) -> TrackedJob | None:
        """Return what the tracker knows of the newest job of an id; None where that is nothing."""
        try:
            return self.tracker[called]
        except UnknownJobError:
            return None

    def known(self, key: JobKey) -> TrackedJob | None:
        """Return what the tracker knows of a job; None where that is nothing."""
        try:
            return self.tracker[key]
        except UnknownJobError:
            return None


def _came_later(key: JobKey, earlier: JobKey) -> bool:
    return key.created is None or earlier.created is None or key.created > earlier.created
