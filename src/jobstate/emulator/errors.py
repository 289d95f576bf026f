"""What can be wrong with what an emulator is told to do."""

from __future__ import annotations

from jobstate.errors import JobstateError


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
