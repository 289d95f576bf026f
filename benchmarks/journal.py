"""A journal: how many transitions a second are there for good, and how long does a restart take?

``python benchmarks/journal.py`` lets threads observe one answer after the other, and pages of 100,
of jobs that nobody has heard of. Each answer is a transition: a described job has one entry more
and has changed, an item of a list has changed. Beside it stands what plain sqlite3 takes for the
rows of described jobs, and the disk alone (`floor`).
Then a listener is down for many jobs, which the tracker has forgotten besides: what does that cost
whoever observes or asks how it is, and how fast does the listener hear all of it once it is mended
(`parked`)?
Then it builds a journal with a million transitions and opens it, in processes of their own, as a
tracker has closed it and as one has left it that was killed. Imports the tracker and the lives.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import timeit
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

import floor
from bars import Progress, bar
from jobstate import Event, Observation, Retry, Subscription, Tracker
from jobstate.journal import Durability, Journal
from jobstate.sagemaker import TRAINING_JOB
from lives import Life, unheard_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: How many threads observe, how many answers each in one call, and what the answers are.
WAYS: Final = (
    (1, 1, "described"),
    (8, 1, "described"),
    (32, 1, "described"),
    (128, 1, "described"),
    (128, 1, "items of lists"),
    (1, 100, "items of lists"),
    (8, 100, "items of lists"),
    (1, 100, "described"),
    (8, 100, "described"),
)
#: How many transitions plain sqlite3 puts down in a transaction.
AT_ONCE: Final = (1, 100, 1_000)
#: How many transitions a second should be there for good.
_AIM: Final = 10_000
#: How many deliveries a second there should be once a listener is mended.
_UNPARKED: Final = 2_000
#: How long it should take to ask how subscriptions are, in seconds.
_ASKED: Final = 0.001
#: How many seconds a restart with a million transitions should take.
_RESTART: Final = 3.0
#: How many jobs are observed at once where a large journal is made.
_BUILT_AT_ONCE: Final = 1_000


@frozen
class Pace:
    """How fast something went.

    Attributes:
        name: What.
        count: How many transitions.
        seconds: How long they took.
        cpu: How much time of processors that took.
    """

    name: str
    count: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Transitions a second."""
        return self.count / self.seconds


def paced(name: str, count: int, run: Callable[[], object]) -> Pace:
    """Return how fast something goes."""
    begin, cpu = time.perf_counter(), time.process_time()
    run()
    return Pace(name, count, time.perf_counter() - begin, time.process_time() - cpu)


# --- Transitions ----------------------------------------------------------------------------------


def transitions(count: int, form: str) -> list[list[Observation]]:
    """Return answers about jobs that nobody has heard of, each job's in order, one an entry."""
    lives = unheard_of(-(-count // Life.usual(0).count))
    read = TRAINING_JOB.reader
    assert read is not None
    if form == "described":
        return [[life.observation(n + 1) for n in range(life.count)] for life in lives]
    return [[read.read(life.item(n + 1)) for n in range(life.count)] for life in lives]


def observed(path: Path, way: tuple[int, int, str], count: int) -> Pace:
    """Let threads observe, each its own jobs, with a journal that waits for the disk."""
    threads, page, form = way
    histories = transitions(count, form)
    parts = [_shuffled_in_order(histories[place::threads], page) for place in range(threads)]
    tracker = Tracker(TRAINING_JOB, journal=Journal(path, durability=Durability.FULL))
    total = sum(map(len, histories))
    many = f"{threads} thread{'s' if threads > 1 else ''}"
    name = f"{form}, {many}, {'one by one' if page == 1 else f'pages of {page}'}"
    pace = paced(name, total, lambda: _together(tracker, parts, page))
    tracker.close()
    return pace


def _shuffled_in_order(histories: list[list[Observation]], page: int) -> list[Observation]:
    """Return answers as polls bring them: of as many jobs at a time as a page has."""
    found: list[Observation] = []
    for begin in range(0, len(histories), page):
        for polled in zip(*histories[begin : begin + page], strict=True):
            found += polled
    return found


def _together(tracker: Tracker, parts: list[list[Observation]], page: int) -> None:
    threads = [threading.Thread(target=_observe, args=(tracker, part, page)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _observe(tracker: Tracker, answers: list[Observation], page: int) -> None:
    if page == 1:
        for answer in answers:
            tracker.observe(answer)
        return
    for begin in range(0, len(answers), page):
        tracker.observe_all(answers[begin : begin + page])


def paces(folder: Path, seconds: float, progress: Progress) -> Iterator[Pace]:
    """Measure each way, for some seconds each; then the floor, with the rows of one of them."""
    for number, way in enumerate(WAYS):
        threads, page, _ = way
        few = max(20, threads * page)
        trial = observed(folder / f"trial-{number}.db", way, few)
        count = max(few, int(trial.rate * seconds))
        yield observed(folder / f"{number}.db", way, count)
        progress(1)
    rows = floor.rows_of(folder / f"{len(WAYS) - 1}.db")
    for at_once in AT_ONCE:
        some = rows[: max(20, len(rows) // (1 if at_once > 1 else 20))]
        path = folder / f"floor-{at_once}.db"
        name = f"floor: plain sqlite3, {at_once:,} in a transaction"
        yield paced(name, len(some), lambda: floor.put_down(path, some, at_once))  # noqa: B023 - at once
        progress(1)


# --- A listener that was down ---------------------------------------------------------------------


def parked_lines(folder: Path, count: int, answers: int) -> Iterator[str]:
    """Yield a table of what it costs that many jobs are parked, in Markdown."""
    down = [True]

    def listener(event: Event) -> None:
        del event
        if down:
            raise RuntimeError("down")

    moment = timedelta(milliseconds=1)
    retry = Retry(attempts=1, first=moment, longest=moment)
    pager = Subscription(name="pager", listener=listener, retry=retry)

    def begun(name: str, durability: Durability) -> Tracker:
        journal = Journal(folder / name, durability=durability)
        return Tracker(TRAINING_JOB, journal=journal, listeners=[pager])

    logging.getLogger("jobstate").setLevel(logging.CRITICAL)  # each of them is an error
    with begun("parked.db", Durability.NORMAL) as tracker:
        lives = unheard_of(count)
        tracker.observe_all([life.observation(life.count) for life in lives])
        while len(tracker.progress()[0].parked) < count:
            time.sleep(0.1)
        for job in list(tracker):
            tracker.forget(job.key)
    down.clear()
    # In turn, so that what else the machine does is in both.
    usual, other = begun("usual.db", Durability.FULL), begun("parked.db", Durability.FULL)
    times: tuple[list[float], list[float]] = ([], [])
    for life in unheard_of(answers):
        for tracker, found in zip((usual, other), times, strict=True):
            begin = time.perf_counter()
            tracker.observe(life.observation(life.count))
            found.append(time.perf_counter() - begin)
    usual.close()
    asked = min(timeit.repeat(other.progress, number=10)) / 10
    before, begin = other.progress()[0].delivered, time.perf_counter()
    other.unpark("pager")
    while (status := other.progress()[0]).parked or not status.idle:
        time.sleep(0.01)
    rate = (status.delivered - before) / (time.perf_counter() - begin)
    other.close()
    plain, slow = (sorted(each)[len(each) * 99 // 100] for each in times)
    reached = "reached" if slow <= 2 * plain else "missed"
    yield f"| {count:,} jobs parked and forgotten | measured | aim |"
    yield "|---|---|---|"
    yield f"| observe, 99th percentile of {answers:,} | {slow * 1e3:.1f} ms | |"
    yield f"| the same to that with none parked | {slow / plain:.2f}× | ≤ 2×, {reached} |"
    reached = "reached" if asked <= _ASKED else "missed"
    yield f"| progress(), what is parked included | {asked * 1e6:.0f} µs | ≤ 1 ms, {reached} |"
    reached = "reached" if rate >= _UNPARKED else "missed"
    yield f"| deliveries a second once unparked | {rate:,.0f} | ≥ {_UNPARKED:,}, {reached} |"


# --- A restart ------------------------------------------------------------------------------------


def build(path: Path, count: int, progress: Progress) -> None:
    """Make a journal with so many transitions, of jobs that have ended."""
    each = Life.usual(0).count
    with Tracker(TRAINING_JOB, journal=Journal(path, durability=Durability.NORMAL)) as tracker:
        for begin in range(0, count, each * _BUILT_AT_ONCE):
            lives = unheard_of(min(_BUILT_AT_ONCE, -(-(count - begin) // each)))
            tracker.observe_all([life.observation(life.count) for life in lives])
            progress(each * len(lives))


def restart(path: Path, *, close: bool) -> None:
    """Begin with a journal, print how that went as JSON, and close it or end as if killed."""
    before = _resident()
    begin, cpu = time.perf_counter(), time.process_time()
    tracker = Tracker(TRAINING_JOB, journal=Journal(path))
    told = {
        "seconds": time.perf_counter() - begin,
        "cpu": time.process_time() - cpu,
        "jobs": len(tracker),
        "bytes": _resident() - before,
    }
    print(json.dumps(told), flush=True)
    if not close:
        os._exit(0)
    tracker.close()


def _resident() -> int:
    """Return how many bytes of memory the process has; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _restarted(path: Path, end: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--restart", str(path), "--end", end]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    found: dict[str, float] = json.loads(done.stdout)
    return found


def restarts(path: Path, times: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Measure restarts, the fastest of some each: of a journal that was closed, and was not."""
    clean = [_restarted(path, "close") for _ in range(times)]
    yield "closed in order", min(clean, key=lambda each: each["seconds"])
    _restarted(path, "kill")
    crashed = [_restarted(path, "kill") for _ in range(times)]
    yield "killed, so it is checked", min(crashed, key=lambda each: each["seconds"])


# --- The program ----------------------------------------------------------------------------------


def pace_lines(found: list[Pace], sync: float) -> Iterator[str]:
    """Yield a table of the paces, in Markdown."""
    base = next(each for each in found if each.name.startswith("floor") and " 1 in" in each.name)
    yield "| what | transitions a second | CPU time of one | to one commit each | aim |"
    yield "|---|---|---|---|---|"
    for each in found:
        # What one thread reaches that waits for each commit is up to the disk.
        aimed = not each.name.startswith("floor") and "1 thread, one" not in each.name
        aim = f"≥ {_AIM:,}, {'reached' if each.rate >= _AIM else 'missed'}" if aimed else ""
        cpu = f"{each.cpu / each.count * 1e6:,.0f} µs"
        yield f"| {each.name} | {each.rate:,.0f} | {cpu} | {each.rate / base.rate:,.1f}× | {aim} |"
    yield f"| floor: the disk alone, one fsync each | {1 / sync:,.0f} | | | |"


def restart_lines(
    count: int, size: int, found: list[tuple[str, dict[str, float]]]
) -> Iterator[str]:
    """Yield a table of the restarts, in Markdown."""
    yield f"| a restart with {count:,} transitions, {size / 1e6:,.0f} MB | measured | aim |"
    yield "|---|---|---|"
    for name, told in found:
        reached = "reached" if told["seconds"] <= _RESTART else "missed"
        aim = f"≤ {_RESTART:g} s, {reached}"
        yield f"| {name} | {told['seconds']:.2f} s | {aim} |"
        yield f"| of that CPU time | {told['cpu']:.2f} s | |"
        yield f"| bytes by which the process grew, a job | {told['bytes'] / told['jobs']:,.0f} | |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each way (3)")
    parser.add_argument("--transitions", type=int, default=1_000_000, help="of the restart")
    parser.add_argument("--parked", type=int, default=20_000, help="jobs of which nobody heard")
    parser.add_argument("--times", type=int, default=3, help="restarts of each kind (3)")
    parser.add_argument("--folder", type=Path, help="where the files are made (temporary)")
    parser.add_argument("--restart", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--end", choices=["close", "kill"], help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    chosen = _options()
    if chosen.restart is not None:
        restart(chosen.restart, close=chosen.end == "close")
        return
    with tempfile.TemporaryDirectory(prefix="journal-", dir=chosen.folder) as name:
        folder = Path(name)
        sync = floor.sync_time(folder, 200)
        with bar(len(WAYS) + len(AT_ONCE), "ways") as progress:
            found = list(paces(folder, chosen.seconds, progress))
        print("\n".join(pace_lines(found, sync)))
        print("", *parked_lines(folder, chosen.parked, max(100, chosen.parked // 10)), sep="\n")
        path = folder / "large.db"
        with bar(chosen.transitions, "transitions") as progress:
            build(path, chosen.transitions, progress)
        size = path.stat().st_size
        lines = restart_lines(chosen.transitions, size, list(restarts(path, chosen.times)))
        print("", *lines, sep="\n")


if __name__ == "__main__":
    main()
