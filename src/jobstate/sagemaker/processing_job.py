"""The life cycle of an Amazon SageMaker processing job: `PROCESSING_JOB`.

Facts as known in November 2026.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from jobstate.model.answer_schema import Field
from jobstate.model.lifecycle import Lifecycle, importable
from jobstate.model.rule_tests import Requires
from jobstate.model.schema_reader import SchemaReader
from jobstate.model.schema_writer import (
    AfterTheEnd,
    Always,
    Failed,
    SchemaWriter,
    created,
    ended,
    id_of,
    modified,
)
from jobstate.model.specification import Rule
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
_RESOURCE: Final = "processing-job"
_EVENT: Final = "SageMaker Processing Job State Change"

_SUMMARY: Final = {
    "ProcessingJobName": name_field(required=True),
    "ProcessingJobArn": arn_field(_RESOURCE, "a processing job", required=True),
    "ProcessingJobStatus": Field.status(required=True),
    "CreationTime": Field.time(required=True),
    "ProcessingEndTime": Field.time(),
    "LastModifiedTime": Field.time(),
    "FailureReason": reason_field(),
    "ExitMessage": reason_field(),
}
_DESCRIPTION: Final = {
    **_SUMMARY,
    "ProcessingStartTime": Field.time(),
    "StoppingCondition": Field.part({"MaxRuntimeInSeconds": Field.count()}),
    "MonitoringScheduleArn": Field.text(256),
    "AutoMLJobArn": arn_field("automl-job", "an AutoML job"),
    "TrainingJobArn": arn_field("training-job", "a training job"),
}

#: What answers about processing jobs look like.
SCHEMA: Final = five.answer_schema(
    "ProcessingJob",
    resource=_RESOURCE,
    detail_type=_EVENT,
    described=_DESCRIPTION,
    listed=_SUMMARY,
    ended="ProcessingEndTime",
    page="processing-jobs",
)

_WRITER: Final = SchemaWriter(
    schema=SCHEMA,
    says={
        "ProcessingJobName": job_name,
        "ProcessingJobArn": id_of,
        "CreationTime": created,
        "ProcessingEndTime": ended,
        "LastModifiedTime": modified,
        "FailureReason": Failed(five.FAILED, five.NO_WORDS),
        "ExitMessage": AfterTheEnd("See job logs for more information"),
        "StoppingCondition.MaxRuntimeInSeconds": Always(86_400),
    },
    id_for=partial(job_id, _RESOURCE),
    event=partial(event, _EVENT),
)

_RULES: Final = (
    five.end_time_exactly_when_final("ProcessingEndTime", "30 of 30 that ended, 0 of 66 others"),
    five.times_in_order(
        ("CreationTime", "ProcessingStartTime", "ProcessingEndTime", "LastModifiedTime"),
        "96 answers, no counterexample",
    ),
    five.times_fixed(
        ("CreationTime", "ProcessingStartTime", "ProcessingEndTime"),
        "7 jobs of which several answers show CreationTime; of the others silent",
    ),
    five.reason_exactly_when_failed("API; 4 of 4, 0 of 92"),
    Rule(
        id="exit-message-only-when-final",
        summary="ExitMessage is set only once the container has ended, whatever it came to.",
        basis=Basis.DOCUMENTED,
        source="API; 5, of which 3 Completed",
        tests=(Requires(field="ExitMessage", then=five.ENDED),),
    ),
)

#: The life cycle of a SageMaker processing job.
PROCESSING_JOB: Final = importable(
    Lifecycle(
        name=SCHEMA.kind,
        version="2026.11",
        title="Amazon SageMaker processing job",
        regions=(
            Region(
                name=five.JOB,
                title="ProcessingJobStatus",
                field="ProcessingJobStatus",
                initial=(five.IN_PROGRESS,),
                states=five.states(
                    {
                        five.IN_PROGRESS: (_OBS, "API; 65 answers"),
                        five.COMPLETED: (_OBS, "API; 25 answers"),
                        five.FAILED: (_OBS, "API; 4 answers"),
                        five.STOPPING: (_OBS, "API; REC 1"),
                        five.STOPPED: (_OBS, "API; REC 1"),
                    }
                ),
                edges=five.edges(
                    {
                        (five.IN_PROGRESS, five.COMPLETED): (_OBS, "NB 5"),
                        (five.IN_PROGRESS, five.FAILED): (_OBS, "NB 2, REC 1"),
                        (five.IN_PROGRESS, five.STOPPING): (_OBS, "REC 1"),
                        (five.IN_PROGRESS, five.STOPPED): (_OBS, "NB 1: Stopping is soon over"),
                    }
                ),
            ),
        ),
        rules=_RULES,
        reader=SchemaReader(SCHEMA, failure_cause),
        writer=_WRITER,
        failure_cause=failure_cause,
        sources=SOURCES,
    ),
    "jobstate.sagemaker:PROCESSING_JOB",
)
