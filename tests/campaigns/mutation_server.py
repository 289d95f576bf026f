"""What runs the tests for `mutation`: each mutant is judged alone, soon and alike.

One process collects the tests, once, and forks another for each mutant, which runs only those that
come through the mutated function. Those come first that take the fewest seconds for each mutant of
the function that they have killed so far. What was compiled while tests were collected is
forgotten, else mutants of what compiles would never run; Hypothesis takes the same few examples
each time; and whoever loops, waits or grows without end is stopped.

It runs in the folder that mutmut has made, and leaves `verdicts.json` there: mutant → exit code.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import signal
import sys
from collections import Counter
from functools import partial
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from jobstate import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

#: Seconds of processor time, not of the clock, that one test may take: the machine may be busy.
#: The slowest takes two.
MOST_SECONDS = 20
#: Seconds of the clock, for one that waits: fewer than the tests themselves wait for threads.
LONGEST_WAIT = 25
#: Seconds of processor time for all tests of a mutant: for one that no signal reaches.
MOST_SECONDS_TOGETHER = 1200
#: Bytes of memory that a mutant may ask for.
MOST_MEMORY = 4 << 30
#: Exit codes: nothing failed, a test did, one took too long.
SURVIVED, KILLED, TIMED_OUT = 0, 1, 36

settings.register_profile(
    "mutation",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


class Measured(NamedTuple):
    """What a run of all tests without a mutant tells, by the places of the tests.

    Attributes:
        seconds: How long each takes.
        through: Function → the tests that come through it.
    """

    seconds: list[float]
    through: dict[str, list[int]]


class Child(NamedTuple):
    """A process that judges a mutant: which one, and from where its report is read."""

    mutant: str
    report: int


class Server:
    """The plugin of pytest that forks a process for each mutant, instead of running the tests."""

    def __init__(self, mutants: Sequence[str], jobs: int) -> None:
        """Prepare to judge mutants, so many at a time."""
        self._mutants = mutants
        self._jobs = jobs
        self._verdicts: dict[str, int] = {}
        self._children: dict[int, Child] = {}
        #: Function and place of a test → how many of the function's mutants it has killed.
        self._kills: Counter[tuple[str, int]] = Counter()
        self._life_cycles: list[Lifecycle] = []

    def pytest_configure(self) -> None:
        """Set the bounds."""
        settings.load_profile("mutation")
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        signal.signal(signal.SIGPROF, _stop)
        signal.signal(signal.SIGALRM, _stop)

    def pytest_collection_finish(self) -> None:
        """Find the life cycles, and forget what was compiled of them."""
        self._life_cycles = [each for each in gc.get_objects() if type(each) is Lifecycle]
        self._forget()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests, then judge all mutants.

        Raises:
            UsageError: A test fails without a mutant.
        """
        gc.freeze()
        measured = self._measured(session)
        began = said = monotonic()
        for number, mutant in enumerate(self._mutants):
            function = _function_of(mutant)
            places = sorted(
                measured.through.get(function, ()),
                key=lambda place: measured.seconds[place] / (1 + self._kills[function, place]),
            )
            self._fork(mutant, partial(self._judge, session, mutant, places))
            while len(self._children) >= self._jobs:
                self._reap()
            if monotonic() > said + 60:
                said = monotonic()
                _say(f"{(said - began) / 60:.0f} min: {number + 1} of {len(self._mutants)} mutants")
                self._write()
        while self._children:
            self._reap()
        self._write()
        return True

    def _write(self) -> None:
        Path("verdicts.json").write_text(json.dumps(self._verdicts), encoding="utf-8")

    def _fork(self, mutant: str, run: Callable[[int], int]) -> None:
        """Run in another process what gets where to write its report, and returns an exit code."""
        source, report = os.pipe()
        child = os.fork()
        if child:
            os.close(report)
            self._children[child] = Child(mutant, source)
            return
        code = 2
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_own_folder(os.getpid()))
            code = run(report)
        finally:
            os._exit(code)

    def _reap(self) -> bytes:
        """Wait for a process to end; take note of its verdict, and return its report."""
        report = b""
        number, status = os.wait()
        mutant, source = self._children.pop(number)
        with os.fdopen(source, "rb") as stream:
            report = stream.read()
        code = self._verdicts[mutant] = os.waitstatus_to_exitcode(status)
        if code == KILLED and mutant and report:
            self._kills[_function_of(mutant), int(report)] += 1
        shutil.rmtree(_own_folder(number), ignore_errors=True)
        return report

    def _measured(self, session: pytest.Session) -> Measured:
        """Run all tests without a mutant."""
        path = Path("measured.json")
        self._fork("", partial(self._measure, session, path))
        report = self._reap()
        if self._verdicts.pop("") != SURVIVED:
            raise pytest.UsageError(f"without a mutant fails {report.decode() or 'all'}")
        return Measured(**json.loads(path.read_text(encoding="utf-8")))

    def _measure(self, session: pytest.Session, path: Path, report: int) -> int:
        os.environ["MUTANT_UNDER_TEST"] = "stats"
        hits: set[str] = import_module("mutmut.state").state()._stats  # noqa: SLF001
        measured = Measured([], {})
        for place, item in enumerate(session.items):
            self._forget()  # so that each test compiles anew what it comes through
            hits.clear()
            began = monotonic()
            if not _passes(session, place, None):
                os.write(report, item.nodeid.encode())
                return KILLED
            measured.seconds.append(monotonic() - began)
            for function in hits:
                measured.through.setdefault(function, []).append(place)
        path.write_text(json.dumps(measured._asdict()), encoding="utf-8")
        return SURVIVED

    def _judge(
        self, session: pytest.Session, mutant: str, places: Sequence[int], report: int
    ) -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS_TOGETHER, MOST_SECONDS_TOGETHER + 1))
        # What mutmut asks at each call of each function: the environment takes much longer.
        trampoline: Any = import_module("mutmut.mutation.trampoline")
        trampoline.get_mutant_under_test = lambda: mutant
        for place, after in zip(places, [*places[1:], None], strict=False):
            signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
            signal.setitimer(signal.ITIMER_REAL, LONGEST_WAIT)
            if not _passes(session, place, after):
                os.write(report, str(place).encode())
                return KILLED
        return SURVIVED

    def _forget(self) -> None:
        """Forget what was compiled of the life cycles."""
        for each in self._life_cycles:
            each.remembered.clear()


def _passes(session: pytest.Session, place: int, after: int | None) -> bool:
    """Run a test, by its place, that another one comes after; return whether it passes."""
    item = session.items[place]
    following = None if after is None else session.items[after]
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return not session.testsfailed


def _function_of(mutant: str) -> str:
    return mutant.rpartition("__mutmut_")[0]


def _own_folder(process: int) -> Path:
    """Return where the tests of a process put their files."""
    folder = Path(f"files-{process}").absolute()
    folder.mkdir(exist_ok=True)
    return folder


def _stop(_signal: int, _frame: FrameType | None) -> None:
    os._exit(TIMED_OUT)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a program that prints


def main() -> int:
    """Judge all mutants in the folder; return 0 if that could be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, required=True, help="how many processes")
    parser.add_argument("arguments", nargs="+", help="those of pytest")
    options = parser.parse_args()
    mutants = [
        mutant
        for path in sorted(Path("src").rglob("*.meta"))
        for mutant in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    ]
    # Hypothesis is there before pytest, which would rather have rewritten it.
    arguments = ["-n0", "-q", "--capture=sys", "--tb=native", "-W", "ignore::pytest.PytestWarning"]
    return int(
        pytest.main(
            [*arguments, *options.arguments],
            plugins=[Server(mutants, options.jobs)],
        )
    )


if __name__ == "__main__":
    sys.exit(main())
