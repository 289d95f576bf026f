"""What was seen is drawn first, and all else often enough: counted, measured and printed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import find, given, seed, settings

from jobstate import Outcome
from jobstate.errors import ObservationError, UnknownNameError
from jobstate.sagemaker import TRAINING_JOB
from jobstate.testing import Life, fleet, lives, tours
from tests.support.small import PARCELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CORPUS = Path(__file__).parents[2] / "corpus" / "training_jobs.jsonl"
ORDINARY = ["Starting", "Downloading", "Training", "Uploading", "Completed"]
#: FACTS §3: the list of the one job that was seen to wait too long.
WAITED = (*ORDINARY[:3], "Stopping", "Uploading", "MaxWaitTimeExceeded")
BEGIN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
RETIRED = {state.name for state in TRAINING_JOB.main_region.states if state.retired}


# --- The profile --------------------------------------------------------------------------------


def traces() -> Iterator[dict[str, Any]]:
    """Yield the histories of the corpus that are evidence, as its README has it."""
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        trace = json.loads(line)
        if not (trace["placeholder"] or trace.get("quality") or trace.get("fixture") == "edited"):
            yield trace


def statuses(entries: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the statuses of a history, without those that only a new message repeats."""
    printed = [entry["secondary"] for entry in entries]
    return tuple(
        each for place, each in enumerate(printed) if not place or printed[place - 1] != each
    )


def test_the_ways_are_those_of_the_corpus() -> None:
    """Every complete log and list is counted, and the one job of the facts; nothing else is."""
    ways = Counter(
        statuses(trace["observations"])
        for trace in traces()
        if trace["kind"] in {"log", "transitions"} and trace["complete"]
    )
    assert TRAINING_JOB.profile is not None
    assert TRAINING_JOB.profile().ways == ways + Counter([WAITED])


def test_the_lengths_are_those_of_the_corpus() -> None:
    """Of each list in the corpus, the longest of a job: median, longest and count."""
    lengths: dict[str, list[float]] = {}
    for trace in traces():
        lists = [trace["observations"]]
        if trace["kind"] == "describe":
            lists = [each.get("transitions") or [] for each in trace["observations"]]
        elif trace["kind"] != "transitions":
            continue
        for entry in max(lists, key=len):
            if entry["time"] and entry["end_time"]:
                begin, end = map(datetime.fromisoformat, (entry["time"], entry["end_time"]))
                lengths.setdefault(entry["secondary"], []).append((end - begin).total_seconds())
    assert TRAINING_JOB.profile is not None
    seen = TRAINING_JOB.profile().lengths
    assert set(seen) == {status for status, each in lengths.items() if max(each)}
    for status, each in seen.items():
        assert each.count == len(lengths[status])
        assert each.longest == max(lengths[status])
        assert each.median == median_low(lengths[status])


# --- What is drawn ------------------------------------------------------------------------------


def drawn(number: int, count: int, **wishes: Any) -> list[Life]:
    """Return lives as Hypothesis draws them, the same for the same number."""
    found: list[Life] = []

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None)
    @given(lives(**wishes))
    def draw(life: Life) -> None:
        found.append(life)

    draw()
    return found


def states(life: Life) -> tuple[str, ...]:
    """Return the states of a life."""
    return tuple(stay.state for stay in life.stays)


def printed(life: Life) -> list[str]:
    """Return what a history prints of a life."""
    return [entry.status for entry in life.entries]


def share(part: int, whole: int, least: float) -> float:
    """Return a share, measured on so many that a miss of `least` by chance is rarer than 10⁻⁹."""
    found = part / whole
    spread = (found * (1 - found) / whole) ** 0.5
    assert found - 6 * spread > least
    return found


@pytest.mark.once
def test_the_ordinary_life_is_drawn(figures: Callable[[str], None]) -> None:
    """A fifth of the training jobs that succeed live the ordinary life, at least."""
    succeeded = drawn(1, 4_000, outcome=Outcome.SUCCEEDED)
    found = share(sum(printed(life) == ORDINARY for life in succeeded), len(succeeded), 0.2)
    figures(f"lives: the ordinary five are {found:.0%} of {len(succeeded):,} that succeed")


@pytest.mark.once
def test_all_else_is_drawn_too(figures: Callable[[str], None]) -> None:
    """In 10,000 steps: retired statuses at most 3 %, each other state 100 times, 95 % of pairs."""
    found = drawn(2, 15_000)
    entered = Counter(name for life in found for name in states(life)[1:])
    steps = entered.total()
    retired = sum(entered[name] for name in RETIRED) / steps
    share(steps - sum(entered[name] for name in RETIRED), steps, 0.97)
    rest = {state.name for state in TRAINING_JOB.main_region.states} - RETIRED
    rarest = min(rest, key=entered.__getitem__)
    assert entered[rarest] >= 0.01 * steps
    pairs = {
        each[place : place + 3]
        for each in (tour.states for tour in tours(TRAINING_JOB, "pairs"))
        for place in range(len(each) - 2)
        if RETIRED.isdisjoint(each[place : place + 3])
    }
    taken: list[float] = []
    part: set[tuple[str, ...]] = set()
    done = 0
    for each in map(states, found):
        part.update(each[place : place + 3] for place in range(len(each) - 2))
        done += len(each) - 1
        if done >= 10_000:
            taken.append(len(part & pairs) / len(pairs))
            part, done = set(), 0
    assert min(taken) >= 0.95
    figures(
        f"lives: of {steps:,} steps {retired:.1%} to retired statuses; {rarest}, the rarest other"
        f" one, {entered[rarest] / steps * 10_000:.0f} times in 10,000; of {len(pairs)} pairs of"
        f" edges {min(taken):.0%} or more in each of {len(taken)} times 10,000 steps"
    )


@pytest.mark.parametrize(
    ("prefer", "met"),
    [
        ("spot_reclaimed", lambda life: "InProgress/Interrupted" in states(life)),
        (["Pending"], lambda life: "Pending" in printed(life)),
        (["Stopping/Updating"], lambda life: "Stopping/Updating" in states(life)),
    ],
)
def test_what_is_preferred_is_drawn_often(prefer: Any, met: Callable[[Life], bool]) -> None:
    """Causes, statuses and states: most lives are about them, and others are drawn too."""
    found = [met(life) for life in drawn(3, 400, prefer=prefer)]
    assert 0.5 < sum(found) / len(found) < 1
    plain = [met(life) for life in drawn(3, 400)]
    assert sum(plain) < sum(found) / 1.5


def test_what_is_preferred_must_be_there() -> None:
    """The error lists causes and statuses."""
    with pytest.raises(UnknownNameError, match="no cause, state or status 'x'; there is: Com"):
        lives(prefer="x")


# --- The simplest -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "way"),
    [
        (Outcome.RUNNING, ["Starting"]),
        (Outcome.SUCCEEDED, ORDINARY),
        (Outcome.FAILED, ["Starting", "Failed"]),
        (Outcome.STOPPED, ["Starting", "Downloading", "Stopping", "Stopped"]),
        (Outcome.TIMED_OUT, list(WAITED)),
    ],
)
def test_the_simplest_life_was_seen(outcome: Outcome, way: list[str]) -> None:
    """Of those that come to the same the shortest that any job was seen to live."""
    life = find(lives(outcome=outcome), lambda _: True, settings=settings(database=None))
    assert printed(life) == way
    assert {(b - a).total_seconds() for a, b in pairwise(life.changes)} <= {1}


# --- Lengths, names, fleets ---------------------------------------------------------------------


def test_stays_last_as_long_as_was_seen() -> None:
    """Half a status's stays and more within what was seen of it, none beyond the longest wished."""
    found = drawn(4, 300, longest=timedelta(hours=2))
    lasted = [
        (after.start - stay.start).total_seconds()
        for life in found
        for stay, after in pairwise(life.stays)
        if stay.state == "InProgress/Uploading"
    ]
    assert max(lasted) <= 2 * 3_600
    assert sum(each <= 907.382 for each in lasted) > len(lasted) / 2
    assert max(lasted) > 907.382


def test_a_stay_lasts_a_second_at_least() -> None:
    """A shorter longest one is refused."""
    with pytest.raises(ValueError, match=r"none has at most 0:00:00\.5"):
        lives(longest=timedelta(seconds=0.5))


def test_a_life_is_called_and_begins_as_asked_for() -> None:
    """Whatever else is drawn; what no job can be called, and naive times, are refused."""
    for life in drawn(5, 20, name="mine", start=BEGIN):
        assert life.job.id.endswith("/mine")
        assert life.start == life.job.created == BEGIN
    with pytest.raises(ObservationError, match="no_name"):
        lives(name="no_name")
    with pytest.raises(ValueError, match="a life begins at an aware time"):
        lives(start=BEGIN.replace(tzinfo=None))
    assert find(lives(PARCELS, name="mine"), lambda _: True).job.id == "parcel/mine"


@settings(max_examples=10, deadline=None)
@given(fleet(50, start=BEGIN, over=timedelta(hours=3), complete=True))
def test_a_fleet(jobs: tuple[Life, ...]) -> None:
    """Fifty jobs of fifty names, created one after the other within the time asked for."""
    assert [life.job.id.rpartition("/")[2] for life in jobs] == [
        f"job-{number:02}" for number in range(1, 51)
    ]
    starts = [life.start for life in jobs]
    assert starts == sorted(starts)
    assert BEGIN <= starts[0] <= starts[-1] <= BEGIN + timedelta(hours=3)
    assert all(life.result.final for life in jobs)


def test_what_no_fleet_is() -> None:
    """Negative numbers, and what is no life, are refused at once."""
    with pytest.raises(ValueError, match="no fleet of -1 jobs"):
        fleet(-1)
    with pytest.raises(UnknownNameError, match="Nirvana"):
        fleet(2, via="Nirvana")
    assert find(fleet(0), lambda _: True) == ()
