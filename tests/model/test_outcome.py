"""What a job has come to, and what that means to a caller."""

from __future__ import annotations

import pytest

from jobstate import (
    Decision,
    Lifecycle,
    Observation,
    Outcome,
    OutcomePolicy,
    Result,
    check,
    outcome_of,
)
from jobstate.cli.terminal import Paint
from jobstate.cli.timeline import job_lines
from jobstate.diagrams import diagram_of
from jobstate.errors import LifecycleError
from jobstate.model import Region, Shown
from jobstate.model.outcome import vanished
from jobstate.sagemaker import TRAINING_JOB, SecondaryStatus, TrainingJobStatus
from tests.support.small import PARCEL, PARCELS, edge, feature, state

BASE = {
    "TrainingJobName": "job",
    "TrainingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/job",
    "CreationTime": "2026-01-01T00:00:00Z",
}


def decided(primary: str, secondary: str | None = None, policy: OutcomePolicy | None = None) -> str:
    """Return what a policy says of a job in some status."""
    answer = BASE | {"TrainingJobStatus": primary, "SecondaryStatus": secondary}
    return (policy or OutcomePolicy()).decide(check(TRAINING_JOB, answer).result)


@pytest.mark.parametrize(
    ("primary", "secondary", "decision"),
    [
        ("InProgress", "Training", Decision.WAIT),
        ("Stopping", "Stopping", Decision.WAIT),
        ("Completed", "Completed", Decision.SUCCESS),
        ("Failed", None, Decision.FAILURE),
        ("Stopped", "Stopped", Decision.FAILURE),
        ("Stopped", "MaxRuntimeExceeded", Decision.FAILURE),
        ("Stopped", None, Decision.FAILURE),
        ("Deleting", None, Decision.FAILURE),
        ("Deleting", "Completed", Decision.SUCCESS),
        ("InProgress", "Hibernating", Decision.WAIT),
        ("Hibernating", None, Decision.WAIT),
        ("Hibernating", "Completed", Decision.WAIT),
    ],
)
def test_the_default(primary: str, secondary: str | None, decision: Decision) -> None:
    """Only a completed job is success, nothing that has ended is waited for."""
    assert decided(primary, secondary) == decision


def test_stopped_may_be_success() -> None:
    """For a caller who stops jobs on purpose; a time-out is still none."""
    policy = OutcomePolicy(success=[Outcome.SUCCEEDED, Outcome.STOPPED])
    assert decided("Stopped", "Stopped", policy) == Decision.SUCCESS
    assert decided("Stopped", "MaxWaitTimeExceeded", policy) == Decision.FAILURE


PARTLY = PARCELS.evolve(
    add_states=[state("in part", final=True, outcome=Outcome.PARTIAL)],
    add_edges=[edge("sent", "in part")],
)


def test_an_end_in_part_is_no_success_unless_somebody_says_so() -> None:
    """Some of the work was done and some was not: who waits decides what that is worth."""
    result = outcome_of(PARTLY, "in part")
    assert (result.outcome, result.final) == (Outcome.PARTIAL, True)
    assert OutcomePolicy().decide(result) is Decision.FAILURE
    lenient = OutcomePolicy(success=["succeeded", "partial"])
    assert lenient.decide(result) is Decision.SUCCESS


def test_an_end_in_part_is_drawn_and_told() -> None:
    """In colours and words of its own."""
    seen = Observation(job=PARCEL, shown={"way": Shown("in part")})
    text = "\n".join(job_lines(check(PARTLY, seen), Paint()))
    assert "in part: succeeded in part, not a success" in text
    assert "partial" in {arrow.kind for arrow in diagram_of(PARTLY).arrows}


def test_running_is_never_success() -> None:
    """A policy that would end a wait too early is refused."""
    with pytest.raises(LifecycleError, match="running can't be success"):
        OutcomePolicy(success=[Outcome.RUNNING])


# --- Bare statuses ------------------------------------------------------------------------------

UNKNOWN = Result(Outcome.UNKNOWN, final=False, gone=False, cause=None)


@pytest.mark.parametrize(
    ("primary", "secondary", "outcome", "final", "cause"),
    [
        ("InProgress", "Training", "running", False, None),
        ("Completed", None, "succeeded", True, None),
        ("Stopped", None, "stopped", True, "unknown"),
        ("Stopped", "Stopped", "stopped", True, "stop_requested"),
        ("Stopped", "MaxRuntimeExceeded", "timed_out", True, "max_runtime"),
        ("Failed", "Failed", "failed", True, "unknown"),
        # A pair that is none, and one with a status that nobody knows: the primary status counts.
        ("Completed", "Training", "succeeded", True, None),
        ("InProgress", "Completed", "running", False, None),
        ("Stopped", "Hibernating", "stopped", True, "unknown"),
        ("Stopped", "", "stopped", True, "unknown"),
    ],
)
def test_bare_statuses(
    primary: str, secondary: str | None, outcome: str, *, final: bool, cause: str | None
) -> None:
    """What they say by themselves, without an answer around them."""
    result = outcome_of(TRAINING_JOB, primary, secondary)
    assert result == Result(Outcome(outcome), final=final, gone=False, cause=cause)


@pytest.mark.parametrize("secondary", [None, "Completed", "Hibernating"])
@pytest.mark.parametrize("primary", ["Hibernating", "", "completed", "Completed/Completed"])
def test_an_unknown_status_ends_nothing(primary: str, secondary: str | None) -> None:
    """Whatever stands beside it, and also in a life cycle in which everything has ended."""
    assert outcome_of(TRAINING_JOB, primary, secondary) == UNKNOWN
    assert outcome_of(PARCELS, primary, secondary, failure_reason="broken") == UNKNOWN


def test_enumerations_are_statuses() -> None:
    """The library's own do as well as strings."""
    shown = (TrainingJobStatus("Stopped"), SecondaryStatus("MaxWaitTimeExceeded"))
    assert outcome_of(TRAINING_JOB, *shown).cause == "max_wait"


@pytest.mark.parametrize(
    "secondary",
    [None, "Hibernating", "Starting", "Training", "Completed", "Failed", "MaxRuntimeExceeded"],
)
@pytest.mark.parametrize(
    "primary",
    ["InProgress", "Stopping", "Completed", "Failed", "Stopped", "Deleting", "Hibernating"],
)
@pytest.mark.parametrize("reason", [None, "", "ClientError: no such bucket", "Somebody's own"])
def test_bare_statuses_are_judged_as_answers_are(
    primary: str, secondary: str | None, reason: str | None
) -> None:
    """A describe answer with the same statuses and the same reason has come to the same."""
    answer: dict[str, object] = {
        **BASE,
        "TrainingJobStatus": primary,
        "SecondaryStatus": secondary,
        "SecondaryStatusTransitions": [],
        "FailureReason": reason,
    }
    expected = check(TRAINING_JOB, answer).result
    assert outcome_of(TRAINING_JOB, primary, secondary, failure_reason=reason) == expected


def test_a_reason_is_the_cause_of_a_failure_alone() -> None:
    """Its leading kind is, where the status doesn't tell; a job that runs has not failed."""
    reason = "AlgorithmError: exit code 1"
    assert outcome_of(TRAINING_JOB, "Failed", failure_reason=reason).cause == "algorithm"
    assert outcome_of(TRAINING_JOB, "Deleting", "Failed", failure_reason=reason).gone
    for shown in (("InProgress", "Training"), ("Completed", None), ("Stopped", "Stopped")):
        with_reason = outcome_of(TRAINING_JOB, *shown, failure_reason=reason)
        assert with_reason == outcome_of(TRAINING_JOB, *shown)


def test_a_life_cycle_that_reads_no_reasons() -> None:
    """Then the cause is what the status tells."""
    assert outcome_of(PARCELS, "returned", failure_reason="AlgorithmError: x").cause == "unknown"
    assert outcome_of(PARCELS, "delivered").outcome is Outcome.SUCCEEDED


def test_a_pair_that_is_ruled_out_says_what_it_says() -> None:
    """What no job of a tighter life cycle can be has come to the same."""
    tight = TRAINING_JOB.given(spot=False, retry=False, stop=False)
    assert outcome_of(tight, "Stopped", "MaxWaitTimeExceeded").cause == "max_wait"
    assert outcome_of(tight, "Stopped").outcome is Outcome.STOPPED
    assert outcome_of(tight, "Stopping").outcome is Outcome.RUNNING


def test_a_tighter_life_cycle_says_more_of_a_primary_status_alone() -> None:
    """It leaves fewer pairs that a job may be in."""
    ends = (
        state("done", secondary="well", final=True, outcome=Outcome.SUCCEEDED),
        state("done", secondary="badly", final=True, outcome=Outcome.FAILED),
    )
    region = Region(
        name="way",
        title="Way",
        initial=("new/born",),
        states=(state("new", secondary="born"), *ends),
        edges=(
            edge("new/born", "done/well"),
            edge("new/born", "done/badly", needs={"risky": True}),
        ),
    )
    wide = Lifecycle(
        name="dare", version="1", title="Dare", regions=(region,), features=(feature("risky"),)
    )
    assert outcome_of(wide, "done").outcome is Outcome.UNKNOWN
    assert outcome_of(wide, "done").final
    safe = wide.given(risky=False)
    assert outcome_of(safe, "done").outcome is Outcome.SUCCEEDED
    assert outcome_of(safe, "done", "badly").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("secondary", "outcome", "cause"),
    [
        ("Training", "unknown", "unknown"),
        ("Completed", "succeeded", None),
        ("MaxRuntimeExceeded", "timed_out", "max_runtime"),
    ],
)
def test_what_is_gone(secondary: str, outcome: str, cause: str | None) -> None:
    """It has ended for good, as what was known of it; what came after that is unknown."""
    primary = {"Training": "InProgress", "Completed": "Completed"}.get(secondary, "Stopped")
    was = outcome_of(TRAINING_JOB, primary, secondary)
    now = vanished(was)
    assert (str(now.outcome), now.cause) == (outcome, cause)
    assert (now.final, now.gone, now.for_good) == (True, True, True)
