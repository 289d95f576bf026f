"""The verdict on one job and its story, as an object and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import Factory, frozen

from jobstate.automaton.automaton import StateEstimate
from jobstate.common.text import printable
from jobstate.common.times import iso
from jobstate.conformance.job_state import JobState
from jobstate.errors import ConformanceError
from jobstate.model.events import (
    OutcomeRefined,
    StatusChanged,
    StatusEntered,
    Unmodelled,
    Violation,
    job_dict,
)
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey, Shown
from jobstate.model.specification import Severity

if TYPE_CHECKING:
    from jobstate.model.observation import Entry
    from jobstate.model.outcome import Result

#: The version of what `Report.to_dict` gives; it grows when a field changes its meaning or goes.
SCHEMA_VERSION = 2


@frozen
class Step:
    """What one answer brought.

    Attributes:
        where: Where the answer came from: a path in the document, a file and line.
        entered: The stays that its history adds.
        changed: How what is known of the current state moved.
        violations: What it breaks, as far as it was not told before.
        unmodelled: Statuses that the life cycle does not know, likewise.
        refined: What it adds to the job's end, where an answer before has told that.
        at: When the record was last changed, as it says; aware, UTC.
        shown: Region name → the status that it shows.
        listed: How many entries its history has.
        estimates: Region name → what is known after it.
    """

    where: str
    entered: tuple[StatusEntered, ...] = ()
    changed: tuple[StatusChanged, ...] = ()
    violations: tuple[Violation, ...] = ()
    unmodelled: tuple[Unmodelled, ...] = ()
    refined: tuple[OutcomeRefined, ...] = ()
    at: datetime | None = None
    shown: Mapping[str, Shown] = Factory(dict)
    listed: int = 0
    estimates: Mapping[str, StateEstimate] = Factory(dict)

    def to_dict(self) -> dict[str, object]:
        """Return where and when it was and where the job was then, but not what it brought."""
        return {
            "where": self.where,
            "at": iso(self.at),
            "shown": {
                region: {"primary": shown.primary or None, "secondary": shown.secondary}
                for region, shown in self.shown.items()
            },
            "entries": self.listed,
            "states": {
                region: [state.name for state in estimate.states]
                for region, estimate in self.estimates.items()
            },
        }


@frozen(kw_only=True)
class Report:
    """The verdict on one job, and its story.

    Attributes:
        lifecycle: The life cycle that judges.
        standing: Where the job stands now.
        shown: Region name → the status shown last.
        steps: What each answer brought, in order; answers that brought nothing are left out.
        answers: How many answers were read.
        unkept: How many answers brought news beyond the most that is kept of one job.
        parent: The job that it belongs to; None where no answer names one.
        children: Jobs that answers about it name as its own.
        fields: The further fields of the last answer, of a job that may have parent or children.
        fields_modified: When the record was last changed that has them.
        ended_at: When it ended, as the field says that is there for it; aware, UTC.
        arn: What its console finds it by, where that is not its id.
        found_at: Where the first answer was that came in no order: an event, or a wrapped one.
    """

    lifecycle: Lifecycle
    job_state: JobState
    shown: Mapping[str, Shown]
    steps: tuple[Step, ...] = ()
    answers: int = 0
    unkept: int = 0
    parent: JobKey | None = None
    children: tuple[JobKey, ...] = ()
    fields: Mapping[str, object] = Factory(dict)
    fields_modified: datetime | None = None
    ended_at: datetime | None = None
    arn: str | None = None
    found_at: str | None = None

    @property
    def created(self) -> datetime | None:
        """When the job was created, to the second; aware, UTC; None where no answer said so."""
        return self.job_state.created

    def __repr__(self) -> str:
        status = self.shown.get(self.region, "unknown")
        verdict = "legal" if self.legal else "illegal"
        return printable(f"<Report {self.job.id} {status}, {self.result.outcome}, {verdict}>")

    @property
    def job(self) -> JobKey:
        """The job."""
        return self.job_state.job

    @property
    def region(self) -> str:
        """The name of the region that tells the job's outcome: the first."""
        return self.lifecycle.main_region.name

    @property
    def result(self) -> Result:
        """What the job has come to."""
        return self.job_state.result(self.region)

    @property
    def failure_reason(self) -> str | None:
        """Why it failed, in the service's words: as they came, of at most 1,024 characters.

        None of a job that runs or has succeeded, and where nothing says so.
        """
        return self.job_state.reason(self.region)

    @property
    def ended(self) -> datetime | None:
        """When it ended, by its history or else by a field; None where it has not or none says."""
        if not self.result.final:
            return None
        return self.entries[-1].start if self.entries else self.ended_at

    @property
    def console(self) -> str | None:
        """The address of its page in the service's console; None where nothing tells it."""
        schema = self.lifecycle.schema
        console = None if schema is None else schema.console
        return None if console is None else console.page(self.job, self.arn)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The job's history, as far as answers gave it."""
        return tuple(self.job_state.entries)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything that broke a rule, notes included, in the order found."""
        return tuple(each for step in self.steps for each in step.violations)

    @property
    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """Every status that the life cycle does not know."""
        return tuple(each for step in self.steps for each in step.unmodelled)

    @property
    def entered(self) -> tuple[StatusEntered, ...]:
        """Every stay in a secondary status, in the order told."""
        return tuple(each for step in self.steps for each in step.entered)

    @property
    def changes(self) -> tuple[StatusChanged, ...]:
        """How what is known of the job's state moved."""
        return tuple(each for step in self.steps for each in step.changed)

    @property
    def refined(self) -> tuple[OutcomeRefined, ...]:
        """What answers added to the job's end, after another one had told it."""
        return tuple(each for step in self.steps for each in step.refined)

    @property
    def legal(self) -> bool:
        """No rule of severity error is broken."""
        return not any(each.severity is Severity.ERROR for each in self.violations)

    def validate(self) -> None:
        """Do nothing where the job is legal.

        Raises:
            ConformanceError: It is not; the error lists every violation.
        """
        if not self.legal:
            raise ConformanceError(str(self.job), self.violations)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data; times are ISO 8601 in UTC, durations seconds."""
        shown = self.shown.get(self.region)
        return {
            "schema_version": SCHEMA_VERSION,
            "lifecycle": {"name": self.lifecycle.name, "version": self.lifecycle.version},
            "given": dict(self.lifecycle.assumed),
            "job": job_dict(self.job),
            "parent": self.parent and _relative(self.parent),
            "children": [_relative(child) for child in self.children],
            "status": {
                "primary": shown.primary or None if shown else None,
                "secondary": shown.secondary if shown else None,
            },
            "result": self.result.to_dict(),
            "failure_reason": self.failure_reason,
            "ended": iso(self.ended),
            "console": self.console,
            "legal": self.legal,
            "violations": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.violations
            ],
            "unmodelled": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.unmodelled
            ],
            "entries": [
                _entry_dict(ordinal, entry) for ordinal, entry in enumerate(self.entries, start=1)
            ],
            "changes": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.changed
            ],
            "refined": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.refined
            ],
            "steps": [step.to_dict() for step in self.steps],
            "answers": self.answers,
            "suppressed": self.job_state.suppressed + self.unkept,
        }


def _relative(job: JobKey) -> dict[str, object]:
    return {"kind": job.kind, "id": job.id}


def _entry_dict(ordinal: int, entry: Entry) -> dict[str, object]:
    return {
        "ordinal": ordinal,
        "status": entry.status,
        "start": iso(entry.start),
        "end": iso(entry.end),
        "seconds": None if entry.end is None else (entry.end - entry.start).total_seconds(),
        "message": entry.message,
    }
