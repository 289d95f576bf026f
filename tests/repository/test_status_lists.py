"""One specification: nothing but the statuses and the life cycle lists or spells a status."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import jobstate
from jobstate.sagemaker import SecondaryStatus, TrainingJobStatus, WarmPoolStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(jobstate.__file__).parent
ENUMERATIONS = (SecondaryStatus, TrainingJobStatus, WarmPoolStatus)
VALUES = {str(member) for enumeration in ENUMERATIONS for member in enumeration}
NAMES = {each.__name__ for each in ENUMERATIONS}

#: Where statuses are spelled and life cycles told.
HOME = ROOT / "sagemaker" / "training_job"
AT_HOME = {
    HOME / "statuses.py",
    HOME / "facts.py",
    HOME.parent / "five_statuses.py",
    HOME.parent / "tuning_job.py",
}
#: How many members one place may name before it counts as a list of its own. A rule is about one
#: status or two (`SecondaryStatus.STOPPING`, say); what three have in common the life cycle says.
FEW = 2


def spelled(source: str) -> Iterator[str]:
    """Yield each string literal that is a status, with its line; a public name is none."""
    tree = ast.parse(source)
    public = {
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.walk(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in VALUES and node not in public:
            yield f"line {node.lineno}: {node.value!r}"


def listed(source: str) -> Iterator[str]:
    """Yield each display or comparison that names more than a few members of the statuses."""
    for node in ast.walk(ast.parse(source)):
        members = [each for each in _elements(node) if _is_member(each)]
        if len(members) > FEW:
            yield f"line {members[0].lineno}: {', '.join(map(ast.unparse, members))}"


def _elements(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return elements
        case ast.Dict(keys=keys):
            return [key for key in keys if key is not None]
        case ast.MatchOr(patterns=patterns):
            return [each.value for each in patterns if isinstance(each, ast.MatchValue)]
        case _:
            return []


def _is_member(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in NAMES
    )


SOURCES = [path for path in sorted(ROOT.rglob("*.py")) if path not in AT_HOME]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_status_is_spelled_elsewhere(path: Path) -> None:
    """To add a status is to add one member and edit one life cycle."""
    assert list(spelled(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_list_of_statuses_elsewhere(path: Path) -> None:
    """What several statuses have in common (final, running …) is asked of the life cycle."""
    assert list(listed(path.read_text(encoding="utf-8"))) == []


def test_the_walk_sees() -> None:
    """A literal, a list of members and a match over them are found; docstrings are none."""
    assert list(spelled('"""Completed jobs."""\nx = "Completed"\n')) == ["line 2: 'Completed'"]
    three = [f"SecondaryStatus.{name}" for name in ("STOPPED", "FAILED", "COMPLETED")]
    found = [f"line 1: {', '.join(three)}"]
    assert list(listed(f"x = {{{', '.join(three)}}}")) == found
    assert list(listed(f"x = {{**y, {': 1, '.join(three)}: 1}}")) == found
    pattern = f"match x:\n    case {' | '.join(three)}:\n        pass"
    assert list(listed(pattern)) == [f"line 2: {', '.join(three)}"]
    assert list(listed(f"x = {three[0]}, {three[1]}, y.z, f(x).y, z")) == []
