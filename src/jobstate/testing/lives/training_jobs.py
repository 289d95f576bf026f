"""Hypothesis strategies for what SageMaker says of training jobs: records and dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from hypothesis import strategies as st

from jobstate.sagemaker import TrainingJobDescription, TrainingJobSummary
from jobstate.sagemaker.training_job.records import TrainingJobRecord
from jobstate.sagemaker.training_job.structures import API_NAME
from jobstate.testing.lives.strategies import lives, moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from jobstate.model.life import Life

_REQUIRED: Final = frozenset(
    each.metadata[API_NAME]
    for each in attrs.fields(TrainingJobRecord)
    if each.default is attrs.NOTHING
)
#: What the service's model requires of a description besides (botocore 1.44.5). It requires
#: ModelArtifacts too, which real answers leave out while there are none.
_OF_DESCRIPTIONS: Final = _REQUIRED | {"SecondaryStatus", "StoppingCondition"}
#: What sources leave out inside of parts, everywhere at once: part → fields.
_INSIDE: Final = {
    "SecondaryStatusTransitions": ("EndTime",),
    "WarmPoolStatus": ("ResourceRetainedBillableTimeInSeconds", "ReusedByJob"),
}


# --- As records ---------------------------------------------------------------------------------


def summaries(of: SearchStrategy[Life] | None = None) -> SearchStrategy[TrainingJobSummary]:
    """Return items of ListTrainingJobs as records; `list_items` are the same as dictionaries.

    Args:
        of: The lives that they are about; by default any of training jobs.
    """
    return list_items(of).map(TrainingJobSummary.from_api)


def descriptions(of: SearchStrategy[Life] | None = None) -> SearchStrategy[TrainingJobDescription]:
    """Return answers of DescribeTrainingJob as records; `described_jobs` are dictionaries.

    Args:
        of: The lives that they are about; by default any of training jobs.
    """
    return described_jobs(of).map(TrainingJobDescription.from_api)


# --- As dictionaries ----------------------------------------------------------------------------


def list_items(of: SearchStrategy[Life] | None = None) -> SearchStrategy[dict[str, Any]]:
    """Return items of ListTrainingJobs as boto3 returns them; optional fields may be absent.

    Args:
        of: The lives that they are about; by default any of training jobs.
    """
    return _answers(lives() if of is None else of, "list", _REQUIRED)


def described_jobs(of: SearchStrategy[Life] | None = None) -> SearchStrategy[dict[str, Any]]:
    """Return answers of DescribeTrainingJob as boto3 returns them; optional fields may be absent.

    Args:
        of: The lives that they are about; by default any of training jobs.
    """
    return _answers(lives() if of is None else of, "describe", _OF_DESCRIPTIONS)


def events(of: SearchStrategy[Life] | None = None) -> SearchStrategy[dict[str, Any]]:
    """Return EventBridge's events about changes of training jobs; `detail` may lack fields.

    Args:
        of: The lives that they are about; by default any of training jobs.
    """
    return _events(lives() if of is None else of)


@st.composite
def _events(draw: DrawFn, of: SearchStrategy[Life]) -> dict[str, Any]:
    event = _answer(draw, of, "event")
    return event | {"detail": _sparse(draw, event["detail"], _OF_DESCRIPTIONS)}


@st.composite
def _answers(
    draw: DrawFn, of: SearchStrategy[Life], form: str, required: frozenset[str]
) -> dict[str, Any]:
    return _sparse(draw, _answer(draw, of, form), required)


def _answer(draw: DrawFn, of: SearchStrategy[Life], form: str) -> dict[str, Any]:
    life = draw(of)
    return life.at(moment_of(draw, life), form)


def _sparse(draw: DrawFn, answer: Mapping[str, Any], required: frozenset[str]) -> dict[str, Any]:
    """Return an answer as it is, or without some of what sources leave out."""
    optional = [(name, "") for name in sorted(answer.keys() - required)]
    optional += [(part, name) for part, names in _INSIDE.items() for name in names]
    # Half of the numbers leave everything as it is, and so does the simplest.
    number = draw(st.integers(0, (2 << len(optional)) - 1))
    chosen = number if number < 1 << len(optional) else 0
    absent = {path for place, path in enumerate(optional) if chosen >> place & 1}
    return {
        name: _without(value, {inner for part, inner in absent if part == name})
        for name, value in answer.items()
        if (name, "") not in absent
    }


def _without(value: Any, names: set[str]) -> Any:  # noqa: ANN401 - whatever an answer holds
    if isinstance(value, list):
        return [_without(each, names) for each in value]
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name not in names}
    return value


st.register_type_strategy(TrainingJobSummary, lambda _: summaries())
st.register_type_strategy(TrainingJobDescription, lambda _: descriptions())
