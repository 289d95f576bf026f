"""Every answer in files and pipes, judged job by job; tells of what can't be read.

Imports the check and the documents. Memory is bounded by the number of jobs, and by the news that
there are of them.
"""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jobstate.cli.documents import Document, Location, Unusable, documents
from jobstate.cli.progress import progress
from jobstate.cli.shell import complain
from jobstate.cli.terminal import counted
from jobstate.conformance import extended
from jobstate.errors import ObservationError
from jobstate.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstate.conformance import Report
    from jobstate.errors import Problem
    from jobstate.lifecycle import Lifecycle
    from jobstate.observation import JobKey, Reader

#: The name that stands for standard input.
STDIN: Final = "-"


class Answers:
    """The verdicts on every job that some answers speak of.

    Attributes:
        reports: Job → verdict, in the order first seen.
        answers: How many answers were judged.
        unusable: How many documents and answers could not be read.
    """

    def __init__(self, lifecycle: Lifecycle, reader: Reader) -> None:
        self._lifecycle = lifecycle
        self._reader = reader
        self.reports: dict[JobKey, Report] = {}
        self.answers = 0
        self.unusable = 0

    def read(self, names: Sequence[str]) -> None:
        """Judge every answer in files, in order; ``-`` is standard input."""
        with progress(_size(names)) as told:
            before = 0
            for name in names:
                read = 0
                for found in self._documents(name):
                    read = found.read
                    told(before + read)
                    if isinstance(found, Document):
                        self._judge(found)
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

    def _judge(self, document: Document) -> None:
        try:
            items = list(self._reader.items(document.value))
        except ObservationError as error:
            self._refuse(document.location, error.problems)
            return
        place = str(document.location)
        for path, item in items:
            try:
                observation = self._reader.read(item)
            except ObservationError as error:
                self._refuse(document.location, error.under(path).problems)
                continue
            where = f"{place} {path}" if len(items) > 1 else place
            before = self.reports.get(observation.job)
            after = extended(before, self._lifecycle, observation, where)
            self.reports[observation.job] = after
            self.answers += 1

    def _refuse(self, location: Location, problems: Sequence[Problem | str]) -> None:
        self.unusable += 1
        lines = [printable(str(problem)) for problem in problems]
        place = printable(str(location))
        if len(lines) == 1:
            complain(f"{place}: {lines[0]}")
        else:
            complain("\n  - ".join([f"{place}: {counted(len(lines), 'problem')}", *lines]))


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
