"""What every command does alike: output that can't be written, streams that are closed."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from jobstate import cli
from jobstate.cli import app as module
from jobstate.cli import shell
from tests.support.command import ANSWERS


def in_a_shell(line: str) -> tuple[int, bytes, bytes]:
    """Return exit code and both outputs of a line that begins with the command."""
    command = f"{sys.executable} -m jobstate.cli {line}"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False)  # noqa: S603 - fixed lines
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [f"check {ANSWERS}/stopped.json", "lifecycle", "--help"])
@pytest.mark.parametrize(
    ("where", "why"),
    [("/dev/full", "No space left on device"), ("&-", "Bad file descriptor")],
)
def test_output_that_can_not_be_written(arguments: str, where: str, why: str) -> None:
    """A full disk and a closed descriptor are unusable, and no violation; one line says why."""
    said = f"standard output can't be written: {why}\n".encode()
    assert in_a_shell(f"{arguments} >{where}") == (2, b"", said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("where", ["/dev/full", "&-"])
def test_errors_that_can_not_be_written(where: str) -> None:
    """Then the exit code has to do; what goes to standard output is written all the same."""
    code, out, _ = in_a_shell(f"check {ANSWERS}/none.json {ANSWERS}/stopped.json 2>{where}")
    assert (code, out.splitlines()[-1]) == (2, b"1 job, 1 answer: all legal (1 unusable input)")
    assert in_a_shell(f"check >{where} 2>{where}") == (2, b"", b"")


@pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")
def test_input_that_is_closed() -> None:
    """It is said as of any file that can't be read."""
    code, _, said = in_a_shell("check - <&-")
    assert (code, said) == (2, b"<stdin>: can't be read: Bad file descriptor\n")


# --- In this process ----------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")
def test_streams_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has none where the caller has closed them; each gets one that tells so if used."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    shell.open_streams()
    assert sys.stdin
    assert sys.stdout
    assert sys.stderr
    with sys.stdin as stream, pytest.raises(OSError, match="Bad file descriptor"):
        stream.read()
    with sys.stdout, sys.stderr:
        sys.stderr.write("lost")
        sys.stdout.write("kept until it is flushed")
        with pytest.raises(OSError, match="Bad file descriptor"):
            sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    monkeypatch.undo()


def test_streams_that_are_there_stay() -> None:
    """Nothing is done to them."""
    before = (sys.stdin, sys.stdout, sys.stderr)
    shell.open_streams()
    assert (sys.stdin, sys.stdout, sys.stderr) == before


def test_a_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and exit code 2."""

    def work() -> int:
        raise OSError(28, "No space left on device")

    with (tmp_path / "out").open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(typer.Exit) as ended:
            shell.run(work)
        monkeypatch.undo()
    assert ended.value.exit_code == 2
    assert capsys.readouterr().err == (
        "standard output can't be written: No space left on device\n"
    )


def test_help_that_can_not_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed without a command's work ends alike."""

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gc, "set_threshold", lambda _: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(module, "app", full)
    monkeypatch.setattr(shell, "_drop", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("No space left on device\n")


def test_errors_that_nobody_hears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be told is dropped, and does not come again when Python ends."""
    file = tmp_path / "err"
    file.write_text("")
    with file.open("r+") as stream, file.open("r") as closed:
        os.dup2(closed.fileno(), stream.fileno())
        monkeypatch.setattr(sys, "stderr", stream)
        shell.complain("unheard")
        stream.flush()
        monkeypatch.undo()
    assert file.read_text() == ""


def test_a_broken_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still to be written goes nowhere, so that the end is quiet."""

    def work() -> int:
        sys.stdout.write("lost")
        raise BrokenPipeError

    file = tmp_path / "out"
    with file.open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(typer.Exit) as ended:
            shell.run(work)
        monkeypatch.undo()
    assert ended.value.exit_code == 141
    assert file.read_text() == ""


def test_streams_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that embeds the command may have put anything in the place of its streams."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(typer.Exit) as ended:
        shell.run(lambda: 0)
    assert ended.value.exit_code == 0
