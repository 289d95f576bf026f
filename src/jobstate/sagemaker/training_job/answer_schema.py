"""What SageMaker's answers about training jobs look like, as data: `form`.

The same as `jobstate.sagemaker.training_job.reader` and its records read, for readers that are not
in Python; `tests/diagrams/page/test_judge.py` holds the two against each other.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import attrs

from jobstate.model.answer_schema import (
    AnswerSchema,
    Envelope,
    Example,
    FeatureTest,
    Field,
    FieldKind,
    Sign,
    StatusFields,
    Stays,
)
from jobstate.sagemaker.training_job import fields as texts
from jobstate.sagemaker.training_job.records import A_HISTORY, MOST_TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What EventBridge's envelopes say when they are about training jobs.
DETAIL_TYPE: Final = "SageMaker Training Job State Change"
SOURCE: Final = "aws.sagemaker"

#: How deep lists of lists may go: pages of a list, grouped, are two.
DEEPEST_LIST: Final = 8

#: What is right of what is no field, as `AnswerSchema` has it.
EXPECTED: Final = {
    "document": "an answer about a job, an event, or a list of these",
    "detail": "what the event says of a job",
    "list": "a list",
    "depth": f"at most {DEEPEST_LIST} lists within each other",
    "mapping": texts.A_MAPPING,
    "required": texts.REQUIRED,
}

_COUNT: Final = Field(kind=FieldKind.COUNT, expected=texts.A_COUNT, longest=texts.LARGEST_COUNT)
_FLAG: Final = Field(kind=FieldKind.FLAG, expected=texts.A_FLAG)


def _time(*, required: bool = False) -> Field:
    return Field(kind=FieldKind.TIME, expected=texts.A_TIME, required=required)


def _status(*, required: bool = False) -> Field:
    return Field(
        kind=FieldKind.STATUS,
        expected=texts.A_STATUS,
        required=required,
        shortest=1,
        longest=texts.LONGEST_STATUS,
    )


def _text(longest: int) -> Field:
    return Field(kind=FieldKind.TEXT, expected=texts.a_text(longest), longest=longest)


def _name(*, required: bool = False) -> Field:
    return Field(
        kind=FieldKind.TEXT,
        expected=texts.A_NAME,
        required=required,
        shortest=1,
        longest=texts.LONGEST_NAME,
        pattern=texts.NAME,
    )


def _arn(expected: str, pattern: str, longest: int, *, required: bool = False) -> Field:
    return Field(
        kind=FieldKind.TEXT,
        expected=expected,
        required=required,
        longest=longest,
        pattern=pattern,
    )


def _part(fields: Mapping[str, Field]) -> Field:
    return Field(kind=FieldKind.PART, expected=texts.A_MAPPING, fields=fields)


def _parts(fields: Mapping[str, Field]) -> Field:
    return Field(
        kind=FieldKind.PARTS,
        expected=A_HISTORY,
        longest=MOST_TRANSITIONS,
        fields=fields,
    )


_PLAN_ARN: Final = Field(
    kind=FieldKind.TEXT,
    expected=texts.A_PLAN_ARN,
    shortest=texts.SHORTEST_PLAN_ARN,
    longest=texts.LONGEST_PLAN_ARN,
    pattern=texts.PLAN_ARN,
)
_PLAN_ARNS: Final = Field(
    kind=FieldKind.TEXTS,
    expected=texts.A_SHORT_LIST,
    longest=texts.MOST_LISTED,
    each=attrs.evolve(_PLAN_ARN, required=True),
)
_COMMON: Final[Mapping[str, Field]] = {
    "TrainingJobName": _name(required=True),
    "TrainingJobArn": _arn(texts.A_JOB_ARN, texts.JOB_ARN, texts.LONGEST_ARN, required=True),
    "TrainingJobStatus": _status(required=True),
    "CreationTime": _time(required=True),
    "LastModifiedTime": _time(),
    "SecondaryStatus": _status(),
    "TrainingEndTime": _time(),
    "WarmPoolStatus": _part(
        {
            "Status": _status(required=True),
            "ResourceRetainedBillableTimeInSeconds": _COUNT,
            "ReusedByJob": _name(),
        }
    ),
}
_DESCRIPTION: Final[Mapping[str, Field]] = {
    **_COMMON,
    "TrainingStartTime": _time(),
    "SecondaryStatusTransitions": _parts(
        {
            "Status": _status(required=True),
            "StartTime": _time(required=True),
            "EndTime": _time(),
            "StatusMessage": _text(texts.LONGEST_MESSAGE),
        }
    ),
    "FailureReason": _text(texts.LONGEST_REASON),
    "EnableManagedSpotTraining": _FLAG,
    "RetryStrategy": _part({"MaximumRetryAttempts": _COUNT}),
    "StoppingCondition": _part(
        {
            "MaxRuntimeInSeconds": _COUNT,
            "MaxWaitTimeInSeconds": _COUNT,
            "MaxPendingTimeInSeconds": _COUNT,
        }
    ),
    "ResourceConfig": _part(
        {
            "KeepAlivePeriodInSeconds": _COUNT,
            "TrainingPlanArn": _PLAN_ARN,
            "InstancePreferences": Field(
                kind=FieldKind.PARTS,
                expected=texts.A_SHORT_LIST,
                longest=texts.MOST_LISTED,
                fields={"TrainingPlanArns": _PLAN_ARNS},
            ),
        }
    ),
    "TrainingTimeInSeconds": _COUNT,
    "BillableTimeInSeconds": _COUNT,
    "ModelArtifacts": _part({"S3ModelArtifacts": _text(texts.LONGEST_S3_URI)}),
    "TuningJobArn": _arn(texts.A_TUNING_ARN, texts.TUNING_ARN, texts.LONGEST_ARN),
}
_PREFERENCES: Final = ("ResourceConfig", "InstancePreferences")
_SUMMARY: Final[Mapping[str, Field]] = {**_COMMON, "TrainingPlanArn": _PLAN_ARN}

#: Rules call most fields by their own names.
_VALUES: Final = (
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingStartTime",
    "FailureReason",
    "TrainingTimeInSeconds",
    "BillableTimeInSeconds",
    "WarmPoolStatus.ReusedByJob",
    "WarmPoolStatus.ResourceRetainedBillableTimeInSeconds",
)
_EXAMPLES: Final = (
    ("A spot job, interrupted and resumed", "spot-interrupted.json"),
    ("A job that was stopped", "stopped.json"),
    ("A history that can't be", "illegal-step.json"),
)


@cache
def form() -> AnswerSchema:
    """Return what the answers look like, with the examples that come with jobstate."""
    from importlib.resources import files  # noqa: PLC0415 - slow to load, and only pages need it

    folder = files("jobstate.sagemaker.training_job") / "examples"
    return AnswerSchema(
        expected=EXPECTED,
        call="aws sagemaker describe-training-job",
        check="jobstate check",
        shapes=(_DESCRIPTION, _SUMMARY),
        lists=("TrainingJobSummaries",),
        envelope=Envelope(
            inside="detail", marks=(("detail-type", DETAIL_TYPE), ("source", SOURCE))
        ),
        deepest=DEEPEST_LIST,
        identity=(("TrainingJobArn",), ("CreationTime",)),
        places=(
            StatusFields(
                region="job", primary=("TrainingJobStatus",), secondary=("SecondaryStatus",)
            ),
            StatusFields(region="warm_pool", primary=("WarmPoolStatus", "Status")),
        ),
        stays=Stays(
            path=("SecondaryStatusTransitions",),
            status="Status",
            start="StartTime",
            end="EndTime",
        ),
        modified=("LastModifiedTime",),
        failure_reason=("FailureReason",),
        signs=(
            Sign(feature="warm_pool", path=("WarmPoolStatus",), test=FeatureTest.THERE),
            Sign(feature="spot", path=_PREFERENCES, test=FeatureTest.EXCLUDED),
            Sign(feature="spot", path=("EnableManagedSpotTraining",), test=FeatureTest.IS),
            Sign(feature="retry", path=("RetryStrategy",), test=FeatureTest.THERE),
            Sign(
                feature="plan",
                path=("ResourceConfig", "TrainingPlanArn"),
                test=FeatureTest.THERE,
            ),
            Sign(feature="plan", path=("TrainingPlanArn",), test=FeatureTest.THERE),
            Sign(
                feature="plan",
                path=(*_PREFERENCES, "TrainingPlanArns"),
                test=FeatureTest.THERE,
            ),
            Sign(
                feature="warm_pool",
                path=("ResourceConfig", "KeepAlivePeriodInSeconds"),
                test=FeatureTest.POSITIVE,
            ),
        ),
        values={
            **{name: tuple(name.split(".")) for name in _VALUES},
            "ModelArtifacts": ("ModelArtifacts", "S3ModelArtifacts"),
        },
        examples=tuple(
            Example(title=title, text=(folder / name).read_text(encoding="utf-8"))
            for title, name in _EXAMPLES
        ),
    )
