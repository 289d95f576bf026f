"""The command line as a whole: help, version, what is missing, and what the commands share."""

from __future__ import annotations

import gc
import importlib
import io
import os
import subprocess
import sys
from datetime import timedelta
from importlib import metadata
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from jobstate import cli
from jobstate.cli.app import app
from jobstate.cli.progress import BYTES, EVENTS, SHORT_BYTES, Unit, progress
from jobstate.cli.terminal import Paint, duration
from jobstate.common.text import MOST_NAMES, counted, cut, listed
from tests.support.command import ANSWERS, Terminal, jobstate

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ("check", "explain", "lifecycle", "diagram", "history", "watch")


@pytest.fixture(autouse=True)
def collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the program, which ends with its process, from tuning this one's garbage collector."""
    monkeypatch.setattr(gc, "set_threshold", lambda _: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)


# --- The whole ----------------------------------------------------------------------------------


def test_help_lists_the_commands() -> None:
    """Each with what it is for; so does the program without a command."""
    ran = jobstate("--help")
    assert ran.exit_code == 0
    assert all(f"\n  {command} " in ran.stdout for command in COMMANDS)
    assert "Example:\n    aws sagemaker list-training-jobs | jobstate check -\n" in ran.stdout
    said = ran.stdout.partition("Commands:\n")[2].splitlines()
    assert len(said) == len(COMMANDS)
    assert all(line.endswith(".") for line in said)
    assert (jobstate().stdout, jobstate().exit_code) == (ran.stdout, 0)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command: str) -> None:
    """Every command begins with examples on lines of their own, and says its exit codes."""
    text = jobstate(command, "--help").stdout
    assert text.splitlines()[2] == "  Examples:"
    verbatim = text.partition("\nOptions:")[0]
    assert max(map(len, verbatim.splitlines())) <= 80
    examples = text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert 2 <= len(examples) <= 5
    assert all(f"jobstate {command}" in example for example in examples)
    assert [line.split()[0] for line in text.partition("Exit codes:\n")[2].splitlines()[:2]] == [
        "0",
        "2" if command == "diagram" else "1",
    ]


def test_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's, where it is installed, and the life cycle's."""
    monkeypatch.setattr(metadata, "version", lambda name: f"1.2.3 of {name}")
    assert jobstate("--version").stdout == (
        "jobstate 1.2.3 of jobstate, sagemaker-training-job 2026.11\n"
    )

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert jobstate("--version").stdout.startswith("jobstate 0+unknown, ")


@pytest.mark.parametrize("module", ["jobstate", "jobstate.cli"])
def test_as_a_module(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``python -m jobstate`` is the same program."""
    monkeypatch.setattr(sys, "argv", ["__main__.py", "check", str(ANSWERS / "completed.json")])
    # Not runpy: it wants a loader with get_code, and pytest puts its own in place of it for all
    # that an installed plugin comes with.
    monkeypatch.delitem(sys.modules, f"{module}.__main__", raising=False)
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"{module}.__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.endswith("all legal\n")


def test_a_check_is_light() -> None:
    """What one answer needs is imported, and rich is not: half of a cold start."""
    program = (
        "import sys; from jobstate.cli import main; sys.argv[0] = 'jobstate'\n"
        "try: main()\n"
        "except SystemExit: print('rich' in sys.modules)"
    )
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program, "check", str(ANSWERS / "completed.json")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[-1] == "False"


# --- What shells offer ---------------------------------------------------------------------------


def offered(typed: str) -> list[str]:
    """Return what bash is offered for the last of some words."""
    words = ["jobstate", *typed.split(" ")]
    asked = {
        "_JOBSTATE_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    ran = CliRunner().invoke(app, [], prog_name="jobstate", env=asked)
    return str(ran.stdout).split()


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("ch", ["check"]),
        ("explain Up", ["Updating", "Uploading"]),
        ("explain c", ["creation"]),
        ("explain --kind aws-batch-job RU", ["RUNNABLE", "RUNNING"]),
        ("explain --lifecycle order:ORDER Pl", []),
        ("check --kind sagemaker-t", ["sagemaker-training-job", "sagemaker-transform-job"]),
        ("check --ignore warm-pool-w", ["warm-pool-with-spot"]),
        ("check --exit-on failed,ti", ["failed,timed_out"]),
        ("check --outcome s", ["succeeded", "stopped"]),
        ("check --given spo", ["spot=yes", "spot=no"]),
        ("check --kind aws-batch-job --given s", []),
        ("lifecycle --format m", ["markdown"]),
    ],
)
def test_what_shells_offer(typed: str, there: list[str]) -> None:
    """Commands, statuses, kinds, rules and features, of the kind that is named."""
    assert offered(typed) == there


def test_completion_is_installed_as_usual() -> None:
    """By the option that every such program has."""
    ran = CliRunner().invoke(app, ["--show-completion", "bash"], prog_name="jobstate")
    assert "complete -o default -F _jobstate_completion jobstate" in ran.stdout


# --- What is missing ----------------------------------------------------------------------------


def without_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the commands to be imported anew."""
    monkeypatch.delitem(sys.modules, "jobstate.cli.app", raising=False)


def test_without_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what to install."""
    without_app(monkeypatch)
    monkeypatch.setitem(sys.modules, "typer", None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr() == (
        "",
        "the command jobstate needs typer: pip install 'jobstate[cli]'\n",
    )


def test_something_else_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is not blamed on the extra."""
    monkeypatch.setitem(sys.modules, "jobstate.cli.app", None)
    with pytest.raises(ModuleNotFoundError):
        cli.main()


def test_interrupted_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is quiet before there is a command too."""

    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    fake = ModuleType("jobstate.cli.app")
    fake.app = interrupted  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "jobstate.cli.app", fake)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130


# --- What the commands share --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "< 1 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (7_384, "2 h 3 min"),
        (90_000, "1 d 1 h"),
        (86_399.9, "1 d"),
        (-90, "-1 min 30 s"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    """People read two units, not ten digits."""
    assert duration(timedelta(seconds=seconds)) == words


def test_counting() -> None:
    """One is one, more are several."""
    things = ((1, "job"), (1_234, "job"), (2, "unmodelled status"), (3, "untold breach"))
    assert [counted(*each) for each in things] == [
        "1 job",
        "1,234 jobs",
        "2 unmodelled statuses",
        "3 untold breaches",
    ]


def test_names_in_a_row() -> None:
    """As many as a person reads, escaped; the rest is counted."""
    assert listed(["a", "b\x1b"]) == "a, b\\x1b"
    assert listed([str(number) for number in range(MOST_NAMES + 2)]).endswith(", 7 and 2 more")


def test_cutting() -> None:
    """What is cut says so and is no longer than it may be."""
    assert cut("12345", 5) == "12345"
    assert cut("123456", 5) == "1234…"


def test_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only on a terminal that wants them."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Paint.on(Terminal()).bold("x") == "\x1b[1mx\x1b[0m"
    assert Paint.on(io.StringIO()).bold("x") == "x"
    monkeypatch.setenv("TERM", "dumb")
    assert Paint.on(Terminal()).bold("x") == "x"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert Paint.on(Terminal()).bold("x") == "x"


# --- The progress bar ---------------------------------------------------------------------------


def drawn(
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO,
    total: int | None,
    *reads: int,
    unit: Unit = BYTES,
) -> str:
    """Return what is drawn on standard error while so much is done."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(total, unit) as told:
        for read in reads:
            told(read)
    return stream.getvalue()


def test_no_bar_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log file is no place for a bar."""
    assert drawn(monkeypatch, io.StringIO(), 10**9, 10**8) == ""


def test_no_bar_for_short_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read at once, or is not known to be long, shows none."""
    assert drawn(monkeypatch, Terminal(), SHORT_BYTES, SHORT_BYTES) == ""
    assert drawn(monkeypatch, Terminal(), None, 1, SHORT_BYTES - 1) == ""
    assert drawn(monkeypatch, Terminal(), 10**9) == ""


@pytest.mark.parametrize("total", [4_000_000, None])
def test_a_bar_comes_and_goes(monkeypatch: pytest.MonkeyPatch, total: int | None) -> None:
    """Long input shows how far it is, and nothing is left when it ends."""
    text = drawn(monkeypatch, Terminal(), total, 10, 2_000_000, 2_000_001, 4_000_000)
    assert "judging" in text
    assert text.rstrip("\r").endswith("\x1b[2K")


def test_a_bar_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are counted as such, and a few thousand of them show no bar."""
    text = drawn(monkeypatch, Terminal(), 200_000, 10, 100_000, 200_000, unit=EVENTS)
    assert "exporting" in text
    assert "200000/200000" in text
    assert drawn(monkeypatch, Terminal(), 50_000, 50_000, unit=EVENTS) == ""


def test_a_bar_leaves_standard_output_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is exported while a bar is drawn goes where it shall, not to the terminal."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    before = sys.stdout
    with progress(200_000, EVENTS) as told:
        told(100_000)
        assert sys.stdout is before


def test_a_bar_for_real(tmp_path: Path) -> None:
    """The command draws one on a terminal, on standard error alone."""
    pty = pytest.importorskip("pty", reason="terminals of POSIX")
    file = tmp_path / "long.jsonl"
    line = (ANSWERS / "list.json").read_text(encoding="utf-8").replace("\n", "") + "\n"
    file.write_text(line * (2 * SHORT_BYTES // len(line)))
    ours, theirs = pty.openpty()
    ran = subprocess.run(  # noqa: S603 - the command itself
        [sys.executable, "-m", "jobstate.cli", "check", "--format", "json", str(file)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    assert b"judging" in os.read(ours, 65_536)
    os.close(ours)
    assert len(ran.stdout.splitlines()) == 6
