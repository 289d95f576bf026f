"""What each pair of statuses means, typed from DESIGN.md and FACTS.md, not from the life cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstate import Outcome, check
from jobstate.automaton.automaton import compile_lifecycle
from jobstate.model.outcome import Result
from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from jobstate.automaton.automaton import Automaton

#: (primary, secondary) → outcome, final, gone, cause.
PAIRS: dict[tuple[str, str | None], tuple[str, bool, bool, str | None]] = {
    ("InProgress", "Starting"): ("running", False, False, None),
    ("InProgress", "Pending"): ("running", False, False, None),
    ("InProgress", "Downloading"): ("running", False, False, None),
    ("InProgress", "Training"): ("running", False, False, None),
    ("InProgress", "Interrupted"): ("running", False, False, None),
    ("InProgress", "Uploading"): ("running", False, False, None),
    ("InProgress", "Restarting"): ("running", False, False, None),
    ("InProgress", "Updating"): ("running", False, False, None),
    ("InProgress", "LaunchingMLInstances"): ("running", False, False, None),
    ("InProgress", "PreparingTrainingStack"): ("running", False, False, None),
    ("InProgress", "DownloadingTrainingImage"): ("running", False, False, None),
    ("Stopping", "Stopping"): ("running", False, False, None),
    ("Stopping", "Starting"): ("running", False, False, None),
    ("Stopping", "Pending"): ("running", False, False, None),
    ("Stopping", "Downloading"): ("running", False, False, None),
    ("Stopping", "Training"): ("running", False, False, None),
    ("Stopping", "Interrupted"): ("running", False, False, None),
    ("Stopping", "Uploading"): ("running", False, False, None),
    ("Stopping", "Restarting"): ("running", False, False, None),
    ("Stopping", "Updating"): ("running", False, False, None),
    ("Stopping", "LaunchingMLInstances"): ("running", False, False, None),
    ("Stopping", "PreparingTrainingStack"): ("running", False, False, None),
    ("Stopping", "DownloadingTrainingImage"): ("running", False, False, None),
    ("Completed", "Completed"): ("succeeded", True, False, None),
    # FailureReason tells why; the statuses do not.
    ("Failed", "Failed"): ("failed", True, False, "unknown"),
    ("Stopped", "Stopped"): ("stopped", True, False, "stop_requested"),
    ("Stopped", "MaxRuntimeExceeded"): ("timed_out", True, False, "max_runtime"),
    ("Stopped", "MaxWaitTimeExceeded"): ("timed_out", True, False, "max_wait"),
    # Deleting keeps the result.
    ("Deleting", "Completed"): ("succeeded", True, True, None),
    ("Deleting", "Failed"): ("failed", True, True, "unknown"),
    ("Deleting", "Stopped"): ("stopped", True, True, "stop_requested"),
    ("Deleting", "MaxRuntimeExceeded"): ("timed_out", True, True, "max_runtime"),
    ("Deleting", "MaxWaitTimeExceeded"): ("timed_out", True, True, "max_wait"),
}
#: Answers that show less, or what nobody knows.
THIN: dict[tuple[str, str | None], tuple[str, bool, bool, str | None]] = {
    # The list has the secondary status only since 2024-11-01.
    ("InProgress", None): ("running", False, False, None),
    ("Stopping", None): ("running", False, False, None),
    ("Completed", None): ("succeeded", True, False, None),
    ("Failed", None): ("failed", True, False, "unknown"),
    # Stopped without a secondary status is final and stopped, with cause unknown.
    ("Stopped", None): ("stopped", True, False, "unknown"),
    ("Deleting", None): ("unknown", True, True, "unknown"),
    # A status that AWS adds tomorrow says nothing; the primary is judged as usual.
    ("InProgress", "Hibernating"): ("running", False, False, None),
    ("Stopping", "Hibernating"): ("running", False, False, None),
    ("Completed", "Hibernating"): ("succeeded", True, False, None),
    ("Failed", "Hibernating"): ("failed", True, False, "unknown"),
    ("Stopped", "Hibernating"): ("stopped", True, False, "unknown"),
    ("Deleting", "Hibernating"): ("unknown", True, True, "unknown"),
    # Unknown is never final.
    ("Hibernating", None): ("unknown", False, False, None),
    ("Hibernating", "Hibernating"): ("unknown", False, False, None),
}
EVERY = {**PAIRS, **THIN}

AUTOMATON: Automaton = compile_lifecycle(TRAINING_JOB)["job"]


def expected(shown: tuple[str, str | None]) -> Result:
    """Return what the table says."""
    outcome, final, gone, cause = EVERY[shown]
    return Result(outcome=Outcome(outcome), final=final, gone=gone, cause=cause)


def name(shown: tuple[str, str | None]) -> str:
    """Return what a test calls two statuses."""
    return f"{shown[0]}/{shown[1]}"


@pytest.mark.parametrize("shown", EVERY, ids=name)
def test_outcome_of_statuses(shown: tuple[str, str | None]) -> None:
    """Two statuses mean what the table says, as far as they are shown and known."""
    assert AUTOMATON.estimate(AUTOMATON.view(*shown, {}).real).result == expected(shown)


@pytest.mark.parametrize("shown", EVERY, ids=name)
def test_outcome_of_an_answer(shown: tuple[str, str | None]) -> None:
    """A single list item with these statuses says the same through the public door."""
    primary, secondary = shown
    item = {
        "TrainingJobName": "job",
        "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job",
        "CreationTime": "2026-05-06T07:08:09Z",
        "TrainingJobStatus": primary,
    }
    if secondary is not None:
        item["SecondaryStatus"] = secondary
    assert check(TRAINING_JOB, item).result == expected(shown)


def test_every_pair_is_in_the_table() -> None:
    """Each state of the life cycle has its line, and there is no other."""
    region = TRAINING_JOB.region("job")
    assert {(state.primary, state.secondary) for state in region.states} == set(PAIRS)
