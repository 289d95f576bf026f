"""A tracker that will be killed, and a follower: what runs in the child processes of `kills`.

The tracker has a journal and six listeners, and several threads observe. Whatever it does it says
outside, with one call of the system each, so that a kill leaves what was said (but for half of a
line, see `kill_story.cut_torn`): each answer whose `observe` has returned, each event that was
numbered, each event that a listener has heard, each job that is about to be forgotten. So does the
follower with each event that it reads.
"""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio
import anyio.lowlevel
import anyio.to_thread
from attrs import Factory, define, field, frozen

from jobstate import Observation, Retention, Retry, Subscription, Tracker
from jobstate.asynchronous import running
from jobstate.delivery import lane
from jobstate.delivery.dispatcher import Dispatcher
from jobstate.errors import JournalError, UnknownJobError
from jobstate.journal import Journal, JournalReader, pruning
from jobstate.journal import database as file
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import killed_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstate import Event, JobKey
    from jobstate.conformance.job_state import JobState
    from jobstate.delivery import AsyncListener
    from jobstate.delivery.outbox import Posted

#: Listener → how many lanes it has.
LISTENERS: Final = {"books": 1, "flaky": 1, "lanes": 4, "idempotent": 1, "slow": 1, "awaited": 2}
#: What a child says of how far it is, a byte each.
STARTING, RUNNING, CLOSING, ENDED = b"S", b"R", b"C", b"E"
#: What an idempotent sink is made of.
_TABLE: Final = "CREATE TABLE IF NOT EXISTS heard (key TEXT PRIMARY KEY)"
_HEAR: Final = "INSERT OR IGNORE INTO heard VALUES (?)"
#: How likely the flaky listener is to raise: at a job that is sick in this run, and at others.
_SICK, _WELL = 0.6, 0.05
#: One job in so many is sick.
_EACH: Final = 4
#: How long the slow listener takes, in seconds.
_SLOW: Final = 0.0015
#: How long a tracker may take to end in peace.
_MINUTE: Final = timedelta(minutes=1)
#: How often a follower looks whether there is a journal, in seconds.
_LOOK: Final = 0.005


@frozen
class Place:
    """The folder of one story, and the files in it."""

    folder: Path

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.folder / "jobs.db"

    @property
    def paths(self) -> tuple[Path, ...]:
        """All ways to the journal, from within the folder; `link` makes them."""
        name = self.journal.name
        return self.journal, Path(name), Path("..", self.folder.name, name), *self._links

    @property
    def _links(self) -> tuple[Path, Path]:
        return self.folder / "alias.db", self.folder / "there" / self.journal.name

    def link(self) -> None:
        """Make a symbolic link to the journal, and one to the folder."""
        alias, there = self._links
        alias.symlink_to(self.journal.name)
        there.parent.symlink_to(self.folder)

    @property
    def answered(self) -> Path:
        """The numbers of the answers whose `observe` has returned."""
        return self.folder / "answered.txt"

    @property
    def posted(self) -> Path:
        """The events that were handed on: number and key."""
        return self.folder / "posted.txt"

    @property
    def forgetting(self) -> Path:
        """The arns of the jobs that were about to be forgotten."""
        return self.folder / "forgetting.txt"

    @property
    def forgotten(self) -> Path:
        """The arns of the jobs whose `forget` has returned."""
        return self.folder / "forgotten.txt"

    @property
    def followed(self) -> Path:
        """The events that followers have read: number and key."""
        return self.folder / "followed.txt"

    @property
    def error(self) -> Path:
        """What a child could not do."""
        return self.folder / "error.txt"

    @property
    def follower_error(self) -> Path:
        """What a follower could not do."""
        return self.folder / "follower-error.txt"

    @property
    def table(self) -> Path:
        """The idempotent sink."""
        return self.folder / "idempotent.db"

    def heard(self, listener: str) -> Path:
        """The keys of the events that a listener has heard."""
        return self.folder / f"{listener}.txt"

    @property
    def witnesses(self) -> tuple[Path, ...]:
        """All files in which a tracker says what it does."""
        said = (self.answered, self.posted, self.forgetting, self.forgotten)
        return (*said, *map(self.heard, LISTENERS))


@frozen(kw_only=True)
class Task:
    """What one child does.

    Attributes:
        place: Where the files are.
        path: The way to the journal.
        run: Which child of its story it is, from 0.
        seed: Of all that it draws.
        durability: The journal's.
        answers: What it observes: the number and the answer.
        forget: After which of them the job is forgotten, by number.
        retention: How many finished jobs it remembers; None: all.
        keep: How long the journal keeps a forgotten one.
        sweep: How many commits go by between two rounds through what is forgotten.
        asynchronous: The listener ``awaited`` is, and an event loop runs.
        in_turn: Each thread has jobs of its own, whose answers it observes in order.
        threads: How many threads do that.
        page: How many answers the first of them observes at once.
        capacity: How many events a lane has room for.
        settled: After how many events a lane says for good how far it is.
        checkpoint: How many pages the journal's log gathers.
        healthy: The flaky listener never raises.
        fault: What is wrong with this child, by intent: a name of `killed_faults.FAULTS`.
    """

    place: Place
    path: Path
    run: int
    seed: str
    durability: str
    answers: Sequence[tuple[int, Observation]] = field(repr=False)
    forget: frozenset[int]
    retention: int | None
    keep: timedelta
    sweep: int
    asynchronous: bool
    in_turn: bool
    threads: int
    page: int
    capacity: int
    settled: int
    checkpoint: int
    healthy: bool
    fault: str


@define
class Sink:
    """A file outside, to which each line is added with one call."""

    _file: int

    @classmethod
    def at(cls, path: Path) -> Sink:
        """Open a file; make it where there is none."""
        return cls(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644))

    def add(self, line: object) -> None:
        """Add a line, or several."""
        os.write(self._file, f"{line}\n".encode())


@define
class Flaky:
    """A listener that raises now and then, before it has heard; at some jobs more than at others.

    Attributes:
        sink: Where it writes what it has heard.
        rng: What it draws from; None where it is healthy.
        sick: Which jobs are sick: one in so many.
    """

    sink: Sink
    rng: random.Random | None
    sick: int

    def __call__(self, event: Event) -> None:
        """Hear an event, or raise."""
        is_sick = int(event.job.id.rpartition("-")[2]) % _EACH == self.sick
        if self.rng is not None and self.rng.random() < (_SICK if is_sick else _WELL):
            raise RuntimeError("now and then")
        self.sink.add(event.key)


@define
class Idempotent:
    """A listener that may hear anything twice, for its sink takes it once."""

    sink: Sink
    connection: sqlite3.Connection
    _lock: threading.Lock = Factory(threading.Lock)

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        self.sink.add(event.key)
        with self._lock:
            self.connection.execute(_HEAR, (event.key,))


# --- What it does -------------------------------------------------------------------------------


def run(task: Task, marks: int) -> None:
    """Observe, and end in peace if nobody comes between.

    Args:
        task: What to do.
        marks: The file to which it says how far it is.
    """
    _prepare(task)
    os.write(marks, STARTING)
    journal = Journal(task.path, durability=task.durability, keep=task.keep)
    tracker = Tracker(
        TRAINING_JOB,
        journal=journal,
        listeners=_subscriptions(task),
        retention=None if task.retention is None else Retention(count=task.retention),
    )
    tracker.unpark("flaky")
    if task.asynchronous:
        anyio.run(_run_in_loop, task, tracker, marks)
    else:
        os.write(marks, RUNNING)
        _observe(task, tracker)
        tracker.unpark("flaky")
        os.write(marks, CLOSING)
        tracker.close(_MINUTE)
    progress = tracker.progress()
    if task.healthy and not all(each.idle for each in progress):
        raise AssertionError(f"not all was heard: {progress}")
    os.write(marks, ENDED)


async def _run_in_loop(task: Task, tracker: Tracker, marks: int) -> None:
    async with running(tracker, _MINUTE):
        os.write(marks, RUNNING)
        await anyio.to_thread.run_sync(_observe, task, tracker)
        tracker.unpark("flaky")
        os.write(marks, CLOSING)


def _prepare(task: Task) -> None:
    """Make seldom things happen often, keep quiet, and be as wrong as asked."""
    log = logging.getLogger("jobstate")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    setattr(lane, "_SETTLED", task.settled)  # noqa: B010 - a constant, to the type checkers
    setattr(file, "_CHECKPOINT", task.checkpoint)  # noqa: B010 - as above
    setattr(pruning, "_BETWEEN", task.sweep)  # noqa: B010 - as above
    os.chdir(task.place.folder)  # where relative paths begin
    _write_down_numbers(Sink.at(task.place.posted))
    _write_down_forgetting(Sink.at(task.place.forgetting))
    killed_faults.FAULTS[task.fault]()


def _write_down_numbers(sink: Sink) -> None:
    """Let whatever is handed on be written down with its number."""
    offer = Dispatcher.offer

    def written(self: Dispatcher, posted: Sequence[Posted]) -> None:
        if posted:
            sink.add("\n".join(f"{each.number} {each.event.key}" for each in posted))
        offer(self, posted)

    setattr(Dispatcher, "offer", written)  # noqa: B010 - as above


def _write_down_forgetting(sink: Sink) -> None:
    """Let each job be written down before it is forgotten."""
    forget = Journal.forget

    def written(self: Journal, job_state: JobState) -> int:
        sink.add(job_state.job.id)
        return forget(self, job_state)

    setattr(Journal, "forget", written)  # noqa: B010 - as above


def _subscriptions(task: Task) -> list[Subscription]:
    sinks = {name: Sink.at(task.place.heard(name)) for name in LISTENERS}
    rng = None if task.healthy else random.Random(task.seed)
    slow = random.Random(f"{task.seed} slow")

    def hear_slowly(event: Event) -> None:
        before = slow.uniform(0, _SLOW)
        time.sleep(before)
        sinks["slow"].add(event.key)
        time.sleep(_SLOW - before)

    def hear(event: Event) -> None:
        sinks["awaited"].add(event.key)

    async def hear_awaited(event: Event) -> None:
        await anyio.lowlevel.checkpoint()
        hear(event)
        await anyio.lowlevel.checkpoint()

    listeners: dict[str, Callable[[Event], None] | AsyncListener] = {
        "books": lambda event: sinks["books"].add(event.key),
        "flaky": Flaky(sinks["flaky"], rng, task.run % _EACH),
        "lanes": lambda event: sinks["lanes"].add(event.key),
        "idempotent": Idempotent(sinks["idempotent"], _table(task.place.table)),
        "slow": hear_slowly,
        "awaited": hear_awaited if task.asynchronous else hear,
    }
    milliseconds = timedelta(milliseconds=1)
    retry = Retry(attempts=4, first=2 * milliseconds, longest=20 * milliseconds)
    return [
        Subscription(
            name=name,
            listener=listener,
            lanes=LISTENERS[name],
            capacity=task.capacity,
            retry=retry,
        )
        for name, listener in listeners.items()
    ]


def _table(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = OFF")  # a kill is no power cut
    connection.execute(_TABLE)
    return connection


# --- Observing ------------------------------------------------------------------------------------


def _observe(task: Task, tracker: Tracker) -> None:
    """Let threads observe what there is, the first of them in pages.

    Raises:
        RuntimeError: One of them could not.
    """
    sink, forgotten = Sink.at(task.place.answered), Sink.at(task.place.forgotten)
    failures: list[BaseException] = []

    def observe(waiting: deque[tuple[int, Observation]], page: int) -> None:
        try:
            while taken := _take(waiting, page):
                if page > 1:
                    tracker.observe_all([answer for _, answer in taken])
                else:
                    tracker.observe(taken[0][1])
                sink.add("\n".join(str(number) for number, _ in taken))
                for job in [answer.job for number, answer in taken if number in task.forget]:
                    with suppress(UnknownJobError):  # it was forgotten as finished
                        tracker.forget(job)
                    forgotten.add(job.id)
        except BaseException as failure:  # noqa: BLE001 - handed on to the main thread
            failures.append(failure)

    pages = [task.page] + [1] * (task.threads - 1)
    parts = zip(_parts(task), pages, strict=True)
    threads = [threading.Thread(target=observe, args=part) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError("could not observe") from failures[0]


def _parts(task: Task) -> list[deque[tuple[int, Observation]]]:
    """Return what each thread observes: all from one queue, or each its own jobs."""
    if not task.in_turn:
        return [deque(task.answers)] * task.threads
    parts: list[deque[tuple[int, Observation]]] = [deque() for _ in range(task.threads)]
    whose: dict[JobKey, int] = {}
    for number, answer in task.answers:
        index = whose.setdefault(answer.job, len(whose) % task.threads)
        parts[index].append((number, answer))
    return parts


def _take(waiting: deque[tuple[int, Observation]], most: int) -> list[tuple[int, Observation]]:
    """Take the next answers, at most so many."""
    taken: list[tuple[int, Observation]] = []
    with suppress(IndexError):  # another thread has taken the last one
        while len(taken) < most:
            taken.append(waiting.popleft())
    return taken


# --- A follower -----------------------------------------------------------------------------------


def follow(place: Place, path: Path, after: int, fault: str) -> None:
    """Write down all that is said in a journal after a number, for ever.

    Args:
        place: Where the files are.
        path: The way to the journal.
        after: The number; if there is none yet, there may be no journal either.
        fault: What is wrong, by intent.
    """
    os.chdir(place.folder)
    killed_faults.FAULTS[fault]()
    sink = Sink.at(place.followed)
    for number, event in _reader(path, patient=not after).follow(after):
        sink.add(f"{number} {event.key}")


def _reader(path: Path, *, patient: bool) -> JournalReader:
    while True:
        try:
            return JournalReader(path)
        except JournalError:
            if not patient:
                raise
            time.sleep(_LOOK)
