"""What an outcome means to a caller: wait on, success or failure.

Pure: imports only the specification's words and the automaton's result.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from jobstate.errors import LifecycleError
from jobstate.specification import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate.automaton import Result


class Decision(StrEnum):
    """What a caller that waits for a job should do."""

    WAIT = "wait"
    SUCCESS = "success"
    FAILURE = "failure"


def _outcomes(values: Iterable[Outcome]) -> frozenset[Outcome]:
    return frozenset(map(Outcome, values))


@frozen
class OutcomePolicy:
    """Which outcomes a caller takes for success; everything else that has ended is failure.

    The default takes only SUCCEEDED: a job that was stopped, by a person or by a time limit, has
    not done its work. A caller that stops jobs on purpose adds STOPPED.

    Attributes:
        success: The outcomes that are success.

    Raises:
        LifecycleError: RUNNING or UNKNOWN can't be success.
    """

    success: frozenset[Outcome] = field(default=frozenset({Outcome.SUCCEEDED}), converter=_outcomes)

    def __attrs_post_init__(self) -> None:
        """Refuse a policy by which a job would succeed before anybody knows."""
        unfit = sorted(self.success & {Outcome.RUNNING, Outcome.UNKNOWN})
        if unfit:
            raise LifecycleError("outcome policy", [f"{each} can't be success" for each in unfit])

    def decide(self, result: Result) -> Decision:
        """Return what a result means. It is never WAIT once the job has ended."""
        if not result.final:
            return Decision.WAIT
        return Decision.SUCCESS if result.outcome in self.success else Decision.FAILURE
