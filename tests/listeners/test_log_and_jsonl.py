"""The listeners that come with the library: standard logging and JSON Lines."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from jobstate import Event, Tracker, check
from jobstate.listeners import JsonLines, LogListener
from jobstate.sagemaker import TRAINING_JOB
from tests.support.command import BEGIN, described, item
from tests.support.listening import PLAIN, everything, flat, hostile
from tests.support.small import PARCELS, parcel

if TYPE_CHECKING:
    from collections.abc import Iterator


# --- Logging ------------------------------------------------------------------------------------


@pytest.fixture
def logger(caplog: pytest.LogCaptureFixture) -> Iterator[logging.Logger]:
    """Return a logger of its own whose records are caught."""
    with caplog.at_level(logging.DEBUG, logger="tests.jobs"):
        yield logging.getLogger("tests.jobs")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged, each with its level."""
    return [f"{record.levelname} {record.getMessage()}" for record in caplog.records]


def test_a_line_per_event(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> None:
    """Which job, from what to what, why, what it came to; as loud as it matters."""
    listen = LogListener(logger)
    for event in everything():
        listen(event)
    found = lines(caplog)
    assert found[:5] == [
        "DEBUG tide: entered Starting at 2026-03-04T05:06:07Z",
        "INFO tide: job first seen as InProgress/Starting",
        "INFO tide: job InProgress/Starting -> Stopping/Starting by stop_requested",
        "WARNING tide: unmodelled: job.secondary is Hibernating",
        (
            "INFO tide: job Stopping -> Failed/Failed by failure; failed (algorithm): "
            "AlgorithmError: exit code 1"
        ),
    ]
    assert found[5].startswith("ERROR tide: error illegal-transition: InProgress/Training can't ")
    assert found[6:] == ["INFO tide: job Failed/Failed -> InProgress/Training"]


def test_late_stays_and_deleted_jobs(
    caplog: pytest.LogCaptureFixture, logger: logging.Logger
) -> None:
    """That news are old, and that a job is being deleted, is said too."""
    tracker = Tracker(TRAINING_JOB, listeners=[LogListener(logger)])
    gone = item("tide", "Deleting", "Completed") | {"LastModifiedTime": "2026-03-05T00:00:00Z"}
    tracker.observe(item("tide", "Completed", "Completed"))
    tracker.observe(gone)
    tracker.observe(described(("Starting", 60)) | {"LastModifiedTime": BEGIN})
    seen, deleted, late = lines(caplog)
    assert seen == "INFO tide: job first seen as Completed/Completed; succeeded"
    assert deleted.startswith("INFO tide: job Completed/Completed -> Deleting/Completed by delete")
    assert deleted.endswith("; succeeded, being deleted")
    assert late == "DEBUG tide: entered Starting at 2026-03-04T05:06:07Z, told late"


def test_notes_are_no_errors(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> None:
    """A note stands at the level of changes, and says that it is one."""
    early = item("tide", "InProgress", "Training") | {
        "ModelArtifacts": {"S3ModelArtifacts": "s3://b"}
    }
    (note,) = check(TRAINING_JOB, early).violations
    LogListener(logger)(note)
    (line,) = lines(caplog)
    assert line.startswith("INFO tide: note artifacts-too-early: ")


def test_levels_can_be_chosen(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> None:
    """For each kind of event, by keyword."""
    listen = LogListener(
        logger, changed=11, entered=12, unmodelled=13, error=14, note=logging.NOTSET
    )
    for event in everything():
        listen(event)
    assert [record.levelno for record in caplog.records] == [12, 11, 11, 13, 11, 14, 11]


def test_fields_beside_the_line(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> None:
    """All that the event says, under names that no record has, as its `to_dict` has them."""
    listen = LogListener(logger)
    for event in everything():
        caplog.clear()
        listen(event)
        (record,) = caplog.records
        fields = {
            name: value for name, value in vars(record).items() if name.startswith("jobstate_")
        }
        assert fields["jobstate_job_created"] == "2026-03-04T05:06:07Z"
        assert fields == {f"jobstate_{name}": each for name, each in flat(event, "_").items()}


def test_hostile_texts_stay_in_their_line(
    caplog: pytest.LogCaptureFixture, logger: logging.Logger
) -> None:
    """Whatever a status is: on one line, spelled, formatting nothing; in the fields likewise."""
    listen = LogListener(logger)
    for event in hostile():
        listen(event)
    assert lines(caplog)[0] == "DEBUG parcel/1: entered packed at 2026-05-06T07:08:09Z"
    assert lines(caplog)[1] == f"DEBUG parcel/1: entered {PLAIN} at 2026-05-06T07:09:10Z"
    for record in caplog.records:
        assert record.getMessage().isprintable()
        assert len(record.getMessage()) < 1000
        for name, value in vars(record).items():
            if name.startswith("jobstate_"):
                assert str(value).isprintable()
    assert PLAIN in {vars(record).get("jobstate_status") for record in caplog.records}


def test_long_texts_are_cut(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> None:
    """In the line, not in the fields."""
    events: list[Event] = []
    Tracker(PARCELS, listeners=[events.append]).observe(parcel("sent", "x" * 5000, at=0))
    LogListener(logger)(events[0])
    (record,) = caplog.records
    assert record.getMessage() == f"parcel/1: entered {'x' * 297}... at 2026-05-06T07:08:09Z"
    assert vars(record)["jobstate_status"] == "x" * 5000


def test_a_key_without_parts(caplog: pytest.LogCaptureFixture, logger: logging.Logger) -> None:
    """All of a key that is no arn names the job."""
    (entered, *_) = everything()
    for arn in ("tide", "jobs/"):
        changed = attrs.evolve(entered.job, id=arn)
        data = {name: getattr(entered, name) for name in ("ordinal", "status", "start")}
        LogListener(logger)(type(entered)(job=changed, **data))
    assert [line.split()[1] for line in lines(caplog)] == ["tide:", "jobs/:"]


class Unread:
    """An event that nobody may look into."""

    severity = None

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


def test_a_level_that_is_off_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The event is not even looked into."""
    logger = logging.getLogger("tests.jobs.quiet")
    with caplog.at_level(logging.CRITICAL, logger=logger.name):
        LogListener(logger)(Unread())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert caplog.records == []


def test_where_it_logs_by_default(caplog: pytest.LogCaptureFixture) -> None:
    """To a logger below that of the library, so one setting governs both."""
    with caplog.at_level(logging.INFO, logger="jobstate"):
        Tracker(TRAINING_JOB, listeners=[LogListener()]).observe(item("tide"))
    (record,) = caplog.records
    assert record.name == "jobstate.events"
    assert repr(LogListener()) == "<LogListener jobstate.events>"


# --- JSON Lines ---------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, Any]]:
    """Return the objects in a file, a line each."""
    text = path.read_bytes()
    assert text.isascii()
    assert text == b"" or text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("events", [everything(), hostile()], ids=["plain", "hostile"])
def test_an_object_per_line(events: list[Event], tmp_path: Path) -> None:
    """Each event as data, in ASCII, in order; what comes back is what was told."""
    path = tmp_path / "events.jsonl"
    with JsonLines(path) as listen:
        for number, event in enumerate(events, start=1):
            listen(event)
            assert len(read(path)) == number  # at once, not when it is closed
    assert read(path) == [event.to_dict() for event in events]


def test_what_was_there_stays(tmp_path: Path) -> None:
    """A file is appended to, by its path as text or object."""
    path = tmp_path / "events.jsonl"
    first, second, *_ = everything()
    for file, event in ((path, first), (str(path), second)):
        with JsonLines(file) as listen:
            listen(event)
    assert read(path) == [first.to_dict(), second.to_dict()]


def test_a_line_is_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the system, on a file opened for appending: so lines of several processes stay whole."""
    writes: list[bytes] = []
    modes: list[tuple[str, int]] = []

    class Watched(io.FileIO):
        def write(self, data: Any, /) -> int:
            writes.append(bytes(data))
            return super().write(data)

    def opened(path: Path, mode: str, buffering: int) -> io.FileIO:
        modes.append((mode, buffering))
        return Watched(path, mode)

    monkeypatch.setattr(Path, "open", opened)
    with JsonLines(tmp_path / "events.jsonl") as listen:
        for event in everything():
            listen(event)
    assert modes == [("ab", 0)]
    assert [json.loads(line) for line in writes] == [event.to_dict() for event in everything()]


_WRITER = """
import sys
from datetime import UTC, datetime
from jobstate import JobKey, StatusEntered
from jobstate.listeners import JsonLines
name, path = sys.argv[1:]
now = datetime.now(UTC)
with JsonLines(path) as listen:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(400):
        job = JobKey("kind", name, now)
        listen(StatusEntered(job=job, ordinal=number, status="x" * 10_000, start=now))
"""


def test_two_processes_append_to_one_file(tmp_path: Path) -> None:
    """No line is torn, lost or out of its writer's order, though each is longer than a page."""
    path = tmp_path / "events.jsonl"
    names = ("ebb", "flood")
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 - the program above
                    [sys.executable, "-c", _WRITER, name, str(path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for name in names
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
    assert [writer.returncode for writer in writers] == [0, 0]
    found = read(path)
    assert len(found) == 800
    for name in names:
        mine = [each["ordinal"] for each in found if each["job"]["id"] == name]
        assert mine == list(range(400))


def test_closed_is_closed(tmp_path: Path) -> None:
    """What comes after is refused, and it is said why; closing twice does no harm."""
    listen = JsonLines(tmp_path / "a\nb.jsonl")
    listen.close()
    listen.close()
    with pytest.raises(ValueError, match=r"<JsonLines '.*/a\\nb\.jsonl' closed>: nothing can be"):
        listen(everything()[0])
    assert read(tmp_path / "a\nb.jsonl") == []


def test_a_file_that_is_open_stays_open() -> None:
    """Whoever opened it closes it; each line is flushed."""
    flushed: list[int] = []

    class Stream(io.StringIO):
        def flush(self) -> None:
            flushed.append(self.getvalue().count("\n"))

    stream = Stream()
    with JsonLines(stream) as listen:
        for event in everything():
            listen(event)
    assert repr(listen) == "<JsonLines 'Stream' closed>"
    assert not stream.closed
    assert flushed == list(range(1, len(everything()) + 1))
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        event.to_dict() for event in everything()
    ]


def test_there_can_not_be_such_a_file(tmp_path: Path) -> None:
    """It says so at once, not at the first event."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        JsonLines(tmp_path / "nowhere" / "events.jsonl")


class Full:
    """A disk that takes so many bytes, and the file on it."""

    def __init__(self, room: int, path: Path) -> None:
        self.room = room
        self.taken = b""
        self._file = io.FileIO(path, "ab")
        self.fileno = self._file.fileno

    def write(self, data: bytes) -> int:
        """Take what there is room for, as the system does: an error only if that is nothing."""
        if not self.room:
            raise OSError(28, "No space left on device")
        part = data[: self.room]
        self.room -= len(part)
        self.taken += part
        return len(part)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def test_a_full_disk(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Is logged and counted, harms nobody, and what comes when there is room again is readable."""
    path = tmp_path / "events.jsonl"
    disk = Full(350, path)
    monkeypatch.setattr(Path, "open", lambda *_args, **_options: disk)
    listen, told = JsonLines(path), list[Event]()
    tracker = Tracker(PARCELS, listeners=[listen, told.append])
    tracker.observe(parcel("sent", "packed", "sent", at=61))
    assert (tracker.failures, len(told)) == (2, 3)
    for record in caplog.records:
        assert record.exc_info is not None
        assert isinstance(record.exc_info[1], OSError)
        assert record.exc_info[1].errno == 28
        assert "JsonLines" in record.getMessage()
    disk.room = 100_000
    tracker.observe(parcel("at the door", "packed", "sent", "at the door", at=122))
    assert (tracker.failures, len(told)) == (2, 5)
    first, torn, *rest = disk.taken.decode().splitlines()
    assert [json.loads(line) for line in (first, *rest)] == [
        event.to_dict() for event in (told[0], *told[3:])
    ]
    with pytest.raises(ValueError, match=r"Unterminated string|Expecting"):
        json.loads(torn)
    listen.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that Linux has")
def test_a_really_full_disk(caplog: pytest.LogCaptureFixture) -> None:
    """The system's own error comes through."""
    with JsonLines("/dev/full") as listen:
        tracker = Tracker(TRAINING_JOB, listeners=[listen])
        assert tracker.observe(item("tide")).events
    assert tracker.failures == 1
    assert "No space left on device" in caplog.text
