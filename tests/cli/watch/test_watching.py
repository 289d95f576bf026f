"""Jobs are seen through to their ends by turns, and the exit code is the worst of them."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ParamValidationError

from jobstate.aws import ServiceError
from jobstate.aws.following import FollowStep, Pause
from jobstate.aws.operations import listed
from jobstate.batch import BATCH_JOB
from jobstate.cli.watch.looks import Looks
from jobstate.cli.watch.walk import ListWalk
from jobstate.cli.watch.watching import Watching, Wish, kind_of
from jobstate.errors import LifecycleError
from jobstate.kinds import KINDS
from jobstate.model.states import Outcome
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB, TUNING_JOB
from jobstate.testing import ClockStoppedError, Service, VirtualClock
from jobstate.tracking.tracker import Tracker
from jobstate.world import RefusedRequestError
from jobstate.world.scripts import ordinary
from tests.support.command import described, item
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.watched_service import Scripted, WatchedService

SWEEP = {
    "HyperParameterTuningJobName": "sweep",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Bayesian",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 7, "MaxParallelTrainingJobs": 3},
    },
    "TrainingJobDefinition": {},
}


def refused(code: str, message: str = "no", status: int = 400) -> ClientError:
    """Return what a client raises."""
    said = {"Code": code, "Message": message}
    metadata = {"HTTPStatusCode": status}
    return ClientError({"Error": said, "ResponseMetadata": metadata}, "DescribeTrainingJob")


# --- Ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "code", "outcome"),
    [
        ("completed", 0, "succeeded"),
        ("failed", 3, "failed"),
        ("stopped", 4, "stopped"),
        ("stopped early", 4, "stopped"),
        ("timed out", 5, "timed out"),
        ("deleted", 3, "failed"),
    ],
)
def test_each_end(story: str, code: int, outcome: str) -> None:
    """A job is followed to its end, and that is the exit code, be it asked by name or by list."""
    life = told(story)
    for names in ((life.job.name,), (life.job.id,), ()):
        watched = WatchedService(life, *names)
        assert watched.run() == code
        assert watched.watching.over
        (job,) = watched.jobs
        assert job.result.final
        assert job.passed == tuple(entry.status for entry in job.entries)
        assert any(outcome in line for line in watched.lines)
        assert [len(line.split("\n")) for line in watched.lines] == [1] * len(watched.lines)


def test_the_worst_counts() -> None:
    """Failed before timed out before stopped before success."""
    lives = [told(name) for name in STORIES]
    names = [life.job.name for life in lives]
    assert WatchedService(lives, *names).run() == 3
    some = [life for life in lives if life.result.outcome is not Outcome.FAILED]
    assert WatchedService(some).run() == 5
    some = [life for life in some if life.result.outcome is not Outcome.TIMED_OUT]
    assert WatchedService(some).run() == 4


def test_gone() -> None:
    """A job that is deleted while it runs is gone: nobody knows what it came to."""
    watched = WatchedService((), "tide", client=Scripted(described(("Starting", 9)), _missing()))
    assert watched.run() == 6
    assert watched.job("tide").word == "outcome unknown"
    assert watched.lines[-1].endswith("Starting: outcome unknown, cause unknown; being deleted")


def _missing() -> ClientError:
    return refused("ValidationException", "Requested resource not found.")


def test_missing() -> None:
    """A name that there is not is told as it is, and the other jobs go on."""
    watched = WatchedService(told("completed"), "completed", "tied")
    assert watched.run() == 2
    assert "there is no sagemaker-training-job 'tied'" in watched.job("tied").error
    assert watched.job("completed").result.outcome is Outcome.SUCCEEDED
    assert watched.job("tied").word == "can't be asked about"


def test_a_violation() -> None:
    """What can't be true counts more than any end."""
    client = Scripted(described(("Uploading", 9)), item("tide", "Failed"))
    watched = WatchedService((), "tide", client=client)
    assert watched.run() == 1
    assert [each.rule for each in watched.job("tide").violations]
    assert any("  error " in line for line in watched.lines)


def test_a_status_of_tomorrow() -> None:
    """It is shown as it is, told once, and given up after an hour."""
    strange = {**item("tide", "Hibernating"), "SecondaryStatus": "Asleep"}
    watched = WatchedService((), "tide", client=Scripted(strange))
    assert watched.run() == 2
    assert watched.job("tide").status == "Hibernating (unknown)"
    assert "which no sagemaker-training-job is known to do" in watched.job("tide").error
    unmodelled = [line for line in watched.lines if "unmodelled" in line]
    assert len(unmodelled) == 2  # the primary status and the secondary one
    assert watched.job("tide").needs_a_look


# --- Trouble ------------------------------------------------------------------------------------


def test_throttled() -> None:
    """It is said once, in the job's row, until an answer comes."""
    throttled = refused("ThrottlingException", "Rate exceeded")
    running = described(("Starting", 9))
    watched = WatchedService((), "tide", client=Scripted(running, throttled, throttled, running))
    watched.run(most=2)
    assert watched.job("tide").trouble == "throttled: Rate exceeded"
    assert watched.job("tide").needs_a_look
    watched.run(most=4)
    assert watched.job("tide").trouble == ""
    assert [line for line in watched.lines if "Rate exceeded" in line] == watched.lines[1:2]


def test_denied() -> None:
    """It is given up after five minutes."""
    watched = WatchedService((), "tide", client=Scripted(refused("AccessDeniedException")))
    assert watched.run() == 2
    assert 300 <= watched.asked.seconds <= 400
    assert "denied for" in watched.job("tide").error


def test_no_credentials() -> None:
    """That is the same for all jobs, and ends all of it."""
    watched = WatchedService((), "tide", client=Scripted(NoCredentialsError()))
    with pytest.raises(ServiceError, match="Unable to locate credentials"):
        watched.run()


def test_a_name_that_the_client_refuses() -> None:
    """What boto3 raises before it asks is told of the job."""
    error = ParamValidationError(report="Invalid length")
    watched = WatchedService((), "", client=Scripted(error))
    assert watched.run(1) == 2
    assert "Invalid length" in watched.jobs[0].error


def test_errors_of_our_own_are_not_hidden() -> None:
    """What nobody expects is no trouble of a job's."""

    def broken() -> Any:
        yield Pause(0.0)
        raise RuntimeError("a mistake")

    looks = Looks(lambda _: None)
    looks.begin("tide", TRAINING_JOB, broken())
    with pytest.raises(RuntimeError, match="a mistake"):
        next(looks.news())


def test_an_answer_that_can_not_be_read() -> None:
    """It is told, of the job; of a list it is passed over."""
    watched = WatchedService((), "tide", client=Scripted({"TrainingJobName": "tide"}))
    assert watched.run() == 2
    assert watched.job("tide").error


# --- Lists --------------------------------------------------------------------------------------


def test_all_jobs_or_some() -> None:
    """Globs and names; jobs that are older are left out; those that come are seen."""
    lives = [
        told("completed", job="churn-1"),
        told("failed", job="churn-2", after=7200),
        told("completed", job="demand-1", after=60),
    ]
    watched = WatchedService(lives, "churn-*", "demand-1", wish={"every": True})
    watched.asked.clock.advance(9000)
    assert watched.run() == 3
    assert {job.name for job in watched.jobs} == {"churn-1", "churn-2", "demand-1"}
    since = BEGIN + timedelta(seconds=100)
    watched = WatchedService(lives, "churn-*", wish={"every": True, "since": since})
    watched.asked.clock.advance(9000)
    assert watched.run() == 3
    assert [job.name for job in watched.jobs] == ["churn-2"]
    assert watched.job("churn-2").reason == "AlgorithmError: exit code 1"


def test_many_pages() -> None:
    """250 jobs are three pages; each job is described, at four requests a second at most."""
    lives = [told("completed", job=f"tide-{number:03}", after=number) for number in range(250)]
    watched = WatchedService(lives, wish={"since": BEGIN + timedelta(seconds=100)})
    watched.asked.clock.advance(7200)
    began = watched.asked.seconds
    assert watched.run() == 0
    assert len(watched.jobs) == 150
    calls = watched.asked.service.calls
    assert sum(call.operation == "DescribeTrainingJob" for call in calls) == 150
    assert sum(call.operation == "ListTrainingJobs" for call in calls) <= 4
    assert len(calls) <= 4 * (watched.asked.seconds - began) + 1


def test_no_job() -> None:
    """An empty list is over at once; one that is to stay is looked at again."""
    watched = WatchedService()
    assert watched.run() == 0
    assert len(watched.asked.service.calls) == 1
    watched = WatchedService(told("completed", after=500), wish={"stay": True, "interval": 100.0})
    watched.asked.clock.until = BEGIN + timedelta(seconds=5000)
    with pytest.raises(ClockStoppedError):
        watched.run()
    assert watched.job("completed").result.final


def test_a_list_in_trouble() -> None:
    """Throttled, it is asked for again, and that is a note; denied, it is an error."""
    fails = iter([True, True, False])

    def fault(operation: str, _: object) -> RefusedRequestError | None:
        refuse = operation == "ListTrainingJobs" and next(fails, False)
        return RefusedRequestError("ThrottlingException", "Rate exceeded") if refuse else None

    watched = WatchedService(told("completed"), fault=fault)
    watched.run(most=1)
    assert watched.watching.board.note == "throttled: Rate exceeded"
    assert watched.lines[0].endswith("ListTrainingJobs  throttled: Rate exceeded")
    assert watched.run() == 0
    assert watched.watching.board.note == ""
    watched = WatchedService(told("completed"), denied={"ListTrainingJobs"})
    assert watched.run() == 2
    assert "denied" in watched.watching.board.note


def test_a_list_that_the_client_refuses() -> None:
    """What boto3 raises before it asks ends the list, and is said."""

    class Refusing:
        def list_training_jobs(self, **_: object) -> None:
            raise ParamValidationError(report="Invalid length")

    watched = WatchedService(client=Refusing())
    assert watched.run() == 2
    assert "Invalid length" in watched.watching.board.note


def test_descriptions_in_trouble() -> None:
    """One that is throttled is asked for again; without it the list has to do."""
    fails = iter([True, False])

    def fault(operation: str, _: object) -> RefusedRequestError | None:
        refuse = operation == "DescribeTrainingJob" and next(fails, False)
        return RefusedRequestError("ThrottlingException", "Rate exceeded") if refuse else None

    watched = WatchedService(told("completed"), fault=fault)
    watched.asked.clock.advance(9000)
    assert watched.run() == 0
    assert watched.job("completed").entries
    watched = WatchedService(told("completed"), denied={"DescribeTrainingJob"})
    assert watched.run() == 0
    assert not watched.job("completed").entries
    assert watched.job("completed").passed[-1] == "Completed"


class Listing:
    """A client that lists one job, and describes it badly."""

    def __init__(self, answer: object) -> None:
        """Take what is answered about it."""
        self._answer = answer

    def list_training_jobs(self, **_: object) -> dict[str, Any]:
        """Answer."""
        return {"TrainingJobSummaries": [item("tide"), {"TrainingJobName": "tied"}]}

    def describe_training_job(self, **_: object) -> object:
        """Answer badly."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def test_what_a_list_and_its_descriptions_say_badly() -> None:
    """What can't be read is told once and passed over; what nobody expects is not."""
    watched = WatchedService(client=Listing({"TrainingJobName": "tide"}), wish={"stay": True})
    watched.asked.clock.until = BEGIN + timedelta(seconds=200)
    with pytest.raises(ClockStoppedError):
        watched.run()
    assert [job.name for job in watched.jobs] == ["tide"]
    unread = [line for line in watched.lines if "ListTrainingJobs  " in line]
    assert len(unread) == 2  # the item of the one, the description of the other
    assert all("TrainingJobStatus" in line for line in unread)
    watched = WatchedService(client=Listing(ParamValidationError(report="Invalid length")))
    assert watched.run() == 2


def test_a_list_without_an_end() -> None:
    """That shows the same page for ever: it is told, and what it showed is known."""

    class Endless:
        def list_training_jobs(self, **_: object) -> dict[str, Any]:
            return {"TrainingJobSummaries": [item("tide", "Stopped")], "NextToken": "again"}

        def describe_training_job(self, **_: object) -> None:
            raise refused("AccessDeniedException")

    watched = WatchedService(client=Endless())
    assert watched.run() == 4
    assert any("goes on and shows nothing new" in line for line in watched.lines)


def test_a_description_of_nothing() -> None:
    """Of several jobs that are described in one answer, one may be missing: the list has to do."""
    queue = listed(BATCH_JOB, {"jobQueue": "nightly"})
    walk = ListWalk(kind=BATCH_JOB, tracker=Tracker(BATCH_JOB), listed=queue)
    plan = walk.plan()
    assert next(plan).operation == "ListJobs"  # type: ignore[union-attr]
    job = {"jobId": "1-2", "jobName": "tide", "status": "RUNNING", "createdAt": 1_772_600_000_000}
    step = plan.send({"jobSummaryList": [job]})
    assert isinstance(step, FollowStep)
    assert next(plan).operation == "DescribeJobs"  # type: ignore[union-attr]
    assert isinstance(plan.send({"jobs": []}), Pause)
    assert walk.settled


# --- Kinds and families -------------------------------------------------------------------------


def swept(*names: str, kinds: Any = (TUNING_JOB,), **settings: Any) -> WatchedService:
    """Return a tuning job that is watched."""
    wish = {"kinds": kinds, "every": not names}
    watched = WatchedService((), *names, wish=wish, **settings)
    watched.asked.service.answer("CreateHyperParameterTuningJob", SWEEP)
    return watched


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (("sweep",), (TUNING_JOB,)),
        ((), (TUNING_JOB,)),
        ((), (TRAINING_JOB, TUNING_JOB)),
    ],
)
def test_families(names: tuple[str, ...], kinds: Any) -> None:
    """A tuning job's training jobs are found by its list, and belong to it."""
    watched = swept(*names, kinds=kinds)
    assert watched.run() == 0
    parent = watched.job("sweep")
    children = [job for job in watched.jobs if job is not parent]
    assert len(children) == 7
    assert {job.parent for job in children} == {parent.key}
    assert all(job.result.final and job.entries for job in children)


def test_what_a_child_came_to_its_parent_says() -> None:
    """A child that failed is no failure of what was asked for."""
    failing = iter([True])

    def script(birth: Any) -> Any:
        if birth.lifecycle is TRAINING_JOB and next(failing, False):
            return birth.life(("InProgress/Starting", "Failed/Failed"), failure="ClientError: no")
        return ordinary(birth)

    watched = swept("sweep", script=script)
    assert watched.run() == 0
    assert sum(job.result.outcome is Outcome.FAILED for job in watched.jobs) == 1


def test_a_child_that_was_asked_for_too() -> None:
    """It is one line, whichever of the two answers came first."""
    watched = swept("sweep")
    watched.run(most=40)
    child = next(job.name for job in watched.jobs if job.parent)
    again = swept("sweep", f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{child}")
    again.asked.clock.advance(600)
    assert again.run() == 0
    assert len(again.jobs) == 8


def test_kinds_of_names() -> None:
    """An arn says whose it is; anything else does not."""
    arn = "arn:aws:{}:eu-west-1:111122223333:{}/x"
    assert kind_of(arn.format("sagemaker", "training-job")) is TRAINING_JOB
    assert kind_of(arn.format("sagemaker", "processing-job")) is PROCESSING_JOB
    assert kind_of(arn.format("sagemaker", "hyper-parameter-tuning-job")) is TUNING_JOB
    assert kind_of(arn.format("batch", "job")) is BATCH_JOB
    assert kind_of(arn.format("s3", "job")) is None
    assert kind_of("churn-42") is None


@pytest.mark.parametrize("kind", [*KINDS], ids=str)
def test_every_kind(kind: Any) -> None:
    """Each is followed to its end, by its id."""
    service = WatchedService().asked.service
    created = {
        "sagemaker-training-job": ("CreateTrainingJob", "TrainingJobName"),
        "sagemaker-processing-job": ("CreateProcessingJob", "ProcessingJobName"),
        "sagemaker-transform-job": ("CreateTransformJob", "TransformJobName"),
        "aws-batch-job": ("SubmitJob", "jobName"),
    }.get(kind.name)
    if created is None:
        assert swept("sweep").run() == 0
        return
    operation, field = created
    service.answer(operation, {field: "tide"})
    (life,) = service.lives
    watched = WatchedService(life, life.job.id, wish={"kinds": (kind,)})
    assert watched.run() == 0
    (job,) = watched.jobs
    assert job.passed[-1] == job.status
    assert len(job.passed) >= 2


def test_batch_has_no_list_of_all() -> None:
    """Its lists are of a queue and a status."""
    with pytest.raises(LifecycleError, match="name them by their ids"):
        WatchedService(wish={"kinds": (BATCH_JOB,)})
    watched = WatchedService((), "arn:aws:batch:eu-west-1:111122223333:job/1-2", wish={})
    assert [job.id for job in watched.jobs] == ["1-2"]


def test_a_later_job_of_the_same_name() -> None:
    """It takes the place of the one that was there."""
    first = {**item("tide", "Failed"), "CreationTime": BEGIN.isoformat()}
    second = {**item("tide"), "CreationTime": (BEGIN + timedelta(days=1)).isoformat()}
    pages = iter([[first], [second]])

    class Renewed:
        def list_training_jobs(self, **_: object) -> dict[str, Any]:
            return {"TrainingJobSummaries": next(pages, [second])}

        def describe_training_job(self, **_: object) -> None:
            raise refused("AccessDeniedException")

    watched = WatchedService(client=Renewed(), wish={"stay": True})
    watched.run(most=4)
    assert watched.job("tide").result.outcome is Outcome.SUCCEEDED
    assert watched.job("tide").passed == ("Completed",)


# --- Lines for programs -------------------------------------------------------------------------


def test_lines_of_json() -> None:
    """One for each answer, each step with all that is known; trouble and errors too."""
    throttled = refused("ThrottlingException", "Rate exceeded")
    client = Scripted(throttled, described(("Starting", 9)), item("tide", "Failed"))
    watched = WatchedService((), "tide", client=client)
    assert watched.run() == 3
    first, second, third = map(json.loads, watched.records)
    assert first["trouble"] == "throttled: Rate exceeded"
    assert second["status"] == "Starting"
    assert [event["kind"] for event in second["events"]]
    assert third["result"]["outcome"] == "failed"
    assert third["job"]["id"].endswith("/tide")
    lost = WatchedService((), "tide")
    lost.run()
    *_, last = map(json.loads, lost.records)
    assert "there is no" in last["error"]


def test_gone_from_the_list() -> None:
    """A job that a list shows no more, and that there is not, is gone."""
    pages = iter([[item("tide", "InProgress", "Training"), item("ebb")]])

    class Emptied:
        def list_training_jobs(self, **_: object) -> dict[str, Any]:
            return {"TrainingJobSummaries": next(pages, [])}

        def describe_training_job(self, **_: object) -> None:
            raise _missing()

    watched = WatchedService(client=Emptied())
    assert watched.run() == 6
    assert watched.job("tide").result.gone
    assert watched.job("ebb").result.outcome is Outcome.SUCCEEDED


def test_arrays_of_batch() -> None:
    """Lists of an array's jobs are by status: it is one line."""
    service = WatchedService().asked.service
    _, made = service.answer("SubmitJob", {"jobName": "tide", "arrayProperties": {"size": 2}})
    lives = [life for life in service.lives if life.job.id == made["jobId"]]
    watched = WatchedService(lives, made["jobId"], wish={"kinds": (BATCH_JOB,)})
    array = {"arrayProperties": {"size": 2}}
    (life,) = lives
    answers = [{**life.at(time), **array} for time in life.changes]

    class Array:
        def describe_jobs(self, **_: object) -> dict[str, Any]:
            return {"jobs": [answers.pop(0) if len(answers) > 1 else answers[0]]}

    watched = WatchedService((), life.job.id, client=Array(), wish={"kinds": (BATCH_JOB,)})
    assert watched.run() == 0
    assert len(watched.jobs) == 1


@pytest.mark.parametrize("most", [0.1, 4.0])
def test_it_stops_while_it_waits(most: float) -> None:
    """For its turn, or for the budget."""
    clock = VirtualClock(BEGIN)
    service = Service([told("completed", job=f"tide-{n}") for n in range(3)], clock)
    client, stopped = service.client(), Event()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.monotonic() > most:
            stopped.set()

    wish = Wish(names=[f"tide-{n}" for n in range(3)], kinds=[TRAINING_JOB])
    time: dict[str, Any] = {"clock": clock.monotonic, "sleep": sleep, "stopped": stopped.is_set}
    watching = Watching(wish, lambda _: client, **time)
    steps = [*watching.steps()]
    assert len(steps) == (1 if most < 1 else 3)
    assert not watching.over


def test_walks_in_a_hurry() -> None:
    """Lists that have to wait for the budget leave time for descriptions."""
    lives = [told("failed", job=f"tide-{n}", after=n) for n in range(4)]
    watched = WatchedService(lives, wish={"interval": 0.1})
    watched.asked.clock.advance(9000)
    watched.asked.clock.until = BEGIN + timedelta(seconds=9060)
    assert watched.run() == 3
    assert all(job.reason for job in watched.jobs)
