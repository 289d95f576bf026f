"""Life cycles of one's own: where they come from, and every way in which that can fail."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.command import EXAMPLES, jobstate, modules_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Each command that takes one, with what else it needs.
COMMANDS: Final = {
    "check": ("orders.jsonl",),
    "explain": ("Placed", "Delivered"),
    "lifecycle": (),
    "diagram": ("--format", "mermaid"),
}
PLACED: Final = {"orderId": "A-9", "orderStatus": "Placed", "placedAt": "2026-11-02T09:00:00Z"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the current folder, whose modules nobody keeps."""
    for name in ("order.py", "orders.jsonl"):
        shutil.copy(EXAMPLES / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with modules_of(tmp_path):
        yield tmp_path


def refused(reference: str) -> str:
    """Return what is said of a life cycle that can't be used."""
    before = list(sys.path)
    ran = jobstate("lifecycle", "--lifecycle", reference)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert sys.path == before
    return str(ran.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_from_this_folder(command: str) -> None:
    """Each command takes it; the folder is on the path for the import alone."""
    before = list(sys.path)
    ran = jobstate(command, "--lifecycle", "order:ORDER", *COMMANDS[command])
    assert ran.stderr == ""
    assert "order" in ran.stdout
    assert ran.exit_code == (1 if command == "check" else 0)
    assert sys.path == before


def test_from_the_path() -> None:
    """What is installed can be named as well, and parts of what a module holds."""
    ran = jobstate("lifecycle", "--lifecycle", "jobstate.sagemaker.transform_job:TRANSFORM_JOB")
    assert ran.stdout == jobstate("lifecycle", "--kind", "transform-job").stdout


def test_with_assumptions_and_rules_off() -> None:
    """--ignore and --given mean its own rules and features."""
    ignored = ("--ignore", "closed-exactly-when-final", "--format", "json", "orders.jsonl")
    ran = jobstate("check", "--lifecycle", "order:ORDER", *ignored)
    _, second = map(json.loads, ran.stdout.splitlines())
    assert [each["rule"] for each in second["violations"]] == ["illegal-transition"]
    ran = jobstate("lifecycle", "--lifecycle", "order:ORDER", "--given", "spot=no")
    assert ran.exit_code == 2
    assert "no feature 'spot'" in ran.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_kind_besides(command: str) -> None:
    """Both options say which kind of job is meant."""
    options = ("--kind", "batch-job", "--lifecycle", "order:ORDER")
    ran = jobstate(command, *options, *COMMANDS[command])
    assert ran.exit_code == 2
    assert "--kind and --lifecycle exclude each other" in ran.stderr


@pytest.mark.parametrize("reference", ["order", "order:", ":ORDER", "or der:ORDER", "a:b:c", "1:A"])
def test_no_reference(reference: str) -> None:
    """It has to be a module and a name."""
    assert refused(reference) == f"{reference}: is not MODULE:NAME, as order:ORDER is\n"


@pytest.mark.parametrize("module", ["dream", "dream.of", "jobstate.dream", "order.dream"])
def test_no_module(module: str) -> None:
    """The part that is missing is named."""
    missing = "dream" if module.startswith("dream") else module
    assert refused(f"{module}:ORDER") == (
        f"{module}:ORDER: there is no module {missing}, neither in this folder nor on the path\n"
    )


def test_no_such_name(folder: Path) -> None:
    """What is there instead is listed."""
    (folder / "empty.py").touch()
    assert refused("order:OTHER") == "order:OTHER: order has no OTHER; life cycles in it: ORDER\n"
    assert refused("empty:OTHER") == "empty:OTHER: empty has no OTHER; life cycles in it: none\n"


def test_no_lifecycle() -> None:
    """What it is instead is said."""
    said = "order:SCHEMA: is no Lifecycle but of type AnswerSchema\n"
    assert refused("order:SCHEMA") == said


def test_one_that_contradicts_itself(folder: Path) -> None:
    """Every defect is listed."""
    text = (folder / "order.py").read_text(encoding="utf-8")
    wrong = text.replace('"Lost", "lost", DOC', '"Found", "lost", DOC')
    (folder / "wrong.py").write_text(wrong, encoding="utf-8")
    first, *defects = refused("wrong:ORDER").splitlines()
    assert first.startswith("wrong:ORDER: the life cycle 'order' contradicts itself")
    assert defects == [
        "  - the edge Packed → Found names the unknown state Found",
        "  - the state Lost can't be reached",
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise ValueError('two\\nlines')", "ValueError: two\\nlines"),
        ("import dream", "ModuleNotFoundError: No module named 'dream'"),
        ("from order import DREAM", "ImportError: cannot import name 'DREAM' from 'order'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("None.x", "AttributeError: 'NoneType' object has no attribute 'x'"),
        ("def f(:", "SyntaxError: "),
        ("def __getattr__(name): return {}[name]", "KeyError: "),
        ("import sys; sys.path.remove(''); 1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_fails(folder: Path, code: str, said: str) -> None:
    """What it raises is named, in one line."""
    (folder / "broken.py").write_text(code, encoding="utf-8")
    (line,) = refused("broken:ORDER").splitlines()
    assert line.startswith(f"broken:ORDER: broken can't be imported: {said}")


@pytest.mark.parametrize("command", ["check", "diagram"])
def test_answers_need_a_reader(folder: Path, command: str) -> None:
    """Without a SchemaReader nothing can be read, but all else works."""
    more = "\nimport attrs\n\nBARE = attrs.evolve(ORDER, reader=None, rules=())\n"
    text = (folder / "order.py").read_text(encoding="utf-8")
    (folder / "bare.py").write_text(text + more, encoding="utf-8")
    reading = {"check": ("orders.jsonl",), "diagram": ("--fleet", "orders.jsonl", "-o", "x.svg")}
    ran = jobstate(command, "--lifecycle", "bare:BARE", *reading[command])
    assert ran.exit_code == 2
    assert ran.stderr == "order: has no SchemaReader, so that its answers can't be read\n"
    for other in ("explain", "lifecycle", "diagram"):
        assert jobstate(other, "--lifecycle", "bare:BARE", *COMMANDS[other]).exit_code == 0
