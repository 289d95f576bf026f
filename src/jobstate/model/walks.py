"""Legal walks through a life cycle: what comes next, how far the end is, what goes on beside.

Whoever makes lives, tours or shorter lives walks here; which way is taken is the caller's choice.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from jobstate.model.hidden_states import Hidden, begins, expand, met
from jobstate.model.lifecycle import derived
from jobstate.model.rule_tests import Requires
from jobstate.model.states import Basis, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, Region, State

_Choice = TypeVar("_Choice")
#: What a move costs that nobody has seen or documented; one that somebody has costs 1.
_INFERRED: Final = 100


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

    def standing(self, names: Sequence[str], features: Mapping[str, bool]) -> list[Hidden]:
        """Return where a job can be that went through some states, the last one being where it is.

        No legal job goes so: then every hidden state of the last one.

        Args:
            names: The names of the states.
            features: Those of its features that are known.
        """
        here = [
            one
            for one in self.starts
            if one.state == names[0]
            and all(features.get(name, has) is has for name, has in one.features)
        ]
        for name in names[1:]:
            here = [to for one in here for _, to in self.moves[one] if to.state == name]
        return list(dict.fromkeys(here)) or [one for one in self.moves if one.state == names[-1]]

    def firmest(
        self,
        starts: Iterable[Hidden],
        causes: Collection[str],
        is_goal: Callable[[State], bool],
    ) -> list[State]:
        """Return the way to a goal that takes the fewest inferred moves, and of these the fewest.

        Args:
            starts: Where it may begin; the way is without it.
            causes: What the first move is caused by.
            is_goal: Whether it may end in a state.

        Returns:
            The states; none where no move is caused so, or none leads to a goal.
        """
        queue: list[tuple[int, int, Hidden, tuple[State, ...]]] = []
        turn = 0

        def go_on(cost: int, edge: Edge, target: Hidden, way: tuple[State, ...]) -> None:
            nonlocal turn
            turn += 1  # equals come in the order in which they were found
            cost += cost_of(edge)
            heappush(queue, (cost, turn, target, (*way, self.state(target))))

        for start in starts:
            for edge, target in self.moves[start]:
                if edge.cause in causes:
                    go_on(0, edge, target, ())
        seen: set[Hidden] = set()
        while queue:
            cost, _, one, way = heappop(queue)
            if is_goal(way[-1]):
                return list(way)
            if one not in seen:
                seen.add(one)
                for edge, target in self.moves[one]:
                    go_on(cost, edge, target, way)
        return []

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


def cost_of(edge: Edge) -> int:
    """Return what a move costs whoever looks for the firmest way."""
    return _INFERRED if edge.basis is Basis.INFERRED else 1


@derived
def walks_of(lifecycle: Lifecycle) -> Walks:
    """Return the walks of a life cycle; worked out once, in some milliseconds."""
    return Walks(lifecycle)


def way_of_a_stop(
    lifecycle: Lifecycle,
    names: Sequence[str],
    features: Mapping[str, bool],
    causes: Collection[str],
) -> list[State]:
    """Return what a job goes through from where it is stopped; nothing where it can't be.

    Args:
        lifecycle: The life cycle.
        names: The names of the states that it went through.
        features: Those of its features that are known.
        causes: What the moves are caused by that are a stop.
    """
    walks = walks_of(lifecycle)
    here = walks.standing(names, features)
    ends = [state for state in walks.region.states if state.final and not state.gone]
    # Some services have no end of its own for it.
    for goals in (
        [state for state in ends if state.outcome is Outcome.STOPPED],
        [state for state in ends if Outcome.STOPPED in state.finer],
    ):
        if way := walks.firmest(here, causes, goals.__contains__):
            return way
    return []


def way_of_a_deletion(
    lifecycle: Lifecycle, names: Sequence[str], features: Mapping[str, bool]
) -> list[State]:
    """Return what a job goes through that is deleted where it is: one state, or none."""
    walks = walks_of(lifecycle)
    here = walks.standing(names, features)
    ahead = (walks.state(target) for one in here for _, target in walks.moves[one])
    return [state for state in ahead if state.gone][:1]


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
    moves = _forced(fits, region, now, states[1:], features, choose)
    if moves is None:
        return None
    found = [(0, now), *((place + 1, name) for place, name in moves)]
    now = found[-1][1]
    while ways := [name for name in _next(region, now, features) if fits(states[-1], name)]:
        if not choose([False, True]):
            break
        now = choose(ways)
        found.append((len(states) - 1, now))
    return found


def forced_beside(
    lifecycle: Lifecycle,
    region: Region,
    now: str,
    states: Sequence[State],
    features: Mapping[str, bool],
) -> list[tuple[int, str]]:
    """Return where another region must go from where it is, as a job goes on through some states.

    Args:
        lifecycle: The life cycle.
        region: The other region.
        now: The name of the state that it is in.
        states: What the job goes through from here on.
        features: The job's features.

    Returns:
        (Place among the states, state of the region that begins there); of several the first that
        the life cycle has. Nothing where no legal way leads along.
    """
    fits = _Fits(lifecycle, region)
    return _forced(fits, region, now, states, features, next_of) or []


def next_of(choices: Sequence[_Choice]) -> _Choice:
    """Return the first of some: a `Chooser` for whoever has no preference."""
    return choices[0]


def _forced(  # noqa: PLR0913, PLR0917 - of two functions alike
    fits: _Fits,
    region: Region,
    now: str,
    states: Sequence[State],
    features: Mapping[str, bool],
    choose: Chooser,
) -> list[tuple[int, str]] | None:
    found = []
    for place, state in enumerate(states):
        if not fits(state, now):
            ways = [name for name in _next(region, now, features) if fits(state, name)]
            if not ways:
                return None
            now = choose(ways)
            found.append((place, now))
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
