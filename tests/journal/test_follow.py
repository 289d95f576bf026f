"""What is said in a journal from now on, for whoever reads along."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from functools import partialmethod
from typing import TYPE_CHECKING

import pytest

from jobstate import Tracker
from jobstate.errors import JournalDamagedError, JournalError, JournalWriteError
from jobstate.journal import Journal, JournalReader, following
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import jobstate
from tests.support.series import SERIES, renamed, whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jobstate import Event

#: Longer than any machine takes that is not stuck.
PATIENCE = 60.0
#: The command, as if nobody had put it in the background, where a shell lets Ctrl-C be ignored.
IN_FRONT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from jobstate.cli import main
main()
"""
MANY = [renamed(answer, number) for number in range(20) for answer in SERIES]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a journal may be."""
    return tmp_path / "jobs.db"


def tracker_on(path: Path) -> Tracker:
    """Return a tracker with a journal that does not wait for the disk."""
    return Tracker(TRAINING_JOB, journal=Journal(path, durability="normal"))


def written(path: Path, *answers: object) -> None:
    """Observe some answers with a tracker that is closed then."""
    with tracker_on(path) as tracker:
        tracker.observe_all(list(answers))


class Follower(threading.Thread):
    """Follows a journal until so many events came."""

    def __init__(self, reader: JournalReader, count: int, after: int | None = None) -> None:
        super().__init__(daemon=True)
        self.events: list[Event] = []
        self.numbers: list[int] = []
        self._reader, self._count, self._after = reader, count, after
        self.start()

    def run(self) -> None:
        """Follow."""
        for number, event in self._reader.follow(self._after, timeout=PATIENCE):
            self.numbers.append(number)
            self.events.append(event)
            if len(self.events) == self._count:
                return

    def heard(self) -> list[Event]:
        """Return what came."""
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.events


def test_events_come_as_they_are_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, each once, from the one on that was the newest; beside one tracker and the next."""
    monkeypatch.setattr(following, "_AT_ONCE", 7)
    monkeypatch.setattr(following, "_BETWEEN_LOOKS", 0.0)
    written(path, SERIES[0])
    told, before = whole(SERIES[0], *MANY), len(whole(SERIES[0]))
    with JournalReader(path) as reader:
        follower = Follower(reader, len(told) - before)
        half = len(MANY) // 2
        for part in (MANY[:half], MANY[half:]):
            with tracker_on(path) as tracker:
                for answer in part:
                    tracker.observe(answer)
        assert follower.heard() == told[before:]
    assert follower.numbers == list(range(before + 1, len(told) + 1))


def test_what_is_there_comes_first(path: Path) -> None:
    """From a number on; then it ends, where nothing is said for as long as asked."""
    written(path, *SERIES)
    told = whole()
    with JournalReader(path) as reader:
        assert [each.event for each in reader.follow(0, timeout=0)] == told
    with JournalReader(path) as reader:
        assert [each.number for each in reader.follow(3, timeout=0)] == list(
            range(4, len(told) + 1)
        )
    with JournalReader(path) as reader:
        assert list(reader.follow(timeout=0)) == []


def test_a_tracker_that_nobody_has_seen_at_work(path: Path) -> None:
    """One that begins and ends between two looks is noticed by the file."""
    written(path, SERIES[0])
    with JournalReader(path) as reader:
        told = reader.follow(0, timeout=PATIENCE)
        first = [next(told).event for _ in whole(SERIES[0])]
        written(path, *SERIES[1:])
        rest = [next(told).event for _ in whole()[len(first) :]]
        told.close()
    assert [*first, *rest] == whole()


def test_closing_the_reader_ends_it(path: Path) -> None:
    """From any thread."""
    with tracker_on(path) as tracker:
        tracker.observe(SERIES[0])
        reader = JournalReader(path)
        follower = Follower(reader, count=10_000)
        tracker.observe_all(SERIES[1:])
        while not follower.events:
            assert follower.is_alive()
        reader.close()
        assert follower.heard()


@pytest.mark.parametrize("state", ["closed", "open"])
@pytest.mark.parametrize(
    ("change", "problem"), [("remove", "is gone"), ("replace", "is another file now")]
)
def test_a_file_that_is_gone(
    path: Path, change: str, problem: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is no file without news."""
    if os.name == "nt":
        pytest.skip("there nobody can take away a file that is open")
    monkeypatch.setattr(following, "_BETWEEN_LOOKS", 0.0)
    tracker = tracker_on(path)
    tracker.observe(SERIES[0])
    if state == "closed":
        tracker.close()
    with JournalReader(path) as reader:
        told = reader.follow(0, timeout=PATIENCE)
        next(told)
        other = path.with_name("other")
        other.write_bytes(path.read_bytes())
        if change == "remove":
            path.unlink()
        else:
            other.replace(path)
        with pytest.raises(JournalError, match=problem):
            list(told)
    if state == "open":
        path.unlink(missing_ok=True)
        with pytest.raises(JournalWriteError, match="deleted, renamed or replaced"):
            tracker.close()


def test_damage_is_told(path: Path) -> None:
    """After the events before it."""
    with tracker_on(path) as tracker:
        tracker.observe(SERIES[0])
        with JournalReader(path) as reader:
            told = reader.follow(0, timeout=PATIENCE)
            assert next(told).number == 1
            tracker.observe_all(SERIES[1:])
            with closing(sqlite3.connect(path)) as connection, connection:
                newest = len(whole())
                connection.execute("UPDATE event SET body = '{' WHERE number = ?", (newest,))
            with pytest.raises(JournalDamagedError, match=rf"event\[{newest}\].body: expect"):
                list(told)


@pytest.mark.parametrize("when", ["asked", "read"])
def test_what_sqlite_refuses(path: Path, when: str) -> None:
    """Is a journal's error."""
    with tracker_on(path) as tracker:
        tracker.observe(SERIES[0])
        sql = "SELECT nothing" if when == "read" else "SELECT number FROM event WHERE number > ?"
        follower = following.Following(path, sql)
        if when == "asked":
            rows = follower.rows(0, PATIENCE)
            next(rows)
            follower._connection.close()  # type: ignore[union-attr]  # noqa: SLF001 - no other way
            with pytest.raises(JournalError):
                list(rows)
        else:
            with pytest.raises(JournalError):
                list(follower.rows(0, 0))
        follower.close()


@pytest.mark.parametrize("problem", [None, sqlite3.DatabaseError("torn")])
def test_a_tracker_that_begins_while_a_still_file_is_read(
    path: Path, problem: sqlite3.Error | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is not believed then, whatever it was; it is read once more."""
    written(path, SERIES[0])
    trackers = []

    class Torn:
        """A connection to a file that somebody begins to write to."""

        def execute(self, *_: object) -> list[tuple[object, ...]]:
            trackers.append(tracker_on(path))
            if problem is not None:
                raise problem
            return [(99, "violation", "{", "", 0)]

        def close(self) -> None:
            """Do nothing."""

    monkeypatch.setattr(following, "connect_still", lambda _: Torn())
    with JournalReader(path) as reader:
        assert [each.event for each in reader.follow(0, timeout=0)] == whole(SERIES[0])
    trackers[0].close()


def test_a_still_file_that_is_not_whole(path: Path) -> None:
    """Is told."""
    written(path, SERIES[0])
    follower = following.Following(path, "SELECT nothing")
    with pytest.raises(JournalError):
        list(follower.rows(0, 0))


# --- The command ----------------------------------------------------------------------------------


def printed(*options: str, path: Path) -> Sequence[str]:
    """Return what the command prints that follows for a moment."""
    ran = jobstate("history", path, "--follow", *options)
    assert ran.exit_code == 0
    return ran.stdout.splitlines()


def test_the_command_follows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for each event: when, which job, what; of some jobs, since a time; or as JSON."""
    monkeypatch.setattr(JournalReader, "follow", partialmethod(JournalReader.follow, timeout=0))
    written(path, *SERIES, renamed(SERIES[-1], 2))
    told = whole(*SERIES, renamed(SERIES[-1], 2))
    assert printed(path=path) == []
    lines = printed("--since", "2000-01-01", path=path)
    assert len(lines) == len(told)
    name = told[0].job.name
    assert lines[0].endswith(f"  {name}  entered {SERIES[0]['SecondaryStatus']}")
    rows = printed("--since", "2000-01-01", "--format", "json", path=path)
    assert [json.loads(row)["number"] for row in rows] == list(range(1, len(told) + 1))
    assert json.loads(rows[-1])["kind"] == told[-1].kind
    of_one = printed("--since", "2000-01-01", "--job", f"{name}-2", path=path)
    assert 0 < len(of_one) < len(lines)
    assert all(f"  {name}-2  " in line for line in of_one)
    assert printed("--since", "2100-01-01", path=path) == []


def test_the_command_does_not_follow_listeners(path: Path) -> None:
    """They say nothing."""
    ran = jobstate("history", path, "--follow", "--listeners")
    assert ran.exit_code == 2
    assert "no events to follow" in ran.stderr


@pytest.mark.skipif(os.name == "nt", reason="no Ctrl-C for a process without a terminal")
def test_ctrl_c_ends_it(path: Path) -> None:
    """Without a word, after the events in another process were printed as they came."""
    with tracker_on(path) as tracker:
        tracker.observe(SERIES[0])
        options = ("--follow", "--format", "json", "--since", "2000-01-01")
        with subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-c", IN_FRONT, "history", str(path), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                first = json.loads(process.stdout.readline())
                tracker.observe_all(SERIES[1:])
                found = [first, *(json.loads(process.stdout.readline()) for _ in whole()[1:])]
                process.send_signal(signal.SIGINT)
                rest, errors = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
    assert [each["number"] for each in found] == list(range(1, len(whole()) + 1))
    assert (rest, errors, process.returncode) == ("", "", 130)
