"""`Processor`: what becomes of one answer: passed over as equal, or judged, kept and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.conformance.memo import fingerprint as fingerprint_of
from jobstate.errors import ConformanceError
from jobstate.model.specification import Severity
from jobstate.tracking.observed import Arrival, Observed
from jobstate.tracking.turns import RunToCompletion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.conformance.job_state import JobState, Judgement
    from jobstate.conformance.judge import Judge
    from jobstate.conformance.memo import AnswerView
    from jobstate.model.observation import Observation
    from jobstate.tracking.listeners import Listeners
    from jobstate.tracking.store import Store
    from jobstate.tracking.stripes import Stripe, Stripes


class Processor:
    """Takes one answer at a time of each job.

    Attributes:
        turns: Whose turn it is to be taken, and to be told.
    """

    def __init__(
        self,
        judges: Mapping[str, Judge],
        store: Store,
        stripes: Stripes,
        listeners: Listeners,
        *,
        strict: bool,
    ) -> None:
        """Prepare to take answers.

        Args:
            judges: Kind → who judges its jobs.
            store: Where the jobs are kept.
            stripes: Of the jobs.
            listeners: Who is told.
            strict: Whether a violation is an error.
        """
        self.turns = RunToCompletion(stripes, listeners.inline, self.take)
        self._judges = judges
        self._store = store
        self._jobs = store.jobs
        self._listeners = listeners
        self._strict = strict

    def take(self, observation: Observation, stripe: Stripe) -> Observed:
        """Judge one answer, keep what it brings and have listeners told.

        One that says what the one before it said takes no lock.

        Raises:
            ConformanceError: It breaks rules, and that is an error; nothing was taken.
        """
        job, jobs = observation.job, self._jobs
        judge = self._judges[job.kind]
        view = judge.memo.view(observation)
        fingerprint = fingerprint_of(observation, view)
        version = stripe.version
        # Without a time of creation a key says nothing: its own job may not be the newest.
        before = jobs.find(job) if job.created is not None else None
        if before is not None and fingerprint is not None and before.has_come(fingerprint):
            return Observed(job, Arrival.DUPLICATE)
        with stripe.lock:
            # It may be known by another time, or another thread has kept something meanwhile.
            if before is None or stripe.version != version:
                before = jobs.meant(observation)
            if before is not None and fingerprint is not None and before.has_come(fingerprint):
                return Observed(before.job, Arrival.DUPLICATE)
            arrival, judgement = self._judged(judge, before, observation, view)
            job = judgement.job_state.job
            if judgement.stale and before is not None:
                if arrival is Arrival.DUPLICATE:  # so it is until something else comes
                    judgement.job_state.other_fingerprint = fingerprint
                fingerprint = before.fingerprint
            try:
                if self._store.lasting:
                    self._store.keep(before, judgement, fingerprint, stripe)
                else:
                    jobs.keep(judgement.job_state, fingerprint)
            finally:  # not before: who finds the old and this version would take the old for new
                stripe.version += 1
            if self._listeners.active:
                self._tell(judgement, stripe)
        return Observed(job, arrival, judgement)

    def _judged(
        self,
        judge: Judge,
        before: JobState | None,
        observation: Observation,
        view: AnswerView,
    ) -> tuple[Arrival, Judgement]:
        judgement = judge.judge(before, observation, view, in_order=self._strict)
        if self._strict and judgement.violations:
            _refuse(judgement)
        if judgement.duplicate and not judgement.events:
            return Arrival.DUPLICATE, judgement
        return Arrival.STALE if judgement.stale else Arrival.NEW, judgement

    def _tell(self, judgement: Judgement, stripe: Stripe) -> None:
        events, listeners = judgement.events, self._listeners
        for listener in listeners.inline.listeners:
            for event in events:
                stripe.pending.append((listener, event))
        if stripe.pending:
            self.turns.tell(stripe)
        if listeners.direct:
            listeners.dispatcher.tell(events)


def _refuse(judgement: Judgement) -> None:
    """Raise what breaks a rule, with the notes beside it, if anything does."""
    if any(each.severity is Severity.ERROR for each in judgement.violations):
        raise ConformanceError(str(judgement.job_state.job), judgement.violations)
