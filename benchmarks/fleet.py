"""A fleet of jobs whose answers come late, twice and in any order: is each status told once?

``python benchmarks/fleet.py`` lets jobs live legal lives, delivers each describe answer three
times, all of them shuffled, and compares what a tracker tells with the lives. What is true is known
from the lives alone; answers are made when they are delivered. Imports the tracker and the lives;
rich where there is a terminal to show progress on.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import time
from array import array
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from attrs import Factory, define

from jobstate import Event, StatusChanged, StatusEntered, Tracker
from jobstate.sagemaker import TRAINING_JOB
from lives import Features, Life, Route, routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


#: How many routes there are; jobs of a real fleet go the same few ways too.
_ROUTES = 2000
#: How many answers are made and then delivered at once: making them is not timed.
_BATCH = 1000
#: Told how many answers were delivered more.
Progress: TypeAlias = "Callable[[int], object]"


class Fleet:
    """The lives of some jobs, of which only the routes take memory."""

    def __init__(
        self, jobs: int, seed: int, taking: list[tuple[Route, Features]] | None = None
    ) -> None:
        """Let jobs take routes.

        Args:
            jobs: How many.
            seed: Of which job takes which route, and of the routes.
            taking: The routes; by default they are drawn.
        """
        rng = random.Random(seed)
        self.jobs = jobs
        self._routes = taking or routes(min(jobs, _ROUTES), rng)
        self._taken = array("I", rng.choices(range(len(self._routes)), k=jobs))
        #: How many entries any life has at most; answers are numbered with it.
        self._most = max(len(route) for route, _ in self._routes) + 1

    def life(self, number: int) -> Life:
        """Return the life of one job."""
        return Life(number, *self._routes[self._taken[number]])

    def number_of(self, event: Event) -> int:
        """Return which job an event is about."""
        return int(event.job.arn.rpartition("-")[2])

    @property
    def entries(self) -> int:
        """How many entries there are in all histories together."""
        return sum(self.life(number).count for number in range(self.jobs))

    def deliveries(self, copies: int, seed: int) -> array[int]:
        """Return every answer so many times, shuffled, each as a number."""
        every = array(
            "Q",
            (
                number * self._most + count
                for number in range(self.jobs)
                for count in range(1, self.life(number).count + 1)
            ),
        )
        shuffled = every * copies
        random.Random(seed).shuffle(shuffled)
        return shuffled

    def answer(self, delivery: int, *, mapping: bool) -> object:
        """Return an answer by its number."""
        number, count = divmod(delivery, self._most)
        life = self.life(number)
        return life.answer(count) if mapping else life.observation(count)


@define
class Ledger:
    """What was told, compared with what is true.

    Attributes:
        fleet: The lives.
        told: For each job the ordinals that were told, as bits.
        false: Entries told that are none, or with another status or time.
        duplicate: Entries told again.
        out_of_order: Entries told after a later one.
        violations: Rules said to be broken; every life is legal.
        changes: How often a job's status was said to have changed.
    """

    fleet: Fleet
    told: array[int]
    false: int = 0
    duplicate: int = 0
    out_of_order: int = 0
    violations: int = 0
    changes: int = 0

    @classmethod
    def of(cls, fleet: Fleet) -> Ledger:
        """Return the ledger of a fleet of which nothing was told yet."""
        return cls(fleet, array("I", bytes(4 * fleet.jobs)))

    def take(self, event: Event) -> None:
        """Compare an event."""
        if isinstance(event, StatusEntered):
            self._take_entry(event)
        elif isinstance(event, StatusChanged):
            self.changes += 1
        else:
            self.violations += 1

    def _take_entry(self, event: StatusEntered) -> None:
        number = self.fleet.number_of(event)
        life = self.fleet.life(number)
        if event.ordinal > life.count or not _is_true(life, event):
            self.false += 1
        elif self.told[number] >> event.ordinal & 1:
            self.duplicate += 1
        else:
            self.out_of_order += self.told[number] >> event.ordinal > 0
            self.told[number] |= 1 << event.ordinal

    def missing(self) -> int:
        """Return how many entries were never told."""
        return self.fleet.entries - sum(told.bit_count() for told in self.told)


def _is_true(life: Life, event: StatusEntered) -> bool:
    entry = life.entries(life.count)[event.ordinal - 1]
    same = (event.status, event.start) == (entry.status, entry.start)
    return same and event.end in (None, entry.end)  # it may have been told while it was open


@define
class Run:
    """How a run went.

    Attributes:
        ledger: What was told.
        answers: How many were delivered.
        seconds: How long the tracker took for them, in CPU time.
        bytes_each: By how much the process grew for each job; None where nothing tells.
    """

    ledger: Ledger
    answers: int = 0
    seconds: float = 0.0
    bytes_each: float | None = None
    _heard: list[Event] = Factory(list)

    @property
    def wrong(self) -> dict[str, int]:
        """Everything that must be none."""
        ledger = self.ledger
        return {
            "missing": ledger.missing(),
            "false": ledger.false,
            "duplicate": ledger.duplicate,
            "out of order": ledger.out_of_order,
            "violations": ledger.violations,
        }

    def deliver(self, answers: list[object], tracker: Tracker) -> None:
        """Deliver answers, timed, and then compare what was told."""
        observe = tracker.observe
        begin = time.thread_time()
        for answer in answers:
            observe(answer)
        self.seconds += time.thread_time() - begin
        self.answers += len(answers)
        for event in self._heard:
            self.ledger.take(event)
        self._heard.clear()

    def hear(self, event: Event) -> None:
        """Be the tracker's listener."""
        self._heard.append(event)


def run(
    fleet: Fleet, *, copies: int, seed: int, mapping: bool, progress: Progress = lambda _: None
) -> Run:
    """Deliver every answer of a fleet to a tracker.

    Args:
        fleet: The fleet.
        copies: How often each answer comes.
        seed: Of the order.
        mapping: Deliver what boto3 gives, instead of Observations.
        progress: Told how many answers were delivered more.
    """
    deliveries = fleet.deliveries(copies, seed)
    done = Run(Ledger.of(fleet))
    tracker = Tracker(TRAINING_JOB, listeners=[done.hear])
    gc.collect()
    before = _resident()
    for begin in range(0, len(deliveries), _BATCH):
        batch = deliveries[begin : begin + _BATCH]
        done.deliver([fleet.answer(each, mapping=mapping) for each in batch], tracker)
        progress(len(batch))
    gc.collect()
    after = _resident()
    if before is not None and after is not None:
        done.bytes_each = (after - before) / fleet.jobs
    assert len(tracker) == fleet.jobs
    return done


def _resident() -> int | None:
    """Return how many bytes of memory the process has; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


# --- The program ----------------------------------------------------------------------------------


def lines(fleet: Fleet, done: Run, copies: int) -> Iterator[str]:
    """Yield a table of how a run went, in Markdown."""
    yield "| what | measured | aim |"
    yield "|---|---|---|"
    yield f"| jobs, entries | {fleet.jobs:,}, {fleet.entries:,} | |"
    yield f"| answers, each {copies} times, shuffled | {done.answers:,} | |"
    for name, count in done.wrong.items():
        yield f"| {name} | {count:,} | 0, {'missed' if count else 'reached'} |"
    yield f"| changes told | {done.ledger.changes:,} | |"
    yield f"| answers a second of CPU time | {done.answers / done.seconds:,.0f} | |"
    if done.bytes_each is not None:
        yield f"| bytes by which the process grew, a job | {done.bytes_each:,.0f} | |"


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """Show a progress bar where somebody looks at a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody looks
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("answers", total=total)
        yield lambda count: bar.advance(task, count)


def main() -> int:
    """Run and print; return 1 if anything was told wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000, help="how many (default: 10,000)")
    parser.add_argument("--seed", type=int, default=2026, help="of lives and order")
    parser.add_argument("--copies", type=int, default=3, help="how often each answer comes")
    parser.add_argument("--mappings", action="store_true", help="deliver what boto3 gives")
    chosen = parser.parse_args()
    fleet = Fleet(chosen.jobs, chosen.seed)
    total = fleet.entries * chosen.copies
    with _bar(total) as progress:
        done = run(
            fleet,
            copies=chosen.copies,
            seed=chosen.seed,
            mapping=chosen.mappings,
            progress=progress,
        )
    print("\n".join(lines(fleet, done, chosen.copies)))
    return int(any(done.wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
