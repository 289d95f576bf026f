"""The benchmarks run: every one of them, as little of it as can be, in processes of their own."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
#: What the dependency group `benchmark` brings.
NEEDED = ("pytest_benchmark", "statemachine", "pydantic", "cattrs")
MISSING = [name for name in NEEDED if find_spec(name) is None]


def run(program: str, *arguments: str) -> str:
    """Run a program of the benchmarks and return what it prints."""
    command = [sys.executable, str(BENCHMARKS / program), *arguments]
    # It has a pytest of its own, which is no part of the run of this one.
    environment = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    done = subprocess.run(  # noqa: S603 - our own
        command, check=False, capture_output=True, text=True, encoding="utf-8", env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_every_benchmark_runs() -> None:
    """The one command measures every file of benchmarks, skips nothing and prints each table."""
    printed = run("run.py", "--smoke", "-v")
    for path in BENCHMARKS.glob("bench_*.py"):
        assert path.name in printed
    assert "skipped" not in printed
    assert printed.count("\n### ") == len(GROUPS)
    for title in GROUPS:
        assert f"### {title}" in printed


GROUPS = (
    "One step",
    "One step and one listener",
    "A life of 6 steps",
    "An unchanged answer",
    "An answer abreast of others",
    "An item of a page",
    "Parse: an item of a list",
    "Parse: an item of a list whose times are in UTC already",
    "Parse: a describe answer with six entries",
    "Memory of a job",
    "Import",
    "A fleet: each",
    "Pictures of the whole life cycle",
    "A fleet laid over it",
)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--threads", "8"),
        ("--threads", "4", "--journal", "--durability", "normal"),
        ("--threads", "2", "--page", "20", "--journal"),
    ],
    ids=" ".join,
)
def test_a_small_fleet_is_told_rightly(options: tuple[str, ...]) -> None:
    """The program of the fleet finds nothing missing, false, twice or out of order."""
    printed = run("fleet.py", "--jobs", "50", *options)
    for name in ("missing", "false", "duplicate", "out of order", "violations"):
        assert f"| {name} | 0 | 0, reached |" in printed
    assert ("durable entries a second" in printed) is ("--journal" in options)


def test_the_journal_is_measured() -> None:
    """The program of the journal says how fast it is, beside its floors, and how fast it opens."""
    few = ("--seconds", "0.01", "--transitions", "600", "--times", "1", "--parked", "20")
    printed = run("journal.py", *few)
    for name in ("described, 128 threads, one by one", "floor: plain sqlite3", "floor: the disk"):
        assert f"| {name}" in printed
    assert "| 20 jobs parked and forgotten |" in printed
    assert "| deliveries a second once unparked |" in printed
    assert "| closed in order |" in printed
    assert "| killed, so it is checked |" in printed


def test_what_others_pay() -> None:
    """Both programs run with jobstate and without, in environments that pip fills."""
    printed = run("others.py", "--laps", "1")
    for program in ("import hypothesis", "pytest --collect-only, 2,000 tests"):
        for where in ("without jobstate", "without, once more", "with jobstate"):
            assert f"| {program} | {where} |" in printed


def test_public_suites_are_judged() -> None:
    """What a distribution's tests spell out, which pip fetches; a small one."""
    printed = run("suites.py", "--no-run", "--only", "sagemaker-studio==1.1.35")
    assert "| sagemaker-studio==1.1.35 | 0 | 0 | 2 | 0 | 0 | 0 |  |" in printed


def test_dictionaries_are_read_and_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is spelt out, by names and times too; what only a run would tell is left out."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    literals = importlib.import_module("literals")
    found = [answer for _, _, answer in literals.displayed(PROGRAM)]
    began = datetime(2026, 3, 4, 5, tzinfo=UTC)
    assert found == [
        {"Status": "Completed", "At": [began, 1]},
        {"Status": "Failed", "At": [began, 1], "Name": "tides-1"},
        {},
    ]


PROGRAM = """
NUMBER = 1
BASE = {"Status": "Completed", "At": [datetime.datetime(2026, 3, 4, 5), NUMBER, unknown()]}
job = {**BASE, "Status": "Failed", "Name": f"tides-{NUMBER}", "Reason": raise_it()}
twice = 1
twice = 2
loop = loop
odd = {"Twice": twice, "Loop": loop, key: 1, **others, "When": datetime(2026, 13, 1)}
"""


def test_listeners_side_by_side() -> None:
    """Each trouble is compared with none, and many deliveries come in order."""
    printed = run("isolation.py", "--laps", "1", "--answers", "30", "--deliveries", "2000")
    for trouble in ("all are healthy", "hangs", "raises", "1,000 times slower"):
        assert f"| {trouble} |" in printed
    assert "| out of order, twice or missing | 0 | 0, reached |" in printed


def test_a_year_that_lasts_a_day() -> None:
    """What is kept, the memory and the time of an answer are told."""
    printed = run("year.py", "--days", "1")
    assert "| 1 | 5," in printed
    for name in ("memory", "median", "slow"):
        assert f"{name}, the last month beside the second: 1.00, level" in printed


def test_a_small_fleet_is_polled() -> None:
    """Every design, and everything that goes wrong: it stops where anything is told wrongly."""
    few = ("--jobs", "20", "--trouble", "20", "--items", "1000", "--laps", "1")
    printed = run("polling.py", *few)
    assert "| **the poller, beyond botocore's parser** |" in printed
    assert printed.count("| 20 jobs |") == 1
    assert "| **walk, every 30 s** |" in printed
    assert "| ends missed | 0 | 0 |" in printed
