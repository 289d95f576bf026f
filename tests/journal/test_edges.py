"""What seldom happens to a journal and its lanes: each is said, and nothing half-done stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import Event, Retention, Retry, Subscription, Tracker
from jobstate.delivery.dispatcher import Dispatcher
from jobstate.delivery.lane import Delivery
from jobstate.errors import JournalDamagedError, JournalError, JournalWriteError
from jobstate.journal import Journal, acknowledgements, outbox
from jobstate.journal import pruning as sweeping
from jobstate.journal.schema import MIGRATIONS
from jobstate.sagemaker import TRAINING_JOB
from jobstate.tracking import estimate_sets
from jobstate.tracking.store import Jobs
from tests.support.gates import wait_until
from tests.support.lanes import BEGIN, Bench, Clock, File, job, letters
from tests.support.series import ARN, SERIES, renamed, whole
from tests.support.small import PARCEL, PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    return tmp_path / "jobs.db"


def failing(
    at: str, error: sqlite3.Error, *, remaining: list[int] | None = None
) -> Callable[[str, bool], Any]:
    """Return what opens databases in which a statement fails, so many more times at most."""
    left = [1 << 30] if remaining is None else remaining

    class Failing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql.lstrip().startswith(at) and left[0] > 0:
                left[0] -= 1
                raise error
            return super().execute(sql, parameters)

    def connect(path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
        del read_only
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Failing)

    return connect


DISK = sqlite3.OperationalError("disk I/O error")


def nothing(event: Event) -> None:
    """Hear of an event."""
    del event


# --- Opening ------------------------------------------------------------------------------------


def test_a_lock_that_is_none_is_told_of(path: Path) -> None:
    """Somebody has put another file there."""
    path.with_name("jobs.db-lock").write_bytes(b"this is no lock, and no database either")
    with pytest.raises(JournalError, match="not a database"):
        Journal(path)


def test_a_file_that_can_not_be_written_ahead_of(path: Path) -> None:
    """As on some file systems: it is said what to do."""

    def connect(*_: object) -> sqlite3.Connection:
        return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)

    with pytest.raises(JournalError, match="put it on a local disk"):
        Journal(path, connect=connect)
    Journal(path).close()


def test_sqlite_must_be_new_enough(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STRICT tables came with 3.37, says its history of changes."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(JournalError, match=r"needs SQLite 3\.37 or later"):
        Journal(path)


def test_what_the_check_finds_is_listed(path: Path) -> None:
    """An index that lacks a row, for the row was written while it was away."""
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(SERIES[-1])

    def run(sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        """In a connection of its own, for each reads the schema once."""
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            return connection.execute(sql, values).fetchall()

    (index,) = run("SELECT * FROM sqlite_schema WHERE name = 'event_of_job'")
    run("DELETE FROM sqlite_schema WHERE name = 'event_of_job'")
    run("UPDATE event SET number = number + 1000 WHERE number > 3")
    run("UPDATE journal SET newest = newest + 1000")
    run("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", index)
    journal = Journal(path)
    with pytest.raises(JournalDamagedError) as caught:
        Tracker(TRAINING_JOB, journal=journal)
    assert any("event_of_job" in problem for problem in caught.value.problems)


def test_a_journal_that_can_not_be_read_at_the_start(path: Path) -> None:
    """The error is clear, and the file is free."""
    connect = failing("SELECT coalesce(max(row_id)", DISK)
    with pytest.raises(JournalError, match="disk I/O error"):
        Tracker(TRAINING_JOB, journal=Journal(path, connect=connect))
    Tracker(TRAINING_JOB, journal=Journal(path)).close()


def test_a_listener_that_can_not_be_looked_up(path: Path) -> None:
    """Likewise."""
    connect = failing("SELECT id, cursor FROM listener", DISK)
    listeners = [Subscription(name="books", listener=print)]
    with pytest.raises(JournalError, match="can't be read: disk I/O error"):
        Tracker(TRAINING_JOB, journal=Journal(path, connect=connect), listeners=listeners)
    Tracker(TRAINING_JOB, journal=Journal(path)).close()


# --- Reading and writing ------------------------------------------------------------------------


def test_events_that_can_not_be_read_are_read_later(path: Path) -> None:
    """The lane waits, and then tells all."""
    heard: list[Event] = []
    listener = Subscription(name="books", listener=heard.append)
    Tracker(TRAINING_JOB, journal=Journal(path), listeners=[listener]).close()
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe_all(SERIES)
    remaining = [1]
    connect = failing("SELECT event.number", DISK, remaining=remaining)
    journal = Journal(path, connect=connect)
    with Tracker(TRAINING_JOB, journal=journal, listeners=[listener]) as tracker:
        wait_until(lambda: tracker.progress()[0].idle)
    assert remaining == [0]
    assert heard == whole()
    with pytest.raises(JournalError, match="is closed"):
        journal._reader.read("SELECT 1", ())  # noqa: SLF001 - as a lane that hangs past the end


def test_a_tracker_that_can_not_begin_says_why(path: Path) -> None:
    """Not that its journal could not be closed either."""
    connect = failing("UPDATE journal SET clean = 1", DISK)
    with pytest.raises(TypeError, match="expected a Subscription"):
        Tracker(TRAINING_JOB, journal=Journal(path, connect=connect), listeners=[print])


def test_no_room_for_a_new_file(path: Path) -> None:
    """What helps is said."""
    full = sqlite3.OperationalError("database or disk is full")
    with pytest.raises(JournalError, match="can't be used: database or disk is full; make room"):
        Journal(path, connect=failing("COMMIT", full))


def test_what_can_not_be_written_in_the_end_is_said(path: Path) -> None:
    """`close` raises, the lock is free, and the next start checks the file."""
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(SERIES[0])
    tracker = Tracker(TRAINING_JOB, journal=Journal(path, connect=failing("COMMIT", DISK)))
    with pytest.raises(JournalWriteError, match="do it again with the next tracker"):
        tracker.close()
    connect = failing("UPDATE journal SET clean = 1", DISK)
    tracker = Tracker(TRAINING_JOB, journal=Journal(path, connect=connect))
    with pytest.raises(JournalWriteError, match="it is checked when it is opened"):
        tracker.close()
    with closing(Journal(path)) as journal:
        assert journal.recovered


def test_an_interrupt_after_the_journal_has_taken_an_answer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known then, and told once when it is observed again."""
    heard: list[Event] = []
    listener = Subscription(name="books", listener=heard.append)
    with Tracker(TRAINING_JOB, journal=Journal(path), listeners=[listener]) as tracker:
        keep, interrupts = Jobs.keep, [True]

        def interrupted(jobs: Jobs, *of: Any) -> None:
            if interrupts:
                interrupts.clear()
                raise KeyboardInterrupt
            keep(jobs, *of)

        monkeypatch.setattr(Jobs, "keep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tracker.observe(SERIES[0])
        tracker.observe(SERIES[0])
    assert heard == whole(SERIES[0])


def test_an_interrupt_while_a_job_is_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is forgotten all the same, here and in the file."""
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(SERIES[0])
        forget, interrupts = Journal.forget, [True]

        def interrupted(journal: Journal, job_state: Any) -> int:
            if interrupts:
                interrupts.clear()
                raise KeyboardInterrupt
            return forget(journal, job_state)

        monkeypatch.setattr(Journal, "forget", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tracker.forget(ARN)
        assert ARN not in tracker
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (0,)


def test_sets_that_are_forgotten_are_found_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set of what may be known stands once in the file, however few are remembered."""
    monkeypatch.setattr(estimate_sets, "_REMEMBERED", 1)
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal")) as tracker:
        for number in range(3):
            for answer in SERIES:
                tracker.observe(renamed(answer, number))
    with closing(sqlite3.connect(path)) as connection:
        words = [row[0] for row in connection.execute("SELECT words FROM estimate")]
    assert len(words) == len(set(words)) > 3


def test_many_forgotten_jobs_go_in_several_steps(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them short; in the end all are gone."""
    monkeypatch.setattr(sweeping, "_AT_THE_END", 2)
    monkeypatch.setattr(sweeping, "_FOR_EACH", 0)
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe_all([renamed(SERIES[-1], number) for number in range(5)])
        for number in range(5):
            tracker.forget(f"{ARN}-{number}")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (0,)


def test_no_query_looks_through_a_whole_table() -> None:
    """Neither to sweep nor to tell: each finds its rows by an index, however many there are."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("".join(MIGRATIONS))
        for sql in (sweeping.AT_ONCE_WITH, sweeping.LATER, outbox.AFTER, outbox.OF_JOB):
            values = (1,) * sql.count("?")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            assert [line for line in plan if line.startswith("SCAN")] == [], sql


@pytest.mark.parametrize("sql", [sweeping.AT_ONCE_WITH, sweeping.LATER])
def test_what_was_looked_at_costs_nothing_more(sql: str) -> None:
    """SQLite takes as many steps at the end of a round as at its beginning."""
    at_once = sql is sweeping.AT_ONCE_WITH
    steps = [0]

    def count() -> None:
        steps[0] += 1

    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("".join(MIGRATIONS))
        names = [row[1] for row in connection.execute("PRAGMA table_info(job)")]
        values = {"row_id": "x", "forgotten": "7" if at_once else "x"}
        row = ", ".join([values.get(name, "'0'") for name in names])
        numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500)"
        connection.execute(f"INSERT INTO job {numbers} SELECT {row} FROM n")  # noqa: S608
        connection.set_progress_handler(count, 1)
        found = []
        for begin in (0, 250, 490):
            steps[0] = 0
            rows = list(connection.execute(sql, (7, begin, 5) if at_once else (begin, 1000, 5)))
            assert [row[1] for row in rows] == list(range(begin + 1, begin + 6))
            found.append(steps[0])
    assert len({*found}) == 1


def parked_and_forgotten(path: Path, count: int) -> None:
    """Make a journal with so many jobs that are forgotten and of which somebody has to hear."""
    listener = Subscription(name="pager", listener=nothing)
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal"), listeners=[listener]):
        pass
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe(SERIES[-1])
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(job)")][4:-1]
        others = ", ".join(columns)
        alike = f"SELECT ?, kind, 'arn:' || ?, 1, {others}, 1 FROM job WHERE row_id = 1"  # noqa: S608
        numbers = [(number, number) for number in range(2, count + 2)]
        connection.executemany(f"INSERT INTO job {alike}", numbers)
        connection.execute(
            "INSERT INTO held SELECT 1, kind, id, created, 1, 1, 'down', 1 FROM job"
            " WHERE forgotten = 1"
        )


def steps(path: Path, count: int) -> list[int]:
    """Return how many hundreds of steps the database takes for each of some answers."""
    taken = [0]

    def step() -> int:
        taken[-1] += 1
        return 0

    def connect(path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
        del read_only
        made = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        made.set_progress_handler(step, 100)
        return made

    journal = Journal(path, durability="normal", connect=connect)
    with Tracker(TRAINING_JOB, journal=journal) as tracker:
        for number in range(count):
            taken.append(0)
            tracker.observe(renamed(SERIES[-1], number))
        taken.append(0)
    return taken[1:-1]


def test_a_commit_is_not_dearer_where_many_are_parked(tmp_path: Path) -> None:
    """What can't go yet is looked at some at a time, and none of it twice in a round."""
    few, many = tmp_path / "few.db", tmp_path / "many.db"
    parked_and_forgotten(few, 300)
    parked_and_forgotten(many, 6000)
    # So many answers that there is more than one round in the one, and a part of one in the other.
    assert max(steps(many, 150)) <= 1.5 * max(steps(few, 150))
    with closing(sqlite3.connect(many)) as connection:
        assert connection.execute("SELECT count(*) FROM held").fetchone() == (6000,)
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (6000 + 1 + 150,)


def test_only_what_a_power_cut_may_undo_does_not_wait_for_the_disk(path: Path) -> None:
    """How far a held job is; that it is held is there for good before anybody goes past it."""
    levels: list[tuple[int, str]] = []

    class Watched(sqlite3.Connection):
        last = ""

        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql.lstrip().startswith(("INSERT INTO held", "DELETE FROM held")):
                self.last = sql.split(maxsplit=1)[0]
            if sql == "COMMIT":
                (level,) = super().execute("PRAGMA synchronous").fetchone()
                levels.append((level, self.last))
                self.last = ""
            return super().execute(sql, parameters)

    def connect(path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
        del read_only
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Watched)

    down = [True]

    def listener(event: Event) -> None:
        del event
        if down:
            raise RuntimeError("down")

    once = Subscription(name="pager", listener=listener, retry=Retry(attempts=1))
    journal = Journal(path, connect=connect)
    with Tracker(TRAINING_JOB, journal=journal, listeners=[once]) as tracker:
        tracker.observe(SERIES[-1])
        wait_until(lambda: tracker.progress()[0].idle)
        down.clear()
        assert {level for level, _ in levels} == {2}  # FULL, say SQLite's pages
        levels.clear()
        tracker.unpark("pager")
        wait_until(lambda: tracker.progress()[0].delivered == 6)
        wait_until(lambda: tracker.progress()[0].idle)
        tracker.observe(renamed(SERIES[-1], 1))
    # Unparked, five events, the last one; then whatever else was brought, for good again.
    assert levels[:7] == [(2, "INSERT"), *[(1, "INSERT")] * 5, (1, "DELETE")]
    assert {level for level, _ in levels[7:]} == {2}


def test_what_can_go_goes_from_among_what_can_not(path: Path) -> None:
    """While its tracker works: each round comes to all, however many wait for somebody."""
    parked_and_forgotten(path, 300)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM held WHERE created = 1 AND id LIKE 'arn:%7'")
        gone = connection.execute("SELECT count(*) FROM job WHERE id LIKE 'arn:%7'").fetchone()[0]
    assert gone == 30
    with Tracker(TRAINING_JOB, journal=Journal(path, durability="normal")) as tracker:
        for number in range(64 + 301 // 12 + 1):
            tracker.observe(renamed(SERIES[-1], number))
        with closing(sqlite3.connect(path)) as connection:
            left = connection.execute("SELECT count(*) FROM job WHERE forgotten > 0").fetchone()
            assert left == (300 - gone,)


def test_a_system_without_writes_at_a_place(tmp_path: Path) -> None:
    """Acknowledgements are written by seeking there."""
    with (tmp_path / "acks").open("w+b") as file:
        acknowledgements._write_at_by_seeking(file.fileno(), b"there", 10)  # noqa: SLF001
        file.seek(0)
        assert file.read() == bytes(10) + b"there"


# --- Lanes --------------------------------------------------------------------------------------


def test_nothing_to_hand_on() -> None:
    """Nobody is woken for it."""
    Dispatcher(Clock().now).offer([])


def test_a_job_that_is_parked_while_it_is_told_again() -> None:
    """For want of room: what is being told then is heard, the rest is dropped."""
    retry = Retry(attempts=3, first=timedelta(seconds=1))
    one = Bench.of(Subscription(name="pager", listener=print, capacity=1, retry=retry))
    one.offer(letters("a"))
    one.run(fails=lambda _: True)
    one.clock.seconds += 1
    found = one.lane.take()
    assert isinstance(found, Delivery)
    one.offer(letters("b", first=2))
    one.offer(letters("a", first=3))
    one.lane.succeeded(found)
    one.run()
    assert [each.job for each in one.lane.parked] == [job("a")]
    assert one.heard == [2]


def test_a_held_job_of_which_nothing_is_left_is_released_in_the_end() -> None:
    """When the lane has come past all that was there when it was opened."""
    outbox = File(events=letters("bb"))
    one = Bench.resumed(Subscription(name="pager", listener=print), outbox, offered=2)
    one.run_on()
    assert one.heard == [1, 2]
    assert outbox.kept == {}


def test_a_job_that_is_not_there_can_not_be_dropped() -> None:
    """Neither one that nobody knows, nor one whose arn another job has."""
    with Tracker(PARCELS) as tracker:
        tracker.observe(parcel("sent", at=1))
        jobs = tracker._jobs  # noqa: SLF001 - the tables themselves
        other = type(PARCEL)("parcel", PARCEL.id, BEGIN)
        assert jobs.drop(other) is None
        assert jobs.drop(job("nobody")) is None
        assert len(tracker) == 1


def test_an_interrupt_where_no_journal_has_taken_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then nothing of it is known: it is new when it is observed again."""
    tracker = Tracker(PARCELS, retention=Retention(count=1))

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Jobs, "keep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            tracker.observe(parcel("sent", at=1))
    assert len(tracker) == 0
    assert str(tracker.observe(parcel("sent", at=1)).arrival) == "new"
