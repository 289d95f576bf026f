"""Ten thousand illegal series, judged by `check` and by the oracle: each breaks what it announces.

Run it: `python -m tests.campaigns.illegal --count 10000 --jobs 2`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
from collections import Counter
from functools import partial

from jobstate import check
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing.illegal.illegal import Illegal, spoiler_of
from tests.support import oracle
from tests.support.printed import printed

#: What the oracle does not tell apart: it knows only whether some life explains what was shown.
ABOUT_LIVES = oracle.ABOUT_LIVES


def faults(illegal: Illegal) -> list[str]:
    """Return what the two judges say that they must not, of a series that breaks a rule."""
    rule = TRAINING_JOB.rule(illegal.rule)
    report = check(TRAINING_JOB, illegal.answers)
    verdict = oracle.verdict([printed(answer) for answer in illegal.answers])
    found = []
    if rule.id not in {each.rule for each in report.violations}:
        found.append("check does not fire")
    if rule.id in ABOUT_LIVES and verdict.explained:
        found.append("the oracle finds a life that explains it")
    if rule.id not in ABOUT_LIVES and rule.id not in verdict.rules:
        found.append("the oracle does not fire")
    if report.legal is not verdict.legal:
        found.append(f"the judges differ: legal is {report.legal}, and {verdict.legal}")
    if report.legal and rule.severity == "error":
        found.append("it passes for legal")
    return found


def made(seed: int, number: int) -> Illegal | None:
    """Return one illegal series; rules take turns. None where the lives drawn can't break one."""
    spoiler = spoiler_of(TRAINING_JOB)
    chance = random.Random(f"{seed} {number}")
    rule = TRAINING_JOB.rules[number % len(TRAINING_JOB.rules)].id
    return next(filter(None, (spoiler.spoil(rule, chance.choice) for _ in range(10))), None)


def judged(seed: int, number: int) -> tuple[int, list[str]]:
    """Make and judge one; return its number and what is wrong."""
    illegal = made(seed, number)
    return number, ["no series was found"] if illegal is None else faults(illegal)


def main() -> int:
    """Make and judge as many as asked for; return 1 if any is wrong."""
    parser = argparse.ArgumentParser(description="Judge generated illegal series twice.")
    parser.add_argument("--count", type=int, default=10_000, help="how many series")
    parser.add_argument("--seed", type=int, default=0, help="what they are made from")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    options = parser.parse_args()
    with multiprocessing.Pool(options.jobs) as pool:
        work = partial(judged, options.seed)
        wrong = [each for each in pool.imap_unordered(work, range(options.count), 50) if each[1]]
    lines = [f"{number} {found}\n  {made(options.seed, number)}" for number, found in wrong[:20]]
    kinds = Counter(each for _, found in wrong for each in found)
    count = f"{options.count:,} illegal series of {len(TRAINING_JOB.rules)} rules"
    lines.append(f"{count}: {len(wrong):,} wrong {dict(kinds) or ''}")
    print(*lines, sep="\n")  # noqa: T201 - a program that prints
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
