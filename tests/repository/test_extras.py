"""Extras: what is installed costs nobody anything, and what is missing is named in one line."""

from __future__ import annotations

import builtins
import importlib
import json
import runpy
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import hypothesis
import hypothesis.stateful
import hypothesis.strategies
import pytest

import jobstate.testing
from jobstate.diagrams.render.png import png
from jobstate.emulator.wire import Wire
from jobstate.errors import MissingExtraError
from jobstate.testing import VirtualClock, client_for
from tests.support.lives_for_tests import told
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Use = Callable[[pytest.MonkeyPatch], None]

pytest_plugins = ["pytester"]

PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# --- What is missing ------------------------------------------------------------------------------


def forget(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what is in a module to be imported anew."""
    for name in [each for each in sys.modules if each.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)


def importing(name: str) -> Use:
    """Return what runs the file of a module, as importing it for the first time does."""
    file = str(importlib.import_module(name).__file__)

    def use(monkeypatch: pytest.MonkeyPatch) -> None:
        forget(name, monkeypatch)
        runpy.run_path(file, run_name=name)

    return use


def connect(_: object) -> None:
    """Make a client, which needs boto3."""
    life = told("completed")
    client_for(life, VirtualClock(life.start))


def draw(_: object) -> None:
    """Draw a bitmap."""
    png('<svg width="1" height="1"/>')


def emulate(_: object) -> None:
    """Read AWS's requests, which needs botocore's models of its services."""
    Wire({})


#: Extra → a library of it, what needs that, and what is said where it is not there.
NEEDS: dict[str, tuple[str, Use, str]] = {
    "async": ("anyio", importing("jobstate.asynchronous"), "jobstate.asynchronous needs anyio"),
    "aws": ("boto3", connect, "a client of AWS needs boto3"),
    "diagrams": ("resvg_py", draw, "PNG, unlike SVG, needs resvg_py"),
    "emulator": ("botocore", emulate, "the emulator needs botocore"),
    "otel": (
        "opentelemetry",
        importing("jobstate.listeners.opentelemetry"),
        "jobstate.listeners.opentelemetry needs opentelemetry-sdk",
    ),
    "prometheus": (
        "prometheus_client",
        importing("jobstate.listeners.prometheus"),
        "PrometheusListener needs prometheus_client",
    ),
    "structlog": (
        "structlog",
        importing("jobstate.listeners.structlog"),
        "StructlogListener needs structlog",
    ),
    "testing": ("hypothesis", importing("jobstate.testing"), "jobstate.testing needs hypothesis"),
}
#: What needs the library of an extra that has another above.
NEEDED_TOO = {
    "prometheus": (
        "prometheus_client",
        importing("jobstate.aws.prometheus"),
        "PollerCollector needs prometheus_client",
    ),
}
#: What has no module: extras of extras, and the command, which `tests/cli/test_app.py` starts; and
#: what is not in this environment, which `tests/aws/bridges/test_airflow.py` does without.
OTHERS = {"all", "test", "cli", "airflow"}


def test_every_extra_is_here() -> None:
    """No extra is left out."""
    assert set(PROJECT["optional-dependencies"]) == NEEDS.keys() | OTHERS


@pytest.mark.parametrize(("extra", "need"), [*NEEDS.items(), *NEEDED_TOO.items()])
def test_an_extra_that_is_missing(
    extra: str, need: tuple[str, Use, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named in one line by an error that whoever guards an import catches."""
    library, use, said = need
    with monkeypatch.context() as absent:
        forget(library, absent)
        absent.setitem(sys.modules, library, None)
        with pytest.raises(MissingExtraError) as found:
            use(absent)
    assert str(found.value) == f"{said}: pip install 'jobstate[{extra}]'"
    assert found.value.extra == extra
    assert isinstance(found.value, ImportError)


@pytest.fixture(name="bare")
def make_bare(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return what runs a test that takes the fixture, where Hypothesis is not installed."""
    pytester.makepyfile(absent="import sys; sys.modules['hypothesis'] = None")
    pytester.makepyfile("def test_it(conformance): pass")
    hidden = ("-p", "absent", "-p", "no:hypothesispytest", "-q")
    return lambda *options: pytester.runpytest_subprocess(*hidden, *options)


SAID = "jobstate.testing needs hypothesis: pip install 'jobstate[[]testing]'"


@pytest.mark.parametrize("option", ["--lifecycle-coverage", "--conformance"])
@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_option_without_hypothesis(
    bare: Callable[..., pytest.RunResult], more: tuple[str, ...], option: str
) -> None:
    """It is a wrong use of pytest, in one line, and no internal error."""
    ran = bare(option, *more)
    assert ran.ret is pytest.ExitCode.USAGE_ERROR
    assert len([line for line in ran.errlines if line]) == 1
    ran.stderr.fnmatch_lines(f"ERROR: {option}: {SAID}")


def test_the_fixture_without_hypothesis(bare: Callable[..., pytest.RunResult]) -> None:
    """The test that asks for it fails with the line alone; others run."""
    ran = bare()
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*ERROR at setup of test_it*", SAID, "=*"], consecutive=True)


# --- What it costs those who don't use it ---------------------------------------------------------


def test_entry_points() -> None:
    """Nothing but the plugin, which is light, is loaded where nobody asked for it."""
    assert PROJECT["entry-points"] == {"pytest11": {"jobstate": "_jobstate_pytest"}}


ALONE = """
import json, sys
from hypothesis import strategies as st
before = "jobstate" in sys.modules
import jobstate.testing
from jobstate.model.life import Life
from jobstate.sagemaker import TrainingJobDescription, TrainingJobSummary
found = [st.from_type(kind) for kind in (Life, TrainingJobDescription, TrainingJobSummary)]
for strategy in found:
    strategy.validate()
print(json.dumps([before, *map(repr, found)]))
"""


def test_hypothesis_loads_nothing_of_it() -> None:
    """It knows the records once `jobstate.testing` has been imported, and not before."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True
    )
    before, lives, descriptions, summaries = json.loads(done.stdout)
    assert before is False
    assert lives.startswith("_lives(")
    assert "form='describe'" in descriptions
    assert "form='list'" in summaries


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module",
    [builtins, hypothesis, hypothesis.stateful, hypothesis.strategies, pytest],
    ids=lambda module: module.__name__,
)
def test_no_name_hides_another(module: ModuleType) -> None:
    """`from jobstate.testing import *` leaves what a test module has from elsewhere."""
    assert not set(jobstate.testing.__all__) & set(getattr(module, "__all__", vars(module)))
