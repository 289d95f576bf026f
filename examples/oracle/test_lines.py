"""The table "lines before and after" of docs/orchestrating.md: Airflow and the SageMaker SDK 2."""

from __future__ import annotations

from airflow.providers.amazon.aws.sensors.sagemaker import (
    SageMakerBaseSensor,
    SageMakerTrainingSensor,
)
from airflow.providers.amazon.aws.triggers.base import AwsBaseWaiterTrigger
from airflow.providers.amazon.aws.triggers.sagemaker import SageMakerTrigger
from airflow.providers.amazon.aws.utils.waiter_with_logging import async_wait
from code_lines import is_on_the_page, lines_in, lines_of
from sagemaker import logs, session


def test_airflow() -> None:
    """The trigger with what waits for it, and the sensor."""
    replaced = (
        *(SageMakerTrigger, AwsBaseWaiterTrigger, async_wait),
        *(SageMakerBaseSensor, SageMakerTrainingSensor),
    )
    name = "Airflow's `SageMakerTrigger` and `SageMakerTrainingSensor` (amazon provider 9.39)"
    here = "`JobTrigger`, `JobSensor`"
    after = lines_in("src/jobstate/aws/bridges/airflow.py")
    assert is_on_the_page(name, lines_of(*replaced), here, after), (lines_of(*replaced), after)


def test_the_sdk() -> None:
    """What `fit` waits with, and reads logs with."""
    replaced = (
        *(session._logs_for_job, session._flush_log_streams, session._logs_init),
        *(session._get_initial_job_state, session._check_job_status, session.LogState),
        *(logs.multi_stream_iter, logs.log_stream),
    )
    name = "SageMaker SDK 2.257, the wait of `estimator.fit`"
    after = lines_in("src/jobstate/aws/logs.py")
    counted = lines_of(*replaced)
    assert is_on_the_page(name, counted, "`wait_with_logs`", after), (counted, after)
