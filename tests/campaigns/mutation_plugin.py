"""What pytest loads while `mutation` runs: each mutant is judged alone, soon and alike.

A mutant is a fork of a process that has collected the tests. What that compiled is forgotten, else
mutants of what compiles would never run; the quickest tests come first; Hypothesis takes the same
few examples each time; and whoever loops, waits or grows without end is stopped.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

from jobstate import Lifecycle

if TYPE_CHECKING:
    from types import FrameType

#: Seconds of processor time, not of the clock, that one test may take: the machine may be busy.
#: The slowest takes two.
MOST_SECONDS = 20
#: Seconds of the clock, for one that waits: fewer than the tests themselves wait for threads.
LONGEST_WAIT = 25
#: Bytes of memory that a mutant may ask for.
MOST_MEMORY = 4 << 30
#: What mutmut takes for a mutant that took too long.
TIMED_OUT = 36

settings.register_profile(
    "mutation",
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def pytest_configure() -> None:
    """Forget what was compiled, and set the bounds."""
    settings.load_profile("mutation")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGPROF, _stop)
    signal.signal(signal.SIGALRM, _stop)


#: The life cycles that there are when the tests have been collected.
_LIFE_CYCLES: list[Lifecycle] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the quickest tests first, as far as a run of them all has measured them."""
    measured = Path("mutmut-stats.json")
    if measured.exists():
        seconds = json.loads(measured.read_text(encoding="utf-8"))["duration_by_test"]
        items.sort(key=lambda item: (round(seconds.get(item.nodeid, 0), 3), item.nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Start the clocks; and while mutmut notes which test calls what, let each compile anew."""
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        forget()
    else:
        signal.setitimer(signal.ITIMER_REAL, LONGEST_WAIT)


def pytest_collection_finish() -> None:
    """Find the life cycles, and forget what was compiled of them."""
    _LIFE_CYCLES[:] = [each for each in gc.get_objects() if type(each) is Lifecycle]
    forget()


def forget() -> None:
    """Forget what was compiled of the life cycles."""
    for each in _LIFE_CYCLES:
        each.remembered.clear()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    os._exit(TIMED_OUT)
