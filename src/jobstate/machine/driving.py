"""The machine: what `transitions` has, with the moves of a life cycle and no others."""

from __future__ import annotations

from collections import deque
from itertools import chain
from threading import get_ident
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from jobstate.errors import UnknownNameError
from jobstate.machine.closed import EVOLVE, ClosedMachine, require_plain
from jobstate.machine.errors import ClosedMachineError, ModelError, TriggerRefusedError
from jobstate.machine.moves import Firing, MachineState, MachineTransition, Trigger
from jobstate.machine.names import state_identifiers, trigger_names
from jobstate.machine.position import Positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from transitions.core import CallbacksArg, ModelParameter, StateIdentifier
    from transitions.core import State as AnyState

    from jobstate.machine.position import Position
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.states import Edge, Region

_Model = TypeVar("_Model")


class _Run:
    """What is fired at one model while it moves, and by which thread."""

    __slots__ = ("queue", "thread")

    def __init__(self) -> None:
        self.queue: deque[Firing] = deque()
        self.thread = get_ident()


# --- The machine ----------------------------------------------------------------------------------


class JobMachine(ClosedMachine):
    """A `transitions` machine whose moves are the edges of a life cycle, and no others.

    Callbacks and conditions are added by the ordinary API. Models are not registered: nothing is
    written onto them but their state, so slots, equal models and millions of them do no harm.

    Attributes:
        lifecycle: The life cycle.
        region: The region of it in which models move.
        triggers: Trigger → its edges, in the life cycle's order.
        identifiers: State name → what it is called in the names of callbacks.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        region: Region,
        is_taken: Callable[[str], bool],
        *,
        model_attribute: str = "state",
        send_event: bool = True,
    ) -> None:
        """Use `jobstate.machine.build`, which knows which names are taken."""
        self.lifecycle = lifecycle
        self.region = region
        words = state_identifiers(lifecycle.name, region)
        self.identifiers: Mapping[str, str] = MappingProxyType(words)
        self._of_word = {word: name for name, word in words.items()}
        self._names = trigger_names(lifecycle.name, region, is_taken)
        self._positions = Positions(lifecycle, region, model_attribute)
        self._runs: dict[int, _Run] = {}
        super().__init__(
            model=None,
            name=str(lifecycle),
            auto_transitions=False,
            send_event=send_event,
            model_attribute=model_attribute,
            initial=None,
        )
        self._fill()

    def _fill(self) -> None:
        for state in self.region.states:
            self.states[state.name] = MachineState(state, self.identifiers[state.name])
        triggers: dict[str, tuple[Edge, ...]] = {}
        for edge, name in self._names.items():
            triggers[name] = (*triggers.get(name, ()), edge)
            event = self.events.setdefault(name, Trigger(name, self))
            event.add_transition(MachineTransition(edge, self._positions))
        self.triggers: Mapping[str, tuple[Edge, ...]] = MappingProxyType(triggers)

    def __str__(self) -> str:
        return f"machine of {self.lifecycle}, region {self.region.name}"

    def __deepcopy__(self, _memo: object) -> JobMachine:
        """Return itself, for models that are copied go on sharing it."""
        return self

    def trigger_of(self, edge: Edge) -> str:
        """Return the trigger that drives an edge.

        Raises:
            UnknownNameError: The region has no such edge; it lists those there are.
        """
        if edge not in self._names:
            edges = (f"{each.origin} → {each.target}" for each in self._names)
            raise UnknownNameError("edge", f"{edge.origin} → {edge.target}", edges)
        return self._names[edge]

    # --- Driving ----------------------------------------------------------------------------------

    def start(self, model: _Model, state: str | None = None, /, **features: bool) -> _Model:
        """Put a model where jobs begin, and return it. No callback is run.

        Args:
            model: Any object whose state can be set.
            state: The initial state, where there are several; or a status that only it shows.
            features: The job's features. It lacks those that are not given, but for what the life
                cycle fixes, and for what no answer can show (a stop asked for), which it has.

        Raises:
            UnknownNameError: There is no such feature or state.
            ModelError: No job has these features or begins there, or the state can't be set.
        """
        self._positions.begin(model, state, features)
        return model

    def restore(
        self, model: _Model, state: str, passed: Iterable[str] | None = None, /, **features: bool
    ) -> _Model:
        """Put a model back where its job was, and return it. No callback is run.

        Costs some milliseconds the first time for each set of features.

        Args:
            model: Any object whose state can be set.
            state: The state's name, or a status that of all states there only one shows.
            passed: The memories of what it has passed, without those that the state itself sets.
                None where all such jobs have passed the same before they are there.
            features: The job's features, as for `start`.

        Raises:
            UnknownNameError: There is no such feature or state.
            ModelError: No job has these features or comes there so, or it depends on what it has
                passed, or the state can't be set.
        """
        self._positions.come_back(model, state, passed, features)
        return model

    def fire(self, model: object, trigger: str, /, *args: object, **kwargs: object) -> bool:
        """Move a model, or queue the trigger if it is moving already (this is a callback).

        Args:
            model: A model that this machine has started or restored.
            trigger: One of `triggers`.
            args: What callbacks find in ``event.args``.
            kwargs: What they find in ``event.kwargs``.

        Returns:
            Whether it has moved. False: it is queued and comes when the callback has returned, or
            it failed and `on_exception` has been told.

        Raises:
            UnknownNameError: There is no such trigger.
            TriggerRefusedError: It is refused: no such move from here, a guard, a condition.
            ModelError: The model was not started, its state was set by hand, or another thread is
                moving it.
        """
        firing = Firing(self._trigger(trigger), self, model, args, kwargs)
        own = _Run()
        run = self._runs.setdefault(id(model), own)  # one atomic step, whatever threads do
        if run is own:
            return self._complete(firing, run)
        if run.thread != own.thread:
            raise ModelError(type(model).__name__, ["another thread is moving it"])
        run.queue.append(firing)
        return False

    def _complete(self, firing: Firing, run: _Run) -> bool:
        try:
            moved = self._drive(firing)
            while run.queue:
                self._drive(run.queue.popleft())
        except BaseException as error:
            if run.queue:
                dropped = ", ".join(each.event.name for each in run.queue)
                error.add_note(f"dropped, for they were queued behind it: {dropped}")
            raise
        finally:
            del self._runs[id(firing.model)]
        return moved

    def _drive(self, firing: Firing) -> bool:
        try:
            firing.result = self._move(firing)
        except Exception as error:
            firing.error = error
            if not self.on_exception:
                raise
            self.callbacks(self.on_exception, firing)
        finally:
            self.callbacks(self.finalize_event, firing)
        return bool(firing.result)

    def _move(self, firing: Firing) -> bool:
        moves = self._moves(firing)
        if moves:
            self.callbacks(self.prepare_event, firing)
        for move in moves:
            firing.transition = move
            if move.execute(firing):
                return True
        trigger = firing.event.name
        origins = sorted({edge.origin for edge in self.triggers[trigger]})
        reasons = dict.fromkeys(firing.refusals) or [f"it leaves only {' or '.join(origins)}"]
        raise TriggerRefusedError(
            trigger, firing.position, reasons, self._allowed_in(firing.position)
        )

    def _moves(self, firing: Firing) -> list[MachineTransition]:
        firing.position = self.position_of(firing.model)
        firing.state = self.states[firing.position]
        return self._trigger(firing.event.name).moves_from(firing.position)

    def _trigger(self, name: str) -> Trigger:
        event = self.events.get(name)
        if isinstance(event, Trigger):
            return event
        of_cause = [each for each, edges in self.triggers.items() if edges[0].cause == name]
        raise UnknownNameError("trigger", name, of_cause or self.triggers)

    # --- Asking -----------------------------------------------------------------------------------

    def position_of(self, model: object) -> Position:
        """Return where a model stands: a state's name, with its features and what it has passed.

        Raises:
            ModelError: It was not started, or its state was set by hand.
        """
        return self._positions.of(model)

    def get_model_state(self, model: object) -> AnyState:
        """Return the state of a model, as `transitions` has it.

        Raises:
            ModelError: It was not started, or its state was set by hand.
        """
        return self.states[self._positions.of(model)]

    def allowed(self, model: object) -> tuple[str, ...]:
        """Return the triggers that the life cycle allows a model now, sorted.

        Conditions of the user are not asked: they may want arguments. See `may`.

        Raises:
            ModelError: It was not started, or its state was set by hand.
        """
        return self._allowed_in(self.position_of(model))

    def _allowed_in(self, position: Position) -> tuple[str, ...]:
        found = (
            name
            for name in self.triggers
            if any(not move.guard(position) for move in self._trigger(name).moves_from(position))
        )
        return tuple(sorted(found))

    def may(self, model: object, trigger: str, /, *args: object, **kwargs: object) -> bool:
        """Return whether a trigger would move a model now, the user's conditions included.

        Runs the callbacks that prepare, as `transitions` does, and no others.

        Raises:
            UnknownNameError: There is no such trigger.
            ModelError: It was not started, or its state was set by hand.
        """
        firing = Firing(self._trigger(trigger), self, model, args, kwargs)
        for move in self._moves(firing):
            firing.transition = move
            self.callbacks(chain(self.prepare_event, move.prepare), firing)
            if not move.refuses(firing):
                return True
        return False

    # --- The ordinary API -------------------------------------------------------------------------

    def add_transition(  # noqa: PLR0913, PLR0917 - those of `transitions`
        self,
        trigger: str,
        source: StateIdentifier | Sequence[StateIdentifier],
        dest: StateIdentifier | None = None,
        conditions: CallbacksArg = None,
        unless: CallbacksArg = None,
        before: CallbacksArg = None,
        after: CallbacksArg = None,
        prepare: CallbacksArg = None,
        **kwargs: Any,  # noqa: ANN401 - as there
    ) -> None:
        """Add conditions and callbacks to moves that are there; it makes no new ones.

        Args:
            trigger: One of `triggers`.
            source: A state, several, or ``*`` for every one that the trigger leaves for `dest`.
            dest: The state that it leads to, or ``=`` for the source itself.
            conditions: What must hold besides.
            unless: What must not.
            before: Called before the state changes.
            after: Called after it.
            prepare: Called before conditions are asked.
            kwargs: Nothing else is known.

        Raises:
            UnknownNameError: There is no such trigger.
            ClosedMachineError: The life cycle has no such move; none was changed.
            TypeError: A condition or callback is an ``async def``.
        """
        for each in (conditions, unless, before, after, prepare):
            require_plain(each)
        added = self._create_transition(
            "", "", conditions, unless, before, after, prepare, **kwargs
        )
        for move in list(self._moves_along(trigger, source, dest)):
            move.absorb(added)

    def _moves_along(
        self,
        trigger: str,
        source: StateIdentifier | Sequence[StateIdentifier],
        dest: StateIdentifier | None,
    ) -> Iterator[MachineTransition]:
        event = self._trigger(trigger)
        several = source if isinstance(source, (list, tuple)) else [source]
        moves = [move for name in event.transitions for move in event.moves_from(name)]
        for name in dict.fromkeys(map(_name, several)):
            found = [
                move
                for move in moves
                if name in {"*", move.edge.origin}
                and move.edge.target == (move.edge.origin if dest == "=" else _name(dest))
            ]
            if not found:
                raise ClosedMachineError(f"no edge {name} → {_name(dest)} has {trigger}", EVOLVE)
            yield from found

    def add_model(self, model: ModelParameter, initial: StateIdentifier | None = None) -> None:
        """Start one model or a list of them; nothing is registered.

        Raises:
            UnknownNameError: There is no such state.
            ModelError: A model can't hold a state, or jobs do not begin there.
        """
        for each in model if isinstance(model, list) else [model]:
            self.start(each, None if initial is None else _name(initial))

    def _identify_callback(self, name: str) -> tuple[str | None, str | None]:
        # For __getattr__: on_enter_InProgress_Starting means the state InProgress/Starting.
        kind, target = super()._identify_callback(name)
        if kind in self.state_cls.dynamic_methods and target is not None:
            return kind, self._of_word.get(target, target)
        return kind, target


def _name(state: object) -> str:
    return str(getattr(state, "name", state))
