"""Every answer in files and pipes, judged job by job or kept; tells of what can't be read.

The memory of a judge is bounded by the number of jobs, and by the news that there are of them.
"""

from __future__ import annotations

import stat
import sys
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jobstate.cli.json_stream import Document, Location, Unusable, documents
from jobstate.cli.progress import progress
from jobstate.cli.shell import complain
from jobstate.common.text import counted, printable
from jobstate.conformance.answers import readings
from jobstate.conformance.check import Series
from jobstate.conformance.children import with_children
from jobstate.errors import ObservationError
from jobstate.model.job_keys import JobKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.conformance.report import Report
    from jobstate.errors import Problem
    from jobstate.model.kinds import Kinds
    from jobstate.model.lifecycle import Lifecycle
    from jobstate.model.observation import JobKey, Observation

#: The name that stands for standard input.
STDIN: Final = "-"


class Answers:
    """Reads answers and hands on what they say.

    Attributes:
        answers: How many answers were read.
        unusable: How many documents and answers could not be read.
    """

    def __init__(self, kinds: Kinds, take: Callable[[Lifecycle, Observation, str], None]) -> None:
        """Prepare to read.

        Args:
            kinds: What the answers may be about.
            take: Gets whose kind an answer is of, what it says, and where it stands.
        """
        self._kinds = kinds
        self._take = take
        self.answers = 0
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
                        self._refuse(found.location, [found.reason])
                before += read

    def _documents(self, name: str) -> Iterator[Document | Unusable]:
        if name == STDIN:
            yield from documents(sys.stdin.buffer, "<stdin>")
            return
        try:
            with Path(name).open("rb") as stream:
                yield from documents(stream, name)
        except OSError as error:
            yield Unusable(Location(name), error.strerror or str(error), 0)

    def _split(self, document: Document) -> None:
        found = readings(self._kinds, document.value)
        first = [*islice(found, 2)]
        place = str(document.location)
        for path, each in chain(first, found):
            if isinstance(each, ObservationError):
                self._refuse(document.location, each.problems)
                continue
            where = f"{place} {path}" if len(first) > 1 else place
            self._take(self._kinds.by_name[each.job.kind], each, where)
            self.answers += 1

    def _refuse(self, location: Location, problems: Sequence[Problem | str]) -> None:
        self.unusable += 1
        lines = [printable(str(problem)) for problem in problems]
        place = printable(str(location))
        if len(lines) == 1:
            complain(f"{place}: {lines[0]}")
        else:
            complain("\n  - ".join([f"{place}: {counted(len(lines), 'problem')}", *lines]))


class Verdicts(Answers):
    """The verdicts on every job that some answers speak of."""

    def __init__(self, kinds: Kinds) -> None:
        """Prepare to judge each answer by its kind."""
        super().__init__(kinds, self._judge)
        self._jobs: dict[JobKey, Series] = {}
        self._keys = JobKeys()

    def reports(self) -> list[Report]:
        """Return the verdict on every job, in the order first seen, children's told of parents."""
        return with_children([series.report() for series in self._jobs.values()])

    def _judge(self, lifecycle: Lifecycle, observation: Observation, where: str) -> None:
        job = self._keys.of(observation)
        series = self._jobs.get(job)
        if series is None:
            series = self._jobs[job] = Series(lifecycle)
        series.add(observation, where)


class Kept(Answers):
    """All that some answers say of each job.

    Attributes:
        jobs: What is said of each job, in the order first seen.
    """

    def __init__(self, kinds: Kinds) -> None:
        """Prepare to keep it."""
        super().__init__(kinds, self._keep)
        self.jobs: dict[JobKey, list[Observation]] = {}
        self._keys = JobKeys()

    def _keep(self, _lifecycle: Lifecycle, observation: Observation, _where: str) -> None:
        self.jobs.setdefault(self._keys.of(observation), []).append(observation)


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
