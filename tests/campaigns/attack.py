"""Inputs by the million: made from a seed and a number, judged, counted; failures are kept.

An `Attack` is one campaign of the kind. Each failure names the command that makes its input again.
"""

from __future__ import annotations

import argparse
import base64
import json
import multiprocessing
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: How many inputs are made and judged between two reports of progress.
BATCH = 5_000


class Failure(NamedTuple):
    """An input that broke the promise.

    Attributes:
        seed: What it was made from.
        number: And which it was.
        error: What happened.
        given: The input: bytes in base64, or a value as Python prints it.
        campaign: The module that made it.
    """

    seed: int
    number: int
    error: str
    given: str
    campaign: str

    def __str__(self) -> str:
        again = f"python -m tests.campaigns.{self.campaign} --seed {self.seed} --only {self.number}"
        return f"{again}  # {self.error}"


class Tally(NamedTuple):
    """What came of some inputs.

    Attributes:
        outcomes: How many ended how.
        failures: Those that broke the promise.
        slowest: The most seconds that one took.
    """

    outcomes: Counter[str]
    failures: list[Failure]
    slowest: float


class Attack(NamedTuple):
    """A campaign.

    Attributes:
        module: Its module.
        noun: What its inputs are called.
        made: Returns the input of a seed and a number.
        judged: Returns in a word what becomes of an input; what it raises is a failure.
    """

    module: str
    noun: str
    made: Callable[[int, int], object]
    judged: Callable[..., str]

    def attempt(self, seed: int, number: int) -> str | Failure:
        """Make one input and judge it; return how it ended."""
        given = self.made(seed, number)
        try:
            return self.judged(given)
        except Exception as error:  # noqa: BLE001 - any that escapes is what we are looking for
            said = f"{type(error).__name__}: {str(error)[:200]!r}"
            return Failure(seed, number, said, printed(given), self.module)

    def run(self, seed: int, numbers: Iterable[int]) -> Tally:
        """Make and judge the inputs of some numbers."""
        outcomes: Counter[str] = Counter()
        failures: list[Failure] = []
        slowest = 0.0
        for number in numbers:
            began = time.perf_counter()
            outcome = self.attempt(seed, number)
            slowest = max(slowest, time.perf_counter() - began)
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                outcomes[outcome] += 1
        return Tally(outcomes, failures, slowest)

    def described(self, tally: Tally) -> str:
        """Return what came of a run, in a line."""
        count = sum(tally.outcomes.values()) + len(tally.failures)
        how = ", ".join(f"{number:,} {outcome}" for outcome, number in tally.outcomes.most_common())
        failed = f"{len(tally.failures):,} FAILED" if tally.failures else "none failed"
        return f"{count:,} {self.noun}: {how}; {failed}; the slowest took {tally.slowest:.2f} s"

    def main(self, description: str) -> int:
        """Run as many as the command line asks for; return 1 if any failed."""
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--count", type=int, default=100_000, help="how many inputs")
        parser.add_argument("--seed", type=int, default=0, help="what they are made from")
        parser.add_argument("--jobs", type=int, default=1, help="how many processes")
        parser.add_argument("--only", type=int, help="make and judge just this one")
        kept = f"{self.module}-failures.jsonl"
        parser.add_argument("--failures", default=kept, help="where they are kept")
        options = parser.parse_args()
        if options.only is not None:
            print(self.judged(self.made(options.seed, options.only)))
            return 0
        batches = [
            range(start, min(start + BATCH, options.count))
            for start in range(0, options.count, BATCH)
        ]
        with multiprocessing.Pool(options.jobs) as pool:
            found = pool.imap_unordered(partial(self.run, options.seed), batches)
            tally = together(_watched(found, options.count, Path(options.failures)))
        print(self.described(tally))
        return 1 if tally.failures else 0


def printed(given: object) -> str:
    """Return an input as a failure keeps it."""
    if isinstance(given, bytes):
        return base64.b64encode(given).decode()
    try:
        return ascii(given)
    except Exception as error:  # noqa: BLE001 - too deep or too large a number to be printed
        return f"not to be printed: {type(error).__name__}"


def together(tallies: Iterable[Tally]) -> Tally:
    """Return what came of several runs."""
    outcomes: Counter[str] = Counter()
    failures: list[Failure] = []
    slowest = 0.0
    for tally in tallies:
        outcomes += tally.outcomes
        failures += tally.failures
        slowest = max(slowest, tally.slowest)
    return Tally(outcomes, failures, slowest)


def _watched(found: Iterable[Tally], count: int, kept: Path) -> Iterator[Tally]:
    """Pass tallies on, with a line of progress, and keep the failures."""
    began = time.monotonic()
    done = failed = 0
    for tally in found:
        done += sum(tally.outcomes.values()) + len(tally.failures)
        failed += len(tally.failures)
        rate = done / (time.monotonic() - began)
        line = f"\r{done:,} of {count:,} ({done / count:.0%}), {rate:,.0f}/s, {failed:,} failed "
        print(line, end="" if done < count else "\n", file=sys.stderr, flush=True)
        if tally.failures:
            with kept.open("a", encoding="utf-8") as lines:
                lines.writelines(f"{json.dumps(each._asdict())}\n" for each in tally.failures)
            print(*tally.failures, sep="\n")
        yield tally
