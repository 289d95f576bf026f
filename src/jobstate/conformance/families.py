"""Families: verdicts on jobs as a forest, by the parents and children that their answers name."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import frozen

from jobstate.common.times import EARLIEST, LATEST
from jobstate.conformance.report import Report
from jobstate.model.observation import JobKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime


@frozen(eq=False)
class Family:
    """A job and those of its children that were seen, each with its own.

    Attributes:
        job: The job: what its children's answers say of it.
        report: The verdict on it; None of a job that only its children's answers speak of.
        children: Its children, in the order first seen.
        circular: It belongs to itself, by way of its children or at once; that link is left out.
    """

    job: JobKey
    report: Report | None
    children: tuple[Family, ...]
    circular: bool = False

    def __repr__(self) -> str:
        return f"<Family of {self.report or self.job}, children: {len(self.children):,}>"

    def members(self) -> Iterator[Family]:
        """Yield it and its descendants, each before its children."""
        left: list[Family] = [self]
        while left:
            member = left.pop()
            yield member
            left += reversed(member.children)


def families(reports: Iterable[Report]) -> tuple[Family, ...]:
    """Return verdicts as families, in the order first seen; most jobs are one by themselves.

    A child's parent is the job of that kind and id that was created last before it; of a child that
    names none the first that names it. The cost grows with the number of verdicts and of children
    named, and with the logarithm of those that share an id.
    """
    every = list(reports)
    jobs = [JobKey(each.job.kind, each.job.id) for each in every]
    parents = _parents(every, jobs)
    _adopt(every, jobs, parents)
    circular = _first_of_loops(parents)
    children: defaultdict[int, list[int]] = defaultdict(list)
    tops: list[int] = []
    for place in range(len(every)):
        parent = None if place in circular else parents[place]
        if parent is not None:
            children[parent].append(place)
        if parent is None or parent >= len(every):
            tops.append(place if parent is None else parent)
    roots = [*dict.fromkeys(tops)]
    built: dict[int, Family] = {}
    for place in reversed(_downwards(roots, children)):
        built[place] = Family(
            job=jobs[place],
            report=every[place] if place < len(every) else None,
            children=tuple(built[child] for child in children.get(place, ())),
            circular=place in circular,
        )
    return tuple(built[place] for place in roots)


def _parents(reports: Sequence[Report], jobs: list[JobKey]) -> list[int | None]:
    """Return the place of each job's parent; those that were not seen go behind the others."""
    places: dict[JobKey, list[tuple[datetime, int]]] = {
        each.parent: [] for each in reports if each.parent is not None
    }
    if not places:  # as mostly
        return [None] * len(reports)
    for place, (job, report) in enumerate(zip(jobs, reports, strict=True)):
        if job in places:
            places[job].append((report.created or EARLIEST, place))
    for same in places.values():
        same.sort()
    found: list[int | None] = []
    for report in reports:
        if report.parent is None:
            found.append(None)
            continue
        same = places[report.parent]
        if not same:
            same.append((EARLIEST, len(jobs)))
            jobs.append(report.parent)
        before = bisect_right(same, (report.created or LATEST, len(jobs)))
        found.append(same[max(before - 1, 0)][1])
    return found


def _adopt(reports: Sequence[Report], jobs: Sequence[JobKey], parents: list[int | None]) -> None:
    """Give children that name no parent the first job that names them and is no younger."""
    named = {child for report in reports for child in report.children}
    if not named:  # as mostly
        return
    places = defaultdict(list)
    for place, report in enumerate(reports):
        if jobs[place] in named and report.parent is None:
            places[jobs[place]].append(place)
    for place, report in enumerate(reports):
        for child in report.children:
            for orphan in places.get(child, ()):
                born = reports[orphan].created or LATEST
                if parents[orphan] is None and born >= (report.created or EARLIEST):
                    parents[orphan] = place


def _first_of_loops(parents: Sequence[int | None]) -> frozenset[int]:
    """Return the first of the places on each loop of parents."""
    walked: dict[int, int] = {}
    found = set()
    for start in range(len(parents)):
        here: int | None = start
        while here is not None and here < len(parents) and here not in walked:
            walked[here] = start
            here = parents[here]
        if here is not None and walked.get(here) == start:
            loop = [here]
            while (after := parents[loop[-1]]) != here and after is not None:
                loop.append(after)
            found.add(min(loop))
    return frozenset(found)


def _downwards(roots: Iterable[int], children: dict[int, list[int]]) -> list[int]:
    """Return all places, each before its children."""
    found = list(roots)
    for place in found:  # which grows meanwhile
        found += children.get(place, ())
    return found
