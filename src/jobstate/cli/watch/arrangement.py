"""In which order jobs stand in a table: those first that need a look, children below parents."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from jobstate.cli.timeline import outcome_words
from jobstate.cli.watch.jobs import WORDS, WatchedJob
from jobstate.cli.watch.view import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from jobstate.cli.watch.view import TableView
    from jobstate.model.observation import JobKey

#: Of more children those are shown that need a look, and so many others.
MANY_CHILDREN: Final = 5

_Rank: TypeAlias = tuple[object, ...]


@frozen
class TableLine:
    """A line of the table.

    Attributes:
        job: The job; None where others are only counted.
        depth: How many parents it has above it.
        rest: What is said of those that are counted.
    """

    job: WatchedJob | None
    depth: int = 0
    rest: str = ""


def arranged(jobs: Sequence[WatchedJob], view: TableView) -> list[TableLine]:
    """Return the lines of a table.

    Args:
        jobs: The jobs.
        view: Which are wanted, and in which order.
    """
    chosen = {job.key: job for job in jobs if _is_wanted(job, view.wanted.casefold())}
    parents = {key: _parent(job, chosen) for key, job in chosen.items()}
    ranks = _ranks(chosen, parents, view.order)
    children: dict[JobKey | None, list[WatchedJob]] = {}
    for job in sorted(chosen.values(), key=lambda job: ranks[job.key]):
        children.setdefault(parents[job.key], []).append(job)
    lines: list[TableLine] = []
    left = [TableLine(job) for job in children.get(None, ())][::-1]
    while left:
        line = left.pop()
        lines.append(line)
        if line.job is not None:
            below = children.get(line.job.key, [])
            shown, rest = (below, "") if view.wanted else _few(below, children)
            left += [TableLine(None, line.depth + 1, rest)] if rest else []
            left += [TableLine(job, line.depth + 1) for job in shown][::-1]
    return lines


def _is_wanted(job: WatchedJob, text: str) -> bool:
    said = (job.name, job.status, job.lifecycle.name, outcome_words(job.result), job.reason or "")
    return not text or any(text in each.casefold() for each in (*said, job.error))


def _parent(job: WatchedJob, there: Mapping[JobKey, WatchedJob]) -> JobKey | None:
    """Return a job's parent, if that is there, and not below the job itself."""
    above, passed = job.parent, {job.key}
    while above is not None and above in there and above not in passed:
        passed.add(above)
        above = there[above].parent
    return job.parent if job.parent in there and above not in passed else None


def counts_of(jobs: Iterable[WatchedJob]) -> str:
    """Return how many jobs came to what, in words."""
    counts = Counter(job.word for job in jobs)
    return ", ".join(f"{counts[word]:,} {word}" for word in WORDS if counts[word])


def _few(
    below: Sequence[WatchedJob], children: dict[JobKey | None, list[WatchedJob]]
) -> tuple[Sequence[WatchedJob], str]:
    """Return which children are shown, and what is said of the others."""
    if len(below) <= MANY_CHILDREN:
        return below, ""
    ordinary = [job for job in below if not job.needs_a_look and job.key not in children]
    left_out = {job.key for job in ordinary[MANY_CHILDREN:]}
    if not left_out:
        return below, ""
    rest = [job for job in below if job.key in left_out]
    return [
        job for job in below if job.key not in left_out
    ], f"{len(rest):,} more: {counts_of(rest)}"


# --- Ranks --------------------------------------------------------------------------------------


def _time(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()


def _by_look(job: WatchedJob) -> _Rank:
    if job.needs_a_look:
        return 0, -_time(job.since)
    return (2, -_time(job.since)) if job.over else (1, _time(job.since))


_RANKS: Final[dict[Order, Callable[[WatchedJob], _Rank]]] = {
    Order.LOOK: _by_look,
    Order.NAME: lambda job: (job.name,),
    Order.STATUS: lambda job: (job.over, job.status, job.name),
    Order.LONGEST: lambda job: (job.over, _time(job.since)),
}


def _ranks(
    chosen: Mapping[JobKey, WatchedJob], parents: Mapping[JobKey, JobKey | None], order: Order
) -> dict[JobKey, _Rank]:
    """Return each job's rank; one with a child that needs a look has the child's too."""
    ranks = {key: _RANKS[order](job) for key, job in chosen.items()}
    for key, job in chosen.items():
        above = parents[key]
        while order is Order.LOOK and job.needs_a_look and above is not None:
            ranks[above] = min(ranks[above], ranks[key])
            above = parents[above]
    return ranks
