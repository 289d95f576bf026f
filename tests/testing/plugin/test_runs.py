"""Whole test runs: every client watched, the coverage of all workers, files, properties."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobstate import check
from jobstate.cli.app import app
from jobstate.sagemaker import TRAINING_JOB
from tests.support.lives_for_tests import told
from tests.testing.plugin.test_conformance import COMPLETED, LAST, WRONG, modelled

pytest_plugins = ["pytester"]

STOPPED = told("stopped")
#: How many states each of the two lives enters (`STORIES`), and both together.
STATES, STATES_OF_BOTH = 5, 8


@pytest.fixture(name="service")
def write_service(pytester: pytest.Pytester) -> None:
    """Put a stubbed service beside the tests of a run, and the answers of two lives."""
    lives = {
        name: [modelled(life.at(time)) for time in life.changes]
        for name, life in (("COMPLETED", COMPLETED), ("STOPPED", STOPPED))
    }
    pytester.makepyfile(
        service=f"""
        import datetime
        import boto3
        from botocore.stub import Stubber

        COMPLETED, STOPPED = {lives["COMPLETED"]!r}, {lives["STOPPED"]!r}
        WRONG = {modelled(WRONG)!r}

        def client(name="sagemaker"):
            return boto3.client(
                name, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
            )

        def ask(client, *answers):
            with Stubber(client) as stubber:
                for answer in answers:
                    stubber.add_response("describe_training_job", answer)
                    client.describe_training_job(TrainingJobName=answer["TrainingJobName"])
        """
    )


@pytest.fixture(name="repository")
def find_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs import what these tests are made of."""
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[3]), *known]))


#: In this process, or in workers of xdist.
WORKERS = (
    pytest.param([], id="alone"),
    pytest.param(["-n", "1"], id="xdist", marks=pytest.mark.once),
)


def ran(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest within this process, but for the workers of xdist."""
    return pytester.runpytest_inprocess(*arguments)


# --- Every client -------------------------------------------------------------------------------


@pytest.mark.usefixtures("service")
def test_every_client(pytester: pytest.Pytester) -> None:
    """Without a conftest and without a fixture; whoever has the fixture is told once."""
    pytester.makepyfile(
        """
        import unittest
        import pytest
        from service import *

        EARLY = client()

        @pytest.fixture(scope="module")
        def module_wide():
            ask(client(), COMPLETED[0])

        def test_fine():
            ask(client(), *COMPLETED)

        def test_wrong():
            ask(client(), WRONG)

        def test_wrong_early():
            ask(EARLY, WRONG)

        def test_watched_twice(conformance):
            own = client()
            conformance.watch(own)
            ask(own, *COMPLETED)
            assert [each.answers for each in conformance.reports.values()] == [5]

        def test_its_own(conformance, module_wide):
            assert len(conformance.reports) == 1

        class TestOld(unittest.TestCase):
            def test_wrong(self):
                ask(client(), WRONG)

        def test_others():
            assert client("sts")
        """
    )
    result = ran(pytester, "--conformance")
    result.assert_outcomes(passed=4, failed=3)
    result.stdout.fnmatch_lines(["E*NotConformingError: completed did what *"])
    ran(pytester).assert_outcomes(passed=6, failed=1)  # only its own has none of its own


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("workers", WORKERS)
def test_outside_of_tests(pytester: pytest.Pytester, workers: list[str]) -> None:
    """What a session's own fixtures see at its end lets the run fail."""
    pytester.makepyfile(
        """
        import pytest
        from service import *

        @pytest.fixture(scope="session")
        def cleaned():
            yield
            ask(client(), WRONG)

        def test_fine(cleaned):
            pass
        """
    )
    result = ran(pytester, "--conformance", *workers)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*= conformance outside of tests =*", "completed did what sagemaker-training-job *"]
    )


@pytest.mark.usefixtures("repository")
def test_lives_are_left_out(pytester: pytest.Pytester) -> None:
    """Their jobs live anew in each phase and each example, under one name: that is no fault."""
    pytester.makepyfile(
        """
        from tests.support.lives_for_tests import told
        from tests.testing.oracle.test_planted import orchestrate, wait
        from jobstate.testing import VirtualClock, assert_orchestrator, assert_waiter, client_for

        def look(conformance, name, watch):
            life = told(name, job="same")
            client = client_for(life, VirtualClock(life.end))
            if watch:
                conformance.watch(client)
            client.describe_training_job(TrainingJobName="same")

        def test_two_lives(conformance):
            look(conformance, "completed", watch=False)
            look(conformance, "stopped", watch=False)
            assert conformance.reports == {}

        def test_what_is_watched_is_watched(conformance):
            look(conformance, "completed", watch=True)
            assert len(conformance.reports) == 1

        def test_it():
            assert_waiter(wait, told("stopped"))
            assert_orchestrator(orchestrate, told("stopped"))
        """
    )
    ran(pytester, "--conformance", f"--rootdir={pytester.path}").assert_outcomes(passed=3)


def test_a_hypothesis_test(pytester: pytest.Pytester) -> None:
    """It has the fixture too, which Hypothesis' health check says nothing of."""
    pytester.makepyfile(
        """
        from hypothesis import given, strategies as st

        @given(st.booleans())
        def test_it(value):
            pass
        """
    )
    ran(pytester, "--conformance").assert_outcomes(passed=1)


def test_without_botocore(pytester: pytest.Pytester) -> None:
    """The error names the extra that brings it."""
    pytester.makepyfile(
        without="""
        import sys
        sys.modules["botocore"] = None
        import pytest
        sys.exit(pytest.main(["--conformance"]))
        """
    )
    result = pytester.runpython(pytester.path / "without.py")
    result.stderr.fnmatch_lines(["*--conformance needs boto3: pip install 'jobstate[[]aws]'*"])


# --- Coverage -----------------------------------------------------------------------------------


@pytest.fixture(name="two_tests")
def write_two_tests(pytester: pytest.Pytester, service: None) -> None:  # noqa: ARG001 - it is there
    """Put two tests into a run that see two lives, and one that sees a life cycle of its own."""
    pytester.makepyfile(
        """
        from service import *

        def test_one():
            ask(client(), *COMPLETED)

        def test_other():
            ask(client(), *STOPPED)
        """
    )


@pytest.mark.usefixtures("two_tests")
@pytest.mark.parametrize(
    "workers",
    [[], ["-n", "2"], pytest.param(["-n", "2", "--dist", "each"], marks=pytest.mark.once)],
    ids=str,
)
def test_the_coverage_of_all_workers_is_one(pytester: pytest.Pytester, workers: list[str]) -> None:
    """Whoever ran the tests, in whatever order; JSON and a picture have the same."""
    arguments = ["--lifecycle-coverage-json", "out/seen.json", "--lifecycle-coverage"]
    arguments += ["--lifecycle-coverage-picture", "out/seen.svg", "--conformance"]
    result = ran(pytester, *arguments, *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*= lifecycle coverage =*",
            "coverage of sagemaker-training-job *",
            f"*: states {STATES_OF_BOTH} of 33 *",
            "written: out/seen.json",
            "written: out/seen.svg",
        ]
    )
    result.stdout.no_fnmatch_line("*nothing was seen*")
    (found,) = json.loads((pytester.path / "out/seen.json").read_text())["lifecycles"]
    states = {each["state"] for each in found["regions"]["job"]["states"] if each["seen"]}
    assert states == {stay.state for life in (COMPLETED, STOPPED) for stay in life.stays}
    edges = {
        (each["origin"], each["target"])
        for each in found["regions"]["job"]["edges"]
        if each["seen"]
    }
    assert ("InProgress/Starting", "InProgress/Downloading") in edges
    assert ("Completed/Completed", "Deleting/Completed") not in edges
    picture = (pytester.path / "out/seen.svg").read_text()
    assert "seen by tests" in picture
    assert f"{STATES_OF_BOTH} of 37 states" in picture


@pytest.mark.usefixtures("service")
def test_each_life_cycle_has_its_picture(pytester: pytest.Pytester) -> None:
    """Where several were seen; and one that was not judged is told of."""
    pytester.makepyfile(
        """
        import pytest
        from jobstate.kinds import KINDS, Kinds
        from jobstate.sagemaker import TRAINING_JOB
        from service import *

        LISTED = [{
            "ProcessingJobName": "p", "CreationTime": COMPLETED[0]["CreationTime"],
            "ProcessingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:processing-job/p",
            "ProcessingJobStatus": "InProgress",
        }]

        @pytest.mark.parametrize("conformance_lifecycle", [KINDS, TRAINING_JOB])
        def test_it(conformance_lifecycle):
            own = client()
            ask(own, *COMPLETED)
            with Stubber(own) as stubber:
                stubber.add_response("list_processing_jobs", {"ProcessingJobSummaries": LISTED})
                own.list_processing_jobs()
        """
    )
    result = ran(pytester, "--conformance", "--lifecycle-coverage-picture=seen.svg")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "not judged: 1 answer about sagemaker-processing-job, which *",
            "written: seen-sagemaker-training-job.svg",
            "* seen-sagemaker-processing-job.svg*",
        ]
    )


@pytest.mark.usefixtures("repository")
def test_a_life_cycle_that_only_the_workers_know(pytester: pytest.Pytester) -> None:
    """Its coverage is told all the same; what can't be drawn is said."""
    pytester.makepyfile(
        """
        import attrs
        import pytest
        from jobstate import JobKey, Observation
        from jobstate.model.observation import Shown
        from jobstate.sagemaker import TRAINING_JOB

        @pytest.fixture
        def conformance_lifecycle():
            words = {"reader": None, "writer": None, "failure_cause": lambda words: words}
            return attrs.evolve(TRAINING_JOB, name="local", **words)

        def test_it(conformance):
            job = JobKey("local", "1", None)
            conformance.feed(Observation(job=job, shown={"job": Shown("InProgress")}))
        """
    )
    arguments = ["--lifecycle-coverage", "--lifecycle-coverage-picture=seen.svg", "-n", "1"]
    result = ran(pytester, *arguments)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["coverage of local *", "no picture of local: *"])


@pytest.mark.usefixtures("two_tests")
def test_in_any_order(pytester: pytest.Pytester) -> None:
    """What was seen does not depend on which test came first."""
    pytester.makeconftest("def pytest_collection_modifyitems(items): items.reverse()")
    result = ran(pytester, "--lifecycle-coverage", "--conformance")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"*: states {STATES_OF_BOTH} of 33 *"])


@pytest.mark.usefixtures("two_tests")
def test_a_file_that_can_not_be_written(pytester: pytest.Pytester) -> None:
    """It is said, and the run is none the worse."""
    (pytester.path / "taken").write_text("")
    result = ran(pytester, "--conformance", "--lifecycle-coverage-json=taken/seen.json")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["taken/seen.json can't be written: *"])


# --- Failures -----------------------------------------------------------------------------------


@pytest.fixture(name="failing")
def write_failing(pytester: pytest.Pytester, service: None) -> None:  # noqa: ARG001 - it is there
    """Put a test into a run that sees one job that is right and one that is wrong."""
    pytester.makepyfile(
        """
        from service import *

        def test_wrong():
            ask(client(), *STOPPED, COMPLETED[0], WRONG)
        """
    )


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("workers", WORKERS)
def test_a_failure_is_a_file(pytester: pytest.Pytester, tmp_path: Path, workers: list[str]) -> None:
    """With the answers about the job that is wrong, and of no other: the command says the same."""
    result = ran(pytester, "--conformance", f"--conformance-files={tmp_path}/wrong", *workers)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"jobstate check {tmp_path}/wrong/test_a_failure_is_a_file*.jsonl"]
    )
    (path,) = (tmp_path / "wrong").iterdir()
    answers = [json.loads(line) for line in path.read_text().splitlines()]
    assert [each["TrainingJobName"] for each in answers] == ["completed", "completed"]
    rules = {each.rule for each in check(TRAINING_JOB, answers).violations}
    assert "end-time-only-when-terminal" in rules
    told_again = CliRunner().invoke(app, ["check", str(path)])
    assert told_again.exit_code == 1
    assert "end-time-only-when-terminal" in told_again.stdout


@pytest.mark.usefixtures("failing")
def test_a_failure_is_a_file_in_pytests_own_folder(pytester: pytest.Pytester) -> None:
    """Where nobody says where; it is kept as long as pytest keeps such folders."""
    result = ran(pytester, "--conformance", f"--basetemp={pytester.path / 'base'}")
    result.assert_outcomes(failed=1)
    (path,) = (pytester.path / "base" / "conformance0").glob("*.jsonl")
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("workers", WORKERS)
def test_violations_are_properties(pytester: pytest.Pytester, workers: list[str]) -> None:
    """JUnit's XML has them, and where the answers are."""
    ran(pytester, "--conformance", "--junit-xml=junit.xml", *workers)
    tree = ET.parse(pytester.path / "junit.xml")  # noqa: S314 - pytest's own
    found = [(each.get("name"), each.get("value")) for each in tree.iter("property")]
    names = [name for name, _ in found]
    assert names[-1] == "conformance.answers"
    assert set(names[:-1]) == {"conformance.violation"}
    assert any(str(value).startswith("end-time-only-when-terminal: ") for _, value in found)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("workers", WORKERS)
def test_a_status_that_nobody_knows(pytester: pytest.Pytester, workers: list[str]) -> None:
    """It proves nothing, so the test passes; but not in silence."""
    pytester.makepyfile(
        """
        from service import COMPLETED

        def test_it(conformance):
            names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingJobStatus")
            item = {name: COMPLETED[0][name] for name in names}
            conformance.feed({**item, "SecondaryStatus": "Hibernating"})
            assert [each.value for each in conformance.unmodelled] == ["Hibernating"]
        """
    )
    result = ran(pytester, "--lifecycle-coverage", "--junit-xml=junit.xml", *workers)
    result.assert_outcomes(passed=1)
    status = "job.secondary=Hibernating"
    result.stdout.fnmatch_lines([f"inconclusive: sagemaker-training-job {status}, of 1 job, *"])
    tree = ET.parse(pytester.path / "junit.xml")  # noqa: S314 - pytest's own
    found = {(each.get("name"), each.get("value")) for each in tree.iter("property")}
    assert ("conformance.inconclusive", status) in found


def test_an_answer_that_nobody_could_read(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """It is what the failure is about, so it is in the file."""
    pytester.makepyfile(
        """
        def test_it(conformance):
            conformance.feed([{"TrainingJobName": "a", "TrainingJobStatus": "InProgress"}])
        """
    )
    ran(pytester, f"--conformance-files={tmp_path}").assert_outcomes(failed=1)
    (path,) = tmp_path.glob("*.jsonl")
    assert json.loads(path.read_text()) == {
        "TrainingJobName": "a",
        "TrainingJobStatus": "InProgress",
    }


def test_the_tests_of_this_file_say_what_is_true() -> None:
    """The numbers are those of the lives."""
    assert len({stay.state for stay in COMPLETED.stays}) == STATES
    both = {stay.state for life in (COMPLETED, STOPPED) for stay in life.stays}
    assert len(both) == STATES_OF_BOTH
    assert LAST["TrainingJobStatus"] == "Completed"
