"""How long a step takes: bare, with a listener, and within a life for which all is made anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pytest
from attrs import define

import peers
from figures import Aim, Group
from jobstate import StatusChanged, Tracker
from jobstate.automaton.automaton import Automaton, RegionView, StateEstimate, compile_lifecycle
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.reader import READER
from lives import Life, unheard_of
from suite import Contestant, contestants

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstate import Event, Observation
    from suite import Timed

_To = TypeVar("_To")

FLOOR = "floor: a hand-written class"
SHARED = "transitions, shared machine"
REGISTERED = "transitions, shared machine, add_model"
STATEMACHINE = "python-statemachine"
TRACKED = "jobstate, Tracker.observe: every rule, events, one listener"
AUTOMATON = "jobstate, Automaton.step"
HELD = "jobstate, Automaton.step in such a class"

ONE_STEP = Group(
    "One step",
    FLOOR,
    note=f"{len(peers.STATES)} states, {len(peers.EDGES)} edges. The floor is an attrs class with"
    " slots over a dict of frozensets: a move is refused or changes its state.",
)
WITH_LISTENER = Group(
    "One step and one listener",
    FLOOR,
    note="The listener does nothing. To `Tracker.observe` come items of a list (as Observations) of"
    " jobs that live one life each, so every one is a change; no job comes twice.",
)
LIFE = Group("A life of 6 steps, with all that is made anew for each", FLOOR)


# --- What is timed --------------------------------------------------------------------------------


def dictionary(count: int) -> Callable[[], object]:
    """Look each move up in a dict."""
    targets, get = peers.around(count), peers.EDGES.get

    def run() -> None:
        state = peers.FIRST
        for target in targets:
            found = get((state, target))
            if found is None:
                raise ValueError(target)
            state = found

    return run


def each(move: Callable[[_To], object], targets: Iterable[_To]) -> None:
    """Move along some targets."""
    for target in targets:
        move(target)


def floor(count: int) -> Callable[[], object]:
    """Move by hand."""
    return partial(each, peers.Floor().move, peers.around(count))


def ignore(_job: object, _old: object, _new: object) -> None:
    """Be the listener that does nothing."""


def floor_heard(count: int) -> Callable[[], object]:
    """Move by hand, and tell."""
    return partial(each, peers.FloorWithListener(ignore).move, peers.around(count))


def region_views(targets: Iterable[str]) -> tuple[Automaton, list[RegionView]]:
    """Return the automaton, and what answers show in some states."""
    automaton = compile_lifecycle(TRAINING_JOB)[peers.REGION.name]
    pairs = (target.split("/") for target in targets)
    return automaton, [automaton.view(primary, secondary, {}) for primary, secondary in pairs]


def automaton_steps(count: int) -> Callable[[], object]:
    """Step from what is known to what is known."""
    automaton, shown = region_views(peers.around(count))

    def run() -> None:
        step, known = automaton.step, automaton.start
        for region_view in shown:
            found = step(known, region_view)
            if found is None:
                raise ValueError(region_view)
            known = found

    return run


@define
class Held:
    """What the floor is, with the automaton in place of the table: it keeps what is known."""

    automaton: Automaton
    known: StateEstimate

    def move(self, region_view: RegionView) -> None:
        """Move, if some legal run explains it."""
        found = self.automaton.step(self.known, region_view)
        if found is None:
            raise ValueError(region_view)
        self.known = found


@define
class HeldWithListener(Held):
    """The same, and it tells somebody."""

    listener: Callable[[object, object, object], object]

    def move(self, region_view: RegionView) -> None:
        """Move, if some legal run explains it, and tell of it."""
        origin = self.known
        found = self.automaton.step(origin, region_view)
        if found is None:
            raise ValueError(region_view)
        self.known = found
        self.listener(self, origin, found)


def held(count: int) -> Callable[[], object]:
    """Move by the automaton what keeps its place."""
    automaton, shown = region_views(peers.around(count))
    return partial(each, Held(automaton, automaton.start).move, shown)


def held_heard(count: int) -> Callable[[], object]:
    """Move by the automaton what keeps its place, and tell."""
    automaton, shown = region_views(peers.around(count))
    return partial(each, HeldWithListener(automaton, automaton.start, ignore).move, shown)


def observe_all(tracker: Tracker, observations: Iterable[Observation]) -> None:
    """Observe one after the other."""
    observe = tracker.observe
    for observation in observations:
        observe(observation)


def polled(count: int) -> list[Observation]:
    """Return so many answers of a poller to whom each brings news."""
    one = Life.usual(0).count
    lives = unheard_of(-(-count // one))
    seen = [READER.read(life.item(place)) for place in range(1, one + 1) for life in lives]
    return seen[:count]


def hear(_event: Event) -> None:
    """Be the listener that does nothing."""


def tracked(count: int, listeners: tuple[Callable[[Event], object], ...]) -> Callable[[], object]:
    """Observe answers that all bring news, with a tracker that knows no job yet."""
    return partial(observe_all, Tracker(TRAINING_JOB, listeners=listeners), polled(count))


def silence() -> None:
    """Be the callback that does nothing."""


def shared(count: int, listener: Callable[[], None] | None = None) -> Callable[[], object]:
    """Fire triggers at a model that the machine does not know."""
    machine, model = peers.transitions_machine(listener), peers.SlottedModel()
    events = [machine.events[peers.trigger_to(target)] for target in peers.around(count)]

    def run() -> None:
        for event in events:
            event.trigger(model)

    return run


def fire_all(model: object, triggers: Iterable[str]) -> None:
    """Call a model's triggers, as people do."""
    for trigger in triggers:
        getattr(model, trigger)()


def registered(count: int, listener: Callable[[], None] | None = None) -> Callable[[], object]:
    """Fire triggers of a model that the machine has put them on."""
    machine, model = peers.transitions_machine(listener), peers.Model()
    machine.add_model(model)
    return partial(fire_all, model, [peers.trigger_to(target) for target in peers.around(count)])


class StatemachineListener:
    """A listener in python-statemachine's form."""

    def after_transition(self) -> None:
        """Do nothing."""


def statemachine(count: int, listeners: list[object] | None = None) -> Callable[[], object]:
    """Send events to a machine."""
    pytest.importorskip("statemachine")
    machine = peers.statemachine_class()(listeners=listeners or [])
    return partial(fire_all, machine, [peers.trigger_to(target) for target in peers.around(count)])


# --- One step -------------------------------------------------------------------------------------


@contestants(
    Contestant(FLOOR, floor, 2000),
    Contestant("dict.get((from, to)) in a loop", dictionary, 2000),
    Contestant(
        AUTOMATON,
        automaton_steps,
        2000,
        [Aim.at_most(1.5, of=FLOOR), Aim.faster_than(20, SHARED)],
    ),
    Contestant(HELD, held, 2000),
    Contestant(SHARED, shared, 400),
    Contestant(REGISTERED, registered, 400),
    Contestant(STATEMACHINE, statemachine, 40),
)
def test_one_step(contestant: Contestant, lap: int, timed: Timed) -> None:
    """A step between two states."""
    timed(ONE_STEP, contestant, lap)


# --- One step and one listener --------------------------------------------------------------------


@contestants(
    Contestant(FLOOR, floor_heard, 2000),
    Contestant(HELD, held_heard, 2000),
    Contestant(
        TRACKED,
        partial(tracked, listeners=(hear,)),
        600,
        [Aim.faster_than(3, SHARED)],
    ),
    Contestant("the same, nobody listens", partial(tracked, listeners=()), 600),
    Contestant(SHARED, partial(shared, listener=silence), 400),
    Contestant(REGISTERED, partial(registered, listener=silence), 400),
    Contestant(STATEMACHINE, partial(statemachine, listeners=[StatemachineListener()]), 40),
)
def test_one_step_and_one_listener(contestant: Contestant, lap: int, timed: Timed) -> None:
    """A step that somebody hears of."""
    timed(WITH_LISTENER, contestant, lap)


def test_all_that_is_polled_is_news() -> None:
    """What the tracker is timed with are changes, each of them, and legal ones."""
    events: list[Event] = []
    count = 5 * Life.usual(0).count
    tracked(count, (events.append,))()
    assert [type(event) for event in events] == [StatusChanged] * count


# --- A life ---------------------------------------------------------------------------------------


def repeated(life: Callable[[], object]) -> Callable[[int], Callable[[], object]]:
    """Return what makes so many lives of one."""

    def make(count: int) -> Callable[[], object]:
        def run() -> None:
            for _ in range(count):
                life()

        return run

    return make


def life_in_dictionary() -> None:
    """Look a life up in a dict."""
    get, state = peers.EDGES.get, peers.FIRST
    for target in peers.LIFE:
        found = get((state, target))
        if found is None:
            raise ValueError(target)
        state = found


def life_of_floor() -> None:
    """Live a life by hand."""
    each(peers.Floor().move, peers.LIFE)


def lives_of_automaton(count: int) -> Callable[[], object]:
    """Step through lives."""
    automaton, shown = region_views(peers.LIFE)

    return repeated(lambda: each(Held(automaton, automaton.start).move, shown))(count)


def lives_tracked(count: int) -> Callable[[], object]:
    """Observe the whole life of new jobs, six answers each, with one tracker."""
    return tracked(count * Life.usual(0).count, (hear,))


TRIGGERS = [peers.trigger_to(target) for target in peers.LIFE]


def lives_shared(count: int) -> Callable[[], object]:
    """Make models that a shared machine does not know, and let them live."""
    machine = peers.transitions_machine()
    events = [machine.events[trigger] for trigger in TRIGGERS]

    def life() -> None:
        model = peers.SlottedModel()
        for event in events:
            event.trigger(model)

    return repeated(life)(count)


def lives_registered(count: int) -> Callable[[], object]:
    """Register models with a shared machine, let them live, remove them."""
    machine = peers.transitions_machine()

    def life() -> None:
        model = peers.Model()
        machine.add_model(model)
        fire_all(model, TRIGGERS)
        machine.remove_model(model)

    return repeated(life)(count)


def life_of_own_machine() -> None:
    """Make a machine for one life."""
    machine, model = peers.transitions_machine(), peers.Model()
    machine.add_model(model)
    fire_all(model, TRIGGERS)


def lives_of_statemachine(count: int) -> Callable[[], object]:
    """Make a machine of a class for each life."""
    pytest.importorskip("statemachine")
    kind = peers.statemachine_class()
    return repeated(lambda: fire_all(kind(), TRIGGERS))(count)


@contestants(
    Contestant(FLOOR, repeated(life_of_floor), 300),
    Contestant("dict.get((from, to)) in a loop", repeated(life_in_dictionary), 300),
    Contestant(HELD, lives_of_automaton, 300),
    Contestant(TRACKED, lives_tracked, 100),
    Contestant(SHARED, lives_shared, 50),
    Contestant(REGISTERED, lives_registered, 20),
    Contestant("transitions, a machine per model", repeated(life_of_own_machine), 2),
    Contestant(STATEMACHINE, lives_of_statemachine, 5),
)
def test_a_life(contestant: Contestant, lap: int, timed: Timed) -> None:
    """A life from its first state to its last."""
    timed(LIFE, contestant, lap)
