"""What SageMaker's answers about training jobs look like, as data: `SCHEMA`.

The same as `jobstate.sagemaker.training_job.reader` and its records read;
`tests/sagemaker/test_answer_schema.py` holds the two against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jobstate.model.answer_schema import (
    AnswerSchema,
    Example,
    FeatureTest,
    Shape,
    Sign,
    StatusFields,
    Stays,
)
from jobstate.model.fields import Field
from jobstate.model.links import Link
from jobstate.model.operations import Filter, Verb
from jobstate.sagemaker.fields import (
    actions,
    console,
    listing,
    name_field,
    reason_field,
    state_change,
)
from jobstate.sagemaker.training_job import fields as texts
from jobstate.sagemaker.training_job.records import A_HISTORY, MOST_TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What EventBridge's envelopes say when they are about training jobs.
DETAIL_TYPE: Final = "SageMaker Training Job State Change"

_COMMON: Final[Mapping[str, Field]] = {
    "TrainingJobName": name_field(required=True),
    "TrainingJobArn": texts.JOB_ARN,
    "TrainingJobStatus": Field.status(required=True),
    "CreationTime": Field.time(required=True),
    "LastModifiedTime": Field.time(),
    "SecondaryStatus": Field.status(),
    "TrainingEndTime": Field.time(),
    "WarmPoolStatus": Field.part(
        {
            "Status": Field.status(required=True),
            "ResourceRetainedBillableTimeInSeconds": Field.count(),
            "ReusedByJob": name_field(),
        }
    ),
}
_DESCRIPTION: Final[Mapping[str, Field]] = {
    **_COMMON,
    "TrainingStartTime": Field.time(),
    "SecondaryStatusTransitions": Field.parts(
        {
            "Status": Field.status(required=True),
            "StartTime": Field.time(required=True),
            "EndTime": Field.time(),
            "StatusMessage": Field.text(texts.LONGEST_MESSAGE),
        },
        MOST_TRANSITIONS,
        expected=A_HISTORY,
    ),
    "FailureReason": reason_field(),
    "EnableManagedSpotTraining": Field.flag(),
    "RetryStrategy": Field.part({"MaximumRetryAttempts": Field.count()}),
    "StoppingCondition": Field.part(
        {
            "MaxRuntimeInSeconds": Field.count(),
            "MaxWaitTimeInSeconds": Field.count(),
            "MaxPendingTimeInSeconds": Field.count(),
        }
    ),
    "ResourceConfig": Field.part(
        {
            "KeepAlivePeriodInSeconds": Field.count(),
            "TrainingPlanArn": texts.PLAN_ARN,
            "InstancePreferences": Field.parts(
                {"TrainingPlanArns": Field.texts(texts.PLAN_ARN, texts.MOST_LISTED)},
                texts.MOST_LISTED,
            ),
        }
    ),
    "TrainingTimeInSeconds": Field.count(),
    "BillableTimeInSeconds": Field.count(),
    "ModelArtifacts": Field.part({"S3ModelArtifacts": Field.text(texts.LONGEST_S3_URI)}),
    "TuningJobArn": texts.TUNING_ARN,
}
_PREFERENCES: Final = ("ResourceConfig", "InstancePreferences")
_SUMMARY: Final[Mapping[str, Field]] = {**_COMMON, "TrainingPlanArn": texts.PLAN_ARN}

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


def _examples() -> tuple[Example, ...]:
    from importlib.resources import files  # noqa: PLC0415 - slow to load, and only pages need it

    folder = files("jobstate.sagemaker.training_job") / "examples"
    return tuple(
        Example(title=title, text=(folder / name).read_text(encoding="utf-8"))
        for title, name in _EXAMPLES
    )


#: What answers about training jobs look like.
SCHEMA: Final = AnswerSchema(
    kind="sagemaker-training-job",
    service="sagemaker",
    shapes=(
        Shape("describe", _DESCRIPTION, operation="DescribeTrainingJob"),
        Shape(
            "list",
            _SUMMARY,
            operation="ListTrainingJobs",
            listed_in="TrainingJobSummaries",
            listing=listing(
                "TrainingJob",
                Filter("WarmPoolStatusEquals", "WarmPoolStatus.Status"),
                Filter("TrainingPlanArnEquals", "TrainingPlanArn"),
            ),
        ),
    ),
    envelopes=(state_change(DETAIL_TYPE),),
    id="TrainingJobArn",
    created="CreationTime",
    name="TrainingJobName",
    places=(
        StatusFields(primary="TrainingJobStatus", secondary="SecondaryStatus"),
        StatusFields(region="warm_pool", primary="WarmPoolStatus.Status"),
    ),
    stays=Stays(
        path="SecondaryStatusTransitions",
        status="Status",
        start="StartTime",
        end="EndTime",
        message="StatusMessage",
    ),
    modified="LastModifiedTime",
    ended="TrainingEndTime",
    failure_reason="FailureReason",
    links=(Link(field="TuningJobArn", to="sagemaker-hyper-parameter-tuning-job"),),
    signs=(
        Sign("warm_pool", "WarmPoolStatus"),
        Sign("spot", _PREFERENCES, test=FeatureTest.EXCLUDED),
        Sign("spot", "EnableManagedSpotTraining", test=FeatureTest.IS),
        Sign("retry", "RetryStrategy"),
        Sign("plan", "ResourceConfig.TrainingPlanArn"),
        Sign("plan", "TrainingPlanArn"),
        Sign("plan", (*_PREFERENCES, "TrainingPlanArns")),
        Sign("warm_pool", "ResourceConfig.KeepAlivePeriodInSeconds", test=FeatureTest.POSITIVE),
    ),
    values={
        **{name: name for name in _VALUES},
        "ModelArtifacts": "ModelArtifacts.S3ModelArtifacts",
    },
    actions=actions(
        "TrainingJob", Verb.UPDATE, Verb.DELETE, silent=("Tags", "SessionChainingConfig")
    ),
    console=console("jobs"),
    call="aws sagemaker describe-training-job",
    examples=_examples,
)
