"""What fields of SageMaker's answers hold, whatever kind of job they are about."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import attrs

from jobstate.common.times import iso
from jobstate.model.answer_schema import Envelope, Field
from jobstate.model.console import Console
from jobstate.model.schema_writer import with_milliseconds
from jobstate.model.values import Segment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstate.model.observation import Moment

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
#: What EventBridge's envelopes say when SageMaker sends them.
SOURCE: Final = "aws.sagemaker"
#: Where the jobs are that nobody has: the account of AWS's examples.
ACCOUNT, AWS_REGION = "111122223333", "eu-west-1"
_NAMES_OF_EVENTS = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


#: What the name in an arn is, where AWS's pattern takes any.
_ANY_NAME: Final = Segment("name", ".*", "one line of text")


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
    resource: str,
    what: str,
    *,
    name: Segment = _ANY_NAME,
    lengths: tuple[int, int] = (0, LONGEST_ARN),
    required: bool = False,
) -> Field:
    """Return a field that holds an arn.

    Args:
        resource: The kind of resource, as arns have it: ``processing-job``.
        what: Whose arn it is, in words.
        name: What stands behind that.
        lengths: How many characters at least and at most.
        required: An answer without it can't be read.
    """
    # AWS's own pattern accepts "job\n" if used with $.
    segments = (
        Segment("", "arn", "arn", ":"),
        Segment("partition", r"aws[a-z\-]*", "aws, aws-cn, aws-us-gov or alike", ":"),
        Segment("service", "sagemaker", "sagemaker", ":"),
        Segment("region", r"[a-z0-9\-]*", "lower-case letters, digits and hyphens", ":"),
        Segment("account", "[0-9]{12}", f"12 digits ({ACCOUNT} will do for a masked one)", ":"),
        Segment("type of resource", resource, resource, "/"),
        name,
    )
    shortest, longest = lengths
    least = f"{shortest} to" if shortest else "at most"
    text = Field.text(
        longest,
        shortest=shortest,
        pattern="".join(each.pattern + each.end for each in segments),
        expected=f"{what}'s arn ({least} {longest:,} characters)",
        required=required,
    )
    return attrs.evolve(text, segments=segments)


def console(jobs: str) -> Console:
    """Return where SageMaker's console has jobs of a kind."""
    return Console(url=f"https://{{domain}}/sagemaker/home?region={{region}}#/{jobs}/{{name}}")


def reason_field() -> Field:
    """Return a field that holds a FailureReason, or an ExitMessage."""
    return Field.text(LONGEST_REASON)


def envelope(detail_type: str) -> Envelope:
    """Return the event that EventBridge sends of some type."""
    return Envelope(inside="detail", marks=(("detail-type", detail_type), ("source", SOURCE)))


def event(detail_type: str, detail: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    """Return the event around an answer, as EventBridge sends it: times are milliseconds."""
    changed = moment.modified.astimezone(UTC).replace(microsecond=0)
    arn = moment.job.id
    *_, region, account, _ = arn.rsplit(":", 3)
    return {
        "version": "0",
        "id": str(uuid5(_NAMES_OF_EVENTS, f"{arn} {moment.modified.isoformat()}")),
        "detail-type": detail_type,
        "source": SOURCE,
        "account": account,
        "time": iso(changed),
        "region": region,
        "resources": [arn],
        "detail": {**with_milliseconds(detail), "Tags": {}},
    }


def job_id(resource: str, name: str) -> str:
    """Return the arn of a job that nobody has; arns are in lower case, whatever names are."""
    return f"arn:aws:sagemaker:{AWS_REGION}:{ACCOUNT}:{resource}/{name.lower()}"


def job_name(moment: Moment) -> str:
    """Return the name of the job of a moment, as its arn has it."""
    return moment.job.name
