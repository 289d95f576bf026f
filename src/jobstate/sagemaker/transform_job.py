"""The life cycle of an Amazon SageMaker batch transform job: `TRANSFORM_JOB`.

Descriptions don't say when the record was last changed, so the latest of their times is taken for
the earliest time at which it can have been.

Facts as known in November 2026.
"""

from __future__ import annotations

from typing import Final

from jobstate.model.fields import Field
from jobstate.model.schema_writer import ended, name_of
from jobstate.model.states import Basis
from jobstate.sagemaker import five_statuses as five
from jobstate.sagemaker.fields import arn_field, name_field, reason_field

_OBS = Basis.OBSERVED
_TIMES: Final = ("CreationTime", "TransformStartTime", "TransformEndTime")

#: What answers about transform jobs look like.
SCHEMA: Final = five.answer_schema(
    "TransformJob",
    a_job="a transform job",
    ended="TransformEndTime",
    page="transform-jobs",
    detail_type="SageMaker Transform Job State Change",
    both={"TransformEndTime": Field.time(), "FailureReason": reason_field()},
    described={
        "TransformStartTime": Field.time(),
        "ModelName": name_field(),
        "LabelingJobArn": arn_field("labeling-job", "a labeling job", lengths=(0, 2048)),
        "AutoMLJobArn": arn_field("automl-job", "an AutoML job"),
    },
    listed={"LastModifiedTime": Field.time()},
    not_before=_TIMES,
)

#: The life cycle of a SageMaker batch transform job.
TRANSFORM_JOB: Final = five.lifecycle(
    SCHEMA,
    constant="TRANSFORM_JOB",
    title="Amazon SageMaker batch transform job",
    known={
        five.COMPLETED: (_OBS, "API; 30 answers with Failed"),
        (five.IN_PROGRESS, five.COMPLETED): (_OBS, "NB 3"),
        (five.IN_PROGRESS, five.FAILED): (_OBS, "NB 1"),
        (five.IN_PROGRESS, five.STOPPING): (_OBS, "REC 1"),
    },
    rules=five.rules(
        _TIMES,
        {
            "end-time-exactly-when-final": "30 of 30 that ended, 0 of 19 others",
            "times-in-order": "22 answers, no counterexample",
            "times-fixed": "7 jobs of which several answers show CreationTime, 2 of them"
            " TransformEndTime",
            "failure-reason-exactly-when-failed": "API; 2 of 2, 0 of 47",
        },
    ),
    says={"TransformEndTime": ended, "ModelName": name_of},
)
