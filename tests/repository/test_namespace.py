"""What is public: the names of `jobstate`, `jobstate.model` and `jobstate.sagemaker`."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

import jobstate

if TYPE_CHECKING:
    from types import ModuleType

#: The names that stay, whatever else comes and goes.
PROMISED = {
    "jobstate": {
        *{"ConformanceError", "Lifecycle", "ObservationError", "Unmodelled", "Violation"},
        *{"check", "explain"},
    },
    # What whoever writes a life cycle needs.
    "jobstate.model": {
        *{"Basis", "Edge", "Exclusion", "Feature", "Memory", "Outcome", "Region", "State"},
        *{"InOrder", "OverFields", "OverHistory", "Requires", "Rule", "Severity", "Where"},
    },
    "jobstate.sagemaker": {
        *{"Outcome", "SecondaryStatus", "TRAINING_JOB", "TrainingJobDescription"},
        *{"TrainingJobStatus", "TrainingJobSummary", "WarmPoolStatus"},
    },
}


#: More names than these at the front door, and nobody reads them.
MOST_AT_THE_FRONT = 36


def test_the_front_door_is_short() -> None:
    """What most programs need; what else is public has a package as its home."""
    assert len(importlib.import_module("jobstate").__all__) <= MOST_AT_THE_FRONT


@pytest.fixture(params=PROMISED)
def module(request: pytest.FixtureRequest) -> ModuleType:
    """Return a public module."""
    return importlib.import_module(request.param)


def exported(module: ModuleType) -> list[str]:
    """Return what a module says is public."""
    return list(module.__all__)


def reading_order(name: str) -> tuple[int, str]:
    """Return the key that sorts CONSTANTS, then Classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_sorted(module: ModuleType) -> None:
    """A name is found where one looks for it, and stands there once."""
    names = exported(module)
    assert names == sorted(set(names), key=reading_order)


def test_promised(module: ModuleType) -> None:
    """The names that stay are there."""
    assert set(exported(module)) >= PROMISED[module.__name__]


def test_importable(module: ModuleType) -> None:
    """Every public name leads to something."""
    assert [name for name in exported(module) if not hasattr(module, name)] == []


def test_nothing_else_is_public(module: ModuleType) -> None:
    """Beside them there are only the package's own modules, which Python puts there."""
    inner = {each.name for each in pkgutil.iter_modules(module.__path__)}
    # A name with "@" is pytest's: it rewrites the assertions of all that a plugin comes with.
    public = {name for name in vars(module) if not name.startswith(("_", "@"))}
    assert public - inner == set(exported(module))


def test_no_name_hides_a_module(module: ModuleType) -> None:
    """`jobstate.x` means the same thing whoever has imported what before."""
    inner = {each.name for each in pkgutil.iter_modules(module.__path__)}
    assert inner & set(exported(module)) == set()


def test_it_only_re_exports(module: ModuleType) -> None:
    """The file holds a docstring, imports, the list of names and perhaps the version, no more."""
    _docstring, *body = ast.parse(inspect.getsource(module)).body
    names, *version = [each for each in body if not isinstance(each, (ast.Import, ast.ImportFrom))]
    assert ast.unparse(names).startswith("__all__ = [")
    assert all("__version__" in ast.unparse(each) for each in version)


def test_the_version() -> None:
    """That of the distribution, read only if somebody asks."""
    assert jobstate.__version__ == metadata.version("jobstate")
    program = "import sys, jobstate; print('importlib.metadata' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)  # noqa: S603 - a fixed program
    assert ran.stdout.strip() == b"False"
    with pytest.raises(AttributeError, match="module 'jobstate' has no attribute 'version'"):
        getattr(jobstate, "version")  # noqa: B009 - type checkers know that it is not there


def test_a_tree_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no version, and says so in the way that is usual."""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert jobstate.__version__ == "0+unknown"


def test_documented(module: ModuleType) -> None:
    """Every public class and function says what it is."""
    things = {name: getattr(module, name) for name in exported(module)}
    speechless = [
        name
        for name, thing in things.items()
        if (inspect.isclass(thing) or inspect.isroutine(thing)) and not thing.__doc__
    ]
    assert speechless == []
