"""`recorded`: the life that a job's answers tell, from a log of production or of a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
from attrs import evolve, frozen

from jobstate.common.times import EARLIEST
from jobstate.conformance.answers import read_by, readable, together
from jobstate.errors import ObservationError, Problem, UnknownNameError
from jobstate.model.life import Life, Stay
from jobstate.model.observation import Observation
from jobstate.model.walks import walks_of
from jobstate.testing.lives.repeated import said_in
from jobstate.testing.lives.routes import wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstate.model.hidden_states import Hidden
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Shown
    from jobstate.model.states import Region
    from jobstate.model.walks import Walks

#: What a legal move costs (its weakness only decides between ways of the same length), and one
#: that no job makes: it is the last resort.
_MOVE, _JUMP = 1_000, 10_000_000
#: How long a stay lasts of which nothing tells, in seconds.
_UNTOLD: Final = 1.0


def recorded(lifecycle: Lifecycle, answers: object) -> Life:
    """Return the life that answers about one job tell.

    Of several histories the longest counts. Between what is told, the job goes the shortest legal
    way; where there is none, it goes at once, and the life is as illegal as the record. What is
    told of no time is spread evenly. Features are those that are shown, and of the others as few
    as the way needs. A message is the last one of its status. What answers repeat of requests, such
    as hyperparameters, is what the job was created with, or was said when it was first seen.

    A life derives its history from what it goes through. So the answers of a life, asked at the
    times of the record, say what the record says, as far as that is possible: a history that ends
    elsewhere than where the job is shown goes on to there.

    Args:
        lifecycle: The life cycle.
        answers: What the service said about one job, in any form that `jobstate.check` takes.

    Raises:
        ObservationError: An answer can't be read, there is none, or they are about several jobs.
        UnknownNameError: A status that the life cycle does not know: no life goes there.
    """
    found = _read(lifecycle, answers)
    jobs = list(dict.fromkeys(each.job for each, _ in found))
    if len(jobs) != 1:
        raise ObservationError([Problem("", "answers about one job", f"{len(jobs)} jobs")])
    found.sort(
        key=lambda each: (
            each[0].modified or jobs[0].created or EARLIEST,
            len(each[0].entries),
        )
    )
    in_order = [each for each, _ in found]
    record = _Record(lifecycle, jobs[0], in_order)
    steps = _explained(walks_of(lifecycle), record)
    features = dict(steps[0][0].features) | record.features()
    can_show = {each.name for each in lifecycle.features if each.shown}
    life = Life(
        lifecycle=lifecycle,
        job=jobs[0],
        stays=tuple(_dated(steps, record.created())),
        beside=dict(record.beside()),
        features={name: has for name, has in features.items() if name in can_show},
        messages={each.status: each.message for each in record.entries if each.message},
    )
    life = _with_failure(life, in_order[-1])
    return evolve(life, said=said_in(life, found))


def _read(lifecycle: Lifecycle, answers: object) -> list[tuple[Observation, Mapping[str, Any]]]:
    """Return what each answer says, and the answer, which is empty where it is an event.

    Raises:
        ObservationError: Some can't be read; it lists every problem of all of them.
    """

    def read(whose: Lifecycle, answer: object) -> tuple[Observation, Mapping[str, Any]]:
        name = whose.schema.id[0] if whose.schema else None
        plain = answer if isinstance(answer, Mapping) and name in answer else {}
        return read_by(whose, answer), plain

    found, errors = readable(lifecycle, answers, read)
    if errors:
        raise together(errors)
    return [(each, {}) if isinstance(each, Observation) else each for each in found]


def _with_failure(life: Life, last: Observation) -> Life:
    """Return the life with the text of the last answer that makes it say the same of the end."""
    if life.lifecycle.writer is None:
        return life
    texts = [text for _, text in sorted(last.fields.items()) if isinstance(text, str)]
    lives = [life, *(evolve(life, failure=text) for text in texts)]
    return max(lives, key=lambda each: _agreement(each.observation(each.end), last))


def _agreement(one: Observation, other: Observation) -> tuple[bool, int]:
    same = sum(one.fields.get(name) == value for name, value in other.fields.items())
    return one.cause == other.cause, same


# --- What is told -------------------------------------------------------------------------------


@frozen
class _Sight:
    """What is known of a job at one point of its record.

    Attributes:
        states: The names of the states that it may be in.
        at: When; None where nothing tells.
        entered: It is where a stay of the history begins.
    """

    states: frozenset[str]
    at: datetime | None
    entered: bool = False


class _Record:
    """What answers tell of one job, in the order in which it was true."""

    def __init__(self, lifecycle: Lifecycle, job: JobKey, seen: Sequence[Observation]) -> None:
        self._lifecycle = lifecycle
        self._walks = walks_of(lifecycle)
        self._job = job
        self._seen = seen
        self.entries = max((each.entries for each in seen), key=len)

    def region_views(self) -> list[_Sight]:
        """Return what is known of the region with the history, point by point."""
        region = self._walks.region
        placed: list[tuple[int, _Sight]] = [
            (place, _Sight(_of_status(region, entry.status), entry.start, entered=True))
            for place, entry in enumerate(self.entries)
        ]
        placed += [
            (self._place(each), _Sight(_of_shown(region, now), each.modified))
            for each in self._seen
            if (now := each.shown.get(region.name)) is not None
        ]
        placed.sort(key=lambda each: each[0])  # an entry stands before what was shown during it
        return [region_view for _, region_view in placed]

    def _place(self, seen: Observation) -> int:
        """Return during which entry of the whole history an answer was given."""
        if seen.entries or seen.modified is None:
            return len(seen.entries or self.entries) - 1
        return sum(entry.start <= seen.modified for entry in self.entries) - 1

    def features(self) -> dict[str, bool]:
        """Return the features that any answer shows."""
        return {name: has for each in self._seen for name, has in each.features.items()}

    def starts(self) -> list[Hidden]:
        """Return the hidden states in which it may have begun, those with few features first."""
        shown = self.features().items()
        starts = sorted(self._walks.starts, key=lambda one: wanted(one.features))
        return [one for one in starts if shown <= dict(one.features).items()] or starts

    def created(self) -> datetime:
        """Return when it began, as finely as its history knows."""
        told = self._job.created
        first = self.entries[0].start if self.entries else told
        if first is not None and told in {None, attrs.evolve(self._job, created=first).created}:
            return first
        return told or min(
            (each.modified for each in self._seen if each.modified), default=EARLIEST
        )

    def beside(self) -> Iterator[tuple[str, tuple[Stay, ...]]]:
        """Yield what each other region was seen to go through."""
        for region in self._lifecycle.regions:
            if region is self._walks.region:
                continue
            stays: list[Stay] = []
            for seen in self._seen:
                now = seen.shown.get(region.name)
                time = max([seen.modified or self.created(), *(stay.start for stay in stays)])
                if now is not None and (not stays or stays[-1].state not in _of_shown(region, now)):
                    stays.append(Stay(min(_of_shown(region, now)), time))
            if stays:
                yield region.name, tuple(stays)


def _of_status(region: Region, status: str) -> frozenset[str]:
    found = frozenset(state.name for state in region.states if state.visible == status)
    if not found:
        raise UnknownNameError("status", status, {state.visible for state in region.states})
    return found


def _of_shown(region: Region, now: Shown) -> frozenset[str]:
    """Return the states that fit what is shown; of a pair that is none, those of the primary."""
    of_primary = {state.name for state in region.states if state.primary == now.primary}
    if not of_primary:
        raise UnknownNameError("status", now.primary, {state.primary for state in region.states})
    return frozenset(of_primary & {str(now)} or of_primary)


# --- The walk that explains it ------------------------------------------------------------------

#: A hidden state that a job goes to, and when; None where nothing tells.
_Step: TypeAlias = tuple["Hidden", "datetime | None"]
#: What a walk costs, and its steps.
_Walk: TypeAlias = tuple[int, tuple[_Step, ...]]
_Layer: TypeAlias = dict["Hidden", _Walk]


def _explained(walks: Walks, record: _Record) -> tuple[_Step, ...]:
    """Return the cheapest walk that comes by all that is told."""
    free = not record.entries
    created = record.created()
    layer: _Layer = {start: (0, ((start, created),)) for start in record.starts()}
    for number, region_view in enumerate(record.region_views()):
        if number or free:
            near = _spread(walks, layer, free=free)
            found = (
                _entering(walks, near, region_view)
                if region_view.entered
                else _among(near, region_view, layer)
            )
        else:
            found = {one: walk for one, walk in layer.items() if one.state in region_view.states}
        layer = found or _jumped(walks, layer, region_view, first=not number and not free)
    best = min(layer, key=lambda one: (layer[one][0], wanted(one.features)))
    return layer[best][1]


def _spread(walks: Walks, layer: _Layer, *, free: bool) -> _Layer:
    """Return the cheapest walks that go on without an entry; without a history, any."""
    queue = [(cost, turn, one, steps) for turn, (one, (cost, steps)) in enumerate(layer.items())]
    turn = len(queue)
    heapify(queue)
    found: _Layer = {}
    while queue:
        cost, _, one, steps = heappop(queue)
        if one in found:
            continue
        found[one] = cost, steps
        for edge, target in walks.moves[one]:
            if free or walks.state(target).visible == walks.state(one).visible:
                turn += 1
                more = cost + _MOVE + edge.basis.weakness
                heappush(queue, (more, turn, target, (*steps, (target, None))))
    return found


def _among(near: _Layer, region_view: _Sight, before: _Layer) -> _Layer:
    """Return the walks that come where a job is shown; it came there when that was said."""
    return {
        one: walk if before.get(one) == walk else (walk[0], (*walk[1][:-1], (one, region_view.at)))
        for one, walk in near.items()
        if one.state in region_view.states
    }


def _entering(walks: Walks, near: _Layer, region_view: _Sight) -> _Layer:
    found: _Layer = {}
    for one, (cost, steps) in near.items():
        for edge, target in walks.moves[one]:
            more = cost + _MOVE + edge.basis.weakness
            if target.state in region_view.states and (
                target not in found or more < found[target][0]
            ):
                found[target] = more, (*steps, (target, region_view.at))
    return found


def _jumped(walks: Walks, layer: _Layer, region_view: _Sight, *, first: bool) -> _Layer:
    """Return the walks that go where no move leads, as if they had passed what that asks for."""
    found: _Layer = {}
    for origin, (cost, steps) in layer.items():
        for one in walks.moves:
            if one.state in region_view.states and one.features == origin.features:
                before = () if first else steps
                far = len(one.passed ^ origin.passed)
                walk = (
                    cost + _JUMP + far,
                    (*before, (one, steps[0][1] if first else region_view.at)),
                )
                if one not in found or walk[0] < found[one][0]:
                    found[one] = walk
    return found


def _dated(steps: Sequence[_Step], time: datetime) -> Iterator[Stay]:
    """Yield stays that begin in order: what is told of no time lies evenly between what is.

    Args:
        steps: What the job goes through.
        time: When it was created.
    """
    for place, (one, at) in enumerate(steps):
        time = _untold(steps[place:], time) if at is None else max(time, at)
        yield Stay(one.state, time)


def _untold(steps: Sequence[_Step], before: datetime) -> datetime:
    """Return when the first of some steps may have been, of which nothing tells."""
    told = ((place, at) for place, (_, at) in enumerate(steps) if at is not None)
    place, until = next(told, (0, before))
    if until <= before:
        return before + timedelta(seconds=_UNTOLD)
    return before + (until - before) / (place + 1)
