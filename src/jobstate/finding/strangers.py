"""What something is that has no answer in it, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from jobstate.common.text import MOST_NAMES, counted, cut, listed, printable
from jobstate.errors import Problem
from jobstate.finding.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What stands beside a list that may be empty.
_BESIDE: Final = frozenset(
    {"nexttoken", "responsemetadata", "marker", "istruncated", "sdkhttpmetadata"}
)
_LONGEST_NAME: Final = 60
_LONGEST_MESSAGE: Final = 200
#: What there is instead of an answer, before the names of its fields.
A_MAPPING: Final = "a mapping of"
_AN_ANSWER: Final = "an answer about a job"


def no_answer(value: Mapping[str, object], expected: str) -> Problem | None:
    """Return what is said of a mapping without an answer; None of a list's page that is empty.

    Args:
        value: The mapping.
        expected: What an answer would have, in words.
    """
    if is_empty_page(value):
        return None
    if (error := _error(value)) is not None:
        return Problem("", _AN_ANSWER, f"an error answer of the service: {error}")
    for what, is_it in _FILES.items():
        if is_it(value):
            return Problem("", _AN_ANSWER, what)
    return Problem("", expected, f"{A_MAPPING} {_names(value)}" if value else "an empty mapping")


def is_empty_page(value: Mapping[str, object]) -> bool:
    """Return whether something lists things, of which there is none."""
    lists = [each for name, each in value.items() if folded(name) not in _BESIDE]
    return bool(lists) and all(isinstance(each, (list, tuple)) and not each for each in lists)


def shortened(problems: Sequence[Problem], path: str) -> list[Problem]:
    """Return the first of many problems of a list without an answer; the others are counted."""
    rest = len(problems) - 1
    if rest < MOST_NAMES:
        return list(problems)
    first = problems[0]
    return [first, Problem(path, _AN_ANSWER, f"{counted(rest, 'other')} that are none either")]


def _error(value: Mapping[str, object]) -> str | None:
    """Return the code and the message of an error, as services and their clients spell them."""
    error = value.get("Error", value.get("error"))
    held = error if isinstance(error, Mapping) else value
    names = {folded(name): each for name, each in held.items()}
    codes = ("code", "type", "errortype", "errorcode") if held is not value else _BARE_CODES
    code = next((names[each] for each in codes if isinstance(names.get(each), str)), None)
    if code is None:
        return None
    message = names.get("message", names.get("errormessage", names.get("cause")))
    kind = str(code).rpartition("#")[2]
    said = f"{kind}: {message}" if isinstance(message, str) else kind
    return cut(printable(said), _LONGEST_MESSAGE)


#: By which an error is known around which nothing says that it is one: ``__type``.
_BARE_CODES: Final = ("type", "errortype", "errorcode", "error")


def _names(value: Mapping[str, object]) -> str:
    return listed([cut(printable(str(name)), _LONGEST_NAME) for name in value])


def _is_trail(value: Mapping[str, object]) -> bool:
    records = value.get("Records")
    first = records[0] if isinstance(records, list) and records else value
    return isinstance(first, Mapping) and "eventSource" in first and "eventName" in first


def _is_template(value: Mapping[str, object]) -> bool:
    resources = value.get("Resources")
    return "AWSTemplateFormatVersion" in value or (
        isinstance(resources, Mapping)
        and any(isinstance(each, Mapping) and "Type" in each for each in resources.values())
    )


#: What other files are, with what has to be done instead, and how they are known.
_FILES: Final = {
    "a Terraform state, which holds what was asked for: ask the service where a job stands": (
        lambda value: "terraform_version" in value
    ),
    "a CloudFormation template, which holds what is wanted: ask the service where a job stands": (
        _is_template
    ),
    "records of CloudTrail, which hold requests: ask the service where a job stands": _is_trail,
}
