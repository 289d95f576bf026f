"""``jobstate lifecycle``: the life cycle in every format, what is doubtful, a new one."""

from __future__ import annotations

import json
import runpy
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

from jobstate import Tracker, check
from jobstate.cli.commands import lifecycle
from jobstate.cli.width import columns_of
from jobstate.diagrams import render
from jobstate.errors import MissingExtraError
from jobstate.kinds import KINDS
from jobstate.machine import Job, build
from jobstate.model import tables
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import tours
from tests.support.command import jobstate, modules_of, on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate import Lifecycle

TIGHT = ("--given", "spot=no")


def test_every_format_is_offered() -> None:
    """What can be rendered can be asked for."""
    assert {*lifecycle.LifecycleFormat} == {*tables.FORMATS}


def test_what_fits_a_screen_comes_first() -> None:
    """Each primary status with what it comes to and its secondary ones, features, numbers."""
    assert jobstate("lifecycle", *TIGHT).stdout.splitlines()[2:9] == [
        "TrainingJobStatus / SecondaryStatus",
        (
            "  InProgress  running             Starting, Pending, Downloading, Training,"
            " Uploading, Restarting, Updating; 3 retired"
        ),
        (
            "  Stopping    running             Stopping, Starting, Pending, Downloading, Training,"
            " Uploading, Restarting, Updating; 3 retired"
        ),
        "  Completed   succeeded           Completed",
        "  Failed      failed              Failed",
        "  Stopped     stopped, timed out  Stopped, MaxRuntimeExceeded, MaxWaitTimeExceeded",
        (
            "  Deleting    as before           Completed, Failed, Stopped, MaxRuntimeExceeded,"
            " MaxWaitTimeExceeded"
        ),
    ]
    assert "  warm_pool  instances are kept for the next job\n" in jobstate("lifecycle").stdout


@pytest.mark.parametrize("kind", KINDS.by_name)
def test_it_fits(kind: str) -> None:
    """On 80 columns and 40 lines, whatever the kind, and no line runs over."""
    found = on_terminal(80, "lifecycle", "--kind", kind)
    assert len(found) <= 39
    assert max(map(columns_of, found)) <= 80


@pytest.mark.parametrize("name", tables.FORMATS)
def test_lifecycle(name: str) -> None:
    """It prints the tables of the life cycle under what is assumed, all of them if asked for."""
    ran = jobstate("lifecycle", *TIGHT, "--format", name, "--all")
    expected = tables.render(TRAINING_JOB.given(spot=False), name)
    assert ran.stdout.splitlines() == expected.splitlines()
    assert ran.exit_code == 0


def test_all_of_a_smaller_one() -> None:
    """What it does not have has no table."""
    ran = jobstate("lifecycle", "--kind", "transform-job", "--all")
    assert ran.stdout == tables.render(KINDS.named("sagemaker-transform-job"), "text")


def test_wrong_options() -> None:
    """They end it with exit code 2."""
    assert jobstate("lifecycle", "--format", "smoke").exit_code == 2
    assert jobstate("lifecycle", "--format", "json", "--given", "spot").exit_code == 2


# --- What is doubtful -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the current folder, whose modules nobody keeps."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with modules_of(tmp_path):
        yield tmp_path


def test_nothing_is_doubtful() -> None:
    """That is said, and exit code 0."""
    ran = jobstate("lifecycle", "--check", "examples.order:ORDER")
    assert ran.stdout.splitlines() == [
        "order 2026.11: 5 states, 5 moves, 1 rule of its own",
        "nothing is doubtful",
    ]
    assert ran.exit_code == 0


def test_something_is_doubtful() -> None:
    """It is listed, each row whole on a line; exit code 1."""
    ran = jobstate("lifecycle", "--check", "jobstate.sagemaker:PROCESSING_JOB")
    assert ran.stdout.splitlines() == [
        "sagemaker-processing-job 2026.11: 5 states, 7 moves, 5 rules of its own",
        "  2 moves are only inferred",
        "      Stopping → Completed (work_done), Stopping → Failed (failure)",
        "1 doubt",
    ]
    assert ran.exit_code == 1


def test_long_lists_are_folded() -> None:
    """No line is longer than a page is wide, and no row is torn."""
    lines = jobstate("lifecycle", "--check", "jobstate.sagemaker:TRAINING_JOB").stdout.splitlines()
    assert max(map(len, lines)) <= 100
    moves = [line for line in lines if "→" in line]
    assert all(line.rstrip(",").endswith(")") for line in moves)
    assert sum(line.count("→") for line in moves) == 103


def test_doubts_as_json() -> None:
    """One line for programs."""
    asked = ("--check", "jobstate.sagemaker:PROCESSING_JOB", "--format", "json")
    assert json.loads(jobstate("lifecycle", *asked).stdout) == {
        "name": "sagemaker-processing-job",
        "version": "2026.11",
        "doubts": [
            {
                "id": "move-inferred",
                "text": "2 moves are only inferred",
                "rows": ["Stopping → Completed (work_done)", "Stopping → Failed (failure)"],
            }
        ],
    }


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be tried is said; the rest is checked all the same."""

    def missing(_: Lifecycle) -> NoReturn:
        raise MissingExtraError("jobstate.testing", "hypothesis", "testing")

    monkeypatch.setattr(lifecycle, "doubts_when_tried", missing)
    ran = jobstate("lifecycle", "--check", "examples.order:ORDER")
    assert ran.exit_code == 0
    assert ran.stderr == (
        "no life was told and no rule tried:"
        " jobstate.testing needs hypothesis: pip install 'jobstate[testing]'\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        ("--check", "jobstate.batch:BATCH_JOB", "--kind", "batch-job"),
        ("--check", "jobstate.batch:BATCH_JOB", "--lifecycle", "jobstate.batch:BATCH_JOB"),
        ("--check", "jobstate.batch:BATCH_JOB", "--given", "array=no"),
        ("--check", "jobstate.batch:BATCH_JOB", "--format", "csv"),
        ("--check", "jobstate.batch:BATCH_JOB", "--new", "order"),
        ("--check", "jobstate.batch:NOTHING"),
        ("--new", "order", "--kind", "batch-job"),
        ("--new", "order", "--all"),
        ("--new", "Order"),
        ("--new", "an order"),
        ("--new", "class"),
        ("--new", "-x"),
    ],
)
def test_what_does_not_go_together(options: tuple[str, ...]) -> None:
    """Exit code 2, and nothing is printed."""
    ran = jobstate("lifecycle", *options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr


# --- A new one ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["order", "nightly-build"])
def test_a_new_one_works(folder: Path, name: str) -> None:
    """What is printed is imported, checks answers, tracks, is driven, toured and drawn."""
    module = name.replace("-", "_")
    reference = f"{module}:{module.upper()}"
    ran = jobstate("lifecycle", "--new", name)
    assert ran.exit_code == 0
    (folder / f"{module}.py").write_text(ran.stdout, encoding="utf-8")

    found = jobstate("lifecycle", "--check", reference)
    assert [line for line in found.stdout.splitlines() if not line.startswith("    ")] == [
        f"{name} 1: 5 states, 5 moves, 1 rule of its own",
        "  5 states have no source",
        "  5 moves have no source",
        "  1 rule has no source",
        "3 doubts",
    ]
    assert (found.exit_code, found.stderr) == (1, "")

    made: Lifecycle = runpy.run_path(f"{module}.py")[module.upper()]
    prefix = "nightlyBuild" if "-" in name else name
    answer = {
        f"{prefix}Id": "one",
        f"{prefix}Status": "Done",
        "createdAt": "2026-11-02T09:00:00Z",
        "updatedAt": "2026-11-02T10:00:00Z",
        "endedAt": "2026-11-02T10:00:00Z",
    }
    (folder / "answers.json").write_text(json.dumps([answer]), encoding="utf-8")
    assert jobstate("check", "--lifecycle", reference, "answers.json").exit_code == 0
    del answer["endedAt"]
    assert check(made, answer).legal  # as an item of a list, which does not have it
    assert not check(made, {**answer, "reason": "it broke"}).legal

    tracker = Tracker(made)
    tracker.observe_all({f"{prefix}s": [answer]})
    assert tracker["one"].final

    job = Job(build(made))
    job.started()
    job.work_done()
    assert job.state == "Done"

    taken = {edge for tour in tours(made) for edge in tour.edges}
    assert taken == set(made.regions[0].edges)
    for picture in ("mermaid", "dot", "plantuml", "scxml", "markdown"):
        assert "Cancelled" in render(made, picture)
