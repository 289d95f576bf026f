"""`WRITER`: how SageMaker answers about a moment of a job, read back by `READER`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import JobKey, ObservationError, check
from jobstate.model.life import Stay
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.reader import READER
from jobstate.sagemaker.training_job.writer import WRITER
from tests.support.lives_for_tests import BEGIN, STORIES, told

if TYPE_CHECKING:
    from jobstate.model.life import Life

FORMS = ("describe", "list", "event")
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/"
END = BEGIN + timedelta(seconds=725)


def pooled(*later: str, name: str = "pooled") -> Life:
    """Return a completed life with a warm pool that goes through some states after the end."""
    stays = [Stay("InUse", BEGIN), Stay("Available", END)]
    stays += [Stay(each, END + timedelta(seconds=10 * n)) for n, each in enumerate(later, start=1)]
    return told(
        "completed",
        job=name,
        features={"warm_pool": True, "spot": False},
        beside={"warm_pool": tuple(stays)},
    )


# --- The forms ------------------------------------------------------------------------------------


def test_forms() -> None:
    """The one that says most comes first."""
    assert WRITER.forms == FORMS
    assert TRAINING_JOB.writer is WRITER


def test_described() -> None:
    """The whole answer about a job that failed, as boto3 would return it."""
    life = told("failed", job="job-1", features={"retry": True}, messages={"Failed": "it did"})
    at = [BEGIN + timedelta(seconds=seconds) for seconds in (0, 65, 105, 705, 725)]
    assert life.at(life.end, "describe") == {
        "TrainingJobName": "job-1",
        "TrainingJobArn": f"{ARN}job-1",
        "TrainingJobStatus": "Failed",
        "SecondaryStatus": "Failed",
        "CreationTime": at[0],
        "LastModifiedTime": at[4],
        "TrainingStartTime": at[1],
        "TrainingEndTime": at[4],
        "TrainingTimeInSeconds": 660,
        "BillableTimeInSeconds": 660,
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": at[0], "EndTime": at[1]},
            {"Status": "Downloading", "StartTime": at[1], "EndTime": at[2]},
            {"Status": "Training", "StartTime": at[2], "EndTime": at[3]},
            {"Status": "Uploading", "StartTime": at[3], "EndTime": at[4]},
            {"Status": "Failed", "StartTime": at[4], "EndTime": at[4], "StatusMessage": "it did"},
        ],
        "FailureReason": "AlgorithmError: exit code 1",
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "ResourceConfig": {
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "EnableManagedSpotTraining": False,
        "RetryStrategy": {"MaximumRetryAttempts": 3},
    }


def test_listed() -> None:
    """An item of a list says what a list can, and no more."""
    life = told("completed", job="job-1", features={"plan": True})
    assert life.at(BEGIN + timedelta(seconds=70), "list") == {
        "TrainingJobName": "job-1",
        "TrainingJobArn": f"{ARN}job-1",
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Downloading",
        "CreationTime": BEGIN,
        "LastModifiedTime": BEGIN + timedelta(seconds=65),
        "TrainingPlanArn": "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/reserved",
    }


def test_an_event() -> None:
    """The envelope is EventBridge's, to the second; times inside are epoch milliseconds."""
    life = told("completed", job="job-1")
    event: dict[str, Any] = life.at(BEGIN, "event")
    detail = event.pop("detail")
    assert len(event.pop("id")) == 36
    assert event == {
        "version": "0",
        "detail-type": "SageMaker Training Job State Change",
        "source": "aws.sagemaker",
        "account": "111122223333",
        "time": "2026-03-04T05:06:07Z",
        "region": "eu-west-1",
        "resources": [f"{ARN}job-1"],
    }
    assert detail["CreationTime"] == 1_772_600_767_250  # date -u -d 2026-03-04T05:06:07.250 +%s%3N
    assert detail["SecondaryStatusTransitions"] == [
        {"Status": "Starting", "StartTime": 1_772_600_767_250}
    ]
    assert detail["Tags"] == {}
    assert detail.keys() - {"Tags"} == life.at(BEGIN).keys()


def test_events_are_told_apart() -> None:
    """The same change has the same id however often it is sent, another change another."""
    life = told("completed")
    same = [life.at(BEGIN + timedelta(seconds=seconds), "event")["id"] for seconds in (0, 1, 64)]
    assert len(set(same)) == 1
    others = {life.at(time, "event")["id"] for time in life.changes}
    assert len(others) == len(life.changes)


def test_a_job_elsewhere() -> None:
    """Where the arn says that the job is, there are its events and its plan."""
    arn = "arn:aws-cn:sagemaker:cn-north-1:123456789012:training-job/far"
    life = attrs.evolve(
        told("completed", features={"plan": True}), job=JobKey("sagemaker-training-job", arn, BEGIN)
    )
    event = life.at(BEGIN, "event")
    assert (event["account"], event["region"]) == ("123456789012", "cn-north-1")
    assert event["detail"]["TrainingJobName"] == "far"
    plan = "arn:aws-cn:sagemaker:cn-north-1:123456789012:training-plan/reserved"
    assert life.at(BEGIN, "list")["TrainingPlanArn"] == plan


# --- What depends on what -------------------------------------------------------------------------


def test_the_instances_of_a_job_that_never_had_any() -> None:
    """Without Downloading there is no start, hence no time of training."""
    answer = told("stopped early").at(BEGIN + timedelta(days=1))
    assert answer["TrainingEndTime"] == BEGIN + timedelta(seconds=90)
    absent = {"TrainingStartTime", "TrainingTimeInSeconds", "BillableTimeInSeconds"}
    assert not absent & answer.keys()


@pytest.mark.parametrize(
    ("name", "reason", "artifacts"),
    [
        ("completed", False, True),
        ("failed", True, False),
        ("stopped", False, False),
        ("timed out", False, False),
        ("deleted", True, False),
    ],
)
def test_results(name: str, reason: bool, artifacts: bool) -> None:  # noqa: FBT001
    """Why it failed is said of failed jobs, where the model is of completed ones."""
    life = told(name)
    answer = life.at(life.end)
    assert ("FailureReason" in answer) is reason
    assert ("ModelArtifacts" in answer) is artifacts
    assert life.at(BEGIN).keys().isdisjoint({"FailureReason", "ModelArtifacts"})
    silent = attrs.evolve(life, failure=None)
    assert "FailureReason" not in silent.at(silent.end)


def test_deleting() -> None:
    """A job that is being deleted keeps its result, its times and its history."""
    life = told("deleted")
    before, answer = life.at(life.end - timedelta(seconds=1)), life.at(life.end)
    assert answer.pop("TrainingJobStatus") == "Deleting"
    assert answer.pop("LastModifiedTime") == life.end
    assert answer == {name: before[name] for name in answer}
    assert before["TrainingJobStatus"] == "Failed"


def test_features() -> None:
    """Answers show what a job was created with."""
    spot = told("completed", features={"spot": True}).at(BEGIN)
    assert spot["EnableManagedSpotTraining"] is True
    assert "RetryStrategy" not in spot
    planned = told("completed", features={"plan": True}).at(BEGIN)
    assert planned["ResourceConfig"]["TrainingPlanArn"].endswith("training-plan/reserved")
    assert "KeepAlivePeriodInSeconds" not in planned["ResourceConfig"]
    assert pooled().at(BEGIN)["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600


def test_the_warm_pool() -> None:
    """How long it was kept, and by whom it was taken, is said once it is known."""
    assert pooled().at(BEGIN, "list")["WarmPoolStatus"] == {"Status": "InUse"}
    assert pooled().at(END)["WarmPoolStatus"] == {"Status": "Available"}
    terminated = {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 600}
    life = pooled("Terminated")
    assert life.at(life.end)["WarmPoolStatus"] == terminated
    life = pooled("Reused")
    assert life.at(life.end)["WarmPoolStatus"] == {
        "Status": "Reused",
        "ResourceRetainedBillableTimeInSeconds": 600,
        "ReusedByJob": "pooled-next",
    }


# --- Read back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(STORIES))
def test_read_back(name: str, form: str) -> None:
    """What is written of a moment is what is read of it, as far as the form says it."""
    life = told(name, features={"spot": False, "retry": True, "plan": True, "warm_pool": False})
    for time in life.changes:
        moment = life.moment(time)
        seen = READER.read(WRITER.write(moment, form))
        assert (seen.job, seen.shown, seen.modified) == (life.job, moment.shown, moment.modified)
        assert seen.fields.get("TrainingEndTime") == moment.ended
        full = form != "list"
        assert seen.entries == (moment.entries if full else ())
        expected = {"spot": False, "retry": True, "plan": True} if full else {"plan": True}
        assert seen.features == expected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["Reused", "Terminated"])
def test_a_pool_read_back(end: str, form: str) -> None:
    """Both regions are read back, and the whole is legal."""
    life = pooled(end)
    answers = [life.at(time, form) for time in life.changes]
    for time, answer in zip(life.changes, answers, strict=True):
        assert READER.read(answer).shown == life.moment(time).shown
        assert READER.read(answer).features["warm_pool"] is True
    assert check(TRAINING_JOB, answers).legal


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "a-" * 31 + "a", "A" + "-" * 61 + "9"])
def test_names(name: str) -> None:
    """Every name up to 63 characters is one, and so is that of the job that takes its pool."""
    life = pooled("Reused", name=name)
    assert life.job == JobKey("sagemaker-training-job", f"{ARN}{name}", BEGIN)
    answer = life.at(life.end)
    assert answer["TrainingJobName"] == name
    assert READER.read(answer).job == life.job
    assert len(answer["WarmPoolStatus"]["ReusedByJob"]) <= 63


@pytest.mark.parametrize("name", ["", "-a", "a-", "a" * 64, "job\n", "a/b", "ä"])
def test_names_that_no_job_can_have(name: str) -> None:
    """They are refused before there is a life."""
    with pytest.raises(ObservationError, match=r"TrainingJobName: .*a job name"):
        WRITER.key(name, datetime(2026, 1, 1, tzinfo=UTC))
