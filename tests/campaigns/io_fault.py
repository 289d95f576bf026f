"""Faults: one operation of a journal fails, or all from some moment on, and what comes of it.

A run is a tracker's life: it opens a journal, observes, has a listener told (which fails once),
forgets a job and closes. Which operation fails is of our choice, so every one can be. Whatever
raises is done again, as the documentation says. Imports the tracker, the journal, and a file system
that can be told.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import apsw
from attrs import Factory, define, frozen

from jobstate import Event, JobKey, Retry, Subscription, Tracker
from jobstate.delivery import lane
from jobstate.errors import JournalError
from jobstate.journal import Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns.power_cut import expected, pages, series
from tests.support.apsw_connection import (
    ApswConnection,
    FileSystem,
    Rows,
    ShortWriteError,
    error_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobstate.journal.connection import Connection

#: How many jobs a run is about; the first is forgotten, the listener fails once at the second.
_JOBS: Final = 4
#: A fault that lasts passes after so many failures.
_FAILURES: Final = 2


class Kind(NamedTuple):
    """A kind of fault.

    Attributes:
        name: What it is called.
        what: What fails: a method of `Watcher`, or a statement.
        result: What SQLite says then.
        part: Half of a write is done; a statement is done whole.
    """

    name: str
    what: str
    result: int
    part: bool = False


KINDS: Final = (
    Kind("open: no such luck", "opens", apsw.SQLITE_CANTOPEN),
    Kind("read: I/O error", "reads", apsw.SQLITE_IOERR_READ),
    Kind("write: I/O error", "writes", apsw.SQLITE_IOERR_WRITE),
    Kind("write: disk full", "writes", apsw.SQLITE_FULL),
    Kind("write: read-only", "writes", apsw.SQLITE_READONLY),
    Kind("write: half, then I/O error", "writes", apsw.SQLITE_IOERR_WRITE, part=True),
    Kind("write: half, then disk full", "writes", apsw.SQLITE_FULL, part=True),
    Kind("sync: I/O error", "syncs", apsw.SQLITE_IOERR_FSYNC),
    Kind("truncate: I/O error", "truncates", apsw.SQLITE_IOERR_TRUNCATE),
    Kind("remove: I/O error", "removes", apsw.SQLITE_IOERR_DELETE),
    Kind("lock: busy", "locks", apsw.SQLITE_BUSY),
    Kind("lock: I/O error", "locks", apsw.SQLITE_IOERR_LOCK),
    Kind("statement: busy", "statement", apsw.SQLITE_BUSY),
    Kind("statement: locked", "statement", apsw.SQLITE_LOCKED),
    Kind("statement: I/O error, though done", "statement", apsw.SQLITE_IOERR, part=True),
)


@define(eq=False)
class Fault:
    """A `Watcher` that lets an operation fail.

    Attributes:
        kind: How.
        number: Which one of those that can fail so, from 1.
        lasting: All that come after it fail too, until it has passed.
        hit: It has happened.
        passed: It happens no more.
    """

    kind: Kind | None
    number: int = 1
    lasting: bool = False
    hit: bool = False
    passed: bool = False
    _count: int = 0
    _lock: Lock = Factory(Lock)

    def happens(self, what: str) -> bool:
        """Return whether this is the one that fails."""
        if self.kind is None or self.kind.what != what or self.passed:
            return False
        with self._lock:
            self._count += 1
            if self._count == self.number or (self.lasting and self._count > self.number):
                self.hit = True
                return True
            return False

    def _let(self, what: str) -> None:
        if self.happens(what):
            assert self.kind is not None
            raise error_of(self.kind.result)

    def opens(self, name: str) -> None:
        """See `Watcher`."""
        del name
        self._let("opens")

    def removes(self, name: str, *, sync: bool) -> None:
        """See `Watcher`."""
        del name, sync
        self._let("removes")

    def reads(self, name: str) -> None:
        """See `Watcher`."""
        del name
        self._let("reads")

    def writes(self, name: str, data: bytes, offset: int) -> None:
        """See `Watcher`."""
        del name, data, offset
        if self.kind is None or not self.happens("writes"):
            return
        raise ShortWriteError(self.kind.result) if self.kind.part else error_of(self.kind.result)

    def truncates(self, name: str, size: int) -> None:
        """See `Watcher`."""
        del name, size
        self._let("truncates")

    def syncs(self, name: str) -> None:
        """See `Watcher`."""
        del name
        self._let("syncs")

    def locks(self, name: str) -> None:
        """See `Watcher`."""
        del name
        self._let("locks")


class _Connection(ApswConnection):
    """One whose statements may fail, before or after they are run."""

    def __init__(self, path: str, *, read_only: bool, system: FileSystem, fault: Fault) -> None:
        self._fault = fault
        super().__init__(path, read_only=read_only, system=system)

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""
        with self._failing():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, rows: Any, /) -> object:
        """Run a statement once for each row."""
        with self._failing():
            return super().executemany(sql, rows)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        kind = self._fault.kind
        fails = kind is not None and self._fault.happens("statement")
        if kind is None or not fails or kind.part:
            yield
        if kind is not None and fails:
            error = sqlite3.OperationalError(kind.name)
            error.sqlite_errorcode = kind.result
            raise error


# --- A run --------------------------------------------------------------------------------------


@cache
def jobs() -> tuple[JobKey, ...]:
    """Return the jobs of a run."""
    return tuple(series())[:_JOBS]


@frozen
class Outcome:
    """What came of a run.

    Attributes:
        hit: The fault has happened.
        raised: What was raised, as text.
        repeated: How many events were told again that may be.
        faults: What must not be.
    """

    hit: bool
    raised: tuple[str, ...]
    repeated: int
    faults: tuple[str, ...]


@define(eq=False)
class Run:
    """A tracker's life with a fault.

    Attributes:
        path: The journal's.
        fault: The fault.
        heard: What the listener has heard.
        raised: What was raised.
        faults: What must not be.
    """

    path: Path
    fault: Fault
    heard: list[Event] = Factory(list)
    raised: list[str] = Factory(list)
    faults: list[str] = Factory(list)
    _failed: bool = False
    _system: FileSystem = Factory(lambda self: FileSystem(self.fault), takes_self=True)

    def go(self) -> Outcome:
        """Live, and judge."""
        tracker = self._again(self._opened)
        for page in pages(jobs(), _JOBS):
            self._again(partial(tracker.observe_all, page))
        self._again(lambda: self._forget(tracker))
        with self._noting():
            tracker.close()
        self.fault.passed = True
        return self._judged()

    def _connect(self, path: str, read_only: bool) -> Connection:  # noqa: FBT001 - as declared
        return _Connection(path, read_only=read_only, system=self._system, fault=self.fault)

    def _opened(self) -> Tracker:
        journal = Journal(self.path, connect=self._connect)
        listener = Subscription(
            name="books",
            listener=self._listen,
            capacity=2,
            retry=Retry(first=timedelta(microseconds=1)),
        )
        try:
            return Tracker(TRAINING_JOB, journal=journal, listeners=[listener])
        except JournalError:
            with suppress(JournalError):
                journal.close()
            raise

    @staticmethod
    def _forget(tracker: Tracker) -> None:
        if jobs()[0] in tracker:
            tracker.forget(jobs()[0])

    def _listen(self, event: Event) -> None:
        if event.job == jobs()[1] and not self._failed:
            self._failed = True
            raise RuntimeError("once")
        self.heard.append(event)

    def _again(self, what: Callable[[], Any]) -> Any:
        """Do something until it succeeds; a fault that lasts passes some time."""
        for _ in range(_FAILURES):
            with self._noting():
                return what()
        self.fault.passed = True
        return what()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note what is raised, and that it is what may be."""
        try:
            yield
        except JournalError as error:
            self.raised.append(str(error))
            if str(self.path) not in str(error) or "; " not in str(error):
                self.faults.append(f"says too little: {error}")

    # --- What came of it ------------------------------------------------------------------------

    def _judged(self) -> Outcome:
        tracker = self._opened()  # nothing is locked, and it can be read
        self._forget(tracker)
        for page in pages(jobs()[1:], _JOBS):
            if any(each.events for each in tracker.observe_all(page)):
                self.faults.append("lost: an answer that was taken is news")
        tracker.close()
        self._check_rows()
        repeated = self._check_heard()
        self._system.unregister()
        return Outcome(self.fault.hit, tuple(self.raised), repeated, tuple(self.faults))

    def _check_rows(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            whole = [each for (each,) in connection.execute("PRAGMA integrity_check")]
            kept = Counter(
                connection.execute(
                    "SELECT id, event.kind, body FROM job JOIN event ON job = row_id"
                )
            )
            (forgotten,) = connection.execute(
                "SELECT count(*) FROM job WHERE forgotten > 0"
            ).fetchone()
        if whole != ["ok"]:
            self.faults.append(f"damaged: {whole}")
        count = sum(len(expected()[job]) for job in jobs()[1:])
        if len(kept) != count or kept.total() != count:
            self.faults.append(f"{count} events, kept are {len(kept)}, {kept.total()} rows")
        if forgotten:
            self.faults.append("a forgotten job is still there")

    def _check_heard(self) -> int:
        repeated = 0
        for job in jobs():
            heard = [each for each in self.heard if each.job == job]
            if list(dict.fromkeys(heard)) != list(expected()[job]):
                self.faults.append(f"told wrongly, or not at all: {job}")
            more = len(heard) - len(expected()[job])
            repeated += more
            # Where it failed is written down, and what is not written is told again.
            if more and job != jobs()[1]:
                self.faults.append(f"told twice: {job}")
        return repeated


def run(path: Path, kind: Kind | None, number: int = 1, *, lasting: bool = False) -> Outcome:
    """Make a run.

    Args:
        path: Of a journal that is not there yet.
        kind: What fails; None for nothing.
        number: Which one.
        lasting: And all that come after.
    """
    with _in_a_hurry():
        return Run(path, Fault(kind, number, lasting)).go()


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Let lanes try again at once, and say nothing of it."""
    log, pause = logging.getLogger("jobstate"), lane._JOURNAL_PAUSE  # noqa: SLF001
    level = log.level
    try:
        lane._JOURNAL_PAUSE = 0.001  # type: ignore[misc]  # noqa: SLF001 - no other way to hurry
        log.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        lane._JOURNAL_PAUSE = pause  # type: ignore[misc]  # noqa: SLF001
        log.setLevel(level)
