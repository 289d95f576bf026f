"""Which kind of job an answer is about, and what is said where nobody can tell."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from jobstate import JobKey, Tracker, check, check_jobs
from jobstate.batch import BATCH_JOB
from jobstate.conformance.answers import read
from jobstate.errors import ObservationError, Problem, UnknownNameError
from jobstate.finding import Found, finder_of
from jobstate.kinds import KINDS, Kinds
from jobstate.sagemaker import (
    PROCESSING_JOB,
    TRAINING_JOB,
    TRANSFORM_JOB,
    TUNING_JOB,
    TrainingJobSummary,
)

ARN: Final = "arn:aws:sagemaker:eu-west-1:111122223333"
#: Life cycle → what the fields of its answers begin with, what its arns have, its list, its event.
CALLED: Final = {
    TRAINING_JOB: ("TrainingJob", "training-job", "Training Job"),
    PROCESSING_JOB: ("ProcessingJob", "processing-job", "Processing Job"),
    TRANSFORM_JOB: ("TransformJob", "transform-job", "Transform Job"),
    TUNING_JOB: (
        "HyperParameterTuningJob",
        "hyper-parameter-tuning-job",
        "HyperParameter Tuning Job",
    ),
}


def answer(kind: Any, **more: object) -> dict[str, object]:
    """Return an answer about a job that has just begun."""
    prefix, resource, _ = CALLED[kind]
    return {
        f"{prefix}Name": "one",
        f"{prefix}Arn": f"{ARN}:{resource}/one",
        f"{prefix}Status": "InProgress",
        "CreationTime": "2026-10-05T06:00:00Z",
        **more,
    }


def listed(kind: Any) -> dict[str, object]:
    """Return an answer that lists one."""
    return {f"{CALLED[kind][0]}Summaries": [answer(kind)]}


def event(kind: Any) -> dict[str, object]:
    """Return an event about one."""
    detail_type = f"SageMaker {CALLED[kind][2]} State Change"
    return {"detail-type": detail_type, "source": "aws.sagemaker", "detail": answer(kind)}


def deep(number: int) -> object:
    """Return so many lists within a list."""
    return [deep(number - 1)] if number else []


def test_every_kind_of_the_library_is_there() -> None:
    """In the order in which people read them."""
    assert list(KINDS) == [*CALLED, BATCH_JOB]
    assert len(KINDS) == len(CALLED) + 1


@pytest.mark.parametrize("made", [answer, listed, event])
@pytest.mark.parametrize("kind", CALLED, ids=lambda kind: kind.name)
def test_whose_an_answer_is(kind: Any, made: Any) -> None:
    """By its status, its list, or its event's type."""
    (found,) = finder_of(KINDS).find(made(kind))
    assert isinstance(found, Found)
    assert found.lifecycle is kind
    assert found.answer == (event if made is event else answer)(kind)


def test_links_to_other_jobs_confuse_nobody() -> None:
    """A processing job may name the training job that it was made for."""
    linked = answer(PROCESSING_JOB, TrainingJobArn=f"{ARN}:training-job/other")
    assert check(KINDS, linked).lifecycle is PROCESSING_JOB


def test_two_of_one_name() -> None:
    """Nobody could tell whose a job is."""
    with pytest.raises(ValueError, match=r"^expected kinds of different names, got several sagem"):
        Kinds(TRAINING_JOB, TRAINING_JOB.without("illegal-pair"))


def test_batch_jobs() -> None:
    """By the list that holds them, or by their own fields, of which one has a common name."""
    job = {"jobId": "1", "jobName": "one", "status": "RUNNING", "createdAt": 1_790_000_000_000}
    for given in (job, {"jobs": [job]}, {"jobSummaryList": [job]}):
        (found,) = finder_of(KINDS).find(given)
        assert isinstance(found, Found)
        assert (found.lifecycle, found.answer) == (BATCH_JOB, job)


def test_what_lacks_its_status_is_read_to_say_so() -> None:
    """By the kind whose id and name it has."""
    broken = {name: value for name, value in answer(TRANSFORM_JOB).items() if "Status" not in name}
    with pytest.raises(ObservationError) as caught:
        check(KINDS, [broken])
    (problem,) = caught.value.problems
    assert problem.path == "[0].TransformJobStatus"


def test_an_answer_of_two_kinds() -> None:
    """Nobody can tell; it says between which."""
    with pytest.raises(ObservationError) as caught:
        check(KINDS, answer(TRANSFORM_JOB) | answer(PROCESSING_JOB))
    (problem,) = caught.value.problems
    names = "sagemaker-processing-job and sagemaker-transform-job"
    assert problem == Problem("", "an answer about one kind of job", f"one that is of {names}")


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        (
            {"hello": 1},
            "",
            "an answer about a job, which has its id and one of TrainingJobS",
        ),
        ([[{"hello": 1}]], "[0][0]", "an answer about a job"),
        (7, "", "an answer about a job, an event, or a list of these"),
        (deep(17), "[0]" * 17, "at most 16 mappings and lists within each other"),
        ({"TransformJobSummaries": [7]}, "TransformJobSummaries[0]", "an answer about a job"),
    ],
)
def test_what_is_no_answer(given: object, path: str, expected: str) -> None:
    """It is named for what it is, where it is."""
    with pytest.raises(ObservationError) as caught:
        check_jobs(KINDS, given)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.expected.startswith(expected)


def test_several_kinds_at_once() -> None:
    """Each job is judged by its own life cycle."""
    reports = check_jobs(KINDS, [answer(kind) for kind in CALLED])
    assert [each.lifecycle for each in reports.values()] == list(CALLED)
    assert all(each.legal for each in reports.values())


def test_records_are_of_their_kind() -> None:
    """What was read of an answer already is taken as it is."""
    record = TrainingJobSummary.from_api(answer(TRAINING_JOB))
    assert check(KINDS, [record]).lifecycle is TRAINING_JOB


def test_what_answers_lack_is_said_in_one_line() -> None:
    """With what there is, unless so much is there that it must be one."""
    with pytest.raises(ObservationError) as caught:
        check(Kinds(TUNING_JOB), {"HyperParameterTuningJobStatus": "Completed"})
    (problem,) = caught.value.problems
    assert problem.expected == (
        "an answer about an Amazon SageMaker hyperparameter tuning job, which has"
        " HyperParameterTuningJobArn too"
    )
    assert problem.got == "a mapping of HyperParameterTuningJobStatus"
    with pytest.raises(ObservationError) as caught:
        check(
            Kinds(TUNING_JOB),
            answer(TUNING_JOB) | {"HyperParameterTuningJobArn": None, "CreationTime": 7},
        )
    assert [each.path for each in caught.value.problems] == [
        "HyperParameterTuningJobArn",
        "CreationTime",
    ]


def test_names() -> None:
    """A kind is found by the name of its life cycle."""
    assert KINDS.named("sagemaker-transform-job") is TRANSFORM_JOB
    with pytest.raises(UnknownNameError, match="no kind of job 'sagemaker-dream'"):
        KINDS.named("sagemaker-dream")


def test_a_life_cycle_that_reads_nothing() -> None:
    """Its answers could not be recognised."""
    with pytest.raises(TypeError, match="expected a life cycle with a SchemaReader"):
        Kinds(attrs.evolve(TRAINING_JOB, reader=None))


def test_what_is_read_alone_is_a_mapping() -> None:
    """Whoever hands a reader something else is told so."""
    assert TUNING_JOB.reader is not None
    with pytest.raises(ObservationError, match="a mapping of API names"):
        TUNING_JOB.reader.read(7)


def test_an_observation_of_none_of_some_kinds() -> None:
    """Whoever made it is told the names of those that are judged."""
    two = Kinds(TRAINING_JOB, BATCH_JOB)
    seen = attrs.evolve(read(TRAINING_JOB, answer(TRAINING_JOB)), job=JobKey("letter", "one"))
    with pytest.raises(ObservationError) as caught:
        check_jobs(two, seen)
    expected = " or ".join(repr(each.name) for each in two)
    assert str(caught.value).endswith(f"job.kind: expected {expected}, got 'letter'")


def test_what_is_no_answer_of_one_kind() -> None:
    """Is told as it came, with its place; so is every other, where all are asked for."""
    with pytest.raises(ObservationError) as caught:
        Tracker(TRAINING_JOB).observe_all([[[1]], answer(TRAINING_JOB), "two"])
    assert [(each.path, each.got) for each in caught.value.problems] == [
        ("[0][0][0]", "1"),
        ("[2]", "'two'"),
    ]


def test_none_to_check() -> None:
    """As with a life cycle."""
    with pytest.raises(ObservationError, match="an answer about a job"):
        check(KINDS, [])
