"""What is said of a job: facts, changes, violations. Frozen records that listeners receive."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias

from attrs import frozen

from jobstate.common.times import iso
from jobstate.model.observation import JobKey
from jobstate.model.outcome import Result
from jobstate.model.specification import Severity
from jobstate.model.states import Basis, Outcome


class PathKind(StrEnum):
    """How sure we are of the way between two states.

    EXACT: these, in this order, and nothing else. CERTAIN: these for certain, in this order,
    perhaps others between. POSSIBLE: one of the shortest ways; the job may have gone another.
    """

    EXACT = "exact"
    CERTAIN = "certain"
    POSSIBLE = "possible"


@frozen(kw_only=True)
class StatusEntered:
    """A job began its n-th stay in a secondary status: a fact, from a history.

    The set of these is the same whatever the order, duplication or batching of answers.

    Attributes:
        job: The job.
        ordinal: Which stay of the job it is, from 1.
        status: The secondary status.
        start: When it began; aware, UTC.
        end: When it ended; None while it lasts or where the source leaves it out.
        message: The service's words when it was first seen.
        late: It was told after a newer one.
    """

    kind: ClassVar[str] = "status-entered"

    job: JobKey
    ordinal: int
    status: str
    start: datetime
    end: datetime | None = None
    message: str | None = None
    late: bool = False

    @property
    def key(self) -> str:
        """What makes it the same event wherever it is told again."""
        return f"{self.kind}:{job_text(self.job)}:{self.ordinal}"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data: strings, numbers, None; times as ISO 8601 in UTC."""
        return {"kind": self.kind, "key": self.key, "job": job_dict(self.job)} | self.details()

    def details(self) -> dict[str, object]:
        """Return the same without what kind of event it is and which job it is about."""
        return {
            "ordinal": self.ordinal,
            "status": self.status,
            "start": iso(self.start),
            "end": iso(self.end),
            "message": self.message,
            "late": self.late,
        }


@frozen(kw_only=True)
class Move:
    """From what to what a job's known state moved. A fleet makes the same few over and over.

    Attributes:
        region: Which region moved.
        origin: What was known before; None at first sight.
        target: What is known now.
        path: What lies between, neither end included.
        path_kind: How sure that is.
        possible: Every state that may lie between, where the way is not exact.
        cause: What moved the job, where all that is possible agrees; else None.
        result: What the job has come to, and why.
        basis: The weakest basis on the firmest way; None where no legal way is known.
        reopened: The job had ended, and was retried, repaired or requeued: it legally went on.
    """

    region: str
    origin: str | None
    target: str
    path: tuple[str, ...]
    path_kind: PathKind
    possible: tuple[str, ...]
    cause: str | None
    result: Result
    basis: Basis | None
    reopened: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "region": self.region,
            "origin": self.origin,
            "target": self.target,
            "path": list(self.path),
            "path_kind": str(self.path_kind),
            "possible": list(self.possible),
            "cause": self.cause,
            "result": self.result.to_dict(),
            "basis": None if self.basis is None else str(self.basis),
            "reopened": self.reopened,
        }


@frozen(kw_only=True)
class StatusChanged:
    """What is known of a job's current state moved: the new knowledge excludes the old.

    Everything that the move says is an attribute of the event too: `event.target`.

    Attributes:
        job: The job.
        move: From what to what, by which way, and what the job has come to.
        at: When the service last changed the record; aware, UTC.
        ordinal: Which change of this job and region it is, from 1, as this tracker or check
            tells them. Another one may tell others: what a poll misses is no change.
        failure_reason: Why the job failed, in the service's own words as they came, of at most
            1,024 characters; None where nothing says so.
    """

    kind: ClassVar[str] = "status-changed"

    job: JobKey
    move: Move
    at: datetime | None
    ordinal: int
    failure_reason: str | None = None

    @property
    def region(self) -> str:
        """Which region moved."""
        return self.move.region

    @property
    def origin(self) -> str | None:
        """What was known before; None at first sight."""
        return self.move.origin

    @property
    def target(self) -> str:
        """What is known now."""
        return self.move.target

    @property
    def path(self) -> tuple[str, ...]:
        """What lies between, neither end included."""
        return self.move.path

    @property
    def path_kind(self) -> PathKind:
        """How sure the path is."""
        return self.move.path_kind

    @property
    def possible(self) -> tuple[str, ...]:
        """Every state that may lie between, where the way is not exact."""
        return self.move.possible

    @property
    def cause(self) -> str | None:
        """What moved the job, where all that is possible agrees; else None."""
        return self.move.cause

    @property
    def result(self) -> Result:
        """What the job has come to, and why."""
        return self.move.result

    @property
    def outcome(self) -> Outcome:
        """What the job has come to: the result's."""
        return self.move.result.outcome

    @property
    def final(self) -> bool:
        """It has ended; `result` tells whether for good."""
        return self.move.result.final

    @property
    def reopened(self) -> bool:
        """The job had ended, and legally went on."""
        return self.move.reopened

    @property
    def basis(self) -> Basis | None:
        """The weakest basis on the firmest way; None where no legal way is known."""
        return self.move.basis

    @property
    def key(self) -> str:
        """What makes it the same event wherever the same teller delivers it again."""
        return change_key(self.job, self.region, self.ordinal)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data: strings, booleans, None; times as ISO 8601 in UTC."""
        return {"kind": self.kind, "key": self.key, "job": job_dict(self.job)} | self.details()

    def details(self) -> dict[str, object]:
        """Return the same without what kind of event it is and which job it is about."""
        return self.move.to_dict() | {
            "failure_reason": self.failure_reason,
            "at": iso(self.at),
        }


@frozen(kw_only=True)
class OutcomeRefined:
    """An end that was told is known more exactly: a time-out, not a stop; a cause; a reason.

    An end is told once, as a `StatusChanged`; this is what later answers add to it. It never goes
    back to something coarser.

    Attributes:
        job: The job.
        end_key: The key of the `StatusChanged` that told the end.
        result: What the job has come to, as it is known now.
        failure_reason: Why it failed, as in `StatusChanged`.
        at: When the service last changed the record that says so; aware, UTC.
    """

    kind: ClassVar[str] = "outcome-refined"

    job: JobKey
    end_key: str
    result: Result
    failure_reason: str | None
    at: datetime | None

    @property
    def outcome(self) -> Outcome:
        """What the job has come to: the result's."""
        return self.result.outcome

    @property
    def key(self) -> str:
        """The same for the same end, outcome and cause, with a reason or without."""
        key = f"{self.kind}:{self.end_key}:{self.result.outcome}:{self.result.cause}"
        return key if self.failure_reason is None else f"{key}:reason"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data: strings, booleans, None; times as ISO 8601 in UTC."""
        return {"kind": self.kind, "key": self.key, "job": job_dict(self.job)} | self.details()

    def details(self) -> dict[str, object]:
        """Return the same without what kind of event it is and which job it is about."""
        return {
            "end_key": self.end_key,
            "result": self.result.to_dict(),
            "failure_reason": self.failure_reason,
            "at": iso(self.at),
        }


@frozen(kw_only=True)
class Violation:
    """A job did what a rule forbids.

    Attributes:
        job: The job.
        rule: The rule's id.
        severity: Whether it makes the job illegal.
        message: What is wrong, in a sentence for people.
        basis: How we know the rule.
        source: Where we know the rule from.
        path: Where in the answer, in the service's own names.
        seen: What was seen.
        allowed: What would have been legal.
        at: The service's time of it; aware, UTC; None where nothing tells.
        lifecycle: Name and version of the life cycle that judges.
    """

    kind: ClassVar[str] = "violation"

    job: JobKey
    rule: str
    severity: Severity
    message: str
    basis: Basis
    source: str
    path: str
    seen: str
    allowed: tuple[str, ...]
    at: datetime | None
    lifecycle: str

    @property
    def key(self) -> str:
        """The same for the same rule, job and evidence (where, and what was seen there)."""
        return f"{self.kind}:{job_text(self.job)}:{self.rule}:{self.path}:{self.seen}"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data: strings, None; times as ISO 8601 in UTC."""
        return {"kind": self.kind, "key": self.key, "job": job_dict(self.job)} | self.details()

    def details(self) -> dict[str, object]:
        """Return the same without what kind of event it is and which job it is about."""
        return {
            "rule": self.rule,
            "severity": str(self.severity),
            "message": self.message,
            "basis": str(self.basis),
            "source": self.source,
            "path": self.path,
            "seen": self.seen,
            "allowed": list(self.allowed),
            "at": iso(self.at),
            "lifecycle": self.lifecycle,
        }


@frozen(kw_only=True)
class Unmodelled:
    """An answer shows a status that the life cycle does not know: news, not a violation.

    Attributes:
        job: The job.
        field: Where it was, in the life cycle's words: ``job.primary``, ``job.secondary`` …
        value: The status.
        at: When the service last changed the record; aware, UTC.
    """

    kind: ClassVar[str] = "unmodelled"

    job: JobKey
    field: str
    value: str
    at: datetime | None

    @property
    def key(self) -> str:
        """The same for the same job, place and status."""
        return f"{self.kind}:{job_text(self.job)}:{self.field}:{self.value}"

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data: strings, None; times as ISO 8601 in UTC."""
        return {"kind": self.kind, "key": self.key, "job": job_dict(self.job)} | self.details()

    def details(self) -> dict[str, object]:
        """Return the same without what kind of event it is and which job it is about."""
        return {
            "field": self.field,
            "value": self.value,
            "at": iso(self.at),
        }


#: Whatever a listener may be told.
Event: TypeAlias = StatusEntered | StatusChanged | OutcomeRefined | Violation | Unmodelled


class Listener(Protocol):
    """Whoever wants to hear of jobs: a function, a bound method, an object with ``__call__``."""

    def __call__(self, event: Event, /) -> object:
        """Take one event; what it returns is of no account, what it raises is logged."""
        raise NotImplementedError


def job_dict(job: JobKey) -> dict[str, object]:
    """Return a job's key as plain data."""
    return {"kind": job.kind, "id": job.id, "name": job.name, "created": iso(job.created)}


def change_key(job: JobKey, region: str, ordinal: int) -> str:
    """Return the key of a change: what makes it the same event wherever it is told again."""
    return f"{StatusChanged.kind}:{job_text(job)}:{region}:{ordinal}"


def job_text(job: JobKey) -> str:
    """Return a job's key in a line: ``<kind>:<id>@<creation time>``."""
    return f"{job.kind}:{job.id}@{iso(job.created) or ''}"


def time_of(event: Event) -> datetime | None:
    """Return when it happened: a stay's beginning, else when the record was changed."""
    return event.start if isinstance(event, StatusEntered) else event.at
