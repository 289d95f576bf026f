"""A small fleet, so that the figures come together; `fleet.py` runs the large one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

import fleet
from figures import Aim, Figures, Group
from jobstate import StatusEntered, Tracker
from jobstate.sagemaker import TRAINING_JOB
from lives import Life

if TYPE_CHECKING:
    from suite import Size

WRONG = Group(
    "A fleet: each describe answer three times, shuffled",
    unit="",
    note="What the tracker tells is compared with what is true. The tracker is given Observations,"
    " and mappings as boto3 makes them (with times in UTC).",
)
_COPIES = 3


@pytest.mark.parametrize("mapping", [False, True], ids=["observations", "mappings"])
def test_fleet(size: Size, figures: Figures, *, mapping: bool) -> None:
    """Everything is told once, in order, and nothing else is."""
    lives = fleet.Fleet(size.fleet, seed=2026)
    done = fleet.run(lives, fleet.Way(copies=_COPIES, seed=2026, mapping=mapping))
    form = "mappings" if mapping else "Observations"
    figures.add(WRONG, f"{form}: answers", 0, done.answers)
    for name, count in done.wrong.items():
        figures.add(WRONG, f"{form}: {name}", 0, count, [Aim.below(0, "0")])
    figures.add(WRONG, f"{form}: answers a second", 0, done.answers / done.cpu)
    assert not any(done.wrong.values())


def test_the_ledger_notices() -> None:
    """What is told wrongly is counted, each kind as what it is."""
    usual = Life.usual(0)
    lives = fleet.Fleet(1, seed=2026, taking=[(usual.route, usual.features)])
    life = lives.life(0)
    told = Tracker(TRAINING_JOB).observe(life.observation(life.count)).events
    first, second, third, *_ = (each for each in told if isinstance(each, StatusEntered))
    cases = {
        "duplicate": [first, second, second],
        "out of order": [first, third, second],
        "false": [first, evolve(second, status="Uploading"), evolve(third, start=first.start)],
    }
    for name, events in cases.items():
        done = fleet.Run(fleet.Ledger.of(lives))
        for event in events:
            done.ledger.take(event)
        right = {"duplicate": 2, "out of order": 3, "false": 1}[name]
        wrong = {"duplicate": 1, "out of order": 1, "false": 2}[name]
        expected = {"missing": life.count - right, name: wrong}
        assert {key: count for key, count in done.wrong.items() if count} == expected
