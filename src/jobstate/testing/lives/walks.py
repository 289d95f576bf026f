"""Legal walks through a life cycle: what comes next, how far the end is, what goes on beside.

Whoever makes lives, tours or shorter lives walks here; which way is taken is the caller's choice.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

from jobstate.model.hidden_states import Hidden, begins, expand, met
from jobstate.model.lifecycle import derived
from jobstate.model.rule_tests import Requires

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, Region, State

_Choice = TypeVar("_Choice")


class Chooser(Protocol):
    """Returns one of several: ``random.choice``, or a draw of Hypothesis."""

    def __call__(self, choices: Sequence[_Choice], /) -> _Choice:
        """Return one of them; there is at least one."""
        raise NotImplementedError


class Walks:
    """The legal walks through the region with the history (or the first), for all features.

    Attributes:
        lifecycle: The life cycle.
        region: The region.
        moves: Hidden state → its edges and where they lead.
        starts: The hidden states in which a job begins, one for each set of features.
        to_end: Hidden state → how many moves a final one is away; absent where none can be reached.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.region = lifecycle.main_region
        self.moves = expand(lifecycle, self.region)
        self._states = {state.name: state for state in self.region.states}
        # Where a job begins, and not the same state come back to.
        self.starts = list(filter(begins(lifecycle, self.region), self.moves))
        self.to_end = self.distances(one for one in self.moves if self.state(one).final)

    def state(self, hidden: Hidden) -> State:
        """Return the state that a hidden state is in."""
        return self._states[hidden.state]

    def distances(self, goals: Iterable[Hidden]) -> dict[Hidden, int]:
        """Return how many moves each hidden state is away from the nearest of some, if any."""
        before: dict[Hidden, list[Hidden]] = {one: [] for one in self.moves}
        for one, moves in self.moves.items():
            for _, target in moves:
                before[target].append(one)
        found = dict.fromkeys(goals, 0)
        queue = deque(found)
        while queue:
            one = queue.popleft()
            for earlier in before[one]:
                if earlier not in found:
                    found[earlier] = found[one] + 1
                    queue.append(earlier)
        return found


@derived
def walks_of(lifecycle: Lifecycle) -> Walks:
    """Return the walks of a life cycle; worked out once, in some milliseconds."""
    return Walks(lifecycle)


# --- What goes on beside ------------------------------------------------------------------------


def beside(
    lifecycle: Lifecycle,
    region: Region,
    states: Sequence[State],
    features: Mapping[str, bool],
    choose: Chooser,
) -> list[tuple[int, str]] | None:
    """Return what another region goes through while a job goes through some states.

    Where a rule between the regions forbids it to stay, it moves at the same moment as the job.
    After the last state it may go on, as long as the caller chooses to.

    Args:
        lifecycle: The life cycle.
        region: The other region.
        states: What the job goes through.
        features: The job's features.
        choose: Returns one of several.

    Returns:
        (Place among the states, state of the region that begins there). None where a job with
        these features does not have the region, or no legal way leads along.
    """
    if not met(region.needs, features):
        return None
    fits = _Fits(lifecycle, region)
    here = [
        name
        for name, needs in region.initial.items()
        if met(needs, features) and fits(states[0], name)
    ]
    if not here:
        return None
    now = choose(here)
    found = [(0, now)]
    for place, state in enumerate(states[1:], start=1):
        if not fits(state, now):
            ways = [name for name in _next(region, now, features) if fits(state, name)]
            if not ways:
                return None
            now = choose(ways)
            found.append((place, now))
    while ways := [name for name in _next(region, now, features) if fits(states[-1], name)]:
        if not choose([False, True]):
            break
        now = choose(ways)
        found.append((len(states) - 1, now))
    return found


def _next(region: Region, name: str, features: Mapping[str, bool]) -> list[str]:
    leaving: Iterator[Edge] = (edge for edge in region.edges if edge.origin == name)
    return [e.target for e in leaving if e.target != name and met(e.needs, features)]


class _Fits:
    """Whether two regions may be in two states at once, by the rules that tables can express."""

    def __init__(self, lifecycle: Lifecycle, region: Region) -> None:
        self._region = region
        self._states = {state.name: state for state in region.states}
        self._tests = [
            (test.when, test.then)
            for rule in lifecycle.rules
            for test in rule.tests
            if isinstance(test, Requires) and test.when is not None
        ]

    def __call__(self, state: State, name: str) -> bool:
        other = self._states[name]
        for when, then in self._tests:
            asking, asked = (other, state) if when.region == self._region.name else (state, other)
            if when.region != then.region and when.holds(asking) and not then.holds(asked):
                return False
        return True
