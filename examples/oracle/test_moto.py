"""moto's training job against the oracle: what a fake says must be possible."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from jobstate import ConformanceError, check
from jobstate.sagemaker import TRAINING_JOB


@mock_aws
def test_motos_job_cannot_be() -> None:
    """It is Completed, but its history never left Starting; it started before any download."""
    client = boto3.client("sagemaker", region_name="eu-west-1")
    client.create_training_job(
        TrainingJobName="tides",
        RoleArn="arn:aws:iam::111122223333:role/trainer",
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": "s3://bucket/models"},
        ResourceConfig={"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    answer = client.describe_training_job(TrainingJobName="tides")
    report = check(TRAINING_JOB, answer)
    with pytest.raises(ConformanceError) as caught:
        report.validate()
    print(caught.value)
    assert sorted({each.rule for each in report.violations}) == [
        "start-time-is-first-download",
        "status-is-last-entry",
    ]
