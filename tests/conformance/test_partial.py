"""Verdicts on dictionaries that are no answers: nothing that is missing is held against them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import Lifecycle, ObservationError, Outcome, Report, check, check_partial
from jobstate.batch import BATCH_JOB
from jobstate.kinds import KINDS
from jobstate.model import Shown
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from tests.kinds.databricks_run import DATABRICKS_RUN
from tests.support import corpus_series
from tests.support.command import described, item


def verdict(answer: object, lifecycle: Lifecycle = TRAINING_JOB) -> Report:
    """Return the verdict on one dictionary."""
    (found,) = check_partial(lifecycle, answer)
    return found


# --- Names of fields ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("TrainingJobStatus", "SecondaryStatus", "FailureReason"),
        ("training_job_status", "secondary_status", "failure_reason"),
        ("trainingJobStatus", "secondaryStatus", "failureReason"),
        ("Status", "Secondary", "Failure"),
        ("state", "secondary", "reason"),
        ("STATUS", "Secondary-Status", "Failure_Reason"),
    ],
)
def test_what_fields_are_called(names: tuple[str, str, str]) -> None:
    """As the service calls them, in any spelling, or as people do."""
    found = verdict(dict(zip(names, ("Failed", "Failed", "AlgorithmError: exit 1"), strict=True)))
    assert found.legal
    assert found.shown == {"job": Shown("Failed", "Failed")}
    assert (found.result.outcome, found.result.cause) == (Outcome.FAILED, "algorithm")
    assert found.failure_reason == "AlgorithmError: exit 1"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"Status": "InProgress"}, Outcome.RUNNING),
        ({"Status": "Completed"}, Outcome.SUCCEEDED),
        ({"Status": "Stopped"}, Outcome.STOPPED),
        ({"Secondary": "Training"}, Outcome.RUNNING),
        ({"Secondary": "MaxRuntimeExceeded"}, Outcome.TIMED_OUT),
        ({"Status": "MaxWaitTimeExceeded"}, Outcome.TIMED_OUT),
        ({"Status": "Downloading"}, Outcome.RUNNING),
        ({"Status": "Completed", "Secondary": None, "Failure": None}, Outcome.SUCCEEDED),
        ({"Status": "Completed", "Failure": "", "Metric": 0.93}, Outcome.SUCCEEDED),
    ],
)
def test_a_status_is_enough(answer: object, outcome: Outcome) -> None:
    """Of either axis, under a name for either; what else there is does no harm."""
    found = verdict(answer)
    assert found.legal
    assert found.violations == ()
    assert found.result.outcome is outcome


def test_the_services_own_name_comes_first() -> None:
    """Where both are there, whichever stands first."""
    for answer in (
        {"Status": "green", "TrainingJobStatus": "Stopped"},
        {"TrainingJobStatus": "Stopped", "Status": "green"},
    ):
        assert verdict(answer).shown == {"job": Shown("Stopped")}


# --- What is missing is not known -----------------------------------------------------------------


def test_no_rule_accuses_what_is_absent() -> None:
    """Each published answer, whole or with any one field of it beside the status, is legal."""
    series = [corpus_series.answers(trace) for trace in corpus_series.traces()]
    answers = [each[-1] for each in series if check(TRAINING_JOB, each[-1]).violations == ()]
    assert len(answers) > 200
    for answer in answers:
        main = {"TrainingJobStatus": answer["TrainingJobStatus"]}
        parts = [answer, *({name: answer[name], **main} for name in answer)]
        without = ({name: answer[name] for name in answer if name != each} for each in answer)
        parts += [each for each in without if {"TrainingJobStatus", "SecondaryStatus"} & set(each)]
        assert all(each.violations == () for each in check_partial(TRAINING_JOB, parts)), answer


def test_what_is_there_is_judged() -> None:
    """Pairs that are none, reasons of jobs that did not fail, histories, unknown statuses."""
    (pair,) = verdict({"Status": "Completed", "Secondary": "Training"}).violations
    assert pair.rule == "illegal-pair"
    (reason,) = verdict({"Status": "Completed", "Reason": "AlgorithmError: x"}).violations
    assert reason.rule == "failure-reason-only-when-failed"
    answer = described(("Starting", 5), ("Uploading", 5))
    whole = {name: answer[name] for name in ("SecondaryStatus", "SecondaryStatusTransitions")}
    (step,) = verdict(whole).violations
    assert step.rule == "illegal-transition"
    (odd,) = verdict({"Status": "Hibernating"}).unmodelled
    assert (odd.field, odd.value) == ("job.primary", "Hibernating")
    (odd,) = verdict({"Secondary": "Hibernating"}).unmodelled
    assert (odd.field, odd.value) == ("job.secondary", "Hibernating")


# --- Whose it is ----------------------------------------------------------------------------------


def test_each_is_a_job_of_its_own() -> None:
    """Known by its name or else by its place, which no real job is."""
    found = check_partial(
        TRAINING_JOB,
        [
            {"Status": "Completed"},
            {"Status": "Failed", "Name": "tide"},
            {"Status": "Failed", "TrainingJobName": "tide"},
            [{"Status": "Stopped", "training_job_name": "ebb"}],
            {"Status": "Failed", "Name": "", "TrainingJobArn": item("flow")["TrainingJobArn"]},
            {"Status": "Failed", "name": 7},
        ],
    )
    assert [each.job.id for each in found] == [
        *("partial [0]", "partial tide", "partial tide", "partial ebb"),
        "partial arn:aws:sagemaker:eu-west-1:111122223333:training-job/flow",
        "partial [5]",
    ]
    assert verdict({"Status": "Completed"}).job.id == "partial answer"
    assert {each.job.kind for each in found} == {TRAINING_JOB.name}


def test_when_it_was_created() -> None:
    """Is known where it is there, and was then printed with its zone."""
    found = verdict({"Status": "Failed", "creation_time": "2026-03-04T05:06:07Z"})
    assert found.created == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert verdict({"Status": "Failed"}).created is None
    with pytest.raises(ObservationError, match=r"CreationTime: expected a time with its zone"):
        verdict({"Status": "Failed", "creation_time": "2026-03-04 05:06:07"})


def test_the_kind_is_that_whose_own_name_the_status_has() -> None:
    """Or the job's; else it is the first: Batch has a name of its own for ids alone."""
    found = check_partial(
        KINDS,
        [
            {"ProcessingJobStatus": "Completed"},
            {"transform_job_status": "Failed", "Reason": "ClientError: x"},
            {"hyperParameterTuningJobStatus": "Stopped"},
            {"Status": "Completed"},
            {"status": "Completed"},
            {"jobId": "001", "status": "SUCCEEDED"},
            {"TransformJobArn": "arn", "Status": "Failed"},
            {"TrainingJobStatus": "Completed", "ProcessingJobStatus": "Completed"},
        ],
    )
    assert [each.job.kind for each in found] == [
        "sagemaker-processing-job",
        "sagemaker-transform-job",
        "sagemaker-hyper-parameter-tuning-job",
        *["sagemaker-training-job"] * 2,
        "aws-batch-job",
        "sagemaker-transform-job",
        "sagemaker-training-job",
    ]
    assert all(each.legal and not each.unmodelled for each in found)


def test_other_life_cycles() -> None:
    """Whatever their schemas call things, wherever these stand."""
    batch = verdict({"Status": "FAILED", "Reason": "Host EC2 terminated"}, BATCH_JOB)
    assert (batch.result.outcome, batch.failure_reason) == (Outcome.FAILED, "Host EC2 terminated")
    assert verdict({"State": "Completed"}, PROCESSING_JOB).result.outcome is Outcome.SUCCEEDED
    assert DATABRICKS_RUN.schema is not None
    path = DATABRICKS_RUN.schema.places[0].primary
    first = DATABRICKS_RUN.main_region.states[0].primary
    assert verdict({"status": first}, DATABRICKS_RUN).shown["run"].primary == first
    whole: Any = first
    for name in reversed(path):
        whole = {name: whole}
    assert verdict(whole, DATABRICKS_RUN).shown == verdict({"status": first}, DATABRICKS_RUN).shown


def test_lists() -> None:
    """Lists in lists, and the answer of an operation that lists jobs."""
    page = {"TrainingJobSummaries": [{"Status": "Completed"}, {"Status": "Failed"}]}
    found = check_partial(TRAINING_JOB, [page, [page]])
    assert [each.job.id for each in found][-1] == "partial TrainingJobSummaries[1]"
    assert len(found) == 4
    assert check_partial(TRAINING_JOB, []) == []


# --- What can't be read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "a status under one of the keys TrainingJobStatus, Status, Secondary, got none"),
        ({"Name": "tide", "x": 1}, "Status, Secondary, got 'Name', 'x'"),
        ({str(each): 1 for each in range(20)}, "'6', '7', …"),
        ({"Status": None}, "Status, Secondary, got 'Status'"),
        ([["tide", "Completed"]], r"\[0\]\[0\]: expected a dictionary with a status, got 'tide'"),
        ("Completed", "a dictionary with a status, got 'Completed'"),
        ([{"Status": "Failed"}, {"Status": 7}], r"\[1\].TrainingJobStatus: expected a status"),
        ({"Status": ""}, "TrainingJobStatus: expected a status"),
        ({"Status": "Failed", "Reason": 7}, "FailureReason: expected a text"),
        ({"Status": "Failed", 7: 7, "CreationTime": "x"}, "CreationTime: expected an aware"),
    ],
)
def test_what_cant_be_read(answer: object, words: str) -> None:
    """Says what is missing and which keys there are, or what does not fit."""
    with pytest.raises(ObservationError, match=words):
        check_partial(TRAINING_JOB, answer)


def test_a_life_cycle_without_a_schema() -> None:
    """Has no names by which its fields could be found."""
    with pytest.raises(TypeError, match="SchemaReader"):
        check_partial(attrs.evolve(TRAINING_JOB, reader=None), {})


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.floats(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["Status", "state", "Secondary", "Reason", "name", "a"])
                | st.text(),
                inner | st.sampled_from(["Completed", "Training"]),
            )
        ),
    )
)
def test_anything(answer: object) -> None:
    """Is judged or refused with an error of ours."""
    try:
        found = check_partial(KINDS, answer)
    except ObservationError:
        return
    assert all(each.to_dict()["legal"] in {True, False} for each in found)
