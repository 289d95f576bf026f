"""A `transitions` machine made from a life cycle: the driving side, for whoever makes jobs move.

One machine drives any number of models through one region and holds none of them. A model is any
object whose ``state`` can be set; `Job` is one that has the triggers as methods. This is for
whoever makes jobs move; the automaton is for those who watch.

- A trigger is called after its edges' cause, ``spot_reclaimed``. Where the cause leads from some
  state to several, every trigger of that cause says where to: ``retried_to_InProgress_Starting``.
  ``machine.triggers`` lists them with their edges.
- State names stay what they are, ``InProgress/Starting``. In the names of callbacks they are
  identifiers: ``machine.on_enter_InProgress_Starting(callback)``, or a model's own method
  ``on_enter_InProgress_Starting``. ``machine.identifiers`` lists them.
- A job's features are fixed when it begins, and what it has passed is kept, both in its `Position`:
  the string in ``state``. An edge's needs and `after` are guards that nothing can remove.
- A trigger runs to completion: what a callback fires at its own model comes next, not between.
  If a callback fails, the model stays where it got to, the error reaches the caller, and what was
  queued for this model is dropped; no other model is touched.
- Nothing awaits callbacks: an ``async def`` is a `TypeError` when it is added, and one that a name
  means when it is called.
- One thread drives a model at a time, or `ModelError` is raised; several threads may drive several
  models. Add callbacks before that.
- Steps are not logged, for that makes them slow: ``machine.after_state_change = callback`` hears of
  each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.machine.driving import JobMachine
from jobstate.machine.errors import (
    ClosedMachineError,
    ModelError,
    NameClashError,
    TriggerRefusedError,
)
from jobstate.machine.job import Job
from jobstate.machine.moves import Firing
from jobstate.machine.position import Position

if TYPE_CHECKING:
    from jobstate.model.lifecycle import Lifecycle


def build(
    lifecycle: Lifecycle,
    region: str | None = None,
    *,
    model_attribute: str = "state",
    send_event: bool = True,
) -> JobMachine:
    """Return the machine of one region of a life cycle.

    Args:
        lifecycle: Any life cycle; with `Lifecycle.given`, of the jobs with some features only.
        region: The region's name; by default the one with a history, else the first.
        model_attribute: The attribute of models that holds their state; with another one each,
            the machines of several regions can drive one model.
        send_event: Callbacks get one argument, a `Firing`. False: those of the trigger.

    Raises:
        UnknownNameError: There is no such region; it lists those there are.
        NameClashError: Python could not tell the triggers or the states apart.
    """
    default = lifecycle.main_region
    chosen = default if region is None else lifecycle.region(region)
    return JobMachine(
        lifecycle, chosen, _is_taken, model_attribute=model_attribute, send_event=send_event
    )


def _is_taken(name: str) -> bool:
    kinds = ("before", "after", "prepare")
    return hasattr(Job, name) or any(hasattr(JobMachine, f"{kind}_{name}") for kind in kinds)


__all__ = [
    "ClosedMachineError",
    "Firing",
    "Job",
    "JobMachine",
    "ModelError",
    "NameClashError",
    "Position",
    "TriggerRefusedError",
    "build",
]
