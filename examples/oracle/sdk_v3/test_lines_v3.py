"""The table "lines before and after" of docs/orchestrating.md: the SageMaker SDK 3."""

from __future__ import annotations

from code_lines import is_on_the_page, lines_in, lines_of
from sagemaker.core.resources import TrainingJob
from sagemaker.core.utils.logs import LogStreamHandler, MultiLogStreamHandler


def test_the_sdk() -> None:
    """Its wait, and what reads logs."""
    wait = getattr(TrainingJob.wait, "__wrapped__", TrainingJob.wait)
    counted = lines_of(wait, LogStreamHandler, MultiLogStreamHandler)
    name = "SageMaker SDK 3 (sagemaker-core 2.27), `TrainingJob.wait(logs=True)`"
    after = lines_in("src/jobstate/aws/logs.py")
    assert is_on_the_page(name, counted, "`wait_with_logs`", after), (counted, after)
