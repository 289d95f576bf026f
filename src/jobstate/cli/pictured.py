"""The jobs that pictures show: what is said of them in files of answers and in journals."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jobstate.cli.answers import STDIN, Kept
from jobstate.cli.shell import complain
from jobstate.common.text import MOST_NAMES, counted, listed, nearest, printable
from jobstate.journal.reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from jobstate.model.kinds import Kinds
    from jobstate.model.observation import JobKey, Observation

#: What every file of SQLite begins with.
_SQLITE: Final = b"SQLite format 3\x00"


class UnusableError(Exception):
    """Some input can't be used; what is wrong with it has been said."""


def all_jobs(file: str, kinds: Kinds, *, utc: bool) -> Iterator[Sequence[Observation]]:
    """Yield what is said of each job in a file, answers or a journal.

    Args:
        file: The file.
        kinds: The kinds that its jobs may be of.
        utc: Times without a zone are in UTC.

    Raises:
        UnusableError: There is none, or it can't be read; that has been said.
        JournalError: It is a journal that can't be used.
    """
    if not is_database(file):
        yield from _read(file, kinds, utc=utc).values()
        return
    with JournalReader(file, lifecycle=kinds) as history:
        if not len(history):
            complain(f"{printable(file)}: there is no job in it")
            raise UnusableError
        yield from history.observations()


def named_jobs(
    files: Sequence[str], kinds: Kinds, names: Sequence[str], *, utc: bool
) -> list[Sequence[Observation]]:
    """Return what is said of some jobs in files, as `all_jobs` does.

    Args:
        files: The files.
        kinds: The kinds that their jobs may be of.
        names: Names or arns; none for the only job that there is. Of a name that several jobs of a
            file have the last one counts.
        utc: Times without a zone are in UTC.

    Raises:
        UnusableError: One is not there, or without names there are several.
        JournalError: It is a journal that can't be used.
    """
    known: dict[str, JobKey] = {}
    found = []
    for file in files:
        with _opened(file, kinds, utc=utc) as (keys, answers_of):
            there = {key.name: key for key in keys}
            known |= there
            meant = [key for name, key in there.items() if {name, key.id} & {*names}]
            if not names and len(there) == 1:
                meant = [*there.values()]
            found += [answers_of(key) for key in meant]
    if problem := _missing(known, names):
        complain(f"{printable(', '.join(files))}: {problem}")
        raise UnusableError
    return found


def _missing(known: dict[str, JobKey], names: Sequence[str]) -> str:
    """Return which name is nobody's, or that names are missing; empty where all is well."""
    there = listed(sorted(known))
    if not names and len(known) > 1:
        return f"{counted(len(known), 'job')}: choose one with --name: {there}"
    for name in names:
        if not any(name in {each, key.id} for each, key in known.items()):
            near = listed(nearest(name, known, MOST_NAMES))
            offered = f"near it: {near}" if near else f"there: {there}"
            return f"no job is called {printable(name)}; {offered}"
    return ""


@contextmanager
def _opened(
    file: str, kinds: Kinds, *, utc: bool
) -> Iterator[tuple[Iterable[JobKey], Callable[[JobKey], Sequence[Observation]]]]:
    """Open a file; yield its jobs, and what returns what is said of one."""
    if is_database(file):
        with JournalReader(file, lifecycle=kinds) as history:
            yield history.job_keys(), lambda key: history.observations_of(history.job(key))
    else:
        jobs = _read(file, kinds, utc=utc)
        yield jobs, jobs.__getitem__


def is_database(file: str) -> bool:
    """Return whether a file is one of SQLite's, and so no answers but a journal.

    To be asked only where no tracker has it in this process: closing it would end SQLite's locks.
    """
    path = Path(file)
    try:
        if file == STDIN or not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False  # which is said of it when it is read


def _read(file: str, kinds: Kinds, *, utc: bool) -> dict[JobKey, list[Observation]]:
    found = Kept(kinds, utc=utc)
    found.read([file])
    if found.unusable or not found.jobs:
        if not found.unusable:
            complain(f"{printable(file)}: there is no answer about a job in it")
        raise UnusableError
    return found.jobs
