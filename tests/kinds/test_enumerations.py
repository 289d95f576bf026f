"""Which of SageMaker's kinds of job are modelled, and why the others are not yet.

A new botocore that knows another kind, or another status, turns this red: then somebody decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import botocore.session

from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB

if TYPE_CHECKING:
    from jobstate import Lifecycle

MODEL: Any = botocore.session.get_session().get_service_model("sagemaker")

#: Enumeration → the life cycle that has it.
MODELLED: Final[dict[str, Lifecycle]] = {
    "TrainingJobStatus": TRAINING_JOB,
    "ProcessingJobStatus": PROCESSING_JOB,
    "TransformJobStatus": TRANSFORM_JOB,
    "HyperParameterTuningJobStatus": TUNING_JOB,
}
#: Enumeration → why there is no life cycle of it.
NOT_YET: Final = {
    "AIBenchmarkJobStatus": "no public answer",
    "AIRecommendationJobStatus": "no public answer",
    "AutoMLJobSecondaryStatus": "ends that are partial; which goes with which is half unknown",
    "AutoMLJobStatus": "its secondary status is needed to tell its ends apart",
    "CompilationJobStatus": "six public answers",
    "EdgePackagingJobStatus": "no public answer",
    "JobSecondaryStatus": "273 of 300 moves would be silent: it could refuse next to nothing",
    "JobStatus": "the generic job: no public answer",
    "LabelingJobStatus": "no public answer; its limits stop it as people do",
    "ModelCardExportJobStatus": "no public answer",
    "OptimizationJobStatus": "no public answer",
    "RecommendationJobStatus": "no public answer",
}


def test_every_kind_of_job_is_modelled_or_is_not_for_a_reason() -> None:
    """No kind is forgotten, and none is in both lists."""
    found = {
        name
        for name in MODEL.shape_names
        if name.endswith(("JobStatus", "JobSecondaryStatus"))
        and "enum" in MODEL.shape_for(name).metadata
    }
    assert found == MODELLED.keys() | NOT_YET.keys()
    assert not MODELLED.keys() & NOT_YET.keys()


def test_what_is_modelled_has_every_status() -> None:
    """Of the service's enumeration, and no other."""
    for name, lifecycle in MODELLED.items():
        statuses = {state.primary for state in lifecycle.regions[0].states}
        assert statuses == set(MODEL.shape_for(name).metadata["enum"]), name
