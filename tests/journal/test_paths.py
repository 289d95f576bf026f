"""Paths: a journal is one file with one lock, by whatever way one comes to it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobstate import Event, Subscription, Tracker
from jobstate.errors import JournalError, JournalInUseError, JournalWriteError
from jobstate.journal import Journal, JournalReader, connection
from jobstate.journal.place import make
from jobstate.sagemaker import TRAINING_JOB
from tests.campaigns.races import KINDS, races
from tests.support.command import jobstate
from tests.support.series import ARN, SERIES, renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

needs_posix = pytest.mark.skipif(
    os.name != "posix", reason="Windows deletes and renames no open file, and has no such modes"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    (tmp_path / "inner").mkdir()
    return (tmp_path / "inner" / "jobs.db").resolve()


@pytest.fixture(params=sorted(KINDS))
def way(request: pytest.FixtureRequest, path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Go to a folder, and return a path from there."""
    try:
        folder, given = KINDS[request.param](path)
    except OSError as error:  # pragma: no cover - Windows, by its settings
        pytest.skip(f"no symbolic links: {error}")
    monkeypatch.chdir(folder)
    return given


@pytest.fixture
def tracker(path: Path) -> Iterator[Tracker]:
    """Return one with a journal; it need not be possible to close it."""
    made = Tracker(TRAINING_JOB, journal=Journal(path))
    made.observe(SERIES[0])
    yield made
    with suppress(JournalWriteError):
        made.close()


def arns(path: str | Path) -> set[str]:
    """Return whose jobs a journal has."""
    with JournalReader(path) as reader:
        return {key.id for key in reader.job_keys()}


# --- One file -----------------------------------------------------------------------------------


def test_by_any_path_it_is_the_same_file(path: Path, way: str, tmp_path: Path) -> None:
    """Its side files stand beside it, and it stays so when the program goes elsewhere."""
    journal = Journal(way)
    assert journal.path == path
    heard: list[Event] = []
    os.chdir(tmp_path.parent)
    listener = Subscription(name="late", listener=heard.append)
    with Tracker(TRAINING_JOB, journal=journal) as tracker:
        tracker.observe(SERIES[0])
        tracker.add_listener(listener)
        assert journal._writer is not None  # noqa: SLF001 - what a commit that fails leaves
        journal._writer._in_doubt = True  # noqa: SLF001
        tracker.observe(renamed(SERIES[-1], 1))
        names = {each.name for each in path.parent.iterdir()}
        assert names == {"jobs.db", *(f"jobs.db-{end}" for end in ("wal", "shm", "lock", "acks"))}
    assert heard
    assert arns(path) == {ARN, f"{ARN}-1"}


def test_by_any_path_a_second_writer_is_refused(tracker: Tracker, way: str) -> None:
    """Whichever came first."""
    with pytest.raises(JournalInUseError, match="is written to by another tracker"):
        Journal(way)
    tracker.close()
    with closing(Journal(way)), pytest.raises(JournalInUseError):
        Journal(tracker_path(tracker))


def tracker_path(tracker: Tracker) -> Path:
    """Return where a tracker's journal is."""
    journal = tracker._store.journal  # noqa: SLF001 - nobody else needs to know
    assert isinstance(journal, Journal)
    return journal.path


def test_by_any_path_readers_see_what_is_written(tracker: Tracker, way: str) -> None:
    """Also what has not been moved from the log into the file."""
    tracker.observe(renamed(SERIES[-1], 1))
    assert arns(way) == {ARN, f"{ARN}-1"}
    assert "2 jobs" in jobstate("history", way).stdout


@pytest.mark.parametrize(
    "name", ["a?b=c#d%41.db", "file:z.db", ":memory:", "&mode=memory", "-o.db"]
)
def test_a_name_means_itself(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it means to SQLite."""
    if os.name != "posix":  # pragma: no cover - elsewhere
        pytest.skip("Windows has no such names")
    monkeypatch.chdir(tmp_path)
    Journal(name).close()
    assert (tmp_path / name).stat().st_size
    with JournalReader(name) as reader:
        assert reader.clean


@needs_posix
def test_a_name_need_not_be_text(tmp_path: Path) -> None:
    """What the system has is what it is."""
    path = tmp_path / os.fsdecode(b"jobs-\xff.db")
    try:
        path.touch()
    except OSError as error:  # pragma: no cover - macOS
        pytest.skip(f"no such names: {error}")
    Journal(path).close()
    assert path.stat().st_size


@pytest.mark.parametrize("name", ["nul\0.db", ".", "loop.db", "\ud800.db"])
def test_what_is_no_file_s_path_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For readers and writers, with the path, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    if name == "loop.db":
        try:
            (tmp_path / name).symlink_to(tmp_path / name)
        except OSError as error:  # pragma: no cover - Windows, by its settings
            pytest.skip(f"no symbolic links: {error}")
    before = set(tmp_path.iterdir())
    for open_it in (Journal, JournalReader):
        with pytest.raises(JournalError, match=r"can't be opened|is no file"):
            open_it(name)
    assert set(tmp_path.iterdir()) == before


def test_hard_links_are_refused(path: Path) -> None:
    """By either name, for writers and readers: a log stands beside one of the names only."""
    Journal(path).close()
    second = path.with_name("second.db")
    os.link(path, second)
    for each in (path, second):
        for open_it in (Journal, JournalReader):
            with pytest.raises(JournalError, match="has 2 names"):
                open_it(each)
    assert jobstate("history", str(second)).exit_code == 2
    second.unlink()
    assert arns(path) == set()


def test_a_folder_that_is_gone_is_no_place_for_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, not raised as it comes."""

    def gone(_path: object) -> str:
        raise FileNotFoundError("No such file or directory")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "realpath", gone)
    with pytest.raises(JournalError, match="can't be opened: No such file"):
        Journal("jobs.db")


# --- One lock -----------------------------------------------------------------------------------


@needs_posix
def test_a_deleted_lock_file_lets_nobody_in(tracker: Tracker, path: Path) -> None:
    """Nor twice: who was refused leaves none behind; and the first one goes on."""
    lock = path.with_name("jobs.db-lock")
    lock.unlink()
    for _ in range(2):
        with pytest.raises(JournalInUseError, match="its lock file was deleted"):
            Journal(path)
        assert not lock.exists()
    tracker.observe(renamed(SERIES[-1], 1))
    tracker.close()
    Journal(path).close()
    assert arns(path) == {ARN, f"{ARN}-1"}


@needs_posix
def test_whose_lock_another_has_writes_no_more(tracker: Tracker, path: Path) -> None:
    """However that came about: it may be that the other has begun."""
    path.with_name("jobs.db-lock").unlink()
    lock = connection.Lock(path)
    try:
        with pytest.raises(JournalWriteError, match="its lock file was replaced"):
            tracker.observe(renamed(SERIES[-1], 1))
        assert arns(path) == {ARN}
    finally:
        lock.withdraw()
        lock.release()
    tracker.close()  # what had been taken is written now
    assert arns(path) == {ARN, f"{ARN}-1"}


@needs_posix
@pytest.mark.parametrize("moment", ["before it is locked", "before it is seen", "meanwhile"])
def test_a_lock_file_that_goes_while_it_is_locked(
    moment: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is locked then keeps nobody away: it is as if another tracker had it."""
    lock, connect = path.with_name("jobs.db-lock"), sqlite3.connect

    def made(of: Path) -> bool:
        new = make(of)
        lock.unlink()
        return new

    def connected(*args: object, **options: object) -> sqlite3.Connection:
        if moment == "before it is locked":
            lock.unlink()
        found: sqlite3.Connection = connect(*args, **options)  # type: ignore[call-overload]
        if moment == "meanwhile":
            found.execute("BEGIN IMMEDIATE")
            found.execute("ROLLBACK")
            lock.unlink()
            lock.touch()
        return found

    if moment == "before it is seen":
        monkeypatch.setattr(connection, "make", made)
    else:
        monkeypatch.setattr(sqlite3, "connect", connected)
    with pytest.raises(JournalInUseError, match="is written to by another tracker"):
        connection.Lock(path)


@needs_posix
def test_a_lock_file_replaced_before_the_file_is_in_use(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then another may have begun that could not see it."""
    monkeypatch.setattr(connection.Lock, "replaced", True)
    with pytest.raises(JournalInUseError, match="is written to by another tracker"):
        Journal(path)


@needs_posix
def test_after_a_crash_a_missing_lock_file_is_made_anew(path: Path, tracker: Tracker) -> None:
    """Nobody has the copy open, so nobody writes to it."""
    copy = path.with_name("copy.db")
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{copy}{end}")
    journal = Journal(copy)
    assert journal.recovered
    journal.close()
    assert arns(copy) == {ARN}
    assert arns(tracker_path(tracker)) == {ARN}


def test_what_is_damaged_is_said_to_be_without_a_lock_file_too(path: Path) -> None:
    """Looking whether somebody has it open hides nothing."""
    Journal(path).close()
    path.with_name("jobs.db-lock").unlink()

    class Failing(sqlite3.Connection):
        def execute(self, sql: str, *args: object) -> sqlite3.Cursor:
            if "locking_mode" in sql:
                error = sqlite3.DatabaseError("database disk image is malformed")
                error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise error
            return super().execute(sql, *args)  # type: ignore[arg-type]

    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE journal SET clean = 0")

    def connect(of: str, _read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - as declared
        return sqlite3.connect(of, factory=Failing, isolation_level=None)

    with pytest.raises(JournalError, match="is damaged"):
        Journal(path, connect=connect)


_HOLDER = """
import fcntl, sys
files = [open(each, "rb") for each in sys.argv[1:]]
for each in files:
    fcntl.lockf(each, fcntl.LOCK_SH)
print("locked", flush=True)
sys.stdin.read()
"""


@needs_posix
def test_a_foreign_read_lock_keeps_nobody_from_starting(path: Path) -> None:
    """Not on the journal as a whole, nor a reader of SQLite's on it, nor one on the lock file."""
    with Tracker(TRAINING_JOB, journal=Journal(path)) as first:
        first.observe(SERIES[0])
    command = [sys.executable, "-c", _HOLDER, str(path)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder,  # noqa: S603
        closing(sqlite3.connect(path)) as reader,
        closing(sqlite3.connect(path.with_name("jobs.db-lock"))) as beside,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        for each in (reader, beside):
            each.execute("BEGIN")
            each.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
            tracker.observe(renamed(SERIES[-1], 1))
        holder.communicate()
    assert arns(path) == {ARN, f"{ARN}-1"}


def test_of_two_that_race_one_writes(figures: Callable[[str], None]) -> None:
    """By whatever two kinds of path; the campaign has a thousand such races."""
    seed = random.randrange(1 << 32)
    assert races(20, seed, delete=False) == []
    figures(f"20 races, seed {seed}: one writer each")


@needs_posix
def test_races_in_which_the_lock_file_is_deleted(figures: Callable[[str], None]) -> None:
    """Whoever writes then, what was acknowledged is there."""
    seed = random.randrange(1 << 32)
    assert races(10, seed, delete=True) == []
    figures(f"10 races with the lock file deleted, seed {seed}: nothing lost")


# --- While it is open ---------------------------------------------------------------------------


def _delete(path: Path) -> None:
    for each in path.parent.iterdir():
        each.unlink()


def _replace(path: Path) -> None:
    other = path.with_name("other.db")
    Journal(other).close()
    other.replace(path)


def _begin_anew(path: Path) -> None:
    _delete(path)
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(renamed(SERIES[-1], 7))


GONE: dict[str, Callable[[Path], object]] = {
    "deleted": _delete,
    "only it deleted": Path.unlink,
    "renamed": lambda path: path.rename(path.with_name("old.db")),
    "its folder renamed": lambda path: path.parent.rename(path.parent.with_name("old")),
    "replaced": _replace,
    "deleted and begun anew": _begin_anew,
    "its log deleted": lambda path: path.with_name("jobs.db-wal").unlink(),
}


@needs_posix
@pytest.mark.parametrize("how", sorted(GONE))
def test_what_becomes_of_the_file_is_noticed(how: str, tracker: Tracker, path: Path) -> None:
    """The next commit raises, and so does each after it, and closing: nothing is called written."""
    GONE[how](path)
    for _ in range(2):
        with pytest.raises(JournalWriteError, match="deleted, renamed or replaced"):
            tracker.observe(renamed(SERIES[-1], 1))
    assert tracker[f"{ARN}-1"].final  # taken, in memory
    with pytest.raises(JournalWriteError, match="deleted, renamed or replaced"):
        tracker.add_listener(Subscription(name="new", listener=print))
    with pytest.raises(JournalWriteError, match="what raised is not written"):
        tracker.close()
    if path.exists() and how != "its log deleted":  # what that had may be there all the same
        assert f"{ARN}-1" not in arns(path)


@needs_posix
def test_a_file_that_comes_back_is_written_to_again(tracker: Tracker, path: Path) -> None:
    """What had been taken is written first."""
    away = path.with_name("away.db")
    path.rename(away)
    with pytest.raises(JournalWriteError):
        tracker.observe(renamed(SERIES[-1], 1))
    away.rename(path)
    tracker.observe(renamed(SERIES[-1], 2))
    tracker.close()
    assert arns(path) == {ARN, f"{ARN}-1", f"{ARN}-2"}


@needs_posix
def test_a_file_renamed_within_a_commit(
    tracker: Tracker, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took place in a file that nobody finds: that is not called written either."""
    journal = tracker._store.journal  # noqa: SLF001 - no public way to come in between
    assert isinstance(journal, Journal)
    file = journal._file  # noqa: SLF001
    inner, away = file.write, path.with_name("away.db")

    class Renaming:
        def execute(self, sql: str, *args: object) -> object:
            if sql == "COMMIT":
                path.rename(away)
            return inner.execute(sql, *args)  # type: ignore[arg-type]

        def __getattr__(self, name: str) -> object:
            return getattr(inner, name)

    monkeypatch.setattr(file, "write", Renaming())
    with pytest.raises(JournalWriteError, match="deleted, renamed or replaced"):
        tracker.observe(renamed(SERIES[-1], 1))
    away.rename(path)
    tracker.close()
    with JournalReader(path) as reader:
        assert len(reader) == 2


@needs_posix
def test_a_journal_that_is_gone_is_not_closed_in_order(path: Path) -> None:
    """Even if there was nothing to write."""
    journal = Journal(path)
    path.unlink()
    with pytest.raises(JournalWriteError, match="could not be closed in order"):
        journal.close()


# --- Modes --------------------------------------------------------------------------------------


@needs_posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o377])
def test_its_files_are_their_owner_s_alone(umask: int, path: Path) -> None:
    """Whatever the umask says."""
    before = os.umask(umask)
    try:
        with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
            tracker.observe(SERIES[0])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {f"jobs.db{end}": 0o600 for end in ("", "-wal", "-shm", "-lock", "-acks")}


@needs_posix
def test_files_that_are_there_keep_their_modes(path: Path) -> None:
    """Whoever changed them had a reason."""
    Journal(path).close()
    for each in path.parent.iterdir():
        each.chmod(0o640)
    with Tracker(TRAINING_JOB, journal=Journal(path)) as tracker:
        tracker.observe(SERIES[0])
        assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o640}
