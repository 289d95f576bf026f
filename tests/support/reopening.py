"""Life cycles whose ends may reopen, sets of late answers about a job of one, and what to expect.

Both are drawn from a seed. What is expected of a tracker comes from the search for legal orders
(`legal_orders`) and from nothing that it says.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import evolve

from jobstate import JobKey, Lifecycle, Observation, StatusChanged, Tracker
from jobstate.errors import LifecycleError
from jobstate.model import Entry, Region, Shown
from jobstate.model.events import Violation
from jobstate.model.states import Outcome
from tests.support.brute_force import Seen, Situation, beginnings, job_features, moves_of
from tests.support.late_tracking import are_kept_apart
from tests.support.legal_orders import Answer, Interval, Orders, Stay, interval
from tests.support.small import edge, feature, state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from jobstate import Observed
    from jobstate.model import Edge, State

BEGIN: Final = datetime(2026, 5, 6, 7, 8, 9, 250000, tzinfo=UTC)
JOB: Final = JobKey("made-up", "job/1", BEGIN)
_REGION: Final = "job"
_GOING: Final = ("Going/a", "Going/b", "Going/c")
_ENDS: Final = {
    "Over/good": Outcome.SUCCEEDED,
    "Over/bad": Outcome.FAILED,
    "Broken": Outcome.FAILED,
}
_GONE: Final = "Gone"


def life_cycle(rng: random.Random) -> Lifecycle:
    """Return a small life cycle, at least one of whose ends reopens, for all jobs or for some."""
    while True:
        try:
            return _life_cycle(rng)
        except LifecycleError:  # something can't be reached, or leads nowhere
            continue


def _life_cycle(rng: random.Random) -> Lifecycle:
    reopens = {name for name in _ENDS if rng.random() < 0.6} or {"Over/bad"}
    again = {"again": True} if rng.random() < 0.3 else {}
    edges = [edge(*rng.sample(_GOING, 2)) for _ in range(rng.randrange(2, 5))]
    edges += [edge(rng.choice(_GOING), end) for end in _ENDS]
    edges += [edge(end, rng.choice(_GOING), "reopened", needs=again) for end in sorted(reopens)]
    states = [*map(_state, _GOING), *(_end(name, name in reopens) for name in _ENDS)]
    if rng.random() < 0.4:
        states.append(_state(_GONE, final=True, gone=True, outcome=Outcome.UNKNOWN))
        edges += [edge(end, _GONE, "removed") for end in _ENDS if rng.random() < 0.5]
    region = Region(
        name=_REGION,
        title="Status",
        history="Log" if rng.random() < 0.5 else "",
        initial=(_GOING[0],),
        states=tuple(states),
        edges=_distinct(edges),
    )
    return Lifecycle(
        name="made-up",
        version="1",
        title="Made up",
        regions=(region,),
        features=(feature("again"),),
    )


def _state(name: str, **more: object) -> State:
    primary, _, secondary = name.partition("/")
    return state(primary, secondary=secondary or None, **more)


def _end(name: str, reopens: bool) -> State:  # noqa: FBT001
    cause = None if _ENDS[name] is Outcome.SUCCEEDED else "unknown"
    return _state(name, final=True, outcome=_ENDS[name], cause=cause, reopens=reopens)


def _distinct(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    return tuple({(each.origin, each.target): each for each in edges}.values())


# --- Answers --------------------------------------------------------------------------------------


class Said(NamedTuple):
    """An answer, as the search and as the tracker get it."""

    searched: Answer
    sent: Observation


class AnswerSet(NamedTuple):
    """What several sources said of one life.

    Attributes:
        lifecycle: The life cycle.
        answers: What they said, in the order in which it was true, if all of it is.
        orders: The orders in which it arrives, by number; None for a restart.
    """

    lifecycle: Lifecycle
    answers: tuple[Said, ...]
    orders: tuple[tuple[int | None, ...], ...]


def answer_set(seed: int) -> AnswerSet:
    """Return a set; in one of four something is made wrong."""
    rng = random.Random(f"reopening {seed}")
    lifecycle = life_cycle(rng)
    features = rng.choice(job_features(lifecycle, _REGION))
    life = _life(lifecycle, dict(features), rng)
    answers: list[Said] = []
    while not answers:
        answers = [
            said
            for place in range(len(life))
            for said in _said_at(lifecycle, life[: place + 1], dict(features), rng)
        ][-7:]
    if rng.random() < 0.25:
        place = rng.randrange(len(answers))
        other = rng.choice([*_GOING, *_ENDS])
        shows = Seen(*_pair(other))
        searched = answers[place].searched._replace(shows=shows, history=())
        sent = evolve(answers[place].sent, shown={_REGION: Shown(*_pair(other))}, entries=())
        answers[place] = Said(searched, evolve(sent, features={}))
    # What says the same again arrives twice where an order has it twice.
    answers = [each for place, each in enumerate(answers) if each not in answers[:place]]
    numbers: list[int | None] = list(range(len(answers)))
    orders = [tuple(numbers)]
    for _ in range(3):
        order = rng.sample(numbers, len(numbers)) + rng.choices(numbers, k=rng.randrange(3))
        order.insert(rng.randrange(len(order)), None)
        orders.append(tuple(order))
    return AnswerSet(lifecycle, tuple(answers), tuple(orders))


def _life(lifecycle: Lifecycle, features: dict[str, bool], rng: random.Random) -> list[str]:
    """Return what a job goes through: on from its ends, more often than not."""
    region = lifecycle.region(_REGION)
    job = tuple(sorted(features.items()))
    life: list[Situation] = beginnings(lifecycle, region, job)[:1]
    while len(life) < 10 and (ways := moves_of(lifecycle, _REGION, life[-1])):
        over = region.state(life[-1].state).final
        if over and rng.random() < 0.2:
            break
        life.append(rng.choice(ways))
    return [each.state for each in life]


def _said_at(
    lifecycle: Lifecycle, life: Sequence[str], features: dict[str, bool], rng: random.Random
) -> Iterator[Said]:
    """Yield up to two answers about the last state of a life so far."""
    for _ in range(rng.choice((0, 1, 1, 2))):
        primary, secondary = _pair(life[-1])
        if rng.random() < 0.25:
            secondary = None
        shown = features if rng.random() < 0.15 else {}
        moment = BEGIN + timedelta(seconds=20 * len(life), milliseconds=40)
        time, bound = _printed(moment, rng.random())
        when = Interval() if time is None else interval(time)
        if bound is not None:
            when = interval(bound, lower_bound=True)
        stays: tuple[Entry, ...] = ()
        if lifecycle.region(_REGION).history and rng.random() < 0.3:
            stays = _entries(life)
        yield Said(
            Answer(
                Seen(primary, secondary, shown),
                when,
                tuple(Stay(each.status, interval(each.start)) for each in stays),
            ),
            Observation(
                job=JOB,
                shown={_REGION: Shown(primary, secondary)},
                features=shown,
                entries=stays,
                modified=time,
                modified_not_before=bound,
            ),
        )


def _printed(moment: datetime, way: float) -> tuple[datetime | None, datetime | None]:
    """Return a time as it is printed, or else a lower bound of it, or nothing."""
    if way < 0.15:
        return None, None
    if way < 0.3:
        return moment.replace(microsecond=0, second=0), None
    return (None, moment) if way < 0.4 else (moment, None)


def _pair(name: str) -> tuple[str, str | None]:
    primary, _, secondary = name.partition("/")
    return primary, secondary or None


def _entries(life: Sequence[str]) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for place, name in enumerate(life, start=1):
        status = name.rpartition("/")[2]
        if not found or found[-1].status != status:
            found.append(Entry(status, BEGIN + timedelta(seconds=20 * place)))
    return tuple(found)


# --- What is expected -----------------------------------------------------------------------------


class Counts(NamedTuple):
    """What was met: reopenings told, ends that stood although something else could be last."""

    reopened: int = 0
    stood: int = 0
    illegal: int = 0


class Course:
    """One order of arrival, tracked; what was said that must not be."""

    def __init__(self, made: AnswerSet) -> None:
        self._made = made
        self._tracker = Tracker(made.lifecycle)
        self._arrivals: list[int] = []
        self._stood: frozenset[str] = frozenset()
        self.counts = Counts()

    def faults(self, order: Sequence[int | None]) -> Iterator[str]:
        """Yield what is wrong, until there is no legal order any more."""
        for number in order:
            if number is None:
                text = self._tracker.snapshot()
                self._tracker = Tracker(self._made.lifecycle)
                self._tracker.restore(text)
                continue
            said = self._made.answers[number]
            observed = self._tracker.observe(said.sent)
            if number not in self._arrivals or said.searched.when == Interval():
                self._arrivals.append(number)
            numbers = sorted({*self._arrivals})
            answers = [self._made.answers[each].searched for each in numbers]
            orders = Orders(self._made.lifecycle, _REGION, answers)
            broken = [each.rule for each in observed.events if isinstance(each, Violation)]
            if not orders.exist:
                self.counts = self.counts._replace(illegal=self.counts.illegal + 1)
                if not broken and are_kept_apart(answers):
                    yield "no legal order, and nothing is told"
                return
            if broken:
                yield f"false alarm: {broken}"
                return
            arrived = [numbers.index(each) for each in self._arrivals]
            yield from self._differences(orders, arrived, observed, exact=are_kept_apart(answers))

    def _differences(
        self, orders: Orders, arrived: Sequence[int], observed: Observed, *, exact: bool
    ) -> Iterator[str]:
        states = self._made.lifecycle.region(_REGION)
        position = orders.position(arrived, self._stood)
        now, ended = orders.states(position), orders.shows_end(position)
        had_ended = bool(self._stood) and all(states.state(each).final for each in self._stood)
        if ended and had_ended and any(states.state(each).reopens for each in self._stood):
            now = now & self._stood or now  # the end that was told, as long as it can be
        stands = any(orders.states(each) & self._as_ended(self._stood) for each in orders.ends)
        told = [each for each in observed.events if isinstance(each, StatusChanged)]
        reopened = [each for each in told if each.reopened]
        if bool(reopened) != (had_ended and not stands):
            yield f"reopened: {reopened}, from {sorted(self._stood)} to {sorted(now)}"
        if had_ended and not stands:
            self.counts = self.counts._replace(reopened=self.counts.reopened + 1)
        elif had_ended and len(orders.ends) > 1:
            self.counts = self.counts._replace(stood=self.counts.stood + 1)
        (job,) = self._tracker
        for_good = ended and not any(states.state(each).reopens for each in now)
        if exact and (job.final, job.result.for_good) != (ended, for_good):
            yield f"final: {job.result}, not {ended}, {for_good}"
        if exact and set(job.states()) != now:
            yield f"position: {sorted(job.states())}, not {sorted(now)}"
        self._stood = now if exact else frozenset(job.states())

    def _as_ended(self, ended: Collection[str]) -> frozenset[str]:
        """Return where a job may be whose end stands: there, or removed since."""
        edges = self._made.lifecycle.region(_REGION).edges
        removed = {each.target for each in edges if each.origin in ended and each.target == _GONE}
        return frozenset({*ended, *removed})
