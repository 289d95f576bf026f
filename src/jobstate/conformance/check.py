"""The verdict on a job: check one answer, or a series of answers in order.

Folds `jobstate.conformance.judge` over answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.common.times import is_before
from jobstate.conformance.answers import whose
from jobstate.conformance.children import judges_children, with_children
from jobstate.conformance.judge import judge_of
from jobstate.conformance.report import Report, Step
from jobstate.errors import ObservationError, Problem
from jobstate.model.job_keys import JobKeys, may_be

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jobstate.conformance.job_state import JobState
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation, Shown

#: Of how many answers the news are kept for one job. Real jobs bring some dozens; the bound is
#: there for series made up to bring news without end.
MOST_KEPT = 10_000

#: What is wrong where there is nothing to judge.
NO_ANSWER: Final = Problem("", "an answer about a job", "none")


def check(lifecycle: Lifecycle | Kinds, answers: object) -> Report:
    """Return the verdict on one job, from one answer about it or several in order.

    Args:
        lifecycle: The life cycle, or the kinds that the job may be of; tighten it with
            `Lifecycle.given`, switch rules off with `Lifecycle.without`.
        answers: What the service said, in any form that the life cycle's reader takes (for
            SageMaker: what boto3 returns, what the CLI prints, events, records, lists of these),
            or observations.

    Raises:
        ObservationError: An answer can't be read, there is none, or they are about several jobs.
    """
    series: Series | None = None
    for where, its, observation in whose(lifecycle, answers):
        if series is None:
            series = Series(its)
        elif not series.takes(observation):
            expected = f"another answer about {series.job} (check_jobs takes several jobs)"
            raise ObservationError([Problem(where, expected, str(observation.job))])
        series.add(observation, where)
    if series is None:
        raise ObservationError([NO_ANSWER])
    return series.report()


def check_jobs(lifecycle: Lifecycle | Kinds, answers: object) -> dict[JobKey, Report]:
    """Return the verdict on every job that answers speak of, in the order first seen.

    What a job's children break is told of the job.

    Raises:
        ObservationError: An answer can't be read.
    """
    jobs: dict[JobKey, Series] = {}
    keys = JobKeys()
    for where, its, observation in whose(lifecycle, answers):
        job = keys.of(observation)
        if job not in jobs:
            jobs[job] = Series(its)
        jobs[job].add(observation, where)
    reports = with_children([series.report() for series in jobs.values()])
    return dict(zip(jobs, reports, strict=True))


class Series:
    """Answers about one job, judged as they are added.

    Attributes:
        lifecycle: The life cycle that judges.
        job: The job; None before the first answer.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.job: JobKey | None = None
        self._judge = judge_of(lifecycle)
        self._job_state: JobState | None = None
        self._shown: dict[str, Shown] = {}
        self._steps: list[Step] = []
        self._answers = 0
        self._unkept = 0
        self._parent: JobKey | None = None
        self._children: dict[JobKey, None] = {}
        self._fields: Mapping[str, object] = {}
        self._fields_modified: datetime | None = None
        self._has_relatives = judges_children(lifecycle)

    def takes(self, observation: Observation) -> bool:
        """Return whether an answer may be about the same job."""
        return self._job_state is None or may_be(self._job_state, observation)

    def add(self, observation: Observation, where: str = "") -> None:
        """Judge one more answer; the caller sees to it that it is about the same job."""
        found = self._judge.judge(self._job_state, observation)
        self._job_state = found.job_state
        self.job = self._job_state.job
        self._shown.update(observation.shown)
        self._answers += 1
        if self._has_relatives or observation.parent is not None or observation.children:
            self._keep_fields(observation, self._job_state.modified)
        # What breaks a rule is told a bounded number of times, so it is always kept.
        wrong = found.violations or found.unmodelled
        if wrong or found.entered or found.changed or found.refined:
            if wrong or len(self._steps) < MOST_KEPT:
                step = Step(
                    where,
                    found.entered,
                    found.changed,
                    found.violations,
                    found.unmodelled,
                    found.refined,
                )
                self._steps.append(step)
            else:
                self._unkept += 1

    def _keep_fields(self, observation: Observation, newest: datetime | None) -> None:
        """Keep what rules over parent and children speak of; of other jobs it would take room."""
        self._has_relatives = True
        self._parent = observation.parent or self._parent
        self._children.update(dict.fromkeys(observation.children))
        modified = observation.modified
        if modified is None or newest is None or not is_before(modified, newest):
            self._fields, self._fields_modified = observation.fields, modified

    def report(self) -> Report:
        """Return the verdict as it stands.

        Raises:
            ObservationError: There was no answer yet.
        """
        if self._job_state is None:
            raise ObservationError([NO_ANSWER])
        return Report(
            lifecycle=self.lifecycle,
            job_state=self._job_state,
            shown=dict(self._shown),
            steps=tuple(self._steps),
            answers=self._answers,
            unkept=self._unkept,
            parent=self._parent,
            children=tuple(self._children),
            fields=self._fields,
            fields_modified=self._fields_modified,
        )
