"""`JsonLines` when its file is full: what is renamed, what stays, and that no line is lost."""

from __future__ import annotations

import fcntl
import io
import json
import re
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from jobstate import JobKey, StatusEntered, Tracker
from jobstate.listeners import JsonLines
from jobstate.sagemaker import TRAINING_JOB
from tests.support.listening import LIVES, answers, everything, heard

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = re.compile(r"events\.jsonl\.\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}")
NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


def told(number: int, *, arn: str = "tide", length: int = 10) -> StatusEntered:
    """Return an event that can be told from others."""
    return StatusEntered(
        job=JobKey("kind", arn, NOW), ordinal=number, status="x" * length, start=NOW
    )


def size(event: StatusEntered) -> int:
    """Return how long the line of an event is."""
    return len(json.dumps(event.to_dict())) + 1


def renamed(path: Path) -> list[Path]:
    """Return the files that were renamed, the oldest first."""
    return sorted(each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}."))


def lines(*paths: Path) -> list[dict[str, Any]]:
    """Return what stands in files, each of which has only whole lines."""
    found = []
    for path in paths:
        text = path.read_bytes()
        assert text == b"" or text.endswith(b"\n")
        found += [json.loads(line) for line in text.splitlines()]
    return found


def ordinals(*paths: Path) -> list[int]:
    """Return the numbers of the events in files."""
    return [each["ordinal"] for each in lines(*paths)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file will be."""
    return tmp_path / "events.jsonl"


# --- One process --------------------------------------------------------------------------------


def test_real_lives_stand_in_the_files_in_order(path: Path) -> None:
    """All that is told, the renamed files read first; none is larger than it may be."""
    polls = [answer for name in LIVES for answer in answers(name)]
    with JsonLines(path, rotate_bytes=2_000, keep=100) as listen:
        tracker = Tracker(TRAINING_JOB, listeners=[listen])
        for poll in polls:
            tracker.observe(poll)
    full = renamed(path)
    assert lines(*full, path) == [event.to_dict() for event in heard(*polls)]
    assert len(full) > 3
    assert all(NAME.fullmatch(each.name) for each in full)
    assert all(each.stat().st_size <= 2_000 for each in full)


def test_a_file_is_filled_to_the_byte(path: Path) -> None:
    """A line that just has room stays, the next one opens a file."""
    with JsonLines(path, rotate_bytes=3 * size(told(1))) as listen:
        for number in range(1, 5):
            listen(told(number))
    (full,) = renamed(path)
    assert (ordinals(full), ordinals(path)) == ([1, 2, 3], [4])


def test_a_line_that_is_too_long_has_a_file_of_its_own(path: Path) -> None:
    """It is neither cut nor lost, and no file is empty."""
    with JsonLines(path, rotate_bytes=200) as listen:
        for number, length in enumerate((1_000, 10, 1_000), start=1):
            listen(told(number, length=length))
    assert [ordinals(each) for each in (*renamed(path), path)] == [[1], [2], [3]]


def test_the_newest_files_stay(path: Path) -> None:
    """So many as are to be kept, and nothing is deleted that was not renamed here."""
    others = [
        path.with_name(f"{path.name}{end}") for end in (".1", ".gz", ".20260101T000000Z", "l")
    ]
    for other in others:
        other.touch()
    with JsonLines(path, rotate_bytes=1, keep=2) as listen:
        for number in range(1, 7):
            listen(told(number))
    full = [each for each in renamed(path) if each not in others]
    assert [ordinals(each) for each in (*full, path)] == [[4], [5], [6]]
    assert all(other.exists() for other in others)


def test_what_an_earlier_process_wrote_counts(path: Path) -> None:
    """A file that is full when it is opened is renamed before the first line."""
    for number in (1, 2):
        with JsonLines(path, rotate_bytes=size(told(1))) as listen:
            listen(told(number))
    assert [ordinals(each) for each in (*renamed(path), path)] == [[1], [2]]


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        ({"rotate_bytes": 0}, "rotate_bytes: expected 1 or more, got 0"),
        ({"rotate_bytes": 9, "keep": 0}, "keep: expected 1 or more, got 0"),
    ],
)
def test_bounds_are_positive(path: Path, bounds: dict[str, int], problem: str) -> None:
    """Others are refused before there is a file."""
    with pytest.raises(ValueError, match=problem):
        JsonLines(path, **bounds)
    assert not path.exists()


def test_an_open_file_is_not_rotated() -> None:
    """Nobody knows its name."""
    with pytest.raises(ValueError, match="only a file that is given by its path"):
        JsonLines(io.StringIO(), rotate_bytes=9)


# --- Others at the file -------------------------------------------------------------------------


def test_a_file_that_somebody_renames_is_made_anew(path: Path, tmp_path: Path) -> None:
    """As logrotate does it, and wherever the program's working folder is by then."""
    with JsonLines(path) as listen:
        listen(told(1))
        path.rename(tmp_path / "yesterday")
        listen(told(2))
        path.unlink()
        listen(told(3))
    assert (ordinals(tmp_path / "yesterday"), ordinals(path)) == ([1], [3])


def test_the_working_folder_may_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path means the file that it meant at first."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with JsonLines("events.jsonl", rotate_bytes=1) as listen:
        listen(told(1))
        monkeypatch.chdir(tmp_path / "elsewhere")
        listen(told(2))
    path = tmp_path / "events.jsonl"
    assert [ordinals(each) for each in (*renamed(path), path)] == [[1], [2]]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_threads(path: Path) -> None:
    """Several may tell at once: no line is lost, torn or out of its thread's order."""
    begin = Barrier(4)

    def tell(name: str) -> None:
        begin.wait()
        for number in range(200):
            listen(told(number, arn=name))

    with JsonLines(path, rotate_bytes=5_000, keep=1_000) as listen:
        threads = [Thread(target=tell, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = lines(*renamed(path), path)
    for name in "abcd":
        mine = [each["ordinal"] for each in found if each["job"]["id"] == name]
        assert mine == list(range(200))
    assert all(each.stat().st_size <= 5_000 for each in renamed(path))


_WRITER = """
import sys
from datetime import UTC, datetime
from jobstate import JobKey, StatusEntered
from jobstate.listeners import JsonLines
name, path = sys.argv[1:]
now = datetime.now(UTC)
with JsonLines(path, rotate_bytes=20_000, keep=10_000) as listen:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(3_000):
        job = JobKey("kind", name, now)
        listen(StatusEntered(job=job, ordinal=number, status="x" * (number % 500), start=now))
"""


def test_two_processes_rotate_one_file(path: Path) -> None:
    """No line is lost, torn, told twice or out of its writer's order."""
    names = ("ebb", "flood")
    with ExitStack() as stack:
        writers = [stack.enter_context(_started(name, path)) for name in names]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
    assert [writer.returncode for writer in writers] == [0, 0]
    full = renamed(path)
    assert len(full) > 50
    # Each was full when it was renamed, and took at most one line more of each process.
    assert all(19_000 < each.stat().st_size < 22_000 for each in full)
    found = lines(*full, path)
    for name in names:
        mine = [each["ordinal"] for each in found if each["job"]["id"] == name]
        assert mine == list(range(3_000))


def _started(name: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", _WRITER, name, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


# --- What fails ---------------------------------------------------------------------------------


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Return the names of the operations that the folder refuses, as a read-only one does."""
    refused: set[str] = set()
    for name in ("rename", "unlink", "open"):
        real = getattr(Path, name)

        def wrapped(*words: Any, _name: str = name, _real: Any = real, **more: Any) -> Any:
            if _name in refused:
                raise PermissionError(13, "Permission denied")
            return _real(*words, **more)

        monkeypatch.setattr(Path, name, wrapped)
    yield refused
    refused.clear()


def test_a_folder_that_is_read_only(
    path: Path, stubborn: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost: the file grows on, and it is said once, until it goes well again."""
    with JsonLines(path, rotate_bytes=1) as listen:
        listen(told(1))
        stubborn.add("rename")
        listen(told(2))
        listen(told(3))
        (record,) = caplog.records
        stubborn.clear()
        listen(told(4))
        stubborn.add("rename")
        listen(told(5))
    assert record.getMessage() == (
        f"the file '{path}' can't be renamed, so it grows on; no line is lost:"
        " [Errno 13] Permission denied"
    )
    assert len(caplog.records) == 2
    assert [ordinals(each) for each in (*renamed(path), path)] == [[1, 2, 3], [4, 5]]


@pytest.mark.parametrize("there", [False, True])
def test_a_system_without_locks(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    there: bool,
) -> None:
    """As on Windows, or in a folder of some networks: the file grows on, and it is said once."""

    def refuse(*_words: object) -> None:
        raise OSError(37, "No locks available")

    module = SimpleNamespace(LOCK_EX=2, flock=refuse) if there else None
    monkeypatch.setitem(sys.modules, "fcntl", module)
    with JsonLines(path, rotate_bytes=1) as listen:
        for number in range(1, 4):
            listen(told(number))
    (record,) = caplog.records
    assert "can't be renamed, so it grows on; no line is lost" in record.getMessage()
    assert [ordinals(each) for each in (*renamed(path), path)] == [[1, 2, 3]]


def test_another_process_is_faster(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited for the lock finds a new file, and leaves that as it is."""
    real = fcntl.flock

    def flock(file: io.FileIO, operation: int) -> None:
        real(file, operation)
        if operation == fcntl.LOCK_EX:
            path.rename(path.with_name("events.jsonl.theirs"))
            path.touch()

    with JsonLines(path, rotate_bytes=1) as listen:
        listen(told(1))
        monkeypatch.setattr(fcntl, "flock", flock)
        listen(told(2))
    assert [ordinals(each) for each in (*renamed(path), path)] == [[1], [2]]
    assert [each.name for each in renamed(path)] == ["events.jsonl.theirs"]


def test_old_files_that_can_not_be_deleted(
    path: Path, stubborn: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Stay, and are deleted when that is possible; it is said once."""
    with JsonLines(path, rotate_bytes=1, keep=1) as listen:
        stubborn.add("unlink")
        for number in range(1, 6):
            listen(told(number))
        (record,) = caplog.records
        assert [ordinals(each) for each in (*renamed(path), path)] == [[1], [2], [3], [4], [5]]
        stubborn.clear()
        listen(told(6))
    assert "has older ones beside it that can't be deleted" in record.getMessage()
    assert [ordinals(each) for each in (*renamed(path), path)] == [[5], [6]]


def test_a_file_that_can_not_be_made_anew(
    path: Path, stubborn: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Lines go to the renamed one until it can."""
    with JsonLines(path, rotate_bytes=1) as listen:
        listen(told(1))
        stubborn.add("open")
        listen(told(2))
        (full,) = renamed(path)
        assert not path.exists()
        assert "can't be made anew, so the renamed one grows on" in caplog.records[0].getMessage()
        stubborn.clear()
        listen(told(3))
    assert (ordinals(full), ordinals(path)) == ([1, 2], [3])


def test_a_file_that_is_deleted_and_can_not_be_made_anew(path: Path, stubborn: set[str]) -> None:
    """That is an error: a line that is written there now would be gone."""
    with JsonLines(path) as listen:
        listen(told(1))
        path.unlink()
        stubborn.add("open")
        with pytest.raises(PermissionError):
            listen(told(2))
        stubborn.clear()
        listen(told(3))
    assert ordinals(path) == [3]


def test_closed_while_others_tell(path: Path) -> None:
    """Each line is whole or refused, never written to a file that is closed."""
    listen = JsonLines(path)
    refused: list[ValueError] = []

    def tell() -> None:
        try:
            for event in everything() * 200:
                listen(event)
        except ValueError as error:
            refused.append(error)

    thread = Thread(target=tell)
    thread.start()
    listen.close()
    thread.join()
    assert all("nothing can be written to it any more" in str(each) for each in refused)
    lines(path)
