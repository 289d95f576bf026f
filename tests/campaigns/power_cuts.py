"""A thousand power cuts, and what was left after each: nothing may be lost, nothing told wrongly.

Run it: `python -m tests.campaigns.power_cuts --count 1000 --jobs 2`, some minutes; `--durability`
says of which kind, by default of both, and `--failing` that the listener fails now and then. A cut
that went wrong is made again by its number: `--only`.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from jobstate.journal import Durability
from tests.campaigns.power_cut import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.campaigns.power_cut import Verdict

#: After so many seconds a run hangs.
_LIMIT = 300
#: How many runs a process makes at a time.
_CHUNK = 10


def one(durability: str, failing: bool, number: int) -> tuple[int, Verdict]:  # noqa: FBT001 - mapped
    """Make a run of its own, and judge it."""
    logging.getLogger("jobstate").setLevel(logging.CRITICAL + 1)
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    try:
        with TemporaryDirectory() as folder:
            return number, cut(Path(folder), number, durability, failing=failing)
    finally:
        faulthandler.cancel_dump_traceback_later()


def campaign(durability: str, numbers: Iterable[int], jobs: int, *, failing: bool) -> int:
    """Make runs and print what came of them; return how many went wrong."""
    verdicts: list[Verdict] = []
    with ProcessPoolExecutor(jobs) as pool:
        run = partial(one, durability, failing)
        for number, verdict in pool.map(run, numbers, chunksize=_CHUNK):
            verdicts.append(verdict)
            for fault in verdict.faults:
                how = f"--durability {durability}{' --failing' if failing else ''}"
                _say(f"cut {number}, {how}, {verdict.during}: {fault}")
            if len(verdicts) % 100 == 0:
                _say(f"{durability}: {len(verdicts):,} cuts")
    _report(durability, verdicts)
    return sum(bool(each.faults) for each in verdicts)


def _report(durability: str, verdicts: list[Verdict]) -> None:
    wrong = sum(bool(each.faults) for each in verdicts)
    answers = sum(each.answers for each in verdicts)
    forgotten = sum(each.forgotten for each in verdicts)
    _say(
        f"| {durability} | {len(verdicts):,} cuts | {answers:,} answers acknowledged before them"
        f" | {forgotten:,} transactions gone that had returned"
        f" | {sum(each.held for each in verdicts):,} jobs held | {wrong:,} cuts with a fault |"
    )
    during = Counter(each.during for each in verdicts)
    _say(*(f"    {count:5,} at: {what}" for what, count in during.most_common()))


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201 - a program that prints


def main() -> int:
    """Make as many runs as asked for; return 1 if any went wrong."""
    parser = argparse.ArgumentParser(description="Cut the power of trackers with a journal.")
    parser.add_argument("--count", type=int, default=1_000, help="how many cuts of each kind")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--only", type=int, help="the number of the only one")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--durability", choices=list(Durability), help="the journals'")
    parser.add_argument("--failing", action="store_true", help="let the listener fail")
    options = parser.parse_args()
    first, count = options.first, options.count
    if options.only is not None:
        first, count = options.only, 1
    kinds = [options.durability] if options.durability else list(Durability)
    numbers = range(first, first + count)
    wrong = sum(
        campaign(str(kind), numbers, options.jobs, failing=options.failing) for kind in kinds
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
