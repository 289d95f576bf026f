"""`jobstate watch` over a made-up service, on a clock of its own: what it says, how it ends."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jobstate.cli.terminal import Paint
from jobstate.cli.watch.said import json_line, plain_lines
from jobstate.cli.watch.watching import Watching, Wish
from jobstate.sagemaker import TRAINING_JOB
from tests.support.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.cli.watch.jobs import WatchedJob
    from jobstate.cli.watch.watching import WatchStep
    from jobstate.model.life import Life


class WatchedService:
    """A service whose jobs are watched.

    Attributes:
        asked: The service and its clock.
        watching: Who watches.
        steps: What has come of asking so far.
        lines, records: The same as lines for people, and for programs.
    """

    def __init__(
        self,
        lives: Life | Iterable[Life] = (),
        *names: str,
        client: Any = None,
        wish: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        """Make a service, and begin to watch jobs of these names, or all."""
        self.asked = Asked(lives, **settings)
        made = cache(self.asked.service.client)
        more = {"names": names, "kinds": (TRAINING_JOB,), "every": not names, **(wish or {})}
        self.watching = Watching(
            Wish(**more), (lambda _: client) if client else made, **self.asked.time
        )
        self._steps = self.watching.steps()
        self.steps: list[WatchStep] = []
        self.lines: list[str] = []
        self.records: list[str] = []

    def run(self, most: int = 10_000) -> int:
        """Watch until all is over, or for so many steps; return the exit code."""
        now = self.asked.clock.now
        for step in self._steps:
            self.steps.append(step)
            self.lines += plain_lines(step.news, step.before, step.job, now(), Paint())
            self.records.append(json_line(step.news, step.job, now()))
            if len(self.steps) >= most:
                break
        return self.watching.board.exit_code

    @property
    def jobs(self) -> Sequence[WatchedJob]:
        """The jobs on the board."""
        return self.watching.board.jobs

    def job(self, name: str) -> WatchedJob:
        """Return a job by its name."""
        (found,) = (job for job in self.jobs if job.name == name)
        return found


class Scripted:
    """A client that answers what it is told to, and in the end the last of it again and again."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        """Take the answers."""
        self._answers = list(answers)

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        """Answer."""
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer
