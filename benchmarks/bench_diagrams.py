"""What pictures cost: the SVG of a whole life cycle, the texts, a fleet laid over it, the page."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import cycle, islice
from typing import TYPE_CHECKING

from figures import Aim, Group
from jobstate.diagrams import Census, fleet, picture, render
from jobstate.sagemaker import TRAINING_JOB
from suite import Contestant, contestants

if TYPE_CHECKING:
    from collections.abc import Callable

    from suite import Timed

#: How many transitions the fleet has made.
TRANSITIONS = 1_000_000
PICTURES = Group(
    "Pictures of the whole life cycle",
    note="37 states, 146 arrows; from the life cycle to the text, nothing kept from the last time.",
)
FLEET = Group(
    "A fleet laid over it",
    note=f"{TRANSITIONS:,} transitions and as many stays, counted already.",
)


def drawn(count: int, draw: Callable[[], object]) -> Callable[[], object]:
    """Make what draws it so often."""

    def work() -> None:
        for _ in range(count):
            draw()

    return work


@lru_cache
def counted() -> Census:
    """Return what a fleet has done that took every edge, of stays from a second to a month."""
    census = Census(TRAINING_JOB)
    for region in TRAINING_JOB.regions:
        states = [state.name for state in region.states]
        share = TRANSITIONS // len(TRAINING_JOB.regions)
        lengths = cycle([1.5**power for power in range(36)])
        census.add_counts(
            region.name,
            jobs=TRANSITIONS // 10 if region is TRAINING_JOB.regions[0] else 0,
            moves={(edge.origin, edge.target): share // len(region.edges) for edge in region.edges},
            stays={name: list(islice(lengths, share // len(states))) for name in states},
            ends={state.name: share // 100 for state in region.states if state.final},
        )
    return census


@contestants(
    Contestant(
        "jobstate, SVG",
        partial(drawn, draw=partial(picture, TRAINING_JOB)),
        3,
        (Aim.below(0.05, "50 ms"),),
    ),
    Contestant("Mermaid", partial(drawn, draw=partial(render, TRAINING_JOB, "mermaid")), 3),
    Contestant("DOT", partial(drawn, draw=partial(render, TRAINING_JOB, "dot")), 3),
)
def test_pictures(contestant: Contestant, lap: int, timed: Timed) -> None:
    """The whole life cycle."""
    timed(PICTURES, contestant, lap)


def overlaid() -> str:
    """Draw the fleet."""
    return picture(TRAINING_JOB, overlay=fleet(TRAINING_JOB, counted()))


def overlaying(count: int) -> Callable[[], object]:
    """Make what lays it over, with everything counted before."""
    counted()
    return drawn(count, partial(fleet, TRAINING_JOB, counted()))


def drawing(count: int) -> Callable[[], object]:
    """Make what lays it over and draws it."""
    counted()
    return drawn(count, overlaid)


@contestants(
    Contestant("jobstate, the overlay", overlaying, 2, (Aim.below(1.0, "1 s"),)),
    Contestant("and its SVG", drawing, 2, (Aim.below(1.0, "1 s"),)),
)
def test_a_fleet_overlay(contestant: Contestant, lap: int, timed: Timed) -> None:
    """A fleet that was counted."""
    timed(FLEET, contestant, lap)
