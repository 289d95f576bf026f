"""Scenarios: each makes legal lives that come to what it says; jobs get the one they ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import check
from jobstate.emulator.errors import ScenarioError
from jobstate.emulator.scenarios.choice import ScenarioChoice, ScenarioRule
from jobstate.emulator.scenarios.known import SCENARIOS
from jobstate.emulator.scenarios.scenario import Scenario
from jobstate.errors import UnknownNameError
from jobstate.kinds import KINDS
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.sagemaker.training_job.profile import PROFILE
from jobstate.world import World

if TYPE_CHECKING:
    from jobstate.model.life import Life
    from jobstate.world import Script

NOW = datetime(2026, 3, 4, tzinfo=UTC)
ROLE = "arn:aws:iam::111122223333:role/trains"
#: What a job needs that is to live so, besides what every job needs.
NEEDS: dict[str, dict[str, Any]] = {
    "spot": {"EnableManagedSpotTraining": True},
    "spot-3": {"EnableManagedSpotTraining": True},
    "wait-limit": {"EnableManagedSpotTraining": True},
    "retried": {"RetryStrategy": {"MaximumRetryAttempts": 2}},
}
#: Scenario → outcome, cause, and a status that it comes by.
COME_TO = {
    "happy": ("succeeded", None, "Uploading"),
    "slow-capacity": ("succeeded", None, "Pending"),
    "no-capacity": ("failed", "no_capacity", "Pending"),
    "spot": ("succeeded", None, "Interrupted"),
    "spot-3": ("succeeded", None, "Interrupted"),
    "algorithm-failure": ("failed", "algorithm", "Training"),
    "client-error": ("failed", "client", "Downloading"),
    "internal-error": ("failed", "internal", "Training"),
    "retried": ("succeeded", None, "Training"),
    "stopped-starting": ("stopped", "stop_requested", "Stopping"),
    "stopped-downloading": ("stopped", "stop_requested", "Stopping"),
    "stopped-training": ("stopped", "stop_requested", "Stopping"),
    "stopped-uploading": ("stopped", "stop_requested", "Uploading"),
    "run-limit": ("timed_out", "max_runtime", "Training"),
    "wait-limit": ("timed_out", "max_wait", "Interrupted"),
    "stuck-in-stopping": ("running", None, "Stopping"),
    "stuck": ("running", None, "Training"),
    "deleted": ("succeeded", None, "Uploading"),
}


def lived(script: Script, name: str = "churn-42", **more: Any) -> Life:
    """Return the life of a training job that is created."""
    world = World([TRAINING_JOB], lambda: NOW, script=script)
    request = {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://models"},
        **more,
    }
    world.answer("CreateTrainingJob", request)
    (life,) = world.lives
    return life


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_is_lived_as_it_says(name: str) -> None:
    """Legally, with what it comes to, and every time another way."""
    outcome, cause, status = COME_TO[name]
    for number in range(5):
        life = lived(SCENARIOS[name], f"job-{number}", **NEEDS.get(name, {}))
        assert check(TRAINING_JOB, [life.at(time) for time in life.changes]).legal
        assert (life.result.outcome, life.result.cause) == (outcome, cause)
        assert status in {entry.status for entry in life.entries}
        assert (life.result.gone, name == "deleted") in {(True, True), (False, False)}


def test_every_one_is_tried() -> None:
    """The table here has all."""
    assert COME_TO.keys() == SCENARIOS.keys()
    assert all(each.name == name and each.meaning for name, each in SCENARIOS.items())


def test_how_often_and_how_long() -> None:
    """Three interruptions are three; what is said to last lasts; nothing ends that is stuck."""
    life = lived(SCENARIOS["spot-3"], EnableManagedSpotTraining=True)
    assert [entry.status for entry in life.entries].count("Interrupted") == 3
    life = lived(SCENARIOS["slow-capacity"])
    (pending,) = (each for each in life.entries if each.status == "Pending")
    assert pending.end is not None
    assert pending.end - pending.start == timedelta(minutes=30)
    assert not lived(SCENARIOS["stuck"]).result.final
    life = lived(SCENARIOS["deleted"])
    assert life.stays[-1].start - life.stays[-2].start == timedelta(minutes=10)


def test_lengths_are_those_that_were_seen() -> None:
    """Half of the stays are about as long as half of those seen, and none is longer than any."""
    lengths: dict[str, list[float]] = {}
    for number in range(400):
        for entry in lived(SCENARIOS["happy"], f"job-{number}").entries:
            if entry.end is not None:
                seconds = (entry.end - entry.start).total_seconds()
                lengths.setdefault(entry.status, []).append(seconds)
    for status in ("Starting", "Downloading", "Training", "Uploading"):
        seen = PROFILE.lengths[status]
        assert seen.median / 1.5 < median(lengths[status]) < seen.median * 1.5
        assert max(lengths[status]) <= seen.longest + 0.001


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_other_kinds(kind: Any) -> None:
    """All goes well with jobs of any kind, as far as their life cycles know how."""
    action = next(each for each in kind.schema.actions if each.verb == "create")
    request: dict[str, Any] = {action.job: "tide"}
    if kind.name == "sagemaker-hyper-parameter-tuning-job":
        limits = {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1}
        request["HyperParameterTuningJobConfig"] = {
            "Strategy": "Bayesian",
            "ResourceLimits": limits,
        }
        request["TrainingJobDefinition"] = {}
    world = World(KINDS, lambda: NOW, script=ScenarioChoice())
    world.answer(action.operation, request)
    assert all(life.result.outcome == "succeeded" for life in world.lives)


def test_what_no_job_lives() -> None:
    """It is said of which scenario and why."""
    with pytest.raises(ScenarioError, match=r"'spot' of a sagemaker-training-job: .*spot: no"):
        lived(SCENARIOS["spot"])
    world = World([PROCESSING_JOB], lambda: NOW, script=SCENARIOS["run-limit"])
    with pytest.raises(ScenarioError, match="'run-limit' of a sagemaker-processing-job") as found:
        world.answer("CreateProcessingJob", {"ProcessingJobName": "tide"})
    assert (found.value.scenario, found.value.kind) == ("run-limit", "sagemaker-processing-job")


# --- Which one a job gets -------------------------------------------------------------------------

TAGGED = {"Tags": [{"Key": "jobstate:scenario", "Value": "client-error"}]}
RULES = ScenarioChoice(
    rules=(
        ScenarioRule(scenario="algorithm-failure", jobs="bad-*"),
        ScenarioRule(scenario="stuck", kind="sagemaker-processing-job"),
        ScenarioRule(scenario="run-limit", tags={"team": "tides"}),
    ),
    default="slow-capacity",
)


@pytest.mark.parametrize(
    ("name", "request_", "cause"),
    [
        ("bad-1", {}, "algorithm"),
        ("good-1", {}, None),
        ("Bad-1", {}, None),
        ("good-1", {"Tags": [{"Key": "team", "Value": "tides"}]}, "max_runtime"),
        ("bad-1", TAGGED, "client"),
        ("bad-1", {**TAGGED, "Environment": {"JOBSTATE_SCENARIO": "internal-error"}}, "internal"),
    ],
)
def test_choice(name: str, request_: dict[str, Any], cause: str | None) -> None:
    """The environment counts more than a tag, that more than rules, the first more than others."""
    assert lived(RULES, name, **request_).result.cause == cause


def test_names_that_are_not_there() -> None:
    """They are refused when they are said, or when a job asks for them."""
    with pytest.raises(UnknownNameError, match="hapy"):
        ScenarioChoice(default="hapy")
    with pytest.raises(UnknownNameError, match="'spott'"):
        ScenarioChoice(rules=(ScenarioRule(scenario="spott"),))
    with pytest.raises(UnknownNameError, match="'none'"):
        lived(ScenarioChoice(), Environment={"JOBSTATE_SCENARIO": "none"})


def test_one_of_ones_own() -> None:
    """Names of jobs are filled in; a length by primary status counts as well."""
    mine = Scenario(
        name="mine",
        via=["Training"],
        end="Failed",
        failure="AlgorithmError: {name} is {broken}",
        seconds={"Failed": 1, "InProgress/Training": 7, "Starting": 2},
    )
    life = lived(ScenarioChoice(scenarios={"mine": mine}, default="mine"))
    assert life.failure == "AlgorithmError: churn-42 is {broken}"
    lasted = {
        entry.status: (entry.end - entry.start).total_seconds()
        for entry in life.entries
        if entry.end
    }
    assert (lasted["Starting"], lasted["Training"]) == (2, 7)
