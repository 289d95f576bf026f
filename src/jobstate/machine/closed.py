"""A `transitions` machine that nothing can open: what the ordinary API may not do to it."""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING, Any, NoReturn

from transitions.core import Machine

from jobstate.common.calls import is_asynchronous
from jobstate.errors import shown
from jobstate.machine.errors import ClosedMachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from transitions.core import Callback, CallbacksArg, EventData, ModelParameter

#: What to do instead of adding or removing states and moves.
EVOLVE = "give it other states and edges with Lifecycle.evolve, and build anew"


def _closed(asked: str, instead: str = EVOLVE) -> Callable[..., NoReturn]:
    def refuse(_machine: Machine, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse: it would let models do what the life cycle forbids (`ClosedMachineError`)."""
        raise ClosedMachineError(asked, instead)

    return refuse


#: Attributes of a machine that are lists of callbacks.
_CALLBACKS = frozenset(
    {
        "after_state_change",
        "before_state_change",
        "finalize_event",
        "on_exception",
        "on_final",
        "prepare_event",
    }
)


def require_plain(callbacks: CallbacksArg) -> None:
    """Refuse callbacks and conditions that would have to be awaited.

    Raises:
        TypeError: One is an ``async def``, an object whose call is one, or a partial of these.
    """
    several = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    for each in several:
        if is_asynchronous(each):
            raise _awaited(each)


def _awaited(callback: object) -> TypeError:
    return TypeError(
        f"a machine awaits nothing, so a callback can't be async, got {shown(callback)}; give a"
        " plain function that starts a task in your event loop"
    )


class ClosedMachine(Machine):
    """A machine that keeps the states and moves that it was built with, and registers no models."""

    add_state = add_states = _closed("no state can be added")
    add_ordered_transitions = _closed("no move can be added")
    remove_transition = _closed("no move can be removed")
    set_state = _closed("no state can be set", "fire a trigger, or restore the model")
    dispatch = _closed("no model is registered", "fire the trigger at each of yours")

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401 - as everywhere
        if name in _CALLBACKS:
            require_plain(value)
        super().__setattr__(name, value)

    @property
    def on_final(self) -> list[Callback]:
        """What hears of jobs that end. It is here because the stubs of `transitions` forgot it."""
        return self._ending

    @on_final.setter
    def on_final(self, callbacks: CallbacksArg) -> None:
        several = callbacks if isinstance(callbacks, list) else [callbacks]
        self._ending = [each for each in several if each is not None]

    def remove_model(self, model: ModelParameter) -> None:
        """Do nothing: models are not registered, and live as long as somebody else holds them."""

    def callback(self, func: Callback, event_data: EventData) -> None:
        """Call one callback.

        Raises:
            TypeError: It is a name, and what bears it returns a coroutine, which nobody awaits.
        """
        found = self.resolve_callable(func, event_data)
        given = (event_data,) if self.send_event else event_data.args
        result: object = found(*given, **({} if self.send_event else event_data.kwargs))
        if isinstance(result, CoroutineType):
            result.close()
            raise _awaited(found)

    def callbacks(self, funcs: Iterable[Callback], event_data: EventData) -> None:
        """Call callbacks, without a log record for each: those cost more than the callbacks."""
        for func in funcs:
            self.callback(func, event_data)
