"""A year of a fleet: do the memory and the time an answer takes stay level?

``python benchmarks/year.py`` lets some 2,000 jobs a day live for a year by a clock of its own, with
three answers each: an item of a list, a describe answer on the way and one at the end. Jobs that
have ended are kept for seven days. For each month it tells what is kept, the memory of the process
and what an answer took of the processor. Imports the tracker and the lives; rich at a terminal.
"""

from __future__ import annotations

import argparse
import sys
import time
from array import array
from datetime import datetime, timedelta
from heapq import merge
from itertools import count, groupby, takewhile
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple

from bars import bar
from jobstate import Retention, Tracker
from jobstate.sagemaker import TRAINING_JOB
from lives import Life

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bars import Progress

#: Every so many lives of `lives`, which are 7 s apart: 2,057 a day.
EVERY = 6
KEPT = timedelta(days=7)
MONTH = timedelta(days=30)
#: How many entries the history has when each of the three answers comes.
MOMENTS = (1, 4, 6)
#: The last month beside the second: the first fills the caches.
LEVEL = 1.1


class Month(NamedTuple):
    """What a month took.

    Attributes:
        answers: How many answers came.
        jobs: How many jobs are kept at its end.
        memory: The memory of the process then, in MB.
        median: What an answer took, in µs; half of them less.
        slow: Likewise; all but one of a hundred less.
    """

    answers: int
    jobs: int
    memory: float
    median: float
    slow: float


class Clock:
    """The time of the fleet."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


def answers(moment: int) -> Iterator[tuple[datetime, int, dict[str, object]]]:
    """Yield the answers that come when histories have so many entries, by time, without end."""
    for number in count(0, EVERY):
        life = Life.usual(number)
        # That long after the job began, for all jobs alike: so they are in the order of time.
        at = life.created + timedelta(hours=moment)
        yield at, number, life.item(moment) if moment == MOMENTS[0] else life.answer(moment)


def year(days: int, progress: Progress) -> Iterator[Month]:
    """Let the fleet live, and yield what each month took."""
    begin = Life.usual(0).created
    clock = Clock(begin)
    tracker = Tracker(TRAINING_JOB, retention=Retention(age=KEPT), clock=clock)
    end = begin + timedelta(days)
    endless = merge(*map(answers, MOMENTS), key=lambda each: each[:2])
    coming = takewhile(lambda each: each[0] < end, endless)
    for _, those in groupby(coming, lambda each: (each[0] - begin) // MONTH):
        took = array("d")
        for clock.now, _, answer in those:
            start = time.thread_time()
            tracker.observe(answer)
            took.append(time.thread_time() - start)
            progress(1)
        cuts = quantiles(took, n=100)
        yield Month(len(took), len(tracker), memory(), cuts[49] * 1e6, cuts[98] * 1e6)


def memory() -> float:
    """Return the memory of this process in MB, as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def lines(months: Iterator[Month]) -> Iterator[str]:
    """Yield a table of the months, in Markdown."""
    yield "| month | answers | jobs kept | memory | median | 99th percentile |"
    yield "|---|---|---|---|---|---|"
    found = []
    for number, each in enumerate(months, start=1):
        found.append(each)
        memory, median, slow = (
            f"{each.memory:,.0f} MB",
            f"{each.median:.1f} µs",
            f"{each.slow:.1f} µs",
        )
        yield f"| {number} | {each.answers:,} | {each.jobs:,} | {memory} | {median} | {slow} |"
    first, last = found[min(1, len(found) - 1)], found[-1]
    yield ""
    for name in ("memory", "median", "slow"):
        ratio = getattr(last, name) / getattr(first, name)
        verdict = "level" if ratio <= LEVEL else "grows"
        yield f"{name}, the last month beside the second: {ratio:.2f}, {verdict}"


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=360, help="how long (360)")
    chosen = parser.parse_args()
    total = chosen.days * 86_400 // (7 * EVERY) * len(MOMENTS)
    with bar(total, "answers") as progress:
        for line in lines(year(chosen.days, progress)):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
