"""The life cycle of an Amazon SageMaker processing job: `PROCESSING_JOB`.

Facts as known in November 2026.
"""

from __future__ import annotations

from typing import Final

from jobstate.model.fields import Field
from jobstate.model.links import Link
from jobstate.model.operations import Verb
from jobstate.model.rule_tests import Requires
from jobstate.model.schema_writer import AfterTheEnd, Always, ended
from jobstate.model.specification import Rule
from jobstate.model.states import Basis
from jobstate.sagemaker import five_statuses as five
from jobstate.sagemaker.fields import actions, arn_field, reason_field

_OBS = Basis.OBSERVED

#: What answers about processing jobs look like.
SCHEMA: Final = five.answer_schema(
    "ProcessingJob",
    a_job="a processing job",
    ended="ProcessingEndTime",
    page="processing-jobs",
    detail_type="SageMaker Processing Job State Change",
    both={
        "ProcessingEndTime": Field.time(),
        "LastModifiedTime": Field.time(),
        "FailureReason": reason_field(),
        "ExitMessage": reason_field(),
    },
    described={
        "ProcessingStartTime": Field.time(),
        "StoppingCondition": Field.part({"MaxRuntimeInSeconds": Field.count()}),
        "MonitoringScheduleArn": Field.text(256),
        "AutoMLJobArn": arn_field("automl-job", "an AutoML job"),
        "TrainingJobArn": arn_field("training-job", "a training job"),
    },
    done=actions("ProcessingJob", Verb.DELETE),
    # API: the training job that it is associated with, as a debugger's rule is.
    links=(Link(field="TrainingJobArn", to="sagemaker-training-job"),),
)

_RULES: Final = (
    *five.rules(
        ("CreationTime", "ProcessingStartTime", "ProcessingEndTime"),
        {
            "end-time-exactly-when-final": "30 of 30 that ended, 0 of 66 others",
            "times-in-order": "96 answers, no counterexample",
            "times-fixed": "7 jobs of which several answers show CreationTime; of the others"
            " silent",
            "failure-reason-exactly-when-failed": "API; 4 of 4, 0 of 92",
        },
    ),
    Rule(
        id="exit-message-only-when-final",
        summary="ExitMessage is set only once the container has ended, whatever it came to.",
        basis=Basis.DOCUMENTED,
        source="API; 5, of which 3 Completed",
        tests=Requires(field="ExitMessage", then=five.ENDED),
    ),
)

#: The life cycle of a SageMaker processing job.
PROCESSING_JOB: Final = five.lifecycle(
    SCHEMA,
    constant="PROCESSING_JOB",
    title="Amazon SageMaker processing job",
    known={
        five.IN_PROGRESS: (_OBS, "API; 65 answers"),
        five.COMPLETED: (_OBS, "API; 25 answers"),
        five.FAILED: (_OBS, "API; 4 answers"),
        five.STOPPING: (_OBS, "API; REC 1"),
        five.STOPPED: (_OBS, "API; REC 1"),
        (five.IN_PROGRESS, five.COMPLETED): (_OBS, "NB 5"),
        (five.IN_PROGRESS, five.FAILED): (_OBS, "NB 2, REC 1"),
        (five.IN_PROGRESS, five.STOPPING): (_OBS, "REC 1"),
        (five.IN_PROGRESS, five.STOPPED): (_OBS, "NB 1: Stopping is soon over"),
    },
    rules=_RULES,
    says={
        "ProcessingEndTime": ended,
        "ExitMessage": AfterTheEnd("See job logs for more information"),
        "StoppingCondition.MaxRuntimeInSeconds": Always(86_400),
    },
)
