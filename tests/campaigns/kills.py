"""Thousands of kills: a tracker with a journal ends at any moment, and nothing is lost.

Run it: `python -m tests.campaigns.kills --count 10000 --jobs 2`, some twenty minutes. It prints
where the kills hit, and how often each listener was told what it had heard; the exit code is 1 if
anything was lost, told again too often or out of order. Each story (`kill_story`) has a seed of its
own, but no two runs of it are the same: when a process is killed is up to the machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.campaigns import killed, killed_faults
from tests.campaigns.kill_story import Found, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many kills there are in a story.
_KILLS: Final = 10
#: What is counted even where there is none of it.
_KINDS: Final = (
    "acknowledged and not kept",
    "damaged",
    "lost",
    "never said",
    "number used twice",
    "out of order",
    "told again",
    "told and not kept",
)
#: How many faults are printed.
_SHOWN: Final = 20


def story(seed: int, fault: str, part: tuple[int, int]) -> Found:
    """Run one story in a folder of its own.

    Args:
        seed: Of all stories.
        fault: What is wrong with the processes, by intent.
        part: Which story it is, and how many kills it has.
    """
    number, kills = part
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        return Story(Path(folder), f"{seed} {number}", fault).run(kills)


def parts(count: int) -> list[tuple[int, int]]:
    """Return the number of each story, and how many kills it has."""
    return [(start, min(_KILLS, count - start)) for start in range(0, count, _KILLS)]


def lines(found: Found) -> Iterator[str]:
    """Yield what was found, in Markdown."""
    hits = ", ".join(f"{found.hits[name]:,} {name}" for name in ("start-up", "running", "closing"))
    yield "| what | found | aim |"
    yield "|---|---|---|"
    yield f"| kills | {found.hits.total():,}: {hits} | |"
    yield f"| processes that ended first, or in peace | {found.ended:,} | |"
    for trait, kills in sorted(found.traits.items()):
        yield f"| of the kills with {trait} | {kills:,} | |"
    yield f"| answers acknowledged, events kept | {found.answers:,}, {found.events:,} | |"
    yield f"| transactions that only a file without its index has | {found.unsaid:,} | |"
    yield f"| jobs parked when a process was killed | {found.parked:,} | |"
    yield f"| jobs forgotten | {found.forgotten:,} | |"
    yield f"| followers: told, killed | {found.followed:,}, {found.followers:,} | |"
    for name, lanes in killed.LISTENERS.items():
        told = f"{found.lines[name]:,}, {found.repeats[name]:,}"
        yield f"| {name}: told, of that twice | {told} | at most {lanes} after a kill |"
    yield f"| rows of the idempotent sink | {found.rows:,} | {found.events:,} |"
    kinds = kinds_of(found)
    for kind in sorted({*_KINDS, *kinds}):
        yield f"| {kind} | {kinds[kind]:,} | 0, {'missed' if kinds[kind] else 'reached'} |"


def kinds_of(found: Found) -> Counter[str]:
    """Return how often each kind of fault was found."""
    return Counter(what.partition(":")[0] for _, what in found.faults)


def main() -> int:
    """Kill as often as asked for; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="Kill trackers, and see what is left.")
    parser.add_argument("--count", type=int, default=1_000, help="how many kills")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--seed", type=int, default=2026, help="what stories are made from")
    parser.add_argument(
        "--fault", choices=killed_faults.FAULTS, default="none", help="be wrong by intent"
    )
    parser.add_argument(
        "--until", action="append", choices=_KINDS, help="stop once that is found; again for others"
    )
    options = parser.parse_args()
    found = Found()
    with multiprocessing.Pool(options.jobs) as pool:
        run = partial(story, options.seed, options.fault)
        # One after another where it may stop: who is stopped leaves whom it has started behind.
        each_one = map if options.until else pool.imap_unordered
        for part in each_one(run, parts(options.count)):
            found.add(part)
            if options.until and not kinds_of(found).keys().isdisjoint(options.until):
                break
    print(f"seed {options.seed}", *lines(found), sep="\n")  # noqa: T201 - a program that prints
    for where, what in found.faults[:_SHOWN]:
        print(f"{where}: {what}")  # noqa: T201 - as above
    return int(bool(found.faults))


if __name__ == "__main__":
    sys.exit(main())
