"""What campaigns name is there: they are run by hand, so nothing else would tell."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

import jobstate
from tests.campaigns import mutation

TESTS = Path(__file__).parents[1]
SOURCE = Path(jobstate.__file__).parent
ARGUED = [
    mutant
    for argument in tomllib.loads(mutation.ARGUED.read_text(encoding="utf-8"))["argument"]
    for mutant in argument["mutants"]
]


def functions(path: Path) -> set[str]:
    """Return the names of all functions and methods of a file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("module", mutation.MODULES)
def test_what_is_mutated_is_there(module: str) -> None:
    """Modules move."""
    assert (SOURCE / module).is_file()


@pytest.mark.parametrize("file", [*mutation.TESTS, mutation.PASSED_OVER.removeprefix("tests/")])
def test_what_judges_mutants_is_there(file: str) -> None:
    """So do tests, each once; the one that is passed over is one of them."""
    path, _, test = file.partition("::")
    assert not test or test in functions(TESTS / path)
    assert mutation.TESTS.count(path) == 1


@pytest.mark.parametrize(
    "mutant", sorted({(each["module"], each["function"]) for each in ARGUED}), ids=str
)
def test_what_survives_is_there(mutant: tuple[str, str]) -> None:
    """A function that is gone, or has another name, needs no argument."""
    module, function = mutant
    assert function.rpartition(".")[2] in functions(SOURCE / module)
