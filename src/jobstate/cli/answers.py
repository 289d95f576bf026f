"""Every answer in files and pipes, judged job by job or kept; tells of what can't be read.

The memory of a judge is bounded by the number of jobs, and by the news that there are of them.
"""

from __future__ import annotations

import re
import stat
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from jobstate.cli.json_stream import Document, Location, Unusable, documents
from jobstate.cli.progress import progress
from jobstate.cli.shell import complain
from jobstate.common.text import counted, printable
from jobstate.conformance.answers import Reading, in_sequence, read_found
from jobstate.conformance.check import Series
from jobstate.conformance.children import with_children
from jobstate.errors import ObservationError, Problem
from jobstate.finding import Finder, Found, Item, PassedOver
from jobstate.finding.strangers import A_MAPPING
from jobstate.model.job_keys import JobKeys
from jobstate.model.observation import Observation
from jobstate.model.time_zones import assume_utc
from jobstate.model.values import A_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.conformance.report import Report
    from jobstate.model.kinds import Kinds
    from jobstate.model.observation import JobKey

_has_status = re.compile("stat(us|e)|secondary", re.IGNORECASE).search

#: The name that stands for standard input.
STDIN: Final = "-"


class Answers:
    """Reads answers and hands on what they say.

    Attributes:
        answers: How many answers were read, copies counted once.
        passed_over: What else there was, and how often: events and answers of other kinds.
        unusable: How many documents and answers could not be read.
    """

    def __init__(
        self,
        kinds: Kinds,
        take: Callable[[Reading[Observation]], bool],
        *,
        in_order: bool | None = None,
        utc: bool = False,
    ) -> None:
        """Prepare to read.

        Args:
            kinds: What the answers may be about.
            take: Gets what an answer says; returns whether it has not come before.
            in_order: The answers stand in order, or they don't; None: those do that nothing wraps.
            utc: Times without a zone are in UTC.
        """
        self._finder = Finder(kinds)
        self._take = take
        self._in_order = in_order
        self._utc = utc
        self.answers = 0
        self.passed_over: Counter[str] = Counter()
        self.unusable = 0

    def read(self, names: Sequence[str]) -> None:
        """Read every answer in files, in order; ``-`` is standard input."""
        with progress(_size(names)) as told:
            before = 0
            for name in names:
                read = 0
                for found in self._documents(name):
                    read = found.read
                    told(before + read)
                    if isinstance(found, Document):
                        self._split(found)
                    else:
                        self._refuse(found.location, found.reasons)
                before += read

    def _documents(self, name: str) -> Iterator[Document | Unusable]:
        if name == STDIN:
            yield from documents(sys.stdin.buffer, "<stdin>")
            return
        try:
            with Path(name).open("rb") as stream:
                yield from documents(stream, name)
        except OSError as error:
            yield Unusable(Location(name), (error.strerror or str(error),), 0)

    def _split(self, document: Document) -> None:
        place = str(document.location)
        for item in self._items(document.value):
            if isinstance(item, PassedOver):
                self.passed_over[item.what] += 1
                continue
            if isinstance(item, Problem):
                self._refuse(document.location, [item])
                continue
            try:
                observation = read_found(self._in_utc(item))
            except ObservationError as error:
                self._refuse(document.location, error.problems)
                continue
            in_order = item.bare if self._in_order is None else self._in_order
            where = f"{place} {item.path}" if item.path else place
            if self._take(Reading(where, item.lifecycle, observation, in_order)):
                self.answers += 1

    def _items(self, value: object) -> Sequence[Item]:
        """Return what a document consists of; what was no JSON is read already."""
        if not isinstance(value, Observation):
            return self._finder.find(value)
        known, kind = self._finder.kinds.by_name, value.job.kind
        return [Found("", known[kind], value)] if kind in known else [PassedOver("", kind)]

    def _in_utc(self, found: Found) -> Found:
        schema = found.lifecycle.schema if self._utc else None
        return evolve(found, answer=assume_utc(schema, found.answer)) if schema else found

    def _refuse(self, location: Location, problems: Sequence[Problem | str]) -> None:
        self.unusable += 1
        lines = [printable(f"{problem}{_way_out(problem)}") for problem in problems]
        place = printable(str(location))
        if len(lines) == 1:
            complain(f"{place}: {lines[0]}")
        else:
            complain("\n  - ".join([f"{place}: {counted(len(lines), 'problem')}", *lines]))


class Verdicts(Answers):
    """The verdicts on every job that some answers speak of."""

    def __init__(
        self,
        kinds: Kinds,
        *,
        in_order: bool | None = None,
        utc: bool = False,
        ended: Callable[[Report], None] | None = None,
    ) -> None:
        """Prepare to judge each answer by its kind.

        Args:
            kinds: As of `Answers`.
            in_order: Likewise.
            utc: Likewise.
            ended: Gets the verdict on each job once it has ended for good, by what was read so far.
        """
        super().__init__(kinds, self._judge, in_order=in_order, utc=utc)
        self._ended = ended
        self._jobs: dict[JobKey, Series] = {}
        self._keys = JobKeys()

    def reports(self) -> list[Report]:
        """Return the verdict on every job, in the order first seen, children's told of parents."""
        return with_children([series.report() for series in self._jobs.values()])

    def _judge(self, reading: Reading[Observation]) -> bool:
        job = self._keys.of(reading.observation)
        series = self._jobs.get(job)
        if series is None:
            series = self._jobs[job] = Series(reading.lifecycle)
        taken = series.add(reading.observation, reading.path, in_order=reading.in_order)
        if self._ended is not None and series.has_ended:
            self._ended(series.report())
        return taken


class Kept(Answers):
    """All that some answers say of each job.

    Attributes:
        found: What is said of each job, in the order first seen.
    """

    def __init__(self, kinds: Kinds, *, utc: bool = False) -> None:
        """Prepare to keep it."""
        super().__init__(kinds, self._keep, utc=utc)
        self.found: dict[JobKey, list[Reading[Observation]]] = {}
        self._keys = JobKeys()

    def _keep(self, reading: Reading[Observation]) -> bool:
        self.found.setdefault(self._keys.of(reading.observation), []).append(reading)
        return True

    @property
    def jobs(self) -> dict[JobKey, list[Observation]]:
        """What is said of each job, one after the other."""
        return {job: in_sequence(found) for job, found in self.found.items()}


def _way_out(problem: Problem | str) -> str:
    """Return what the commands have for a problem; nothing where they have nothing."""
    if not isinstance(problem, Problem):
        return ""
    if problem.expected == A_ZONE:
        return " (--assume-utc reads it as UTC)"
    # What a query leaves of an answer mostly has a status all the same.
    has_status = problem.got.startswith(A_MAPPING) and _has_status(problem.got)
    return " (check --partial takes what there is)" if has_status else ""


def _size(names: Iterable[str]) -> int | None:
    """Return how many bytes files have together; None where one is a pipe or can't be found."""
    total = 0
    for name in names:
        try:
            found = Path(name).stat()
        except OSError:
            return None
        if name == STDIN or not stat.S_ISREG(found.st_mode):
            return None
        total += found.st_size
    return total
