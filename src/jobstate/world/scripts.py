"""What jobs live that are created: a script makes a life of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final, TypeAlias

from attrs import evolve, field, frozen

from jobstate.errors import UnknownNameError
from jobstate.model.life import Life, Said, Stay
from jobstate.model.lifecycle import Lifecycle, derived
from jobstate.model.observation import JobKey
from jobstate.model.states import Needs, Outcome, State
from jobstate.model.walks import beside, next_of
from jobstate.world.ways import way_through

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
        request: All that it is created with, what answers keep to themselves too; empty of a job
            that another one makes.
    """

    lifecycle: Lifecycle
    job: JobKey
    said: Said
    features: Mapping[str, bool]
    random: Random
    request: Mapping[str, Any] = field(factory=dict, repr=False)

    def life(
        self,
        states: Sequence[str],
        seconds: float | Callable[[State], float] = USUAL,
        failure: str | None = None,
    ) -> Life:
        """Return a life through some states.

        Args:
            states: Their names, in order.
            seconds: How long each stay lasts on average, half more or less; or what returns how
                long one lasts.
            failure: What the service says of a failure.

        Raises:
            UnknownNameError: The life cycle has no such state.
        """
        region = self.lifecycle.main_region
        named = [region.state(name) for name in states]
        times = [self.said.at]
        for state in named[:-1]:
            lasts = seconds(state) if callable(seconds) else seconds * self.random.uniform(0.5, 1.5)
            times.append(times[-1] + timedelta(seconds=round(lasts, 3)))
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


@derived
def ordinary_way(lifecycle: Lifecycle, features: Needs) -> tuple[str, ...]:
    """Return the states of a job with which all goes well: the usual road to success.

    Args:
        lifecycle: The life cycle.
        features: The job's features.

    Raises:
        UnknownNameError: No job of these features succeeds.
    """
    way = way_through(lifecycle, features, (), Outcome.SUCCEEDED)
    if not way:
        raise UnknownNameError("way to success of", str(lifecycle), ())
    return way
