"""The compiled automaton of a region: what is known of a job, as sets of hidden states.

Pure: imports only the life cycle and its expansion. A set of hidden states is a bit mask; one
step is `next = reach[known] & seen`, looked up after the first time. Nothing here knows of jobs,
answers or rules: `jobstate.judgement` does.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from jobstate.hidden import Hidden, excluded, expand
from jobstate.specification import UNKNOWN_CAUSE, Basis, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jobstate.lifecycle import Lifecycle
    from jobstate.specification import Region, State

#: How many different histories, and sets of hidden states, an automaton remembers. Real fleets
#: show some dozens; the bound is there for inputs made up to be all different.
_REMEMBERED = 1 << 14

#: Stands for every status that the life cycle does not know.
UNKNOWN = "\x00unknown"


@frozen
class Result:
    """What a job has come to.

    Attributes:
        outcome: UNKNOWN where what is known leaves several.
        final: It has ended, whatever it came to; nothing will run any more.
        gone: The service is removing it; the outcome is kept.
        cause: Why it ended so; None while it may run and where it succeeded.
    """

    outcome: Outcome
    final: bool
    gone: bool
    cause: str | None


@frozen(eq=False)
class Sight:
    """What an answer shows of a region, compiled. There is one object for equal sights.

    Attributes:
        mask: The hidden states that fit; 0 where none does.
        real: The nearest non-empty mask: what is known after a violation, for reality wins.
        features: The hidden states that have the features shown.
        unknown: A status is shown that the life cycle does not know.
        primary_unknown: The primary status is one of those.
        illegal_pair: Both statuses are known, but they are no state.
        ruled_out: They are a state, but not one under the features that `given` fixed.
        visible: The status that a history would print; None where the answer leaves it out.
    """

    mask: int
    real: int
    features: int
    unknown: bool
    primary_unknown: bool
    illegal_pair: bool
    ruled_out: bool
    visible: str | None


@define(eq=False)
class Known:
    """What is known of a job in a region: a set of hidden states. One object for equal sets."""

    automaton: Automaton = field(repr=False)
    mask: int
    #: Filled by `Automaton.step`.
    steps: dict[Sight, Known | None] = field(factory=dict, repr=False, init=False)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states that it may be in, in the life cycle's order."""
        return self.automaton.states_of(self.mask)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of those states."""
        return frozenset(state.name for state in self.states)

    @cached_property
    def label(self) -> str:
        """What people call it: a state, a status common to all, or ``anything``."""
        return self.automaton.label_of(self.states)

    @cached_property
    def result(self) -> Result:
        """What the job has come to, as far as its statuses tell."""
        return result_of(self.states)


def result_of(states: Sequence[State]) -> Result:
    """Return what a job has come to that is in one of some states."""
    outcomes = {state.outcome for state in states}
    if len(outcomes) == 1:
        outcome = outcomes.pop()
    elif outcomes == {Outcome.STOPPED, Outcome.TIMED_OUT}:
        # Stopped without a secondary status: a time-out is a stop too, so this is true already.
        outcome = Outcome.STOPPED
    else:
        outcome = Outcome.UNKNOWN
    causes = {state.cause for state in states}
    final = bool(states) and all(state.final for state in states)
    unclear = UNKNOWN_CAUSE if final else None
    return Result(
        outcome=outcome,
        final=final,
        gone=bool(states) and all(state.gone for state in states),
        cause=causes.pop() if len(causes) == 1 else unclear,
    )


@frozen
class Followed:
    """What a history adds to what is known.

    Attributes:
        known: What is known at its end, in agreement with what is shown now; None where nothing
            agrees.
        history: What is known from the history and earlier answers alone.
        trouble: Index of the first status that no legal run explains; None where all are.
        before: What was known before that status; None where it is the first.
        left_out: The history as such is legal, but not with what earlier answers showed.
    """

    known: Known | None
    history: Known
    trouble: int | None
    before: Known | None
    left_out: bool


class _Tables:
    """Successors of single hidden states and of masks, over edges of at most some weakness."""

    def __init__(self, automaton: Automaton, weakest: Basis) -> None:
        count = len(automaton.hidden)
        successors = [0] * count
        silent = [1 << index for index in range(count)]
        loud = [0] * count
        for index, moves in enumerate(automaton.moves):
            for edge, target in moves:
                if edge.basis.weakness <= weakest.weakness:
                    bit = 1 << target
                    successors[index] |= bit
                    if automaton.visible_at(index) == automaton.visible_at(target):
                        silent[index] |= bit
                    else:
                        loud[index] |= bit
        reach = _closure([own | 1 << index for index, own in enumerate(successors)])
        #: Every hidden state that zero or more moves reach.
        self.reach = _over(reach)
        #: Every one that zero or more moves reach which no history prints.
        self.silent = _over(_closure(silent))
        #: Every one that exactly one move reaches which a history prints.
        self.loud = _over(loud)


class Automaton:
    """The knowledge automaton of one region.

    Attributes:
        region: The region.
        hidden: Its hidden states; the bit of each is its index.
        moves: For each hidden state, its edges and the indices of their targets.
        of_state: State name → mask.
        start: What is known of a job that has just been created.
    """

    def __init__(self, lifecycle: Lifecycle, region: Region) -> None:
        self.lifecycle = lifecycle
        self.region = region
        expanded = expand(lifecycle, region)
        self.hidden: list[Hidden] = list(expanded)
        index = {one: position for position, one in enumerate(self.hidden)}
        self.moves = [
            [(edge, index[target]) for edge, target in moves] for moves in expanded.values()
        ]
        self.everything = (1 << len(self.hidden)) - 1
        self._states = {state.name: state for state in region.states}
        self.of_state = dict.fromkeys(self._states, 0)
        for position, one in enumerate(self.hidden):
            self.of_state[one.state] |= 1 << position
        self.of_visible = self._grouped(lambda state: state.visible)
        self.of_primary = self._grouped(lambda state: state.primary)
        self._words = _Words(lifecycle, region)
        self._known: dict[int, Known] = {}
        self._sights: dict[object, Sight] = {}
        self._tables = {basis: _Tables(self, basis) for basis in Basis}
        self.tables = self._tables[Basis.INFERRED]
        initial = 0
        for name in region.initial:
            initial |= self.of_state[name]
        # A hidden state that comes back to where it began has passed more than a new job has.
        fresh = {one for one in self.hidden if self._is_fresh(one)}
        self.start = self.known(initial & self._having(fresh.__contains__))
        self.follow = lru_cache(_REMEMBERED)(self._follow)
        #: Filled by `jobstate.explanation.between`.
        self.between: dict[tuple[int, int], Any] = {}

    def tables_of(self, weakest: Basis) -> _Tables:
        """Return the tables over edges of at most some weakness."""
        return self._tables[weakest]

    def _is_fresh(self, one: Hidden) -> bool:
        own = {
            memory.name
            for memory in self.lifecycle.memories
            if memory.region == self.region.name and one.state in memory.states
        }
        return one.passed == own

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
        """Tell whether a status that histories print is one that the life cycle knows."""
        return visible in self._words.visible

    def unknown_in(self, primary: str, secondary: str | None) -> list[tuple[str, str]]:
        """Return (axis, status) of the statuses shown that the life cycle does not know."""
        words = self._words
        found = []
        if primary not in words.primaries:
            found.append(("primary", primary))
        if secondary is not None and secondary not in words.secondaries:
            found.append(("secondary", secondary))
        return found

    def visible_at(self, index: int) -> str:
        """Return the status that a history prints for a hidden state."""
        return self._states[self.hidden[index].state].visible

    def known(self, mask: int) -> Known:
        """Return the object for a non-empty set of hidden states."""
        found = self._known.get(mask)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[mask] = Known(self, mask)
        return found

    # --- What an answer shows -------------------------------------------------------------------

    def sight(
        self, primary: str | None, secondary: str | None, features: Mapping[str, bool]
    ) -> Sight:
        """Return what an answer shows, compiled: its statuses and its features."""
        words = self._words
        if primary is not None and primary not in words.primaries:
            primary = UNKNOWN
        if secondary is not None and secondary not in words.secondaries:
            secondary = UNKNOWN
        key = (primary, secondary, *features.items())
        found = self._sights.get(key)
        if found is None:
            found = self._sights[key] = self._new_sight(primary, secondary, features)
        return found

    def _new_sight(
        self, primary: str | None, secondary: str | None, features: Mapping[str, bool]
    ) -> Sight:
        fitting = self._with_features(features)
        of_primary = self.everything
        if primary not in (None, UNKNOWN):
            of_primary = self.of_primary.get(primary, 0)
        of_secondary = self.everything
        if secondary not in (None, UNKNOWN):
            of_secondary = self.of_visible.get(secondary, 0)
        both = of_primary & of_secondary
        unknown = UNKNOWN in (primary, secondary)
        pair = not unknown and primary is not None and secondary is not None
        name = f"{primary}/{secondary}" if pair else str(primary)
        choices = (both & fitting, of_primary & fitting, both, of_primary, fitting, self.everything)
        return Sight(
            mask=both & fitting,
            real=next((mask for mask in choices if mask), 0),
            features=fitting,
            unknown=unknown,
            primary_unknown=primary == UNKNOWN,
            illegal_pair=pair and name not in self._words.states,
            ruled_out=not both and not unknown and name in self._words.states,
            visible=secondary if self._words.two_axes else primary,
        )

    def _with_features(self, features: Mapping[str, bool]) -> int:
        # Features that exclude each other are a matter for a rule; here they would fit nothing.
        clash = set(excluded(self.lifecycle, features))
        declared = {each.name for each in self.lifecycle.features} - clash
        wanted = {item for item in features.items() if item[0] in declared}
        return self._having(lambda one: wanted.issubset(one.features))

    # --- One step -------------------------------------------------------------------------------

    def step(self, known: Known, sight: Sight) -> Known | None:
        """Return what is known after a sampled answer; None where no legal run explains it."""
        try:
            return known.steps[sight]
        except KeyError:
            mask = self.tables.reach(known.mask) & sight.mask
            found = known.steps[sight] = self.known(mask) if mask else None
            return found

    def _follow(
        self,
        base: Known | None,
        samples: tuple[Sight, ...],
        statuses: tuple[str, ...],
        now: Sight,
        weakest: Basis = Basis.INFERRED,
    ) -> Followed:
        """Read a history (cached as `follow`; cost is linear in its length the first time).

        Args:
            base: What was known when the last history was read; None where this is the first.
            samples: What thin answers have shown since, in order.
            statuses: The statuses that the history adds.
            now: What the answer itself shows.
            weakest: Take only edges of at most this weakness.
        """
        walk = _Walk(self, self._tables[weakest], samples, now)
        if base is not None:
            walk.resume(base.mask)
        for position, status in enumerate(statuses):
            walk.enter(status, first=base is None and position == 0)
        return walk.followed()

    def states_of(self, mask: int) -> tuple[State, ...]:
        """Return the states of a set of hidden states, in the life cycle's order."""
        return tuple(state for state in self.region.states if mask & self.of_state[state.name])

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


class _Words:
    """The statuses that the life cycle knows in a region, whatever `given` has ruled out."""

    def __init__(self, lifecycle: Lifecycle, region: Region) -> None:
        lost = [state for name, state in lifecycle.ruled_out if name == region.name]
        states = [*region.states, *lost]
        self.states = {state.name for state in states}
        self.primaries = {state.primary for state in states}
        self.secondaries = {state.secondary for state in states if state.secondary is not None}
        self.visible = {state.visible for state in states}
        self.two_axes = bool(self.secondaries)


class _Walk:
    """One reading of a history, with thin answers somewhere between its entries.

    Layer k holds the hidden states that a legal run can be in after it has shown the entries so
    far and the first k thin answers. A thin answer may have come at any moment, hence the layers.
    """

    def __init__(
        self, automaton: Automaton, tables: _Tables, samples: tuple[Sight, ...], now: Sight
    ) -> None:
        self._automaton = automaton
        self._tables = tables
        self._samples = samples
        self._now = now
        self._layers = [0] * (len(samples) + 1)
        self._anything_next = False
        self._entered = 0
        self._trouble: int | None = None
        self._before: Known | None = None

    def resume(self, base: int) -> None:
        """Begin where an earlier history ended."""
        self._layers[0] = base & self._now.features
        self._saturate()

    def enter(self, status: str, *, first: bool) -> None:
        """Read one entry."""
        automaton = self._automaton
        shown = automaton.of_visible.get(status, 0)
        unknown = not automaton.knows(status)
        if unknown:  # it could be anything, and so could what it leads to
            layers = [self._now.features or automaton.everything] * len(self._layers)
        elif self._anything_next:
            layers = [shown & self._now.features] * len(self._layers)
        elif first:
            layers = [automaton.start.mask & shown & self._now.features, *self._layers[1:]]
        else:
            layers = [self._tables.loud(mask) & shown for mask in self._layers]
        if not any(layers):
            self._note_trouble()
            layers[-1] = shown & self._now.features or shown
        self._layers = layers
        # After a status that `given` has ruled out nothing is known either.
        self._anything_next = unknown or not shown
        self._entered += 1
        self._saturate()

    def _note_trouble(self) -> None:
        if self._trouble is None:
            self._trouble = self._entered
            union = self._union()
            self._before = self._automaton.known(union) if union else None

    def _saturate(self) -> None:
        silent = self._tables.silent
        layers = self._layers
        layers[0] = silent(layers[0])
        for position, sample in enumerate(self._samples):
            layers[position + 1] = silent(layers[position + 1] | layers[position] & sample.mask)

    def _union(self) -> int:
        union = 0
        for mask in self._layers:
            union |= mask
        return union

    def followed(self) -> Followed:
        """Return what was found."""
        automaton = self._automaton
        complete = self._layers[-1]
        history = complete or self._union() or self._now.real
        mask = history & self._now.mask
        return Followed(
            known=automaton.known(mask) if mask else None,
            history=automaton.known(history),
            trouble=self._trouble,
            before=self._before,
            left_out=not complete,
        )


def _closure(successors: list[int]) -> list[int]:
    """Return the reflexive-transitive closure; each mask must have its own bit set."""
    closed = list(successors)
    changed = True
    while changed:
        changed = False
        for index, mask in enumerate(closed):
            wider = mask
            for other in bits(mask):
                wider |= closed[other]
            if wider != mask:
                closed[index] = wider
                changed = True
    return closed


def _over(table: list[int]) -> Callable[[int], int]:
    """Return the table of single hidden states as a remembered function of masks."""

    @lru_cache(_REMEMBERED)
    def of(mask: int) -> int:
        union = 0
        for index in bits(mask):
            union |= table[index]
        return union

    return of


def bits(mask: int) -> Iterator[int]:
    """Yield the indices of the bits that are set, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def compile_lifecycle(lifecycle: Lifecycle) -> dict[str, Automaton]:
    """Return the automaton of each region by name; compiled once, in some milliseconds."""
    found = lifecycle.derived.get("automata")
    if found is None:
        found = {region.name: Automaton(lifecycle, region) for region in lifecycle.regions}
        lifecycle.derived["automata"] = found
    return found
