"""What type checkers make of `jobstate.machine`: checked, never run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, assert_type

from jobstate.machine import Firing, Job, JobMachine, Position, TriggerRefusedError, build
from jobstate.model import Edge

if TYPE_CHECKING:
    from jobstate import Lifecycle


class Mine:
    state: str = ""


class Ours(Job):
    __slots__ = ()


def machines_are_built(lifecycle: Lifecycle) -> None:
    machine = build(lifecycle, "warm_pool", model_attribute="pool", send_event=False)
    assert_type(machine, JobMachine)
    assert_type(machine.triggers, Mapping[str, tuple[Edge, ...]])
    assert_type(machine.identifiers, Mapping[str, str])


def models_keep_their_types(machine: JobMachine) -> None:
    assert_type(machine.start(Mine(), spot=True), Mine)
    assert_type(machine.restore(Ours(machine), "packed", ["seen"], insured=True), Ours)
    assert_type(machine.fire(Mine(), "moved", 1, by="van"), bool)
    assert_type(machine.allowed(Mine()), tuple[str, ...])
    assert_type(machine.position_of(Mine()), Position)


def jobs_have_triggers(machine: JobMachine) -> None:
    job = Job(machine, "packed", insured=True)
    assert_type(job.moved, Callable[..., bool])
    assert_type(job.state.features, dict[str, bool])
    assert_type(job.state.passed, frozenset[str])
    text: str = job.state


def callbacks_are_added(machine: JobMachine, edge: Edge) -> None:
    def hear(event: Firing) -> None:
        assert_type(event.edge, Edge)
        assert_type(event.position, Position)

    machine.after_state_change = hear
    machine.add_transition("moved", "*", "sent", conditions=["stamped"], after=hear)
    machine.on_enter_sent(hear)
    assert_type(machine.trigger_of(edge), str)


def refusals_are_typed(error: TriggerRefusedError) -> None:
    assert_type(error.reasons, tuple[str, ...])
    assert_type(error.allowed, tuple[str, ...])
