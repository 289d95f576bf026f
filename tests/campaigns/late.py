"""A hundred thousand sets of late answers, each in four orders, tracked and held to the search.

Run it: `python -m tests.campaigns.late --count 100000 --jobs 2`. It ends with a line of figures,
and for each kind of fault says in how many sets it was found, and the smallest of them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from tests.support.answer_sets import answer_set
from tests.support.late_tracking import Fault, faults

if TYPE_CHECKING:
    from tests.support.answer_sets import AnswerSet

#: How many sets one process makes before it reports.
BATCH = 50
#: How many of each kind of fault are printed.
EXAMPLES = 3


def made_of(seed: int, number: int) -> AnswerSet:
    """Return one set, as the tracker can read it."""
    return answer_set(seed, number)


def judged(seed: int, number: int) -> tuple[int, int, bool, list[Fault]]:
    """Make and track one set; return its number, size, whether it is true, and its faults."""
    made = made_of(seed, number)
    return number, len(made.answers), made.truthful, faults(made)


def as_text(made: AnswerSet, fault: Fault) -> str:
    """Return a set and what was wrong with one order, for people."""
    lines = [f"set {made.name}, order {made.orders[fault.order]}, step {fault.step}: {fault.text}"]
    for number, answer in enumerate(made.answers):
        fields = {
            name: value
            for name, value in answer.document.items()
            if name not in {"TrainingJobName", "TrainingJobArn", "CreationTime"}
        }
        history = fields.pop("SecondaryStatusTransitions", None)
        words = [
            f"{name}={value:%H:%M:%S.%f}" if name == "LastModifiedTime" else f"{name}={value}"
            for name, value in fields.items()
        ]
        if history is not None:
            words.append(" > ".join(entry["Status"] for entry in history))
        bound = " from then on" if answer.lower_bound else ""
        lines.append(f"    {number} {answer.form}{bound}: {', '.join(words)}")
    return "\n".join(lines)


def main() -> int:
    """Make and track as many as asked for; return 1 if any is wrong."""
    parser = argparse.ArgumentParser(description="Track sets of late answers.")
    parser.add_argument("--count", type=int, default=100_000, help="how many sets")
    parser.add_argument("--seed", type=int, default=0, help="what they are made from")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    options = parser.parse_args()
    begun = time.monotonic()
    truthful = wrong = 0
    kinds: Counter[str] = Counter()
    smallest: dict[str, list[tuple[int, int, Fault]]] = {}
    with multiprocessing.Pool(options.jobs) as pool:
        work = partial(judged, options.seed)
        done = pool.imap_unordered(work, range(options.count), BATCH)
        for count, (number, size, true, found) in enumerate(done, start=1):
            truthful += true
            wrong += bool(found)
            firsts = {fault.kind: fault for fault in reversed(found)}
            kinds.update(firsts.keys())
            if found:
                sys.stderr.write(f"set {number} is wrong: {', '.join(firsts)}\n")
            for kind, fault in firsts.items():
                examples = smallest.setdefault(kind, [])
                examples.append((size, number, fault))
                examples.sort()
                del examples[EXAMPLES:]
            if count % 5_000 == 0:
                sys.stderr.write(
                    f"{count:,} sets, {wrong:,} wrong, {time.monotonic() - begun:.0f} s\n"
                )
    lines = []
    for kind, examples in sorted(smallest.items()):
        lines.append(f"{kind}, in {kinds[kind]:,} sets:")
        lines += [
            f"  {as_text(made_of(options.seed, number), fault)}" for _, number, fault in examples
        ]
    lines.append(
        f"{options.count:,} sets ({truthful:,} truthful) in 4 orders each,"
        f" {time.monotonic() - begun:.0f} s: {wrong:,} wrong {dict(kinds.most_common()) or ''}"
    )
    print(*lines, sep="\n")  # noqa: T201 - a program that prints
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
