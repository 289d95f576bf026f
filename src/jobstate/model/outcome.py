"""What an outcome means to a caller: wait on, success or failure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from jobstate.errors import LifecycleError
from jobstate.model.states import UNKNOWN_CAUSE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobstate.model.states import State


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


@frozen
class Result:
    """What a job has come to.

    Attributes:
        outcome: UNKNOWN where what is known leaves several.
        final: It has ended, whatever it came to; nothing will run any more.
        gone: The service is removing it; the outcome is kept.
        cause: Why it ended so; None while it may run and where it succeeded.
    """

    outcome: Outcome
    final: bool
    gone: bool
    cause: str | None

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "outcome": str(self.outcome),
            "final": self.final,
            "gone": self.gone,
            "cause": self.cause,
        }


def result_of(states: Sequence[State]) -> Result:
    """Return what a job has come to that is in one of some states."""
    outcomes = {state.outcome for state in states}
    if len(outcomes) == 1:
        outcome = outcomes.pop()
    elif outcomes == {Outcome.STOPPED, Outcome.TIMED_OUT}:
        # Stopped without a secondary status: a time-out is a stop too, so this is true already.
        outcome = Outcome.STOPPED
    else:
        outcome = Outcome.UNKNOWN
    causes = {state.cause for state in states}
    final = bool(states) and all(state.final for state in states)
    unclear = UNKNOWN_CAUSE if final else None
    return Result(
        outcome=outcome,
        final=final,
        gone=bool(states) and all(state.gone for state in states),
        cause=causes.pop() if len(causes) == 1 else unclear,
    )


def with_reason(result: Result, reason: str | None) -> Result:
    """Return what a job has come to, with the cause that an answer gave for its failure."""
    if reason and result.outcome is Outcome.FAILED and result.cause == UNKNOWN_CAUSE:
        return evolve(result, cause=reason)
    return result
