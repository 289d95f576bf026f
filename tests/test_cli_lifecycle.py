"""``jobstate lifecycle`` and ``jobstate diagram``: the life cycle in every format, to any place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from command import jobstate
from jobstate import diagrams, tables
from jobstate.cli import diagram, lifecycle
from jobstate.sagemaker import TRAINING_JOB

TIGHT = ("--given", "spot=no")


def test_every_format_is_offered() -> None:
    """What can be rendered can be asked for."""
    assert {*lifecycle.Format} == {*tables.FORMATS}
    assert {*diagram.Format} == {*diagrams.FORMATS, "png"}


def test_text_is_for_people() -> None:
    """Without a format, the tables are printed as text."""
    assert jobstate("lifecycle").stdout == tables.render(TRAINING_JOB, "text")


@pytest.mark.parametrize("name", tables.FORMATS)
def test_lifecycle(name: str) -> None:
    """It prints the tables of the life cycle under what is assumed."""
    ran = jobstate("lifecycle", *TIGHT, "--format", name)
    expected = tables.render(TRAINING_JOB.given(spot=False), name)
    assert ran.stdout.splitlines() == expected.splitlines()
    assert ran.exit_code == 0


@pytest.mark.parametrize("name", diagrams.FORMATS)
def test_diagram(name: str, tmp_path: Path) -> None:
    """It prints the picture's source, or writes the same to a file."""
    picture = diagrams.render(TRAINING_JOB.given(spot=False), name)
    file = tmp_path / "picture"
    assert jobstate("diagram", *TIGHT, "--format", name).stdout.rstrip() == picture.rstrip()
    ran = jobstate("diagram", *TIGHT, "--format", name, "-o", file)
    assert (ran.exit_code, ran.output) == (0, "")
    assert file.read_text(encoding="utf-8") == picture
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("command", ["lifecycle", "diagram"])
def test_wrong_options(command: str) -> None:
    """They end it with exit code 2."""
    assert jobstate(command, "--format", "smoke").exit_code == 2
    assert jobstate(command, "--format", "json", "--given", "spot").exit_code == 2


def test_a_diagram_needs_a_format() -> None:
    """Nobody guesses what will draw it."""
    assert jobstate("diagram").exit_code == 2


# --- Writing to a file --------------------------------------------------------------------------


def test_a_file_keeps_its_mode_and_a_link_its_place(tmp_path: Path) -> None:
    """Writing changes what a file says and nothing else about it."""
    file, link = tmp_path / "real.mmd", tmp_path / "link.mmd"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    assert jobstate("diagram", "--format", "mermaid", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert "stateDiagram" in file.read_text(encoding="utf-8")


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, what was there is still there, and no part of a file is left."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "picture.dot"
    file.write_text("old")
    monkeypatch.setattr(Path, "replace", full)
    ran = jobstate("diagram", "--format", "dot", "-o", file)
    assert (ran.exit_code, ran.stderr) == (2, f"{file}: No space left on device\n")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_can_not_be_written(tmp_path: Path) -> None:
    """A folder, or a file in a folder that is not there, is refused with exit code 2."""
    for path in (tmp_path, tmp_path / "none" / "picture"):
        ran = jobstate("diagram", "--format", "dot", "-o", path)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"{path}: ")


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """What is no plain file is not replaced by one."""
    null = Path("/dev/null")
    if not null.exists():
        pytest.skip("no such device here")
    assert jobstate("diagram", "--format", "dot", "-o", null).exit_code == 0
    assert not null.is_file()
    assert list(tmp_path.iterdir()) == []
