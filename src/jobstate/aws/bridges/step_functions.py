"""Step Functions: `answer_task` answers a task that waits with a token for its job.

A task that fails so has an error of `jobstate.aws.STEP_FUNCTIONS_ERRORS`, by which ``Retry`` and
``Catch`` tell ends apart.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from jobstate.aws.vocabularies import STEP_FUNCTIONS_ERRORS
from jobstate.common.log import log
from jobstate.common.text import printable

if TYPE_CHECKING:
    from jobstate.tracking.tracked_job import TrackedJob

#: The longest cause that the service takes, in characters.
_LONGEST_CAUSE: Final = 32_768
#: What it says of a token that nobody waits with any more.
_CLOSED: Final = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


class TaskAnswer(StrEnum):
    """What a task was told.

    SUCCESS, FAILURE: the job has ended; the task goes on with that. HEARTBEAT: the job runs, and
    the task waits on. CLOSED: nothing, for nobody waits with that token any more: the task was
    answered before, or was late, or was aborted.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    HEARTBEAT = "heartbeat"
    CLOSED = "closed"


def answer_task(client: Any, token: str, job: TrackedJob) -> TaskAnswer:  # noqa: ANN401 - boto3 makes its clients' classes when it runs
    """Tell a task that waits with a token how its job stands.

    A task takes one answer, and the service refuses whatever comes later. So it does no harm to
    answer again for an event that comes again, and whoever forgets a token only once this has
    returned answers each task exactly once.

    Args:
        client: A client of boto3 for ``stepfunctions``.
        token: The task's token.
        job: The job. The output of a task that succeeds is the `dict` that `task_output` returns.

    Returns:
        What the task was told. The token is of no more use unless it was a heartbeat.

    Raises:
        botocore.exceptions.ClientError: The service did not take it, for another reason: the
            token is still to be answered.
    """
    result = job.result
    error = STEP_FUNCTIONS_ERRORS.word(result)
    try:
        if not result.final:
            client.send_task_heartbeat(taskToken=token)
            return TaskAnswer.HEARTBEAT
        output = task_output(job)
        if error is None:
            client.send_task_success(taskToken=token, output=json.dumps(output))
            return TaskAnswer.SUCCESS
        cause = json.dumps(output)[:_LONGEST_CAUSE]
        client.send_task_failure(taskToken=token, error=error, cause=cause)
    except Exception as refused:
        if code_of(refused) not in _CLOSED:
            raise
        log().info("nobody waits for %s any more: %s", printable(job.id), printable(str(refused)))
        return TaskAnswer.CLOSED
    return TaskAnswer.FAILURE


def task_output(job: TrackedJob) -> dict[str, Any]:
    """Return what a task says of its job: id, name, status, outcome, cause, failure reason.

    It is the output of a task that succeeds, and as JSON the cause of one that fails.
    """
    result = job.result
    return {
        "job": job.id,
        "name": job.name,
        "status": job.status,
        "outcome": str(result.outcome),
        "cause": result.cause,
        "failure_reason": job.failure_reason,
    }


def code_of(error: BaseException) -> str | None:
    """Return the code of an error of AWS; None where it is something else."""
    response = getattr(error, "response", None)
    said = response.get("Error") if isinstance(response, dict) else None
    return str(said.get("Code")) if isinstance(said, dict) else None
