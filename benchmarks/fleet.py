"""A fleet of jobs whose answers come late, twice and in any order: is each status told once?

``python benchmarks/fleet.py`` lets jobs live legal lives, delivers each describe answer three
times, all of them shuffled, and compares what a tracker tells with the lives. What is true is known
from the lives alone; answers are made when they are delivered. ``--threads`` has several threads
observe at once, ``--page`` several answers in one call, ``--journal`` has a journal keep it all.
Imports the tracker and the lives.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
import threading
import time
from array import array
from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import Factory, define, frozen

from bars import Progress, bar
from jobstate import Event, StatusChanged, StatusEntered, Subscription, Tracker
from jobstate.journal import Durability, Journal
from jobstate.sagemaker import TRAINING_JOB
from lives import Features, Life, Route, routes

if TYPE_CHECKING:
    from collections.abc import Iterator


#: How many routes there are; jobs of a real fleet go the same few ways too.
_ROUTES = 2000
#: How many answers are made and then delivered at once: making them is not timed.
_BATCH = 1000
#: As many for each thread where there are several: they begin and end together.
_BATCH_EACH = 250


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
        return int(event.job.id.rpartition("-")[2])

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


@frozen(kw_only=True)
class Way:
    """How answers are delivered.

    Attributes:
        copies: How often each comes.
        seed: Of the order.
        mapping: As what boto3 gives, instead of Observations.
        threads: How many threads observe.
        page: How many answers each observes at once.
        journal: Where a journal keeps what is known and said; None where none does.
        durability: What the journal promises.
    """

    copies: int
    seed: int
    mapping: bool = False
    threads: int = 1
    page: int = 1
    journal: Path | None = None
    durability: Durability = Durability.FULL

    def tracker(self, run: Run) -> Tracker:
        """Return a tracker that is listened to."""
        if self.journal is None:
            return Tracker(TRAINING_JOB, listeners=[run.hear])
        # Who observes waits for the listener, so that its work is timed too.
        listener = Subscription(name="ledger", listener=run.hear, when_full="block")
        journal = Journal(self.journal, durability=self.durability)
        return Tracker(TRAINING_JOB, journal=journal, listeners=[listener])


@define
class Run:
    """How a run went.

    Attributes:
        ledger: What was told.
        answers: How many were delivered.
        seconds: How long that took.
        cpu: How much time of processors all threads took for it together.
        bytes_each: By how much the process grew for each job; None where nothing tells.
    """

    ledger: Ledger
    answers: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
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

    def deliver(self, answers: list[object], tracker: Tracker, way: Way) -> None:
        """Deliver answers, timed, and then compare what was told."""
        waiting = deque(answers)
        threads = [
            threading.Thread(target=_observe, args=(tracker, waiting, way.page))
            for _ in range(way.threads)
        ]
        begin, cpu = time.perf_counter(), time.process_time()
        if len(threads) == 1:
            _observe(tracker, waiting, way.page)
        else:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self._take_time(begin, cpu)
        self.answers += len(answers)
        self.compare()

    def close(self, tracker: Tracker) -> None:
        """Close the tracker, which is timed too, and compare what was told last."""
        begin, cpu = time.perf_counter(), time.process_time()
        tracker.close(timedelta(hours=1))
        self._take_time(begin, cpu)
        self.compare()

    def _take_time(self, begin: float, cpu: float) -> None:
        self.seconds += time.perf_counter() - begin
        self.cpu += time.process_time() - cpu

    def compare(self) -> None:
        """Compare what was told with what is true."""
        for event in self._heard[: (count := len(self._heard))]:
            self.ledger.take(event)
        del self._heard[:count]  # meanwhile more may have come

    def hear(self, event: Event) -> None:
        """Be the tracker's listener; several threads may call it, of different jobs."""
        self._heard.append(event)


def _observe(tracker: Tracker, waiting: deque[object], page: int) -> None:
    """Observe what waits, for as long as there is something."""
    observe, take = tracker.observe, waiting.popleft
    while waiting:
        try:
            if page == 1:
                observe(take())
            else:
                tracker.observe_all([take() for _ in range(min(page, len(waiting)))])
        except IndexError:  # another thread took the last one
            return


def run(fleet: Fleet, way: Way, progress: Progress = lambda _: None) -> Run:
    """Deliver every answer of a fleet to a tracker.

    Args:
        fleet: The fleet.
        way: How.
        progress: Told how many answers were delivered more.
    """
    deliveries = fleet.deliveries(way.copies, way.seed)
    done = Run(Ledger.of(fleet))
    tracker = way.tracker(done)
    gc.collect()
    before = _resident()
    size = _BATCH if way.threads == 1 else way.threads * _BATCH_EACH
    for begin in range(0, len(deliveries), size):
        batch = deliveries[begin : begin + size]
        answers = [fleet.answer(each, mapping=way.mapping) for each in batch]
        done.deliver(answers, tracker, way)
        progress(len(batch))
        del answers
    gc.collect()
    after = _resident()
    if before is not None and after is not None:
        done.bytes_each = (after - before) / fleet.jobs
    done.close(tracker)
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


def lines(fleet: Fleet, done: Run, way: Way) -> Iterator[str]:
    """Yield a table of how a run went, in Markdown."""
    yield "| what | measured | aim |"
    yield "|---|---|---|"
    yield f"| {_described(way)} | | |"
    yield f"| jobs, entries | {fleet.jobs:,}, {fleet.entries:,} | |"
    yield f"| answers, each {way.copies} times, shuffled | {done.answers:,} | |"
    for name, count in done.wrong.items():
        yield f"| {name} | {count:,} | 0, {'missed' if count else 'reached'} |"
    yield f"| changes told | {done.ledger.changes:,} | |"
    yield f"| answers a second of CPU time | {done.answers / done.cpu:,.0f} | |"
    yield f"| answers a second | {done.answers / done.seconds:,.0f} | |"
    if way.journal is not None:
        yield f"| durable entries a second | {fleet.entries / done.seconds:,.0f} | |"
    if done.bytes_each is not None:
        yield f"| bytes by which the process grew, a job | {done.bytes_each:,.0f} | |"


def _described(way: Way) -> str:
    kept = "no journal" if way.journal is None else f"a journal, {way.durability}"
    page = "one by one" if way.page == 1 else f"in pages of {way.page:,}"
    return f"{way.threads} threads, {page}, {kept}" if way.threads > 1 else f"{page}, {kept}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000, help="how many (default: 10,000)")
    parser.add_argument("--seed", type=int, default=2026, help="of lives and order")
    parser.add_argument("--copies", type=int, default=3, help="how often each answer comes")
    parser.add_argument("--mappings", action="store_true", help="deliver what boto3 gives")
    parser.add_argument("--threads", type=int, default=1, help="how many observe (default: 1)")
    parser.add_argument("--page", type=int, default=1, help="answers observed at once")
    parser.add_argument(
        "--journal",
        nargs="?",
        const="",
        metavar="FILE",
        help="keep it all in a journal; by default in a temporary folder",
    )
    parser.add_argument("--durability", choices=list(Durability), default=Durability.FULL)
    return parser.parse_args()


def main() -> int:
    """Run and print; return 1 if anything was told wrongly."""
    chosen = _options()
    fleet = Fleet(chosen.jobs, chosen.seed)
    with (
        tempfile.TemporaryDirectory(prefix="fleet-") as folder,
        bar(fleet.entries * chosen.copies, "answers") as progress,
    ):
        way = Way(
            copies=chosen.copies,
            seed=chosen.seed,
            mapping=chosen.mappings,
            threads=chosen.threads,
            page=chosen.page,
            journal=None if chosen.journal is None else Path(chosen.journal or f"{folder}/jobs.db"),
            durability=Durability(chosen.durability),
        )
        done = run(fleet, way, progress)
    print("\n".join(lines(fleet, done, way)))
    return int(any(done.wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
