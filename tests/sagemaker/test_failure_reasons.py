"""The causes that FailureReason's leading kind stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate.sagemaker.failure_reasons import failure_cause

CAUSES = {"algorithm", "client", "internal", "no_capacity", "unknown"}


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        # aws/amazon-sagemaker-examples#1740
        ("AlgorithmError: framework error: \nTraceback (most recent call last):", "algorithm"),
        # aws/amazon-sagemaker-examples#3444
        ("AlgorithmError: ExecuteUserScriptError:\nCommand", "algorithm"),
        # aws/sagemaker-python-sdk#35
        ("ClientError: SageMaker was unable to assume the role", "client"),
        # aws/sagemaker-python-sdk#70
        ("InternalServerError: We encountered an internal error. Please try again.", "internal"),
        # DIAGNijmegen/rse-grand-challenge#2631
        ("CapacityError: Unable to provision requested ML compute capacity.", "no_capacity"),
    ],
)
def test_published_reasons_are_told_apart(reason: str, cause: str) -> None:
    """Reasons that people published lead to the cause that their first word names."""
    assert failure_cause(reason) == cause


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "Training job failed",
        "please wait: AlgorithmError: no",
        "algorithmerror: lower case",
        "AlgorithmErrors: another word",
    ],
)
def test_other_reasons_are_unknown(reason: str) -> None:
    """Only the text before the first colon counts, and only in AWS's spelling."""
    assert failure_cause(reason) == "unknown"


def test_the_kind_alone_is_enough() -> None:
    """A reason that is nothing but its kind counts, with or without a colon."""
    assert failure_cause("CapacityError") == failure_cause("CapacityError:") == "no_capacity"


@given(st.text())
def test_any_text_has_a_cause(reason: str) -> None:
    """No text raises, and nothing but the five causes is ever said."""
    assert failure_cause(reason) in CAUSES
