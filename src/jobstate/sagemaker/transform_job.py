"""The life cycle of an Amazon SageMaker batch transform job: `TRANSFORM_JOB`.

Descriptions don't say when the record was last changed, so the latest of their times is taken for
the earliest time at which it can have been.

Facts as known in November 2026.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from jobstate.model.answer_schema import Field
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import Failed, SchemaWriter, created, ended, id_of, modified
from jobstate.model.states import Basis, Region
from jobstate.sagemaker import five_statuses as five
from jobstate.sagemaker.failure_reasons import failure_cause
from jobstate.sagemaker.fields import (
    SOURCES,
    arn_field,
    event,
    job_id,
    job_name,
    name_field,
    reason_field,
)

_OBS = Basis.OBSERVED
_RESOURCE: Final = "transform-job"
_EVENT: Final = "SageMaker Transform Job State Change"

_COMMON: Final = {
    "TransformJobName": name_field(required=True),
    "TransformJobArn": arn_field(_RESOURCE, "a transform job", required=True),
    "TransformJobStatus": Field.status(required=True),
    "CreationTime": Field.time(required=True),
    "TransformEndTime": Field.time(),
    "FailureReason": reason_field(),
}
_DESCRIPTION: Final = {
    **_COMMON,
    "TransformStartTime": Field.time(),
    "ModelName": name_field(),
    "LabelingJobArn": arn_field("labeling-job", "a labeling job", lengths=(0, 2048)),
    "AutoMLJobArn": arn_field("automl-job", "an AutoML job"),
}

#: What answers about transform jobs look like.
SCHEMA: Final = five.answer_schema(
    "TransformJob",
    resource=_RESOURCE,
    detail_type=_EVENT,
    described=_DESCRIPTION,
    listed={**_COMMON, "LastModifiedTime": Field.time()},
    not_before=("CreationTime", "TransformStartTime", "TransformEndTime"),
    ended="TransformEndTime",
    page="transform-jobs",
)

_WRITER: Final = SchemaWriter(
    schema=SCHEMA,
    says={
        "TransformJobName": job_name,
        "TransformJobArn": id_of,
        "CreationTime": created,
        "TransformEndTime": ended,
        "LastModifiedTime": modified,
        "FailureReason": Failed(five.FAILED, five.NO_WORDS),
        "ModelName": job_name,
    },
    id_for=partial(job_id, _RESOURCE),
    event=partial(event, _EVENT),
)

#: The life cycle of a SageMaker batch transform job.
TRANSFORM_JOB: Final = importable(
    Lifecycle(
        name=SCHEMA.kind,
        version="2026.11",
        title="Amazon SageMaker batch transform job",
        regions=(
            Region(
                name=five.JOB,
                title="TransformJobStatus",
                field="TransformJobStatus",
                initial=(five.IN_PROGRESS,),
                states=five.states({five.COMPLETED: (_OBS, "API; 30 answers with Failed")}),
                edges=five.edges(
                    {
                        (five.IN_PROGRESS, five.COMPLETED): (_OBS, "NB 3"),
                        (five.IN_PROGRESS, five.FAILED): (_OBS, "NB 1"),
                        (five.IN_PROGRESS, five.STOPPING): (_OBS, "REC 1"),
                    }
                ),
            ),
        ),
        rules=(
            five.end_time_exactly_when_final(
                "TransformEndTime", "30 of 30 that ended, 0 of 19 others"
            ),
            five.times_in_order(
                ("CreationTime", "TransformStartTime", "TransformEndTime", "LastModifiedTime"),
                "22 answers, no counterexample",
            ),
            five.times_fixed(
                ("CreationTime", "TransformStartTime", "TransformEndTime"),
                "7 jobs of which several answers show CreationTime, 2 of them TransformEndTime",
            ),
            five.reason_exactly_when_failed("API; 2 of 2, 0 of 47"),
        ),
        reader=SchemaReader(SCHEMA, failure_cause),
        writer=_WRITER,
        failure_cause=failure_cause,
        sources=SOURCES,
    ),
    "jobstate.sagemaker:TRANSFORM_JOB",
)
