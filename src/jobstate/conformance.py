"""The verdict on a job: check one answer, or a series of answers in order.

Pure: folds `jobstate.judgement` over answers. Imports that and the records; a life cycle brings
the reader of its service's answers along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.errors import ConformanceError, ObservationError, Problem
from jobstate.events import iso, job_dict
from jobstate.judgement import Judgement, Standing, judge_of
from jobstate.lifecycle import Lifecycle
from jobstate.observation import Observation, Shown
from jobstate.specification import Severity

if TYPE_CHECKING:
    from jobstate.automaton import Result
    from jobstate.events import StatusChanged, StatusEntered, Unmodelled, Violation
    from jobstate.observation import Entry, JobKey

#: The version of what `Report.to_dict` gives; it grows when a field changes its meaning or goes.
SCHEMA_VERSION = 1


@frozen
class Step:
    """What one answer brought.

    Attributes:
        where: Where the answer came from: a path in the document, a file and line.
        judgement: What it brought.
    """

    where: str
    judgement: Judgement

    @property
    def is_news(self) -> bool:
        """It brought anything at all."""
        judged = self.judgement
        return bool(judged.entered or judged.changed or judged.violations or judged.unmodelled)


@frozen(kw_only=True)
class Report:
    """The verdict on one job, and its story.

    Attributes:
        lifecycle: The life cycle that judges.
        standing: Where the job stands now.
        shown: Region name → the status shown last.
        steps: What each answer brought, in order; answers that brought nothing are left out.
        answers: How many answers were read.
    """

    lifecycle: Lifecycle
    standing: Standing
    shown: Mapping[str, Shown]
    steps: tuple[Step, ...] = ()
    answers: int = 0

    @property
    def job(self) -> JobKey:
        """The job."""
        return self.standing.job

    @property
    def region(self) -> str:
        """The name of the region that tells the job's outcome: the first."""
        return self.lifecycle.regions[0].name

    @property
    def result(self) -> Result:
        """What the job has come to."""
        return self.standing.result(self.region)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The job's history, as far as answers gave it."""
        return self.standing.entries

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything that broke a rule, notes included, in the order found."""
        return tuple(each for step in self.steps for each in step.judgement.violations)

    @property
    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """Every status that the life cycle does not know."""
        return tuple(each for step in self.steps for each in step.judgement.unmodelled)

    @property
    def entered(self) -> tuple[StatusEntered, ...]:
        """Every stay in a secondary status, in the order told."""
        return tuple(each for step in self.steps for each in step.judgement.entered)

    @property
    def changes(self) -> tuple[StatusChanged, ...]:
        """How what is known of the job's state moved."""
        return tuple(each for step in self.steps for each in step.judgement.changed)

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
        result = self.result
        return {
            "schema_version": SCHEMA_VERSION,
            "lifecycle": {"name": self.lifecycle.name, "version": self.lifecycle.version},
            "given": dict(self.lifecycle.assumed),
            "job": job_dict(self.job),
            "status": {
                "primary": shown.primary if shown else None,
                "secondary": shown.secondary if shown else None,
            },
            "outcome": str(result.outcome),
            "final": result.final,
            "gone": result.gone,
            "cause": result.cause,
            "legal": self.legal,
            "violations": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.judgement.violations
            ],
            "unmodelled": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.judgement.unmodelled
            ],
            "entries": [
                _entry_dict(ordinal, entry) for ordinal, entry in enumerate(self.entries, start=1)
            ],
            "changes": [
                {**each.details(), "where": step.where}
                for step in self.steps
                for each in step.judgement.changed
            ],
            "answers": self.answers,
        }


def check(lifecycle: Lifecycle, answers: object) -> Report:
    """Return the verdict on one job, from one answer about it or several in order.

    Args:
        lifecycle: The life cycle; tighten it with `Lifecycle.given`, switch rules off with
            `Lifecycle.without`.
        answers: What the service said, in any form that the life cycle's reader takes (for
            SageMaker: what boto3 returns, what the CLI prints, events, records, lists of these),
            or observations.

    Raises:
        ObservationError: An answer can't be read, there is none, or they are about several jobs.
    """
    report: Report | None = None
    for where, observation in observations(lifecycle, answers):
        if report is not None and report.job != observation.job:
            expected = f"another answer about {report.job} (check_jobs takes several jobs)"
            raise ObservationError([Problem(where, expected, str(observation.job))])
        report = extended(report, lifecycle, observation, where)
    if report is None:
        raise ObservationError([Problem("", "an answer about a job", "none")])
    return report


def check_jobs(lifecycle: Lifecycle, answers: object) -> dict[JobKey, Report]:
    """Return the verdict on every job that answers speak of, in the order first seen.

    Raises:
        ObservationError: An answer can't be read.
    """
    reports: dict[JobKey, Report] = {}
    for where, observation in observations(lifecycle, answers):
        before = reports.get(observation.job)
        reports[observation.job] = extended(before, lifecycle, observation, where)
    return reports


def extended(
    report: Report | None, lifecycle: Lifecycle, observation: Observation, where: str = ""
) -> Report:
    """Return the report with one more answer in it; None begins one."""
    before = None if report is None else report.standing
    judgement = judge_of(lifecycle).judge(before, observation)
    if report is None:
        report = Report(lifecycle=lifecycle, standing=judgement.standing, shown={})
    step = Step(where, judgement)
    return Report(
        lifecycle=lifecycle,
        standing=judgement.standing,
        shown={**report.shown, **observation.shown},
        steps=(*report.steps, step) if step.is_news else report.steps,
        answers=report.answers + 1,
    )


def observations(lifecycle: Lifecycle, answers: object) -> Iterator[tuple[str, Observation]]:
    """Yield what each answer says, with its path among the answers.

    Raises:
        ObservationError: An answer can't be read.
    """
    if isinstance(answers, Observation):
        yield "", answers
    elif isinstance(answers, Iterable) and not isinstance(answers, (Mapping, str, bytes)):
        for position, answer in enumerate(answers):
            place = f"[{position}]"
            try:
                for path, observation in observations(lifecycle, answer):
                    yield Problem(path, "").under(place).path, observation
            except ObservationError as error:
                raise error.under(place) from None
    else:
        yield from _read(lifecycle, answers)


def _read(lifecycle: Lifecycle, answers: object) -> Iterator[tuple[str, Observation]]:
    if lifecycle.reader is None:
        expected = f"an Observation, for {lifecycle.name} brings no reader"
        raise ObservationError([Problem("", expected, type(answers).__name__)])
    for path, item in lifecycle.reader.items(answers):
        try:
            yield path, lifecycle.reader.read(item)
        except ObservationError as error:
            raise error.under(path) from None


def _entry_dict(ordinal: int, entry: Entry) -> dict[str, object]:
    return {
        "ordinal": ordinal,
        "status": entry.status,
        "start": iso(entry.start),
        "end": iso(entry.end),
        "seconds": None if entry.end is None else (entry.end - entry.start).total_seconds(),
        "message": entry.message,
    }
