"""What type checkers make of the public API: checked, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from jobstate import (
    ConformanceError,
    JobKey,
    Lifecycle,
    ObservationError,
    Outcome,
    Report,
    Result,
    Unmodelled,
    Violation,
    check,
    check_jobs,
    explain,
    outcome_of,
)
from jobstate.errors import Problem
from jobstate.model import Entry
from jobstate.sagemaker import (
    TRAINING_JOB,
    SecondaryStatus,
    TrainingJobDescription,
    TrainingJobStatus,
    TrainingJobSummary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def answers_are_plain_mappings(answer: dict[str, Any], frozen: Mapping[str, object]) -> None:
    assert_type(check(TRAINING_JOB, answer), Report)
    assert_type(check(TRAINING_JOB, [frozen, answer]), Report)
    assert_type(check_jobs(TRAINING_JOB, [answer]), dict[JobKey, Report])


def a_report_is_typed_to_its_leaves(report: Report) -> None:
    assert_type(report.job, JobKey)
    assert_type(report.legal, bool)
    assert_type(report.result.outcome, Outcome)
    assert_type(report.violations, tuple[Violation, ...])
    assert_type(report.unmodelled, tuple[Unmodelled, ...])
    assert_type(report.entries, tuple[Entry, ...])


def statuses_have_outcomes(status: TrainingJobStatus, why: str | None) -> None:
    assert_type(outcome_of(TRAINING_JOB, "Stopped", "MaxRuntimeExceeded"), Result)
    assert_type(outcome_of(TRAINING_JOB, status, failure_reason=why), Result)


def life_cycles_make_life_cycles() -> None:
    assert_type(TRAINING_JOB, Lifecycle)
    assert_type(TRAINING_JOB.given(spot=False), Lifecycle)
    assert_type(explain(TRAINING_JOB, "InProgress/Starting", "Completed/Completed").legal, bool)


def records_are_typed(answer: dict[str, Any]) -> None:
    summary = TrainingJobSummary.from_api(answer)
    assert_type(summary, TrainingJobSummary)
    assert_type(TrainingJobDescription.from_api(answer), TrainingJobDescription)
    assert_type(summary.training_job_status, TrainingJobStatus)
    assert_type(summary.secondary_status, SecondaryStatus | None)


def errors_are_typed(answer: dict[str, Any]) -> None:
    try:
        check(TRAINING_JOB, answer).validate()
    except ObservationError as error:
        assert_type(error.problems, tuple[Problem, ...])
    except ConformanceError as error:
        assert_type(error.job, str)
