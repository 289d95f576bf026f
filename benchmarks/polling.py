"""Polling a fleet, by a clock of its own: how many requests, and how late is an end known?

``python benchmarks/polling.py`` lets a fleet live and has it polled by one design after another, in
the same run: requests per job and hour, and how long after each end it was known. Then everything
goes wrong at once, and what was told is compared with the lives. Then it measures what a pass over
items costs that say nothing new, beyond what botocore takes for them. Imports the poller.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from statistics import fmean, median, pstdev
from typing import Any, Final

from attrs import evolve, field, frozen

from jobstate import Tracker
from jobstate.aws import Budget, Gone, Poller
from jobstate.model.life import Life
from jobstate.sagemaker import TRAINING_JOB
from jobstate.world import World
from polled import BEGIN, TAKEN, Client, Clock, Ledger, ended, fleet, job_hours

#: When figures begin, in hours: as many jobs end then as begin. And for how long they are taken.
WARM, MEASURED = 2.0, 1.0
#: What a poller may make of what AWS takes.
RATES: Final = {"List": 1.5, "Describe": 4.0}
#: How many seconds after a change its event comes.
EVENT_AFTER = 2.0
ALL, THROTTLED = "describe all, every 30 s, nothing throttled", "describe all, 10 a second"
MODIFIED, DOUBTFUL = "list by LastModifiedTimeAfter, every 10 s", "the same, filtered after the cut"
WALK, EVENTS = "**walk, every 30 s**", "**events, and a walk every 900 s**"
LOST, CHANGES = "the same, 30 % of the events lost", "walk, every 30 s, changes described too"


@frozen
class Outcome:
    """What came of a design.

    Attributes:
        requests: How many were made while figures were taken, by operation.
        hours: For how many hours jobs were alive then, all together.
        delays: After how many seconds each end was known, the shortest first.
        throttled: How many requests were refused as too many.
        wrong: What was told wrongly; empty where a design tells nobody.
    """

    requests: Counter[str]
    hours: float
    delays: list[float]
    throttled: int
    wrong: Mapping[str, int] = field(factory=dict)

    @property
    def rate(self) -> float:
        """Requests per job and hour."""
        return self.requests.total() / self.hours

    @property
    def mean(self) -> float:
        """The mean delay in seconds."""
        return fmean(self.delays) if self.delays else float("nan")

    @property
    def chance(self) -> float:
        """What chance makes of the mean: two standard errors."""
        return 2 * pstdev(self.delays) / math.sqrt(len(self.delays))

    def percentile(self, share: float) -> float:
        """Return a percentile of the delays."""
        return self.delays[min(int(share * len(self.delays)), len(self.delays) - 1)]


@frozen
class Run:
    """One fleet, polled in one way.

    Attributes:
        lives: The fleet.
        settings: Of the world.
        faulty: How many pages are faulty.
    """

    lives: Sequence[Life]
    settings: Mapping[str, Any] = field(factory=dict)
    faulty: float = 0.0

    @property
    def end(self) -> float:
        """When all jobs have ended, in seconds, and what is late has come."""
        return (max(map(ended, self.lives)) - BEGIN).total_seconds() + 1_200

    def client(self, clock: Clock, rates: Mapping[str, float] | None = None) -> Client:
        """Return a client of a world of its own."""
        rates = TAKEN if rates is None else rates
        world = World([TRAINING_JOB], clock.now, lives=self.lives, rates=rates, **self.settings)
        return Client(world, clock, self.faulty)

    def outcome(self, client: Client, ledger: Ledger, wrong: Mapping[str, int]) -> Outcome:
        """Return what came of it while figures were taken."""
        begin, end = WARM * 3_600, (WARM + MEASURED) * 3_600
        since, until = BEGIN + timedelta(seconds=begin), BEGIN + timedelta(seconds=end)
        hours = job_hours(self.lives, since, until)
        delays = ledger.delays(self.lives, since, until)
        return Outcome(client.requests(begin, end), hours, delays, client.throttled, wrong)


# --- The designs ----------------------------------------------------------------------------------


def describe_all(run: Run, *, rates: Mapping[str, float], every: float, takes: float) -> Outcome:
    """Describe every job that is not known to have ended; who made the jobs tells their names.

    Args:
        run: The fleet.
        rates: What the service takes.
        every: How many seconds lie between two rounds at least.
        takes: How many seconds lie between two requests.
    """
    clock = Clock()
    client, ledger = run.client(clock, rates), Ledger(clock)
    lives, alive = iter([*run.lives, None]), list[Life]()
    coming = next(lives)
    while clock.seconds < (WARM + MEASURED) * 3_600 + 600:
        begin = clock.seconds
        for life in alive:
            # All at once where nothing is throttled, else as many as are taken.
            clock.seconds += takes
            client.made.setdefault("DescribeTrainingJob", []).append(clock.seconds)
            if ended(life) <= clock.now():
                ledger.known[life.job] = clock.now()
        alive = [life for life in alive if life.job not in ledger.known]
        clock.seconds = max(clock.seconds, begin + every)
        while coming is not None and coming.start <= clock.now():
            alive.append(coming)
            coming = next(lives)
    return run.outcome(client, ledger, {})


def list_modified(run: Run, *, every: float = 10.0) -> Outcome:
    """List what changed lately, by the service's clock, and describe each job that has ended."""
    clock = Clock()
    client, ledger = run.client(clock), Ledger(clock)
    jobs = {life.job.id: life.job for life in run.lives}
    since = clock.now()
    while clock.seconds < (WARM + MEASURED) * 3_600 + 600:
        begin, at, token, more = clock.seconds, clock.now(), "", True
        while more:
            request = {"LastModifiedTimeAfter": since, "MaxResults": 100}
            answer = client.ask("ListTrainingJobs", {**request, "NextToken": token})
            token, more = answer.get("NextToken") or "", "NextToken" in answer
            for item in answer["TrainingJobSummaries"]:
                key = jobs[item["TrainingJobArn"]]
                if item["TrainingJobStatus"] in {"InProgress", "Stopping"} or key in ledger.known:
                    continue
                ledger.known[key] = clock.now()
                client.made.setdefault("DescribeTrainingJob", []).append(clock.seconds)
            clock.seconds += 0.5  # what List takes
        since = at - timedelta(seconds=60)
        clock.seconds = max(clock.seconds, begin + every)
    return run.outcome(client, ledger, {})


def poll(
    run: Run, *, interval: float = 30.0, heard: float | None = None, changes: bool = False
) -> Outcome:
    """Have a `Poller` at it.

    Args:
        run: The fleet.
        interval: How many seconds lie between two walks.
        heard: How many of the events come; None where nobody listens.
        changes: Changes are described too.
    """
    clock = Clock()
    client, ledger = run.client(clock), Ledger(clock)
    # The tracker's clock is the local one, which is seven minutes off.
    local = timedelta(minutes=7)
    tracker = Tracker(TRAINING_JOB, listeners=[ledger.take], clock=lambda: clock.now() + local)
    budget = Budget(RATES, clock=clock.monotonic)

    def gone(job: Gone) -> None:
        ledger.gone[job.key] += 1

    poller = Poller(
        client,
        tracker,
        budget=budget,
        interval=timedelta(seconds=interval),
        on_gone=gone,
        clock=clock.monotonic,
        sleep=clock.sleep,
        changes=changes,
    )
    if heard is not None:
        clock.passed = Events(client.world, clock, poller, heard)
    poller.run(Until(clock, run.end))
    wrong = ledger.compared(run.lives)
    for verb, rate in RATES.items():
        gaps = [client.closest(name) for name in client.made if name.startswith(verb)]
        wrong[f"{verb} more often than the budget has it"] = min(gaps) < 1 / rate - 1e-6
    return run.outcome(client, ledger, wrong)


@frozen
class Until:
    """Says that it is time to stop.

    Attributes:
        clock: What time it is.
        end: When to stop.
    """

    clock: Clock
    end: float

    def is_set(self) -> bool:
        """Return whether it is."""
        return self.clock.seconds >= self.end


class Events:
    """The service's events on their way to the tracker; those that show an end are hints too."""

    def __init__(self, world: World, clock: Clock, poller: Poller, heard: float) -> None:
        """Take all events there will be."""
        chance = random.Random(3)
        end = max(map(ended, world.lives)) + timedelta(seconds=1)
        vanish = {life.job.id: life.vanishes for life in world.lives if life.vanishes}
        self.coming = [
            (time + timedelta(seconds=EVENT_AFTER), event)
            for time, event in world.events(BEGIN, end)
            if chance.random() < heard and time < vanish.get(event["detail"]["TrainingJobArn"], end)
        ]
        self.place, self.clock, self.poller = 0, clock, poller

    def __call__(self) -> None:
        """Deliver those whose time has come."""
        now = self.clock.now()
        while self.place < len(self.coming) and self.coming[self.place][0] <= now:
            observed = self.poller.tracker.observe(self.coming[self.place][1])
            if self.poller.tracker[observed.job].final:
                self.poller.hint(observed.job)
            self.place += 1


# --- What they come to ----------------------------------------------------------------------------


def designs(run: Run) -> dict[str, Callable[[], Outcome]]:
    """Return all designs by name."""
    before = evolve(run, settings={**run.settings, "filters": "before"})
    after = evolve(run, settings={**run.settings, "filters": "after"})
    return {
        ALL: lambda: describe_all(run, rates={}, every=30.0, takes=0.0),
        THROTTLED: lambda: describe_all(run, rates={}, every=30.0, takes=0.1),
        MODIFIED: lambda: list_modified(before),
        DOUBTFUL: lambda: list_modified(after),
        WALK: lambda: poll(run),
        CHANGES: lambda: poll(run, changes=True),
        EVENTS: lambda: poll(run, interval=900.0, heard=1.0),
        LOST: lambda: poll(run, interval=900.0, heard=0.7),
    }


def design_lines(size: int, seed: int) -> Iterator[str]:
    """Yield a table of the designs at one size of the fleet."""
    run = Run(fleet(size, WARM + MEASURED, seed))
    columns = "requests per job and hour | mean, s | median | 99th percentile | throttled | aim"
    yield f"| {size:,} jobs | {columns} |"
    yield "|---|---|---|---|---|---|---|"
    found: dict[str, Outcome] = {}
    for name, design in designs(run).items():
        found[name] = came = design()
        delays = [came.mean, came.percentile(0.5), came.percentile(0.99)]
        figures = " | ".join(f"{each:,.1f}" for each in (came.rate, *delays))
        yield f"| {name} | {figures} | {came.throttled:,} | {_aims(name, found)} |"
        if any(came.wrong.values()):
            raise SystemExit(f"{name}: {dict(came.wrong)}")


def _aims(name: str, found: Mapping[str, Outcome]) -> str:
    came, floor = found[name], found[ALL]
    if name not in MOST:
        return ""
    aims = [(f"≤ {MOST[name]} requests", came.rate <= MOST[name])]
    if name == WALK:
        fewer = floor.rate / came.rate
        aims += [
            (f"≥ 10× fewer than the first: {fewer:.0f}×", fewer >= 10),  # noqa: PLR2004 - the aim
            (
                "no later than it in the mean, but for chance",
                came.mean <= floor.mean + floor.chance,
            ),
        ]
    return "; ".join(f"{text}, {'reached' if good else 'missed'}" for text, good in aims)


#: The most requests per job and hour.
MOST: Final = {WALK: 3.5, EVENTS: 1.3, LOST: 1.3}


def trouble_lines(size: int, seed: int) -> Iterator[str]:
    """Yield a table of what was told while everything goes wrong; stop where it was not right."""
    lives = fleet(size, WARM + MEASURED, seed, long=0.01, vanish=0.005)
    settings = {"behind": {"describe": 20.0}, "fault": None}
    columns = "walk, every 30 s | events, 30 % lost, and a walk every 900 s"
    yield f"| {size:,} at a time, {len(lives):,} jobs in all | {columns} |"
    yield "|---|---|---|"
    run = Run(lives, settings, faulty=0.2)
    both = [poll(run), poll(run, interval=900.0, heard=0.7)]
    for what in both[0].wrong:
        yield f"| {what} | {' | '.join(str(int(each.wrong[what])) for each in both)} |"
    for what, value in {
        "requests per job and hour": lambda each: f"{each.rate:.2f}",
        "mean delay, s": lambda each: f"{each.mean:.1f}",
        "99th percentile, s": lambda each: f"{each.percentile(0.99):.1f}",
    }.items():
        yield f"| {what} | {' | '.join(map(value, both))} |"
    if any(any(each.wrong.values()) for each in both):
        raise SystemExit(str([dict(each.wrong) for each in both]))


# --- What unchanged items cost --------------------------------------------------------------------


def page_lines(items: int, laps: int) -> Iterator[str]:
    """Yield a table of the CPU time of a pass over items that say nothing new."""
    laps_own, laps_parsing = zip(*(pass_over(items) for _ in range(laps)), strict=True)
    own, parsing = median(laps_own), median(laps_parsing)
    yield f"| a pass over {items:,} unchanged items, medians of {laps} | CPU time | an item | aim |"
    yield "|---|---|---|---|"
    aim = f"≤ 0.2 s, {'reached' if own <= LONGEST_PASS * items / 100_000 else 'missed'}"
    for name, seconds, aimed in (
        ("**the poller, beyond botocore's parser**", own, aim),
        ("botocore's parser", parsing, ""),
    ):
        yield f"| {name} | {seconds:.3f} s | {seconds / items * 1e6:.2f} µs | {aimed} |"


#: The most seconds of CPU time of a pass over 100,000 unchanged items.
LONGEST_PASS: Final = 0.2


class Pages:
    """A client that answers with pages that were parsed already."""

    def __init__(self, pages: Sequence[list[dict[str, Any]]]) -> None:
        """Take the pages."""
        self.pages = pages

    def list_training_jobs(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3 has it
        """Return a page; its place is the token."""
        place = int(request.get("NextToken", 0))
        date = format_datetime(BEGIN + timedelta(hours=1), usegmt=True)
        return {
            "TrainingJobSummaries": self.pages[place],
            "NextToken": str(place + 1) if place + 1 < len(self.pages) else None,
            "ResponseMetadata": {"HTTPHeaders": {"date": date}},
        }


def pass_over(items: int) -> tuple[float, float]:
    """Return the CPU seconds of a pass and of what botocore takes to parse its pages."""
    import botocore.parsers  # noqa: PLC0415 - an extra
    import botocore.session  # noqa: PLC0415

    service = botocore.session.get_session().get_service_model("sagemaker")
    shape = service.operation_model("ListTrainingJobs").output_shape
    parse = botocore.parsers.create_parser(service.metadata["protocol"]).parse
    bodies = list(_bodies(items))

    def parsed() -> list[list[dict[str, Any]]]:
        found = (parse({"status_code": 200, "headers": {}, "body": body}, shape) for body in bodies)
        return [answer["TrainingJobSummaries"] for answer in found]

    tracker = Tracker(TRAINING_JOB)
    # Nothing is waited for: so many pages are more than any budget has in an interval.
    client, unlimited = Pages(parsed()), Budget({})
    poller = Poller(client, tracker, budget=unlimited, interval=timedelta(hours=1))
    poller.poll()
    assert len(tracker) == items
    gc.collect()
    gc.disable()
    begin = time.thread_time()
    client.pages = parsed()
    between = time.thread_time()
    report = poller.poll()
    end = time.thread_time()
    gc.enable()
    assert (report.items, report.changed, report.complete) == (items, 0, True)
    return end - between, between - begin


def _bodies(items: int) -> Iterator[bytes]:
    """Yield pages as the service sends them, of jobs that run."""
    lives = [life for life in fleet(500, 1.0, 1) if ended(life) > BEGIN + timedelta(hours=1)]
    moments = [life.at(BEGIN + timedelta(hours=1), "list") for life in reversed(lives)]
    for begin in range(0, items, 100):
        page = []
        for number in range(begin, min(begin + 100, items)):
            item = moments[number * len(moments) // items]
            arn = f"{item['TrainingJobArn']}-{number}"
            page.append({**item, "TrainingJobArn": arn, "TrainingJobName": arn.rpartition("/")[2]})
        yield json.dumps({"TrainingJobSummaries": page}, default=datetime.timestamp).encode()


def main(arguments: Sequence[str]) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2_000, help="how many are alive at a time")
    parser.add_argument("--trouble", type=int, nargs="*", default=[2_000, 10_000])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--laps", type=int, default=5)
    parser.add_argument("--seed", type=int, default=17)
    chosen = parser.parse_args(arguments)
    for line in page_lines(chosen.items, chosen.laps):
        print(line, flush=True)
    print()
    for line in design_lines(chosen.jobs, chosen.seed):
        print(line, flush=True)
    for size in chosen.trouble:
        print()
        for line in trouble_lines(size, chosen.seed):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
