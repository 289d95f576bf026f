"""Ten thousand generated lives, judged by `check` and by the oracle: each is legal to both.

Run it: `python -m tests.campaigns.lives --count 10000 --jobs 2`, about two minutes. It also says
how many of the life cycle's edges the lives have taken.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import given, seed, settings

from jobstate import check
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import lives
from tests.support import oracle
from tests.support.printed import printed

if TYPE_CHECKING:
    from jobstate.model.life import Life

#: How many lives one process makes before it reports.
BATCH = 500


def faults(life: Life) -> list[str]:
    """Return what the two judges say that they must not, of a life as each form shows it."""
    found = []
    for form in ("describe", "list", "event"):
        answers: list[Any] = [life.at(time, form) for time in life.changes]
        report = check(TRAINING_JOB, answers)
        verdict = oracle.verdict([printed(answer) for answer in answers])
        found += [f"{form}, check: {each.rule}" for each in report.violations]
        found += [f"{form}, the oracle: {rule}" for rule in sorted(verdict.rules)]
        found += [] if verdict.explained else [f"{form}, the oracle: no life explains it"]
    return found


def judged(start: int, number: int) -> tuple[list[str], set[tuple[str, str]]]:
    """Make and judge a batch; return what is wrong, and which edges were taken."""
    wrong: list[str] = []
    taken: set[tuple[str, str]] = set()

    @seed(f"{start} {number}")
    @settings(max_examples=BATCH, database=None, deadline=None)
    @given(lives())
    def judge(life: Life) -> None:
        wrong.extend(f"{life}: {fault}" for fault in faults(life))
        taken.update(pairwise(stay.state for stay in life.stays))

    judge()
    return wrong, taken


def main() -> int:
    """Make and judge as many as asked for; return 1 if any is wrong."""
    parser = argparse.ArgumentParser(description="Judge generated lives twice.")
    parser.add_argument("--count", type=int, default=10_000, help="how many lives")
    parser.add_argument("--seed", type=int, default=0, help="what they are made from")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    options = parser.parse_args()
    wrong: Counter[str] = Counter()
    taken: set[tuple[str, str]] = set()
    batches = -(-options.count // BATCH)
    with multiprocessing.Pool(options.jobs) as pool:
        for faulty, seen in pool.imap_unordered(partial(judged, options.seed), range(batches)):
            wrong.update(faulty)
            taken |= seen
    edges = {(edge.origin, edge.target) for edge in TRAINING_JOB.regions[0].edges}
    lines = list(wrong)[:20]
    lines.append(
        f"{batches * BATCH:,} lives: {len(wrong):,} wrong; {len(taken)} of {len(edges)} edges"
    )
    print(*lines, sep="\n")  # noqa: T201 - a program that prints
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
