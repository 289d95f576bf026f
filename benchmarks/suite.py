"""The pytest plugin of the benchmarks: laps, the stopwatch, and the report at the end.

pytest-benchmark measures one test to its end before the next begins, and a shared machine may be
another by then. So each test comes once a lap, laps follow each other, and `figures` compares
within a lap. Time is that of the thread's CPU, the collector of cyclic garbage
rests while it is measured (as in timeit). Imports the figures.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from attrs import frozen
from pytest_benchmark.fixture import BenchmarkFixture

from figures import Aim, Figures, Group

#: What the tables are about; their versions stand above them.
LIBRARIES = (
    "attrs",
    "boto3",
    "cattrs",
    "pydantic",
    "pytest-benchmark",
    "python-statemachine",
    "transitions",
)
#: How many operations there are at most in a smoke test.
_FEW = 8
_FIGURES = pytest.StashKey[Figures]()

#: Makes, for so many operations, what does them all and is timed; the making is not.
Maker: TypeAlias = Callable[[int], Callable[[], object]]


@frozen(eq=False)
class Contestant:
    """One row of a group.

    Attributes:
        name: What it is.
        make: Makes what is timed, anew for each round.
        operations: How many of them are timed at once; what is reported is the time of one.
        aims: What it should be.
    """

    name: str
    make: Maker
    operations: int
    aims: Sequence[Aim] = ()

    def __str__(self) -> str:
        return self.name


# --- What the benchmarks use ----------------------------------------------------------------------


@frozen(eq=False)
class Size:
    """How much is measured.

    Attributes:
        laps: How often everything is measured.
        rounds: How often in each lap; the median counts.
        jobs: How many jobs memory is measured with.
        fleet: How many jobs the fleet has.
        smoke: As little as shows that it runs: the figures mean nothing.
    """

    laps: int
    rounds: int
    jobs: int
    fleet: int
    smoke: bool


@frozen(eq=False)
class Timed:
    """Times a contestant for one lap."""

    _benchmark: BenchmarkFixture
    _size: Size
    _figures: Figures

    def __call__(self, group: Group, contestant: Contestant, lap: int) -> None:
        """Time it and write down how long one operation takes."""
        count = min(contestant.operations, _FEW) if self._size.smoke else contestant.operations
        self._benchmark.group = group.title
        pedantic: Any = self._benchmark.pedantic  # it comes without types
        pedantic(
            _call,
            setup=lambda: ((contestant.make(count),), {}),
            rounds=self._size.rounds,
            warmup_rounds=0 if self._size.smoke else 1,
        )
        stats = self._benchmark.stats
        assert stats is not None, "pytest-benchmark must not be disabled"
        seconds = stats.stats.median / count
        self._figures.add(group, contestant.name, lap, seconds, contestant.aims)


def _call(run: Callable[[], object]) -> None:
    run()


def contestants(*these: Contestant) -> pytest.MarkDecorator:
    """Return what makes a test run for each of some contestants, and in each lap."""
    return pytest.mark.parametrize("contestant", these, ids=str)


def size_of(config: pytest.Config) -> Size:
    """Return how much to measure, as asked on the command line."""
    smoke = config.getoption("--smoke")
    return Size(
        laps=1 if smoke else config.getoption("--laps"),
        rounds=1 if smoke else config.getoption("--rounds"),
        jobs=_FEW if smoke else config.getoption("--jobs"),
        fleet=_FEW if smoke else config.getoption("--fleet"),
        smoke=smoke,
    )


@pytest.fixture
def size(pytestconfig: pytest.Config) -> Size:
    """Return how much to measure."""
    return size_of(pytestconfig)


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> Figures:
    """Return where figures are written down that no stopwatch measures."""
    return pytestconfig.stash[_FIGURES]


@pytest.fixture
def timed(benchmark: BenchmarkFixture, size: Size, figures: Figures) -> Timed:
    """Return the stopwatch."""
    return Timed(benchmark, size, figures)


# --- What pytest calls ----------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add how much to measure."""
    group = parser.getgroup("jobstate's benchmarks")
    group.addoption("--laps", type=int, default=11, help="how often everything is measured")
    group.addoption("--rounds", type=int, default=3, help="how often in each lap")
    group.addoption("--jobs", type=int, default=10_000, help="jobs that memory is measured with")
    group.addoption("--fleet", type=int, default=5_000, help="jobs of the fleet")
    group.addoption("--smoke", action="store_true", help="only see whether everything runs")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no figures."""
    config.stash[_FIGURES] = Figures()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each test that asks for its lap run in every one."""
    if "lap" in metafunc.fixturenames:
        metafunc.parametrize("lap", range(size_of(metafunc.config).laps))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests of a group by laps, so that its contestants take turns."""
    groups: dict[tuple[Path, str], int] = {}
    for item in items:
        groups.setdefault(_group_of(item), len(groups))
    items.sort(key=lambda item: (groups[_group_of(item)], _lap_of(item)))


def _group_of(item: pytest.Item) -> tuple[Path, str]:
    return item.path, getattr(item, "originalname", item.name)


def _lap_of(item: pytest.Item) -> int:
    callspec: Any = getattr(item, "callspec", None)
    return 0 if callspec is None else callspec.params.get("lap", 0)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the tables, below the machine that they are true of."""
    size = size_of(config)
    terminalreporter.section("figures")
    for line in (*_machine(), _how(size), "", *config.stash[_FIGURES].lines()):
        terminalreporter.write_line(line)


def _how(size: Size) -> str:
    told = f"Medians of {size.laps} laps of {size.rounds} rounds; thread CPU time; no collector."
    return f"**A smoke test: these figures mean nothing.** {told}" if size.smoke else told


def _machine() -> tuple[str, str]:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    libraries = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return f"{_processor()}, {os.cpu_count()} cores, {python}.", f"With {libraries}."


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
