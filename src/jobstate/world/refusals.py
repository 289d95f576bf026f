"""Why a service refuses a request: its codes, and the sense of its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.errors import JobstateError

if TYPE_CHECKING:
    from jobstate.model.answer_schema import AnswerSchema
    from jobstate.model.operations import ErrorCodes, Place


class RefusedRequestError(JobstateError):
    """The service refuses a request, as its clients are told.

    Attributes:
        code: The code of the error: ``ValidationException``.
        message: The words beside it.
        status: The status of the answer over HTTP.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(code, message, status)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def invalid(codes: ErrorCodes, argument: str, value: object, expected: str) -> RefusedRequestError:
    """Return the refusal of a value that an argument can't have."""
    given = "null" if value is None else f"'{value}'"
    text = f"1 validation error detected: Value {given} at '{argument}' failed to satisfy"
    return RefusedRequestError(codes.invalid, f"{text} constraint: {expected}")


def missing(code: str) -> RefusedRequestError:
    """Return the refusal of what is asked about a job that is not there."""
    return RefusedRequestError(code, "Requested resource not found.")


def taken(codes: ErrorCodes, job_id: str) -> RefusedRequestError:
    """Return the refusal of a job of a name that is taken."""
    text = "Job name must be unique within an AWS account and region, and a job with this name"
    return RefusedRequestError(codes.exists, f"{text} already exists ({job_id})")


def over_limit(schema: AnswerSchema, most: int) -> RefusedRequestError:
    """Return the refusal of one more job than may run at a time."""
    text = (
        f"The account-level service limit 'number of running {noun(schema)}s' is {most} jobs, with"
        f" current utilization of {most} jobs and a request delta of 1 jobs. Please contact AWS"
        " support to request an increase for this limit."
    )
    return RefusedRequestError(schema.codes.limit, text)


def unfit(code: str, schema: AnswerSchema, status: str) -> RefusedRequestError:
    """Return the refusal of what can't be done to a job in a status."""
    text = f"The request was rejected because the {noun(schema)} is {status}."
    return RefusedRequestError(code, text)


def throttled(codes: ErrorCodes) -> RefusedRequestError:
    """Return the refusal of one request too many."""
    return RefusedRequestError(codes.throttled, "Rate exceeded")


def denied(schema: AnswerSchema, operation: str, place: Place) -> RefusedRequestError:
    """Return the refusal of what the caller may not do."""
    action = f"{schema.service}:{operation}"
    text = (
        f"User: arn:{place.partition}:iam::{place.account}:user/nobody is not authorized to"
        f" perform: {action} because no identity-based policy allows the {action} action"
    )
    return RefusedRequestError(schema.codes.denied, text)


def noun(schema: AnswerSchema) -> str:
    """Return what people call a job: ``training job``."""
    return schema.kind.rpartition(f"{schema.service}-")[2].replace("-", " ")
