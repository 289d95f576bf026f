"""The parts of a machine: its states, its moves with their guards, its triggers, one firing."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from transitions.core import Condition, Event, EventData, Transition
from transitions.core import State as AnyState

from jobstate.machine.closed import require_plain

if TYPE_CHECKING:
    from transitions.core import Callback, Machine

    from jobstate.machine.position import Position, Positions
    from jobstate.model.states import Edge, State


class Firing(EventData):
    """One trigger fired at one model; what callbacks get.

    Attributes:
        position: Where the model stands as it is fired.
        refusals: What refused so far, a sentence each.
    """

    position: Position

    def __init__(
        self,
        event: Event,
        machine: Machine,
        model: object,
        args: tuple[object, ...],
        kwargs: dict[str, Any],
    ) -> None:
        super().__init__(None, event, machine, model, args, kwargs)
        self.refusals: list[str] = []

    @property
    def edge(self) -> Edge:
        """The edge of the life cycle that is tried or taken: its cause, basis and source.

        Raises:
            AttributeError: None is tried yet; `prepare_event` comes before.
        """
        if not isinstance(self.transition, MachineTransition):
            raise AttributeError("no move is tried yet")  # noqa: TRY004 - what hasattr asks for
        return self.transition.edge


class MachineState(AnyState):
    """A state; models may have methods called after it, each model its own."""

    def __init__(self, state: State, word: str) -> None:
        super().__init__(state.name, final=state.final)
        self.word = word

    def add_callback(self, trigger: str, func: Callback) -> None:
        """Call one more when a job comes here, or leaves."""
        require_plain(func)
        super().add_callback(trigger, func)

    def enter(self, event_data: EventData) -> None:
        """Call what waits for a job to come here."""
        self._tell("on_enter", event_data)

    def exit(self, event_data: EventData) -> None:
        """Call what waits for a job to leave."""
        self._tell("on_exit", event_data)

    def _tell(self, kind: str, event_data: EventData) -> None:
        callbacks = getattr(self, kind)
        event_data.machine.callbacks(callbacks, event_data)
        own = f"{kind}_{self.word}"
        # Asked of the class, for an instance may invent attributes; and not twice.
        if hasattr(type(event_data.model), own) and own not in callbacks:
            event_data.machine.callback(own, event_data)


class MachineTransition(Transition):
    """One edge. Its guard is part of it: no list of conditions holds it, none can lose it."""

    def __init__(self, edge: Edge, positions: Positions) -> None:
        super().__init__(edge.origin, edge.target)
        self.edge = edge
        self._positions = positions

    def add_callback(self, trigger: str, func: Callback) -> None:
        """Call one more with each move along it."""
        require_plain(func)
        super().add_callback(trigger, func)

    def guard(self, position: Position) -> list[str]:
        """Return why the life cycle refuses it to a job in its origin; nothing if it does not."""
        return self._positions.refusals(position, self.edge)

    def refuses(self, firing: Firing) -> bool:
        """Return whether the guard, or else a user's condition, refuses; write down why."""
        found = self.guard(firing.position)
        if not found:
            failed = next((each for each in self.conditions if not each.check(firing)), None)
            found = [] if failed is None else [_failure(failed)]
        firing.refusals += found
        return bool(found)

    def execute(self, event_data: Firing) -> bool:  # type: ignore[override]  # none else is fired
        """Move the model along the edge, unless something refuses."""
        machine = event_data.machine
        machine.callbacks(self.prepare, event_data)
        if self.refuses(event_data):
            return False
        machine.callbacks(chain(machine.before_state_change, self.before), event_data)
        self._leave_and_enter(event_data)
        machine.callbacks(chain(self.after, machine.after_state_change), event_data)
        return True

    def _leave_and_enter(self, firing: Firing) -> None:
        machine = firing.machine
        left, entered = machine.states[self.edge.origin], machine.states[self.edge.target]
        left.exit(firing)
        self._positions.advance(firing.model, firing.position, self.edge)
        firing.state = entered
        entered.enter(firing)
        if entered.final and not left.final:
            machine.callbacks(machine.on_final, firing)

    def absorb(self, other: Transition) -> None:
        """Take over another's conditions and callbacks: they tighten, and open nothing."""
        self.conditions += other.conditions
        self.prepare += other.prepare
        self.before += other.before
        self.after += other.after


class Trigger(Event):
    """One trigger with its moves; every road to it leads through the machine."""

    def trigger(self, model: object, *args: object, **kwargs: object) -> bool:
        """Fire it at a model, as `JobMachine.fire` does."""
        return bool(self.machine.fire(model, self.name, *args, **kwargs))

    def moves_from(self, state: str) -> list[MachineTransition]:
        """Return its moves out of a state, in the life cycle's order."""
        return [
            each for each in self.transitions.get(state, ()) if isinstance(each, MachineTransition)
        ]


def _failure(condition: Condition) -> str:
    func = condition.func
    name = func if isinstance(func, str) else getattr(func, "__qualname__", type(func).__name__)
    return f"the condition {name} {'does not hold' if condition.target else 'holds'}"
