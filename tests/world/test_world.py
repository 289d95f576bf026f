"""What callers do to a world's jobs, what it refuses, and by which codes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from attrs import evolve

from jobstate import Outcome, check
from jobstate.batch import BATCH_JOB
from jobstate.errors import UnknownNameError
from jobstate.kinds import KINDS
from jobstate.model.life import Stay
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing import Service, VirtualClock
from jobstate.world import RefusedRequestError, World
from jobstate.world.scripts import ordinary_way
from tests.support.lives_for_tests import BEGIN, told
from tests.support.requests import CREATING
from tests.support.small import PARCELS

TRAINING, BATCH = CREATING["sagemaker-training-job"], CREATING["aws-batch-job"]
PROCESSING = CREATING["sagemaker-processing-job"]


class At:
    """A world on a clock of its own, and calls in few words."""

    def __init__(self, **settings: Any) -> None:
        self.now = BEGIN
        self.world = World(KINDS, lambda: self.now, **settings)

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def create(self, what: tuple[str, str, dict[str, Any]] = TRAINING, **more: Any) -> Any:
        """Create a job, called tides where nobody says."""
        operation, called, rest = what
        return self.world.answer(operation, {called: "tides", **rest, **more})

    def does(self, operation: str, name: str = "tides", **more: Any) -> Any:
        """Ask for something about a job by its name."""
        noun = "Processing" if "Processing" in operation else "Training"
        return self.world.answer(operation, {f"{noun}JobName": name, **more})

    def refused(self, operation: str, name: str = "tides", **more: Any) -> tuple[str, str]:
        """Return the code and the words of what is refused."""
        with pytest.raises(RefusedRequestError) as found:
            self.does(operation, name, **more)
        return found.value.code, found.value.message

    @property
    def status(self) -> str:
        """The status of the training job."""
        return str(self.does("DescribeTrainingJob")["TrainingJobStatus"])


def test_what_is_not_there() -> None:
    """FACTS §5: of describing a ValidationException; of the others what the API has."""
    at = At()
    missing = "Requested resource not found."
    assert at.refused("DescribeTrainingJob") == ("ValidationException", missing)
    assert at.refused("StopTrainingJob") == ("ValidationException", missing)
    assert at.refused("DeleteTrainingJob") == ("ResourceNotFound", missing)
    assert at.refused("UpdateTrainingJob") == ("ResourceNotFound", missing)
    assert at.world.answer("DescribeJobs", {"jobs": ["x", "y"]}) == {"jobs": []}
    with pytest.raises(RefusedRequestError) as found:
        at.world.answer("TerminateJob", {"jobId": "x", "reason": "y"})
    assert found.value.code == "ClientException"
    with pytest.raises(UnknownNameError, match="no operation of the services 'ListModels'"):
        at.world.answer("ListModels", {})


def test_a_name_is_taken_until_the_job_is_deleted() -> None:
    """API, DeleteTrainingJob: after that it may be used again, and that is another job."""
    at = At()
    at.create()
    with pytest.raises(RefusedRequestError, match="a job with this name already exists") as found:
        at.create()
    assert found.value.code == "ResourceInUse"
    assert at.refused("DeleteTrainingJob")[0] == "ResourceInUse"
    at.go(1_000)
    first = at.does("DescribeTrainingJob")
    assert at.does("DeleteTrainingJob") == {}
    assert at.status == "Deleting"
    assert at.refused("StopTrainingJob")[1] == (
        "The request was rejected because the training job is Deleting."
    )
    with pytest.raises(RefusedRequestError, match="already exists"):
        at.create()
    at.go(60)
    assert at.refused("DescribeTrainingJob")[0] == "ValidationException"
    at.create()
    second = at.does("DescribeTrainingJob")
    assert second["TrainingJobArn"] == first["TrainingJobArn"]
    assert second["CreationTime"] > first["CreationTime"]
    assert check(TRAINING_JOB, second).violations == ()


def test_processing_jobs_vanish_at_once() -> None:
    """There is no Deleting of them (KINDS §1)."""
    at = At()
    at.create(PROCESSING)
    at.go(1_000)
    at.does("DeleteProcessingJob")
    assert at.refused("DescribeProcessingJob")[0] == "ValidationException"
    assert at.world.answer("ListProcessingJobs", {})["ProcessingJobSummaries"] == []


def test_a_pool_has_to_go_before_its_job() -> None:
    """API, DeleteTrainingJob: only of jobs that don't retain an Available warm pool."""
    at = At()
    resources = {**TRAINING[2]["ResourceConfig"], "KeepAlivePeriodInSeconds": 900}
    at.create(ResourceConfig=resources)
    at.go(1_000)
    assert at.does("DescribeTrainingJob")["WarmPoolStatus"] == {"Status": "Available"}
    assert at.refused("DeleteTrainingJob")[0] == "ResourceInUse"
    # WARM: its length can be changed as long as it is there.
    updated = at.does("UpdateTrainingJob", ResourceConfig={"KeepAlivePeriodInSeconds": 60})
    assert updated.keys() == {"TrainingJobArn"}
    config = at.does("DescribeTrainingJob")["ResourceConfig"]
    assert config == {**resources, "KeepAlivePeriodInSeconds": 60}
    (life,) = at.world.lives
    over = evolve(
        life, beside={"warm_pool": (*life.beside["warm_pool"], Stay("Terminated", at.now))}
    )
    retained = over.at(at.now)["WarmPoolStatus"]["ResourceRetainedBillableTimeInSeconds"]
    assert retained == 60


def test_updates_where_the_job_can_take_them() -> None:
    """REC: refused in Starting; of a job that trains taken, and modified then."""
    at = At()
    at.create()
    assert at.refused("UpdateTrainingJob", ProfilerConfig={})[0] == "ValidationException"
    (life,) = at.world.lives
    at.now = next(s.start for s in life.stays if "Training" in s.state) + timedelta(seconds=5)
    at.does("UpdateTrainingJob", ProfilerConfig={"DisableProfiler": True})
    described = at.does("DescribeTrainingJob")
    assert described["ProfilerConfig"] == {"DisableProfiler": True}
    assert described["LastModifiedTime"] == at.now


def test_a_stop_redirects_the_life() -> None:
    """At once Stopping, and Stopped after that (API, StopTrainingJob); not a second time."""
    at = At(stopping=120.0)
    at.create()
    at.go(70)
    at.does("StopTrainingJob")
    assert at.status == "Stopping"
    at.does("StopTrainingJob")
    at.go(119)
    assert at.status == "Stopping"
    at.go(1)
    assert at.status == "Stopped"
    assert at.refused("StopTrainingJob") == (
        *("ValidationException", "The request was rejected because the training job is Stopped."),
    )
    (life,) = at.world.lives
    assert life.result.outcome is Outcome.STOPPED


def test_batch_jobs_of_one_name() -> None:
    """BAPI: names need not be unique, ids are; what runs is not cancelled, but no error either."""
    at = At()
    ids = [at.create(BATCH)["jobId"] for _ in range(3)]
    assert len(set(ids)) == 3
    found = at.world.answer("DescribeJobs", {"jobs": ids})["jobs"]
    assert [each["jobId"] for each in found] == ids
    assert [each["jobName"] for each in found] == ["tides"] * 3
    (arn,) = {each["jobArn"] for each in found if each["jobId"] == ids[1]}
    assert at.world.answer("DescribeJobs", {"jobs": [arn]})["jobs"][0]["jobId"] == ids[1]
    assert at.world.answer("CancelJob", {"jobId": ids[0], "reason": "neap"}) == {}
    running = next(life for life in at.world.lives if life.job.id == ids[1])
    at.now = next(stay.start for stay in running.stays if stay.state == "RUNNING")
    assert at.world.answer("CancelJob", {"jobId": ids[1], "reason": "neap"}) == {}
    cancelled, runs = at.world.answer("DescribeJobs", {"jobs": ids[:2]})["jobs"]
    assert (cancelled["status"], cancelled["statusReason"]) == ("FAILED", "neap")
    assert runs["status"] == "RUNNING"
    assert at.world.answer("TerminateJob", {"jobId": ids[1], "reason": "storm"}) == {}
    (ended,) = at.world.answer("DescribeJobs", {"jobs": ids[1:2]})["jobs"]
    assert check(BATCH_JOB, ended).result.cause == "terminated"
    assert at.world.answer("TerminateJob", {"jobId": ids[1], "reason": "again"}) == {}


# --- What else is refused -------------------------------------------------------------------------


def test_names_that_no_job_can_have() -> None:
    """API: 1 to 63 letters, digits and inner hyphens."""
    at = At()
    for name in ("", "-", "a_b", "x" * 64, None):
        with pytest.raises(RefusedRequestError, match="1 validation error detected: Va") as found:
            at.create(TrainingJobName=name)
        assert found.value.code == "ValidationException"
    assert at.world.lives == ()


def test_a_budget_is_filled_by_the_clock() -> None:
    """FACTS §5: lists are limited to about two requests a second."""
    at = At(rates={"ListTrainingJobs": 2.0})

    def taken(calls: int) -> int:
        count = 0
        for _ in range(calls):
            with suppress(RefusedRequestError):
                at.world.answer("ListTrainingJobs", {})
                count += 1
        return count

    assert taken(10) == 2
    with pytest.raises(RefusedRequestError, match="ThrottlingException: Rate exceeded"):
        at.world.answer("ListTrainingJobs", {})
    at.go(0.5)
    assert taken(10) == 1
    at.go(60)
    assert taken(10) == 2
    assert at.world.answer("ListJobs", {"jobQueue": "q"}) == {"jobSummaryList": []}
    others = At(rates={"*": 0.5})
    others.world.answer("ListJobs", {})
    with pytest.raises(RefusedRequestError) as found:
        others.world.answer("ListJobs", {})
    assert found.value.code == "TooManyRequestsException"
    others.world.answer("ListTrainingJobs", {})


def test_denials_quotas_and_faults() -> None:
    """Each by AWS's code; what is refused changes nothing."""
    at = At(quota=1, denied={"StopTrainingJob"})
    at.create()
    code, text = at.refused("StopTrainingJob")
    assert code == "AccessDeniedException"
    assert "is not authorized to perform: sagemaker:StopTrainingJob" in text
    with pytest.raises(RefusedRequestError, match="account-level service limit") as found:
        at.create(TrainingJobName="more")
    assert found.value.code == "ResourceLimitExceeded"
    at.create(PROCESSING)
    at.world.denied.clear()
    at.world.fault = lambda operation, _: (
        RefusedRequestError("InternalFailure", "try again", 500) if "Stop" in operation else None
    )
    assert at.refused("StopTrainingJob") == ("InternalFailure", "try again")
    assert at.status == "InProgress"
    at.world.fault = None
    at.does("StopTrainingJob")
    assert at.status == "Stopping"
    at.go(100)
    at.create(TrainingJobName="more")


def test_clients_are_told_by_their_own_errors() -> None:
    """Botocore makes an error of each code, also of one over the other protocol."""
    clock = VirtualClock(BEGIN)
    assert Service((), clock).answer("ListJobs", {}) == (None, {"jobSummaryList": []})
    service = Service(told("completed"), clock, rates={"*": 0.5}, denied={"SubmitJob"})
    sagemaker, batch = service.client(), service.client("batch")
    sagemaker.list_training_jobs()
    assert service.answer("ListTrainingJobs", {})[0] == "ThrottlingException"
    assert [life.job.name for life in service.lives] == ["completed"]
    with pytest.raises(sagemaker.exceptions.ClientError, match=r"ThrottlingException.*Rate exceed"):
        sagemaker.list_training_jobs()
    batch.list_jobs(jobQueue="spring")
    with pytest.raises(batch.exceptions.ClientError, match="TooManyRequestsException"):
        batch.list_jobs(jobQueue="spring")
    with pytest.raises(batch.exceptions.ClientError, match="AccessDeniedException"):
        batch.submit_job(jobName="x", jobQueue="spring", jobDefinition="tides")
    with pytest.raises(batch.exceptions.ClientException, match="not found"):
        batch.terminate_job(jobId="x", reason="y")
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.delete_training_job(TrainingJobName="nobody")
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        sagemaker.create_training_job(TrainingJobName="completed", **TRAINING[2])


def test_what_a_world_needs() -> None:
    """Kinds with a schema and a writer, and lives of these."""
    with pytest.raises(ValueError, match="expected a life cycle with a schema and a writer"):
        World([PARCELS], lambda: BEGIN)
    with pytest.raises(UnknownNameError, match="no kind of job in this world"):
        World([PROCESSING_JOB], lambda: BEGIN, lives=[told("completed")])
    with pytest.raises(ValueError, match="sideways"):
        World([PROCESSING_JOB], lambda: BEGIN, filters="sideways")


def test_who_never_succeeds_has_no_ordinary_life() -> None:
    """Then a script has to say what jobs live."""
    with pytest.raises(UnknownNameError, match="no way to success of"):
        ordinary_way(TRAINING_JOB, (("spot", True), ("warm_pool", True)))


def test_several_threads_may_ask() -> None:
    """Every job is made once, and nothing is lost."""
    at = At()

    def make(begin: int) -> None:
        for number in range(begin, 200, 4):
            at.create(TrainingJobName=f"tides-{number}")
            at.world.answer("ListTrainingJobs", {"MaxResults": 100})

    threads = [Thread(target=make, args=(begin,)) for begin in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(at.world.lives) == 200
