"""What is kept of a job between two answers, and what one more answer brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import define, field

from jobstate.conformance.between import NO_VALUES, KeptValues
from jobstate.conformance.kept_answers import AnswerPattern, RegionAnswers
from jobstate.conformance.memo import Estimates
from jobstate.model.events import (
    Event,
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
)
from jobstate.model.observation import Entry, JobKey
from jobstate.model.outcome import Result, reason_of, with_cause
from jobstate.model.states import Outcome

#: One for all jobs, which mostly break no rule. No mapping proxy, which could not be pickled.
NOTHING_REPORTED: Mapping[str, frozenset[str]] = {}
NOTHING_KNOWN: Final = Result(outcome=Outcome.UNKNOWN, final=False, gone=False, cause=None)


@define  # as good as frozen, which would take three times as long to make
class JobState:
    """Where a job stands. Two are equal that say the same, whatever told them from other answers.

    Attributes:
        job: The job.
        estimates: What is known of it, region by region.
        patterns: What the answers kept say that this was made of, of each region that was shown.
        times: Their times, packed, region by region.
        entries: The longest history.
        modified: The newest time of modification.
        since: The time of modification of the answer that first showed where the job's first region
            stands now; the job may have come there before.
        kept_values: What fields had of which a rule compares the values of two answers.
        cause: Why the job ended, where an answer said more than its statuses.
        failure_reason: The same in the service's own words, as they came.
        refined: What the job has come to, where an answer said more than the estimates do.
        ended: Which change told its end; 0 where none did.
        entered: How many stays were told.
        changes: How many changes were told.
        reported: Rule id (or kind of event) → keys of what was told of it already.
        suppressed: How many more there were of a rule than the most that is told of one.
        told_created: When the job was created, where its key does not say so and an answer did.
        fingerprint: What tells the last answer from another one; None where nobody keeps it.
        other_fingerprint: Likewise of one that is kept, but not the last, where that came after it.
        row_id: Where a journal keeps it; 0 where none does.
        sameness: What tells an answer from others before they are read, which came again since the
            job stands here; None until one has.
    """

    job: JobKey
    estimates: Estimates
    patterns: tuple[AnswerPattern, ...] = ()
    times: bytes = b""
    entries: Sequence[Entry] = ()
    modified: datetime | None = None
    since: datetime | None = None
    kept_values: KeptValues = NO_VALUES
    cause: str | None = None
    failure_reason: str | None = None
    refined: Result | None = None
    ended: int = 0
    entered: int = 0
    changes: int = 0
    reported: Mapping[str, frozenset[str]] = NOTHING_REPORTED
    suppressed: int = 0
    told_created: datetime | None = None
    fingerprint: int | None = field(default=None, eq=False)
    other_fingerprint: int | None = field(default=None, eq=False)
    row_id: int = field(default=0, eq=False)
    sameness: int | None = field(default=None, eq=False)

    def has_come(self, fingerprint: int) -> bool:
        """Return whether an answer says what was said, and nothing came since."""
        return fingerprint in (self.fingerprint, self.other_fingerprint)

    @property
    def created(self) -> datetime | None:
        """When the job was created, to the second; None where no answer said so yet."""
        return self.job.created or self.told_created

    @property
    def answers(self) -> Iterator[RegionAnswers]:
        """The answers kept of each region that was shown."""
        begin = 0
        for pattern in self.patterns:
            end = begin + pattern.size
            yield RegionAnswers(pattern, self.times[begin:end])
            begin = end

    def answers_of(self, region: str) -> RegionAnswers | None:
        """Return the answers kept of a region; None where there are none."""
        return next((each for each in self.answers if each.pattern.region == region), None)

    def since_when(
        self, region: str, after: Estimates, modified: datetime | None
    ) -> datetime | None:
        """Return since when a job has been, at the latest, where it is known to stand now.

        Args:
            region: The first region.
            after: What is known now.
            modified: When the record was changed that says so.
        """
        old, new = self.estimates.get(region), after.get(region)
        if new is None or (old is not None and not old.narrows(new)):
            return self.since
        return modified

    def result(self, region: str) -> Result:
        """Return what the job has come to, as the first region tells."""
        if self.refined is not None:
            return self.refined
        estimate = self.estimates.get(region)
        return NOTHING_KNOWN if estimate is None else with_cause(estimate.result, self.cause)

    def reason(self, region: str) -> str | None:
        """Return why the job failed, in the service's words; None of one that has not."""
        return reason_of(self.result(region), self.failure_reason)


def with_answers(
    before: JobState, fresh: Iterable[RegionAnswers]
) -> tuple[tuple[AnswerPattern, ...], bytes]:
    """Return the patterns and times of a job with what is kept now of some regions."""
    answers = {each.pattern.region: each for each in (*before.answers, *fresh)}
    patterns = tuple([each.pattern for each in answers.values()])
    return patterns, b"".join([each.times for each in answers.values()])


@define
class Judgement:
    """What one more observation brought.

    Attributes:
        standing: Where the job stands now.
        entered: The stays that its history adds.
        changed: How what is known of the current state moved, at most one per region.
        violations: What it breaks and was not told of this job before.
        unmodelled: Statuses that the life cycle does not know, likewise.
        refined: What it adds to the job's end, if that was told before; one at most.
        duplicate: The observation is kept already.
        stale: It is taken for the last one in no region.
    """

    job_state: JobState
    entered: tuple[StatusEntered, ...] = ()
    changed: tuple[StatusChanged, ...] = ()
    violations: tuple[Violation, ...] = ()
    unmodelled: tuple[Unmodelled, ...] = ()
    refined: tuple[OutcomeRefined, ...] = ()
    duplicate: bool = False
    stale: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """All of it as events, in the order in which listeners are told."""
        return (*self.entered, *self.unmodelled, *self.violations, *self.changed, *self.refined)
