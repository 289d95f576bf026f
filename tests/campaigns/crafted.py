"""Ten thousand crafted and damaged journals, and what becomes of each: an error or the truth.

A mutator (`crafted_files`) changes golden files: bits, bytes, pages, fields of the header, single
values, rows, tables, the files beside. Each is opened by readers, by `jobstate history` and by a
tracker, in a process that may take five seconds for each way; what is told is held to the rows
(`crafted_verdict`, which says what is excused, and why)::

    python -m tests.campaigns.crafted --count 10000 --jobs 2

A mutant is made from a seed and its number alone, so each fault names the command that makes it
again; it is kept in a folder, too. Exit code 1 if there was any fault.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, define

from tests.campaigns.crafted_files import golden, mutant
from tests.campaigns.crafted_verdict import Judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

#: How many seconds a way may take.
LIMIT: Final = 5.0
#: How many seconds a process has to begin, and to make a file, however busy the machine is.
_PATIENCE: Final = 120.0
#: How often progress is reported, in seconds.
_BETWEEN: Final = 10.0
#: How many faults are printed.
_SHOWN: Final = 20
_OUTSIDE: Final = "making it"


@define
class Tally:
    """What came of some files.

    Attributes:
        files: How many there were.
        outcomes: How each way of each ended.
        faults: Number, what was done to the file, what was wrong.
        slowest: The most seconds that a way took.
    """

    files: int = 0
    outcomes: Counter[str] = Factory(Counter)
    faults: list[tuple[int, str, str]] = Factory(list)
    slowest: float = 0.0


def work(end: Connection, folders: list[Path], seed: int) -> None:
    """Open the mutants whose numbers come, in this process, until there is none."""
    while (number := end.recv()) is not None:
        with tempfile.TemporaryDirectory(prefix="crafted-") as folder:
            made = mutant(folders, Path(folder), seed, number)
            end.send(("file", made.what))
            judge = Judge(made.path, lambda name: end.send(("way", name)))
            verdict = judge.run()
        end.send(("end", verdict))


class Supervisor:
    """A process that opens files, and its watch."""

    def __init__(self, folders: list[Path], seed: int) -> None:
        """Start the process."""
        self._folders = folders
        self._seed = seed
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._end, other = context.Pipe()
        arguments = (other, self._folders, self._seed)
        self._process = context.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        other.close()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()

    def run(self, number: int, tally: Tally) -> None:
        """Have the mutant of a number opened, and note what came of it."""
        tally.files += 1
        way, what, began = _OUTSIDE, "", time.monotonic()
        with suppress(ConnectionError):  # a process that has died is told of below
            self._end.send(number)
        while True:
            limit = _PATIENCE if way == _OUTSIDE else LIMIT
            try:
                came = self._end.recv() if self._end.poll(limit) else ("late", "")
            except (EOFError, ConnectionError):
                came = ("dead", "")
            kind: str = came[0]
            said: Any = came[1]
            if kind in {"late", "dead"}:
                tally.faults.append((number, what, f"{way}: {kind} after at most {limit:.0f} s"))
                self.stop()
                self._start()
                return
            if way != _OUTSIDE:
                tally.slowest = max(tally.slowest, time.monotonic() - began)
            began = time.monotonic()
            if kind == "end":
                tally.outcomes += said.outcomes
                tally.faults += [(number, what, fault) for fault in said.faults]
                return
            if kind == "file":
                what = said
            else:
                way = said


def campaign(numbers: Iterator[int], seed: int, jobs: int, folders: list[Path]) -> Tally:
    """Open the mutants of some numbers, several at once."""
    tally, lock = Tally(), threading.Lock()

    def some() -> None:
        supervisor = Supervisor(folders, seed)
        try:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                supervisor.run(number, tally)
        finally:
            supervisor.stop()

    threads = [threading.Thread(target=some, daemon=True) for _ in range(jobs)]
    for each in threads:
        each.start()
    told, shown = time.monotonic(), 0
    while any(each.is_alive() for each in threads):
        threads[0].join(0.1) if threads[0].is_alive() else time.sleep(0.1)
        if time.monotonic() > told + _BETWEEN:
            told = time.monotonic()
            print(f"{tally.files:,} files, {len(tally.faults)} faults", file=sys.stderr, flush=True)
            for number, _, fault in tally.faults[shown:][:_SHOWN]:
                print(f"  {number}: {fault!a:.200}", file=sys.stderr, flush=True)
            shown = len(tally.faults)
    return tally


def lines(tally: Tally, seed: int, keep: Path) -> Iterator[str]:
    """Yield what came of them."""
    for number, what, fault in sorted(tally.faults)[:_SHOWN]:
        again = f"python -m tests.campaigns.crafted --seed {seed} --only {number}"
        yield f"{again}  # {what!a:.200}: {fault!a:.600}"
    if tally.faults:
        yield f"the files are in {keep}"
    ended = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.outcomes.items()))
    yield (
        f"seed {seed}: {tally.files:,} files, {len(tally.faults)} faults;"
        f" slowest way {tally.slowest:.1f} s; {ended}"
    )


def main() -> int:
    """Open as many as asked for; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="Open crafted journals, see what is told.")
    parser.add_argument("--count", type=int, default=10_000, help="how many files")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--seed", type=int, default=2026, help="what they are made from")
    parser.add_argument("--only", type=int, help="only the one of that number")
    parser.add_argument("--keep", type=Path, help="where files with faults are kept")
    options = parser.parse_args()
    numbers = range(options.count) if options.only is None else [options.only]
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        folders = golden(Path(folder))
        tally = campaign(iter(numbers), options.seed, options.jobs, folders)
        keep = options.keep or Path(tempfile.gettempdir()) / "crafted-faults"
        for number in sorted({each[0] for each in tally.faults})[:_SHOWN]:
            place = keep / f"{options.seed}-{number}"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            mutant(folders, place, options.seed, number)
    print(*lines(tally, options.seed, keep), sep="\n")
    return int(bool(tally.faults))


if __name__ == "__main__":
    sys.exit(main())
