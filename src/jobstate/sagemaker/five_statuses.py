"""The five statuses that most kinds of SageMaker's jobs share, and the moves between them.

A kind takes the block and says, row by row, how it is known of its own jobs. A row that it says
nothing about has the basis of the block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from jobstate.model.answer_schema import AnswerSchema, Shape, StatusFields
from jobstate.model.rule_tests import ExactlyWhen, Fixed, InOrder, Requires, Where
from jobstate.model.specification import Rule
from jobstate.model.states import UNKNOWN_CAUSE, Basis, Edge, Outcome, State
from jobstate.sagemaker.fields import console, envelope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.answer_schema import Field

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED

IN_PROGRESS: Final = "InProgress"
STOPPING: Final = "Stopping"
COMPLETED: Final = "Completed"
FAILED: Final = "Failed"
STOPPED: Final = "Stopped"

#: How a row is known: basis and source.
Known: TypeAlias = tuple[Basis, str]

#: What SageMaker says of most failures.
NO_WORDS: Final = "ClientError: See job logs for more information"

#: The region that the statuses are of.
JOB: Final = "job"
ENDED: Final = Where(region=JOB, final=True)
HAS_FAILED: Final = Where(region=JOB, statuses=frozenset({FAILED}))

#: Status → what it means, in a few words.
_MEANINGS: Final = {
    IN_PROGRESS: "created, waiting for instances or running",
    STOPPING: "a stop is under way",
    COMPLETED: "done",
    FAILED: "FailureReason says why",
    STOPPED: "stopped, or over its time limit",
}
#: The moves, with their causes, and how they are known where a kind says nothing.
_MOVES: Final[Mapping[tuple[str, str], tuple[str, Basis, str]]] = {
    (IN_PROGRESS, COMPLETED): ("work_done", _DOC, "API"),
    (IN_PROGRESS, FAILED): ("failure", _DOC, "API"),
    (IN_PROGRESS, STOPPING): ("stop_requested", _DOC, "API"),
    (IN_PROGRESS, STOPPED): ("stop_requested", _INF, "silent; Stopping is soon over"),
    (STOPPING, STOPPED): ("stop_done", _DOC, "API"),
    (STOPPING, COMPLETED): ("work_done", _INF, "silent; the work was done before the stop"),
    (STOPPING, FAILED): ("failure", _INF, "silent; it failed before the stop was done"),
}


def states(known: Mapping[str, Known]) -> tuple[State, ...]:
    """Return the five states, as a kind knows them."""
    ends = {
        COMPLETED: (Outcome.SUCCEEDED, None),
        FAILED: (Outcome.FAILED, UNKNOWN_CAUSE),
        STOPPED: (Outcome.STOPPED, UNKNOWN_CAUSE),
    }
    found = []
    for status, meaning in _MEANINGS.items():
        basis, source = known.get(status, (_DOC, "API"))
        outcome, cause = ends.get(status, (Outcome.RUNNING, None))
        found.append(
            State(
                primary=status,
                outcome=outcome,
                cause=cause,
                final=status in ends,
                meaning=meaning,
                basis=basis,
                source=source,
            )
        )
    return tuple(found)


def edges(known: Mapping[tuple[str, str], Known]) -> tuple[Edge, ...]:
    """Return the seven moves, as a kind knows them."""
    return tuple(
        Edge(origin=origin, target=target, cause=cause, basis=basis, source=source)
        for (origin, target), (cause, *otherwise) in _MOVES.items()
        for basis, source in [known.get((origin, target), tuple(otherwise))]
    )


# --- Answers --------------------------------------------------------------------------------------


def answer_schema(  # noqa: PLR0913 - all of what differs between the kinds
    noun: str,
    *,
    resource: str,
    detail_type: str,
    described: Mapping[str, Field],
    listed: Mapping[str, Field],
    ended: str,
    page: str,
    not_before: tuple[str, ...] = (),
    nested: tuple[str, ...] = (),
) -> AnswerSchema:
    """Return what answers about jobs of a kind look like: SageMaker names them all alike.

    Args:
        noun: How the names of operations and fields have the kind: ``ProcessingJob``.
        resource: How arns and the command line have it: ``processing-job``.
        detail_type: What EventBridge's envelopes say.
        described: The fields of a description.
        listed: The fields of an item of a list.
        ended: As in `AnswerSchema`.
        page: How the console has them: ``processing-jobs``.
        not_before: As in `AnswerSchema`.
        nested: Likewise.
    """
    return AnswerSchema(
        kind=f"sagemaker-{resource}",
        service="sagemaker",
        shapes=(
            Shape(name="describe", fields=described, operation=f"Describe{noun}"),
            Shape(
                name="list",
                fields=listed,
                operation=f"List{noun}s",
                listed_in=f"{noun}Summaries",
            ),
        ),
        envelopes=(envelope(detail_type),),
        id=f"{noun}Arn",
        created="CreationTime",
        name=f"{noun}Name",
        places=(StatusFields(region=JOB, primary=f"{noun}Status"),),
        modified="LastModifiedTime",
        ended=ended,
        not_before=not_before,
        nested=nested,
        failure_reason="FailureReason",
        console=console(page),
        call=f"aws sagemaker describe-{resource}",
    )


# --- Rules ----------------------------------------------------------------------------------------


def end_time_exactly_when_final(field: str, source: str) -> Rule:
    """Return the rule that a job has a time of its end if, and only if, it has ended."""
    return Rule(
        id="end-time-exactly-when-final",
        summary=f"{field} is set if, and only if, the job has ended.",
        basis=_OBS,
        source=source,
        tests=(ExactlyWhen(field=field, when=ENDED),),
    )


def times_in_order(fields: tuple[str, ...], source: str) -> Rule:
    """Return the rule that times come in some order."""
    return Rule(
        id="times-in-order",
        summary=f"{', '.join(fields)}: none is before the one before it.",
        basis=_OBS,
        source=source,
        tests=(InOrder(fields=fields),),
    )


def reason_only_when_failed(source: str) -> Rule:
    """Return the rule that only jobs that have failed have a FailureReason."""
    return Rule(
        id="failure-reason-only-when-failed",
        summary="FailureReason is set only if the job has failed.",
        basis=_DOC,
        source=source,
        tests=(Requires(field="FailureReason", then=HAS_FAILED),),
    )


def reason_exactly_when_failed(source: str) -> Rule:
    """Return the rule that jobs that have failed, and no others, have a FailureReason."""
    return Rule(
        id="failure-reason-exactly-when-failed",
        summary="FailureReason is set if, and only if, the job has failed.",
        basis=_DOC,
        source=source,
        tests=(ExactlyWhen(field="FailureReason", when=HAS_FAILED),),
    )


def times_fixed(fields: tuple[str, ...], source: str) -> Rule:
    """Return the rule that times that are set once stay as they are."""
    return Rule(
        id="times-fixed",
        summary=f"{', '.join(fields)}: once set, none changes.",
        basis=_OBS,
        source=source,
        tests=(Fixed(fields=fields),),
    )
