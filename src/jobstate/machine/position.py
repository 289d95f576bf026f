"""Where a driven job stands: its state, with what it has passed and which features it has.

The only file that reads or sets a model's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.common.text import plain
from jobstate.errors import shown
from jobstate.machine.errors import ModelError
from jobstate.model.hidden_states import Hidden, excluded, expand, memories_set, met
from jobstate.model.states import needs_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, Needs, Region


class Position(str):
    """The name of a state that knows what it hides; everything else about it is a string.

    It is what a machine puts into a model's ``state``, so a model needs no other attribute. There
    is one object for equal positions, so a model costs no more than a pointer to it.

    Attributes:
        hidden: The state, what was passed and the features.
    """

    __slots__ = ("hidden",)

    hidden: Hidden

    def __new__(cls, hidden: Hidden) -> Position:  # noqa: PYI034 - never subclassed
        """Return the name of the hidden state's state, with the rest beside it."""
        self = super().__new__(cls, hidden.state)
        self.hidden = hidden
        return self

    def __getnewargs__(self) -> tuple[Hidden]:  # type: ignore[override]  # pickling asks for it
        """Return what `__new__` takes, for copies and pickles."""
        return (self.hidden,)

    @property
    def passed(self) -> frozenset[str]:
        """The names of the memories (`jobstate.model.Memory`) that are set."""
        return self.hidden.passed

    @property
    def features(self) -> dict[str, bool]:
        """The job's features, fixed when it began."""
        return dict(self.hidden.features)


class Positions:
    """The positions of one region's jobs: where they begin, what a move makes of them.

    Attributes:
        attribute: The attribute of models that holds their position.
    """

    def __init__(self, lifecycle: Lifecycle, region: Region, attribute: str) -> None:
        self.attribute = attribute
        self._lifecycle = lifecycle
        self._region = region
        self._sets = memories_set(lifecycle, region)
        # Bounded: there are no more positions than hidden states.
        self._positions: dict[Hidden, Position] = {}
        self._reached: dict[Needs, tuple[Hidden, ...]] = {}

    def _at(self, hidden: Hidden) -> Position:
        return self._positions.setdefault(hidden, Position(hidden))

    # --- Models -----------------------------------------------------------------------------------

    def of(self, model: object) -> Position:
        """Return where a model stands.

        Raises:
            ModelError: It was not started, or its state was set by hand.
        """
        value = getattr(model, self.attribute, None)
        if type(value) is Position and value in self._sets:
            return value
        raise _error(
            model,
            f"its {self.attribute} {shown(value)} is not from this machine; begin with start or"
            " restore, and let only triggers move it",
        )

    def put(self, model: object, position: Position) -> None:
        """Let a model stand somewhere.

        Raises:
            ModelError: The model does not let its state be set.
        """
        try:
            setattr(model, self.attribute, position)
        except (AttributeError, TypeError) as error:
            raise _error(
                model, f"its {self.attribute} can't be set ({error}); give it such an attribute"
            ) from error

    def advance(self, model: object, position: Position, edge: Edge) -> None:
        """Move a model along an edge from where it stood when the move began.

        Raises:
            ModelError: It stands elsewhere by now; or its state can't be set.
        """
        hidden, now = position.hidden, self.of(model)
        if now.hidden != hidden:
            raise _error(model, f"a callback has put it into {now} while it was leaving {position}")
        passed = hidden.passed | self._sets[edge.target]
        self.put(model, self._at(Hidden(edge.target, passed, hidden.features)))

    def refusals(self, position: Position, edge: Edge) -> list[str]:
        """Return what keeps a job from a move that leaves its state; nothing if it may go."""
        if not (edge.needs or edge.after):  # most edges, and half the time of a step
            return []
        features = position.features
        lacks = [
            f"it needs {name}={wanted}, and the job has {name}={features.get(name)}"
            for name, wanted in edge.needs
            if features.get(name) is not wanted
        ]
        unpassed = [name for name in edge.after if name not in position.passed]
        return lacks + [f"the job must have passed {self._setters(name)}" for name in unpassed]

    def _setters(self, memory: str) -> str:
        return " or ".join(sorted(name for name, sets in self._sets.items() if memory in sets))

    # --- Beginning and coming back ----------------------------------------------------------------

    def begin(self, model: object, state: str | None, given: Mapping[str, bool]) -> None:
        """Put a model into a state where jobs begin; None for the only one.

        Raises:
            UnknownNameError: There is no such feature or state.
            ModelError: No job has these features; or none begins there, or some do elsewhere too.
        """
        features = self._completed(model, given)
        wanted = set(self._region.initial) if state is None else self._named(state)
        initial = self._region.initial.items()
        possible = [name for name, needs in initial if met(needs, dict(features))]
        names = [name for name in possible if name in wanted]
        if len(names) != 1:
            raise _error(model, f"say where it begins: {' or '.join(possible)}")
        self.put(model, self._at(Hidden(names[0], self._sets[names[0]], features)))

    def come_back(
        self,
        model: object,
        state: str,
        passed: Iterable[str] | None,
        given: Mapping[str, bool],
    ) -> None:
        """Put a model into a state that its job had reached.

        Raises:
            UnknownNameError: There is no such feature or state.
            ModelError: No job has these features, none comes there so, or some have passed one
                thing there and some another.
        """
        features = self._completed(model, given)
        wanted = self._named(state)
        reached = [one for one in self._hidden(features) if one.state in wanted]
        found = [
            one
            for one in reached
            if passed is None or one.passed == self._sets[one.state].union(passed)
        ]
        if len(found) != 1:
            raise _error(model, _unclear(state, features, reached))
        self.put(model, self._at(found[0]))

    def _named(self, state: str) -> set[str]:
        """Return the names of the states that a state's name means, or a status on either axis."""
        state, states = plain(state), self._region.states
        if any(each.name == state for each in states):
            return {state}
        shows = {each.name for each in states if state in {each.primary, each.visible}}
        return shows or {self._region.state(state).name}

    def _hidden(self, features: Needs) -> tuple[Hidden, ...]:
        found = self._reached.get(features)
        if found is None:
            found = tuple(expand(self._lifecycle, self._region, features))
            self._reached[features] = found
        return found

    # --- Features ---------------------------------------------------------------------------------

    def _completed(self, model: object, given: Mapping[str, bool]) -> Needs:
        """Return all features of a job of which some are given, sorted."""
        names = [self._lifecycle.feature(name).name for name in given]
        usual = {each.name: not each.shown for each in self._lifecycle.features}
        fixed = (*self._lifecycle.assumed, *self._region.needs)
        features = {**usual, **dict(fixed), **given}
        problems = [
            f"{name} is neither True nor False"
            for name in names
            if not isinstance(given[name], bool)
        ]
        problems += [
            f"{name}={wanted} holds for every job here"
            for name, wanted in dict.fromkeys(fixed)
            if features[name] is not wanted
        ]
        if clash := sorted(set(excluded(self._lifecycle, features))):
            problems.append(f"no job has {' and '.join(clash)} together")
        if problems:
            raise ModelError(type(model).__name__, problems)
        return tuple(sorted(features.items()))


def _unclear(state: str, features: Needs, reached: Iterable[Hidden]) -> str:
    states = sorted({one.state for one in reached})
    if len(states) > 1:
        return f"say which state shows {state}; it can be: {' or '.join(states)}"
    choices = sorted({", ".join(sorted(one.passed)) or "nothing" for one in reached})
    if choices:
        return f"say what it has passed before {state}; it can be: {' or '.join(choices)}"
    return f"no job that is {needs_text(features)} is ever in {state}"


def _error(model: object, problem: str) -> ModelError:
    return ModelError(type(model).__name__, [problem])
