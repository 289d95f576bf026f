"""Which causes are worth another try: data that is checked, never a stop, waits that grow."""

from __future__ import annotations

import pickle
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstate import Lifecycle, Outcome, Result, outcome_of
from jobstate.aws import WORTH_ANOTHER_TRY, RetryPolicy
from jobstate.errors import LifecycleError, UnknownNameError
from jobstate.kinds import KINDS
from jobstate.kinds.causes import causes_of
from jobstate.model import AnswerSchema, Field, Shape, StatusFields
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, lives
from tests.support.small import edge, state

BATCH = KINDS.named("aws-batch-job")
MINUTE = timedelta(minutes=1)


def kind_with(failure_cause: Any) -> Lifecycle:
    """Return a life cycle whose reasons somebody else makes causes of."""
    fields = {"id": Field.text(9, required=True), "status": Field.status(required=True)}
    schema = AnswerSchema(
        kind="mine",
        service="mine",
        shapes=(Shape("list", fields),),
        id="id",
        places=(StatusFields(primary="status"),),
    )
    return Lifecycle.from_schema(
        schema,
        version="1",
        title="Mine",
        states=[state("on"), state("off")],
        edges=[edge("on", "off"), edge("off", "on")],
        initial=["on"],
        failure_cause=failure_cause,
    )


def failed(reason: str) -> Result:
    """Return what a training job has come to that failed for a reason."""
    return outcome_of(TRAINING_JOB, "Failed", "Failed", failure_reason=reason)


@pytest.mark.parametrize(
    ("result", "again"),
    [
        # DIAGNijmegen/rse-grand-challenge#2631
        (failed("CapacityError: Unable to provision requested ML compute capacity."), True),
        # aws/sagemaker-python-sdk#70
        (failed("InternalServerError: We encountered an internal error. Please try again."), True),
        # Spot capacity that did not come.
        (outcome_of(TRAINING_JOB, "Stopped", "MaxWaitTimeExceeded"), True),
        # aws/amazon-sagemaker-examples#1740
        (failed("AlgorithmError: ExecuteUserScriptError: exit code 1"), False),
        (failed("ClientError: Data download failed"), False),
        (failed("Nobody knows"), False),
        (outcome_of(TRAINING_JOB, "Failed"), False),
        (outcome_of(TRAINING_JOB, "Stopped", "Stopped"), False),
        (outcome_of(TRAINING_JOB, "Stopped"), False),
        (outcome_of(TRAINING_JOB, "Stopped", "MaxRuntimeExceeded"), False),
        (outcome_of(TRAINING_JOB, "Completed", "Completed"), False),
        (outcome_of(TRAINING_JOB, "InProgress", "Interrupted"), False),
        (outcome_of(TRAINING_JOB, "Hibernating"), False),
    ],
)
def test_training_jobs(result: Result, *, again: bool) -> None:
    """By default, what says nothing against the job, and nothing else."""
    assert (RetryPolicy(TRAINING_JOB).again(result, 1) is not None) == again


def test_the_defaults_of_each_kind() -> None:
    """Those causes that its ends can have; each has a source."""
    sagemaker = {"no_capacity", "internal"}
    assert {kind.name: set(RetryPolicy(kind).causes) for kind in KINDS} == {
        "sagemaker-training-job": sagemaker | {"max_wait"},
        "sagemaker-processing-job": sagemaker,
        "sagemaker-transform-job": sagemaker,
        "sagemaker-hyper-parameter-tuning-job": sagemaker,
        "aws-batch-job": {"host_lost", "not_started"},
    }
    assert all(WORTH_ANOTHER_TRY.values())
    assert set().union(*(RetryPolicy(kind).causes for kind in KINDS)) == set(WORTH_ANOTHER_TRY)


@pytest.mark.parametrize("kind", tuple(KINDS), ids=lambda kind: kind.name)
def test_never_a_stop(kind: Lifecycle) -> None:
    """Whatever its cause: also where a policy takes every cause that it can."""
    known = causes_of(kind)
    assert known
    unfit = {"stop_requested", "cancelled", "terminated"}
    policy = RetryPolicy(kind, causes=known - unfit)
    for cause in known:
        stopped = Result(outcome=Outcome.STOPPED, final=True, gone=False, cause=cause)
        assert policy.again(stopped, 1) is None


@given(st.sampled_from(tuple(KINDS)).flatmap(lives))
def test_every_end_has_a_known_cause(life: Life) -> None:
    """What a policy can be asked for is all that there is."""
    known = causes_of(life.lifecycle)
    assert known is not None
    assert life.result.cause is None or life.result.cause in known


def test_misspelt_causes() -> None:
    """They are refused, with what is meant."""
    with pytest.raises(UnknownNameError, match=r"did you mean no_capacity\?.*algorithm") as caught:
        RetryPolicy(TRAINING_JOB, causes={"internal", "no_capacty"})
    assert "host_lost" not in caught.value.choices
    with pytest.raises(UnknownNameError, match="no cause of an end of aws-batch-job 'internal'"):
        RetryPolicy(BATCH, causes=["internal"])


@pytest.mark.parametrize(
    ("kind", "cause"),
    [(TRAINING_JOB, "stop_requested"), (BATCH, "cancelled"), (BATCH, "terminated")],
)
def test_wishes_are_refused(kind: Lifecycle, cause: str) -> None:
    """Nobody can ask for another try of what somebody stopped."""
    with pytest.raises(LifecycleError, match=f"{cause} is a stop that somebody wanted"):
        RetryPolicy(kind, causes={cause})


def test_kinds_of_one_s_own() -> None:
    """Where nobody can tell which causes there are, any is taken; without reasons, those shown."""
    mine = kind_with(lambda reason: reason)
    assert causes_of(mine) is None
    assert RetryPolicy(mine).causes == set(WORTH_ANOTHER_TRY)
    assert RetryPolicy(mine, causes={"rain"}).causes == {"rain"}
    assert causes_of(kind_with(None)) == frozenset()
    with pytest.raises(UnknownNameError, match="none at all"):
        RetryPolicy(kind_with(None), causes={"rain"})


def test_how_often_and_how_long() -> None:
    """The waits double up to the longest; after the last try there is none."""
    result = failed("InternalServerError: x")
    policy = RetryPolicy(TRAINING_JOB, most=6, longest=timedelta(minutes=5))
    waits = [policy.again(result, tries) for tries in range(1, 8)]
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE, 5 * MINUTE, None, None]
    assert RetryPolicy(TRAINING_JOB, most=1).again(result, 1) is None
    endless = RetryPolicy(TRAINING_JOB, most=10**9)
    assert endless.again(result, 10**8) == timedelta(hours=1)
    with pytest.raises(ValueError, match="at least one try, got 0"):
        policy.again(result, 0)


@given(st.integers(0, 2**32), st.integers(1, 9))
def test_chance_is_given(seed: int, tries: int) -> None:
    """The same chance, the same wait; it is about what it would be without."""
    policy = RetryPolicy(TRAINING_JOB, most=10, jitter=0.25)
    result = failed("CapacityError: x")
    wait, again = (policy.again(result, tries, Random(seed)) for _ in range(2))
    plain = policy.again(result, tries)
    assert wait is not None
    assert plain is not None
    assert wait == again
    assert 0.75 * plain <= wait <= 1.25 * plain


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"most": 0}, "most of at least 1, got 0"),
        ({"factor": 0.5}, "factor of at least 1, got 0.5"),
        ({"first": timedelta(0)}, "a positive first"),
        ({"longest": -MINUTE}, "a positive longest"),
        ({"jitter": 1.0}, "jitter from 0 to below 1, got 1.0"),
    ],
)
def test_what_is_no_policy(given_: dict[str, Any], said: str) -> None:
    """Numbers that can't be meant are refused."""
    with pytest.raises(ValueError, match=said):
        RetryPolicy(TRAINING_JOB, **given_)


def test_a_policy_is_data() -> None:
    """It can be sent to another process, compared and printed."""
    policy = RetryPolicy(TRAINING_JOB, causes={"internal"})
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 - our own
    assert len(repr(policy)) < 300
