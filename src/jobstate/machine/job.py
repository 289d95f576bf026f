"""A job to drive: a model with its triggers as methods, and nothing in it but its position."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jobstate.errors import shown
from jobstate.machine.errors import ModelError
from jobstate.machine.position import Position

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate.machine.driving import JobMachine


class Job:
    """One job, driven by a machine: ``Job(machine, spot=True).instances_ready()``.

    Its triggers are methods that take what callbacks shall find in ``event.args`` and
    ``event.kwargs``, and return what `JobMachine.fire` does. It has slots, and so may subclasses.

    Attributes:
        machine: What drives it; models of one machine share it.
    """

    __slots__ = ("__weakref__", "_state", "machine")

    def __init__(self, machine: JobMachine, state: str | None = None, /, **features: bool) -> None:
        """Begin, as `JobMachine.start` does; ``machine.restore(job, …)`` puts it elsewhere."""
        self.machine = machine
        machine.start(self, state, **features)

    @property
    def state(self) -> Position:
        """Where it stands: the name of its state, with what it has passed and its features."""
        return self._state

    @state.setter
    def state(self, position: Position) -> None:
        if type(position) is not Position:
            name = type(self).__name__
            raise ModelError(name, [f"only triggers move it, not state = {shown(position)}"])
        self._state = position

    @property
    def allowed(self) -> tuple[str, ...]:
        """The triggers that the life cycle allows now, sorted."""
        return self.machine.allowed(self)

    def __getattr__(self, name: str) -> Callable[..., bool]:
        # Slots that are not filled yet come here too, and must not ask for themselves again.
        if name not in Job.__slots__ and name in self.machine.triggers:
            return partial(self.machine.fire, self, name)
        raise AttributeError(f"{type(self).__name__} has no attribute or trigger {shown(name)}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} in {self.state}>"
