"""How much memory a job takes, by tracemalloc: all that is allocated and stays."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from attrs import define

import peers
from figures import Aim, Figures, Group
from jobstate import Tracker
from jobstate.sagemaker import TRAINING_JOB
from lives import Life

if TYPE_CHECKING:
    from collections.abc import Callable

    from suite import Size

FLOOR = "floor: a hand-written class, no history"
MEMORY = Group(
    "Memory of a job",
    FLOOR,
    "bytes",
    note="10,000 jobs. Of the tracker everything counts: its tables, the keys, the arns, the"
    " times, six entries a job. The libraries keep a state, and nothing that the job is known by.",
)
TRACKED = "jobstate, Tracker with six entries a job"
#: Adding a model compares it with every other.
_REGISTERED = 2_000


@define
class Written:
    """What people write by hand to keep what a tracker keeps of a job."""

    arn: str
    created: datetime
    state: str
    modified: datetime
    entries: list[tuple[str, datetime, datetime | None, str]]


def tracked(count: int) -> object:
    """Track jobs that were seen half-way and at their end."""
    tracker = Tracker(TRAINING_JOB)
    for number in range(count):
        life = Life.usual(number)
        for seen in (3, life.count):
            tracker.observe(life.observation(seen))
    assert len(tracker) == count
    assert all(len(job.entries) == Life.usual(0).count for job in tracker)
    return tracker


def floors(count: int) -> object:
    """Keep a state of each."""
    return [peers.Floor() for _ in range(count)]


def written(count: int) -> object:
    """Keep what people keep by hand, as answers give it."""
    found = {}
    for number in range(count):
        seen = Life.usual(number).observation(6)
        arn, created = seen.job.id, seen.job.created
        entries = [(one.status, one.start, one.end, one.message or "") for one in seen.entries]
        assert seen.modified is not None
        assert created is not None
        found[arn] = Written(arn, created, str(seen.shown["job"]), seen.modified, entries)
    return found


def shared(count: int) -> object:
    """Keep models that a shared machine does not know."""
    return peers.transitions_machine(), [peers.SlottedModel() for _ in range(count)]


def registered(count: int) -> object:
    """Register models with a shared machine."""
    machine = peers.transitions_machine()
    machine.add_model([peers.Model() for _ in range(count)])
    return machine


def statemachines(count: int) -> object:
    """Make machines of one class."""
    pytest.importorskip("statemachine")
    kind = peers.statemachine_class()
    return [kind() for _ in range(count)]


def bytes_each(make: Callable[[int], object], count: int) -> float:
    """Return how many bytes stay allocated for each of some jobs."""
    make(1)  # what is made once is not counted: compiled life cycles, classes
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = make(count)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del kept
    return (after - before) / count


@pytest.mark.parametrize(
    ("name", "make", "most"),
    [
        (FLOOR, floors, None),
        ("by hand, with arn, times and six entries", written, None),
        (TRACKED, tracked, None),
        ("transitions, shared machine", shared, None),
        ("transitions, shared machine, add_model", registered, _REGISTERED),
        ("python-statemachine", statemachines, _REGISTERED),
    ],
    ids=str,
)
def test_memory(
    name: str,
    make: Callable[[int], object],
    most: int | None,
    size: Size,
    figures: Figures,
) -> None:
    """What a job takes among many."""
    count = min(size.jobs, most or size.jobs)
    aims = [Aim.below(1000, "1,000 bytes")] if name == TRACKED else []
    figures.add(MEMORY, name, 0, bytes_each(make, count), aims)
