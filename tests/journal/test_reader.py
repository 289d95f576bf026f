"""`JournalReader`: a journal is read along, whatever goes on, and without a trace."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobstate import Event, JobKey, Outcome, Retry, StatusChanged, Subscription, Tracker
from jobstate.batch import BATCH_JOB
from jobstate.diagrams import Census, fleet, picture
from jobstate.errors import JournalDamagedError, JournalError, UnknownJobError
from jobstate.journal import Journal, JournalReader
from jobstate.journal.acknowledgements import Acknowledgements
from jobstate.sagemaker import TRAINING_JOB
from jobstate.sagemaker.training_job.writer import WRITER
from jobstate.testing import lives, polls
from tests.support.command import ANSWERS, BROKEN, item
from tests.support.series import ARN, SERIES, answers, renamed, whole
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    return tmp_path / "jobs.db"


def tracker_on(path: Path, *listeners: Subscription, **more: Any) -> Tracker:
    """Return a tracker with a journal that does not wait for the disk."""
    journal = Journal(path, durability="normal", **more)
    return Tracker(TRAINING_JOB, journal=journal, listeners=listeners, clock=lambda: NOON)


def written(path: Path, *polls: Any, **more: Any) -> Path:
    """Return the path of a journal that was closed, with some answers observed into it."""
    with tracker_on(path, **more) as tracker:
        for poll in polls or SERIES:
            tracker.observe_all([poll])
    return path


def beside(path: Path) -> set[str]:
    """Return the files of a folder, but those that only trackers make."""
    return {each.name for each in path.parent.iterdir()} - {"jobs.db-lock", "jobs.db-acks"}


def crashed(path: Path, to: Path) -> Path:
    """Return a copy of a journal as a crash leaves it: with its log, without the log's index."""
    to.mkdir()
    for name in ("jobs.db", "jobs.db-wal"):
        shutil.copy(path.with_name(name), to / name)
    return to / "jobs.db"


# --- What it gives ------------------------------------------------------------------------------


def test_the_events_are_those_that_were_told(path: Path) -> None:
    """In order, numbered from 1 on; after a number, of a job, or both."""
    other = renamed(SERIES[-1], 2)
    written(path, *SERIES, other)
    told = whole(*SERIES, other)
    with JournalReader(path) as history:
        assert [posted.event for posted in history.events()] == told
        assert [posted.number for posted in history.events()] == list(range(1, len(told) + 1))
        assert [posted.event for posted in history.events(after=3)] == told[3:]
        key = told[-1].job
        mine = [event for event in told if event.job == key]
        assert [posted.event for posted in history.events(job=key)] == mine
        assert [posted.event for posted in history.events(len(told) - 1, key)] == told[-1:]
        assert history.newest == len(told)


def test_every_kind_of_event_comes_back(path: Path) -> None:
    """Violations and unmodelled statuses too, equal to what was told."""
    odd = [item("odd", "InProgress", "Hibernating"), *answers("broken/illegal-step.json")]
    written(path, *odd)
    with JournalReader(path) as history:
        events = [posted.event for posted in history.events()]
    assert events == whole(*odd)
    assert {event.kind for event in events} == {
        *("status-entered", "status-changed", "violation", "unmodelled"),
    }


def test_a_job_without_its_life_cycle(path: Path) -> None:
    """Where it stands is told in words; what that means is not known."""
    written(path)
    with JournalReader(path) as history:
        (kept,) = history.jobs()
        assert (kept.id, kept.status, kept.outcome, kept.final) == (
            ARN,
            "Completed/Completed",
            None,
            None,
        )
        assert history.kinds == {TRAINING_JOB.name: TRAINING_JOB.version}
        assert len(history) == 1
        assert repr(history) == f"<JournalReader {str(path)!r}>"
        assert list(history.job_keys()) == [kept.job]
        assert history.job(kept.job) == kept
        assert [each.status for each in history.entries(kept.job)] == [
            each["Status"] for each in SERIES[-1]["SecondaryStatusTransitions"]
        ]


def test_a_job_with_its_life_cycle(path: Path) -> None:
    """All that a tracker knows of it is there."""
    written(path)
    with tracker_on(path) as tracker, JournalReader(path, lifecycle=TRAINING_JOB) as history:
        (kept,) = history.jobs()
        known = tracker[ARN]
        assert (kept.status, kept.outcome, kept.final) == (known.status, Outcome.SUCCEEDED, True)
        assert kept.tracked is not None
        assert (kept.tracked.since, kept.modified) == (known.since, known.modified)


@pytest.mark.parametrize(
    ("primary", "words"),
    [
        ("Completed", "Completed/Completed"),
        ("Stopped", "Stopped"),
        ("InProgress", "InProgress"),
        ("Hibernating", "InProgress/Starting or InProgress/Downloading or InProgress/Training or "),
    ],
)
def test_statuses_in_words(path: Path, primary: str, words: str) -> None:
    """A state, what all possible ones have in common, or the first few of them."""
    written(path, item("tide", primary))
    with JournalReader(path) as history:
        (kept,) = history.jobs()
        assert kept.status.startswith(words)
        assert ("more" in kept.status) is (primary == "Hibernating")


def test_secondary_statuses_in_common() -> None:
    """States of which only the secondary status is known are called by it."""
    from jobstate.journal.records import status_of  # noqa: PLC0415

    assert status_of(("InProgress/Training", "Stopping/Training")) == "Training"
    assert status_of(("Sent", "Lost")) == "Sent or Lost"
    assert status_of(()) == "unknown"


def test_a_kind_without_histories(path: Path) -> None:
    """What was found of a job is told again where no answer of its kind has a history."""
    placed = {"jobId": "tide", "jobName": "tide", "createdAt": 1_790_000_000_000}
    statuses = ("RUNNABLE", "STARTING", "RUNNING")
    with Tracker(BATCH_JOB, journal=Journal(path, durability="normal")) as tracker:
        for status in statuses:
            tracker.observe({**placed, "status": status})
    with JournalReader(path, lifecycle=BATCH_JOB) as history:
        (told,) = history.observations()
    shown = [each.shown["job"].primary for each in told]
    assert tuple(dict.fromkeys(shown)) == statuses


def test_another_life_cycle(path: Path) -> None:
    """The jobs of one that is not at hand are told in words; answers can't be made of them."""
    with Tracker(PARCELS, journal=Journal(path, durability="normal")) as tracker:
        tracker.observe(parcel("packed"))
    with JournalReader(path, lifecycle=TRAINING_JOB) as history:
        (kept,) = history.jobs()
        assert (kept.status, kept.outcome) == ("packed", None)
        with pytest.raises(JournalError, match=r"live by 'parcel', not 'sagemaker-training-job'"):
            next(history.observations())
    with JournalReader(path) as history, pytest.raises(ValueError, match="takes a life cycle"):
        next(history.observations())


def test_what_a_life_cycle_has_no_words_for(path: Path) -> None:
    """A job that it can't read is told in words, as without it."""
    written(path)
    smaller = TRAINING_JOB.evolve(drop_states=["Completed/Completed", "Deleting/Completed"])
    with JournalReader(path, lifecycle=smaller) as history:
        (kept,) = history.jobs()
        assert (kept.status, kept.outcome) == ("Completed/Completed", None)
        assert history.observations_of(kept)[-1].entries == kept.entries


def test_what_a_job_broke(path: Path) -> None:
    """How many violations of which rule; unmodelled statuses are none."""
    written(path, *answers("broken/illegal-step.json"), item("odd", "InProgress", "Hibernating"))
    with JournalReader(path) as history:
        step, odd = history.jobs()
        assert (dict(step.broken), dict(odd.broken), step.suppressed) == (
            {"illegal-transition": 1},
            {},
            0,
        )


def test_forgotten_jobs_are_there_as_long_as_the_file_has_them(path: Path) -> None:
    """With the time; one that is heard of again is the later one."""
    with tracker_on(path, keep=timedelta(days=1), clock=lambda: NOON) as tracker:
        tracker.observe(SERIES[0])
        forgotten = tracker.forget(ARN).key
        with JournalReader(path) as history:
            assert history.job(forgotten).forgotten == NOON
        tracker.observe(SERIES[0])
    with JournalReader(path) as history:
        assert [kept.forgotten for kept in history.jobs()] == [NOON, None]
        assert history.job(forgotten).forgotten is None


def test_a_job_that_is_not_there(path: Path) -> None:
    """A `KeyError`, as of a tracker."""
    written(path)
    with JournalReader(path) as history, pytest.raises(UnknownJobError, match="among the 1 that"):
        history.job(JobKey("sagemaker-training-job", "arn:none", NOON))


# --- Listeners ----------------------------------------------------------------------------------


def hear(event: Event) -> None:
    """Hear of an event."""
    del event


def refuse(event: Event) -> None:
    """Fail at every change."""
    if event.kind == StatusChanged.kind:
        raise RuntimeError("no answer")


def test_how_far_listeners_are(path: Path) -> None:
    """Each by name: behind by how many, what it failed at, and what it has not heard."""
    first = (
        Subscription(name="books", listener=hear),
        Subscription(name="pager", listener=refuse, retry=Retry(attempts=2, first=TICK)),
        Subscription(name="digest", listener=hear),
    )
    with tracker_on(path, *first) as tracker:
        tracker.observe(SERIES[0])
    with tracker_on(path, *first[:2]) as tracker:
        for poll in SERIES[1:]:
            tracker.observe(poll)
    total = len(whole())
    with JournalReader(path) as history:
        books, digest, pager = history.listeners()
        (key,) = history.job_keys()
        assert [books.name, books.behind, books.held] == ["books", 0, ()]
        assert [digest.behind, digest.cursor] == [total - 2, 2]
        assert [pager.behind, pager.retrying] == [0, ()]
        (parked,) = pager.parked
        assert (parked.job, parked.first, parked.waiting) == (key, 2, total - 1)
        assert (parked.attempts, parked.parked) == (2, NOON)
        assert "no answer" in parked.error
        assert history.unheard(books, key) == []
        heard = list(history.events())
        assert history.unheard(digest, key) == heard[2:]
        assert history.unheard(pager, key) == heard[1:]


TICK = timedelta(microseconds=1)


def test_what_is_only_acknowledged_is_heard_too(path: Path) -> None:
    """A tracker says what listeners have heard before the file says so for good."""
    written(path, SERIES[0])
    with tracker_on(path, Subscription(name="books", listener=hear)) as tracker:
        tracker.observe(SERIES[-1])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE listener SET cursor = 2")
        connection.commit()
        (identity,) = connection.execute("SELECT file FROM journal").fetchone()
        (number,) = connection.execute("SELECT id FROM listener").fetchone()
    acks = path.with_name("jobs.db-acks")
    for heard in (0, 4):
        acks.unlink(missing_ok=True)
        said = Acknowledgements(acks, identity)
        for shard in range(64):
            said.write(number, shard, heard, 0)
        said.close()
        with JournalReader(path) as history:
            (books,) = history.listeners()
            (key,) = history.job_keys()
            missed = [posted.number for posted in history.unheard(books, key)]
            assert missed == list(range(max(heard, 2) + 1, history.newest + 1))
            assert books.behind == len(missed)


def test_nothing_is_made_for_acknowledgements(path: Path) -> None:
    """Where their file is missing, what the journal says itself counts."""
    written(path, SERIES[0])
    path.with_name("jobs.db-acks").unlink()
    with JournalReader(path) as history:
        assert history.listeners() == []
    assert not path.with_name("jobs.db-acks").exists()


# --- One moment ---------------------------------------------------------------------------------


def test_it_is_one_moment(path: Path) -> None:
    """What a tracker writes later is not in it, also where reading has begun already."""
    with tracker_on(path) as tracker:
        tracker.observe(SERIES[0])
        with JournalReader(path) as history:
            events = history.events()
            first = next(events)
            for poll in SERIES[1:]:
                tracker.observe(poll)
            tracker.observe(renamed(SERIES[0], 2))
            assert [first, *events] == list(history.events())
            assert (len(history), history.newest) == (1, 2)
            assert not history.clean
        with JournalReader(path) as history:
            assert (len(history), history.newest) == (2, len(whole()) + 2)


def test_a_tracker_can_begin_and_end_meanwhile(path: Path) -> None:
    """Reading takes no lock."""
    written(path, SERIES[0])
    with JournalReader(path), tracker_on(path) as tracker:
        tracker.observe(SERIES[1])
    with JournalReader(path) as history:
        assert history.clean


def test_a_tracker_that_ends_before_its_reader(path: Path) -> None:
    """Its log stays, for the reader needs it, and whoever comes next reads and writes on."""
    tracker = tracker_on(path)
    tracker.observe(SERIES[0])
    with JournalReader(path) as history:
        tracker.observe(SERIES[-1])
        tracker.close()
        assert history.newest == 2
        assert len(list(history.events())) == 2
    with JournalReader(path) as history:
        assert history.clean
        assert len(list(history.events())) == history.newest == len(whole(SERIES[0], SERIES[-1]))
    with tracker_on(path) as tracker:
        assert tracker[ARN].final


def test_a_closed_file_that_is_written_to_meanwhile(path: Path) -> None:
    """What was read of it is not believed: it may be half of the old and half of the new."""
    written(path, SERIES[0])
    with JournalReader(path) as history:
        written(path, *SERIES[1:])
        with pytest.raises(JournalError, match="was written to while it was read; read it again"):
            list(history.events())
        path.unlink()
        with pytest.raises(JournalError, match="can't be opened"):
            list(history.events())


@pytest.mark.once
def test_reading_streams(path: Path) -> None:
    """However many events there are, few are in memory at once."""
    with tracker_on(path) as tracker:
        tracker.observe_all([renamed(SERIES[-1], number) for number in range(300)])
    with JournalReader(path) as history:
        read = most = 0
        before = _alive()
        for posted in history.events():
            read += 1
            if posted.number % 300 == 0:
                most = max(most, _alive() - before)
    assert read == 300 * 6
    assert most < 100


def _alive() -> int:
    """Return how many events there are in this process."""
    gc.collect()
    return sum(type(each).__name__ == "StatusEntered" for each in gc.get_objects())


def test_it_may_be_left_in_the_middle(path: Path) -> None:
    """Closing it twice, or before all is read, does no harm."""
    written(path)
    history = JournalReader(path)
    events = history.events()
    next(events)
    history.close()
    history.close()
    with pytest.raises(JournalError, match="can't be used"):
        next(events)


# --- Without a trace ----------------------------------------------------------------------------


def test_a_closed_journal_is_read_without_a_trace(path: Path) -> None:
    """Nothing is made beside it, and not a byte of it changes."""
    written(path)
    before = path.read_bytes()
    with JournalReader(path, lifecycle=TRAINING_JOB) as history:
        assert len(list(history.jobs())) == 1
        assert beside(path) == {"jobs.db"}
    assert beside(path) == {"jobs.db"}
    assert path.read_bytes() == before


def test_what_a_crash_left_is_read(path: Path, tmp_path: Path) -> None:
    """What was committed is in the log only; neither the file nor the log is touched."""
    with tracker_on(path) as tracker:
        for poll in SERIES:
            tracker.observe(poll)
        left = crashed(path, tmp_path / "left")
    before = {each.name: each.read_bytes() for each in left.parent.iterdir()}
    with JournalReader(left) as history:
        assert [posted.event for posted in history.events()] == whole()
        assert not history.clean
    assert {name: (left.parent / name).read_bytes() for name in before} == before
    with tracker_on(left) as tracker:
        assert tracker[ARN].final


def test_an_empty_log(path: Path) -> None:
    """It says nothing: the file has all, and is read as one that was closed."""
    written(path)
    path.with_name("jobs.db-wal").touch()
    with JournalReader(path) as history:
        assert history.newest == len(whole())
    assert beside(path) == {"jobs.db", "jobs.db-wal"}


PROGRAM = """
import sys
from jobstate.errors import JournalError
from jobstate.journal import JournalReader
try:
    with JournalReader(sys.argv[1]) as history:
        print(sum(1 for _ in history.events()))
except JournalError as error:
    print(error.problem)
"""


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is made one in which nothing can be written."""
    folder = tmp_path / "locked"
    yield folder
    folder.chmod(0o755)


def read_in(folder: Path) -> str:
    """Return what is read of a journal in a folder in which nothing can be written, even by root.

    Where there is no way to be bound by that, skip the test.
    """
    folder.chmod(0o555)
    command = [sys.executable, "-c", PROGRAM, str(folder / "jobs.db")]
    if os.access(folder, os.W_OK):
        if (setpriv := shutil.which("setpriv")) is None:
            pytest.skip("nothing binds this user")
        command[:0] = [setpriv, "--bounding-set", "-dac_override,-dac_read_search"]
    before = sorted(each.name for each in folder.iterdir())
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert sorted(each.name for each in folder.iterdir()) == before
    return ran.stdout.strip()


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("log", [None, b""], ids=["no log", "an empty log"])
def test_a_closed_journal_in_a_read_only_folder(
    path: Path, locked: Path, log: bytes | None
) -> None:
    """It is read as anywhere else."""
    locked.mkdir()
    shutil.copy(written(path), locked)
    if log is not None:
        (locked / "jobs.db-wal").write_bytes(log)
    assert read_in(locked) == str(len(whole()))


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("index", [True, False], ids=["with its index", "without its index"])
def test_what_a_crash_left_in_a_read_only_folder(path: Path, locked: Path, *, index: bool) -> None:
    """With the log's index it can be read; without it, the error says what to do."""
    with tracker_on(path) as tracker:
        for poll in SERIES:
            tracker.observe(poll)
        crashed(path, locked)
        if index:
            shutil.copy(path.with_name("jobs.db-shm"), locked)
    problem = "was not closed, and its log can't be read where nothing can be written"
    assert read_in(locked) == (str(len(whole())) if index else problem)


# --- What can't be read -------------------------------------------------------------------------


def test_no_file_at_all(path: Path) -> None:
    """It is not made."""
    with pytest.raises(JournalError, match="can't be opened: No such file or directory; see that"):
        JournalReader(path)
    assert beside(path) == set()


def test_no_plain_file(path: Path) -> None:
    """A folder, say."""
    path.mkdir()
    with pytest.raises(JournalError, match="is no file; name the journal's file"):
        JournalReader(path)


def test_an_empty_file(path: Path) -> None:
    """No tracker has begun with it."""
    path.touch()
    with pytest.raises(JournalError, match="has nothing in it; see that a tracker has begun"):
        JournalReader(path)
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (b"", "can't be opened: unable to open database file; see that it is there"),
        (b"news", "its log can't be read where nothing can be written; copy it, with all files"),
    ],
)
def test_a_file_that_can_not_be_opened(
    path: Path, monkeypatch: pytest.MonkeyPatch, log: bytes, words: str
) -> None:
    """SQLite's own words say why, unless we know better."""
    written(path).with_name("jobs.db-wal").write_bytes(log)

    def refused(*_: object, **__: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    monkeypatch.setattr("jobstate.journal.snapshot_read.connect_still", refused)
    monkeypatch.setattr("jobstate.journal.snapshot_read.connect", refused)
    with pytest.raises(JournalError, match=words):
        JournalReader(path)


def spoiled(path: Path, sql: str) -> None:
    """Change what is written in a journal."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()


def numbers_before(path: Path, words: str) -> list[int]:
    """Return the numbers of the events that are read before an error."""
    read: list[int] = []
    with JournalReader(path) as history:
        numbers = (posted.number for posted in history.events())
        with pytest.raises(JournalDamagedError, match=words):
            read.extend(numbers)
    return read


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE event SET body = '{}' WHERE number = 3", r"event\[3\].body.ordinal: expected a w"),
        (
            "UPDATE event SET body = '{' WHERE number = 3",
            r"event\[3\].body: expected an object, got",
        ),
        ("UPDATE event SET kind = 'news' WHERE number = 3", r"event\[3\].kind: expected status-en"),
    ],
)
def test_an_event_that_is_none(path: Path, sql: str, words: str) -> None:
    """Those before it are given, then the error names it; other jobs' can be read."""
    written(path)
    spoiled(path, sql)
    read = numbers_before(path, words)
    assert read == [1, 2]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE estimate SET words = 'Training'", "estimates: expected an object, got 'Training'"),
        ("UPDATE estimate SET words = '[]'", r"estimates: expected an object, got \[\]"),
        ("DELETE FROM estimate", "estimates: expected the number of something that is known"),
        ("UPDATE job SET reported = '[1]'", r"reported: expected an object, got \[1\]"),
        ("UPDATE job SET modified = 9223372036854775807", "modified: expected a time in microsec"),
    ],
)
def test_a_job_that_can_not_be_read(path: Path, sql: str, words: str) -> None:
    """The error names it, with the life cycle at hand or without; its events can be read."""
    written(path)
    spoiled(path, sql)
    for lifecycle in (None, TRAINING_JOB):
        with JournalReader(path, lifecycle=lifecycle) as history:
            with pytest.raises(JournalDamagedError, match=rf"job\[1\]\.{words}"):
                list(history.jobs())
            assert len(list(history.events())) == len(whole())


def test_pages_that_are_damaged(path: Path) -> None:
    """What can be read is given, then the error says that the file is damaged."""
    with tracker_on(path) as tracker:
        tracker.observe_all([renamed(SERIES[-1], number) for number in range(200)])
    data = bytearray(path.read_bytes())
    middle = len(data) // 4096 // 2 * 4096
    data[middle : middle + 20 * 4096] = b"\xa5" * (20 * 4096)
    path.write_bytes(data)
    read = numbers_before(path, "malformed")
    assert read == list(range(1, len(read) + 1))


# --- As answers ---------------------------------------------------------------------------------

FILES = sorted(ANSWERS.glob("*.json*")) + sorted(
    each for each in BROKEN.glob("*.json*") if each.stem != "unreadable"
)


def loaded(file: Path) -> list[Any]:
    """Return the answers in a file."""
    text = file.read_text(encoding="utf-8")
    return [json.loads(one) for one in (text.splitlines() if file.suffix == ".jsonl" else [text])]


def counted(*answers: Any) -> Census:
    """Return the census of answers."""
    census = Census(TRAINING_JOB)
    census.add_jobs(answers)
    return census


def counted_in(path: Path) -> Census:
    """Return the census of a journal."""
    census = Census(TRAINING_JOB)
    with JournalReader(path, lifecycle=TRAINING_JOB) as history:
        for seen in history.observations():
            census.add(seen)
    return census


def drawn(census: Census) -> str:
    """Return the picture of a census."""
    return picture(TRAINING_JOB, overlay=fleet(TRAINING_JOB, census))


#: A journal keeps of a pair that is none what it is read as: its primary status.
PAIR = "illegal-pair"
KEPT_WHOLE = [each for each in FILES if each.stem != PAIR]


@pytest.mark.parametrize("file", KEPT_WHOLE, ids=lambda each: each.stem)
def test_a_job_of_a_journal_is_counted_as_its_answers_are(path: Path, file: Path) -> None:
    """The picture is the same, also of what can't be true."""
    found = loaded(file)
    assert drawn(counted_in(written(path, *found))) == drawn(counted(*found))


def test_a_fleet_of_a_journal_is_counted_as_its_answers_are(path: Path) -> None:
    """All examples in one file."""
    found = [answer for file in KEPT_WHOLE for answer in loaded(file)]
    assert drawn(counted_in(written(path, *found))) == drawn(counted(*found))


def test_a_pair_that_is_none_is_counted_as_what_it_is_read_as(path: Path) -> None:
    """From answers it says what they say; from a journal what is certain of that, and no more."""
    (found,) = (loaded(file) for file in FILES if file.stem == PAIR)
    of_answers, of_journal = drawn(counted(*found)), drawn(counted_in(written(path, *found)))
    assert ">InProgress/Completed<" in of_answers
    assert ">InProgress<" in of_journal
    assert "InProgress/" not in of_journal


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("form", WRITER.forms)
@given(data=st.data())
def test_lives_are_counted_as_their_answers_are(path: Path, form: str, data: Any) -> None:
    """Any life that is polled in one form, with gaps and repetitions: the counts are the same."""
    life = data.draw(lives())
    found = [said for _, said in data.draw(polls(life, forms=[form], late=False))]
    for each in path.parent.iterdir():
        each.unlink()
    if not found:
        return
    mine, theirs = counted_in(written(path, *found)), counted(*found)
    for what in ("jobs", "without_history", "moves", "guessed", "broken", "time", "ends", "ended"):
        assert getattr(mine, what) == getattr(theirs, what), what


def test_a_history_that_brought_no_change(path: Path) -> None:
    """A list item, then the history that leads there, then a list item that goes beyond it."""
    told = SERIES[2]["SecondaryStatusTransitions"]
    name = {"name": "lighthouse-2026-10-16"}
    thin = {key: SERIES[2][key] for key in ("TrainingJobArn", "CreationTime", "LastModifiedTime")}
    first = {**item(**name, primary="InProgress", secondary="Training"), **thin}
    later = {**SERIES[2], **item(**name, primary="Completed", secondary="Completed"), **thin}
    del later["SecondaryStatusTransitions"]
    found = [first, SERIES[2], later]
    assert told[-1]["Status"] == "Training"
    assert drawn(counted_in(written(path, *found))) == drawn(counted(*found))
