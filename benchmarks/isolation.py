"""Listeners side by side: does one that hangs, raises or is slow cost the others anything?

``python benchmarks/isolation.py`` gives a tracker ten subscriptions and lets jobs live at a steady
pace; then it does the same with one of the ten misbehaving, and compares how long the other nine
wait for each event. Then it delivers many events as fast as it can, and checks that each listener
heard all, each job's in order. Imports the tracker and the lives; rich where there is a terminal.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import threading
import time
from array import array
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import median, quantiles
from typing import TYPE_CHECKING, TypeAlias

from attrs import Factory, define

from bars import bar
from jobstate import Event, Retry, StatusEntered, Subscription, Tracker
from jobstate.sagemaker import TRAINING_JOB
from lives import Life, unheard_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bars import Progress

LISTENERS = 10
#: How long a healthy listener takes, in seconds, as if it sent something; the slow one takes
#: a thousand times as long.
TAKES = 20e-6
SLOWER = 1000
#: Answers a second at the steady pace: well below what ten listeners can take.
PACE = 250
#: What the tenth listener does.
TROUBLES = ("hangs", "raises", "1,000 times slower")
Listen: TypeAlias = "Callable[[Event], None]"


def work(seconds: float) -> None:
    """Be busy elsewhere: the processor is free meanwhile, as when something is sent."""
    time.sleep(seconds)


@define(eq=False)
class Waits:
    """A healthy listener that notes how long each event was on its way.

    Attributes:
        sent: When the answer about each job was observed.
        seconds: How long each event was on its way.
    """

    sent: dict[str, float]
    seconds: array[float] = Factory(lambda: array("d"))

    def __call__(self, event: Event) -> None:
        """Note it, and be healthy."""
        self.seconds.append(time.perf_counter() - self.sent[event.job.id])
        work(TAKES)


def troubled(trouble: str | None, end: threading.Event, sent: dict[str, float]) -> Listen:
    """Return the tenth listener."""
    if trouble is None:
        return Waits(sent)

    def listen(_: Event) -> None:
        if trouble == "hangs":
            end.wait()
        elif trouble == "raises":
            raise RuntimeError("no")
        else:
            work(TAKES * SLOWER)

    return listen


def waits(trouble: str | None, answers: int) -> float:
    """Return the 99th percentile of how long the other nine waited, in seconds.

    Args:
        trouble: What the tenth does; None where it is as healthy as they are.
        answers: How many answers are observed, one after the other at the pace.
    """
    sent: dict[str, float] = {}
    end = threading.Event()
    healthy = [Waits(sent) for _ in range(LISTENERS - 1)]
    every: list[Listen] = [*healthy, troubled(trouble, end, sent)]
    listeners = [
        Subscription(name=f"listener {place}", listener=each, capacity=100_000, retry=Retry())
        for place, each in enumerate(every)
    ]
    tracker = Tracker(TRAINING_JOB, listeners=listeners)
    seen = [life.observation(1) for life in unheard_of(answers)]
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for place, observation in enumerate(seen):
        rest = begin + place / PACE - time.perf_counter()
        if rest > 0:
            time.sleep(rest)
        sent[observation.job.id] = time.perf_counter()
        tracker.observe(observation)
    gc.enable()
    end.set()
    tracker.close(timedelta(seconds=60 if trouble is None else 1))
    return quantiles([each for one in healthy for each in one.seconds], n=100)[-1]


def laps(count: int, answers: int, progress: Progress = lambda _: None) -> dict[str, list[float]]:
    """Return the percentile of each trouble, lap by lap; the first is of nobody in trouble."""
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(count):
        for trouble in (None, *TROUBLES):
            found[trouble or "all are healthy"].append(waits(trouble, answers))
            progress(1)
    return found


# --- Order ----------------------------------------------------------------------------------------


@define(eq=False)
class Order:
    """A listener that checks the order of each job's stays.

    Attributes:
        heard: How many events it heard.
        stays: Job → the ordinals that it heard.
    """

    heard: int = 0
    stays: dict[str, array[int]] = Factory(lambda: defaultdict(lambda: array("H")))

    def __call__(self, event: Event) -> None:
        """Note it."""
        self.heard += 1
        if isinstance(event, StatusEntered):
            self.stays[event.job.id].append(event.ordinal)

    @property
    def wrong(self) -> int:
        """How many stays were heard out of order, twice, or not at all."""
        steps = sum(
            after != before + 1 for mine in self.stays.values() for before, after in pairwise(mine)
        )
        return steps + sum(mine[0] != 1 for mine in self.stays.values())


def ordered(deliveries: int, progress: Progress = lambda _: None) -> tuple[list[Order], float]:
    """Deliver many events at once to ten listeners; return what they heard, and the seconds."""
    orders = [Order() for _ in range(LISTENERS)]
    listeners = [
        Subscription(name=f"{place}", listener=each, when_full="block", lanes=place % 3 + 1)
        for place, each in enumerate(orders)
    ]
    tracker = Tracker(TRAINING_JOB, listeners=listeners)
    begin = time.perf_counter()
    number = done = 0
    while done < deliveries:
        life = Life.usual(number)
        for count in range(1, life.count + 1):
            told = len(tracker.observe(life.observation(count)).events) * LISTENERS
            done += told
            progress(told)
        number += 1
    tracker.close(timedelta(hours=1))
    return orders, time.perf_counter() - begin


# --- The program ----------------------------------------------------------------------------------


def wait_lines(found: dict[str, list[float]]) -> Iterator[str]:
    """Yield a table of the waits, in Markdown."""
    yield "| the tenth listener | 99th percentile of the other nine | ratio | aim |"
    yield "|---|---|---|---|"
    healthy = found["all are healthy"]
    for name, seconds in found.items():
        ratio = median(one / other for one, other in zip(seconds, healthy, strict=True))
        aim = "" if seconds is healthy else f"≤ 1.05, {'reached' if ratio <= 1.05 else 'missed'}"  # noqa: PLR2004 - the aim
        yield f"| {name} | {median(seconds) * 1e3:.3f} ms | {ratio:.2f} | {aim} |"


def order_lines(orders: list[Order], seconds: float) -> Iterator[str]:
    """Yield a table of the order, in Markdown."""
    heard = sum(each.heard for each in orders)
    wrong = sum(each.wrong for each in orders)
    uneven = len({each.heard for each in orders}) - 1
    yield "| what | measured | aim |"
    yield "|---|---|---|"
    yield f"| deliveries, to {LISTENERS} listeners | {heard:,} | |"
    yield f"| out of order, twice or missing | {wrong + uneven:,} | 0, {_reached(wrong + uneven)} |"
    yield f"| deliveries a second | {heard / seconds:,.0f} | |"


def _reached(wrong: int) -> str:
    return "missed" if wrong else "reached"


def main() -> int:
    """Run and print; return 1 if anything was out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laps", type=int, default=7, help="how often all is compared (7)")
    parser.add_argument("--answers", type=int, default=1500, help="answers a lap (1,500)")
    parser.add_argument("--deliveries", type=int, default=1_000_000, help="in the second part")
    chosen = parser.parse_args()
    logging.getLogger("jobstate").addHandler(logging.NullHandler())
    logging.getLogger("jobstate").propagate = False
    with bar(chosen.laps * (len(TROUBLES) + 1), "rounds") as progress:
        found = laps(chosen.laps, chosen.answers, progress)
    print("\n".join(wait_lines(found)))
    with bar(chosen.deliveries, "deliveries") as progress:
        orders, seconds = ordered(chosen.deliveries, progress)
    print("", *order_lines(orders, seconds), sep="\n")
    return int(any(each.wrong for each in orders))


if __name__ == "__main__":
    sys.exit(main())
