"""The pytest plugin: the fixture `conformance`, which watches clients, and --lifecycle-coverage."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from threading import Thread
from typing import Any

import attrs
import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.stub import Stubber

import _jobstate_pytest
from jobstate.batch import BATCH_JOB
from jobstate.errors import UnknownNameError
from jobstate.kinds import Kinds
from jobstate.model.life import Life
from jobstate.model.schema_reader import SchemaReader
from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
from jobstate.testing.oracle.story import NotConformingError
from jobstate.testing.plugin.conformance import Conformance
from tests.support.lives_for_tests import told
from tests.support.several_kinds import batch, processing
from tests.support.small import PARCELS

pytest_plugins = ["pytester"]

COMPLETED = told("completed")
LAST = COMPLETED.at(COMPLETED.end)
#: An answer that can't be true.
WRONG = LAST | {"TrainingJobStatus": "InProgress", "TrainingEndTime": LAST["CreationTime"]}
NAME = COMPLETED.job.id.rpartition("/")[2]


def modelled(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with what botocore's model requires of it besides."""
    return {
        "ModelArtifacts": {"S3ModelArtifacts": ""},
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        **answer,
    }


@pytest.fixture(scope="module", name="session")
def open_session() -> boto3.Session:
    """Return a session, which loads the service's model once."""
    return boto3.Session(
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106 - nobody's
        region_name="eu-west-1",
    )


@pytest.fixture(name="client")
def make_client(session: boto3.Session) -> Any:
    """Return a real client whose answers are stubbed."""
    return session.client("sagemaker")


def described(client: Any, *answers: dict[str, Any]) -> None:
    """Let a client describe a job, getting these answers."""
    with Stubber(client) as stubber:
        for answer in answers:
            stubber.add_response("describe_training_job", modelled(answer))
            assert client.describe_training_job(TrainingJobName=NAME)


def rules(found: Conformance) -> list[str]:
    """Return the rules that were broken."""
    return [each.rule for each in found.violations]


# --- Watching -----------------------------------------------------------------------------------


def test_it_watches_a_client(client: Any) -> None:
    """Every answer passes through the oracle, and the caller gets it all the same."""
    found = Conformance(TRAINING_JOB)
    found.watch(client)
    described(client, *(COMPLETED.at(time) for time in COMPLETED.changes))
    assert [report.answers for report in found.reports.values()] == [len(COMPLETED.changes)]
    found.verify()
    described(client, WRONG)
    assert set(rules(found)) >= {"illegal-pair", "end-time-only-when-terminal"}
    with pytest.raises(NotConformingError, match=r"answer 6 \(DescribeTrainingJob\): shows InPro"):
        found.verify()


def test_it_watches_lists(client: Any) -> None:
    """A page is about many jobs; each is judged by itself."""
    found = Conformance(TRAINING_JOB)
    found.watch(client)
    wrong = WRONG | {"TrainingJobArn": f"{LAST['TrainingJobArn']}2", "TrainingJobName": f"{NAME}2"}
    names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
    items = [
        {name: each[name] for name in (*names, "SecondaryStatus", "TrainingEndTime")}
        for each in (LAST, wrong)
    ]
    with Stubber(client) as stubber:
        stubber.add_response("list_training_jobs", {"TrainingJobSummaries": items})
        pages = list(client.get_paginator("list_training_jobs").paginate())
    assert len(pages[0]["TrainingJobSummaries"]) == len(found.reports) == 2
    with pytest.raises(NotConformingError) as caught:
        found.verify()
    assert [story.report.job.id for story in caught.value.stories] == [wrong["TrainingJobArn"]]
    assert "answer 1 (ListTrainingJobs) TrainingJobSummaries[1]: shows" in str(caught.value)


def test_it_watches_the_calls_of_any_kind(client: Any) -> None:
    """By its schema; what others answer in the same client is theirs."""
    found = Conformance(PROCESSING_JOB)
    found.watch(client)
    answer = {
        "ProcessingJobName": "clean",
        "ProcessingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/clean",
        "ProcessingJobStatus": "Completed",  # without an end time
        "CreationTime": LAST["CreationTime"],
    }
    with Stubber(client) as stubber:
        stubber.add_response("list_processing_jobs", {"ProcessingJobSummaries": [answer]})
        client.list_processing_jobs()
    described(client, WRONG)
    assert rules(found) == ["end-time-exactly-when-final"]


def test_it_watches_clients_of_several_kinds(client: Any, session: boto3.Session) -> None:
    """The calls of each, in the clients of each service; every answer is judged by its kind."""
    found = Conformance(Kinds(TRAINING_JOB, PROCESSING_JOB, BATCH_JOB))
    other = session.client("batch")
    found.watch(client)
    found.watch(other)
    described(client, LAST)
    with Stubber(client) as stubber:
        page = {"ProcessingJobSummaries": [processing("Completed")]}  # without an end time
        stubber.add_response("list_processing_jobs", page)
        client.list_processing_jobs()
        stubber.add_response("list_transform_jobs", {"TransformJobSummaries": []})
        client.list_transform_jobs()  # of a kind that was not given
    with Stubber(other) as stubber:
        job = {**batch("RUNNING", at=1), "jobQueue": "q", "jobDefinition": "d"}
        stubber.add_response("describe_jobs", {"jobs": [job]})
        other.describe_jobs(jobs=["0-1-2"])
    assert [job.kind for job in found.reports] == [
        "sagemaker-training-job",
        "sagemaker-processing-job",
        "aws-batch-job",
    ]
    assert rules(found) == ["end-time-exactly-when-final"]
    with pytest.raises(NotConformingError, match=r"forbids(.|\n)*answer 2 \(ListProcessingJobs\)"):
        found.verify()
    found.expect("end-time-exactly-when-final")
    found.verify()
    with pytest.raises(UnknownNameError, match=r"no rule 'end-time' .*; there is: "):
        found.expect("end-time")
    with pytest.raises(TypeError, match="a boto3 client of sagemaker or batch, got <boto"):
        found.watch(session.client("sts"))
    found.close()
    described(client, WRONG)
    assert len(rules(found)) == 1


def test_an_answer_that_is_nobody_s(client: Any) -> None:
    """Of a call it is known whose it would be; of what came some other way, whose it could be."""
    found = Conformance(Kinds(TRAINING_JOB, PROCESSING_JOB))
    found.watch(client)
    client.meta.events.emit(  # the Stubber gives nothing that is incomplete
        "after-call.sagemaker.DescribeTrainingJob",
        http_response=AWSResponse("", 200, {}, None),
        parsed={"CreationTime": LAST["CreationTime"]},
        model=client.meta.service_model.operation_model("DescribeTrainingJob"),
        context={},
    )
    found.feed({"status": "RUNNING"})
    with pytest.raises(NotConformingError) as caught:
        found.verify()
    called, fed = caught.value.others
    assert called.startswith("answer 1 (DescribeTrainingJob): this answer can't be read")
    assert "got a mapping of CreationTime" in called
    assert "ProcessingJobStatus" not in called
    assert "and one of TrainingJobStatus, ProcessingJobStatus" in fed


def test_a_call_of_two_kinds(client: Any) -> None:
    """Its answers are told apart by what they look like; here nobody can."""
    schema = PROCESSING_JOB.schema
    assert schema is not None
    reader = SchemaReader(attrs.evolve(schema, kind="cleaning"))
    cleaning = attrs.evolve(PROCESSING_JOB, name="cleaning", reader=reader)
    found = Conformance(Kinds(PROCESSING_JOB, cleaning))
    found.watch(client)
    with Stubber(client) as stubber:
        page = {"ProcessingJobSummaries": [processing("InProgress")]}
        stubber.add_response("list_processing_jobs", page)
        client.list_processing_jobs()
    with pytest.raises(NotConformingError, match="is of sagemaker-processing-job and cleaning"):
        found.verify()


def test_a_life_cycle_that_names_no_calls(client: Any) -> None:
    """It could only pass in silence, so it is refused."""
    with pytest.raises(TypeError, match="no operation is known that answers about a parcel"):
        Conformance(PARCELS).watch(client)


def found(client: Any, **results: Any) -> None:
    """Let a client search, and find something."""
    with Stubber(client) as stubber:
        (results,) = ({name: modelled(each) for name, each in results.items()},)
        stubber.add_response("search", {"Results": [results]})
        client.search(Resource="TrainingJob")


def test_what_names_a_job_says_nothing_of_it(session: boto3.Session) -> None:
    """Batch answers a submission with the job's id and name, and no status."""
    found, client = Conformance(Kinds(TRAINING_JOB, BATCH_JOB)), session.client("batch")
    found.watch(client)
    with Stubber(client) as stubber:
        stubber.add_response("submit_job", {"jobName": "tides", "jobId": "8cda22d6"})
        client.submit_job(jobName="tides", jobQueue="spring", jobDefinition="moon")
    found.verify()
    assert found.reports == {}


def test_it_watches_searches(client: Any) -> None:
    """What a search has found is judged; an index may lag behind, so nothing is said of order."""
    conformance = Conformance(TRAINING_JOB)
    conformance.watch(client)
    described(client, LAST)
    found(client, TrainingJob=COMPLETED.at(COMPLETED.start))
    conformance.verify()
    found(client, TrainingJob=WRONG)
    with pytest.raises(NotConformingError, match=r"answer 3 \(Search\) Results\[0\].TrainingJob: "):
        conformance.verify()


def test_calls_about_something_else(client: Any) -> None:
    """They are none of its business, and no failure; nor is what is made of jobs' names there."""
    conformance = Conformance(Kinds(TRAINING_JOB, BATCH_JOB))
    conformance.watch(client)
    with Stubber(client) as stubber:
        model = {"ModelName": "m", "ModelArn": "arn:aws:sagemaker:eu-west-1:1:model/m"}
        listed = {"Models": [{**model, "CreationTime": LAST["CreationTime"]}]}
        stubber.add_response("list_models", listed)
        client.list_models()
    conformance.verify()
    assert conformance.reports == {}
    assert not conformance.left_out


def test_answers_that_are_given_one_by_one() -> None:
    """What gives each answer once gives it to the judge, and it is kept all the same."""
    conformance = Conformance(TRAINING_JOB)
    conformance.feed(COMPLETED.at(time) for time in COMPLETED.changes)
    assert [report.answers for report in conformance.reports.values()] == [len(COMPLETED.changes)]


def test_nothing_is_passed_over_in_silence(client: Any) -> None:
    """Answers about a kind that the library knows, and that nobody judges here, are counted."""
    conformance = Conformance(TRAINING_JOB)
    conformance.watch(client)
    with Stubber(client) as stubber:
        page = {"ProcessingJobSummaries": [processing("InProgress")]}
        stubber.add_response("list_processing_jobs", page)
        client.list_processing_jobs()
    assert conformance.left_out == {"sagemaker-processing-job": 1}
    conformance.verify()


def test_errors_tell_nothing(client: Any) -> None:
    """What the service refuses says nothing of a job, and is raised as ever."""
    found = Conformance(TRAINING_JOB)
    found.watch(client)
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_training_job", "ValidationException")
        with pytest.raises(ClientError):
            client.describe_training_job(TrainingJobName=NAME)
    found.verify()
    assert found.reports == {}


def test_what_nobody_can_read(client: Any) -> None:
    """The call succeeds; the test fails."""
    found = Conformance(TRAINING_JOB)
    found.watch(client)
    described(client, LAST | {"TrainingJobArn": "arn:aws:sagemaker"})
    with pytest.raises(NotConformingError) as caught:
        found.verify()
    assert str(caught.value).startswith("answer 1 (DescribeTrainingJob): this answer can't be read")
    assert caught.value.stories == ()


def test_twice_is_once(client: Any) -> None:
    """And watching ends."""
    found = Conformance(TRAINING_JOB)
    found.watch(client)
    found.watch(client)
    described(client, LAST)
    found.close()
    described(client, WRONG)
    assert [report.answers for report in found.reports.values()] == [1]


def test_two_clients(session: boto3.Session) -> None:
    """What they say of one job must agree, in the order in which it is said."""
    found = Conformance(TRAINING_JOB)
    one, other = session.client("sagemaker"), session.client("sagemaker")
    found.watch(one)
    found.watch(other)
    described(one, LAST)
    described(other, COMPLETED.at(COMPLETED.start))
    assert "modified-time-went-back" in rules(found)


def test_threads(client: Any) -> None:
    """Clients are shared between threads; no answer is lost."""
    found = Conformance(TRAINING_JOB)

    def feed() -> None:
        for _ in range(50):
            found.feed(LAST)

    threads = [Thread(target=feed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.answers for report in found.reports.values()] == [200]
    assert client is not None


@pytest.mark.parametrize("thing", [None, "sagemaker", 5])
def test_only_clients_of_sagemaker(thing: object, session: boto3.Session) -> None:
    """Whatever else is refused, and nothing is watched."""
    found = Conformance(TRAINING_JOB)
    with pytest.raises(TypeError, match="expected a boto3 client of sagemaker, got"):
        found.watch(thing)
    with pytest.raises(TypeError, match="expected a boto3 client of sagemaker, got <botocore"):
        found.watch(session.client("sts"))


def test_feed() -> None:
    """Answers that came some other way are judged too, one or several, with their place."""
    found = Conformance(TRAINING_JOB)
    found.feed([COMPLETED.at(time) for time in COMPLETED.changes])
    found.verify()
    found.feed([LAST, WRONG], "my fake")
    with pytest.raises(NotConformingError, match=r"answer 2 \(my fake\) \[1\]: shows"):
        found.verify()


def test_expect() -> None:
    """What is known to be broken may be; what is expected and is not is a surprise too."""
    found = Conformance(TRAINING_JOB)
    found.feed(WRONG)
    found.expect(*rules(found))
    found.verify()
    assert rules(found)
    found.expect("plan-with-spot")
    with pytest.raises(NotConformingError) as caught:
        found.verify()
    assert str(caught.value) == "plan-with-spot was expected to be broken, but nothing broke it"
    with pytest.raises(UnknownNameError, match=r"no rule 'plan' .*; there is: "):
        found.expect("plan")


# --- In a test run ------------------------------------------------------------------------------


@pytest.fixture(name="life_file")
def write_life_file(pytester: pytest.Pytester) -> None:
    """Put the answers of a life beside the tests of a run."""
    pytester.makepyfile(
        answers=f"""
        import datetime
        ANSWERS = {[COMPLETED.at(time) for time in COMPLETED.changes]!r}
        LAST, WRONG = ANSWERS[-1], {WRONG!r}
        """
    )


@pytest.mark.usefixtures("life_file")
def test_a_run(pytester: pytest.Pytester) -> None:
    """Tests fail that saw what can't be true, in themselves; one that fails so tells both."""
    pytester.makepyfile(
        """
        from answers import ANSWERS, LAST, WRONG
        import pytest

        def test_fine(conformance):
            conformance.feed(ANSWERS)

        def test_wrong(conformance):
            conformance.feed(WRONG)

        def test_known(conformance):
            conformance.feed(WRONG)
            conformance.expect(*{each.rule for each in conformance.violations})

        def test_wrong_by_itself(conformance):
            conformance.feed(WRONG)
            raise KeyError("its own")

        def test_wrong_but_fine(conformance):
            conformance.feed(LAST)
            raise KeyError("its own")

        @pytest.mark.xfail(strict=True)
        def test_expected(conformance):
            conformance.feed(WRONG)

        def test_without():
            pass
        """
    )
    ran = pytester.runpytest("-p", "no:randomly")  # what is told is told in order
    ran.assert_outcomes(passed=3, failed=3, xfailed=1)
    ran.stdout.fnmatch_lines(
        [
            "*_ test_wrong _*",
            "E*NotConformingError: completed did what sagemaker-training-job * forbids",
            "*answer 1: shows InProgress/Completed*",
            "*--> * 5. 2026-03-04 05:18:12  Completed",
            "*_ test_wrong_by_itself _*",
            "E*KeyError: 'its own'",
            "*- Captured conformance call -*",
            "completed did what sagemaker-training-job * forbids",
            "*_ test_wrong_but_fine _*",
        ],
        consecutive=False,
    )
    assert ran.stdout.str().count("Captured conformance call") == 2
    assert ran.stdout.str().count("jobstate check /") == 2


@pytest.mark.usefixtures("life_file")
def test_another_life_cycle(pytester: pytest.Pytester) -> None:
    """The life cycle that judges is a fixture, so that a project or a module can tighten it."""
    pytester.makepyfile(
        """
        from answers import LAST
        from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
        import pytest

        @pytest.fixture
        def conformance_lifecycle():
            return TRAINING_JOB.given(spot=True)

        def test_it(conformance):
            conformance.feed(LAST)
        """
    )
    ran = pytester.runpytest("--lifecycle-coverage")
    ran.assert_outcomes(failed=1)
    ran.stdout.fnmatch_lines(["*sagemaker-training-job * given spot=yes forbids*"])


@pytest.mark.usefixtures("life_file")
def test_several_kinds(pytester: pytest.Pytester) -> None:
    """They may judge too, and what was seen is told by life cycle."""
    pytester.makepyfile(
        """
        from answers import LAST
        from jobstate.batch import BATCH_JOB
        from jobstate.kinds import Kinds
        from jobstate.sagemaker import PROCESSING_JOB, TRAINING_JOB
        import pytest

        @pytest.fixture
        def conformance_lifecycle():
            return Kinds(TRAINING_JOB, PROCESSING_JOB, BATCH_JOB)

        def test_it(conformance):
            conformance.feed([LAST, {"jobId": "1", "jobName": "a", "status": "RUNNING"}])
        """
    )
    ran = pytester.runpytest("--lifecycle-coverage")
    ran.assert_outcomes(passed=1)
    ran.stdout.fnmatch_lines(
        [
            "coverage of sagemaker-training-job *",
            "*states [1-9] of *",
            "coverage of aws-batch-job *",
            "*states [1-9] of *",
        ]
    )
    ran.stdout.no_fnmatch_line("*processing-job*")  # of which none was seen


@pytest.mark.usefixtures("life_file")
def test_coverage_of_a_run(pytester: pytest.Pytester) -> None:
    """What the answers of the whole run have shown, and what they have not."""
    pytester.makepyfile(
        """
        from answers import ANSWERS, LAST

        def test_one(conformance):
            conformance.feed(ANSWERS[:2])

        def test_other(conformance):
            conformance.feed(LAST)
        """
    )
    ran = pytester.runpytest("--lifecycle-coverage")
    ran.assert_outcomes(passed=2)
    ran.stdout.fnmatch_lines(
        [
            "*= lifecycle coverage =*",
            "coverage of sagemaker-training-job *",
            "*states 3 of *, edges 1 of *",
            "what is missing: --lifecycle-coverage-json FILE",
        ]
    )


def test_coverage_of_nothing(pytester: pytest.Pytester) -> None:
    """A run without the fixture, or in which no answer came to it, says so."""
    pytester.makepyfile("def test_it(): pass")
    ran = pytester.runpytest("--lifecycle-coverage")
    ran.assert_outcomes(passed=1)
    ran.stdout.fnmatch_lines(["nothing was seen: no answer came to the fixture `conformance`"])
    assert "lifecycle coverage" not in pytester.runpytest().stdout.str()


# --- What it costs ------------------------------------------------------------------------------


def test_it_is_installed() -> None:
    """It is found without being named."""
    (found,) = (each for each in metadata.entry_points(group="pytest11") if each.name == "jobstate")
    assert found.load() is _jobstate_pytest


def test_it_is_light() -> None:
    """Every run loads it, so it loads nothing: not even the library, before somebody asks."""
    heavy = {"attrs", "boto3", "botocore", "hypothesis", "jobstate", "networkx"}
    program = f"import sys, _jobstate_pytest; print(*{heavy!r} & set(sys.modules))"
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []


def test_a_run_that_uses_nothing_of_it(pytester: pytest.Pytester) -> None:
    """The library is not imported in it."""
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert "jobstate" not in sys.modules
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_life_is_what_the_answers_come_from() -> None:
    """The answers of these tests are those of a legal life."""
    assert isinstance(COMPLETED, Life)
    Conformance(TRAINING_JOB).verify()
