"""Many threads that wait for one transaction: whoever leads hands on, however that ends."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Tracker
from jobstate.errors import JournalWriteError
from jobstate.journal import Journal, writer
from jobstate.sagemaker import TRAINING_JOB
from tests.support.gates import LIMIT, wait_until
from tests.support.series import SERIES, renamed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Scene:
    """A thread that is about to commit, and others that wait for it.

    Attributes:
        writing: The leader is about to commit.
        go: It may.
        error: What its commit raises, and every one after it; None where they succeed.
        raised: Name of a thread → what it raised.
    """

    def __init__(self, path: Path) -> None:
        self.writing, self.go = threading.Event(), threading.Event()
        self.error: sqlite3.Error | None = None
        self.raised: dict[str, BaseException] = {}
        self.tracker = Tracker(TRAINING_JOB, journal=Journal(path, connect=self._connect))
        self._threads: list[threading.Thread] = []

    @property
    def writer(self) -> writer.JournalWriter:
        """The journal's, whose steps are tested one by one."""
        journal = self.tracker._store.journal  # noqa: SLF001 - as above
        assert isinstance(journal, Journal)
        assert journal._writer is not None  # noqa: SLF001 - as above
        return journal._writer  # noqa: SLF001 - as above

    def observe(self, number: int, name: str, *, waits: bool = True) -> None:
        """Let a thread observe a job's first answer; return when it leads or waits."""
        given = self.writer.given
        thread = threading.Thread(target=self._observe, args=(number, name), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        if name == "leader":
            assert self.writing.wait(LIMIT)
            return
        gate = self.writer._coming  # noqa: SLF001 - as above
        wait_until(lambda: self.writer.given > given and (gate.locked() or not waits))

    def join(self, name: str) -> None:
        """Wait for a thread's end."""
        for thread in self._threads:
            if thread.name == name:
                thread.join(LIMIT)

    def end(self) -> None:
        """Let the leader go on, and see that nobody hangs."""
        self.go.set()
        for thread in self._threads:
            thread.join(LIMIT)
        assert [each.name for each in self._threads if each.is_alive()] == []

    def _observe(self, number: int, name: str) -> None:
        try:
            self.tracker.observe(renamed(SERIES[0], number))
        except BaseException as error:  # noqa: BLE001 - a thread's own
            self.raised[name] = error

    def _connect(self, path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
        del read_only
        scene = self

        class Gated(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                if sql == "COMMIT":
                    if threading.current_thread().name == "leader":
                        scene.writing.set()
                        assert scene.go.wait(LIMIT)
                    if scene.error is not None:
                        raise scene.error
                return super().execute(sql, parameters)

        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Gated)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    return tmp_path / "jobs.db"


@pytest.fixture
def scene(path: Path) -> Iterator[Scene]:
    """Yield a leader and two who wait."""
    made = Scene(path)
    made.observe(0, "leader")
    made.observe(1, "first")
    made.observe(2, "second")
    yield made
    made.go.set()


class Interrupted:
    """A lock at which an interrupt comes to one thread, while it waits."""

    def __init__(self, lock: threading.Lock, name: str) -> None:
        self._lock = lock
        self._name = name
        self.locked = lock.locked

    def __enter__(self) -> None:
        if threading.current_thread().name == self._name:
            raise KeyboardInterrupt
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def kept(path: Path) -> int:
    """Return how many events a journal has, each of a number of its own and in order."""
    with closing(sqlite3.connect(path)) as connection:
        numbers = [number for (number,) in connection.execute("SELECT number FROM event")]
    assert numbers == list(range(1, len(numbers) + 1))
    return len(numbers)


def test_one_transaction_for_all_who_came_meanwhile(scene: Scene, path: Path) -> None:
    """That is what makes many threads fast."""
    batches = scene.writer.number
    scene.end()
    assert scene.raised == {}
    assert scene.writer.number == batches + 2
    scene.tracker.close()
    assert kept(path) == 3 * 2


def test_one_who_is_interrupted_when_it_should_lead(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hands on, so that the next does not wait for ever; what it brought is written, too."""
    scene = Scene(path)
    scene.observe(0, "leader")
    leading = Interrupted(scene.writer._leading, "first")  # noqa: SLF001 - no public way
    monkeypatch.setattr(scene.writer, "_leading", leading)
    scene.observe(1, "first", waits=False)
    scene.join("first")
    assert list(map(type, scene.raised.values())) == [KeyboardInterrupt]
    scene.observe(2, "second")
    scene.end()
    scene.tracker.close()
    assert kept(path) == 3 * 2


def test_one_who_is_interrupted_while_another_leads(
    scene: Scene, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes nothing from whoever leads, and what it brought is written with what comes next."""
    coming = Interrupted(scene.writer._coming, "third")  # noqa: SLF001 - no public way
    monkeypatch.setattr(scene.writer, "_coming", coming)
    scene.observe(3, "third")
    scene.join("third")
    assert list(map(type, scene.raised.values())) == [KeyboardInterrupt]
    scene.end()
    scene.tracker.close()
    assert kept(path) == 4 * 2


def test_a_transaction_that_fails_is_told_to_everybody(scene: Scene, path: Path) -> None:
    """Each tries again first; when it works again everything is written once."""
    scene.error = sqlite3.OperationalError("disk I/O error")
    scene.end()
    assert set(scene.raised) == {"leader", "first", "second"}
    assert {type(each) for each in scene.raised.values()} == {JournalWriteError}
    scene.error = None
    scene.tracker.observe(renamed(SERIES[0], 3))
    scene.tracker.close()
    assert kept(path) == 4 * 2


def test_closing_waits_for_whoever_writes(scene: Scene) -> None:
    """A connection that is closed while it is used would end the process; others are told."""
    stopper = threading.Thread(target=scene.writer.stop, daemon=True)
    stopper.start()
    stopper.join(0.05)
    assert stopper.is_alive()
    scene.end()
    stopper.join(LIMIT)
    assert not stopper.is_alive()
    assert set(scene.raised) == {"first", "second"}
    for error in scene.raised.values():
        assert isinstance(error, JournalWriteError)
        assert error.problem == "is closed"
    with pytest.raises(JournalWriteError, match="is closed"):
        scene.writer.commit(scene.writer.run("SELECT 1", ()))
    with pytest.raises(JournalWriteError):
        scene.tracker.close()


# --- Somebody else writes too -------------------------------------------------------------------


def written_over(path: Path, *statements: str) -> None:
    """Write to a journal that a tracker has, as one does that knows nothing of its lock."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


OTHER = "UPDATE journal SET batch = batch + 1, run = 'of another'"


def test_nothing_is_written_over_what_another_tracker_wrote(path: Path) -> None:
    """Each commit looks at what the last one left; nothing is called written that is not."""
    tracker = Tracker(TRAINING_JOB, journal=Journal(path))
    tracker.observe(renamed(SERIES[0], 0))
    written_over(path, OTHER)
    for _ in range(2):
        with pytest.raises(JournalWriteError, match="was written to by another tracker meanwhile"):
            tracker.observe(renamed(SERIES[0], 1))
        written_over(path, OTHER)  # the file is not locked meanwhile
    with pytest.raises(JournalWriteError, match="was written to by another tracker meanwhile"):
        tracker.close()
    assert kept(path) == 2


def test_a_transaction_in_doubt_is_not_taken_for_another_trackers(path: Path) -> None:
    """That of the other one has the number that it would have had."""
    failed = [False]

    class Doubtful(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql == "COMMIT" and not failed[0]:
                failed[0] = True
                super().execute("ROLLBACK")
                written_over(path, OTHER)
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, parameters)

    def connect(path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
        del read_only
        return sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, factory=Doubtful
        )

    Tracker(TRAINING_JOB, journal=Journal(path)).close()
    tracker = Tracker(TRAINING_JOB, journal=Journal(path, connect=connect))
    with pytest.raises(JournalWriteError, match="was written to by another tracker meanwhile"):
        tracker.observe(SERIES[0])
    assert failed == [True]
    with pytest.raises(JournalWriteError):
        tracker.close()
    assert kept(path) == 0


def test_a_row_of_another_job_is_never_written_over(path: Path) -> None:
    """Not even where nothing else tells that somebody put it there."""
    tracker = Tracker(TRAINING_JOB, journal=Journal(path))
    tracker.observe(renamed(SERIES[0], 0))
    written_over(path, "UPDATE job SET id = 'arn:another'")
    before = rows(path)
    with pytest.raises(JournalWriteError, match="could not be written: NOT NULL constraint failed"):
        tracker.observe(renamed(SERIES[-1], 0))
    with pytest.raises(JournalWriteError):
        tracker.close()
    assert rows(path) == before


def rows(path: Path) -> list[Any]:
    """Return the rows of jobs and their entries."""
    with closing(sqlite3.connect(path)) as connection:
        jobs = connection.execute("SELECT * FROM job").fetchall()
        return [*jobs, *connection.execute("SELECT * FROM entry")]
