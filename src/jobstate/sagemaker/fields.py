"""What fields of SageMaker's answers hold, whatever kind of job they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.eventbridge import envelope
from jobstate.model.fields import Field

if TYPE_CHECKING:
    from jobstate.model.answer_schema import Envelope

LONGEST_NAME: Final = 63
LONGEST_ARN: Final = 256
LONGEST_REASON: Final = 1024
#: The short names of sources that every kind uses.
SOURCES: Final = {
    "API": "SageMaker API reference and botocore's sagemaker/2017-07-24 service model (1.44.8)",
    "NB": "outputs in public notebooks",
    "REC": "recorded API answers in a public test suite (2018, 2024)",
    "ENUM": "nothing but the value in the API's enumeration",
    "silent": "AWS says nothing about it",
}
#: The beginning of every arn. AWS's own pattern accepts "job\n" if used with $.
ARN: Final = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:"
#: Where the jobs are that nobody has: the account of AWS's examples.
ACCOUNT, AWS_REGION = "111122223333", "eu-west-1"


def name_pattern(longest: int = LONGEST_NAME) -> str:
    """Return the pattern of names: letters, digits and inner hyphens.

    AWS's own bounds groups of hyphens and a letter rather than the length; with fullmatch this one
    is equivalent, and linear.
    """
    return f"[A-Za-z0-9](?:[A-Za-z0-9-]{{0,{longest - 2}}}[A-Za-z0-9])?"


def a_name(longest: int = LONGEST_NAME) -> str:
    """Return what a name is, in words."""
    return f"a job name (1 to {longest} letters, digits and inner hyphens)"


def name_field(longest: int = LONGEST_NAME, *, required: bool = False) -> Field:
    """Return a field that holds the name of a job."""
    return Field.text(
        longest,
        shortest=1,
        pattern=name_pattern(longest),
        expected=a_name(longest),
        required=required,
    )


def arn_field(
    resource: str, what: str, *, longest: int = LONGEST_ARN, required: bool = False
) -> Field:
    """Return a field that holds an arn.

    Args:
        resource: The kind of resource, as arns have it: ``processing-job``.
        what: Whose arn it is, in words.
        longest: How many characters at most.
        required: An answer without it can't be read.
    """
    return Field.text(
        longest,
        pattern=f"{ARN}{resource}/.*",
        expected=f"{what}'s arn (at most {longest:,} characters)",
        required=required,
    )


def reason_field() -> Field:
    """Return a field that holds a FailureReason, or an ExitMessage."""
    return Field.text(LONGEST_REASON)


def state_change(detail_type: str) -> Envelope:
    """Return the events of a type that SageMaker sends; answers in them have the job's tags."""
    return envelope(detail_type, "aws.sagemaker", besides={"Tags": {}})


def job_id(resource: str, name: str) -> str:
    """Return the arn of a job that nobody has; arns are in lower case, whatever names are."""
    return f"arn:aws:sagemaker:{AWS_REGION}:{ACCOUNT}:{resource}/{name.lower()}"
