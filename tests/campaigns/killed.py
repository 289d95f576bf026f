"""A tracker that will be killed: what runs in the child processes of `kills`.

It has a journal and four listeners, and several threads observe. Whatever it does it says outside,
with one call of the system each, so that a kill leaves what was said: each answer whose `observe`
has returned, each event that was numbered, each event that a listener has heard.
"""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import Factory, define, field, frozen

from jobstate import Observation, Retry, Subscription, Tracker
from jobstate.delivery import lane
from jobstate.delivery.dispatcher import Dispatcher
from jobstate.journal import Journal
from jobstate.journal import database as file
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import killed_faults

if TYPE_CHECKING:
    from jobstate import Event, Listener
    from jobstate.delivery.outbox import Posted

#: Listener → how many lanes it has.
LISTENERS: Final = {"books": 1, "flaky": 1, "lanes": 4, "idempotent": 1}
#: What a child says of how far it is, a byte each.
STARTING, RUNNING, CLOSING, ENDED = b"S", b"R", b"C", b"E"
#: What an idempotent sink is made of.
_TABLE: Final = "CREATE TABLE IF NOT EXISTS heard (key TEXT PRIMARY KEY)"
_HEAR: Final = "INSERT OR IGNORE INTO heard VALUES (?)"
#: How likely the flaky listener is to raise: at a job that is sick in this run, and at others.
_SICK, _WELL = 0.6, 0.05
#: One job in so many is sick.
_EACH: Final = 4


@frozen
class Place:
    """The folder of one story, and the files in it."""

    folder: Path

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.folder / "jobs.db"

    @property
    def answered(self) -> Path:
        """The numbers of the answers whose `observe` has returned."""
        return self.folder / "answered.txt"

    @property
    def posted(self) -> Path:
        """The events that were handed on: number and key."""
        return self.folder / "posted.txt"

    @property
    def error(self) -> Path:
        """What a child could not do."""
        return self.folder / "error.txt"

    @property
    def table(self) -> Path:
        """The idempotent sink."""
        return self.folder / "idempotent.db"

    def heard(self, listener: str) -> Path:
        """The keys of the events that a listener has heard."""
        return self.folder / f"{listener}.txt"


@frozen(kw_only=True)
class Task:
    """What one child does.

    Attributes:
        place: Where the files are.
        run: Which child of its story it is, from 0.
        seed: Of all that it draws.
        durability: The journal's.
        answers: What it observes: the number and the answer.
        threads: How many threads do that.
        page: How many answers the first of them observes at once.
        capacity: How many events a lane has room for.
        settled: After how many events a lane says for good how far it is.
        checkpoint: How many pages the journal's log gathers.
        healthy: The flaky listener never raises.
        fault: What is wrong with this child, by intent: a name of `killed_faults.FAULTS`.
    """

    place: Place
    run: int
    seed: str
    durability: str
    answers: Sequence[tuple[int, Observation]] = field(repr=False)
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
        is_sick = int(event.job.arn.rpartition("-")[2]) % _EACH == self.sick
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
    journal = Journal(task.place.journal, durability=task.durability)
    tracker = Tracker(TRAINING_JOB, journal=journal, listeners=_subscriptions(task))
    tracker.unpark("flaky")
    os.write(marks, RUNNING)
    _observe(task, tracker)
    os.write(marks, CLOSING)
    progress = tracker.close(timedelta(minutes=1))
    if task.healthy and not all(each.idle for each in progress):
        raise AssertionError(f"not all was heard: {progress}")
    os.write(marks, ENDED)


def _prepare(task: Task) -> None:
    """Make seldom things happen often, keep quiet, and be as wrong as asked."""
    log = logging.getLogger("jobstate")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    setattr(lane, "_SETTLED", task.settled)  # noqa: B010 - a constant, to the type checkers
    setattr(file, "_CHECKPOINT", task.checkpoint)  # noqa: B010 - as above
    _write_down_numbers(Sink.at(task.place.posted))
    killed_faults.FAULTS[task.fault]()


def _write_down_numbers(sink: Sink) -> None:
    """Let whatever is handed on be written down with its number."""
    offer = Dispatcher.offer

    def written(self: Dispatcher, posted: Sequence[Posted]) -> None:
        if posted:
            sink.add("\n".join(f"{each.number} {each.event.key}" for each in posted))
        offer(self, posted)

    setattr(Dispatcher, "offer", written)  # noqa: B010 - as above


def _subscriptions(task: Task) -> list[Subscription]:
    sinks = {name: Sink.at(task.place.heard(name)) for name in LISTENERS}
    rng = None if task.healthy else random.Random(task.seed)
    listeners: dict[str, Listener] = {
        "books": lambda event: sinks["books"].add(event.key),
        "flaky": Flaky(sinks["flaky"], rng, task.run % _EACH),
        "lanes": lambda event: sinks["lanes"].add(event.key),
        "idempotent": Idempotent(sinks["idempotent"], _table(task.place.table)),
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
    waiting = deque(task.answers)
    sink = Sink.at(task.place.answered)
    failures: list[BaseException] = []

    def observe(page: int) -> None:
        try:
            while taken := _take(waiting, page):
                if page > 1:
                    tracker.observe_all([answer for _, answer in taken])
                else:
                    tracker.observe(taken[0][1])
                sink.add("\n".join(str(number) for number, _ in taken))
        except BaseException as failure:  # noqa: BLE001 - handed on to the main thread
            failures.append(failure)

    pages = [task.page] + [1] * (task.threads - 1)
    threads = [threading.Thread(target=observe, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError("could not observe") from failures[0]


def _take(waiting: deque[tuple[int, Observation]], most: int) -> list[tuple[int, Observation]]:
    """Take the next answers, at most so many."""
    taken: list[tuple[int, Observation]] = []
    with suppress(IndexError):  # another thread has taken the last one
        while len(taken) < most:
            taken.append(waiting.popleft())
    return taken
