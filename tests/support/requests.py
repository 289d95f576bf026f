"""A request that creates a job of each kind, with as much in it as answers repeat."""

from __future__ import annotations

from typing import Any, Final

_ROLE: Final = "arn:aws:iam::111122223333:role/tides"
_TRAINING: Final[dict[str, Any]] = {
    "RoleArn": _ROLE,
    "AlgorithmSpecification": {"TrainingImage": "tides:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://tides/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 9},
    "StoppingCondition": {"MaxRuntimeInSeconds": 7_200},
}
#: Kind → the operation that creates one, the field with its name, and the rest of the request.
CREATING: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "sagemaker-training-job": (
        "CreateTrainingJob",
        "TrainingJobName",
        {
            **_TRAINING,
            "HyperParameters": {"epochs": "3"},
            "Environment": {"TZ": "UTC"},
            "Tags": [{"Key": "team", "Value": "tides"}],
        },
    ),
    "sagemaker-processing-job": (
        "CreateProcessingJob",
        "ProcessingJobName",
        {
            "RoleArn": _ROLE,
            "AppSpecification": {"ImageUri": "tides:1"},
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 9,
                }
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            "Tags": [{"Key": "team", "Value": "tides"}],
        },
    ),
    "sagemaker-transform-job": (
        "CreateTransformJob",
        "TransformJobName",
        {
            "ModelName": "tides",
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://tides/in"}}
            },
            "TransformOutput": {"S3OutputPath": "s3://tides/out"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        },
    ),
    "sagemaker-hyper-parameter-tuning-job": (
        "CreateHyperParameterTuningJob",
        "HyperParameterTuningJobName",
        {
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "ResourceLimits": {"MaxParallelTrainingJobs": 1},
            },
        },
    ),
    "aws-batch-job": (
        "SubmitJob",
        "jobName",
        {
            "jobQueue": "spring",
            "jobDefinition": "tides:1",
            "parameters": {"moon": "full"},
            "schedulingPriorityOverride": 3,
            "retryStrategy": {"attempts": 2},
            "timeout": {"attemptDurationSeconds": 600},
        },
    ),
}
