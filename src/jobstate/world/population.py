"""The jobs of one kind that a service keeps: by name and id, and in the order of their creation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from datetime import datetime, timedelta
from math import isinf
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstate.common.times import to_microseconds
from jobstate.model.answer_schema import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstate.model.answer_schema import AnswerSchema
    from jobstate.model.life import Life

#: In which order jobs were created: microseconds since 1970, then by id.
Rank: TypeAlias = "tuple[int, str]"


class LivingJob:
    """A job as the service keeps it: its life, which callers change.

    Attributes:
        life: Its life, as far as anybody knows now.
        rank: Where it stands in the order of creation.
        forgotten: From when the service does not know it any more; None for never.
    """

    __slots__ = ("_gone_after", "_seen", "forgotten", "life", "rank")

    def __init__(self, life: Life, gone_after: float) -> None:
        self._gone_after = gone_after
        self.rank: Rank = (to_microseconds(life.start), life.job.id)
        self.become(life)

    def become(self, life: Life) -> None:
        """Let it have another life from now on."""
        self.life = life
        self.forgotten = forgotten(life, self._gone_after)
        self._seen: dict[str | None, tuple[datetime, datetime | None, dict[str, Any]]] = {}

    def is_there(self, at: datetime) -> bool:
        """Return whether the service knows it at a time."""
        return self.life.start <= at and (self.forgotten is None or at < self.forgotten)

    def at(self, time: datetime, form: str | None = None) -> dict[str, Any]:
        """Return what is answered at a time, `Life.at`; the same object until something changes."""
        seen = self._seen.get(form)
        if seen is None or time < seen[0] or (seen[1] is not None and time >= seen[1]):
            seen = (time, self.life.valid_until(time), self.life.at(time, form))
            self._seen[form] = seen
        return seen[2]


class Population:
    """The jobs of one kind.

    Attributes:
        schema: What answers about them look like.
        gone_after: For how many seconds a job that is being deleted is still known.
    """

    def __init__(self, schema: AnswerSchema, gone_after: float) -> None:
        self.schema = schema
        self.gone_after = gone_after
        self._in_order: list[LivingJob] = []
        self._called: dict[str, list[LivingJob]] = {}

    def __iter__(self) -> Iterator[LivingJob]:
        """Go over all there ever were, the oldest first."""
        return iter(self._in_order)

    def add(self, life: Life) -> LivingJob:
        """Keep one more."""
        job = LivingJob(life, self.gone_after)
        insort(self._in_order, job, key=_rank)
        said = life.said[0].fields if life.said else {}
        name = within(said, self.schema.name) or life.job.name
        for called in dict.fromkeys((str(name), life.job.id)):
            insort(self._called.setdefault(called, []), job, key=_rank)
        return job

    def only(self, jobs: Iterable[LivingJob]) -> Population:
        """Return some of them, to be listed by themselves."""
        found = Population(self.schema, self.gone_after)
        found._in_order = sorted(jobs, key=_rank)
        return found

    def forget(self, job: LivingJob) -> None:
        """Know nothing of one any more, as if it had never been."""
        for jobs in (self._in_order, *self._called.values()):
            if job in jobs:
                jobs.remove(job)

    def found(self, name_or_id: str, at: datetime) -> LivingJob | None:
        """Return the newest job of that name or id that there is at a time."""
        named = self._called.get(name_or_id, ())
        return next((job for job in reversed(named) if job.is_there(at)), None)

    def called(self, name: str) -> int:
        """Return how many there ever were of a name."""
        return len(self._called.get(name, ()))

    def there(
        self, at: datetime, *, newest_first: bool = False, beyond: Rank | None = None
    ) -> Iterator[LivingJob]:
        """Yield those that there are at a time, by creation, from beyond a place on."""
        begin, end = 0, len(self._in_order)
        if beyond is not None and newest_first:
            end = bisect_left(self._in_order, beyond, key=_rank)
        elif beyond is not None:
            begin = bisect_right(self._in_order, beyond, key=_rank)
        places = range(end - 1, -1, -1) if newest_first else range(begin, end)
        return (job for each in places if (job := self._in_order[each]).is_there(at))


def _rank(job: LivingJob) -> Rank:
    return job.rank


def forgotten(life: Life, gone_after: float) -> datetime | None:
    """Return from when a service does not know a job any more; None for never.

    Args:
        life: The job's life.
        gone_after: For how many seconds a job that is being deleted is still known.
    """
    gone = {state.name for state in life.region.states if state.gone}
    removed = next((stay.start for stay in life.stays if stay.state in gone), None)
    if life.vanishes is not None or removed is None or isinf(gone_after):
        return life.vanishes
    return removed + timedelta(seconds=gone_after)
