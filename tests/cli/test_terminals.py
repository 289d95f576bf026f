"""What every command prints fits the terminal; piped, lines stay whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from jobstate import Tracker
from jobstate.cli.terminal import without_escapes
from jobstate.cli.width import columns_of
from jobstate.journal import Journal
from jobstate.kinds import KINDS
from tests.support.command import ANSWERS, BROKEN, EXAMPLES, item, jobstate, on_terminal

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {
    "check": ("check", *sorted(ANSWERS.glob("*.json*")), *sorted(BROKEN.glob("*.json*"))),
    "check --all": ("check", "--all", *sorted(ANSWERS.glob("*.json*"))),
    "a tree": ("check", EXAMPLES / "sweep.jsonl"),
    "a series": ("check", ANSWERS / "series.jsonl", BROKEN / "illegal-step.json"),
    "what can't be read": ("check", BROKEN / "unreadable.json", "none.json"),
    "explain": ("explain", "Starting", "Completed"),
    "explain, illegal": ("explain", "Completed", "Training"),
    "a status that there is not": ("explain", "Competed", "Training"),
    "a feature that there is not": ("check", "--given", "spott=no", "-"),
    "lifecycle": ("lifecycle",),
    "lifecycle --all": ("lifecycle", "--all"),
    "lifecycle --check": ("lifecycle", "--check", "jobstate.sagemaker:TRAINING_JOB"),
}
HISTORY = {
    "jobs": (),
    "a job": ("--job", "tide"),
    "no such job": ("--job", "tied"),
    "listeners": ("--listeners",),
}
#: Click wraps these at its own widths.
CLICK = ("Usage: ", "Try ", "Error: Invalid value for ")


def ours(lines: list[str]) -> list[str]:
    """Return the lines that click does not write."""
    return [line for line in lines if not line.startswith(CLICK)]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_runs_over(name: str, width: int) -> None:
    """Bars, tables, ids, messages and all else."""
    found = ours(on_terminal(width, *COMMANDS[name]))
    assert [line for line in found if columns_of(line) > width] == []
    assert found


@pytest.mark.parametrize("width", [30, 40, 80, 200])
@pytest.mark.parametrize(
    "command",
    ["", "check", "diagram", "history", "watch", pytest.param("explain", marks=pytest.mark.once)],
)
def test_help_fits(command: str, width: int) -> None:
    """Each option and what is said of it, on a line of its own where there is little room."""
    found = on_terminal(width, *filter(None, [command, "--help"]))
    assert [line for line in found if columns_of(line) > width] == []
    apart = [line for line in found if line.strip() == "--help"]
    assert len(apart) == (width < 52)
    assert len(found) > 10


@pytest.fixture(name="journal")
def write_journal(tmp_path: Path) -> Path:
    """Return a journal with a few jobs."""
    path = tmp_path / "jobs.db"
    with Tracker(KINDS, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe_all([item("tide"), item("a-name-that-is-as-long-as-some-are", "Stopped")])
    return path


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", HISTORY)
def test_no_line_of_a_journal_runs_over(journal: Path, name: str, width: int) -> None:
    """Nor of a job in it."""
    found = on_terminal(width, "history", journal, *HISTORY[name])
    assert [line for line in found if columns_of(line) > width] == []


def test_piped_lines_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow the terminal is from which that is done."""
    monkeypatch.setenv("COLUMNS", "40")
    text = jobstate("check", ANSWERS / "stopped.json").stdout
    assert "  arn:aws:sagemaker:eu-west-1:111122223333:training-job/lighthouse-sweep-17\n" in text


def test_bars_have_the_colours_of_stages() -> None:
    """Those of the SVG's dark look, by the numbers that terminals have for them."""
    lines = on_terminal(80, "check", ANSWERS / "stopped.json")
    grounds = {
        line.split()[0]: found[1]
        for line in lines
        if (found := re.search(r"\x1b\[38;5;\d+;48;5;(\d+)m[=>|]+\x1b\[0m$", line))
    }
    assert grounds == {
        "Starting": "74",
        "Downloading": "74",
        "Training": "27",
        "Stopping": "184",
        "Uploading": "27",
        "Stopped": "173",
    }


def test_bars_get_shorter_and_go() -> None:
    """First the bars, then the dates, which get lines of their own; then statuses are cut."""
    stopped = ("check", ANSWERS / "stopped.json")
    starting = [
        next(
            without_escapes(line)
            for line in on_terminal(width, *stopped)
            if line.startswith("  Starting")
        )
        for width in (80, 60, 50, 40)
    ]
    assert starting == [
        "  Starting     2026-10-07 13:20:02  1 min 41 s  ==",
        "  Starting     2026-10-07 13:20:02  1 min 41 s  =",
        "  Starting     2026-10-07 13:20:02  1 min 41 s",
        "  Starting     13:20:02  1 min 41 s",
    ]
    narrow = on_terminal(40, "check", ANSWERS / "timed-out.json")
    assert [line for line in narrow if line.startswith("  2026-")] == [
        "  2026-10-08",
        "  2026-10-09",
    ]
    assert "  MaxRuntimeExcee…  18:22:44" in [line.rstrip() for line in narrow]
