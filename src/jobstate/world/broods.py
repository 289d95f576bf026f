"""The jobs that a job makes: when each begins, and what the lives of all mean for its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from hashlib import sha256
from heapq import heapify, heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve

from jobstate.common.times import to_microseconds
from jobstate.model.answer_schema import within
from jobstate.model.life import Life, Said, Stay
from jobstate.model.offspring import Child
from jobstate.model.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from jobstate.model.answer_schema import Shape
    from jobstate.model.offspring import Offspring
    from jobstate.world.kept import KeptKind
    from jobstate.world.population import LivingJob, Population
#: How long a job takes to begin another, in seconds. Made up: AWS is silent.
_SOON: Final = timedelta(seconds=1)
#: How many children a job makes at most, whatever is asked for: an array of Batch has 10,000.
MOST: Final = 10_000


#: Begins a child of a name and an id, with what its answers say, at a time.
Born: TypeAlias = "Callable[[str, str, Mapping[str, object], datetime], LivingJob]"


class Brood:
    """A job, and those that it makes.

    It ends with the last of them, or later, and counts them as they are at every time.

    Attributes:
        parent: The job.
        children: Those that it makes, also later.
    """

    def __init__(self, parent: LivingJob, name: str, how: Offspring) -> None:
        self.parent = parent
        self.children: list[LivingJob] = []
        self._how = how
        self._own = parent.life
        self._asked: Mapping[str, Any] = self._own.said[0].fields
        self._name = name

    def make(self, born: Born) -> None:
        """Make all of them: each begins as soon as not too many others run.

        Args:
            born: Returns a child of a name and an id, which may be empty, with what its answers
                say, begun at a time.
        """
        many = min(_count(self._asked, self._how.many), MOST)
        if not many:
            return
        begin = self._begins()
        slots = _count(self._asked, self._how.at_once) or many
        free = [(to_microseconds(begin), begin)] * min(slots, many)
        heapify(free)
        for index in range(many):
            if not free:
                break  # those before it never end
            _, start = heappop(free)
            child = born(*self._called(index), start)
            self.children.append(child)
            if (end := _ended(child.life)) is not None:
                heappush(free, (to_microseconds(end + _SOON), end + _SOON))
        self.refresh()

    def _begins(self) -> datetime:
        """Return when its first child does: once it waits for them, if it shows that."""
        second = self._own.stays[1] if len(self._own.stays) > 1 else None
        if second is not None and not self._own.region.state(second.state).final:
            return second.start
        return self._own.start + _SOON

    def _called(self, index: int) -> tuple[str, str, Mapping[str, object]]:
        """Return what the child of an index is called, its id, and what its answers say."""
        parent = self._own.job
        filled = {
            "name": self._name,
            "number": index + 1,
            "digest": sha256(f"{parent.id} {index}".encode()).hexdigest()[:8],
            "id": parent.id,
            "index": index,
        }
        says = self._how.says(self._asked, parent.id, index)
        return self._how.called.format_map(filled), self._how.id.format_map(filled), says

    def stop(self, at: datetime, stopped: Callable[[Life], Life], seconds: float) -> None:
        """Let it be stopped, and its children; those not begun are never made.

        Args:
            at: When.
            stopped: Returns what becomes of a life.
            seconds: How long a child is in each status on its way to a stop.
        """
        self._own = stopped(evolve(self._own, stays=self.parent.life.stays))
        self.children = [each for each in self.children if each.life.start <= at]
        for each in self.children:
            each.become(each.life.stopped(at, seconds=seconds))
        self.refresh()

    def refresh(self) -> None:
        """Let the job's own life be what those of its children make of it."""
        lives = [each.life for each in self.children]
        life = evolve(self._own, stays=self._stays(lives))
        changes = sorted(
            (time, index)
            for index, each in enumerate(lives)
            for time in (each.start, *each.changes)
        )
        said, last = list(self._own.said), None
        seen: dict[int, Child] = {}
        for time, changed in groupby([(self._own.start, -1), *changes], key=itemgetter(0)):
            seen |= {index: _seen(lives[index], time) for _, index in changed if index >= 0}
            fields = self._how.told([seen[index] for index in sorted(seen)])
            if fields != last:
                said.append(Said(time, fields))
            last = fields
        said.sort(key=lambda each: each.at)
        self.parent.become(evolve(life, said=tuple(said)))

    def _stays(self, lives: list[Life]) -> tuple[Stay, ...]:
        stays, region = self._own.stays, self._own.region
        final = {state.name for state in region.states if state.final}
        place = next((at for at, stay in enumerate(stays) if stay.state in final), 0)
        ends = [_ended(each) for each in lives]
        if not place or None in ends:
            return stays[:place] if place else stays
        last = max([stays[place].start, *filter(None, ends)])
        state = stays[place].state
        if region.state(state).outcome is Outcome.SUCCEEDED and self._has_failed(lives):
            state = self._how.failed
        return (*stays[:place], Stay(state, last))

    def _has_failed(self, lives: list[Life]) -> bool:
        succeeded = [each.result.outcome is Outcome.SUCCEEDED for each in lives]
        return bool(succeeded) and not (all if self._how.fails_for_one else any)(succeeded)


class Nursery:
    """The broods of a world."""

    def __init__(self, kinds: Mapping[str, KeptKind], born: Callable[..., LivingJob]) -> None:
        self._kinds = kinds
        self._born = born
        self._of_parent: dict[LivingJob, Brood] = {}
        self._of_child: dict[LivingJob, Brood] = {}

    def begin(self, job: LivingJob) -> None:
        """Let a new job make its children, if it makes any."""
        own = self._kinds[job.life.lifecycle.name]
        how = own.schema.offspring
        if how is None or how.kind not in self._kinds:
            return
        brood = Brood(job, own.name_in(job.life.said[0].fields), how)
        brood.make(partial(self._born, self._kinds[how.kind]))
        if brood.children:
            self._of_parent[job] = brood
            self._of_child |= dict.fromkeys(brood.children, brood)

    def stop(
        self, job: LivingJob, at: datetime, stopped: Callable[[Life], Life], seconds: float
    ) -> None:
        """Stop a job, and those that it makes.

        Args:
            job: The job.
            at: When.
            stopped: Returns what becomes of a life.
            seconds: How long a child is in each status on its way to a stop.
        """
        brood = self._of_parent.get(job)
        if brood is None:
            job.become(stopped(job.life))
            self.changed(job)
        elif job.life.moment(at).ended is None:
            for each in brood.children:
                if each.life.start > at:
                    self._kinds[each.life.lifecycle.name].jobs.forget(each)
            brood.stop(at, stopped, seconds)

    def changed(self, job: LivingJob) -> None:
        """Let the parent of a job know that its life is another one."""
        if job in self._of_child:
            self._of_child[job].refresh()

    def listed(self, kind: KeptKind, shape: Shape) -> Population:
        """Return the jobs that an operation lists: children not where that is asked for apart."""
        how = kind.schema.offspring
        if how is None or how.operation != shape.operation or not self._of_child:
            return kind.jobs
        return kind.jobs.only(job for job in kind.jobs if job not in self._of_child)

    def children(self, parent: LivingJob, jobs: Population) -> Population:
        """Return the jobs that one has made, or will have."""
        brood = self._of_parent.get(parent)
        return jobs.only(brood.children if brood else ())


def _count(asked: Mapping[str, Any], path: tuple[str, ...]) -> int:
    found = within(asked, path) if path else None
    return int(found) if found else 0


def _ended(life: Life) -> datetime | None:
    return life.moment(max(life.changes)).ended


def _seen(life: Life, time: datetime) -> Child:
    now = life.moment(time)
    status = now.shown[life.region.name].primary
    if now.ended is None:
        return Child(life.job.id, status, Outcome.RUNNING, None)
    return Child(life.job.id, status, life.result.outcome, life.result.cause)
