"""The five statuses that most kinds of SageMaker's jobs share, and the moves between them.

A kind takes the block and says, row by row, how it is known of its own jobs. A row that it says
nothing about has the basis of the block.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import attrs

from jobstate.model.answer_schema import AnswerSchema, Shape, StatusFields
from jobstate.model.fields import Field
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.rule_tests import ExactlyWhen, Fixed, InOrder, Requires, Where
from jobstate.model.schema_writer import Failed, SchemaWriter
from jobstate.model.specification import Rule
from jobstate.model.states import Basis, Edge, Outcome, State
from jobstate.sagemaker.failure_reasons import failure_cause
from jobstate.sagemaker.fields import (
    LONGEST_NAME,
    SOURCES,
    actions,
    arn_field,
    console,
    job_id,
    listing,
    name_field,
    state_change,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobstate.model.links import Link
    from jobstate.model.offspring import Offspring
    from jobstate.model.operations import Action
    from jobstate.model.schema_writer import Said
    from jobstate.model.specification import Test

_DOC, _OBS, _INF = Basis.DOCUMENTED, Basis.OBSERVED, Basis.INFERRED

IN_PROGRESS: Final = "InProgress"
STOPPING: Final = "Stopping"
COMPLETED: Final = "Completed"
FAILED: Final = "Failed"
STOPPED: Final = "Stopped"

#: How rows are known: of a state or an edge its basis and source.
Known: TypeAlias = "Mapping[str | tuple[str, str], tuple[Basis, str]]"

#: What SageMaker says of most failures.
NO_WORDS: Final = "ClientError: See job logs for more information"

ENDED: Final = Where(final=True)
HAS_FAILED: Final = Where(statuses=frozenset({FAILED}))

_STATES: Final = (
    State(IN_PROGRESS, "created, waiting for instances or running", _DOC, "API"),
    State(STOPPING, "a stop is under way", _DOC, "API"),
    State(COMPLETED, "done", _DOC, "API", outcome=Outcome.SUCCEEDED),
    State(FAILED, "FailureReason says why", _DOC, "API", outcome=Outcome.FAILED),
    State(STOPPED, "stopped, or over its time limit", _DOC, "API", outcome=Outcome.STOPPED),
)
_EDGES: Final = (
    Edge(IN_PROGRESS, COMPLETED, "work_done", _DOC, "API"),
    Edge(IN_PROGRESS, FAILED, "failure", _DOC, "API"),
    Edge(IN_PROGRESS, STOPPING, "stop_requested", _DOC, "API"),
    Edge(IN_PROGRESS, STOPPED, "stop_requested", _INF, "silent; Stopping is soon over"),
    Edge(STOPPING, STOPPED, "stop_done", _DOC, "API"),
    Edge(STOPPING, COMPLETED, "work_done", _INF, "silent; the work was done before the stop"),
    Edge(STOPPING, FAILED, "failure", _INF, "silent; it failed before the stop was done"),
)


def lifecycle(  # noqa: PLR0913 - all of what differs between the kinds
    schema: AnswerSchema,
    *,
    constant: str,
    title: str,
    known: Known,
    more_states: Iterable[State] = (),
    more_edges: Iterable[Edge] = (),
    rules: Iterable[Rule],
    says: Mapping[str, Said],
    more_sources: Mapping[str, str] | None = None,
) -> Lifecycle:
    """Return the life cycle of a kind of job that has the five statuses and the seven moves.

    Args:
        schema: What answers about it look like, as `answer_schema` returns it.
        constant: What `jobstate.sagemaker` calls it: ``PROCESSING_JOB``.
        title: What people call it.
        known: How those of its rows are known that are known otherwise than in the block.
        more_states: States beside the five.
        more_edges: Moves beside the seven.
        rules: What must be true.
        says: What fields of its own say at a moment of a life, as of `SchemaWriter`.
        more_sources: Short names of sources beside those of every kind.
    """
    resource = schema.kind.removeprefix("sagemaker-")
    states = (_as_known(each, known.get(each.name)) for each in _STATES)
    edges = (_as_known(each, known.get((each.origin, each.target))) for each in _EDGES)
    return importable(
        Lifecycle.from_schema(
            schema,
            version="2026.11",
            title=title,
            states=(*states, *more_states),
            edges=(*edges, *more_edges),
            rules=rules,
            failure_cause=failure_cause,
            writer=SchemaWriter(
                schema,
                {"FailureReason": Failed(FAILED, NO_WORDS), **says},
                id_for=partial(job_id, resource),
            ),
            sources={**SOURCES, **(more_sources or {})},
        ),
        f"jobstate.sagemaker:{constant}",
    )


_Row = TypeVar("_Row", State, Edge)


def _as_known(row: _Row, known: tuple[Basis, str] | None) -> _Row:
    return row if known is None else attrs.evolve(row, basis=known[0], source=known[1])


# --- Answers --------------------------------------------------------------------------------------


def answer_schema(  # noqa: PLR0913 - all of what differs between the kinds
    noun: str,
    *,
    a_job: str,
    longest_name: int = LONGEST_NAME,
    detail_type: str,
    both: Mapping[str, Field],
    described: Mapping[str, Field],
    listed: Mapping[str, Field] | None = None,
    ended: str,
    page: str,
    not_before: tuple[str, ...] = (),
    links: tuple[Link, ...] = (),
    done: tuple[Action, ...] | None = None,
    offspring: Offspring | None = None,
) -> AnswerSchema:
    """Return what answers about jobs of a kind look like: SageMaker names them all alike.

    Args:
        noun: How the names of operations and fields have the kind: ``ProcessingJob``.
        a_job: What people call one: ``a processing job``.
        longest_name: How many characters a name can have.
        detail_type: What EventBridge's envelopes say.
        both: The fields of both shapes, beside name, arn, status and the time of creation.
        described: The fields that only a description has.
        listed: The fields that only an item of a list has.
        ended: As in `AnswerSchema`.
        page: How the console has them: ``processing-jobs``.
        not_before: As in `AnswerSchema`.
        links: Likewise.
        done: What else can be done to jobs; by default they are made and stopped.
        offspring: As in `AnswerSchema`.
    """
    resource = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", noun).lower()
    common = {
        f"{noun}Name": name_field(longest_name, required=True),
        f"{noun}Arn": arn_field(resource, a_job, required=True),
        f"{noun}Status": Field.status(required=True),
        "CreationTime": Field.time(required=True),
        **both,
    }
    return AnswerSchema(
        kind=f"sagemaker-{resource}",
        service="sagemaker",
        shapes=(
            Shape("describe", {**common, **described}, operation=f"Describe{noun}"),
            Shape(
                "list",
                {**common, **(listed or {})},
                operation=f"List{noun}s",
                listed_in=f"{noun}Summaries",
                listing=listing(noun),
            ),
        ),
        envelopes=(state_change(detail_type),),
        id=f"{noun}Arn",
        created="CreationTime",
        name=f"{noun}Name",
        places=(StatusFields(primary=f"{noun}Status"),),
        modified="LastModifiedTime",
        ended=ended,
        not_before=not_before,
        failure_reason="FailureReason",
        links=links,
        actions=actions(noun) if done is None else done,
        offspring=offspring,
        console=console(page),
        call=f"aws sagemaker describe-{resource}",
    )


# --- Rules ----------------------------------------------------------------------------------------


def rules(times: tuple[str, ...], known: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return those of the rules that most kinds have which a kind has.

    Args:
        times: The fields with times, from that of creation to that of the end.
        known: The rules' ids → from where they are known.
    """
    end, until_now = times[-1], (*times, "LastModifiedTime")
    every: dict[str, tuple[str, Basis, Test]] = {
        "end-time-exactly-when-final": (
            f"{end} is set if, and only if, the job has ended.",
            _OBS,
            ExactlyWhen(field=end, when=ENDED),
        ),
        "times-in-order": (
            f"{', '.join(until_now)}: none is before the one before it.",
            _OBS,
            InOrder(fields=until_now),
        ),
        "times-fixed": (
            f"{', '.join(times)}: once set, none changes.",
            _OBS,
            Fixed(fields=times),
        ),
        "failure-reason-exactly-when-failed": (
            "FailureReason is set if, and only if, the job has failed.",
            _DOC,
            ExactlyWhen(field="FailureReason", when=HAS_FAILED),
        ),
        "failure-reason-only-when-failed": (
            "FailureReason is set only if the job has failed.",
            _DOC,
            Requires(field="FailureReason", then=HAS_FAILED),
        ),
    }
    return tuple(
        Rule(id=rule_id, summary=summary, basis=basis, source=source, tests=test)
        for rule_id, source in known.items()
        for summary, basis, test in [every[rule_id]]
    )
