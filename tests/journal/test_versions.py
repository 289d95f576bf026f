"""Journals of every version that was released are read, and older files become newer ones whole.

`tests/journal/files/` has a file of each version, and beside it what it has to say;
`tests/journal/make_journal.py` makes the one of today.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import StatusEntered, Subscription, Tracker
from jobstate.common.times import iso
from jobstate.errors import JournalDamagedError, JournalError
from jobstate.journal import Durability, Journal, JournalReader
from jobstate.journal import snapshot_read as module
from jobstate.journal.connection import connect
from jobstate.journal.database import JournalFile
from jobstate.journal.schema import MIGRATIONS
from jobstate.sagemaker import TRAINING_JOB
from tests.journal.make_journal import JOURNALS, arn_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstate import Event

ORIGINALS = sorted(JOURNALS.glob("*.db"))


@pytest.fixture(params=ORIGINALS, ids=lambda each: each.stem)
def original(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Return a file of some version; nothing that a test does may change it."""
    path: Path = request.param
    before = path.read_bytes()
    yield path
    assert path.read_bytes() == before
    assert sorted(JOURNALS.glob(f"{path.name}*")) == [path]


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    path = tmp_path / "jobs.db"
    shutil.copy(original, path)
    return path


@pytest.fixture
def wanted(original: Path) -> dict[str, Any]:
    """Return what it has to say."""
    found: dict[str, Any] = json.loads(original.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def name_of(arn: str) -> str:
    """Return a job's name."""
    return arn.rpartition("/")[2]


def entry_list(entries: Any) -> list[list[str | None]]:
    """Return entries as the expectations print them."""
    return [
        [each.status, fine(each.start), each.end and fine(each.end), each.message]
        for each in entries
    ]


def fine(time: Any) -> str:
    """Return a time to the microsecond."""
    return str(time.isoformat(timespec="microseconds")).replace("+00:00", "Z")


def stays(events: list[Event]) -> list[list[object]]:
    """Return the stays among events: which job, which stay."""
    return sorted(
        [name_of(each.job.id), each.ordinal] for each in events if isinstance(each, StatusEntered)
    )


# --- Every version ------------------------------------------------------------------------------


def test_there_is_a_file_of_every_version() -> None:
    """A version that nobody kept a file of can't be promised to be read."""
    assert [path.stem for path in ORIGINALS] == [f"v{n + 1}" for n in range(len(MIGRATIONS))]


@pytest.mark.skipif(len(MIGRATIONS) > 1, reason="older files are brought up to date by a tracker")
def test_a_history_reads_it(original: Path, wanted: dict[str, Any]) -> None:
    """Its jobs, their histories, what they came to, how far its listeners are; it leaves no trace.

    It reads the original itself.
    """
    with JournalReader(original, lifecycle=TRAINING_JOB) as history:
        jobs = {name_of(kept.id): kept for kept in history.jobs()}
        positions = {each.name: each for each in history.listeners()}
        for one in wanted["jobs"]:
            kept = jobs.pop(one["name"])
            assert iso(kept.job.created) == one["created"]
            assert kept.modified is not None
            assert fine(kept.modified) == one["modified"]
            assert (kept.status, kept.outcome, kept.final) == (
                one["status"],
                one["outcome"],
                one["final"],
            )
            assert (kept.forgotten is not None) is one["forgotten"]
            assert sorted(kept.broken) == one["breaks"]
            assert entry_list(history.entries(kept.job)) == one["entries"]
        assert jobs == {}
        for name, stays_wanted in wanted["unheard"].items():
            missed = [
                posted.event
                for key in history.job_keys()
                for posted in history.unheard(positions[name], key)
            ]
            assert stays(missed) == stays_wanted
        (parked,) = positions[wanted["parked"]["listener"]].parked
        assert (name_of(parked.job.id), parked.attempts) == (
            wanted["parked"]["job"],
            wanted["parked"]["attempts"],
        )
        assert wanted["parked"]["error"] in parked.error


def test_a_tracker_goes_on_with_it(copy: Path, wanted: dict[str, Any]) -> None:
    """It knows the jobs that were not forgotten, and tells what was not heard."""
    heard: dict[str, list[Event]] = {name: [] for name in wanted["unheard"]}
    listeners = [Subscription(name=name, listener=heard[name].append) for name in heard]
    with Tracker(TRAINING_JOB, journal=Journal(copy), listeners=listeners) as tracker:
        kept = [each for each in wanted["jobs"] if not each["forgotten"]]
        assert len(tracker) == len(kept)
        for one in kept:
            job = tracker[arn_of(one["name"])]
            assert (job.status, job.outcome, job.final) == (
                one["status"],
                one["outcome"],
                one["final"],
            )
            assert entry_list(job.entries) == one["entries"]
        parked = tracker.unpark(wanted["parked"]["listener"])
        assert [name_of(each.id) for each in parked] == [wanted["parked"]["job"]]
    assert {name: stays(each) for name, each in heard.items()} == wanted["unheard"]
    with JournalReader(copy) as history:
        assert all(not each.behind and not each.held for each in history.listeners())


# --- From one version to the next ---------------------------------------------------------------

STEP = "ALTER TABLE job ADD COLUMN colour TEXT;\nUPDATE job SET colour = 'blue';\n"
WRONG = "INSERT INTO nowhere VALUES (1);\n"


def opened(path: Path, *steps: str) -> None:
    """Open a file as a jobstate would that knows some steps more."""
    JournalFile(path, Durability.NORMAL, connect, (*MIGRATIONS, *steps)).let_go()


def content(path: Path) -> list[str]:
    """Return all that is in a database, its version included."""
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return [f"version {version}", *connection.iterdump()]


@pytest.fixture
def today(tmp_path: Path) -> Path:
    """Return a copy of the file of today's version."""
    path = tmp_path / "jobs.db"
    shutil.copy(ORIGINALS[-1], path)
    return path


def test_an_older_file_becomes_a_newer_one(today: Path) -> None:
    """With all that it has, every step of it."""
    more = "ALTER TABLE job ADD COLUMN size INTEGER NOT NULL DEFAULT 3;\n"
    opened(today, STEP, more)
    with closing(sqlite3.connect(today)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 2,)
        found = connection.execute("SELECT DISTINCT colour, size FROM job").fetchall()
        assert found == [("blue", 3)]
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (6,)


def test_a_new_file_takes_every_step(tmp_path: Path) -> None:
    """So it is the same as one that grew with the versions."""
    opened(tmp_path / "new.db", STEP)
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("SELECT colour FROM job").fetchall() == []


def test_a_step_that_fails_leaves_the_file_as_it_was(today: Path) -> None:
    """Also what came before the error, in the same step; the older jobstate goes on with it."""
    before = content(today)
    with pytest.raises(JournalError, match="no such table: nowhere"):
        opened(today, STEP + WRONG)
    assert content(today) == before
    with Tracker(TRAINING_JOB, journal=Journal(today)) as tracker:
        assert len(tracker) == 5


def test_steps_before_one_that_fails_stay(today: Path) -> None:
    """Each is whole: the file is then of the version in between."""
    with pytest.raises(JournalError, match="no such table: nowhere"):
        opened(today, STEP, WRONG)
    assert content(today)[0] == f"version {len(MIGRATIONS) + 1}"
    with pytest.raises(JournalError, match="install a newer jobstate"):
        Journal(today)


def test_a_newer_file_is_refused(today: Path) -> None:
    """By whoever writes and whoever reads along, with the same words; it is left as it was."""
    opened(today, STEP)
    before = content(today)
    said = []
    for open_ in (Journal, JournalReader):
        with pytest.raises(JournalError) as caught:
            open_(today)
        said.append(str(caught.value))
    known = len(MIGRATIONS)
    text = f"is of version {known + 1}, and this jobstate knows versions up to {known}"
    assert said == [f"the journal {str(today)!r} {text}; install a newer jobstate"] * 2
    assert content(today) == before


def test_an_older_file_is_not_read_along(today: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a tracker brings it up to date, which is what the error says."""
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, STEP))
    with pytest.raises(JournalError, match="open it once with a tracker, which brings it up"):
        JournalReader(today)


# --- What is none -------------------------------------------------------------------------------


def other(path: Path) -> None:
    """Write the database of something else."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE job (id INTEGER)")


def text(path: Path) -> None:
    """Write no database at all."""
    path.write_text('{"TrainingJobName": "tide"}\n' * 99, encoding="utf-8")


def without_its_row(path: Path) -> None:
    """Write a journal that does not say what it is."""
    with closing(sqlite3.connect(shutil.copy(ORIGINALS[-1], path))) as connection:
        connection.execute("DELETE FROM journal")
        connection.commit()


@pytest.mark.parametrize(
    ("write", "kind", "words"),
    [
        (other, JournalError, "is the database of something else; name another file"),
        (text, JournalError, "can't be used: file is not a database; name another file, or mend"),
        (without_its_row, JournalDamagedError, "is damaged: it has no row that says what it is"),
    ],
)
def test_what_is_no_journal(tmp_path: Path, write: Any, kind: type[Exception], words: str) -> None:
    """Whoever writes and whoever reads along refuse it with the same error and words."""
    path = tmp_path / "jobs.db"
    write(path)
    before = path.read_bytes()
    said = set()
    for open_ in (JournalReader, Journal):
        with pytest.raises(kind, match=words) as caught:
            open_(path)
        assert type(caught.value) is kind
        said.add(str(caught.value))
        assert path.read_bytes() == before or open_ is Journal
    assert len(said) == 1
