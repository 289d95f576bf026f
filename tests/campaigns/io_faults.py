"""Every operation of a journal failing, one after the other, in every way: nothing may be lost.

Run it: `python -m tests.campaigns.io_faults --jobs 2`, some minutes. Each kind of fault comes at
the first operation that can fail so, at the second, … until a whole run does not come to it: once,
and from then on. `--only 'write: disk full' --number 17` makes those two runs again.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.campaigns.io_fault import KINDS, Kind, Outcome, run

#: After so many seconds a run hangs.
_LIMIT = 300


class Tally(NamedTuple):
    """What came of one kind of fault.

    Attributes:
        name: Which kind, and whether it lasts.
        points: How many operations failed so.
        raised: How many errors were raised.
        repeated: How many events were told again.
        faults: What must not be.
    """

    name: str
    points: int
    raised: int
    repeated: int
    faults: list[str]


def one(kind: Kind, number: int, *, lasting: bool) -> Outcome:
    """Make a run of its own."""
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    try:
        with TemporaryDirectory() as folder:
            return run(Path(folder) / "jobs.db", kind, number, lasting=lasting)
    finally:
        faulthandler.cancel_dump_traceback_later()


def tally(which: tuple[Kind, bool], first: int = 1, every: int = 1) -> Tally:
    """Let one operation after the other fail, until there are no more."""
    kind, lasting = which
    totals: Counter[str] = Counter()
    faults: list[str] = []
    for number in count(first, every):
        outcome = one(kind, number, lasting=lasting)
        if not outcome.hit:
            break
        totals.update(points=1, raised=len(outcome.raised), repeated=outcome.repeated)
        faults += [f"{kind.name}, number {number}: {each}" for each in outcome.faults]
    name = f"{kind.name}{', lasting' if lasting else ''}"
    return Tally(name, totals["points"], totals["raised"], totals["repeated"], faults)


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201 - a program that prints


def main() -> int:
    """Let everything fail; return 1 if anything was wrong then."""
    parser = argparse.ArgumentParser(description="Let a journal's operations fail.")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--every", type=int, default=1, help="only every so many operations")
    parser.add_argument("--only", choices=[kind.name for kind in KINDS], help="one kind of fault")
    parser.add_argument("--number", type=int, help="only this operation")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if options.only in {None, kind.name}]
    first = options.number or 1
    every = 1 << 40 if options.number else options.every
    tallies = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for each in pool.map(
            partial(tally, first=first, every=every), product(kinds, (False, True))
        ):
            tallies.append(each)
            _say(
                *each.faults,
                f"| {each.name} | {each.points:,} | {each.raised:,} | {each.repeated:,} |",
            )
    wrong = sum(len(each.faults) for each in tallies)
    _say(f"{sum(each.points for each in tallies):,} operations failed: {wrong:,} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
