"""`Tour`: a walk through a region of a life cycle, and the life of a job that takes it.

`jobstate.testing.coverage.tours` finds tours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from attrs import field, frozen

from jobstate.errors import JobstateError
from jobstate.model.life import Life, Stay
from jobstate.model.lifecycle import Lifecycle
from jobstate.model.observation import JobKey
from jobstate.model.states import Edge
from jobstate.model.walks import _Fits, beside, walks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.model.hidden_states import Hidden
    from jobstate.model.states import Region

_Choice = TypeVar("_Choice")
#: (At which step, the state that begins there).
_Begun: TypeAlias = list[tuple[int, str]]
#: Where the job is, and how many edges of the tour are taken.
_Step: TypeAlias = "tuple[Hidden, int]"

#: How long each stay lasts, in seconds: more than a minute, for sources that print minutes.
LASTS: Final = 75.125
#: When jobs begin: not on a whole second, so that nothing can hide in a coarse precision.
BEGINS: Final = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)


class NoLifeError(JobstateError, ValueError):
    """A tour of a region that no life takes: the rules between the regions leave no way.

    Attributes:
        tour: The tour.
    """

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        super().__init__(tour)

    def __str__(self) -> str:
        return (
            f"no life of {self.tour.lifecycle} takes the tour {self.tour} of its region"
            f" {self.tour.region}: the rules between the regions leave no way"
        )


@frozen
class Tour:
    """A walk that some job can take, from where jobs begin to where they end.

    Attributes:
        lifecycle: The life cycle.
        region: The name of the region.
        edges: What it takes, in order; at least one.
        features: The features of a job that can take it.
    """

    lifecycle: Lifecycle = field(repr=str)
    region: str
    edges: tuple[Edge, ...]
    features: Mapping[str, bool]

    def __str__(self) -> str:
        return " → ".join(self.states)

    @property
    def states(self) -> tuple[str, ...]:
        """The names of the states that it passes, the first and the last included."""
        return (self.edges[0].origin, *(edge.target for edge in self.edges))

    @property
    def pairs(self) -> tuple[tuple[Edge, Edge], ...]:
        """Every two edges that it takes one directly after the other."""
        return tuple(zip(self.edges, self.edges[1:], strict=False))

    def life(
        self,
        *,
        job: JobKey | None = None,
        begins: datetime = BEGINS,
        lasts: float = LASTS,
        failure: str | None = "it failed",
    ) -> Life:
        """Return the life of a job that takes it, one step after the other at the same pace.

        Args:
            job: The job; by default one that nobody has.
            begins: When it is created; aware.
            lasts: How long each stay lasts, in seconds.
            failure: What the service says if it fails; None for nothing.

        Raises:
            NoLifeError: It is a tour of a region beside the job's own, and nothing that the job
                itself could do meanwhile goes with it.
        """
        main = self.lifecycle.main_region
        if self.region == main.name:
            here, others = list(enumerate(self.states)), self._others(main)
        else:
            here, there = self._accompanied(main)
            others = {self.region: there}

        def timed(begun: _Begun) -> tuple[Stay, ...]:
            return tuple(Stay(name, begins + timedelta(seconds=lasts * at)) for at, name in begun)

        return Life(
            lifecycle=self.lifecycle,
            job=job or _job(self.lifecycle, begins),
            stays=timed(here),
            beside={name: timed(begun) for name, begun in others.items()},
            features=self.features,
            failure=failure,
        )

    def _others(self, main: Region) -> dict[str, _Begun]:
        """Return what goes on beside the job itself: as little as the rules allow."""
        passed = [main.state(name) for name in self.states]
        found = {
            region.name: beside(self.lifecycle, region, passed, self.features, _first)
            for region in self.lifecycle.regions
            if region is not main
        }
        return {name: begun for name, begun in found.items() if begun}

    def _accompanied(self, main: Region) -> tuple[_Begun, _Begun]:
        """Return what the job itself goes through so that the tour can go on beside it."""
        steps = _together(self, main)
        if steps is None:
            raise NoLifeError(self)
        here, there = [(0, steps[0][0].state)], [(0, self.states[0])]
        for moment, ((was, before), (now, place)) in enumerate(pairwise(steps), start=1):
            if now != was:
                here.append((moment, now.state))
            if place != before:
                there.append((moment, self.states[place]))
        return here, there


def _together(tour: Tour, main: Region) -> list[_Step] | None:
    """Return the fewest steps, of the job or of the tour or of both at once, to the end of both."""
    walks = walks_of(tour.lifecycle)
    fits = _Fits(tour.lifecycle, tour.lifecycle.region(tour.region))
    states = tour.states
    begin = [(one, 0) for one in walks.starts if dict(one.features) == tour.features]
    queue = deque(step for step in begin if fits(main.state(step[0].state), states[0]))
    came: dict[_Step, _Step | None] = dict.fromkeys(queue)
    while queue:
        step = queue.popleft()
        now, place = step
        if place == len(tour.edges) and not walks.to_end.get(now):
            return _back(came, step)
        places = range(place, min(place + 1, len(tour.edges)) + 1)
        for after in product([now, *(target for _, target in walks.moves[now])], places):
            if after not in came and fits(main.state(after[0].state), states[after[1]]):
                came[after] = step
                queue.append(after)
    return None


def _back(came: Mapping[_Step, _Step | None], last: _Step) -> list[_Step]:
    steps: list[_Step] = []
    step: _Step | None = last
    while step is not None:
        steps.append(step)
        step = came[step]
    return steps[::-1]


def _first(choices: Sequence[_Choice], /) -> _Choice:
    return choices[0]


def _job(lifecycle: Lifecycle, begins: datetime) -> JobKey:
    writer = lifecycle.writer
    key = JobKey(lifecycle.name, "tour/1", begins)
    return key if writer is None else writer.key("tour-1", begins)
