"""`jobstate watch` end to end: real clients, over HTTP, of a service that keeps made-up jobs."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Tracker, check
from jobstate.cli.watch.clients import SIGN_IN
from jobstate.journal import Journal
from jobstate.kinds import KINDS
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Service, VirtualClock
from tests.support.command import EXAMPLES, jobstate, on_terminal
from tests.support.lives_for_tests import BEGIN, STORIES, told
from tests.support.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}


def example() -> Any:
    """Return the program `examples/watch.py`."""
    spec = importlib.util.spec_from_file_location("watch_example", EXAMPLES / "watch.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have no credentials, and no configuration of whoever runs this."""
    for name in [*os.environ]:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture(name="keys")
def have_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have credentials and a region."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(name="endpoint")
def serve() -> Iterator[str]:
    """Return the address of a service with a job for each end, all of which have ended."""
    clock = VirtualClock(BEGIN)
    clock.advance(9000)
    lives = [told(story) for story in STORIES if story != "deleted"]
    with example().served(Service(lives, clock), speed=1.0) as address:
        yield address


def watch(*arguments: object) -> Any:
    """Run the command."""
    return jobstate("watch", *arguments)


# --- Ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("completed", 0, "Completed: succeeded, after 12 min 5 s"),
        (
            "failed",
            3,
            "Failed: failed (algorithm), after 12 min 5 s: “AlgorithmError: exit code 1”",
        ),
        ("stopped", 4, "Stopped: stopped (stop_requested), not a success"),
        ("timed-out", 5, "Stopped/MaxRuntimeExceeded: timed out (max_runtime), not a success"),
        ("tied", 2, "there is no sagemaker-training-job 'tied'"),
    ],
)
@pytest.mark.usefixtures("keys")
def test_exit_codes(endpoint: str, name: str, code: int, said: str) -> None:
    """Each end has its own, and a line."""
    ran = watch(name, "--endpoint-url", endpoint)
    assert said in ran.stdout
    assert ran.exit_code == code
    assert ran.stderr == ""


@pytest.mark.usefixtures("keys")
def test_all(endpoint: str) -> None:
    """Globs and kinds, and a line of JSON for each answer."""
    ran = watch("--since", "2026-03-04", "--endpoint-url", endpoint)
    assert ran.exit_code == 3
    ran = watch("stopped*", "--all", "--since", "2026-03-04", "--endpoint-url", endpoint, "--json")
    assert ran.exit_code == 4
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {record["job"]["id"].rpartition("/")[2] for record in records} == {
        "stopped",
        "stopped-early",
    }
    # So old a job is none of the last day's.
    kinds = ("--kind", "training-job", "--kind", "processing-job")
    ran = watch("--since", "2h", *kinds, "--endpoint-url", endpoint)
    assert (ran.exit_code, ran.stdout) == (0, "")


@pytest.mark.usefixtures("keys")
def test_a_journal(endpoint: str, tmp_path: Path) -> None:
    """Usual times are read from it; one that can't be read is an error."""
    path = tmp_path / "jobs.db"
    with Tracker(KINDS, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe(told("completed").at(told("completed").end))
    ran = watch("completed", "--journal", path, "--endpoint-url", endpoint)
    assert ran.exit_code == 0
    ran = watch("completed", "--journal", tmp_path / "none.db", "--endpoint-url", endpoint)
    assert ran.exit_code == 2
    assert "none.db" in ran.stderr


# --- What can't be watched ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name jobs, or give --all"),
        (("churn-*",), "churn-* may be many jobs: give --all"),
        (("x", "--kind", "training-job", "--kind", "tuning-job"), "names are of one kind"),
        (("--all", "--kind", "batch-job"), "name them by their ids"),
        (("--since", "yesterday"), "yesterday is no time"),
        (("x", "--kind", "nonsense"), "nonsense"),
    ],
)
@pytest.mark.usefixtures("keys")
def test_wrong_options(arguments: tuple[str, ...], said: str) -> None:
    """They are refused before AWS is asked."""
    ran = watch(*arguments)
    assert ran.exit_code == 2
    assert said in " ".join(ran.stderr.split())


def test_no_credentials() -> None:
    """One line, with the way out."""
    ran = watch("x", "--region", "eu-west-1")
    assert ran.exit_code == 2
    assert ran.stderr.splitlines() == [f"AWS can't be asked: no credentials were found: {SIGN_IN}"]


def test_credentials_that_do_not_hold(keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line too: no job can be asked about."""
    del keys
    clock = VirtualClock(BEGIN)
    service = Service(told("completed"), clock)

    def expired(*_: object) -> tuple[str, dict[str, str]]:
        said = {"__type": "ExpiredTokenException", "message": "The token\x1b[2J has expired"}
        return "ExpiredTokenException", said

    monkeypatch.setattr(service, "answer", expired)
    with example().served(service) as address:
        ran = watch("x", "y", "--endpoint-url", address)
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert line.endswith(f"has expired: {SIGN_IN}")
    assert "\x1b" not in line


def test_no_region_profile_or_address(keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each."""
    del keys
    ran = watch("x", "--profile", "none")
    assert (ran.exit_code, len(ran.stderr.splitlines())) == (2, 1)
    assert "give --profile one that" in ran.stderr
    ran = watch("x", "--endpoint-url", "nowhere")
    assert (ran.exit_code, len(ran.stderr.splitlines())) == (2, 1)
    assert "nowhere" in ran.stderr
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    ran = watch("x")
    assert (ran.exit_code, len(ran.stderr.splitlines())) == (2, 1)
    assert "give --region" in ran.stderr


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    ran = watch("x")
    assert ran.exit_code == 2
    assert "jobstate[aws]" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


# --- Help, imports, terminals -------------------------------------------------------------------


def test_help_begins_with_an_example() -> None:
    """As of every command."""
    lines = watch("--help").stdout.splitlines()
    assert [line.strip() for line in lines if line.strip()][1:3] == [
        "Examples:",
        "jobstate watch churn-42 churn-43",
    ]


def test_other_commands_do_not_pay() -> None:
    """Neither rich nor boto3 nor what asks AWS is imported for them."""
    slow = ("rich", "boto", "jobstate.aws", "jobstate.cli.watch")
    code = f"print([each for each in sys.modules if each.startswith({slow})])"
    code = f"import sys, jobstate.cli.app; {code}"
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def started(terminal: PseudoTerminal, *arguments: str, term: str) -> subprocess.Popen[bytes]:
    """Return the command, begun on a terminal, whose Ctrl-C it gets."""
    given = {**os.environ, **KEYS, "TERM": term}
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "jobstate", "watch", *arguments],
        stdin=terminal.device,
        stdout=terminal.device,
        stderr=terminal.device,
        env={name: value for name, value in given.items() if name not in {"COLUMNS", "LINES"}},
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509 - no thread
    )


@pytest.mark.parametrize("keys", ["\x03", "q", ""])
def test_on_a_real_terminal(endpoint: str, keys: str) -> None:
    """Ctrl-C, q, or to the end: a table, and the terminal is as it was."""
    names = ["failed"] if not keys else ["--since", "2026-03-04", "--stay"]
    with PseudoTerminal(100, 30) as terminal:
        modes = terminal.modes
        program = started(terminal, *names, "--endpoint-url", endpoint, term="xterm-256color")
        try:
            if keys:
                terminal.wait_for("AlgorithmError")
                terminal.type(keys)
            code = program.wait(60)
        finally:
            program.kill()  # where it should have ended and has not
        terminal.wait_for("\x1b[?25h")
        assert terminal.modes == modes
        assert terminal.shown.rindex("\x1b[?1049l") > terminal.shown.rindex("\x1b[?1049h")
        assert terminal.shown.rindex("\x1b[?25h") > terminal.shown.rindex("\x1b[?25l")
        assert code == (130 if keys else 3)
        assert "Traceback" not in terminal.shown


def test_a_terminal_that_can_do_nothing(endpoint: str) -> None:
    """TERM=dumb gets lines."""
    with PseudoTerminal(200, 30) as terminal:
        program = started(terminal, "failed", "--endpoint-url", endpoint, term="dumb")
        assert program.wait(60) == 3
        terminal.wait_for("failed (algorithm)")
        assert "\x1b" not in terminal.shown


@pytest.mark.usefixtures("keys")
def test_what_is_left_of_the_table(endpoint: str) -> None:
    """In the end it stands where commands print, with what was known last."""
    found = on_terminal(100, "watch", "failed", "--endpoint-url", endpoint)
    assert any("failed (algorithm)" in line for line in found)


def test_the_example_s_jobs_are_legal() -> None:
    """Whoever tries it sees nothing that can't be."""
    module, now = example(), BEGIN
    for number in range(len(module.ROUTES)):
        life = module.life(number, now, Random(number))
        assert check(TRAINING_JOB, [life.at(time) for time in life.changes]).legal
