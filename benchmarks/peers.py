"""Others who make the same moves: the floor, and the libraries; all over the region of jobs.

Whoever moves does so with `move(target)` or the like and refuses what is no edge. Imports the life
cycle; `transitions` and python-statemachine where they are asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache, reduce
from itertools import cycle, islice
from operator import or_
from typing import TYPE_CHECKING, Any

from attrs import define

from jobstate.sagemaker import TRAINING_JOB

if TYPE_CHECKING:
    from transitions import Machine

REGION = TRAINING_JOB.regions[0]
STATES = tuple(state.name for state in REGION.states)
#: Where every job begins.
FIRST = next(iter(REGION.initial))

#: Origin → its targets.
TABLE = {
    name: frozenset(edge.target for edge in REGION.edges if edge.origin == name) for name in STATES
}
#: (origin, target) → target.
EDGES = {(origin, target): target for origin, targets in TABLE.items() for target in targets}

#: Four steps that lead from the first state back to it, for ever: a spot job.
CIRCLE = (
    "InProgress/Downloading",
    "InProgress/Training",
    "InProgress/Interrupted",
    "InProgress/Starting",
)
#: Six steps from the first state to the last.
LIFE = (
    "InProgress/Pending",
    "InProgress/Downloading",
    "InProgress/Training",
    "InProgress/Uploading",
    "Completed/Completed",
    "Deleting/Completed",
)


def around(count: int) -> list[str]:
    """Return so many targets, round and round."""
    return list(islice(cycle(CIRCLE), count))


# --- The floor ------------------------------------------------------------------------------------


@define
class Floor:
    """What people write by hand: a class with slots and a dict of frozensets."""

    state: str = FIRST

    def move(self, target: str) -> None:
        """Move, if there is such an edge."""
        if target not in TABLE[self.state]:
            raise ValueError(target)
        self.state = target


@define
class FloorWithListener:
    """The same, and it tells somebody."""

    listener: Callable[[object, str, str], object]
    state: str = FIRST

    def move(self, target: str) -> None:
        """Move, if there is such an edge, and tell of it."""
        origin = self.state
        if target not in TABLE[origin]:
            raise ValueError(target)
        self.state = target
        self.listener(self, origin, target)


# --- The libraries --------------------------------------------------------------------------------


def trigger_to(target: str) -> str:
    """Return the name of the trigger that leads to a state."""
    return "to_be_" + _word(target)


@lru_cache  # so that models share the text of their state, as they do after a step
def _word(name: str) -> str:
    return name.replace("/", "_")


class Model:
    """What `transitions` moves; to register it, it can't have slots."""

    def __init__(self) -> None:
        self.state = _word(FIRST)


class SlottedModel:
    """What `transitions` moves without knowing it."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = _word(FIRST)


def transitions_machine(listener: Callable[[], None] | None = None) -> Machine:
    """Return a machine without a model, with all that makes it faster: no logging, no to_X."""
    from transitions import Machine  # noqa: PLC0415 - only who measures it needs it

    logging.getLogger("transitions").setLevel(logging.WARNING)
    machine = Machine(
        model=None,
        states=[_word(name) for name in STATES],
        initial=_word(FIRST),
        auto_transitions=False,
        after_state_change=[listener] if listener else None,
    )
    for origin, target in EDGES:
        machine.add_transition(trigger_to(target), _word(origin), _word(target))
    return machine


@lru_cache
def statemachine_class() -> Callable[..., Any]:
    """Return python-statemachine's class of the same machine; building it takes milliseconds."""
    from statemachine import State, StateMachine  # noqa: PLC0415 - only who measures it needs it

    states = {
        name: State(name, initial=name == FIRST, final=not targets)
        for name, targets in TABLE.items()
    }
    members: dict[str, Any] = {_word(name): state for name, state in states.items()}
    for target in sorted(set(EDGES.values())):
        ways = (states[origin].to(states[target]) for origin in STATES if target in TABLE[origin])
        members[trigger_to(target)] = reduce(or_, ways)
    metaclass: Any = type(StateMachine)
    made: Callable[..., Any] = metaclass("Statemachine", (StateMachine,), members)
    return made
