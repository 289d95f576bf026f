"""What fields of SageMaker's answers hold, whatever kind of job they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from jobstate.eventbridge import envelope
from jobstate.model.console import Console
from jobstate.model.fields import Field
from jobstate.model.operations import NOWHERE, Action, Filter, FilterTest, Listing, Place, Verb
from jobstate.model.values import Segment

if TYPE_CHECKING:
    from datetime import datetime

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
_AN_ACCOUNT: Final = f"12 digits ({NOWHERE.account} will do for a masked one)"
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
        Segment("account", "[0-9]{12}", _AN_ACCOUNT, ":"),
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


def state_change(detail_type: str) -> Envelope:
    """Return the events of a type that SageMaker sends; answers in them have the job's tags."""
    return envelope(detail_type, "aws.sagemaker", besides={"Tags": {}})


def job_id(resource: str, name: str, _created: datetime, place: Place) -> str:
    """Return the arn of a job; arns are in lower case, whatever names are."""
    return place.arn("sagemaker", f"{resource}/{name.lower()}")


# --- Operations -----------------------------------------------------------------------------------


def listing(noun: str, *more: Filter, modified: bool = True) -> Listing:
    """Return how jobs of a kind are listed: all alike (API, the List operations).

    Args:
        noun: How the names of operations and fields have the kind: ``ProcessingJob``.
        more: Filters beside those that all have.
        modified: Items have the time of their modification.
    """
    times = ("CreationTime", "LastModifiedTime") if modified else ("CreationTime",)
    return Listing(
        filters=(
            Filter("NameContains", f"{noun}Name", FilterTest.CONTAINS),
            Filter("StatusEquals", f"{noun}Status"),
            *(Filter(f"{time}After", time, FilterTest.AFTER) for time in times),
            *(Filter(f"{time}Before", time, FilterTest.BEFORE) for time in times),
            *more,
        ),
        sorts={"CreationTime": (), "Name": f"{noun}Name", "Status": f"{noun}Status"},
        size="MaxResults",
        token="NextToken",  # noqa: S106 - the name of an argument
        by="SortBy",
        order="SortOrder",
        usual=10,
        most=100,
    )


def actions(
    noun: str,
    *verbs: Verb,
    silent: tuple[str, ...] = ("Tags",),
    missing: str = "ResourceNotFound",
) -> tuple[Action, ...]:
    """Return what else can be done to jobs of a kind.

    A job that is not there, and a stop of one that has ended, are ValidationExceptions (observed);
    of the others the API says what they raise.

    Args:
        noun: How the names of operations and fields have the kind: ``ProcessingJob``.
        verbs: What can be done beside making and stopping one.
        silent: What answers do not repeat of the request that makes one.
        missing: By which code the API refuses that for a job that is not there.
    """
    name, arn = f"{noun}Name", f"{noun}Arn"
    unfit = "ResourceInUse" if missing == "ResourceNotFound" else missing
    every = {
        Verb.CREATE: Action(f"Create{noun}", Verb.CREATE, name, silent=silent, answers=(arn,)),
        Verb.STOP: Action(
            f"Stop{noun}", Verb.STOP, name, causes={"stop_requested"}, unfit="ValidationException"
        ),
        Verb.UPDATE: Action(
            f"Update{noun}",
            Verb.UPDATE,
            name,
            causes={"update_requested", "keep_alive_updated"},
            answers=(arn,),
            unfit="ValidationException",
            missing=missing,
        ),
        Verb.DELETE: Action(
            f"Delete{noun}",
            Verb.DELETE,
            name,
            causes={"delete_requested"},
            unfit=unfit,
            missing=missing,
        ),
    }
    return tuple(every[verb] for verb in (Verb.CREATE, Verb.STOP, *verbs))
