"""`usual_length`: how long a stay lasts, as such stays were seen to last."""

from __future__ import annotations

from math import exp, log
from statistics import NormalDist
from typing import TYPE_CHECKING

from jobstate.world.scripts import USUAL

if TYPE_CHECKING:
    from jobstate.model.profile import Lasted
    from jobstate.model.states import State
    from jobstate.world.scripts import Birth


def usual_length(birth: Birth, state: State) -> float:
    """Return how many seconds a stay lasts, by chance.

    Where stays in that status were seen (`Lifecycle.profile`), lengths are spread as theirs: half
    are no longer than their median, and none is longer than the longest (a log-normal distribution,
    whose spread is such that the longest of so many is as long). Elsewhere it is about a minute.
    """
    profile = birth.lifecycle.profile() if birth.lifecycle.profile else None
    lasted = profile.lengths.get(state.visible) if profile else None
    if lasted is None:
        return USUAL * birth.random.uniform(0.5, 1.5)
    return min(lasted.median * exp(_spread(lasted) * birth.random.gauss(0, 1)), lasted.longest)


def _spread(lasted: Lasted) -> float:
    longest_of_so_many = NormalDist().inv_cdf(lasted.count / (lasted.count + 1))
    return log(lasted.longest / lasted.median) / longest_of_so_many
