"""The verdict on a job: check one answer, or a series of answers in order.

Folds `jobstate.conformance.judge` over answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from jobstate.common.times import is_before
from jobstate.conformance.answers import NO_ANSWER, readings
from jobstate.conformance.children import judges_children, with_children
from jobstate.conformance.judge import judge_of
from jobstate.conformance.memo import fingerprint
from jobstate.conformance.report import Report, Step
from jobstate.errors import ObservationError, Problem
from jobstate.model.job_keys import JobKeys, may_be
from jobstate.model.lifecycle import Lifecycle, derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.conformance.job_state import JobState
    from jobstate.conformance.memo import AnswerView
    from jobstate.model.kinds import Kinds
    from jobstate.model.observation import JobKey, Observation, Shown

#: Of how many answers the news are kept for one job. Real jobs bring some dozens; the bound is
#: there for series made up to bring news without end.
MOST_KEPT = 10_000


def check(lifecycle: Lifecycle | Kinds, answers: object, *, in_order: bool | None = None) -> Report:
    """Return the verdict on one job, from one answer about it or several.

    Args:
        lifecycle: The life cycle, or the kinds that the job may be of; tighten it with
            `Lifecycle.given`, switch rules off with `Lifecycle.without`.
        answers: What the service said, whatever wraps it: what boto3 returns, what the CLI
            prints, events, records, queues, logs, lists of these, JSON text; or observations.
        in_order: The answers come in order, or in none, as a tracker takes them. None: they do, but
            for events and what something else than lists wraps.

    Raises:
        ObservationError: An answer can't be read, there is none, or they are about several jobs.
    """
    series: Series | None = None
    for each in readings(lifecycle, answers, in_order=in_order):
        if each.nested:
            continue
        observation = each.observation
        if series is None:
            series = Series(each.lifecycle)
        elif not series.takes(observation):
            expected = f"another answer about {series.job} (check_jobs takes several jobs)"
            raise ObservationError([Problem(each.path, expected, str(observation.job))])
        series.add(observation, each.path, in_order=each.in_order)
    if series is None:
        raise ObservationError([NO_ANSWER])
    return series.report()


def check_jobs(
    lifecycle: Lifecycle | Kinds, answers: object, *, in_order: bool | None = None
) -> dict[JobKey, Report]:
    """Return the verdict on every job that answers speak of, in the order first seen.

    What a job's children break is told of the job. The arguments are those of `check`.

    Raises:
        ObservationError: An answer can't be read.
    """
    jobs: dict[JobKey, Series] = {}
    keys = JobKeys()
    for each in readings(lifecycle, answers, in_order=in_order):
        job = keys.of(each.observation)
        if job not in jobs:
            jobs[job] = Series(each.lifecycle)
        jobs[job].add(each.observation, each.path, in_order=each.in_order)
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
        self._in_order = True
        self._seen: set[int] = set()
        self._unkept = 0
        self._found_at: str | None = None
        self._parent: JobKey | None = None
        self._children: dict[JobKey, None] = {}
        self._fields: Mapping[str, object] = {}
        self._fields_modified: datetime | None = None
        self._has_relatives = judges_children(lifecycle)
        self._end_field, self._arn_field = _fields_told(lifecycle)
        self._ended_at: datetime | None = None
        self._arn: str | None = None

    def takes(self, observation: Observation) -> bool:
        """Return whether an answer may be about the same job."""
        return self._job_state is None or may_be(self._job_state, observation)

    def add(self, observation: Observation, where: str = "", *, in_order: bool = True) -> bool:
        """Judge one more answer; the caller sees to it that it is about the same job.

        Args:
            observation: What it says.
            where: Where it is.
            in_order: It comes after those before it. Else their times order it and all that follow,
                and what has come already is passed over.

        Returns:
            Whether it was not passed over.
        """
        view = self._judge.memo.view(observation)
        if not in_order and self._found_at is None:
            self._found_at = where
        self._in_order = self._in_order and in_order
        if not self._in_order and self._is_copy(observation, view):
            return False
        found = self._judge.judge(self._job_state, observation, view, in_order=self._in_order)
        self._job_state = found.job_state
        self.job = self._job_state.job
        self._answers += 1
        self._keep(observation, stale=found.stale)
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
                    at=observation.modified,
                    shown=observation.shown,
                    listed=len(observation.entries),
                    estimates=found.job_state.estimates,
                )
                self._steps.append(step)
            else:
                self._unkept += 1
        return True

    def _is_copy(self, observation: Observation, view: AnswerView) -> bool:
        """Return whether an answer has come before; remember it."""
        copy = fingerprint(observation, view)
        if copy in self._seen:
            return True
        if copy is not None and len(self._seen) < MOST_KEPT:
            self._seen.add(copy)
        return False

    def _keep(self, observation: Observation, *, stale: bool) -> None:
        """Keep what is told of the job beside its state; what it shows, unless that is old."""
        if not stale:
            self._shown.update(observation.shown)
        fields = observation.fields
        if self._end_field in fields and isinstance(ended := fields[self._end_field], datetime):
            self._ended_at = ended
        if self._arn_field in fields and isinstance(arn := fields[self._arn_field], str):
            self._arn = arn

    def _keep_fields(self, observation: Observation, newest: datetime | None) -> None:
        """Keep what rules over parent and children speak of; of other jobs it would take room."""
        self._has_relatives = True
        self._parent = observation.parent or self._parent
        self._children.update(dict.fromkeys(observation.children))
        modified = observation.modified
        if modified is None or newest is None or not is_before(modified, newest):
            self._fields, self._fields_modified = observation.fields, modified

    @property
    def has_ended(self) -> bool:
        """Whether the job has ended for good, by the answers so far."""
        state = self._job_state
        return state is not None and state.result(self.lifecycle.main_region.name).for_good

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
            ended_at=self._ended_at,
            arn=self._arn,
            found_at=self._found_at,
        )


@derived
def _fields_told(lifecycle: Lifecycle) -> tuple[str, str]:
    """Return the names of the fields that say when a job ended, and its arn; empty of no field."""
    schema = lifecycle.schema
    if schema is None:
        return "", ""
    names = {path: name for name, path in schema.values.items()}
    arn = schema.console.arn if schema.console else ()
    return names.get(schema.ended, ""), names.get(arn, "")
