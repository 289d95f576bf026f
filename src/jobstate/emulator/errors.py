"""What can be wrong with what an emulator is told to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.common.text import counted
from jobstate.errors import JobstateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.errors import Problem


class ScenarioError(JobstateError, ValueError):
    """No job of a kind lives as a scenario says.

    Attributes:
        scenario: Its name.
        kind: The kind of the job.
    """

    def __init__(self, scenario: str, kind: str, reason: str) -> None:
        super().__init__(scenario, kind, reason)
        self.scenario = scenario
        self.kind = kind
        self._reason = reason

    def __str__(self) -> str:
        return f"scenario {self.scenario!r} of a {self.kind}: {self._reason}"


class ScenarioFileError(JobstateError, ValueError):
    """A file of scenarios that can't be used. Nothing was taken from it.

    Attributes:
        name: The name of the file.
        problems: Every problem, with its line.
    """

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__(self.name, self.problems)

    def __str__(self) -> str:
        said = "".join(f"\n  {each}" for each in self.problems)
        return f"{self.name}: {counted(len(self.problems), 'problem')}{said}"
