"""A DAG that trains, waits without keeping a worker busy, and minds how the job has ended."""

from datetime import UTC, datetime, timedelta

from airflow.providers.amazon.aws.operators.sagemaker import SageMakerTrainingOperator
from airflow.sdk import DAG

from jobstate.aws.bridges.airflow import JobSensor

NAME = "churn-{{ ds_nodash }}"
CONFIG = {
    "TrainingJobName": NAME,
    "RoleArn": "arn:aws:iam::111122223333:role/trains",
    "AlgorithmSpecification": {
        "TrainingImage": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1",
        "TrainingInputMode": "File",
    },
    "OutputDataConfig": {"S3OutputPath": "s3://models"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 14_400},
}

with DAG("churn", start_date=datetime(2026, 3, 4, tzinfo=UTC), schedule="@daily") as dag:
    train = SageMakerTrainingOperator(
        task_id="train", config=CONFIG, wait_for_completion=False, check_if_job_exists=False
    )
    trained = JobSensor(
        task_id="trained", job_name=NAME, deferrable=True, timeout=timedelta(hours=12)
    )
    train >> trained
