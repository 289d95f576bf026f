"""Jobs that make others: when these begin, and what their lives mean for their parent's."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Outcome, check_jobs
from jobstate.conformance.families import families
from jobstate.kinds import KINDS
from jobstate.sagemaker import TUNING_JOB
from jobstate.testing import Service, VirtualClock
from jobstate.world import RefusedRequestError, World, ordinary
from tests.support.lives_for_tests import BEGIN
from tests.support.requests import CREATING

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.testing import Life
    from jobstate.world import Birth, Script

TUNING, ARRAY = "sagemaker-hyper-parameter-tuning-job", "aws-batch-job"
TRAINING = "sagemaker-training-job"
_DEFINITION = {
    **{name: each for name, each in CREATING[TRAINING][2].items() if name != "HyperParameters"},
    "DefinitionName": "only",
    "StaticHyperParameters": {"epochs": "3"},
}
FAILURES = {
    TRAINING: ["InProgress/Starting", "InProgress/Training", "Failed/Failed"],
    ARRAY: ["SUBMITTED", "RUNNABLE", "STARTING", "FAILED"],
}
ENDLESS = {TRAINING: ["InProgress/Starting", "InProgress/Training"], ARRAY: ["SUBMITTED"]}


class At:
    """A world, whose jobs a poller sees all the time."""

    def __init__(self, script: Script = ordinary, seed: object = 0) -> None:
        self.now = BEGIN
        self.world = World(KINDS, lambda: self.now, script=script, seed=seed)
        self.seen: list[dict[str, Any]] = []

    def tune(self, jobs: int = 5, at_once: int = 2) -> None:
        """Create a tuning job."""
        limits = {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": at_once}
        request = {
            "HyperParameterTuningJobName": "tides",
            "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": limits},
            "TrainingJobDefinition": _DEFINITION,
        }
        self.world.answer("CreateHyperParameterTuningJob", request)

    def array(self, size: int = 4) -> str:
        """Submit an array; return its id."""
        request = {**CREATING[ARRAY][2], "jobName": "tides", "arrayProperties": {"size": size}}
        return str(self.world.answer("SubmitJob", request)["jobId"])

    @property
    def tuning(self) -> dict[str, Any]:
        """What the tuning job says."""
        name = {"HyperParameterTuningJobName": "tides"}
        return self.world.answer("DescribeHyperParameterTuningJob", name)

    def children(self, **more: Any) -> list[dict[str, Any]]:
        """Return the items of its list."""
        listed = "ListTrainingJobsForHyperParameterTuningJob"
        request = {"HyperParameterTuningJobName": "tides", "MaxResults": 100, **more}
        return list(self.world.answer(listed, request)["TrainingJobSummaries"])

    def go(self, seconds: float, every: float = 20.0) -> None:
        """Let time pass, and see all jobs meanwhile."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=every)
            self.seen += [life.at(self.now) for life in self.world.lives if life.start <= self.now]

    def wrong(self) -> list[str]:
        """Return what no jobs do, notes included."""
        reports = check_jobs(KINDS, self.seen).values()
        return [f"{each.job} {each.message}" for report in reports for each in report.violations]


def by_chance(birth: Birth) -> Life:
    """Return an ordinary life, or one that fails; a parent's is ordinary."""
    if birth.lifecycle.name not in FAILURES or birth.features.get("array"):
        return ordinary(birth)
    if birth.random.random() < 0.3:
        words = birth.random.choice(["ClientError: none", "InternalServerError", "AlgorithmError"])
        return birth.life(FAILURES[birth.lifecycle.name], failure=words)
    return ordinary(birth)


# --- Tuning jobs --------------------------------------------------------------------------------


def test_a_tuning_job_makes_training_jobs() -> None:
    """As many as asked for, not too many at once, with its definition; it ends with the last."""
    at = At()
    at.tune()
    assert set(at.tuning["TrainingJobStatusCounters"].values()) == {0}
    most = 0
    while at.tuning["HyperParameterTuningJobStatus"] == "InProgress":
        at.go(20)
        counts = at.tuning["TrainingJobStatusCounters"]
        listed = Counter(each["TrainingJobStatus"] for each in at.children())
        assert counts["InProgress"] == listed["InProgress"]
        assert counts["Completed"] == listed["Completed"]
        most = max(most, counts["InProgress"])
    assert most == 2
    assert at.tuning["HyperParameterTuningJobStatus"] == "Completed"
    assert at.tuning["ObjectiveStatusCounters"] == {"Succeeded": 5, "Pending": 0, "Failed": 0}
    first = at.children()[0]
    assert first["TrainingJobName"].startswith("tides-001-")
    assert first["TunedHyperParameters"] == {}
    assert at.tuning["BestTrainingJob"]["TrainingJobArn"] == first["TrainingJobArn"]
    child = at.world.answer("DescribeTrainingJob", {"TrainingJobName": first["TrainingJobName"]})
    assert child["HyperParameters"] == {"epochs": "3"}
    assert child["TuningJobArn"] == at.tuning["HyperParameterTuningJobArn"]
    assert "DefinitionName" not in child
    at.go(60)
    assert at.wrong() == []
    (family,) = families(check_jobs(KINDS, at.seen).values())
    assert len(family.children) == 5


def test_training_jobs_are_listed_by_pages_and_statuses() -> None:
    """As other lists, by name where nobody says."""
    at = At()
    at.tune()
    at.go(300)
    pages = at.world.answer(
        "ListTrainingJobsForHyperParameterTuningJob",
        {"HyperParameterTuningJobName": "tides", "MaxResults": 2},
    )
    names = [each["TrainingJobName"][:9] for each in pages["TrainingJobSummaries"]]
    assert names == ["tides-001", "tides-002"]
    assert pages["NextToken"]
    assert len(at.children(StatusEquals="Completed")) == 2
    with pytest.raises(RefusedRequestError, match="not found"):
        at.children(HyperParameterTuningJobName="nobody")
    assert len(at.world.answer("ListTrainingJobs", {})["TrainingJobSummaries"]) == 4


def test_where_nothing_is_said_of_jobs_there_are_none() -> None:
    """And in a world that has no training jobs."""
    at = At()
    operation, called, rest = CREATING[TUNING]
    at.world.answer(operation, {called: "tides", **rest})
    assert at.children() == []
    alone = World([TUNING_JOB], lambda: BEGIN)
    limits = {"ResourceLimits": {"MaxNumberOfTrainingJobs": 3}}
    alone.answer(operation, {called: "tides", "HyperParameterTuningJobConfig": limits})
    assert "ListTrainingJobsForHyperParameterTuningJob" not in alone.operations
    assert len(alone.lives) == 1


def test_a_tuning_job_that_is_stopped() -> None:
    """What runs is stopped, what has not begun never does, and it ends after them."""
    at = At()
    at.tune(jobs=6)
    at.go(120)
    at.world.answer("StopHyperParameterTuningJob", {"HyperParameterTuningJobName": "tides"})
    assert at.tuning["HyperParameterTuningJobStatus"] == "Stopping"
    at.go(600)
    assert at.tuning["HyperParameterTuningJobStatus"] == "Stopped"
    assert at.tuning["TrainingJobStatusCounters"]["Stopped"] == 2
    assert [each["TrainingJobStatus"] for each in at.children()] == ["Stopped"] * 2
    assert at.wrong() == []


def test_a_training_job_that_is_stopped_counts() -> None:
    """Its parent is told, and goes on."""
    at = At()
    at.tune(jobs=2)
    at.go(60)
    name = at.children()[1]["TrainingJobName"]
    at.world.answer("StopTrainingJob", {"TrainingJobName": name})
    at.go(600)
    counts = at.tuning["TrainingJobStatusCounters"]
    assert (counts["Completed"], counts["Stopped"]) == (1, 1)
    at.world.answer("DeleteTrainingJob", {"TrainingJobName": name})
    at.world.answer("DeleteHyperParameterTuningJob", {"HyperParameterTuningJobName": "tides"})
    at.go(20)
    assert at.tuning["HyperParameterTuningJobStatus"] == "Deleting"
    assert at.wrong() == []


def failing(birth: Birth) -> Life:
    """Return the life of a job that fails, of a parent an ordinary one."""
    if birth.lifecycle.name == TUNING or birth.features.get("array"):
        return ordinary(birth)
    return birth.life(FAILURES[birth.lifecycle.name], failure="ClientError: none")


def test_a_tuning_job_fails_if_all_do() -> None:
    """REC: no training job succeeded."""
    at = At(failing)
    at.tune(jobs=3)
    at.go(1_000)
    assert at.tuning["HyperParameterTuningJobStatus"] == "Failed"
    assert at.tuning["TrainingJobStatusCounters"]["NonRetryableError"] == 3
    assert "BestTrainingJob" not in at.tuning
    assert at.wrong() == []


def test_children_that_never_end() -> None:
    """Nor does their parent, and no others begin."""

    def endless(birth: Birth) -> Life:
        return (
            birth.life(ENDLESS[TRAINING]) if birth.lifecycle.name == TRAINING else ordinary(birth)
        )

    at = At(endless)
    at.tune(jobs=3)
    at.go(600)
    assert at.tuning["HyperParameterTuningJobStatus"] == "InProgress"
    assert len(at.children()) == 2
    assert at.wrong() == []


# --- Arrays -------------------------------------------------------------------------------------


def test_an_array_makes_its_jobs() -> None:
    """BUG, array jobs: their ids are its own and an index; it counts them by status."""
    at = At()
    job_id = at.array(3)
    at.go(600)
    asked = {"jobs": [job_id, *(f"{job_id}:{index}" for index in range(4))]}
    parent, *children = at.world.answer("DescribeJobs", asked)["jobs"]
    assert parent["status"] == "SUCCEEDED"
    assert parent["arrayProperties"]["size"] == 3
    assert parent["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 3
    assert [each["arrayProperties"] for each in children] == [{"index": at} for at in range(3)]
    assert children[2]["jobArn"] == f"{parent['jobArn']}:2"
    assert {each["jobName"] for each in children} == {"tides"}
    at.world.answer("TerminateJob", {"jobId": job_id, "reason": "too late"})
    assert at.world.answer("DescribeJobs", asked)["jobs"][0] == parent
    assert at.wrong() == []


def test_jobs_of_arrays_are_listed_by_the_array() -> None:
    """BAPI, ListJobs: not by the queue."""
    at = At()
    job_id = at.array(3)
    at.go(600)
    ended = {"jobStatus": "SUCCEEDED"}
    own = at.world.answer("ListJobs", {"arrayJobId": job_id, **ended})["jobSummaryList"]
    assert sorted(each["jobId"] for each in own) == [f"{job_id}:{index}" for index in range(3)]
    queue = at.world.answer("ListJobs", {"jobQueue": "spring", **ended})["jobSummaryList"]
    assert [each["jobId"] for each in queue] == [job_id]


def test_an_array_fails_with_any_of_its_jobs() -> None:
    """BUG, array jobs."""
    at = At(lambda birth: failing(birth) if birth.job.id.endswith(":1") else ordinary(birth))
    job_id = at.array(3)
    at.go(900)
    (parent,) = at.world.answer("DescribeJobs", {"jobs": [job_id]})["jobs"]
    summary = parent["arrayProperties"]["statusSummary"]
    assert (parent["status"], summary["SUCCEEDED"], summary["FAILED"]) == ("FAILED", 2, 1)
    assert at.wrong() == []


@pytest.mark.parametrize("after", [1.0, 60.0, 150.0])
def test_an_array_that_is_terminated(after: float) -> None:
    """Its jobs are, and it fails with them."""
    at = At()
    job_id = at.array(3)
    at.go(after, every=after)
    at.world.answer("TerminateJob", {"jobId": job_id, "reason": "it rained"})
    at.go(600)
    (parent,) = at.world.answer("DescribeJobs", {"jobs": [job_id]})["jobs"]
    assert parent["status"] == "FAILED"
    assert at.wrong() == []


# --- Whatever happens ---------------------------------------------------------------------------


@pytest.mark.parametrize("make", [At.tune, At.array], ids=["tuning", "array"])
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_is_legal(make: Callable[[At], object], seed: int) -> None:
    """Failures by chance, and stops of some child or of the parent: no rule breaks."""
    at = At(by_chance, seed)
    made = make(at)
    at.go(60.0 + 20 * (seed % 7))
    if seed % 3 == 1:
        children = [life for life in at.world.lives if life.start <= at.now][1:]
        for life in children[:1]:
            if made:
                at.world.answer("TerminateJob", {"jobId": life.job.id, "reason": "it rained"})
            elif life.moment(at.now).ended is None:
                at.world.answer("StopTrainingJob", {"TrainingJobName": life.job.name})
    if seed % 3 == 2:
        if made:
            at.world.answer("TerminateJob", {"jobId": made, "reason": "it rained"})
        else:
            name = {"HyperParameterTuningJobName": "tides"}
            at.world.answer("StopHyperParameterTuningJob", name)
    at.go(1_800, every=120)
    assert at.wrong() == []
    parents = [life for life in at.world.lives if life.lifecycle is TUNING_JOB or made]
    assert parents[0].result.outcome is not Outcome.RUNNING


def test_a_client_lists_them() -> None:
    """Botocore takes the answers, of both services."""
    service = Service((), VirtualClock(BEGIN))
    client = service.client()
    limits = {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2}
    client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tides",
        HyperParameterTuningJobConfig={"Strategy": "Random", "ResourceLimits": limits},
    )
    service.clock.sleep(60)
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    listed = pages.paginate(HyperParameterTuningJobName="tides").build_full_result()
    assert len(listed["TrainingJobSummaries"]) == 2
