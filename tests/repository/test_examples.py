"""Every example has the verdict that its page announces, and every program among them runs."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import ANSWERS, BROKEN, EXAMPLES, jobstate, verdicts
from tests.support.pages import blocks

if TYPE_CHECKING:
    from pathlib import Path

#: A row of the page's tables: file, what it is, verdict.
_ROW = re.compile(r"^\| `(?P<file>[^`]+)` \| .+ \| (?P<verdict>.+) \|$", re.MULTILINE)

PAGE = (ANSWERS / "README.md").read_text(encoding="utf-8")
ANNOUNCED = {row["file"]: row["verdict"] for row in _ROW.finditer(PAGE)}
LEGAL = {file: verdict for file, verdict in ANNOUNCED.items() if "/" not in file}
ILLEGAL = {file: verdict for file, verdict in ANNOUNCED.items() if "/" in file}
UNREADABLE = "broken/unreadable.json"

#: What needs libraries that are not in this environment; `examples/oracle` tries it on them.
ELSEWHERE = {"airflow_dag.py", "sdk_v2.py", "sdk_v3.py"}
PROGRAMS = sorted(
    path
    for folder in (EXAMPLES, EXAMPLES / "bridges")
    for path in folder.glob("*.py")
    if path.name not in ELSEWHERE
)


def files(folder: Path) -> set[str]:
    """Return the answers in a folder, as the page calls them."""
    return {path.relative_to(ANSWERS).as_posix() for path in folder.glob("*.json*")}


def test_every_answer_is_announced() -> None:
    """The page names each file, and no other."""
    assert files(ANSWERS) == set(LEGAL)
    assert files(BROKEN) == {*ILLEGAL, UNREADABLE}


@pytest.mark.parametrize("file", LEGAL)
def test_legal_answers(file: str) -> None:
    """What is announced as legal breaks no rule, not even a note, and comes to what is said."""
    found = verdicts("--strict", ANSWERS / file)
    assert [each["violations"] + each["unmodelled"] for each in found] == [[] for _ in found]
    assert ", ".join(each["result"]["outcome"] for each in found) == LEGAL[file]


@pytest.mark.parametrize("file", ILLEGAL)
def test_broken_answers(file: str) -> None:
    """Each breaks the rule that is announced, once, and no other."""
    rule, _, severity = ILLEGAL[file].partition(" (a ")
    (verdict,) = verdicts(ANSWERS / file)
    broken = [(each["rule"], each["severity"]) for each in verdict["violations"]]
    assert broken == [(rule.strip("`"), severity.rstrip(")") or "error")]
    assert jobstate("check", ANSWERS / file).exit_code == (0 if severity else 1)


def test_every_rule_has_an_example() -> None:
    """Whoever meets a rule can see what breaks it."""
    shown = {verdict.split("`")[1] for verdict in ILLEGAL.values()}
    assert shown == {rule.id for rule in TRAINING_JOB.rules}


def test_what_can_not_be_read() -> None:
    """It is refused with as many problems as the page says."""
    ran = jobstate("check", ANSWERS / UNREADABLE)
    assert ran.exit_code == 2
    assert "6 problems" in ran.stderr
    assert "six of its fields can't be read" in PAGE


@pytest.mark.once
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_programs_run(program: Path, tmp_path: Path) -> None:
    """From any folder, without an argument, with something to say and no complaint."""
    ran = subprocess.run(  # noqa: S603 - our own examples
        [sys.executable, str(program)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout


def test_the_page_shows_the_example() -> None:
    """docs/your-own-life-cycle.md builds just the life cycle that `examples/order.py` has."""
    page = (EXAMPLES.parent / "docs" / "your-own-life-cycle.md").read_text(encoding="utf-8")
    shown = [block.body for block in blocks(page) if block.kind == "python"][:3]
    _docstring, rest = (EXAMPLES / "order.py").read_text(encoding="utf-8").split("\n\n", 1)
    code, _main = rest.split("\nif __name__")
    assert "".join(shown).split() == code.split()
