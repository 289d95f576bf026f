"""What a job has come to, and what that means to a caller: wait on, success or failure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import Factory, evolve, field, frozen

from jobstate.errors import LifecycleError
from jobstate.model.states import UNKNOWN_CAUSE, Outcome, _outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import State


#: What says nothing of a failure, whatever an answer said before.
_NO_FAILURE: Final = frozenset({Outcome.RUNNING, Outcome.SUCCEEDED})

#: What a job that was stopped may turn out to have come to.
_FINER_STOP: Final = (Outcome.STOPPED, Outcome.TIMED_OUT)


class Decision(StrEnum):
    """What a caller that waits for a job should do."""

    WAIT = "wait"
    SUCCESS = "success"
    FAILURE = "failure"


@frozen
class OutcomePolicy:
    """Which outcomes a caller takes for success; everything else that has ended is failure.

    The default takes only SUCCEEDED: a job that was stopped, by a person or by a time limit, has
    not done its work. A caller that stops jobs on purpose adds STOPPED.

    Attributes:
        success: The outcomes that are success.

    Raises:
        LifecycleError: RUNNING or UNKNOWN can't be success.
        UnknownNameError: There is no such outcome; it lists those there are.
    """

    success: frozenset[Outcome] = field(default=frozenset({Outcome.SUCCEEDED}), converter=_outcomes)

    def __attrs_post_init__(self) -> None:
        """Refuse a policy by which a job would succeed before anybody knows."""
        unfit = sorted(self.success & {Outcome.RUNNING, Outcome.UNKNOWN})
        if unfit:
            raise LifecycleError("outcome policy", [f"{each} can't be success" for each in unfit])

    def decide(self, result: Result) -> Decision:
        """Return what a result means: never WAIT once the job has ended, for good or not.

        What is steady has come to what one waits for, so it is SUCCESS.
        """
        if not result.final:
            return Decision.SUCCESS if result.steady else Decision.WAIT
        return Decision.SUCCESS if result.outcome in self.success else Decision.FAILURE


def _is_final(result: Result) -> bool:
    return result.final


@frozen
class Result:
    """What a job has come to.

    Attributes:
        outcome: UNKNOWN where what is known leaves several.
        final: It has ended, whatever it came to.
        gone: The service is removing it; the outcome is kept.
        cause: Why it ended so; None while it may run and where it succeeded.
        for_good: It has ended, and nothing will run any more: it can't be reopened wherever it may
            stand. An end is for good unless somebody says otherwise.
        steady: It is a resource, and what one waits for.
    """

    outcome: Outcome
    final: bool
    gone: bool
    cause: str | None
    for_good: bool = field(default=Factory(_is_final, takes_self=True))
    steady: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "outcome": str(self.outcome),
            "final": self.final,
            "gone": self.gone,
            "cause": self.cause,
            "for_good": self.for_good,
            "steady": self.steady,
        }


def outcome_of(
    lifecycle: Lifecycle,
    primary: str,
    secondary: str | None = None,
    *,
    failure_reason: str | None = None,
) -> Result:
    """Return what a job has come to that shows these statuses, where nothing else is known of it.

    What the statuses themselves say, also where `Lifecycle.given` rules them out. A secondary
    status that is unknown, or does not go with the primary one, says nothing.

    Args:
        lifecycle: The life cycle.
        primary: The primary status. One that the life cycle does not know is UNKNOWN, and not
            final, whatever stands beside it.
        secondary: The secondary status, where the answer has one.
        failure_reason: The service's own words for why the job failed. If it has, the cause is
            what the life cycle's `failure_cause` makes of them.
    """
    result = result_of(_fitting(lifecycle, primary, secondary))
    if failure_reason and lifecycle.failure_cause is not None:
        return with_cause(result, lifecycle.failure_cause(failure_reason))
    return result


def _fitting(lifecycle: Lifecycle, primary: str, secondary: str | None) -> list[State]:
    """Return the states of the main region that show a pair, or else its primary status."""
    region = lifecycle.main_region
    ruled_out = [state for name, state in lifecycle.ruled_out if name == region.name]
    for asked in (secondary, None):
        for states in (region.states, ruled_out):
            fitting = [
                state
                for state in states
                if state.primary == primary and asked in (None, state.secondary)
            ]
            if fitting:
                return fitting
    return []


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
        for_good=final and not any(state.reopens for state in states),
        steady=bool(states) and all(state.steady for state in states),
    )


def with_cause(result: Result, cause: str | None) -> Result:
    """Return what a job has come to, with the cause that an answer gave for its failure."""
    if cause and result.outcome is Outcome.FAILED and result.cause == UNKNOWN_CAUSE:
        return evolve(result, cause=cause)
    return result


def vanished(was: Result) -> Result:
    """Return what a job has come to that its service no longer has.

    It has ended, for only such jobs are removed; what it came to is what was known before.
    """
    if was.final:
        return evolve(was, gone=True, for_good=True)
    unknown = evolve(was, outcome=Outcome.UNKNOWN, cause=UNKNOWN_CAUSE, steady=False)
    return evolve(unknown, final=True, gone=True, for_good=True)


def same_end(was: Result, now: Result) -> bool:
    """Return whether two results of a job that has ended can be one end, known more or less well.

    A time-out is a stop too; a stop of which nobody knows why may be a time-out.
    """
    outcomes = (was.outcome, now.outcome)
    if was.outcome == now.outcome or Outcome.UNKNOWN in outcomes or outcomes == _FINER_STOP:
        return was.final and now.final
    coarser = outcomes == _FINER_STOP[::-1] and now.cause == UNKNOWN_CAUSE
    return coarser and was.final and now.final


def finer(was: Result, now: Result) -> Result:
    """Return what two results say of one end together: of what both say, the later one counts."""
    outcome = was.outcome
    if outcome is Outcome.UNKNOWN or (outcome, now.outcome) == _FINER_STOP:
        outcome = now.outcome
    elif outcome is not now.outcome:
        now = evolve(now, outcome=outcome, cause=was.cause)
    cause = finer_cause(now.cause, was.cause) if was.outcome is outcome else now.cause
    return now if cause == now.cause else evolve(now, cause=cause)


def finer_cause(one: str | None, other: str | None) -> str | None:
    """Return a cause, or else the other one: that it is unknown says least."""
    return other or one if one in {None, UNKNOWN_CAUSE} else one


def reason_of(result: Result, failure_reason: str | None) -> str | None:
    """Return why a job failed, in the service's words; None of one that runs or succeeded."""
    return None if result.outcome in _NO_FAILURE else failure_reason
