"""Power cuts: a tracker with a journal at work, the power gone, and what is found afterwards.

In some runs its listener fails now and then, so that jobs are held, parked and unparked, and the
tracker is closed in peace once before the cut.

A run is made from a number, so it can be made again; only threads may come in another order.
"""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from contextlib import closing, suppress
from datetime import timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final

import apsw
from attrs import Factory, define, frozen

from jobstate import Event, JobKey, Observation, Retry, Subscription, Tracker
from jobstate.errors import JournalError
from jobstate.journal import Durability, Journal
from jobstate.sagemaker import TRAINING_JOB
from tests.support.apsw_connection import ApswConnection, FileSystem, Rows, error_of
from tests.support.disk import Disk
from tests.support.lives_for_tests import STORIES, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstate.journal.connection import Connection

NAME: Final = "jobs.db"
_LISTENER: Final = "books"
#: How many jobs there are in a run.
_JOBS: Final = 8
#: After how long a listener that failed is told again.
_SOON: Final = timedelta(microseconds=1)
#: How long to wait for threads that should have ended, in seconds.
_PATIENCE: Final = 60.0
#: All that a journal says, in an order of its own; not whether it was closed.
_TABLES: Final = (
    "SELECT batch, newest FROM journal",
    "SELECT * FROM estimate ORDER BY id",
    "SELECT * FROM job ORDER BY id",
    "SELECT * FROM entry ORDER BY job, ordinal",
    "SELECT * FROM event ORDER BY number",
    "SELECT * FROM listener ORDER BY id",
    "SELECT * FROM held ORDER BY listener, id",
)


class Flaw(StrEnum):
    """What may be wrong with a machine, so that something must be lost.

    UNSYNCED: SQLite is told not to sync. LYING: the disk says that it has synced, and has not.
    HASTY: a commit is acknowledged before it has begun. LOOSE: which jobs are held is not written.
    """

    UNSYNCED = "unsynced"
    LYING = "lying"
    HASTY = "hasty"
    LOOSE = "loose"


@frozen
class Dials:
    """What differs from run to run.

    Attributes:
        durability: The journal's.
        checkpoint: After how many pages the log is moved into the file.
        threads: How many observe.
        page: How many answers are observed together.
        lanes: Of the listener.
        capacity: Of each of its lanes.
        answers: How many answers are acknowledged before the cut comes near; -1: it comes while
            the file is opened.
        operations: How many more operations there are then.
        stumble: The number of the sync that fails, once; 0: none does. With FULL alone: SQLite
            takes a failed sync of what waits for a checkpoint to be made good by the next one.
        failing: How often the listener raises, in each of two sessions; 0: never, in a single one.
        attempts: How often it is told an event before its job is parked.
    """

    durability: Durability
    checkpoint: int
    threads: int
    page: int
    lanes: int
    capacity: int
    answers: int
    operations: int
    stumble: int
    failing: float
    attempts: int

    @classmethod
    def drawn(cls, rng: random.Random, durability: Durability, *, failing: bool) -> Dials:
        """Return some at random."""
        return cls(
            durability=durability,
            checkpoint=rng.choice((1, 3, 10, 30, 4_000)),
            threads=rng.choice((1, 3)),
            page=rng.choice((1, 1, 4)),
            lanes=rng.choice((1, 4)),
            capacity=rng.choice((2, 1_000)),
            answers=rng.randint(-3, sum(len(each) for each in series().values())),
            operations=rng.randint(0, 60),
            stumble=rng.choice((0, rng.randint(1, 40))) if durability == Durability.FULL else 0,
            failing=rng.choice((0.1, 0.3, 0.6)) if failing else 0.0,
            attempts=rng.choice((1, 2, 3)),
        )


# --- What is observed ---------------------------------------------------------------------------


@cache
def series() -> dict[JobKey, tuple[Observation, ...]]:
    """Return the answers about each job, in order."""
    reader = TRAINING_JOB.reader
    assert reader is not None
    found = {}
    for number, name in zip(range(_JOBS), sorted(STORIES) * _JOBS, strict=False):
        life = told(name, job=f"job-{number}", after=60.0 * number)
        found[life.job] = tuple(reader.read(life.at(time, "describe")) for time in life.changes)
    return found


@cache
def expected() -> dict[JobKey, tuple[Event, ...]]:
    """Return what a listener hears of each job that is never away."""
    heard: dict[JobKey, list[Event]] = defaultdict(list)
    tracker = Tracker(TRAINING_JOB, listeners=[lambda event: heard[event.job].append(event)])
    for answers in series().values():
        for answer in answers:
            tracker.observe(answer)
    return {job: tuple(events) for job, events in heard.items()}


def pages(jobs: Sequence[JobKey], size: int) -> list[list[Observation]]:
    """Return the answers about some jobs, a poll of all of them after the other, in pages."""
    every = series()
    longest = max(len(every[job]) for job in jobs)
    turns = [every[job][n] for n in range(longest) for job in jobs if n < len(every[job])]
    return [turns[start : start + size] for start in range(0, len(turns), size)]


# --- The machine --------------------------------------------------------------------------------


class Power:
    """A `Watcher` that notes what is on the disk, and ends everything when its time has come.

    Attributes:
        disk: What is on it.
        off: The power is gone.
        during: What was being done then.
        countdown: How many more operations there are before; None while nobody knows.
    """

    def __init__(self, run: Run) -> None:
        """Begin with an empty disk."""
        self.disk = Disk()
        self.off = False
        self.during = "at rest"
        self.countdown: int | None = None
        self._run = run
        self._lock = Lock()
        self._syncs = 0

    def cut(self) -> None:
        """Take the power away."""
        if not self.off:
            self.off = True
            self._run.remember()

    def _tick(self, what: str, name: str) -> None:
        if self.countdown is not None and not self.off:
            self.countdown -= 1
            if self.countdown < 0:
                self.during = f"{what} {name.removeprefix(NAME) or 'file'}"
                self.cut()
        self._require()

    def _require(self) -> None:
        if self.off:
            raise error_of(apsw.SQLITE_IOERR)

    def opens(self, name: str) -> None:
        """See `Watcher`."""
        with self._lock:
            self._require()
            self.disk.create(name)
            self._tick("open", name)

    def removes(self, name: str, *, sync: bool) -> None:
        """See `Watcher`."""
        with self._lock:
            self._tick("remove", name)
            self.disk.remove(name, sync=sync)

    def reads(self, name: str) -> None:
        """See `Watcher`."""
        del name
        self._require()

    locks = reads

    def writes(self, name: str, data: bytes, offset: int) -> None:
        """See `Watcher`; a cut may come in the middle."""
        with self._lock:
            self._require()
            self.disk.files[name].write(data, offset)
            self._tick("write", name)

    def truncates(self, name: str, size: int) -> None:
        """See `Watcher`; a cut may come in the middle."""
        with self._lock:
            self._require()
            self.disk.files[name].truncate(size)
            self._tick("truncate", name)

    def syncs(self, name: str) -> None:
        """See `Watcher`; a cut comes before it is done."""
        with self._lock:
            self._tick("sync", name)
            self._syncs += 1
            if self._syncs == self._run.dials.stumble:
                self.disk.fail(name)
                raise error_of(apsw.SQLITE_IOERR_FSYNC)
            if self._run.flaw is not Flaw.LYING:
                self.disk.sync(name)


class _Connection(ApswConnection):
    """Notes what is committed, and turns the dials of a run."""

    def __init__(self, path: str, *, read_only: bool, run: Run) -> None:
        self._run = run
        self._turns = not read_only
        self._waits = True
        super().__init__(path, read_only=read_only, system=run.system)

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run a statement."""
        if self._turns and sql.startswith("PRAGMA wal_autocheckpoint"):
            sql = f"PRAGMA wal_autocheckpoint = {self._run.dials.checkpoint}"
        if self._run.flaw is Flaw.LOOSE and sql.lstrip().startswith("INSERT INTO held"):
            return super().execute("SELECT 1")
        if sql.startswith("PRAGMA synchronous = "):
            self._waits = sql.endswith(("FULL", "2"))
        if self._run.flaw is Flaw.UNSYNCED and sql.startswith("PRAGMA synchronous"):
            sql = "PRAGMA synchronous = OFF"
        return self._commit() if sql == "COMMIT" else super().execute(sql, parameters)

    def _commit(self) -> Rows:
        batch, state = state_of(self)
        self._run.states.setdefault(batch, set()).add(state)
        if self._run.flaw is Flaw.HASTY:
            self._run.promised = batch
        found = super().execute("COMMIT")
        self._run.committed = batch
        if self._waits:
            self._run.promised = batch
        return found


def state_of(connection: Connection) -> tuple[int, str]:
    """Return the number of the last transaction, and what tells all that the file says."""
    every = [list(connection.execute(sql)) for sql in _TABLES]
    return every[0][0][0], sha256(repr(every).encode()).hexdigest()


# --- A run --------------------------------------------------------------------------------------


@define(eq=False)
class Run:
    """A tracker at work until the power goes.

    Attributes:
        dials: What is special about it.
        flaw: What is wrong with the machine.
        rng: What the listener draws from.
        power: Of the machine.
        system: Its file system.
        states: Number of a transaction → what the file said after it.
        committed: The last one that has returned.
        promised: The last of those that waited for the disk: how far held jobs are need not.
        acknowledged: How many answers about each job were acknowledged.
        heard: What the listener has heard.
        before: What it had heard when the power went.
        passed: The journal's file of acknowledgements then.
    """

    path: Path
    dials: Dials
    flaw: Flaw | None = None
    rng: random.Random = Factory(random.Random)
    power: Power = Factory(Power, takes_self=True)
    system: FileSystem = Factory(lambda self: FileSystem(self.power), takes_self=True)
    states: dict[int, set[str]] = Factory(dict)
    committed: int = -1
    promised: int = -1
    acknowledged: dict[JobKey, int] = Factory(lambda: defaultdict(int))
    heard: list[Event] = Factory(list)
    before: list[Event] = Factory(list)
    passed: bytes = b""
    _counting: Lock = Factory(Lock)

    def go(self) -> None:
        """Observe until the end, or until the power goes."""
        if self.dials.answers < 0:
            self.power.countdown = self.dials.operations
        sessions = 2 if self.dials.failing else 1
        for session in range(sessions):
            for _ in range(2):  # a sync may fail while the file is opened
                with suppress(JournalError):
                    self._track(session, sessions)
                if self.acknowledged:
                    break
        self.power.cut()
        self.system.unregister()

    def remember(self) -> None:
        """Note what was outside of the database when the power went."""
        beside = self.path.with_name(f"{NAME}-acks")
        # Before what was heard: whatever is acknowledged was heard by then.
        self.passed = beside.read_bytes() if beside.exists() else b""
        self.before = list(self.heard)

    def connect(self, path: str, read_only: bool) -> Connection:  # noqa: FBT001 - as declared
        """Open a file on this machine."""
        return _Connection(path, read_only=read_only, run=self)

    def _listen(self, event: Event) -> None:
        if self.rng.random() < self.dials.failing:
            raise RuntimeError("now and then")
        self.heard.append(event)

    def _track(self, session: int, sessions: int) -> None:
        dials = self.dials
        journal = Journal(self.path, durability=dials.durability, connect=self.connect)
        listener = Subscription(
            name=_LISTENER,
            listener=self._listen,
            lanes=dials.lanes,
            capacity=dials.capacity,
            retry=Retry(attempts=dials.attempts, first=_SOON, longest=_SOON),
        )
        with closing(journal):
            tracker = Tracker(TRAINING_JOB, journal=journal, listeners=[listener])
            with closing(tracker):
                self._observe_all(tracker, session, sessions)

    def _observe_all(self, tracker: Tracker, session: int, sessions: int) -> None:
        jobs, dials = list(series()), self.dials
        every = [pages(jobs[start :: dials.threads], dials.page) for start in range(dials.threads)]
        parts = [
            each[len(each) * session // sessions : len(each) * (session + 1) // sessions]
            for each in every
        ]
        others = [Thread(target=self._observe, args=(tracker, part)) for part in parts[1:]]
        for each in others:
            each.start()
        self._observe(tracker, parts[0])
        for each in others:
            each.join(_PATIENCE)
            assert not each.is_alive()

    def _observe(self, tracker: Tracker, answers: list[list[Observation]]) -> None:
        for page in answers:
            try:
                tracker.observe_all(page)
                if self.dials.failing:
                    tracker.unpark(_LISTENER)
            except JournalError:
                return
            self._acknowledge(page)

    def _acknowledge(self, page: list[Observation]) -> None:
        with self._counting:
            for each in page:
                self.acknowledged[each.job] += 1
            enough = sum(self.acknowledged.values()) >= self.dials.answers
            if enough and self.power.countdown is None:
                self.power.countdown = self.dials.operations


# --- What is found ------------------------------------------------------------------------------


@frozen
class Verdict:
    """What is found after a cut.

    Attributes:
        during: What was being done when the power went.
        answers: How many answers had been acknowledged.
        forgotten: How many transactions that had returned are gone.
        held: How many jobs are held.
        faults: What must not be; empty where all is well.
    """

    during: str
    answers: int
    forgotten: int
    held: int
    faults: tuple[str, ...]


def cut(
    folder: Path,
    number: int,
    durability: Durability | str,
    flaw: Flaw | None = None,
    *,
    failing: bool = False,
) -> Verdict:
    """Make a run, take the power away, and judge what is found.

    Args:
        folder: An empty one, for the files.
        number: Which run.
        durability: The journal's.
        flaw: What is wrong with the machine.
        failing: The listener fails now and then.
    """
    rng = random.Random(f"{durability} {number}")
    dials = Dials.drawn(rng, Durability(durability), failing=failing)
    run = Run(folder / NAME, dials, flaw, random.Random(number))
    run.go()
    found = folder / "found"
    found.mkdir()
    for name, content in run.power.disk.after_cut(rng).items():
        (found / name).write_bytes(content)
    beside = _acknowledgements_after_cut(run.passed, rng)
    if beside is not None:
        (found / f"{NAME}-acks").write_bytes(beside)
    return _judged(run, found / NAME)


def _acknowledgements_after_cut(content: bytes, rng: random.Random) -> bytes | None:
    """Return a file that nobody ever syncs, as it may be found."""
    older = bytes(content[place] if rng.random() < 0.5 else 0 for place in range(len(content)))
    cut_short = content[: rng.randint(0, len(content))]
    garbage = rng.randbytes(len(content))
    return rng.choice([None, content, content, older, cut_short, bytes(len(content)), garbage])


def _judged(run: Run, path: Path) -> Verdict:
    faults: list[str] = []
    left, held = -1, 0
    try:
        with closing(Journal(path, durability=Durability.NORMAL)):
            left = _check_file(run, path, faults)
            held = _held(path)
        _check_telling(run, path, faults)
    except (JournalError, sqlite3.DatabaseError) as error:
        faults.append(f"damaged: {error}")
    answers = sum(run.acknowledged.values())
    forgotten = max(0, run.committed - left)
    return Verdict(run.power.during, answers, forgotten, held, tuple(faults))


def _held(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (held,) = connection.execute("SELECT count(*) FROM held").fetchone()
    return int(held)


def _check_file(run: Run, path: Path, faults: list[str]) -> int:
    """Note what is wrong with a file; return the number of its last transaction."""
    with closing(sqlite3.connect(path)) as connection:
        whole = [each for (each,) in connection.execute("PRAGMA integrity_check")]
        batch, state = state_of(connection)
    if whole != ["ok"]:
        faults.append(f"damaged: {whole}")
    # An empty file is what there was before the first one.
    if state not in run.states.get(batch, set()) and (batch, run.committed) != (0, -1):
        faults.append(f"no prefix: what transaction {batch} left is not what was there after it")
    if run.dials.durability is Durability.FULL and batch < run.promised:
        faults.append(f"lost: transaction {run.promised} had returned, {batch} is the last one")
    return batch


def _check_telling(run: Run, path: Path, faults: list[str]) -> None:
    """Go on with what is left, observe everything again, and note what is told wrongly."""
    heard: list[Event] = []
    listener = Subscription(name=_LISTENER, listener=heard.append)
    journal = Journal(path, durability=Durability.NORMAL)
    with (
        closing(journal),
        closing(Tracker(TRAINING_JOB, journal=journal, listeners=[listener])) as t,
    ):
        for job, answers in series().items():
            count = run.acknowledged[job] if run.dials.durability is Durability.FULL else 0
            if count and t.observe(answers[count - 1]).events:
                faults.append(f"lost: an answer about {job} that was acknowledged is news")
        t.unpark(_LISTENER)
        for page in pages(list(series()), 10):
            t.observe_all(page)
    for job, events in expected().items():
        before = [each for each in run.before if each.job == job]
        after = [each for each in heard if each.job == job]
        faults.extend(f"{each}: {job}" for each in _mistold(events, before, after))


def _mistold(events: Sequence[Event], before: list[Event], after: list[Event]) -> list[str]:
    """Return what is wrong with what was told of a job before a cut, and after it."""
    if before != list(events[: len(before)]):
        return ["told out of order before"]
    if after != list(events[len(events) - len(after) :]):
        told = [events.index(each) if each in events else each.key for each in after]
        return [f"told out of order after {len(before)} of {len(events)}: {told}"]
    if len(before) + len(after) < len(events):
        return [f"never told: {len(events) - len(before) - len(after)} of {len(events)} events"]
    return []
