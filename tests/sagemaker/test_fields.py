"""What is wrong with an arn is said of its part, whatever kind of job it is of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from jobstate import Lifecycle, ObservationError, check
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB

if TYPE_CHECKING:
    from jobstate.errors import Problem

#: Kind → what the names of its fields begin with, what its arns have, whose they are.
KINDS = {
    TRAINING_JOB: ("TrainingJob", "training-job", "a training job"),
    PROCESSING_JOB: ("ProcessingJob", "processing-job", "a processing job"),
    TRANSFORM_JOB: ("TransformJob", "transform-job", "a transform job"),
    TUNING_JOB: ("HyperParameterTuningJob", "hyper-parameter-tuning-job", "a tuning job"),
}
#: What stands where → of which part it is, and what is right there.
WRONG = {
    "arn:AWS:sagemaker:eu-west-1:111122223333:{}/tide": ("partition", "AWS", "aws, aws-cn"),
    "arn:aws:s3:eu-west-1:111122223333:{}/tide": ("service", "s3", "sagemaker"),
    "arn:aws:sagemaker:<region>:111122223333:{}/tide": ("region", "<region>", "lower-case"),
    "arn:aws:sagemaker:eu-west-1:XXXXXXXXXXXX:{}/tide": ("account", "XXXXXXXXXXXX", "12 digits"),
    "arn:aws:sagemaker:eu-west-1:************:{}/tide": ("account", "************", "12 digits"),
    "arn:aws:sagemaker:eu-west-1:<account/id>:{}/tide": ("account", "<account/id>", "12 digits"),
    "arn:aws:sagemaker:eu-west-1:11112222333:{}/tide": ("account", "11112222333", "12 digits"),
    "arn:aws:sagemaker:eu-west-1::{}/tide": ("account", "", "12 digits"),
    "arn:aws:sagemaker:eu-west-1:111122223333:model/tide": ("type of resource", "model", "{}"),
    "arn:aws:sagemaker:eu-west-1:111122223333:{}x/tide": ("type of resource", "{}x", "{}"),
    "arn:aws:sagemaker:eu-west-1:111122223333": ("type of resource", "", "{}"),
    "arn:aws:sagemaker": ("account", "", "12 digits"),
}
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def problem_of(kind: Lifecycle, arn: object) -> Problem:
    """Return what is wrong with an answer of which nothing but the arn is wrong."""
    name, *_ = KINDS[kind]
    answer = {
        f"{name}Name": "tide",
        f"{name}Arn": arn,
        f"{name}Status": "InProgress",
        "CreationTime": "2026-10-05T06:00:00Z",
        "TrainingJobStatusCounters": {},
        "ObjectiveStatusCounters": {},
    }
    with pytest.raises(ObservationError) as caught:
        check(kind, answer)
    (found,) = caught.value.problems
    assert found.path == f"{name}Arn"
    return found


@each_kind
@pytest.mark.parametrize("arn", WRONG)
def test_the_part_that_is_wrong(kind: Lifecycle, arn: str) -> None:
    """Is named with what is right there, what came, and the arn that it came in."""
    _, resource, whose = KINDS[kind]
    part, got, right = (each.replace("{}", resource) for each in WRONG[arn])
    found = problem_of(kind, arn.replace("{}", resource))
    said = re.fullmatch(
        r"(.*)'s arn \(at most 256 characters\), whose (.*?) is (.*)", found.expected
    )
    assert said
    assert said.groups()[:2] == (whose, part)
    assert said[3].startswith(right)
    assert found.got == f"{got!r} in {arn.replace('{}', resource)!r}"


@each_kind
@pytest.mark.parametrize("arn", ["", "x", "tide", "ARN:aws:sagemaker", 7, ["arn"], b"arn:aws"])
def test_what_is_no_arn_at_all(kind: Lifecycle, arn: object) -> None:
    """Has no part that could be wrong."""
    found = problem_of(kind, arn)
    assert found.expected == f"{KINDS[kind][2]}'s arn (at most 256 characters)"
    assert found.got == ascii(arn)


@each_kind
def test_an_arn_that_is_too_long(kind: Lifecycle) -> None:
    """Every part of it may be well."""
    arn = f"arn:aws:sagemaker:eu-west-1:111122223333:{KINDS[kind][1]}/{'x' * 250}"
    found = problem_of(kind, arn)
    assert ("whose name is" in found.expected) is (kind is TRAINING_JOB)
    assert found.got


def test_another_kind_of_job() -> None:
    """Another job's arn is one whose type of resource is wrong."""
    found = problem_of(TRAINING_JOB, "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/tide")
    assert found.expected.endswith(", whose type of resource is training-job")
    assert found.got.startswith("'processing-job' in ")


def test_the_name_of_a_training_job() -> None:
    """Is held to what names are, which others' are not."""
    for name in ("two words", "-", "", "x" * 64, "tide\n"):
        arn = f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{name}"
        assert "whose name is a job name (1 to 63 " in problem_of(TRAINING_JOB, arn).expected


def test_of_a_masked_account_the_way_out_is_told() -> None:
    """Any account will do, as long as it is one."""
    arn = "arn:aws:sagemaker:eu-west-1:{}:training-job/tide"
    found = problem_of(TRAINING_JOB, arn.format("[REDACTED]"))
    assert "(111122223333 will do for a masked one)" in found.expected
    answer = {
        "TrainingJobName": "tide",
        "TrainingJobArn": arn.format("111122223333"),
        "TrainingJobStatus": "InProgress",
        "CreationTime": "2026-10-05T06:00:00Z",
    }
    assert check(TRAINING_JOB, answer).legal
