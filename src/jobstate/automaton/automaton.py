"""The compiled automaton of a region: what is known of a job, as sets of hidden states.

A set of hidden states is a bit mask; one step is `next = reach[known] & seen`, looked up after the
first time. Nothing here knows of jobs, answers or rules: `jobstate.conformance.judge` does.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from jobstate.automaton.bitsets import Successors, bits
from jobstate.errors import UnknownNameError
from jobstate.model.hidden_states import Hidden, begins, excluded, expand
from jobstate.model.lifecycle import derived
from jobstate.model.outcome import Result, result_of
from jobstate.model.states import Basis, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, Region

#: Stands for every status that the life cycle does not know.
UNKNOWN = "\x00unknown"


@frozen(eq=False)
class RegionView:
    """What an answer shows of a region, compiled. There is one object for equal sights.

    Attributes:
        mask: The hidden states that fit; 0 where none does.
        real: The nearest non-empty mask: what is known after a violation, for reality wins.
        features: The hidden states that have the features shown.
        unknown: A status is shown that the life cycle does not know.
        primary_unknown: The primary status is one of those.
        illegal_pair: Both statuses are known, but they are no state.
        ruled_out: They are a state, but not one under the features that `given` fixed.
        excluded: The states that they show, where those features or the ones shown exclude them.
        visible: The status that a history would print; None where the answer leaves it out.
        came_from: The hidden states that were just before, as the answer says, where none of them
            leads to what it shows; else 0.
    """

    mask: int
    real: int
    features: int
    unknown: bool
    primary_unknown: bool
    illegal_pair: bool
    ruled_out: bool
    excluded: tuple[State, ...]
    visible: str | None
    came_from: int


@define(eq=False)
class StateEstimate:
    """What is known of a job in a region: a set of hidden states. One object for equal sets."""

    automaton: Automaton = field(repr=False)
    mask: int
    #: Filled by `Automaton.step`.
    steps: dict[RegionView, StateEstimate | None] = field(factory=dict, repr=False, init=False)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """Pickle and copy the hidden states in words, for another version counts them otherwise."""
        hidden = self.automaton.hidden
        return self.automaton.estimate_of, ([hidden[place] for place in bits(self.mask)],)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states that it may be in, in the life cycle's order."""
        return self.automaton.states_of(self.mask)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of those states."""
        return frozenset(state.name for state in self.states)

    def excludes(self, other: StateEstimate) -> bool:
        """Return whether no state is in both: the job has moved."""
        return not self.names & other.names

    def narrows(self, other: StateEstimate) -> bool:
        """Return whether the other rules out a state that was possible here."""
        return not self.names <= other.names

    def goes_on_to(self, other: StateEstimate) -> bool:
        """Return whether a job that has ended here was reopened if it came there legally."""
        if not self.result.final or not self.excludes(other):
            return False
        return not self.automaton.removal.reach(self.mask) & other.mask

    @cached_property
    def label(self) -> str:
        """What people call it: a state, a status common to all, or ``anything``."""
        return self.automaton.label_of(self.states)

    @cached_property
    def features(self) -> dict[str, bool]:
        """The features that answers can show and that are certain: name → whether it has it."""
        shown = {each.name for each in self.automaton.lifecycle.features if each.shown}
        return {
            name: wanted
            for name, wanted in sorted(self.automaton.agreed(self.mask))
            if name in shown
        }

    @cached_property
    def result(self) -> Result:
        """What the job has come to, as far as its statuses tell."""
        return result_of(self.states)


class Automaton:
    """The knowledge automaton of one region. It never changes, but it remembers.

    Any thread may use it: what two of them work out at once is equal, and where it matters that it
    is one object, both get the one that was remembered first.

    Attributes:
        region: The region.
        hidden: Its hidden states; the bit of each is its index.
        moves: For each hidden state, its edges and the indices of their targets.
        visible: For each hidden state, what a history prints of it.
        of_state: State name → mask.
        words: The statuses that the life cycle knows.
        start: What is known of a job that has just been created.
        final: The hidden states in which a job has ended.
        reopening: Those of them from which it may go on.
    """

    def __init__(self, lifecycle: Lifecycle, region: Region) -> None:
        self.lifecycle = lifecycle
        self.region = region
        expanded = expand(lifecycle, region)
        self.hidden: list[Hidden] = list(expanded)
        self._index = {one: position for position, one in enumerate(self.hidden)}
        self.moves = [
            [(edge, self._index[target]) for edge, target in moves] for moves in expanded.values()
        ]
        self.everything = (1 << len(self.hidden)) - 1
        self._states = {state.name: state for state in region.states}
        self.of_state = dict.fromkeys(self._states, 0)
        for position, one in enumerate(self.hidden):
            self.of_state[one.state] |= 1 << position
        self.of_visible = self._grouped(lambda state: state.visible)
        self.of_primary = self._grouped(lambda state: state.primary)
        self.words = StatusNames(lifecycle, region)
        self._estimates: dict[int, StateEstimate] = {}
        self._views: dict[object, RegionView] = {}
        self.visible = [self._states[one.state].visible for one in self.hidden]
        self._successors = {basis: Successors(self.moves, self.visible, basis) for basis in Basis}
        #: Over all edges.
        self.successors = self._successors[Basis.INFERRED]
        self.final = self._mask_of(state for state in region.states if state.final)
        self.reopening = self._mask_of(state for state in region.states if state.reopens)
        #: Over those that take back no end.
        self.removal = Successors(self._removal(), self.visible, Basis.INFERRED)
        self.start = self.estimate(self._having(begins(lifecycle, region)))

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        """Pickle and copy only whose it is: it is compiled anew, or found."""
        return _automaton_of, (self.lifecycle, self.region.name)

    def successors_over(self, weakest: Basis) -> Successors:
        """Return the successors over edges of at most some weakness."""
        return self._successors[weakest]

    def _mask_of(self, states: Iterable[State]) -> int:
        return sum(self.of_state[state.name] for state in states)

    def _removal(self) -> list[list[tuple[Edge, int]]]:
        gone = {state.name for state in self.region.states if state.gone}
        return [
            [each for each in moves if each[0].target in {each[0].origin, *gone}]
            for moves in self.moves
        ]

    def _having(self, wanted: Callable[[Hidden], bool]) -> int:
        mask = 0
        for position, one in enumerate(self.hidden):
            if wanted(one):
                mask |= 1 << position
        return mask

    def _grouped(self, key: Callable[[State], str]) -> dict[str, int]:
        groups: dict[str, int] = {}
        for state in self.region.states:
            groups[key(state)] = groups.get(key(state), 0) | self.of_state[state.name]
        return groups

    def knows(self, visible: str) -> bool:
        """Return whether a status that histories print is one that the life cycle knows."""
        return visible in self.words.visible

    def unknown_in(self, primary: str, secondary: str | None) -> list[tuple[str, str]]:
        """Return (axis, status) of the statuses shown that the life cycle does not know."""
        words = self.words
        found = []
        if primary and primary not in words.primaries:
            found.append(("primary", primary))
        if secondary is not None and secondary not in words.secondaries:
            found.append(("secondary", secondary))
        return found

    def estimate(self, mask: int) -> StateEstimate:
        """Return the object for a non-empty set of hidden states."""
        found = self._estimates.get(mask)
        if found is None:
            found = self._estimates.setdefault(mask, StateEstimate(self, mask))
        return found

    def estimate_of(self, hidden: Sequence[Hidden]) -> StateEstimate:
        """Return the object for hidden states in words.

        Raises:
            UnknownNameError: Another version of the life cycle has one of them, this one has not.
        """
        mask = 0
        for one in hidden:
            if one not in self._index:
                raise UnknownNameError("hidden state", str(one), map(str, self.hidden))
            mask |= 1 << self._index[one]
        return self.estimate(mask)

    # --- What an answer shows -------------------------------------------------------------------

    def view(
        self,
        primary: str | None,
        secondary: str | None,
        features: Mapping[str, bool],
        previous: str | None = None,
    ) -> RegionView:
        """Return what an answer shows, compiled: its statuses and its features."""
        words = self.words
        primary = primary or None
        if primary is not None and primary not in words.primaries:
            primary = UNKNOWN
        if secondary is not None and secondary not in words.secondaries:
            secondary = UNKNOWN
        if previous is not None and previous not in words.primaries:
            previous = None  # what nobody knows may lead anywhere
        key = (primary, secondary, previous, *features.items())
        found = self._views.get(key)
        if found is None:
            new = self._new_view(primary, secondary, features, previous)
            found = self._views.setdefault(key, new)
        return found

    def _new_view(
        self,
        primary: str | None,
        secondary: str | None,
        features: Mapping[str, bool],
        previous: str | None,
    ) -> RegionView:
        fitting = self._with_features(features)
        of_primary = self.everything
        if primary not in (None, UNKNOWN):
            of_primary = self.of_primary.get(primary, 0)
        of_secondary = self.everything
        # Beside an unknown primary status a known secondary one may mean something new: an unknown
        # status must never pass for the end of a job.
        if secondary not in (None, UNKNOWN) and primary != UNKNOWN:
            of_secondary = self.of_visible.get(secondary, 0)
        both = of_primary & of_secondary
        unknown = UNKNOWN in (primary, secondary)
        pair = not unknown and primary is not None and secondary is not None
        name = f"{primary}/{secondary}" if pair else str(primary)
        mask, came_from = both & fitting, 0
        before = self.of_primary.get(previous or "", 0) & fitting
        if before and mask and not unknown:
            # However answers are ordered, the job was there before it came here.
            mask &= self.successors.reach(before)
            came_from = 0 if mask else before
        choices = (both & fitting, of_primary & fitting, both, of_primary, fitting, self.everything)
        return RegionView(
            mask=mask,
            real=next((mask for mask in choices if mask), 0),
            features=fitting,
            unknown=unknown,
            primary_unknown=primary == UNKNOWN,
            illegal_pair=pair and name not in self.words.states,
            ruled_out=not both and not unknown and name in self.words.states,
            excluded=() if both & fitting else self._excluded(name, primary, of_primary),
            visible=secondary if self.words.two_axes else primary,
            came_from=came_from,
        )

    def _excluded(self, name: str, primary: str | None, of_primary: int) -> tuple[State, ...]:
        """Return the states that statuses show, where no hidden state does."""
        states = self.words.states
        if name in states:
            return (states[name],)
        if of_primary:  # what is no state reads as its primary status, which tells enough
            return ()
        return tuple(state for state in states.values() if state.primary == primary)

    def _with_features(self, features: Mapping[str, bool]) -> int:
        # Features that exclude each other are a matter for a rule; here they would fit nothing.
        clash = set(excluded(self.lifecycle, features))
        declared = {each.name for each in self.lifecycle.features} - clash
        wanted = {item for item in features.items() if item[0] in declared}
        return self._having(lambda one: wanted.issubset(one.features))

    # --- One step -------------------------------------------------------------------------------

    def step(self, estimate: StateEstimate, region_view: RegionView) -> StateEstimate | None:
        """Return what is known after a sampled answer; None where no legal run explains it."""
        try:
            return estimate.steps[region_view]
        except KeyError:
            mask = self.successors.reach(estimate.mask) & region_view.mask
            mask = self.standing(estimate.mask, region_view.mask, mask)
            found = estimate.steps[region_view] = self.estimate(mask) if mask else None
            return found

    def standing(self, before: int, shown: int, possible: int) -> int:
        """Return where a job is taken to be: where it had ended, as long as that may be so still.

        An end that reopens may have come again, as itself or another, and nobody saw it; that is
        reachable from where it stands, so nothing is lost.

        Args:
            before: Where it was taken to be before.
            shown: The hidden states that an answer shows.
            possible: Those of them in which it may be.
        """
        stands = before & self.reopening and not (before | shown) & ~self.final
        return (possible & before if stands else 0) or possible

    def states_of(self, mask: int) -> tuple[State, ...]:
        """Return the states of a set of hidden states, in the life cycle's order."""
        return tuple(state for state in self.region.states if mask & self.of_state[state.name])

    def agreed(self, mask: int) -> set[tuple[str, bool]]:
        """Return the features that all hidden states of a set have alike; none of no state.

        A region that no job has, given some features, has no hidden states.
        """
        features = [set(self.hidden[place].features) for place in bits(mask)]
        return set.intersection(*features) if features else set()

    # --- Names ----------------------------------------------------------------------------------

    def label_of(self, states: Sequence[State]) -> str:
        """Return what people call a set of states."""
        if len(states) == 1:
            return states[0].name
        if len(states) == len(self.region.states):
            return "anything"
        for group in ("primary", "visible"):
            common = {getattr(state, group) for state in states}
            if len(common) == 1:
                return str(common.pop())
        return " or ".join(state.name for state in states)


class StatusNames:
    """The statuses that the life cycle knows in a region, whatever `given` has ruled out.

    Attributes:
        states: The states by name.
        primaries: The primary statuses.
        secondaries: The secondary statuses.
        visible: What histories print.
        two_axes: There are secondary statuses.
    """

    def __init__(self, lifecycle: Lifecycle, region: Region) -> None:
        lost = [state for name, state in lifecycle.ruled_out if name == region.name]
        states = [*region.states, *lost]
        self.states = {state.name: state for state in states}
        self.primaries = {state.primary for state in states}
        self.secondaries = {state.secondary for state in states if state.secondary is not None}
        self.visible = {state.visible for state in states}
        self.two_axes = bool(self.secondaries)


@derived
def compile_lifecycle(lifecycle: Lifecycle) -> dict[str, Automaton]:
    """Return the automaton of each region by name; compiled once, in some milliseconds."""
    return {region.name: Automaton(lifecycle, region) for region in lifecycle.regions}


def _automaton_of(lifecycle: Lifecycle, region: str) -> Automaton:
    return compile_lifecycle(lifecycle)[region]
