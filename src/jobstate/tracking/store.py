"""`Store`: what a tracker keeps of jobs, in memory and in its journal, and what it forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.conformance.job_state import Judgement
from jobstate.model.job_keys import creation, meant
from jobstate.model.packed_history import Entries
from jobstate.tracking.retention import Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.judge import Judge
    from jobstate.model.observation import JobKey, Observation
    from jobstate.tracking.journal_port import JournalPort
    from jobstate.tracking.retention import Retention
    from jobstate.tracking.stripes import Stripe, Stripes


class Store:
    """Where the jobs of one tracker stand, which of them have finished, and the journal.

    Attributes:
        jobs: Where they stand.
        journal: What keeps them for good; None where nothing does.
        lasting: There is more to do for an answer than to keep it in memory.
    """

    def __init__(
        self,
        judges: Mapping[str, Judge],
        stripes: Stripes,
        retention: Retention | None,
        journal: JournalPort | None,
        clock: Callable[[], datetime],
    ) -> None:
        """Begin with no job.

        Args:
            judges: Kind → who judges its jobs.
            stripes: Of the jobs.
            retention: Which finished jobs to forget.
            journal: What keeps them for good.
            clock: The time; aware.
        """
        self.jobs = Jobs()
        self.journal = journal
        self._judges = judges
        self._stripes = stripes
        self._finished = None if retention is None else Finished(retention, clock)
        self.lasting = journal is not None or retention is not None

    def keep(
        self,
        before: JobState | None,
        judgement: Judgement,
        fingerprint: int | None,
        stripe: Stripe,
    ) -> None:
        """Keep where a job stands now, under the lock of its stripe.

        Args:
            before: Where it stood.
            judgement: Where it stands, and what is said of it.
            fingerprint: What tells the answer that said so from others.
            stripe: Its own.
        """
        after = judgement.job_state
        try:
            if self.lasting:
                self._note(after)
                self._write(before, judgement, stripe)
            self.jobs.keep(after, fingerprint)  # from now on others may hear that it is known
        except BaseException:  # an interrupt: what the journal has taken is known
            if self.journal is not None and after.row_id:
                stripe.ticket = self.journal.given
                self.jobs.keep(after, fingerprint)
            raise

    def _write(self, before: JobState | None, judgement: Judgement, stripe: Stripe) -> None:
        if self.journal is None:
            return
        after, events = judgement.job_state, judgement.events
        if before is None or events or after != before:
            stripe.ticket = self.journal.add(before, after, events)
        else:
            after.row_id = before.row_id

    def settle(self, ticket: int) -> None:
        """Forget the finished jobs that are due, and wait for the journal.

        Raises:
            JournalWriteError: It could not write.
        """
        self._commit(max(ticket, self._forget_due()))

    def remember(self, job_states: Iterable[JobState]) -> None:
        """Keep in memory what the journal has."""
        for job_state in job_states:
            self.jobs.keep(job_state, None)
            self._note(job_state)
        self._forget_due()

    def restore(self, job_states: Iterable[JobState]) -> None:
        """Keep jobs that nobody has heard of.

        Raises:
            JournalWriteError: They could not be written.
        """
        ticket = 0
        for job_state in job_states:
            stripe = self._stripes.of(job_state.job)
            with stripe.lock:
                self.keep(None, Judgement(job_state), None, stripe)
                stripe.version += 1
            ticket = max(ticket, stripe.ticket)
        self.settle(ticket)

    def forget(self, job: JobKey) -> None:
        """Keep a job no longer.

        Raises:
            JournalWriteError: That could not be written.
        """
        self._commit(self._drop(job))

    def _note(self, job_state: JobState) -> None:
        """Take note of whether a job has finished."""
        if self._finished is None:
            return
        result = job_state.result(self._judges[job_state.job.kind].main)
        if result.final:
            self._finished.note(job_state.job, job_state.modified, for_good=result.for_good)
        else:
            self._finished.drop(job_state.job)

    def _forget_due(self) -> int:
        """Forget the finished jobs that are due; return the journal's ticket."""
        ticket = 0
        if self._finished is not None:
            while (found := self._finished.due()) is not None:
                ticket = self._drop(*found)
        return ticket

    def _commit(self, ticket: int) -> None:
        journal = self.journal
        if journal is not None and ticket > journal.committed:
            journal.commit(ticket)

    def _drop(self, job: JobKey, since: datetime | None = None) -> int:
        """Keep a job no longer; return the journal's ticket.

        Args:
            job: The job.
            since: Only if it was modified then; whenever that was if None.
        """
        stripe = self._stripes.of(job)
        with stripe.lock:
            if since is not None and not self._is_finished(job, since):
                return stripe.ticket  # somebody else has forgotten it, or it goes on
            job_state = self.jobs.find(job)
            try:  # no interrupt comes before it: there is no call between
                self._let_go(job, job_state, stripe)
            except BaseException:  # an interrupt: what is half forgotten would come back
                self._let_go(job, job_state, stripe)
                raise
            return stripe.ticket

    def _is_finished(self, job: JobKey, since: datetime) -> bool:
        return self._finished is not None and self._finished.has(job, since)

    def _let_go(self, job: JobKey, job_state: JobState | None, stripe: Stripe) -> None:
        """Forget a job wherever it is kept, under the lock of its stripe. Twice does no harm."""
        if job_state is not None and self.journal is not None:
            stripe.ticket = self.journal.forget(job_state)
        self.jobs.drop(job)
        stripe.version += 1
        if self._finished is not None:
            self._finished.drop(job)


class Jobs:
    """Where some jobs stand, by kind, id and creation time."""

    def __init__(self) -> None:
        #: Id → the job created last under it.
        self._latest: dict[str, JobState] = {}
        #: Jobs whose id was used again, by id.
        self._earlier: dict[str, dict[JobKey, JobState]] = {}

    def latest(self, id: str) -> JobState | None:  # noqa: A002 - as the key calls it
        """Return where the job created last under an id stands."""
        return self._latest.get(id)

    def find(self, job: JobKey) -> JobState | None:
        """Return where a job stands; None of one that is not here under that very key."""
        job_state = self._latest.get(job.id)
        if (
            job_state is not None
            and job_state.job.created == job.created
            and job_state.job.kind == job.kind
        ):
            return job_state
        earlier = self._earlier.get(job.id) if self._earlier else None
        return earlier.get(job) if earlier else None

    def meant(self, observation: Observation) -> JobState | None:
        """Return where the job stands that an answer is about; None where it is about none."""
        job = observation.job
        latest = self._latest.get(job.id)
        if latest is None:
            return None  # as of nearly every new job
        return meant([*self._earlier.get(job.id, {}).values(), latest], observation)

    def keep(self, job_state: JobState, fingerprint: int | None) -> None:
        """Keep where a job stands now."""
        if job_state.entries:
            job_state.entries = Entries.of(job_state.entries)  # the same, in less memory
        job_state.fingerprint = fingerprint
        job = job_state.job
        latest = self._latest.get(job.id)
        # It is mostly the very same key, which takes no time to see.
        if latest is not None and latest.job is not job and latest.job != job:
            if creation(latest) > creation(job_state):
                self._earlier.setdefault(job.id, {})[job] = job_state
                return
            self._earlier.setdefault(job.id, {})[latest.job] = latest
        self._latest[job.id] = job_state

    def drop(self, job: JobKey) -> JobState | None:
        """Keep a job no longer; return where it stood, None where it was not here."""
        earlier = self._earlier.get(job.id, {})
        found = earlier.pop(job, None)
        if found is not None:
            if not earlier:
                self._earlier.pop(job.id, None)
            return found
        latest = self._latest.get(job.id)
        if latest is None or latest.job != job:
            return None
        if not earlier:
            return self._latest.pop(job.id)
        newest = max(earlier.values(), key=creation)
        self._latest[job.id] = newest
        self.drop(newest.job)  # from among the earlier ones
        return latest

    def __len__(self) -> int:
        return len(self._latest) + sum(map(len, list(self._earlier.values())))

    def every(self) -> list[JobState]:
        """Return where each job stands as of now."""
        earlier = [state for each in list(self._earlier.values()) for state in list(each.values())]
        return [*earlier, *self._latest.values()]
