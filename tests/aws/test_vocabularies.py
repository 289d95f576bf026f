"""Others' words for what a job has come to: total, and just those that others have."""

from __future__ import annotations

import pickle

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.semconv._incubating.attributes import cicd_attributes

from jobstate import Lifecycle, Outcome, Result, outcome_of
from jobstate.aws import (
    AIRFLOW,
    FLYTE,
    OPENTELEMETRY,
    STEP_FUNCTIONS,
    STEP_FUNCTIONS_ERRORS,
    Vocabulary,
)
from jobstate.aws.vocabularies import VOCABULARIES
from jobstate.errors import LifecycleError
from jobstate.kinds import KINDS
from jobstate.model.outcome import result_of
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, lives

SUCCESS = {"success", "SUCCEEDED"}
ALL = pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda each: each.name)


def ended(outcome: Outcome, cause: str | None = None) -> Result:
    """Return what a job has come to that has ended."""
    return Result(outcome=outcome, final=True, gone=False, cause=cause)


@ALL
def test_total_over_outcomes(vocabulary: Vocabulary) -> None:
    """Each outcome is called something; nothing but success is called so."""
    assert set(vocabulary.words) == set(Outcome)
    for outcome in set(Outcome) - {Outcome.RUNNING}:
        word = vocabulary.word(ended(outcome))
        if outcome is Outcome.SUCCEEDED:
            assert word in SUCCESS or vocabulary is STEP_FUNCTIONS_ERRORS
        else:
            assert word in vocabulary.all_words - SUCCESS - vocabulary.others
    assert vocabulary.source


@ALL
@pytest.mark.parametrize("kind", tuple(KINDS), ids=lambda kind: kind.name)
def test_total_over_states(vocabulary: Vocabulary, kind: Lifecycle) -> None:
    """Each state of each kind is called something, and a job that runs is never called ended."""
    running = vocabulary.words[Outcome.RUNNING]
    for state in kind.main_region.states:
        result = result_of([state])
        word = vocabulary.word(result)
        assert word is None or word in vocabulary.all_words - vocabulary.others
        assert (word == running) == (
            not state.final
            or (vocabulary is STEP_FUNCTIONS_ERRORS and state.outcome is Outcome.SUCCEEDED)
        )


@given(st.sampled_from(tuple(KINDS)).flatmap(lives), st.sampled_from(VOCABULARIES))
def test_lives(life: Life, vocabulary: Vocabulary) -> None:
    """Whatever a job comes to, also with what its answers say beside its statuses."""
    word = vocabulary.word(life.result)
    assert (word in SUCCESS) == (
        life.result.outcome is Outcome.SUCCEEDED and vocabulary is not STEP_FUNCTIONS_ERRORS
    )


def test_what_is_not_known() -> None:
    """A status of tomorrow is not the end; an end of which nothing is known is no success."""
    tomorrow = outcome_of(TRAINING_JOB, "Hibernating")
    gone = outcome_of(TRAINING_JOB, "Deleting")
    assert [each.word(tomorrow) for each in VOCABULARIES] == [
        None,
        "RUNNING",
        "RUNNING",
        None,
        None,
    ]
    assert [each.word(gone) for each in VOCABULARIES] == [
        *("error", "FAILED", "FAILED", "Job.Unknown", "failure")
    ]


def test_stops_and_time_outs() -> None:
    """They are told apart wherever others do."""
    stop = outcome_of(TRAINING_JOB, "Stopped", "Stopped")
    late = outcome_of(TRAINING_JOB, "Stopped", "MaxRuntimeExceeded")
    words = {each.name: (each.word(stop), each.word(late)) for each in VOCABULARIES}
    assert words == {
        "Airflow": ("stopped", "timeout"),
        "Flyte": ("ABORTED", "FAILED"),
        "Step Functions": ("ABORTED", "TIMED_OUT"),
        "Step Functions' errors": ("Job.Stopped", "Job.TimedOut"),
        "OpenTelemetry": ("cancellation", "timeout"),
    }


# --- As others have them --------------------------------------------------------------------------


def test_step_functions() -> None:
    """The statuses of an execution, as botocore's model lists them."""
    model = botocore.session.get_session().get_service_model("stepfunctions")
    assert STEP_FUNCTIONS.all_words == set(model.shape_for("ExecutionStatus").enum)


def test_errors_of_step_functions() -> None:
    """None has a name that is the service's own, nor one that is too long for it."""
    model = botocore.session.get_session().get_service_model("stepfunctions")
    longest = model.shape_for("SendTaskFailureInput").members["error"].metadata["max"]
    for word in STEP_FUNCTIONS_ERRORS.all_words:
        assert not word.startswith("States.")
        assert len(word) <= longest


def test_opentelemetry() -> None:
    """The values of both attributes, as the semantic conventions' package has them."""
    for values in (
        cicd_attributes.CicdPipelineResultValues,
        cicd_attributes.CicdPipelineTaskRunResultValues,
    ):
        assert OPENTELEMETRY.all_words == {each.value for each in values}
    assert OPENTELEMETRY.word(ended(Outcome.FAILED, "internal")) == "error"
    assert OPENTELEMETRY.word(ended(Outcome.FAILED, "algorithm")) == "failure"
    # A time-out is one whatever its cause is called.
    assert OPENTELEMETRY.word(ended(Outcome.TIMED_OUT, "no_capacity")) == "timeout"


def test_flyte() -> None:
    """The phases of TaskExecution, of 2026."""
    assert FLYTE.all_words == {
        *("UNDEFINED", "QUEUED", "RUNNING", "SUCCEEDED", "ABORTED", "FAILED", "RETRYABLE_FAILED"),
        *("INITIALIZING", "WAITING_FOR_RESOURCES"),
    }


def test_airflow() -> None:
    """The four of #71653, and what a trigger says where it can't tell."""
    assert AIRFLOW.all_words == {"success", "failed", "stopped", "timeout", "error"}


# --- Of one's own ---------------------------------------------------------------------------------


def test_a_vocabulary_that_is_not_total() -> None:
    """It is refused, with every outcome that it has no word for."""
    with pytest.raises(LifecycleError) as caught:
        Vocabulary(name="mine", source="me", words={Outcome.SUCCEEDED: "yes"})
    assert len(caught.value.defects) == len(Outcome) - 1


@ALL
def test_a_vocabulary_is_data(vocabulary: Vocabulary) -> None:
    """It can be sent to another process."""
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary  # noqa: S301 - our own
