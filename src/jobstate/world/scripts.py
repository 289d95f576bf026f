"""What jobs live that are created: a script makes a life of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import inf
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve, frozen

from jobstate.errors import UnknownNameError
from jobstate.model.life import Life, Said, Stay
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.observation import JobKey
from jobstate.model.states import Needs, Outcome
from jobstate.model.walks import beside, next_of, walks_of

if TYPE_CHECKING:
    from jobstate.model.hidden_states import Hidden

_FAR: Final = inf
#: How long a stay lasts where nobody says, in seconds: so much on average, half more or less.
USUAL: Final = 60.0


@frozen(kw_only=True)
class Birth:
    """A job that is being created.

    Attributes:
        lifecycle: Its life cycle.
        job: What identifies it.
        said: When it is created and with what, as answers repeat it.
        features: Feature name → whether it has it, as the request shows.
        random: For whatever is left to chance; the same seed and name give the same.
    """

    lifecycle: Lifecycle
    job: JobKey
    said: Said
    features: Mapping[str, bool]
    random: Random

    def life(
        self, states: Sequence[str], seconds: float = USUAL, failure: str | None = None
    ) -> Life:
        """Return a life through some states.

        Args:
            states: Their names, in order.
            seconds: How long each stay lasts on average, half more or less.
            failure: What the service says of a failure.

        Raises:
            UnknownNameError: The life cycle has no such state.
        """
        region = self.lifecycle.main_region
        named = [region.state(name) for name in states]
        times = [self.said.at]
        for _ in named[1:]:
            lasts = round(seconds * self.random.uniform(0.5, 1.5), 3)
            times.append(times[-1] + timedelta(seconds=lasts))
        others = {}
        for other in self.lifecycle.regions:
            if other is not region:
                moves = beside(self.lifecycle, other, named, self.features, next_of)
                others[other.name] = tuple(Stay(name, times[place]) for place, name in moves or ())
        return Life(
            lifecycle=self.lifecycle,
            job=self.job,
            stays=tuple(map(Stay, states, times)),
            beside={name: stays for name, stays in others.items() if stays},
            features=self.features,
            failure=failure,
            said=(self.said,),
        )

    def like(self, life: Life) -> Life:
        """Return a life that goes as another one did, from its own creation on.

        Args:
            life: A life of a job of the kind: made, drawn or recorded. Its features count.
        """
        later = self.said.at - life.start

        def moved(stays: Sequence[Stay]) -> tuple[Stay, ...]:
            return tuple(Stay(stay.state, stay.start + later) for stay in stays)

        return evolve(
            life,
            job=self.job,
            stays=moved(life.stays),
            beside={name: moved(stays) for name, stays in life.beside.items()},
            said=(self.said,),
            vanishes=None,
        )


#: Makes the life of a job that is being created; it begins at `Birth.said`'s time.
Script: TypeAlias = Callable[[Birth], Life]


def ordinary(birth: Birth) -> Life:
    """Return the life of a job with which all goes well: the usual way to success."""
    needs = tuple(sorted(birth.features.items()))
    return birth.life(ordinary_way(birth.lifecycle, needs))


def asked_causes(lifecycle: Lifecycle) -> frozenset[str]:
    """Return what moves are caused by that somebody asks the service for."""
    actions = lifecycle.schema.actions if lifecycle.schema else ()
    return frozenset().union(*(each.causes for each in actions))


@derived
def ordinary_way(lifecycle: Lifecycle, features: Needs) -> tuple[str, ...]:
    """Return the states of a job with which all goes well.

    In each it takes, of the moves that nobody asks for and that lead no farther from success and
    not back, the first one that the life cycle has: authors write the usual road first.

    Args:
        lifecycle: The life cycle.
        features: The job's features.

    Raises:
        UnknownNameError: No job of these features succeeds.
    """
    walks = walks_of(lifecycle)
    goals = [
        one
        for one in walks.moves
        if walks.state(one).outcome is Outcome.SUCCEEDED and not walks.state(one).gone
    ]
    away = walks.distances(goals)
    asked_for = asked_causes(lifecycle)
    wanted = dict(features)
    starts = [
        one
        for one in walks.starts
        if one in away and all(wanted.get(name, has) is has for name, has in one.features)
    ]
    if not starts:
        raise UnknownNameError("way to success of", str(lifecycle), ())
    way: list[Hidden] = [min(starts, key=away.__getitem__)]
    while away[way[-1]]:
        ahead = (to for edge, to in walks.moves[way[-1]] if edge.cause not in asked_for)
        near = (to for to in ahead if away.get(to, _FAR) <= away[way[-1]])
        way.append(next(to for to in near if to not in way))
    return tuple(one.state for one in way)
