"""The driving side: every edge can be driven, nothing else, and what `transitions` does is met."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import subprocess
import sys
import threading
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions.core import Machine, MachineError

from jobstate import JobstateError, Outcome
from jobstate.errors import UnknownNameError
from jobstate.machine import (
    ClosedMachineError,
    Firing,
    Job,
    JobMachine,
    ModelError,
    NameClashError,
    Position,
    TriggerRefusedError,
    build,
)
from jobstate.machine.names import identifier
from jobstate.sagemaker import TRAINING_JOB, SecondaryStatus, TrainingJobStatus
from tests.common.test_calls import ASYNCHRONOUS
from tests.support.small import PARCELS, WAY, edge, state

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def parcels() -> JobMachine:
    """Return a machine to which callbacks may be added."""
    return build(PARCELS)


def refusal(fire: Callable[[], object]) -> TriggerRefusedError:
    """Return how a trigger is refused."""
    with pytest.raises(TriggerRefusedError) as caught:
        fire()
    return caught.value


# --- Names ----------------------------------------------------------------------------------------


def test_a_trigger_is_called_after_its_cause() -> None:
    """The cause alone where it is clear from every state, else with the target; in order."""
    machine = build(TRAINING_JOB)
    assert list(machine.triggers)[:3] == [
        "instances_ready",
        "data_ready_to_InProgress_Training",
        "container_ended",
    ]
    assert "stop_requested_to_Stopping_Stopping" in machine.triggers
    assert list(build(PARCELS).triggers) == [
        "moved",
        "lost",
        "missed",
        "signed",
        "refused",
        "cleaned",
    ]


def test_one_name_has_one_meaning() -> None:
    """From any one state, a trigger leads to one state, and is an edge's only name."""
    machine = build(TRAINING_JOB)
    for edges in machine.triggers.values():
        assert len({each.cause for each in edges}) == 1
        for origin in {each.origin for each in edges}:
            assert len({each.target for each in edges if each.origin == origin}) == 1
    named = [each for edges in machine.triggers.values() for each in edges]
    assert sorted(map(repr, named)) == sorted(map(repr, machine.region.edges))
    assert all(name.isidentifier() for name in machine.triggers)


def test_names_do_not_depend_on_what_is_assumed() -> None:
    """What drives a spot job today drives it when its features are fixed."""
    machine = build(TRAINING_JOB)
    for features in (
        {"spot": True},
        {"spot": False, "retry": False, "plan": False},
        {"stop": False},
    ):
        tighter = build(TRAINING_JOB.given(**features))
        for each in tighter.region.edges:
            assert tighter.trigger_of(each) == machine.trigger_of(each)


def test_names_do_not_depend_on_the_hash_seed() -> None:
    """They are the same in every process."""
    program = (
        "from jobstate.machine import build; from jobstate.sagemaker import TRAINING_JOB;"
        "print(*build(TRAINING_JOB).triggers)"
    )
    printed = {
        subprocess.run(  # noqa: S603 - a fixed program
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert printed == {f"{' '.join(build(TRAINING_JOB).triggers)}\n".encode()}


@given(st.text())
def test_identifiers(text: str) -> None:
    """Whatever a life cycle calls things, Python can."""
    assert identifier(text).isidentifier()
    assert identifier("InProgress/Starting") == "InProgress_Starting"
    assert (identifier("at the door"), identifier("2nd"), identifier("")) == (
        "at_the_door",
        "_2nd",
        "_",
    )


@pytest.mark.parametrize("cause", ["import", "state", "allowed", "state_change", "event"])
def test_names_that_are_taken(cause: str) -> None:
    """Keywords, attributes of jobs and of callbacks' names get a `_`, as PEP 8 has it."""
    machine = build(PARCELS.evolve(add_edges=[edge("packed", "returned", cause)]))
    job = Job(machine)
    assert getattr(job, f"{cause}_")()
    assert job.state == "returned"


def test_names_that_clash() -> None:
    """All of them are told before anything is built."""
    clashing = PARCELS.evolve(
        add_edges=[edge("packed", "returned", "is lost"), edge("packed", "returned", "is-lost")]
    )
    with pytest.raises(NameClashError) as caught:
        build(clashing)
    assert isinstance(caught.value, (JobstateError, ValueError))
    assert caught.value.clashes == ("the trigger is_lost would mean 'is lost' and 'is-lost'",)
    assert str(caught.value).startswith("rename causes or states of 'parcel' to drive it: the trig")
    two = attrs.evolve(
        PARCELS,
        regions=(
            attrs.evolve(
                WAY,
                states=(*WAY.states, state("at-the-door")),
                edges=(*WAY.edges, edge("sent", "at-the-door"), edge("at-the-door", "sent")),
            ),
        ),
    )
    with pytest.raises(NameClashError, match="the state at_the_door would mean 'at the door' and"):
        build(two)


def test_edges_of_others_have_no_trigger(parcels: JobMachine) -> None:
    """The error lists the edges that there are."""
    with pytest.raises(UnknownNameError, match=r"no edge 'packed .*; there is: at the door → del"):
        parcels.trigger_of(edge("packed", "returned"))


def test_regions() -> None:
    """One machine a region: the one with a history unless another is named."""
    assert str(build(TRAINING_JOB)) == f"machine of {TRAINING_JOB}, region job"
    pool = build(TRAINING_JOB, "warm_pool")
    assert Job(pool).state.features["warm_pool"]
    flat = attrs.evolve(PARCELS, regions=(attrs.evolve(WAY, history=""),))
    assert build(flat).region.name == "way"
    with pytest.raises(UnknownNameError, match="there is: job, warm_pool"):
        build(TRAINING_JOB, "pool")


# --- Refusals -------------------------------------------------------------------------------------


def test_a_refusal_is_an_error_of_both(parcels: JobMachine) -> None:
    """Who catches jobstate's errors, or those of `transitions`, catches it; it can be pickled."""
    error = refusal(Job(parcels).missed)
    assert isinstance(error, JobstateError)
    assert isinstance(error, MachineError)
    assert (error.trigger, error.state, error.allowed) == ("missed", "packed", ("moved",))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own


def test_no_move_from_here(parcels: JobMachine) -> None:
    """The text says from where there is one, and what is allowed."""
    job = Job(parcels)
    assert str(refusal(job.signed)) == (
        "signed is refused in packed: it leaves only at the door or sent; allowed now: moved"
    )
    parcels.restore(job, "forgotten")
    assert str(refusal(job.moved)).endswith("it leaves only packed or sent; allowed now: nothing")


def test_features_guard() -> None:
    """What the job needs and has not is named, all of it."""
    job = Job(build(TRAINING_JOB))
    assert refusal(job.wait_limit_reached).reasons == (
        "it needs spot=True, and the job has spot=False",
        "it needs retry=True, and the job has retry=False",
    )
    never = Job(job.machine, stop=False)
    assert len(refusal(never.wait_limit_reached).reasons) == 3
    assert Job(job.machine, retry=True).wait_limit_reached()


def test_what_was_passed_guards(parcels: JobMachine) -> None:
    """A parcel is signed for when it was seen at the door, not before."""
    job = Job(parcels)
    job.moved()
    assert refusal(job.signed).reasons == ("the job must have passed at the door",)
    job.moved()
    job.missed()
    assert job.state.passed == {"seen"}
    assert job.signed()


def test_unknown_triggers(parcels: JobMachine) -> None:
    """The error lists those there are, or those of the cause that was named alone."""
    with pytest.raises(UnknownNameError, match="there is: cleaned, lost, missed, moved"):
        parcels.fire(Job(parcels), "posted")
    machine = build(TRAINING_JOB)
    with pytest.raises(UnknownNameError) as caught:
        machine.fire(Job(machine), "capacity_won")
    assert caught.value.choices == tuple(sorted(n for n in machine.triggers if "capacity_won" in n))
    with pytest.raises(AttributeError, match="Job has no attribute or trigger 'posted'"):
        Job(parcels).posted()


# --- Beginning ------------------------------------------------------------------------------------


def test_features_are_fixed_when_a_job_begins(parcels: JobMachine) -> None:
    """It lacks what it is not given; what no answer can show it has."""
    assert Job(parcels).state.features == {"insured": False, "cheap": False, "sender": True}
    with pytest.raises(UnknownNameError, match="no feature 'heavy'"):
        Job(parcels, heavy=True)
    with pytest.raises(ModelError) as caught:
        Job(parcels, insured=True, cheap="yes")  # type: ignore[arg-type]
    assert isinstance(caught.value, MachineError)
    assert caught.value.problems == (
        "cheap is neither True nor False",
        "no job has cheap and insured together",
    )
    with pytest.raises(ModelError, match="this Job can't be driven: spot=True holds for every job"):
        Job(build(TRAINING_JOB.given(spot=True)), spot=False)


def test_where_jobs_begin(parcels: JobMachine) -> None:
    """In the initial state; where there are several, the caller says in which."""
    assert Job(parcels, "packed").state == "packed"
    with pytest.raises(ModelError, match="say where it begins: packed"):
        Job(parcels, "sent")
    with pytest.raises(UnknownNameError, match="no state 'lost'"):
        Job(parcels, "lost")
    region = attrs.evolve(WAY, initial=("packed", "sent"))
    several = build(attrs.evolve(PARCELS, regions=(region,)))
    with pytest.raises(ModelError, match="say where it begins: packed or sent"):
        Job(several)
    assert Job(several, "sent").state == "sent"
    region = attrs.evolve(WAY, initial={"packed": {"insured": False}, "sent": {"insured": True}})
    either = build(attrs.evolve(PARCELS, regions=(region,)))
    assert Job(either).state == "packed"
    assert Job(either, insured=True).state == "sent"
    with pytest.raises(ModelError, match="say where it begins: sent"):
        Job(either, "packed", insured=True)


def test_restoring(parcels: JobMachine) -> None:
    """A job comes back to where it was with no callback run, if one can be there."""
    parcels.on_enter_sent(pytest.fail)
    job = Job(parcels)
    assert parcels.restore(job, "at the door") is job
    assert job.state.passed == {"seen"}
    assert parcels.restore(job, "sent", ["seen"]).allowed == ("moved", "refused", "signed")
    for passed in (None, ["heard"]):
        with pytest.raises(ModelError, match="passed before sent; it can be: nothing or seen"):
            parcels.restore(job, "sent", passed)
    with pytest.raises(UnknownNameError, match="no state 'lost'"):
        parcels.restore(job, "lost")
    machine = build(TRAINING_JOB)
    with pytest.raises(ModelError, match=r"not spot, stop, not warm_pool is ever in .*Interrupted"):
        machine.restore(Job(machine), "InProgress/Interrupted")


def test_positions_are_strings(parcels: JobMachine) -> None:
    """They compare, print and go to JSON as names, and pickles keep what they hide."""
    job = Job(parcels, insured=True)
    assert (job.state, f"{job.state}", json.dumps(job.state)) == ("packed", "packed", '"packed"')
    back = pickle.loads(pickle.dumps(job.state))  # noqa: S301 - our own
    assert (type(back), back.hidden) == (Position, job.state.hidden)
    job.moved()
    assert repr(job) == "<Job in sent>"
    job.state = back
    assert job.allowed == ("moved",)


def test_copies_are_apart(parcels: JobMachine) -> None:
    """A copy of a job has the same machine and its own place."""
    job = Job(parcels)
    for other in (copy.copy(job), copy.deepcopy(job)):
        other.moved()
        assert other.machine is parcels
        assert (job.state, other.state) == ("packed", "sent")


# --- Users' callbacks, conditions and models ------------------------------------------------------


class Letter(Job):
    """A model with slots, with methods that are callbacks, and one that is a condition."""

    __slots__ = ("heard", "stamped")

    def __init__(self, machine: JobMachine) -> None:
        """Note what is heard."""
        self.heard: list[str] = []
        self.stamped = True
        super().__init__(machine)

    def on_exit_packed(self, event: Firing) -> None:
        """Hear of leaving."""
        self.heard.append(f"from {event.edge.origin} at {self.state}")

    def on_enter_sent(self, event: Firing) -> None:
        """Hear of coming."""
        self.heard.append(f"to {event.edge.target} at {self.state} {event.args} {event.kwargs}")


class Parcel:
    """Somebody's own model: anything whose state can be set."""

    def __init__(self) -> None:
        """Be nowhere."""
        self.status = ""
        self.deliveries = 0

    def delivered(self) -> None:
        """Count."""
        self.deliveries += 1


def test_methods_of_models_are_callbacks(parcels: JobMachine) -> None:
    """Each class's own, by the state's identifier; they get the firing; none is called twice."""
    letter = Letter(parcels)
    letter.moved(1, by="van")
    assert letter.heard == ["from packed at packed", "to sent at sent (1,) {'by': 'van'}"]
    parcels.on_enter_sent("on_enter_sent")
    with pytest.raises(AttributeError, match="on_enter_sent"):
        Job(parcels).moved()
    again = Letter(parcels)
    again.moved()
    assert len(again.heard) == 2


def test_methods_are_those_of_the_class(parcels: JobMachine) -> None:
    """A model that has every attribute that it is asked for is not called for that."""

    class Obliging:
        state = ""

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_: pytest.fail(name)

    assert parcels.fire(parcels.start(Obliging()), "moved")


def test_the_order_of_callbacks(parcels: JobMachine) -> None:
    """It is that of `transitions`."""
    told: list[str] = []

    def tell(what: str) -> Callable[[Firing], bool]:
        return lambda event: not told.append(f"{what} in {event.model.state}")  # type: ignore[func-returns-value, attr-defined]

    parcels.prepare_event = tell("event")
    parcels.prepare_moved(tell("prepare"))
    parcels.add_transition("moved", "packed", "sent", conditions=tell("condition"))
    parcels.before_state_change = tell("before each")
    parcels.before_moved(tell("before"))
    parcels.on_exit_packed(tell("exit"))
    parcels.on_enter_sent(tell("enter"))
    parcels.after_moved(tell("after"))
    parcels.after_state_change = tell("after each")
    parcels.finalize_event = tell("finally")
    assert Job(parcels).moved()
    first = ["event", "prepare", "condition", "before each", "before", "exit"]
    then = ["enter", "after", "after each", "finally"]
    assert told == [*(f"{each} in packed" for each in first), *(f"{each} in sent" for each in then)]


def test_callbacks_without_events() -> None:
    """`send_event=False` gives them the trigger's own arguments."""
    told: list[object] = []
    machine = build(PARCELS, send_event=False)
    machine.add_transition("moved", "packed", "sent", conditions=lambda *args: args == (1,))
    machine.after_moved(told.append)
    Job(machine).moved(1)
    assert told == [1]


def test_own_models() -> None:
    """Any attribute may hold the state; a callback's name is looked up on the model."""
    machine = build(PARCELS, model_attribute="status")
    machine.on_enter_delivered("delivered")
    machine.send_event = False
    parcel = machine.start(Parcel(), insured=True)
    for trigger in ("moved", "lost", "moved", "moved", "signed"):
        assert machine.fire(parcel, trigger)
    assert (parcel.status, parcel.deliveries) == ("delivered", 1)
    assert machine.get_model_state(parcel).name == "delivered"
    assert vars(parcel).keys() == {"status", "deliveries"}


def test_two_regions_drive_one_model() -> None:
    """With an attribute for each."""
    jobs = build(TRAINING_JOB, model_attribute="status")
    pools = build(TRAINING_JOB, "warm_pool", model_attribute="pool")
    parcel = pools.start(jobs.start(Parcel(), warm_pool=True))
    jobs.fire(parcel, "instances_ready")
    pools.fire(parcel, "released")
    assert (parcel.status, vars(parcel)["pool"]) == ("InProgress/Downloading", "Terminated")


def test_final_states_are_told_once(parcels: JobMachine) -> None:
    """`on_final` hears of a job that ends, not again when the service removes it."""
    told: list[str] = []
    parcels.on_final = lambda event: told.append(event.model.state)
    job = parcels.restore(Job(parcels), "sent", ["seen"])
    job.signed()
    job.cleaned()
    assert told == ["delivered"]


def test_conditions_tighten(parcels: JobMachine) -> None:
    """They stand beside the guards, and a refusal names them."""

    def has_room(event: Firing) -> bool:
        return "room" in event.kwargs

    parcels.add_transition("moved", "packed", "sent", conditions=["stamped", has_room])
    letter = Letter(parcels)
    letter.stamped = False
    assert refusal(letter.moved).reasons == ("the condition stamped does not hold",)
    letter.stamped = True
    assert refusal(letter.moved).reasons[0].endswith("has_room does not hold")
    assert letter.allowed == ("moved",)
    assert not parcels.may(letter, "moved")
    assert parcels.may(letter, "moved", room=True)
    assert letter.moved(room=True)
    parcels.add_transition("signed", "*", "delivered", unless="stamped")
    assert refusal(letter.signed).reasons == ("the job must have passed at the door",)
    parcels.restore(letter, "sent", ["seen"])
    assert refusal(letter.signed).reasons == ("the condition stamped holds",)


def test_edges_that_differ_only_in_needs() -> None:
    """Either is enough; the refusal names what each lacks."""
    either = PARCELS.evolve(
        drop_edges=[("sent", "packed")],
        add_edges=[
            edge("sent", "packed", "lost", needs={"insured": True}),
            edge("sent", "packed", "lost", needs={"cheap": True}),
        ],
    )
    machine = build(either)
    assert len(machine.triggers["lost"]) == 2
    for features in ({"insured": True}, {"cheap": True}):
        job = Job(machine, **features)
        job.moved()
        assert job.lost()
    plain = Job(machine)
    plain.moved()
    assert len(refusal(plain.lost).reasons) == 2


# --- Nothing opens a machine ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "source", "dest"),
    [
        ("signed", "packed", "delivered"),
        ("signed", ["sent", "packed"], "delivered"),
        ("moved", "*", "delivered"),
        ("moved", "packed", "="),
        ("moved", "packed", None),
    ],
)
def test_no_move_is_added(
    parcels: JobMachine, trigger: str, source: str | list[str], dest: str | None
) -> None:
    """A transition that is no edge is refused, with all that came with it."""
    with pytest.raises(ClosedMachineError, match=f"has {trigger}: a machine moves as its life cyc"):
        parcels.add_transition(trigger, source, dest, conditions="nothing")
    with pytest.raises(UnknownNameError):
        parcels.add_transition("posted", "packed", "sent")
    assert Job(parcels).moved()


def test_loops_can_be_tightened() -> None:
    """`=` is the state itself, `*` every state, and a state that is named twice is one."""
    pool = build(TRAINING_JOB, "warm_pool")
    calls: list[object] = []
    pool.add_transitions(
        [{"trigger": "keep_alive_updated", "source": "*", "dest": "=", "after": calls.append}]
    )
    job = Job(pool)
    job.job_ended()
    job.keep_alive_updated()
    assert len(calls) == 1
    pool.add_transition("keep_alive_updated", ["Available"] * 2, "=", after=calls.append)
    job.keep_alive_updated()
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (lambda machine: machine.add_state("lost"), "no state can be added"),
        (lambda machine: machine.add_states(["lost"]), "no state can be added"),
        (lambda machine: setattr(machine, "initial", "lost"), "no state can be added"),
        (lambda machine: machine.add_ordered_transitions(), "no move can be added"),
        (lambda machine: machine.remove_transition("moved"), "no move can be removed"),
        (lambda machine: machine.set_state("sent"), "no state can be set"),
        (lambda machine: machine.dispatch("moved"), "no model is registered"),
    ],
)
def test_what_would_open_a_machine(
    parcels: JobMachine, asked: Callable[[JobMachine], object], text: str
) -> None:
    """It is refused, and what to do instead is said."""
    with pytest.raises(
        ClosedMachineError, match=f"{text}: a machine moves as its life cycle says; ."
    ):
        asked(parcels)
    assert list(parcels.states) == [each.name for each in WAY.states]


def test_no_trigger_bypasses_the_rules(parcels: JobMachine) -> None:
    """There is no `to_X`, and no list of conditions that holds the guards."""
    assert not [name for name in parcels.triggers if name.startswith("to_")]
    for each in parcels.get_transitions("signed"):
        each.conditions.clear()
    job = Job(parcels)
    job.moved()
    refusal(job.signed)


# --- The traps of transitions ---------------------------------------------------------------------


def test_a_trigger_in_a_callback_comes_next(parcels: JobMachine) -> None:
    """It runs when the move is complete, so nothing is overwritten, and it returns False."""
    moved: list[bool] = []
    parcels.before_moved(lambda event: moved.append(event.model.refused()))
    told: list[str] = []
    parcels.after_state_change = lambda event: told.append(
        f"{event.edge.origin} {event.edge.target}"
    )
    job = Job(parcels)
    assert parcels.events["moved"].trigger(job)
    assert (moved, told, job.state) == ([False], ["packed sent", "sent returned"], "returned")


def test_others_are_driven_at_once(parcels: JobMachine) -> None:
    """A queue is one model's: what a callback fires at another model is done when it returns."""
    first, second = Job(parcels), Job(parcels)
    seen: list[str] = []

    def both(event: Firing) -> None:
        if event.model is first:
            assert parcels.fire(second, "moved")
            seen.append(second.state)

    parcels.before_moved(both)
    first.moved()
    assert seen == ["sent"]


def test_a_failing_callback_drops_only_its_own(parcels: JobMachine) -> None:
    """What was queued for the model is dropped, which the error says; other models go on."""
    other, job = Job(parcels), Job(parcels)

    def fail(event: Firing) -> None:
        if event.model is other:
            other.moved()
            job.moved()
        else:
            job.moved()
            job.refused()
            raise ZeroDivisionError

    parcels.on_enter_sent(fail)
    with pytest.raises(ZeroDivisionError) as caught:
        other.moved()
    assert caught.value.__notes__ == [
        "dropped, for they were queued behind it: moved, refused",
        "dropped, for they were queued behind it: moved",
    ]
    assert (other.state, job.state) == ("sent", "sent")
    assert job.moved()
    assert other.moved()


def test_errors_can_be_handled(parcels: JobMachine) -> None:
    """`on_exception` hears of them, interrupts pass, `finalize_event` runs in any case."""
    told: list[object] = []
    ends: list[bool] = []
    parcels.on_exception = lambda event: told.append(type(event.error))
    parcels.finalize_event = lambda event: ends.append(event.result)
    job = Job(parcels)
    assert not job.signed()
    parcels.on_enter_sent(lambda _: sys.exit(3))
    with pytest.raises(SystemExit):
        job.moved()
    assert (told, ends) == ([TriggerRefusedError], [False, False])
    with pytest.raises(AttributeError, match="no move is tried yet"):
        _ = Firing(parcels.events["moved"], parcels, job, (), {}).edge


def test_slots_and_equal_models(parcels: JobMachine) -> None:
    """No model is registered: slots do no harm, and equal models are two."""

    @attrs.define(unsafe_hash=False)
    class Box:
        state: str = ""

    boxes = [Box(), Box()]
    parcels.add_model(boxes)
    parcels.fire(boxes[1], "moved")
    assert [each.state for each in boxes] == ["packed", "sent"]
    parcels.add_model(boxes[0], "packed")
    parcels.remove_model(boxes[0])
    assert parcels.models == []


def test_models_that_hold_no_state(parcels: JobMachine) -> None:
    """They are refused at once, with the reason."""
    with pytest.raises(ModelError, match="this object can't be driven: its state can't be set"):
        parcels.start(object())
    frozen = attrs.make_class("Frozen", ["state"], frozen=True)
    with pytest.raises(ModelError, match="this Frozen can't be driven: its state can't be set"):
        parcels.start(frozen(""))


def test_a_state_that_was_set_by_hand(parcels: JobMachine) -> None:
    """It is refused, by a job at once and by other models when a trigger comes."""
    job = Job(parcels)
    with pytest.raises(ModelError, match="only triggers move it, not state = 'delivered'"):
        job.state = "delivered"  # type: ignore[assignment]
    machine = build(PARCELS, model_attribute="status")
    parcel = machine.start(Parcel())
    parcel.status = "delivered"
    with pytest.raises(
        ModelError, match="its status 'delivered' is not from this machine; begin w"
    ):
        machine.fire(parcel, "cleaned")
    with pytest.raises(ModelError, match="its status None is not from this machine"):
        machine.allowed(object())
    parcel.status = Job(build(TRAINING_JOB)).state
    with pytest.raises(ModelError, match="its status 'InProgress/Starting' is not from this mach"):
        machine.fire(parcel, "moved")


def test_a_model_that_a_callback_has_moved(parcels: JobMachine) -> None:
    """A move does not overwrite what a callback has put there."""
    parcels.before_moved(lambda event: parcels.restore(event.model, "at the door"))
    with pytest.raises(
        ModelError, match="a callback has put it into at the door while it was leav"
    ):
        Job(parcels).moved()


def test_models_are_light(parcels: JobMachine) -> None:
    """A job is a few words and nothing keeps it: 15,500 bytes when `transitions` registers it."""
    job = Job(parcels)
    assert sys.getsizeof(job) < 100
    assert not hasattr(job, "__dict__")
    assert Job(parcels).state is job.state


def test_threads_take_turns(parcels: JobMachine) -> None:
    """A model that one thread is moving is refused to another; other models are not."""
    job, other = Job(parcels), Job(parcels)
    errors: list[Exception] = []

    def disturb() -> None:
        try:
            other.moved()
            job.moved()
        except ModelError as error:
            errors.append(error)

    def wait(event: Firing) -> None:
        if event.model is job:
            thread = threading.Thread(target=disturb)
            thread.start()
            thread.join()

    parcels.on_exit_packed(wait)
    job.moved()
    assert (job.state, other.state) == ("sent", "sent")
    assert [str(each) for each in errors] == [
        "this Job can't be driven: another thread is moving it"
    ]


def test_steps_are_not_logged(parcels: JobMachine, caplog: pytest.LogCaptureFixture) -> None:
    """Logging at INFO or DEBUG makes no step slower."""
    caplog.set_level(logging.DEBUG)
    parcels.after_moved(lambda _: None)
    Job(parcels).moved()
    assert caplog.records == []


def test_only_the_core_is_imported() -> None:
    """The extensions of `transitions`, and asyncio with them, stay out."""
    program = (
        "import sys, jobstate.machine;"
        "print('asyncio' in sys.modules, 'transitions.extensions' in sys.modules)"
    )
    ran = subprocess.run(  # noqa: S603 - a fixed program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False False\n"


def test_it_is_a_machine_of_transitions(parcels: JobMachine) -> None:
    """What takes one takes it."""
    assert isinstance(parcels, Machine)
    assert parcels.get_triggers("packed") == ["moved"]
    assert not parcels.auto_transitions
    results: dict[str, Any] = {each.name: each.outcome for each in WAY.states if each.final}
    assert {name: results[name] for name, each in parcels.states.items() if each.final} == {
        "delivered": Outcome.SUCCEEDED,
        "returned": Outcome.FAILED,
        "forgotten": Outcome.SUCCEEDED,
    }


# --- What nobody would await ----------------------------------------------------------------------


@pytest.mark.parametrize("callback", ASYNCHRONOUS.values(), ids=ASYNCHRONOUS)
def test_async_callbacks_are_refused(parcels: JobMachine, callback: Any) -> None:
    """By whichever way they are added; conditions too, which would always hold."""
    ways: list[Callable[[], object]] = [
        *(
            partial(setattr, parcels, name, each)
            for name in (
                "after_state_change",
                "before_state_change",
                "finalize_event",
                "on_exception",
                "on_final",
                "prepare_event",
            )
            for each in (callback, [print, callback])
        ),
        partial(parcels.on_enter_sent, callback),
        partial(parcels.on_exit_sent, callback),
        partial(parcels.before_moved, callback),
        partial(parcels.after_moved, callback),
        *(
            partial(parcels.add_transition, "moved", "packed", "sent", **{kind: callback})
            for kind in ("conditions", "unless", "before", "after", "prepare")
        ),
    ]
    for way in ways:
        with pytest.raises(TypeError, match=r"a callback can't be async.*that starts a task in"):
            way()
    job = Job(parcels)
    job.moved()
    assert job.state == "sent"


@pytest.mark.parametrize("send_event", [True, False])
def test_async_callbacks_that_are_named_are_refused_when_they_are_called(
    *, send_event: bool
) -> None:
    """Whose method a name means is known only then; none is left that was never awaited."""

    class Awaited(Job):
        async def on_enter_sent(self, *_: object) -> None:
            """Do something in a while."""

    with pytest.raises(TypeError, match=r"can't be async, got <bound method .*on_enter_sent"):
        Awaited(build(PARCELS, send_event=send_event)).moved()


# --- Statuses and members of enumerations ---------------------------------------------------------


class Way(Enum):
    """The states of parcels, as no strings."""

    PACKED = "packed"
    SENT = "sent"


def test_a_state_may_be_a_member_of_an_enumeration(parcels: JobMachine) -> None:
    """Or a status that only one state shows that may be meant, as for `explain`."""
    machine = build(TRAINING_JOB)
    for start in (SecondaryStatus.STARTING, "Starting", TrainingJobStatus.IN_PROGRESS, None):
        assert Job(machine, start).state == "InProgress/Starting"
    job = Job(parcels)
    assert Job(parcels, Way.PACKED).state == "packed"  # type: ignore[arg-type] # as many will
    assert parcels.restore(job, Way.SENT, [], insured=True).state == "sent"  # type: ignore[arg-type]


def test_a_status_that_several_states_show_is_asked_about() -> None:
    """With those that it can be; one that nothing shows, with all there are."""
    machine = build(TRAINING_JOB)
    with pytest.raises(ModelError, match="say where it begins: InProgress/Starting"):
        Job(machine, SecondaryStatus.TRAINING)
    with pytest.raises(
        ModelError,
        match="say which state shows Training; it can be: InProgress/Training or Stopping/Training",
    ):
        machine.restore(Job(machine), SecondaryStatus.TRAINING)
    with pytest.raises(UnknownNameError, match="no state 'Resting'; there is: Completed/Completed"):
        Job(machine, SecondaryStatus("Resting"))
