"""The files made from the life cycle are what it would make now, and link to what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import generate
from jobstate.diagrams import render
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.facts import SOURCES

HOME = Path(__file__).parents[2]


def test_nothing_is_stale() -> None:
    """Whoever changes the life cycle makes its files anew, in the same commit."""
    assert generate.stale() == [], f"run: {generate.COMMAND}"


def test_nothing_is_left_over() -> None:
    """A picture that is made no more is removed by hand."""
    folders = ("diagrams", "dashboards")
    there = {f"{name}/{path.name}" for name in folders for path in (HOME / name).iterdir()}
    assert there - set(generate.products()) - set(generate.bitmaps()) == set()


def test_the_picture_is_the_command_s() -> None:
    """`jobstate diagram` prints what is in the folder."""
    assert generate.products()["diagrams/training-job.mmd"] == render(TRAINING_JOB, "mermaid")
    assert generate.products()["diagrams/training-job.dot"] == render(TRAINING_JOB, "dot")


def test_write_then_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command makes every file; --check writes none and names those that are stale."""
    pytest.importorskip("resvg_py")
    assert generate.main(["--check"], tmp_path) == 1
    assert "docs/outcomes.md is stale: run python docs/generate.py" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0
    (tmp_path / "diagrams" / "spot.dot").write_text("digraph {}")
    assert generate.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out.startswith("diagrams/spot.dot is stale")


def test_a_bitmap_is_stale(tmp_path: Path) -> None:
    """A bitmap tells what it was drawn from, whatever fonts it was drawn with."""
    pytest.importorskip("resvg_py")
    generate.write(tmp_path)
    file = tmp_path / "diagrams" / "spot.png"
    old = file.read_bytes()
    assert old.startswith(b"\x89PNG\r\n\x1a\n")
    file.write_bytes(old + b"\0")
    assert generate.stale(tmp_path) == []
    drawn = generate.bitmaps()["diagrams/spot.png"]
    file.write_bytes(old.replace(generate.digest(drawn), generate.digest(drawn + " ")))
    assert generate.stale(tmp_path) == ["diagrams/spot.png"]


def test_links_lead_somewhere() -> None:
    """Every relative link of a page made here leads to a file that is there."""
    for path, text in generate.products().items():
        if path.endswith(".md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", text):
                assert (HOME / path).parent.joinpath(link).is_file(), f"{path}: {link}"


def test_sources_are_spelled_out() -> None:
    """The page of the life cycle says what each short name of a source stands for."""
    page = generate.products()["docs/life-cycle.md"]
    for short in SOURCES:
        assert f"| {short} | " in page


def test_sources_have_a_name() -> None:
    """What the life cycle names as a source in capitals is one that is spelled out."""
    texts = [state.source for region in TRAINING_JOB.regions for state in region.states]
    texts += [edge.source for region in TRAINING_JOB.regions for edge in region.edges]
    texts += [rule.source for rule in TRAINING_JOB.rules]
    named = {word for text in texts for word in re.findall(r"\b[A-Z]{3,}\b", text)}
    assert named - set(SOURCES) == {"SIGTERM"}


def test_outcomes_hold_every_pair() -> None:
    """The table has a line for each state, and one for each primary status alone."""
    page = generate.products()["docs/outcomes.md"]
    states = TRAINING_JOB.region("job").states
    for state in states:
        assert f"| {state.primary} | {state.secondary} | {state.outcome} | " in page
        assert f"| {state.primary} |  | " in page
