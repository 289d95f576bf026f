"""Files that are damaged, or crafted to do harm: each oddity is named, and nothing runs."""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from jobstate import Retry, Subscription, Tracker
from jobstate.errors import JournalDamagedError, JournalError, UnknownJobError
from jobstate.journal import Journal, JournalReader, following, integrity
from jobstate.journal.connection import connect, connect_still
from jobstate.journal.schema import MIGRATIONS
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns import crafted_files
from tests.campaigns.crafted_files import loosely
from tests.support.command import jobstate
from tests.support.gates import wait_until
from tests.support.series import ARN, SERIES, renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstate import Event, Lifecycle


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a journal of three jobs, one forgotten, with listeners, one of which holds a job."""
    path: Path = tmp_path_factory.mktemp("original") / "jobs.db"

    heard: list[Event] = []

    def pager(event: Event) -> None:
        raise RuntimeError(event.kind)

    listeners = [
        Subscription(name="books", listener=heard.append),
        Subscription(name="pager", listener=pager, retry=Retry(attempts=1)),
    ]
    with crafted_files.tracker_on(path, listeners) as tracker:
        tracker.observe(SERIES[-1])
        tracker.observe(renamed(SERIES[-1], 2))
        tracker.observe(renamed(SERIES[1], 3))
        tracker.forget(f"{ARN}-2")
    return path


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    for each in original.parent.iterdir():
        shutil.copy(each, tmp_path)
    return tmp_path / original.name


def run(path: Path, sql: str) -> None:
    """Change a file as if its tables checked nothing."""
    loosely(path, lambda connection: connection.executescript(sql))


def begin(path: Path) -> Tracker:
    """Return a tracker that began with a file."""
    return Tracker(TRAINING_JOB, journal=Journal(path, durability="normal"))


def read_plainly(path: Path) -> None:
    """Ask a reader everything that has no life cycle."""
    read(path, lifecycle=None)


def read(path: Path, lifecycle: Lifecycle | None = TRAINING_JOB) -> None:
    """Ask a reader everything."""
    with JournalReader(path, lifecycle=lifecycle) as reader:
        keys = list(reader.job_keys())
        list(reader.jobs())
        list(reader.events())
        reader.listeners()
        for key in keys:
            list(reader.events(job=key))


def problems(open_: Callable[[Path], object], path: Path) -> tuple[str, ...]:
    """Return what is wrong with a file."""
    with pytest.raises(JournalDamagedError) as caught:
        open_(path)
    return caught.value.problems


# --- Tables ---------------------------------------------------------------------------------------

LOOP = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
EVIL = "CREATE TRIGGER evil AFTER UPDATE ON journal BEGIN DELETE FROM event; END"


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (EVIL, "sqlite_schema['evil']: expected nothing of that name, got the trigger 'CREATE TRI"),
        (
            f"ALTER TABLE event RENAME TO other; CREATE VIEW event AS SELECT ({LOOP}) AS number",
            "sqlite_schema['event']: expected nothing of that name, got the view 'CREATE VIEW ",
        ),
        ("DROP TABLE held", "sqlite_schema['held']: expected the table of that name, got nothing"),
        ("DROP INDEX event_of_job", "sqlite_schema['event_of_job']: expected the index of that na"),
        ("CREATE TABLE other (x)", "sqlite_schema['other']: expected nothing of that name, got th"),
        (
            "CREATE VIRTUAL TABLE other USING rtree(a, b, c)",
            "sqlite_schema['other']: expected nothing of that name, got the table 'CREATE VIRTUAL",
        ),
        ("PRAGMA user_version = 0", "PRAGMA user_version: expected 1 or more, got 0"),
        ("PRAGMA user_version = -7", "PRAGMA user_version: expected 1 or more, got -7"),
    ],
)
@pytest.mark.parametrize("open_", [Journal, JournalReader])
def test_other_tables_than_a_journal_has(
    path: Path, open_: Callable[[Path], object], sql: str, problem: str
) -> None:
    """Every difference is named before anything is read, and nothing that the file defines runs."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    found = problems(open_, path)
    assert any(each.startswith(problem) for each in found), found
    if sql == EVIL:
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM event").fetchone() > (0,)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (
            "SET sql = replace(sql, 'body TEXT', 'body BLOB')",
            "expected .*body TEXT NOT NULL.*, got .*body BLOB NOT NULL",
        ),
        ("SET sql = sql || ' -- x' WHERE name = 'held'", "] expected ' told again|THOUT ROWID', g"),
        ("SET tbl_name = 'job' WHERE name = 'event_of_job'", "malformed|expected 'event', got 'j"),
        ("SET rootpage = 3 WHERE name = 'event_of_job'", "malformed|rootpage: expected a page for"),
        ("SET name = char(27) WHERE name = 'event_of_job'", r"\\x1b"),
        (
            "SET name = CAST(x'd9' AS TEXT), sql = 'CREATE TABLE' WHERE name = 'held'",
            "expected UTF-8",
        ),
        ("SET sql = CAST(x'fffe' AS TEXT) WHERE name = 'held'", "malformed|expected UTF-8, got b'"),
    ],
)
@pytest.mark.parametrize("open_", [Journal, JournalReader])
def test_a_schema_that_was_written_over(
    path: Path, open_: Callable[[Path], object], sql: str, problem: str
) -> None:
    """What differs is shown from where it does, without a control character."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(f"UPDATE sqlite_schema {sql}")
    (*_, found) = problems(open_, path)
    assert found.isprintable()
    assert re.search(problem, found), found


def test_another_encoding(path: Path) -> None:
    """A journal is UTF-8, as its trackers make it."""
    crafted_files._utf16(None, path, None)  # type: ignore[arg-type]  # noqa: SLF001 - neither is used
    for open_ in (Journal, JournalReader):
        assert problems(open_, path) == ("PRAGMA encoding: expected UTF-8, got 'UTF-16le'",)


def test_statistics_are_no_damage(path: Path) -> None:
    """Anybody may let SQLite count; what that makes tells nothing of jobs."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
    begin(path).close()
    read(path)


def test_a_view_that_comes_while_a_file_is_followed(path: Path) -> None:
    """It is refused with the next look."""
    with JournalReader(path) as reader:
        told = reader.follow(timeout=30)
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(EVIL)
            with pytest.raises(JournalDamagedError, match="trigger"):
                next(told)


def test_a_still_file_that_is_damaged_is_told_of_while_it_is_followed(path: Path) -> None:
    """Nobody has it open, so nobody can be writing to it now."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(EVIL)
    with pytest.raises(JournalDamagedError, match="trigger"):
        list(following.Following(path, "SELECT number FROM event WHERE number > ?").rows(0, 30))


def test_the_last_place_for_a_listener(path: Path) -> None:
    """What it has heard is kept and believed, though nobody has the places before it."""
    run(path, "UPDATE listener SET id = 65536 WHERE name = 'books'")
    heard: list[Event] = []
    books = Subscription(name="books", listener=heard.append)
    with Tracker(TRAINING_JOB, journal=Journal(path), listeners=[books]) as tracker:
        wait_until(lambda: tracker.progress()[0].idle)
    before = len(heard)
    for _ in range(2):
        with Tracker(TRAINING_JOB, journal=Journal(path), listeners=[books]) as tracker:
            wait_until(lambda: tracker.progress()[0].idle)
    assert len(heard) == before


# --- A log without its file ---------------------------------------------------------------------


@pytest.fixture
def crashed(path: Path, tmp_path: Path) -> Path:
    """Return a journal as a crash leaves it: much of it is in its log alone."""
    folder = tmp_path / "crashed"
    folder.mkdir()
    with begin(path) as tracker:
        tracker.observe(renamed(SERIES[-1], 4))
        for end in ("", "-wal", "-lock"):
            shutil.copy(f"{path}{end}", folder)
    return folder / path.name


def follow(path: Path) -> None:
    """Follow what comes."""
    list(following.Following(path, "SELECT number FROM event WHERE number > ?").rows(0, 0))


@pytest.mark.parametrize(
    ("lose", "said"),
    [(lambda path: path.write_bytes(b""), "has nothing in it"), (Path.unlink, "is not there")],
)
@pytest.mark.parametrize("open_", [begin, Journal, read, read_plainly, follow])
def test_a_log_without_its_file_is_kept(
    crashed: Path, lose: Callable[[Path], object], said: str, open_: Callable[[Path], object]
) -> None:
    """SQLite takes it for left over, and deletes it: it may be all that is left of a journal."""
    whole, log = crashed.read_bytes(), crashed.with_name("jobs.db-wal")
    before = log.read_bytes()
    lose(crashed)
    there = sorted(crashed.parent.iterdir())
    expected = f"it {said}, and 'jobs.db-wal' has {len(before):,} bytes"
    assert problems(open_, crashed) == (expected,)
    assert log.read_bytes() == before
    assert sorted(crashed.parent.iterdir()) == there

    crashed.write_bytes(whole)
    with JournalReader(crashed) as reader:
        assert f"{ARN}-4" in {key.id for key in reader.job_keys()}


# --- What a journal says of itself ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE journal SET newest = -5", "journal.newest: expected a whole number, 0 or more, g"),
        ("UPDATE journal SET newest = 1", "journal.newest: expected 13 or more, the number of an "),
        ("UPDATE journal SET newest = 9223372036854775807", "journal.newest: expected a whole num"),
        ("UPDATE journal SET batch = 'x'", "journal.batch: expected a whole number, 0 or more, go"),
        ("UPDATE journal SET clean = 2", "journal.clean: expected 0 or 1, got 2"),
        ("UPDATE journal SET file = NULL", "journal.file: expected a text, got None"),
        ("INSERT INTO journal SELECT 2, file, 0, 0, 1, '' FROM journal", "journal: expect"),
        ("UPDATE event SET number = -3 WHERE number = 3", "event.number: expected numbers from 1 "),
        ("UPDATE journal SET run = CAST(x'ff' AS TEXT)", "journal[1].run: expected UTF-8, got b'"),
    ],
)
def test_a_header_that_can_not_be(path: Path, sql: str, problem: str) -> None:
    """Whoever opens the file says so."""
    run(path, sql)
    for open_ in (Journal, JournalReader):
        (found,) = problems(open_, path) if "run" not in sql else problems(begin_or(open_), path)
        assert found.startswith(problem)


def begin_or(open_: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what opens a file to the end."""
    return begin if open_ is Journal else JournalReader


BOTH = [
    ("UPDATE job SET id = x'00' WHERE row_id = 1", "job[1].id: expected a text, got b'\\x00'"),
    (
        "UPDATE job SET created = created + 1 WHERE row_id = 1",
        "job[1].created: expected a time of a wh",
    ),
    ("UPDATE kind SET version = NULL", "kind['sagemaker-training-job'][1]: expected a text"),
    (
        "UPDATE job SET created = 9223372036854775807 WHERE row_id = 1",
        "job[1].created: expected a tim",
    ),
    (
        "UPDATE job SET estimates = 'x' WHERE row_id = 1",
        "job[1].estimates: expected the number of som",
    ),
    (
        "UPDATE job SET estimates = 999 WHERE row_id = 1",
        "job[1].estimates: expected the number of som",
    ),
    (
        f"UPDATE job SET patterns = '{'[' * 99_999}' WHERE row_id = 1",
        "job[1].patterns: expected an obje",
    ),
    (
        f"UPDATE job SET patterns = '{'1' * 9_999}' WHERE row_id = 1",
        "job[1].patterns: expected an objec",
    ),
    (
        "UPDATE job SET reported = '{\"a\": [1]}' WHERE row_id = 1",
        "job[1].reported['a']: expected a li",
    ),
    (
        "UPDATE job SET suppressed = -1 WHERE row_id = 1",
        "job[1].suppressed: expected a whole number, ",
    ),
    (
        "UPDATE job SET changes = 9223372036854775807 WHERE row_id = 1",
        "job[1].changes: expected a who",
    ),
    (
        "UPDATE job SET forgotten = -1 WHERE row_id = 1",
        "job[1].forgotten: expected 0, or a time, got ",
    ),
    (
        "UPDATE job SET forgotten = NULL WHERE row_id = 1",
        "job[1].forgotten: expected 0, or a time, go",
    ),
    (
        "UPDATE entry SET ordinal = 9 WHERE job = 1 AND ordinal = 2",
        "entry[1, 3].ordinal: expected the",
    ),
    (
        "UPDATE entry SET start = 'x' WHERE job = 1 AND ordinal = 2",
        "entry[1, 2].start: expected a ",
    ),
    (
        'UPDATE entry SET "end" = 9e18 WHERE job = 1 AND ordinal = 2',
        "entry[1, 2].end: expected a t",
    ),
    (
        "UPDATE entry SET status = NULL WHERE job = 1 AND ordinal = 2",
        "entry[1, 2].status: expected ",
    ),
    (
        "UPDATE entry SET message = x'05' WHERE job = 1 AND ordinal = 2",
        "entry[1, 2].message: expected a",
    ),
    (
        "UPDATE entry SET message = CAST(x'ff' AS TEXT) WHERE ordinal = 2 AND job = 1",
        "entry[1, 2].m",
    ),
    (
        "UPDATE listener SET id = -5 WHERE name = 'books'",
        "listener[-5].id: expected a whole number",
    ),
    (
        "UPDATE listener SET id = 1 << 40 WHERE name = 'books'",
        "listener[1099511627776].id: expecte",
    ),
    (
        "UPDATE listener SET id = 65537 WHERE name = 'books'",
        "listener[65537].id: expecte",
    ),
    (
        "UPDATE listener SET cursor = 99 WHERE name = 'books'",
        "listener[1].cursor: expected a whole ",
    ),
    (
        "UPDATE listener SET name = x'aa' WHERE name = 'books'",
        "listener[1].name: expected a text, ",
    ),
]


def test_a_number_of_nothing_without_the_life_cycle(path: Path) -> None:
    """It is named as well."""
    run(path, "UPDATE job SET estimates = 'x' WHERE row_id = 1")
    (found,) = problems(read_plainly, path)
    assert found == "job[1].estimates: expected the number of something that is known, got 'x'"


@pytest.mark.parametrize(("sql", "problem"), BOTH)
@pytest.mark.parametrize("open_", [begin, read])
def test_a_row_that_can_not_be(
    path: Path, open_: Callable[[Path], object], sql: str, problem: str
) -> None:
    """It is named with its place; one cause is one problem, or SQLite's own check says it too."""
    run(path, sql)
    found = problems(open_, path)
    assert any(each.startswith(problem) for each in found), found
    others = [each for each in found if not each.startswith(problem)]
    words = ("non-", "NULL value", "CHECK", "row not in", "wrong #", "missing from", "NUMERIC")
    assert all(any(word in each for word in words) for each in others), others


TRACKER = [
    (
        "UPDATE job SET row_id = -4 WHERE row_id = 1",
        "job[-4].row_id: expected more than 0, of 62 bits, got -4",
    ),
    ("INSERT INTO estimate VALUES (-1, '{}')", "estimate[-1]: expected a whole number, 0 or more"),
    (
        f"UPDATE job SET id = '{ARN}', created = (SELECT created FROM job WHERE row_id = 1)",
        "job[3]: expected a job that has no row yet, got that of job[1]",
    ),
    ("DELETE FROM job WHERE row_id = 2", "entry[2]: expected the number of a job, got 2"),
    (
        "UPDATE entry SET job = 'x' WHERE job = 2",
        "entry['x']: expected the number of a job, got 'x'",
    ),
    (
        "UPDATE event SET job = 77 WHERE number = 3",
        "event[3].job: expected the number of a job, go",
    ),
    ("DELETE FROM listener WHERE name = 'pager'", "held.listener: expected the number of a listen"),
]


@pytest.mark.parametrize(("sql", "problem"), TRACKER)
def test_what_refers_to_nothing(path: Path, sql: str, problem: str) -> None:
    """No job, history or event is passed over in silence."""
    run(path, sql)
    found = problems(begin, path)
    assert any(each.startswith(problem) for each in found), found


def test_a_list_of_problems_ends(path: Path) -> None:
    """However many there are."""
    run(
        path,
        "WITH RECURSIVE n(x) AS (SELECT 10 UNION ALL SELECT x + 1 FROM n WHERE x < 500)"
        " INSERT INTO job SELECT x, kind, 'id-' || x, 1, estimates, patterns, times, modified,"
        " since, kept_values, cause, failure_reason, refined, ended, entered, changes, reported,"
        " suppressed, NULL, 0"
        " FROM n, job WHERE row_id = 1",
    )
    assert len(problems(begin, path)) == 100


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE held SET first = 99", ".first: expected a whole number up to 14, got 99"),
        (
            "UPDATE held SET attempts = 'x'",
            ".attempts: expected a whole number, 0 or more, got 'x'",
        ),
        ("UPDATE held SET error = NULL", ".error: expected a text, got None"),
        (
            "UPDATE held SET parked = 9e18",
            ".parked: expected a time in microseconds since 1970, go",
        ),
        (
            "UPDATE held SET created = created + 5",
            ".created: expected a time of a whole second, in",
        ),
    ],
)
def test_a_held_job_that_can_not_be(path: Path, sql: str, problem: str) -> None:
    """Its listener is not begun with."""
    run(path, sql)
    place = r"held\[2, 'sagemaker-training-job', 'arn:[^']*', \d+\]"
    (found,) = problems(read, path)
    assert re.match(place + re.escape(problem), found), found
    heard: list[Event] = []
    listener = Subscription(name="pager", listener=heard.append)
    with pytest.raises(JournalDamagedError) as caught:
        crafted_files.tracker_on(path, [listener])
    assert any(problem in each or " value in held" in each for each in caught.value.problems)


# --- Events ---------------------------------------------------------------------------------------

BODIES = [
    ("[]", ": expected an object, got []"),
    ("null", ": expected an object, got None"),
    ("[" * 100_000, ": expected an object, got '[["),
    ("1" * 100_000, ": expected an object, got '111"),
    ('{"ordinal": true}', ".ordinal: expected a whole number, 0 or more, got True"),
]
FIELDS = [
    ("start", "5", "a time in UTC, got 5"),
    ("start", '"2026-01-01T00:00:00"', "a time in UTC, got '2026-01-01T00:00:00'"),
    ("start", '"2026-01-01T00:00:00+05:00"', "a time in UTC, got '2026-01-01T00:00:00+05:00'"),
    ("end", "NaN", "a time in UTC, got nan"),
    ("late", "null", "true or false, got None"),
    ("message", "[]", "a text or null, got []"),
    ("ordinal", "1e999", "a whole number, 0 or more, got inf"),
]


def told_until(path: Path) -> str:
    """Return the problem that ends the events of a file."""
    with JournalReader(path) as reader:
        numbers: list[int] = []
        with pytest.raises(JournalDamagedError) as caught:
            numbers.extend(each.number for each in reader.events())
        assert numbers == [1, 2]
    return caught.value.problems[0]


@pytest.mark.parametrize(("body", "problem"), BODIES)
def test_an_event_that_is_none(path: Path, body: str, problem: str) -> None:
    """Those before it are told; then it is named."""
    run(path, f"UPDATE event SET body = '{body}' WHERE number = 3")
    assert told_until(path).startswith(f"event[3].body{problem}")


@pytest.mark.parametrize(("field", "value", "expected"), FIELDS)
def test_a_field_of_an_event_that_can_not_be(
    path: Path, field: str, value: str, expected: str
) -> None:
    """It is named alone."""
    pattern = f'"{field}": ' + ("1" if field == "ordinal" else "")
    with closing(sqlite3.connect(path)) as connection, connection:
        (body,) = connection.execute(
            "SELECT body FROM event WHERE kind = 'status-entered'"
        ).fetchone()
        changed = re.sub(f'"{field}": ("[^"]*"|[^,}}]*)', lambda _: f'"{field}": {value}', body)
        assert pattern in body
        sql = "UPDATE event SET kind = 'status-entered', body = ? WHERE number = 3"
        connection.execute(sql, (changed,))
    assert told_until(path) == f"event[3].body.{field}: expected {expected}"


def test_an_event_of_a_job_that_is_not_there_or_can_not_be(path: Path) -> None:
    """It is not passed over; what is wrong with its job is said of the job."""
    run(path, "UPDATE event SET job = 77 WHERE number = 3")
    assert told_until(path) == "event[3].job: expected the number of a job, got 77"
    run(
        path,
        "UPDATE event SET job = 3 WHERE number = 3; UPDATE job SET created = 5 WHERE row_id = 3",
    )
    assert told_until(path).startswith("job[3].created: expected a time of a whole second")


def test_a_listener_waits_at_an_event_that_is_none(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It hears of nothing that is not so, and the log says which event it is."""
    heard: list[Event] = []
    run(path, "UPDATE event SET body = '{}' WHERE number = 3; UPDATE listener SET cursor = 1")
    path.with_name("jobs.db-acks").unlink()
    books = Subscription(name="books", listener=heard.append)
    with crafted_files.tracker_on(path, [books]), caplog.at_level(logging.ERROR, "jobstate"):
        wait_until(lambda: "event[3].body" in caplog.text)
    assert heard == []


# --- Indexes --------------------------------------------------------------------------------------


def run_as_it_is(path: Path, sql: str) -> None:
    """Run a statement, also one that writes over the schema."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(sql)


@contextmanager
def hidden(path: Path, index: str) -> Iterator[None]:
    """Let an index not be there for a while, so that it misses what is written."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT * FROM sqlite_schema WHERE name = ?"
        row = connection.execute(sql, (index,)).fetchone()
    run_as_it_is(path, f"DELETE FROM sqlite_schema WHERE name = '{index}'")
    yield
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)


def test_an_index_that_has_lost_a_job(path: Path) -> None:
    """A tracker sees it; a reader says so of the job that it looks for."""
    with hidden(path, "job_by_id"):
        run_as_it_is(path, "UPDATE job SET id = id || '-later' WHERE row_id = 3")
    with JournalReader(path) as reader:
        key = list(reader.job_keys())[-1]
        assert key.id.endswith("-later")
        with pytest.raises(
            JournalDamagedError, match=r"index job_by_id: expected job\[3\], got no"
        ):
            reader.job(key)
        before = evolve(key, id=key.id.removesuffix("-later"))
        with pytest.raises(UnknownJobError):  # the index has it, the table has not
            reader.job(before)
    assert any("job_by_id" in each for each in problems(begin, path))


def test_an_index_that_has_an_event_of_another_job(path: Path) -> None:
    """It is told of neither job."""
    with hidden(path, "event_of_job"):
        run_as_it_is(path, "UPDATE event SET job = 3 WHERE number = 2")
    with JournalReader(path) as reader:
        first = next(reader.job_keys())
        with pytest.raises(
            JournalDamagedError, match=r"index event_of_job: expected event\[2\] of j"
        ):
            list(reader.events(job=first))
        assert len(list(reader.events())) == reader.newest
    assert any("event_of_job" in each for each in problems(begin, path))


@pytest.mark.parametrize(
    ("rows", "ask", "problem"),
    [
        (
            [(3, "k", "a", 0), (2, "k", "b", 0)],
            "job_keys",
            r"job\[2\]: expected a number above 3, got 2",
        ),
        ([(1, 1), (2, 1), (1, 2)], "jobs", r"entry\[1, 2\]: expected one after \[2, 1\]"),
        ([(1, 1), ("x", 1)], "jobs", r"entry\['x', 1\]: expected one after \[1, 1\]"),
    ],
)
def test_rows_that_are_not_in_order(
    path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[Any], ask: str, problem: str
) -> None:
    """They end the reading: else it might never end, or tell of a part only."""
    with JournalReader(path) as reader:
        monkeypatch.setattr(reader._reading, "rows", lambda *_: iter(rows))  # noqa: SLF001
        with pytest.raises(JournalDamagedError, match=problem):
            list(getattr(reader, ask)())


def test_entries_of_another_job(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the key of a table that is out of order."""
    with JournalReader(path) as reader:
        key, rows = next(reader.job_keys()), reader._reading.rows  # noqa: SLF001

        def strange(sql: str, parameters: Any = ()) -> Any:
            found = list(rows(sql, parameters))
            return [(7, *each[1:]) for each in found] if "FROM entry" in sql else found

        monkeypatch.setattr(reader._reading, "rows", strange)  # noqa: SLF001
        with pytest.raises(JournalDamagedError, match=r"entry\[7\]: expected a later place"):
            reader.job(key)


# --- The check ------------------------------------------------------------------------------------


def test_a_check_is_interrupted(path: Path) -> None:
    """Whoever gives up opening does not wait for its end."""
    held, entered = threading.Event(), threading.Event()

    def step() -> int:
        entered.set()
        return int(held.wait(0.05))  # never set: so long it takes from step to step

    connection = connect(str(path), read_only=True)
    assert isinstance(connection, sqlite3.Connection)
    connection.set_progress_handler(step, 1)
    check = integrity.IntegrityCheck(connection)
    assert entered.wait(30)
    check.stop()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        check.problems()


def test_a_check_by_another_kind_of_connection_is_waited_for() -> None:
    """Not every one can be interrupted."""
    ended = threading.Event()

    class Slow:
        def execute(self, sql: str, parameters: Any = (), /) -> Any:
            del sql, parameters
            ended.wait(0.1)  # never set: so long it takes
            return iter(())

        def executemany(self, sql: str, rows: Any, /) -> None:
            raise NotImplementedError

        def close(self) -> None:
            ended.set()

    integrity.IntegrityCheck(Slow()).stop()
    assert ended.is_set()


def test_a_check_that_can_not_be_made_is_an_error(path: Path) -> None:
    """The tracker does not begin, and the file is free."""

    class Failing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql.startswith("PRAGMA integrity_check"):
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, parameters)

    def failing(path: str, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - a `Connect`
        del read_only
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Failing)

    with pytest.raises(JournalError, match="disk I/O error"):
        Tracker(TRAINING_JOB, journal=Journal(path, connect=failing))
    begin(path).close()


def test_a_file_that_nobody_has_seen_whole_stays_unclosed(path: Path) -> None:
    """A journal that no tracker began with says nothing of what a crash left."""
    run(path, "UPDATE journal SET clean = 0")
    for _ in range(2):
        with closing(Journal(path)) as journal:
            assert journal.recovered
    begin(path).close()
    with closing(Journal(path)) as journal:
        assert not journal.recovered


def test_all_ways_are_hardened(path: Path) -> None:
    """What a file's tables define calls no function that is not harmless."""
    with (
        JournalReader(path) as reader,
        closing(Journal(path)) as journal,
        closing(journal._file.reading()) as reading,  # noqa: SLF001 - no public way
    ):
        for connection in (
            reader._reading.connection,  # noqa: SLF001
            journal._file.write,  # noqa: SLF001
            reading,
        ):
            assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
            assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)
    assert MIGRATIONS
    connect_still(str(path)).close()


def test_the_command_lists_problems_a_line_each(path: Path) -> None:
    """Without a control character."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{EVIL}; CREATE TABLE '\x1b[2J' (x)")
    ran = jobstate("history", path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    first, *others, last = ran.stderr.splitlines()
    assert first.endswith("is damaged (2 problems):")
    assert [each[:19] for each in (*others, last)] == ["  - sqlite_schema['"] * 2
    assert all(each.isprintable() for each in (first, *others, last))
