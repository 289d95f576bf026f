"""`Board`: all jobs that are watched, as far as they are known by now, and what that comes to."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from attrs import evolve

from jobstate.cli.shell import UNUSABLE, VIOLATIONS
from jobstate.cli.watch.jobs import WatchedJob
from jobstate.cli.watch.looks import GivenUp, Glance, Setback
from jobstate.model.observation import JobKey
from jobstate.model.specification import Severity
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from jobstate.cli.watch.looks import News
    from jobstate.model.lifecycle import Lifecycle

#: What a job came to → exit code, the worst first. Before these come what can't be asked about, and
#: violations.
CODES: Final = {
    Outcome.FAILED: 3,
    Outcome.TIMED_OUT: 5,
    Outcome.STOPPED: 4,
    Outcome.PARTIAL: 6,
    Outcome.UNKNOWN: 6,
}


class Board:
    """The jobs that are watched; one thread may ask while another one tells.

    Attributes:
        note: Why the last list came to nothing, or why no more come; empty where one came.
    """

    def __init__(self) -> None:
        """Begin with no job."""
        self._jobs: dict[JobKey, WatchedJob] = {}
        self._known_as: dict[tuple[str, str], JobKey] = {}
        self.note = ""
        self._lists_lost = False
        self._lock = Lock()

    @property
    def jobs(self) -> tuple[WatchedJob, ...]:
        """The jobs, the one first heard of first."""
        with self._lock:
            return tuple(self._jobs.values())

    @property
    def over(self) -> bool:
        """Every job has ended, or can't be asked about."""
        return all(job.over for job in self.jobs)

    @property
    def exit_code(self) -> int:
        """What the worst of them makes of the exit code.

        In this order: 2 of what can't be asked about, 1 of a job that broke a rule, then what
        `CODES` has, 0 where all have succeeded. What the children of a job came to it says itself.
        """
        every = self.jobs
        there = {job.key for job in every}
        if self._lists_lost or any(job.error for job in every):
            return UNUSABLE
        if any(each.severity is Severity.ERROR for job in every for each in job.violations):
            return VIOLATIONS
        ended = {job.result.outcome for job in every if job.parent not in there and job.over}
        return next((code for outcome, code in CODES.items() if outcome in ended), 0)

    def expect(self, asked: str, kind: Lifecycle) -> WatchedJob:
        """Have a job on it of which nothing is known yet.

        Args:
            asked: Its name or id.
            kind: Its life cycle.
        """
        job = WatchedJob(lifecycle=kind, id=asked, name=asked.rpartition("/")[2])
        self._known_as[kind.name, asked] = job.key
        return self._put(job)

    def known(self, news: News) -> WatchedJob | None:
        """Return what is known of the job that news are about; None where nothing is."""
        if isinstance(news, Glance):
            key = JobKey(news.kind.name, news.step.job.id)
            return self._jobs.get(key)
        known_as = self._known_as.get((news.kind.name, news.asked))
        return None if known_as is None else self._jobs[known_as]

    def take(self, news: News) -> WatchedJob | None:
        """Take what came of asking; return the job that it is about, None where it is a list."""
        if isinstance(news, Glance):
            return self._look(news)
        known_as = self._known_as.get((news.kind.name, news.asked))
        if known_as is None:
            self._lists_lost = self._lists_lost or isinstance(news, GivenUp)
            self.note = news.said if isinstance(news, Setback) else _in_a_line(news.error)
            return None
        job = self._jobs[known_as]
        if isinstance(news, Setback):
            return self._put(evolve(job, trouble=news.said))
        return self._put(evolve(job, trouble="", error=_in_a_line(news.error)))

    def _look(self, news: Glance) -> WatchedJob:
        step, asked = news.step, (news.kind.name, news.asked)
        key = JobKey(news.kind.name, step.job.id)
        if asked not in self._known_as:
            self.note = self.note if self._lists_lost else ""
        elif (called := self._known_as[asked]) != key:
            # What it was asked for by gives way to what it is, in its place.
            known = self._jobs.get(key, self._jobs[called])
            others = {each: job for each, job in self._jobs.items() if each != key}
            self._jobs = {
                key if each == called else each: known if each == called else job
                for each, job in others.items()
            }
            self._known_as[asked] = key
        before = self._jobs.get(key)
        if before is None or (before.created and before.created != step.job.created):
            before = WatchedJob(lifecycle=news.kind, id=key.id, name=key.name)
        return self._put(before.after(step, news.parent))

    def _put(self, job: WatchedJob) -> WatchedJob:
        with self._lock:
            self._jobs[job.key] = job
        return job


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())
